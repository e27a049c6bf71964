// The small curve of the losses so far, and what every small canvas needs before it is drawn on.

import { number } from "../model/format.js"
import { ratio } from "./sharpness.js"

export function prepare(canvas) {
  const times = ratio()
  const [width, height] = [canvas.clientWidth, canvas.clientHeight] // both, before one of them changes the layout
  canvas.width = Math.round(width * times)
  canvas.height = Math.round(height * times)
  const context = canvas.getContext("2d")
  context.setTransform(times, 0, 0, times, 0, 0)
  return context
}

export const percent = (value) => `${value > 0 && value < 0.01 ? "<1" : value < 1 && value > 0.99 ? ">99" : Math.round(100 * value)} %`

export function losses(context, width, height, view) {
  const values = (view.arrays ?? view.data.arrays).losses.values
  const style = getComputedStyle(view.root)
  const most = Math.max(...values, 1e-12)
  const x = (i) => 4 + (values.length > 1 ? i / (values.length - 1) : 0) * (width - 8)
  const y = (value) => height - 5 - (value / most) * (height - 12)
  context.strokeStyle = style.getPropertyValue("--accent")
  context.fillStyle = context.strokeStyle
  context.lineWidth = 2
  context.beginPath()
  values.forEach((value, i) => context.lineTo(x(i), y(value)))
  context.stroke()
  context.beginPath()
  context.arc(x(values.length - 1), y(values[values.length - 1]), 3, 0, 7)
  context.fill()
  return `<i>L</i> after 0 … ${view.lesson.k} updates, from 0 to ${number(most, 3)}`
}
