// The epochs of a training: which one is shown, and the outputs of each. Reports repeat the latest epochs while a
// training runs; the last report has all.

import { largestIndex } from "../../view/model/numbers/extremes.js"
import { answersOf, outputsOf } from "./test_images_layout.js"

/** @import { Arrays, ReportHeader } from "../../view/types/view.js" */
/** @typedef {ReportHeader & { arrays: Arrays }} Report */
/** @typedef {{ o: Float64Array, classes: number, confusion: Float64Array, mixed: string }} TestImages  what a network makes of the images, at an epoch */
/** @typedef {{ row: number, column: number }} Cell  of the confusion matrix: class and answer */
/**
 * @typedef {object} TestImagesState
 * @property {string} job  which training it is, "" before there is one
 * @property {Map<number, TestImages>} crowds  by epoch, in their order
 * @property {number} at  the epoch that is shown, -1 before the first
 * @property {boolean} follows  whether it goes on to later epochs by itself
 * @property {boolean} matrix  whether the photographs are in the confusion matrix
 * @property {Cell | null} cell  the chosen one, outside of which all are dim
 */

const MOST_BEHIND = 6 // largest number of pending epochs that are shown one by one

/** @type {TestImagesState} */
export const EMPTY = { job: "", crowds: new Map(), at: -1, follows: false, matrix: false, cell: null }

/** State of a new training, which follows it from the first epoch. @type {TestImagesState} */
export const BEGUN = { ...EMPTY, follows: true }

/** Return the epochs that can be shown. @param {TestImagesState} state */
export const shownEpochs = ({ crowds }) => [...crowds.keys()]

/**
 * Merge a report into the state. If the training has already ended, show its last epoch.
 * @param {TestImagesState} state
 * @param {Report} report
 * @returns {TestImagesState}
 */
export function mergeReport(state, report) {
  const { job, arrays, active } = report
  const previousState =
    state.job === job ? state : { ...EMPTY, job, follows: active || (state.follows && state.at < 0) }
  const keptEpochs = new Set(arrays.at.values)
  const knownImages = new Map([...previousState.crowds].filter(([epoch]) => keptEpochs.has(epoch)))
  Array.from(arrays.crowd_at.values).forEach((epoch, n) => knownImages.set(epoch, testImagesOf(report, n)))
  const crowds = new Map([...knownImages].sort(([a], [b]) => a - b))
  const epochs = [...crowds.keys()]
  if (!epochs.length) return { ...previousState, crowds }
  if (previousState.at < 0)
    return { ...previousState, crowds, at: previousState.follows ? -1 : epochs[epochs.length - 1] }
  return { ...previousState, crowds, at: nearestOf(epochs, previousState.at) }
}

/** @param {Report} report @param {number} n @returns {TestImages} */
function testImagesOf({ arrays, names, mixed }, n) {
  const classes = names.length
  const part = (/** @type {string} */ name) => {
    const { values, shape } = arrays[name]
    const size = values.length / shape[0]
    return /** @type {Float64Array} */ (values.subarray(n * size, (n + 1) * size))
  }
  return { o: part("o"), classes, confusion: part("confusion"), mixed: mixed[n] }
}

/** @param {number[]} all @param {number} epoch */
const nearestOf = (all, epoch) =>
  all.reduce((best, one) => (Math.abs(one - epoch) < Math.abs(best - epoch) ? one : best))

/**
 * Return the next epoch to show, or null at the end. If many are pending, skip some.
 * @param {TestImagesState} state
 */
export function nextEpoch(state) {
  const laterStops = shownEpochs(state).filter((epoch) => epoch > state.at)
  if (!state.follows || !laterStops.length) return null
  return laterStops[Math.ceil(laterStops.length / MOST_BEHIND) - 1]
}

/**
 * Seek to the nearest available epoch. At the last one, follow a running training.
 * @param {TestImagesState} state @param {number} epoch @returns {TestImagesState}
 */
export function seekEpoch(state, epoch) {
  const epochs = shownEpochs(state)
  if (!epochs.length) return state
  const nearest = nearestOf(epochs, epoch)
  return { ...state, at: nearest, follows: nearest === epochs[epochs.length - 1] }
}

/**
 * Play from the first epoch, or pause if it plays already.
 * @param {TestImagesState} state @returns {TestImagesState}
 */
export function togglePlaying(state) {
  const epochs = shownEpochs(state)
  if (nextEpoch(state) !== null) return { ...state, follows: false }
  const ended = state.at >= epochs[epochs.length - 1]
  return { ...state, at: ended ? epochs[0] : state.at, follows: true }
}

/** Switch between the columns and the confusion matrix. @param {TestImagesState} state @param {boolean} matrix */
export const toggleMatrix = (state, matrix) => ({ ...state, matrix, cell: null })

/**
 * Choose a cell, or clear the choice if it is chosen already.
 * @param {TestImagesState} state @param {Cell} cell @returns {TestImagesState}
 */
export function toggleCell(state, { row, column }) {
  const isChosen = state.cell?.row === row && state.cell.column === column
  return { ...state, cell: isChosen ? null : { row, column } }
}

/** Return the cell with the most errors, or null without errors. @param {TestImages | undefined} crowd @returns {Cell | null} */
export function worstCell(crowd) {
  if (!crowd) return null
  const { confusion, classes } = crowd
  const errors = Array.from(confusion, (count, n) => (n % (classes + 1) ? count : 0))
  const worstIndex = largestIndex(errors)
  return errors[worstIndex] ? { row: Math.floor(worstIndex / classes), column: worstIndex % classes } : null
}

/**
 * Return the indices of the photographs in a cell.
 * @param {Cell} cell @param {ArrayLike<number>} labels @param {number[]} answers
 */
export const inCell = ({ row, column }, labels, answers) =>
  [...answers.keys()].filter((i) => labels[i] === row && answers[i] === column)

/** Return the surest photograph of a cell, or -1. @param {TestImages} crowd @param {Cell} cell @param {ArrayLike<number>} labels */
export function surestIn(crowd, cell, labels) {
  const confidenceOf = (/** @type {number} */ i) => outputsOf(crowd, i)[cell.column]
  return inCell(cell, labels, answersOf(crowd)).reduce(
    (best, i) => (best < 0 || confidenceOf(i) > confidenceOf(best) ? i : best),
    -1,
  )
}

/** Return how the photographs are arranged: as a heap until the first epoch has ended. @param {TestImagesState} state @returns {"heap" | "columns" | "matrix"} */
export const arrangement = ({ crowds, at, matrix }) =>
  !crowds.has(at) ? "heap" : matrix ? "matrix" : at > 0 ? "columns" : "heap"
