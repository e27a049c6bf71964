// Several images: the gradient of each for one entry of a parameter, and their mean.

import { number } from "../../model/numbers/format.js"
import { formatFixed } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { HEAD, SMALL } from "../sheet.js"
import { kernelName } from "./windows.js"

/** @import { Box, Numbers, Pen, Picture } from "../../types/view.js" */

const [MADE, LEAST, PHOTO] = [184, 20, 42] // side of the mean's kernel, gap between two kernels, and side of an image above its own
const MOST = 184 // maximum side of an image's kernel

/** @type {Picture} */
export function drawImageGradients(pen, numbers, symbol, cell) {
  const all = numbers.arrays[`pulls.${symbol}`]
  const { kind, shape } = numbers.maps[symbol]
  const ofKernel = kind === "filters" && all && shape[2] <= 5
  if (pen.upright) return drawUpright(pen, numbers, symbol, cell, all?.values, Boolean(ofKernel))
  ofKernel
    ? drawKernels(pen, numbers, symbol, cell, all.values)
    : drawImageRows(pen, numbers, symbol, cell, all?.values)
}

/**
 * Draw a row per image.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number[]} cell @param {ArrayLike<number> | undefined} all
 */
function drawImageRows(pen, numbers, symbol, cell, all) {
  const { label } = numbers.maps[symbol]
  const { images } = numbers.network
  const box = { x: 4, y: HEAD + 24, width: pen.width - 12, height: pen.height - HEAD - 60 }
  pen.writeHead(label, "", 4, 13, pen.width - 8, say("web.mechanism.pulls", { n: images.length }), pen.tone)
  const mean = { name: say("web.mechanism.mean_of_pulls"), value: numbers.at(symbol, cell), bold: true }
  const count = numbers.count(symbol)
  const at = numbers.offset(symbol, cell)
  const each = all ? images.map((name, n) => ({ name, value: all[n * count + at] })) : []
  pen.drawRows([...each, mean], box, { names: 220 })
}

/**
 * Draw in portrait layout: the resulting kernel, and a row per image with its gradient beside its photograph.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number[]} cell @param {ArrayLike<number> | undefined} all @param {boolean} ofKernel
 */
function drawUpright(pen, numbers, symbol, cell, all, ofKernel) {
  const { label, limits, plain } = numbers.maps[symbol]
  const names = numbers.network.images
  const [count, at] = [numbers.count(symbol), numbers.offset(symbol, cell)]
  const pulls = all ? names.map((_, i) => all[i * count + at]) : []
  const made = { x: 4, y: HEAD, width: 0.4 * pen.width, height: 0.34 * pen.height }
  pen.writeHead(ofKernel ? kernelName(numbers, symbol, cell) : label, "", 4, 13, pen.width - 8, plain, pen.tone)
  if (ofKernel) {
    const k = numbers.shape(symbol)[2]
    const from = numbers.offset(symbol, [cell[0], cell[1], 0, 0])
    const values = Array.from(numbers.values(symbol).slice(from, from + k * k))
    pen.drawGrid(values, k, limits, "signed", made, {
      bold: true,
      symbol,
      cell: (n) => numbers.cell(symbol, from + n),
    })
    pen.frame(made, "made")
    pen.outlineCellAt(made, k, k, cell[2], cell[3])
  }
  const top = (ofKernel ? made.y + made.height + 18 : HEAD) + 14
  pen.writeNote(say("web.mechanism.pulls", { n: names.length }), 4, top - 12, { room: pen.width - 8 })
  const high = pen.height - top - (all ? 24 : 0)
  const side = Math.min(high / (names.length + 1), 40) - 2
  const left = all ? side + 8 : 0
  const box = { x: left, y: top, width: pen.width - 4 - left, height: high }
  const mean = { name: say("web.mechanism.mean_of_pulls"), value: numbers.at(symbol, cell), bold: true }
  const each = pulls.map((value, i) => ({ name: names[i], value, term: `i${i}` }))
  const { y } = pen.drawRows([...each, mean], box, { names: 124, line: side + 2 })
  if (numbers.arrays["all.x"])
    pulls.forEach((_, i) => drawPhoto(pen, numbers, i, { x: 4, y: y(i) - side / 2, width: side, height: side }))
  const shares = pulls.map((value) => value / names.length)
  if (all) writeCancelled(pen, shares, mean.value)
}

/** Draw an image. @param {Pen} pen @param {Numbers} numbers @param {number} i @param {Box} box */
function drawPhoto(pen, numbers, i, box) {
  const { values, shape } = numbers.arrays["all.x"]
  const [, channels, height, width] = shape
  const from = i * channels * height * width
  pen.picture(height, width, (n) => values[from + n], numbers.maps.x.limits, "pixel", box)
}

/**
 * Write which share of the images' gradients cancels.
 * @param {Pen} pen @param {number[]} values @param {number} total
 */
