// Painting of maps with marks, and of the enlarged part with its numbers.

import { prepare } from "../../view/draw/canvas.js"
import { cellFont, ring } from "../../view/draw/heatmap.js"
import { imageOfCells } from "../../view/draw/pixels.js"
import { layout } from "../../view/model/layout/image_layout.js"
import { colour, css, textColour } from "../../view/model/numbers/colour.js"
import { coloursOf, formatCell } from "./cells.js"
import { acrossOf } from "./plate_sizes.js"
import { outlineOf } from "./region_outline.js"

/** @import { Block, Figure } from "./plate_figures.js" */
/** @import { Box } from "../../view/types/view.js" */
/** @typedef {{ block: Block, tone: string }} Mark */
/** @typedef {{ blocks: readonly Block[], tone: string }} Region  cells to outline together */

const SIDE = 44 // side of an enlarged cell in pixels

/**
 * Return the rows and columns of the enlarged part.
 * @param {Figure} figure @param {number} room in CSS pixels @returns {[number, number]}
 */
export const cropSize = ({ face }, room) => {
  const limit = Math.min(Math.floor(room / SIDE), 9)
  return [Math.min(face.rows, limit), Math.min(face.columns, limit)]
}

/** @param {CanvasRenderingContext2D} context @param {Box} box @param {string} tone */
const outline = (context, box, tone) => ring(context, box, tone, [2.5, 5])

/**
 * Outline a set of cells by lines that leave the inside of each cell visible.
 * @param {CanvasRenderingContext2D} context @param {Region} region @param {(block: Block) => Box} place
 */
function outlineRegion(context, { blocks, tone }, place) {
  const edges = outlineOf(blocks).map(({ tile, from: [top, left], to: [bottom, right] }) =>
    place({ tile, top, left, tall: bottom - top, wide: right - left }),
  )
  if (!edges.length) return
  const side = Math.max(edges[0].width, edges[0].height)
  const line = Math.min(2.5, side / 4)
  for (const [width, style] of /** @type {[number, string][]} */ ([
    [Math.min(line + 2, side / 2), "#fff"],
    [line, tone],
  ])) {
    context.lineWidth = width
    context.lineCap = "square"
    context.strokeStyle = style
    context.beginPath()
    for (const { x, y, width: across, height: down } of edges) {
      context.moveTo(x, y)
      context.lineTo(x + across, y + down)
    }
    context.stroke()
  }
}

/**
 * Paint all tiles of a map, and outline blocks of cells.
 * @param {HTMLCanvasElement} canvas @param {Figure} figure @param {Mark[]} marks @param {Region | null} [region]
 */
export function paintMap(canvas, figure, marks, region = null) {
  const context = prepare(canvas)
  const { face, values, limits, scale, hidden } = figure
  const mapLayout = layout(face, { width: canvas.clientWidth, height: canvas.clientHeight, across: acrossOf(figure) })
  context.imageSmoothingEnabled = false
  for (let n = 0; n < face.tiles && !hidden; n++) {
    const box = mapLayout.tile(n)
    const paint = (/** @type {number} */ i, /** @type {number} */ j) => {
      const offset = face.offset(n, i, j)
      return offset < 0 ? null : colour(values[offset], limits, scale)
    }
    context.drawImage(imageOfCells(face.rows, face.columns, paint), box.x, box.y, box.width, box.height)
  }
  if (region) outlineRegion(context, region, mapLayout.place)
  for (const { block, tone } of marks) outline(context, mapLayout.place(block), tone)
}

/**
 * Paint a part of a map with its numbers.
 * @param {HTMLCanvasElement} canvas @param {Figure} figure @param {Block} part @param {Mark[]} marks @param {Region | null} [region]
 */
export function paintPart(canvas, { face, values, limits, scale }, part, marks, region = null) {
  const context = prepare(canvas)
  const cropValues = Array.from(
    { length: part.tall * part.wide },
    (_, n) => values[face.offset(part.tile, part.top + Math.floor(n / part.wide), part.left + (n % part.wide))],
  )
  const colours = coloursOf(values, limits, scale)
  context.font = cellFont(Number.parseFloat(getComputedStyle(canvas).getPropertyValue("--small")))
  context.textAlign = "center"
  context.textBaseline = "middle"
  cropValues.forEach((value, n) => {
    const [x, y] = [(n % part.wide) * SIDE, Math.floor(n / part.wide) * SIDE]
    const paint = colour(value, limits, scale)
    context.fillStyle = css(paint)
    context.fillRect(x, y, SIDE - 1, SIDE - 1)
    context.fillStyle = textColour(paint)
    context.fillText(formatCell(value, colours), x + SIDE / 2, y + SIDE / 2, SIDE - 4)
  })
  if (region) {
    const blocks = region.blocks.filter(({ tile, top, left }) => tile === part.tile && isWithin(part, top, left))
    outlineRegion(context, { ...region, blocks }, ({ top, left, tall, wide }) => ({
      x: (left - part.left) * SIDE,
      y: (top - part.top) * SIDE,
      width: wide * SIDE,
      height: tall * SIDE,
    }))
  }
  for (const { block, tone } of marks) {
    const [top, left] = [Math.max(block.top, part.top), Math.max(block.left, part.left)]
    const [bottom, right] = [
      Math.min(block.top + block.tall, part.top + part.tall),
      Math.min(block.left + block.wide, part.left + part.wide),
    ]
    if (block.tile !== part.tile || bottom <= top || right <= left) continue
    const box = {
      x: (left - part.left) * SIDE + 2,
      y: (top - part.top) * SIDE + 2,
      width: (right - left) * SIDE - 5,
      height: (bottom - top) * SIDE - 5,
    }
    outline(context, box, tone)
  }
}

/** @param {Block} part @param {number} row @param {number} column */
const isWithin = ({ top, left, tall, wide }, row, column) =>
  row >= top && row < top + tall && column >= left && column < left + wide

/**
 * Return the cell of a part under a point of its canvas.
 * @param {HTMLCanvasElement} canvas @param {{ clientX: number, clientY: number }} point @param {Block} part @returns {[row: number, column: number]}
 */
export function cellUnder(canvas, { clientX, clientY }, { top, left, tall, wide }) {
  const box = canvas.getBoundingClientRect()
  const indexOf = (/** @type {number} */ share, /** @type {number} */ count) =>
    Math.min(Math.max(Math.floor(share * count), 0), count - 1)
  return [top + indexOf((clientY - box.top) / box.height, tall), left + indexOf((clientX - box.left) / box.width, wide)]
}
