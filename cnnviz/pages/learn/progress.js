// The learner's progress, stored in this browser only.

import { inBrowser } from "../../view/model/storage.js"

const [LESSONS, HINTS, PREDICTED, MISSIONS] = ["cnnviz.learn", "cnnviz.hints", "cnnviz.predict", "cnnviz.missions"]

/** @typedef {"right" | "seen"} Mark */

/**
 * Return the marks of answered steps by number.
 * @param {string} lesson
 * @returns {Record<string, Mark>}
 */
export const progress = (lesson) => inBrowser.readRecord(LESSONS)[lesson] ?? {}

/**
 * Store an answer. Once a step is answered correctly, it keeps this state.
 * @param {string} lesson
 * @param {number} step
 * @param {boolean} right
 */
export function storeMark(lesson, step, right) {
  const marks = progress(lesson)
  const newMark = marks[step] === "right" || right ? "right" : "seen"
  inBrowser.writeRecord(LESSONS, { ...inBrowser.readRecord(LESSONS), [lesson]: { ...marks, [step]: newMark } })
}

/**
 * Return the largest number of hints that were shown at each step, by step number.
 * @param {string} lesson
 * @returns {Record<string, number>}
 */
export const hintsUsed = (lesson) => inBrowser.readRecord(HINTS)[lesson] ?? {}

/** Store that `count` hints were shown. @param {string} lesson @param {number} step @param {number} count */
export function storeHints(lesson, step, count) {
  const hints = hintsUsed(lesson)
  const shownCount = Math.max(hints[step] ?? 0, count)
  inBrowser.writeRecord(HINTS, { ...inBrowser.readRecord(HINTS), [lesson]: { ...hints, [step]: shownCount } })
}

export function clearProgress() {
  inBrowser.writeRecord(LESSONS, {})
  inBrowser.writeRecord(HINTS, {})
}

/** Return the number of correct predictions and of all. @returns {{ right: number, n: number }} */
export function predictionScore() {
  const { right, n } = inBrowser.readRecord(PREDICTED)
  return { right: Number(right) || 0, n: Number(n) || 0 }
}

/** Count a prediction. @param {boolean} hit */
export function countPrediction(hit) {
  const { right, n } = predictionScore()
  inBrowser.writeRecord(PREDICTED, { right: right + Number(hit), n: n + 1 })
  dispatchAnswer({ question: "", right: hit })
}

/** Store the answer to a lesson's question. @param {string} lesson @param {number} step @param {boolean} right */
export function storeAnswer(lesson, step, right) {
  storeMark(lesson, step, right)
  dispatchAnswer({ question: `${lesson} ${step}`, right })
}

/** @typedef {{ question: string, right: boolean }} Told  lesson and step of the question, or "" for a prediction */

const answerEvents = new EventTarget()
/** @param {Told} detail */
const dispatchAnswer = (detail) => answerEvents.dispatchEvent(new CustomEvent("answer", { detail }))

/** Call `act` at every answer and prediction. @param {(told: Told) => void} act */
export const onAnswer = (act) =>
  answerEvents.addEventListener("answer", (event) => act(/** @type {CustomEvent} */ (event).detail))

export const resetCount = () => inBrowser.writeRecord(PREDICTED, {})

/** Return whether a mission has been reached before. @param {string} id */
export const isMissionReached = (id) => Boolean(inBrowser.readRecord(MISSIONS)[id])

/** Store that a mission has been reached. @param {string} id */
export const storeMission = (id) => inBrowser.writeRecord(MISSIONS, { ...inBrowser.readRecord(MISSIONS), [id]: true })
