// The browser's worker in which Python runs: it is handed paths, one at a time, some with a deck or a file, and hands back answers (python.js asks it).

import { start } from "./pyodide.js"

/** @import { Get } from "./python.js" */

/** Starts Python, says so, and answers from then on. */
export default function serve() {
  /** @type {Get | undefined} */
  let get
  self.onmessage = async ({ data: { id, path, sent } }) => {
    if (!get) return
    try {
      const answer = get(path, sent instanceof Blob ? new Uint8Array(await sent.arrayBuffer()) : sent)
      self.postMessage({ id, ...answer }, { transfer: [answer.body.buffer] })
    } catch (error) {
      self.postMessage({ id, failed: String(error) })
    }
  }
  start(new URL("./", self.location.href)).then(
    (found) => {
      get = found
      self.postMessage({ ready: true })
    },
    (error) => self.postMessage({ broken: String(error) }),
  )
}
