// Selection by touch on the current stage's map, with a loupe because the finger hides the cell.

import { placeIn } from "./picture_pointer.js"

/**
 * Select cells of a map by dragging a finger, and show them in the loupe.
 * @param {import("../../pages/step/step.js").Step} content
 * @param {import("../draw/plate.js").Plate} plate
 */
export function bindFinger(content, plate) {
  const { canvas, symbol, figure } = plate
  const holder = /** @type {HTMLElement} */ (canvas.parentElement)
  const { cells, loupe } = content
  let dragged = false
  const under = (/** @type {MouseEvent} */ event) => {
    const { x, y } = placeIn(canvas, event)
    return plate.cell(x, y)
  }
  const closed = (/** @type {PointerEvent} */ event) =>
    event.pointerType !== "touch" || !plate.received || !content.isOpen(symbol) || !figure.matches(".now, .asked")
  holder.addEventListener("pointerdown", (event) => {
    dragged = false
    if (closed(event)) return
    loupe.held = true
    loupe.show(plate, under(event), event)
  })
  holder.addEventListener("pointermove", (event) => {
    if (closed(event)) return
    const cell = under(event)
    loupe.held = true
    loupe.show(plate, cell, event)
    if (String(cell) === String(cells.hover?.cell ?? "")) return
    dragged = true
    cells.release()
    content.point(symbol, cell)
  })
  const up = (/** @type {PointerEvent} */ event) => {
    loupe.hide()
    if (closed(event)) return
    if (dragged && cells.hover) content.pin(symbol, cells.hover.cell)
    cells.hover = null
  }
  holder.addEventListener("pointerup", up)
  holder.addEventListener("pointercancel", up)
  holder.addEventListener("click", (event) => dragged && event.stopImmediatePropagation(), { capture: true })
}
