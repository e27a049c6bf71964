// Pointing at maps by mouse, touch or keyboard, and opening them large.

import { isFlat } from "./links.js"

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }

export function bindPointer(view) {
  for (const map of Object.values(view.maps)) bindMap(view, map)
  view.root.addEventListener("click", (event) => {
    const name = event.target.closest?.("[data-open]")?.dataset.open
    if (name) view.open(name)
  })
}

function bindMap(view, map) {
  const { canvas, symbol } = map
  const cellUnder = (event) => map.cell(event.offsetX, event.offsetY)
  const ahead = () => map.figure.classList.contains("ahead")
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch" || !view.data || ahead()) return
    const cell = cellUnder(event)
    if (view.hover?.map !== symbol || String(view.hover.cell) !== String(cell)) view.point(symbol, cell)
  })
  canvas.addEventListener("pointerleave", () => view.hover && view.point(null))
  // The keys go on stepping through the stages after a click: the map takes the focus only by Tab.
  canvas.addEventListener("pointerdown", (event) => event.pointerType === "mouse" && event.preventDefault())
  canvas.addEventListener("click", (event) => view.data && !ahead() && view.pin(symbol, cellUnder(event)))
  canvas.addEventListener("focus", () => canvas.matches(":focus-visible") && view.data && view.point(symbol, view.own(symbol)))
  canvas.addEventListener("blur", () => view.point(null))
  canvas.addEventListener("keydown", (event) => fromKey(view, map, event))
}

function fromKey(view, map, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
  const { symbol } = map
  const cell = view.hover?.map === symbol ? view.hover.cell : view.own(symbol)
  if (ARROWS[event.key]) {
    const next = isFlat(symbol) ? map.move([cell[0], 0], ARROWS[event.key][0], 0) : map.move(cell, ...ARROWS[event.key])
    view.remember(symbol, next)
    view.pinned = null
    view.point(symbol, next)
    view.paint(true)
  } else if (event.key === "Enter") view.pin(symbol, cell)
  else return
  event.preventDefault()
  event.stopPropagation()
}
