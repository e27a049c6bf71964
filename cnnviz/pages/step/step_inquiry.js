// What Step asks for beside the numbers that it has: exact weights where colours came, and what happens when a number is raised.

import { raisedPart } from "../../view/model/explain/gradient_promise.js"
import { say } from "../../view/model/words.js"

/** @import { Subject } from "./step.js" */
/** @import { Source, Step } from "../../view/types/view.js" */

const RESTS = 150 // milliseconds on a cell before more is asked of it

/** Asks for exact weights that are still to come; whether all that is printed of a cell is there. @param {Step} step @param {Subject} subject @param {() => void} [act] what is done when they come */
export function inquire(step, { map, cell }, act) {
  const { numbers } = step
  const { part } = step.view.host.numbers
  if (!part) return true
  const passing = step.cells.hover && !step.cells.pinned // over many cells, of which each would be asked for
  const lacks = () => numbers.missing(map, cell, step.stepping(map)).filter((of) => !passing || !of.startsWith("past."))
  for (const of of lacks()) ask(step, of, act)
  return !lacks().length
}

/** Asks for a part of the numbers; `act` is what is done then, if they are still shown. @param {Step} step @param {string} of @param {() => void} [act] */
export function ask(step, of, act = () => step.view.paint(true)) {
  const { numbers } = step
  const { lesson: setup } = numbers.answer
  const asked = of.startsWith("start.") ? { ...setup, k: "0" } : setup // the same at every update, and asked for once
  step.view.host.numbers.part?.(asked, of, (arrays) => {
    numbers.learn(of, arrays)
    if (numbers === step.received) act()
  })
}

/** Asks what really happens when the number is raised whose gradient the words explain, once it has been pointed at for a moment. @param {Step} step @param {Subject} subject */
export function inquireRaised(step, { map, cell }) {
  clearTimeout(step.resting)
  const { numbers } = step
  const { part } = step.view.host.numbers
  const of = step.masked(map) || step.isInexact(map) ? "" : raisedPart(numbers, map, cell)
  if (!of || !part || of in numbers.arrays) return
  step.resting = setTimeout(() => ask(step, of, () => of in numbers.arrays && step.view.paint(true)), RESTS)
}

/** Has weights that came as colours asked for when their table is opened. @param {Step} step @param {string} symbol @param {Source} source @returns {Source} */
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
