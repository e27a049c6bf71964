// The curve of an activation, or its slope, over a histogram of all inputs. The core has sampled the curve.

import { brief, decimals } from "../../model/numbers/format.js"
import { spoken } from "../../model/spoken.js"
import { html, nothing, svg } from "../../shell/html.js"
import { styles } from "../directives.js"

/** @import { Cell, Numbers } from "../../types/view.js" */
/** @typedef {{ x: (value: number) => number, y: (value: number) => number, of: (value: number) => number }} Axes  positions in per cent from the left and from below, and the value of the curve */
/** @typedef {Axes & { values: ArrayLike<number>, isFlat: boolean, template: (label: string, parts: unknown) => unknown }} Curve  `isFlat`: whether a part of it is flat */

const BARS = 48
const EVERY = [0.5, 1, 2, 4] // possible distances between labels along the axis
const [LABELS, FEWER] = [8, 7] // maximum number of labels, and in a vertical layout
const [TOP, TALL] = [94, 56] // heights of the curve and of the histogram, in per cent
const CLOSE = 9 // distance of two labels that would overlap, in per cent

/** Return the cells that the histogram counts: a channel, or a row. @param {Numbers} numbers @param {string} symbol @param {Cell} cell */
export function cellsOf(numbers, symbol, [channel]) {
  const values = numbers.values(symbol)
  if (numbers.maps[symbol].kind !== "map") return values
  const size = values.length / numbers.shape(symbol)[0]
  return values.subarray(channel * size, (channel + 1) * size)
}

/**
 * Return the range of a curve: that of the inputs, extended into its flat parts.
 * @param {{ shape: number[], values: ArrayLike<number> }} points @param {ArrayLike<number>} values
 */
function rangeOf({ shape: [, count], values: at }, values) {
  const most = Array.from(values).reduce((all, value) => Math.max(all, Math.abs(value)), 1)
  const flat = Array.from({ length: count }, (_, n) =>
    at[3 * count + n] && at[n] > 0 ? at[n] : Number.POSITIVE_INFINITY,
  )
  const border = Math.min(...flat)
  return Math.min(Math.max(most, Number.isFinite(border) ? 1.4 * border : 0), 8)
}

export const MOST_DOTS = 4 // maximum number of cells with a dot each; more are drawn as a histogram

/**
 * Return the curve that the core has sampled: inputs, rows (1 is the function, 2 its slope, 3 whether it is flat), and
 * the indices that are shown.
 * @param {Numbers} numbers @param {string} made @param {ArrayLike<number>} values
 */
export function samples(numbers, made, values) {
  const points = numbers.arrays[`curve.${numbers.network.curves[made]}`]
  const count = points.shape[1]
  const reach = rangeOf(points, values)
  const at = (/** @type {number} */ n) => points.values[n]
  const of = (/** @type {number} */ n, /** @type {number} */ row) => points.values[row * count + n]
  const inside = Array.from({ length: count }, (_, n) => n).filter((n) => Math.abs(at(n)) <= reach + 1e-9)
  return { at, of, inside, reach }
}

/** Return the text of a tick: exact if three decimals suffice. @param {number} value */
const tickText = (value) => {
  const text = value.toFixed(3)
  return Number(text) === value && !text.endsWith("0") ? decimals(value, 3) : brief(value)
}

/**
 * Return the curve of an activation.
 * @param {Numbers} numbers @param {string} made the activation @param {string} z its input @param {Cell} cell @param {{ row: 1 | 2, isUpright: boolean, hasBars: boolean }} how `row`: 1 for the function, 2 for its slope
 * @returns {Curve}
 */
