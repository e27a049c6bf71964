// A fully connected layer: the sum of each unit times its weight.

import { singleIndex } from "../../model/explain/cell_links.js"
import { exactSum } from "../../model/numbers/exact_sum.js"
import { productText as printed } from "../../model/numbers/printed_digits.js"
import { say } from "../../model/words.js"
import { HEAD, SMALL } from "../sheet.js"
import { signedTotals } from "../sums.js"
import { drawColumn } from "./outputs.js"
import { drawUnits, extentOf } from "./units.js"

/** @import { Box, Numbers, Pen, Picture } from "../../types/view.js" */
/** @typedef {{ x: string, w: string, b: string, n: number, outputs: number, product: (d: number) => number }} Parts  input, weights and bias, the index and number of outputs, and the product of each unit */

const [SIGN, EDGE] = [44, 64] // between two maps, the products and the outputs
const FOOT = 118 // height of the colour bars and the sum under the maps
const MOST = 16 // maximum number of channels with a step each

/** @type {Picture} */
export function dense(pen, numbers, symbol, cell) {
  const parts = partsOf(numbers, symbol, cell[0])
  const shape = numbers.shape(parts.x)
  const wide = numbers.count(symbol) <= 4 ? 130 : 210
  const sign = pen.upright ? SIGN / 2 : SIGN
  const room = pen.upright
    ? { width: (pen.width - 2 * sign - 8) / 3, height: pen.height / 3 }
    : { width: (pen.width - wide - 4 - 2 * sign - EDGE) / 3, height: pen.height - HEAD - FOOT }
  const size = extentOf(shape, room.width, room.height)
  const top = pen.upright ? HEAD + size.height + 108 + 4 * pen.rowHeight : HEAD
  const last = { x: pen.width - wide - 4, y: top, width: wide, height: pen.height - top - (pen.upright ? 0 : 40) }
  const most = strongestUnit(numbers, parts)
  const pitch = (pen.upright ? room.width : size.width) + sign
  const boxes = [0, 1, 2].map((n) => ({ x: 3 + n * pitch, y: HEAD, ...size }))
  drawFactors(pen, numbers, parts, boxes, most)
  pen.writeHead(numbers.maps[symbol].label, "", last.x, last.y - 17, wide, numbers.maps[symbol].plain, pen.tone)
  const to = drawColumn(pen, numbers, symbol, cell[0], last, { made: true })
  const channels = shape.length === 3 && shape[0] > 1 && shape[0] <= MOST && !pen.upright ? shape[0] : 0
  const bar = channels
    ? drawByChannel(pen, numbers, symbol, cell, parts, last.x - EDGE)
    : drawHalves(pen, numbers, symbol, cell, parts, halvesAt(pen, boxes, last.x))
  const turn = last.x - 26
  const low = Math.min(bar.y + bar.height + 9, pen.height - 5)
  const [middle, foot] = [bar.x + bar.width / 2, bar.y + bar.height]
  const y = to.y + to.height / 2
  const [level, end] = [bar.y + bar.height / 2, [to.x - 6, y]]
  if (pen.upright) pen.drawLead([middle, foot], [middle, y], end)
  else if (channels) pen.drawLead([bar.x + bar.width, level], [turn, level], [turn, y], end)
  else pen.drawLead([middle, foot], [middle, low], [turn, low], [turn, y], end)
}

/**
 * Return the box for the counts of positive and negative products above the sum.
 * @param {Pen} pen @param {Box[]} boxes @param {number} end @returns {Box}
 */
const halvesAt = (pen, [first, , last], end) =>
  pen.upright
    ? { ...first, y: first.y + 28, width: Math.max(128, 0.4 * pen.width) }
    : { ...last, width: end - 200 - last.x }

/** @param {Numbers} numbers @param {string} symbol @param {number} n @returns {Parts} */
function partsOf(numbers, symbol, n) {
  const [x, w, b] = ["all", "last", "same"].map((pattern) => numbers.source(symbol, pattern))
  const outputs = numbers.count(symbol)
  const [values, weights] = [numbers.values(x), numbers.values(w)]
  return { x, w, b, n, outputs, product: (d) => values[d] * weights[d * outputs + n] }
}

/** Return the unit with the largest product. @param {Numbers} numbers @param {Parts} parts */
function strongestUnit(numbers, { x, product }) {
  let best = 0
  for (let d = 1; d < numbers.count(x); d++) if (Math.abs(product(d)) > Math.abs(product(best))) best = d
  return best
}

