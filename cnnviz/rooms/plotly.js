// Plotly's script, of a server that has it: loaded when the first chart is opened, and not before.

import { say } from "../view/model/words.js"
import { LANG, STREAMLITS } from "../view/spec.js"

/** @import { Plotly } from "../view/types/view.js" */

/** @type {Promise<Plotly> | undefined} */
let loading

/** @param {URL} base  of the server @returns {Promise<Plotly>} */
export function plotly(base) {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = new URL("web/plotly.js", base).href
    script.onload = () => resolve(speaking())
    script.onerror = (error) => {
      loading = undefined // the next chart asks again
      script.remove()
      reject(error)
    }
    document.head.append(script)
  })
  return loading
}

/** Has its buttons speak the reader's language. */
function speaking() {
  const { Plotly } = /** @type {{ Plotly: Plotly }} */ (/** @type {unknown} */ (window))
  const dictionary = Object.fromEntries(Object.entries(STREAMLITS).map(([text, id]) => [text, say(id)]))
  Plotly.register({ moduleType: "locale", name: LANG, dictionary })
  return Plotly
}
