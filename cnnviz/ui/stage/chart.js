// A small line chart, drawn at once; opened large it is a Plotly figure (cnnviz/ui/figures.py).

import { prepare } from "./panel.js"
import { short } from "./format.js"

const COLOURS = ["--accent", "--warm", "--pos", "--neg", "--ink", "--soft"]

// -> whether there was room to draw. `log` puts both axes on powers of ten, `logY` only the values.
export function chart(canvas, { x, series, log, logY = log, cursor }, root) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight]
  if (!width) return false
  const context = prepare(canvas)
  const style = getComputedStyle(root)
  const scaled = (logarithmic) => (value) => (logarithmic ? Math.log10(Math.max(value, 1e-17)) : value)
  const [across, upward] = [scaled(log), scaled(logY)]
  const [low, high] = extent(series.flatMap(({ values }) => values), upward, logY ? Infinity : 0)
  const [left, right] = extent(x, across, Infinity)
  const at = (value) => 40 + ((across(value) - left) / (right - left || 1)) * (width - 48)
  const up = (value) => height - 18 - ((upward(value) - low) / (high - low || 1)) * (height - 26)
  context.font = "11px system-ui, sans-serif"
  context.fillStyle = style.getPropertyValue("--soft")
  const label = (value, logarithmic) => (logarithmic ? `1e${Math.round(value)}`.replace("-", "−") : short(value))
  context.textAlign = "right"
  context.fillText(label(high, logY), 36, 14)
  context.fillText(label(low, logY), 36, height - 18)
  context.fillText(label(right, log), width - 4, height - 4)
  context.textAlign = "left"
  context.fillText(label(left, log), 40, height - 4)
  if (cursor !== null && cursor !== undefined) {
    context.fillStyle = style.getPropertyValue("--line")
    context.fillRect(at(cursor) - 1, 4, 2, height - 22)
  }
  series.forEach(({ label: name, values, dashed }, i) => {
    context.strokeStyle = context.fillStyle = style.getPropertyValue(COLOURS[(series.length > 12 ? i % 9 : i) % COLOURS.length])
    context.lineWidth = 2
    context.setLineDash(dashed ? [5, 4] : [])
    context.beginPath()
    values.forEach((value, n) => value !== null && context.lineTo(at(x[n]), up(value)))
    context.stroke()
    if (values.length === 1) context.fillRect(at(x[0]) - 3, up(values[0]) - 3, 6, 6)
    if (name && series.length <= 6) context.fillText(name, 46, 14 + 13 * i)
  })
  context.setLineDash([])
  return true
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
