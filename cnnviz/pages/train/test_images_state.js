// The epochs of a training: which one is shown, and the outputs of each. Reports repeat the latest epochs while a
// training runs; the last report has all.

/** @import { Arrays, ReportHeader } from "../../view/types/view.js" */
/** @typedef {ReportHeader & { arrays: Arrays }} Report */
/** @typedef {{ o: Float64Array, classes: number, confusion: Float64Array, told: Float64Array, mixed: string }} TestImages  what a network makes of the images, at an epoch */
/** @typedef {{ kind: "cell", row: number, column: number } | { kind: "told", group: number }} Choice  whom one looks at: all others are dim */
/**
 * @typedef {object} TestImagesState
 * @property {string} job  which training it is, "" before there is one
 * @property {Map<number, TestImages>} crowds  by epoch, in their order
 * @property {number} at  the epoch that is shown, -1 before the first
 * @property {boolean} follows  whether it goes on to later epochs by itself
 * @property {Choice | null} choice
 */

const MOST_BEHIND = 6 // largest number of pending epochs that are shown one by one

/** @type {TestImagesState} */
export const EMPTY = { job: "", crowds: new Map(), at: -1, follows: false, choice: null }

/** State of a new training, which follows it from the first epoch. @type {TestImagesState} */
export const BEGUN = { ...EMPTY, follows: true }

/** Return the epochs that can be shown. @param {TestImagesState} state */
export const stops = ({ crowds }) => [...crowds.keys()]

/**
 * Merge a report into the state. If the training has already ended, show its last epoch.
 * @param {TestImagesState} state
 * @param {Report} report
 * @returns {TestImagesState}
 */
export function taken(state, report) {
  const { job, arrays, active } = report
  const before = state.job === job ? state : { ...EMPTY, job, follows: active || (state.follows && state.at < 0) }
  const kept = new Set(arrays.at.values)
  const known = new Map([...before.crowds].filter(([epoch]) => kept.has(epoch)))
  Array.from(arrays.crowd_at.values).forEach((epoch, n) => known.set(epoch, testImagesOf(report, n)))
  const crowds = new Map([...known].sort(([a], [b]) => a - b))
  const all = [...crowds.keys()]
  if (!all.length) return { ...before, crowds }
  if (before.at < 0) return { ...before, crowds, at: before.follows ? -1 : all[all.length - 1] }
  return { ...before, crowds, at: nearestOf(all, before.at) }
}

/** @param {Report} report @param {number} n @returns {TestImages} */
function testImagesOf({ arrays, names, mixed }, n) {
  const classes = names.length
  const part = (/** @type {string} */ name) => {
    const { values, shape } = arrays[name]
    const size = values.length / shape[0]
    return /** @type {Float64Array} */ (values.subarray(n * size, (n + 1) * size))
  }
  return { o: part("o"), classes, confusion: part("confusion"), told: part("told"), mixed: mixed[n] }
}

/** @param {number[]} all @param {number} epoch */
const nearestOf = (all, epoch) =>
  all.reduce((best, one) => (Math.abs(one - epoch) < Math.abs(best - epoch) ? one : best))

/**
 * Return the next epoch to show, or null at the end. If many are pending, skip some.
 * @param {TestImagesState} state
 */
export function following(state) {
  const later = stops(state).filter((epoch) => epoch > state.at)
  if (!state.follows || !later.length) return null
  return later[Math.ceil(later.length / MOST_BEHIND) - 1]
}

/**
 * Seek to the nearest available epoch. At the last one, follow a running training.
 * @param {TestImagesState} state @param {number} epoch @returns {TestImagesState}
 */
export function sought(state, epoch) {
  const all = stops(state)
  if (!all.length) return state
  const at = nearestOf(all, epoch)
  return { ...state, at, follows: at === all[all.length - 1] }
}

/**
 * Play from the first epoch, or pause if it plays already.
 * @param {TestImagesState} state @returns {TestImagesState}
 */
export function played(state) {
  const all = stops(state)
  if (following(state) !== null) return { ...state, follows: false }
  const ended = state.at >= all[all.length - 1]
  return { ...state, at: ended ? all[0] : state.at, follows: true }
}

/**
 * Select a group of images, or clear the selection if it is selected already.
 * @param {TestImagesState} state @param {Choice} choice @returns {TestImagesState}
 */
export const chosen = (state, choice) => ({
  ...state,
  choice: JSON.stringify(state.choice) === JSON.stringify(choice) ? null : choice,
})

/**
 * Return the selected images, or null if all are shown.
 * @param {TestImagesState} state
 * @param {ArrayLike<number>} labels
 * @param {number[]} columns  the answers
 * @returns {Set<number> | null}
 */
export function bright({ choice, crowds, at }, labels, columns) {
  if (!choice) return null
  if (choice.kind === "cell")
    return new Set([...columns.keys()].filter((i) => labels[i] === choice.row && columns[i] === choice.column))
  return new Set(toldOf(crowds.get(at), choice.group))
}

/**
 * Return the indices of the most telling images of a group.
 * @param {TestImages | undefined} crowd @param {number} group
 */
export function toldOf(crowd, group) {
  const each = (crowd?.told.length ?? 0) / 3
  return Array.from(crowd?.told.subarray(group * each, (group + 1) * each) ?? []).filter((place) => place >= 0)
}
