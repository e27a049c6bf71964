// A convolution: windows times kernels, summed over channels.

import { colour } from "../../model/colour.js"
import { timesPower } from "../../model/format.js"
import { terms } from "../../model/formula_values.js"
import { gridOf } from "../../model/printed_digits.js"
import { writtenSum } from "../../model/printed_sums.js"
import { say } from "../../model/words.js"
import { HEAD } from "../sheet.js"
import { overChannels } from "./channels.js"
import { convolutionUpright } from "./convolution_upright.js"
import { threeGrids } from "./product_grids.js"
import {
  beam,
  channelSums,
  kernelName,
  largest,
  madeMap,
  middleOf,
  padded,
  padding,
  patches,
  ringCell,
  ringIn,
  sizeOf,
  spotTerms,
  underWindow,
} from "./windows.js"

/** @import { Parts } from "./windows.js" */
/** @import { Box, Cell, Numbers, Pen, Picture } from "../../types/view.js" */
/** @typedef {{ bias?: string, zeros: ReturnType<typeof padding>, window: any, back?: boolean }} Around  what else a convolution adds, the zeros around its map, and the window in it; `back`: it is what comes back through one */

const [BEAM, SIGN, LEAD] = [48, 36, 66] // between a map and its window, two grids, the products and what they make
const SHARE = 0.425 // of the width, for the maps on both sides
const ROWS = ["top", "middle", "bottom"]
const ROOMY = 44 // width of a step that has room for its number

/** @type {Picture} */
export function convolution(pen, numbers, symbol, cell) {
  const links = numbers.links(symbol)
  const x = /** @type {any} */ (links.find(({ pattern }) => pattern === "window")).source
  const f = /** @type {any} */ (links.find(({ source }) => numbers.maps[source].kind === "filters")).source
  const bias = links.find(({ source }) => numbers.maps[source].kind === "row")?.source
  const parts = { symbol, x, f, k: numbers.shape(f)[2], cell, met: numbers.pairs(symbol, cell, x, f) }
  const around = { bias, zeros: padding(numbers, symbol, x), window: underWindow(numbers, symbol, x, cell) }
  if (numbers.shape(x)[0] === 1) return single(pen, numbers, parts, around)
  const sums = channelSums(numbers, terms(numbers, symbol, cell), x)
  const columns = sums.map((value, channel) => {
    const { window: a, kernel: b, cells } = patches(numbers, parts, channel)
    return { channel, value, a, b, cells, at: /** @type {[number, number]} */ ([cell[0], channel]) }
  })
  overChannels(pen, numbers, {
    made: symbol,
    cell,
    read: x,
    f,
    ring: around.window,
    zeros: around.zeros,
    columns,
    bias,
  })
}

// x, its window, the kernel, the products, and what they add up to.
/** @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {Around} around */
function single(pen, numbers, parts, { bias, zeros, window }) {
  if (pen.upright) return convolutionUpright(pen, numbers, parts, { bias, zeros, window })
  const { symbol, x, cell } = parts
  const { from, to, side, stride } = maps(pen, numbers, symbol, x, zeros)
  const box = padded(pen, numbers.shape(x).slice(-2), zeros, from)
  pen.head(numbers.maps[x].label, sizeOf(numbers, x), from.x, 13, from.width, numbers.maps[x].plain)
  pen.map(numbers, x, [0], box, [], undefined, !zeros.below)
  const under = { x: box.x + window.columns.start * side, y: box.y + window.rows.start * side }
  const spread = (/** @type {any} */ range) => ((range.count - 1) * range.step + 1) * side
  const seen = { ...under, width: spread(window.columns), height: spread(window.rows) }
  const grid = Math.min((to.x - from.x - from.width - BEAM - 2 * SIGN - LEAD) / 3, 0.44 * pen.height, 70 * parts.k)
  const left = from.x + from.width + BEAM
  beam(pen, seen, { x: left, y: HEAD, width: grid, height: grid })
  ringIn(pen, numbers, x, window, box)
  const made = products(pen, numbers, parts, left, grid)
  madeMap(pen, numbers, symbol, cell, to)
  const end = left + 3 * grid + 2 * SIGN
  const total = staircase(pen, numbers, parts, { bias, made, box, side: side * stride, left, end, top: HEAD + grid })
  leadIn(pen, total, middleOf(numbers, symbol, to, cell), to.x)
  ringCell(pen, numbers, symbol, cell, to)
}

