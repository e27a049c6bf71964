// Canvases at screen resolution, or finer while a picture is exported, and drawing primitives for them.

/** @import { Box } from "../types/view.js" */

let finer = 0
let larger = 1

export const ratio = () => (finer || devicePixelRatio || 1) * larger

/** Set the factor by which the style sheet magnifies every canvas. @param {number} times */
export function magnify(times) {
  larger = times
}

/**
 * Run `act` with all canvases at a higher resolution, and return its result.
 * @template T
 * @param {number} times
 * @param {() => T} act
 * @returns {T}
 */
export function atResolution(times, act) {
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
 * Clear a canvas, size it to its layout box, and return its context in CSS pixels.
 * @param {HTMLCanvasElement} canvas
 */
export function prepare(canvas) {
  const times = ratio()
  const [width, height] = [canvas.clientWidth, canvas.clientHeight] // read both before setting one, which changes the layout
  canvas.width = Math.round(width * times)
  canvas.height = Math.round(height * times)
  const context = contextOf(canvas)
  context.setTransform(times, 0, 0, times, 0, 0)
  return context
}

/** Draw a line through points. @param {CanvasRenderingContext2D} context @param {number[][]} points */
export function drawLine(context, ...points) {
  context.beginPath()
  for (const [x, y] of points) context.lineTo(x, y)
  context.stroke()
}

/**
 * Draw a disc with a rim.
 * @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} radius @param {string} fill @param {string} rim @param {number} width of the rim
 */
export function disc(context, x, y, radius, fill, rim, width) {
  context.beginPath()
  context.arc(x, y, radius, 0, 7)
  context.fillStyle = fill
  context.fill()
  context.lineWidth = width
  context.strokeStyle = rim
  context.stroke()
}

/** Draw within a box only. @param {CanvasRenderingContext2D} context @param {Box} box @param {() => void} act */
export function clipTo(context, { x, y, width, height }, act) {
  context.save()
  context.beginPath()
  context.rect(x, y, width, height)
  context.clip()
  act()
  context.restore()
}

/**
 * Hatch a box whose numbers are not shown.
 * @param {CanvasRenderingContext2D} context @param {Box} box @param {string} style @param {number} apart distance between lines
 */
export function hatch(context, box, style, apart) {
  const { x, y, width, height } = box
  context.strokeStyle = style
  context.lineWidth = 1
  clipTo(context, box, () => {
    for (let offset = -height; offset < width; offset += apart)
      drawLine(context, [x + offset, y + height], [x + offset + height, y])
  })
}
