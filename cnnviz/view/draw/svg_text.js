// Texts of SVG pictures that are scaled to their box: they keep their font size on the screen.

import { Directive, directive, elementOf, noChange } from "../shell/html.js"
import { cssZoom } from "./css_zoom.js"

/** @import { Part } from "../shell/html.js" */

/** @type {ResizeObserver | undefined} */
let sizes
/** @type {WeakSet<Element>} */
const observed = new WeakSet()

/** Set `--unscaled`, by which style sheets multiply the font size. @param {Element} element */
function unscale(element) {
  const picture = /** @type {SVGSVGElement | null} */ (element.closest("svg") ?? element.querySelector("svg"))
  if (!picture) return
  const { width, height } = picture.getBoundingClientRect()
  const view = picture.viewBox.baseVal
  const scale = Math.min(width / view.width, height / view.height) / cssZoom(picture)
  if (scale > 0) /** @type {HTMLElement | SVGElement} */ (element).style.setProperty("--unscaled", String(1 / scale))
}

/** Keep the font size of texts in a picture while its box changes. @param {Element} element the picture, or an element around it */
export function keepTextSize(element) {
  if (observed.has(element)) return
  observed.add(element)
  sizes ??= new ResizeObserver((entries) => {
    for (const { target } of entries) unscale(target)
  })
  sizes.observe(element)
}

/** The same in a template: `<svg ${textSizeKept()}>`. */
export const textSizeKept = directive(
  class extends Directive {
    /** @override */
    render() {
      return noChange
    }

    /** @override @param {Part} part */
    update(part) {
      keepTextSize(elementOf(part))
      return noChange
    }
  },
)
