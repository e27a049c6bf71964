// Animation of the kernel over the cells in question. Any key or click ends it.

import { isStill } from "../../view/shell/media_queries.js"
import { placesOf, slides } from "./plate_figures.js"

/** @import { Learn } from "./learn.js" */

const PLACE = 400 // milliseconds at each position

export class Slide {
  /** @type {number | undefined}  index of the shown position; undefined if it has not slid */
  reached = undefined
  /** @type {ReturnType<typeof setInterval> | undefined}  defined while it slides */
  timer = undefined

  /** @param {Learn} learn */
  constructor(learn) {
    this.learn = learn
    const land = (/** @type {Event} */ { target }) => {
      if (!(/** @type {Element} */ (target).closest?.("[data-key=learn_slide]"))) this.land()
    }
    for (const event of ["keydown", "pointerdown"])
      addEventListener(event, land, { capture: true, signal: learn.view.stop.signal })
  }

  get runs() {
    return this.timer !== undefined
  }

  /** Number of positions to slide over. */
  get places() {
    const { question, numbers } = this.learn
    const cells = question?.cells
    return cells && slides(numbers, cells.map) ? placesOf(numbers, cells).length : 1
  }

  /** Slide from the first position to the last. With reduced motion, show the last at once. */
  start() {
    const { places } = this
    this.reached = places > 1 ? (isStill() ? places - 1 : 0) : undefined
    if (this.reached === 0) this.timer = setInterval(() => this.show((this.reached ?? 0) + 1), PLACE)
    this.learn.fill()
  }

  /** Show a position, and stop at the last one. @param {number} at */
  show(at) {
    const last = this.places - 1
    this.reached = Math.min(at, last)
    if (this.reached === last) this.stop()
    this.learn.fill()
  }

  stop() {
    clearInterval(this.timer)
    this.timer = undefined
  }

  /** End the animation. */
  land() {
    if (!this.runs) return
    this.reset()
    this.learn.fill()
  }

  reset() {
    this.stop()
    this.reached = undefined
  }
}
