// Pointing at maps by mouse, touch or keyboard, for any content that can `point` and `pin`.

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }

// `name` is how the content calls the map.
export function bindPointer(content, map, name) {
  const { canvas } = map
  const cellUnder = (event) => map.cell(event.offsetX, event.offsetY)
  const open = () => map.values && !content.isAhead(name)
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch" || !open()) return
    const cell = cellUnder(event)
    const { hover } = content.focus
    if (hover?.map !== name || String(hover.cell) !== String(cell)) content.point(name, cell)
  })
  canvas.addEventListener("pointerleave", () => content.focus.hover && content.point(null))
  canvas.addEventListener("click", (event) => open() && content.pin(name, cellUnder(event)))
  canvas.addEventListener("focus", () => canvas.matches(":focus-visible") && open() && content.point(name, content.focus.own(map.symbol)))
  canvas.addEventListener("blur", () => content.point(null))
  canvas.addEventListener("keydown", (event) => open() && fromKey(content, map, name, event))
}

function fromKey(content, map, name, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
  const { hover } = content.focus
  const cell = hover?.map === name ? hover.cell : content.focus.own(map.symbol)
  if (ARROWS[event.key]) {
    const [down, right] = ARROWS[event.key]
    const next = map.flat ? map.move([cell[0], 0], down, 0) : map.move(cell, down, right)
    content.focus.pinned = null
    content.focus.remember(map.symbol, next)
    content.point(name, next)
    content.view.paint(true)
  } else if (event.key === "Enter") content.pin(name, cell)
  else return
  event.preventDefault()
  event.stopPropagation()
}
