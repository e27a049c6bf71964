// A convolution: windows times kernels, summed over channels.

import { terms } from "../../model/filling.js"
import { one } from "../../model/links.js"
import { gridOf } from "../../model/readable.js"
import { say } from "../../model/words.js"
import { many, several } from "./channels.js"
import {
  channelName,
  channelSteps,
  channelSums,
  fitted,
  kernelName,
  largest,
  MOST_NUMBERED,
  oneByOne,
  padded,
  padding,
  patches,
  underWindow,
} from "./windows.js"

/** @typedef {import("../mechanism.js").Picture} Picture */
/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../../model/patterns.js").Cell} Cell */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("../pen.js").Box} Box */
/** @typedef {import("./windows.js").Parts} Parts */

const STAIRS = 48 // the staircase under the maps

/** @type {Picture} */
export function convolution(pen, numbers, symbol, cell) {
  const links = numbers.links(symbol)
  const x = /** @type {any} */ (links.find(({ pattern }) => pattern === "window")).source
  const f = /** @type {any} */ (links.find(({ source }) => numbers.maps[source].kind === "filters")).source
  const bias = links.find(({ source }) => numbers.maps[source].kind === "row")?.source
  const channels = numbers.shape(x)[0]
  const k = numbers.shape(f)[2]
  const met = numbers.pairs(symbol, cell, x, f)
  const products = terms(numbers, symbol, cell)
  const sums = channelSums(numbers, products, x)
  const few = channels > 1 && channels <= MOST_NUMBERED
  const steps = channels > 1 ? channelSteps(numbers, x, sums) : oneByOne(products)
  if (bias) steps.push({ value: numbers.at(bias, [cell[0]]), name: numbers.maps[bias].label })
  const window = underWindow(numbers, symbol, x, cell)
  const total = numbers.at(symbol, cell)
  const free = pen.height - STAIRS - 56
  const side = sideOf(pen, numbers, symbol, x, free)
  const [rows, columns] = numbers.shape(symbol).slice(-2)
  const [wide, high] = channels === 1 ? [side * columns, side * rows] : [pen.width * 0.24, free]
  const right = fitted(numbers, symbol, 0, 26, wide, high)
  right.x = pen.width - right.width - 4
  const left = right.x - 36
  pen.head(channelName(numbers, symbol, cell[0]), "", right.x, 10, right.width, numbers.maps[symbol].plain)
  pen.map(numbers, symbol, [cell[0]], right, [{ rows: one(cell[1]), columns: one(cell[2]), strong: true }])
  pen.sign("=", right.x - 18, right.y + right.height / 2)
  if (channels === 1) single(pen, numbers, { symbol, x, f, k, cell, met, window, left })
  else if (few) return several(pen, numbers, { symbol, x, f, k, cell, met, window, left, sums }, steps, total)
  else many(pen, numbers, { symbol, x, f, k, cell, met, window, left, sums })
  const stairs = { x: 22, y: pen.height - STAIRS, width: pen.width - 30, height: STAIRS - 16 }
  pen.stairs(steps, total, stairs, { figures: channels > 1 && steps.length <= 6 })
}

/** Window, kernel and products alone, from the left edge to the right; false where they are of several channels. @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Cell} cell */
export function triple(pen, numbers, symbol, cell) {
  const links = numbers.links(symbol)
  const [x, f] = ["map", "filters"].map(
    (kind) => links.find(({ source }) => numbers.maps[source].kind === kind)?.source ?? "",
  )
  if (numbers.shape(x)[0] !== 1) return false
  const k = numbers.shape(f)[2]
  const parts = { symbol, x, f, k, cell, met: numbers.pairs(symbol, cell, x, f), window: null, left: 0 }
  const { window, kernel } = patches(numbers, parts, 0)
  const products = window.map((value, n) => value * kernel[n])
  const most = Math.max(...products.map((value) => Math.abs(value) || 0))
  const side = (pen.width - 44) / 3
  const { write, sign: equals } = gridOf(window, kernel)
  const three = /** @type {[number[], number[], string, string, typeof write | undefined][]} */ ([
    [window, numbers.maps[x].limits, numbers.maps[x].scale, "⊙", write],
    [kernel, numbers.maps[f].limits, "signed", equals, write],
    [products, [-most, most], "signed", "", undefined],
  ])
  three.forEach(([values, limits, scale, sign, write], n) => {
    pen.grid(values, k, limits, scale, { x: n * (side + 22), y: 0, width: side, height: side }, { write })
    if (sign) pen.sign(sign, n * (side + 22) + side + 11, side / 2)
  })
  return true
}

