// Pooling with large or overlapping windows: the numbers of one window, its winner or mean, and the backward pass.

import { singleIndex } from "../../model/explain/cell_links.js"
import { number } from "../../model/numbers/format.js"
import { say } from "../../model/words.js"
import { HEAD } from "../sheet.js"
import { drawBlocks, drawThreads, inBlocks } from "./pooling_blocks.js"
import { fitBox, writeChannelName } from "./windows.js"

/** @import { Numbers, Pen, Picture } from "../../types/view.js" */

const [LEGEND, NEXT] = [28, 44] // height of the colour bar under a map, and gap between two windows

/** @type {Picture} */
export function drawPool(pen, numbers, symbol, cell) {
  const [link] = numbers.links(symbol)
  const x = link.source
  if (inBlocks(link)) return drawBlocks(pen, numbers, { link, place: cell, map: x, pooled: symbol, back: false }, 4)
  const reached = numbers.reach(link, cell)
  const under = numbers.sources({ ...link, pattern: "pool" }, cell)
  const values = under.map((at) => numbers.at(x, at))
  const won = link.pattern === "winner" ? String(numbers.sources(link, cell)[0]) : ""
  const { first, last, grid } = placeMaps(pen, numbers, x, symbol, 0.27, 26)
  writeChannelName(pen, numbers, x, cell[0], first)
  pen.drawMap(numbers, x, [cell[0]], first, [{ rows: reached[1], columns: reached[2] }])
  writeChannelName(pen, numbers, symbol, cell[0], last)
  pen.drawMap(numbers, symbol, [cell[0]], last, [
    { rows: singleIndex(cell[1]), columns: singleIndex(cell[2]), strong: true },
  ])
  const size = Math.min(grid.width - 154, grid.height, 40 + 40 * link.geometry.k)
  const box = { x: grid.x, y: grid.y + (pen.upright ? 0 : (grid.height - size) / 2), width: size, height: size }
  pen.writeText(say("web.mechanism.window"), box.x, box.y - 10, { fill: pen.soft })
  const lit = won ? { lit: (/** @type {number} */ n) => String(under[n]) === won } : {}
  pen.drawGrid(values, link.geometry.k, numbers.maps[x].limits, numbers.maps[x].scale, box, lit)
  drawThreads(pen, numbers, x, first, box, reached[1], reached[2])
  const from = [box.x + size + 8, box.y + size / 2]
  const to = pen.upright ? [last.x + last.width / 2, last.y + last.height + LEGEND] : [last.x - 8, from[1]]
  const middle = (from[0] + (pen.upright ? pen.width : to[0])) / 2
  const word = won ? say("web.mechanism.largest") : say("web.mechanism.mean")
  pen.drawArrow(from[0], from[1], to[0], to[1])
  pen.writeNote(word, middle, from[1] + (pen.upright ? 30 : -26), { align: "center" })
  pen.writeText(number(numbers.at(symbol, cell)), middle, from[1] + (pen.upright ? 52 : 20), {
    bold: true,
    align: "center",
  })
}

/**
 * Return the boxes of two maps, and of a window's cells between or, in portrait layout, under them.
 * @param {Pen} pen @param {Numbers} numbers @param {string} left @param {string} right @param {number} share of the width, for a map @param {number} foot height below the maps
 */
function placeMaps(pen, numbers, left, right, share, foot) {
  const high = pen.upright ? 0.36 * pen.height : pen.height - HEAD - foot
  const wide = pen.width * (pen.upright ? 0.45 : share)
  const first = fitBox(numbers, left, 4, HEAD, wide, high)
  const last = fitBox(numbers, right, 0, HEAD, wide, high)
  last.x = pen.width - last.width - 4
  const under = HEAD + Math.max(first.height, last.height) + LEGEND + 24
  const grid = pen.upright
    ? { x: 4, y: under, width: pen.width - 8, height: pen.height - under - 4 }
    : { x: first.x + first.width + 36, y: HEAD, width: last.x - first.x - first.width - 36, height: high }
  return { first, last, grid }
}

