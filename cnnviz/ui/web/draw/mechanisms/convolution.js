// A convolution: windows times kernels, summed over channels.

import { terms } from "../../model/filling.js"
import { one } from "../../model/links.js"
import { gridOf } from "../../model/readable.js"
import { say } from "../../model/words.js"
import { channelName, fitted, ranges } from "./parts.js"
import { channelSteps, channelSums, kernelName, largest, oneByOne, patches, strength } from "./window.js"

/** @typedef {import("../mechanism.js").Picture} Picture */
/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../../model/patterns.js").Cell} Cell */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("../pen.js").Box} Box */
/** @typedef {import("./window.js").Parts} Parts */

const STAIRS = 48 // the staircase under the maps
const MOST_NUMBERED = 4 // channels whose windows and kernels are printed; with more, the strongest one's

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
  const window = ranges(numbers, symbol, x, cell)
  const total = numbers.at(symbol, cell)
  const free = pen.height - (few ? 0 : STAIRS + 12) - 44
  const right = fitted(numbers, symbol, 0, 26, Math.min(pen.width * 0.24, free), free)
  right.x = pen.width - right.width - 4
  const left = right.x - 36
  pen.head(channelName(numbers, symbol, cell[0]), "", right.x, 10, right.width, numbers.maps[symbol].plain)
  pen.map(numbers, symbol, [cell[0]], right, [{ rows: one(cell[1]), columns: one(cell[2]), strong: true }])
  pen.sign("=", right.x - 18, right.y + right.height / 2)
  if (channels === 1) single(pen, numbers, { x, f, k, cell, met, window, left })
  else if (few) return several(pen, numbers, { x, f, k, cell, met, window, left }, steps, total)
  else many(pen, numbers, { x, f, k, cell, met, window, left, sums })
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
  const parts = {
    x,
    f,
    k,
    cell,
    met: numbers.pairs(symbol, cell, x, f),
    window: ranges(numbers, symbol, x, cell),
    left: 0,
  }
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

