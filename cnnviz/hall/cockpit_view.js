// What a lecturer alone sees of a room: what comes next and what to say, the answers as they come, and what to do with them.

import { paragraphs, rich } from "../pages/learn/learn_words.js"
import { escaped, formula } from "../view/model/format.js"
import { say } from "../view/model/words.js"
import { setHTML } from "../view/regions/html.js"
import { clock, followed, found, nextAct, possible } from "./question.js"
import { resultsHTML } from "./results.js"

/** @import { HallPoll, HallQuestion, HallResults, HallStep, HallSteps } from "../view/types/wire.js" */
/**
 * @typedef {object} Seen  all that the screen is made of
 * @property {string} code
 * @property {HallPoll | null} poll
 * @property {HallQuestion | undefined} question
 * @property {HallResults | undefined} results
 * @property {HallSteps | undefined} steps
 * @property {number} since  when the screen where the lecture is was shown
 * @property {import("./events.js").Count} count
 * @property {number | null} left  seconds to answer
 * @property {boolean} veiled  whether the newest numbers are still hidden from the hall
 * @property {number} began  when this screen was opened
 */

/** The acts in their order, and the key of each. */
export const ACTS = /** @type {const} */ ([
  ["close", "C"],
  ["show", "S"],
  ["again", "V"],
  ["reveal", "R"],
  ["next", "N"],
])

/** Questions that are ready to be asked, and what each is about. */
export const SPOTS = /** @type {const} */ ([
  ["largest", "map"],
  ["smallest", "map"],
  ["strongest", "map"],
  ["sign", "cell"],
  ["value", "cell"],
  ["loss", ""],
  ["hands", "choose"],
  ["own_number", "number"],
  ["own_click", "click"],
])

/** The most that a question, an answer, or a line of answers may take (scripts/impromptu.py). */
const [MOST_CHARACTERS, MOST_TEXT] = [300, 3000]

const SECONDS = [0, 20, 30, 60, 120]

/** The whole screen, before anything is known. @param {string} screen  the address of the projector's page */
export const cockpitHTML = (
  screen,
) => `<header><h1>cnnviz</h1><span class="private">${say("web.cockpit.private")}</span><span class="room"></span>
    <span class="count" role="status"></span><select data-key="cockpit_explore" aria-label="${say("web.cockpit.explorers")}">${["free", "screens", "paused"].map((how) => `<option value="${how}">${say(`web.cockpit.may.${how}`)}</option>`).join("")}</select>
    <button type="button" data-key="cockpit_save">${say("web.cockpit.save")}</button><button type="button" data-key="cockpit_link">${say("web.room.driver")}</button>
    <a href="${escaped(screen)}" target="_blank" rel="noopener">${say("web.cockpit.screen")}</a><span class="clock"></span></header>
  <p class="wrong" role="alert"></p><section class="room-gone" role="alert" hidden></section>
  <div class="columns">
    <section class="script" tabindex="0" aria-label="${say("web.cockpit.script")}"><h2></h2><div class="lesson"></div>
      <details open><summary>${say("web.cockpit.spot")}</summary><form class="spot"></form></details></section>
    <section class="now" tabindex="0" aria-label="${say("web.cockpit.now")}"><h2>${say("web.cockpit.now")} <small></small></h2><div class="preview"><iframe src="${escaped(screen)}" title="${say("web.cockpit.now")}" tabindex="-1" inert></iframe></div>
      <div class="drive" role="group" aria-label="${say("web.cockpit.drive")}">${drive()}</div>
      <h2>${say("web.cockpit.notes")}</h2><div class="notes"></div><p class="pace"></p></section>
    <section class="answers hall" tabindex="0" aria-label="${say("web.cockpit.answers")}"><div class="next"></div><div class="coming"></div>
      <h2>${say("web.cockpit.answers")} <small>${say("web.cockpit.live")}</small></h2><div class="live"></div></section>
  </div>
  <nav class="acts" aria-label="${say("web.cockpit.acts")}"></nav>`

const drive = () =>
  ["update_back", "stage_back", "stage_next", "update_next"]
    .map((name) => `<button type="button" data-drive="${name}">${say(`web.cockpit.${name}`)}</button>`)
    .join("")

