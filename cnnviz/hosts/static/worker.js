// The web worker that runs Python: receives paths, one at a time and possibly with a body, and returns responses to
// python.js.

import { start } from "./pyodide.js"

/** @import { Get } from "./python.js" */

/** Start Python, report that it is ready, and answer requests. */
export default function serve() {
  /** @type {Get | undefined} */
  let getResponse
  self.onmessage = async ({ data: { id, path, sent } }) => {
    if (!getResponse) return
    try {
      const answer = getResponse(path, sent instanceof Blob ? new Uint8Array(await sent.arrayBuffer()) : sent)
      self.postMessage({ id, ...answer }, { transfer: [answer.body.buffer] })
    } catch (error) {
      self.postMessage({ id, failed: String(error) })
    }
  }
  start(new URL("./", self.location.href)).then(
    (found) => {
      getResponse = found
      self.postMessage({ ready: true })
    },
    (error) => self.postMessage({ broken: String(error) }),
  )
}
