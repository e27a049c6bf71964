// Thumbnail of a page for a list: its maps and charts without text.

import { enclosingBox } from "../model/layout/image_layout.js"

const [WIDE, HIGH, LEAST] = [120, 68, 24] // size of the thumbnail, and minimum side of a canvas that is drawn in it

/** @typedef {{ canvas: HTMLCanvasElement, box: DOMRect }} Drawn */

/** @param {Element} element @returns {Drawn[]} */
const canvasesIn = (element) =>
  [...element.querySelectorAll("canvas")]
    .filter(
      (canvas) => canvas.checkVisibility({ visibilityProperty: true }) && canvas.width && !canvas.closest(".overview"),
    )
    .map((canvas) => ({ canvas, box: canvas.getBoundingClientRect() }))
    .filter(({ box }) => Math.min(box.width, box.height) >= LEAST && box.bottom > 0 && box.top < innerHeight)

/** Return the thumbnail as a data URL, or "" if nothing is drawn. @param {Element} element  element with the maps */
export function thumbnail(element) {
  const canvases = canvasesIn(element)
  if (!canvases.length) return ""
  const { x, y, width, height } = enclosingBox(canvases.map(({ box }) => box))
  const scale = Math.min(WIDE / width, HIGH / height)
  const picture = Object.assign(document.createElement("canvas"), { width: WIDE, height: HIGH })
  const context = /** @type {CanvasRenderingContext2D} */ (picture.getContext("2d"))
  context.translate((WIDE - scale * width) / 2, (HIGH - scale * height) / 2)
  for (const { canvas, box } of canvases)
    context.drawImage(canvas, scale * (box.x - x), scale * (box.y - y), scale * box.width, scale * box.height)
  return picture.toDataURL()
}
