// The learner's progress, stored in this browser only.

import { inBrowser } from "../../view/model/storage.js"

const [LESSONS, PREDICTED, MISSIONS] = ["cnnviz.learn", "cnnviz.predict", "cnnviz.missions"]

/** @typedef {"right" | "seen"} Mark */

/**
 * Return the marks of answered steps by number.
 * @param {string} lesson
 * @returns {Record<string, Mark>}
 */
export const progress = (lesson) => inBrowser.readRecord(LESSONS)[lesson] ?? {}

/**
 * Store an answer. A step that was answered correctly once stays so.
 * @param {string} lesson
 * @param {number} step
 * @param {boolean} right
 */
export function remember(lesson, step, right) {
  const known = progress(lesson)
  const mark = known[step] === "right" || right ? "right" : "seen"
  inBrowser.writeRecord(LESSONS, { ...inBrowser.readRecord(LESSONS), [lesson]: { ...known, [step]: mark } })
}

export const forget = () => inBrowser.writeRecord(LESSONS, {})

/** Return the number of correct predictions and of all. @returns {{ right: number, n: number }} */
export function scores() {
  const { right, n } = inBrowser.readRecord(PREDICTED)
  return { right: Number(right) || 0, n: Number(n) || 0 }
}

/** Count a prediction. @param {boolean} hit */
export function score(hit) {
  const { right, n } = scores()
  inBrowser.writeRecord(PREDICTED, { right: right + Number(hit), n: n + 1 })
  tell({ question: "", right: hit })
}

/** Store the answer to a lesson's question. @param {string} lesson @param {number} step @param {boolean} right */
export function answer(lesson, step, right) {
  remember(lesson, step, right)
  tell({ question: `${lesson} ${step}`, right })
}

/** @typedef {{ question: string, right: boolean }} Told  lesson and step of the question, or "" for a prediction */

const told = new EventTarget()
/** @param {Told} detail */
const tell = (detail) => told.dispatchEvent(new CustomEvent("answer", { detail }))

/** Call `act` at every answer and prediction. @param {(told: Told) => void} act */
export const onAnswer = (act) =>
  told.addEventListener("answer", (event) => act(/** @type {CustomEvent} */ (event).detail))

export const startCount = () => inBrowser.writeRecord(PREDICTED, {})

/** Return whether a mission has been reached before. @param {string} id */
export const remembered = (id) => Boolean(inBrowser.readRecord(MISSIONS)[id])

/** Store that a mission has been reached. @param {string} id */
export const reached = (id) => inBrowser.writeRecord(MISSIONS, { ...inBrowser.readRecord(MISSIONS), [id]: true })
