// Products in print: with so many digits that who multiplies what is printed comes to what is printed.

import { factor, number, plainNumber, shortened } from "./format.js"

const MOST = 8 // digits

/** @param {string} text */
const read = (text) => Number(plainNumber(text))

/** Whether all digits of a number are printed. @param {number} value @param {string} text */
export const isWhole = (value, text) => read(text) === value

/** What something comes to, with ≈ where the digits that are printed are not all. @param {number} value @param {string} text */
export const equals = (value, text) => `${isWhole(value, text) ? "=" : "≈"} ${text}`

/** The fewest digits with which two factors come to their product as it is printed. @param {number} a @param {number} b @param {number} from @param {number} to @param {(value: number, digits?: number) => string} write @param {string} printed the product @param {number} [shown] its digits */
function digitsFor(a, b, from, to, write, printed, shown) {
  for (let digits = from; digits <= to; digits++)
    if (write(read(write(a, digits)) * read(write(b, digits)), shown) === printed) return digits
  return 0
}

/** How many digits two factors need beside their product, of which so many are printed. @param {number} a @param {number} b @param {number} digits */
export const digitsOf = (a, b, digits) => digitsFor(a, b, digits, MOST, number, number(a * b, digits), digits) || MOST

/** A product: "0.518 · 0.827 ≈ 0.428". @param {number} a @param {number} b @param {number} [digits] of what it comes to */
export function product(a, b, digits = 3) {
  const needed = digitsOf(a, b, digits)
  return `${number(a, needed)} · ${factor(b, needed)} ${equals(a * b, number(a * b, digits))}`
}

const [FEWEST, SHARED, EXTRA] = [2, 3, 6] // digits of factors in a grid: few, what all get where one needs more, what one alone gets

/**
 * How grids of factors are written, cell by cell; `sign` stands between them and their products.
 * @param {number[]} a
 * @param {number[]} b
 * @returns {{ write: (value: number, n: number) => string, sign: string }}
 */
export function gridOf(a, b) {
  const cells = [...a.keys()].filter((n) => !Number.isNaN(a[n]))
  const needed = (/** @type {number} */ n, /** @type {number} */ from) =>
    digitsFor(a[n], b[n], from, EXTRA, brief, brief(a[n] * b[n])) || EXTRA
  const shared = cells.every((n) => needed(n, FEWEST) === FEWEST) ? FEWEST : SHARED
  const digits = a.map((_, n) => (cells.includes(n) ? needed(n, shared) : shared))
  const sign = cells.every((n) => isWhole(a[n] * b[n], brief(a[n] * b[n]))) ? "=" : "≈"
  return { write: (value, n) => brief(value, digits[n]), sign }
}

/** As a cell has it: a small whole number as it is. @param {number} value */
const brief = (value, digits = FEWEST) =>
  Number.isInteger(value) && Math.abs(value) < 1000 ? String(value).replace("-", "−") : shortened(value, digits)
