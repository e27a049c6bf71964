// Units of a row as pixels: as the flattened maps, or in lines.

import { singleIndex } from "../../model/explain/cell_links.js"

/** @import { Box, Cell, Pen } from "../../types/view.js" */
/** @typedef {{ from: number, rows: number, columns: number, x: number, y: number, width: number, height: number }} Part  a block of units: its first one and its box */

const NEARLY = 0.8 // minimum share of the largest possible size
const [FEW, LARGE, SMALL] = [20, 64, 26] // up to this many units have large cells, more have small ones
const PRINTED = 44 // side of a cell that has room for its number

/**
 * Return the layout of units: as the flattened map with channels side by side, or in lines.
 * @param {number[]} shape @param {number} width @param {number} height @returns {Part[]}
 */
function layOutUnits(shape, width, height) {
  if (shape.length === 3) {
    const [channels, rows, columns] = shape
    const sideOf = (/** @type {number} */ across) => {
      const down = Math.ceil(channels / across)
      return Math.min((width - (across - 1) * 3) / across / columns, (height - (down - 1) * 3) / down / rows)
    }
    const all = Array.from({ length: channels }, (_, n) => n + 1)
    const largest = Math.max(...all.map(sideOf))
    const whole = all.filter((n) => channels % n === 0 && sideOf(n) > NEARLY * largest) // without empty slots
    const across = (whole.length ? whole : all).reduce((best, n) => (sideOf(n) > sideOf(best) ? n : best))
    const side = sideOf(across)
    return Array.from({ length: channels }, (_, c) => ({
      from: c * rows * columns,
      rows,
      columns,
      x: (c % across) * (side * columns + 3),
      y: Math.floor(c / across) * (side * rows + 3),
      width: side * columns,
      height: side * rows,
    }))
  }
  const [count] = shape
  const columns = Math.max(1, Math.min(count, Math.ceil(Math.sqrt((count * width) / height))))
  const rows = Math.ceil(count / columns)
  const side = Math.min(width / columns, height / rows, count > FEW ? SMALL : LARGE)
  return [{ from: 0, rows, columns, x: 0, y: 0, width: side * columns, height: side * rows }]
}

/** Return the size of units in a room. @param {number[]} shape @param {number} width @param {number} height */
export function extentOf(shape, width, height) {
  const parts = layOutUnits(shape, width, height)
  return {
    width: Math.max(...parts.map((part) => part.x + part.width)),
    height: Math.max(...parts.map((part) => part.y + part.height)),
  }
}

/** @param {Pen} pen @param {number[]} shape @param {(n: number) => number} pick @param {number[]} limits @param {string} scale @param {Box} box @param {{ chosen?: number, say?: (n: number) => string, symbol?: string, cell?: (n: number) => Cell }} [how] `chosen` is a unit with a ring; `say` returns the value of a unit, whose term is "u12"; `symbol` and `cell` are what the numbers belong to @returns {{ width: number, height: number, middle: number[], lies: { part: Part, row: number, column: number } | undefined }} their size, and the box of the chosen one */
export function drawUnits(pen, shape, pick, limits, scale, box, { chosen = -1, ...how } = {}) {
  const count = shape.reduce((all, n) => all * n, 1)
  let middle = [box.x, box.y]
  let lies
  for (const part of layOutUnits(shape, box.width, box.height)) {
    const place = { x: box.x + part.x, y: box.y + part.y, width: part.width, height: part.height }
    const at = chosen - part.from
    const [row, column] = [Math.floor(at / part.columns), at % part.columns]
    const own = at >= 0 && at < part.rows * part.columns
    const value = (/** @type {number} */ n) => (part.from + n < count ? pick(part.from + n) : 0)
    const rings = own ? [{ rows: singleIndex(row), columns: singleIndex(column), strong: true }] : []
    if (part.width / part.columns >= PRINTED) {
      const values = Array.from({ length: part.rows * part.columns }, (_, n) =>
        part.from + n < count ? value(n) : Number.NaN,
      )
      pen.drawGrid(values, part.columns, limits, scale, place)
      for (const ring of rings) pen.ring(ring, part.rows, part.columns, place)
    } else pen.picture(part.rows, part.columns, value, limits, scale, place, rings)
    if (own) {
      lies = { part, row, column }
      middle = [
        place.x + ((column + 0.5) * part.width) / part.columns,
        place.y + ((row + 0.5) * part.height) / part.rows,
      ]
    }
    addUnitSpots(pen, part, place, count, how)
  }
  return { ...extentOf(shape, box.width, box.height), middle, lies }
}

/** @param {Pen} pen @param {Part} part @param {Box} box @param {number} count @param {{ say?: (n: number) => string, symbol?: string, cell?: (n: number) => Cell }} how */
function addUnitSpots(pen, { from, rows, columns }, box, count, { say, symbol, cell }) {
  const at = (/** @type {number} */ row, /** @type {number} */ column) => from + row * columns + column
  pen.fields.push({
    box,
    rows,
    columns,
    term: (row, column) => (at(row, column) < count ? `u${at(row, column)}` : ""),
    place: (term) => {
      const n = term.startsWith("u") ? Number(term.slice(1)) - from : -1
      return n >= 0 && n < rows * columns ? [Math.floor(n / columns), n % columns] : null
    },
    say: say && ((row, column) => say(at(row, column))),
    symbol,
    cell: cell && ((row, column) => (at(row, column) < count ? cell(at(row, column)) : null)),
  })
}
