// A curve over the epochs of a training, as SVG: training and test images, compared with guessing.

import { spreadLabels } from "../../view/model/layout/axes.js"
import { nearestIndex } from "../../view/model/numbers/extremes.js"
import { escapeHtml, number } from "../../view/model/numbers/format.js"
import { formatValue, say } from "../../view/model/words.js"

/** @typedef {{ name: string, values: ArrayLike<number>, main: boolean }} Curve  the main one is of images that are held out */
/**
 * @typedef {object} Chart
 * @property {ArrayLike<number>} x  epochs, of each value
 * @property {number} epochs  where the axis ends
 * @property {Curve[]} curves
 * @property {number} at  the value that is told of
 * @property {boolean} percent
 * @property {number | null} guessing  what guessing gets
 * @property {boolean} active  whether more is to come
 */

const [WIDTH, HEIGHT] = [420, 138]
const [LEFT, RIGHT, TOP, BOTTOM] = [52, 300, 8, 112]
const STEPS = 2 // sections of an axis
const LINE = 33 // a name and the value below it

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
const across = (epoch, epochs) => LEFT + ((RIGHT - LEFT) * epoch) / epochs

/**
 * Return the index of the value nearest to a position, given as a share of the width.
 * @param {ArrayLike<number>} x
 * @param {number} epochs
 * @param {number} share
 */
export function pointedAt(x, epochs, share) {
  return nearestIndex(x, (epoch) => Math.abs(across(epoch, epochs) - share * WIDTH))
}

/** @param {Chart} chart */
export function reportChart({ x, epochs, curves, at, percent, guessing, active }) {
  const finite = curves.flatMap(({ values }) => Array.from(values).filter(Number.isFinite))
  const end = percent ? 1 : niceEnd(Math.max(...finite, guessing ?? 0))
  const up = (/** @type {number} */ value) => BOTTOM - ((BOTTOM - TOP) * Math.min(Math.max(value, 0), end)) / end
  const formatShare = (/** @type {number} */ value) =>
    percent ? say("web.training.share", { share: value }) : number(value, 3)
  const last = across(x[x.length - 1] ?? 0, epochs)
  const parts = []
  if (active && x.length && last < RIGHT - 4) {
    parts.push(`<rect class="to-come" x="${last}" y="${TOP}" width="${RIGHT - last}" height="${BOTTOM - TOP}"/>`)
    if (RIGHT - last > 46)
      parts.push(`<text x="${RIGHT - 4}" y="${TOP + 13}" text-anchor="end">${say("web.training.to_come")}</text>`)
  }
  for (let n = 0; n <= STEPS; n++) {
    const [value, y] = [(end * n) / STEPS, up((end * n) / STEPS)]
    const height = percent ? formatValue(value, "%") : formatValue(value, "3")
    parts.push(
      `<path class="grid" d="M${LEFT} ${y}H${RIGHT}"/><text x="${LEFT - 6}" y="${y + 4}" text-anchor="end">${height}</text>`,
    )
    const epoch = (epochs * n) / STEPS
    const place = across(epoch, epochs)
    const label = n ? epoch : `${say("web.training.epoch")} 0`
    if (Number.isInteger(epoch))
      parts.push(`<text x="${place}" y="${BOTTOM + 17}" text-anchor="middle">${label}</text>`)
  }
  const names = curves
    .map(({ name, values, main }) => ({ name, main, value: values[at], y: up(values[at]) }))
    .filter(({ value }) => Number.isFinite(value)) // a diverged loss has no position
  if (guessing !== null) {
    parts.push(`<path class="guess" d="M${LEFT} ${up(guessing)}H${RIGHT + 6}"/>`)
    names.push({ name: say("web.training.guessing"), main: false, value: guessing, y: up(guessing) })
  }
  for (const { values, main } of x.length ? curves : []) {
    const points = Array.from(values, (value, n) => [across(x[n], epochs), up(value)]).filter(([, y]) =>
      Number.isFinite(y),
    )
    parts.push(
      `<polyline class="${main ? "main" : ""}" points="${points.map((point) => point.map((c) => c.toFixed(1)).join()).join(" ")}"/>`,
    )
    if (Number.isFinite(values[at]))
      parts.push(`<circle class="${main ? "main" : ""}" cx="${across(x[at], epochs)}" cy="${up(values[at])}" r="4"/>`)
  }
  if (at >= 0 && at < x.length - 1) parts.push(`<path class="cursor" d="M${across(x[at], epochs)} ${TOP}V${BOTTOM}"/>`)
  const heights = names.map(({ y }) => y)
  const places = spreadLabels(heights, BOTTOM - 8, LINE)
  for (const [i, y] of places) {
    const { name, main, value } = names[i]
    parts.push(
      `<text class="${main ? "main" : ""}" x="${RIGHT + 10}" y="${y}"><tspan class="line-name">${escapeHtml(name)}</tspan><tspan x="${RIGHT + 10}" dy="15">${formatShare(value)}</tspan></text>`,
    )
  }
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">${parts.join("")}</svg>`
}
