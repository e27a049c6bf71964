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
export function parseTyped(text) {
  const plainText = plainNumber(text)
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*%?$/i.test(plainText)) return Number.NaN
  return Number.parseFloat(plainText) / (plainText.endsWith("%") ? 100 : 1)
}

/**
 * Return whether there is an answer to submit.
 * @param {LearnStep} step
 * @param {GivenAnswer} given
 */
export function hasAnswer(step, given) {
  if (step.kind === "number") return !Number.isNaN(parseTyped(String(given ?? "")))
  return step.kind !== "construct" && given !== null
}

/**
 * @param {LearnStep} step
 * @param {GivenAnswer} given
 * @param {Masks} masks
 * @returns {Score}
 */
export function scoreAnswer(step, given, masks = () => undefined) {
  const { kind, options, order, right, otherwise } = step
  if (kind === "choose") return options[Number(given)]
  if (kind === "construct") return { right: step.met, say: right }
  if (kind === "order") {
    const isCorrect = order.every(({ symbol }, n) => Array.isArray(given) && given[n] === symbol)
    return { right: isCorrect, say: isCorrect ? right : otherwise }
  }
  if (kind === "click") {
    const cell = Number(given)
    if (masks("key")?.[cell]) return { right: true, say: right }
    const mistake = options.find((_, n) => masks(String(n))?.[cell])
    return { right: false, say: mistake?.say ?? otherwise }
  }
  const value = parseTyped(String(given))
  const isNear = (/** @type {number | null} */ wanted) =>
    wanted !== null && Math.abs(value - wanted) <= Math.max(step.tolerance, 1e-9 * Math.abs(wanted))
  if (isNear(step.value)) return { right: true, say: right }
  return { right: false, say: options.find((option) => isNear(option.value))?.say ?? otherwise }
}
