// Back through a convolution, to what it read.

import { colour } from "../../model/colour.js"
import { timesPower } from "../../model/format.js"
import { terms } from "../../model/formula_values.js"
import { writtenSum } from "../../model/printed_sums.js"
import { say } from "../../model/words.js"
import { HEAD } from "../sheet.js"
import { overChannels } from "./channels.js"
import { convolutionUpright } from "./convolution_upright.js"
import { threeGrids } from "./product_grids.js"
import {
  beam,
  boxOf,
  channelName,
  channelSums,
  fitted,
  kernelName,
  largest,
  madeMap,
  middleOf,
  ranges,
  ringCell,
  ringIn,
  spotTerms,
  underKernel,
} from "./windows.js"

/** @import { Box, Cell, Numbers, Pen, Picture } from "../../types/view.js" */
/** @typedef {{ a: number[], b: number[], cells: Cell[] }} Met  what arrived at the places that read the cell, by the weight that each passed, all weights, and which cells these are */

const [LEAD, SIGN, BEAM] = [72, 36, 48] // between what is made and the products, two grids, a window and its map
const ROOMY = 40 // width of a step that has room for its number

/** Draws what comes back to one cell: a share through each filter. @type {Picture} */
export function convolutionBack(pen, numbers, symbol, cell) {
  const links = numbers.links(symbol)
  const f = /** @type {any} */ (links.find(({ pattern }) => pattern === "passing")).source
  const dy = /** @type {any} */ (links.find(({ pattern }) => pattern === "covering")).source
  const met = numbers.pairs(symbol, cell, dy, f)
  const ring = ranges(numbers, symbol, dy, cell)
  const sums = channelSums(numbers, terms(numbers, symbol, cell), dy)
  const columns = sums.map((value, m) => ({
    channel: m,
    value,
    ...underKernel(numbers, { f, read: dy, met }, [m, cell[0]], m),
    at: /** @type {[number, number]} */ ([m, cell[0]]),
  }))
  const zeros = { before: 0, below: 0, right: 0 }
  if (columns.length === 1 && pen.upright) {
    const parts = { symbol, x: dy, f, k: numbers.shape(f)[2], cell, met }
    return convolutionUpright(pen, numbers, parts, { zeros, window: ring, back: true })
  }
  if (columns.length === 1) return single(pen, numbers, { symbol, cell, f, dy, ring }, columns[0])
  overChannels(pen, numbers, { made: symbol, cell, read: dy, f, ring, zeros, columns, back: true })
}

// What is made, the products, the kernel, what arrived: from left to right, and read the other way round.
/** @param {Pen} pen @param {Numbers} numbers @param {{ symbol: string, cell: Cell, f: string, dy: string, ring: import("../sheet.js").Ring }} of @param {Met} met */
function single(pen, numbers, { symbol, cell, f, dy, ring }, met) {
  const high = pen.height - HEAD - 26
  const side = Math.min(
    (pen.width * 0.425) / (numbers.shape(symbol)[2] + numbers.shape(dy)[2]),
    high / Math.max(numbers.shape(symbol)[1], numbers.shape(dy)[1]),
  )
  const [left, right] = [symbol, dy].map((name) => fitted(numbers, name, 3, HEAD, side * numbers.shape(name)[2], high))
  right.x = pen.width - right.width - 3
  madeMap(pen, numbers, symbol, cell, left)
  pen.head(channelName(numbers, dy, 0), "", right.x, 13, right.width, say("web.mechanism.arrived"))
  pen.map(numbers, dy, [0], right)
  const from = left.x + left.width + LEAD
  const grid = Math.min((right.x - from - 2 * SIGN - BEAM) / 3, 0.44 * pen.height)
  const boxes = [0, 1, 2].map((n) => ({ x: from + n * (grid + SIGN), y: HEAD, width: grid, height: grid }))
  const made = grids(pen, numbers, { symbol, cell, f, dy }, met, boxes)
  beam(pen, boxes[2], boxOf(numbers, dy, right, ring))
  ringIn(pen, numbers, dy, ring, right)
  spotTerms(pen, numbers, dy, met.cells, right)
  const bar = stepped(pen, numbers, symbol, cell, made, {
    from,
    to: boxes[2].x + grid,
    total: from - LEAD / 2,
    top: HEAD + grid + 24,
  })
  const [x, y] = middleOf(numbers, symbol, left, cell)
  pen.lead([bar.x + bar.width / 2, y < bar.y ? bar.y : bar.y + bar.height], [bar.x + bar.width / 2, y], [x + 6, y])
  ringCell(pen, numbers, symbol, cell, left)
}

