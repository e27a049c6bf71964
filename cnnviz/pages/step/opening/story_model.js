// The story that a first visitor is told: its screens as data, where in it one is as one value, and what becomes of that.

import { largest } from "../../../view/model/numbers/extremes.js"

/** @import { Setup } from "../../../view/types/view.js" */
/**
 * @typedef {object} Screen
 * @property {string} id  its words are web.story.<id>
 * @property {string} stage  up to which everything is computed
 * @property {string[]} strip  what of the strip has been named so far; all where there is none
 */
/** @typedef {{ at: number, k: number, nudged: number }} Telling  which screen, which update is shown, and which point of the curve is chosen */
/** @typedef {{ type: "on", still: boolean } | { type: "back" } | { type: "counted" } | { type: "nudged", to: number }} Event  `still`: without motion */

/** What the story is told of: an image that is taken for another, and is not after a few updates. */
export const LESSON = { seed: "39" }
/** The number that is nudged: the middle of the kernel, its place among the others, and how far it goes. */
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

/** Tells whether there is more to count. @param {Telling} telling */
export const counts = ({ at, k }) => at === LAST && k < UPDATES

/**
 * What becomes of it; `nudged` counts from where the number stands.
 * @param {Telling} telling
 * @param {Event} event
 * @returns {Telling}
 */
export function next(telling, event) {
  const { at, k } = telling
  switch (event.type) {
    case "on":
      if (at === LAST) return { ...telling, k: UPDATES } // whatever is counted still
      return { at: at + 1, k: at + 1 < LAST ? 0 : event.still ? UPDATES : 1, nudged: 0 }
    case "back":
      return at ? { ...BEGINNING, at: at - 1 } : telling
    case "counted":
      return counts(telling) ? { ...telling, k: k + 1 } : telling
    case "nudged":
      return { ...telling, nudged: event.to }
  }
}

/**
 * The setup that a moment of it shows; `f` is the kernel as the setup has it, `value` that of the nudged number where it is another.
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

/** Tells whether it is told: to those who come to Step without any key in the address, and have not seen it. @param {string} page @param {Setup} address @param {boolean} seen */
export const begins = (page, address, seen) => page === "" && !seen && Object.keys(address).length === 0

/** The first update from which on the largest output stays the same as in the end. @param {number[][]} outputs  update by update */
export const turn = (outputs) => {
  const said = outputs.map(largest)
  return said.findLastIndex((answer) => answer !== said.at(-1)) + 1
}
