// A page in a frame on another one, such as slides: where its next and previous keys lead, and whether they lead
// anywhere.

/** @typedef {{ number: number, count: number }} Way  position on a path, from 1, and its length, which may be 0 */

const STEPS = new Map([
  ["PageUp", -1],
  ["PageDown", 1],
])

/**
 * Return the step of a key of presenters' remote controls, or undefined for other keys.
 * @param {string} key @returns {number | undefined}
 */
export const stepOf = (key) => STEPS.get(key)

/** Return whether there is a position `by` steps further. @param {Way} way @param {number} by */
export const hasNext = ({ number, count }, by) => number + by >= 1 && number + by <= count

/**
 * Return the position on the path of the page: a deck's screens, else the stages of an update, else the updates.
 * @param {{ screens?: Way, stages: readonly string[], stage: string, k: number, end: number, walks: boolean }} place
 * @returns {Way}
 */
export function positionOf({ screens, stages, stage, k, end, walks }) {
  if (screens) return screens
  if (stages.length) return { number: stages.indexOf(stage) + 1, count: stages.length }
  return walks ? { number: k + 1, count: end + 1 } : { number: 0, count: 0 }
}
