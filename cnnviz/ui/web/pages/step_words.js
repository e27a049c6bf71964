// What stands in the explanation below the maps, and what a screen reader says of it.

import { explained } from "../model/explanation.js"
import { escaped, number } from "../model/format.js"
import { say } from "../model/words.js"
import { fit, linesOf, setHTML, shrink } from "./html.js"
import { isProjected } from "./lecture.js"

/** @import { Step, Subject } from "./step.js" */

/** @param {Step} step @param {Subject} subject */
export function fillWords(step, { map, cell }) {
  const { view, numbers } = step
  const { deviations, remarks } = numbers.answer
  const words = explained(numbers, map, cell, step.stepping(map))
  const text = deviations[map]
    ? beside(words.numbers, "web.step.instead")
    : step.puzzling(map)
      ? beside(words.numbers, "web.missions.stands")
      : words.numbers
  const masked = step.masked(map)
  step.cover(masked)
  setHTML(view.$(".explain .phase"), words.tag)
  setHTML(view.$(".explain .title"), escaped(words.title))
  setHTML(view.$(".explain .sentence"), escaped(words.sentence))
  const inPicture = (map === "update" || step.stepping(map)) && numbers.answer.promise // which says it of every parameter
  setHTML(view.$(".explain .fact"), masked || inPicture ? "" : escaped(numbers.answer.facts[map] ?? ""))
  view.$(".phase").className = `phase ${words.phase}`
  setHTML(view.$(".explain .formula"), words.formula)
  fit(view.$(".explain .formula"))
  setHTML(view.$(".numbers"), masked ? escaped(say(step.hidden.words)) : text)
  if (isProjected(view))
    for (const line of [".title", ".sentence", ".fact", ".numbers"]) inOneLine(view.$(`.explain ${line}`))
  setHTML(view.$(".remark"), linesOf(view.veiled ? [] : [deviations[map], remarks[0]].filter(Boolean)))
  view.$(".explain").classList.toggle("pinned", Boolean(step.cells.pinned))
  view.control("unpin").hidden = !step.cells.pinned
}

/** On a projector a sentence and a sum stand on one line, somewhat smaller, unless they are too long for that. @param {HTMLElement} line */
function inOneLine(line) {
  line.classList.remove("wraps")
  if (!shrink(line)) return
  line.classList.add("wraps")
  line.style.removeProperty("--fits")
}

/** Which of several channels, filters or units is spoken of. @param {Step} step @param {Subject} subject */
export function fillStepper(step, { map, cell }) {
  const symbol = step.shown(map)
  const axis = step.axis(symbol)
  const stepper = step.view.$(".stepper")
  stepper.hidden = axis < 0
  if (axis < 0) return
  const { kind, family } = step.numbers.maps[symbol]
  const outputs =
    family === step.numbers.maps.o.family
    || (kind === "weights" && step.numbers.shape(symbol).at(-1) === step.numbers.count("o"))
  const what = kind === "filters" ? "filter" : kind === "map" ? "channel" : outputs ? "output" : "unit"
  setHTML(step.view.$(".stepper .what"), escaped(say(`web.step.${what}`)))
  setHTML(step.view.$(".stepper .which"), String(cell[axis]))
}

/** The cell that is spoken of, as briefly as one says it who goes from cell to cell. @param {Step} step */
export function briefOf(step) {
  const { map, cell } = step.subject()
  if (map === "update" || step.closed(map) || !step.numbers.isExact(map, cell)) return ""
  const place = step.numbers.index(map, cell).join(", ")
  return say("web.spoken.cell", {
    value: number(step.numbers.at(map, cell)),
    map: step.numbers.maps[map].label,
    place,
  })
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

/**
 * Under the notebook's rule, or with a mistake in the pass, a number need not be what the exact arithmetic gives: then it is
 * only set beside it.
 * @param {string} html
 * @param {string} id
 */
const beside = (html, id) => html.replace(/ [=≈] (<b>[^<]*<\/b>)/g, (_, value) => say(id, { value }))
