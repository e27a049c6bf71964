// Printed sums, with enough decimals that the printed terms add up to the printed total.

import { decimals, number, power } from "./format.js"

/** @typedef {{ power: number, texts: string[], total: string, write: (value: number) => string }} Written  a printed sum: the common exponent, its terms, its total, and a formatter for further numbers */

const MORE = 4 // maximum number of decimals beyond the minimum
const FAR = 1e-6 // smaller numbers are printed with an exponent

/**
 * Format the terms of a sum and its total with the fewest decimals for which the printed terms add up to the printed
 * total. All of them share one power of ten. A term of 0 is "0", and a term that rounds to 0 has no sign.
 * @param {number[]} values
 * @param {number} total
 * @param {{ digits?: number, fits?: (text: string) => boolean, below?: number }} [how]  `digits` is the minimum number of digits of the total; `fits` returns whether there is room for a term, otherwise it gets fewer decimals; if all numbers are below `below`, they share an exponent
 * @returns {Written}
 */
export function writtenSum(values, total, { digits = 2, fits = () => true, below = 1e-3 } = {}) {
  const most = Math.max(...values.map(Math.abs), Math.abs(total))
  const exponent = most < below ? power(most) : 0
  const [terms, sum] = [values.map((value) => value / 10 ** exponent), total / 10 ** exponent]
  const least = fewest(Math.max(...terms.map(Math.abs), Math.abs(sum)), sum, digits)
  const added = (/** @type {number} */ count) => terms.reduce((all, value) => all + Number(value.toFixed(count)), 0)
  const isRight = (/** @type {number[]} */ [of, end]) => fixed(added(of), end) === fixed(sum, end) || !sum
  const tried = Array.from({ length: MORE }, (_, n) => least + n).flatMap((of) =>
    Array.from({ length: of - least + 1 }, (_, n) => [of, of - n]),
  )
  const room = (/** @type {number} */ count) => terms.every((value) => fits(fixed(value, count).replace("−", "")))
  const fewer = Array.from({ length: least + 1 }, (_, n) => [least - n, least])
  const [count, end] = tried.find((both) => isRight(both) && room(both[0]))
    ?? fewer.find(([of]) => room(of)) ?? [0, least]
  const write = (/** @type {number} */ value) => fixed(value / 10 ** exponent, count)
  return { power: exponent, texts: values.map(write), total: fixed(sum, end), write }
}

/**
 * Return the number of decimals that show `digits` digits of the total and two of the largest number, but no more
 * than an integer needs.
 * @param {number} most @param {number} total @param {number} digits
 */
function fewest(most, total, digits) {
  if (!Number.isFinite(most)) return 2
  const places = (/** @type {number} */ value, /** @type {number} */ count) =>
    value ? Math.max(0, count - 1 - Math.floor(Math.log10(Math.abs(value)))) : 0
  return Math.min(Math.max(places(most, 3), Math.min(places(total, digits), places(most, digits + 3))), 12)
}

/**
 * Format a number with `count` decimals. Exactly 0 is "0", and a number that rounds to 0 has no sign.
 * @param {number} value @param {number} count
 */
export function fixed(value, count) {
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
  const shown = count + 1 + Math.floor(Math.log10(size)) // number of its digits that are shown
  return size < Math.max(FAR, 0.5 / 10 ** count) ? number(value, shown > 0 ? shown : 3) : fixed(value, count)
}

/**
 * Return the text of a number with a plus sign if it is positive and not printed as 0.
 * @param {number} value @param {string} text
 */
export const plus = (value, text) => `${value > 0 && /[1-9]/.test(text) ? "+" : ""}${text}`

/**
 * Return the number of decimals that show two digits of the difference between two numbers.
 * @param {number} old @param {number} next
 */
export function apart(old, next) {
  const step = Math.abs(next - old)
  return step && Number.isFinite(step) ? Math.min(Math.max(1 - Math.floor(Math.log10(step)), 0), 12) : 0
}
