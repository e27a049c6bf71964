// The explanation below the maps, and its announcement for screen readers.

import { actionButton } from "../../view/controls/actions.js"
import { readPreference } from "../../view/controls/preferences.js"
import { FONT_SIZES } from "../../view/draw/font_sizes.js"
import { cellName, withNoteBeside } from "../../view/model/explain/arithmetic.js"
import { explainCell } from "../../view/model/explain/explanation.js"
import { promiseOf } from "../../view/model/explain/gradient_promise.js"
import { escapeHtml, number, withSymbols } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { html, inner, linesOf, markup, render, setHidden } from "../../view/shell/html.js"
import { isPhone, isTouch } from "../../view/shell/media_queries.js"
import { draggableSymbols, readsDraggable } from "./drag_hit.js"

/** @import { Words } from "../../view/model/explain/explanation.js" */
/** @import { Subject } from "./step.js" */
/** @import { Step, View } from "../../view/types/view.js" */

export const DRAGGED = "dragged" // preference: whether this browser's visitor has dragged a number

/** @typedef {Words & { how: string, fact: string, remark: string }} Said  `how` is the computation, shown if there is room; `tag`, `formula`, `numbers` and `remark` are HTML */

/** Return the title and the sentences. @param {Partial<Said>} said */
const headTemplate = ({ tag = "", phase = "", title, sentence = "", how = "", fact = "", remark = "" }) =>
  html`<h1><span class="title">${title}</span><span class="phase ${phase}" ${inner(tag)}></span>${markup(actionButton("unpin", "✕", "hidden"))}<button type="button" class="list-stages" popovertarget="stages" aria-label=${say("web.frame.stages")}>▾</button></h1>
    <div class="said" ?data-remarked=${Boolean(remark)}><p class="sentence" ${inner(withSymbols(sentence))}></p> <p class="how" ${inner(withSymbols(how))}></p> <p class="fact" ${inner(withSymbols(fact))}></p></div>
    <p class="remark" tabindex=${remark ? 0 : -1} ${inner(remark)}></p>`

/**
 * Return the formula and the numbers of a cell. The equals sign stays on the line of its result.
 * @param {Partial<Said>} said
 */
const footTemplate = ({ formula = "", numbers = "" }) =>
  html`<p class="formula" ${inner(formula)}></p><div class="numbers" ${inner(numbers.replace(/[=≈] <b>[^<]*<\/b>/g, '<span class="end">$&</span>'))}></div>`

/** @param {Step} step @param {Subject} subject @returns {Said} */
function textOf(step, { map, cell }) {
  const { view, numbers } = step
  const { deviations, remarks, facts } = numbers.answer
  const explanation = explainCell(numbers, map, cell, step.showsStep(map))
  const isMasked = step.isMasked(map)
  const notes = view.veiled ? [] : [deviations[map], remarks[0]].filter(Boolean)
  const insteadKey = deviations[map] ? "web.step.instead" : step.hasUnknownMistake(map) ? "web.missions.stands" : ""
  const arithmetic = insteadKey ? withNoteBeside(explanation.numbers, insteadKey) : explanation.numbers
  const promise = isMasked || step.isInexact(map) ? "" : promiseOf(numbers, map, cell)
  const fact = isMasked ? "" : (facts[step.showsStep(map) ? "update" : map] ?? "")
  return {
    ...explanation,
    sentence: promise || explanation.sentence,
    how: promise && explanation.sentence,
    fact,
    numbers: isMasked ? escapeHtml(say(step.hidden.words)) : arithmetic,
    remark: linesOf(notes),
  }
}

/**
 * Render the explanation, which is empty before the first response.
 * @param {View} view @param {Partial<Said>} [stage] the stage's text @param {Partial<Said>} [cell] the selected cell's text
 */
export function writeWords(view, stage = {}, cell = {}) {
  const element = view.$(".explain .text")
  render(headTemplate(stage), element, { renderBefore: element.querySelector(".tools") })
  render(footTemplate(cell), view.$(".explain .foot"))
}

