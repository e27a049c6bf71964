// A small line chart, drawn at once; opened large it is a Plotly figure (cnnviz/ui/figures.py).

import { LINE_COLOURS } from "../spec.js"
import { prepare } from "./panel.js"
import { short } from "../model/format.js"

const LEAST = { left: 40, right: 8 } // for what stands at the ends of the axes
const SWATCH = 12 // the piece of a line that stands before its name
const MOST_NAMES = 6 // more would stand on each other

// -> how far the plot keeps from the canvas's sides, or null where there is no room to draw.
// `log` puts x on powers of ten, `logY` the values; what is zero there is a gap. Lines of one `hue` have
// one colour.
// `least` is how far the plot keeps from the sides at least, so that charts below each other agree.
export function chart(canvas, { x, series, log, logY, cursor, least = LEAST }, root) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight]
  if (!width) return null
  const context = prepare(canvas)
  const style = getComputedStyle(root)
  const size = Math.max(11, parseFloat(style.fontSize) - 2)
  context.font = `${size}px system-ui, sans-serif`
  const labels = series.map(({ label }) => label)
  const names = labels.filter(Boolean).length <= MOST_NAMES ? labels : []
  const room = (text) => (text ? context.measureText(text).width + SWATCH + 6 : 0)
  const [across, upward] = [log, logY].map((powers) => (powers ? (value) => (value > 0 ? Math.log10(value) : null) : (value) => value))
  const [low, high] = extent(series.flatMap(({ values }) => values), upward, logY ? Infinity : 0)
  const [left, right] = extent(x, across, Infinity)
  const inset = {
    left: Math.max(least.left, ...(low > high ? [] : [low, high]).map((end) => context.measureText(label(end, logY)).width + 8)),
    right: Math.max(least.right, ...names.map((name) => 8 + room(name))),
  }
  const bottom = height - size - 7
  if (low > high) {
    context.fillStyle = style.getPropertyValue("--soft")
    context.fillText("all exactly 0", inset.left, bottom / 2)
    return inset
  }
  const at = (value) => inset.left + ((across(value) - left) / (right - left || 1)) * (width - inset.left - inset.right)
  const up = (value) => bottom - ((upward(value) - low) / (high - low || 1)) * (bottom - 8)
  context.fillStyle = style.getPropertyValue("--soft")
  context.textAlign = "right"
  context.fillText(label(high, logY), inset.left - 4, size + 3)
  context.fillText(label(low, logY), inset.left - 4, bottom)
  context.fillText(label(right, log), width - inset.right + 4, height - 4)
  context.textAlign = "left"
  context.fillText(label(left, log), inset.left, height - 4)
  if (cursor !== null && cursor !== undefined) {
    context.fillStyle = style.getPropertyValue("--line")
    context.fillRect(at(cursor) - 1, 4, 2, bottom - 4)
  }
  const pen = ({ hue, dashed }) => {
    context.strokeStyle = context.fillStyle = LINE_COLOURS[hue % LINE_COLOURS.length]
    context.lineWidth = 2
    context.setLineDash(dashed ? [5, 4] : [])
    context.beginPath()
  }
  const drawn = (value) => value !== null && upward(value) !== null
  for (const { values, ...line } of series) {
    pen(line)
    values.forEach((value, n) => drawn(value) && context[n && drawn(values[n - 1]) ? "lineTo" : "moveTo"](at(x[n]), up(value)))
    context.stroke()
    if (values.length === 1) context.fillRect(at(x[0]) - 3, up(values[0]) - 3, 6, 6)
  }
  const ends = series.map(({ values }) => up(values.findLast(drawn) ?? low))
  for (const [i, y] of names.length ? apart(ends, bottom, size + 1) : []) {
    if (!names[i]) continue
    const start = width - inset.right + 6
    pen(series[i])
    context.moveTo(start, y - size / 3)
    context.lineTo(start + SWATCH - 2, y - size / 3)
    context.stroke()
    context.fillStyle = style.getPropertyValue("--soft")
    context.fillText(names[i], start + SWATCH, y)
  }
  context.setLineDash([])
  return inset
}

// What stands at the end of an axis.
function label(place, logarithmic) {
  const value = logarithmic ? 10 ** place : place
  return Number.isInteger(value) ? value.toLocaleString("en").replace("-", "−") : short(value)
}

// Baselines of names beside the ends of their lines, moved apart where they would stand on each other.
function apart(ends, bottom, line) {
  const order = ends.map((y, i) => [i, y + 4]).sort((a, b) => a[1] - b[1])
  let free = line
  for (const place of order) {
    place[1] = Math.max(place[1], free)
    free = place[1] + line
  }
  let most = bottom
  for (const place of order.toReversed()) {
    place[1] = Math.min(place[1], most)
    most = place[1] - line
  }
  return order
}

// The smallest and the largest of many values, on their scale; `low` is a floor that is always in view.
function extent(values, scale, low) {
  let high = -Infinity
  for (const value of values) {
    const place = value === null ? null : scale(value)
    if (place === null) continue
    if (place < low) low = place
    if (place > high) high = place
  }
  return high === -Infinity ? [0, 0] : [low, high]
}
