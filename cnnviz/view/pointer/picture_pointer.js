// Selection in the diagram: cells of its maps, and kernel weights, which can be edited there.

/** @import { Box, Cell, Place, Step } from "../types/view.js" */

/** @typedef {{ map: string, cell: Cell, side: number }} Found  a cell and its smaller side in pixels */

/** @param {Box} box @param {{ x: number, y: number }} point */
export const contains = (box, { x, y }) => x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height

/**
 * Return the position of a pointer event in an element, in the element's pixels.
 * @param {HTMLElement} element @param {{ clientX: number, clientY: number }} event
 */
export function positionIn(element, { clientX, clientY }) {
  const { left, top, width } = element.getBoundingClientRect()
  const scale = element.offsetWidth / width
  return { x: (clientX - left) * scale, y: (clientY - top) * scale }
}

/**
 * Return the diagram's map cell under a point, or null.
 * @param {Step} step @param {{ x: number, y: number }} point @returns {Found | null}
 */
export function cellUnder({ picture, numbers }, point) {
  const shownMap = picture.shown.findLast(({ box }) => contains(box, point))
  if (!shownMap) return numberUnder(picture, point)
  const { symbol, at, box } = shownMap
  const [rows, columns] = numbers.shape(symbol).slice(-2)
  const [wide, tall] = [box.width / columns, box.height / rows]
  const cell = [...at, Math.floor((point.y - box.y) / tall), Math.floor((point.x - box.x) / wide)]
  return { map: symbol, cell, side: Math.min(wide, tall) }
}

/**
 * Return the diagram's number under a point, or null. These numbers are drawn as pixels.
 * @param {import("../scene/scene.js").Drawn} picture @param {{ x: number, y: number }} point @returns {Found | null}
 */
function numberUnder({ fields }, point) {
  const {
    symbol: map,
    cell: cellAt,
    box,
    rows,
    columns,
  } = fields.find((each) => each.symbol && contains(each.box, point)) ?? {}
  if (!map || !cellAt || !box || !rows || !columns) return null
  const [wide, tall] = [box.width / columns, box.height / rows]
  const cell = cellAt(Math.floor((point.y - box.y) / tall), Math.floor((point.x - box.x) / wide))
  return cell && { map, cell, side: Math.min(wide, tall) }
}

/**
 * Return the cell of a map in the strip under the pointer, or null.
 * @param {Step} step @param {import("./pinch.js").Between} event @returns {Found | null}
 */
export function plateUnder({ plates }, event) {
  const target = /** @type {Element} */ (event.target)
  const plate = Object.values(plates).find(({ holder }) => holder.contains(target))
  if (!plate?.received) return null
  const { x, y } = positionIn(plate.canvas, event)
  const { cellWidth, cellHeight } = plate.layout
  return { map: plate.symbol, cell: plate.cell(x, y), side: Math.min(cellWidth, cellHeight) }
}

/** Return the picture in the part of the page under the pointer, or undefined. @param {import("./pinch.js").Between} event */
export const pictureOf = ({ target }) =>
  /** @type {HTMLElement | null | undefined} */ (
    /** @type {Element} */ (target).closest(".drawn")?.querySelector(".scene")
  )

/**
 * Return the cell under the pointer, in the strip or the diagram, or null.
 * @param {Step} step @param {import("./pinch.js").Between} event
 */
export function mapUnder(step, event) {
  const picture = pictureOf(event)
  return plateUnder(step, event) ?? (picture ? cellUnder(step, positionIn(picture, event)) : null)
}

/** @param {Step} step @param {HTMLElement} area the element around the diagram */
export function bindPicture(step, area) {
  const { cells } = step
  const picture = /** @type {HTMLElement} */ (area.querySelector(".scene"))
  const selectableAt = (/** @type {MouseEvent} */ event) => {
    const foundCell = cellUnder(step, positionIn(picture, event))
    return foundCell && step.isOpen(foundCell.map) ? foundCell : null
  }
  const weightAt = (/** @type {MouseEvent} */ event) => {
    const point = positionIn(picture, event)
    const takes = (/** @type {string} */ symbol) => step.kernelField.isEditable(symbol) && step.isOpen(symbol)
    return step.picture.spots.find(({ box, symbol }) => contains(box, point) && takes(symbol))
  }
  area.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch" || isPlate(event)) return
    area.classList.toggle("editable", Boolean(weightAt(event)))
    const selectable = selectableAt(event)
    if (selectable ? !isSameCell(cells.hover, selectable) : cells.hover)
      step.point(selectable?.map ?? null, selectable?.cell)
  })
  area.addEventListener("pointerleave", () => cells.hover && step.point(null))
  area.addEventListener("click", (event) => {
    if (isPlate(event)) return
    const spot = weightAt(event)
    if (spot)
      return step.kernelField.open(spot.symbol, spot.cell, /** @type {HTMLElement} */ (picture.parentElement), spot.box)
    const selectedTarget = selectableAt(event)
    if (selectedTarget) step.pin(selectedTarget.map, selectedTarget.cell)
  })
}

/** Return whether the event is on a map, which handles it itself. @param {MouseEvent} event */
const isPlate = ({ target }) => Boolean(/** @type {Element} */ (target).closest(".plate"))

/** @param {Place | null} first @param {Place} second */
const isSameCell = (first, second) => first?.map === second.map && String(first.cell) === String(second.cell)
