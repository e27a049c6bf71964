// Neighbours of a cell for the arrow keys, and the axis of channels, filters or units.

/** @import { Cell, MapRecord } from "../../types/view.js" */

/** @type {Record<string, [number, number]>}  rows down and columns to the right */
export const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }

/** @param {number} at @param {number} size */
const clamp = (at, size) => Math.min(Math.max(at, 0), size - 1)

/**
 * Return the cell `down` rows and `right` columns away, clamped to the array.
 * @param {Pick<MapRecord, "kind" | "shape">} map
 * @param {"" | "down" | "right"} layers  direction of the next layer of weights, if there are several
 * @param {Cell} cell
 * @param {number} down
 * @param {number} right
 * @returns {Cell}
 */
export function neighbourOf({ kind, shape }, layers, cell, down, right) {
  if (kind === "row") return [clamp(cell[0] + down + right, shape[0])]
  const isWithin = (/** @type {number[]} */ axes) =>
    cell.map((at, axis) =>
      axis === axes[0] ? clamp(at + down, shape[axis]) : axis === axes[1] ? clamp(at + right, shape[axis]) : at,
    )
  if (kind === "map") return isWithin([1, 2])
  if (kind === "filters") return isWithin([2, 3])
  if (!layers) return isWithin([shape.length - 2, shape.length - 1])
  const nextCell = isWithin([1, 2]) // past the edge of one layer of w comes the next
  const [axis, by] = layers === "down" ? [1, down] : [2, right]
  const target = cell[axis] + by
  if (target < 0 && cell[3] > 0) return nextCell.with(axis, shape[axis] - 1).with(3, cell[3] - 1)
  return target >= shape[axis] && cell[3] < shape[3] - 1 ? nextCell.with(axis, 0).with(3, cell[3] + 1) : nextCell
}

/**
 * Return the axis of channels, filters or units, or -1 if there is only one.
 * @param {Pick<MapRecord, "kind" | "shape">} map
 */
export function axisOf({ kind, shape }) {
  const axis = kind === "weights" ? shape.length - 1 : 0
  return kind !== "loss" && shape[axis] > 1 ? axis : -1
}
