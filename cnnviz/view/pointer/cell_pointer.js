// Selection of a map's cells by mouse, touch or keyboard.

import { ARROWS } from "../model/layout/neighbours.js"

/** @import { Cell } from "../types/view.js" */
/** @import { Content } from "../shell/page.js" */

/**
 * A map with selectable cells: its canvas, the area that receives mouse events, whether it is computed, the cell at a
 * point of the canvas, and the neighbour of a cell.
 * @typedef {{
 *   canvas: HTMLCanvasElement, area: HTMLElement, symbol: string, open: () => boolean,
 *   at: (x: number, y: number) => Cell, neighbour: (cell: Cell, down: number, right: number) => Cell,
 * }} Target
 */

/**
 * @param {Content} content
 * @param {Target} target
 */
export function bindCells(content, target) {
  const { canvas, area, symbol } = target
  const { focus } = content
  const isOpen = () => target.open() && content.isOpen(symbol)
  const cellAt = (/** @type {MouseEvent} */ event) => {
    const { left, top, width } = canvas.getBoundingClientRect()
    const scale = canvas.clientWidth / width // the lecture view scales the page
    return target.at((event.clientX - left) * scale, (event.clientY - top) * scale)
  }
  area.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch" || !isOpen()) return
    const cell = cellAt(event)
    if (focus.hover?.map !== symbol || String(focus.hover.cell) !== String(cell)) content.point(symbol, cell)
  })
  area.addEventListener("pointerleave", () => focus.hover && content.point(null))
  area.addEventListener("click", (event) => isOpen() && content.pin(symbol, cellAt(event)))
  canvas.addEventListener(
    "focus",
    () => canvas.matches(":focus-visible") && isOpen() && content.point(symbol, focus.own(symbol)),
  )
  canvas.addEventListener("blur", () => content.point(null))
  canvas.addEventListener("keydown", (event) => isOpen() && onKey(content, target, event))
}

/**
 * @param {Content} content
 * @param {Target} target
 * @param {KeyboardEvent} event
 */
function onKey(content, { symbol, neighbour }, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
  const { focus, view } = content
  const cell = focus.hover?.map === symbol ? focus.hover.cell : focus.own(symbol)
  if (ARROWS[event.key]) {
    const nextCell = neighbour(cell, ...ARROWS[event.key])
    const wasHeld = focus.held
    focus.release()
    focus.remember(symbol, nextCell)
    if (wasHeld) view.settle()
    content.point(symbol, nextCell)
    view.paint(true)
  } else if (event.key === "Enter") content.pin(symbol, cell)
  else return
  event.preventDefault()
  event.stopPropagation()
}
