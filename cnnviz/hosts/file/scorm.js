// SCORM 1.2: report the share of right answers and the completion to a learning management system.

import { onAnswer, resetCount } from "../../pages/learn/progress.js"

/** @typedef {Record<"LMSInitialize" | "LMSGetValue" | "LMSCommit" | "LMSFinish", (name: string) => string> & { LMSSetValue: (name: string, value: string) => string }} Api */

const MOST_PARENTS = 20

/**
 * Return the system's API object, in a parent of this window or of its opener.
 * @param {Window | null} from
 * @returns {Api | undefined}
 */
function apiFrom(from) {
  /** @type {any} */
  let at = from
  for (let n = 0; at && n < MOST_PARENTS; n++) {
    try {
      if (at.API) return at.API
    } catch {
      return undefined // a window of another origin
    }
    at = at.parent === at ? at.opener : at.parent
  }
  return undefined
}

/**
 * Report to the system, if there is one. The score is the share of right answers among all `questions` and each
 * prediction made. Only the first answer to a question counts, since the page then shows the right one.
 * @param {number} [questions]
 * @returns {() => void} says that it is completed
 */
export function report(questions = 0) {
  const api = apiFrom(window)
  if (!api) return () => {}
  api.LMSInitialize("")
  const status = api.LMSGetValue("cmi.core.lesson_status")
  let isDone = status === "completed" || status === "passed"
  const setValues = (/** @type {Record<string, string>} */ values) => {
    for (const [name, value] of Object.entries(values)) api.LMSSetValue(`cmi.core.${name}`, value)
    api.LMSCommit("")
  }
  if (!isDone) setValues({ lesson_status: "incomplete" })
  resetCount()
  /** @type {Set<string>} */
  const answeredSteps = new Set()
  let [right, n] = [0, questions]
  onAnswer(({ question, right: hit }) => {
    if (answeredSteps.has(question)) return
    if (question) answeredSteps.add(question)
    else n += 1
    right += Number(hit)
    setValues({ "score.min": "0", "score.max": "100", "score.raw": String(Math.round((100 * right) / Math.max(n, 1))) })
  })
  addEventListener("pagehide", () => api.LMSFinish(""), { once: true })
  return () => {
    if (!isDone) setValues({ lesson_status: "completed" })
    isDone = true
  }
}
