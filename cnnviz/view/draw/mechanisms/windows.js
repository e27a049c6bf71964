// Windows and kernels: what the pictures of a convolution and of pooling have in common.

import { short } from "../../model/format.js"
import { byChannel } from "../../model/formula_values.js"
import { one } from "../../model/links.js"
import { spread } from "../../model/patterns.js"
import { product } from "../../model/printed_digits.js"
import { say } from "../../model/words.js"

/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../../model/patterns.js").Cell} Cell */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("../pen.js").Box} Box */
/** @typedef {{ symbol: string, x: string, f: string, k: number, cell: Cell, met: [Cell, Cell][], window: any, left: number, sums?: number[] }} Parts */

export const MOST_NUMBERED = 4 // channels whose windows and kernels are printed; with more, the strongest one's

/** How a channel of a map is called. @param {Numbers} numbers @param {string} symbol @param {number} c */
export const channelName = (numbers, symbol, c) =>
  `${numbers.maps[symbol].label}${numbers.shape(symbol)[0] > 1 && numbers.maps[symbol].kind === "map" ? `[${c}]` : ""}`

/** A box of the proportions of a map, at most so wide and high. @param {Numbers} numbers @param {string} symbol @param {number} x @param {number} y @param {number} width @param {number} height @returns {Box} */
export function fitted(numbers, symbol, x, y, width, height) {
  const [rows, columns] = numbers.shape(symbol).slice(-2)
  const side = Math.min(width / columns, height / rows)
  return { x, y, width: side * columns, height: side * rows }
}

/** How a kernel is called, by filter and channel where there are several. @param {Numbers} numbers @param {string} symbol @param {Cell} cell */
export function kernelName(numbers, symbol, cell) {
  const several = numbers
    .shape(symbol)
    .slice(0, 2)
    .map((n) => n > 1)
  const index = cell.slice(0, 2).filter((_, axis) => several[axis])
  return `${numbers.maps[symbol].label}${index.length ? `[${index.join(",")}]` : ""}`
}

/** The rows and columns of a source that a cell reads. @param {Numbers} numbers @param {string} symbol @param {string} source @param {Cell} cell */
export function ranges(numbers, symbol, source, cell) {
  const link = numbers.link(symbol, source)
  const reached = link ? numbers.reach(link, cell) : []
  return { rows: reached[1], columns: reached[2] }
}

/** The rows and columns under a window, those of the padding among them. @param {Numbers} numbers @param {string} symbol @param {string} source @param {Cell} cell */
export function underWindow(numbers, symbol, source, cell) {
  const link = numbers.link(symbol, source)
  const reached = link ? spread(link, cell, numbers.shape(source)) : []
  return { rows: reached[1], columns: reached[2] }
}

/** How many rows and columns of zeros stand around what a window slides over. @param {Numbers} numbers @param {string} symbol @param {string} source */
export function padding(numbers, symbol, source) {
  const { geometry: g, places } = /** @type {any} */ (numbers.link(symbol, source))
  const [rows, columns] = numbers.shape(source).slice(-2)
  const after = (/** @type {number} */ size, /** @type {number} */ n) =>
    Math.max(0, g.stride * (n - 1) + g.dilation * (g.k - 1) + 1 - g.before - size)
  return { before: g.before, below: after(rows, places[0]), right: after(columns, places[1]) }
}

/** A padded map in a place: its own box, and the zeros around it drawn. @param {Pen} pen @param {number[]} shape rows and columns @param {ReturnType<typeof padding>} zeros @param {Box} place @returns {Box} */
export function padded(pen, [rows, columns], { before, below, right }, place) {
  const [down, across] = [rows + before + below, columns + before + right]
  const cell = Math.min(place.width / across, place.height / down)
  const box = { x: place.x + before * cell, y: place.y + before * cell, width: cell * columns, height: cell * rows }
  if (down === rows && across === columns) return box
  const { context } = pen
  context.fillStyle = pen.line
  context.fillRect(place.x, place.y, cell * across, cell * down)
  context.lineWidth = 1
  context.strokeStyle = pen.soft
  context.setLineDash([2, 2])
  context.strokeRect(place.x - 0.5, place.y - 0.5, cell * across + 1, cell * down + 1)
  context.setLineDash([])
  return box
}

/** Window and kernel of one channel as flat grids; NaN in the padding. @param {Numbers} numbers @param {Parts} parts @param {number} c */
export function patches(numbers, { x, f, k, cell, met }, c) {
  const window = Array(k * k).fill(NaN)
  const kernel = Array.from({ length: k * k }, (_, n) => numbers.at(f, [cell[0], c, Math.floor(n / k), n % k]))
  for (const [at, weight] of met) if (at[0] === c) window[weight[2] * k + weight[3]] = numbers.at(x, at)
  return { window, kernel }
}

/** Where cells are too small for their numbers: the largest product, with a ring in each grid. @param {Pen} pen @param {{ a: number[], b: number[], k: number, boxes: Box[] }} grids @param {number} x @param {number} y @param {number} room @param {string} [before] */
export function largest(pen, { a, b, k, boxes }, x, y, room, before = "") {
  const size = (/** @type {number} */ n) => Math.abs(a[n] * b[n]) || 0
  const n = a.reduce((best, _, at) => (size(at) > size(best) ? at : best), 0)
  if (!size(n)) return
  const ring = { rows: one(Math.floor(n / k)), columns: one(n % k), strong: true }
  for (const box of boxes) pen.ring(ring, k, k, box)
  pen.text(`${before}${say("web.mechanism.largest_product", { product: product(a[n], b[n]) })}`, x, y, {
    size: 12,
    room,
  })
}

/** The sum of each channel is a step. @param {Numbers} numbers @param {string} symbol @param {number[]} sums */
export const channelSteps = (numbers, symbol, sums) =>
  sums.map((value, c) => ({ value, name: channelName(numbers, symbol, c) }))

/** What each channel of a source adds. @param {Numbers} numbers @param {import("../../model/formula_values.js").Term[]} all @param {string} symbol */
export function channelSums(numbers, all, symbol) {
  const found = byChannel(all, symbol)
  return Array.from({ length: numbers.shape(symbol)[0] }, (_, c) => found.get(c) ?? 0)
}

const MOST_STEPS = 10 // of a staircase whose steps bear their numbers

/** Every product is a step, and bears its number where there is room. @param {{ value: number }[]} products */
export const oneByOne = (products) =>
  products.map(({ value }) => ({
    value,
    name: products.length > MOST_STEPS ? "" : `${value > 0 ? "+" : ""}${short(value)}`,
  }))
