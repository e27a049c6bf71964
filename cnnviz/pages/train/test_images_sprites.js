// Cached pictures of the test images at the drawn size, each without and with a cross for a wrong answer.

import { ratio } from "../../view/draw/canvas.js"
import { colourFill, imageOf, paintCells } from "../../view/draw/pixels.js"

/** @import { Values } from "../../view/types/view.js" */
/** @typedef {{ picture: OffscreenCanvas, size: number, beside: number, side: number }} Sheet  `size` of a picture on the screen, `side` in the sheet's own pixels */

const ROW = 32 // pictures in a row
const ROUND = 0.14 // corner radius as a share of the side

/**
 * Return a function from a pixel's row and column to its colour.
 * @param {Values} images @param {number} at @returns {(i: number, j: number) => ArrayLike<number>}
 */
const coloursOf =
  ({ values, shape: [, rows, columns] }, at) =>
  (i, j) => {
    const first = 3 * ((at * rows + i) * columns + j)
    return [values[first], values[first + 1], values[first + 2]] // a typed-array view would be slower
  }

/** Paint one picture onto a canvas. @param {HTMLCanvasElement} canvas @param {Values} images @param {number} at */
export const paintImage = (canvas, images, at) =>
  paintCells(canvas, images.shape[1], images.shape[2], coloursOf(images, at))

/**
 * Paint all pictures twice into a sprite sheet: plain, and below with a cross.
 * @param {Values} images  (S,H,W,3)
 * @param {number} size  on the screen
 * @param {{ ink: string, paper: string }} colours
 * @returns {Sheet}
 */
export function sheetOf(images, size, colours) {
  const [count, rows, columns] = images.shape
  const side = Math.max(1, Math.round(size * ratio()))
  const beside = Math.min(ROW, Math.max(count, 1))
  const lines = Math.ceil(count / beside)
  const picture = new OffscreenCanvas(beside * side, 2 * lines * side)
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (picture.getContext("2d"))
  context.imageSmoothingQuality = "high"
  /** @type {OffscreenCanvas | null} */
  let buffer = null
  for (let i = 0; i < count; i++) {
    buffer = imageOf(rows, columns, colourFill(rows, columns, coloursOf(images, i)), buffer)
    for (const wrong of [0, 1]) {
      context.save()
      context.translate((i % beside) * side, (Math.floor(i / beside) + wrong * lines) * side)
      rounded(context, 0, 0, side, side * ROUND)
      context.clip()
      context.drawImage(buffer, 0, 0, side, side)
      if (wrong) cross(context, side, colours)
      context.restore()
    }
  }
  return { picture, size, beside, side }
}

/** @param {OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} side @param {number} radius */
export function rounded(context, x, y, side, radius) {
  context.beginPath()
  context.roundRect(x, y, side, side, radius)
}

/**
 * Draw a frame, and a cross in the lower right corner.
 * @param {OffscreenCanvasRenderingContext2D} context @param {number} side @param {{ ink: string, paper: string }} colours
 */
function cross(context, side, { ink, paper }) {
  const width = Math.max(1, side / 16)
  context.lineWidth = 2 * width
  context.strokeStyle = ink
  rounded(context, 0, 0, side, side * ROUND)
  context.stroke()
  const [from, to] = [side * 0.58, side * 0.92]
  context.fillStyle = paper
  context.fillRect(side * 0.5, side * 0.5, side * 0.5, side * 0.5)
  context.lineWidth = Math.max(1.2, side / 11)
  context.beginPath()
  context.moveTo(from, from)
  context.lineTo(to, to)
  context.moveTo(to, from)
  context.lineTo(from, to)
  context.stroke()
}

/**
 * Draw one picture from the sheet.
 * @param {CanvasRenderingContext2D} context @param {Sheet} sheet @param {number} i @param {boolean} wrong @param {number} x @param {number} y @param {number} size
 */
export function drawImage(context, { picture, beside, side }, i, wrong, x, y, size) {
  const below = wrong ? picture.height / 2 : 0
  context.drawImage(picture, (i % beside) * side, Math.floor(i / beside) * side + below, side, side, x, y, size, size)
}
