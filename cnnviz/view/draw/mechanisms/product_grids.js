// Three grids of factors, weights and products with all numbers. Each product reads correctly, with as many digits as
// fit.

import { exponentOf, short, timesPower } from "../../model/numbers/format.js"
import { gridFormatters } from "../../model/numbers/printed_digits.js"
import { formatFixed, printSum, withPlus } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { drawLargest, kernelName, underKernel } from "./windows.js"

/** @import { Write } from "../../model/numbers/printed_digits.js" */
/** @import { PrintedSum } from "../../model/numbers/printed_sums.js" */
/** @import { Term } from "../sums.js" */
/** @import { Box, Cell, Numbers, Pen } from "../../types/view.js" */
/** @typedef {{ writes: [Write, Write, Write], powers: [number, number], sign: string, fits: boolean }} Three  formatters of factors, weights and products, exponents of the factors and the products, the sign before the products, and whether all texts fit */

/**
 * Draw the input window of a one-channel kernel, the kernel and the products: from left to right, or from right to
 * left in the backward pass (`back`). Return the products, their sum, and how all of them are formatted.
 * @param {Pen} pen
 * @param {Numbers} numbers
 * @param {{ symbol: string, cell: Cell, read: string, f: string, at: [number, number], met: [Cell, Cell][], bias?: string, back?: boolean }} of  `at` is the filter and channel of the kernel
 * @param {Box[]} boxes
 * @param {number} roomy  width of a step that has room for its number
 */
export function drawProductGrids(pen, numbers, { symbol, cell, read, f, at, met, bias, back = false }, boxes, roomy) {
  const { a, b, cells } = underKernel(numbers, { f, read, met }, at, 0)
  const k = numbers.shape(f)[2]
  const [under, kernel, last] = back ? boxes.toReversed() : boxes
  const { width, y } = kernel
  const values = a.map((value, n) => value * b[n])
  const known = values.filter((value) => !Number.isNaN(value))
  const added = bias ? [...known, numbers.at(bias, [cell[0]])] : known
  const pitch = (boxes[2].x + width - boxes[0].x) / (k * k + (bias ? 1 : 0))
  const fits = pitch > roomy ? { fits: (/** @type {string} */ text) => pen.fitsUnder(text, pitch) } : {}
  const written = printSum(added, numbers.at(symbol, cell), { below: 0.1, ...fits })
  const three = fitGrids(pen, a, b, written, width / k, width / k)
  const most = Math.max(...known.map(Math.abs), back ? 0 : numbers.maps[symbol].limits[1]) // the result has the same colours
  const term = String
  const unit = (/** @type {Box} */ box, /** @type {number} */ power) =>
    pen.writeNote(timesPower(power), box.x + width, 13, { align: "right" })
  const { limits, scale } = numbers.maps[read]
  const own = { blank: back ? "" : "0", symbol: read, cell: (/** @type {number} */ n) => cells[n] }
  const outside = known.length < values.length
  const word = back ? "arrived" : outside ? "window_outside" : "window"
  pen.writeText(say(`web.mechanism.${word}`), under.x, 13, { fill: pen.soft, room: back ? undefined : width })
  pen.drawGrid(a, k, limits, scale, under, { write: three.writes[0], term, ...own })
  if (back) unit(under, three.powers[0])
  else pen.frame(under, "read")
  pen.writeHead(kernelName(numbers, f, at), "", kernel.x, 13, width, numbers.maps[f].plain)
  pen.drawKernel(numbers, f, at[0], at[1], kernel, { write: three.writes[1], term })
  pen.writeText(say("web.mechanism.products"), last.x, 13, { fill: pen.soft })
  unit(last, three.powers[1])
  pen.drawGrid(values, k, [-most, most], "signed", last, { write: three.writes[2], term })
  const signs = back ? [three.sign, "⊙"] : ["⊙", three.sign]
  signs.forEach((sign, n) => pen.drawSign(sign, (boxes[n].x + width + boxes[n + 1].x) / 2, y + width / 2))
  if (!three.fits) drawLargest(pen, { a, b, k, boxes }, boxes[0].x, y + width + 14, 3 * width)
  /** @type {Term[]} */
  const steps = values.map((value, n) => ({
    value: value || 0,
    term: Number.isNaN(value) ? "" : String(n),
    limits: [-most, most],
  }))
  return { steps, cells, written, fits: three.fits }
}

/** @param {Pen} pen @param {number[]} a @param {number[]} b @param {PrintedSum} written the sum of the products @param {number} width of a cell @param {number} height @returns {Three} */
export function fitGrids(pen, a, b, written, width, height) {
  const exponent = exponentOf(Math.max(...a.map((value) => Math.abs(value) || 0)))
  const unit = 10 ** exponent
  const scaled = a.map((value) => value / unit)
  const tried = [written.write, (/** @type {number} */ value) => short(value / 10 ** written.power)].map((write) => {
    const { writes, sign } = gridFormatters(scaled, b, (value) => write(value * unit))
    return { writes, sign, texts: formatTexts(scaled, b, writes) }
  })
  const size = (/** @type {string[]} */ all) => pen.fontSizeFor(all, width, height, false)
  const found = tried.find((each) => size(each.texts)) ?? roundedFormatters(scaled, b, unit, written)
  const [first, second, third] = found.writes
  return {
    writes: [(value, n) => first(value / unit, n), second, (value, n) => withPlus(value, third(value / unit, n))],
    powers: [exponent, written.power],
    sign: found.sign,
    fits: size(found.texts) > 0,
  }
}

/** @param {number[]} a @param {number[]} b @param {Write[]} writes */
const formatTexts = (a, b, [first, second, third]) =>
  a.flatMap((value, n) =>
    Number.isNaN(value) ? [] : [first(value, n), second(b[n], n), withPlus(value * b[n], third(value * b[n], n))],
  )

/**
 * Return formatters with two decimals, or one if more do not fit.
 * @param {number[]} a @param {number[]} b @param {number} unit @param {PrintedSum} written
 */
function roundedFormatters(a, b, unit, written) {
  /** @type {Write} */
  const two = (value) => formatFixed(value, Number.isInteger(value) ? 0 : 2)
  /** @type {[Write, Write, Write]} */
  const writes = [two, two, (value) => two((value * unit) / 10 ** written.power)]
  return { writes, sign: "≈", texts: formatTexts(a, b, writes) }
}