/** @param {Step} step @param {Subject} subject @param {Subject} scene */
export function fillWords(step, subject, scene) {
  const { view } = step
  step.cover(step.isMasked(scene.map))
  const cell = textOf(step, subject)
  const { pinned } = step.cells
  const sceneText = subject === scene ? cell : textOf(step, scene)
  const howText = () => [sceneText.how, invitation(step)].filter(Boolean).join(" ")
  const stage = { ...sceneText, how: howText(), ...step.dragging.words }
  if (pinned && stage.tag) {
    const entryName = cellName(step.numbers, scene.map, scene.cell)
    const entryTag = stage.tag.replace(/<i>.*<\/i>/, entryName)
    stage.tag = entryTag === stage.tag ? `${entryTag} · ${entryName}` : entryTag
  }
  writeWords(view, stage, { ...cell, numbers: step.dragging.change(subject) || cell.numbers })
  const explain = view.$(".explain")
  const unpinButton = /** @type {HTMLElement} */ (explain.querySelector("[data-key=unpin]"))
  explain.classList.toggle("pinned", Boolean(pinned))
  setHidden(unpinButton, !pinned)
}

/**
 * Return the hint that numbers can be dragged, until the visitor has dragged one. Touch screens have their own hint.
 * @param {Step} step
 */
const invitation = (step) =>
  !isTouch() && readPreference(DRAGGED) === "" && readsDraggable(step, step.view.stage) ? say("web.drag.once") : ""

const LINES = [".said", ".formula", ".numbers"]
const [SMALLER, SMALLEST] = [FONT_SIZES.text / FONT_SIZES.large, FONT_SIZES.small / FONT_SIZES.large] // of a formula that is too long, as shares of its own size
const SAFELY = 0.99 // for its gaps, which do not shrink

const MAX_FITS = 500

/** @typedef {{ share: number, brief: number }} Fit  share of a line that fits, with and without `how` */
/** @type {WeakMap<object, { fits: Map<string, Fit>, shown: Map<string, string> }>}  measurements and the last fitted text of each line, by room */
const fitsByRoom = new WeakMap()

/**
 * Fit the lines that must not wrap, if their text or space has changed. All are measured together, since a
 * measurement after a change forces a layout.
 * @param {Step} step
 */
export function fitWords({ view, room }) {
  if (!room) return
  const { fits, shown } = fitsByRoom.get(room) ?? { fits: new Map(), shown: new Map() }
  fitsByRoom.set(room, { fits, shown })
  if (fits.size > MAX_FITS) fits.clear()
  const footText = (view.$(".explain .foot").textContent ?? "").replace(/\d/g, "0") // digits have equal widths
  const changedLines = LINES.map((line) => {
    const element = view.$(`.explain ${line}`)
    const words = line === ".said" ? `${element.textContent} ${"remarked" in element.dataset}` : footText // both lines share the foot
    return { line, element, state: `${line} ${words}` }
  }).filter(({ line, state }) => shown.get(line) !== state)
  const newLines = changedLines.filter(({ state }) => !fits.has(state))
  for (const { element } of newLines) {
    for (const name of ["wraps", "brief"]) element.classList.toggle(name, false) // toggle only if present, since any change triggers a style computation
    element.style.removeProperty("--fits")
  }
  for (const { element, state } of newLines) fits.set(state, measureLine(element))
  for (const { line, element, state } of changedLines) {
    const { share, brief } = /** @type {Fit} */ (fits.get(state))
    shown.set(line, state)
    if (line === ".formula") fitFormula(element, share)
    else {
      element.classList.toggle("brief", share < 1)
      element.classList.toggle("wraps", share < 1 && brief < 1) // two lines in a smaller font
    }
  }
}

/** @param {HTMLElement} line @returns {Fit} */
function measureLine({ clientWidth, scrollWidth, children }) {
  const howElement = /** @type {HTMLElement | undefined} */ (Array.from(children).find((part) => part.matches(".how")))
  return { share: clientWidth / scrollWidth, brief: clientWidth / (scrollWidth - (howElement?.offsetWidth ?? 0)) }
}

/**
 * Shrink a formula, since browsers do not wrap it. Several formulas wrap, and a single one scrolls if it is still too
 * long.
 * @param {HTMLElement} formula @param {number} share of its width that fits
 */
