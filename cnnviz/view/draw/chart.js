// A line chart on a canvas. Opened large, it may be a Plotly figure (plotly_figure.js).

import { extent, linearScale, logScale, powers, spreadLabels, tickLabel, ticks } from "../model/layout/axes.js"
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
const MIN_INSET = { left: 40, right: 8 } // room for axis labels
const [X_INTERVALS, Y_INTERVALS] = [4, 4] // intervals between grid lines, horizontally and vertically
const SAMPLE = 12 // length of the line sample in the legend
const FONT_SIZE = 13 // font size
const TOP = 8
const PALE_OPACITY = 0.35

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
  context.font = `${FONT_SIZE}px Inter, system-ui, sans-serif`
  const sides = layOutChart(context, canvas, chart)
  if (!sides) {
    context.fillStyle = soft
    context.fillText(say("web.chart.all_zero"), chart.least?.left ?? MIN_INSET.left, canvas.clientHeight / 2)
    return { ...(chart.least ?? MIN_INSET), at: () => 0, up: () => null }
  }
  const { plot, bottom, names, sets } = sides
  if (look !== "bare") drawAxes(context, sides, { soft, line, width: canvas.clientWidth, log, logY })
  if (cursor !== null && cursor !== undefined) {
    context.fillStyle = line
    context.fillRect(plot.at(cursor) - 1, 4, 2, bottom - 4)
  }
  context.globalAlpha = look === "pale" ? PALE_OPACITY : 1
  for (const entry of series) drawSeries(context, entry, x, plot, tone)
  context.globalAlpha = 1
  const heights = series.map(
    ({ values }) => plot.up(values.findLast((value) => plot.up(Number(value)) !== null) ?? Number.NaN) ?? bottom,
  )
  for (const [i, y] of names.length && look !== "bare" ? spreadLabels(heights, bottom, FONT_SIZE + 1) : []) {
    if (!names[i]) continue
    setPen(context, series[i], tone)
    context.moveTo(sets + 6, y - FONT_SIZE / 3)
    context.lineTo(sets + SAMPLE + 4, y - FONT_SIZE / 3)
    context.stroke()
    context.fillStyle = soft
    context.fillText(names[i], sets + SAMPLE + 8, y)
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
function layOutChart(
  context,
  { clientWidth: width, clientHeight: height },
  { x, series, log, logY, least = MIN_INSET },
) {
  const bottom = height - FONT_SIZE - 7
  const [xScale, yScale] = [log, logY].map((byTens) => (byTens ? logScale : linearScale))
  const allValues = series.flatMap(({ values }) => values)
  const [low, high] = extent(allValues, yScale, logY ? Number.POSITIVE_INFINITY : 0)
  const [first, last] = extent(Array.from(x), xScale, Number.POSITIVE_INFINITY)
  if (
    low > high
    || !allValues.some((value) => value !== null && yScale(value) !== null && Number.isFinite(yScale(value)))
  )
    return null
  const labels = series.map(({ label }) => label)
  const names = labels.length * (FONT_SIZE + 1) <= bottom ? labels : []
  const widthOf = (/** @type {string} */ text) => context.measureText(text).width
  const left = Math.max(least.left, ...yTicks([low, high], Boolean(logY)).map(({ label }) => widthOf(label) + 8))
  const right = Math.max(least.right, ...names.map((name) => (name ? widthOf(name) + SAMPLE + 12 : 0)))
  const room = width - left - right
  const xOf = (/** @type {number} */ value) => left + ((Number(xScale(value)) - first) / (last - first || 1)) * room
  const yOf = (/** @type {number} */ value) => {
    const position = yScale(value)
    return position === null || !Number.isFinite(position)
      ? null
      : bottom - ((position - low) / (high - low || 1)) * (bottom - TOP)
  }
  return {
    plot: { left, right, at: xOf, up: yOf },
    bottom,
    names,
    sets: width - right,
    across: [first, last],
    upward: [low, high],
  }
}

/** @type {(ends: [number, number], byTens: boolean) => { value: number, label: string }[]} */
const yTicks = ([low, high], byTens) => {
  const levels = byTens ? powers(low, high, Y_INTERVALS + 1).map((power) => 10 ** power) : ticks(low, high, Y_INTERVALS)
  const values = levels.length > 1 ? levels : byTens ? [10 ** low, 10 ** high] : [low, high]
  return [...new Set(values)].map((value) => ({ value, label: tickLabel(value) }))
}

/**
 * Draw the grid and its labels.
 * @param {CanvasRenderingContext2D} context
 * @param {Sides} sides
 * @param {{ soft: string, line: string, width: number, log: boolean, logY: boolean }} how
 */
function drawAxes(context, { plot, bottom, across, upward }, { soft, line, width, log, logY }) {
  const room = width - plot.left - plot.right
  context.textAlign = "right"
  for (const { value, label } of yTicks(upward, logY)) {
    const y = plot.up(value) ?? bottom
    context.fillStyle = line
    context.fillRect(plot.left, Math.round(y), room, 1)
    context.fillStyle = soft
    context.fillText(label, plot.left - 6, y + FONT_SIZE / 3)
  }
  context.textAlign = "center"
  const steps = log ? powers(...across, X_INTERVALS + 1).map((power) => 10 ** power) : ticks(...across, X_INTERVALS)
  for (const value of steps) {
    context.fillStyle = line
    context.fillRect(Math.round(plot.at(value)), TOP, 1, bottom - TOP)
    context.fillStyle = soft
    context.fillText(tickLabel(value), plot.at(value), bottom + FONT_SIZE + 5)
  }
  context.textAlign = "left"
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Line} line
 * @param {string} [tone]
 */
function setPen(context, { hue, dashed }, tone = LINE_COLOURS[hue % LINE_COLOURS.length]) {
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
function drawSeries(context, line, x, { at, up }, tone) {
  const { values } = line
  setPen(context, line, tone)
  let isConnected = false
  values.forEach((value, n) => {
    const y = value === null ? null : up(value)
    if (y !== null) context[isConnected ? "lineTo" : "moveTo"](at(x[n]), y)
    isConnected = y !== null
  })
  context.stroke()
  const [firstValue] = values
  const y = values.length === 1 && firstValue !== null ? up(firstValue) : null
  if (y !== null) context.fillRect(at(x[0]) - 3, y - 3, 6, 6)
}
