// Canvases at the screen's own resolution, or finer while a picture is made of them; and what is drawn on many of them.

/** @import { Box } from "../types/view.js" */

let finer = 0
let larger = 1
const [NEAR, FAR] = [9, 10.1]
let least = NEAR

export const ratio = () => (finer || devicePixelRatio || 1) * larger

/** Size of the smallest number in a cell, in pixels; what is too wide even so is squeezed. */
export const smallest = () => least

/**
 * From now on a style sheet shows every canvas so many times as large as it is laid out.
 * @param {number} times
 * @param {boolean} fromAfar  whether it is read from far
 */
export function magnify(times, fromAfar) {
  larger = times
  least = fromAfar ? FAR : NEAR
}

/**
 * Has everything that is drawn by `act` drawn so many times as fine.
 * @template T
 * @param {number} times
 * @param {() => T} act
 * @returns {T}
 */
export function sharply(times, act) {
  finer = times
  try {
    return act()
  } finally {
    finer = 0
  }
}

/** @param {HTMLCanvasElement} canvas */
export const contextOf = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))

/**
 * A clean canvas as large as it stands on the screen, in CSS pixels.
 * @param {HTMLCanvasElement} canvas
 */
export function prepare(canvas) {
  const times = ratio()
  const [width, height] = [canvas.clientWidth, canvas.clientHeight] // both, before one of them changes the layout
  canvas.width = Math.round(width * times)
  canvas.height = Math.round(height * times)
  const context = contextOf(canvas)
  context.setTransform(times, 0, 0, times, 0, 0)
  return context
}

/** A line through points. @param {CanvasRenderingContext2D} context @param {number[][]} points */
export function line(context, ...points) {
  context.beginPath()
  for (const [x, y] of points) context.lineTo(x, y)
  context.stroke()
}

/** A disc with a rim. @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} radius @param {string} fill @param {string} rim @param {number} width of the rim */
export function disc(context, x, y, radius, fill, rim, width) {
  context.beginPath()
  context.arc(x, y, radius, 0, 7)
  context.fillStyle = fill
  context.fill()
  context.lineWidth = width
  context.strokeStyle = rim
  context.stroke()
}

/** Draws in a box alone. @param {CanvasRenderingContext2D} context @param {Box} box @param {() => void} act */
export function clipped(context, { x, y, width, height }, act) {
  context.save()
  context.beginPath()
  context.rect(x, y, width, height)
  context.clip()
  act()
  context.restore()
}

/** Hatches the place of numbers that are not shown. @param {CanvasRenderingContext2D} context @param {Box} box @param {string} style @param {number} apart from one line to the next */
export function hatch(context, box, style, apart) {
  const { x, y, width, height } = box
  context.strokeStyle = style
  context.lineWidth = 1
  clipped(context, box, () => {
    for (let at = -height; at < width; at += apart) line(context, [x + at, y + height], [x + at + height, y])
  })
}
