// Units of a row: as the flattened map, with channels side by side, or in lines. A few have their numbers.

import { html } from "../shell/html.js"
import { printCells } from "./digits.js"
import { cellRing, cells, heat } from "./parts.js"

/** @import { Scene } from "./scene.js" */
/** @import { HeatHow } from "./parts.js" */
/** @import { Cell } from "../types/view.js" */
/** @typedef {{ count: number, rows: number, columns: number, across: number, down: number }} Layout  rows and columns of a channel, and how many channels are side by side and below each other */

const FEW = 20 // up to this many units have their numbers
const WHOLE = 0.8 // a layout without empty slots may have cells that are smaller by this factor

/** Return the layout of units in an area `aspect` times as wide as high. @param {number[]} shape @param {number} [aspect] @returns {Layout} */
export function layOutUnits(shape, aspect = 1) {
  if (shape.length < 3) {
    const [count] = shape
    const least = Math.max(1, Math.min(count, Math.ceil(Math.sqrt(count * aspect))))
    const whole = Array.from({ length: least }, (_, n) => least + n).find((n) => count % n === 0)
    const columns = whole ?? least
    return { count, rows: Math.ceil(count / columns), columns, across: 1, down: 1 }
  }
  const [channels, rows, columns] = shape
  const sideOf = (/** @type {number} */ across) =>
    Math.min(aspect / (across * columns), 1 / (Math.ceil(channels / across) * rows))
  const all = Array.from({ length: channels }, (_, n) => n + 1)
  const largest = Math.max(...all.map(sideOf))
  const whole = all.filter((n) => channels % n === 0 && sideOf(n) > WHOLE * largest)
  const across = (whole.length ? whole : all).reduce((best, n) => (sideOf(n) > sideOf(best) ? n : best))
  return { count: channels * rows * columns, rows, columns, across, down: Math.ceil(channels / across) }
}

/** Return the unit at a place, or -1. @param {Layout} layout @param {number} row @param {number} column */
export function unitAt({ count, rows, columns, across }, row, column) {
  const channel = Math.floor(row / rows) * across + Math.floor(column / columns)
  const n = (channel * rows + (row % rows)) * columns + (column % columns)
  return n < count ? n : -1
}

/** Return the place of a unit. @param {Layout} layout @param {number} n @returns {[number, number]} */
export function placeOf({ rows, columns, across }, n) {
  const [channel, at] = [Math.floor(n / (rows * columns)), n % (rows * columns)]
  return [Math.floor(channel / across) * rows + Math.floor(at / columns), (channel % across) * columns + (at % columns)]
}

/** @typedef {{ values: Float64Array, rows: number, columns: number }} Tiles  NaN where there is no unit */

/** Return units as the cells of one heat map. @param {Layout} layout @param {(n: number) => number} pick @returns {Tiles} */
export function tileUnits(layout, pick) {
  const [height, width] = [layout.rows * layout.down, layout.columns * layout.across]
  const values = Float64Array.from({ length: height * width }, (_, n) => {
    const unit = unitAt(layout, Math.floor(n / width), n % width)
    return unit < 0 ? Number.NaN : pick(unit)
  })
  return { values, rows: height, columns: width }
}

/** Return up to `most` indices around one. @param {number} at @param {number} count @param {number} most */
export function indicesAround(at, count, most) {
  const from = Math.min(Math.max(at - Math.floor(most / 2), 0), Math.max(count - most, 0))
  return Array.from({ length: Math.min(count, most) }, (_, n) => from + n)
}

/**
 * Return units as pixels, or as numbers if they are few. The term of a unit is "u12".
 * @param {Scene} scene @param {Layout} layout @param {(n: number) => number} pick
 * @param {HeatHow & { id: string, chosen?: number, say?: (n: number) => string, unit?: (n: number) => Cell | undefined }} how `chosen`: a unit with a ring, which is the anchor `${id}${chosen}`; `unit`: the cell of a unit in the map `symbol`
 */
export function units(scene, layout, pick, { chosen = -1, say, unit, ...how }) {
  const { count, rows, columns, across, down } = layout
  const { id, label, limits, scale, symbol, role = "", head, enter } = how
  const term = (/** @type {number} */ n) => (n < 0 ? "" : `u${n}`)
  if (count <= FEW) {
    const values = Array.from({ length: count }, (_, n) => pick(n))
    const { write } = printCells(values, scene.room(id).letters)
    const of = { id, label, limits, scale, role, symbol, chosen, term, write, cell: unit, flies: enter }
    return html`<figure class="units ${how.place ?? ""}" style="--rows:${rows};--columns:${columns}">${head}${cells(scene, values, columns, of)}</figure>`
  }
  const at = (/** @type {number} */ row, /** @type {number} */ column) => unitAt(layout, row, column)
  const tiles = tileUnits(layout, pick)
  const empty = across * down > 1 ? across * down - count / (rows * columns) : rows * columns - count
  const [last, high] = across * down > 1 ? [across, down] : [columns, rows]
  const map = heat(tiles.values, tiles.rows, tiles.columns, {
    ...how,
    symbol: "",
    place: "",
    rings:
      chosen < 0
        ? []
        : [cellRing(...placeOf(layout, chosen), { id: `${id}${chosen}`, enter: role === "made" ? "fade 0.95" : "" })],
    relate: {
      term: (row, column) => term(at(row, column)),
      place: (text) =>
        text.startsWith("u") && Number(text.slice(1)) < count ? placeOf(layout, Number(text.slice(1))) : null,
      say: say && ((row, column) => (at(row, column) < 0 ? "" : say(at(row, column)))),
      symbol,
      cell: unit && ((row, column) => (at(row, column) < 0 ? null : (unit(at(row, column)) ?? null))),
    },
  })
  const style = `--seams:${across};--floors:${down};--empty:${empty / last};--last:${1 / high}`
  return html`<div class="units ${how.place ?? ""}" style=${style}>${map}</div>`
}
