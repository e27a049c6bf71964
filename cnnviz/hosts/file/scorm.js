// What a lesson tells a learning management system (SCORM 1.2): how many of its questions were answered right, and when
// its last stage was reached.

import { onScore, startCount } from "../../pages/learn/progress.js"

/** @import { View } from "../../view/regions/lesson_view.js" */
/** @typedef {Record<"LMSInitialize" | "LMSGetValue" | "LMSCommit" | "LMSFinish", (name: string) => string> & { LMSSetValue: (name: string, value: string) => string }} Api */

const MOST_PARENTS = 20

/** The system's end, in a window around this one or the one that opened it. @param {Window | null} from @returns {Api | undefined} */
export function apiFrom(from) {
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

/** Tells the system, if there is one. @param {View} view */
export function report(view) {
  const api = apiFrom(window)
  if (!api) return
  api.LMSInitialize("")
  const status = api.LMSGetValue("cmi.core.lesson_status")
  let done = status === "completed" || status === "passed"
  const tell = (/** @type {Record<string, string>} */ values) => {
    for (const [name, value] of Object.entries(values)) api.LMSSetValue(`cmi.core.${name}`, value)
    api.LMSCommit("")
  }
  if (!done) tell({ lesson_status: "incomplete" })
  startCount()
  const { signal } = view.stop
  const scored = ({ right = 0, n = 0 }) =>
    tell({ "score.min": "0", "score.max": "100", "score.raw": String(Math.round((100 * right) / n)) })
  onScore(scored, signal)
  new MutationObserver(() => {
    if (done || view.veiled || view.stage !== view.order.at(-1)) return
    done = true
    tell({ lesson_status: "completed" })
  }).observe(view.root, { attributes: true, attributeFilter: ["data-stage", "class"] })
  addEventListener("pagehide", () => api.LMSFinish(""), { once: true })
}
