// Check, tab “ours”: one entry computed in two ways, its error over ε, and the digits that cancel.

import { localizePoint } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { mapCanvas } from "../../view/shell/gradient_chain.js"
import { html, keyed, markup, nothing } from "../../view/shell/html.js"
import { LACKS_TENSORFLOW, TENSORFLOW } from "../../view/spec.js"
import { bestOf, CIRCLED, errorCurve } from "./error_curve.js"

/** @import { CheckData, NudgeRow, GradientChainData, Template, ThirdData, RowData } from "../../view/types/view.js" */
/** @typedef {{ chain: GradientChainData, check: CheckData, all: boolean, falls: boolean, subject: string, maps: RowData[] }} Shown  what stands below the chain; `maps` are the versions of the array that is spoken of */

/** A pair of toggle buttons. @param {string} label @param {[act: string, text: string, on: boolean][]} options */
export const togglePair = (label, options) =>
  html`<span class="tabs" role="group" aria-label=${label}>${options.map(([act, text, on]) => html`<button type="button" data-act=${act} aria-pressed=${on}>${text}</button>`)}</span>`

/** Maps of all versions of an array, side by side. @type {(subject: string, rows: RowData[]) => Template} */
export const versionMaps = (subject, rows) =>
  html`<div class="versions">${rows.map(({ name, label }) => keyed(`${name}.${subject}`, html`<figure class="map"><figcaption>${label} <span class="limits"><span class="power"></span></span></figcaption>${mapCanvas(`large.${name}.${subject}`)}</figure>`))}</div>`

/** @type {(first: string, second: string, of: [string, string]) => Template} */
const splitNumber = (first, second, [left, right]) =>
  html`<span class=${first}>${localizePoint(left)}</span><span class=${second}>${localizePoint(right)}</span>`

/** @type {(row: NudgeRow, n: number, rows: NudgeRow[]) => Template} */
const nudge = ({ exponent, up, down, central, words }, n, rows) => html`
  <tr class=${n === bestOf(rows) ? "best" : ""}><th scope="row">${CIRCLED[n]} ${markup(`10<sup>${exponent.toFixed(Number.isInteger(exponent) ? 0 : 1).replace("-", "−")}</sup>`)}</th>
    <td><div>${splitNumber("shared", "left", up)}</div><div>${splitNumber("shared", "left", down)}</div><small>${words}</small></td>
    <td>${splitNumber("agrees", "differs", central)}</td></tr>`

/** @param {NudgeRow[]} rows */
const digits = (rows) => html`<section class="shared-digits" tabindex="0"><h2>${say("web.check.digits")}</h2>
  <table><thead><tr><td></td><th>${say("web.check.above")}</th><th>${say("web.check.difference")}</th></tr></thead><tbody>${rows.map(nudge)}</tbody></table></section>`

/** @param {Shown} shown */
export function exactTemplate({ chain, check, all, subject, maps }) {
  const [sweep, entry] = [chain.charts.find(({ name }) => name === "sweep"), check.entry]
  const toggle = togglePair(say("web.check.show"), [
    ["entry", say("web.check.entry"), !all],
    ["all", say("web.check.all"), all],
  ])
  return html`
    <section class="entry numbers"><h2><span class="entry-name"></span>${toggle}</h2>${all ? versionMaps(subject, maps) : nothing}
      <div class="readout"></div>${all ? nothing : html`<p class="soft">${say("web.check.chain")} · ${say("web.check.quotient")}</p>`}</section>
    ${sweep ? html`<section class="error-over-step"><h2><button type="button" data-open="chart-sweep" title=${say("web.chart.open")}>${sweep.title}</button></h2>${errorCurve(sweep, entry?.rows ?? [], entry?.name)}</section>` : nothing}
    ${entry?.rows.length ? digits(entry.rows) : nothing}
    ${chain.sentences.length ? html`<p class="sentence">${chain.sentences.join(" ")}</p>` : nothing}`
}

/**
 * TensorFlow's verdict, or the button that runs it, or how to install it; then the link to the next tab.
 * @param {ThirdData} third
 */
export const tensorflowTemplate = ({ on, change, words, good }) => html`
  <span class=${good === null ? "" : good ? "good" : "bad"}>${words || (LACKS_TENSORFLOW ? say("data.tensorflow.absent") : "")}</span>
  ${on || TENSORFLOW ? html`<button type="button" class="link" data-key="tensorflow" aria-pressed=${on} data-change=${JSON.stringify(change)}>${say(`web.check.${on ? "without" : "third"}`)}</button>` : nothing}
  <button type="button" class="link" data-key="break_it" data-change=${JSON.stringify({ check: "break" })}>${say("web.check.break_it")}</button>`
