// A window and a kernel, number by number.

import { byChannel } from "../../model/filling.js"
import { short } from "../../model/format.js"
import { one } from "../../model/links.js"
import { product } from "../../model/readable.js"
import { say } from "../../model/words.js"
import { channelName } from "./parts.js"

/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../../model/patterns.js").Cell} Cell */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("../pen.js").Box} Box */

/** @typedef {import("../../model/patterns.js").Range} Range */
/** @typedef {{ x: string, f: string, k: number, cell: Cell, met: [Cell, Cell][], window: { rows: Range, columns: Range }, left: number, sums?: number[] }} Parts */

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

/** The size of the largest product. @param {{ a: number[], b: number[] }} grids */
export const strength = ({ a, b }) => Math.max(...a.map((value, n) => Math.abs(value * b[n]) || 0))

/** @param {Numbers} numbers @param {string} symbol @param {Cell} cell */
export function kernelName(numbers, symbol, cell) {
  const several = numbers
    .shape(symbol)
    .slice(0, 2)
    .map((n) => n > 1)
  const index = cell.slice(0, 2).filter((_, axis) => several[axis])
  return `${numbers.maps[symbol].label}${index.length ? `[${index.join(",")}]` : ""}`
}

/** The sum of each channel is a step. @param {Numbers} numbers @param {string} symbol @param {number[]} sums */
export const channelSteps = (numbers, symbol, sums) =>
  sums.map((value, c) => ({ value, name: channelName(numbers, symbol, c) }))

/** What each channel of a source adds. @param {Numbers} numbers @param {import("../../model/filling.js").Term[]} all @param {string} symbol */
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
