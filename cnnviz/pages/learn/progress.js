// How far a learner has come: kept in this browser, and known to nobody else.

import { inBrowser } from "../../view/model/storage.js"

const [LESSONS, PREDICTED, MISSIONS] = ["cnnviz.learn", "cnnviz.predict", "cnnviz.missions"]

/** @typedef {"right" | "seen"} Mark */

/**
 * The mark of each step that was answered, by its number.
 * @param {string} lesson
 * @returns {Record<string, Mark>}
 */
export const progress = (lesson) => inBrowser.readRecord(LESSONS)[lesson] ?? {}

/**
 * Remembers an answer; once right, a step stays so.
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

/** Tells how many predictions were right, of how many. @returns {{ right: number, n: number }} */
export function scores() {
  const { right, n } = inBrowser.readRecord(PREDICTED)
  return { right: Number(right) || 0, n: Number(n) || 0 }
}

/** Counts a prediction. @param {boolean} hit */
export function score(hit) {
  const { right, n } = scores()
  inBrowser.writeRecord(PREDICTED, { right: right + Number(hit), n: n + 1 })
  tell({ question: "", right: hit })
}

/** Remembers what was answered to a question of a lesson. @param {string} lesson @param {number} step @param {boolean} right */
export function answer(lesson, step, right) {
  remember(lesson, step, right)
  tell({ question: `${lesson} ${step}`, right })
}

/** @typedef {{ question: string, right: boolean }} Told  the question that was answered, "" for a prediction */

const told = new EventTarget()
/** @param {Told} detail */
const tell = (detail) => told.dispatchEvent(new CustomEvent("answer", { detail }))

/** Calls `act` at every answer and prediction. @param {(told: Told) => void} act */
export const onAnswer = (act) =>
  told.addEventListener("answer", (event) => act(/** @type {CustomEvent} */ (event).detail))

export const startCount = () => inBrowser.writeRecord(PREDICTED, {})

/** Tells whether a mission was reached once. @param {string} id */
export const remembered = (id) => Boolean(inBrowser.readRecord(MISSIONS)[id])

/** Remembers that a mission was reached. @param {string} id */
export const reached = (id) => inBrowser.writeRecord(MISSIONS, { ...inBrowser.readRecord(MISSIONS), [id]: true })
