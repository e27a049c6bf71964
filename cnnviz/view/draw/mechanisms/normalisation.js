// Normalization: a histogram of a channel's sums is moved to mean 0 and scaled to standard deviation 1, then scaled
// and shifted.

import { number, short } from "../../model/numbers/format.js"
import { say } from "../../model/words.js"
import { HEAD, SMALL } from "../sheet.js"
import { drawImages, stackOf } from "./image_stack.js"
import { drawColumn } from "./outputs.js"
import { drawSides } from "./sides.js"
import { channelName, fitBox, sizeOf } from "./windows.js"

/** @import { Box, Numbers, Pen, Picture } from "../../types/view.js" */
/** @typedef {{ name: string, values: ArrayLike<number>, own: number, said: string[] }} Heap  a histogram's numbers, the chosen cell's value, and a description */

const BARS = 60
const NEXT = 30 // between two histograms
const NAME = 38 // width of an axis label
const LINE = 20 // height of the text above each histogram in portrait layout

/**
 * Return the layer that computes a value, or through which a gradient passes back.
 * @param {Numbers} numbers @param {string} map
 */
export const layerOf = (numbers, map) =>
  numbers.network.layers.find(({ symbol }) =>
    numbers.maps[map].band === "gradients" ? numbers.links(symbol)[0].source === map.slice(1) : symbol === map,
  )

/** Draw histograms of a channel or group: its sums, normalized, and scaled and shifted. @type {Picture} */
export function drawNormalization(pen, numbers, symbol, cell) {
  const [{ source }] = numbers.links(symbol)
  const box = drawSides(pen, numbers, source, symbol, cell, false)
  if (pen.upright) Object.assign(box, { y: box.y - LINE, height: box.height + 2 * LINE })
  const [before, after] = [source, symbol].map((name) => groupOf(numbers, symbol, name, cell))
  drawHistograms(pen, numbers, symbol, cell, before, after, box)
}

/**
 * Return the text on normalized numbers, which depends on eval mode.
 * @param {Numbers} numbers @param {string} made
 */
function hatText({ network, answer }, made) {
  const isBatch = network.layers.find(({ symbol }) => symbol === made)?.kind === "bn"
  if (isBatch && answer.lesson.mode === "eval") return []
  return [say(isBatch && network.images.length ? "web.mechanism.hat_of_all" : "web.mechanism.hat")]
}

/** Return σ of a cell's channel or group. @param {Numbers} numbers @param {string} made @param {number[]} cell */
export const spreadOf = (numbers, made, cell) => Math.sqrt(numbers.layerValue(`${made}.var`, cell) + 1e-5)

/**
 * Return the numbers that are normalized together with a cell.
 * @param {Numbers} numbers @param {string} made @param {string} symbol @param {number[]} cell
 */
function groupOf(numbers, made, symbol, cell) {
  const [link] = numbers.links(made)
  const [{ start, count }] = numbers.reach(link, cell)
  const size = numbers.count(symbol) / numbers.shape(symbol)[0]
  return numbers.values(symbol).subarray(start * size, (start + count) * size)
}

