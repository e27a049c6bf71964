// An operation whose result is hidden: its inputs, large, and an empty box for the result.

import { singleIndex } from "../../model/explain/cell_links.js"
import { brief } from "../../model/numbers/printed_digits.js"
import { say } from "../../model/words.js"
import { HEAD } from "../sheet.js"
import { drawColumn } from "./outputs.js"
import { drawUnits, extentOf } from "./units.js"
import { channelName, fitBox, kernelName, sizeOf } from "./windows.js"

/** @import { Box, Cell, Numbers, Pen, Range } from "../../types/view.js" */

const [GAP, WAY] = [36, 84] // between two arrays, and the arrow to the result
const [NEXT, DOWN] = [16, 36] // the same in portrait layout
const ROW = 140 // width of a row's numbers

/** @type {import("../mechanism.js").Picture} */
export function hiddenResult(pen, numbers, symbol, cell) {
  /** @type {Map<string, Range[]>} */
  const read = new Map()
  for (const link of numbers.links(symbol))
    if (link.source !== symbol && pen.done(link.source) > 0 && !read.has(link.source))
      read.set(link.source, numbers.reach(link, cell))
  drawHiding(pen, numbers, symbol, cell, read)
}

/**
 * Draw a parameter and its gradient, and an empty box for the updated parameter.
 * @type {import("../mechanism.js").Picture}
 */
export function hiddenUpdate(pen, numbers, symbol, cell) {
  const at = cell.map(singleIndex)
  drawHiding(
    pen,
    numbers,
    symbol,
    cell,
    new Map([symbol, `d${symbol}`].map((name) => [name, at])),
    say("web.predict.after"),
  )
}

/**
 * Draw the inputs and an empty box for the result.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Cell} cell @param {Map<string, Range[]>} read @param {string} [plain] name of the result, if it is not the map's own
 */
function drawHiding(pen, numbers, symbol, cell, read, plain = numbers.maps[symbol].plain) {
  if (pen.upright) return drawAbove(pen, numbers, symbol, cell, read, plain)
  const room = {
    width: Math.max((pen.width - WAY - GAP * read.size) / (read.size + 1), ROW),
    height: pen.height - HEAD - 30,
  }
  const backward = numbers.maps[symbol].band === "gradients"
  const widths = [...read.keys(), symbol].map((name) => sizeIn(numbers, name, room).width)
  const all = widths.reduce((sum, width) => sum + width, WAY + GAP * (read.size - 1))
  let x = Math.max((pen.width - all) / 2, 3)
  const order = [...read.keys()]
  if (backward) {
    drawHidden(pen, numbers, symbol, cell[0] ?? 0, { ...sizeIn(numbers, symbol, room), x, y: HEAD }, plain)
    x += widths[order.length] + WAY
    pen.drawArrow(x - 20, pen.height / 2, x - WAY + 20, pen.height / 2)
  }
  order.forEach((name, n) => {
    drawInput(pen, numbers, name, /** @type {Range[]} */ (read.get(name)), {
      ...sizeIn(numbers, name, room),
      x,
      y: HEAD,
    })
    x += widths[n] + GAP
  })
  if (backward) return
  x += WAY - GAP
  if (order.length) pen.drawArrow(x - WAY + 20, pen.height / 2, x - 20, pen.height / 2)
  drawHidden(pen, numbers, symbol, cell[0] ?? 0, { ...sizeIn(numbers, symbol, room), x, y: HEAD }, plain)
}

/**
 * Draw the inputs above the result.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Cell} cell @param {Map<string, Range[]>} read @param {string} plain
 */
function drawAbove(pen, numbers, symbol, cell, read, plain) {
  const across = Math.max(read.size, 1)
  const room = {
    width: (pen.width - 3 - NEXT * (across - 1)) / across,
    height: (pen.height - (read.size ? 3 * HEAD + DOWN : HEAD)) / (read.size ? 2 : 1) - 3,
  }
  let x = 3
  for (const [name, at] of read) {
    drawInput(pen, numbers, name, at, { ...sizeIn(numbers, name, room), x, y: HEAD })
    x += room.width + NEXT
  }
  const box = { ...sizeIn(numbers, symbol, room), x: 3, y: pen.height - room.height - 3 }
  drawHidden(pen, numbers, symbol, cell[0] ?? 0, box, plain)
  const from = box.y - HEAD - DOWN
  if (read.size) pen.drawArrow(box.x + box.width / 2, from, box.x + box.width / 2, from + DOWN - 6)
}

/**
 * Return the drawn size of an array within the available space.
 * @param {Numbers} numbers @param {string} symbol @param {{ width: number, height: number }} room
 */
function sizeIn(numbers, symbol, { width, height }) {
  const { kind } = numbers.maps[symbol]
  if (kind === "map") return fitBox(numbers, symbol, 0, 0, width, height)
  if (kind === "filters") return { width: Math.min(width, height, 260), height: Math.min(width, height, 260) }
  if (kind === "weights") return extentOf(unitShape(numbers, symbol), width, height)
  return { width: Math.min(width, ROW), height: Math.min(height, 300) }
}

/**
 * Return the shape of the units that the weights read.
 * @param {Numbers} numbers @param {string} symbol @returns {number[]}
 */
const unitShape = (numbers, symbol) => numbers.shape(symbol).slice(0, -1)

/** @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Range[]} at @param {Box} box */
function drawInput(pen, numbers, symbol, at, box) {
  const { kind, label, plain, limits, scale } = numbers.maps[symbol]
  const from = at.map((range) => range.start)
  const [first = 0, second = 0] = from
  if (kind === "map") {
    pen.writeHead(channelName(numbers, symbol, first), sizeOf(numbers, symbol), box.x, 13, box.width, plain)
    pen.drawMap(numbers, symbol, [first], box)
    return
  }
  if (kind === "filters") {
    pen.writeHead(kernelName(numbers, symbol, [first, second]), "", box.x, 13, box.width, plain)
    pen.drawKernel(numbers, symbol, first, second, box, { write: (value) => brief(value) })
    return
  }
  pen.writeHead(label, "", box.x, 13, box.width + (pen.upright ? 0 : GAP - 8), plain)
  if (kind === "row") drawColumn(pen, numbers, symbol, -1, box)
  if (kind !== "weights") return
  const [values, outputs] = [numbers.values(symbol), numbers.shape(symbol)[from.length - 1]]
  drawUnits(pen, unitShape(numbers, symbol), (d) => values[d * outputs + from[from.length - 1]], limits, scale, box)
}

/** @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number} channel @param {Box} box @param {string} plain */
function drawHidden(pen, numbers, symbol, channel, box, plain) {
  const { label, kind } = numbers.maps[symbol]
  const name = kind === "map" ? channelName(numbers, symbol, channel) : label
  pen.writeHead(name, "", box.x, box.y - 17, box.width, plain, pen.tone)
  pen.hatch(box)
  pen.frame(box, "made")
  pen.writeText("?", box.x + box.width / 2, box.y + box.height / 2, { size: 22, align: "center", fill: pen.soft })
  if (kind === "map" && pen.seats(symbol)) pen.shown.push({ symbol, at: [channel], box })
}
