// The two ends of a network: the image's pixels, the row of units, softmax, outputs against targets, the loss.

import { stored } from "../../model/explanation.js"
import { number, short } from "../../model/format.js"
import { say } from "../../model/words.js"
import { channelName, fitted } from "./convolution.js"

/** @typedef {import("../mechanism.js").Picture} Picture */
/** @typedef {import("../../model/numbers.js").Numbers} Numbers */

const PATCH = 7

/** @type {Picture} */
export function patch(pen, numbers, _symbol, cell) {
  const [, rows, columns] = numbers.shape("x")
  const [down, right] = [Math.min(PATCH, rows), Math.min(PATCH, columns)]
  const top = Math.min(Math.max(cell[1] - 3, 0), rows - down)
  const left = Math.min(Math.max(cell[2] - 3, 0), columns - right)
  const side = pen.height - 34
  const box = fitted(numbers, "x", 4, 24, pen.width * 0.42, side)
  pen.head(channelName(numbers, "x", cell[0]), `${rows}×${columns}`, box.x, 10, box.width)
  const ring = { rows: { start: top, count: down, step: 1 }, columns: { start: left, count: right, step: 1 } }
  pen.map(numbers, "x", [cell[0]], box, [ring])
  const at = box.x + box.width + 60
  const values = Array.from({ length: down * right }, (_, n) =>
    numbers.at("x", [cell[0], top + Math.floor(n / right), left + (n % right)]),
  )
  const grid = { x: at, y: 24, width: Math.min(pen.width - at - 10, side * 1.3), height: side }
  const own = (cell[1] - top) * right + cell[2] - left
  pen.grid(values, right, numbers.maps.x.limits, "pixel", grid, { write: (value) => String(stored(numbers, value)) })
  const [w, h] = [grid.width / right, grid.height / down]
  pen.context.strokeStyle = "#e8590c"
  pen.context.lineWidth = 2.5
  pen.context.strokeRect(grid.x + (own % right) * w, grid.y + Math.floor(own / right) * h, w - 1, h - 1)
  pen.text(say("web.mechanism.pixels"), at, 10, { size: 11, fill: pen.soft })
  const scale = box.width / columns
  pen.thread([box.x + (left + right) * scale, box.y + top * scale], [at, 24])
  pen.thread([box.x + (left + right) * scale, box.y + (top + down) * scale], [at, 24 + side])
}

/** @type {Picture} */
export function flattened(pen, numbers, _symbol, cell) {
  const [link] = numbers.links("v")
  const shape = numbers.shape(link.source)
  const at = numbers.offset("v", cell)
  const count = numbers.count("v")
  if (shape.length === 3) {
    const box = fitted(numbers, link.source, 4, 24, pen.width * 0.4, pen.height - 80)
    pen.head(channelName(numbers, link.source, cell[0]), shape.join("×"), box.x, 10, box.width)
    pen.map(numbers, link.source, [cell[0]], box, [
      { rows: { start: cell[1], count: 1, step: 1 }, columns: { start: 0, count: shape[2], step: 1 } },
      { rows: { start: cell[1], count: 1, step: 1 }, columns: { start: cell[2], count: 1, step: 1 }, strong: true },
    ])
    pen.text(
      say("web.mechanism.place", {
        channel: cell[0],
        row: cell[1],
        column: cell[2],
        d: at,
        rows: shape[1],
        columns: shape[2],
      }),
      box.x + box.width + 24,
      40,
      { size: 13, room: pen.width - box.width - 40 },
    )
  }
  const values = numbers.values("v")
  pen.text("v", 4, pen.height - 44, { size: 16, math: true })
  pen.picture(
    1,
    count,
    (n) => values[n],
    numbers.maps.v.limits,
    numbers.maps.v.scale,
    { x: 24, y: pen.height - 52, width: pen.width - 40, height: 18 },
    [{ rows: { start: 0, count: 1, step: 1 }, columns: { start: at, count: 1, step: 1 }, strong: true }],
  )
  if (shape.length === 3) unrolled(pen, numbers, link.source, cell, at)
  pen.text("0", 24, pen.height - 24, { size: 11, fill: pen.soft })
  pen.text(String(count - 1), pen.width - 16, pen.height - 24, { size: 11, align: "right", fill: pen.soft })
}

// From the ends of the row that is read to the ends of its place in the list.
/** @param {import("../pen.js").Pen} pen @param {Numbers} numbers @param {string} map @param {number[]} cell @param {number} at */
function unrolled(pen, numbers, map, [, row, column], at) {
  const box = fitted(numbers, map, 4, 24, pen.width * 0.4, pen.height - 80)
  const [, rows, columns] = numbers.shape(map)
  const [first, count] = [at - column, numbers.count("v")]
  const place = (/** @type {number} */ n) => 24 + (n / count) * (pen.width - 40)
  const y = box.y + ((row + 1) * box.height) / rows
  const { context } = pen
  context.fillStyle = context.strokeStyle = pen.tone
  context.globalAlpha = 0.16
  context.beginPath()
  context.moveTo(box.x, y)
  context.lineTo(box.x + box.width, y)
  context.lineTo(place(first + columns), pen.height - 52)
  context.lineTo(place(first), pen.height - 52)
  context.fill()
  context.globalAlpha = 1
  context.lineWidth = 2
  context.strokeRect(place(first), pen.height - 53, place(columns) - place(0), 20)
}

/** @param {Numbers} numbers @param {string} symbol @param {number} n */
const className = (numbers, symbol, n) =>
  numbers.classes.length === numbers.count(symbol) ? numbers.classes[n] : String(n)

