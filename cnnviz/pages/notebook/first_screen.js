// The screen before the story: the kernel, its exact gradient and the printed kernel, as one equation that does not
// hold.

import { colour, css, textColour } from "../../view/model/numbers/colour.js"
import { localizePoint, number, withSymbols } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { html, inner, nothing } from "../../view/shell/html.js"

/** @import { StoryData, Template } from "../../view/types/view.js" */
/** @typedef {{ label: string, values: readonly number[] }} Grid  nine numbers, row by row */

/** Format a number without trailing zeros. @param {number} value */
export const formatPlainly = (value) => number(value, 3).replace(/[.,]0+$/, "")

/**
 * Return the differences of two grids as text, "" if equal.
 * @param {readonly number[]} values @param {readonly number[]} [before]
 */
export const changes = (values, before = values) =>
  values.map((value, n) =>
    value === before[n] ? "" : `${value > before[n] ? "+" : "−"}${formatPlainly(Math.abs(value - before[n]))}`,
  )

/**
 * Return nine numbers as cells in the colours of a map, framed where they differ from `before`.
 * @param {Grid} grid @param {number} limit end of the colour scale @param {readonly number[]} [before]
 */
function kernelGrid({ label, values }, limit, before) {
  const differences = changes(values, before)
  const cell = (/** @type {number} */ value, /** @type {number} */ n) => {
    const cellColour = colour(value, [-limit, limit], "signed")
    return html`<span class=${differences[n] ? "moved" : ""} style=${`background:${css(cellColour)};color:${textColour(cellColour)}`}>${formatPlainly(value)}${differences[n] ? html`<small>${differences[n]}</small>` : nothing}</span>`
  }
  return html`<figure><figcaption>${label}</figcaption><div class="nine" style=${`--k:${Math.sqrt(values.length)}`}>${values.map(cell)}</div></figure>`
}

/**
 * Return grids with a sign between them. Each is compared with the one before it.
 * @param {readonly Grid[]} grids @param {string} sign @returns {Template}
 */
export function equation(grids, sign) {
  const limit = Math.max(...grids.flatMap(({ values }) => values.map(Math.abs)))
  return html`<div class="equation">${grids.map((grid, n) => html`${n ? html`<b class="sign">${sign}</b>` : nothing}${kernelGrid(grid, limit, grids[n - 1]?.values)}`)}</div>`
}

/** @param {StoryData} story @returns {Template} */
export function firstScreen({ title, paragraphs, steps, printed }) {
  const { kernels, gradients, rate } = printed
  const [before, after] = [kernels[0].values, kernels[kernels.length - 1].values]
  const limit = Math.max(...[...before, ...after].map(Math.abs))
  const words = (/** @type {string} */ id) => say(`web.notebook.${id}`)
  return html`<h1>${title}</h1>${paragraphs.map((text) => html`<p class="lead" ${inner(withSymbols(text))}></p>`)}
    <div class="equation">${kernelGrid({ label: words("kernel_before"), values: before }, limit)}<b class="sign">− ${localizePoint(String(rate))} ×</b>${kernelGrid({ label: words("exact_gradient"), values: gradients[0] }, limit)}<b class="sign unequal" role="img" aria-label=${words("unequal")}>=</b>${kernelGrid({ label: words("as_printed"), values: after }, limit, before)}</div>
    <button type="button" class="primary" data-key="story_next" data-change=${JSON.stringify(steps[0].change)}>${say("web.notebook.start", { count: steps.length })} →</button>
    <p class="soft">${words("all_here")}</p>`
}
