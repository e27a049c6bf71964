// Outputs against targets, and rows of parameters.

import { say } from "../../model/words.js"
import { html, markup, nothing } from "../../shell/html.js"
import { head } from "../parts.js"
import { bars, column, dots, rowsOf } from "../rows.js"
import { scenePicture } from "../scene.js"

/** Outputs against their targets; for a gradient, with its bars, which come from the distances. */
export const outputs = scenePicture(({ numbers, done }, symbol, [chosen]) => {
  const { label, plain, band } = numbers.maps[symbol]
  const isGradient = band === "gradients"
  const source = symbol === "y" && done("o") === 0 ? "y" : "o"
  const rows = rowsOf(numbers, symbol, chosen, (n) => ({ enter: `fly o${n} ${0.3 + 0.03 * (n % 12)}` }))
  return html`<div class="picture outputs ${isGradient ? "back" : ""}">
    ${isGradient ? html`<figure class="made">${head(label, plain)}${bars(rows, { id: "made", label: `${label}, ${plain}` })}</figure><b class="sign">←</b>` : nothing}
    <figure><figcaption><span>${markup(say("web.mechanism.dots", { symbol: "<i>o</i>" }))}</span></figcaption>${dots(numbers, chosen, source)}</figure>
    ${isGradient ? html`<p class="note">${say("web.mechanism.should_go")}</p>` : nothing}
  </div>`
})

/** A row of parameters, such as biases. */
export const parameterRow = scenePicture((scene, symbol, [chosen]) => {
  const { label, plain } = scene.numbers.maps[symbol]
  return html`<div class="picture outputs"><figure class="result">${head(label, plain)}${column(scene, symbol, chosen)}</figure></div>`
})
