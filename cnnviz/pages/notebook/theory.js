// What the notebook explains: a card for each section, and both lines of each of its deviations.

import { sentence } from "../../view/model/format.js"
import { say } from "../../view/model/words.js"
import { difference, html, inner } from "../../view/regions/html.js"

/** @import { TheoryData, TheoryLines, TheorySection } from "../../view/types/view.js" */

/** Both lines in full: what stands behind "#" has a line of its own here. @param {Pick<TheoryLines, "notebook" | "exact">} lines */
export const atLength = ({ notebook, exact }) => {
  const [theirs, ours] = [notebook, exact].map((line) => line.replace(/ {2}# and (then )?/, "\n"))
  return difference(theirs, ours)
}

/** @param {TheorySection} section */
const section = ({ title, formulas, words }) =>
  html`<section><h2>${title}</h2><p class="formulas" ${inner(formulas.join(" "))}></p><p ${inner(sentence(words))}></p></section>`

/** @param {TheoryLines} deviation */
const lines = ({ title, words, ...both }) =>
  html`<div><dt>${title} <span>${words}</span></dt><dd class="code">${atLength(both)}</dd></div>`

/** @param {TheoryData} data */
export const theory = ({ sections, deviations }) =>
  html`<div class="sections">${sections.map(section)}</div><section class="deviations"><h2>${say("ui.notebook.theory.deviations")}</h2><dl>${deviations.map(lines)}</dl></section>`
