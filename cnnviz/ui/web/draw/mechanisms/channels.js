// A convolution over several channels: each has a window and a kernel, and adds a sum of its own.

import { coarse } from "../../model/format.js"
import { say } from "../../model/words.js"
import { channelName, fitted, kernelName, largest, padded, padding, patches } from "./windows.js"

/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("./windows.js").Parts} Parts */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("../pen.js").Box} Box */

const GUTTER = 46 // what stands beside windows and kernels
const FOOT = 48 // the staircase under them
const SIGN = 18 // between a window and its kernel
const HEAD = 24
const TALL = 0.86 // of a cell with a number, at most, by its width
const SMALL = 22 // height of a cell beyond which its map grows first

// Up to four channels: each a column, of its map, the window in it, the kernel, and what they add to the sum.
/** @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {{ value: number, name: string }[]} terms @param {number} total */
export function several(pen, numbers, parts, terms, total) {
  const { x, f, k, cell, window, left } = parts
  const channels = numbers.shape(x)[0]
  const pitch = (left - GUTTER + 6) / (channels + (terms.length > channels ? 0.6 : 0))
  const wide = pitch - 14
  const rest = pen.height - HEAD - FOOT - SIGN - 14
  const row = Math.min((wide / k) * TALL, Math.max(SMALL, (rest - wide) / (2 * k)), (rest * 0.68) / (2 * k))
  const map = Math.min(wide, rest - 2 * k * row)
  const spare = Math.max(0, rest - 2 * k * row - map)
  const top = HEAD + map + 10 + spare / 3
  const under = top + k * row + SIGN
  const zeros = padding(numbers, parts.symbol, x)
  const [rows, columns] = numbers.shape(x).slice(-2)
  const [down, across] = [rows + zeros.before + zeros.below, columns + zeros.before + zeros.right]
  const names = [say("web.mechanism.window"), kernelName(numbers, f, [cell[0], 0]).replace(/,0\]$/, "]")]
  pen.text(names[0], GUTTER - 6, top + (k * row) / 2, { align: "right", fill: pen.soft, room: GUTTER - 6 })
  pen.text(names[1], GUTTER - 6, under + (k * row) / 2, { size: 15, math: true, align: "right", room: GUTTER - 6 })
  /** @type {{ a: number[], b: number[], k: number, boxes: Box[] }[]} */
  const crowded = []
  for (let c = 0; c < channels; c++) {
    const at = GUTTER + c * pitch
    const space = Math.min(wide / across, map / down)
    const left = at + (wide - space * across) / 2
    const box = padded(pen, [rows, columns], zeros, { x: left, y: HEAD, width: space * across, height: space * down })
    pen.head(channelName(numbers, x, c), "", at, 10, pitch)
    pen.map(numbers, x, [c], box, [window], undefined, false)
    const { window: pixels, kernel } = patches(numbers, parts, c)
    const boxes = [top, under].map((y) => ({ x: at, y, width: wide, height: k * row }))
    threads(pen, numbers, x, window, box, boxes[0])
    const fits = pen.grid(pixels, k, numbers.maps[x].limits, numbers.maps[x].scale, boxes[0], {
      write: coarse,
      blank: "0",
    })
    pen.text("⊙", at + wide / 2, under - SIGN / 2, { size: 13, align: "center", fill: pen.soft })
    if (!pen.kernel(numbers, f, cell[0], c, boxes[1], { write: coarse }) || !fits)
      crowded.push({ a: pixels, b: kernel, k, boxes })
    if (c < channels - 1) pen.sign("+", at + wide + 7, HEAD + map / 2)
  }
  const [bias] = terms.slice(channels)
  if (bias) {
    const at = GUTTER + channels * pitch
    const size = Math.max(Math.abs(bias.value), Number.MIN_VALUE)
    pen.sign("+", at - 7, HEAD + map / 2)
    pen.text(bias.name, at + 6, 10, { size: 15, math: true })
    pen.cell(bias.value, [-size, size], "signed", {
      x: at + 6,
      y: HEAD + map / 2 - 12,
      width: pitch * 0.6 - 14,
      height: 24,
    })
  }
  const [strongest] = crowded.toSorted((one, other) => strength(other) - strength(one))
  const foot = under + k * row
  if (strongest) largest(pen, strongest, GUTTER, foot + 10, left - GUTTER)
  const y = Math.max(pen.height - FOOT - spare / 3, foot + (strongest ? 20 : 8))
  const places = terms.map((_, n) => GUTTER + n * pitch)
  const box = { x: GUTTER, y, width: pen.width - GUTTER - 4, height: pen.height - 16 - y }
  pen.stairs(terms, total, box, { figures: true, places: [...places, left + 28] })
}

// From the corners of a window in a map to the window below.
/** @param {Pen} pen @param {Numbers} numbers @param {string} x @param {import("../pen.js").Ring} window @param {Box} map @param {Box} below */
function threads(pen, numbers, x, { rows, columns }, map, below) {
  const [, down, across] = numbers.shape(x)
  const foot = map.y + ((rows.start + rows.count) * map.height) / down
  const side = (/** @type {number} */ at) => map.x + (at * map.width) / across
  pen.thread([side(columns.start), foot], [below.x, below.y])
  pen.thread([side(columns.start + columns.count), foot], [below.x + below.width, below.y])
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
