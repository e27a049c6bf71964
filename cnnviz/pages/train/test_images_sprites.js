// Cached pictures of the photographs at the drawn size: plain, with a cross for a wrong answer, and as a print with a
// white edge for the heap.

import { ratio } from "../../view/draw/canvas.js"
import { colourFill, imageOf, paintCells } from "../../view/draw/pixels.js"

/** @import { Values } from "../../view/types/view.js" */
/** @typedef {0 | 1 | 2} Look  PLAIN, WRONG or PRINT */
/** @typedef {{ ink: string, paper: string }} Colours */
/** @typedef {{ picture: OffscreenCanvas, beside: number, side: number, lines: number, margin: number, looks: readonly Look[] }} Sheet  `side` of a picture in the sheet's pixels, with its margin on both sides */

export const PLAIN = 0
export const WRONG = 1
export const PRINT = 2
const ROW = 32 // pictures in a row
const EDGE = 0.04 // width of a print's edge as a share of the photograph's side
const SHADOW = 0.07 // blur of a print's shadow as a share of the side
const MARGIN = EDGE + SHADOW // on each side of every picture, for edge and shadow

/**
 * Return a function from a pixel's row and column to its colour.
 * @param {Values} images @param {number} at @returns {(i: number, j: number) => ArrayLike<number>}
 */
const coloursOf =
  ({ values, shape: [, rows, columns] }, at) =>
  (i, j) => {
    const pixelOffset = 3 * ((at * rows + i) * columns + j)
    return [values[pixelOffset], values[pixelOffset + 1], values[pixelOffset + 2]] // a typed-array view would be slower
  }

/** Paint one picture onto a canvas. @param {HTMLCanvasElement} canvas @param {Values} images @param {number} at */
export const paintImage = (canvas, images, at) =>
  paintCells(canvas, images.shape[1], images.shape[2], coloursOf(images, at))

/**
 * Paint every photograph into a sprite sheet, in each of the looks.
 * @param {Values} images  (S,H,W,3)
 * @param {number} size  on the screen
 * @param {readonly Look[]} looks
 * @param {Colours} colours
 * @returns {Sheet}
 */
export function sheetOf(images, size, looks, colours) {
  const [count, rows, columns] = images.shape
  const side = Math.max(1, Math.round(size * ratio()))
  const margin = Math.ceil(MARGIN * side)
  const cell = side + 2 * margin
  const columnCount = Math.min(ROW, Math.max(count, 1))
  const lines = Math.ceil(count / columnCount)
  const picture = new OffscreenCanvas(columnCount * cell, (1 + Math.max(...looks)) * lines * cell)
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (picture.getContext("2d"))
  context.imageSmoothingQuality = "high"
  /** @type {OffscreenCanvas | null} */
  let buffer = null
  for (let i = 0; i < count; i++) {
    buffer = imageOf(rows, columns, colourFill(rows, columns, coloursOf(images, i)), buffer)
    for (const look of looks) {
      context.setTransform(
        1,
        0,
        0,
        1,
        (i % columnCount) * cell + margin,
        (Math.floor(i / columnCount) + look * lines) * cell + margin,
      )
      if (look === PRINT) drawPrint(context, side, colours)
      context.drawImage(buffer, 0, 0, side, side)
      if (look === WRONG) drawCross(context, side, colours)
    }
  }
  return { picture, beside: columnCount, side: cell, lines, margin, looks }
}

/** Draw the edge and the shadow of a print. @param {OffscreenCanvasRenderingContext2D} context @param {number} side @param {Colours} colours */
function drawPrint(context, side, { paper }) {
  const edge = Math.max(1, Math.round(EDGE * side))
  context.save()
  context.shadowColor = "#0006"
  context.shadowBlur = 1.5 * SHADOW * side
  context.fillStyle = paper
  context.fillRect(-edge, -edge, side + 2 * edge, side + 2 * edge)
  context.restore()
}

/** Draw a frame, and a cross in the lower right corner. @param {OffscreenCanvasRenderingContext2D} context @param {number} side @param {Colours} colours */
function drawCross(context, side, { ink, paper }) {
  const width = Math.max(1, side / 28)
  context.lineWidth = width
  context.strokeStyle = ink
  context.strokeRect(width / 2, width / 2, side - width, side - width)
  const corner = Math.max(0.36 * side, Math.min(0.5 * side, 8))
  context.fillStyle = paper
  context.fillRect(side - corner, side - corner, corner - width, corner - width)
  const [from, to] = [side - corner * 0.82, side - corner * 0.24]
  context.lineWidth = Math.max(1.2, corner / 7)
  context.beginPath()
  context.moveTo(from, from)
  context.lineTo(to, to)
  context.moveTo(to, from)
  context.lineTo(from, to)
  context.stroke()
}

/**
 * Draw one photograph from the sheet, turned about its centre. Only a print has something in its margin.
 * @param {CanvasRenderingContext2D} context @param {Sheet} sheet @param {number} i @param {Look} look @param {number} x @param {number} y @param {number} size @param {number} turn
 */
export function drawImage(context, { picture, beside, side, lines, margin }, i, look, x, y, size, turn) {
  const cutMargin = look === PRINT ? 0 : margin
  const [left, top] = [(i % beside) * side + cutMargin, (Math.floor(i / beside) + look * lines) * side + cutMargin]
  const sourceSide = side - 2 * cutMargin
  const targetSide = (size * sourceSide) / (side - 2 * margin)
  const [dx, dy] = [x + (size - targetSide) / 2, y + (size - targetSide) / 2]
  if (!turn) {
    context.drawImage(picture, left, top, sourceSide, sourceSide, dx, dy, targetSide, targetSide)
    return
  }
  context.translate(dx + targetSide / 2, dy + targetSide / 2)
  context.rotate(turn)
  context.drawImage(
    picture,
    left,
    top,
    sourceSide,
    sourceSide,
    -targetSide / 2,
    -targetSide / 2,
    targetSide,
    targetSide,
  )
  context.rotate(-turn)
  context.translate(-dx - targetSide / 2, -dy - targetSide / 2)
}
