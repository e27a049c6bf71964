// Images with one pixel per cell, to be enlarged without smoothing.

import { colour, gradient, pixelOf } from "../model/numbers/colour.js"
import { contextOf } from "./canvas.js"

/** @import { Box, Scale, Values } from "../types/view.js" */

/**
 * Return RGBA bytes with each pixel's colour from `paint`. A pixel is transparent if `paint` returns null.
 * @param {number} rows @param {number} columns @param {(i: number, j: number) => ArrayLike<number> | null} paint
 */
export function rgba(rows, columns, paint) {
  const bytes = new Uint8ClampedArray(4 * rows * columns)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const found = paint(i, j)
      if (!found) continue
      const at = 4 * (i * columns + j)
      for (let c = 0; c < 3; c++) bytes[at + c] = found[c]
      bytes[at + 3] = 255
    }
  }
  return bytes
}

/**
 * Return an image whose pixels are written by `fill` in reading order. The canvas `before` is reused if it has the
 * same size.
 * @param {number} rows @param {number} columns @param {(pixels: Uint32Array) => void} fill @param {OffscreenCanvas | null} [before]
 */
export function pixelsOf(rows, columns, fill, before) {
  const canvas = before?.width === columns && before.height === rows ? before : new OffscreenCanvas(columns, rows)
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"))
  paint(context, rows, columns, fill)
  return canvas
}

/** @param {OffscreenCanvasRenderingContext2D} context @param {number} rows @param {number} columns @param {(pixels: Uint32Array) => void} fill */
function paint(context, rows, columns, fill) {
  const image = context.createImageData(columns, rows)
  const pixels = new Uint32Array(rows * columns)
  fill(pixels)
  image.data.set(new Uint8ClampedArray(pixels.buffer))
  context.putImageData(image, 0, 0)
}

/**
 * Return an image with one pixel per cell.
 * @param {number} rows @param {number} columns @param {(i: number, j: number) => ArrayLike<number> | null} paint
 */
export const picture = (rows, columns, paint) => pixelsOf(rows, columns, coloursIn(rows, columns, paint))

/**
 * Paint a canvas with one pixel per cell.
 * @param {HTMLCanvasElement} canvas @param {number} rows @param {number} columns @param {(i: number, j: number) => ArrayLike<number> | null} paint
 */
export function paintCells(canvas, rows, columns, paint) {
  Object.assign(canvas, { width: columns, height: rows })
  contextOf(canvas).putImageData(new ImageData(rgba(rows, columns, paint), columns, rows), 0, 0)
}

/**
 * Return a `fill` function that writes each pixel's colour.
 * @param {number} rows @param {number} columns @param {(i: number, j: number) => ArrayLike<number> | null} paint @returns {(pixels: Uint32Array) => void}
 */
export const coloursIn = (rows, columns, paint) => (pixels) =>
  pixels.set(new Uint32Array(rgba(rows, columns, paint).buffer))

/**
 * Return a `fill` function that writes the colours of values in reading order.
 * @param {(n: number) => number} pick @param {number[]} limits @param {Scale} scale @returns {(pixels: Uint32Array) => void}
 */
export const valuesIn = (pick, limits, scale) => (pixels) => {
  const pixel = pixelOf(limits, scale)
  for (let n = 0; n < pixels.length; n++) pixels[n] = pixel(pick(n))
}

/** @type {OffscreenCanvasRenderingContext2D | undefined}  shared by all images that are drawn at once, because creating a canvas is slower */
let scratch

/**
 * Draw an image into a box; `fill` writes its pixels in reading order.
 * @param {CanvasRenderingContext2D} context @param {number} rows @param {number} columns @param {(pixels: Uint32Array) => void} fill @param {Box} box
 */
export function drawPicture(context, rows, columns, fill, { x, y, width, height }) {
  scratch ??= /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(1, 1).getContext("2d"))
  const { canvas } = scratch
  if (canvas.width < columns || canvas.height < rows)
    Object.assign(canvas, { width: Math.max(columns, canvas.width), height: Math.max(rows, canvas.height) })
  paint(scratch, rows, columns, fill)
  context.drawImage(canvas, 0, 0, columns, rows, x, y, width, height)
}

/**
 * Return an image of values in reading order.
 * @param {ArrayLike<number>} values @param {number} rows @param {number} columns @param {number[]} limits @param {Scale} scale @param {number} [from] offset of the first value
 */
export const valuesPicture = (values, rows, columns, limits, scale, from = 0) =>
  pixelsOf(
    rows,
    columns,
    valuesIn((n) => values[from + n], limits, scale),
  )

/** @type {WeakMap<object, Map<string, OffscreenCanvas>>}  images by array and key */
const kept = new WeakMap()

/**
 * Return an image of values, cached as long as the array exists.
 * @param {Values["values"]} values @param {number} rows @param {number} columns @param {number[]} limits @param {Scale} scale @param {number} from
 */
export function keptPicture(values, rows, columns, limits, scale, from) {
  const key = `${rows} ${columns} ${limits} ${scale} ${gradient(scale)} ${from}`
  const own = kept.get(values) ?? new Map()
  kept.set(values, own)
  const found = own.get(key) ?? valuesPicture(values, rows, columns, limits, scale, from)
  own.set(key, found)
  return found
}

const RAMP = 128 // number of colours in a colour bar

/** @type {Map<string, OffscreenCanvas>} */
const ramps = new Map()

/**
 * Return the cached colour bar of a scale, or a single colour if both limits are equal.
 * @param {Scale} scale @param {number[]} limits
 */
export function ramp(scale, [low, high]) {
  const range = high > low ? [0, 1] : [0, 0]
  const key = `${scale} ${gradient(scale)} ${range}`
  const found = ramps.get(key) ?? picture(1, RAMP, (_, n) => colour(range[1] * ((n + 0.5) / RAMP), range, scale))
  ramps.set(key, found)
  return found
}
