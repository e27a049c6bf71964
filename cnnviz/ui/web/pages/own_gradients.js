// Somebody's own gradients: what a wrong stage looks like, and how much of it that explains.

import { escaped } from "../model/format.js"
import { say } from "../model/words.js"

/** @import { CodeData, OwnMatch, OwnStage } from "../types/wire.js" */

/** @param {OwnMatch} match */
const bar = ({ title, share, count }) => `
  <dt>${escaped(title)}</dt><dd><meter min="0" max="1" value="${share}"></meter></dd><dd>${escaped(count)}</dd>`

/** @type {(stage: OwnStage, lines: (code: CodeData, words: string) => string) => string} */
export const stageOf = ({ how, title, matches, code, words }, lines) => `
  <section class="own-stage"><p class="soft">${escaped(how)}</p><h2>${escaped(title)}</h2>
    ${matches.length ? `<dl>${matches.map(bar).join("")}</dl>` : ""}
    ${words.map((sentence) => `<p>${escaped(sentence)}</p>`).join("")}${code ? lines(code, say("web.check.own_code")) : ""}</section>`

/** How an answer reads, before there is a file: an example's. @type {(words: string, stages: string) => string} */
export const exampleOf = (words, stages) => `
  <div class="own-example"><h2>${say("web.check.own_example")}</h2><p>${escaped(words)}</p>${stages}</div>`
