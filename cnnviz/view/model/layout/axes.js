// Layout of charts: limits of axes, ticks, and labels that must not overlap.

import { formatValue } from "../words.js"

/** @typedef {(value: number) => number | null} AxisScale  returns the position of a value along its axis, or null if it has none */

/** @type {AxisScale} */
export const linearScale = (value) => value
/**
 * Logarithmic scale: null for values that are not positive.
 * @type {AxisScale}
 */
export const logScale = (value) => (value > 0 ? Math.log10(value) : null)

/**
 * Format the label of a grid line.
 * @param {number} value
 */
export const tickLabel = (value) =>
  Math.abs(value) >= 1e5 ? formatValue(value, "3") : formatValue(Number(value.toPrecision(3)))

/**
 * Return baselines of labels at the ends of their lines, moved apart so that they do not overlap.
 * @param {number[]} ends
 * @param {number} bottom
 * @param {number} line  height of a label
 * @returns {[number, number][]}  index and baseline of each label
 */
export function spreadLabels(ends, bottom, line) {
  const order = ends.map((y, i) => /** @type {[number, number]} */ ([i, y + 4])).sort((a, b) => a[1] - b[1])
  let top = line
  for (const label of order) {
    label[1] = Math.max(label[1], top)
    top = label[1] + line
  }
  let limit = bottom
  for (const label of order.toReversed()) {
    label[1] = Math.min(label[1], limit)
    limit = label[1] - line
  }
  return order
}

/**
 * Return the minimum and maximum of values on a scale; the minimum is at most `low`.
 * @param {(number | null)[]} values
 * @param {AxisScale} scale
 * @param {number} low
 * @returns {[number, number]}
 */
export function extent(values, scale, low) {
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    const position = value === null ? null : scale(value)
    if (position === null || !Number.isFinite(position)) continue
    if (position < low) low = position
    if (position > high) high = position
  }
  return high === Number.NEGATIVE_INFINITY ? [0, 0] : [low, high]
}

const STEPS = [1, 2, 2.5, 5, 10] // times a power of ten

/**
 * Return round numbers from `low` to `high`, with at most `most` intervals.
 * @param {number} low
 * @param {number} high
 * @param {number} maxCount
 */
export function ticks(low, high, maxCount = 5) {
  if (!(high > low)) return [low]
  const power = 10 ** Math.floor(Math.log10((high - low) / maxCount))
  const step =
    STEPS.map((times) => times * power).find((each) => (high - low) / each <= maxCount * 1.000001) ?? high - low
  const firstTick = Math.ceil(low / step - 1e-9)
  return Array.from({ length: Math.floor(high / step + 1e-9) - firstTick + 1 }, (_, n) =>
    Number(((firstTick + n) * step).toPrecision(12)),
  )
}

/**
 * Return the exponents of at most `most` powers of ten between two.
 * @param {number} low  exponents
 * @param {number} high
 * @param {number} maxCount
 */
export function powers(low, high, maxCount = 5) {
  const [first, last] = [Math.ceil(low - 1e-9), Math.floor(high + 1e-9)]
  const step = Math.max(1, Math.ceil((last - first) / (maxCount - 1)))
  return Array.from({ length: Math.max(0, Math.floor((last - first) / step) + 1) }, (_, n) => last - n * step).reverse()
}