/** @param {Numbers} numbers @param {string} symbol @param {number} chosen @param {(value: number, n: number) => number} [of] */
const rowsOf = (numbers, symbol, chosen, of = (value) => value) =>
  Array.from(numbers.values(symbol), (value, n) => ({
    name: className(numbers, symbol, n),
    value: of(value, n),
    bold: n === chosen,
  })).slice(0, 14)

/** @type {Picture} */
export function softmax(pen, numbers, symbol, cell) {
  const z = numbers.links(symbol)[0].source
  const most = Math.max(...numbers.values(z))
  const width = (pen.width - 80) / 3
  const height = pen.height - 44
  const three = /** @type {[string, any[]][]} */ ([
    [say("web.mechanism.scores", { symbol: numbers.maps[z].label }), rowsOf(numbers, z, cell[0])],
    [say("web.mechanism.powers"), rowsOf(numbers, z, cell[0], (value) => Math.exp(value - most))],
    [say("web.mechanism.parts", { symbol: numbers.maps[symbol].label }), rowsOf(numbers, symbol, cell[0])],
  ])
  three.forEach(([title, rows], n) => {
    const x = 4 + n * (width + 36)
    pen.text(title, x, 10, { size: 12, fill: pen.soft, room: width })
    pen.rows(rows, { x, y: 24, width, height })
    if (n < 2) pen.arrow(x + width + 6, 24 + height / 2, x + width + 30, 24 + height / 2)
  })
  pen.text(say("web.mechanism.sum_of_powers"), 4, pen.height - 8, { size: 11, fill: pen.soft })
}

/** @type {Picture} */
export function softmaxBack(pen, numbers, symbol, cell) {
  const sources = numbers.links(symbol).map(({ source }) => source)
  const names = [symbol, ...sources]
  const width = (pen.width - 30 * names.length) / names.length
  names.forEach((name, n) => {
    const x = 4 + n * (width + 30)
    pen.text(numbers.maps[name].label, x, 10, { size: 16, math: true })
    pen.rows(rowsOf(numbers, name, cell[0]), { x, y: 24, width, height: pen.height - 44 })
    if (n === 0) pen.arrow(x + width + 26, pen.height / 2, x + width + 6, pen.height / 2)
  })
}

/** Outputs against their targets, and what that makes of this one. @type {Picture} */
export function outputs(pen, numbers, symbol, cell) {
  const targets = numbers.values("y")
  const values = symbol === "y" && pen.done("o") === 0 ? targets : numbers.values("o")
  const rows = Array.from(values, (value, n) => ({
    name: className(numbers, "o", n),
    value,
    bold: n === cell[0],
    mark: targets[n],
  }))
  const low = Math.min(0, ...values, ...targets)
  const high = Math.max(1, ...values, ...targets)
  const isGradient = numbers.maps[symbol].band === "gradients"
  const half = pen.width / 2 - 30
  const x = isGradient ? half + 50 : 4
  pen.text(say("web.mechanism.against"), x, 10, { size: 12, fill: pen.soft })
  pen.rows(rows, { x, y: 24, width: half, height: pen.height - 44 }, { limits: [low, high], names: 60 })
  if (!isGradient && symbol !== "y" && symbol !== "o") {
    pen.text(numbers.maps[symbol].label, half + 50, 10, { size: 16, math: true })
    pen.rows(rowsOf(numbers, symbol, cell[0]), { x: half + 50, y: 24, width: half, height: pen.height - 44 })
  }
  if (!isGradient) return
  pen.text(numbers.maps[symbol].label, 4, 10, { size: 16, math: true })
  pen.rows(rowsOf(numbers, symbol, cell[0]), { x: 4, y: 24, width: half, height: pen.height - 44 }, { names: 60 })
  pen.arrow(half + 40, pen.height / 2, half + 12, pen.height / 2)
}

/** Outputs against targets, and the losses so far. @type {Picture} */
export function losses(pen, numbers) {
  const all = numbers.arrays.losses.values
  const half = all.length > 1 ? pen.width / 2 - 20 : pen.width - 8 // one loss is no curve
  const values = numbers.values("o")
  const targets = numbers.values("y")
  pen.text(say("web.mechanism.against"), 4, 10, { size: 12, fill: pen.soft })
  pen.rows(
    Array.from(values, (value, n) => ({ name: className(numbers, "o", n), value, mark: targets[n] })),
    { x: 4, y: 24, width: half, height: pen.height - 44 },
    { limits: [Math.min(0, ...values, ...targets), Math.max(1, ...values, ...targets)], names: 60 },
  )
  if (all.length < 2) return
  const at = half + 50
  const most = Math.max(...all, 1e-12)
  const x = (/** @type {number} */ n) => at + (all.length > 1 ? n / (all.length - 1) : 0) * (pen.width - at - 20)
  const y = (/** @type {number} */ value) => pen.height - 30 - (value / most) * (pen.height - 70)
  pen.text(say("web.mechanism.losses", { n: all.length - 1 }), at, 10, { size: 12, fill: pen.soft })
  pen.context.strokeStyle = pen.tone
  pen.context.fillStyle = pen.tone
  pen.context.lineWidth = 2
  pen.context.beginPath()
  all.forEach((/** @type {number} */ value, /** @type {number} */ n) => pen.context.lineTo(x(n), y(value)))
  pen.context.stroke()
  pen.context.beginPath()
  pen.context.arc(x(all.length - 1), y(all[all.length - 1]), 4, 0, 7)
  pen.context.fill()
  pen.text(
    `${number(all[all.length - 1])}`,
    Math.min(x(all.length - 1) + 8, pen.width - 60),
    y(all[all.length - 1]) + 2,
    { bold: true, size: 13 },
  )
  pen.text(`0 … ${short(most)}`, at, pen.height - 12, { size: 11, fill: pen.soft })
}
