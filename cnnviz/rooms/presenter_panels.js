// The panels of the presenter view: deck, current and next screen, time, and actions.

import { paragraphs, rich } from "../pages/learn/learn_words.js"
import { clock, escapeHtml, formula } from "../view/model/numbers/format.js"
import { say } from "../view/model/words.js"
import { setHTML } from "../view/shell/html.js"
import { adviceOf, followerCountText, LEAST, MOST, nextAct, possibleActions, rightCounts } from "./question.js"
import { resultsHTML } from "./results.js"

/** @import { RoomPoll, RoomQuestion, RoomResults, RoomStep, RoomSteps } from "../view/types/view.js" */
/**
 * @typedef {object} Seen  all that the screen is made of
 * @property {string} code
 * @property {RoomPoll | null} poll
 * @property {RoomQuestion | undefined} question
 * @property {RoomResults | undefined} results
 * @property {RoomSteps | undefined} steps
 * @property {number} since  when the screen where the lecture is was shown
 * @property {import("./events.js").Count} count
 * @property {number | null} left  seconds to answer
 * @property {boolean} veiled  whether the newest numbers are still hidden from the audience
 * @property {number} began  when this screen was opened
 * @property {string} cover  what projectors show instead: "black", "join" or ""
 * @property {(query: string) => string} picture  a small picture of a screen, "" where there is none
 */

/** The actions in order, and the key of each. */
export const ACTS = /** @type {const} */ ([
  ["close", "C"],
  ["show", "S"],
  ["again", "V"],
  ["run", "G"],
  ["reveal", "R"],
  ["next", "N"],
])

/** What projectors may show instead of the lecture, and the key of each. */
export const COVERS = /** @type {const} */ ([
  ["black", "B"],
  ["join", "J"],
])

const MAY = ["free", "screens", "paused"] // what followers may explore
/**
 * Return the actions of each kind of question, in order. An experiment first asks for a prediction.
 * @param {RoomPoll | null} poll
 */
const actionsFor = (poll) =>
  poll?.kind === "predict"
    ? ACTS.filter(([name]) => ["close", "show", "run", "next"].includes(name))
    : poll?.kind === "experiment"
      ? ACTS.filter(([name]) => ["close", "reveal", "next"].includes(name))
      : ACTS.filter(([name]) => name !== "run")

/**
 * Return the skeleton of the presenter view, before any data arrives.
 * @param {string} screen  the address of the projector's page
 * @param {string} preview  of a page that shows a screen to come
 */
export const presenterHTML = (
  screen,
  preview,
) => `<header><h1>cnnviz</h1><span class="private">${say("web.cockpit.private")}</span><span class="room"></span>
    <span class="count" role="status"></span><span class="clock"></span></header>
  <p class="wrong" role="alert"></p><section class="room-gone" role="alert" hidden></section>
  <div class="columns">
    <section class="script" tabindex="0" aria-label="${say("web.cockpit.script")}"><h2></h2><ol class="lesson"></ol>
      <details open><summary>${say("web.cockpit.spot")}</summary><form class="spot"></form></details>
      <details open><summary>${say("web.cockpit.more")}</summary><p class="choose"></p>
        <label>${say("web.cockpit.explorers")} <select data-key="cockpit_explore">${MAY.map((how) => `<option value="${how}">${say(`web.cockpit.may.${how}`)}</option>`).join("")}</select></label>
        <button type="button" data-key="cockpit_save">${say("web.cockpit.save")}</button><button type="button" data-key="cockpit_link">${say("web.room.driver")}</button>
        <a href="${escapeHtml(screen)}" target="_blank" rel="noopener">${say("web.cockpit.screen")}</a></details></section>
    <section class="now" tabindex="0" aria-label="${say("web.cockpit.now")}"><h2>${say("web.cockpit.now")} <small></small></h2><div class="preview"><iframe src="${escapeHtml(screen)}" title="${say("web.cockpit.now")}" tabindex="-1" inert></iframe></div>
      <div class="drive" role="group" aria-label="${say("web.cockpit.drive")}">${driveButtons()}</div>
      <h2>${say("web.cockpit.notes")}</h2><div class="notes"></div><p class="pace"></p></section>
    <section class="answers room-ui" tabindex="0" aria-label="${say("web.cockpit.answers")}"><div class="next"></div><div class="preview" hidden><iframe data-src="${escapeHtml(preview)}" title="${say("web.cockpit.upcoming")}" tabindex="-1" inert></iframe></div><div class="coming"></div>
      <div class="live"></div></section>
  </div>
  <nav class="acts" aria-label="${say("web.cockpit.acts")}"><p class="keys"></p><div class="turns"></div><div class="on"></div></nav>`

const driveButtons = () =>
  ["update_back", "stage_back", "stage_next", "update_next"]
    .map((name) => `<button type="button" data-drive="${name}">${say(`web.cockpit.${name}`)}</button>`)
    .join("")

