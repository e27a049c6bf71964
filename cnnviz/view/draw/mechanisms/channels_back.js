// Back through a convolution of up to four filters: each sends a share of its own to the cell.

import { one } from "../../model/links.js"
import { say } from "../../model/words.js"
import { sideBySide } from "./channels.js"
import { channelName, fitted } from "./windows.js"

/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../../model/patterns.js").Cell} Cell */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {{ f: string, dy: string, met: [Cell, Cell][], window: import("../pen.js").Ring }} Arrived  `met`: which cell of ∂y meets which weight */

const HEAD = 24
const WIDE = 0.22 // of the width, for the map that is made
const EQUALS = 34
const FOOT = 104 // under it: its colours and the total

/** @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Cell} cell @param {Arrived} arrived @param {{ value: number, name: string }[]} terms */
export function severalBack(pen, numbers, symbol, cell, { f, dy, met, window }, terms) {
  const k = numbers.shape(f)[2]
  const made = fitted(numbers, symbol, 4, HEAD, pen.width * WIDE, pen.height - FOOT)
  pen.head(channelName(numbers, symbol, cell[0]), "", made.x, 10, made.width, say("web.mechanism.goes_on"))
  pen.map(numbers, symbol, [cell[0]], made, [{ rows: one(cell[1]), columns: one(cell[2]), strong: true }])
  const x = made.x + Math.max(made.width, pen.width * WIDE * 0.8) + EQUALS
  pen.sign("=", x - EQUALS / 2, made.y + made.height / 2)
  const columns = terms.map((_, m) => {
    const a = Array(k * k).fill(Number.NaN)
    for (const [at, weight] of met) if (at[0] === m) a[weight[2] * k + weight[3]] = numbers.at(dy, at)
    const b = Array.from({ length: k * k }, (_, n) => numbers.at(f, [m, cell[0], Math.floor(n / k), n % k]))
    return { channel: m, a, b, at: /** @type {[number, number]} */ ([m, cell[0]]) }
  })
  const names = [
    say("web.mechanism.arrived"),
    `${numbers.maps[f].label}${numbers.shape(f)[1] > 1 ? `[m,${cell[0]}]` : "[m]"}`,
  ]
  const zeros = { before: 0, below: 0, right: 0 }
  const how = { map: dy, f, k, names, ring: window, zeros, x, width: pen.width - x, end: made.x + 22, columns }
  sideBySide(pen, numbers, how, terms, numbers.at(symbol, cell))
}