/** @param {Element} root @param {Seen} seen */
export function fillCockpit(root, seen) {
  const { poll, count, code, steps } = seen
  const put = (/** @type {string} */ selector, /** @type {string} */ html) => {
    const element = root.querySelector(selector)
    if (element) setHTML(element, html)
  }
  put("header .room", say("web.room.code", { code: escaped(code) }))
  put(
    "header .count",
    `<b>${followed(count.followers)}</b>${count.alone ? ` · ${say("web.cockpit.explore", { n: count.followers - count.alone, alone: count.alone })}` : ""}${
      count.lost ? ` · <b class="lost">${say("web.cockpit.lost", { n: count.lost })}</b>` : ""
    }`,
  )
  const stage = steps?.stages.find(([symbol]) => symbol === steps.stage)?.[1] ?? ""
  put(".now h2 small", poll ? say(`web.cockpit.phase.${poll.phase}`) : `<i>${formula(stage)}</i>`)
  put(".script h2", script(seen))
  put(".lesson", screens(seen))
  put(".next", next(seen))
  put(".notes", notes(seen))
  put(".live", answers(seen))
  put(".acts", acts(seen))
  fillClock(root, seen)
}

/** @param {Element} root @param {Seen} seen */
export function fillClock(root, { began, left, since, steps }) {
  const now = new Date()
  const time = now.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
  const planned =
    (steps?.screen ?? null) === null ? 0 : (steps?.steps ?? []).reduce((sum, { seconds }) => sum + (seconds ?? 0), 0)
  const minutes = Math.floor((Date.now() - began) / 60_000)
  const put = (/** @type {string} */ selector, /** @type {string} */ html) => {
    const element = root.querySelector(selector)
    if (element) setHTML(element, html)
  }
  const passed = planned
    ? say("web.cockpit.minutes_of", { n: minutes, of: Math.ceil(planned / 60) })
    : say("web.cockpit.minutes", { n: minutes })
  put("header .clock", `<b>${time}</b> · ${passed}`)
  const here = screenOf(steps)
  const on = (Date.now() - since) / 1000
  const plan = here?.seconds ? say("web.cockpit.planned", { time: clock(here.seconds) }) : ""
  put(
    ".pace",
    here
      ? `<b class="${here.seconds && on > here.seconds ? "late" : ""}">${clock(on)}</b> ${say("web.cockpit.on_screen")} <small>${plan}</small>`
      : "",
  )
  const rest = root.querySelector(".live .left")
  if (rest) rest.textContent = left === null ? "" : say("web.hall.left", { time: clock(left) })
}

/** The screen of the room's script where the lecture is. @param {HallSteps | undefined} steps @returns {HallStep | undefined} */
export const screenOf = (steps) => steps?.steps.find(({ number }) => number === steps.screen)

/** The one that comes next. @param {HallSteps | undefined} steps @returns {HallStep | undefined} */
export const comingOf = (steps) =>
  steps && steps.screen !== null ? steps.steps.find(({ number }) => number === Number(steps.screen) + 1) : undefined

/** @param {Seen} seen */
const script = ({ steps }) =>
  steps && steps.screen !== null
    ? `${rich(steps.title)} <small>${say("web.script.place", { number: steps.screen, count: steps.steps.length })}</small>`
    : say("web.cockpit.script")

/** Gives what a screen is about, in a line. @param {HallStep} screen */
const about = ({ ask, title, text }) => rich(ask || text.split("\n")[0] || title)

