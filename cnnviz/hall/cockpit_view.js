// What a lecturer alone sees of a room: what comes next and what to say, the answers as they come, and what to do with them.

import { paragraphs, rich } from "../pages/learn/learn_words.js"
import { escaped, formula } from "../view/model/format.js"
import { say } from "../view/model/words.js"
import { setHTML } from "../view/regions/html.js"
import { clock, followed, nextAct, possible } from "./question.js"
import { resultsHTML } from "./results.js"

/** @import { HallPoll, HallQuestion, HallResults, HallStep, HallSteps } from "../view/types/wire.js" */
/**
 * @typedef {object} Seen  all that the screen is made of
 * @property {string} code
 * @property {HallPoll | null} poll
 * @property {HallQuestion | undefined} question
 * @property {HallResults | undefined} results
 * @property {HallSteps | undefined} steps
 * @property {number} step  the step that comes next
 * @property {{ votes: number, followers: number, alone: number }} count
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
  ["next", "Space"],
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

/** The most that a question, an answer, or a line of answers may take (lessons/spot.py). */
const [MOST_CHARACTERS, MOST_TEXT] = [300, 3000]

const SECONDS = [0, 20, 30, 60, 120]

/** The whole screen, before anything is known. @param {string} screen  the address of the projector's page */
export const cockpitHTML = (
  screen,
) => `<header><h1>cnnviz</h1><span class="private">${say("web.cockpit.private")}</span><span class="room"></span>
    <span class="count" role="status"></span><button type="button" data-key="cockpit_link">${say("web.room.driver")}</button>
    <a href="${escaped(screen)}" target="_blank" rel="noopener">${say("web.cockpit.screen")}</a><span class="clock"></span></header>
  <p class="wrong" role="alert"></p><section class="room-gone" role="alert" hidden></section>
  <div class="columns">
    <section class="now" tabindex="0" aria-label="${say("web.cockpit.now")}"><h2>${say("web.cockpit.now")} <small></small></h2><div class="preview"><iframe src="${escaped(screen)}" title="${say("web.cockpit.now")}" tabindex="-1" inert></iframe></div>
      <div class="drive" role="group" aria-label="${say("web.cockpit.drive")}">${drive()}</div>
      <h2>${say("web.cockpit.notes")}</h2><div class="notes"></div></section>
    <section class="next" tabindex="0" aria-label="${say("web.cockpit.lesson")}"><div class="coming"></div><h2>${say("web.cockpit.lesson")}</h2><div class="lesson"></div></section>
    <section class="answers hall" tabindex="0" aria-label="${say("web.cockpit.answers")}"><h2>${say("web.cockpit.answers")} <small>${say("web.cockpit.live")}</small></h2><div class="live"></div>
      <h2>${say("web.cockpit.spot")}</h2><form class="spot"></form></section>
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
    `<b>${followed(count.followers)}</b>${count.followers ? ` · ${say("web.cockpit.explore", { n: count.followers - count.alone, alone: count.alone })}` : ""}`,
  )
  const stage = steps?.stages.find(([symbol]) => symbol === steps.stage)?.[1] ?? ""
  put(".now h2 small", poll ? say(`web.cockpit.phase.${poll.phase}`) : `<i>${formula(stage)}</i>`)
  put(".lesson", lessons(seen))
  put(".notes", notes(seen))
  put(".live", answers(seen))
  put(".acts", acts(seen))
  fillClock(root, seen)
}

/** @param {Element} root @param {Seen} seen */
export function fillClock(root, { began, left }) {
  const now = new Date()
  const element = root.querySelector("header .clock")
  const time = now.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
  if (element)
    setHTML(element, `<b>${time}</b> · ${say("web.cockpit.minutes", { n: Math.floor((Date.now() - began) / 60_000) })}`)
  const rest = root.querySelector(".live .left")
  if (rest) rest.textContent = left === null ? "" : say("web.hall.left", { time: clock(left) })
}

/** @param {Seen} seen */
function lessons({ steps, step }) {
  if (!steps) return ""
  const chosen = steps.lessons
    .map(
      ({ id, title }) =>
        `<option value="${escaped(id)}"${id === steps.lesson ? " selected" : ""}>${escaped(title)}</option>`,
    )
    .join("")
  const line = (/** @type {HallStep} */ { number, title, ask, hall, kind }) =>
    `<li class="${number === step ? "here" : ""}"><button type="button" class="choose" data-step="${number}"${number === step ? ' aria-current="step"' : ""}>${number}. ${rich(title || ask)}</button>
      ${number === step ? `<p>${rich(ask)}</p>` : ""}${
        hall
          ? `<button type="button" data-ask="${number}" aria-label="${escaped(say("web.cockpit.ask_step", { n: number }))}">${say("web.cockpit.ask")}</button>`
          : `<small>${say(`web.cockpit.alone.${kind === "order" ? "order" : "construct"}`)}</small>`
      }</li>`
  return `<select data-key="cockpit_lesson" aria-label="${say("web.cockpit.lesson")}"><option value="">${say("web.cockpit.no_lesson")}</option>${chosen}</select>
    <ol>${steps.steps.map(line).join("")}</ol>`
}

/** What to say: the file's notes, and what the lesson itself says of each answer. @param {Seen} seen */
function notes({ steps, step }) {
  const here = steps?.steps.find(({ number }) => number === step)
  if (!here) return `<p class="soft">${say("web.cockpit.no_notes")}</p>`
  const wrong = here.answers.map((text) => `<li>${rich(text)}</li>`).join("")
  return `${here.notes ? paragraphs(here.notes) : ""}<h3>${say("web.cockpit.before")}</h3>${paragraphs(here.text)}
    <h3>${say("web.cockpit.right")}</h3><p>${rich(here.right)}</p>${wrong ? `<h3>${say("web.cockpit.wrong")}</h3><ul>${wrong}</ul>` : ""}`
}

/** @param {Seen} seen */
function answers({ poll, question, results, count }) {
  if (!poll || !question) return `<p class="soft">${say("web.cockpit.no_question")}</p>`
  const of = Math.max(count.followers, count.votes)
  return `<p class="asks">${rich(question.ask)}</p><p class="sum"><span>${say("web.hall.answered", { n: count.votes, of })}</span><b class="left"></b></p>
    <div class="meter"><i style="width:${(100 * count.votes) / Math.max(of, 1)}%"></i></div>${results ? resultsHTML(question, results) : ""}`
}

/** @param {Seen} seen */
function acts({ poll, question, veiled }) {
  const can = { ...possible(poll, question), next: true }
  const main = nextAct(poll) || "next"
  return ACTS.map(([name, key]) => {
    const id =
      name === "next"
        ? poll
          ? "go_on"
          : veiled
            ? "unveil"
            : "next_stage"
        : name === "again" && poll?.phase === "revealed"
          ? "another"
          : name
    const hint = say(`web.cockpit.acts_are.${id}.hint`)
    return `<div><button type="button" data-act="${name}" class="${name === main ? "primary" : ""}"${can[name] ? "" : " disabled"} aria-describedby="hint_${name}">${say(`web.cockpit.acts_are.${id}.label`)} <kbd>${key === "Space" ? say("web.cockpit.space") : key}</kbd></button>
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
