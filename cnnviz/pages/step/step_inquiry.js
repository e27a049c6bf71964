// Requests of Step beside its main one: exact values of quantized weights, and losses after raising a number.

import { raisedPart } from "../../view/model/explain/gradient_promise.js"
import { say } from "../../view/model/words.js"

/** @import { Subject } from "./step.js" */
/** @import { Source, Step } from "../../view/types/view.js" */

const REST_DELAY = 150 // milliseconds on a cell until its details are requested

/**
 * Request exact weights that a cell's explanation prints. Return whether all have arrived.
 * @param {Step} step @param {Subject} subject @param {() => void} [act] called when they arrive
 */
export function requestExact(step, { map, cell }, act) {
  const { numbers } = step
  const { part } = step.view.host.numbers
  if (!part) return true
  const isPassing = step.cells.hover && !step.cells.pinned // the pointer may cross many cells
  const missingParts = () =>
    numbers.missingParts(map, cell, step.showsStep(map)).filter((of) => !isPassing || !of.startsWith("past."))
  for (const partName of missingParts()) requestPart(step, partName, act)
  return !missingParts().length
}

/**
 * Request a part of the numbers and call `act` if they are still shown when it arrives.
 * @param {Step} step @param {string} of @param {() => void} [act]
 */
export function requestPart(step, of, act = () => step.view.paint(true)) {
  const { numbers } = step
  const { lesson: setup } = numbers.answer
  const requestSetup = of.startsWith("start.") ? { ...setup, k: "0" } : setup // equal at every update, so request it once
  step.view.host.numbers.part?.(requestSetup, of, (arrays) => {
    numbers.storePart(of, arrays)
    if (numbers === step.received) act()
  })
}

/**
 * Request the real change of the loss for the selected number, after a short rest on it.
 * @param {Step} step @param {Subject} subject
 */
export function requestRaised(step, { map, cell }) {
  clearTimeout(step.restTimer)
  const { numbers } = step
  const { part } = step.view.host.numbers
  const partName = step.isMasked(map) || step.isInexact(map) ? "" : raisedPart(numbers, map, cell)
  if (!partName || !part || partName in numbers.arrays) return
  step.restTimer = setTimeout(
    () => requestPart(step, partName, () => partName in numbers.arrays && step.view.paint(true)),
    REST_DELAY,
  )
}

/**
 * Return the table's source, with a function that requests the exact values of quantized weights.
 * @param {Step} step @param {string} symbol @param {Source} source @returns {Source}
 */
export function exactTable(step, symbol, source) {
  const { numbers } = step
  const quantized = numbers.quantized[symbol]
  const { part } = step.view.host.numbers
  if (source.instead || !quantized || quantized.isComplete) return source
  if (!part) return { ...source, instead: say("web.table.wide") }
  /** @param {() => void} act */
  const load = (act) =>
    part(numbers.answer.lesson, `${quantized.name}:`, (arrays) => {
      numbers.storePart(`${quantized.name}:`, arrays)
      quantized.isComplete ? act() : load(act)
    })
  return { ...source, instead: say("web.table.coming"), whole: load }
}
