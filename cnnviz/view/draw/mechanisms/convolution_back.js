// Back through a convolution, to what it read.

import { terms } from "../../model/formula_values.js"
import { one } from "../../model/links.js"
import { gridOf } from "../../model/printed_digits.js"
import { say } from "../../model/words.js"
import { severalBack } from "./channels_back.js"
import {
  channelName,
  channelSteps,
  channelSums,
  fitted,
  kernelName,
  largest,
  MOST_NUMBERED,
  oneByOne,
  ranges,
} from "./windows.js"

/** @typedef {import("../mechanism.js").Picture} Picture */
/** @typedef {import("../pen.js").Box} Box */

/** What comes back to one cell: a share through each filter. @type {Picture} */
export function convolutionBack(pen, numbers, symbol, cell) {
  const links = numbers.links(symbol)
  const f = /** @type {any} */ (links.find(({ pattern }) => pattern === "passing")).source
  const dy = /** @type {any} */ (links.find(({ pattern }) => pattern === "covering")).source
  const filters = numbers.shape(f)[0]
  const k = numbers.shape(f)[2]
  const met = numbers.pairs(symbol, cell, dy, f)
  const all = terms(numbers, symbol, cell)
  const sums = channelSums(numbers, all, dy)
  const chosen = sums.reduce((best, value, m) => (Math.abs(value) > Math.abs(sums[best]) ? m : best), 0)
  const window = ranges(numbers, symbol, dy, cell)
  if (filters > 1 && filters <= MOST_NUMBERED)
    return severalBack(pen, numbers, symbol, cell, { f, dy, met, window }, channelSteps(numbers, dy, sums))
  const free = pen.height - 98
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
  const { writes, sign: equals } = gridOf(arrived, kernel)
  let fit = true
  /** @type {Box[]} */
  const boxes = []
  pen.arrow(at - 4, y + grid / 2, at - 24, y + grid / 2)
  const three = /** @type {[string, number[], number[], string][]} */ ([
    [say("web.mechanism.products"), products, [-most, most], equals],
    [kernelName(numbers, f, [chosen, cell[0]]), kernel, numbers.maps[f].limits, "⊙"],
    [say("web.mechanism.arrived"), arrived, numbers.maps[dy].limits, ""],
  ])
  three.forEach(([name, values, limits, sign], n) => {
    pen.text(name, at, 12, { size: 12, fill: pen.soft })
    const box = { x: at, y, width: grid, height: grid }
    fit = pen.grid(values, k, limits, "signed", box, { write: writes[2 - n] }) && fit
    boxes.push(box)
    if (sign) pen.sign(sign, at + grid + 11, y + grid / 2)
    at += grid + 22
  })
  pen.arrow(right.x - 2, y + grid / 2, at - 16, y + grid / 2)
  if (!fit) largest(pen, { a: arrived, b: kernel, k, boxes }, boxes[0].x, y + grid + 14, 3 * grid + 44)
  const stairs = { x: 22, y: pen.height - 50, width: pen.width - 30, height: 34 }
  if (filters > 1) pen.stairs(channelSteps(numbers, dy, sums), numbers.at(symbol, cell), stairs, { chosen })
  else pen.stairs(oneByOne(all), numbers.at(symbol, cell), stairs, { figures: false })
}
