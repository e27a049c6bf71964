// A line chart on a canvas. Opened large, it may be a Plotly figure (plotly_figure.js).

import { apart, byPowers, evenly, extent, powers, tickLabel, ticks } from "../model/layout/axes.js"
import { say } from "../model/words.js"
import { LINE_COLOURS } from "../spec.js"
import { prepare } from "./canvas.js"

/** @import { Line } from "../types/view.js" */
/** @typedef {{ left: number, right: number }} Inset  distances of the plot from the sides of the canvas */
/** @typedef {Inset & { at: (value: number) => number, up: (value: number) => number | null }} Plot  and the position of a value along each axis in CSS pixels, or null if it has none */
/**
 * @typedef {object} Chart
 * @property {ArrayLike<number>} x
 * @property {Line[]} series  lines with the same hue have the same colour
 * @property {boolean} [log]  whether x is logarithmic
 * @property {boolean} [logY]  whether the values are logarithmic; zeros are gaps
 * @property {number | null} [cursor]
 * @property {Inset} [least]  minimum insets, which align charts below each other
 * @property {"" | "pale" | "bare"} [look]  pale lines, or lines only, which are drawn over pale ones
 * @property {string} [tone]  colour of all lines, instead of their hues
 */

/** @type {Inset} */
const LEAST = { left: 40, right: 8 } // room for axis labels
const [ACROSS, UPWARD] = [4, 4] // intervals between grid lines, horizontally and vertically
const SWATCH = 12 // length of the line sample in the legend
const SIZE = 13 // font size
const TOP = 8
const PALE = 0.35

/**
 * Draw a chart and return the layout of its plot, or null if the canvas has no width.
 * @param {HTMLCanvasElement} canvas
 * @param {Chart} chart
 * @param {Element} root  whose style defines the colours
 * @returns {Plot | null}
 */
export function chart(canvas, chart, root) {
  const { x, series, log = false, logY = false, cursor, look = "", tone } = chart
  if (!canvas.clientWidth) return null
  const context = prepare(canvas)
  const style = getComputedStyle(root)
  const [soft, line] = ["--soft", "--line"].map((name) => style.getPropertyValue(name))
  context.font = `${SIZE}px Inter, system-ui, sans-serif`
  const sides = laidOut(context, canvas, chart)
  if (!sides) {
    context.fillStyle = soft
    context.fillText(say("web.chart.all_zero"), chart.least?.left ?? LEAST.left, canvas.clientHeight / 2)
    return { ...(chart.least ?? LEAST), at: () => 0, up: () => null }
  }
  const { plot, bottom, names, sets } = sides
  if (look !== "bare") axes(context, sides, { soft, line, width: canvas.clientWidth, log, logY })
  if (cursor !== null && cursor !== undefined) {
    context.fillStyle = line
    context.fillRect(plot.at(cursor) - 1, 4, 2, bottom - 4)
  }
  context.globalAlpha = look === "pale" ? PALE : 1
  for (const each of series) lineThrough(context, each, x, plot, tone)
  context.globalAlpha = 1
  const heights = series.map(
    ({ values }) => plot.up(values.findLast((value) => plot.up(Number(value)) !== null) ?? Number.NaN) ?? bottom,
  )
  for (const [i, y] of names.length && look !== "bare" ? apart(heights, bottom, SIZE + 1) : []) {
    if (!names[i]) continue
    pen(context, series[i], tone)
    context.moveTo(sets + 6, y - SIZE / 3)
    context.lineTo(sets + SWATCH + 4, y - SIZE / 3)
    context.stroke()
    context.fillStyle = soft
    context.fillText(names[i], sets + SWATCH + 8, y)
  }
  context.setLineDash([])
  return plot
}

/** @typedef {{ plot: Plot, bottom: number, names: string[], sets: number, across: [number, number], upward: [number, number] }} Sides  `sets` is the left end of the names */

/**
 * Return the layout of a chart, or null if there is no finite value to draw.
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLCanvasElement} canvas
 * @param {Chart} chart
 * @returns {Sides | null}
 */
