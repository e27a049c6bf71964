// Global average pooling: a channel becomes one number; and its backward pass.

import { singleIndex } from "../../model/explain/cell_links.js"
import { number, short } from "../../model/numbers/format.js"
import { say } from "../../model/words.js"
import { indicesAround } from "../../scene/units.js"
import { HEAD, SMALL } from "../sheet.js"
import { channelName, fitBox } from "./windows.js"

/** @import { Numbers, Pen, Picture } from "../../types/view.js" */

/** Draw a channel and its mean, or the gradient that the mean passes back. @type {Picture} */
export function wholeChannel(pen, numbers, symbol, cell) {
  const [{ source }] = numbers.links(symbol)
  if (numbers.maps[source].kind === "map") return drawLevelled(pen, numbers, symbol, source, cell)
  const [share, high] = pen.upright ? [0.46, 0.34 * pen.height] : [0.4, pen.height - HEAD - 26]
  const box = fitBox(numbers, symbol, 4, HEAD, pen.width * share, high)
  const [, rows, columns] = numbers.shape(symbol)
  pen.writeHead(channelName(numbers, symbol, cell[0]), "", box.x, 13, box.width, numbers.maps[symbol].plain)
  pen.drawMap(numbers, symbol, [cell[0]], box, [
    { rows: singleIndex(cell[1]), columns: singleIndex(cell[2]), strong: true },
  ])
  const text = `${number(numbers.at(source, [cell[0]]))} ÷ ${rows * columns}`
  if (pen.upright) {
    const top = box.y + box.height + 84
    const middle = box.x + box.width / 2
    pen.drawArrow(middle, top - 20, middle, box.y + box.height + 24)
    pen.writeText(text, middle + 16, top - 40, { size: 15, bold: true })
    pen.writeHead(numbers.maps[source].label, "", 4, top, pen.width - 8, say("web.mechanism.arrived"))
    const place = { x: 4, y: top + 18, width: pen.width - 8, height: pen.height - top - 18 }
    return drawMeans(pen, numbers, source, cell[0], place)
  }
  const [from, to] = [pen.width * 0.6, box.x + box.width + 12]
  const y = HEAD + box.height / 2
  pen.drawArrow(from - 12, y, to, y)
  pen.writeText(text, (from + to) / 2, y - 16, { size: 15, bold: true, align: "center", room: from - to - 20 })
  pen.writeHead(numbers.maps[source].label, "", from, 13, pen.width - from, say("web.mechanism.arrived"))
  drawMeans(pen, numbers, source, cell[0], { x: from, y: HEAD, width: pen.width - from - 10, height: pen.height - 40 })
}

// Draw every map, the sorted cells of the chosen one with their mean, and all means.
/** @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {string} source @param {number[]} cell */
function drawLevelled(pen, numbers, symbol, source, [chosen]) {
  const [channels, rows, columns] = numbers.shape(source)
  const maps = pen.upright
    ? { x: 4, y: HEAD, width: pen.width - 8, height: 0.4 * pen.height }
    : { x: 4, y: HEAD, width: pen.width * 0.4, height: pen.height - HEAD - 26 }
  const foot = channels <= MOST_NAMED ? 16 : 3
  const [across, side] = tileSize(channels, columns / rows, maps, foot)
  const title = say("web.mechanism.maps", { n: channels, rows, columns })
  pen.writeHead(numbers.maps[source].label, "", maps.x, 13, maps.width, title)
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
      pen.writeText(numbers.nameOf(c, channels, symbol), x + width / 2, y + side + 8, {
        size: SMALL,
        align: "center",
        bold: c === chosen,
        room: width + GAP,
      })
  }
  if (pen.upright) {
    const top = HEAD + Math.ceil(channels / across) * (side + foot) + 48
    const half = pen.width / 2
    const right = { x: half + 22, y: top, width: half - 26, height: pen.height - top }
    drawSorted(pen, numbers, source, chosen, numbers.at(symbol, [chosen]), {
      x: 4,
      y: top,
      width: half - 24,
      height: pen.height - top - 40,
    })
    pen.drawArrow(half - 12, top + right.height / 2, half + 10, top + right.height / 2)
    pen.writeHead(numbers.maps[symbol].label, "", right.x, top - 16, right.width, numbers.maps[symbol].plain)
    return drawMeans(pen, numbers, symbol, chosen, right)
  }
  const heap = { x: pen.width * 0.47, y: 28, width: pen.width * 0.22, height: pen.height - 70 }
  const middle = heap.y + heap.height / 2
  pen.drawArrow(heap.x - 30, middle, heap.x - 10, middle)
  drawSorted(pen, numbers, source, chosen, numbers.at(symbol, [chosen]), heap)
  const last = heap.x + heap.width + 44
  pen.drawArrow(last - 32, middle, last - 12, middle)
  pen.writeHead(numbers.maps[symbol].label, "", last, 13, pen.width - last, numbers.maps[symbol].plain)
  drawMeans(pen, numbers, symbol, chosen, { x: last, y: HEAD, width: pen.width - last - 4, height: pen.height - 40 })
}

