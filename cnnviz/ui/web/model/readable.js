// Products in print: with so many digits that who multiplies what is printed comes to what is printed.

import { factor, number, plainNumber, shortened } from "./format.js"

const MOST = 8 // digits

/** @param {string} text */
const read = (text) => Number(plainNumber(text))

/** Whether all digits of a number are printed. @param {number} value @param {string} text */
export const isWhole = (value, text) => read(text) === value

/** The fewest digits with which two factors come to their product as it is printed. @param {number} a @param {number} b @param {number} from @param {number} to @param {(value: number, digits: number) => string} write @param {string} printed the product */
function digitsFor(a, b, from, to, write, printed) {
  for (let digits = from; digits <= to; digits++)
    if (write(read(write(a, digits)) * read(write(b, digits)), from) === printed) return digits
  return 0
}

/** How many digits two factors need beside their product, of which so many are printed. @param {number} a @param {number} b @param {number} digits */
export const digitsOf = (a, b, digits) => digitsFor(a, b, digits, MOST, number, number(a * b, digits)) || MOST

/** A product: "0.518 · 0.827 ≈ 0.428". @param {number} a @param {number} b @param {number} [digits] of what it comes to */
export function product(a, b, digits = 3) {
  const needed = digitsOf(a, b, digits)
  const printed = number(a * b, digits)
  return `${number(a, needed)} · ${factor(b, needed)} ${isWhole(a * b, printed) ? "=" : "≈"} ${printed}`
}

const LEAST = 1e-3 // below which a number is written with a power of ten, and gets no more digits than it needs
const [FEWEST, SHARED, EXTRA] = [2, 3, 4] // digits of factors in a grid: few, what all get where one needs it, what one alone gets

/**
 * How grids of factors are written, cell by cell; `sign` stands between them and their products.
 * @param {number[]} a
 * @param {number[]} b
 * @returns {{ write: (value: number, n: number) => string, sign: string }}
 */
export function gridOf(a, b) {
  const each = a.map((value, n) =>
    Number.isNaN(value) ? FEWEST : digitsFor(value, b[n], FEWEST, EXTRA, brief, brief(value * b[n])) || EXTRA,
  )
  const most = Math.min(Math.max(...each), SHARED)
  const shared = (/** @type {number} */ value) => (Math.abs(value) < LEAST ? FEWEST : most)
  const sign = a.every((value, n) => Number.isNaN(value) || isWhole(value * b[n], brief(value * b[n]))) ? "=" : "≈"
  return { write: (value, n) => brief(value, Math.max(each[n], shared(value))), sign }
}

/** As a cell has it: a small whole number as it is. @param {number} value */
const brief = (value, digits = FEWEST) =>
  Number.isInteger(value) && Math.abs(value) < 1000 ? String(value).replace("-", "−") : shortened(value, digits)
