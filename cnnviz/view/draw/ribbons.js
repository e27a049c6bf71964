// Ribbons from the source cells of a number to that number, on a canvas over the whole network.

import { enclosing } from "../model/layout/image_layout.js"
import { ratio } from "./canvas.js"

/** @import { Box } from "../types/view.js" */
/**
 * @typedef {object} Move
 * @property {Box[]} sources  the cells that are read
 * @property {Box} target  the cell
 * @property {Box} map  map that contains the cell
 * @property {Box[]} others  all other maps, and this one if it shows digits; ribbons pass under them, so that no colour is tinted
 * @property {string} tone
 */

export class Ribbons {
  /** @type {Box | null}  area to clear */
  dirtyBox = null

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))
  }

  /** @param {number} width @param {number} height */
  size(width, height) {
    const scale = ratio()
    this.canvas.width = Math.round(width * scale)
    this.canvas.height = Math.round(height * scale)
    this.context.setTransform(scale, 0, 0, scale, 0, 0)
    this.dirtyBox = null
  }

  /** Draw ribbons from the sources of a number, or clear them if null. @param {Move | null} move */
  show(move) {
    const { context, dirtyBox: used } = this
    if (used) context.clearRect(used.x, used.y, used.width, used.height)
    this.dirtyBox = null
    for (const source of move?.sources ?? []) this.drawRibbon(/** @type {Move} */ (move), source)
  }

  /** Extend the area that will be cleared. @param {Box} box */
  extendDirty({ x, y, width, height }) {
    const box = { x: x - 4, y: y - 4, width: width + 8, height: height + 8 }
    this.dirtyBox = this.dirtyBox ? enclosing([this.dirtyBox, box]) : box
  }

  /** @param {Move} move @param {Box} from */
  drawRibbon({ target, tone, map, others }, from) {
    const { context } = this
    const isRightward = target.x + target.width / 2 > from.x + from.width / 2
    const start = isRightward ? from.x + from.width : from.x
    const end = isRightward ? target.x : target.x + target.width
    const [top, bottom] = [target.y, target.y + target.height]
    if (isRightward ? end <= start : end >= start) return
    const upper = Math.min(from.y, top)
    this.extendDirty({
      x: Math.min(start, end),
      y: upper,
      width: Math.abs(end - start),
      height: Math.max(from.y + from.height, bottom) - upper,
    })
    context.save()
    this.clipOutside(others)
    const middle = (start + end) / 2
    const edge = (/** @type {number} */ y, /** @type {number} */ to) =>
      context.bezierCurveTo(middle, y, middle, to, end, to)
    context.fillStyle = context.strokeStyle = tone
    context.lineWidth = 1
    context.beginPath()
    context.moveTo(start, from.y)
    edge(from.y, top)
    context.lineTo(end, bottom)
    context.bezierCurveTo(middle, bottom, middle, from.y + from.height, start, from.y + from.height)
    context.save()
    this.clipOutside([map])
    context.globalAlpha = 0.14
    context.fill()
    context.restore()
    context.globalAlpha = 0.4
    for (const [y, to] of [
      [from.y, top],
      [from.y + from.height, bottom],
    ]) {
      context.beginPath()
      context.moveTo(start, y)
      edge(y, to)
      context.stroke()
    }
    context.restore()
  }

  // Clip to the area outside boxes. The current path is kept.
  /** @param {Box[]} boxes */
  clipOutside(boxes) {
    const clipPath = new Path2D()
    clipPath.rect(0, 0, this.canvas.width, this.canvas.height)
    for (const { x, y, width, height } of boxes) clipPath.rect(x, y, width, height)
    this.context.clip(clipPath, "evenodd")
  }
}
