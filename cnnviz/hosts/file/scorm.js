// What a setup tells a learning management system (SCORM 1.2): how many of its questions were answered right, and when
// its end was reached.

import { onAnswer, startCount } from "../../pages/learn/progress.js"

/** @typedef {Record<"LMSInitialize" | "LMSGetValue" | "LMSCommit" | "LMSFinish", (name: string) => string> & { LMSSetValue: (name: string, value: string) => string }} Api */

const MOST_PARENTS = 20

/** The system's end, in a window around this one or the one that opened it. @param {Window | null} from @returns {Api | undefined} */
function apiFrom(from) {
  /** @type {any} */
  let at = from
  for (let n = 0; at && n < MOST_PARENTS; n++) {
    try {
      if (at.API) return at.API
    } catch {
      return undefined // a page of somebody else's
    }
    at = at.parent === at ? at.opener : at.parent
  }
  return undefined
}

/**
 * Tells the system how it goes, if there is one: the score is the share of right answers, of all `questions` and of each
 * prediction that was made. The first answer to a question counts, since the page then shows what is right.
 * @param {number} [questions]
 * @returns {() => void} says that it is completed
 */
export function report(questions = 0) {
  const api = apiFrom(window)
  if (!api) return () => {}
  api.LMSInitialize("")
  const status = api.LMSGetValue("cmi.core.lesson_status")
  let done = status === "completed" || status === "passed"
  const tell = (/** @type {Record<string, string>} */ values) => {
    for (const [name, value] of Object.entries(values)) api.LMSSetValue(`cmi.core.${name}`, value)
    api.LMSCommit("")
  }
  if (!done) tell({ lesson_status: "incomplete" })
  startCount()
  /** @type {Set<string>} */
  const answered = new Set()
  let [right, n] = [0, questions]
  onAnswer(({ question, right: hit }) => {
    if (answered.has(question)) return
    if (question) answered.add(question)
    else n += 1
    right += Number(hit)
    tell({ "score.min": "0", "score.max": "100", "score.raw": String(Math.round((100 * right) / Math.max(n, 1))) })
  })
  addEventListener("pagehide", () => api.LMSFinish(""), { once: true })
  return () => {
    if (!done) tell({ lesson_status: "completed" })
    done = true
  }
}