/** @param {Element} root @param {string} selector @param {string} html */
function putHTML(root, selector, html) {
  const element = root.querySelector(selector)
  if (element) setHTML(element, html)
}

/** @param {Element} root @param {Seen} seen */
export function fillPresenterView(root, seen) {
  const { count, code } = seen
  putHTML(root, "header .room", say("web.room.code", { code: `<b>${escapeHtml(code)}</b>` }))
  const { followers, alone, lost } = count
  const exploring = alone ? ` · ${say("web.cockpit.explore", { n: followers - alone, alone })}` : ""
  const lostText = lost ? ` · <b class="lost">${say("web.cockpit.lost", { n: lost })}</b>` : ""
  putHTML(root, "header .count", `<b>${followerCountText(followers)}</b>${exploring}${lostText}`)
  putHTML(root, ".script h2", deck(seen))
  putHTML(root, ".lesson", screens(seen))
  putHTML(root, ".choose", choice(seen))
  putHTML(root, ".next", nextHeading(seen))
  putHTML(root, ".notes", notes(seen))
  putHTML(root, ".live", answers(seen))
  putHTML(root, ".keys", coverKeys(seen))
  putHTML(root, ".turns", actionButtons(seen).slice(0, -1).join("<i>›</i>"))
  putHTML(root, ".on", actionButtons(seen).at(-1) ?? "")
  fillClock(root, seen)
}

/** @param {Element} root @param {Seen} seen */
export function fillClock(root, { began, left, since, steps, poll }) {
  const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
  const planned =
    (steps?.screen ?? null) === null ? 0 : (steps?.steps ?? []).reduce((sum, { seconds }) => sum + (seconds ?? 0), 0)
  const minutes = Math.floor((Date.now() - began) / 60_000)
  const passedText = planned
    ? say("web.cockpit.minutes_of", { n: minutes, of: Math.ceil(planned / 60) })
    : say("web.cockpit.minutes", { n: minutes })
  putHTML(root, "header .clock", `<b>${time}</b> ${passedText}`)
  const timeText = left === null ? "" : ` · ${say("web.hall.left", { time: clock(left) })}`
  const stage = steps?.stages.find(([symbol]) => symbol === steps.stage)?.[1] ?? ""
  const phase = poll?.kind === "experiment" ? (poll.phase === "revealed" ? "concluded" : "running") : poll?.phase
  putHTML(root, ".now h2 small", poll ? say(`web.cockpit.phase.${phase}`) + timeText : `<i>${formula(stage)}</i>`)
  const currentScreen = screenOf(steps)
  const elapsed = (Date.now() - since) / 1000
  const isLate = Boolean(currentScreen?.seconds) && elapsed > Number(currentScreen?.seconds)
  const plan = currentScreen?.seconds ? say("web.cockpit.planned", { time: clock(currentScreen.seconds) }) : ""
  const planText = plan ? `<em>${say(`web.cockpit.${isLate ? "late" : "on_time"}`)}</em>` : ""
  const pace = `<b class="${isLate ? "late" : ""}">${clock(elapsed)}</b> <span>${say("web.cockpit.on_screen")} <small>${plan}</small></span>${planText}`
  putHTML(root, ".pace", currentScreen ? pace : "")
}

/** Return the current screen of the room's deck. @param {RoomSteps | undefined} steps @returns {RoomStep | undefined} */
export const screenOf = (steps) => steps?.steps.find(({ number }) => number === steps.screen)

/** Return the next screen of the room's deck. @param {RoomSteps | undefined} steps @returns {RoomStep | undefined} */
export const comingOf = (steps) =>
  steps && steps.screen !== null ? steps.steps.find(({ number }) => number === Number(steps.screen) + 1) : undefined

/** @param {Seen} seen */
const deck = ({ steps }) =>
  steps && steps.screen !== null
    ? `${rich(steps.title)} <small>${say("web.script.place", { number: steps.screen, count: steps.steps.length })}</small>`
    : say("web.cockpit.script")

/** Return the subject of a screen, on one line. @param {RoomStep} screen */
const summaryOf = ({ ask, title, text }) => rich(ask || text.split("\n")[0] || title)

/** @param {Seen} seen */
function screens({ steps, picture }) {
  const line = (/** @type {RoomStep} */ screen) => {
    const { number, hall, experiment, query } = screen
    const isCurrent = number === steps?.screen
    const sign = experiment ? "∷" : hall ? "?" : ""
    const pictureHTML = picture(query)
    return `<li class="${isCurrent ? "here" : ""}"><button type="button" data-screen="${number}"${isCurrent ? ' aria-current="step"' : ""}><span>${
      number < Number(steps?.screen) ? "✓" : number
    }</span><span class="small-picture${sign ? " asks" : ""}">${sign ? `<b>${sign}</b>` : ""}${pictureHTML ? `<img src="${pictureHTML}" alt="">` : ""}</span><span class="about">${summaryOf(screen)}</span></button></li>`
  }
  return (steps?.steps ?? []).map(line).join("")
}