/** Products, kernel and what arrived, number by number; the products. @param {Pen} pen @param {Numbers} numbers @param {{ symbol: string, cell: Cell, f: string, dy: string }} of @param {Met} met @param {Box[]} boxes */
function grids(pen, numbers, { symbol, cell, f, dy }, { a, b, cells }, boxes) {
  const k = numbers.shape(f)[2]
  const made = a.map((value, n) => value * b[n])
  const known = made.filter((value) => !Number.isNaN(value))
  const most = Math.max(...known.map(Math.abs), 0)
  const { width, y } = boxes[0]
  const pitch = (3 * width + 2 * SIGN) / (k * k)
  const fits = pitch > ROOMY ? { fits: (/** @type {string} */ text) => pen.fitsUnder(text, pitch) } : {}
  const written = writtenSum(known, numbers.at(symbol, cell), { below: 0.1, ...fits })
  const three = threeGrids(pen, a, b, written, width / k, width / k)
  const term = String
  const titles = [say("web.mechanism.products"), "", say("web.mechanism.arrived")]
  titles.forEach((title, n) => pen.text(title, boxes[n].x, 13, { fill: pen.soft }))
  pen.head(kernelName(numbers, f, [0, cell[0]]), "", boxes[1].x, 13, width, numbers.maps[f].plain)
  const unit = (/** @type {Box} */ box, /** @type {number} */ power) =>
    pen.note(timesPower(power), box.x + width, 13, { align: "right" })
  unit(boxes[0], three.powers[1])
  unit(boxes[2], three.powers[0])
  const { limits } = numbers.maps[dy]
  const own = { symbol: dy, cell: (/** @type {number} */ n) => cells[n] }
  pen.grid(made, k, [-most, most], "signed", boxes[0], { write: three.writes[2], term })
  pen.kernel(numbers, f, 0, cell[0], boxes[1], { write: three.writes[1], term })
  pen.grid(a, k, limits, "signed", boxes[2], { write: three.writes[0], term, ...own })
  pen.sign(three.sign, boxes[1].x - SIGN / 2, y + width / 2)
  pen.sign("⊙", boxes[2].x - SIGN / 2, y + width / 2)
  if (!three.fits) largest(pen, { a, b, k, boxes }, boxes[0].x, y + width + 14, 3 * width)
  return { made, most, written }
}

/** The products as a staircase from right to left. @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Cell} cell @param {ReturnType<typeof grids>} of @param {{ from: number, to: number, total: number, top: number }} place */
function stepped(pen, numbers, symbol, cell, { made, most, written }, { from, to, total, top }) {
  const pitch = (to - from) / made.length
  const steps = made.map((value, n) => ({
    value: value || 0,
    term: Number.isNaN(value) ? "" : String(n),
    limits: [-most, most],
  }))
  const places = [...steps.map((_, n) => from + (n + 0.5) * pitch).toReversed(), total]
  const sum = numbers.at(symbol, cell)
  const paint = colour(sum, numbers.maps[symbol].limits, numbers.maps[symbol].scale)
  const box = { x: from, y: top, width: to - from, height: Math.max(pen.height - top - 32, 20) }
  return pen.stairs(steps.toReversed(), sum, box, {
    places,
    figures: pitch > ROOMY,
    wide: Math.min(40, pitch * 0.66),
    paint,
    room: pitch,
    written,
  })
}