export function curveOf(numbers, made, z, cell, { row, isUpright, hasBars }) {
  const values = cellsOf(numbers, z, cell)
  const { at, of: sampled, inside, reach } = samples(numbers, made, values)
  const of = (/** @type {number} */ n) => sampled(n, row)
  const [low, high] = [Math.min(...inside.map(of), 0), Math.max(...inside.map(of), 1e-9)]
  const within = (/** @type {number} */ value) => Math.min(Math.max(value, -reach), reach)
  const x = (/** @type {number} */ value) => (50 * (within(value) + reach)) / reach
  const y = (/** @type {number} */ value) => (TOP * (value - low)) / (high - low)
  const halves = [inside.filter((n) => at(n) <= 0), inside.filter((n) => at(n) > 0)] // the curve may have a step at 0
  const nearest = (/** @type {number} */ value) => {
    const half = halves[Number(value > 0)]
    let [first, last] = [0, half.length - 1]
    while (last - first > 1) {
      const middle = (first + last) >> 1
      if (at(half[middle]) <= within(value)) first = middle
      else last = middle
    }
    return half[within(value) - at(half[first]) <= at(half[last]) - within(value) ? first : last]
  }
  const flat = inside.filter((n) => sampled(n, 3) === 1)
  const zones = [flat.filter((n) => at(n) < 0), flat.filter((n) => at(n) > 0)].filter((zone) => zone.length)
  const corner = (/** @type {number} */ n) => `${x(at(n)).toFixed(2)} ${(100 - y(of(n))).toFixed(2)}`
  const middle = low < 0 ? 0 : high / 2
  const isClear = Math.min(y(high) - y(middle), y(middle) - y(low)) > CLOSE
  const every = EVERY.find((step) => (2 * reach) / step < (isUpright ? FEWER : LABELS)) ?? reach
  const first = Math.floor(reach / every)
  const inputs = Array.from({ length: 2 * first + 1 }, (_, n) => (n - first) * every)
  const template = (
    /** @type {string} */ label,
    /** @type {unknown} */ parts,
  ) => html`<div class="function" role="group" aria-label=${spoken(label)}>
    <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      ${zones.map((zone) => svg`<rect class="flat-zone" x=${x(at(zone[0]))} width=${x(at(/** @type {number} */ (zone.at(-1)))) - x(at(zone[0]))} y=${100 - TOP} height=${TOP}></rect>`)}
      ${hasBars ? svg`<path class="bars-of" d=${histogram(values, reach)}></path>` : nothing}
      <path class="graph" d="M${inside.map(corner).join("L")}"></path></svg>
    ${[...new Set([high, ...(isClear ? [middle] : []), low])].map((value) => html`<small class="tick-y" ${styles({ "--y": `${y(value)}%` })}>${tickText(value)}</small>`)}
    ${inputs.map((value) => html`<small class="tick-x" ${styles({ "--x": `${x(value)}%` })}>${brief(value)}</small>`)}${parts}</div>`
  return { x, y, of: (value) => of(nearest(value)), values, isFlat: flat.length > 0, template }
}

/** Return the bars of a histogram as a path. @param {ArrayLike<number>} values @param {number} reach */
function histogram(values, reach) {
  const bins = Array(BARS).fill(0)
  for (const value of Array.from(values))
    bins[Math.min(BARS - 1, Math.max(0, Math.floor(((value + reach) / (2 * reach)) * BARS)))] += 1
  const [most, wide] = [Math.max(...bins), 100 / BARS]
  const tall = (/** @type {number} */ n) => Math.max(1, (TALL * n) / most).toFixed(2)
  return bins
    .map((n, i) => (n ? `M${(i * wide).toFixed(2)} 100v-${tall(n)}h${(0.86 * wide).toFixed(2)}v${tall(n)}Z` : ""))
    .join("")
}

/**
 * Return a dot on the curve with a line up to it, and one from it to the right edge.
 * @param {Axes} axes @param {number} value @param {{ name?: string, isChosen?: boolean, isBelow?: boolean, isAcross?: boolean, from?: string }} [how] `isBelow`: whether its name is below, on the right; `from`: anchor that the value flies from
 */
export function mark(
  { x, y, of },
  value,
  { name = "", isChosen = true, isBelow = false, isAcross = false, from = "" } = {},
) {
  const place = { "--x": `${x(value)}%`, "--y": `${y(of(value))}%` }
  const own = isChosen ? "chosen" : ""
  const moves = (/** @type {string} */ enter) => (isChosen ? enter : "")
  return html`<span class="stem ${own}" data-enter=${moves("rise 0.35")} ${styles(place)}></span>
    ${isAcross ? html`<span class="ledge ${own}" data-enter=${moves("fly dot 0.55 0.3")} ${styles(place)}></span>` : nothing}
    ${isChosen && from ? html`<span class="foot-at" data-enter="fly ${from} 0" ${styles(place)}></span>` : nothing}
    <span class="dot-on ${own}" data-id=${isChosen ? "dot" : ""} data-enter=${moves("fade 0.5")} ${styles(place)}>${name ? html`<b class=${isBelow ? "below" : ""}>${name}</b>` : nothing}</span>`
}

/**
 * Return the marks of a few inputs with their names, that of the chosen one's closest neighbour below its dot.
 * @param {Curve} curve @param {number} chosen @param {(n: number) => string} name @param {{ isAcross?: boolean, from?: string }} how
 */
export function marks(curve, chosen, name, how) {
  const { x, y, of, values } = curve
  const isClose = (/** @type {number} */ n) =>
    Math.abs(x(values[n]) - x(values[chosen])) < CLOSE && Math.abs(y(of(values[n])) - y(of(values[chosen]))) < 2 * CLOSE
  const others = Array.from(values, (_, n) => n).filter((n) => n !== chosen)
  const close = others.filter(isClose)
  return [...others, chosen].map((n) =>
    mark(curve, values[n], {
      ...how,
      isChosen: n === chosen,
      isBelow: n === close[0],
      name: close.indexOf(n) > 0 ? "" : name(n),
    }),
  )
}