/** Return the select box for another deck. @param {Seen} seen */
function choice({ steps }) {
  if (!steps) return ""
  const option = (/** @type {{ id: string, title: string }} */ { id, title }) =>
    `<option value="${escapeHtml(id)}"${id === steps.lesson ? " selected" : ""}>${escapeHtml(title)}</option>`
  const group = (/** @type {"lectures" | "lessons"} */ name) =>
    `<optgroup label="${say(`web.cockpit.${name}`)}">${steps[name].map(option).join("")}</optgroup>`
  const isRoomsDeck = steps.lesson && ![...steps.lessons, ...steps.lectures].some(({ id }) => id === steps.lesson)
  return `<select data-key="cockpit_script" aria-label="${say("web.cockpit.script")}"><option value="">${isRoomsDeck ? rich(steps.title) : say("web.cockpit.no_script")}</option>${group("lectures")}${group("lessons")}</select>`
}

/** Return the heading and subject of the next screen. @param {Seen} seen */
function nextHeading({ steps }) {
  const nextScreen = comingOf(steps)
  return nextScreen
    ? `<h2>${say("web.cockpit.upcoming")} <small>${nextScreen.number}</small></h2><p>${summaryOf(nextScreen)}</p>`
    : ""
}

/** Return the presenter's notes, and the deck's feedback on each answer. @param {Seen} seen */
function notes({ steps }) {
  const shownScreen = screenOf(steps) ?? comingOf(steps)
  if (!shownScreen) return `<p class="soft">${say("web.cockpit.no_notes")}</p>`
  const wrong = shownScreen.answers.map((text) => `<li>${rich(text)}</li>`).join("")
  return `${shownScreen.notes ? `<div class="own">${paragraphs(shownScreen.notes)}</div>` : ""}${shownScreen.text ? paragraphs(shownScreen.text) : ""}
    ${shownScreen.right ? `<h3>${say("web.cockpit.right")}</h3><p>${rich(shownScreen.right)}</p>` : ""}${wrong ? `<h3>${say("web.cockpit.wrong")}</h3><ul>${wrong}</ul>` : ""}`
}

/** @param {Seen} seen */
function coverKeys({ cover }) {
  const coverButtons = COVERS.map(
    ([name, key]) =>
      `<button type="button" data-cover="${name}" aria-pressed="${cover === name}"><kbd>${key}</kbd> ${say(`web.cockpit.covers.${name}`)}</button>`,
  )
  return `<span><kbd>${say("web.cockpit.page_down")}</kbd> ${say("web.cockpit.blue")}</span>${coverButtons.join("")}`
}

/** @param {Seen} seen @returns {string[]} */
function actionButtons({ poll, question, results, veiled, steps }) {
  const can = { ...possibleActions(poll, question), next: true }
  const nextScreen = comingOf(steps)
  const main = nextAct(poll, results) || "next"
  const leadAction = nextScreen ? "next_screen" : poll ? "go_on" : veiled ? "unveil" : "next_stage"
  return actionsFor(poll).map(([name, key]) => {
    const isConclusion = name === "reveal" && poll?.kind === "experiment"
    const isSecondRound = name === "again" && poll?.phase === "revealed"
    const id = name === "next" ? leadAction : isSecondRound ? "another" : isConclusion ? "conclude" : name
    return `<button type="button" data-act="${name}" class="${name === main ? "primary" : ""}"${can[name] ? "" : " disabled"} title="${escapeHtml(say(`web.cockpit.acts_are.${id}.hint`))}">${say(`web.cockpit.acts_are.${id}.label`)} <kbd>${key}</kbd></button>`
  })
}

/** @param {Seen} seen */
function answers({ poll, question, results, count }) {
  const voterCount = Math.max(count.followers, count.votes)
  if (poll?.kind === "experiment") return headHTML(say("web.cockpit.runs", { n: count.votes, of: voterCount }))
  if (!poll || !question) return `${headHTML("")}<p class="soft">${say("web.cockpit.no_question")}</p>`
  return `${headHTML(say("web.cockpit.of", { n: count.votes, of: voterCount }))}<p class="asks">${rich(question.ask)}</p>
    ${results ? resultsHTML(question, results) + advice(results) : ""}`
}

/** @param {string} sum */
const headHTML = (sum) => `<h2>${say("web.cockpit.answers")} <span class="sum">${sum}</span></h2>`

/** Return advice on the next action, from the share of right answers. @param {RoomResults} results */
function advice(results) {
  const adviceKey = adviceOf(results)
  if (!adviceKey) return ""
  const { n, of } = rightCounts(results)
  const share = n / of
  return `<p class="advice">${say(`web.cockpit.advice.${adviceKey}`, { share })}<small>${say("web.cockpit.advice.why", { low: LEAST, high: MOST })}</small></p>`
}
