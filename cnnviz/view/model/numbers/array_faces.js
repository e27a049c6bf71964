// Layouts of arrays on screen: tiles of cells, one per channel, filter or output. Pure functions between cells and
// positions.

import { unravel } from "./numbers.js"

/** @import { Cell, MapRecord, Range } from "../../types/view.js" */
/** @typedef {{ tile: number, top: number, left: number, tall: number, wide: number, rows?: Range, columns?: Range }} Box  in cells of a tile */
/**
 * A layout of cells: tiles of `rows` × `columns`, the cell at a position of a tile (null if there is none), and boxes
 * around ranges. `runs` is whether a row's cells are adjacent in the array.
 * @typedef {{ tiles: number, rows: number, columns: number, stacked: boolean, runs?: boolean, at: (tile: number, i: number, j: number) => Cell | null,
 *   offset: (tile: number, i: number, j: number) => number, boxes: (ranges: Range[]) => Box[] }} Face
 */

/** @param {Range} range @returns {number[]} */
const indicesOf = ({ start, count, step }) => Array.from({ length: Math.max(count, 0) }, (_, n) => start + n * step)
/** @param {Range} range */
const spanOf = ({ count, step }) => (count > 0 ? (count - 1) * step + 1 : 0)
/**
 * Return the box around ranges of a tile's rows and columns.
 * @type {(tile: number, rows: Range, columns: Range) => Box}
 */
const boxOf = (tile, rows, columns) => ({
  tile,
  top: rows.start,
  left: columns.start,
  tall: spanOf(rows),
  wide: spanOf(columns),
  rows,
  columns,
})

/** @param {MapRecord} map @param {string} column kind of the map's column @param {number} wrap columns of a strip @returns {Face} */
export function faceOf(map, column, wrap = 1) {
  if (map.kind === "map") return column === "strip" ? strip(map.shape, wrap) : channels(map.shape)
  if (map.kind === "filters") return filters(map.shape)
  if (map.kind === "weights") return isLayered(map.shape) ? layers(map.shape) : matrix(map.shape)
  return strip(map.shape, wrap)
}

/** Return whether weights are laid out like the map they read, one layer per output. @param {number[]} shape */
export const isLayered = (shape) => shape.length === 4 && shape[0] === 1 && shape[3] <= 4

/**
 * Layout of a board's column: a map, layers of weights below each other, or a flat list.
 * @param {Pick<import("../../types/wire.js").GradientCard, "rows" | "columns" | "layers">} column @returns {Face}
 */
export const faceOfColumn = ({ rows, columns, layers }) => ({
  tiles: layers,
  rows,
  columns,
  stacked: true,
  at: (tile, i, j) => (layers > 1 ? [i, j, tile] : [i, j]),
  offset: (tile, i, j) => (i * columns + j) * layers + tile,
  boxes: ([r, c, of]) => indicesOf(of ?? { start: 0, count: layers, step: 1 }).map((tile) => boxOf(tile, r, c)),
})

/** @param {number[]} shape @returns {Face} */
const channels = ([tiles, rows, columns]) => ({
  tiles,
  rows,
  columns,
  stacked: false,
  runs: true,
  at: (tile, i, j) => [tile, i, j],
  offset: (tile, i, j) => (tile * rows + i) * columns + j,
  boxes: ([of, r, c]) => indicesOf(of).map((tile) => boxOf(tile, r, c)),
})

/** @param {number[]} shape @returns {Face} */
const layers = ([, rows, columns, tiles]) => ({
  ...faceOfColumn({ rows, columns, layers: tiles }),
  at: (tile, i, j) => [0, i, j, tile],
  boxes: ([, r, c, of]) => indicesOf(of).map((tile) => boxOf(tile, r, c)),
})

/**
 * Layout of filters: a tile per filter, with its kernels side by side and a gap of one cell between them.
 * @param {number[]} shape @param {number} [apart]  gap after a filter of several kernels, in cells @returns {Face}
 */
