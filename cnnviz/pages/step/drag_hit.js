// Which number lies under a pointer, if it is one that can be dragged: in the picture, or in a map whose cells are large.

import { cellUnder, pictureOf, placeIn, plateUnder } from "../../view/pointer/picture_pointer.js"

/** @import { Cell, Step } from "../../view/types/view.js" */
/** @typedef {{ along: string, symbol: string, cell: Cell }} Hit  the number as the address names it, and its cell; of the rate no cell */

const LEAST = 13 // pixels of a cell that can be taken hold of
const FINGER = 14 // and how far beside it a finger may be

/** Tells whether a number can be changed by hand: a pixel or a parameter's, seen exactly, or a target before there are updates, all of which depend on it. @param {Step} step @param {string} symbol @param {Cell} cell */
function draggable(step, symbol, cell) {
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

/** The rate, if this is its field and it can be changed. @param {Step} step @param {Element | null} target @returns {Hit | null} */
export const rateIn = (step, target) =>
  target?.closest("[data-key=learning_rate]") && isFree(step) && !step.view.waiting
    ? { along: "lr", symbol: "", cell: [] }
    : null

/** @param {Step} step @param {PointerEvent} event @returns {Hit | null} */
export function hitOf(step, event) {
  if (!step.received) return null
  const rate = rateIn(step, /** @type {Element} */ (event.target))
  if (rate) return rate
  const found = large(plateUnder(step, event)) ?? inPicture(step, event)
  return found && hitAt(step, found.symbol, found.cell)
}

/** A number as it is named, if it can be changed. @param {Step} step @param {string} symbol @param {Cell} cell @returns {Hit | null} */
export const hitAt = (step, symbol, cell) =>
  draggable(step, symbol, cell)
    ? { along: `${symbol}:${step.numbers.index(symbol, cell).join(",")}`, symbol, cell }
    : null

/** The symbols in the picture of whose numbers some can be taken hold of, and of those that have to be made larger for it. @param {Step} step @returns {[held: string[], small: string[]]} */
export function heldIn(step) {
  const { spots, fields, shown } = step.picture
  const held = spots.filter(({ symbol, cell }) => symbol && draggable(step, symbol, cell)).map(({ symbol }) => symbol)
  const small = [...shown, ...fields]
    .map(({ symbol = "" }) => symbol)
    .filter((symbol) => symbol && !held.includes(symbol) && draggable(step, symbol, step.cells.own(symbol)))
  return [[...new Set(held)], [...new Set(small)]]
}

/** @param {ReturnType<typeof plateUnder>} found */
const large = (found) => (found && found.side >= LEAST ? { symbol: found.map, cell: found.cell } : null)

/** How far a point is from a box. @param {import("../../view/types/view.js").Box} box @param {{ x: number, y: number }} point */
const from = ({ x, y, width, height }, point) =>
  Math.hypot(Math.max(x - point.x, 0, point.x - x - width), Math.max(y - point.y, 0, point.y - y - height))

/** @param {Step} step @param {PointerEvent} event */
function inPicture(step, event) {
  const canvas = pictureOf(event)
  if (!canvas) return null
  const point = placeIn(canvas, event)
  const reach = event.pointerType === "touch" ? FINGER : 0
  const [spot] = step.picture.spots
    .filter(({ symbol, cell, box }) => symbol && from(box, point) <= reach && draggable(step, symbol, cell))
    .toSorted((one, other) => from(one.box, point) - from(other.box, point))
  return spot ? { symbol: spot.symbol, cell: spot.cell } : large(cellUnder(step, point))
}