function laidOut(context, { clientWidth: width, clientHeight: height }, { x, series, log, logY, least = LEAST }) {
  const bottom = height - SIZE - 7
  const [along, over] = [log, logY].map((byTens) => (byTens ? byPowers : evenly))
  const all = series.flatMap(({ values }) => values)
  const [low, high] = extent(all, over, logY ? Number.POSITIVE_INFINITY : 0)
  const [first, last] = extent(Array.from(x), along, Number.POSITIVE_INFINITY)
  if (low > high || !all.some((value) => value !== null && over(value) !== null && Number.isFinite(over(value))))
    return null
  const labels = series.map(({ label }) => label)
  const names = labels.length * (SIZE + 1) <= bottom ? labels : []
  const wide = (/** @type {string} */ text) => context.measureText(text).width
  const left = Math.max(least.left, ...upwardTicks([low, high], Boolean(logY)).map(({ label }) => wide(label) + 8))
  const right = Math.max(least.right, ...names.map((name) => (name ? wide(name) + SWATCH + 12 : 0)))
  const room = width - left - right
  const at = (/** @type {number} */ value) => left + ((Number(along(value)) - first) / (last - first || 1)) * room
  const up = (/** @type {number} */ value) => {
    const place = over(value)
    return place === null || !Number.isFinite(place)
      ? null
      : bottom - ((place - low) / (high - low || 1)) * (bottom - TOP)
  }
  return {
    plot: { left, right, at, up },
    bottom,
    names,
    sets: width - right,
    across: [first, last],
    upward: [low, high],
  }
}

/** @type {(ends: [number, number], byTens: boolean) => { value: number, label: string }[]} */
const upwardTicks = ([low, high], byTens) => {
  const found = byTens ? powers(low, high, UPWARD + 1).map((power) => 10 ** power) : ticks(low, high, UPWARD)
  const values = found.length > 1 ? found : byTens ? [10 ** low, 10 ** high] : [low, high]
  return [...new Set(values)].map((value) => ({ value, label: tickLabel(value) }))
}

/**
 * Draw the grid and its labels.
 * @param {CanvasRenderingContext2D} context
 * @param {Sides} sides
 * @param {{ soft: string, line: string, width: number, log: boolean, logY: boolean }} how
 */
function axes(context, { plot, bottom, across, upward }, { soft, line, width, log, logY }) {
  const room = width - plot.left - plot.right
  context.textAlign = "right"
  for (const { value, label } of upwardTicks(upward, logY)) {
    const y = plot.up(value) ?? bottom
    context.fillStyle = line
    context.fillRect(plot.left, Math.round(y), room, 1)
    context.fillStyle = soft
    context.fillText(label, plot.left - 6, y + SIZE / 3)
  }
  context.textAlign = "center"
  const steps = log ? powers(...across, ACROSS + 1).map((power) => 10 ** power) : ticks(...across, ACROSS)
  for (const value of steps) {
    context.fillStyle = line
    context.fillRect(Math.round(plot.at(value)), TOP, 1, bottom - TOP)
    context.fillStyle = soft
    context.fillText(tickLabel(value), plot.at(value), bottom + SIZE + 5)
  }
  context.textAlign = "left"
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Line} line
 * @param {string} [tone]
 */
function pen(context, { hue, dashed }, tone = LINE_COLOURS[hue % LINE_COLOURS.length]) {
  context.strokeStyle = context.fillStyle = tone
  context.lineWidth = 2
  context.setLineDash(dashed ? [5, 4] : [])
  context.beginPath()
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Line} line
 * @param {ArrayLike<number>} x
 * @param {Plot} plot
 * @param {string} [tone]
 */
function lineThrough(context, line, x, { at, up }, tone) {
  const { values } = line
  pen(context, line, tone)
  let draws = false
  values.forEach((value, n) => {
    const y = value === null ? null : up(value)
    if (y !== null) context[draws ? "lineTo" : "moveTo"](at(x[n]), y)
    draws = y !== null
  })
  context.stroke()
  const [only] = values
  const y = values.length === 1 && only !== null ? up(only) : null
  if (y !== null) context.fillRect(at(x[0]) - 3, y - 3, 6, 6)
}
