// A page in a frame on another one, such as slides: where its keys for going on and back lead, and when that is nowhere.

/** @typedef {{ number: number, count: number }} Way  a visitor's place on it, from 1; a way without places has none to go to */

const BY = new Map([
  ["PageUp", -1],
  ["PageDown", 1],
])

/** Tells how far a key goes on; undefined where it is none of those that presenters' remote controls have. @param {string} key @returns {number | undefined} */
export const stepOf = (key) => BY.get(key)

/** Tells whether so many steps on there is a place. @param {Way} way @param {number} by */
export const leads = ({ number, count }, by) => number + by >= 1 && number + by <= count

/**
 * The way that one walks: a deck's screens, else the stages of an update, else a page's updates.
 * @param {{ screens?: Way, stages: readonly string[], stage: string, k: number, end: number, walks: boolean }} place
 * @returns {Way}
 */
export function wayOf({ screens, stages, stage, k, end, walks }) {
  if (screens) return screens
  if (stages.length) return { number: stages.indexOf(stage) + 1, count: stages.length }
  return walks ? { number: k + 1, count: end + 1 } : { number: 0, count: 0 }
}
