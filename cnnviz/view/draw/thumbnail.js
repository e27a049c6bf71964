// Thumbnail of a page for a list: its maps and charts without text.

import { enclosing } from "../model/layout/image_layout.js"

const [WIDE, HIGH, LEAST] = [120, 68, 24] // size of the thumbnail, and minimum side of a canvas that is drawn in it

/** @typedef {{ canvas: HTMLCanvasElement, box: DOMRect }} Drawn */

/** @param {Element} place @returns {Drawn[]} */
const drawnIn = (place) =>
  [...place.querySelectorAll("canvas")]
    .filter(
      (canvas) => canvas.checkVisibility({ visibilityProperty: true }) && canvas.width && !canvas.closest(".overview"),
    )
    .map((canvas) => ({ canvas, box: canvas.getBoundingClientRect() }))
    .filter(({ box }) => Math.min(box.width, box.height) >= LEAST && box.bottom > 0 && box.top < innerHeight)

/** Return the thumbnail as a data URL, or "" if nothing is drawn. @param {Element} place  element with the maps */
export function thumbnail(place) {
  const all = drawnIn(place)
  if (!all.length) return ""
  const { x, y, width, height } = enclosing(all.map(({ box }) => box))
  const scale = Math.min(WIDE / width, HIGH / height)
  const picture = Object.assign(document.createElement("canvas"), { width: WIDE, height: HIGH })
  const context = /** @type {CanvasRenderingContext2D} */ (picture.getContext("2d"))
  context.translate((WIDE - scale * width) / 2, (HIGH - scale * height) / 2)
  for (const { canvas, box } of all)
    context.drawImage(canvas, scale * (box.x - x), scale * (box.y - y), scale * box.width, scale * box.height)
  return picture.toDataURL()
}
