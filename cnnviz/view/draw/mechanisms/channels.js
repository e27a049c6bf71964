// A convolution over several channels: each has a window and a kernel, and adds a sum of its own.

import { coarse } from "../../model/format.js"
import { say } from "../../model/words.js"
import { channelName, fitted, largest, padded, padding, patches } from "./windows.js"

/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("./windows.js").Parts} Parts */
/** @typedef {ReturnType<typeof import("./windows.js").padding>} Zeros */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("../pen.js").Box} Box */

const GUTTER = 46 // what stands beside windows and kernels
const FOOT = 48 // the staircase under them
const SIGN = 18 // between a window and its kernel
const HEAD = 24
const TALL = 0.86 // of a cell with a number, at most, by its width
const SMALL = 22 // height of a cell beyond which its map grows first

/**
 * What one channel adds: its map with a ring, what lies under the kernel, and the kernel.
 * @typedef {{ channel: number, a: number[], b: number[], at: [number, number] }} Column  `at`: filter and channel of its kernel
 */

/**
 * Columns side by side from `x` on, `width` wide with the names beside them.
 * @typedef {object} Columns
 * @property {string} map  whose channels they are
 * @property {string} f
 * @property {number} k
 * @property {string[]} names  of what lies under the kernels, and of the kernels
 * @property {import("../pen.js").Ring} ring  in each map
 * @property {Zeros} zeros  around it
 * @property {number} x
 * @property {number} width
 * @property {number} end  where the total stands: right of them, or left
 * @property {Column[]} columns
 */

/** Up to four channels, each a column: its map, the window in it, the kernel, and what they add to the sum. @param {Pen} pen @param {Numbers} numbers @param {Columns} how @param {{ value: number, name: string }[]} terms in the order of the columns, and what else is added @param {number} total */
export function sideBySide(pen, numbers, how, terms, total) {
  const { k, x, columns } = how
  const more = terms.length > columns.length
  const pitch = (how.width - GUTTER + 6) / (columns.length + (more ? 0.6 : 0))
  const tall = heights(pen, k, pitch - 14)
  const from = x + GUTTER
  const side = { align: /** @type {const} */ ("right"), room: GUTTER - 6 }
  pen.text(how.names[0], from - 6, tall.window + (k * tall.row) / 2, { ...side, fill: pen.soft })
  pen.text(how.names[1], from - 6, tall.kernel + (k * tall.row) / 2, { ...side, size: 15, math: true })
  const grids = columns.map((column, n) => columnAt(pen, numbers, how, column, { ...tall, at: from + n * pitch }))
  const plus = HEAD + tall.map / 2
  for (let n = 1; n < columns.length; n++) pen.sign("+", from + n * pitch - 7, plus)
  if (more) besides(pen, terms[columns.length], from + columns.length * pitch, pitch * 0.6 - 14, plus)
  const [strongest] = grids.filter(({ fits }) => !fits).toSorted((one, other) => strength(other) - strength(one))
  const foot = tall.kernel + k * tall.row
  if (strongest) largest(pen, strongest, from, foot + 10, how.width - GUTTER)
  const y = Math.max(pen.height - FOOT - tall.spare / 3, foot + (strongest ? 20 : 8))
  const places = [...terms.map((_, n) => from + n * pitch), how.end]
  const back = how.end < from
  const box = { x: back ? how.end : from, y, width: 0, height: pen.height - 16 - y }
  box.width = (back ? from : pen.width - 4) - box.x
  const ordered = back ? terms.toReversed() : terms
  pen.stairs(ordered, total, box, {
    figures: true,
    places: back ? [...places.slice(0, -1).toReversed(), how.end] : places,
  })
}

/** The same from the left edge to the map that is made of them. @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {{ value: number, name: string }[]} terms @param {number} total */
export function several(pen, numbers, parts, terms, total) {
  const { symbol, x, f, k, cell, window, left } = parts
  const filter = `${numbers.maps[f].label}${numbers.shape(f)[0] > 1 ? `[${cell[0]}]` : ""}`
  const names = [say("web.mechanism.window"), filter]
  const columns = Array.from({ length: numbers.shape(x)[0] }, (_, c) => {
    const { window: a, kernel: b } = patches(numbers, parts, c)
    return { channel: c, a, b, at: /** @type {[number, number]} */ ([cell[0], c]) }
  })
  const zeros = padding(numbers, symbol, x)
  const how = { map: x, f, k, names, ring: window, zeros, x: 0, width: left, end: left + 28, columns }
  sideBySide(pen, numbers, how, terms, total)
}

/** How high everything in a column is, and where windows and kernels begin. @param {Pen} pen @param {number} k @param {number} wide */
function heights(pen, k, wide) {
  const rest = pen.height - HEAD - FOOT - SIGN - 14
  const row = Math.min((wide / k) * TALL, Math.max(SMALL, (rest - wide) / (2 * k)), (rest * 0.68) / (2 * k))
  const map = Math.min(wide, rest - 2 * k * row)
  const spare = Math.max(0, rest - 2 * k * row - map)
  const window = HEAD + map + 10 + spare / 3
  return { wide, row, map, spare, window, kernel: window + k * row + SIGN }
}

