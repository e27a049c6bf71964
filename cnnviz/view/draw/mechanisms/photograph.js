// The photograph of which the network reads one channel: a few enlarged pixels, the three numbers of one, and the
// channel that is read.

import { singleIndex } from "../../model/explain/cell_links.js"
import { storedPixel } from "../../model/explain/explanation.js"
import { short } from "../../model/numbers/format.js"
import { say } from "../../model/words.js"
import { HEAD } from "../sheet.js"
import { fitBox } from "./windows.js"

/** @import { Box, Cell, Numbers, Pen } from "../../types/view.js" */

const FEW = 5 // rows and columns of enlarged pixels
const CHANNELS = ["red", "green", "blue"]
const TINTS = ["#d6403a", "#3f9b4f", "#3b78d8"]
const [WORD, LINE, PITCH] = [96, 28, 36] // layout of a channel's number
const WIDE = 320 // width from which both stored and read values fit

/** @param {Pen} pen @param {Numbers} numbers @param {Cell} cell @param {ArrayLike<number>} photo rows, columns and channels, 0 … 255 */
export function drawPhotograph(pen, numbers, [, row, column], photo) {
  const [, rows, columns] = numbers.shape("x")
  const free = pen.height - HEAD - 26
  const [down, right] = [Math.min(FEW, rows), Math.min(FEW, columns)]
  const top = Math.min(Math.max(row - (FEW >> 1), 0), rows - down)
  const left = Math.min(Math.max(column - (FEW >> 1), 0), columns - right)
  const ring = { rows: { start: top, count: down, step: 1 }, columns: { start: left, count: right, step: 1 } }
  const paint = (/** @type {number} */ i, /** @type {number} */ j) =>
    [0, 1, 2].map((c) => photo[(i * columns + j) * 3 + c])
  const half = Math.min(0.44 * pen.width, (pen.height - 2 * HEAD - 20) / 2) // its numbers are below, at the same size
  const whole = fitBox(numbers, "x", 4, HEAD, pen.upright ? half : pen.width * 0.26, free)
  pen.writeText(say("web.mechanism.photograph"), 4, 13, { fill: pen.soft })
  pen.pixels(rows, columns, (n) => paint(Math.floor(n / columns), n % columns), whole, [ring])
  const size = Math.min(whole.height, pen.width * (pen.upright ? 0.44 : 0.22))
  const near = { x: whole.x + whole.width + 32, y: HEAD, width: size, height: size }
  pen.writeText(say("web.mechanism.near", { n: down * right }), near.x, 13, { fill: pen.soft, room: size + 20 })
  const own = { rows: singleIndex(row - top), columns: singleIndex(column - left), strong: true }
  pen.pixels(down, right, (n) => paint(top + Math.floor(n / right), left + (n % right)), near, [own])
  const side = whole.width / columns
  const corner = whole.x + (left + right) * side
  pen.drawThread([corner, whole.y + top * side], [near.x, near.y])
  pen.drawThread([corner, whole.y + (top + down) * side], [near.x, near.y + size])
  const under = pen.upright ? 2 * HEAD + whole.height + 16 : HEAD // upper end of its numbers
  const at = pen.upright ? 20 : near.x + size + 26
  const y = under + size / 2
  if (!pen.upright)
    pen.drawThread(
      [near.x + ((column - left + 1) * size) / right, HEAD + ((row - top + 0.5) * size) / down],
      [at - 8, y],
    )
  drawThree(pen, numbers, paint(row, column), at, y)
  const cell = (/** @type {number} */ n) => [0, top + Math.floor(n / right), left + (n % right)]
  const values = Array.from({ length: down * right }, (_, n) => numbers.at("x", cell(n)))
  const chosen = (row - top) * right + column - left
  drawRead(pen, numbers, { values, columns: right, chosen, cell }, { x: at + WORD + 34, y: under, size })
}

// Draw red, green and blue of one pixel, with a frame around the channel that the network reads.
/** @param {Pen} pen @param {Numbers} numbers @param {number[]} colours @param {number} x @param {number} y of the centre */
function drawThree(pen, numbers, colours, x, y) {
  const { ch } = numbers.answer.lesson
  const { context } = pen
  colours.forEach((value, c) => {
    const top = y + (c - 1) * PITCH - LINE / 2
    context.globalAlpha = 0.18
    context.fillStyle = TINTS[c]
    context.fillRect(x, top, WORD, LINE)
    context.globalAlpha = 1
    const chosen = ch === CHANNELS[c]
    context.lineWidth = chosen ? 2 : 1
    context.strokeStyle = chosen ? pen.tone : pen.line
    context.strokeRect(x, top, WORD, LINE)
    pen.writeText(say(`web.channels.${CHANNELS[c]}`), x + 6, top + LINE / 2, { bold: chosen, room: WORD - 46 })
    pen.writeText(String(value), x + WORD - 6, top + LINE / 2, { bold: chosen, align: "right" })
  })
  pen.drawThread([x - 8, y - PITCH], [x - 8, y + PITCH])
}

// Draw the channel's numbers as stored and, if there is room, as read.
/** @param {Pen} pen @param {Numbers} numbers @param {{ values: number[], columns: number, chosen: number, cell: (n: number) => Cell }} patch @param {{ x: number, y: number, size: number }} place */
function drawRead(pen, numbers, { values, columns, chosen, cell }, { x, y, size }) {
  const { ch, scale } = numbers.answer.lesson
  const room = pen.width - x - 6
  const twice = scale !== "raw" && room > WIDE
  const width = Math.min(twice ? (room - 60) / 2 : room, size * 1.5)
  const grid = { x, y, width, height: size }
  const { limits } = numbers.maps.x
  const lit = { rows: singleIndex(Math.floor(chosen / columns)), columns: singleIndex(chosen % columns) }
  const draw = (/** @type {Box} */ box, /** @type {(value: number) => string} */ write) => {
    pen.drawGrid(values, columns, limits, "pixel", box, { write, symbol: "x", cell, term: String })
    pen.ring(lit, Math.ceil(values.length / columns), columns, box)
  }
  pen.drawArrow(x - 30, y + size / 2, x - 8, y + size / 2)
  const name = CHANNELS.includes(ch) ? say(`web.channels.${ch}`) : ""
  pen.writeText([name, say("web.mechanism.pixels")].filter(Boolean).join(", "), x, y - 17, {
    fill: pen.soft,
    room: width + 10,
  })
  draw(grid, (value) => String(storedPixel(numbers, value)))
  if (!twice) return
  const next = { ...grid, x: x + width + 60 }
  pen.writeText("÷ 255", x + width + 30, y + size / 2 - 16, { bold: true, align: "center" })
  pen.drawArrow(x + width + 14, y + size / 2, next.x - 12, y + size / 2)
  pen.writeText(numbers.maps.x.label, next.x, y - 17, { size: 22, math: true })
  draw(next, short)
}
