// The form for an impromptu question in the presenter view.

import { escapeHtml } from "../view/model/numbers/format.js"
import { say } from "../view/model/words.js"

/** @import { RoomSteps } from "../view/types/view.js" */

/** Ready-made questions, and the kind of each. */
const SPOTS = /** @type {const} */ ([
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

/** Longest question or answer, and longest list of answers, in characters (decks/impromptu.py). */
const [MOST_CHARACTERS, MOST_TEXT] = [300, 3000]

const SECONDS = [0, 20, 30, 60, 120]

/**
 * Return the form of an impromptu question.
 * @param {RoomSteps | undefined} steps
 * @param {string} chosen
 * @param {string} pointed  the cell that is pinned on the screen
 */
export function spotHTML(steps, chosen, pointed) {
  const spotInfo = SPOTS.find(([name]) => name === chosen)?.[1]
  const maps = steps?.maps ?? []
  const [here, cell = ""] = pointed.split(":")
  const option = (/** @type {string} */ value, /** @type {string} */ text, on = false) =>
    `<option value="${escapeHtml(value)}"${on ? " selected" : ""}>${escapeHtml(text)}</option>`
  const map = `<label>${say("web.cockpit.map")} <select name="map">${maps.map(({ symbol, label, words }) => option(symbol, `${label} ${words}`, symbol === (here || "z1"))).join("")}</select></label>`
  const askField = `<label>${say("web.cockpit.own_ask")} <input name="ask" required maxlength="${MOST_CHARACTERS}" autocomplete="off"></label>`
  const rightField = (/** @type {string} */ example) =>
    `<label>${say("web.cockpit.own_right")} <input name="key" maxlength="${MOST_CHARACTERS}" placeholder="${example}" autocomplete="off" spellcheck="false"></label>`
  const fields = {
    map,
    cell: `${map}<label>${say("web.cockpit.cell")} <input name="cell" required pattern="\\d+( *, *\\d+)*" placeholder="3, 4" value="${escapeHtml(cell.replaceAll(",", ", "))}" inputmode="numeric" autocomplete="off"></label>`,
    choose: `${askField}<label>${say("web.cockpit.own_answers")} <textarea name="answers" required rows="3" maxlength="${MOST_TEXT}" aria-describedby="own_star">${say("web.cockpit.yes")}\n${say("web.cockpit.no")}</textarea></label>
      <small id="own_star">${say("web.cockpit.own_star")}</small>`,
    number: `${askField}${rightField("0.5, z1[3, 4]")}<label>${say("web.cockpit.own_within")} <input name="tolerance" maxlength="${MOST_CHARACTERS}" placeholder="0.05" autocomplete="off" spellcheck="false"></label>`,
    click: `${askField}${map}${rightField("z1 == max(z1)")}<label class="check"><input type="checkbox" name="hidden" value="1"> ${say("web.cockpit.own_hidden")}</label>`,
    "": "",
  }[spotInfo ?? ""]
  return `<label>${say("web.cockpit.kind")} <select name="spot">${SPOTS.map(([name]) => option(name, say(`web.cockpit.spots.${name}`), name === chosen)).join("")}</select></label>${fields}
    <label>${say("web.cockpit.time")} <select name="seconds" data-key="cockpit_seconds">${SECONDS.map((n) => option(String(n), n ? say("web.cockpit.seconds", { n }) : say("web.cockpit.open_end"))).join("")}</select></label>
    <button type="submit" data-key="cockpit_spot">${say("web.cockpit.ask")}</button>`
}

/**
 * Return the request that a filled form of an impromptu question makes.
 * @param {FormData} form
 */
export function spotOf(form) {
  const text = (/** @type {string} */ name) => String(form.get(name) ?? "").trim()
  const seconds = Number(text("seconds")) || undefined
  const name = text("spot")
  const kind = SPOTS.find(([known]) => known === name)?.[1]
  const askText = text("ask")
  const key = text("key") || undefined
  if (kind === "number") return { kind, ask: askText, key, tolerance: text("tolerance") || undefined, seconds }
  if (kind === "click") return { kind, ask: askText, map: text("map"), key, hidden: Boolean(text("hidden")), seconds }
  if (kind === "choose") return { kind, ask: askText, ...parseAnswers(text("answers")), seconds }
  const cell = text("cell") ? `${text("map")}:${text("cell").replace(/\s/g, "")}` : undefined
  return { spot: name, map: cell ? undefined : text("map") || undefined, cell, seconds }
}

/**
 * Parse answers, one per line; a star marks the right one. If there are several stars, the first counts.
 * @param {string} text
 */
function parseAnswers(text) {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
  const rightIndex = lines.findIndex((line) => line.startsWith("*"))
  const labels = lines.map((line) => line.replace(/^\*\s*/, ""))
  if (rightIndex < 0) return { answers: labels.map((label) => ({ label })) }
  return { answers: labels.map((label, n) => ({ label, is: String(n) })), key: String(rightIndex) }
}
