// A convolution: windows times kernels, summed over channels.

import { terms } from "../../model/explain/formula_values.js"
import { gridFormatters } from "../../model/numbers/printed_digits.js"
import { say } from "../../model/words.js"
import { HEAD } from "../sheet.js"
import { drawChannels } from "./channels.js"
import { convolutionUpright } from "./convolution_upright.js"
import { drawProductGrids } from "./product_grids.js"
import {
  boxOf,
  channelSums,
  drawBeam,
  drawPadded,
  drawResultMap,
  drawRingIn,
  middleOf,
  padding,
  ringCell,
  sizeOf,
  spotTerms,
  underKernel,
  underWindow,
} from "./windows.js"

/** @import { Parts } from "./windows.js" */
/** @import { Box, Cell, Numbers, Pen, Picture } from "../../types/view.js" */
/** @typedef {{ bias?: string, zeros: ReturnType<typeof padding>, window: any, back?: boolean }} Around  bias of a convolution, the padding of its map, and the window in it; `back`: whether it is the backward pass */

const [BEAM, SIGN, LEAD] = [48, 36, 66] // between a map and its window, two grids, the products and the result
const SHARE = 0.425 // share of the width for the maps on both sides
const ROWS = ["top", "middle", "bottom"]
const ROOMY = 44 // width of a step that has room for its number

