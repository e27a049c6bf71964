// A convolution: windows times kernels, summed over channels; and its two ways back.

import { number, short } from "../../model/format.js"
import { one } from "../../model/links.js"
import { say } from "../../model/words.js"
import { many, several } from "./channels.js"
import { channelName, fitted, kernelName, largest, padded, padding, patches, ranges, underWindow } from "./windows.js"

/** @typedef {import("../mechanism.js").Picture} Picture */
/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../../model/patterns.js").Cell} Cell */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("../pen.js").Box} Box */

const STAIRS = 48 // the staircase under the maps
const MOST_STEPS = 10 // of a staircase whose steps bear their numbers
const HIGH = 230 // of a picture that has room for a sum under its maps
const LONG = 3.4 // times as wide as high: then there is more room for it beside them
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
  const products = met.map(([at, weight]) => ({ c: at[0], value: numbers.at(x, at) * numbers.at(f, weight) }))
  const sums = Array(channels).fill(0)
  for (const { c, value } of products) sums[c] += value
  const few = channels > 1 && channels <= MOST_NUMBERED
  const terms = channels > 1 ? byChannel(numbers, x, sums) : oneByOne(products)
  if (bias) terms.push({ value: numbers.at(bias, [cell[0]]), name: numbers.maps[bias].label })
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
  else if (few) return several(pen, numbers, { symbol, x, f, k, cell, met, window, left, sums }, terms, total)
  else many(pen, numbers, { symbol, x, f, k, cell, met, window, left, sums })
  const stairs = { x: 22, y: pen.height - STAIRS, width: pen.width - 30, height: STAIRS - 16 }
  pen.stairs(terms, total, stairs, { figures: channels > 1 && terms.length <= 6 })
}

/** The sum of each channel is a step. @param {Numbers} numbers @param {string} x @param {number[]} sums */
const byChannel = (numbers, x, sums) => sums.map((value, c) => ({ value, name: channelName(numbers, x, c) }))

/** Every product is a step, and bears its number where there is room. @param {{ value: number }[]} products */
const oneByOne = (products) =>
  products.map(({ value }) => ({
    value,
    name: products.length > MOST_STEPS ? "" : `${value > 0 ? "+" : ""}${short(value)}`,
  }))

