// The “break it” tab of Check: the wrong line of code next to the correct one, and the place where the mistake is
// most visible.

import { group } from "../../view/controls/switches.js"
import { say } from "../../view/model/words.js"
import { difference, html, nothing } from "../../view/shell/html.js"
import { errorCurve, slopeCurve } from "./error_curve.js"
import { togglePair, versionMaps } from "./ours.js"

/** @import { Shown } from "./ours.js" */
/** @import { CodeData, GradientChainData } from "../../view/types/view.js" */

/** The list of mistakes, before one is chosen. @param {Shown} shown */
export const mistakeList = ({ chain }) => html`<section class="mistakes"><h2>${say("web.check.choose")}</h2>
  ${chain.sentences.length ? html`<p class="sentence bad">${chain.sentences.join(" ")}</p>` : nothing}
  <div class="switches">${chain.switches.map(group)}</div><p class="detail"></p></section>`

/** @param {CodeData} code */
export const lines = ({ wrong, right }) => html`<div class="code">${difference(wrong, right)}</div>`

/** Return whether a gradient differs from the right one. @param {GradientChainData} chain */
const isSeen = ({ cards }) => cards.some(({ state }) => state === "first" || state === "another")

/** Return the chart of the mistake's effect on the gradient check's error, or on the loss. @param {Shown} shown */
function effectChart({ chain, check, falls }) {
  const chart = (/** @type {string} */ wanted) => chain.charts.find(({ name }) => name === wanted)
  const [sweep, loss] = [chart("sweep"), chart("falls")]
  const shownChart = !sweep || falls ? loss : sweep
  const toggle = sweep
    ? togglePair(say("web.check.chart"), [
        ["curve", say("web.check.curve"), shownChart === sweep],
        ["falls", say("web.check.falls"), shownChart !== sweep],
      ])
    : nothing
  if (!shownChart) return nothing
  const picture =
    shownChart === sweep
      ? errorCurve(shownChart, [])
      : html`<canvas data-chart="falls" role="img" aria-label=${shownChart.title}></canvas>`
  return html`<section class="error-over-step"><h2><button type="button" data-open=${`chart-${shownChart.name}`} title=${say("web.chart.open")}>${shownChart.title}</button>${toggle}</h2>${picture}${isSeen(chain) ? html`<div class="numbers"><span class="entry-name"></span> <span class="readout"></span></div>` : nothing}${shownChart === loss ? html`<p class="falls">${check.falls}</p>` : nothing}</section>`
}

/** @param {GradientChainData} chain */
const otherOptions = ({
  switches,
}) => html`<button type="button" class="link" popovertarget="mistakes">${say("web.check.another")}</button>
  <div class="mistakes menu" id="mistakes" popover><div class="switches">${switches.slice(0, 1).map(group)}</div><p class="detail"></p></div>`

/** @param {Shown} shown */
export function brokenTemplate(shown) {
  const { chain, check, subject, maps } = shown
  const [mistake, ...there] = chain.switches
  const activeOption = mistake.options.find(({ on }) => on)
  const slope = chain.charts.find(({ name }) => name === "slope")
  const gradients = maps.filter(({ name }) => name !== "error")
  const [first, name] = [chain.cards.find(({ state }) => state === "first")?.symbol, activeOption?.label ?? ""]
  const picture =
    slope && check.best
      ? slopeCurve(slope, check.best)
      : isSeen(chain)
        ? versionMaps(first ?? subject, gradients)
        : nothing
  return html`${effectChart(shown)}
    <section class=${first ? "opened" : "opened calm"}><h2>${say(`web.check.${first && check.code ? "opened" : "mistake"}`, { mistake: name })}</h2>
      ${check.code ? lines(check.code) : nothing}
      <div class="where">${picture}
        <div>${(check.best?.words ?? []).map((words) => html`<p>${words}</p>`)}<p class="sentence">${chain.sentences.join(" ")}</p>
          <div class="doings">${there.map(group)}<button type="button" class="primary" data-key="fix" data-change=${JSON.stringify({ mistake: "", check: "break" })}>${say("web.check.fix")}</button>${otherOptions(chain)}</div></div></div></section>`
}
