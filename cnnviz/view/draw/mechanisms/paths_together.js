// Backward pass of batch normalization over several images: the three paths, their contributions to a cell, and their
// sizes.

import { colour } from "../../model/numbers/colour.js"
import { number, timesPower } from "../../model/numbers/format.js"
import { equalsText } from "../../model/numbers/printed_digits.js"
import { printSum, withPlus } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { HEAD, SMALL } from "../sheet.js"
import { drawImages, stackOf } from "./image_stack.js"
import { layerOf, spreadOf } from "./normalisation.js"

/** @import { Stack } from "./image_stack.js" */
/** @import { Box, Numbers, Pen, Picture } from "../../types/view.js" */

const [NOTES, FOOT] = [44, 30] // height under the maps of paths, and under their sum
const [SHARES, LINE] = [300, 24] // width of the table beside the sum, and height of a line of it
const SIGN = 24 // between two maps in portrait layout
const PATHS = ["straight", "mean", "spread"]

/** Draw the gradient through a batch: directly, through its mean and through its variance. @type {Picture} */
export function pathsTogether(pen, numbers, symbol, cell) {
  const [{ source: arrived }, , gain] = numbers.links(symbol)
  const made = layerOf(numbers, symbol)?.symbol ?? symbol
  const parts = PATHS.map((_, n) => stackOf(numbers, `parts.${symbol}`, cell[0], n))
  const all = stackOf(numbers, `all.${symbol}`, cell[0])
  const came = stackOf(numbers, `all.${arrived}`, cell[0])
  const by = factorOf(numbers, made, gain.source, cell)
  if (pen.upright) return drawUpright(pen, numbers, symbol, cell, { arrived, came, parts, all, by })
  const pitch = pen.width * 0.195
  const place = (/** @type {number} */ n) => ({
    x: 6 + n * pitch,
    y: HEAD + 20,
    width: pitch * 0.58,
    height: 0.42 * pen.height,
  })
  const own = drawImages(pen, numbers, symbol, all, cell, place(0), true)
  writeHead(pen, numbers.maps[symbol].label, say("web.learn.channel", { n: cell[0] }), all, own.x, pen.tone)
  const boxes = parts.map((part, n) => drawImages(pen, numbers, symbol, part, cell, place(n + 1)))
  PATHS.forEach((path, n) => {
    const x = boxes[n].x
    const before = n ? boxes[n - 1] : own
    pen.drawSign(n ? "+" : "=", (before.x + before.width + x) / 2, own.y + own.height / 2)
    pen.writeText(say(`web.mechanism.path.${path}`), x, 13, { bold: true, room: pitch - 10 })
    pen.writeNote(`± ${number(parts[n].limits[1], 2)}`, x, 33)
    pen.writeNote(say(`web.mechanism.path.${path}_note`, { n: all.values.length }), x, own.y + own.height + 18, {
      room: pitch - 10,
    })
  })
  const last = drawImages(pen, numbers, arrived, came, cell, { ...place(0), x: pen.width - own.width - 4 })
  writeHead(pen, numbers.maps[arrived].label, say("web.mechanism.arrived"), came, last.x)
  const [from, to] = [last.x - 12, boxes[2].x + boxes[2].width + 12]
  const middle = own.y + own.height / 2
  pen.drawArrow(from, middle, to, middle)
  pen.writeText(by, (from + to) / 2, middle - 18, { align: "center", room: from - to })
  drawSum(pen, numbers, symbol, cell, { own, boxes, parts, all, top: own.y + own.height + NOTES })
  drawTable(pen, numbers, symbol, cell[0], { x: pen.width - SHARES, y: own.y + own.height + NOTES - 8 })
}

/**
 * Return the factor that is common to all paths.
 * @param {Numbers} numbers @param {string} made @param {string} gain @param {number[]} cell
 */
const factorOf = (numbers, made, gain, cell) =>
  `· ${numbers.maps[gain].label} / σ = ${number(numbers.at(gain, [cell[0]]) / spreadOf(numbers, made, cell), 3)}`

/**
 * Draw in portrait layout: incoming gradient and result, the three paths with their contributions, and their sizes.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number[]} cell @param {{ arrived: string, came: Stack, parts: Stack[], all: Stack, by: string }} of
 */
