// Position of the enlarged part of a map, along one axis.

/** @import { Link } from "../../view/types/view.js" */

/**
 * Return the first of `count` visible positions so that `first` to `last` are among them, as near to `start` as
 * possible.
 * @param {number} start @param {number} count @param {number} size @param {number} first @param {number} last
 */
export function shiftStart(start, count, size, first, last) {
  const low = Math.min(Math.max(last + 1 - count, 0), first)
  return Math.min(Math.max(start, low), Math.max(Math.min(first, size - count), 0))
}

/**
 * Return the first of `count` visible positions so that `at` is in the centre, as far as the axis allows.
 * @param {number} at @param {number} count @param {number} size
 */
export const centreStart = (at, count, size) =>
  Math.min(Math.max(Math.round(at - (count - 1) / 2), 0), Math.max(size - count, 0))

/**
 * Return the first and last row, or column, of the window at an output position, or the position itself without a
 * window.
 * @param {Link | undefined} link @param {number} at @returns {[number, number]}
 */
export const windowRange = (link, at) => {
  if (!link) return [at, at]
  const { stride, before, k } = link.geometry
  const firstPixel = stride * at - before
  return [firstPixel, firstPixel + k - 1]
}

/**
 * Return the output position whose window is centred nearest to a row or column.
 * @param {Link | undefined} link @param {number} at @param {number} places
 */
export function outputAt(link, at, places) {
  if (!link) return Math.min(Math.max(at, 0), places - 1)
  const { stride, before, k } = link.geometry
  return Math.min(Math.max(Math.round((at + before - (k - 1) / 2) / stride), 0), places - 1)
}
