// An activation: its curve, as the core sampled it, over a histogram of the map; backward the same as a gate.

import { number, short } from "../../model/format.js"
import { say } from "../../model/words.js"
import { channelName, fitted } from "./convolution.js"

/** @typedef {import("../mechanism.js").Picture} Picture */
/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("../pen.js").Box} Box */

const BARS = 48
/** @param {number} at */
const one = (at) => ({ start: at, count: 1, step: 1 })

/** @type {Picture} */
export function activation(pen, numbers, symbol, cell) {
  const z = numbers.links(symbol)[0].source
  const box = sides(pen, numbers, z, symbol, cell, false)
  curve(pen, numbers, symbol, z, cell, box, 1)
  pen.text(say("web.mechanism.cells", { n: cellsOf(numbers, z, cell).length }), box.x, pen.height - 8, {
    size: 11,
    fill: pen.soft,
  })
}

/** @type {Picture} */
export function gate(pen, numbers, symbol, cell) {
  const made = /** @type {string} */ (
    Object.keys(numbers.network.curves).find((name) => numbers.links(name)[0].source === symbol.slice(1))
  )
  const arrived = numbers.links(symbol)[0].source
  const box = sides(pen, numbers, symbol, arrived, cell, true)
  curve(pen, numbers, made, symbol.slice(1), cell, { ...box, height: box.height - 40 }, 2)
  const [came, passed] = [numbers.at(arrived, cell), numbers.at(symbol, cell)]
  const most = Math.abs(came) || 1
  const y = box.y + box.height - 14
  pen.context.fillStyle = came < 0 ? "#92c5de" : "#f4a582"
  pen.context.fillRect(box.x, y, box.width * 0.6, 10)
  pen.context.fillStyle = passed < 0 ? "#2166ac" : "#b2182b"
  pen.context.fillRect(box.x, y, (box.width * 0.6 * Math.abs(passed)) / most, 10)
  pen.text(say("web.mechanism.passes", { came: number(came, 3), passed: number(passed, 3) }), box.x, y + 20, {
    size: 11,
    room: box.width,
  })
}

// The two maps at the sides, and the room between them.
/** @param {Pen} pen @param {Numbers} numbers @param {string} left @param {string} right @param {number[]} cell @param {boolean} back @returns {Box} */
function sides(pen, numbers, left, right, cell, back) {
  if (numbers.maps[left].kind !== "map") {
    const rows = (/** @type {string} */ name) =>
      Array.from({ length: Math.min(numbers.count(name), 12) }, (_, n) => ({
        name:
          numbers.count(name) <= 12 && numbers.classes.length === numbers.count(name) ? numbers.classes[n] : String(n),
        value: numbers.values(name)[n],
        bold: n === cell[0],
      }))
    const width = pen.width * 0.26
    for (const [name, x] of /** @type {[string, number][]} */ ([
      [left, 4],
      [right, pen.width - width - 4],
    ])) {
      pen.text(numbers.maps[name].label, x, 10, { size: 16, math: true })
      pen.rows(rows(name), { x, y: 24, width, height: pen.height - 40 }, { names: 40 })
    }
    return { x: width + 40, y: 16, width: pen.width - 2 * width - 80, height: pen.height - 46 }
  }
  const first = fitted(numbers, left, 4, 24, pen.width * 0.27, pen.height - 44)
  const last = fitted(numbers, right, 0, 24, pen.width * 0.27, pen.height - 44)
  last.x = pen.width - last.width - 4
  const ring = [{ rows: one(cell[1]), columns: one(cell[2]), strong: true }]
  for (const [name, box] of /** @type {[string, Box][]} */ ([
    [left, first],
    [right, last],
  ])) {
    pen.head(channelName(numbers, name, cell[0]), numbers.shape(name).slice(1).join("×"), box.x, 10, box.width)
    pen.map(numbers, name, [cell[0]], box, ring)
  }
  const [x, width] = [first.x + first.width + 44, last.x - first.x - first.width - 88]
  const y = 24 + first.height / 2
  pen.arrow(back ? x - 8 : x - 38, y, back ? x - 38 : x - 8, y)
  pen.arrow(back ? last.x - 6 : x + width + 8, y, back ? x + width + 8 : last.x - 6, y)
  return { x, y: 16, width, height: pen.height - 46 }
}