function fitFormula(formula, share) {
  const size = SAFELY * share < SMALLER ? SMALLEST : SMALLER
  share < 1 ? formula.style.setProperty("--fits", String(size)) : formula.style.removeProperty("--fits")
  const isWrapped = share < SMALLEST && formula.querySelectorAll("math").length > 1
  formula.classList.toggle("wraps", isWrapped)
  const minShare = isPhone() ? 1 : SMALLEST // phones do not shrink it
  share < minShare && !isWrapped ? formula.setAttribute("tabindex", "0") : formula.removeAttribute("tabindex") // keys can then scroll it
}

/** Show which numbers of the diagram a finger can drag. @param {Step} step */
export function fillDragHint(step) {
  const element = step.view.$(".explain .holds")
  const [held, small] = draggableSymbols(step).map((symbols) =>
    symbols.map((symbol) => step.numbers.maps[symbol].label).join(", "),
  )
  element.hidden = !held && !small
  const words = [held && say("web.drag.holds", { held }), small && say("web.drag.enlarges", { small })]
  render(html`${markup(words.filter(Boolean).join(" "))}`, element)
}

/** Render the steppers for images, and for channels, filters or units. @param {Step} step @param {Subject} subject */
export function fillStepper(step, { map, cell }) {
  const symbol = step.mainMap(map)
  const axis = step.axis(symbol)
  const stepper = step.view.$(".stepper")
  const images = step.numbers.network.images.length
  const hasMask = `throws.${map}` in step.numbers.arrays && step.numbers.maps[map].kind === "map"
  const image = Number(step.numbers.answer.lesson.image ?? 0)
  const parts = [
    hasMask && html`<button type="button" data-thrown="1">${say("web.step.fresh_mask")}</button>`,
    images > 0 && imageStepper(image, images),
    axis >= 0 && !step.predicting.question && cellStepper(step, map, cell, axis), // the question names its cell
  ].filter(Boolean)
  setHidden(stepper, !parts.length)
  const explain = step.view.$(".explain")
  explain.classList.toggle("turns", parts.length > 0)
  explain.style.setProperty("--turns", String(parts.length))
  render(parts, stepper)
}

/** @param {string} what @param {number} which @param {(by: number, label: string, sign: string) => unknown} turn */
const stepperTemplate = (what, which, turn) =>
  html`<span class="turning"><span class="what">${what}</span><span class="turn">${turn(-1, say("web.step.less"), "−")}<b class="which">${which}</b>${turn(1, say("web.step.more"), "+")}</span></span>`

/** Return the stepper of the images in a batch. @param {number} image @param {number} images */
const imageStepper = (image, images) =>
  stepperTemplate(
    say("web.step.image"),
    image + 1, // numbered from 1
    (by, label, sign) =>
      html`<button type="button" data-image=${(image + by + images) % images} aria-label=${label}>${sign}</button>`,
  )

/** @param {Step} step @param {string} map @param {import("../../view/model/explain/cell_links.js").Cell} cell @param {number} axis */
function cellStepper(step, map, cell, axis) {
  const symbol = step.mainMap(map)
  const { kind, family } = step.numbers.maps[symbol]
  const outputs =
    family === step.numbers.maps.o.family
    || (kind === "weights" && step.numbers.shape(symbol).at(-1) === step.numbers.count("o"))
  const unitKind = kind === "filters" ? "filter" : kind === "map" ? "channel" : outputs ? "output" : "unit"
  return stepperTemplate(
    say(`web.table.axis.${unitKind}`),
    cell[axis],
    (by, label, sign) => html`<button type="button" data-turn=${by} aria-label=${label}>${sign}</button>`,
  )
}

/** Return the announcement of the selected cell, or "" if it has no exact number. @param {Step} step */
export function briefOf(step) {
  const { map, cell } = step.subject()
  if (map === "update" || step.hiddenReason(map) || !step.numbers.isExact(map, cell)) return ""
  const indexText = step.numbers.index(map, cell).join(", ")
  const value = number(step.numbers.at(map, cell))
  return say("web.spoken.cell", { value, map: step.numbers.maps[map].label, place: indexText })
}

/** @param {Step} step */
export function spokenOf(step) {
  const { view } = step
  const title = view.$(".explain .title").textContent ?? ""
  const numbers = step.predicting.spoken || (view.$(".numbers").textContent ?? "")
  if (view.isEarly) return say("web.spoken.early", { place: view.place, title, numbers })
  const loss = view.$(".status .loss").textContent ?? "" // may still be hidden
  return say("web.spoken.step", { place: view.place, title, numbers, loss })
}
