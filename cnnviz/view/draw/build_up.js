// Animation that builds up a picture when its stage is reached. Windows fly to their enlargements, results are
// revealed in reading order, and totals fly to their cells. The picture is drawn completely from the start.

import { ratio } from "./canvas.js"

/** @import { Drawn } from "./mechanism.js" */
/** @import { Flight } from "./sheet.js" */
/** @import { Box } from "../types/view.js" */

const LASTS = 400 // duration in milliseconds
const FLOWN = 0.45 // share of it in which windows fly
const SWEPT = [0.2, 0.8] // shares between which the results are revealed
const ARRIVES = 0.75 // share from which totals fly to their cells
const MOST = 4 // pieces of each kind: the eye cannot follow more
const EASING = "ease-in-out"

export class BuildUp {
  /** @type {Animation[]} */
  moving = []

  /** @param {HTMLCanvasElement} canvas that the picture is drawn on */
  constructor(canvas) {
    this.canvas = canvas
  }

  /**
   * Play the animation after a delay, during which the picture is hidden.
   * @param {() => Drawn} drawn as it is by then @param {boolean} backward whether it is read from the right @param {number} delay milliseconds until then, when nothing of it is seen @param {Flight[]} [channels] that go to their places meanwhile, and stay there
   */
  play(drawn, backward, delay, channels = []) {
    this.land()
    const { canvas } = this
    const hidden = backward ? "inset(0 0 0 100%)" : "inset(0 100% 0 0)"
    const [start, end] = SWEPT
    const own = [
      canvas.animate([{ opacity: 0 }, { opacity: 0 }], delay), // opacity, because a fully clipped canvas would still be painted
      ...channels.map(({ from, to }) => this.fly(to, from, to, 0, delay, LASTS)),
    ]
    this.moving = own
    canvas.dataset.flying = "1"
    const fly = () => {
      const { enlarged, landed } = drawn()
      own.push(
        canvas.animate([{ clipPath: hidden }, { clipPath: "inset(0)" }], {
          delay: start * LASTS,
          duration: (end - start) * LASTS,
          fill: "backwards",
        }),
        ...enlarged.slice(0, MOST).map(({ from, to }) => this.fly(to, from, to, 0, FLOWN * LASTS)),
        ...landed
          .slice(0, MOST)
          .map(({ from, to }) => this.fly(from, from, to, ARRIVES * LASTS, (1 - ARRIVES) * LASTS)),
      )
    }
    return this.after(own, delay, fly).catch((error) => {
      if (error.name !== "AbortError") throw error // AbortError: the picture has been removed
    })
  }

  /**
   * Start the flights after the delay, not in the frame that a visitor's step waits for, and land all of them at the
   * end.
   * @param {Animation[]} own what moves by then @param {number} delay @param {() => void} fly
   */
  async after(own, delay, fly) {
    if (delay) {
      const wait = this.canvas.animate([], delay)
      own.push(wait)
      await wait.finished
    }
    if (own !== this.moving) return // landed already
    fly()
    await Promise.all(own.map(({ finished }) => finished))
    if (own === this.moving) this.land()
  }

  /** Finish all animations at once. */
  land() {
    const arrived = this.moving
    this.moving = []
    for (const one of arrived) one.finish()
    this.canvas.dataset.flying = "0"
  }

  /**
   * Animate a copy of a part of the picture.
   * @param {Box} part @param {Box} from @param {Box} to @param {number} delay @param {number} duration @param {number} [rest] milliseconds that it stays where it has come to
   */
  fly(part, from, to, delay, duration, rest = 0) {
    const piece = this.copy(part)
    const at = (/** @type {Box} */ { x, y, width, height }) =>
      `translate(${x - part.x}px, ${y - part.y}px) scale(${width / part.width}, ${height / part.height})`
    const flight = piece.animate(
      [
        { transform: at(from), opacity: 1, easing: EASING },
        { transform: at(to), opacity: 1, offset: duration / (duration + rest) },
        { transform: at(to), opacity: 1 },
      ],
      { delay, duration: duration + rest },
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
    const times = ratio()
    const piece = document.createElement("canvas")
    Object.assign(piece, { className: "piece", width: Math.ceil(width * times), height: Math.ceil(height * times) })
    Object.assign(piece.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` })
    piece.getContext("2d")?.drawImage(canvas, -x * times, -y * times)
    canvas.after(piece)
    return piece
  }
}