/** From the bar of a total up or down to its cell. @param {Pen} pen @param {Box} bar @param {number[]} to the cell's middle @param {number} edge of its map */
function leadIn(pen, bar, [x, y], edge) {
  const middle = bar.x + bar.width / 2
  const within = y > bar.y - 12 && y < bar.y + bar.height + 12
  if (within) return pen.lead([bar.x + bar.width, y], [(bar.x + bar.width + edge) / 2, y], [x - 6, y])
  pen.lead([middle, y < bar.y ? bar.y : bar.y + bar.height], [middle, y], [x - 6, y])
}

/** Finds where the image and the map that is made of it stand, on one scale: so it is seen which is smaller. @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {string} x @param {ReturnType<typeof padding>} zeros */
function maps(pen, numbers, symbol, x, { before, below, right }) {
  const [[rows, columns], made] = [x, symbol].map((name) => numbers.shape(name).slice(-2))
  const { stride } = /** @type {any} */ (numbers.link(symbol, x)).geometry // a cell that stands for so many is as large
  const [down, across] = [rows + before + below, columns + before + right]
  const wide = stride * made[1]
  const side = Math.min(
    (pen.width * SHARE) / (across + wide),
    (pen.height - HEAD - 26) / Math.max(down, stride * made[0]),
  )
  const from = { x: 1, y: HEAD, width: side * across, height: side * down }
  const to = { x: pen.width - side * wide - 3, y: HEAD, width: side * wide, height: side * stride * made[0] }
  return { from, to, side, stride }
}

// Window, kernel and products, number by number.
/** @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {number} left @param {number} grid */
function products(pen, numbers, parts, left, grid) {
  const { x, f, k, cell, symbol } = parts
  const { window, kernel, cells } = patches(numbers, parts, 0)
  const made = window.map((value, n) => value * kernel[n])
  const known = made.filter((value) => !Number.isNaN(value))
  const bias = numbers.links(symbol).find(({ source }) => numbers.maps[source].kind === "row")?.source
  const added = bias ? [...known, numbers.at(bias, [cell[0]])] : known
  const room = (3 * grid + 2 * SIGN) / (k * k + (bias ? 1 : 0))
  const fits = room > ROOMY ? { fits: (/** @type {string} */ text) => pen.fitsUnder(text, room) } : {}
  const written = writtenSum(added, numbers.at(symbol, cell), { below: 0.1, ...fits })
  const three = threeGrids(pen, window, kernel, written, grid / k, grid / k)
  const most = Math.max(...known.map(Math.abs), numbers.maps[symbol].limits[1]) // what they add up to has the same colours
  const boxes = [0, 1, 2].map((n) => ({ x: left + n * (grid + SIGN), y: HEAD, width: grid, height: grid }))
  const term = String
  const outside = known.length < made.length
  pen.text(say(`web.mechanism.${outside ? "window_outside" : "window"}`), boxes[0].x, 13, {
    fill: pen.soft,
    room: grid,
  })
  const own = { symbol: x, cell: (/** @type {number} */ n) => cells[n] }
  const { limits, scale } = numbers.maps[x]
  pen.grid(window, k, limits, scale, boxes[0], { write: three.writes[0], blank: "0", term, ...own })
  pen.frame(boxes[0], "read")
  pen.head(kernelName(numbers, f, cell), "", boxes[1].x, 13, grid, numbers.maps[f].plain)
  pen.kernel(numbers, f, cell[0], 0, boxes[1], { write: three.writes[1], term })
  pen.text(say("web.mechanism.products"), boxes[2].x, 13, { fill: pen.soft })
  pen.note(timesPower(three.powers[1]), boxes[2].x + grid, 13, { align: "right" })
  pen.grid(made, k, [-most, most], "signed", boxes[2], { write: three.writes[2], term })
  pen.sign("⊙", boxes[1].x - SIGN / 2, HEAD + grid / 2)
  pen.sign(three.sign, boxes[2].x - SIGN / 2, HEAD + grid / 2)
  if (!three.fits) largest(pen, { a: window, b: kernel, k, boxes }, left, HEAD + grid + 14, 3 * grid)
  return { values: made, cells, most, written, fits: three.fits }
}

