// Animation of the kernel over the cells in question. Any key or click ends it.

import { prefersReducedMotion } from "../../view/shell/media_queries.js"
import { askedCells, hasSingleKernel } from "./plate_figures.js"

/** @import { Learn } from "./learn.js" */

const PLACE = 400 // milliseconds at each position

export class Slide {
  /** @type {number | undefined}  index of the shown position; undefined if it has not slid */
  index = undefined
  /** @type {ReturnType<typeof setInterval> | undefined}  defined while it slides */
  timer = undefined

  /** @param {Learn} learn */
  constructor(learn) {
    this.learn = learn
    const onTransitionEnd = (/** @type {Event} */ { target }) => {
      if (!(/** @type {Element} */ (target).closest?.("[data-key=learn_slide]"))) this.finish()
    }
    for (const event of ["keydown", "pointerdown"])
      addEventListener(event, onTransitionEnd, { capture: true, signal: learn.view.stop.signal })
  }

  get isRunning() {
    return this.timer !== undefined
  }

  /** Number of positions to slide over. */
  get places() {
    const { question, numbers } = this.learn
    const cells = question?.cells
    return cells && hasSingleKernel(numbers, cells.map) ? askedCells(numbers, cells).length : 1
  }

  /** Slide from the first position to the last. With reduced motion, show the last at once. */
  start() {
    const { places } = this
    this.index = places > 1 ? (prefersReducedMotion() ? places - 1 : 0) : undefined
    if (this.index === 0) this.timer = setInterval(() => this.show((this.index ?? 0) + 1), PLACE)
    this.learn.fill()
  }

  /** Show a position, and stop at the last one. @param {number} at */
  show(at) {
    const lastIndex = this.places - 1
    this.index = Math.min(at, lastIndex)
    if (this.index === lastIndex) this.stop()
    this.learn.fill()
  }

  stop() {
    clearInterval(this.timer)
    this.timer = undefined
  }

  /** End the animation. */
  finish() {
    if (!this.isRunning) return
    this.reset()
    this.learn.fill()
  }

  reset() {
    this.stop()
    this.index = undefined
  }
}
