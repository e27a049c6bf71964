// Requests of Step beside its main one: exact values of quantized weights, and losses after raising a number.

import { raisedPart } from "../../view/model/explain/gradient_promise.js"
import { say } from "../../view/model/words.js"

/** @import { Subject } from "./step.js" */
/** @import { Source, Step } from "../../view/types/view.js" */

const RESTS = 150 // milliseconds on a cell until its details are requested

/**
 * Request exact weights that a cell's explanation prints. Return whether all are there.
 * @param {Step} step @param {Subject} subject @param {() => void} [act] called when they arrive
 */
export function inquire(step, { map, cell }, act) {
  const { numbers } = step
  const { part } = step.view.host.numbers
  if (!part) return true
  const passing = step.cells.hover && !step.cells.pinned // the pointer may cross many cells
  const lacks = () => numbers.missing(map, cell, step.stepping(map)).filter((of) => !passing || !of.startsWith("past."))
  for (const of of lacks()) ask(step, of, act)
  return !lacks().length
}

/**
 * Request a part of the numbers and call `act` if they are still shown when it arrives.
 * @param {Step} step @param {string} of @param {() => void} [act]
 */
export function ask(step, of, act = () => step.view.paint(true)) {
  const { numbers } = step
  const { lesson: setup } = numbers.answer
  const asked = of.startsWith("start.") ? { ...setup, k: "0" } : setup // equal at every update, so request it once
  step.view.host.numbers.part?.(asked, of, (arrays) => {
    numbers.learn(of, arrays)
    if (numbers === step.received) act()
  })
}

/**
 * Request the real change of the loss for the selected number, after a short rest on it.
 * @param {Step} step @param {Subject} subject
 */
export function inquireRaised(step, { map, cell }) {
  clearTimeout(step.resting)
  const { numbers } = step
  const { part } = step.view.host.numbers
  const of = step.masked(map) || step.isInexact(map) ? "" : raisedPart(numbers, map, cell)
  if (!of || !part || of in numbers.arrays) return
  step.resting = setTimeout(() => ask(step, of, () => of in numbers.arrays && step.view.paint(true)), RESTS)
}

/**
 * Return the table's source, with a function that requests the exact values of quantized weights.
 * @param {Step} step @param {string} symbol @param {Source} source @returns {Source}
 */
export function wholeTable(step, symbol, source) {
  const { numbers } = step
  const wide = numbers.quantized[symbol]
  const { part } = step.view.host.numbers
  if (source.instead || !wide || wide.whole) return source
  if (!part) return { ...source, instead: say("web.table.wide") }
  /** @param {() => void} act */
  const whole = (act) =>
    part(numbers.answer.lesson, `${wide.name}:`, (arrays) => {
      numbers.learn(`${wide.name}:`, arrays)
      wide.whole ? act() : whole(act)
    })
  return { ...source, instead: say("web.table.coming"), whole }
}
