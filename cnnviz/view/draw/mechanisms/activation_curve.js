// The curve of an activation over a histogram of its inputs, and its slope.

import { brief } from "../../model/numbers/format.js"
import { drawLine } from "../canvas.js"
import { SMALL } from "../sheet.js"

/** @import { Box, Numbers, Pen } from "../../types/view.js" */
/** @typedef {{ at: (n: number) => number, of: (n: number, row: number) => number, inside: number[], reach: number }} Samples  curve sampled by the core: inputs, rows (1 is the function, 2 its slope, 3 whether it is flat), and the indices that are shown */
/** @typedef {{ x: (value: number) => number, y: (value: number) => number, of: (value: number) => number, flat: boolean, base: number }} Axes  of a drawn curve: positions of values, the value of the curve, and whether a part of it is flat */

const BARS = 48
const EVERY = [0.5, 1, 2, 4] // possible distances between labels along an axis
const WIDE = 60 // width of a label
const CLOSE = 40 // distance of two dots below which their names would overlap

/** @param {Numbers} numbers @param {string} symbol @param {number[]} cell */
export function cellsOf(numbers, symbol, cell) {
  const values = numbers.values(symbol)
  if (numbers.maps[symbol].kind !== "map") return values
  const size = values.length / numbers.shape(symbol)[0]
  return values.subarray(cell[0] * size, (cell[0] + 1) * size)
}

export const MOST_DOTS = 4 // maximum number of cells with a dot each; more are drawn as a histogram

/**
 * Return the range of a curve: that of the inputs, extended into its flat parts.
 * @param {{ shape: number[], values: ArrayLike<number> }} points @param {ArrayLike<number>} values
 */
function rangeOf({ shape: [, count], values: at }, values) {
  const most = Array.from(values).reduce((all, value) => Math.max(all, Math.abs(value)), 1)
  const flat = Array.from({ length: count }, (_, n) =>
    at[3 * count + n] && at[n] > 0 ? at[n] : Number.POSITIVE_INFINITY,
  )
  const border = Math.min(...flat)
  return Math.min(Math.max(most, Number.isFinite(border) ? 1.4 * border : 0), 8)
}

/** Return the samples of an activation's curve around its inputs. @param {Numbers} numbers @param {string} made @param {ArrayLike<number>} values @returns {Samples} */
export function samples(numbers, made, values) {
  const points = numbers.arrays[`curve.${numbers.network.curves[made]}`]
  const count = points.shape[1]
  const reach = rangeOf(points, values)
  const at = (/** @type {number} */ n) => points.values[n]
  const inside = Array.from({ length: count }, (_, n) => n).filter((n) => Math.abs(at(n)) <= reach + 1e-9)
  return { at, of: (n, row) => at(row * count + n), inside, reach }
}

/**
 * Draw the curve, or its slope if `row` is 2, over a histogram of a channel's cells.
 * @param {Pen} pen @param {Numbers} numbers @param {string} made the activation @param {string} z its input @param {number[]} cell @param {Box} box @param {number} row @returns {Axes}
 */
export function drawCurve(pen, numbers, made, z, cell, box, row) {
  const values = cellsOf(numbers, z, cell)
  const { at, of, inside, reach } = samples(numbers, made, values)
  const high = Math.max(...inside.map((n) => of(n, row)), 1e-9)
  const low = Math.min(...inside.map((n) => of(n, row)), 0)
  const base = box.y + box.height - 24
  const within = (/** @type {number} */ value) => Math.min(Math.max(value, -reach), reach)
  const x = (/** @type {number} */ value) => box.x + ((within(value) + reach) / (2 * reach)) * box.width
  const y = (/** @type {number} */ value) => base - ((value - low) / (high - low)) * (base - box.y - 6)
  const flat = inside.filter((n) => of(n, 3) === 1)
  pen.context.fillStyle = pen.flat
  for (const side of [flat.filter((n) => at(n) < 0), flat.filter((n) => at(n) > 0)])
    if (side.length)
      pen.context.fillRect(x(at(side[0])), box.y, x(at(side[side.length - 1])) - x(at(side[0])), base - box.y)
  drawAxes(pen, box, { x, y, base, reach, low, high })
  const tall = 0.6 * (base - box.y)
  if (values.length > MOST_DOTS)
    pen.drawHistogram(values, { low: -reach, span: 2 * reach, count: BARS }, { ...box, y: base - tall, height: tall })
  pen.context.strokeStyle = pen.ink
  pen.context.lineWidth = 2.5
  drawLine(pen.context, ...inside.map((n) => [x(at(n)), y(of(n, row))]))
  const nearest = (/** @type {number} */ value) => {
    const away = (/** @type {number} */ place) => Math.abs(at(inside[place]) - within(value))
    let [first, last] = [0, inside.length - 1]
    while (first < last) {
      const middle = (first + last) >> 1
      if (away(middle + 1) < away(middle)) first = middle + 1
      else last = middle
    }
    const side = Number(value > 0) - Number(at(inside[first]) > 0) // side of 0, at which the curve may have its step
    return inside[first + side]
  }
  return { x, y, of: (value) => of(nearest(value), row), flat: flat.length > 0, base }
}

