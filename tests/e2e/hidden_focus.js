// What the keyboard comes to and nobody sees while it has the focus: covered by something else, or out of the window.
async () => {
  const hidden = []
  const covers = (element, x, y) => {
    const above = document.elementFromPoint(x, y)
    return !above || !(element.contains(above) || element.closest("label")?.contains(above))
  }
  const isSeen = (element) => {
    const box = element.getBoundingClientRect()
    const places = [0.1, 0.3, 0.5, 0.7, 0.9].flatMap((x) => [0.1, 0.5, 0.9].map((y) => [box.x + x * box.width, box.y + y * box.height]))
    return box.width < 2 || places.some(([x, y]) => !covers(element, x, y))
  }
  for (const element of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")) {
    if (element.tabIndex < 0 || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
    element.focus({ focusVisible: true })
    if (document.activeElement !== element) continue // it cannot have it
    if (!isSeen(element)) await new Promise(requestAnimationFrame) // it is scrolled to
    if (!isSeen(element)) hidden.push(element.outerHTML.slice(0, 160))
  }
  document.activeElement.blur()
  scrollTo(0, 0)
  return hidden
}
