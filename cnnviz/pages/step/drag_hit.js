// Hit test for numbers that can be dragged: in the diagram, or in maps with large cells.

import { cellUnder, pictureOf, plateUnder, positionIn } from "../../view/pointer/picture_pointer.js"

/** @import { Cell, Step } from "../../view/types/view.js" */
/** @typedef {{ along: string, symbol: string, cell: Cell }} Hit  the number's name in the address, and its cell; empty for the learning rate */

const LEAST_SIDE = 13 // least size of a draggable cell in pixels
const FINGER_REACH = 14 // pixels by which a finger may miss it

/**
 * Return whether a number can be dragged: a pixel or parameter with exact value, or a target before the first update,
 * since updates depend on it.
 * @param {Step} step @param {string} symbol @param {Cell} cell
 */
function isDraggable(step, symbol, cell) {
  const { numbers, view } = step
  return (
    isEditable(step, symbol)
    && areNumbersDraggable(step)
    && step.isOpen(symbol)
    && numbers.isExact(symbol, cell)
    && !view.waiting
  )
}

/** @param {Step} step @param {string} symbol */
function isEditable({ numbers, view }, symbol) {
  const map = numbers.maps[symbol]
  const target =
    symbol === "y" && view.k === 0 && !numbers.network.images.length && !Object.keys(numbers.answer.deviations).length
  return Boolean(map && (symbol === "x" || map.band === "parameters" || target))
}

/** Return whether a stage reads a number that can be dragged. @param {Step} step @param {string} stage */
export const readsDraggable = (step, stage) =>
  areNumbersDraggable(step) && [stage, ...step.numbers.said[stage].inputs].some((symbol) => isEditable(step, symbol))

/** Return whether numbers can be dragged on this page at all. @param {Step} step */
const areNumbersDraggable = ({ view, predicting, missions }) =>
  view.page === ""
  && view.host.numbers.look !== undefined
  && !view.veiled
  && !predicting.on
  && !missions.now?.choices.length

/**
 * Return the learning rate if `target` is its field and it can be dragged, or null.
 * @param {Step} step @param {Element | null} target @returns {Hit | null}
 */
export const rateAt = (step, target) =>
  target?.closest("[data-key=learning_rate]") && areNumbersDraggable(step) && !step.view.waiting
    ? { along: "lr", symbol: "", cell: [] }
    : null

/** @param {Step} step @param {PointerEvent} event @returns {Hit | null} */
export function hitOf(step, event) {
  if (!step.received) return null
  const rate = rateAt(step, /** @type {Element} */ (event.target))
  if (rate) return rate
  const match = largeCell(plateUnder(step, event)) ?? hitInDiagram(step, event)
  return match && hitAt(step, match.symbol, match.cell)
}

/**
 * Return a cell with its name in the address if it can be dragged, or null.
 * @param {Step} step @param {string} symbol @param {Cell} cell @returns {Hit | null}
 */
export const hitAt = (step, symbol, cell) =>
  isDraggable(step, symbol, cell)
    ? { along: `${symbol}:${step.numbers.index(symbol, cell).join(",")}`, symbol, cell }
    : null

/**
 * Return the diagram's symbols with draggable numbers, and those whose numbers are too small to drag.
 * @param {Step} step @returns {[held: string[], small: string[]]}
 */
export function draggableSymbols(step) {
  const { spots, fields, shown } = step.picture
  const draggable = spots
    .filter(({ symbol, cell }) => symbol && isDraggable(step, symbol, cell))
    .map(({ symbol }) => symbol)
  const small = [...shown, ...fields]
    .map(({ symbol = "" }) => symbol)
    .filter((symbol) => symbol && !draggable.includes(symbol) && isDraggable(step, symbol, step.cells.own(symbol)))
  return [[...new Set(draggable)], [...new Set(small)]]
}

/** @param {ReturnType<typeof plateUnder>} match */
const largeCell = (match) => (match && match.side >= LEAST_SIDE ? { symbol: match.map, cell: match.cell } : null)

/**
 * Return the distance of a point from a box.
 * @param {import("../../view/types/view.js").Box} box @param {{ x: number, y: number }} point
 */
const distance = ({ x, y, width, height }, point) =>
  Math.hypot(Math.max(x - point.x, 0, point.x - x - width), Math.max(y - point.y, 0, point.y - y - height))

/** @param {Step} step @param {PointerEvent} event */
function hitInDiagram(step, event) {
  const canvas = pictureOf(event)
  if (!canvas) return null
  const point = positionIn(canvas, event)
  const reach = event.pointerType === "touch" ? FINGER_REACH : 0
  const [spot] = step.picture.spots
    .filter(({ symbol, cell, box }) => symbol && distance(box, point) <= reach && isDraggable(step, symbol, cell))
    .toSorted((one, other) => distance(one.box, point) - distance(other.box, point))
  return spot ? { symbol: spot.symbol, cell: spot.cell } : largeCell(cellUnder(step, point))
}
