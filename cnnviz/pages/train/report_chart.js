// A curve over the epochs of a training, as SVG: training and test images, compared with guessing. It is the
// timeline of the epochs, too.

import { spreadLabels } from "../../view/model/layout/axes.js"
import { nearestIndex } from "../../view/model/numbers/extremes.js"
import { escapeHtml, number } from "../../view/model/numbers/format.js"
import { formatValue, say } from "../../view/model/words.js"

/** @typedef {{ name: string, values: ArrayLike<number>, main: boolean }} Curve  the main one is of images that are held out; a curve without a name has no label */
/**
 * @typedef {object} Chart
 * @property {ArrayLike<number>} x  epochs, of each value
 * @property {number} epochs  where the axis ends
 * @property {Curve[]} curves
 * @property {number} at  the value that is told of
 * @property {boolean} percent
 * @property {number | null} guessing  what guessing gets
 */

export const WIDTH = 320
const [HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [222, 48, 308, 10, 196]
const STEPS = 2 // sections of an axis
const [LINE, ABOVE] = [17, 8] // distance of labels, and of a label from its line

/**
 * Return the end of an axis that starts at 0, contains `most` and divides evenly into four.
 * @param {number} most
 */
export function niceEnd(most) {
  if (!(most > 0) || !Number.isFinite(most)) return 1
  const power = 10 ** Math.floor(Math.log10(most))
  return [1, 1.2, 1.6, 2, 2.4, 3, 4, 6, 8, 10].map((times) => times * power).find((end) => end >= most * 0.999) ?? most
}

/**
 * Return the horizontal position of an epoch.
 * @param {number} epoch
 * @param {number} epochs
 */
const xOf = (epoch, epochs) => LEFT + ((RIGHT - LEFT) * epoch) / epochs

/**
 * Return the index of the value nearest to a position, given as a share of the width.
 * @param {ArrayLike<number>} x
 * @param {number} epochs
 * @param {number} share
 */
export function pointedAt(x, epochs, share) {
  return nearestIndex(x, (epoch) => Math.abs(xOf(epoch, epochs) - share * WIDTH))
}

/** @param {Chart} chart */
export function reportChart({ x, epochs, curves, at, percent, guessing }) {
  const finiteValues = curves.flatMap(({ values }) => Array.from(values).filter(Number.isFinite))
  const end = percent ? 1 : niceEnd(Math.max(...finiteValues, guessing ?? 0))
  const yOf = (/** @type {number} */ value) => BOTTOM - ((BOTTOM - TOP) * Math.min(Math.max(value, 0), end)) / end
  const parts = []
  for (let n = 0; n <= STEPS; n++) {
    const [value, y] = [(end * n) / STEPS, yOf((end * n) / STEPS)]
    const height = percent ? formatValue(value, "%") : formatValue(value, "3")
    parts.push(
      `<path class="grid" d="M${LEFT} ${y}H${RIGHT}"/><text x="${LEFT - 6}" y="${y + 4}" text-anchor="end">${height}</text>`,
    )
    const epoch = (epochs * n) / STEPS
    const label = n ? epoch : `${say("web.training.epoch")} 0`
    const [place, anchor] = n ? [xOf(epoch, epochs), n === STEPS ? "end" : "middle"] : [LEFT, "start"]
    if (Number.isInteger(epoch))
      parts.push(`<text x="${place}" y="${BOTTOM + 19}" text-anchor="${anchor}">${label}</text>`)
  }
  const names = curves
    .map(({ name, values, main }) => ({ name, main, y: yOf(values[at]) - ABOVE, value: values[at] }))
    .filter(({ name, value }) => name && Number.isFinite(value)) // a diverged loss has no position
  if (guessing !== null) {
    parts.push(`<path class="guess" d="M${LEFT} ${yOf(guessing)}H${RIGHT}"/>`)
    names.push({ name: say("web.training.guessing"), main: false, y: yOf(guessing) + LINE, value: guessing })
  }
  for (const { values, main } of x.length ? curves : []) {
    const kind = main ? "main" : ""
    const points = Array.from(values, (value, n) => [xOf(x[n], epochs), yOf(value)]).filter(([, y]) =>
      Number.isFinite(y),
    )
    const pairs = points.map((point) => point.map((c) => c.toFixed(1)).join()).join(" ")
    parts.push(`<polyline class="${kind}" points="${pairs}"/>`)
    if (Number.isFinite(values[at]))
      parts.push(`<circle class="${kind}" cx="${xOf(x[at], epochs)}" cy="${yOf(values[at])}" r="5"/>`)
  }
  const heights = names.map(({ y }) => y)
  for (const [i, y] of spreadLabels(heights, BOTTOM - 4, LINE)) {
    const { name, main, value } = names[i]
    const text = percent ? name : `${name} ${number(value, 3)}`
    parts.push(`<text class="${main ? "main" : ""}" x="${RIGHT}" y="${y}" text-anchor="end">${escapeHtml(text)}</text>`)
  }
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">${parts.join("")}</svg>`
}