/** Draw a channel of all images as one histogram: normalized, then scaled and shifted. @type {Picture} */
export function drawBatchNormalization(pen, numbers, symbol, cell) {
  const [{ source }] = numbers.links(symbol)
  const [z, n] = [source, symbol].map((name) => stackOf(numbers, `all.${name}`, cell[0]))
  const wide = pen.width * (pen.upright ? 0.42 : 0.22)
  const place = { x: 4, y: HEAD, width: wide, height: pen.upright ? 0.28 * pen.height : pen.height - HEAD - 26 }
  const left = drawImages(pen, numbers, source, z, cell, place)
  const note = say("web.mechanism.of_all", { channel: cell[0], n: z.images })
  pen.writeHead(numbers.maps[source].label, "", left.x, 13, wide + (pen.upright ? 8 : 90), note)
  pen.drawColourBar(z.limits, "signed", left)
  const right = drawImages(pen, numbers, symbol, n, cell, { ...place, x: pen.width - left.width - 5 }, true)
  pen.writeHead(numbers.maps[symbol].label, "", right.x, 13, right.width, numbers.maps[symbol].plain, pen.tone)
  pen.drawColourBar(n.limits, "signed", right)
  if (pen.upright)
    pen.drawArrow(left.x + left.width + 6, left.y + left.height / 2, right.x - 8, left.y + left.height / 2)
  const low = HEAD + left.height + 34
  const under = { x: 24, y: low, width: pen.width - 48, height: pen.height - low + 2 }
  const between = {
    x: left.x + left.width + 46 + NAME,
    y: HEAD - 22,
    width: right.x - left.width - 110 - NAME,
    height: pen.height - HEAD + 16,
  }
  const box = pen.upright ? under : between
  const middle = left.y + left.height / 2
  if (!pen.upright) {
    pen.drawArrow(left.x + left.width + 8, middle, box.x - NAME, middle)
    pen.drawArrow(box.x + box.width + 10, middle, right.x - 10, middle)
  }
  drawHistograms(pen, numbers, symbol, cell, z.values, n.values, box)
}

/**
 * Draw histograms of a layer's input, normalized, and scaled and shifted.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number[]} cell @param {ArrayLike<number>} before @param {ArrayLike<number>} after @param {Box} box
 */
function drawHistograms(pen, numbers, symbol, cell, before, after, box) {
  const [{ source }, gain, shift] = numbers.links(symbol)
  const [mean, spread] = [numbers.layerValue(`${symbol}.mean`, cell), spreadOf(numbers, symbol, cell)]
  const hat = (/** @type {number} */ value) => (value - mean) / spread
  const own = numbers.at(source, cell)
  const [name, made] = [source, symbol].map((map) => numbers.maps[map].label)
  const learned = [gain, shift].map(
    (link) => `${numbers.maps[link.source].label} = ${short(numbers.at(link.source, cell.slice(0, 1)))}`,
  )
  drawStack(pen, box, [
    { name, values: before, own, said: [`μ = ${short(mean)}`, `σ = ${short(spread)}`] },
    { name: "x̂", values: Array.from(before, hat), own: hat(own), said: hatText(numbers, symbol) },
    { name: made, values: after, own: numbers.at(symbol, cell), said: learned },
  ])
}

/**
 * Draw histograms below each other over one axis, with the path of the chosen cell through them.
 * @param {Pen} pen @param {Box} box @param {Heap[]} all
 */
function drawStack(pen, box, all) {
  const every = all.flatMap(({ values }) => Array.from(values)).filter(Number.isFinite)
  const low = every.reduce((a, b) => Math.min(a, b), 0)
  const high = every.reduce((a, b) => Math.max(a, b), 0)
  const span = high - low || 1
  const x = (/** @type {number} */ value) => box.x + ((value - low) / span) * box.width
  const tall = (box.height - 24) / all.length
  const next = pen.upright ? LINE : NEXT
  /** @type {number[][]} */
  const way = []
  all.forEach((heap, n) => {
    const base = box.y + (n + 1) * tall - next / 2
    const top = base - tall + next
    const fill = n === 2 ? pen.tone : pen.bars
    pen.drawHistogram(heap.values, { low, span, count: BARS, fill }, { ...box, y: top, height: tall - next })
    pen.context.fillStyle = pen.soft
    pen.context.fillRect(box.x, base - 0.5, box.width, 1)
    if (pen.upright) writeAbove(pen, heap, box.x, top - LINE / 2)
    else writeBeside(pen, heap, box, base, top)
    way.push([x(heap.own), base])
  })
  pen.drawThread(...way)
  for (const [at, base] of way) pen.drawDot(at, base, pen.tone)
  const apart = (/** @type {number} */ value) => pen.widthOf(short(value), { size: SMALL }) / 2
  const zero = [low, high].every((end) => !end || Math.abs(x(end) - x(0)) > apart(end) + apart(0) + 8) ? [0] : []
  for (const value of new Set([low, ...zero, high]))
    pen.writeNote(short(value), Math.min(x(value), pen.width - apart(value)), box.y + box.height - 16, {
      align: "center",
    })
}