export function filters([tiles, kernels, k], apart = 0) {
  const across = Math.ceil(Math.sqrt(kernels))
  const down = Math.ceil(kernels / across)
  const pitch = kernels > 1 ? k + 1 : k
  const extent = (/** @type {number} */ n) => n * pitch - (kernels > 1 ? 1 : 0)
  const offset = (/** @type {number} */ tile, /** @type {number} */ i, /** @type {number} */ j) => {
    const [u, v] = [i % pitch, j % pitch]
    const c = Math.floor(i / pitch) * across + Math.floor(j / pitch)
    return u < k && v < k && c < kernels && j < extent(across) ? ((tile * kernels + c) * k + u) * k + v : -1
  }
  return {
    tiles,
    rows: extent(down) + (kernels > 1 ? apart : 0),
    columns: extent(across) + (kernels > 1 ? apart : 0),
    stacked: false,
    at(tile, i, j) {
      const place = offset(tile, i, j)
      return place < 0 ? null : unravel(place, [tiles, kernels, k, k])
    },
    offset,
    boxes: ([of, within, r, c]) =>
      indicesOf(of).flatMap((tile) =>
        spanOf(within) === kernels && kernels > 1 && spanOf(r) === k
          ? [{ tile, top: 0, left: 0, tall: extent(down), wide: extent(across) }]
          : indicesOf(within).map((n) => ({
              tile,
              top: Math.floor(n / across) * pitch + r.start,
              left: (n % across) * pitch + c.start,
              tall: spanOf(r),
              wide: spanOf(c),
            })),
      ),
  }
}

/**
 * Layout of several images side by side, their channels below each other, downscaled as sent. Cells are found in the
 * image `shown`.
 * @param {number[]} mapShape shape of a map @param {number[]} shape images, channels, rows, columns @param {number} shown index of the image that cells belong to @returns {Face}
 */
export function faceOfImages(mapShape, [images, count, rows, columns], shown) {
  const isMap = mapShape.length === 3
  const [high, wide] = isMap ? mapShape.slice(1) : [mapShape[0], 1]
  const [down, across] = [Math.ceil(high / rows), Math.ceil(wide / columns)]
  const scaledRange = (/** @type {Range} */ { start, count, step }, /** @type {number} */ block) => ({
    start: Math.floor(start / block),
    count: count > 0 ? Math.floor((start + (count - 1) * step) / block) - Math.floor(start / block) + 1 : 0,
    step: 1,
  })
  return {
    tiles: images * count,
    rows,
    columns,
    stacked: false,
    at(tile, i, j) {
      const row = Math.min(i * down, high - 1)
      return isMap ? [Math.floor(tile / images), row, Math.min(j * across, wide - 1)] : [row]
    },
    offset: (tile, i, j) => (((tile % images) * count + Math.floor(tile / images)) * rows + i) * columns + j,
    boxes(ranges) {
      const [of, r, c] = isMap ? ranges : [{ start: 0, count: 1, step: 1 }, ranges[0], { start: 0, count: 1, step: 1 }]
      return indicesOf(of).map((n) => boxOf(n * images + shown, scaledRange(r, down), scaledRange(c, across)))
    },
  }
}

// Layout of weights: a row per unit, a column per output.
/** @param {number[]} shape @returns {Face} */
function matrix(shape) {
  const units = shape.slice(0, -1)
  const rows = units.reduce((product, n) => product * n, 1)
  const columns = shape[shape.length - 1]
  return {
    tiles: 1,
    rows,
    columns,
    stacked: false,
    runs: true,
    at: (_, i, j) => [...unravel(i, units), j],
    offset: (_, i, j) => i * columns + j,
    boxes(ranges) {
      const [first, last] = offsetRange(ranges.slice(0, -1), units)
      const across = ranges[ranges.length - 1]
      return [{ tile: 0, top: first, left: across.start, tall: last - first + 1, wide: spanOf(across) }]
    },
  }
}

// Layout of numbers in reading order, `wrap` per line.
/** @param {number[]} shape @param {number} wrap @returns {Face} */
function strip(shape, wrap) {
  const count = shape.reduce((product, n) => product * n, 1)
  const rows = Math.ceil(count / wrap)
  return {
    tiles: 1,
    rows,
    columns: wrap,
    stacked: false,
    at: (_, i, j) => (i * wrap + j < count ? unravel(i * wrap + j, shape) : null),
    offset: (_, i, j) => (i * wrap + j < count ? i * wrap + j : -1),
    boxes(ranges) {
      const [first, last] = offsetRange(ranges, shape)
      if (last < first) return []
      const [top, bottom] = [Math.floor(first / wrap), Math.floor(last / wrap)]
      if (top === bottom) return [{ tile: 0, top, left: first % wrap, tall: 1, wide: last - first + 1 }]
      return [{ tile: 0, top, left: 0, tall: bottom - top + 1, wide: wrap }]
    },
  }
}

// Return the first and last offset of ranges, in reading order.
/** @param {Range[]} ranges @param {number[]} shape */
function offsetRange(ranges, shape) {
  const offsetOf = (/** @type {(range: Range) => number} */ pick) =>
    ranges.reduce((at, range, axis) => at * shape[axis] + pick(range), 0)
  return [offsetOf(({ start }) => start), offsetOf(({ start, count, step }) => start + (count - 1) * step)]
}