function writeCancelled(pen, values, total) {
  const pull = values.reduce((all, value) => all + Math.abs(value), 0)
  const share = pull ? Math.max(1 - Math.abs(total) / pull, 0) : 0 // not "−0%" due to round-off
  const words = say("web.mechanism.cancels", { pull: number(pull, 2), left: number(Math.abs(total), 2), share })
  pen.writeRich(words, pen.width - 4, pen.height - 8, { align: "right", size: SMALL, room: pen.width - 8 })
}

/**
 * Draw the resulting kernel, each image's contribution to it, and below them the sum for one entry.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number[]} cell @param {ArrayLike<number>} all
 */
function drawKernels(pen, numbers, symbol, cell, all) {
  const { images } = numbers.network
  const [k, m] = [numbers.shape(symbol)[2], images.length]
  const from = numbers.offset(symbol, [cell[0], cell[1], 0, 0])
  const part = (/** @type {number} */ i, /** @type {number} */ n) => all[i * numbers.count(symbol) + from + n] / m
  const chosen = cell[2] * k + cell[3]
  const { limits } = numbers.maps[symbol]
  const top = HEAD + 26
  const made = { x: 4, y: top, width: MADE, height: MADE }
  const pitch = (pen.width - MADE - 50) / m
  const side = Math.min(MOST, pitch - LEAST - 14)
  const boxes = images.map((_, i) => ({ x: MADE + 62 + i * pitch, y: top, width: side, height: side }))
  const each = (/** @type {(n: number) => number} */ value) => Array.from({ length: k * k }, (_, n) => value(n))
  const term = (/** @type {number} */ n) => `n${n}`
  const places = Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(limits[1] || 1))))
  const write = (/** @type {number} */ value) => formatFixed(value, places)
  const own = { write, bold: true, term, symbol, cell: (/** @type {number} */ n) => numbers.cell(symbol, from + n) }
  const values = each((n) => numbers.values(symbol)[from + n])
  pen.drawGrid(values, k, limits, "signed", made, own)
  pen.writeHead(kernelName(numbers, symbol, cell), "", made.x, made.y - 18, MADE, numbers.maps[symbol].plain, pen.tone)
  pen.frame(made, "made")
  boxes.forEach((box, i) => {
    writeTitle(pen, numbers, symbol, i, box, pitch - LEAST)
    const parts = each((n) => part(i, n))
    pen.drawGrid(parts, k, limits, "signed", box, { write, term })
    pen.drawSign(i ? "+" : "=", box.x - (i ? (pitch - side) / 2 : 28), top + side / 2)
  })
  for (const box of [made, ...boxes]) pen.outlineCellAt(box, k, k, cell[2], cell[3])
  const pulls = images.map((_, i) => part(i, chosen))
  drawSum(pen, numbers, symbol, cell, pulls, { made, boxes, k, chosen })
}

/**
 * Draw an image, the share of its gradient, and its own loss.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number} i @param {Box} box @param {number} room
 */
function writeTitle(pen, numbers, symbol, i, { x, y, height }, room) {
  const m = numbers.network.images.length
  const top = y - PHOTO - 8
  drawPhoto(pen, numbers, i, { x, y: top, width: PHOTO, height: PHOTO })
  const at = x + PHOTO + 10
  const own = say("web.mechanism.pull_of", {
    m,
    symbol: numbers.maps[symbol].label,
    name: numbers.answer.lesson.img.split(",")[i].replace("-", " "),
  })
  const narrow = room - PHOTO - 10
  pen.writeText(narrow > 110 ? own : String(i + 1), at, top + 10, { bold: true, room: narrow })
  const loss = say("web.mechanism.own_loss", { value: number(numbers.arrays["images.L"].values[i], 2) })
  if (pen.widthOf(loss, { size: SMALL }) <= narrow) pen.writeNote(loss, at, top + 31)
  else pen.writeNote(loss, x, y + height + 14, { room })
}

/**
 * Draw the images' contributions to one entry, and how much of them cancels.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number[]} cell @param {number[]} values @param {{ made: Box, boxes: Box[], k: number, chosen: number }} at
 */
function drawSum(pen, numbers, symbol, cell, values, { made, boxes, k, chosen }) {
  const middle = (/** @type {Box} */ { x, width }) => x + ((chosen % k) + 0.5) * (width / k)
  const places = [...boxes, made].map(middle)
  const top = made.y + MADE + 24
  const total = numbers.at(symbol, cell)
  const terms = values.map((value, i) => ({ value, term: `i${i}` }))
  const paint = pen.colourOf(numbers, symbol, cell)
  const box = { x: 0, y: top, width: pen.width, height: pen.height - top - 50 }
  const own = pen.drawStairs(terms, total, box, {
    places,
    digits: 4,
    room: 110,
    wide: Math.min(60, made.width / k),
    paint,
  })
  pen.drawLead([places[boxes.length], own.y], [places[boxes.length], made.y + MADE + 5])
  writeCancelled(pen, values, total)
}
