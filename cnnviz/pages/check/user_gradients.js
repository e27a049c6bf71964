// The “your own” tab of Check: the user's gradients next to the correct ones where they first differ, the diagnosis,
// and the likely line of code.

import { actionButton } from "../../view/controls/actions.js"
import { say } from "../../view/model/words.js"
import { html, markup, nothing } from "../../view/shell/html.js"
import { lines } from "./broken.js"
import { versionMaps } from "./ours.js"

/** @import { Shown } from "./ours.js" */
/** @import { ExplanationData, UserStage } from "../../view/types/view.js" */

/** @param {ExplanationData} match */
const bar = ({ title, share, count }) => html`
  <dt>${title}</dt><dd><meter min="0" max="1" value=${share}></meter></dd><dd>${count}</dd>`

/** @param {UserStage} stage */
const nextStepTemplate = ({ code: { wrong, right } }) =>
  html`<p class="soft">${say(wrong ? "web.check.own_code" : "web.check.own_line")} <button type="button" class="link" data-act="copy" data-code=${right}>${say("web.check.copy")}</button></p>`

/** One stage of the diagnosis. An example has no code. @param {UserStage} stage */
const stageOf = (stage) => {
  const { how, title, matches, code, words } = stage
  return html`
  <section class="own-stage"><p class="soft">${how}</p><h2>${title}</h2>
    ${code.right ? html`${lines(code)}${nextStepTemplate(stage)}` : nothing}
    ${words.map((sentence) => html`<p>${sentence}</p>`)}${matches.length ? html`<dl>${matches.map(bar)}</dl>` : nothing}</section>`
}

/** @param {Shown} shown */
export function userTemplate({ chain, check, subject, maps }) {
  const { file = "", example = "", stages = [] } = check.own ?? {}
  const firstWrong = chain.cards.find(({ state }) => state === "first")
  const see = firstWrong
    ? html`<button type="button" class="link" data-act="see" data-stage=${firstWrong.symbol}>${say("web.check.see")}</button>`
    : nothing
  const stageParts = stages.map(stageOf)
  return html`
    <section class="entry numbers"><div class="own-file doings">${markup(actionButton("own_gradients"))}<span>${file}</span></div>
      ${example ? nothing : html`<h2><span class="entry-name"></span></h2>`}<div class="compared">${
        file
          ? versionMaps(
              subject,
              maps.filter(({ name }) => name !== "error"),
            )
          : nothing
      }${example ? nothing : html`<div class="readout"></div>`}</div>
      ${chain.sentences.map((words) => html`<p class="sentence">${words}</p>`)}</section>
    ${
      firstWrong || example || stageParts.length
        ? html`<section class=${firstWrong ? "opened" : "opened calm"}>
      ${example ? html`<div class="own-example"><h2>${say("web.check.own_example")}</h2><p>${example}</p>${stageParts}</div>` : stageParts}${see}</section>`
        : nothing
    }`
}