function drawUpright(pen, numbers, symbol, cell, { arrived, came, parts, all, by }) {
  const wide = pen.width / 3 - SIGN
  const [high, low] = [0.23 * pen.height, 0.18 * pen.height]
  const from = drawImages(pen, numbers, arrived, came, cell, { x: 1, y: HEAD + 16, width: wide, height: high })
  writeHead(pen, numbers.maps[arrived].label, say("web.mechanism.arrived"), came, from.x)
  const place = { x: pen.width - wide - 4, y: from.y, width: wide, height: high }
  const own = drawImages(pen, numbers, symbol, all, cell, place, true)
  writeHead(pen, numbers.maps[symbol].label, say("web.learn.channel", { n: cell[0] }), all, own.x, pen.tone)
  const [left, right, middle] = [from.x + from.width + 8, own.x - 8, from.y + high / 2]
  pen.drawArrow(left, middle, right, middle)
  pen.writeNote(by, (left + right) / 2, middle - 16, { align: "center", room: right - left })
  const top = from.y + high + 62
  const total = numbers.at(symbol, cell)
  const values = contributionsOf(numbers, symbol, cell, parts)
  const written = printSum(values, total, { digits: 3 })
  const unit = written.power ? ` ${timesPower(written.power)}` : ""
  const last = `${equalsText(total, written.total)}${unit}`
  pen.writeText(last, pen.width - 2, from.y + high + 14, { bold: true, align: "right" })
  PATHS.forEach((path, n) => {
    const box = { x: 1 + n * (wide + 1.5 * SIGN), y: top, width: wide, height: low }
    const drawn = drawImages(pen, numbers, symbol, parts[n], cell, box)
    pen.writeText(say(`web.mechanism.path.${path}_short`), box.x, top - 28, { bold: true, room: wide })
    pen.writeNote(`± ${number(parts[n].limits[1], 2)}`, box.x, top - 11)
    if (n) pen.drawSign("+", box.x - 0.75 * SIGN, top + drawn.height / 2)
    pen.writeText(withPlus(values[n], written.texts[n]), box.x, top + low + 14, {
      bold: true,
      fill: pen.signColour(values[n]),
      room: wide + SIGN,
    })
  })
  const y = top + low + 36
  drawTable(pen, numbers, symbol, cell[0], { x: 2, y, line: Math.min((pen.height - y - 8) / 4, LINE) })
}

/**
 * Write the name of a map and its colour limits.
 * @param {Pen} pen @param {string} name @param {string} word @param {Stack} stack @param {number} x @param {string} [fill]
 */
function writeHead(pen, name, word, { limits }, x, fill = pen.ink) {
  pen.writeHead(name, "", x, 13, Math.min(pen.width - x, 200), word, fill)
  pen.writeNote(`± ${number(limits[1], 2)}`, x, 33)
}

/**
 * Return the contribution of each path to the cell.
 * @param {Numbers} numbers @param {string} symbol @param {number[]} cell @param {Stack[]} parts
 */
function contributionsOf(numbers, symbol, cell, parts) {
  const shown = Number(numbers.answer.lesson.image ?? 0)
  const within = numbers.maps[symbol].kind === "map" ? cell[1] * numbers.shape(symbol)[2] + cell[2] : 0
  return parts.map(({ values, size }) => values[shown * size + within])
}

/**
 * Draw the contributions of the three paths to the cell.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number[]} cell @param {{ own: Box, boxes: Box[], parts: Stack[], all: Stack, top: number }} at
 */
function drawSum(pen, numbers, symbol, cell, { own, boxes, parts, all, top }) {
  const terms = contributionsOf(numbers, symbol, cell, parts).map((value, n) => ({ value, term: PATHS[n] }))
  const places = [...boxes, own].map(({ x, width }) => x + width / 2)
  const box = { x: 0, y: top, width: pen.width - SHARES - 20, height: pen.height - top - FOOT }
  const total = pen.drawStairs(terms, numbers.at(symbol, cell), box, {
    places,
    digits: 4,
    room: 110,
    wide: 44,
    paint: colour(numbers.at(symbol, cell), all.limits, "signed"),
  })
  pen.drawLead([places[3], total.y], [places[3], own.y + own.height + 4])
}

/**
 * Write the size of each path: here, where the indirect ones nearly vanish, and in the gradient of the weights
 * before.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number} channel @param {{ x: number, y: number, line?: number }} at
 */
function drawTable(pen, numbers, symbol, channel, { x, y, line = LINE }) {
  const [shares, sizes] = ["shares", "sizes"].map((name) => numbers.arrays[`${name}.${symbol}`])
  const channels = shares.shape[1]
  const of = numbers.stages.find(({ inputs, phase }) => phase === "backward" && inputs.includes(symbol))?.symbol ?? ""
  const weights = sizes.shape[1] ? (numbers.maps[of]?.label ?? "") : ""
  const [first, second] = [x + 84, x + 200]
  const small = { size: SMALL, fill: pen.soft }
  pen.writeRich(say("web.mechanism.path.in", { symbol: numbers.maps[symbol].label }), first, y, {
    ...small,
    room: second - first - 8,
  })
  if (weights) pen.writeRich(say("web.mechanism.path.size", { symbol: weights }), second, y, small)
  const most = Math.max(
    ...Array.from({ length: 4 }, (_, n) => (weights ? sizes.values[n * channels + channel] : 0)),
    1e-300,
  )
  ;[...PATHS, "together"].forEach((path, n) => {
    const top = y + line * (n + 1)
    const bold = path === "together"
    pen.writeText(say(`web.mechanism.path.${path}_short`), x, top, { bold, room: 80 })
    pen.context.fillStyle = bold ? pen.ink : pen.soft
    if (!bold) {
      const share = shares.values[n * channels + channel]
      pen.context.fillRect(first, top - 7, Math.max(58 * share, 1), 14)
      pen.writeText(say("web.mechanism.path.share", { share }), second - 16, top, { align: "right" })
    }
    if (!weights) return
    const size = sizes.values[n * channels + channel]
    pen.context.fillStyle = bold ? pen.ink : pen.soft
    pen.context.fillRect(second, top - 7, Math.max((40 * size) / most, 1), 14)
    pen.writeText(number(size, 2), Math.min(x + SHARES, pen.width) - 2, top, { bold, align: "right" })
  })
}
