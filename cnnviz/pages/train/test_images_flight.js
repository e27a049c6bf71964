// The flight of the photographs from one layout to another: 500 ms each, 4 ms apart.

/** @typedef {import("./test_images_layout.js").Layout} Layout */
/** @typedef {{ size: Float64Array, x: Float64Array, y: Float64Array, turn: Float64Array }} Pose  where the photographs are now */
/** @typedef {{ from: Pose, to: Layout, starts: Float64Array, duration: number }} Flight  `starts` in milliseconds */

const [ALOFT, APART] = [500, 4] // milliseconds

/** Ease in and out along a sine, 0 to 1. @param {number} t */
const easeInOut = (t) => (1 - Math.cos(Math.PI * t)) / 2

/** Return the pose at the end of a flight. @param {Layout} layout @returns {Pose} */
export const finalPose = ({ size, x, y, turn }) => ({
  size: new Float64Array(x.length).fill(size),
  x: x.slice(),
  y: y.slice(),
  turn: turn.slice(),
})

/** @param {Pose} pose @returns {Pose} */
const copyPose = ({ size, x, y, turn }) => ({ size: size.slice(), x: x.slice(), y: y.slice(), turn: turn.slice() })

/**
 * Plan a flight. The photographs that move start one after the other, in the order of the new layout.
 * @param {Pose} from @param {Layout} to
 * @returns {Flight}
 */
export function planFlight(from, to) {
  const starts = new Float64Array(to.x.length)
  let moving = 0
  for (const i of to.order)
    if (from.x[i] !== to.x[i] || from.y[i] !== to.y[i] || from.size[i] !== to.size || from.turn[i] !== to.turn[i])
      starts[i] = APART * moving++
  return { from: copyPose(from), to, starts, duration: moving ? ALOFT + APART * (moving - 1) : 0 }
}

/** Return whether a photograph has started. @param {Flight} flight @param {number} i @param {number} time */
export const hasStarted = ({ starts }, i, time) => time > starts[i]

/**
 * Write the pose at a time, in milliseconds since the start, into `pose`.
 * @param {Flight} flight @param {number} time @param {Pose} pose
 */
export function writePose({ from, to, starts }, time, pose) {
  for (let i = 0; i < starts.length; i++) {
    const share = easeInOut(Math.min(Math.max((time - starts[i]) / ALOFT, 0), 1))
    pose.x[i] = from.x[i] + share * (to.x[i] - from.x[i])
    pose.y[i] = from.y[i] + share * (to.y[i] - from.y[i])
    pose.size[i] = from.size[i] + share * (to.size - from.size[i])
    pose.turn[i] = from.turn[i] + share * (to.turn[i] - from.turn[i])
  }
}