/** @param {Seen} seen */
function screens({ steps }) {
  if (!steps) return ""
  const option = (/** @type {{ id: string, title: string }} */ { id, title }) =>
    `<option value="${escaped(id)}"${id === steps.lesson ? " selected" : ""}>${escaped(title)}</option>`
  const group = (/** @type {"lectures" | "lessons"} */ name) =>
    `<optgroup label="${say(`web.cockpit.${name}`)}">${steps[name].map(option).join("")}</optgroup>`
  const own = steps.lesson && ![...steps.lessons, ...steps.lectures].some(({ id }) => id === steps.lesson)
  const line = (/** @type {HallStep} */ screen) => {
    const { number, hall, experiment } = screen
    const here = number === steps.screen
    const sign = experiment ? "∷" : hall ? "?" : ""
    return `<li class="${here ? "here" : ""}"><button type="button" data-screen="${number}"${here ? ' aria-current="step"' : ""}><span>${
      number < Number(steps.screen) ? "✓" : number
    }</span><b>${sign}</b><span>${about(screen)}</span></button></li>`
  }
  return `<select data-key="cockpit_script" aria-label="${say("web.cockpit.script")}"><option value="">${own ? rich(steps.title) : say("web.cockpit.no_script")}</option>${group("lectures")}${group("lessons")}</select>
    <ol>${steps.steps.map(line).join("")}</ol>`
}

/** Gives what comes after this screen. @param {Seen} seen */
function next({ steps }) {
  const coming = comingOf(steps)
  return coming ? `<h2>${say("web.cockpit.upcoming")} <small>${coming.number}</small></h2><p>${about(coming)}</p>` : ""
}

/** Gives what to say: the file's notes, and what the lesson itself says of each answer. @param {Seen} seen */
function notes({ steps }) {
  const here = screenOf(steps) ?? comingOf(steps)
  if (!here) return `<p class="soft">${say("web.cockpit.no_notes")}</p>`
  const wrong = here.answers.map((text) => `<li>${rich(text)}</li>`).join("")
  return `${here.notes ? `<div class="own">${paragraphs(here.notes)}</div>` : ""}${here.text ? paragraphs(here.text) : ""}
    ${here.right ? `<h3>${say("web.cockpit.right")}</h3><p>${rich(here.right)}</p>` : ""}${wrong ? `<h3>${say("web.cockpit.wrong")}</h3><ul>${wrong}</ul>` : ""}`
}

/** @param {Seen} seen */
function answers({ poll, question, results, count }) {
  const of = Math.max(count.followers, count.votes)
  if (poll?.kind === "experiment") return `<p class="sum">${say("web.cockpit.runs", { n: count.votes, of })}</p>`
  if (!poll || !question) return `<p class="soft">${say("web.cockpit.no_question")}</p>`
  return `<p class="asks">${rich(question.ask)}</p><p class="sum"><span>${say("web.hall.answered", { n: count.votes, of })}</span><b class="left"></b></p>
    <div class="meter"><i style="width:${(100 * count.votes) / Math.max(of, 1)}%"></i></div>${results ? resultsHTML(question, results) + advice(results) : ""}`
}

const FEW = 5 // answers of which nothing follows
const [LEAST, MOST] = [0.3, 0.7] // of right answers between which talking helps most

/** Gives what to do next, by how many found it. @param {HallResults} results */
function advice(results) {
  const { n, of } = found(results)
  if (of < FEW || !results.groups.some(({ right }) => right)) return ""
  const share = n / of
  const what = share < LEAST ? "explain" : share > MOST ? "go_on" : "talk"
  return `<p class="advice">${say(`web.cockpit.advice.${what}`, { share })}<small>${say("web.cockpit.advice.why", { low: LEAST, high: MOST })}</small></p>`
}

/** @param {Seen} seen */
function acts({ poll, question, veiled, steps }) {
  const can = { ...possible(poll, question), next: true }
  const coming = comingOf(steps)
  const main = nextAct(poll) || "next"
  return ACTS.map(([name, key]) => {
    const id =
      name === "next"
        ? coming
          ? "next_screen"
          : poll
            ? "go_on"
            : veiled
              ? "unveil"
              : "next_stage"
        : name === "again" && poll?.phase === "revealed"
          ? "another"
          : name
    const hint = say(`web.cockpit.acts_are.${id}.hint`)
    return `<div><button type="button" data-act="${name}" class="${name === main ? "primary" : ""}"${can[name] ? "" : " disabled"} aria-describedby="hint_${name}">${say(`web.cockpit.acts_are.${id}.label`)} <kbd>${key}</kbd></button>
      <small id="hint_${name}">${hint}</small></div>`
  }).join("")
}

/**
 * The form of a question on the spot.
 * @param {HallSteps | undefined} steps
 * @param {string} chosen
 * @param {string} pointed  the cell that is pinned on the screen
 */
