// A number that is dragged, as one value, and what becomes of it: next(drag, event). One value is asked for at a time, the
// latest that is wanted; what is shown is always of one value, that of the last answer.

import { decimals, number } from "../../view/model/numbers/format.js"

/**
 * The loss along the number, as the core has it.
 * @typedef {{ theta: ArrayLike<number>, loss: ArrayLike<number>, at: number, gradient: number, span: number, kink: boolean }} Curve
 */
/**
 * @typedef {object} Drag
 * @property {string} along  the number, "f:1,1" or "lr"
 * @property {Bounds} bounds
 * @property {Curve | null} curve  null until it is there: before, no step has a size
 * @property {number} moved  steps so far, of which a hundred are the span
 * @property {number} wanted
 * @property {number | null} asked  what is being worked out
 * @property {number} shown  the value whose numbers are shown
 * @property {number | null} loss  that of these; null until an answer has come
 */
/** @typedef {{ least: number, most: number }} Bounds */
/**
 * @typedef {{ type: "known", curve: Curve } | { type: "moved", steps: number } | { type: "asked" }
 *   | { type: "answered", value: number, loss: number }} Event
 */

export const STEPS = 100 // of a span: one a pixel
export const FINE = 0.1 // of a step, with Shift

const ANY = { least: -1e6, most: 1e6 }

/** Gives what a number may be. @param {string} along @param {string} scale of the pixels @returns {Bounds} */
export function boundsOf(along, scale) {
  if (along === "lr") return { least: 0, most: ANY.most }
  if (along.startsWith("y:")) return { least: 0, most: 1 }
  return along.startsWith("x:") ? { least: 0, most: scale === "raw" ? 255 : 1 } : ANY
}

/** @param {string} along @param {Bounds} bounds @returns {Drag} */
export const begin = (along, bounds) => ({
  along,
  bounds,
  curve: null,
  moved: 0,
  wanted: Number.NaN,
  asked: null,
  shown: Number.NaN,
  loss: null,
})

/** The value so many steps from where the number stood, with no more digits than tell fine steps apart. @param {Drag} drag @param {Curve} curve */
function valueAt({ along, moved, bounds }, { theta, at, span }) {
  if (along === "lr") return theta[pointOf(theta, at, moved)]
  const value = at + (moved * span) / STEPS
  const digits = Math.min(12, Math.max(0, Math.ceil(-Math.log10((span * FINE) / STEPS))))
  const free = moved ? Number(value.toFixed(digits)) : at
  // A number that is beyond its bounds already comes no further.
  return Math.min(Math.max(free, Math.min(bounds.least, at)), Math.max(bounds.most, at))
}

/** The point of a curve that lies so many steps from a value, as far as there are any. @param {ArrayLike<number>} theta @param {number} at @param {number} moved */
const pointOf = (theta, at, moved) =>
  Math.min(Math.max(Array.from(theta).indexOf(at) + Math.round(moved), 0), theta.length - 1)

/**
 * What becomes of a drag.
 * @param {Drag} drag
 * @param {Event} event
 * @returns {Drag}
 */
export function next(drag, event) {
  switch (event.type) {
    case "known": {
      const { at } = event.curve
      return { ...drag, curve: event.curve, wanted: valueAt(drag, event.curve), shown: at, loss: lossAt(event.curve) }
    }
    case "moved": {
      const moved = { ...drag, moved: drag.moved + event.steps }
      return moved.curve ? { ...moved, wanted: valueAt(moved, moved.curve) } : moved
    }
    case "asked":
      return { ...drag, asked: drag.wanted }
    case "answered":
      return event.value === drag.asked ? { ...drag, asked: null, shown: event.value, loss: event.loss } : drag
  }
}

/** Gives what is to be asked for now; null while something is, or where nothing is to. @param {Drag} drag */
export const toAsk = ({ curve, asked, wanted, shown }) => (curve && asked === null && wanted !== shown ? wanted : null)

/** Tells whether the number is somewhere else than it was. @param {Drag} drag */
export const hasMoved = ({ curve, wanted }) => curve !== null && wanted !== curve.at

/** Tells whether the numbers on the screen are not those of the value that is wanted. @param {Drag} drag */
export const isBehind = ({ curve, wanted, shown }) => curve !== null && wanted !== shown

/** L at a point of the curve, where the number stood if no other is named. @param {Curve} curve @param {number} [value] */
export const lossAt = ({ theta, loss, at }, value = at) => loss[Math.max(Array.from(theta).indexOf(value), 0)]

/** Gives what the gradient promised of the loss, and what really came of it; null until the number has moved. @param {Drag} drag */
export function promiseOf({ curve, shown, loss }) {
  if (!curve || loss === null || shown === curve.at) return null
  return { promised: curve.gradient * (shown - curve.at), really: loss - lossAt(curve), by: shown - curve.at }
}

const [DIGITS, MOST] = [3, 7] // of the larger of both, and decimals beyond which there is a power of ten

/** Prints a promise and what came of it: with the same decimals, or digits where both are tiny. @param {number} promised @param {number} really @returns {(value: number) => string} */
export function printerOf(promised, really) {
  const most = Math.max(Math.abs(promised), Math.abs(really))
  const known = most > 0 && Number.isFinite(most)
  const places = known ? Math.max(0, DIGITS - 1 - Math.floor(Math.log10(most))) : DIGITS
  return (value) => (places > MOST ? number(value, DIGITS) : decimals(value, places))
}
