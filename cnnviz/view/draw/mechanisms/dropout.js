// Dropout: a mask, and the results of the same sum with other masks.

import { singleIndex } from "../../model/explain/cell_links.js"
import { layerOf } from "../../model/explain/normalization.js"
import { number, short } from "../../model/numbers/format.js"
import { say } from "../../model/words.js"
import { HEAD } from "../sheet.js"
import { drawSides } from "./sides.js"
import { boxOf, drawBeam, drawResultMap, fitBox, sizeOf, writeChannelName } from "./windows.js"

/** @import { Box, Numbers, Pen, Picture, Range } from "../../types/view.js" */

const [NEAR, NEAR_UPRIGHT] = [4, 3] // rows and columns of printed cells
const BARS = 40
const isKept = (/** @type {number} */ value) => value || Number.NaN // a dropped cell is pale

/** Draw the numbers before and after, with the mask between them. @type {Picture} */
export function drawDropout(pen, numbers, symbol, cell) {
  if (numbers.maps[symbol].kind === "map" && `throws.${symbol}` in numbers.arrays)
    return drawCells(pen, numbers, symbol, cell)
  const box = drawSides(pen, numbers, numbers.links(symbol)[0].source, symbol, cell, false)
  drawMask(pen, numbers, symbol, cell, box)
}

/** @type {Picture} */
export function drawDropoutBack(pen, numbers, symbol, cell) {
  const made = layerOf(numbers, symbol)?.symbol ?? symbol
  const box = drawSides(pen, numbers, symbol, numbers.links(symbol)[0].source, cell, true)
  drawMask(pen, numbers, made, cell, box)
}

/**
 * Draw the mask of the chosen channel as a map, or its value for the chosen unit.
 * @param {Pen} pen @param {Numbers} numbers @param {string} made @param {number[]} cell @param {Box} box
 */
function drawMask(pen, numbers, made, cell, box) {
  const name = `${made}.mask`
  if (!numbers.arrays[name]) return writeLines(pen, box, [say("web.mechanism.unchanged")]) // in eval mode
  const values = Array.from(numbers.arrays[name].values)
  const most = values.reduce((a, b) => Math.max(a, b), 0)
  const own = number(numbers.layerValue(name, cell))
  const share = say("web.mechanism.dropped", { n: values.filter((value) => value === 0).length, of: values.length })
  const foot = { y: box.y + box.height - 8, room: box.width + 60 }
  pen.writeNote(share, box.x + box.width / 2, foot.y, { align: "center", room: foot.room })
  if (numbers.maps[made].kind !== "map") return writeLines(pen, box, [say("web.mechanism.mask"), `× ${own}`])
  const [, rows, columns] = numbers.shape(made)
  const place = fitBox(numbers, made, box.x, box.y, box.width, box.height - 40)
  place.x += (box.width - place.width) / 2
  pen.writeHead(say("web.mechanism.mask"), `× ${own}`, place.x, place.y - 17, place.width)
  const from = cell[0] * rows * columns
  const chosen = { rows: singleIndex(cell[1]), columns: singleIndex(cell[2]), strong: true }
  pen.picture(rows, columns, (n) => values[from + n], [0, most], "activation", place, [chosen])
}

/**
 * Draw some cells with their inputs, masks and results, and below them the sum of all cells without a mask and with
 * other masks.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number[]} cell
 */
function drawCells(pen, numbers, symbol, cell) {
  const { source } = numbers.links(symbol)[0]
  const [, rows, columns] = numbers.shape(symbol)
  const { upright } = pen
  const side = upright ? (pen.width - 44) / 3 : Math.min(0.5 * pen.height, 0.14 * pen.width)
  const large = upright ? Math.min(0.28 * pen.height, 0.44 * pen.width) : side
  const near = upright ? NEAR_UPRIGHT : NEAR
  const left = fitBox(numbers, source, 4, HEAD, large, large)
  const right = { ...left, x: pen.width - left.width - 5 }
  const [down, across] = [Math.min(near, rows), Math.min(near, columns)]
  const top = Math.min(Math.max(cell[1] - (down >> 1), 0), rows - down)
  const from = Math.min(Math.max(cell[2] - (across >> 1), 0), columns - across)
  const window = { rows: { start: top, count: down, step: 1 }, columns: { start: from, count: across, step: 1 } }
  writeChannelName(pen, numbers, source, cell[0], left, { note: sizeOf(numbers, source) })
  pen.drawMap(numbers, source, [cell[0]], left, [window])
  drawResultMap(pen, numbers, symbol, cell, right)
  pen.ring(window, rows, columns, right)
  const middle = (pen.width - left.width - right.width) / 3
  const y = upright ? 2 * HEAD + left.height + 28 : HEAD
  const boxes = [0, 1, 2].map((n) => ({
    x: upright ? 4 + n * (side + 18) : left.x + left.width + 60 + n * (middle - 18),
    y,
    width: side,
    height: side,
  }))
  const at = (/** @type {number} */ n) => [cell[0], top + Math.floor(n / across), from + (n % across)]
  const each = (/** @type {(cell: number[]) => number} */ value) =>
    Array.from({ length: down * across }, (_, n) => value(at(n)))
  const [read, mask, made] = [
    each((one) => numbers.at(source, one)),
    each((one) => numbers.layerValue(`${symbol}.mask`, one)),
    each((one) => numbers.at(symbol, one)),
  ]
  upright
    ? drawThreads(pen, numbers, source, left, boxes[0], window.rows, window.columns)
    : drawBeam(pen, boxOf(numbers, source, left, window), boxes[0])
  const term = (/** @type {number} */ n) => `n${n}`
  const three = /** @type {[number[], string, string, number[]][]} */ ([
    [
      read,
      say("web.mechanism.cells_closely", { n: read.length }),
      numbers.maps[source].scale,
      numbers.maps[source].limits,
    ],
    [mask.map(isKept), say("web.mechanism.mask"), "signed", [-1e9, 1e9]], // limits that leave the cells uncoloured
    [
      made.map((value, n) => (mask[n] ? value : Number.NaN)),
      say("web.mechanism.masked_cells"),
      numbers.maps[symbol].scale,
      numbers.maps[symbol].limits,
    ],
  ])
  three.forEach(([values, title, scale, limits], n) => {
    pen.writeText(title, boxes[n].x, y - 17, {
      fill: pen.soft,
      room: Math.min(side + (upright ? 16 : 30), pen.width - boxes[n].x),
    })
    pen.drawGrid(values, across, limits, scale, boxes[n], {
      write: (value) => (Number.isInteger(value) ? String(value) : short(value)),
      blank: "0",
      bold: n === 1,
      term,
    })
  })
  pen.drawSign("⊙", (boxes[0].x + side + boxes[1].x) / 2, y + side / 2)
  pen.drawSign("=", (boxes[1].x + side + boxes[2].x) / 2, y + side / 2)
  const [begin, under] = [upright ? 6 : 0.3 * pen.width, y + side + (upright ? 46 : 62)]
  const width = pen.width - begin - (upright ? 6 : 0.02 * pen.width)
  drawMasks(pen, numbers, symbol, cell[0], { x: begin, y: under, width, height: pen.height - under - 26 })
}