/**
 * Draw grid lines with labels: heights at the left, inputs below.
 * @param {Pen} pen @param {Box} box @param {{ x: (value: number) => number, y: (value: number) => number, base: number, reach: number, low: number, high: number }} axes
 */
function drawAxes(pen, box, { x, y, base, reach, low, high }) {
  const middle = low < 0 ? 0 : high / 2
  const [up, down] = [y(middle) - y(high), y(low) - y(middle)]
  for (const value of new Set([high, ...(Math.min(up, down) < SMALL ? [] : [middle]), low])) {
    pen.context.fillStyle = pen.line
    pen.context.fillRect(box.x, y(value) - 0.5, box.width, 1)
    pen.writeNote(brief(value), box.x - 10, y(value), { align: "right" })
  }
  const every = EVERY.find((step) => (box.width * step) / (2 * reach) > WIDE) ?? reach
  for (let value = -Math.floor(reach / every) * every; value <= reach + 1e-9; value += every) {
    pen.context.fillStyle = pen.soft
    pen.context.fillRect(x(value) - 0.5, base, 1, 5)
    pen.writeNote(brief(value), x(value), base + 15, { align: "center" })
  }
}

/**
 * Mark an input on the curve, with a line up from the axis and, if `across`, on to the right edge.
 * @param {Pen} pen @param {Axes} axes @param {number} value @param {Box} box @param {{ own?: boolean, across?: boolean, name?: string, under?: boolean }} [how] `under`: whether the name is below the dot, on the right @returns {number} its height
 */
export function drawMark(
  pen,
  { x, y, of, base },
  value,
  box,
  { own = true, across = false, name = "", under = false } = {},
) {
  const to = y(of(value))
  const { context } = pen
  const fill = own ? pen.tone : pen.soft
  context.strokeStyle = fill
  context.lineWidth = own ? 2 : 1.5
  context.setLineDash([4, 3])
  drawLine(context, [x(value), base], [x(value), to], ...(across ? [[box.x + box.width, to]] : []))
  context.setLineDash([])
  pen.drawDot(x(value), to, fill)
  const align = under ? "left" : "right"
  const [right, down] = under ? [12, 16] : [-12, -13]
  if (name) pen.writeText(name, x(value) + right, to + down, { bold: true, align, fill, halo: true })
  return to
}

/**
 * Mark a few inputs on the curve with their names. The chosen one's name is beside its dot, and that of a close
 * neighbour below.
 * @param {Pen} pen @param {Axes} axes @param {ArrayLike<number>} values @param {number} chosen @param {(n: number) => string} name @param {Box} box @param {boolean} [across] @returns {number[]} their heights
 */
export function drawMarks(pen, axes, values, chosen, name, box, across = false) {
  const { x, y, of } = axes
  const isClose = (/** @type {number} */ n) =>
    Math.abs(x(values[n]) - x(values[chosen])) < CLOSE && Math.abs(y(of(values[n])) - y(of(values[chosen]))) < CLOSE
  const others = Array.from(values, (_, n) => n).filter((n) => n !== chosen)
  const close = others.filter(isClose)
  const heights = Array(values.length).fill(0)
  for (const n of [...others, chosen]) {
    const own = n === chosen
    const how = { own, across, under: n === close[0], name: close.indexOf(n) > 0 ? "" : name(n) }
    heights[n] = drawMark(pen, axes, values[n], box, how)
  }
  return heights
}
