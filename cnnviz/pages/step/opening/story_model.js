// The story for new visitors: its screens as data, and its state with a reducer.

import { largestIndex } from "../../../view/model/numbers/extremes.js"

/** @import { Setup } from "../../../view/types/view.js" */
/**
 * @typedef {object} Screen
 * @property {string} id  its messages are web.story.<id>
 * @property {string} stage  last computed stage
 * @property {string[]} strip  maps of the strip that have been introduced; all if empty
 */
/** @typedef {{ at: number, k: number, nudged: number }} Telling  index of the screen, shown update, and steps of the nudged number from its start */
/** @typedef {{ type: "on", still: boolean } | { type: "back" } | { type: "counted" } | { type: "nudged", to: number }} Event  `still`: reduced motion */

/** The story's setup: an image that is classified correctly only after a few updates. */
export const LESSON = { seed: "39" }
/** The number that is nudged: the centre of the kernel, its index, and the range of its curve. */
export const NUDGED = { along: "f:1,1", place: 4, span: 2 }
export const UPDATES = 10
export const COUNT_EVERY = 300 // milliseconds

const NAMED = ["x", "f", "a1", "w", "o"]

/** @type {Screen[]} */
export const SCREENS = [
  { id: "wrong", stage: "o", strip: NAMED },
  { id: "loss", stage: "L", strip: [...NAMED, "y", "L"] },
  { id: "blame", stage: "df", strip: [] },
  { id: "nudge", stage: "L", strip: [] },
  { id: "update", stage: "update", strip: [] },
  { id: "right", stage: "L", strip: [] },
]
const LAST = SCREENS.length - 1

/** @type {Telling} */
export const BEGINNING = { at: 0, k: 0, nudged: 0 }

/** Return whether the counter of updates is still running. @param {Telling} telling */
export const isCounting = ({ at, k }) => at === LAST && k < UPDATES

/**
 * Return the state after an event.
 * @param {Telling} telling
 * @param {Event} event
 * @returns {Telling}
 */
export function next(telling, event) {
  const { at, k } = telling
  switch (event.type) {
    case "on":
      if (at === LAST) return { ...telling, k: UPDATES } // skip the rest of the count
      return { at: at + 1, k: at + 1 < LAST ? 0 : event.still ? UPDATES : 1, nudged: 0 }
    case "back":
      return at ? { ...BEGINNING, at: at - 1 } : telling
    case "counted":
      return isCounting(telling) ? { ...telling, k: k + 1 } : telling
    case "nudged":
      return { ...telling, nudged: event.to }
  }
}

/**
 * Return the setup that the story shows. `f` is the setup's kernel, and `value` the nudged number if it has changed.
 * @param {Telling} telling
 * @param {string} f
 * @param {number} [value]
 * @returns {Setup}
 */
export function setupAt({ at, k }, f, value) {
  const kernel = f.split(",")
  if (value !== undefined) kernel[NUDGED.place] = String(value)
  return { k: String(k), stage: SCREENS[at].stage, f: kernel.join(",") }
}

/**
 * Return whether to show the story: on Step, without any key in the address, to visitors who have not seen it.
 * @param {string} page @param {Setup} address @param {boolean} seen
 */
export const shouldBegin = (page, address, seen) => page === "" && !seen && Object.keys(address).length === 0

/**
 * Return the first update from which the predicted class stays the same.
 * @param {number[][]} outputs  update by update
 */
export const turningPoint = (outputs) => {
  const predictions = outputs.map(largestIndex)
  return predictions.findLastIndex((answer) => answer !== predictions.at(-1)) + 1
}
