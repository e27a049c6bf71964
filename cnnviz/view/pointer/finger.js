// Selection by touch on the current stage's map, with a loupe because the finger hides the cell.

import { positionIn } from "./picture_pointer.js"

/**
 * Select cells of a map by dragging a finger, and show them in the loupe.
 * @param {import("../../pages/step/step.js").Step} content
 * @param {import("../draw/plate.js").Plate} plate
 */
export function bindFinger(content, plate) {
  const { canvas, symbol, figure } = plate
  const holder = /** @type {HTMLElement} */ (canvas.parentElement)
  const { cells, loupe } = content
  let isDragged = false
  const cellAt = (/** @type {MouseEvent} */ event) => {
    const { x, y } = positionIn(canvas, event)
    return plate.cell(x, y)
  }
  const isIgnored = (/** @type {PointerEvent} */ event) =>
    event.pointerType !== "touch" || !plate.received || !content.isOpen(symbol) || !figure.matches(".now, .asked")
  holder.addEventListener("pointerdown", (event) => {
    isDragged = false
    if (isIgnored(event)) return
    loupe.isHeld = true
    loupe.show(plate, cellAt(event), event)
  })
  holder.addEventListener("pointermove", (event) => {
    if (isIgnored(event)) return
    const cell = cellAt(event)
    loupe.isHeld = true
    loupe.show(plate, cell, event)
    if (String(cell) === String(cells.hover?.cell ?? "")) return
    isDragged = true
    cells.release()
    content.point(symbol, cell)
  })
  const onUp = (/** @type {PointerEvent} */ event) => {
    loupe.hide()
    if (isIgnored(event)) return
    if (isDragged && cells.hover) content.pin(symbol, cells.hover.cell)
    cells.hover = null
  }
  holder.addEventListener("pointerup", onUp)
  holder.addEventListener("pointercancel", onUp)
  holder.addEventListener("click", (event) => isDragged && event.stopImmediatePropagation(), { capture: true })
}
