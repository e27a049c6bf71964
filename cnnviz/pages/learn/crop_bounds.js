// The part of a large map in which cells are chosen: large enough for a finger, and following the place that is chosen.

/** @import { Link } from "../../view/types/view.js" */

/** The first of `count` places of an axis that are shown, so that those from `first` to `last` are among them; it moves no further than it has to. @param {number} start @param {number} count @param {number} size @param {number} first @param {number} last */
export function shifted(start, count, size, first, last) {
  const low = Math.min(Math.max(last + 1 - count, 0), first)
  return Math.min(Math.max(start, low), Math.max(Math.min(first, size - count), 0))
}

/** The same with a place in the middle. @param {number} at @param {number} count @param {number} size */
export const centred = (at, count, size) =>
  Math.min(Math.max(Math.round(at - (count - 1) / 2), 0), Math.max(size - count, 0))

/** The first and the last row, or column, that a place's window covers; the place itself where there is no window. @param {Link | undefined} link @param {number} at @returns {[number, number]} */
export const covered = (link, at) => {
  if (!link) return [at, at]
  const { stride, before, k } = link.geometry
  const first = stride * at - before
  return [first, first + k - 1]
}

/** The place whose window has a row, or column, in its middle; the nearest, where there is none. @param {Link | undefined} link @param {number} at @param {number} places */
export function under(link, at, places) {
  if (!link) return Math.min(Math.max(at, 0), places - 1)
  const { stride, before, k } = link.geometry
  return Math.min(Math.max(Math.round((at + before - (k - 1) / 2) / stride), 0), places - 1)
}