/**
 * Draw the sum of a channel's cells without a mask, with this one, and with others as a histogram.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number} channel @param {Box} box
 */
function drawMasks(pen, numbers, symbol, channel, box) {
  const { values, shape } = numbers.arrays[`throws.${symbol}`]
  const [count, channels] = shape
  const sums = Array.from({ length: count }, (_, n) => values[n * channels + channel])
  const [use, own, ...others] = sums
  const size = numbers.shape(symbol)[1] * numbers.shape(symbol)[2]
  const [low, high] = [Math.min(...sums), Math.max(...sums)]
  const x = (/** @type {number} */ value) => box.x + ((value - low) / (high - low || 1)) * box.width
  const base = box.y + box.height
  pen.writeText(say("web.mechanism.throws", { n: others.length, cells: size }), box.x, box.y - 14, {
    bold: true,
    room: box.width,
  })
  const beside = ["web.mechanism.fresh_mask", "web.mechanism.so_held"]
  if (!pen.upright)
    beside.forEach((id, n) => pen.writeText(say(id), 4, box.y + 10 + 22 * n, { fill: pen.soft, room: box.x - 20 }))
  const bars = { low, span: high - low || 1, count: BARS, least: 0 }
  pen.drawHistogram(others, bars, { ...box, y: box.y + 8, height: box.height - 8 })
  pen.context.fillStyle = pen.soft
  pen.context.fillRect(box.x, base, box.width, 1)
  pen.context.fillStyle = pen.ink
  pen.context.fillRect(x(use) - 1.25, box.y, 2.5, box.height + 4)
  pen.drawDot(x(own), base, pen.tone)
  const fresh = pen.choice.thrown && others[(pen.choice.thrown - 1) % others.length]
  if (fresh) {
    pen.drawDot(x(fresh), base, pen.ink)
    pen.writeText(say("web.mechanism.fresh_throw", { value: number(fresh) }), x(fresh), box.y + 6, {
      bold: true,
      align: x(fresh) > box.x + box.width - 70 ? "right" : "center",
      halo: true,
    })
  }
  const apart = Math.abs(x(own) - x(use)) > 150
  const first = x(own) < x(use)
  const place = (/** @type {number} */ value, /** @type {boolean} */ leftmost) =>
    /** @type {[number, CanvasTextAlign]} */ (
      pen.upright
        ? [leftmost ? box.x : box.x + box.width, leftmost ? "left" : "right"]
        : apart
          ? [x(value), "center"]
          : [x(value) + (leftmost ? 8 : -8), leftmost ? "right" : "left"]
    )
  const [mean, now] = [place(use, !first), place(own, first)]
  pen.writeText(say("web.mechanism.in_use", { value: number(use) }), mean[0], base + 16, {
    bold: true,
    align: mean[1],
    room: box.width / 2 - 4,
  })
  pen.writeText(say("web.mechanism.this_throw", { value: number(own) }), now[0], base + 16, {
    bold: true,
    align: now[1],
    fill: pen.tone,
    room: box.width / 2 - 4,
  })
}

/** @param {Pen} pen @param {Box} box @param {string[]} texts the last one is the result */
function writeLines(pen, box, texts) {
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

/**
 * Draw lines from cells of a map to their enlargements.
 * @param {Pen} pen @param {Numbers} numbers @param {string} map @param {Box} left @param {Box} grid @param {Range} down @param {Range} across
 */
function drawThreads(pen, numbers, map, left, grid, down, across) {
  const [, rows, columns] = numbers.shape(map)
  const corner = left.x + ((across.start + across.count) * left.width) / columns
  if (pen.upright) {
    const low = left.y + ((down.start + down.count) * left.height) / rows
    pen.drawThread([left.x + (across.start * left.width) / columns, low], [grid.x, grid.y])
    return pen.drawThread([corner, low], [grid.x + grid.width, grid.y])
  }
  const edge = (/** @type {number} */ at) => left.y + (at * left.height) / rows
  pen.drawThread([corner, edge(down.start)], [grid.x, grid.y])
  pen.drawThread([corner, edge(down.start + down.count)], [grid.x, grid.y + grid.height])
}
