// The playback clock: it slides the kernel, goes through the stages and requests the next update, or plays a
// recording.

import { ASSEMBLY } from "../scene/motion.js"
import { prefersReducedMotion } from "../shell/media_queries.js"

/** @import { Cell, View } from "../types/view.js" */

const READING = 2500 // milliseconds at speed 1 for which a stage stays once its picture is complete
const FULL_MOVES = 3 // number of cells animated in full
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
    this.startStage()
    this.show()
  }

  // Pause at the end of the stage's slide, and add a history entry.
  pause() {
    if (!this.running) return
    this.stop()
    this.rememberCell()
    this.show()
    this.view.settle()
    this.view.paint(true)
  }

  stop() {
    this.running = false
    cancelAnimationFrame(this.frame)
  }

  rememberCell() {
    if (this.cell) this.view.content.focus.remember(this.view.stage, this.cell)
    this.cell = null
  }

  show() {
    this.view.control("play").setAttribute("aria-pressed", String(this.running))
    this.view.root.dataset.playing = this.running ? "1" : "0"
  }

  // Start a stage: `elapsed` is 0 and grows with the clock at the chosen speed.
  startStage() {
    this.elapsed = 0
    this.last = undefined
    this.cell = this.places() > 1 ? this.cellAt(0) : null
    cancelAnimationFrame(this.frame)
    this.scheduleTick()
  }

  scheduleTick() {
    this.frame = requestAnimationFrame((now) => this.tick(now))
  }

  /** @param {number} now */
  tick(now) {
    const { content, kind } = this.view
    const milliseconds = this.speed * Math.min(now - (this.last ?? now), 100)
    this.elapsed += milliseconds
    this.last = now
    if (!kind.stages) return content.advance(milliseconds) ? this.scheduleTick() : this.pause()
    if (this.elapsed >= this.duration()) return this.advance()
    if (this.places() > 1) {
      this.cell = this.cellAt(this.position())
      this.view.paint()
    }
    this.scheduleTick()
  }

  advance() {
    this.rememberCell()
    const { view } = this
    const stage = view.stage
    view.nextStage(1, { replace: true })
    if (stage === "update") return // `received` continues
    this.startStage()
  }

  received() {
    if (this.running) this.startStage()
  }

  // Return the number of kernel positions of the stage, 1 without a slide.
  places() {
    const { content, stage } = this.view
    return prefersReducedMotion() ? 1 : content.slide(stage).places
  }

  duration() {
    return (this.places() > 1 ? this.slideEnd() : ASSEMBLY) + READING
  }

  /** Return the time at which the kernel has reached its last position. */
  slideEnd() {
    return this.fullMoves * MOVE + this.view.content.slide(this.view.stage).duration
  }

  // Number of cells that are animated in full, before the window only slides.
  get fullMoves() {
    return Math.min(FULL_MOVES, this.places())
  }

  position() {
    const { fullMoves: whole } = this
    if (this.elapsed < whole * MOVE) return Math.floor(this.elapsed / MOVE)
    const progress = (this.elapsed - whole * MOVE) / (this.slideEnd() - whole * MOVE)
    return Math.min(whole + Math.floor(progress * (this.places() - whole)), this.places() - 1)
  }

  /** @param {number} position */
  cellAt(position) {
    return this.view.content.cellAt(this.view.stage, position)
  }

  get sliding() {
    return this.running && this.cell !== null
  }

  /**
   * Return the number of cells of a map that are computed so far.
   * @param {string} symbol
   */
  computedCount(symbol) {
    return this.sliding && symbol === this.view.stage ? this.position() + 1 : Number.POSITIVE_INFINITY
  }
}
