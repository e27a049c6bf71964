// The card of the selected image: the image, its outputs at this epoch, and their curves over all epochs.

import { largestIndex } from "../../view/model/numbers/extremes.js"
import { decimals, number } from "../../view/model/numbers/format.js"
import { formatValue, say } from "../../view/model/words.js"
import { html, markup, nothing } from "../../view/shell/html.js"
import { outputsOf } from "./test_images_layout.js"

/** @import { TestImages, TestImagesState, Report } from "./test_images_state.js" */

const MOST_ROWS = 4 // largest number of listed outputs
const [WIDTH, HEIGHT] = [160, 46] // size of the curves
const [SURE, NEVER] = [0.9995, 0.0005] // limits beyond which a probability would round to 1 or 0

/**
 * Format an output: as a percentage if outputs are probabilities, otherwise as a number.
 * @param {number} p
 * @param {{ floor: number }} report
 * @param {number} digits
 */
export function certainty(p, { floor }, digits = 1) {
  if (!floor) return Math.abs(p) < 100 ? decimals(p, 2) : number(p, 2)
  if (p < 1 && p >= SURE) return say("web.training.above", { p: formatValue(0.999, "1%") })
  if (p > 0 && p < NEVER) return say("web.training.below", { p: formatValue(0.001, "1%") })
  return formatValue(p, digits ? "1%" : "%")
}

/**
 * Return the outputs to list, in the order of the classes: all if they are few, otherwise the largest and the true
 * class's.
 * @param {ArrayLike<number>} o @param {number} label
 */
export function listed(o, label) {
  const all = Array.from(o, (_, n) => n)
  if (all.length <= MOST_ROWS) return all
  const surest = [...all].sort((a, b) => o[b] - o[a] || a - b).slice(0, MOST_ROWS - 1)
  const indices = surest.includes(label)
    ? all.filter((n) => surest.includes(n))
    : all.filter((n) => surest.includes(n) || n === label)
  return indices
}

/** Describe an image in a sentence. @param {Report} report @param {TestImages | undefined} crowd @param {number} i */
export function wordsOf({ names, arrays, ids }, crowd, i) {
  const label = arrays.labels.values[i]
  if (!crowd) return say("web.training.is_class", { id: ids[i], name: names[label] })
  const answer = largestIndex(outputsOf(crowd, i))
  const id = answer === label ? "web.training.named_right" : "web.training.named_wrong"
  return say(id, { id: ids[i], name: names[label], said: names[answer] })
}

/**
 * @param {Report} report
 * @param {TestImagesState} state
 * @param {number} i
 */
export function card(report, state, i) {
  const crowd = state.crowds.get(state.at)
  if (!crowd) return nothing
  const { names, arrays } = report
  const label = arrays.labels.values[i]
  const o = outputsOf(crowd, i)
  const answer = largestIndex(o)
  const row = (/** @type {number} */ n) => html`
    <li class=${n === answer ? "said" : ""}><span>${names[n]}${n === label ? " ✓" : ""}</span>
      <i style="--part:${(100 * Math.min(Math.max(o[n], 0), 1)).toFixed(2)}%"></i><b>${certainty(o[n], report)}</b></li>`
  return html`<canvas width="1" height="1"></canvas>
    <ul class="outputs">${listed(o, label).map(row)}</ul>
    <p class="who">${wordsOf(report, crowd, i)}</p>
    <div class="way">${markup(way(state, i, label, answer, report.epochs))}
      <span class="ends"><span>${say("web.training.epoch")} 0</span><span>${report.epochs}</span></span></div>
    <div class="open"><p>${say("web.training.way")}</p><button type="button" data-open=${i}>${say("web.actions.open_in_step.text")} ›</button></div>`
}

/**
 * Return SVG lines of the output at each epoch: that of the true class, and that of the answer if it differs.
 * @param {TestImagesState} state
 * @param {number} i
 * @param {number} label
 * @param {number} said
 * @param {number} epochs
 */
export function way({ crowds, at }, i, label, said, epochs) {
  const x = (/** @type {number} */ epoch) => ((WIDTH - 4) * epoch) / epochs + 2
  const y = (/** @type {number} */ p) => 2 + (HEIGHT - 4) * (1 - Math.min(Math.max(p, 0), 1))
  const line = (/** @type {number} */ n, /** @type {string} */ name) => {
    const points = [...crowds].map(([epoch, crowd]) => `${x(epoch).toFixed(1)},${y(outputsOf(crowd, i)[n]).toFixed(1)}`)
    const [cx, cy] = [x(at), y(outputsOf(/** @type {TestImages} */ (crowds.get(at)), i)[n])]
    return `<polyline class="${name}" points="${points.join(" ")}"/><circle class="${name}" cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="3"/>`
  }
  const frame = `<path d="M2 2V${HEIGHT - 2}H${WIDTH - 2}"/>`
  const lines = (said === label ? "" : line(said, "answer")) + line(label, "true")
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">${frame}${lines}</svg>`
}
