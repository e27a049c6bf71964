// Animation that builds up a picture when its stage is reached. Windows fly to their enlargements, results are
// revealed in reading order, and totals fly to their cells. The picture is drawn completely from the start.

import { ratio } from "./canvas.js"

/** @import { Drawn } from "./mechanism.js" */
/** @import { Flight } from "./sheet.js" */
/** @import { Box } from "../types/view.js" */

export const GLIDE = 600 // milliseconds in which maps move to the stage, before
const DURATION = 400 // milliseconds
export const ASSEMBLY = GLIDE + DURATION // milliseconds until the picture is complete
const FLIGHT_SHARE = 0.45 // share of it in which windows fly
const REVEAL_SHARES = [0.2, 0.8] // shares between which the results are revealed
const LANDING_SHARE = 0.75 // share from which totals fly to their cells
const MAX_PIECES = 4 // pieces of each kind: the eye cannot follow more
const EASING = "ease-in-out"

export class BuildUp {
  /** @type {Animation[]} */
  animations = []

  /** @param {HTMLCanvasElement} canvas of the picture */
  constructor(canvas) {
    this.canvas = canvas
  }

  /**
   * Play the animation after a delay, during which the picture is hidden.
   * @param {() => Drawn} drawn returns what is drawn by then @param {boolean} backward whether the picture is read from right to left @param {number} delay in milliseconds @param {Flight[]} [channels] that fly meanwhile and stay in place
   */
  play(drawn, backward, delay, channels = []) {
    this.land()
    const { canvas } = this
    const hiddenClip = backward ? "inset(0 0 0 100%)" : "inset(0 100% 0 0)"
    const [start, end] = REVEAL_SHARES
    const animations = [
      canvas.animate([{ opacity: 0 }, { opacity: 0 }], delay), // opacity, because a fully clipped canvas would still be painted
      ...channels.map(({ from, to }) => this.fly(to, from, to, 0, delay, DURATION)),
    ]
    this.animations = animations
    canvas.dataset.flying = "1"
    const startFlight = () => {
      const { enlarged, landed } = drawn()
      animations.push(
        canvas.animate([{ clipPath: hiddenClip }, { clipPath: "inset(0)" }], {
          delay: start * DURATION,
          duration: (end - start) * DURATION,
          fill: "backwards",
        }),
        ...enlarged.slice(0, MAX_PIECES).map(({ from, to }) => this.fly(to, from, to, 0, FLIGHT_SHARE * DURATION)),
        ...landed
          .slice(0, MAX_PIECES)
          .map(({ from, to }) => this.fly(from, from, to, LANDING_SHARE * DURATION, (1 - LANDING_SHARE) * DURATION)),
      )
    }
    return this.startFlights(animations, delay, startFlight).catch((error) => {
      if (error.name !== "AbortError") throw error // AbortError: the picture has been removed
    })
  }

  /**
   * Start the flights after the delay, outside the frame that a visitor's step waits for. All of them land at the end
   * of the animation.
   * @param {Animation[]} animations that are running @param {number} delay @param {() => void} fly
   */
  async startFlights(animations, delay, fly) {
    if (delay) {
      const wait = this.canvas.animate([], delay)
      animations.push(wait)
      await wait.finished
    }
    if (animations !== this.animations) return // landed already
    fly()
    await Promise.all(animations.map(({ finished }) => finished))
    if (animations === this.animations) this.land()
  }

  /** Finish all animations at once. */
  land() {
    const animations = this.animations
    this.animations = []
    for (const animation of animations) animation.finish()
    this.canvas.dataset.flying = "0"
  }

  /**
   * Animate a copy of a part of the picture.
   * @param {Box} part @param {Box} from @param {Box} to @param {number} delay @param {number} duration @param {number} [hold] how long the copy stays after its arrival, in milliseconds
   */
  fly(part, from, to, delay, duration, hold = 0) {
    const piece = this.copy(part)
    const transformOf = (/** @type {Box} */ { x, y, width, height }) =>
      `translate(${x - part.x}px, ${y - part.y}px) scale(${width / part.width}, ${height / part.height})`
    const flight = piece.animate(
      [
        { transform: transformOf(from), opacity: 1, easing: EASING },
        { transform: transformOf(to), opacity: 1, offset: duration / (duration + hold) },
        { transform: transformOf(to), opacity: 1 },
      ],
      { delay, duration: duration + hold },
    )
    flight.finished.then(
      () => piece.remove(),
      () => piece.remove(),
    )
    return flight
  }

  /** @param {Box} part */
  copy({ x, y, width, height }) {
    const { canvas } = this
    const scale = ratio()
    const piece = document.createElement("canvas")
    Object.assign(piece, { className: "piece", width: Math.ceil(width * scale), height: Math.ceil(height * scale) })
    Object.assign(piece.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` })
    piece.getContext("2d")?.drawImage(canvas, -x * scale, -y * scale)
    canvas.after(piece)
    return piece
  }
}
