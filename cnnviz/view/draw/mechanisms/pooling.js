// Pooling whose windows overlap or are large: one window's numbers, the winner among them or their mean, and the ways back.

import { number } from "../../model/format.js"
import { one } from "../../model/patterns.js"
import { say } from "../../model/words.js"
import { HEAD, SMALL } from "../sheet.js"
import { blocks, inBlocks } from "./pooling_blocks.js"
import { channelName, fitted } from "./windows.js"

/** @import { Numbers, Picture } from "../../types/view.js" */

/** @type {Picture} */
export function pool(pen, numbers, symbol, cell) {
  const [link] = numbers.links(symbol)
  const x = link.source
  if (inBlocks(link)) return blocks(pen, numbers, { link, place: cell, map: x, pooled: symbol, back: false }, 4)
  const reached = numbers.reach(link, cell)
  const under = numbers.sources({ ...link, pattern: "pool" }, cell)
  const values = under.map((at) => numbers.at(x, at))
  const won = link.pattern === "winner" ? String(numbers.sources(link, cell)[0]) : ""
  const side = pen.height - HEAD - 26
  const first = fitted(numbers, x, 4, HEAD, pen.width * 0.27, side)
  pen.head(channelName(numbers, x, cell[0]), "", first.x, 13, first.width, numbers.maps[x].plain)
  pen.map(numbers, x, [cell[0]], first, [{ rows: reached[1], columns: reached[2] }])
  const last = fitted(numbers, symbol, 0, HEAD, pen.width * 0.27, side)
  last.x = pen.width - last.width - 4
  pen.head(channelName(numbers, symbol, cell[0]), "", last.x, 13, last.width, numbers.maps[symbol].plain)
  pen.map(numbers, symbol, [cell[0]], last, [{ rows: one(cell[1]), columns: one(cell[2]), strong: true }])
  const grid = Math.min(last.x - first.width - 190, side, 40 + 40 * link.geometry.k)
  const at = first.x + first.width + 36
  const y = HEAD + (side - grid) / 2
  pen.text(say("web.mechanism.window"), at, y - 10, { fill: pen.soft })
  pen.grid(
    values,
    link.geometry.k,
    numbers.maps[x].limits,
    numbers.maps[x].scale,
    { x: at, y, width: grid, height: grid },
    won ? { lit: (n) => String(under[n]) === won } : {},
  )
  const [scaleX, scaleY] = [first.width / numbers.shape(x)[2], first.height / numbers.shape(x)[1]]
  const corner = first.x + (reached[2].start + reached[2].count) * scaleX
  pen.thread([corner, first.y + reached[1].start * scaleY], [at, y])
  pen.thread([corner, first.y + (reached[1].start + reached[1].count) * scaleY], [at, y + grid])
  const word = won ? say("web.mechanism.largest") : say("web.mechanism.mean")
  const middle = (at + grid + last.x) / 2
  pen.text(word, middle, y + grid / 2 - 26, { size: SMALL, align: "center", fill: pen.soft })
  pen.arrow(at + grid + 8, y + grid / 2, last.x - 8, y + grid / 2)
  pen.text(number(numbers.at(symbol, cell)), middle, y + grid / 2 + 20, { size: 15, bold: true, align: "center" })
}