/** @typedef {import("./windows.js").Parts} Parts */

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
  const three = /** @type {[number[], number[], string, string][]} */ ([
    [window, numbers.maps[x].limits, numbers.maps[x].scale, "⊙"],
    [kernel, numbers.maps[f].limits, "signed", "="],
    [products, [-most, most], "signed", ""],
  ])
  three.forEach(([values, limits, scale, sign], n) => {
    pen.grid(values, k, limits, scale, { x: n * (side + 22), y: 0, width: side, height: side })
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
  const raw = numbers.answer.lesson.scale === "raw"
  const parts3 = /** @type {[string, number[], number[], string, string][]} */ ([
    [
      say(`web.mechanism.${pixels.some(Number.isNaN) ? "window_outside" : "window"}`),
      pixels,
      numbers.maps[x].limits,
      numbers.maps[x].scale,
      "⊙",
    ],
    [kernelName(numbers, f, cell), kernel, numbers.maps[f].limits, "signed", "="],
    [say("web.mechanism.products"), products, [-most, most], "signed", "Σ"],
  ])
  for (const [name, values, limits, scale, sign] of parts3) {
    values === kernel
      ? pen.head(name, "", at, 10, grid, numbers.maps[f].plain)
      : pen.text(name, at, 12, { size: 12, fill: pen.soft })
    const place = { x: at, y, width: grid, height: grid }
    const write = raw && values === pixels ? (/** @type {number} */ value) => String(Math.round(value)) : short
    const fits =
      values === kernel
        ? pen.kernel(numbers, f, cell[0], 0, place)
        : pen.grid(values, k, limits, scale, place, { write, blank: "0" })
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

/** What comes back to one cell: a share through each filter. @type {Picture} */
export function convolutionBack(pen, numbers, symbol, cell) {
  const links = numbers.links(symbol)
  const f = /** @type {any} */ (links.find(({ pattern }) => pattern === "passing")).source
  const dy = /** @type {any} */ (links.find(({ pattern }) => pattern === "covering")).source
  const filters = numbers.shape(f)[0]
  const k = numbers.shape(f)[2]
  const met = numbers.pairs(symbol, cell, dy, f)
  const sums = Array(filters).fill(0)
  for (const [at, weight] of met) sums[at[0]] += numbers.at(dy, at) * numbers.at(f, weight)
  const chosen = sums.reduce((best, value, m) => (Math.abs(value) > Math.abs(sums[best]) ? m : best), 0)
  const window = ranges(numbers, symbol, dy, cell)
  const free = pen.height - (filters > 1 ? 98 : 54)
  const left = fitted(numbers, symbol, 4, 24, pen.width * 0.22, free)
  pen.head(channelName(numbers, symbol, cell[0]), "", left.x, 10, left.width)
  pen.map(numbers, symbol, [cell[0]], left, [{ rows: one(cell[1]), columns: one(cell[2]), strong: true }])
  const right = fitted(numbers, dy, 0, 24, pen.width * 0.22, free)
  right.x = pen.width - right.width - 4
  pen.head(channelName(numbers, dy, chosen), "", right.x, 10, right.width)
  pen.map(numbers, dy, [chosen], right, [window])
  const grid = Math.min((right.x - left.x - left.width - 100) / 3, free - 10)
  const own = met.filter(([at]) => at[0] === chosen)
  const arrived = Array(k * k).fill(NaN)
  const products = Array(k * k).fill(NaN)
  const kernel = Array.from({ length: k * k }, (_, n) => numbers.at(f, [chosen, cell[0], Math.floor(n / k), n % k]))
  for (const [at, weight] of own) {
    const n = weight[2] * k + weight[3]
    arrived[n] = numbers.at(dy, at)
    products[n] = arrived[n] * kernel[n]
  }
  const most = Math.max(...products.filter((value) => !Number.isNaN(value)).map(Math.abs), 0)
  let at = left.x + left.width + 30
  const y = 24
  let all = true
  /** @type {Box[]} */
  const boxes = []
  pen.arrow(at - 4, y + grid / 2, at - 24, y + grid / 2)
  const three = /** @type {[string, number[], number[], string][]} */ ([
    [say("web.mechanism.products"), products, [-most, most], "="],
    [`${numbers.maps[f].label}${filters > 1 ? `[${chosen}]` : ""}`, kernel, numbers.maps[f].limits, "⊙"],
    [say("web.mechanism.arrived"), arrived, numbers.maps[dy].limits, ""],
  ])
  for (const [name, values, limits, sign] of three) {
    pen.text(name, at, 12, { size: 12, fill: pen.soft })
    const box = { x: at, y, width: grid, height: grid }
    all = pen.grid(values, k, limits, "signed", box) && all
    boxes.push(box)
    if (sign) pen.sign(sign, at + grid + 11, y + grid / 2)
    at += grid + 22
  }
  pen.arrow(right.x - 2, y + grid / 2, at - 16, y + grid / 2)
  const total = numbers.at(symbol, cell)
  if (!all)
    largest(pen, { a: arrived, b: kernel, k, boxes }, boxes[0].x, y + grid + (filters > 1 ? 14 : 34), 3 * grid + 44)
  if (filters > 1)
    pen.stairs(
      sums.map((value, m) => ({ value, name: channelName(numbers, dy, m) })),
      total,
      { x: 22, y: pen.height - 50, width: pen.width - 30, height: 34 },
      { chosen },
    )
  else pen.text(`Σ ≈ ${number(total)}`, left.x + left.width + 30, y + grid + 16, { size: 14, bold: true })
}

/** The shares of one kernel weight's gradient: what it met, times what arrived. @type {Picture} */
export function shares(pen, numbers, symbol, cell) {
  const links = numbers.links(symbol)
  const x = /** @type {any} */ (links.find(({ pattern }) => pattern === "touched")).source
  const dy = /** @type {any} */ (links.find(({ pattern }) => pattern === "channel")).source
  const met = numbers.pairs(symbol, cell, x, dy)
  const [rows, columns] = numbers.shape(dy).slice(-2)
  const products = new Float64Array(rows * columns)
  let [positive, negative] = [0, 0]
  for (const [at, place] of met) {
    const value = numbers.at(x, at) * numbers.at(dy, place)
    products[place[1] * columns + place[2]] = value
    positive += Math.max(value, 0)
    negative += Math.min(value, 0)
  }
  const [more, less] = [products.filter((value) => value > 0).length, products.filter((value) => value < 0).length]
  const tall = pen.height > HIGH && pen.width < LONG * pen.height
  const share = tall ? 0.23 : 0.16 // of the width, for a map; the sum stands under them where there is room
  const free = Math.min(pen.height - (tall ? 132 : 44), pen.width * (share - 0.005))
  const y = 24 + Math.max((pen.height - (tall ? 132 : 44) - free) / 3, 0)
  const last = fitted(numbers, x, 0, y, pen.width * share, free)
  last.x = pen.width - last.width - 4
  const second = fitted(numbers, dy, 0, y, pen.width * share, free)
  second.x = last.x - second.width - 24
  const third = { ...second, x: second.x - second.width - 24 }
  pen.head(channelName(numbers, x, cell[1]), "", last.x, y - 14, last.width, say("web.mechanism.met"))
  pen.map(numbers, x, [cell[1]], last, [ranges(numbers, symbol, x, cell)])
  pen.sign("⊙", last.x - 12, y + free / 2)
  pen.head(channelName(numbers, dy, cell[0]), "", second.x, y - 14, second.width, say("web.mechanism.arrived"))
  pen.map(numbers, dy, [cell[0]], second)
  pen.sign("=", second.x - 12, y + free / 2)
  const most = products.reduce((all, value) => Math.max(all, Math.abs(value)), 0)
  pen.text(say("web.mechanism.shares", { n: met.length }), third.x, y - 14, { size: 12, room: third.width })
  pen.picture(rows, columns, (n) => products[n], [-most, most], "signed", third)
  pen.ends([-most, most], "signed", third)
  const grid = Math.min(third.x * (tall ? 0.72 : 0.33), free)
  const own = gridOf(pen, numbers, symbol, cell, { x: 4, y, width: grid, height: grid })
  const beside = {
    x: own.x + grid + 34,
    y: y - 14,
    width: third.x - own.x - grid - 76,
    height: Math.min(pen.height - y + 10, free + 30),
  }
  const sum = tall ? { x: 4, y: pen.height - 84, width: third.x + third.width - 4, height: 84 } : beside
  pen.arrow(third.x - 6, y + free / 2, tall ? own.x + grid + 12 : third.x - 30, y + free / 2)
  if (!tall) pen.arrow(sum.x - 6, y + grid / 2, sum.x - 28, y + grid / 2)
  const terms = [
    { value: positive, name: say("web.mechanism.adding", { n: more }) },
    { value: negative, name: say("web.mechanism.adding", { n: less }) },
  ]
  pen.ladder(terms, numbers.at(symbol, cell), "", sum)
}

/** The kernel that a cell belongs to, with its ring. @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Cell} cell @param {Box} box */
function gridOf(pen, numbers, symbol, cell, box) {
  const k = numbers.shape(symbol)[2]
  const done = pen.done(symbol)
  const values = Array.from({ length: k * k }, (_, n) =>
    n < done ? numbers.at(symbol, [cell[0], cell[1], Math.floor(n / k), n % k]) : Number.NaN,
  )
  pen.head(kernelName(numbers, symbol, cell), "", box.x, box.y - 14, box.width, numbers.maps[symbol].plain)
  if (numbers.maps[symbol].band === "parameters") pen.kernel(numbers, symbol, cell[0], cell[1], box)
  else pen.grid(values, k, numbers.maps[symbol].limits, "signed", box)
  const size = box.width / k
  pen.context.lineWidth = 2.5
  pen.context.strokeStyle = pen.ink
  pen.context.strokeRect(box.x + cell[3] * size, box.y + cell[2] * size, size - 1, size - 1)
  return box
}

/** What one weight multiplies. @type {Picture} */
export function touched(pen, numbers, symbol, cell) {
  const [link] = numbers.links(symbol)
  const x = link.source
  const box = fitted(numbers, x, 4, 24, pen.width * 0.4, pen.height - 44)
  pen.head(channelName(numbers, x, cell[1]), "", box.x, 10, box.width)
  pen.map(numbers, x, [cell[1]], box, [ranges(numbers, symbol, x, cell)])
  const grid = Math.min(pen.width - box.width - 60, pen.height - 44)
  gridOf(pen, numbers, symbol, cell, { x: box.x + box.width + 40, y: 24, width: grid, height: grid })
}
