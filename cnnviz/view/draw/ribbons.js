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
  used = null

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))
  }

  /** @param {number} width @param {number} height */
  size(width, height) {
    const times = ratio()
    this.canvas.width = Math.round(width * times)
    this.canvas.height = Math.round(height * times)
    this.context.setTransform(times, 0, 0, times, 0, 0)
    this.used = null
  }

  /** Draw ribbons from the sources of a number, or clear them if null. @param {Move | null} move */
  show(move) {
    const { context, used } = this
    if (used) context.clearRect(used.x, used.y, used.width, used.height)
    this.used = null
    for (const source of move?.sources ?? []) this.ribbon(/** @type {Move} */ (move), source)
  }

  /** Extend the area that will be cleared. @param {Box} box */
  touch({ x, y, width, height }) {
    const box = { x: x - 4, y: y - 4, width: width + 8, height: height + 8 }
    this.used = this.used ? enclosing([this.used, box]) : box
  }

  /** @param {Move} move @param {Box} from */
  ribbon({ target, tone, map, others }, from) {
    const { context } = this
    const right = target.x + target.width / 2 > from.x + from.width / 2
    const start = right ? from.x + from.width : from.x
    const end = right ? target.x : target.x + target.width
    const [top, bottom] = [target.y, target.y + target.height]
    if (right ? end <= start : end >= start) return
    const least = Math.min(from.y, top)
    this.touch({
      x: Math.min(start, end),
      y: least,
      width: Math.abs(end - start),
      height: Math.max(from.y + from.height, bottom) - least,
    })
    context.save()
    this.without(others)
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
    this.without([map])
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
  without(boxes) {
    const free = new Path2D()
    free.rect(0, 0, this.canvas.width, this.canvas.height)
    for (const { x, y, width, height } of boxes) free.rect(x, y, width, height)
    this.context.clip(free, "evenodd")
  }
}
