// The browser's worker in which Python runs: it is handed paths, one at a time, some with a script, and hands back answers (python.js asks it).

import { start } from "./pyodide.js"

/** @import { Get } from "./python.js" */

/** Starts Python, says so, and answers from then on. */
export default function serve() {
  /** @type {Get | undefined} */
  let get
  self.onmessage = ({ data: { id, path, script } }) => {
    if (!get) return
    const answer = get(path, script)
    self.postMessage({ id, ...answer }, { transfer: [answer.body.buffer] })
  }
  start(new URL("./", self.location.href)).then(
    (found) => {
      get = found
      self.postMessage({ ready: true })
    },
    (error) => self.postMessage({ broken: String(error) }),
  )
}
