// Pooling: the window's numbers, the winner among them or their mean, and the ways back.

import { number, short } from "../../model/format.js"
import { one } from "../../model/links.js"
import { say } from "../../model/words.js"
import { blocks, inBlocks } from "./pooling_blocks.js"
import { channelName, fitted } from "./windows.js"

/** @typedef {import("../mechanism.js").Picture} Picture */
/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../pen.js").Pen} Pen */

/** @type {Picture} */
export function pool(pen, numbers, symbol, cell) {
  const [link] = numbers.links(symbol)
  const x = link.source
  if (inBlocks(link)) return blocks(pen, numbers, { link, place: cell, map: x, pooled: symbol, back: false }, 4)
  const reached = numbers.reach(link, cell)
  const under = numbers.sources({ ...link, pattern: "pool" }, cell)
  const values = under.map((at) => numbers.at(x, at))
  const won = link.pattern === "winner" ? String(numbers.sources(link, cell)[0]) : ""
  const side = pen.height - 44
  const first = fitted(numbers, x, 4, 24, pen.width * 0.27, side)
  pen.head(channelName(numbers, x, cell[0]), "", first.x, 10, first.width, numbers.maps[x].plain)
  pen.map(numbers, x, [cell[0]], first, [{ rows: reached[1], columns: reached[2] }])
  const last = fitted(numbers, symbol, 0, 24, pen.width * 0.27, side)
  last.x = pen.width - last.width - 4
  pen.head(channelName(numbers, symbol, cell[0]), "", last.x, 10, last.width, numbers.maps[symbol].plain)
  pen.map(numbers, symbol, [cell[0]], last, [{ rows: one(cell[1]), columns: one(cell[2]), strong: true }])
  const grid = Math.min(last.x - first.width - 190, side, 40 + 40 * link.geometry.k)
  const at = first.x + first.width + 36
  const y = 24 + (side - grid) / 2
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
  pen.text(word, middle, y + grid / 2 - 26, { size: 12, align: "center", fill: pen.soft })
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
    blocks(pen, numbers, { link: forward, place, map: symbol, pooled: dy, back: true }, 24)
    pen.text(share(numbers, symbol, cell), 4, pen.height - 10, { fill: pen.soft })
    return
  }
  const side = pen.height - 64
  const left = fitted(numbers, symbol, 4, 24, pen.width * 0.23, side)
  const right = fitted(numbers, dy, 0, 24, pen.width * 0.23, side)
  right.x = pen.width - right.width - 4
  const strong = { rows: one(cell[1]), columns: one(cell[2]), strong: true }
  pen.head(channelName(numbers, symbol, cell[0]), "", left.x, 10, left.width, say("web.mechanism.goes_on"))
  pen.map(numbers, symbol, [cell[0]], left, [{ rows: window[1], columns: window[2] }, strong])
  pen.head(channelName(numbers, dy, cell[0]), "", right.x, 10, right.width, say("web.mechanism.arrived"))
  pen.map(numbers, dy, [cell[0]], right, [{ rows: one(place[1]), columns: one(place[2]) }])
  const shown = chosen ? [symbol, x] : [symbol]
  const free = right.x - left.x - left.width - 76
  const grid = Math.min(free / 2 - 22, side)
  const y = 24 + (left.height - grid) / 2
  shown.forEach((name, n) => {
    const at = left.x + left.width + 42 + n * (grid + 44)
    pen.text(n ? say("web.mechanism.winner") : say("web.mechanism.window"), at, y - 10, {
      size: 12,
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
  pen.text(share(numbers, symbol, cell), 4, pen.height - 10, { size: 12, fill: pen.soft })
}

/** What a cell gets from the first window that it lies in, in a sentence. @param {Numbers} numbers @param {string} symbol @param {number[]} cell */
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

/** A channel and the one number that stands for it, or comes back to it. @type {Picture} */
export function wholeChannel(pen, numbers, symbol, cell) {
  const [{ source }] = numbers.links(symbol)
  if (numbers.maps[source].kind === "map") return levelled(pen, numbers, symbol, source, cell)
  const box = fitted(numbers, symbol, 4, 24, pen.width * 0.4, pen.height - 44)
  const [, rows, columns] = numbers.shape(symbol)
  pen.head(channelName(numbers, symbol, cell[0]), "", box.x, 10, box.width, numbers.maps[symbol].plain)
  pen.map(numbers, symbol, [cell[0]], box, [{ rows: one(cell[1]), columns: one(cell[2]), strong: true }])
  const [from, to] = [pen.width * 0.6, box.x + box.width + 12]
  const y = 24 + box.height / 2
  pen.arrow(from - 12, y, to, y)
  const text = `${number(numbers.at(source, [cell[0]]))} ÷ ${rows * columns}`
  pen.text(text, (from + to) / 2, y - 16, { size: 15, bold: true, align: "center", room: from - to - 20 })
  all(pen, numbers, source, cell[0], { x: from, y: 24, width: pen.width - from - 10, height: pen.height - 40 })
}

// Every map, the cells of the chosen one as a heap that its mean levels, and all means.
/** @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {string} source @param {number[]} cell */
function levelled(pen, numbers, symbol, source, [chosen]) {
  const [channels, rows, columns] = numbers.shape(source)
  const maps = { x: 4, y: 24, width: pen.width * 0.4, height: pen.height - 44 }
  const foot = channels <= MOST_NAMED ? 16 : 3
  const [across, side] = tiled(channels, columns / rows, maps, foot)
  pen.head(
    numbers.maps[source].label,
    "",
    maps.x,
    10,
    maps.width,
    say("web.mechanism.maps", { n: channels, rows, columns }),
  )
  for (let c = 0; c < channels; c++) {
    const x = maps.x + (c % across) * (side * (columns / rows) + GAP)
    const y = maps.y + Math.floor(c / across) * (side + foot)
    const width = (side * columns) / rows
    const from = numbers.offset(source, [c, 0, 0])
    const { limits, scale } = numbers.maps[source]
    const whole = { rows: { start: 0, count: rows, step: 1 }, columns: { start: 0, count: columns, step: 1 } }
    const values = numbers.values(source)
    const box = { x, y, width, height: side }
    pen.picture(rows, columns, (n) => values[from + n], limits, scale, box, c === chosen ? [whole] : [])
    if (foot > 3)
      pen.text(numbers.nameOf(c, channels), x + width / 2, y + side + 8, {
        size: 10,
        align: "center",
        bold: c === chosen,
        room: width + GAP,
      })
  }
  const heap = { x: pen.width * 0.47, y: 28, width: pen.width * 0.22, height: pen.height - 70 }
  const middle = heap.y + heap.height / 2
  pen.arrow(heap.x - 30, middle, heap.x - 10, middle)
  heaped(pen, numbers, source, chosen, numbers.at(symbol, [chosen]), heap)
  const last = heap.x + heap.width + 44
  pen.arrow(last - 32, middle, last - 12, middle)
  pen.head(numbers.maps[symbol].label, "", last, 10, pen.width - last, numbers.maps[symbol].plain)
  all(pen, numbers, symbol, chosen, { x: last, y: 24, width: pen.width - last - 4, height: pen.height - 40 })
}

const GAP = 8 // between maps
const MOST_NAMED = 16 // maps that have room for a name
const MOST_ROWS = 12

/** How many maps stand in a row, and how high each is: the largest that fit. @param {number} count @param {number} ratio of width to height @param {import("../pen.js").Box} room @param {number} foot under each @returns {[number, number]} */
function tiled(count, ratio, { width, height }, foot) {
  const side = (/** @type {number} */ across) =>
    Math.min((width / across - GAP) / ratio, height / Math.ceil(count / across) - foot)
  const best = Array.from({ length: count }, (_, n) => n + 1).reduce((a, b) => (side(b) > side(a) ? b : a))
  return [best, side(best)]
}

// The cells of a channel, the largest first, and the line to which their mean levels them.
/** @param {Pen} pen @param {Numbers} numbers @param {string} map @param {number} channel @param {number} mean @param {import("../pen.js").Box} box */
function heaped(pen, numbers, map, channel, mean, box) {
  const count = numbers.count(map) / numbers.shape(map)[0]
  const values = numbers
    .values(map)
    .slice(channel * count, (channel + 1) * count)
    .sort()
    .reverse()
  const [low, high] = [Math.min(values[count - 1], 0), Math.max(values[0], 0)]
  const y = (/** @type {number} */ value) => box.y + ((high - value) / (high - low || 1)) * box.height
  const { context } = pen
  pen.text(say("web.mechanism.heap", { n: count }), box.x, 10, { size: 12, fill: pen.soft, room: box.width + 30 })
  const wide = box.width / count
  context.fillStyle = pen.bars
  values.forEach((value, n) => {
    context.fillRect(box.x + n * wide, Math.min(y(value), y(0)), wide + 0.3, Math.abs(y(value) - y(0)))
  })
  context.fillStyle = pen.soft
  context.fillRect(box.x, y(0) - 0.5, box.width, 1)
  context.fillStyle = pen.tone
  context.fillRect(box.x, y(mean) - 1.25, box.width, 2.5)
  const over = y(mean) - box.y > 14 ? -9 : 10
  pen.text(say("web.mechanism.heap_mean", { value: number(mean) }), box.x + box.width, y(mean) + over, {
    bold: true,
    align: "right",
    fill: pen.tone,
    room: box.width,
  })
  const ends = say("web.mechanism.heap_ends", { low: short(low), high: short(high) })
  pen.text(ends, box.x, box.y + box.height + 12, { size: 11, fill: pen.soft, room: box.width })
  pen.text(say("web.mechanism.levels"), box.x, box.y + box.height + 28, { size: 11, fill: pen.soft, room: box.width })
}

// The numbers of a row, or those around the chosen one.
/** @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number} chosen @param {import("../pen.js").Box} box */
function all(pen, numbers, symbol, chosen, box) {
  const channels = numbers.count(symbol)
  const from = Math.min(Math.max(chosen - MOST_ROWS / 2, 0), Math.max(channels - MOST_ROWS, 0))
  const rows = Array.from({ length: Math.min(channels, MOST_ROWS) }, (_, n) => ({
    name: numbers.nameOf(from + n, channels),
    value: numbers.values(symbol)[from + n],
    bold: from + n === chosen,
  }))
  pen.rows(rows, box, { names: numbers.isClasses(channels) ? 54 : 24 })
}