export function spotHTML(steps, chosen, pointed) {
  const about = SPOTS.find(([name]) => name === chosen)?.[1]
  const maps = steps?.maps ?? []
  const [here, cell = ""] = pointed.split(":")
  const option = (/** @type {string} */ value, /** @type {string} */ text, on = false) =>
    `<option value="${escaped(value)}"${on ? " selected" : ""}>${escaped(text)}</option>`
  const map = `<label>${say("web.cockpit.map")} <select name="map">${maps.map(({ symbol, label, words }) => option(symbol, `${label} ${words}`, symbol === (here || "z1"))).join("")}</select></label>`
  const ask = `<label>${say("web.cockpit.own_ask")} <input name="ask" required maxlength="${MOST_CHARACTERS}" autocomplete="off"></label>`
  const right = (/** @type {string} */ example) =>
    `<label>${say("web.cockpit.own_right")} <input name="key" maxlength="${MOST_CHARACTERS}" placeholder="${example}" autocomplete="off" spellcheck="false"></label>`
  const fields = {
    map,
    cell: `${map}<label>${say("web.cockpit.cell")} <input name="cell" required pattern="\\d+( *, *\\d+)*" placeholder="3, 4" value="${escaped(cell.replaceAll(",", ", "))}" inputmode="numeric" autocomplete="off"></label>`,
    choose: `${ask}<label>${say("web.cockpit.own_answers")} <textarea name="answers" required rows="3" maxlength="${MOST_TEXT}" aria-describedby="own_star">${say("web.cockpit.yes")}\n${say("web.cockpit.no")}</textarea></label>
      <small id="own_star">${say("web.cockpit.own_star")}</small>`,
    number: `${ask}${right("0.5, z1[3, 4]")}<label>${say("web.cockpit.own_within")} <input name="tolerance" maxlength="${MOST_CHARACTERS}" placeholder="0.05" autocomplete="off" spellcheck="false"></label>`,
    click: `${ask}${map}${right("z1 == max(z1)")}<label class="check"><input type="checkbox" name="hidden" value="1"> ${say("web.cockpit.own_hidden")}</label>`,
    "": "",
  }[about ?? ""]
  return `<label>${say("web.cockpit.kind")} <select name="spot">${SPOTS.map(([name]) => option(name, say(`web.cockpit.spots.${name}`), name === chosen)).join("")}</select></label>${fields}
    <label>${say("web.cockpit.time")} <select name="seconds" data-key="cockpit_seconds">${SECONDS.map((n) => option(String(n), n ? say("web.cockpit.seconds", { n }) : say("web.cockpit.open_end"))).join("")}</select></label>
    <button type="submit" data-key="cockpit_spot">${say("web.cockpit.ask")}</button>`
}

/**
 * What a form of a question on the spot asks for.
 * @param {FormData} form
 */
export function spotOf(form) {
  const text = (/** @type {string} */ name) => String(form.get(name) ?? "").trim()
  const seconds = Number(text("seconds")) || undefined
  const name = text("spot")
  const kind = SPOTS.find(([known]) => known === name)?.[1]
  const ask = text("ask")
  const key = text("key") || undefined
  if (kind === "number") return { kind, ask, key, tolerance: text("tolerance") || undefined, seconds }
  if (kind === "click") return { kind, ask, map: text("map"), key, hidden: Boolean(text("hidden")), seconds }
  if (kind === "choose") return { kind, ask, ...listed(text("answers")), seconds }
  const cell = text("cell") ? `${text("map")}:${text("cell").replace(/\s/g, "")}` : undefined
  return { spot: name, map: cell ? undefined : text("map") || undefined, cell, seconds }
}

/**
 * Answers, one a line; the one with a star before it is right. With more stars than one, the first of them.
 * @param {string} text
 */
function listed(text) {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
  const right = lines.findIndex((line) => line.startsWith("*"))
  const labels = lines.map((line) => line.replace(/^\*\s*/, ""))
  if (right < 0) return { answers: labels.map((label) => ({ label })) }
  return { answers: labels.map((label, n) => ({ label, is: String(n) })), key: String(right) }
}
