// Scoring of answers. The core computes the key, which is part of the response.

import { plainNumber } from "../../view/model/numbers/format.js"

/** @import { LearnStep } from "../../view/types/view.js" */
/** @typedef {{ right: boolean, say: string }} Score */
/** @typedef {number | string | string[] | null} GivenAnswer  index of an option, index of a cell in its array, typed text, or ordered symbols */
/** @typedef {(name: string) => ArrayLike<number> | undefined} Masks  masks of the correct cells ("key") and of each option's cells ("0" …) */

/**
 * Parse a typed number, with comma, minus sign or percent. Return NaN if it is invalid.
 * @param {string} text
 */
export function typed(text) {
  const plain = plainNumber(text)
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*%?$/i.test(plain)) return Number.NaN
  return Number.parseFloat(plain) / (plain.endsWith("%") ? 100 : 1)
}

/**
 * Return whether there is an answer to submit.
 * @param {LearnStep} step
 * @param {GivenAnswer} given
 */
export function answered(step, given) {
  if (step.kind === "number") return !Number.isNaN(typed(String(given ?? "")))
  return step.kind !== "construct" && given !== null
}

/**
 * @param {LearnStep} step
 * @param {GivenAnswer} given
 * @param {Masks} masks
 * @returns {Score}
 */
export function score(step, given, masks = () => undefined) {
  const { kind, options, order, right, otherwise } = step
  if (kind === "choose") return options[Number(given)]
  if (kind === "construct") return { right: step.met, say: right }
  if (kind === "order") {
    const good = order.every(({ symbol }, n) => Array.isArray(given) && given[n] === symbol)
    return { right: good, say: good ? right : otherwise }
  }
  if (kind === "click") {
    const cell = Number(given)
    if (masks("key")?.[cell]) return { right: true, say: right }
    const known = options.find((_, n) => masks(String(n))?.[cell])
    return { right: false, say: known?.say ?? otherwise }
  }
  const value = typed(String(given))
  const near = (/** @type {number | null} */ wanted) =>
    wanted !== null && Math.abs(value - wanted) <= Math.max(step.tolerance, 1e-9 * Math.abs(wanted))
  if (near(step.value)) return { right: true, say: right }
  return { right: false, say: options.find((option) => near(option.value))?.say ?? otherwise }
}