// Under the products, in their order: a group a row of the kernel.
/** @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {{ bias?: string, made: ReturnType<typeof products>, box: Box, side: number, left: number, end: number, top: number }} place @returns {Box} */
function staircase(pen, numbers, { symbol, x, k, cell }, { bias, made, box, left, end, top }) {
  const { values, cells, most, written } = made
  const limits = [-most, most]
  /** @type {import("../sums.js").Term[]} */
  const steps = values.map((value, n) => ({ value: value || 0, term: Number.isNaN(value) ? "" : String(n), limits }))
  if (bias) steps.push({ value: numbers.at(bias, [cell[0]]), term: "b", limits, symbol: bias, cell: [cell[0]] })
  const width = end - left
  const pitch = width / steps.length
  const places = [...steps.map((_, n) => left + (n + 0.5) * pitch), end + LEAD / 2]
  const from = top + (made.fits ? 44 : 52)
  const high = { x: left, y: from, width, height: Math.max(pen.height - from - 32, 20) }
  groups(pen, k, bias ? numbers.maps[bias].label : "", { left, pitch, from: from - 16, to: pen.height - 4 })
  spotTerms(pen, numbers, x, cells, box)
  const total = numbers.at(symbol, cell)
  const paint = colour(total, numbers.maps[symbol].limits, numbers.maps[symbol].scale)
  const wide = Math.min(40, pitch * 0.66)
  return pen.stairs(steps, total, high, { places, figures: pitch > ROOMY, wide, paint, room: pitch, written })
}

/** The names of a kernel's rows, and lines between them. @param {Pen} pen @param {number} k @param {string} bias @param {{ left: number, pitch: number, from: number, to: number }} place */
function groups(pen, k, bias, { left, pitch, from, to }) {
  const name = (/** @type {number} */ row) =>
    k === ROWS.length ? say(`web.mechanism.${ROWS[row]}_row`) : say("web.mechanism.row", { row })
  for (let row = 0; row < k; row++) {
    pen.note(name(row), left + (row + 0.5) * k * pitch, from, { align: "center", room: k * pitch })
    if (!row) continue
    pen.context.fillStyle = pen.line
    pen.context.fillRect(left + row * k * pitch - 0.5, from + 8, 1, to - from - 8)
  }
  if (bias) pen.symbol(bias, left + (k * k + 0.5) * pitch - 5, from, { size: 18 })
}

/** Window, kernel and products alone, from the left edge to the right; false where they are of several channels. @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Cell} cell */
export function triple(pen, numbers, symbol, cell) {
  const links = numbers.links(symbol)
  const [x, f] = ["map", "filters"].map(
    (kind) => links.find(({ source }) => numbers.maps[source].kind === kind)?.source ?? "",
  )
  if (numbers.shape(x)[0] !== 1) return false
  const k = numbers.shape(f)[2]
  const { window, kernel } = patches(numbers, { symbol, x, f, k, cell, met: numbers.pairs(symbol, cell, x, f) }, 0)
  const products = window.map((value, n) => value * kernel[n])
  const most = Math.max(...products.map((value) => Math.abs(value) || 0))
  const side = (pen.width - 44) / 3
  const { writes, sign } = gridOf(window, kernel)
  const three = /** @type {[number[], number[], string, string][]} */ ([
    [window, numbers.maps[x].limits, numbers.maps[x].scale, "⊙"],
    [kernel, numbers.maps[f].limits, "signed", sign],
    [products, [-most, most], "signed", ""],
  ])
  three.forEach(([values, limits, scale, sign], n) => {
    pen.grid(values, k, limits, scale, { x: n * (side + 22), y: 0, width: side, height: side }, { write: writes[n] })
    if (sign) pen.sign(sign, n * (side + 22) + side + 11, side / 2)
  })
  return true
}
