// A convolution: windows times kernels, summed over channels.

import { terms } from "../../model/formula_values.js"
import { one } from "../../model/links.js"
import { gridOf } from "../../model/printed_digits.js"
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
  const { side, spare, stride } = sizes(pen, numbers, symbol, x, free)
  const above = channels === 1 ? 0.3 * spare : 0
  const [rows, columns] = numbers.shape(symbol).slice(-2)
  const [wide, high] = channels === 1 ? [side * stride * columns, side * stride * rows] : [pen.width * 0.24, free]
  const right = fitted(numbers, symbol, 0, 26 + above, wide, high)
  right.x = pen.width - right.width - 4
  const left = right.x - 36
  pen.head(channelName(numbers, symbol, cell[0]), "", right.x, right.y - 16, right.width, numbers.maps[symbol].plain)
  pen.map(numbers, symbol, [cell[0]], right, [{ rows: one(cell[1]), columns: one(cell[2]), strong: true }])
  pen.sign("=", right.x - 18, right.y + right.height / 2)
  if (channels === 1) single(pen, numbers, { symbol, x, f, k, cell, met, window, left }, side, right.y)
  else if (few) return several(pen, numbers, { symbol, x, f, k, cell, met, window, left, sums }, steps, total)
  else many(pen, numbers, { symbol, x, f, k, cell, met, window, left, sums })
  const tall = Math.min(STAIRS + above, 2 * STAIRS)
  const stairs = { x: 22, y: pen.height - tall - above / 3, width: pen.width - 30, height: tall - 16 }
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
  const { writes, sign: equals } = gridOf(window, kernel)
  const three = /** @type {[number[], number[], string, string][]} */ ([
    [window, numbers.maps[x].limits, numbers.maps[x].scale, "⊙"],
    [kernel, numbers.maps[f].limits, "signed", equals],
    [products, [-most, most], "signed", ""],
  ])
  three.forEach(([values, limits, scale, sign], n) => {
    pen.grid(values, k, limits, scale, { x: n * (side + 22), y: 0, width: side, height: side }, { write: writes[n] })
    if (sign) pen.sign(sign, n * (side + 22) + side + 11, side / 2)
  })
  return true
}

const SAID = 90 // width of a window that has room for what its zeros are
const [SHARE, LESS, NARROW] = [0.215, 0.17, 640] // of the width, for the larger of image and map; less where numbers would not fit beside them

/** The side of a cell of an image, zeros around it included, and of its map: on one scale it is seen which is smaller; and what is left of the height. @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {string} x @param {number} free */
function sizes(pen, numbers, symbol, x, free) {
  const { before, below, right } = padding(numbers, symbol, x)
  const [[rows, columns], made] = [x, symbol].map((name) => numbers.shape(name).slice(-2))
  const { stride } = /** @type {any} */ (numbers.link(symbol, x)).geometry // a cell that stands for so many is as large
  const down = Math.max(rows + before + below, stride * made[0])
  const across = Math.max(columns + before + right, stride * made[1])
  const side = Math.min((pen.width * (pen.width < NARROW ? LESS : SHARE)) / across, free / down)
  return { side, stride, spare: Math.max(0, free - side * down) }
}

// x, its window, the kernel, the products.
/** @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {number} side of a cell @param {number} y */
function single(pen, numbers, parts, side, y) {
  const { x, f, k, cell, window, left, symbol } = parts
  const { window: pixels, kernel } = patches(numbers, parts, 0)
  const products = pixels.map((value, n) => value * kernel[n])
  const free = pen.height - STAIRS - 56
  const zeros = padding(numbers, symbol, x)
  const shape = numbers.shape(x).slice(-2)
  const across = side * (shape[1] + zeros.before + zeros.right)
  const box = padded(pen, shape, zeros, { x: 4, y, width: across, height: free })
  pen.head(numbers.maps[x].label, "", 4, y - 16, across, numbers.maps[x].plain)
  pen.map(numbers, x, [0], box, [window], undefined, !zeros.below)
  const grid = Math.min((left - across - 90) / 3, free)
  const from = 4 + across + 26
  let at = from
  const most = Math.max(...products.filter((value) => !Number.isNaN(value)).map(Math.abs), 0)
  let all = true
  /** @type {Box[]} */
  const boxes = []
  const { writes, sign: equals } = gridOf(pixels, kernel)
  const parts3 = /** @type {[string, number[], number[], string, string][]} */ ([
    [
      say(`web.mechanism.${grid > SAID && pixels.some(Number.isNaN) ? "window_outside" : "window"}`),
      pixels,
      numbers.maps[x].limits,
      numbers.maps[x].scale,
      "⊙",
    ],
    [kernelName(numbers, f, cell), kernel, numbers.maps[f].limits, "signed", equals],
    [say("web.mechanism.products"), products, [-most, most], "signed", "Σ"],
  ])
  parts3.forEach(([name, values, limits, scale, sign], n) => {
    values === kernel
      ? pen.head(name, "", at, y - 16, grid, numbers.maps[f].plain)
      : pen.text(name, at, y - 15, { size: 12, fill: pen.soft })
    const place = { x: at, y, width: grid, height: grid }
    const fits =
      values === kernel
        ? pen.kernel(numbers, f, cell[0], 0, place, { write: writes[n] })
        : pen.grid(values, k, limits, scale, place, { write: writes[n], blank: values === pixels ? "0" : "" })
    all = all && fits
    boxes.push(place)
    pen.sign(sign, at + grid + 11, y + grid / 2)
    at += grid + 22
  })
  if (!all) largest(pen, { a: pixels, b: kernel, k, boxes }, boxes[0].x, y + grid + 11, left - boxes[0].x)
  const corner = window.columns.start + window.columns.count
  pen.thread([box.x + corner * side, box.y + window.rows.start * side], [from, y])
  pen.thread([box.x + corner * side, box.y + (window.rows.start + window.rows.count) * side], [from, y + grid])
}
