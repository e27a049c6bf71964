// The picture at update 0: the photograph, and a column for each output with its gap to the target.

import { largestIndex } from "../../view/model/numbers/extremes.js"
import { decimals } from "../../view/model/numbers/format.js"
import { formatValue, say } from "../../view/model/words.js"
import { html } from "../../view/shell/html.js"

/** @import { Template } from "../../view/types/view.js" */
/** @typedef {{ name: string, now: number, target: number }} Output */

const MOST = 4 // largest number of outputs with a column each
const DIGITS = 2

/**
 * Return whether outputs can be columns between 0 and 1.
 * @param {Output[]} outputs @param {[number, number]} scale  of all outputs of the run
 */
export const hasColumns = (outputs, [low, high]) =>
  outputs.length > 0
  && outputs.length <= MOST
  && low >= 0
  && high <= 1
  && outputs.every(({ now }) => Number.isFinite(now))

/** Return the gap between an output and its target as printed, so that both add up. @param {Output} output */
export const gapOf = ({ now, target }) => decimals(Math.abs(target - Number(now.toFixed(DIGITS))), DIGITS)

/** @param {Output[]} outputs @param {string} words  describe the photograph */
export function startPicture(outputs, words) {
  const answer = outputs.length > 1 ? largestIndex(outputs.map(({ now }) => now)) : -1
  return html`<canvas class="photograph" role="img" aria-label=${words}></canvas>${outputs.map((output, n) => column(output, n === answer))}`
}

/** @param {Output} output @param {boolean} isAnswer @returns {Template} */
function column(output, isAnswer) {
  const { name, now, target } = output
  const gapStyle = `--from:${100 * Math.min(now, target)}%;--to:${100 * Math.max(now, target)}%`
  const words = say("web.film.column", { name, value: decimals(now, DIGITS), target: formatValue(target, "3") })
  return html`<div class="output ${isAnswer ? "answer" : ""}" role="img" aria-label=${words} style="--now:${100 * now}%;--target:${100 * target}%;${gapStyle}">
    <div class="column"><i class="bar"></i><b class=${now < 0.12 ? "above" : ""}>${decimals(now, DIGITS)}</b><u></u><s><span>${gapOf(output)}</span></s></div><span class="who">${name}</span></div>`
}