// x, its window, the kernel, the products.
/** @param {Pen} pen @param {Numbers} numbers @param {Parts} parts */
function single(pen, numbers, parts) {
  const { x, f, k, cell, window, left } = parts
  const { window: pixels, kernel } = patches(numbers, parts, 0)
  const products = pixels.map((value, n) => value * kernel[n])
  const free = pen.height - STAIRS - 42
  const side = Math.min((left - 30) * 0.24, free)
  const box = fitted(numbers, x, 4, 26, side, free)
  pen.head(numbers.maps[x].label, "", box.x, 10, box.width, numbers.maps[x].plain)
  pen.map(numbers, x, [0], box, [window])
  const grid = Math.min((left - box.width - 90) / 3, free)
  const y = 26
  let at = box.x + box.width + 26
  const most = Math.max(...products.filter((value) => !Number.isNaN(value)).map(Math.abs), 0)
  let all = true
  /** @type {Box[]} */
  const boxes = []
  const { write, sign: equals } = gridOf(pixels, kernel)
  const parts3 = /** @type {[string, number[], number[], string, string][]} */ ([
    [say("web.mechanism.window"), pixels, numbers.maps[x].limits, numbers.maps[x].scale, "⊙"],
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
        ? pen.kernel(numbers, f, cell[0], 0, place, write)
        : pen.grid(values, k, limits, scale, place, values === pixels ? { write } : {})
    all = all && fits
    boxes.push(place)
    pen.sign(sign, at + grid + 11, y + grid / 2)
    at += grid + 22
  }
  if (!all) largest(pen, { a: pixels, b: kernel, k, boxes }, boxes[0].x, y + grid + 11, left - boxes[0].x)
  const corner = window.columns.start + window.columns.count
  const scale = box.width / numbers.shape(x)[2]
  pen.thread([box.x + corner * scale, box.y + window.rows.start * scale], [box.x + box.width + 26, y])
  pen.thread(
    [box.x + corner * scale, box.y + (window.rows.start + window.rows.count) * scale],
    [box.x + box.width + 26, y + grid],
  )
}

// Up to four channels: each with its map, and its window and kernel under it; their sums from top to bottom.
/** @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {{ value: number, name: string }[]} terms @param {number} total */
function several(pen, numbers, parts, terms, total) {
  const { x, f, k, window, left } = parts
  const channels = numbers.shape(x)[0]
  const sum = Math.min(left * 0.28, 160)
  const pitch = (left - sum - 30) / channels
  const free = pen.height - 62
  const grid = Math.min((pitch - 30) / 2, free * 0.46)
  const map = Math.min(free - grid, pitch - 16)
  /** @type {{ a: number[], b: number[], k: number, boxes: Box[] }[]} */
  const crowded = []
  for (let c = 0; c < channels; c++) {
    const at = 4 + c * pitch
    const box = fitted(numbers, x, at, 24, map, map)
    pen.head(channelName(numbers, x, c), "", at, 10, pitch)
    pen.map(numbers, x, [c], box, [window])
    const { window: pixels, kernel } = patches(numbers, parts, c)
    const y = 24 + map + 22
    const boxes = [at, at + grid + 13].map((x) => ({ x, y, width: grid, height: grid }))
    const fits = pen.grid(pixels, k, numbers.maps[x].limits, numbers.maps[x].scale, boxes[0])
    pen.text("⊙", at + grid + 6, y + grid / 2, { align: "center", fill: pen.soft })
    if (!pen.kernel(numbers, f, parts.cell[0], c, boxes[1]) || !fits) crowded.push({ a: pixels, b: kernel, k, boxes })
    if (c < channels - 1) pen.sign("+", at + map + (pitch - map) / 2, 24 + map / 2)
  }
  const [strongest] = crowded.toSorted((one, other) => strength(other) - strength(one))
  if (strongest) largest(pen, strongest, 4, pen.height - 8, left - sum - 30, `${say("web.mechanism.window_kernel")}; `)
  else pen.text(say("web.mechanism.window_kernel"), 4, pen.height - 8, { size: 11, fill: pen.soft })
  const at = 4 + channels * pitch
  pen.arrow(at - 8, 24 + map / 2, at + 14, 24 + map / 2)
  pen.ladder(terms, total, "", { x: at + 24, y: 8, width: sum, height: pen.height - 16 })
}

// Many channels: all maps small, window and kernel of the one that adds most.
/** @param {Pen} pen @param {Numbers} numbers @param {Parts} parts */
function many(pen, numbers, parts) {
  const { x, f, k, window, left, sums = [] } = parts
  const channels = numbers.shape(x)[0]
  const free = pen.height - 84
  const chosen = sums.reduce((best, value, c) => (Math.abs(value) > Math.abs(sums[best]) ? c : best), 0)
  const grid = Math.min(free - 24, left * 0.22)
  const room = left - 2 * grid - 50
  const across = Math.ceil(Math.sqrt((channels * room) / free))
  const side = Math.min(room / across, free / Math.ceil(channels / across)) - 3
  pen.text(`${numbers.maps[x].label}[0 … ${channels - 1}]`, 4, 10, { size: 15, math: true })
  for (let c = 0; c < channels; c++) {
    const box = fitted(numbers, x, 4 + (c % across) * (side + 3), 24 + Math.floor(c / across) * (side + 3), side, side)
    pen.map(numbers, x, [c], box, [{ ...window, strong: c === chosen }])
  }
  const { window: pixels, kernel } = patches(numbers, parts, chosen)
  const at = room + 16
  const boxes = [at, at + grid + 22].map((x) => ({ x, y: 24, width: grid, height: grid }))
  pen.text(channelName(numbers, x, chosen), at, 10, { size: 15, math: true })
  const fits = pen.grid(pixels, k, numbers.maps[x].limits, numbers.maps[x].scale, boxes[0])
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
