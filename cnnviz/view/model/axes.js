// What a chart is laid out by: the ends of its axes, and names that must not stand on each other.

import { short } from "./format.js"
import { written } from "./words.js"

/** @typedef {(value: number) => number | null} Place  a value's place along its axis; null where it has none */

/** @type {Place} */
export const evenly = (value) => value
/**
 * Powers of ten; what is zero has no place there.
 * @type {Place}
 */
export const byPowers = (value) => (value > 0 ? Math.log10(value) : null)

/**
 * What stands at the end of an axis.
 * @param {number} place
 * @param {boolean} logarithmic
 */
export function endLabel(place, logarithmic) {
  const value = logarithmic ? 10 ** place : place
  return Number.isInteger(value) ? written(value) : short(value)
}

/**
 * Baselines of names beside the ends of their lines, moved apart where they would stand on each other.
 * @param {number[]} ends
 * @param {number} bottom
 * @param {number} line  the height of a name
 * @returns {[number, number][]}  which name, and where
 */
export function apart(ends, bottom, line) {
  const order = ends.map((y, i) => /** @type {[number, number]} */ ([i, y + 4])).sort((a, b) => a[1] - b[1])
  let free = line
  for (const place of order) {
    place[1] = Math.max(place[1], free)
    free = place[1] + line
  }
  let most = bottom
  for (const place of order.toReversed()) {
    place[1] = Math.min(place[1], most)
    most = place[1] - line
  }
  return order
}

/**
 * The smallest and the largest of many values, as places; `low` is a floor that is always in view.
 * @param {(number | null)[]} values
 * @param {Place} scale
 * @param {number} low
 * @returns {[number, number]}
 */
export function extent(values, scale, low) {
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    const place = value === null ? null : scale(value)
    if (place === null) continue
    if (place < low) low = place
    if (place > high) high = place
  }
  return high === Number.NEGATIVE_INFINITY ? [0, 0] : [low, high]
}
