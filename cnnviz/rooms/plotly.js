// Plotly's script, loaded from the server when the first chart opens.

import { say } from "../view/model/words.js"
import { LANG, STREAMLITS } from "../view/spec.js"

/** @import { Plotly } from "../view/types/view.js" */

/** @type {Promise<Plotly> | undefined} */
let loadingPromise

/** @param {URL} base  of the server @returns {Promise<Plotly>} */
export function plotly(base) {
  loadingPromise ??= new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = new URL("web/plotly.js", base).href
    script.onload = () => resolve(translatePlotly())
    script.onerror = (error) => {
      loadingPromise = undefined // allows the next chart to retry
      script.remove()
      reject(error)
    }
    document.head.append(script)
  })
  return loadingPromise
}

/** Translate Plotly's buttons into the reader's language. */
function translatePlotly() {
  const { Plotly } = /** @type {{ Plotly: Plotly }} */ (/** @type {unknown} */ (window))
  const dictionary = Object.fromEntries(Object.entries(STREAMLITS).map(([text, id]) => [text, say(id)]))
  Plotly.register({ moduleType: "locale", name: LANG, dictionary })
  return Plotly
}