/** @param {Pen} pen @param {Numbers} numbers @param {Columns} how @param {Column} column @param {ReturnType<typeof heights> & { at: number }} place */
function columnAt(pen, numbers, { map: symbol, f, k, ring, zeros }, { channel, a, b, at: own }, place) {
  const { at, wide, row } = place
  const [rows, columns] = numbers.shape(symbol).slice(-2)
  const [down, across] = [rows + zeros.before + zeros.below, columns + zeros.before + zeros.right]
  const cell = Math.min(wide / across, place.map / down)
  const left = at + (wide - cell * across) / 2
  const box = padded(pen, [rows, columns], zeros, { x: left, y: HEAD, width: cell * across, height: cell * down })
  pen.head(channelName(numbers, symbol, channel), "", at, 10, wide + 14)
  pen.map(numbers, symbol, [channel], box, [ring], undefined, false)
  const boxes = [place.window, place.kernel].map((y) => ({ x: at, y, width: wide, height: k * row }))
  threads(pen, numbers, symbol, ring, box, boxes[0])
  const { limits, scale } = numbers.maps[symbol]
  const printed = pen.grid(a, k, limits, scale, boxes[0], { write: coarse, blank: "0" })
  pen.text("⊙", at + wide / 2, place.kernel - SIGN / 2, { size: 13, align: "center", fill: pen.soft })
  const fits = pen.kernel(numbers, f, own[0], own[1], boxes[1], { write: coarse }) && printed
  return { a, b, k, boxes, fits }
}

// A bias, beside the channels.
/** @param {Pen} pen @param {{ value: number, name: string }} term @param {number} x @param {number} width @param {number} y of its middle */
function besides(pen, { value, name }, x, width, y) {
  const size = Math.max(Math.abs(value), Number.MIN_VALUE)
  pen.sign("+", x - 7, y)
  pen.text(name, x + 6, 10, { size: 15, math: true })
  pen.cell(value, [-size, size], "signed", { x: x + 6, y: y - 12, width, height: 24 })
}

// From the corners of a window in a map to the window below.
/** @param {Pen} pen @param {Numbers} numbers @param {string} x @param {import("../pen.js").Ring} window @param {Box} map @param {Box} below */
function threads(pen, numbers, x, { rows, columns }, map, below) {
  if (rows.count < 1 || columns.count < 1) return
  const [, down, across] = numbers.shape(x)
  const foot = map.y + ((rows.start + (rows.count - 1) * Math.abs(rows.step) + 1) * map.height) / down
  const side = (/** @type {number} */ at) => map.x + (at * map.width) / across
  pen.thread([side(columns.start), foot], [below.x, below.y])
  const end = columns.start + (columns.count - 1) * Math.abs(columns.step) + 1
  pen.thread([side(end), foot], [below.x + below.width, below.y])
}

/** The size of the largest product. @param {{ a: number[], b: number[] }} grids */
const strength = ({ a, b }) => Math.max(...a.map((value, n) => Math.abs(value * b[n]) || 0))

// Many channels: all maps small, window and kernel of the one that adds most.
/** @param {Pen} pen @param {Numbers} numbers @param {Parts} parts */
export function many(pen, numbers, parts) {
  const { x, f, k, window, left, sums = [] } = parts
  const channels = numbers.shape(x)[0]
  const free = pen.height - 84
  const chosen = sums.reduce((best, value, c) => (Math.abs(value) > Math.abs(sums[best]) ? c : best), 0)
  const grid = Math.min(free - 24, left * 0.22)
  const room = left - 2 * grid - 50
  const [rows, columns] = numbers.shape(x).slice(-2)
  const sideOf = (/** @type {number} */ n) =>
    Math.min(room / n / columns, free / Math.ceil(channels / n) / rows) * columns - 3
  const all = Array.from({ length: channels }, (_, n) => n + 1)
  const across = all.reduce((best, n) => (sideOf(n) > sideOf(best) ? n : best))
  const side = sideOf(across)
  pen.text(`${numbers.maps[x].label}[0 … ${channels - 1}]`, 4, 10, { size: 15, math: true })
  for (let c = 0; c < channels; c++) {
    const box = fitted(numbers, x, 4 + (c % across) * (side + 3), 24 + Math.floor(c / across) * (side + 3), side, side)
    pen.map(numbers, x, [c], box, [{ ...window, strong: c === chosen }])
  }
  const { window: pixels, kernel } = patches(numbers, parts, chosen)
  const at = room + 16
  const boxes = [at, at + grid + 22].map((x) => ({ x, y: 24, width: grid, height: grid }))
  pen.text(channelName(numbers, x, chosen), at, 10, { size: 15, math: true })
  const fits = pen.grid(pixels, k, numbers.maps[x].limits, numbers.maps[x].scale, boxes[0], { blank: "0" })
  pen.sign("⊙", at + grid + 11, 24 + grid / 2)
  pen.text(
    `${numbers.maps[f].label}[${numbers.shape(f)[0] > 1 ? `${parts.cell[0]},` : ""}${chosen}]`,
    at + grid + 22,
    10,
    { size: 15, math: true },
  )
  const both = pen.kernel(numbers, f, parts.cell[0], chosen, boxes[1]) && fits
  pen.text(say("web.mechanism.strongest"), at, 24 + grid + 12, { size: 11, fill: pen.soft, room: 2 * grid })
  if (!both) largest(pen, { a: pixels, b: kernel, k, boxes }, at, 24 + grid + 27, 2 * grid + 40)
}
