// The CSS zoom of an element: the ratio of its box on screen to its lengths in CSS pixels.

/**
 * Return the product of the zoom of an element and its ancestors. WebKit lacks `currentCSSZoom`.
 * @param {Element} element
 */
export function cssZoom(element) {
  if ("currentCSSZoom" in element) return element.currentCSSZoom
  let zoom = 1
  for (let part = /** @type {Element | null} */ (element); part; part = part.parentElement)
    zoom *= Number.parseFloat(getComputedStyle(part).zoom) || 1
  return zoom
}