/** From right to left: what arrived, the window whose winner or whose cells it goes to, and their map. @type {Picture} */
export function unpool(pen, numbers, symbol, cell) {
  const [link] = numbers.links(symbol)
  const dy = link.source
  const forward = numbers.network.links[dy.slice(1)][0]
  const x = forward.source
  const reached = numbers.reach(link, cell)
  const place = [cell[0], reached[1]?.count ? reached[1].start : 0, reached[2]?.count ? reached[2].start : 0]
  const window = numbers.reach({ ...forward, pattern: "pool" }, place)
  const under = numbers.sources({ ...forward, pattern: "pool" }, place)
  const chosen = link.pattern === "won"
  const best = chosen ? String(numbers.sources(forward, place)[0]) : ""
  const k = forward.geometry.k
  if (inBlocks(forward)) {
    blocks(pen, numbers, { link: forward, place, map: symbol, pooled: dy, back: true }, 40)
    pen.text(share(numbers, symbol, cell), 4, pen.height - 10, { fill: pen.soft, room: pen.width - 8 })
    return
  }
  const side = pen.height - 64
  const left = fitted(numbers, symbol, 4, HEAD, pen.width * 0.23, side)
  const right = fitted(numbers, dy, 0, HEAD, pen.width * 0.23, side)
  right.x = pen.width - right.width - 4
  const strong = { rows: one(cell[1]), columns: one(cell[2]), strong: true }
  pen.head(channelName(numbers, symbol, cell[0]), "", left.x, 13, left.width, say("web.mechanism.goes_on"))
  pen.map(numbers, symbol, [cell[0]], left, [{ rows: window[1], columns: window[2] }, strong])
  pen.head(channelName(numbers, dy, cell[0]), "", right.x, 13, right.width, say("web.mechanism.arrived"))
  pen.map(numbers, dy, [cell[0]], right, [{ rows: one(place[1]), columns: one(place[2]) }])
  const shown = chosen ? [symbol, x] : [symbol]
  const free = right.x - left.x - left.width - 76
  const grid = Math.min(free / 2 - 22, side)
  const y = HEAD + (left.height - grid) / 2
  shown.forEach((name, n) => {
    const at = left.x + left.width + 42 + n * (grid + 44)
    pen.text(n ? say("web.mechanism.winner") : say("web.mechanism.window"), at, y - 10, {
      size: SMALL,
      fill: pen.soft,
      room: grid + 20,
    })
    const { limits, scale } = numbers.maps[name]
    const lit = (/** @type {number} */ i) => String(under[i]) === (chosen ? best : String(cell))
    const values = under.map((place) => numbers.at(name, place))
    pen.grid(values, k, limits, scale, { x: at, y, width: grid, height: grid }, { lit })
    if (chosen) pen.arrow(at + grid + 34, y + grid / 2, at + grid + 10, y + grid / 2)
    if (n) return
    const [scaleX, scaleY] = [left.width / numbers.shape(symbol)[2], left.height / numbers.shape(symbol)[1]]
    const corner = left.x + (window[2].start + window[2].count) * scaleX
    pen.thread([corner, left.y + window[1].start * scaleY], [at, y])
    pen.thread([corner, left.y + (window[1].start + window[1].count) * scaleY], [at, y + grid])
  })
  const arrived = numbers.at(dy, place)
  if (!chosen) {
    const from = left.x + left.width + 42 + grid + 44
    pen.text(`${number(arrived)} ÷ ${k * k}`, (from + right.x - 10) / 2, y + grid / 2 - 16, {
      size: 15,
      bold: true,
      align: "center",
      room: right.x - from,
    })
    pen.arrow(right.x - 8, y + grid / 2, from, y + grid / 2)
  }
  pen.text(share(numbers, symbol, cell), 4, pen.height - 10, { size: SMALL, fill: pen.soft })
}

/** Gives what a cell gets from the first window that it lies in, in a sentence. @param {Numbers} numbers @param {string} symbol @param {number[]} cell */
function share(numbers, symbol, cell) {
  const [link] = numbers.links(symbol)
  const forward = numbers.network.links[link.source.slice(1)][0]
  const { k, stride } = forward.geometry
  const reached = numbers.reach(link, cell)
  const place = [cell[0], reached[1]?.count ? reached[1].start : 0, reached[2]?.count ? reached[2].start : 0]
  if (link.pattern === "won")
    return say(String(cell) === String(numbers.sources(forward, place)[0]) ? "web.mechanism.won" : "web.mechanism.lost")
  const [first] = numbers.sources({ ...forward, pattern: "pool" }, place)
  // Where windows overlap, a cell gets more than this window's share.
  const each = stride < k ? numbers.at(link.source, place) / (k * k) : numbers.at(symbol, first)
  return say("web.mechanism.each", { n: k * k, share: number(each) })
}
