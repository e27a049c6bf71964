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
  const now = { right: right + Number(hit), n: n + 1 }
  inBrowser.writeRecord(PREDICTED, now)
  counted.dispatchEvent(new CustomEvent("score", { detail: now }))
}

const counted = new EventTarget()

/** Calls `act` at every prediction with how many were right, of how many. @param {(scores: { right: number, n: number }) => void} act @param {AbortSignal} signal */
export const onScore = (act, signal) =>
  counted.addEventListener("score", (event) => act(/** @type {CustomEvent} */ (event).detail), { signal })

export const startCount = () => inBrowser.writeRecord(PREDICTED, {})

/** Tells whether a mission was reached once. @param {string} id */
export const remembered = (id) => Boolean(inBrowser.readRecord(MISSIONS)[id])

/** Remembers that a mission was reached. @param {string} id */
export const reached = (id) => inBrowser.writeRecord(MISSIONS, { ...inBrowser.readRecord(MISSIONS), [id]: true })
