// Weights of a fully connected layer, and their gradient: the outer product of units and incoming gradients.

import { number } from "../../model/numbers/format.js"
import { factorDigits, productText } from "../../model/numbers/printed_digits.js"
import { say } from "../../model/words.js"
import { HEAD, SMALL } from "../sheet.js"
import { drawUnits, indicesAround } from "./units.js"

/** @import { Box, Numbers, Pen, Picture } from "../../types/view.js" */

const MOST_COLUMNS = 4 // maximum number of columns of a table
const NARROW = 600 // width below which two columns fit
const MOST_DIGITS = 5 // maximum number of digits of a factor in it
const NEAR = 5 // rows and columns of printed weights
const [WIDEST, TALLEST] = [84, 52] // maximum size of one of them

/** Draw all weights of one output, and the numbers around one of them. @type {Picture} */
export function drawWeights(pen, numbers, symbol, cell) {
  const shape = numbers.shape(symbol)
  const outputs = shape[shape.length - 1]
  const n = cell[cell.length - 1]
  const values = numbers.values(symbol)
  const { label, plain, limits } = numbers.maps[symbol]
  const weight = (/** @type {number} */ d) => values[d * outputs + n]
  const at = (/** @type {number} */ d) => numbers.cell(symbol, d * outputs + n)
  pen.writeHead(`${label}[d,${n}]`, "", 4, 13, pen.width, plain)
  const [wide, high] = pen.upright ? [pen.width - 8, 0.5 * pen.height] : [0.45 * pen.width, pen.height]
  const box = { x: 4, y: HEAD, width: wide, height: high - HEAD - 26 }
  const chosen = Math.floor(numbers.offset(symbol, cell) / outputs)
  const how = { chosen, symbol, cell: at, say: (/** @type {number} */ d) => number(weight(d)) }
  const { width, height, lies } = drawUnits(pen, shape.slice(0, -1), weight, limits, "signed", box, how)
  pen.drawColourBar(limits, "signed", { ...box, width, height })
  if (!lies) return
  const { part, row, column } = lies
  const [rows, columns] = [indicesAround(row, part.rows, NEAR), indicesAround(column, part.columns, NEAR)]
  const units = rows.flatMap((i) => columns.map((j) => part.from + i * part.columns + j))
  const inside = (/** @type {number} */ d) => d < values.length / outputs && numbers.isExact(symbol, at(d))
  const [x, y] = pen.upright ? [4, HEAD + height + 36] : [width + 64, HEAD]
  const size = Math.min((pen.width - x - 4) / columns.length, WIDEST)
  const grid = { x, y, width: size * columns.length, height: Math.min(pen.height - y - 4, rows.length * TALLEST) }
  const side = part.width / part.columns
  const [left, top] = [box.x + part.x + columns[0] * side, box.y + part.y + rows[0] * side]
  pen.frame({ x: left, y: top, width: columns.length * side, height: rows.length * side }, "read")
  pen.frame(grid, "read")
  pen.drawGrid(
    units.map((d) => (inside(d) ? weight(d) : Number.NaN)),
    columns.length,
    limits,
    "signed",
    grid,
    {
      term: (i) => `u${units[i]}`,
      symbol,
      cell: (i) => at(units[i]),
    },
  )
  pen.outlineCellAt(grid, rows.length, columns.length, rows.indexOf(row), columns.indexOf(column))
}

/** Draw a weight's gradient, unit times incoming gradient, within the table of all products. @type {Picture} */
export function drawOuterProduct(pen, numbers, symbol, cell) {
  const [x, dy] = [numbers.source(symbol, "unit"), numbers.source(symbol, "last")]
  const outputs = numbers.shape(symbol)[numbers.shape(symbol).length - 1]
  const n = cell[cell.length - 1]
  const columns = indicesAround(n, outputs, pen.upright && pen.width < NARROW ? 2 : MOST_COLUMNS)
  const shown = outputs <= 2 ? columns : [n]
  const shape = numbers.shape(x)
  const values = numbers.values(symbol)
  const { limits } = numbers.maps[symbol]
  const d = numbers.offset(x, cell.slice(0, -1))
  const each = (pen.width * (pen.upright ? 1 : 0.48)) / shown.length - 20
  const high = pen.upright ? 0.5 * pen.height : pen.height
  let left = 4
  for (const m of shown) {
    const box = { x: left, y: HEAD, width: each, height: high - HEAD - 26 }
    const { width, height } = drawUnits(pen, shape, (d) => values[d * outputs + m], limits, "signed", box, {
      chosen: m === n ? d : -1,
      say: (d) => productText(numbers.values(x)[d], numbers.values(dy)[m]),
    })
    pen.frame({ x: left, y: HEAD, width, height }, "made")
    const word = say("web.mechanism.to_output", { name: numbers.nameOf(m, outputs, dy) })
    pen.writeHead(numbers.maps[symbol].label, "", left, 13, Math.max(width, 120), word, pen.tone)
    pen.drawColourBar(limits, "signed", { ...box, width, height })
    left += width + 20
  }
  const place = pen.upright
    ? { x: 10, y: high + 14, width: pen.width - 12, height: pen.height - high - 16 }
    : { x: left + 64, y: 13, width: pen.width - left - 68, height: pen.height - 16 }
  if (!pen.upright) pen.drawArrow(left + 44, pen.height / 2, left + 4, pen.height / 2)
  drawTable(pen, numbers, { symbol, x, dy, n, d, columns, outputs }, place)
}

