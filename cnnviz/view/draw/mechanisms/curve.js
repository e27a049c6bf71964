// The curve of an activation over a histogram of the sums, and its slope.

import { short } from "../../model/format.js"

/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("../pen.js").Box} Box */

const BARS = 48

/** @param {Numbers} numbers @param {string} symbol @param {number[]} cell */
export function cellsOf(numbers, symbol, cell) {
  const values = numbers.values(symbol)
  if (numbers.maps[symbol].kind !== "map") return values
  const size = values.length / numbers.shape(symbol)[0]
  return values.subarray(cell[0] * size, (cell[0] + 1) * size)
}

export const MOST_DOTS = 4 // cells that have a dot each, instead of a histogram of all

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
export function curve(pen, numbers, made, z, cell, box, row) {
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