const SHARE = 0.215 // of the width, for the larger of image and map

/** The side of a cell of an image, zeros around it included, and of its map: on one scale it is seen which is smaller. @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {string} x @param {number} free */
function sideOf(pen, numbers, symbol, x, free) {
  const { before, below, right } = padding(numbers, symbol, x)
  const [[rows, columns], made] = [x, symbol].map((name) => numbers.shape(name).slice(-2))
  const [down, across] = [Math.max(rows + before + below, made[0]), Math.max(columns + before + right, made[1])]
  return Math.min((pen.width * SHARE) / across, free / down)
}

// x, its window, the kernel, the products.
/** @param {Pen} pen @param {Numbers} numbers @param {Parts} parts */
function single(pen, numbers, parts) {
  const { x, f, k, cell, window, left, symbol } = parts
  const { window: pixels, kernel } = patches(numbers, parts, 0)
  const products = pixels.map((value, n) => value * kernel[n])
  const free = pen.height - STAIRS - 42
  const zeros = padding(numbers, symbol, x)
  const shape = numbers.shape(x).slice(-2)
  const side = sideOf(pen, numbers, symbol, x, free)
  const across = side * (shape[1] + zeros.before + zeros.right)
  const box = padded(pen, shape, zeros, { x: 4, y: 26, width: across, height: free })
  pen.head(numbers.maps[x].label, "", 4, 10, across, numbers.maps[x].plain)
  pen.map(numbers, x, [0], box, [window], undefined, !zeros.below)
  const grid = Math.min((left - across - 90) / 3, free)
  const y = 26
  const from = 4 + across + 26
  let at = from
  const most = Math.max(...products.filter((value) => !Number.isNaN(value)).map(Math.abs), 0)
  let all = true
  /** @type {Box[]} */
  const boxes = []
  const { write, sign: equals } = gridOf(pixels, kernel)
  const parts3 = /** @type {[string, number[], number[], string, string][]} */ ([
    [
      say(`web.mechanism.${pixels.some(Number.isNaN) ? "window_outside" : "window"}`),
      pixels,
      numbers.maps[x].limits,
      numbers.maps[x].scale,
      "⊙",
    ],
    [kernelName(numbers, f, cell), kernel, numbers.maps[f].limits, "signed", equals],
    [say("web.mechanism.products"), products, [-most, most], "signed", "Σ"],
  ])
  for (const [name, values, limits, scale, sign] of parts3) {
    values === kernel
      ? pen.head(name, "", at, 10, grid, numbers.maps[f].plain)
      : pen.text(name, at, 12, { size: 12, fill: pen.soft })
    const place = { x: at, y, width: grid, height: grid }
    const fits =
      values === kernel
        ? pen.kernel(numbers, f, cell[0], 0, place, { write })
        : pen.grid(values, k, limits, scale, place, values === pixels ? { write, blank: "0" } : {})
    all = all && fits
    boxes.push(place)
    pen.sign(sign, at + grid + 11, y + grid / 2)
    at += grid + 22
  }
  if (!all) largest(pen, { a: pixels, b: kernel, k, boxes }, boxes[0].x, y + grid + 11, left - boxes[0].x)
  const corner = window.columns.start + window.columns.count
  pen.thread([box.x + corner * side, box.y + window.rows.start * side], [from, y])
  pen.thread([box.x + corner * side, box.y + (window.rows.start + window.rows.count) * side], [from, y + grid])
}
