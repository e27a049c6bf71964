// What stands in the explanation below the maps, and what a screen reader says of it.

import { actionButton } from "../../view/controls/actions.js"
import { beside, named } from "../../view/model/explain/arithmetic.js"
import { explained } from "../../view/model/explain/explanation.js"
import { promiseOf } from "../../view/model/explain/gradient_promise.js"
import { escaped, number, withSymbols } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { html, inner, linesOf, markup, render, setHidden } from "../../view/shell/html.js"
import { isPhone } from "../../view/shell/media_queries.js"
import { heldIn } from "./drag_hit.js"

/** @import { Words } from "../../view/model/explain/explanation.js" */
/** @import { Subject } from "./step.js" */
/** @import { Step, View } from "../../view/types/view.js" */

/** @typedef {Words & { how: string, fact: string, remark: string }} Said  `how`: how it is worked out, after what it means, where there is room for it; `tag`, `formula`, `numbers` and `remark` are HTML */

/** The idea of a stage and its sentence. @param {Partial<Said>} said */
const head = ({ tag = "", phase = "", title, sentence = "", how = "", fact = "", remark = "" }) =>
  html`<h1><span class="title">${title}</span><span class="phase ${phase}" ${inner(tag)}></span>${markup(actionButton("unpin", "✕", "hidden"))}<button type="button" class="list-stages" popovertarget="stages" aria-label=${say("web.frame.stages")}>▾</button></h1>
    <div class="said" ?data-remarked=${Boolean(remark)}><p class="sentence" ${inner(withSymbols(sentence))}></p> <p class="how" ${inner(withSymbols(how))}></p> <p class="fact" ${inner(withSymbols(fact))}></p></div>
    <p class="remark" tabindex=${remark ? 0 : -1} ${inner(remark)}></p>`

/** The formula, and the numbers of a cell: no line ends with the sign before what they come to. @param {Partial<Said>} said */
const foot = ({ formula = "", numbers = "" }) =>
  html`<p class="formula" ${inner(formula)}></p><div class="numbers" ${inner(numbers.replace(/[=≈] <b>[^<]*<\/b>/g, '<span class="end">$&</span>'))}></div>`

/** @param {Step} step @param {Subject} subject @returns {Said} */
function said(step, { map, cell }) {
  const { view, numbers } = step
  const { deviations, remarks, facts } = numbers.answer
  const found = explained(numbers, map, cell, step.stepping(map))
  const masked = step.masked(map)
  const notes = view.veiled ? [] : [deviations[map], remarks[0]].filter(Boolean)
  const instead = deviations[map] ? "web.step.instead" : step.puzzling(map) ? "web.missions.stands" : ""
  const own = instead ? beside(found.numbers, instead) : found.numbers
  const promise = masked || step.isInexact(map) ? "" : promiseOf(numbers, map, cell)
  const fact = masked ? "" : (facts[step.stepping(map) ? "update" : map] ?? "")
  return {
    ...found,
    sentence: promise || found.sentence,
    how: promise && found.sentence,
    fact,
    numbers: masked ? escaped(say(step.hidden.words)) : own,
    remark: linesOf(notes),
  }
}

/** Writes them; nothing before there are numbers. @param {View} view @param {Partial<Said>} [stage] what is said of the stage @param {Partial<Said>} [cell] and of the cell that is pointed at */
export function writeWords(view, stage = {}, cell = {}) {
  const place = view.$(".explain .text")
  render(head(stage), place, { renderBefore: place.querySelector(".tools") })
  render(foot(cell), view.$(".explain .foot"))
}

