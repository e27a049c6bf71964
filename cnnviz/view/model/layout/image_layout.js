// Geometry of a heat map: positions of cells, the cell at a point, and the arrangement of tiles.

import { singleIndex } from "../explain/cell_links.js"
import { GAP, STACK } from "./overview.js"

/** @import { Box as CellBox } from "../numbers/array_faces.js" */
/** @import { Cell, Face, Range, Values } from "../../types/view.js" */
/** @typedef {{ x: number, y: number, width: number, height: number }} Box  in CSS pixels */
/** @typedef {{ width: number, height: number, across?: number, places?: number }} Room  size of a map, tiles per row, and number of tile slots */
/** @typedef {ReturnType<typeof layout>} Layout */

const MOST_CELL = 56 // maximum side of a cell, in pixels

/**
 * Return the geometry of a map: its tiles and cells, and the cell at a point.
 * @param {Face} face
 * @param {Room} room
 */
export function layout(face, { width, height, across = 1, places = 0 }) {
  const isWide = across
  const rowCount = Math.ceil(Math.max(face.tiles, places) / isWide)
  const gap = face.stacked ? STACK : GAP
  const [w, h] = [(width - (isWide - 1) * gap) / isWide, (height - (rowCount - 1) * gap) / rowCount]
  const [cellWidth, cellHeight] = [w / face.columns, h / face.rows]

  /** @param {number} n @returns {Box} */
  const tile = (n) => ({ x: (n % isWide) * (w + gap), y: Math.floor(n / isWide) * (h + gap), width: w, height: h })

  /** @param {CellBox} box @returns {Box} */
  const boxOfCells = ({ tile: n, top, left, tall, wide: columns }) => {
    const { x, y } = tile(n)
    return { x: x + left * cellWidth, y: y + top * cellHeight, width: columns * cellWidth, height: tall * cellHeight }
  }

  /** Return the nonempty boxes around ranges of cells. @param {Range[]} ranges */
  const nonemptyBoxes = (ranges) => face.boxes(ranges).filter(({ tall, wide: columns }) => tall > 0 && columns > 0)

  /**
   * Return the cell under a point, or the last one before it if there is none.
   * @param {number} x @param {number} y @returns {Cell}
   */
  function cellAt(x, y) {
    const n = Math.min(
      clampedIndex(y / (h + gap), rowCount) * isWide + clampedIndex(x / (w + gap), isWide),
      face.tiles - 1,
    )
    const box = tile(n)
    const j = clampedIndex((x - box.x) / cellWidth, face.columns)
    for (let i = clampedIndex((y - box.y) / cellHeight, face.rows); i >= 0; i--) {
      for (let candidate = j; candidate >= 0; candidate--) {
        const cell = face.at(n, i, candidate)
        if (cell) return cell
      }
    }
    return face.at(n, 0, 0) ?? []
  }

  return {
    face,
    cellWidth,
    cellHeight,
    tile,
    place: boxOfCells,
    found: nonemptyBoxes,
    cellAt,
    boxOf: (/** @type {Cell} */ cell) => boxOfCells(nonemptyBoxes(cell.map(singleIndex))[0]),
  }
}

/** Return the box around boxes. @param {Box[]} boxes @returns {Box} */
export function enclosingBox(boxes) {
  const [x, y] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))]
  const width = Math.max(...boxes.map((box) => box.x + box.width)) - x
  return { x, y, width, height: Math.max(...boxes.map((box) => box.y + box.height)) - y }
}

/**
 * Return the index of the cell at a position, clamped to a row of `count` cells.
 * @param {number} at @param {number} count
 */
const clampedIndex = (at, count) => Math.min(Math.max(Math.floor(at), 0), count - 1)

/**
 * Return, for each pixel of a tile whose cells are smaller than a pixel, the offset of the entry with the largest
 * magnitude, in reading order. The offset is -1 if there is none.
 * @param {Values["values"]} values
 * @param {Face} face
 * @param {number} n  the tile
 * @param {number} rows  of pixels
 * @param {number} columns
 */
export function largestOfPixels(values, face, n, rows, columns) {
  const { offset, runs } = face
  const offsets = new Int32Array(rows * columns).fill(-1)
  const edges = Int32Array.from({ length: columns + 1 }, (_, j) => Math.floor((j * face.columns) / columns))
  for (let i = 0; i < rows; i++) {
    const bottom = Math.floor(((i + 1) * face.rows) / rows)
    for (let r = Math.floor((i * face.rows) / rows); r < bottom; r++) {
      const firstOffset = runs ? offset(n, r, 0) : 0
      for (let j = 0; j < columns; j++) {
        let largest = offsets[i * columns + j]
        let maxMagnitude = largest < 0 ? -1 : Math.abs(values[largest])
        for (let c = edges[j]; c < edges[j + 1]; c++) {
          const sourceOffset = runs ? firstOffset + c : offset(n, r, c)
          if (sourceOffset < 0) continue
          const size = Math.abs(values[sourceOffset])
          if (size > maxMagnitude || largest < 0) [largest, maxMagnitude] = [sourceOffset, size]
        }
        offsets[i * columns + j] = largest
      }
    }
  }
  return offsets
}

/**
 * Return the number of tiles per row that makes square cells as large as possible, and the total size.
 * @param {Pick<Face, "tiles" | "rows" | "columns">} face
 * @param {{ width: number, height: number }} room
 */
export function bestTileCount({ tiles, rows, columns }, { width, height }) {
  let bestLayout = { across: 1, cell: 0 }
  for (let across = 1; across <= tiles; across++) {
    const down = Math.ceil(tiles / across)
    const cell = Math.min(
      (width - (across - 1) * GAP) / across / columns,
      (height - (down - 1) * GAP) / down / rows,
      MOST_CELL,
    )
    if (cell > bestLayout.cell) bestLayout = { across, cell }
  }
  const { across, cell } = bestLayout
  const down = Math.ceil(tiles / across)
  return { across, width: across * columns * cell + (across - 1) * GAP, height: down * rows * cell + (down - 1) * GAP }
}
