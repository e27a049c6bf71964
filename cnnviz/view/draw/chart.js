// A small line chart, drawn at once; opened large it is a Plotly figure (cnnviz/hosts/streamlit/figures.py).

import { apart, byPowers, endLabel, evenly, extent } from "../model/axes.js"
import { say } from "../model/words.js"
import { LINE_COLOURS } from "../spec.js"
import { prepare } from "./canvas.js"

/** @import { Line } from "../types/wire.js" */
/** @typedef {{ left: number, right: number }} Inset  how far the plot keeps from the canvas's sides */
/**
 * @typedef {object} Chart
 * @property {ArrayLike<number>} x
 * @property {Line[]} series  lines of one hue have one colour
 * @property {boolean} [log]  puts x on powers of ten
 * @property {boolean} [logY]  puts the values there; what is zero is a gap
 * @property {number | null} [cursor]
 * @property {Inset} [least]  keeps the plot so far away at least, so that charts below each other agree
 */

/** @type {Inset} */
const LEAST = { left: 40, right: 8 } // for what stands at the ends of the axes
const GRID = 4 // lines of the grid that part each side
const SWATCH = 12 // the piece of a line that stands before its name
const MOST_NAMES = 6 // more would stand on each other

/**
 * Draws a chart; where its plot lies, or null where there is no room to draw.
 * @param {HTMLCanvasElement} canvas
 * @param {Chart} chart
 * @param {Element} root  which has the colours
 * @returns {Inset | null}
 */
export function chart(canvas, { x, series, log = false, logY = false, cursor, least = LEAST }, root) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight]
  if (!width) return null
  const context = prepare(canvas)
  const style = getComputedStyle(root)
  const size = Math.max(11, Number.parseFloat(style.fontSize) - 2)
  const soft = style.getPropertyValue("--soft")
  context.font = `${size}px Inter, system-ui, sans-serif`
  const labels = series.map(({ label }) => label)
  const names = labels.filter(Boolean).length <= MOST_NAMES ? labels : []
  const room = (/** @type {string} */ text) => (text ? context.measureText(text).width + SWATCH + 6 : 0)
  const [across, upward] = [log, logY].map((powers) => (powers ? byPowers : evenly))
  const floor = logY ? Number.POSITIVE_INFINITY : 0
  const [low, high] = extent(
    series.flatMap(({ values }) => values),
    upward,
    floor,
  )
  const [left, right] = extent(Array.from(x), across, Number.POSITIVE_INFINITY)
  const ends = low > high ? [] : [low, high]
  const inset = {
    left: Math.max(least.left, ...ends.map((end) => context.measureText(endLabel(end, logY)).width + 8)),
    right: Math.max(least.right, ...names.map((name) => 8 + room(name))),
  }
  const bottom = height - size - 7
  context.fillStyle = soft
  if (low > high) {
    context.fillText(say("web.chart.all_zero"), inset.left, bottom / 2)
    return inset
  }
  const wide = width - inset.left - inset.right
  const at = (/** @type {number} */ value) => inset.left + ((Number(across(value)) - left) / (right - left || 1)) * wide
  const up = (/** @type {number | null} */ value) =>
    bottom - ((Number(upward(Number(value))) - low) / (high - low || 1)) * (bottom - 8)
  context.textAlign = "right"
  context.fillText(endLabel(high, logY), inset.left - 4, size + 3)
  context.fillText(endLabel(low, logY), inset.left - 4, bottom)
  context.fillText(endLabel(right, log), width - inset.right + 4, height - 4)
  context.textAlign = "left"
  context.fillText(endLabel(left, log), inset.left, height - 4)
  context.fillStyle = style.getPropertyValue("--line")
  for (let n = 0; n <= GRID; n++) {
    context.fillRect(inset.left, Math.round(8 + ((bottom - 8) * n) / GRID), wide, 1)
    context.fillRect(Math.round(inset.left + (wide * n) / GRID), 8, 1, bottom - 8)
  }
  if (cursor !== null && cursor !== undefined) {
    context.fillStyle = style.getPropertyValue("--line")
    context.fillRect(at(cursor) - 1, 4, 2, bottom - 4)
  }
  const drawn = (/** @type {number | null} */ value) => value !== null && upward(value) !== null
  for (const line of series) lineThrough(context, line, x, at, up, drawn)
  const heights = series.map(({ values }) => up(values.findLast(drawn) ?? low))
  for (const [i, y] of names.length ? apart(heights, bottom, size + 1) : []) {
    if (!names[i]) continue
    const start = width - inset.right + 6
    pen(context, series[i])
    context.moveTo(start, y - size / 3)
    context.lineTo(start + SWATCH - 2, y - size / 3)
    context.stroke()
    context.fillStyle = soft
    context.fillText(names[i], start + SWATCH, y)
  }
  context.setLineDash([])
  return inset
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Line} line
 */
function pen(context, { hue, dashed }) {
  context.strokeStyle = context.fillStyle = LINE_COLOURS[hue % LINE_COLOURS.length]
  context.lineWidth = 2
  context.setLineDash(dashed ? [5, 4] : [])
  context.beginPath()
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Line} line
 * @param {ArrayLike<number>} x
 * @param {(value: number) => number} at
 * @param {(value: number | null) => number} up
 * @param {(value: number | null) => boolean} drawn
 */
function lineThrough(context, line, x, at, up, drawn) {
  const { values } = line
  pen(context, line)
  values.forEach((value, n) => {
    if (drawn(value)) context[n && drawn(values[n - 1]) ? "lineTo" : "moveTo"](at(x[n]), up(value))
  })
  context.stroke()
  if (values.length === 1 && drawn(values[0])) context.fillRect(at(x[0]) - 3, up(values[0]) - 3, 6, 6)
}