/** Draw from right to left: the incoming gradient, the window that it goes to, and its map. @type {Picture} */
export function drawUnpool(pen, numbers, symbol, cell) {
  const [link] = numbers.links(symbol)
  const dy = link.source
  const forward = numbers.network.links[dy.slice(1)][0]
  const x = forward.source
  const place = firstWindow(numbers, symbol, cell)
  const window = numbers.reach({ ...forward, pattern: "pool" }, place)
  const under = numbers.sources({ ...forward, pattern: "pool" }, place)
  const chosen = link.pattern === "won"
  const best = chosen ? String(numbers.sources(forward, place)[0]) : ""
  const k = forward.geometry.k
  if (inBlocks(forward)) {
    drawBlocks(pen, numbers, { link: forward, place, map: symbol, pooled: dy, back: true }, 40)
    pen.writeText(shareText(numbers, symbol, cell), 4, pen.height - 10, { fill: pen.soft, room: pen.width - 8 })
    return
  }
  const { first: left, last: right, grid } = placeMaps(pen, numbers, symbol, dy, 0.23, 34)
  const strong = { rows: singleIndex(cell[1]), columns: singleIndex(cell[2]), strong: true }
  writeChannelName(pen, numbers, symbol, cell[0], left, { word: say("web.mechanism.goes_on") })
  pen.drawMap(numbers, symbol, [cell[0]], left, [{ rows: window[1], columns: window[2] }, strong])
  writeChannelName(pen, numbers, dy, cell[0], right, { word: say("web.mechanism.arrived") })
  pen.drawMap(numbers, dy, [cell[0]], right, [{ rows: singleIndex(place[1]), columns: singleIndex(place[2]) }])
  const size = Math.min(grid.width / 2 - NEXT, grid.height - (pen.upright ? 24 : 0))
  const y = pen.upright ? grid.y : HEAD + (left.height - size) / 2
  const boxes = [0, 1].map((n) => ({ x: grid.x + 6 + n * (size + NEXT), y, width: size, height: size }))
  const shown = chosen ? [symbol, x] : [symbol]
  shown.forEach((name, n) => {
    const word = say(n ? "web.mechanism.winner" : "web.mechanism.window")
    pen.writeNote(word, boxes[n].x, y - 10, { room: size + 20 })
    const { limits, scale } = numbers.maps[name]
    const lit = (/** @type {number} */ i) => String(under[i]) === (chosen ? best : String(cell))
    const values = under.map((place) => numbers.at(name, place))
    pen.drawGrid(values, k, limits, scale, boxes[n], { lit })
  })
  drawThreads(pen, numbers, symbol, left, boxes[0], window[1], window[2])
  const last = boxes[shown.length - 1]
  const [end, middle] = [last.x + size + 10, y + size / 2]
  if (chosen) pen.drawArrow(last.x - 10, middle, last.x - NEXT + 10, middle)
  if (pen.upright) {
    const from = [right.x + right.width / 2, right.y + right.height + LEGEND]
    pen.drawArrow(from[0], from[1], chosen ? from[0] : end, chosen ? y - 6 : middle)
  } else pen.drawArrow(right.x - 8, middle, end, middle)
  if (!chosen) {
    const [from, to] = [end, pen.upright ? pen.width : right.x]
    const words = `${number(numbers.at(dy, place))} ÷ ${k * k}`
    pen.writeText(words, (from + to) / 2, middle + (pen.upright ? 26 : -16), {
      bold: true,
      align: "center",
      room: to - from - 8,
    })
  }
  pen.writeNote(shareText(numbers, symbol, cell), 4, pen.height - 10, { room: pen.width - 8 })
}

/**
 * Return the first window that contains a cell.
 * @param {Numbers} numbers @param {string} symbol @param {number[]} cell
 */
function firstWindow(numbers, symbol, cell) {
  const [, ...reached] = numbers.reach(numbers.links(symbol)[0], cell)
  return [cell[0], ...reached.map(({ start, count }) => (count ? start : 0))]
}

/**
 * Return a sentence on the gradient that a cell gets from the first window that contains it.
 * @param {Numbers} numbers @param {string} symbol @param {number[]} cell
 */
function shareText(numbers, symbol, cell) {
  const [link] = numbers.links(symbol)
  const forward = numbers.network.links[link.source.slice(1)][0]
  const { k, stride } = forward.geometry
  const place = firstWindow(numbers, symbol, cell)
  if (link.pattern === "won") {
    const [winner] = numbers.sources(forward, place)
    if (String(cell) === String(winner)) return say("web.mechanism.won")
    const less = numbers.at(forward.source, winner) - numbers.at(forward.source, cell)
    return say(less > numbers.tie(forward.source) ? "web.mechanism.lost" : "web.mechanism.tied")
  }
  const [first] = numbers.sources({ ...forward, pattern: "pool" }, place)
  // If windows overlap, a cell gets more than this window's share.
  const each = stride < k ? numbers.at(link.source, place) / (k * k) : numbers.at(symbol, first)
  return say("web.mechanism.each", { n: k * k, share: number(each) })
}
