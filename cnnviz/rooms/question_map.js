// Drawings of the maps in a room's question: coloured cells or hatching, the chosen cell, and the audience's clicks.

import { contextOf, drawLine, hatch, prepare } from "../view/draw/canvas.js"
import { ring } from "../view/draw/heatmap.js"
import { isDark } from "../view/draw/theme.js"
import { colour } from "../view/model/numbers/colour.js"
import { placeIn, valuesOf } from "./question.js"

/** @import { RoomMap, RoomRound, PatchData, Plane } from "../view/types/view.js" */
/**
 * @typedef {object} Marks
 * @property {number} [layer]  which layer is drawn
 * @property {[number, number, number, number]} [window]  top, left, rows, columns of what is pointed at
 * @property {RoomRound} [round]  what was clicked
 * @property {number} [most]  the count that is darkest
 * @property {number[]} [key]  the right cells
 * @property {{ name: string, cell: number, right: boolean }[]} [letters]  examples of the groups
 */

// Colours of clicks and of right cells, in the light and the dark theme.
const CLICKED = ["76 29 132", "196 150 255"]
const RIGHT = ["#176b2c", "#7ed491"]
const HATCH = 7

/**
 * @param {HTMLCanvasElement} canvas
 * @param {RoomMap} map
 * @param {Marks} marks
 */
export function drawMap(canvas, map, { layer = 0, window, round, most = 1, key = [], letters = [] } = {}) {
  canvas.style.aspectRatio = `${map.columns} / ${map.rows}`
  const context = prepare(canvas)
  const dark = Number(isDark(canvas))
  const side = canvas.clientWidth / map.columns
  const firstCell = layer * map.rows * map.columns
  const count = Math.min(map.rows * map.columns, map.cells - firstCell)
  if (map.plane) paintPlane(context, map.plane, firstCell, count, map.columns, side, round ? 0.45 : 1)
  else {
    const box = { x: 0, y: 0, width: map.columns * side, height: map.rows * side }
    hatch(context, box, "rgb(120 135 155 / .4)", HATCH)
  }
  const box = (/** @type {number} */ cell) => {
    const { row, column } = placeIn(map, cell)
    return /** @type {const} */ ([column * side, row * side])
  }
  for (const [cell, , many] of round?.counts ?? []) {
    if (cell < firstCell || cell >= firstCell + count) continue
    const [x, y] = box(cell)
    context.fillStyle = `rgb(${CLICKED[dark]} / ${0.35 + (0.65 * many) / most})`
    context.fillRect(x, y, side, side)
  }
  outline(context, key, firstCell, count, map, side, RIGHT[dark])
  if (window) drawRing(context, window, side)
  for (const letter of letters)
    if (letter.cell >= firstCell && letter.cell < firstCell + count) badge(context, box(letter.cell), side, letter)
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Plane} plane
 * @param {number} first
 * @param {number} count
 * @param {number} columns
 * @param {number} side
 * @param {number} strength
 */
function paintPlane(context, plane, first, count, columns, side, strength) {
  const values = valuesOf(plane)
  const rows = Math.ceil(count / columns)
  const pixels = new ImageData(columns, rows) // one pixel per cell, enlarged without smoothing
  for (let n = 0; n < count; n++)
    pixels.data.set([...colour(values[first + n], [plane.low, plane.high], plane.scale), 255], 4 * n)
  const sourceCanvas = document.createElement("canvas")
  Object.assign(sourceCanvas, { width: columns, height: rows })
  contextOf(sourceCanvas).putImageData(pixels, 0, 0)
  context.globalAlpha = strength
  context.imageSmoothingEnabled = false
  context.drawImage(sourceCanvas, 0, 0, columns * side, rows * side)
  context.globalAlpha = 1
}

/**
 * Outline the right cells, with one frame around adjacent ones.
 * @param {CanvasRenderingContext2D} context
 * @param {number[]} cells
 * @param {number} first
 * @param {number} count
 * @param {RoomMap} map
 * @param {number} side
 * @param {string} style
 */
function outline(context, cells, first, count, map, side, style) {
  const rightCells = new Set(cells.filter((cell) => cell >= first && cell < first + count))
  context.strokeStyle = style
  context.lineWidth = 2.5
  for (const cell of rightCells) {
    const { row, column } = placeIn(map, cell)
    const [x, y] = [column * side, row * side]
    const isOpenEdge = (/** @type {number} */ other, /** @type {boolean} */ there) => !(there && rightCells.has(other))
    if (isOpenEdge(cell - map.columns, row > 0)) drawLine(context, [x, y], [x + side, y])
    if (isOpenEdge(cell + map.columns, row < map.rows - 1)) drawLine(context, [x, y + side], [x + side, y + side])
    if (isOpenEdge(cell - 1, column > 0)) drawLine(context, [x, y], [x, y + side])
    if (isOpenEdge(cell + 1, column < map.columns - 1)) drawLine(context, [x + side, y], [x + side, y + side])
  }
}

/**
 * Outline a rectangle in black on white, visible on every colour.
 * @param {CanvasRenderingContext2D} context
 * @param {[number, number, number, number]} window
 * @param {number} side
 */
const drawRing = (context, [top, left, rows, columns], side) =>
  ring(context, { x: left * side, y: top * side, width: columns * side, height: rows * side }, "#000", [2.5, 5])

/**
 * @param {CanvasRenderingContext2D} context
 * @param {readonly [number, number]} corner
 * @param {number} side
 * @param {{ name: string, right: boolean }} letter
 */
function badge(context, [x, y], side, { name, right }) {
  const { width, height } = context.canvas.getBoundingClientRect()
  const font = Number.parseFloat(getComputedStyle(context.canvas).fontSize)
  const size = Math.max(0.75 * font, Math.min(width, height) / 26)
  const labelPosition = [
    x + side / 2 + (x > width - 4 * size ? -2.4 : 2.4) * size,
    y + side / 2 + (y < 3 * size ? 2 : -2) * size,
  ]
  context.strokeStyle = context.fillStyle = right ? "#176b2c" : "#1a2230"
  context.lineWidth = 1.5
  drawLine(context, [x + side / 2, y + side / 2], labelPosition)
  context.strokeRect(x, y, side, side)
  context.beginPath()
  context.arc(labelPosition[0], labelPosition[1], size, 0, 7)
  context.fill()
  context.strokeStyle = context.fillStyle = "#fff" // the rim is seen on a dark map
  context.stroke()
  context.font = `700 ${1.25 * size}px Inter, sans-serif`
  context.textAlign = "center"
  context.textBaseline = "middle"
  context.fillText(name, labelPosition[0], labelPosition[1])
}

/**
 * Draw part of a map with the window in it.
 * @param {HTMLCanvasElement} canvas
 * @param {PatchData} patch
 */
export function drawPatch(canvas, { rows, columns, plane, inner }) {
  canvas.style.aspectRatio = `${columns} / ${rows}`
  const context = prepare(canvas)
  const side = canvas.clientWidth / columns
  paintPlane(context, plane, 0, rows * columns, columns, side, 1)
  drawRing(context, inner, side)
}
