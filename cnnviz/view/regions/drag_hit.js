// Which number lies under a pointer, if it is one that can be dragged: in the picture, or in a map whose cells are large.

import { placeIn } from "./picture_pointer.js"

/** @import { Box, Cell, Step } from "../types/view.js" */
/** @typedef {{ along: string, symbol: string, cell: Cell }} Hit  the number as the address names it, and its cell; of the rate no cell */

const LEAST = 13 // pixels of a cell that can be taken hold of

/** Tells whether a number can be changed by hand: a pixel or a parameter's, seen exactly, or a target before there are updates, all of which depend on it. @param {Step} step @param {string} symbol @param {Cell} cell */
export function draggable(step, symbol, cell) {
  const { numbers, view } = step
  const map = numbers.maps[symbol]
  const target =
    symbol === "y" && view.k === 0 && !numbers.network.images.length && !Object.keys(numbers.answer.deviations).length
  const own = map && (symbol === "x" || map.band === "parameters" || target)
  return Boolean(own) && isFree(step) && step.isOpen(symbol) && numbers.isExact(symbol, cell) && !view.waiting
}

/** Tells whether this is a place where numbers can be changed. @param {Step} step */
const isFree = ({ view, predicting, missions }) =>
  view.page === ""
  && view.host.numbers.look !== undefined
  && !view.veiled
  && !predicting.on
  && !missions.now?.choices.length

/** @param {Step} step @param {PointerEvent} event @returns {Hit | null} */
export function hitOf(step, event) {
  const target = /** @type {Element} */ (event.target)
  if (!step.received) return null
  if (target.closest("[data-key=learning_rate]"))
    return isFree(step) && !step.view.waiting ? { along: "lr", symbol: "", cell: [] } : null
  const found = inPlate(step, target, event) ?? inPicture(step, target, event)
  if (!found || !draggable(step, found.symbol, found.cell)) return null
  return { ...found, along: `${found.symbol}:${step.numbers.index(found.symbol, found.cell).join(",")}` }
}

/** @param {Step} step @param {Element} target @param {PointerEvent} event */
function inPlate(step, target, event) {
  const plate = Object.values(step.plates).find(({ holder }) => holder.contains(target))
  if (!plate?.received) return null
  const { cellWidth, cellHeight } = plate.layout
  if (Math.min(cellWidth, cellHeight) < LEAST) return null
  const { x, y } = placeIn(plate.canvas, event)
  return { symbol: plate.symbol, cell: plate.cell(x, y) }
}

/** @param {Step} step @param {Element} target @param {PointerEvent} event */
function inPicture(step, target, event) {
  const canvas = target.closest(".drawn")?.querySelector("canvas.mechanism")
  if (!(canvas instanceof HTMLElement)) return null
  const point = placeIn(canvas, event)
  const spot = step.picture.spots.findLast(
    ({ symbol, cell, box }) => symbol && within(box, point) && draggable(step, symbol, cell),
  )
  if (spot) return { symbol: spot.symbol, cell: spot.cell }
  const shown = step.picture.shown.findLast(({ box }) => within(box, point))
  if (!shown) return null
  const [rows, columns] = step.numbers.shape(shown.symbol).slice(-2)
  const [wide, tall] = [shown.box.width / columns, shown.box.height / rows]
  if (Math.min(wide, tall) < LEAST) return null
  const cell = [...shown.at, Math.floor((point.y - shown.box.y) / tall), Math.floor((point.x - shown.box.x) / wide)]
  return { symbol: shown.symbol, cell }
}

/** @param {Box} box @param {{ x: number, y: number }} point */
const within = (box, { x, y }) => x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height
