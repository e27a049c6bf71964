// The confusion matrix. Selecting a cell dims all images outside it.

import { say } from "../../view/model/words.js"
import { html } from "../../view/shell/html.js"

/** @import { TestImages, TestImagesState, Report } from "./test_images_state.js" */

const FEW = 5 // largest number of classes whose names are beside each other

/** Return the sum of a row. @param {TestImages} crowd @param {number} i */
export const ofClass = ({ confusion, classes }, i) =>
  confusion.subarray(i * classes, (i + 1) * classes).reduce((sum, count) => sum + count, 0)

/**
 * Return how many images get this answer, and for how many of them it is right.
 * @param {TestImages} crowd @param {number} j @returns {[number, number]}
 */
export function answered({ confusion, classes }, j) {
  let all = 0
  for (let i = 0; i < classes; i++) all += confusion[i * classes + j]
  return [confusion[j * classes + j], all]
}

/** @param {Report} report @param {TestImagesState} state */
export function confusionTable({ names }, { crowds, at, choice }) {
  const crowd = crowds.get(at)
  const n = names.length
  const chosen = (/** @type {number} */ i, /** @type {number} */ j) =>
    choice?.kind === "cell" && choice.row === i && choice.column === j
  const cell = (/** @type {number} */ i, /** @type {number} */ j) => {
    const count = crowd?.confusion[i * n + j] ?? 0
    const share = crowd ? count / (ofClass(crowd, i) || 1) : 0
    const words = say("web.training.cell", { n: count, name: names[i], said: names[j] })
    return html`<td><button type="button" class=${i === j ? "diagonal" : ""} data-cell="${i},${j}" aria-label=${words} title=${words}
      aria-pressed=${String(chosen(i, j))} style="--share:${Math.round(100 * share)}%">${crowd ? count : ""}</button></td>`
  }
  const head = names.map((name) => html`<th scope="col"><span>${name}</span></th>`)
  const rows = names.map((name, i) => html`<tr><th scope="row">${name}</th>${names.map((_, j) => cell(i, j))}</tr>`)
  return html`<table class=${n > FEW ? "many-classes" : ""} style="--n:${n}"><thead><tr><td></td>${head}</tr></thead><tbody>${rows}</tbody></table>
    <p>${say("web.training.rows")} ${crowd?.mixed ?? ""}</p>`
}
