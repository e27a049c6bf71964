// A drag as a state and its reducer: next(drag, event). The latest wanted value is requested, one at a time. The
// numbers shown always belong to one value, that of the last response.

import { decimals, number } from "../../view/model/numbers/format.js"

/**
 * The loss along the number, computed by the core.
 * @typedef {{ theta: ArrayLike<number>, loss: ArrayLike<number>, at: number, gradient: number, span: number, kink: boolean }} Curve
 */
/**
 * @typedef {object} Drag
 * @property {string} along  the number, "f:1,1" or "lr"
 * @property {Bounds} bounds
 * @property {Curve | null} curve  null until the response arrives; before, steps have no size
 * @property {number} moved  steps so far; STEPS of them are the span
 * @property {number} wanted
 * @property {number | null} asked  the value of the pending request
 * @property {number} shown  the value whose numbers are on screen
 * @property {number | null} loss  loss at `shown`; null until the first response
 */
/** @typedef {{ least: number, most: number }} Bounds */
/**
 * @typedef {{ type: "known", curve: Curve } | { type: "moved", steps: number } | { type: "asked" }
 *   | { type: "answered", value: number, loss: number }} Event
 */

export const STEPS = 100 // of a span, one per pixel
export const FINE = 0.1 // of a step, with Shift

const ANY = { least: -1e6, most: 1e6 }

/** Return the range of a number. @param {string} along @param {string} scale of the pixels @returns {Bounds} */
export function boundsOf(along, scale) {
  if (along === "lr") return { least: 0, most: ANY.most }
  if (along.startsWith("y:")) return { least: 0, most: 1 }
  return along.startsWith("x:") ? { least: 0, most: scale === "raw" ? 255 : 1 } : ANY
}

/** @param {string} along @param {Bounds} bounds @returns {Drag} */
export const beginDrag = (along, bounds) => ({
  along,
  bounds,
  curve: null,
  moved: 0,
  wanted: Number.NaN,
  asked: null,
  shown: Number.NaN,
  loss: null,
})

/**
 * Return the value after the steps moved so far, rounded so that fine steps remain distinct.
 * @param {Drag} drag @param {Curve} curve
 */
function valueAt({ along, moved, bounds }, { theta, at, span }) {
  if (along === "lr") return theta[pointIndex(theta, at, moved)]
  const value = at + (moved * span) / STEPS
  const digits = Math.min(12, Math.max(0, Math.ceil(-Math.log10((span * FINE) / STEPS))))
  const rawValue = moved ? Number(value.toFixed(digits)) : at
  // A number that starts beyond its bounds may stay there, but goes no further.
  return Math.min(Math.max(rawValue, Math.min(bounds.least, at)), Math.max(bounds.most, at))
}

/**
 * Return the index of the curve's point some steps from a value, clamped to the curve.
 * @param {ArrayLike<number>} theta @param {number} at @param {number} moved
 */
const pointIndex = (theta, at, moved) =>
  Math.min(Math.max(Array.from(theta).indexOf(at) + Math.round(moved), 0), theta.length - 1)

/**
 * Return the state after an event.
 * @param {Drag} drag
 * @param {Event} event
 * @returns {Drag}
 */
export function nextDrag(drag, event) {
  switch (event.type) {
    case "known": {
      const { at } = event.curve
      return { ...drag, curve: event.curve, wanted: valueAt(drag, event.curve), shown: at, loss: lossAt(event.curve) }
    }
    case "moved": {
      const movedDrag = { ...drag, moved: drag.moved + event.steps }
      return movedDrag.curve ? { ...movedDrag, wanted: valueAt(movedDrag, movedDrag.curve) } : movedDrag
    }
    case "asked":
      return { ...drag, asked: drag.wanted }
    case "answered":
      return event.value === drag.asked ? { ...drag, asked: null, shown: event.value, loss: event.loss } : drag
  }
}

/** Return the value to request now, or null if a request is pending or none is needed. @param {Drag} drag */
export const valueToRequest = ({ curve, asked, wanted, shown }) =>
  curve && asked === null && wanted !== shown ? wanted : null

/** Return whether the number differs from its start. @param {Drag} drag */
export const hasMoved = ({ curve, wanted }) => curve !== null && wanted !== curve.at

/** Return whether the numbers on screen are outdated. @param {Drag} drag */
export const isBehind = ({ curve, wanted, shown }) => curve !== null && wanted !== shown

/** Return L at a point of the curve, by default at the start. @param {Curve} curve @param {number} [value] */
export const lossAt = ({ theta, loss, at }, value = at) => loss[Math.max(Array.from(theta).indexOf(value), 0)]

/**
 * Return the change of the loss that the gradient predicts, and the real one; null until the number has moved.
 * @param {Drag} drag
 */
export function promiseOf({ curve, shown, loss }) {
  if (!curve || loss === null || shown === curve.at) return null
  return { promised: curve.gradient * (shown - curve.at), really: loss - lossAt(curve), by: shown - curve.at }
}

const [DIGITS, MOST] = [3, 7] // significant digits of the larger number, and decimals above which scientific notation is used

/**
 * Return a function that prints both changes with the same decimals, or in scientific notation if both are tiny.
 * @param {number} promised @param {number} really @returns {(value: number) => string}
 */
export function printerOf(promised, really) {
  const maxChange = Math.max(Math.abs(promised), Math.abs(really))
  const isMeasurable = maxChange > 0 && Number.isFinite(maxChange)
  const decimalPlaces = isMeasurable ? Math.max(0, DIGITS - 1 - Math.floor(Math.log10(maxChange))) : DIGITS
  return (value) => (decimalPlaces > MOST ? number(value, DIGITS) : decimals(value, decimalPlaces))
}