const GAP = 8 // between maps
const MOST_NAMED = 16 // maximum number of maps that have room for a name
const [MOST_ROWS, ROW] = [12, 17] // maximum number of rows, and the height of one with a legible number

/**
 * Return the number of maps per row and their height, as large as they fit.
 * @param {number} count @param {number} ratio of width to height @param {import("../../model/layout/image_layout.js").Box} room @param {number} foot height below each map @returns {[number, number]}
 */
function tileSize(count, ratio, { width, height }, foot) {
  const side = (/** @type {number} */ across) =>
    Math.min((width / across - GAP) / ratio, height / Math.ceil(count / across) - foot)
  const best = Array.from({ length: count }, (_, n) => n + 1).reduce((a, b) => (side(b) > side(a) ? b : a))
  return [best, side(best)]
}

// Draw the cells of a channel in descending order, and a line at their mean.
/** @param {Pen} pen @param {Numbers} numbers @param {string} map @param {number} channel @param {number} mean @param {import("../../model/layout/image_layout.js").Box} box */
function drawSorted(pen, numbers, map, channel, mean, box) {
  const count = numbers.count(map) / numbers.shape(map)[0]
  const own = numbers.values(map).slice(channel * count, (channel + 1) * count)
  const values = own.sort().reverse()
  const [low, high] = [Math.min(values[count - 1], 0), Math.max(values[0], 0)]
  const y = (/** @type {number} */ value) => box.y + ((high - value) / (high - low || 1)) * box.height
  const { context } = pen
  pen.writeNote(say("web.mechanism.heap", { n: count }), box.x, box.y - 15, { room: box.width + 30 })
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
  pen.writeText(say("web.mechanism.heap_mean", { value: number(mean) }), box.x + box.width, y(mean) + over, {
    bold: true,
    align: "right",
    fill: pen.tone,
    room: box.width,
  })
  const ends = say("web.maps.range", { low: short(low), high: short(high) })
  pen.writeNote(ends, box.x, box.y + box.height + 12, { room: box.width })
  pen.writeNote(say("web.mechanism.levels"), box.x, box.y + box.height + 28, { room: box.width })
}

// Draw the numbers of a row, or those around the chosen one.
/** @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number} chosen @param {import("../../model/layout/image_layout.js").Box} box */
function drawMeans(pen, numbers, symbol, chosen, box) {
  const channels = numbers.count(symbol)
  const rows = indicesAround(chosen, channels, Math.min(MOST_ROWS, Math.floor(box.height / ROW))).map((n) => ({
    name: numbers.nameOf(n, channels, symbol),
    value: numbers.values(symbol)[n],
    bold: n === chosen,
  }))
  pen.drawRows(rows, box, { names: numbers.isClasses(channels, symbol) ? 54 : 24 })
}