// Draw the units, their weights to this output, and the products.
/** @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {Box[]} boxes @param {number} chosen */
function drawFactors(pen, numbers, { x, w, n, outputs, product }, boxes, chosen) {
  const [values, weights] = [numbers.values(x), numbers.values(w)]
  const weight = (/** @type {number} */ d) => weights[d * outputs + n]
  const largest = Math.abs(product(chosen))
  const to = numbers.isClasses(outputs, w)
    ? say("web.mechanism.to_output", { name: numbers.nameOf(n, outputs, w) })
    : numbers.maps[w].plain
  const read = numbers.maps[x]
  const three = /** @type {[string, string, (d: number) => number, number[], string, string][]} */ ([
    [read.label, read.plain, (d) => values[d], read.limits, read.scale, "⊙"],
    [`${numbers.maps[w].label}[d,${n}]`, to, weight, numbers.maps[w].limits, "signed", "="],
    ["", say("web.mechanism.n_products", { n: numbers.count(x) }), product, [-largest, largest], "signed", ""],
  ])
  const words = (/** @type {number} */ d) => printed(values[d], weight(d))
  three.forEach(([name, word, pick, limits, scale, sign], i) => {
    const box = boxes[i]
    const most = Math.min(boxes[1].x - boxes[0].x - 8, pen.width - box.x)
    name ? pen.writeHead(name, "", box.x, 13, most, word) : pen.writeText(word, box.x, 13, { bold: true, room: most })
    const own =
      pick === weight ? { symbol: w, cell: (/** @type {number} */ d) => numbers.cell(w, d * outputs + n) } : {}
    drawUnits(pen, numbers.shape(x), pick, limits, scale, box, { chosen: largest ? chosen : -1, say: words, ...own })
    pen.drawColourBar(limits, scale, box)
    if (sign) pen.drawSign(sign, (box.x + box.width + boxes[i + 1].x) / 2, box.y + box.height / 2)
  })
  const y = boxes[0].y + boxes[0].height + 38
  if (!largest || y > pen.height - 100) return
  pen.ring({ rows: singleIndex(0), columns: singleIndex(0), strong: true }, 1, 1, {
    x: 5,
    y: y - 6,
    width: 12,
    height: 12,
  })
  pen.writeText(say("web.mechanism.largest_product", { product: words(chosen) }), 25, y, {
    size: SMALL,
    room: boxes[2].x - 30,
  })
}

/**
 * Draw the positive total, the negative total, and the bias.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number[]} cell @param {Parts} parts @param {Box} over
 */
function drawHalves(pen, numbers, symbol, cell, { x, b, n, product }, over) {
  const products = Array.from({ length: numbers.count(x) }, (_, d) => product(d))
  const terms = [
    ...signedTotals(products, ["units_up", "units_down"]),
    ...(b
      ? [{ value: numbers.at(b, cell), name: `<i>${numbers.maps[b].label}</i>[${n}]`, term: "b", symbol: b, cell }]
      : []),
  ]
  const box = { x: over.x, y: over.y + over.height + 32, width: Math.min(over.width, 320), height: 60 }
  return pen.drawBalance(terms, numbers.at(symbol, cell), box, {
    paint: pen.colourOf(numbers, symbol, cell),
    row: pen.upright ? pen.rowHeight : 19,
  })
}

/**
 * Draw a step per channel, for a layer after maps.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number[]} cell @param {Parts} parts @param {number} width
 */
function drawByChannel(pen, numbers, symbol, cell, { x, b, product }, width) {
  const [channels, rows, columns] = numbers.shape(x)
  const size = rows * columns
  /** @type {import("../sums.js").Term[]} */
  const steps = Array.from({ length: channels }, (_, c) => ({
    value: exactSum(Array.from({ length: size }, (_, d) => product(c * size + d))),
    name: `${numbers.maps[x].label === "v" ? "" : numbers.maps[x].label}[${c}]`,
    term: `c${c}`,
  }))
  if (b) steps.push({ value: numbers.at(b, cell), name: numbers.maps[b].label, term: "b", symbol: b, cell })
  const most = Math.max(...steps.map(({ value }) => Math.abs(value)))
  const pitch = (width - 60) / steps.length
  const places = [...steps.map((_, n) => (n + 0.5) * pitch), width - 26]
  const box = { x: 0, y: pen.height - 80, width, height: 34 }
  const limited = steps.map((step) => ({ ...step, limits: [-most, most] }))
  return pen.drawStairs(limited, numbers.at(symbol, cell), box, {
    places,
    wide: Math.min(40, pitch * 0.6),
    room: pitch,
    figures: pitch > 34,
    paint: pen.colourOf(numbers, symbol, cell),
  })
}
