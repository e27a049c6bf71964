// The card of the selected photograph: it, its answer, and the way to every number behind it.

import { largestIndex } from "../../view/model/numbers/extremes.js"
import { decimals, number } from "../../view/model/numbers/format.js"
import { formatValue, say } from "../../view/model/words.js"
import { html } from "../../view/shell/html.js"
import { outputsOf } from "./test_images_layout.js"

/** @import { TestImages, Report } from "./test_images_state.js" */

const [SURE, NEVER] = [0.9995, 0.0005] // limits beyond which a probability would round to 1 or 0

/**
 * Format an output: as a percentage if outputs are probabilities, otherwise as a number.
 * @param {number} p
 * @param {{ floor: number }} report
 */
export function formatCertainty(p, { floor }) {
  if (!floor) return Math.abs(p) < 100 ? decimals(p, 2) : number(p, 2)
  if (p < 1 && p >= SURE) return say("web.training.above", { p: formatValue(0.999, "1%") })
  if (p > 0 && p < NEVER) return say("web.training.below", { p: formatValue(0.001, "1%") })
  return formatValue(p, "1%")
}

/** Describe a photograph and its answer. @param {Report} report @param {TestImages | undefined} crowd @param {number} i */
export function wordsOf(report, crowd, i) {
  const { names, arrays } = report
  const name = names[arrays.labels.values[i]]
  if (!crowd) return name
  const o = outputsOf(crowd, i)
  const answer = largestIndex(o)
  const id = report.floor ? "web.training.is_sure" : "web.training.is_output"
  return say(id, { name, said: names[answer], sure: formatCertainty(o[answer], report) })
}

/** @param {Report} report @param {TestImages} crowd @param {number} i */
export const card = (report, crowd, i) => html`
  <canvas width="1" height="1" role="img" aria-label=${report.ids[i]}></canvas>
  <p class="who">${wordsOf(report, crowd, i)}</p>
  <button type="button" class="primary" data-open=${i}>${say("web.training.behind")} →</button>`
