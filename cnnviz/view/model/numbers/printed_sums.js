// Sums in print: with so many decimals that what is printed adds up to what is printed.

import { decimals, number, power } from "./format.js"

/** @typedef {{ power: number, texts: string[], total: string, write: (value: number) => string }} Written  a sum: the power of ten that all of it stands in, its terms, its total, and how a number is written beside them */

const MORE = 4 // decimals that a sum may take beyond the fewest
const FAR = 1e-6 // less begins far behind the point

/**
 * How the terms of a sum and its total are written: with the fewest decimals with which the terms that are printed come to the
 * total that is printed, and all in one power of ten. A term that is 0 is "0"; a small one has its zeros, without a sign.
 * @param {number[]} values
 * @param {number} total
 * @param {{ digits?: number, fits?: (text: string) => boolean, below?: number }} [how]  `digits`: that the total has, at least; `fits`: whether there is room
 *   for a term: fewer decimals are better than none; `below`: numbers that are all smaller stand in a power of ten
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

/** Tells how few decimals show so many digits of a total, two of the largest number, and no more of a whole one. @param {number} most @param {number} total @param {number} digits */
function fewest(most, total, digits) {
  if (!Number.isFinite(most)) return 2
  const places = (/** @type {number} */ value, /** @type {number} */ count) =>
    value ? Math.max(0, count - 1 - Math.floor(Math.log10(Math.abs(value)))) : 0
  return Math.min(Math.max(places(most, 3), Math.min(places(total, digits), places(most, digits + 3))), 12)
}

/** With so many decimals and a true minus sign; exactly 0 as "0", and without a sign what looks like it. @param {number} value @param {number} count */
export function fixed(value, count) {
  if (value === 0) return "0"
  if (!Number.isFinite(value)) return number(value)
  const text = decimals(value, count)
  return /[1-9]/.test(text) ? text : decimals(0, Math.max(count, 1))
}

/** With so many decimals; what begins far behind the point, or is not shown by these at all, with a power of ten. @param {number} value @param {number} count */
export function decimalsOrDigits(value, count) {
  const size = Math.abs(value)
  const shown = count + 1 + Math.floor(Math.log10(size)) // digits of it
  return size < Math.max(FAR, 0.5 / 10 ** count) ? number(value, shown > 0 ? shown : 3) : fixed(value, count)
}

/** The text of a number with a plus where it is more than 0, and does not look like 0. @param {number} value @param {string} text */
export const plus = (value, text) => `${value > 0 && /[1-9]/.test(text) ? "+" : ""}${text}`

/** Tells how many decimals tell a number from what it becomes, so that their difference has two digits. @param {number} old @param {number} next */
export function apart(old, next) {
  const step = Math.abs(next - old)
  return step && Number.isFinite(step) ? Math.min(Math.max(1 - Math.floor(Math.log10(step)), 0), 12) : 0
}
