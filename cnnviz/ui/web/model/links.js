// Which cells a cell is computed from. The links are data (LINKS, from cnnviz/core/stages.py), and
// tests hold every kind below against `sources` there.

import { FAMILIES, LINKS } from "../spec.js"

/** @import { Kind } from "../types/wire.js" */
/** @typedef {number[]} Cell  [i, j], or [i, j, n] in w and dw; [n, 0] in arrays with an entry an output */
/** @typedef {{ start: number, count: number, step: number }} Band  evenly spaced rows, or columns */
/** @typedef {{ rows: Band, columns: Band, output?: number | null }} Block  cells of one map; all outputs where it is null */
/** @typedef {Block & { map: string, output: number | null }} Source */
/** @typedef {{ stride: number, before: number, k: number, shape: (map: string) => number[] }} Geometry */

/** @param {string} map */
export const isFlat = (map) => FAMILIES[map] === "output"
/** @param {string} map */
export const isLayered = (map) => FAMILIES[map] === "synapse"

/**
 * @param {number} at
 * @returns {Band}
 */
export const one = (at) => ({ start: at, count: 1, step: 1 })

/**
 * What of a band lies inside an axis.
 * @param {Band} band
 * @param {number} size
 * @returns {Band}
 */
function clip({ start, count, step }, size) {
  const first = start < 0 ? Math.ceil(-start / step) : 0
  const last = Math.min(count - 1, Math.floor((size - 1 - start) / step))
  return { start: start + first * step, count: Math.max(0, last - first + 1), step }
}

/**
 * The rows (or columns) of the source behind index `at` of the target, along one axis.
 * @param {Kind} kind
 * @param {number} at
 * @param {{ stride: number, before: number, k: number, places: number }} geometry
 * @param {number} size
 * @returns {Band}
 */
function along(kind, at, { stride, before, k, places }, size) {
  switch (kind) {
    case "window":
      return clip({ start: stride * at - before, count: k, step: 1 }, size)
    case "touched":
      return clip({ start: at - before, count: places, step: stride }, size)
    case "passing":
      return clip({ start: at + before - stride * (places - 1), count: places, step: stride }, size)
    case "covering": {
      const first = Math.ceil((at + before - k + 1) / stride)
      return clip({ start: first, count: Math.floor((at + before) / stride) - first + 1, step: 1 }, size)
    }
    case "same":
    case "unit":
      return one(at)
    default:
      return { start: 0, count: size, step: 1 }
  }
}

/**
 * The cells that `cell` of `map` is computed from, a block a source; `output` is null where it does not matter.
 * @param {string} map
 * @param {Cell} cell
 * @param {Geometry} geometry
 * @returns {Source[]}
 */
export function sources(map, cell, geometry) {
  const shape = geometry.shape
  return (LINKS[map] ?? []).map(([source, kind]) => {
    const [height, width] = shape(source)
    if (isFlat(source)) {
      const n = isFlat(map) ? cell[0] : cell[2]
      const rows = kind === "output" ? one(n) : { start: 0, count: height, step: 1 }
      return { map: source, rows, columns: one(0), output: null }
    }
    /** @type {(axis: number, size: number, places: number) => Band} */
    const of = (axis, size, places) => along(kind, cell[axis], { ...geometry, places }, size)
    const [down, right] = shape("z1")
    const output = kind === "output" && isLayered(source) ? (isFlat(map) ? cell[0] : cell[2]) : null
    return { map: source, rows: of(0, height, down), columns: of(1, width, right), output }
  })
}

/**
 * Every cell of a block, row after row.
 * @param {Block} block
 * @returns {Generator<[number, number]>}
 */
export function* each({ rows, columns }) {
  for (let r = 0; r < rows.count; r++) {
    for (let c = 0; c < columns.count; c++) yield [rows.start + r * rows.step, columns.start + c * columns.step]
  }
}
