// A weight of a kernel: what it multiplies, and what its gradient is made of.

import { power, short, timesPower } from "../../model/format.js"
import { totals } from "../../model/formula_values.js"
import { one } from "../../model/links.js"
import { product } from "../../model/printed_digits.js"
import { say } from "../../model/words.js"
import { channelName, fitted, kernelName, ranges } from "./windows.js"

/** @typedef {import("../mechanism.js").Picture} Picture */
/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../../model/patterns.js").Cell} Cell */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("../pen.js").Box} Box */

const HIGH = 230 // of a picture that has room for a sum under its maps
const LONG = 3.4 // times as wide as high: then there is more room for it beside them

/** The shares of one kernel weight's gradient: what it met, times what arrived. @type {Picture} */
export function shares(pen, numbers, symbol, cell) {
  const links = numbers.links(symbol)
  const x = /** @type {any} */ (links.find(({ pattern }) => pattern === "touched")).source
  const dy = /** @type {any} */ (links.find(({ pattern }) => pattern === "channel")).source
  const met = numbers.pairs(symbol, cell, x, dy)
  const [rows, columns] = numbers.shape(dy).slice(-2)
  const products = new Float64Array(rows * columns)
  for (const [at, place] of met) products[place[1] * columns + place[2]] = numbers.at(x, at) * numbers.at(dy, place)
  const size = (/** @type {[Cell, Cell]} */ [, place]) => Math.abs(products[place[1] * columns + place[2]])
  const [largest] = met.length ? [met.reduce((best, pair) => (size(pair) > size(best) ? pair : best))] : []
  const rings = (/** @type {number} */ n) =>
    largest ? [{ rows: one(largest[n][1]), columns: one(largest[n][2]), strong: true }] : []
  const [positive, negative] = totals([...products])
  const [more, less] = [products.filter((value) => value > 0).length, products.filter((value) => value < 0).length]
  const tall = pen.height > HIGH && pen.width < LONG * pen.height
  const part = tall ? 0.23 : 0.16 // of the width, for a map; the sum stands under them where there is room
  const free = Math.min(pen.height - (tall ? 132 : 44), pen.width * (part - 0.005))
  const y = 24 + Math.max((pen.height - (tall ? 132 : 44) - free) / 3, 0)
  const last = fitted(numbers, x, 0, y, pen.width * part, free)
  last.x = pen.width - last.width - 4
  const second = fitted(numbers, dy, 0, y, pen.width * part, free)
  second.x = last.x - second.width - 24
  const third = { ...second, x: second.x - second.width - 24 }
  pen.head(channelName(numbers, x, cell[1]), "", last.x, y - 14, last.width, say("web.mechanism.met"))
  pen.map(numbers, x, [cell[1]], last, [ranges(numbers, symbol, x, cell), ...rings(0)])
  pen.sign("⊙", last.x - 12, y + free / 2)
  pen.head(channelName(numbers, dy, cell[0]), "", second.x, y - 14, second.width, say("web.mechanism.arrived"))
  pen.map(numbers, dy, [cell[0]], second, rings(1))
  pen.sign("=", second.x - 12, y + free / 2)
  const most = products.reduce((all, value) => Math.max(all, Math.abs(value)), 0)
  pen.text(say("web.mechanism.shares", { n: met.length }), third.x, y - 14, { size: 12, room: third.width })
  pen.picture(rows, columns, (n) => products[n], [-most, most], "signed", third, rings(1))
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
  if (!largest) return
  const share = product(numbers.at(x, largest[0]), numbers.at(dy, largest[1]))
  const ringed = say("web.mechanism.largest_product", { product: share })
  const under = third.y + third.height + 30
  if (most && under < (tall ? sum.y - 12 : pen.height))
    pen.text(ringed, pen.width - 4, under, { size: 12, align: "right", room: pen.width - third.x })
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
  else inPowers(pen, values, k, numbers.maps[symbol].limits, box)
  const size = box.width / k
  pen.context.lineWidth = 2.5
  pen.context.strokeStyle = pen.ink
  pen.context.strokeRect(box.x + cell[3] * size, box.y + cell[2] * size, size - 1, size - 1)
  return box
}

// Small numbers in thousandths or millionths, which stand under them.
/** @param {Pen} pen @param {number[]} values @param {number} k @param {number[]} limits @param {Box} box */
function inPowers(pen, values, k, limits, box) {
  const exponent = power(Math.max(...values.map((value) => Math.abs(value) || 0)))
  const fits = pen.grid(values, k, limits, "signed", box, { write: (value) => short(value / 10 ** exponent) })
  if (fits && exponent)
    pen.text(timesPower(exponent), box.x, box.y + box.height + 10, { size: 11, fill: pen.soft, room: box.width })
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
