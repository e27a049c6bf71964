// Outputs and units as cells or rows, outputs against targets, and the loss so far.

import { number, short } from "../../model/numbers/format.js"
import { say } from "../../model/words.js"
import { drawLine } from "../canvas.js"
import { HEAD, LARGE, TEXT } from "../sheet.js"
import { drawUnits, indicesAround } from "./units.js"

/** @import { Box, Numbers, Pen, Picture } from "../../types/view.js" */

const [CELLS, ROWS] = [4, 12] // maximum length of a row drawn as cells, and as bars
const NAMES = 100 // width of names in a list
const BARRED = 340 // width from which a list has bars, too
const READ = 16.5 // height of a bar with a legible number

/**
 * Return some numbers of a row with their names, including the chosen one.
 * @param {Numbers} numbers @param {string} symbol @param {number} chosen @param {(value: number, n: number) => number} [of]
 */
export const rowsOf = (numbers, symbol, chosen, of = (value) => value) => {
  const count = numbers.count(symbol)
  const values = numbers.values(symbol)
  return indicesAround(Math.max(chosen, 0), count, ROWS).map((n) => ({
    n,
    name: numbers.nameOf(n, count, symbol),
    value: of(values[n], n),
    bold: n === chosen,
    term: `n${n}`,
  }))
}

/**
 * Return a map's label and its numbers.
 * @param {Numbers} numbers @param {string} name @returns {[string, ArrayLike<number>]}
 */
export const columnOf = (numbers, name) => [numbers.maps[name].label, numbers.values(name)]

/**
 * Draw a list in portrait layout: names of rows, and their numbers under each title. Return the positions of rows and
 * the ends of columns.
 * @param {Pen} pen @param {ReturnType<typeof rowsOf>} rows @param {[title: string, of: ArrayLike<number>][]} columns @param {number} [end] of the last column
 */
export function drawList(pen, rows, columns, end = pen.width - 2) {
  const free = pen.height - HEAD - 40
  const line = Math.min(free / rows.length, Math.max(32, free / 3.5))
  const size = Math.min(Math.max(TEXT, line / 5), LARGE)
  const y = (/** @type {number} */ n) => HEAD + (n + 0.5) * line
  const each = (end - NAMES) / columns.length
  columns.forEach(([title, of], i) => {
    const right = NAMES + (i + 1) * each
    pen.writeSymbol(title, right - 22, 13, { size: 18 })
    rows.forEach((row, n) =>
      pen.writeText(short(of[row.n]), right, y(n), { size, align: "right", bold: row.bold, room: each - 6 }),
    )
  })
  rows.forEach(({ name, bold, term }, n) => {
    pen.writeText(name, NAMES - 4, y(n), { size, align: "right", bold, room: NAMES - 6 })
    pen.addSpot({ x: 0, y: y(n) - line / 2, width: end, height: line }, term)
  })
  return { y, line, ends: columns.map((_, i) => NAMES + (i + 1) * each) }
}

/**
 * Draw a list whose last column, the row's own numbers, has bars if there is room.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {ReturnType<typeof rowsOf>} rows @param {[title: string, of: ArrayLike<number>][]} columns the preceding ones
 */
export function drawBarList(pen, numbers, symbol, rows, columns) {
  if (pen.width <= BARRED) return drawList(pen, rows, [...columns, columnOf(numbers, symbol)])
  const found = drawList(pen, rows, columns, NAMES + 81 * columns.length)
  const x = found.ends[columns.length - 1] + 10
  const unnamed = rows.map((row) => ({ ...row, name: "" }))
  const box = { x, y: HEAD, width: pen.width - x, height: found.line * rows.length }
  pen.drawRows(unnamed, box, { names: 0, line: found.line })
  pen.writeSymbol(numbers.maps[symbol].label, x, 13, { size: 18 })
  return found
}

/**
 * Draw a row's numbers with the chosen one framed: as cells, bars or pixels, by their number. Return the position of
 * the chosen one.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number} chosen @param {Box} box @param {{ made?: boolean, limits?: number[], write?: (value: number) => string }} [how] @returns {{ x: number, y: number, width: number, height: number }}
 */
export function drawColumn(
  pen,
  numbers,
  symbol,
  chosen,
  box,
  { made = false, limits = numbers.maps[symbol].limits, write } = {},
) {
  const count = numbers.count(symbol)
  const { scale } = numbers.maps[symbol]
  const values = numbers.values(symbol)
  const ofClasses = numbers.isClasses(count, symbol)
  if (count <= CELLS) {
    const each = Math.min((box.height + 12) / count, 128)
    const cells = Array.from(values, (value, n) => {
      const place = { x: box.x, y: box.y + n * each, width: Math.min(box.width, 140), height: each - 12 }
      const own = { name: ofClasses ? numbers.nameOf(n, count, symbol) : "", term: `n${n}`, symbol, at: [n] }
      const ring = n === chosen ? (made ? pen.ink : pen.tone) : undefined
      pen.cell(value, limits, scale, place, write ? { ...own, ring, write } : { ...own, ring })
      return place
    })
    return cells[chosen] ?? cells[0]
  }
  if (count <= ROWS && box.height / count >= READ) {
    const rows = rowsOf(numbers, symbol, chosen)
    if (!ofClasses) for (const row of rows) row.name = String(row.n)
    const { y, line } = pen.drawRows(rows, box, { names: ofClasses ? 78 : 34 })
    return { x: box.x, y: y(chosen) - line / 2, width: box.width, height: line }
  }
  const how = { chosen, symbol, cell: (/** @type {number} */ n) => [n] }
  const { middle } = drawUnits(pen, [count], (n) => values[n], limits, scale, box, how)
  return { x: middle[0] - 8, y: middle[1] - 8, width: 16, height: 16 }
}

