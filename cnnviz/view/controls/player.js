// The playback clock: it slides the kernel, goes through the stages and requests the next update, or plays a
// recording.

import { isStill } from "../shell/media_queries.js"

/** @import { Cell, View } from "../types/view.js" */

const DWELL = 1500 // milliseconds at speed 1 for a stage without a slide
const WHOLE = 3 // number of cells animated in full
const MOVE = 460 // milliseconds for each of them; the flight takes 400

export class Player {
  running = false
  /** @type {Cell | null}  the kernel's position while it slides */
  cell = null
  elapsed = 0
  /** @type {number | undefined} */
  last = undefined
  frame = 0

  /** @param {View} view */
  constructor(view) {
    this.view = view
  }

  get speed() {
    return Number(this.view.field("speed").value) || 1
  }

  toggle() {
    this.running ? this.pause() : this.play()
  }

  play() {
    const { view } = this
    this.running = true
    view.dispatch({ type: "unveiled" })
    if (view.k === view.content.end) view.content.seek(0)
    view.content.focus.release()
    this.enter()
    this.show()
  }

  // Pause at the end of the stage's slide, and add a history entry.
  pause() {
    if (!this.running) return
    this.stop()
    this.keepCell()
    this.show()
    this.view.settle()
    this.view.paint(true)
  }

  stop() {
    this.running = false
    cancelAnimationFrame(this.frame)
  }

  keepCell() {
    if (this.cell) this.view.content.focus.remember(this.view.stage, this.cell)
    this.cell = null
  }

  show() {
    this.view.control("play").setAttribute("aria-pressed", String(this.running))
    this.view.root.dataset.playing = this.running ? "1" : "0"
  }

  // Start a stage: `elapsed` is 0 and grows with the clock at the chosen speed.
  enter() {
    this.elapsed = 0
    this.last = undefined
    this.cell = this.places() > 1 ? this.cellAt(0) : null
    cancelAnimationFrame(this.frame)
    this.goOn()
  }

  goOn() {
    this.frame = requestAnimationFrame((now) => this.tick(now))
  }

  /** @param {number} now */
  tick(now) {
    const { content, kind } = this.view
    const passed = this.speed * Math.min(now - (this.last ?? now), 100)
    this.elapsed += passed
    this.last = now
    if (!kind.stages) return content.advance(passed) ? this.goOn() : this.pause()
    if (this.elapsed >= this.duration()) return this.advance()
    if (this.places() > 1) {
      this.cell = this.cellAt(this.position())
      this.view.paint()
    }
    this.goOn()
  }

  advance() {
    this.keepCell()
    const { view } = this
    const before = view.stage
    view.nextStage(1, { replace: true })
    if (before === "update") return // `received` continues
    this.enter()
  }

  received() {
    if (this.running) this.enter()
  }

  // Return the number of kernel positions of the stage, 1 without a slide.
  places() {
    const { content, stage } = this.view
    return isStill() ? 1 : content.slide(stage).places
  }

  duration() {
    return this.places() > 1 ? this.whole * MOVE + this.view.content.slide(this.view.stage).duration : DWELL
  }

  // Number of cells that are animated in full, before the window only slides.
  get whole() {
    return Math.min(WHOLE, this.places())
  }

  position() {
    const { whole } = this
    if (this.elapsed < whole * MOVE) return Math.floor(this.elapsed / MOVE)
    const slid = (this.elapsed - whole * MOVE) / (this.duration() - whole * MOVE)
    return Math.min(whole + Math.floor(slid * (this.places() - whole)), this.places() - 1)
  }

  /** @param {number} place */
  cellAt(place) {
    return this.view.content.cellAt(this.view.stage, place)
  }

  get sliding() {
    return this.running && this.cell !== null
  }

  /**
   * Return how many cells of a map are computed so far.
   * @param {string} symbol
   */
  done(symbol) {
    return this.sliding && symbol === this.view.stage ? this.position() + 1 : Number.POSITIVE_INFINITY
  }
}
