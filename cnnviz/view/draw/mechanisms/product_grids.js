// How three grids are written, of factors, weights and products: so that each product reads right, in as many digits as fit.

import { power, short } from "../../model/format.js"
import { gridOf } from "../../model/printed_digits.js"
import { fixed, plus } from "../../model/printed_sums.js"

/** @import { Write } from "../../model/printed_digits.js" */
/** @import { Written } from "../../model/printed_sums.js" */
/** @import { Pen } from "../../types/view.js" */
/** @typedef {{ writes: [Write, Write, Write], powers: [number, number], sign: string, fits: boolean }} Three  how factors, weights and products are written, the powers of ten of the factors and the products, what stands before the products, and whether all fit */

/** @param {Pen} pen @param {number[]} a @param {number[]} b @param {Written} written the sum of the products @param {number} width of a cell @param {number} height @returns {Three} */
export function threeGrids(pen, a, b, written, width, height) {
  const exponent = power(Math.max(...a.map((value) => Math.abs(value) || 0)))
  const unit = 10 ** exponent
  const scaled = a.map((value) => value / unit)
  const tried = [written.write, (/** @type {number} */ value) => short(value / 10 ** written.power)].map((write) => {
    const { writes, sign } = gridOf(scaled, b, (value) => write(value * unit))
    return { writes, sign, texts: texts(scaled, b, writes) }
  })
  const size = (/** @type {string[]} */ all) => pen.sized(all, width, height, false)
  const found = tried.find((each) => size(each.texts)) ?? rounded(scaled, b, unit, written)
  const [first, second, third] = found.writes
  return {
    writes: [(value, n) => first(value / unit, n), second, (value, n) => plus(value, third(value / unit, n))],
    powers: [exponent, written.power],
    sign: found.sign,
    fits: size(found.texts) > 0,
  }
}

/** @param {number[]} a @param {number[]} b @param {Write[]} writes */
const texts = (a, b, [first, second, third]) =>
  a.flatMap((value, n) =>
    Number.isNaN(value) ? [] : [first(value, n), second(b[n], n), plus(value * b[n], third(value * b[n], n))],
  )

/** With two decimals, or one, where more do not fit. @param {number[]} a @param {number[]} b @param {number} unit @param {Written} written */
function rounded(a, b, unit, written) {
  /** @type {Write} */
  const two = (value) => fixed(value, Number.isInteger(value) ? 0 : 2)
  /** @type {[Write, Write, Write]} */
  const writes = [two, two, (value) => two((value * unit) / 10 ** written.power)]
  return { writes, sign: "≈", texts: texts(a, b, writes) }
}