/** @param {Step} step @param {Subject} subject @param {Subject} scene */
export function fillWords(step, subject, scene) {
  const { view } = step
  step.cover(step.masked(scene.map))
  /** @type {Partial<Said>} */
  const whole = { title: say("web.step.whole"), sentence: say("web.step.whole_sentence") }
  const cell = said(step, subject)
  const { pinned } = step.cells
  const stage = step.isWhole ? whole : { ...(subject === scene ? cell : said(step, scene)), ...step.dragging.words }
  if (pinned && stage.tag) {
    const own = named(step.numbers, scene.map, scene.cell)
    const of = stage.tag.replace(/<i>.*<\/i>/, own)
    stage.tag = of === stage.tag ? `${of} · ${own}` : of
  }
  writeWords(view, stage, { ...cell, numbers: step.dragging.change(subject) || cell.numbers })
  const explain = view.$(".explain")
  const unpin = /** @type {HTMLElement} */ (explain.querySelector("[data-key=unpin]"))
  explain.classList.toggle("pinned", Boolean(pinned))
  setHidden(unpin, !pinned)
}

const LINES = [".said", ".formula", ".numbers"]
const [SMALLEST, SAFELY] = [0.7, 0.99] // of a formula's letters: its gaps do not shrink with them

const MOST_KNOWN = 500

/** @typedef {{ share: number, brief: number }} Fit  the share of a line that there is room for, whole and without how its number is worked out */
/** @type {WeakMap<object, { fits: Map<string, Fit>, shown: Map<string, string> }>}  by room: what fits in it, and what was fitted last, line by line */
const known = new WeakMap()

/** Fits the lines that are to stay in one, where they or their room have changed: all are asked at once, and once in a room, since each question after a change makes the page lay itself out again. @param {Step} step */
export function fitWords({ view, room }) {
  if (!room) return
  const { fits, shown } = known.get(room) ?? { fits: new Map(), shown: new Map() }
  known.set(room, { fits, shown })
  if (fits.size > MOST_KNOWN) fits.clear()
  const foot = (view.$(".explain .foot").textContent ?? "").replace(/\d/g, "0") // whose figures are all as wide as each other
  const changed = LINES.map((line) => {
    const element = view.$(`.explain ${line}`)
    const words = line === ".said" ? `${element.textContent} ${"remarked" in element.dataset}` : foot // two that share a line
    return { line, element, state: `${line} ${words}` }
  }).filter(({ line, state }) => shown.get(line) !== state)
  const fresh = changed.filter(({ state }) => !fits.has(state))
  for (const { element } of fresh) {
    for (const name of ["wraps", "brief"]) element.classList.toggle(name, false) // where it has it: to take it away from others has them styled anew
    element.style.removeProperty("--fits")
  }
  for (const { element, state } of fresh) fits.set(state, fitOf(element))
  for (const { line, element, state } of changed) {
    const { share, brief } = /** @type {Fit} */ (fits.get(state))
    shown.set(line, state)
    if (line === ".formula") shrink(element, share)
    else {
      element.classList.toggle("brief", share < 1)
      element.classList.toggle("wraps", share < 1 && brief < 1) // on two lines of smaller letters
    }
  }
}

/** @param {HTMLElement} line @returns {Fit} */
function fitOf({ clientWidth, scrollWidth, children }) {
  const how = /** @type {HTMLElement | undefined} */ (Array.from(children).find((part) => part.matches(".how")))
  return { share: clientWidth / scrollWidth, brief: clientWidth / (scrollWidth - (how?.offsetWidth ?? 0)) }
}

/** Browsers do not break a formula: it is set smaller; several stand on two lines, one scrolls. @param {HTMLElement} formula @param {number} share of it that there is room for */
function shrink(formula, share) {
  share < 1
    ? formula.style.setProperty("--fits", String(Math.max(SMALLEST, SAFELY * share)))
    : formula.style.removeProperty("--fits")
  const wraps = share < SMALLEST && formula.querySelectorAll("math").length > 1
  formula.classList.toggle("wraps", wraps)
  const least = isPhone() ? 1 : SMALLEST // there it is not set smaller
  share < least && !wraps ? formula.setAttribute("tabindex", "0") : formula.removeAttribute("tabindex") // then keys scroll it
}

