// Printed products, with enough digits that the printed factors give the printed result.

import { factor, formatShort, number, parsePrinted } from "./format.js"

const MAX_DIGITS = 8 // maximum number of digits

/** Return whether a text shows a number exactly. @param {number} value @param {string} text */
export const isExactText = (value, text) => parsePrinted(text) === value

/** Return "= text", or "≈ text" if the printed number is rounded. @param {number} value @param {string} text */
export const equalsText = (value, text) => `${isExactText(value, text) ? "=" : "≈"} ${text}`

const STEP_TOLERANCE = 0.01 // tolerance of the printed step, relative to the step

/**
 * Return the number of digits, at least 5, that two numbers need so that the step between them is visible.
 * @param {number} old @param {number} next
 */
export function distinctDigits(old, next) {
  const step = next - old
  const isSeen = (/** @type {number} */ digits) =>
    Math.abs(parsePrinted(number(next, digits)) - parsePrinted(number(old, digits)) - step)
    <= STEP_TOLERANCE * Math.abs(step)
  return Number.isFinite(step) ? ([5, 6, 7, 8, 9].find(isSeen) ?? 9) : 5
}

/**
 * Return the number of digits that two factors need for a product printed with `digits`.
 * @param {number} a @param {number} b @param {number} digits
 */
export function factorDigits(a, b, digits) {
  const product = number(a * b, digits)
  for (let digitCount = digits; digitCount < MAX_DIGITS; digitCount++)
    if (number(parsePrinted(number(a, digitCount)) * parsePrinted(number(b, digitCount)), digits) === product)
      return digitCount
  return MAX_DIGITS
}

/**
 * Format a product: "0.518 · 0.827 ≈ 0.428".
 * @param {number} a @param {number} b @param {number} [digits] of the product
 */
export function productText(a, b, digits = 3) {
  const digitCount = factorDigits(a, b, digits)
  return `${number(a, digitCount)} · ${factor(b, digitCount)} ${equalsText(a * b, number(a * b, digits))}`
}

/** Digits of a cell in the first and the second grid, the shortest first. More would not fit. */
const DIGITS = [
  [2, 2],
  [3, 2],
  [3, 3],
  [4, 2],
  [4, 3],
  [4, 4],
]
const [FEWEST, SHARED] = [2, 3] // digits of the first grid, if two are enough for all cells, and if not
const NEGLIGIBLE_SHARE = 1 / 1000 // share of the largest number in a grid below which a number is printed as ≈0

/** @typedef {(value: number, n?: number) => string} Write  formats a cell of a grid */

/**
 * Return formatters for the cells of two grids of factors and the grid of their products, and the sign before the
 * products.
 * @param {number[]} a
 * @param {number[]} b
 * @param {(value: number) => string} [formatProduct]  formats a product
 * @returns {{ writes: [Write, Write, Write], sign: string }}
 */
export function gridFormatters(a, b, formatProduct = brief) {
  const cells = [...a.keys()].filter((n) => !Number.isNaN(a[n]))
  const products = a.map((value, n) => value * b[n])
  const [left, right, least] = [a, b, products].map(
    (values) => NEGLIGIBLE_SHARE * Math.max(...cells.map((n) => Math.abs(values[n])), 0),
  )
  const isTiny = (/** @type {number} */ value, /** @type {number} */ least) => value !== 0 && Math.abs(value) < least
  const isNegligible = (/** @type {number} */ n) =>
    isTiny(a[n], left) || isTiny(b[n], right) || isTiny(products[n], least)
  const isRight = (/** @type {number} */ n, /** @type {number[]} */ [first, second]) =>
    isNegligible(n)
    || formatProduct(parsePrinted(brief(a[n], first)) * parsePrinted(brief(b[n], second)))
      === formatProduct(products[n])
  const canShare = cells.every((n) => isRight(n, DIGITS[0])) ? FEWEST : SHARED
  const digits = a.map((_, n) => DIGITS.find((both) => both[0] >= canShare && isRight(n, both)) ?? [canShare, FEWEST])
  const isExact = cells.every((n) => !isNegligible(n) && isExactText(products[n], formatProduct(products[n])))
  /** @type {(least: number, which: number) => Write} */
  const factors =
    (least, which) =>
    (value, n = 0) =>
      isTiny(value, least) ? "≈0" : brief(value, digits[n][which])
  /** @type {Write} */
  const product = (value, n = 0) => (value !== 0 && isNegligible(n) ? "≈0" : formatProduct(value))
  return { writes: [factors(left, 0), factors(right, 1), product], sign: isExact ? "=" : "≈" }
}

/** Format a number for a cell; small integers are exact. @param {number} value */
export const brief = (value, digits = FEWEST) =>
  Number.isInteger(value) && Math.abs(value) < 1000 ? String(value).replace("-", "−") : formatShort(value, digits)
