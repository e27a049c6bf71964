// Somebody's own gradients: what a wrong stage looks like, and how much of it that explains.

import { say } from "../../view/model/words.js"
import { html } from "../../view/regions/html.js"

/** @import { Template } from "../../view/regions/html.js" */
/** @import { CodeData, OwnMatch, OwnStage } from "../../view/types/wire.js" */

/** @param {OwnMatch} match */
const bar = ({ title, share, count }) => html`
  <dt>${title}</dt><dd><meter min="0" max="1" value=${share}></meter></dd><dd>${count}</dd>`

/** @type {(stage: OwnStage, lines: (code: CodeData, words: string) => Template) => Template} */
export const stageOf = ({ how, title, matches, code, words }, lines) => html`
  <section class="own-stage"><p class="soft">${how}</p><h2>${title}</h2>
    ${matches.length ? html`<dl>${matches.map(bar)}</dl>` : ""}
    ${words.map((sentence) => html`<p>${sentence}</p>`)}${code ? lines(code, say("web.check.own_code")) : ""}</section>`

/** How an answer reads, before there is a file: an example's. @type {(words: string, stages: Template[]) => Template} */
export const exampleOf = (words, stages) => html`
  <div class="own-example"><h2>${say("web.check.own_example")}</h2><p>${words}</p>${stages}</div>`
