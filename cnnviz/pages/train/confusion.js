// The confusion matrix: a button for each cell, over which the photographs are drawn.

import { say } from "../../view/model/words.js"
import { html } from "../../view/shell/html.js"
import { matrixGrid } from "./test_images_layout.js"
import { worstCell } from "./test_images_state.js"

/** @import { Frame } from "./test_images_layout.js" */
/** @import { TestImages, TestImagesState, Report } from "./test_images_state.js" */

/**
 * Return how many images get this answer, and for how many of them it is right.
 * @param {TestImages} crowd @param {number} j @returns {[number, number]}
 */
export function answerCounts({ confusion, classes }, j) {
  let total = 0
  for (let i = 0; i < classes; i++) total += confusion[i * classes + j]
  return [confusion[j * classes + j], total]
}

/** @param {Report} report @param {TestImagesState} state @param {Frame} frame */
export function confusionTable({ names }, { crowds, at, cell }, frame) {
  const testImages = crowds.get(at)
  const n = names.length
  const { side, above, head, gap, cellWidth, cellHeight } = matrixGrid(frame)
  const framedCell = cell ?? worstCell(testImages)
  const button = (/** @type {number} */ i, /** @type {number} */ j) => {
    const count = testImages?.confusion[i * n + j] ?? 0
    const words = say("web.training.cell", { n: count, name: names[i], said: names[j] })
    const isFramed = framedCell?.row === i && framedCell.column === j
    const isChosen = cell?.row === i && cell.column === j
    return html`<div role="cell"><button type="button" class="${i === j ? "diagonal" : ""} ${isFramed ? "framed" : ""}" data-cell="${i},${j}" aria-label=${words} title=${words}
      aria-pressed=${String(isChosen)}>${count || ""}</button></div>`
  }
  const row = (/** @type {string} */ name, /** @type {number} */ i) =>
    html`<div role="row" class="truth"><span role="rowheader">${name}</span>${names.map((_, j) => button(i, j))}</div>`
  return html`<div role="table" aria-label=${say("web.training.matrix")} class=${above ? "above" : ""} style="--n:${n};--side:${side}px;--above:${above}px;--head:${head}px;--gap:${gap}px;--cell:${cellWidth}px;--tall:${cellHeight}px">
    <p class="axes" aria-hidden="true"><span>${say("web.training.what_it_is")} ↓</span><span>${say("web.training.its_answer")} →</span></p>
    <div role="row" class="answers"><span role="cell"></span>${names.map((name) => html`<span role="columnheader"><b>${name}</b></span>`)}</div>
    ${names.map(row)}</div>`
}
