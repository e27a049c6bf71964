// Histograms below each other over one axis, with the path of one number through them.

import { short } from "../model/numbers/format.js"
import { spoken } from "../model/spoken.js"
import { html, svg } from "../shell/html.js"
import { styles } from "./directives.js"

/** @import { Template } from "../types/view.js" */
/** @typedef {{ values: ArrayLike<number>, own: number, name: Template | string, label: string, facts: Template, enter: string }} Histogram  its numbers, the marked one, its name, and facts beside it */

const BARS = 60
const LEAST = 0.02 // height of a bar, relative to the highest
const APART = 0.12 // least distance between 0 and an end of the axis, relative to its length

/** Return the bars of a histogram as a path over `BARS` × 1. @param {ArrayLike<number>} values @param {number} low @param {number} span */
export function barsOf(values, low, span) {
  const bins = Array(BARS).fill(0)
  for (let n = 0; n < values.length; n++)
    bins[Math.min(BARS - 1, Math.max(0, Math.floor(((values[n] - low) / span) * BARS)))] += 1
  const most = Math.max(...bins, 1)
  return bins.map((n, i) => (n ? `M${i} 1V${1 - Math.max(n / most, LEAST)}h0.85V1Z` : "")).join("")
}

/** Return the bars of a histogram, in the element that holds them. @param {ArrayLike<number>} values @param {number} low @param {number} span @param {string} label */
export const histogramBars = (values, low, span, label) =>
  html`<svg viewBox="0 0 ${BARS} 1" preserveAspectRatio="none" role="img" aria-label=${spoken(label)}><path d=${barsOf(values, low, span)}></path></svg>`

/** @param {Histogram[]} all */
export function histograms(all) {
  let [low, high] = [0, 0]
  for (const { values } of all)
    for (let n = 0; n < values.length; n++)
      if (Number.isFinite(values[n])) [low, high] = [Math.min(low, values[n]), Math.max(high, values[n])]
  const span = high - low || 1
  const share = (/** @type {number} */ value) => (Number.isFinite(value) ? (value - low) / span : 0)
  const hasZero = [low, high].every((end) => !end || Math.abs(end) > APART * span)
  const ends = hasZero ? [low, 0, high] : [low, high]
  const path = all.map(
    ({ own }, n) =>
      `${n ? `C${share(all[n - 1].own)} ${n + 0.5} ${share(own)} ${n + 0.5} ` : "M"}${share(own)} ${n + 1}`,
  )
  return html`<div class="histograms" data-id="histograms">
    ${all.map(
      ({ values, own, name, label, facts, enter }, n) => html`<figure data-enter=${enter}><i>${name}</i>
        <div class="bins" data-id="bars${n}">${histogramBars(values, low, span, label)}<span class="own-value" ${styles({ "--at": share(own) })}></span></div>
        <p>${facts}</p></figure>`,
    )}
    <svg class="path" viewBox="0 0 1 ${all.length}" preserveAspectRatio="none" aria-hidden="true">${svg`<path d=${path.join("")} data-enter="fade 0.75"></path>`}</svg>
    <div class="axis">${[...new Set(ends)].map((value) => html`<small ${styles({ "--at": share(value) })}>${short(value)}</small>`)}</div>
  </div>`
}
