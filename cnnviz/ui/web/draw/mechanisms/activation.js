// An activation: its curve, as the core sampled it, over a histogram of the map; backward the same as a gate.

import { number, short } from "../../model/format.js"
import { one } from "../../model/links.js"
import { say } from "../../model/words.js"
import { channelName, fitted } from "./windows.js"

/** @typedef {import("../mechanism.js").Picture} Picture */
/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("../pen.js").Box} Box */

const BARS = 48
/** @type {Picture} */
export function activation(pen, numbers, symbol, cell) {
  const z = numbers.links(symbol)[0].source
  const box = sides(pen, numbers, z, symbol, cell, false)
  const flat = curve(pen, numbers, symbol, z, cell, box, 1)
  note(pen, cellsOf(numbers, z, cell).length, flat, box)
}

// What the bars and the shaded parts are.
/** @param {Pen} pen @param {number} count @param {boolean} flat @param {Box} box */
function note(pen, count, flat, box) {
  const bars = count > MOST_DOTS ? [say("web.mechanism.cells", { n: count })] : []
  const text = [...bars, ...(flat ? [say("web.mechanism.shaded")] : [])].join("; ")
  pen.text(text, box.x + box.width / 2, pen.height - 8, {
    size: 11,
    align: "center",
    fill: pen.soft,
    room: box.width + 60,
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
  const said = { came: number(came, 3), passed: number(passed, 3), share: came ? passed / came : 0 }
  pen.text(say("web.mechanism.passes", said), box.x, y + 20, { size: 11, room: box.width })
}

// The two maps at the sides, and the room between them.
/** @param {Pen} pen @param {Numbers} numbers @param {string} left @param {string} right @param {number[]} cell @param {boolean} back @returns {Box} */
function sides(pen, numbers, left, right, cell, back) {
  if (numbers.maps[left].kind !== "map") {
    return numbers.count(left) <= MOST_DOTS
      ? cellSides(pen, numbers, left, right, cell, back)
      : rowSides(pen, numbers, left, right, cell)
  }
  const first = fitted(numbers, left, 4, 24, pen.width * 0.27, pen.height - 44)
  const last = fitted(numbers, right, 0, 24, pen.width * 0.27, pen.height - 44)
  last.x = pen.width - last.width - 4
  const ring = [{ rows: one(cell[1]), columns: one(cell[2]), strong: true }]
  for (const [name, box] of /** @type {[string, Box][]} */ ([
    [left, first],
    [right, last],
  ])) {
    const word = !back
      ? numbers.maps[name].plain
      : say(name === left ? "web.mechanism.goes_on" : "web.mechanism.arrived")
    pen.head(channelName(numbers, name, cell[0]), numbers.shape(name).slice(1).join("×"), box.x, 10, box.width, word)
    pen.map(numbers, name, [cell[0]], box, ring, back ? numbers.maps[right].limits : undefined)
  }
  const [x, width] = [first.x + first.width + 44, last.x - first.x - first.width - 88]
  const y = 24 + first.height / 2
  pen.arrow(back ? x - 8 : x - 38, y, back ? x - 38 : x - 8, y)
  pen.arrow(back ? last.x - 6 : x + width + 8, y, back ? x + width + 8 : last.x - 6, y)
  return { x, y: 16, width, height: pen.height - 46 }
}

// Few numbers: a coloured cell each.
/** @param {Pen} pen @param {Numbers} numbers @param {string} left @param {string} right @param {number[]} cell @param {boolean} back @returns {Box} */
function cellSides(pen, numbers, left, right, cell, back) {
  const count = numbers.count(left)
  const width = 96
  const line = Math.min((pen.height - 36) / count, 58)
  for (const [name, x] of /** @type {[string, number][]} */ ([
    [left, 4],
    [right, pen.width - width - 4],
  ])) {
    const { label, plain, scale, limits } = numbers.maps[name]
    const word = !back ? plain : say(name === left ? "web.mechanism.goes_on" : "web.mechanism.arrived")
    pen.head(label, "", x, 10, width, word)
    Array.from(numbers.values(name)).forEach((value, n) => {
      const box = { x, y: 26 + n * line, width, height: Math.min(line - 20, 38) }
      const ends = back ? numbers.maps[right].limits : limits
      pen.cell(value, ends, scale, box, {
        ring: n === cell[0] ? (name === left ? (back ? pen.ink : pen.tone) : back ? pen.tone : pen.ink) : undefined,
      })
      pen.text(numbers.nameOf(n, count), x + width / 2, box.y + box.height + 8, {
        size: 11,
        align: "center",
        fill: pen.soft,
        room: width,
      })
    })
  }
  const box = { x: width + 56, y: 16, width: pen.width - 2 * width - 112, height: pen.height - 46 }
  const y = pen.height / 2
  pen.arrow(back ? box.x - 24 : box.x - 46, y, back ? box.x - 46 : box.x - 24, y)
  const end = box.x + box.width
  pen.arrow(back ? end + 40 : end + 12, y, back ? end + 12 : end + 40, y)
  return box
}

// More: a bar each.
/** @param {Pen} pen @param {Numbers} numbers @param {string} left @param {string} right @param {number[]} cell @returns {Box} */
function rowSides(pen, numbers, left, right, cell) {
  const rows = (/** @type {string} */ name) =>
    Array.from({ length: Math.min(numbers.count(name), 12) }, (_, n) => ({
      name: numbers.count(name) <= 12 ? numbers.nameOf(n, numbers.count(name)) : String(n),
      value: numbers.values(name)[n],
      bold: n === cell[0],
    }))
  const width = pen.width * 0.26
  for (const [name, x] of /** @type {[string, number][]} */ ([
    [left, 4],
    [right, pen.width - width - 4],
  ])) {
    pen.head(numbers.maps[name].label, "", x, 10, width, numbers.maps[name].plain)
    pen.rows(rows(name), { x, y: 24, width, height: pen.height - 40 }, { names: 54 })
  }
  return { x: width + 40, y: 16, width: pen.width - 2 * width - 80, height: pen.height - 46 }
}

/** @param {Numbers} numbers @param {string} symbol @param {number[]} cell */
function cellsOf(numbers, symbol, cell) {
  const values = numbers.values(symbol)
  if (numbers.maps[symbol].kind !== "map") return values
  const size = values.length / numbers.shape(symbol)[0]
  return values.subarray(cell[0] * size, (cell[0] + 1) * size)
}

const MOST_DOTS = 4 // cells that have a dot each, instead of a histogram of all

/** How far the curve is shown: as far as the sums go, and where it has flat parts somewhat into them. @param {{ shape: number[], values: ArrayLike<number> }} points @param {ArrayLike<number>} values */
function reachOf({ shape: [, count], values: at }, values) {
  const most = Array.from(values).reduce((all, value) => Math.max(all, Math.abs(value)), 1)
  const flat = Array.from({ length: count }, (_, n) =>
    at[3 * count + n] && at[n] > 0 ? at[n] : Number.POSITIVE_INFINITY,
  )
  const border = Math.min(...flat)
  return Math.min(Math.max(most, Number.isFinite(border) ? 1.4 * border : 0), 8)
}

// `row` 1 is the function, 2 its slope.
/** @param {Pen} pen @param {Numbers} numbers @param {string} made @param {string} z @param {number[]} cell @param {Box} box @param {number} row */
function curve(pen, numbers, made, z, cell, box, row) {
  const points = numbers.arrays[`curve.${numbers.network.curves[made]}`]
  const count = points.shape[1]
  const values = cellsOf(numbers, z, cell)
  const reach = reachOf(points, values)
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
  for (const side of [flat.filter((n) => at(n) < 0), flat.filter((n) => at(n) > 0)])
    if (side.length)
      pen.context.fillRect(x(at(side[0])), box.y, x(at(side[side.length - 1])) - x(at(side[0])), base - box.y)
  const bins = Array(BARS).fill(0)
  for (const value of values.length > MOST_DOTS ? values : [])
    bins[Math.min(BARS - 1, Math.max(0, Math.floor(((value + reach) / (2 * reach)) * BARS)))] += 1
  const most = Math.max(...bins, 1)
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
  const height = (/** @type {number} */ value) => {
    const within = Math.min(Math.max(value, -reach), reach)
    const nearest = inside.reduce(
      (best, n) => (Math.abs(at(n) - within) < Math.abs(at(best) - within) ? n : best),
      inside[0],
    )
    return y(at(row * count + nearest))
  }
  const chosen = numbers.at(z, cell)
  const dots =
    values.length > MOST_DOTS ? [chosen] : [...Array.from(values).filter((value) => value !== chosen), chosen]
  for (const value of dots) {
    const own = value === chosen
    const to = height(value)
    pen.context.strokeStyle = pen.context.fillStyle = own ? pen.tone : pen.soft
    pen.context.lineWidth = own ? 2 : 1
    pen.context.setLineDash(own ? [] : [3, 3])
    pen.context.beginPath()
    pen.context.moveTo(x(value), base)
    pen.context.lineTo(x(value), to)
    if (row === 1) pen.context.lineTo(box.x + box.width, to) // up to the curve, then across
    pen.context.stroke()
    pen.context.setLineDash([])
    pen.context.beginPath()
    pen.context.arc(x(value), to, own ? 5 : 4, 0, 7)
    pen.context.fill()
  }
  for (const [value, align] of /** @type {[number, CanvasTextAlign][]} */ ([
    [-reach, "left"],
    [0, "center"],
    [reach, "right"],
  ]))
    pen.text(short(value), x(value), base + 9, { size: 11, align, fill: pen.soft })
  for (const value of low < 0 || row === 2 ? [high, low] : [high, 0])
    pen.text(short(value), box.x - 4, y(value) + (value === high ? 2 : -3), {
      size: 10,
      align: "right",
      fill: pen.soft,
    })
  return flat.length > 0
}