/** @param {Pen} pen @param {Heap} heap @param {Box} box @param {number} base @param {number} top */
function writeBeside(pen, { name, said }, box, base, top) {
  pen.writeSymbol(name, box.x - 8 - pen.widthOfSymbol(name, { size: 18 }), base - 14, { size: 18 }) // where there is no bar
  said.forEach((text, line) =>
    pen.writeText(text, box.x + box.width, top + 8 + 18 * line, { align: "right", halo: true }),
  )
}

/**
 * Write the text above in one line, if there is no room beside.
 * @param {Pen} pen @param {Heap} heap @param {number} x @param {number} y
 */
function writeAbove(pen, { name, said }, x, y) {
  const from = x + pen.writeSymbol(name, x, y, { size: 18 }) + 12
  pen.writeText(said.join(", "), from, y, { room: pen.width - from })
}

/** Draw the incoming gradient, the outgoing one, and the factors γ and σ between them. @type {Picture} */
export function drawNormalizationBack(pen, numbers, symbol, cell) {
  const [{ source: arrived }, , gain] = numbers.links(symbol)
  const box = drawSides(pen, numbers, symbol, arrived, cell, true)
  const made = layerOf(numbers, symbol)?.symbol ?? symbol
  const values = [
    `${numbers.maps[arrived].label} = ${number(numbers.at(arrived, cell))}`,
    `${numbers.maps[gain.source].label} = ${short(numbers.at(gain.source, cell.slice(0, 1)))}`,
    `σ = ${short(spreadOf(numbers, made, cell))}`,
    `${numbers.maps[symbol].label} = ${number(numbers.at(symbol, cell))}`,
  ]
  writeLines(pen, box, values)
}

/** @param {Pen} pen @param {Box} box @param {string[]} texts the last one is the result */
export function writeLines(pen, box, texts) {
  const line = Math.min(28, (pen.height - box.y - 24 - 10) / (texts.length - 1 || 1))
  texts.forEach((text, n) =>
    pen.writeText(text, box.x + box.width / 2, box.y + 24 + line * n, {
      align: "center",
      bold: n === texts.length - 1,
      fill: n === texts.length - 1 ? pen.tone : pen.ink,
      room: box.width + 60,
    }),
  )
}

/** Draw the incoming gradient of a channel, and the gradients of all γ. @type {Picture} */
export function drawGains(pen, numbers, symbol, cell) {
  const [{ source }] = numbers.links(symbol)
  const wide = { x: 4, y: HEAD, width: pen.width * 0.45, height: pen.height - HEAD - 26 }
  const label = say("web.mechanism.arrived")
  if (numbers.maps[source].kind === "map") {
    const box = fitBox(numbers, source, wide.x, wide.y, wide.width, wide.height)
    pen.writeHead(channelName(numbers, source, cell[0]), sizeOf(numbers, source), box.x, 13, box.width, label)
    pen.drawMap(numbers, source, [cell[0]], box)
    pen.frame(box)
  } else {
    pen.writeHead(numbers.maps[source].label, "", wide.x, 13, wide.width, label)
    drawColumn(pen, numbers, source, cell[0], { ...wide, width: Math.min(200, wide.width) })
  }
  const made = { ...wide, x: pen.width * 0.62, width: pen.width * 0.36 }
  pen.drawArrow(pen.width * 0.5, HEAD + wide.height / 2, made.x - 20, HEAD + wide.height / 2)
  pen.writeHead(numbers.maps[symbol].label, "", made.x, 13, made.width, numbers.maps[symbol].plain, pen.tone)
  drawColumn(pen, numbers, symbol, cell[0], made, { made: true })
}
