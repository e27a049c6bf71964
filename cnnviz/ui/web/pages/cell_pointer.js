// Pointing at the cells of a network's maps by mouse, touch or keys.

/** @typedef {import("../draw/plate.js").Plate} Plate */

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }

/** @param {import("./step.js").Step} content @param {Plate} plate */
export function bindCells(content, plate) {
  const { canvas, symbol } = plate
  const holder = /** @type {HTMLElement} */ (canvas.parentElement)
  const { cells } = content
  const open = () => plate.values && !content.isAhead(symbol)
  const under = (/** @type {MouseEvent} */ event) => {
    const box = canvas.getBoundingClientRect()
    const times = (plate.size?.[0] ?? box.width) / (box.width || 1) // a filmstrip is shown larger than it was laid out
    return plate.cell((event.clientX - box.left) * times, (event.clientY - box.top) * times)
  }
  holder.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch" || !open()) return
    const cell = under(event)
    if (cells.hover?.map !== symbol || String(cells.hover.cell) !== String(cell)) content.point(symbol, cell)
  })
  holder.addEventListener("pointerleave", () => cells.hover && content.point(null))
  holder.addEventListener("click", (event) => open() && content.pin(symbol, under(event)))
  canvas.addEventListener(
    "focus",
    () => canvas.matches(":focus-visible") && open() && content.point(symbol, cells.own(symbol)),
  )
  canvas.addEventListener("blur", () => content.point(null))
  canvas.addEventListener("keydown", (event) => open() && fromKey(content, symbol, event))
}

/** @param {import("./step.js").Step} content @param {string} symbol @param {KeyboardEvent} event */
function fromKey(content, symbol, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
  const { cells } = content
  const cell = cells.hover?.map === symbol ? cells.hover.cell : cells.own(symbol)
  if (ARROWS[event.key]) {
    const next = content.neighbour(symbol, cell, ...ARROWS[event.key])
    const settles = cells.held
    cells.release()
    cells.remember(symbol, next)
    if (settles) content.view.settle()
    content.point(symbol, next)
    content.view.paint(true)
  } else if (event.key === "Enter") content.pin(symbol, cell)
  else return
  event.preventDefault()
  event.stopPropagation()
}
