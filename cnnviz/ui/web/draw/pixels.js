// An array as an image of one pixel a value, to be scaled up without smoothing.

import { colour } from "../model/colour.js"

/** @import { Scale } from "../types/wire.js" */
/** @import { Limits } from "../model/colour.js" */

/**
 * @param {ArrayLike<number>} values  row after row
 * @param {number} rows
 * @param {number} columns
 * @param {Limits} limits
 * @param {Scale} scale
 * @param {(i: number) => number} pick  the value of the i-th pixel
 */
export function pixels(values, rows, columns, limits, scale, pick = (i) => values[i]) {
  const canvas = new OffscreenCanvas(columns, rows)
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"))
  const image = context.createImageData(columns, rows)
  for (let i = 0; i < rows * columns; i++) {
    const [r, g, b] = colour(pick(i), limits, scale)
    image.data.set([r, g, b, 255], 4 * i)
  }
  context.putImageData(image, 0, 0)
  return canvas
}
