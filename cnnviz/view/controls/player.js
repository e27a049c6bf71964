// The animation clock: slides the kernel over the image, walks the stages, then asks for an update; or runs
// a film.

import { isStill } from "../shell/media_queries.js"

/** @import { Cell, View } from "../types/view.js" */

const DWELL = 1500 // milliseconds at speed 1 on a stage where nothing slides
const WHOLE = 3 // cells of a slide that get the whole move,
const MOVE = 460 // and milliseconds for each: it flies for 400 of them

export class Player {
  running = false
  /** @type {Cell | null}  where the kernel is while it slides */
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

  // Pausing leaves the stage as it is, whole; the address then becomes an entry of its own in the history.
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

  // A stage begins: from here on `elapsed` grows with the clock, at the speed that is set.
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
    if (before === "update") return // the answer goes on: see received
    this.enter()
  }

  received() {
    if (this.running) this.enter()
  }

  // How many places the stage has to slide over; one where nothing slides.
  places() {
    const { content, stage } = this.view
    return isStill() ? 1 : content.slide(stage).places
  }

  duration() {
    return this.places() > 1 ? this.whole * MOVE + this.view.content.slide(this.view.stage).duration : DWELL
  }

  // How many of the first cells get the whole move, before the window only slides.
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
   * How many cells of a map are computed so far.
   * @param {string} symbol
   */
  done(symbol) {
    return this.sliding && symbol === this.view.stage ? this.position() + 1 : Number.POSITIVE_INFINITY
  }
}