/** Says to a finger which numbers of the picture it can drag. @param {Step} step */
export function sayHolds(step) {
  const place = step.view.$(".explain .holds")
  const [held, small] = heldIn(step).map((symbols) =>
    symbols.map((symbol) => step.numbers.maps[symbol].label).join(", "),
  )
  place.hidden = !held && !small
  const words = [held && say("web.drag.holds", { held }), small && say("web.drag.enlarges", { small })]
  render(html`${markup(words.filter(Boolean).join(" "))}`, place)
}

/** Finds which of several channels, filters or units is spoken of. @param {Step} step @param {Subject} subject */
export function fillStepper(step, { map, cell }) {
  const symbol = step.shown(map)
  const axis = step.axis(symbol)
  const stepper = step.view.$(".stepper")
  const images = step.numbers.network.images.length
  const thrown = `throws.${map}` in step.numbers.arrays && step.numbers.maps[map].kind === "map" && !step.isWhole
  const image = Number(step.numbers.answer.lesson.image ?? 0)
  const parts = [
    thrown && html`<button type="button" data-thrown="1">${say("web.step.fresh_mask")}</button>`,
    images > 0 && imageStepper(image, images),
    axis >= 0 && cellStepper(step, map, cell, axis),
  ].filter(Boolean)
  setHidden(stepper, !parts.length)
  const explain = step.view.$(".explain")
  explain.classList.toggle("turns", parts.length > 0)
  explain.style.setProperty("--turns", String(parts.length))
  render(parts, stepper)
}

/** @param {string} what @param {number} which @param {(by: number, label: string, sign: string) => unknown} turn */
const turning = (what, which, turn) =>
  html`<span class="turning"><span class="what">${what}</span><span class="turn">${turn(-1, say("web.step.less"), "−")}<b class="which">${which}</b>${turn(1, say("web.step.more"), "+")}</span></span>`

/** Finds which of several images is shown. @param {number} image @param {number} images */
const imageStepper = (image, images) =>
  turning(
    say("web.step.image"),
    image + 1, // as the pictures count them
    (by, label, sign) =>
      html`<button type="button" data-image=${(image + by + images) % images} aria-label=${label}>${sign}</button>`,
  )

/** @param {Step} step @param {string} map @param {import("../../view/model/explain/cell_links.js").Cell} cell @param {number} axis */
function cellStepper(step, map, cell, axis) {
  const symbol = step.shown(map)
  const { kind, family } = step.numbers.maps[symbol]
  const outputs =
    family === step.numbers.maps.o.family
    || (kind === "weights" && step.numbers.shape(symbol).at(-1) === step.numbers.count("o"))
  const what = kind === "filters" ? "filter" : kind === "map" ? "channel" : outputs ? "output" : "unit"
  return turning(
    say(`web.table.axis.${what}`),
    cell[axis],
    (by, label, sign) => html`<button type="button" data-turn=${by} aria-label=${label}>${sign}</button>`,
  )
}

/** The cell that is spoken of, as briefly as one says it who goes from cell to cell. @param {Step} step */
export function briefOf(step) {
  const { map, cell } = step.subject()
  if (map === "update" || step.closed(map) || !step.numbers.isExact(map, cell)) return ""
  const place = step.numbers.index(map, cell).join(", ")
  const value = number(step.numbers.at(map, cell))
  return say("web.spoken.cell", { value, map: step.numbers.maps[map].label, place })
}

/** @param {Step} step */
export function spokenOf(step) {
  const { view } = step
  const title = view.$(".explain .title").textContent ?? ""
  const numbers = step.predicting.spoken || (view.$(".numbers").textContent ?? "")
  if (view.isEarly) return say("web.spoken.early", { place: view.place, title, numbers })
  const loss = view.$(".status .loss").textContent ?? "" // which may be hidden still
  return say("web.spoken.step", { place: view.place, title, numbers, loss })
}
