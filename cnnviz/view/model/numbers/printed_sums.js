// Printed sums, with enough decimals that the printed terms add up to the printed total.

import { decimals, exponentOf, number } from "./format.js"

/** @typedef {{ power: number, texts: string[], total: string, write: (value: number) => string }} PrintedSum  a printed sum: the common exponent, its terms, its total, and a formatter for further numbers */

const EXTRA_DECIMALS = 4 // maximum number of decimals beyond the minimum
const SMALLEST_FIXED = 1e-6 // smaller numbers are printed with an exponent

/**
 * Format the terms of a sum and its total with the fewest decimals for which the printed terms add up to the printed
 * total. All of them share one power of ten. A term of 0 is "0", and a term that rounds to 0 has no sign.
 * @param {number[]} values
 * @param {number} total
 * @param {{ digits?: number, fits?: (text: string) => boolean, below?: number }} [how]  `digits` is the minimum number of digits of the total; `fits` returns whether there is room for a term, otherwise it gets fewer decimals; if all numbers are below `below`, they share an exponent
 * @returns {PrintedSum}
 */
export function printSum(values, total, { digits = 2, fits = () => true, below = 1e-3 } = {}) {
  const maxMagnitude = Math.max(...values.map(Math.abs), Math.abs(total))
  const exponent = maxMagnitude < below ? exponentOf(maxMagnitude) : 0
  const [terms, sum] = [values.map((value) => value / 10 ** exponent), total / 10 ** exponent]
  const minCount = minDecimals(Math.max(...terms.map(Math.abs), Math.abs(sum)), sum, digits)
  const roundedSum = (/** @type {number} */ count) =>
    terms.reduce((all, value) => all + Number(value.toFixed(count)), 0)
  const isRight = (/** @type {number[]} */ [of, end]) =>
    formatFixed(roundedSum(of), end) === formatFixed(sum, end) || !sum
  const candidates = Array.from({ length: EXTRA_DECIMALS }, (_, n) => minCount + n).flatMap((of) =>
    Array.from({ length: of - minCount + 1 }, (_, n) => [of, of - n]),
  )
  const hasRoom = (/** @type {number} */ count) =>
    terms.every((value) => fits(formatFixed(value, count).replace("−", "")))
  const ranges = Array.from({ length: minCount + 1 }, (_, n) => [minCount - n, minCount])
  const [count, end] = candidates.find((both) => isRight(both) && hasRoom(both[0]))
    ?? ranges.find(([of]) => hasRoom(of)) ?? [0, minCount]
  const formatDigits = (/** @type {number} */ value) => formatFixed(value / 10 ** exponent, count)
  return { power: exponent, texts: values.map(formatDigits), total: formatFixed(sum, end), write: formatDigits }
}

/**
 * Return the number of decimals that show `digits` digits of the total and two of the largest number, but no more
 * than an integer needs.
 * @param {number} maxMagnitude @param {number} total @param {number} digits
 */
function minDecimals(maxMagnitude, total, digits) {
  if (!Number.isFinite(maxMagnitude)) return 2
  const decimalsFor = (/** @type {number} */ value, /** @type {number} */ count) =>
    value ? Math.max(0, count - 1 - Math.floor(Math.log10(Math.abs(value)))) : 0
  return Math.min(
    Math.max(decimalsFor(maxMagnitude, 3), Math.min(decimalsFor(total, digits), decimalsFor(maxMagnitude, digits + 3))),
    12,
  )
}

/**
 * Format a number with `count` decimals. Exactly 0 is "0", and a number that rounds to 0 has no sign.
 * @param {number} value @param {number} count
 */
export function formatFixed(value, count) {
  if (value === 0) return "0"
  if (!Number.isFinite(value)) return number(value)
  const text = decimals(value, count)
  return /[1-9]/.test(text) ? text : decimals(0, Math.max(count, 1))
}

/**
 * Format a number with `count` decimals, or with an exponent if it is tiny or these would show no digit.
 * @param {number} value @param {number} count
 */
export function decimalsOrDigits(value, count) {
  const size = Math.abs(value)
  const shownDigits = count + 1 + Math.floor(Math.log10(size)) // number of its digits that are shown
  return size < Math.max(SMALLEST_FIXED, 0.5 / 10 ** count)
    ? number(value, shownDigits > 0 ? shownDigits : 3)
    : formatFixed(value, count)
}

/**
 * Return the text of a number with a plus sign if it is positive and not printed as 0.
 * @param {number} value @param {string} text
 */
export const withPlus = (value, text) => `${value > 0 && /[1-9]/.test(text) ? "+" : ""}${text}`

/**
 * Return the number of decimals that show two digits of the difference between two numbers.
 * @param {number} old @param {number} next
 */
export function distinctDecimals(old, next) {
  const step = Math.abs(next - old)
  return step && Number.isFinite(step) ? Math.min(Math.max(1 - Math.floor(Math.log10(step)), 0), 12) : 0
}