/**
 * Draw units down the side, incoming gradients along the top, and their products.
 * @param {Pen} pen @param {Numbers} numbers @param {{ symbol: string, x: string, dy: string, n: number, d: number, columns: number[], outputs: number }} parts @param {Box} box
 */
function drawTable(pen, numbers, { symbol, x, dy, n, d, columns, outputs }, box) {
  const count = numbers.count(x)
  const near = indicesAround(d, count, 3)
  const rows = [...new Set([0, ...near, count - 1])].sort((a, b) => a - b)
  const gaps = rows.map((row, i) => /** @type {number} */ (i && row - rows[i - 1] > 1 ? 18 : 0))
  const line = Math.min((box.height - 18 - gaps.reduce((sum, gap) => sum + gap, 0)) / (rows.length + 1.2), 46)
  const wide = Math.min((box.width - 90) / (columns.length + 1), 128)
  const side = box.x + columns.length * wide + 12
  const values = { unit: numbers.values(x), back: numbers.values(dy), gradient: numbers.values(symbol) }
  const needed = rows.flatMap((row) => columns.map((m) => factorDigits(values.unit[row], values.back[m], 3)))
  const digits = Math.min(Math.max(...needed), MOST_DIGITS)
  const cellAt = (/** @type {number} */ left, /** @type {number} */ top) => ({
    x: left,
    y: top,
    width: wide - 4,
    height: line - 4,
  })
  const top = box.y + 18
  pen.writeText(say("web.mechanism.top", { symbol: numbers.maps[dy].label }), box.x, box.y, {
    fill: pen.soft,
    room: side - box.x - 8,
  })
  pen.writeText(say("web.mechanism.side", { symbol: numbers.maps[x].label }), pen.width - 4, box.y, {
    align: "right",
    fill: pen.soft,
    room: pen.width - side,
  })
  columns.forEach((m, i) => {
    const ring = m === n ? pen.tone : undefined
    pen.cell(values.back[m], numbers.maps[dy].limits, "signed", cellAt(box.x + i * wide, top), {
      ring,
      write: (value) => number(value, digits),
      term: `n${m}`,
      symbol: dy,
      at: [m],
    })
  })
  const cut = { before: columns[0] > 0, after: columns[columns.length - 1] < outputs - 1 }
  if (cut.before) pen.writeText("…", box.x - 8, top + line / 2, { align: "center" })
  if (cut.after) pen.writeText("…", side - 10, top + line / 2, { align: "center" })
  let y = top + line * 1.2
  rows.forEach((row, i) => {
    if (gaps[i])
      for (const left of [box.x + wide / 2, side + wide / 2])
        pen.writeText("⋮", left, y + 4, { align: "center", size: SMALL })
    y += gaps[i]
    columns.forEach((m, c) => {
      const ring = row === d && m === n ? pen.ink : undefined
      const value = values.gradient[row * outputs + m]
      pen.cell(value, numbers.maps[symbol].limits, "signed", cellAt(box.x + c * wide, y), {
        ring,
        write: (figure) => number(figure, 3),
        term: `u${row}`,
      })
    })
    const { limits, scale } = numbers.maps[x]
    pen.cell(values.unit[row], limits, scale, cellAt(side, y), {
      ring: row === d ? pen.tone : undefined,
      write: (figure) => number(figure, digits),
      term: `u${row}`,
    })
    const name = `${numbers.maps[x].label}[${numbers.index(x, numbers.cell(x, row)).join(",")}]`
    pen.writeText(name, side + wide, y + line / 2 - 2, { math: true, room: pen.width - side - wide })
    y += line
  })
}
