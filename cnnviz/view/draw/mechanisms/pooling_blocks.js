// Pooling with adjacent windows: a window and its neighbours with all numbers, and their results.

import { coarse, exponentOf, short, timesPower } from "../../model/numbers/format.js"
import { say } from "../../model/words.js"
import { HEAD } from "../sheet.js"
import { fitBox, writeChannelName } from "./windows.js"

/** @import { Box, Cell, Link, Numbers, Pen, Range } from "../../types/view.js" */
/** @typedef {{ link: Link, place: Cell, map: string, pooled: string, back: boolean }} Parts  the pool's link, the index of the window, and the two maps: of cells and of windows */

const CELLS = 6 // maximum number of cells in a row, over several windows
const MOST = 3 // maximum number of cells in a row of a window

/** @param {Link} link */
export const inBlocks = ({ geometry: { k, stride, before } }) => k <= MOST && stride === k && before === 0

/**
 * Return the range of windows in a row around one.
 * @param {number} at @param {number} count @param {number} k @returns {Range}
 */
function windowsAround(at, count, k) {
  const shown = Math.min(Math.floor(CELLS / k), 3, count)
  return { start: Math.min(Math.max(at - 1, 0), count - shown), count: shown, step: 1 }
}

/** Return the range of their cells. @param {Range} range @param {number} k @returns {Range} */
const cellsOf = ({ start, count }, k) => ({ start: start * k, count: count * k, step: 1 })

/**
 * Draw a map, some of its windows enlarged, and their results.
 * @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {number} foot height below the grids
 */
export function drawBlocks(pen, numbers, { link, place, map, pooled, back }, foot) {
  const { k } = link.geometry
  const [channel, row, column] = place
  const [, high, wide] = numbers.shape(pooled)
  const [rows, columns] = [windowsAround(row, high, k), windowsAround(column, wide, k)]
  const [down, across] = [cellsOf(rows, k), cellsOf(columns, k)]
  const side = pen.height - 40 - foot
  const left = pen.upright
    ? fitBox(numbers, map, 4, HEAD, pen.width * 0.5, 0.32 * pen.height)
    : fitBox(numbers, map, 4, HEAD, pen.width * 0.25, side)
  writeChannelName(pen, numbers, map, channel, left, back ? { word: say("web.mechanism.goes_on") } : {})
  pen.drawMap(numbers, map, [channel], left, [{ rows: down, columns: across }])
  const under = left.y + left.height + 28
  const large = pen.upright
    ? Math.min(pen.width * 0.55, pen.height - under - foot - 16)
    : Math.min(side, pen.width * 0.32)
  const size = large / Math.max(down.count, across.count)
  const [gridX, gridY] = pen.upright ? [4, under] : [left.x + left.width + 40, HEAD]
  const grid = { x: gridX, y: gridY, width: size * across.count, height: size * down.count }
  const at = (/** @type {number} */ n) => [
    channel,
    down.start + Math.floor(n / across.count),
    across.start + (n % across.count),
  ]
  const won = (/** @type {Cell} */ [c, i, j]) =>
    String(numbers.sources(link, [c, Math.floor(i / k), Math.floor(j / k)])[0]) === String([c, i, j])
  const lit = link.pattern === "winner" ? (/** @type {number} */ n) => won(at(n)) : undefined
  const values = Array.from({ length: down.count * across.count }, (_, n) => numbers.at(map, at(n)))
  const made = Array.from({ length: rows.count * columns.count }, (_, n) =>
    numbers.at(pooled, [channel, rows.start + Math.floor(n / columns.count), columns.start + (n % columns.count)]),
  )
  const exponent = exponentOf(Math.max(...values.map(Math.abs), ...made.map(Math.abs))) // a common exponent, because they are compared
  printNumbers(pen, numbers, map, values, across.count, grid, exponent, lit)
  const chosen = (/** @type {Box} */ box, /** @type {string} */ tone) =>
    pen.outlineCellAt(box, rows.count, columns.count, row - rows.start, column - columns.start, tone)
  chosen(grid, back ? pen.ink : pen.tone)
  drawThreads(pen, numbers, map, left, grid, down, across)
  const block = pen.upright ? pen.width * 0.12 : (Math.min(side, pen.width * 0.24) / 3) * (back ? 0.9 : 0.85)
  const last = {
    x: pen.width - block * columns.count - 6,
    y: 0,
    width: block * columns.count,
    height: block * rows.count,
  }
  last.y = pen.upright ? HEAD + 14 : grid.y + (grid.height - last.height) / 2
  writeChannelName(
    pen,
    numbers,
    pooled,
    channel,
    { ...last, y: last.y + 3 },
    back ? { word: say("web.mechanism.arrived") } : {},
  )
  printNumbers(pen, numbers, pooled, made, columns.count, last, exponent)
  chosen(last, back ? pen.tone : pen.ink)
  const words = link.pattern === "winner" ? say("web.mechanism.largest") : say("web.mechanism.mean")
  const between = back && link.pattern !== "winner" ? `÷ ${k * k}` : back ? say("web.mechanism.winner") : words
  if (pen.upright) {
    const [x, low, high] = [last.x + last.width / 2, grid.y + grid.height / 2, last.y + last.height + 10]
    back ? pen.drawArrow(x, high, x, low) : pen.drawArrow(x, low, x, high)
    pen.writeText(between, x, low + 14, { align: "center", bold: true })
    return
  }
  const [from, to] = [grid.x + grid.width + 10, last.x - 10]
  const y = grid.y + (row - rows.start + 0.5) * size * k
  const end = last.y + (row - rows.start + 0.5) * block
  back ? pen.drawArrow(to, end, from, y) : pen.drawArrow(from, y, to, end)
  pen.writeText(between, (from + to) / 2, Math.min(y, end) - 14, { align: "center", bold: true, room: to - from })
}

// Print numbers with a common exponent, if they are small.
/** @param {Pen} pen @param {Numbers} numbers @param {string} map @param {number[]} values @param {number} columns @param {Box} box @param {number} exponent @param {(n: number) => boolean} [lit] */
function printNumbers(pen, numbers, map, values, columns, box, exponent, lit) {
  const { limits, scale } = numbers.maps[map]
  const exact = (/** @type {number} */ value) => short(value / 10 ** exponent)
  const room = pen.fontSizeFor(values.map(exact), box.width / columns, (box.height * columns) / values.length)
  const write = room || exponent ? exact : coarse
  const fits = pen.drawGrid(values, columns, limits, scale, box, { write, lit })
  if (fits && exponent)
    pen.writeNote(timesPower(exponent), box.x + box.width, box.y + box.height + 9, { align: "right" })
}

/**
 * Draw lines from cells of a map to their enlargements.
 * @param {Pen} pen @param {Numbers} numbers @param {string} map @param {Box} left @param {Box} grid @param {Range} down @param {Range} across
 */
export function drawThreads(pen, numbers, map, left, grid, down, across) {
  const [, rows, columns] = numbers.shape(map)
  const corner = left.x + ((across.start + across.count) * left.width) / columns
  if (pen.upright) {
    const low = left.y + ((down.start + down.count) * left.height) / rows
    pen.drawThread([left.x + (across.start * left.width) / columns, low], [grid.x, grid.y])
    return pen.drawThread([corner, low], [grid.x + grid.width, grid.y])
  }
  const edge = (/** @type {number} */ at) => left.y + (at * left.height) / rows
  pen.drawThread([corner, edge(down.start)], [grid.x, grid.y])
  pen.drawThread([corner, edge(down.start + down.count)], [grid.x, grid.y + grid.height])
}
