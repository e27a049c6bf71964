// Images with one pixel per cell, to be enlarged without smoothing.

import { contextOf } from "./canvas.js"

/**
 * Return RGBA bytes with each pixel's colour from `paint`. A pixel is transparent if `paint` returns null.
 * @param {number} rows @param {number} columns @param {(i: number, j: number) => ArrayLike<number> | null} paint
 */
export function rgbaBytes(rows, columns, paint) {
  const bytes = new Uint8ClampedArray(4 * rows * columns)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const rgb = paint(i, j)
      if (!rgb) continue
      const offset = 4 * (i * columns + j)
      for (let c = 0; c < 3; c++) bytes[offset + c] = rgb[c]
      bytes[offset + 3] = 255
    }
  }
  return bytes
}

/**
 * Return an image whose pixels are written by `fill` in reading order. The canvas `before` is reused if it has the
 * same size.
 * @param {number} rows @param {number} columns @param {(pixels: Uint32Array) => void} fill @param {OffscreenCanvas | null} [oldCanvas]
 */
export function imageOf(rows, columns, fill, oldCanvas) {
  const canvas =
    oldCanvas?.width === columns && oldCanvas.height === rows ? oldCanvas : new OffscreenCanvas(columns, rows)
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"))
  const image = context.createImageData(columns, rows)
  const pixels = new Uint32Array(rows * columns)
  fill(pixels)
  image.data.set(new Uint8ClampedArray(pixels.buffer))
  context.putImageData(image, 0, 0)
  return canvas
}

/**
 * Return an image with one pixel per cell.
 * @param {number} rows @param {number} columns @param {(i: number, j: number) => ArrayLike<number> | null} paint
 */
export const imageOfCells = (rows, columns, paint) => imageOf(rows, columns, colourFill(rows, columns, paint))

/**
 * Paint a canvas with one pixel per cell.
 * @param {HTMLCanvasElement} canvas @param {number} rows @param {number} columns @param {(i: number, j: number) => ArrayLike<number> | null} paint
 */
export function paintCells(canvas, rows, columns, paint) {
  Object.assign(canvas, { width: columns, height: rows })
  contextOf(canvas).putImageData(new ImageData(rgbaBytes(rows, columns, paint), columns, rows), 0, 0)
}

/**
 * Return a `fill` function that writes each pixel's colour.
 * @param {number} rows @param {number} columns @param {(i: number, j: number) => ArrayLike<number> | null} paint @returns {(pixels: Uint32Array) => void}
 */
export const colourFill = (rows, columns, paint) => (pixels) =>
  pixels.set(new Uint32Array(rgbaBytes(rows, columns, paint).buffer))
