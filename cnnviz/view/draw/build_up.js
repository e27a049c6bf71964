// How a picture comes about when its stage is reached: windows fly to where they stand enlarged, what is worked out of them
// appears in the order of reading, and totals go to their cells. The picture is drawn whole from the first moment on.

import { ratio } from "./canvas.js"

/** @import { Drawn } from "./mechanism.js" */
/** @import { Flight } from "./sheet.js" */
/** @import { Box } from "../types/view.js" */

const LASTS = 400 // milliseconds
const FLOWN = 0.45 // of them windows fly,
const SWEPT = [0.2, 0.8] // between these it appears,
const ARRIVES = 0.75 // and from here on totals go to their cells
const MOST = 4 // pieces of a kind: more are not followed by any eye
const EASING = "ease-in-out"

export class BuildUp {
  /** @type {Animation[]} */
  moving = []

  /** @param {HTMLCanvasElement} canvas that the picture is drawn on */
  constructor(canvas) {
    this.canvas = canvas
  }

  /** Lets the picture come about. @param {() => Drawn} drawn as it is by then @param {boolean} backward whether it is read from the right @param {number} delay milliseconds until then, when nothing of it is seen @param {Flight[]} [channels] that go to their places meanwhile, and stay there */
  play(drawn, backward, delay, channels = []) {
    this.land()
    const { canvas } = this
    const hidden = backward ? "inset(0 0 0 100%)" : "inset(0 100% 0 0)"
    const [start, end] = SWEPT
    const own = [
      canvas.animate([{ opacity: 0 }, { opacity: 0 }], delay), // a clip would have it drawn all the same
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
      if (error.name !== "AbortError") throw error // else of a picture that is gone
    })
  }

  /** Starts what flies once the picture is seen, not in the frame that a step is waited for in, and lands it all. @param {Animation[]} own what moves by then @param {number} delay @param {() => void} fly */
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

  /** All of it is there at once. */
  land() {
    const arrived = this.moving
    this.moving = []
    for (const one of arrived) one.finish()
    this.canvas.dataset.flying = "0"
  }

  /** A copy of a part of the picture on its way. @param {Box} part @param {Box} from @param {Box} to @param {number} delay @param {number} duration @param {number} [rest] milliseconds that it stays where it has come to */
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
