// Data that is seen to move: ribbons from the cells that a number is computed from to that number, and, on a step,
// the flight of what is read into the picture below and of the result up to its cell. A canvas of its own lies
// over everything; what is under it shows the end state from the first moment on.

import { css, ink } from "../model/colour.js"
import { number } from "../model/format.js"
import { ratio } from "./canvas.js"

/** @typedef {import("../model/layout.js").Box} Box */
/** @typedef {{ box: Box, image: HTMLCanvasElement, cut: Box }} Source  cells that are read: where they lie, and the part of a canvas that shows them */
/**
 * @typedef {object} Move
 * @property {Source[]} sources
 * @property {Box} target  the cell
 * @property {Box} map  that it stands in
 * @property {Box[]} others  all other maps: what flows goes under them, so that no colour is tinted
 * @property {Box} panel  the picture below
 * @property {boolean} back  whether the picture below goes from right to left
 * @property {number} value
 * @property {number[]} paint  its colour
 * @property {string} tone
 * @property {string} paper
 */

const LASTS = 400 // milliseconds
const OUTLINED = 0.3 // until then the ribbons grow,
const FLOWN = 0.6 // the patches fly into the picture below,
const SUMMED = 0.8 // and from here on the result flies to its cell
const LARGEST = 64 // a patch in flight, in pixels

export class Flow {
  /** @type {Move | null} */
  move = null
  /** @type {number | undefined} */
  frame = undefined
  /** @type {Box | null}  what was drawn on */
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

  /** Shows where the number comes from; nothing moves. @param {Move | null} move */
  show(move) {
    if (this.frame !== undefined) return // it lands by itself
    this.move = move
    this.draw(1)
  }

  /** Lets it fly. @param {Move | null} move */
  fly(move) {
    this.stop()
    this.move = move
    if (!move) return this.draw(1)
    this.canvas.dataset.flying = "1"
    let start = 0
    const tick = (/** @type {number} */ now) => {
      start ||= now
      const done = Math.min((now - start) / LASTS, 1)
      this.draw(done)
      this.frame = requestAnimationFrame(tick)
      if (done === 1) this.stop()
    }
    this.frame = requestAnimationFrame(tick)
  }

  /** To the end, at once. */
  land() {
    if (this.frame === undefined) return
    this.stop()
    this.draw(1)
  }

  stop() {
    if (this.frame !== undefined) cancelAnimationFrame(this.frame)
    this.frame = undefined
    this.canvas.dataset.flying = "0"
  }

  /** @param {number} done from 0 to 1 */
  draw(done) {
    const { context, move, used } = this
    if (used) context.clearRect(used.x, used.y, used.width, used.height)
    this.used = null
    if (!move) return
    if (done < 1) this.veil(move, done)
    for (const source of move.sources) this.ribbon(move, source.box, Math.min(done / OUTLINED, 1), done < 1)
    if (done > OUTLINED && done < SUMMED) this.patches(move, (done - OUTLINED) / (FLOWN - OUTLINED))
    if (done >= SUMMED && done < 1) this.result(move, (done - SUMMED) / (1 - SUMMED))
  }

  /** Remembers where something is drawn. @param {Box} box */
  touch({ x, y, width, height }) {
    const [left, top, right, bottom] = [x - 4, y - 4, x + width + 4, y + height + 4]
    const { used } = this
    if (!used) this.used = { x: left, y: top, width: right - left, height: bottom - top }
    else {
      const [l, t] = [Math.min(used.x, left), Math.min(used.y, top)]
      this.used = {
        x: l,
        y: t,
        width: Math.max(used.x + used.width, right) - l,
        height: Math.max(used.y + used.height, bottom) - t,
      }
    }
  }

  // The map that is made fades in.
  /** @param {Move} move @param {number} done */
  veil({ map, paper }, done) {
    this.touch(map)
    this.context.globalAlpha = 1 - done
    this.context.fillStyle = paper
    this.context.fillRect(map.x, map.y, map.width, map.height)
    this.context.globalAlpha = 1
  }

  // From the cells that are read to the one that is made, `grown` of the way.
  /** @param {Move} move @param {Box} from @param {number} grown @param {boolean} moving */
  ribbon({ target, tone, map, others }, from, grown, moving) {
    const { context } = this
    const right = target.x + target.width / 2 > from.x + from.width / 2
    const start = right ? from.x + from.width : from.x
    const end = start + ((right ? target.x : target.x + target.width) - start) * grown
    const top = from.y + (target.y - from.y) * grown
    const bottom = from.y + from.height + (target.y + target.height - from.y - from.height) * grown
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
    context.globalAlpha = moving ? 0.24 : 0.14
    context.fill()
    context.restore()
    context.globalAlpha = moving ? 0.7 : 0.4
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

  // Nothing is drawn on these. The path that is being drawn stays.
  /** @param {Box[]} boxes */
  without(boxes) {
    const free = new Path2D()
    free.rect(0, 0, this.canvas.width, this.canvas.height)
    for (const { x, y, width, height } of boxes) free.rect(x, y, width, height)
    this.context.clip(free, "evenodd")
  }

  // What is read flies into the picture below.
  /** @param {Move} move @param {number} done */
  patches({ sources, panel, back, tone }, done) {
    const { context } = this
    const on = ease(Math.min(done, 1))
    context.imageSmoothingEnabled = false
    context.globalAlpha = done > 1 ? Math.max(0, 2 - done) : 1
    sources.forEach(({ box, image, cut }, n) => {
      if (!cut.width || !cut.height || n > 3) return
      const large = LARGEST / Math.max(box.width, box.height)
      const [width, height] = [box.width, box.height].map((side) => side * (1 + (large - 1) * on))
      const share = 0.12 + 0.2 * n
      const to = panel.x + panel.width * (back ? 1 - share : share)
      const x = box.x + box.width / 2 + (to - box.x - box.width / 2) * on
      const y = box.y + box.height / 2 + (panel.y + panel.height * 0.4 - box.y - box.height / 2) * on
      const at = { x: x - width / 2, y: y - height / 2, width, height }
      this.touch(at)
      context.drawImage(image, cut.x, cut.y, cut.width, cut.height, at.x, at.y, at.width, at.height)
      context.strokeStyle = tone
      context.lineWidth = 2
      context.strokeRect(at.x, at.y, at.width, at.height)
    })
    context.globalAlpha = 1
  }

  // The number comes out of the picture below and goes to its cell.
  /** @param {Move} move @param {number} done */
  result({ panel, target, back, value, paint, tone }, done) {
    const { context } = this
    const on = ease(done)
    const [fromX, fromY] = [panel.x + panel.width * (back ? 0.12 : 0.88), panel.y + panel.height * 0.4]
    const x = fromX + (target.x + target.width / 2 - fromX) * on
    const y = fromY + (target.y + target.height / 2 - fromY) * on
    const text = number(value, 4)
    context.font = "600 14px Inter, system-ui, sans-serif"
    const width = context.measureText(text).width + 18
    const box = { x: x - width / 2, y: y - 14, width, height: 28 }
    this.touch(box)
    context.fillStyle = css(paint)
    context.strokeStyle = tone
    context.lineWidth = 2
    context.beginPath()
    context.roundRect(box.x, box.y, box.width, box.height, 5)
    context.fill()
    context.stroke()
    context.fillStyle = ink(paint)
    context.textAlign = "center"
    context.textBaseline = "middle"
    context.fillText(text, x, y)
  }
}

/** Slowly, fast, slowly. @param {number} t */
const ease = (t) => t * t * (3 - 2 * t)