/** @type {Picture} */
export function convolution(pen, numbers, symbol, cell) {
  const links = numbers.links(symbol)
  const x = numbers.source(symbol, "window")
  const f = /** @type {any} */ (links.find(({ source }) => numbers.maps[source].kind === "filters")).source
  const bias = links.find(({ source }) => numbers.maps[source].kind === "row")?.source
  const parts = { symbol, x, f, k: numbers.shape(f)[2], cell, met: numbers.pairs(symbol, cell, x, f) }
  const around = { bias, zeros: padding(numbers, symbol, x), window: underWindow(numbers, symbol, x, cell) }
  if (numbers.shape(x)[0] === 1) return drawSingle(pen, numbers, parts, around)
  const sums = channelSums(numbers, terms(numbers, symbol, cell), x)
  const columns = sums.map((value, channel) => {
    const at = /** @type {[number, number]} */ ([cell[0], channel])
    return { channel, value, ...underKernel(numbers, { f, read: x, met: parts.met }, at, channel), at }
  })
  drawChannels(pen, numbers, {
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

// Draw x, its window, the kernel, the products, and their sum.
/** @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {Around} around */
function drawSingle(pen, numbers, parts, { bias, zeros, window }) {
  if (pen.upright) return convolutionUpright(pen, numbers, parts, { bias, zeros, window })
  const { symbol, x, f, cell, met } = parts
  const { from, to } = placeMaps(pen, numbers, symbol, x, zeros)
  const box = drawPadded(pen, numbers.shape(x).slice(-2), zeros, from)
  pen.writeHead(numbers.maps[x].label, sizeOf(numbers, x), from.x, 13, from.width, numbers.maps[x].plain)
  pen.drawMap(numbers, x, [0], box, [], undefined, !zeros.below)
  const grid = Math.min((to.x - from.x - from.width - BEAM - 2 * SIGN - LEAD) / 3, 0.44 * pen.height, 70 * parts.k)
  const left = from.x + from.width + BEAM
  const boxes = [0, 1, 2].map((n) => ({ x: left + n * (grid + SIGN), y: HEAD, width: grid, height: grid }))
  drawBeam(pen, boxOf(numbers, x, box, window), boxes[0])
  drawRingIn(pen, numbers, x, window, box)
  const made = drawProductGrids(pen, numbers, { symbol, cell, read: x, f, at: [cell[0], 0], met, bias }, boxes, ROOMY)
  drawResultMap(pen, numbers, symbol, cell, to)
  const end = left + 3 * grid + 2 * SIGN
  const total = drawStaircase(pen, numbers, parts, { bias, made, box, left, end, top: HEAD + grid })
  drawLeadIn(pen, total, middleOf(numbers, symbol, to, cell), to.x)
  ringCell(pen, numbers, symbol, cell, to)
}

/**
 * Lead from the bar of a total to its cell, above or below.
 * @param {Pen} pen @param {Box} bar @param {number[]} to centre of the cell @param {number} edge of its map
 */
function drawLeadIn(pen, bar, [x, y], edge) {
  const middle = bar.x + bar.width / 2
  const within = y > bar.y - 12 && y < bar.y + bar.height + 12
  if (within) return pen.drawLead([bar.x + bar.width, y], [(bar.x + bar.width + edge) / 2, y], [x - 6, y])
  pen.drawLead([middle, y < bar.y ? bar.y : bar.y + bar.height], [middle, y], [x - 6, y])
}

/**
 * Return the boxes of the image and the resulting map on one scale, which shows which of them is smaller.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {string} x @param {ReturnType<typeof padding>} zeros
 */
function placeMaps(pen, numbers, symbol, x, { before, below, right }) {
  const [[rows, columns], made] = [x, symbol].map((name) => numbers.shape(name).slice(-2))
  const { stride } = /** @type {any} */ (numbers.link(symbol, x)).geometry // a cell of the result is as large as `stride` cells
  const [down, across] = [rows + before + below, columns + before + right]
  const wide = stride * made[1]
  const side = Math.min(
    (pen.width * SHARE) / (across + wide),
    (pen.height - HEAD - 26) / Math.max(down, stride * made[0]),
  )
  const from = { x: 1, y: HEAD, width: side * across, height: side * down }
  const to = { x: pen.width - side * wide - 3, y: HEAD, width: side * wide, height: side * stride * made[0] }
  return { from, to }
}

// Draw the products as a staircase in reading order, in a group per row of the kernel.
/** @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {{ bias?: string, made: ReturnType<typeof drawProductGrids>, box: Box, left: number, end: number, top: number }} place @returns {Box} */
function drawStaircase(pen, numbers, { symbol, x, k, cell }, { bias, made, box, left, end, top }) {
  const { cells, written } = made
  const steps = [...made.steps]
  if (bias)
    steps.push({
      value: numbers.at(bias, [cell[0]]),
      term: "b",
      limits: steps[0].limits,
      symbol: bias,
      cell: [cell[0]],
    })
  const width = end - left
  const pitch = width / steps.length
  const places = [...steps.map((_, n) => left + (n + 0.5) * pitch), end + LEAD / 2]
  const from = top + (made.fits ? 44 : 52)
  const high = { x: left, y: from, width, height: Math.max(pen.height - from - 32, 20) }
  drawGroups(pen, k, bias ? numbers.maps[bias].label : "", { left, pitch, from: from - 16, to: pen.height - 4 })
  spotTerms(pen, numbers, x, cells, box)
  const paint = pen.colourOf(numbers, symbol, cell)
  const wide = Math.min(40, pitch * 0.66)
  return pen.drawStairs(steps, numbers.at(symbol, cell), high, {
    places,
    figures: pitch > ROOMY,
    wide,
    paint,
    room: pitch,
    written,
  })
}

/**
 * Draw the names of a kernel's rows with lines between them.
 * @param {Pen} pen @param {number} k @param {string} bias @param {{ left: number, pitch: number, from: number, to: number }} place
 */
function drawGroups(pen, k, bias, { left, pitch, from, to }) {
  const name = (/** @type {number} */ row) =>
    k === ROWS.length ? say(`web.mechanism.${ROWS[row]}_row`) : say("web.mechanism.row", { row })
  for (let row = 0; row < k; row++) {
    pen.writeNote(name(row), left + (row + 0.5) * k * pitch, from, { align: "center", room: k * pitch })
    if (!row) continue
    pen.context.fillStyle = pen.line
    pen.context.fillRect(left + row * k * pitch - 0.5, from + 8, 1, to - from - 8)
  }
  if (bias) pen.writeSymbol(bias, left + (k * k + 0.5) * pitch - 5, from, { size: 18 })
}

/**
 * Draw window, kernel and products only, over the full width. Return false if there are several channels.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Cell} cell
 */
export function drawTriple(pen, numbers, symbol, cell) {
  const links = numbers.links(symbol)
  const [x, f] = ["map", "filters"].map(
    (kind) => links.find(({ source }) => numbers.maps[source].kind === kind)?.source ?? "",
  )
  if (numbers.shape(x)[0] !== 1) return false
  const k = numbers.shape(f)[2]
  const met = numbers.pairs(symbol, cell, x, f)
  const { a: window, b: kernel } = underKernel(numbers, { f, read: x, met }, [cell[0], 0], 0)
  const products = window.map((value, n) => value * kernel[n])
  const most = Math.max(...products.map((value) => Math.abs(value) || 0))
  const side = (pen.width - 44) / 3
  const { writes, sign } = gridFormatters(window, kernel)
  const three = /** @type {[number[], number[], string, string][]} */ ([
    [window, numbers.maps[x].limits, numbers.maps[x].scale, "⊙"],
    [kernel, numbers.maps[f].limits, "signed", sign],
    [products, [-most, most], "signed", ""],
  ])
  three.forEach(([values, limits, scale, sign], n) => {
    pen.drawGrid(
      values,
      k,
      limits,
      scale,
      { x: n * (side + 22), y: 0, width: side, height: side },
      { write: writes[n] },
    )
    if (sign) pen.drawSign(sign, n * (side + 22) + side + 11, side / 2)
  })
  return true
}
