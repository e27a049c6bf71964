// What each screen of the opening shows at a time in milliseconds, as a pure function. At Infinity, all motion has ended.

/** @typedef {{ steps: number, updates: number, turn: number }} Counts  steps of the drag, number of updates, and the one at which the answer turns */
/**
 * @typedef {object} Frame  shares from 0 to 1
 * @property {number} [swept]  of the map that is painted
 * @property {number} [activated]  crossfade from the map to its activations
 * @property {number} [grown]  of the columns
 * @property {boolean} done  whether the sentence is complete
 * @property {number} [glided]  of the way of the columns from the first screen to the second
 * @property {number} [marked]  opacity of the targets and gaps
 * @property {number[]} [opened]  of each gap's square
 * @property {number} [melted]  of the squares into the loss
 * @property {number} [appeared]  opacity of the screen
 * @property {number} [pulsed]  of the marks of what can be dragged
 * @property {number} [value]  steps of the dragged number, or the update
 */

/** @param {number} t @param {number} from @param {number} length */
const linear = (t, from, length) => Math.min(Math.max((t - from) / length, 0), 1)

// Coordinates of cubic-bezier(.2, .7, .2, 1).
const [X1, Y1, X2, Y2] = [0.2, 0.7, 0.2, 1]
/** @param {number} s @param {number} a @param {number} b */
const bezier = (s, a, b) => 3 * (1 - s) ** 2 * s * a + 3 * (1 - s) * s ** 2 * b + s ** 3

/** Return the eased share of a move that begins at `from`. @param {number} t @param {number} from @param {number} length */
export function easedShare(t, from, length) {
  const x = linear(t, from, length)
  let [low, high] = [0, 1]
  for (let n = 0; n < 30 && x > 0 && x < 1; n++) {
    const middle = (low + high) / 2
    if (bezier(middle, X1, X2) < x) low = middle
    else high = middle
  }
  return x > 0 && x < 1 ? bezier((low + high) / 2, Y1, Y2) : x
}

const READ = 1000 // milliseconds to read a sentence before the motion
const [SWEEP, FADE, GROW, GLIDE, MARK, OPEN, MELT] = [6000, 400, 600, 600, 200, 400, 400]
const LOOK = 900 // milliseconds to look at a gap before the next one opens
const GAPS = 2

/** The window sweeps, the map becomes activations, and the columns grow. @param {number} t @returns {Frame} */
function lookFrame(t) {
  const grows = READ + SWEEP + FADE
  return {
    swept: linear(t, READ, SWEEP),
    activated: linear(t, READ + SWEEP, FADE),
    grown: easedShare(t, grows, GROW),
    done: t >= grows + GROW,
  }
}

/** The columns glide, the gaps open, and their squares melt. @param {number} t @returns {Frame} */
function areasFrame(t) {
  const openingTime = (/** @type {number} */ n) => GLIDE + LOOK + n * (OPEN + LOOK)
  return {
    glided: easedShare(t, 0, GLIDE),
    marked: linear(t, GLIDE, MARK),
    opened: Array.from({ length: GAPS }, (_, n) => easedShare(t, openingTime(n), OPEN)),
    melted: easedShare(t, openingTime(GAPS), MELT),
    done: t >= openingTime(GAPS) + MELT,
  }
}

const [PULSE_AT, PULSE, DRAG_AT, DRAG] = [2600, 900, 4200, 2500]

/** The marks pulse once, and the number is lowered step by step. @param {number} t @param {Counts} counts @returns {Frame} */
function numberFrame(t, { steps }) {
  return {
    appeared: linear(t, 0, FADE),
    pulsed: Math.sin(Math.PI * linear(t, PULSE_AT, PULSE)),
    value: Math.round(steps * linear(t, DRAG_AT, DRAG)),
    done: t >= DRAG_AT + DRAG,
  }
}

const [FIRST_AT, FIRST_EVERY, TURN_LOOK, EVERY] = [4500, 900, 2500, 600]

/** The updates follow each other, with a rest when the answer turns. @param {number} t @param {Counts} counts @returns {Frame} */
function updatesFrame(t, { updates: most, turn }) {
  const turnTime = FIRST_AT + (turn - 1) * FIRST_EVERY // time of the update at which the answer turns
  const lateUpdate = Math.floor((t - turnTime - TURN_LOOK) / EVERY) + 1
  const earlyUpdate = Math.floor((t - FIRST_AT) / FIRST_EVERY) + 1
  const value = t < turnTime ? Math.max(earlyUpdate, 0) : turn + Math.max(lateUpdate, 0)
  return { appeared: linear(t, 0, FADE), value: Math.min(value, most), done: value >= most }
}

/** @type {((t: number, counts: Counts) => Frame)[]} */
export const FRAMES = [lookFrame, areasFrame, numberFrame, updatesFrame]
