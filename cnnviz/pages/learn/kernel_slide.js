// The kernel slides over the places that were asked of, one after the other; any key and any click lands it.

import { isStill } from "../../view/shell/media_queries.js"
import { placesOf, slides } from "./plate_figures.js"

/** @import { Learn } from "./learn.js" */

const PLACE = 400 // milliseconds of the kernel at each of its places

export class Slide {
  /** @type {number | undefined}  the place that is shown; none in particular, where it has not slid */
  reached = undefined
  /** @type {ReturnType<typeof setInterval> | undefined}  while it slides */
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

  /** Tells how many places there are to slide over. */
  get places() {
    const { question, numbers } = this.learn
    const cells = question?.cells
    return cells && slides(numbers, cells.map) ? placesOf(numbers, cells).length : 1
  }

  /** From the first place to the last, where there are some; without motion to the last at once. */
  start() {
    const { places } = this
    this.reached = places > 1 ? (isStill() ? places - 1 : 0) : undefined
    if (this.reached === 0) this.timer = setInterval(() => this.show((this.reached ?? 0) + 1), PLACE)
    this.learn.fill()
  }

  /** Shows a place; at the last one it rests. @param {number} at */
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

  /** What moves has arrived. */
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
