// A small line chart, drawn at once; opened large it is a Plotly figure (cnnviz/ui/figures.py).

import { prepare } from "./panel.js"
import { short } from "./format.js"

const COLOURS = ["--accent", "--warm", "--pos", "--neg", "--ink", "--soft"]

const LEFT = 40 // at least, for what stands at the ends of the axis
const LINE = 12 // the height of a name

// -> how far the plot keeps from the canvas's sides, or null where there is no room to draw.
// `log` puts x on powers of ten, `logY` the values. Lines of one `hue` have one colour.
export function chart(canvas, { x, series, log, logY, cursor }, root) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight]
  if (!width) return null
  const context = prepare(canvas)
  context.font = "11px system-ui, sans-serif"
  const names = series.length <= 6 ? series.map(({ label }) => label ?? "") : []
  const room = (text) => text && context.measureText(text).width + 4
  const style = getComputedStyle(root)
  const scaled = (logarithmic) => (value) => (logarithmic ? Math.log10(Math.max(value, 1e-17)) : value)
  const [across, upward] = [scaled(log), scaled(logY)]
  const [low, high] = extent(series.flatMap(({ values }) => values), upward, logY ? Infinity : 0)
  const [left, right] = extent(x, across, Infinity)
  const inset = {
    left: Math.max(LEFT, ...[low, high].map((end) => room(label(end, logY)) + 4)),
    right: 8 + Math.max(0, ...names.map(room)),
  }
  const at = (value) => inset.left + ((across(value) - left) / (right - left || 1)) * (width - inset.left - inset.right)
  const up = (value) => height - 18 - ((upward(value) - low) / (high - low || 1)) * (height - 26)
  context.fillStyle = style.getPropertyValue("--soft")
  context.textAlign = "right"
  context.fillText(label(high, logY), inset.left - 4, 14)
  context.fillText(label(low, logY), inset.left - 4, height - 18)
  context.fillText(label(right, log), width - inset.right + 4, height - 4)
  context.textAlign = "left"
  context.fillText(label(left, log), inset.left, height - 4)
  if (cursor !== null && cursor !== undefined) {
    context.fillStyle = style.getPropertyValue("--line")
    context.fillRect(at(cursor) - 1, 4, 2, height - 22)
  }
  const colours = series.map(({ hue }) => style.getPropertyValue(COLOURS[hue % COLOURS.length]))
  series.forEach(({ values, dashed }, i) => {
    context.strokeStyle = context.fillStyle = colours[i]
    context.lineWidth = 2
    context.setLineDash(dashed ? [5, 4] : [])
    context.beginPath()
    values.forEach((value, n) => value !== null && context.lineTo(at(x[n]), up(value)))
    context.stroke()
    if (values.length === 1) context.fillRect(at(x[0]) - 3, up(values[0]) - 3, 6, 6)
  })
  context.setLineDash([])
  const ends = series.map(({ values }) => up(values.findLast((value) => value !== null) ?? low))
  for (const [i, y] of apart(ends, height - 18)) {
    if (!names[i]) continue
    context.fillStyle = colours[i]
    context.fillText(names[i], width - inset.right + 4, y)
  }
  return inset
}

// What stands at the end of an axis.
function label(value, logarithmic) {
  if (logarithmic) return `1e${Math.round(value)}`.replace("-", "−")
  return Number.isInteger(value) ? value.toLocaleString("en").replace("-", "−") : short(value)
}

// Baselines of names beside the ends of their lines, moved apart where they would stand on each other.
function apart(ends, bottom) {
  const order = ends.map((y, i) => [i, y + 4]).sort((a, b) => a[1] - b[1])
  let free = LINE
  for (const place of order) {
    place[1] = Math.max(place[1], free)
    free = place[1] + LINE
  }
  let most = bottom
  for (const place of order.toReversed()) {
    place[1] = Math.min(place[1], most)
    most = place[1] - LINE
  }
  return order
}

// The smallest and the largest of many values, on their scale; `low` is a floor that is always in view.
function extent(values, scale, low) {
  let high = -Infinity
  for (const value of values) {
    if (value === null) continue
    const place = scale(value)
    if (place < low) low = place
    if (place > high) high = place
  }
  return [low, high]
}
