// Backward pass of a convolution, to its input.

import { terms } from "../../model/explain/formula_values.js"
import { say } from "../../model/words.js"
import { HEAD } from "../sheet.js"
import { drawChannels } from "./channels.js"
import { convolutionUpright } from "./convolution_upright.js"
import { drawProductGrids } from "./product_grids.js"
import {
  boxOf,
  channelName,
  channelSums,
  drawBeam,
  drawResultMap,
  drawRingIn,
  fitBox,
  middleOf,
  ranges,
  ringCell,
  spotTerms,
  underKernel,
} from "./windows.js"

/** @import { Cell, Numbers, Pen, Picture } from "../../types/view.js" */

const [LEAD, SIGN, BEAM] = [72, 36, 48] // between the result and the products, two grids, a window and its map
const ROOMY = 40 // width of a step that has room for its number

/** Draw the gradient of one input cell: a term through each filter. @type {Picture} */
export function convolutionBack(pen, numbers, symbol, cell) {
  const [f, dy] = [numbers.source(symbol, "passing"), numbers.source(symbol, "covering")]
  const met = numbers.pairs(symbol, cell, dy, f)
  const ring = ranges(numbers, symbol, dy, cell)
  const sums = channelSums(numbers, terms(numbers, symbol, cell), dy)
  const columns = sums.map((value, m) => {
    const at = /** @type {[number, number]} */ ([m, cell[0]])
    return { channel: m, value, ...underKernel(numbers, { f, read: dy, met }, at, m), at }
  })
  const zeros = { before: 0, below: 0, right: 0 }
  if (columns.length === 1 && pen.upright) {
    const parts = { symbol, x: dy, f, k: numbers.shape(f)[2], cell, met }
    return convolutionUpright(pen, numbers, parts, { zeros, window: ring, back: true })
  }
  if (columns.length === 1) return drawSingle(pen, numbers, { symbol, cell, f, dy, ring, met })
  drawChannels(pen, numbers, { made: symbol, cell, read: dy, f, ring, zeros, columns, back: true })
}

// Draw the result, products, kernel and incoming gradient from left to right; they are read from right to left.
/** @param {Pen} pen @param {Numbers} numbers @param {{ symbol: string, cell: Cell, f: string, dy: string, ring: import("../sheet.js").Ring, met: [Cell, Cell][] }} of */
function drawSingle(pen, numbers, { symbol, cell, f, dy, ring, met }) {
  const high = pen.height - HEAD - 26
  const side = Math.min(
    (pen.width * 0.425) / (numbers.shape(symbol)[2] + numbers.shape(dy)[2]),
    high / Math.max(numbers.shape(symbol)[1], numbers.shape(dy)[1]),
  )
  const [left, right] = [symbol, dy].map((name) => fitBox(numbers, name, 3, HEAD, side * numbers.shape(name)[2], high))
  right.x = pen.width - right.width - 3
  drawResultMap(pen, numbers, symbol, cell, left)
  pen.writeHead(channelName(numbers, dy, 0), "", right.x, 13, right.width, say("web.mechanism.arrived"))
  pen.drawMap(numbers, dy, [0], right)
  const from = left.x + left.width + LEAD
  const grid = Math.min((right.x - from - 2 * SIGN - BEAM) / 3, 0.44 * pen.height)
  const boxes = [0, 1, 2].map((n) => ({ x: from + n * (grid + SIGN), y: HEAD, width: grid, height: grid }))
  const of = { symbol, cell, read: dy, f, at: /** @type {[number, number]} */ ([0, cell[0]]), met, back: true }
  const made = drawProductGrids(pen, numbers, of, boxes, ROOMY)
  drawBeam(pen, boxes[2], boxOf(numbers, dy, right, ring))
  drawRingIn(pen, numbers, dy, ring, right)
  spotTerms(pen, numbers, dy, made.cells, right)
  const bar = drawSteps(pen, numbers, symbol, cell, made, {
    from,
    to: boxes[2].x + grid,
    total: from - LEAD / 2,
    top: HEAD + grid + 24,
  })
  const [x, y] = middleOf(numbers, symbol, left, cell)
  pen.drawLead([bar.x + bar.width / 2, y < bar.y ? bar.y : bar.y + bar.height], [bar.x + bar.width / 2, y], [x + 6, y])
  ringCell(pen, numbers, symbol, cell, left)
}

/**
 * Draw the products as a staircase from right to left.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Cell} cell @param {ReturnType<typeof drawProductGrids>} of @param {{ from: number, to: number, total: number, top: number }} place
 */
function drawSteps(pen, numbers, symbol, cell, { steps, written }, { from, to, total, top }) {
  const pitch = (to - from) / steps.length
  const places = [...steps.map((_, n) => from + (n + 0.5) * pitch).toReversed(), total]
  const box = { x: from, y: top, width: to - from, height: Math.max(pen.height - top - 32, 20) }
  return pen.drawStairs(steps.toReversed(), numbers.at(symbol, cell), box, {
    places,
    figures: pitch > ROOMY,
    wide: Math.min(40, pitch * 0.66),
    paint: pen.colourOf(numbers, symbol, cell),
    room: pitch,
    written,
  })
}
