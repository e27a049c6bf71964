// The opening of a first visit: its state and a reducer. The deck "story" has its screens
// (cnnviz/decks/lectures/3-story.toml): their setups, sentences and seconds.

import { largestIndex } from "../../../view/model/numbers/extremes.js"
import { STORY } from "../../../view/spec.js"
import { FRAMES } from "./story_frames.js"

/** @import { Setup } from "../../../view/types/view.js" */
/** @typedef {{ at: number, time: number, plays: boolean, chosen: number | undefined }} Telling  index of the screen, milliseconds since it appeared (Infinity when its motion has ended), whether the next screen follows by itself, and the value that the visitor has chosen on it */
/**
 * @typedef {{ type: "passed", by: number } | { type: "paused", value: number | undefined } | { type: "played" }
 *   | { type: "went", to: number, still: boolean } | { type: "chose", value: number }} Event  `still`: without motion
 */

const [FIRST, , DRAGGED, LAST] = STORY.map(({ query }) => query)

/** The setup of the first screen. @type {Setup} */
export const LESSON = Object.fromEntries(Object.entries(FIRST).filter(([key]) => key !== "stage"))
/** Number of updates on the last screen. */
export const UPDATES = Number(LAST.k)

const [kernel, draggedKernel] = [FIRST, DRAGGED].map(({ f }) => f.split(",").map(Number))
const index = kernel.findIndex((value, n) => value !== draggedKernel[n])
const side = Math.sqrt(kernel.length)

/**
 * The dragged number: its index in the kernel, its name in an address, its change, the steps of this change, and the
 * maximum number of steps to either side. The loss curve has a point at each step and extends further.
 */
const change = draggedKernel[index] - kernel[index]
export const NUMBER = {
  index,
  along: `f:${Math.floor(index / side)},${index % side}`,
  by: change,
  steps: 10 * Math.sign(change),
  most: 22,
}
/** Index of the number's value in the curve, and reach of the curve to either side. */
export const MIDDLE = 32
export const SPAN = (change / NUMBER.steps) * MIDDLE

/** @type {Telling} */
export const BEGINNING = { at: 0, time: 0, plays: true, chosen: undefined }
/** The beginning without motion. @type {Telling} */
export const STILL = { ...BEGINNING, time: Number.POSITIVE_INFINITY, plays: false }

/**
 * Return the state after an event.
 * @param {Telling} telling
 * @param {Event} event
 * @returns {Telling}
 */
export function nextState(telling, event) {
  const { at, plays } = telling
  const isLast = at === STORY.length - 1
  switch (event.type) {
    case "passed": {
      const time = telling.time + event.by
      if (time < 1000 * (STORY[at].seconds ?? 0)) return { ...telling, time }
      return plays && !isLast ? { ...BEGINNING, at: at + 1 } : { ...telling, time: STILL.time, plays: false }
    }
    case "paused":
      return { ...telling, time: STILL.time, plays: false, chosen: event.value }
    case "played":
      return { ...BEGINNING, at: isLast ? at : at + 1 }
    case "went":
      return { ...(event.still ? STILL : BEGINNING), at: event.to, plays: false }
    case "chose":
      return { ...telling, time: STILL.time, plays: false, chosen: event.value }
  }
}

/** Return whether something moves or will move. @param {Telling} telling */
export const isMoving = ({ time }) => time < STILL.time

/**
 * Return what the screen shows at its time, and the value on it: the steps of the dragged number, or the update.
 * @param {Telling} telling
 * @param {number} turn  update from which the answer is right
 */
export function shownAt({ at, time, chosen }, turn) {
  const frame = FRAMES[at](time, { steps: NUMBER.steps, updates: UPDATES, turn })
  return { ...frame, value: chosen ?? frame.value }
}

/**
 * Return whether to show the opening: on Step, without any key in the address, to visitors who have not seen it.
 * @param {string} page @param {Setup} address @param {boolean} seen
 */
export const shouldBegin = (page, address, seen) => page === "" && !seen && Object.keys(address).length === 0

/**
 * Return the first update from which the predicted class stays the same.
 * @param {ArrayLike<number>[]} outputs  update by update
 */
export const turningPoint = (outputs) => {
  const predictions = outputs.map(largestIndex)
  return predictions.findLastIndex((answer) => answer !== predictions.at(-1)) + 1
}

/**
 * Return the number of decimals with which a change, as printed, leads from the first loss to the second, as printed.
 * @param {number} start @param {number} now
 */
export function digitsOf(start, now) {
  const agrees = (/** @type {number} */ count) => {
    const [from, by, to] = [start, now - start, now].map((value) => Math.round(value * 10 ** count))
    return from + by === to
  }
  return [4, 5, 6].find(agrees) ?? 7
}