/** @param {Numbers} numbers @param {string} symbol @param {number[]} cell */
function cellsOf(numbers, symbol, cell) {
  const values = numbers.values(symbol)
  if (numbers.maps[symbol].kind !== "map") return values
  const size = values.length / numbers.shape(symbol)[0]
  return values.subarray(cell[0] * size, (cell[0] + 1) * size)
}

// `row` 1 is the function, 2 its slope.
/** @param {Pen} pen @param {Numbers} numbers @param {string} made @param {string} z @param {number[]} cell @param {Box} box @param {number} row */
function curve(pen, numbers, made, z, cell, box, row) {
  const points = numbers.arrays[`curve.${numbers.network.curves[made]}`]
  const count = points.shape[1]
  const values = cellsOf(numbers, z, cell)
  const reach = Math.min(Math.max(1, ...[...values].map(Math.abs)), 8)
  const base = box.y + box.height - 16
  const at = (/** @type {number} */ n) => points.values[n]
  const inside = Array.from({ length: count }, (_, n) => n).filter((n) => Math.abs(at(n)) <= reach + 1e-9)
  const high = Math.max(...inside.map((n) => at(row * count + n)), 1e-9)
  const low = Math.min(...inside.map((n) => at(row * count + n)), 0)
  const x = (/** @type {number} */ value) =>
    box.x + ((Math.min(Math.max(value, -reach), reach) + reach) / (2 * reach)) * box.width
  const y = (/** @type {number} */ value) => base - ((value - low) / (high - low)) * (base - box.y - 6)
  const flat = inside.filter((n) => at(3 * count + n) === 1)
  pen.context.fillStyle = pen.flat
  for (const n of flat) pen.context.fillRect(x(at(n)), box.y, x(at(1)) - x(at(0)) + 1, base - box.y)
  const bins = Array(BARS).fill(0)
  for (const value of values)
    bins[Math.min(BARS - 1, Math.max(0, Math.floor(((value + reach) / (2 * reach)) * BARS)))] += 1
  const most = Math.max(...bins)
  pen.context.fillStyle = pen.bars
  bins.forEach(
    (n, i) =>
      n
      && pen.context.fillRect(
        box.x + (i * box.width) / BARS,
        base - Math.max(2, (n / most) * (base - box.y) * 0.6),
        box.width / BARS - 1,
        Math.max(2, (n / most) * (base - box.y) * 0.6),
      ),
  )
  pen.context.strokeStyle = pen.ink
  pen.context.lineWidth = 2
  pen.context.beginPath()
  for (const n of inside) pen.context.lineTo(x(at(n)), y(at(row * count + n)))
  pen.context.stroke()
  const chosen = numbers.at(z, cell)
  const nearest = inside.reduce(
    (best, n) =>
      Math.abs(at(n) - Math.min(Math.max(chosen, -reach), reach))
      < Math.abs(at(best) - Math.min(Math.max(chosen, -reach), reach))
        ? n
        : best,
    inside[0],
  )
  pen.context.fillStyle = pen.tone
  pen.context.beginPath()
  pen.context.arc(x(chosen), y(at(row * count + nearest)), 5, 0, 7)
  pen.context.fill()
  pen.thread([x(chosen), base], [x(chosen), y(at(row * count + nearest))])
  for (const [value, align] of /** @type {[number, CanvasTextAlign][]} */ ([
    [-reach, "left"],
    [0, "center"],
    [reach, "right"],
  ]))
    pen.text(short(value), x(value), base + 9, { size: 11, align, fill: pen.soft })
  pen.text(short(high), box.x - 4, y(high) + 2, { size: 10, align: "right", fill: pen.soft })
}