/** Draw a row of parameters, such as biases. @type {Picture} */
export function drawParameterRow(pen, numbers, symbol, cell) {
  const { label, plain } = numbers.maps[symbol]
  pen.writeHead(label, "", 4, 13, pen.width, plain)
  drawColumn(pen, numbers, symbol, cell[0], { x: 6, y: HEAD, width: pen.width - 12, height: pen.height - HEAD - 10 })
}

/** Draw outputs against their targets, and the resulting value of the chosen one. @type {Picture} */
export function drawOutputs(pen, numbers, symbol, cell) {
  const isGradient = numbers.maps[symbol].band === "gradients"
  if (pen.upright && isGradient) {
    const columns = ["o", "y"].map((name) => columnOf(numbers, name))
    drawBarList(pen, numbers, symbol, rowsOf(numbers, symbol, cell[0]), columns)
    return
  }
  const half = pen.width / 2 - 50
  const x = isGradient ? half + 90 : 4
  const box = { x, y: HEAD, width: pen.width - x - 8, height: pen.height - HEAD - 40 }
  pen.writeRich(say("web.mechanism.dots", { symbol: numbers.maps.o.label }), x, 13, { fill: pen.soft, room: box.width })
  const rows = drawAgainstTargets(pen, numbers, cell[0], symbol)
  const { y } = pen.drawDots(
    rows,
    isGradient || pen.upright ? box : { ...box, width: Math.min(box.width, half * 1.4) },
    {
      names: 86,
      arrows: isGradient,
    },
  )
  if (!isGradient) return
  pen.writeHead(numbers.maps[symbol].label, "", 4, 13, half, numbers.maps[symbol].plain, pen.tone)
  pen.drawRows(rowsOf(numbers, symbol, cell[0]), { x: 4, y: HEAD, width: half, height: box.height }, { names: 86 })
  const middle = (y(0) + y(rows.length - 1)) / 2
  pen.drawArrow(half + 76, middle, half + 28, middle)
  pen.writeNote(say("web.mechanism.should_go"), pen.width - 4, pen.height - 10, { align: "right" })
}

/**
 * Draw outputs with their targets, or the targets only before outputs are computed.
 * @param {Pen} pen @param {Numbers} numbers @param {number} chosen @param {string} [symbol]
 */
export function drawAgainstTargets(pen, numbers, chosen, symbol = "o") {
  const targets = numbers.values("y")
  const source = symbol === "y" && pen.done("o") === 0 ? "y" : "o"
  return rowsOf(numbers, source, chosen).map((row) => ({ ...row, mark: targets[row.n] }))
}

/** Draw outputs against targets, and the loss so far. @type {Picture} */
export function drawLosses(pen, numbers) {
  const all = numbers.arrays.losses.values
  const few = all.length === 1 || pen.upright // one loss does not make a curve
  const half = few ? pen.width - 8 : pen.width / 2 - 20
  pen.writeRich(say("web.mechanism.dots", { symbol: "<i>o</i>" }), 4, 13, { fill: pen.soft })
  pen.drawDots(
    drawAgainstTargets(pen, numbers, -1),
    { x: 4, y: HEAD, width: half, height: pen.height - HEAD - 30 },
    { names: 86 },
  )
  if (!few) drawLossHistory(pen, all, half + 50)
}

// Draw the loss of all updates so far.
/** @param {Pen} pen @param {ArrayLike<number>} all @param {number} at */
function drawLossHistory(pen, all, at) {
  const last = all.length - 1
  const most = Math.max(...Array.from(all), 1e-12)
  const x = (/** @type {number} */ n) => at + (n / last) * (pen.width - at - 20)
  const y = (/** @type {number} */ value) => pen.height - 34 - (value / most) * (pen.height - 80)
  pen.writeText(say("web.mechanism.losses", { n: last }), at, 13, { fill: pen.soft })
  pen.context.strokeStyle = pen.tone
  pen.context.lineWidth = 2
  drawLine(pen.context, ...Array.from(all, (value, n) => [x(n), y(value)]))
  pen.drawDot(x(last), y(all[last]), pen.tone)
  pen.writeText(number(all[last]), pen.width - 20, y(all[last]) - 14, { bold: true, align: "right" })
  pen.writeNote(`0 … ${short(most)}`, at, pen.height - 14)
}
