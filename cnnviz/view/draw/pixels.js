// Images with one pixel per cell, to be enlarged without smoothing.

import { colour, cssGradient, pixelOf } from "../model/numbers/colour.js"
import { contextOf } from "./canvas.js"

/** @import { Box, Scale, Values } from "../types/view.js" */

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
  paintPixels(context, rows, columns, fill)
  return canvas
}

/** @param {OffscreenCanvasRenderingContext2D} context @param {number} rows @param {number} columns @param {(pixels: Uint32Array) => void} fill */
function paintPixels(context, rows, columns, fill) {
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

/**
 * Return a `fill` function that writes the colours of values in reading order.
 * @param {(n: number) => number} pick @param {number[]} limits @param {Scale} scale @returns {(pixels: Uint32Array) => void}
 */
export const valueFill = (pick, limits, scale) => (pixels) => {
  const pixel = pixelOf(limits, scale)
  for (let n = 0; n < pixels.length; n++) pixels[n] = pixel(pick(n))
}

/** @type {OffscreenCanvasRenderingContext2D | undefined}  shared by all images that are drawn at once, because creating a canvas is slower */
let scratch

/**
 * Draw an image into a box; `fill` writes its pixels in reading order.
 * @param {CanvasRenderingContext2D} context @param {number} rows @param {number} columns @param {(pixels: Uint32Array) => void} fill @param {Box} box
 */
export function drawImage(context, rows, columns, fill, { x, y, width, height }) {
  scratch ??= /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(1, 1).getContext("2d"))
  const { canvas } = scratch
  if (canvas.width < columns || canvas.height < rows)
    Object.assign(canvas, { width: Math.max(columns, canvas.width), height: Math.max(rows, canvas.height) })
  paintPixels(scratch, rows, columns, fill)
  context.drawImage(canvas, 0, 0, columns, rows, x, y, width, height)
}

/**
 * Return an image of values in reading order.
 * @param {ArrayLike<number>} values @param {number} rows @param {number} columns @param {number[]} limits @param {Scale} scale @param {number} [from] offset of the first value
 */
const imageOfValues = (values, rows, columns, limits, scale, from = 0) =>
  imageOf(
    rows,
    columns,
    valueFill((n) => values[from + n], limits, scale),
  )

/** @type {WeakMap<object, Map<string, OffscreenCanvas>>}  images by array and key */
const imagesByArray = new WeakMap()

/**
 * Return an image of values, cached as long as the array exists.
 * @param {Values["values"]} values @param {number} rows @param {number} columns @param {number[]} limits @param {Scale} scale @param {number} from
 */
export function cachedImage(values, rows, columns, limits, scale, from) {
  const key = `${rows} ${columns} ${limits} ${scale} ${cssGradient(scale)} ${from}`
  const images = imagesByArray.get(values) ?? new Map()
  imagesByArray.set(values, images)
  const image = images.get(key) ?? imageOfValues(values, rows, columns, limits, scale, from)
  images.set(key, image)
  return image
}

const BAR_COLOURS = 128 // number of colours in a colour bar

/** @type {Map<string, OffscreenCanvas>} */
const ramps = new Map()

/**
 * Return the cached colour bar of a scale, or a single colour if both limits are equal.
 * @param {Scale} scale @param {number[]} limits
 */
export function colourBar(scale, [low, high]) {
  const range = high > low ? [0, 1] : [0, 0]
  const key = `${scale} ${cssGradient(scale)} ${range}`
  const image =
    ramps.get(key) ?? imageOfCells(1, BAR_COLOURS, (_, n) => colour(range[1] * ((n + 0.5) / BAR_COLOURS), range, scale))
  ramps.set(key, image)
  return image
}
