// A kernel weight: what it multiplies, and the terms of its gradient.

import { cellName } from "../../model/explain/arithmetic.js"
import { singleIndex } from "../../model/explain/cell_links.js"
import { COLON, exponentOf, number, timesPower } from "../../model/numbers/format.js"
import { productText } from "../../model/numbers/printed_digits.js"
import { formatFixed } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { HEAD, SMALL } from "../sheet.js"
import { signedTotals } from "../sums.js"
import { boxOf, fitBox, kernelName, once, ranges, relateCells, sizeOf, writeChannelName } from "./windows.js"

/** @import { Box, Cell, Numbers, Pen, Picture } from "../../types/view.js" */
/** @typedef {{ symbol: string, cell: Cell, x: string, dy: string, met: [Cell, Cell][] }} Parts  a gradient and one of its entries, the layer's input, the incoming gradient, and the pairs of cells that meet */

const FOOT = 96 // height of colour bars and sum under the maps
const [SIGN, LEAD] = [62, 106] // between two maps, the kernel and the terms
const SQUARE = 3 // maximum number of rows of a kernel with square cells in portrait layout
const TILES = 72 // side of the filter's other kernels

/** Draw the terms of one kernel weight's gradient: input times incoming gradient at each position. @type {Picture} */
export function drawShares(pen, numbers, symbol, cell) {
  const [x, dy] = [numbers.source(symbol, "touched"), numbers.source(symbol, "channel")]
  const parts = { symbol, cell, x, dy, met: numbers.pairs(symbol, cell, x, dy) }
  const values = sharesOf(numbers, parts)
  if (pen.upright) return sharesUpright(pen, numbers, parts, values)
  const wide = 2 * numbers.shape(dy)[2] + scaleOf(numbers, parts) * numbers.shape(x)[2] // width of all three maps, in cells
  const least = kernelSide(pen, numbers, symbol) + LEAD + 2 * SIGN
  const side = Math.min((pen.height - HEAD - FOOT) / numbers.shape(dy)[1], (pen.width - least) / wide)
  const own = drawKernelAt(pen, numbers, symbol, cell)
  const spare = Math.max(pen.width - least - wide * side, 0) / 4
  const places = placeBeside(pen, numbers, parts, side, SIGN + spare)
  const [most, best] = largestOf(values)
  const [rows, columns] = numbers.shape(dy).slice(-2)
  drawMaps(pen, numbers, parts, places, { values, most })
  const bar = drawTotals(pen, numbers, parts, values, places.shares)
  const size = own.width / numbers.shape(symbol)[2]
  const [left, top] = [own.x + (cell[3] + 1) * size, own.y + (cell[2] + 0.84) * size]
  const turn = (own.x + own.width + places.shares.x) / 2 + 14
  pen.drawLead([bar.x - 2, bar.y + bar.height / 2], [turn, bar.y + bar.height / 2], [turn, top], [left - 3, top])
  pen.outlineCellAt(own, numbers.shape(symbol)[2], numbers.shape(symbol)[2], cell[2], cell[3])
  drawLargest(pen, numbers, parts, places, { values, rows, columns, best })
}

/**
 * Draw the factors above the kernel and the terms, and their sum below.
 * @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {Float64Array} values
 */
function sharesUpright(pen, numbers, parts, values) {
  const { symbol, cell, x, dy } = parts
  const [rows, columns] = numbers.shape(dy).slice(-2)
  const [down, across] = numbers
    .shape(x)
    .slice(-2)
    .map((n) => n * scaleOf(numbers, parts))
  const high = (pen.height - 2 * HEAD - 32 - 3 * pen.rowHeight) / 2
  const side = Math.min((pen.width - 32) / (columns + across), high / Math.max(rows, down))
  const read = { x: 2, y: HEAD, width: side * columns, height: side * rows }
  const under = { x: pen.width - side * across - 2, y: HEAD, width: side * across, height: side * down }
  const top = 2 * HEAD + Math.max(read.height, under.height) + 6
  const places = { x: under, dy: read, shares: { ...read, x: under.x, y: top } }
  const [most, best] = largestOf(values)
  drawMaps(pen, numbers, parts, places, { values, most })
  const k = numbers.shape(symbol)[2]
  const height = read.width - 4
  const width = k > SQUARE ? Math.max(height, under.x - 40) : height // wide enough for the numbers if there are many
  const own = drawKernelAt(pen, numbers, symbol, cell, { x: 4, y: top, width, height })
  pen.outlineCellAt(own, k, k, cell[2], cell[3])
  const middle = under.x + read.width / 2
  pen.drawArrow(middle, HEAD + under.height + 3, middle, top - 28)
  drawTotals(pen, numbers, parts, values, { x: 2, y: top, width: 0.3 * pen.width, height: read.height })
  drawLargest(pen, numbers, parts, places, { values, rows, columns, best })
}

/** Return the largest magnitude and its index. @param {Float64Array} values */
function largestOf(values) {
  const best = values.reduce((found, value, n) => (Math.abs(value) > Math.abs(values[found]) ? n : found), 0)
  return [Math.abs(values[best]), best]
}

/**
 * Return the size of a cell of x relative to one of ∂y. With a stride, the scales differ, so that the skipped cells
 * are visible.
 * @param {Numbers} numbers @param {Parts} parts
 */
const scaleOf = (numbers, { symbol, x }) => 1 / /** @type {any} */ (numbers.link(symbol, x)).geometry.stride

/** Return each position's term, by its index in ∂y. @param {Numbers} numbers @param {Parts} parts */
function sharesOf(numbers, { x, dy, met }) {
  const [rows, columns] = numbers.shape(dy).slice(-2)
  const values = new Float64Array(rows * columns)
  for (const [at, place] of met) values[place[1] * columns + place[2]] = numbers.at(x, at) * numbers.at(dy, place)
  return values
}

/**
 * Draw the terms, ∂y and x from the right edge on, with cells that meet at equal size.
 * @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {number} side of a cell @param {number} gap between two maps
 */
function placeBeside(pen, numbers, parts, side, gap) {
  const { x, dy } = parts
  const [, rows, columns] = numbers.shape(dy)
  const size = side * scaleOf(numbers, parts)
  const [, down, across] = numbers.shape(x)
  const right = { x: pen.width - size * across - 3, y: HEAD, width: size * across, height: size * down }
  const free = right.x - gap - side * columns
  const read = { x: free, y: HEAD, width: side * columns, height: side * rows }
  return { x: right, dy: read, shares: { ...read, x: read.x - gap - read.width } }
}

/** @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {{ x: Box, dy: Box, shares: Box }} places @param {{ values: Float64Array, most: number }} of */
function drawMaps(pen, numbers, { symbol, cell, x, dy, met }, places, { values, most }) {
  const [rows, columns] = numbers.shape(dy).slice(-2)
  const zero = met.length - values.filter((value) => value !== 0).length // positions in the padding have no term
  const words = say("web.mechanism.shares", { n: met.length })
  const over = places.shares.y - 17
  pen.writeText(words, places.shares.x, over, { bold: true, room: places.shares.width })
  const taken = pen.widthOf(words, { bold: true }) + 10
  const product = x === "x" ? "pixel_gradient" : "cell_gradient"
  const note = zero > met.length / 10 ? say("web.mechanism.zeros", { n: zero }) : say(`web.mechanism.${product}`)
  if (taken + pen.widthOf(note) < places.shares.width + (pen.upright ? 0 : SIGN))
    pen.writeText(note, places.shares.x + taken, over, { fill: pen.soft })
  pen.picture(rows, columns, (n) => values[n], [-most, most], "signed", places.shares)
  pen.drawColourBar([-most, most], "signed", places.shares)
  const middle = HEAD + places.dy.height / 2
  if (!pen.upright) pen.drawSign("=", (places.shares.x + places.shares.width + places.dy.x) / 2, middle)
  const [came, wide] = [say("web.mechanism.gradient_arrived"), places.dy.width + SIGN / 2]
  writeChannelName(pen, numbers, dy, cell[0], places.dy, { word: came, width: wide })
  pen.drawMap(numbers, dy, [cell[0]], places.dy, [], undefined, !pen.upright)
  pen.frame(places.dy, "read")
  pen.drawSign("⊙", (places.dy.x + places.dy.width + places.x.x) / 2, middle)
  const word = say(`web.mechanism.${x === "x" ? "pixels_under" : "under"}`, { name: plainName(numbers, symbol, cell) })
  writeChannelName(pen, numbers, x, cell[1], places.x, { word, note: sizeOf(numbers, dy) })
  pen.drawMap(numbers, x, [cell[1]], places.x, [], undefined, !pen.upright)
  pen.frame(boxOf(numbers, x, places.x, ranges(numbers, symbol, x, cell)), "read")
}

/**
 * Return the plain name of the parameter entry whose gradient is shown.
 * @param {Numbers} numbers @param {string} symbol @param {Cell} cell
 */
const plainName = (numbers, symbol, cell) => cellName(numbers, symbol.slice(1), cell).replace(/<[^>]*>/g, "")

/**
 * Draw the terms as a positive and a negative bar, and their sum.
 * @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {Float64Array} values @param {Box} over @returns {Box}
 */
function drawTotals(pen, numbers, { symbol, cell }, values, over) {
  const terms = signedTotals([...values], ["raises", "lowers"], { name: cellName(numbers, symbol.slice(1), cell) })
  const box = { x: over.x, y: over.y + over.height + 28, width: over.width, height: 60 }
  const said = pen.upright ? { name: cellName(numbers, symbol, cell) } : { left: say("web.mechanism.left") }
  return pen.drawBalance(terms, numbers.at(symbol, cell), box, { paint: pen.colourOf(numbers, symbol, cell), ...said })
}

/**
 * Draw the largest term, and add hit areas for cells that belong together.
 * @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {{ x: Box, dy: Box, shares: Box }} places @param {{ values: Float64Array, rows: number, columns: number, best: number }} of
 */
function drawLargest(pen, numbers, { x, dy, met }, places, { values, rows, columns, best }) {
  const own = once(() => new Map(met.map(([, place]) => [`${place[1]},${place[2]}`, `${place[1]},${place[2]}`])))
  const read = once(() => new Map(met.map(([at, place]) => [`${at[1]},${at[2]}`, `${place[1]},${place[2]}`])))
  const pairs = once(() => new Map(met.map((pair) => [`${pair[1][1]},${pair[1][2]}`, pair])))
  const words = (/** @type {string} */ term) => {
    const pair = pairs().get(term)
    return pair ? productText(numbers.at(x, pair[0]), numbers.at(dy, pair[1])) : ""
  }
  const named = (/** @type {number} */ row, /** @type {number} */ column) => words(`${row},${column}`)
  relateCells(pen, numbers, dy, places.shares, own, named)
  relateCells(pen, numbers, dy, places.dy, own, named)
  relateCells(pen, numbers, x, places.x, read, (row, column) => words(read().get(`${row},${column}`) ?? ""))
  const pair = met.find(([, place]) => place[1] * columns + place[2] === best)
  if (!pair || !values[best]) return
  const ring = (/** @type {Cell} */ [, row, column]) => ({
    rows: singleIndex(row),
    columns: singleIndex(column),
    strong: true,
  })
  for (const box of [places.shares, places.dy]) pen.ring(ring(pair[1]), rows, columns, box)
  pen.ring(ring(pair[0]), .../** @type {[number, number]} */ (numbers.shape(x).slice(-2)), places.x)
  if (pen.upright) return
  const text = say("web.mechanism.largest_share", {
    product: productText(numbers.at(x, pair[0]), numbers.at(dy, pair[1])),
  })
  const right = Math.min(places.x.x, pen.width - pen.widthOf(text, { size: SMALL }) - 24)
  const [under, sum] = [places.x.y + places.x.height, places.shares.y + places.shares.height + 77]
  const beside = pen.labelEnd + 12 < right // the labels of the sum's bars, or of the total
  const isFree = beside || sum > under + 8
  const left = isFree ? right : places.shares.x
  const y = beside ? under + 34 : isFree ? sum : sum + 22
  if (y > pen.height - 6) return
  pen.ring({ rows: singleIndex(0), columns: singleIndex(0), strong: true }, 1, 1, {
    x: left + 2,
    y: y - 6,
    width: 12,
    height: 12,
  })
  pen.writeText(text, left + 22, y, { size: SMALL })
}

/**
 * Return the side of the kernel, which is smaller if the filter's other kernels are under it.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol
 */
const kernelSide = (pen, numbers, symbol) =>
  Math.min(190, pen.height - HEAD - (numbers.shape(symbol)[1] > 1 ? TILES + 60 : 40))

/**
 * Draw the kernel of an entry, with all numbers in one power of ten, and the filter's other kernels under it.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Cell} cell @param {Box} [place] in portrait layout, where the other kernels are left out @returns {Box}
 */
function drawKernelAt(pen, numbers, symbol, cell, place) {
  const [, channels, k] = numbers.shape(symbol)
  const done = pen.done(symbol)
  const side = kernelSide(pen, numbers, symbol)
  const box = place ?? { x: 4, y: HEAD + 1, width: side, height: side }
  const at = (/** @type {number} */ n) => [cell[0], cell[1], Math.floor(n / k), n % k]
  const values = Array.from({ length: k * k }, (_, n) => (n < done ? numbers.at(symbol, at(n)) : Number.NaN))
  const exponent = exponentOf(Math.max(...values.map((value) => Math.abs(value) || 0)))
  const write = (/** @type {number} */ value) => formatFixed(value / 10 ** exponent, exponent ? 1 : 2)
  const fits = pen.drawGrid(values, k, numbers.maps[symbol].limits, "signed", box, {
    write,
    bold: true,
    symbol,
    cell: at,
  })
  const unit = fits ? timesPower(exponent) : ""
  pen.writeHead(
    kernelName(numbers, symbol, cell),
    unit,
    box.x,
    box.y - 18,
    box.width,
    numbers.maps[symbol].plain,
    pen.tone,
  )
  pen.frame(box, "made")
  if (place) return box
  const index = `[${cell[2]}, ${cell[3]}]`
  const middle = k % 2 && cell[2] === (k - 1) / 2 && cell[3] === cell[2]
  pen.writeNote(say(`web.mechanism.${middle ? "counted_centre" : "counted"}`, { index }), box.x, box.y + side + 18)
  if (!fits)
    pen.writeText(`${index}${COLON}${number(numbers.at(symbol, cell), 3)}`, box.x, box.y + side + 36, {
      size: SMALL,
      bold: true,
    })
  if (channels > 1)
    drawTiles(pen, numbers, symbol, cell, { x: box.x, y: box.y + side + 36, width: side + 20, height: TILES })
  return box
}

/**
 * Draw the filter's other kernels.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Cell} cell @param {Box} box
 */
function drawTiles(pen, numbers, symbol, [m, chosen], box) {
  const [filters, channels, k] = numbers.shape(symbol)
  const values = numbers.values(symbol)
  const across = Math.ceil(channels / (channels > 5 ? (channels > 20 ? 4 : 2) : 1))
  const down = Math.ceil(channels / across)
  const pitch = Math.min(box.width / across, (box.height - 20) / down, 38)
  for (let c = 0; c < channels; c++) {
    const place = {
      x: box.x + (c % across) * pitch,
      y: box.y + Math.floor(c / across) * pitch,
      width: pitch - 6,
      height: pitch - 6,
    }
    const from = (m * channels + c) * k * k
    pen.picture(k, k, (n) => values[from + n], numbers.maps[symbol].limits, "signed", place)
    if (c === chosen) pen.frame(place, "read")
  }
  const text = say("web.mechanism.kernels_of", { filter: m, n: channels })
  pen.writeNote(filters > 1 || channels > 1 ? text : "", box.x, box.y + down * pitch + 6, { room: box.width + 60 })
}

/** Draw the inputs of one weight, with its kernel beside or below. @type {Picture} */
export function drawTouched(pen, numbers, symbol, cell) {
  const [link] = numbers.links(symbol)
  const x = link.source
  const high = (pen.upright ? 0.5 * pen.height : pen.height) - HEAD - 26
  const box = fitBox(numbers, x, 3, HEAD, pen.width * (pen.upright ? 1 : 0.4) - 6, high)
  writeChannelName(pen, numbers, x, cell[1], box, { word: say("web.mechanism.met") })
  pen.drawMap(numbers, x, [cell[1]], box, [])
  pen.frame(boxOf(numbers, x, box, ranges(numbers, symbol, x, cell)), "read")
  const [left, top] = pen.upright ? [3, HEAD + box.height + 30 + HEAD] : [box.x + box.width + 80, HEAD]
  const side = Math.min(pen.width - left - 20, pen.upright ? pen.height - top - 6 : box.height)
  const grid = { x: left, y: top, width: side, height: side }
  pen.writeHead(kernelName(numbers, symbol, cell), "", left, top - 17, pen.width - left, numbers.maps[symbol].plain)
  pen.drawKernel(numbers, symbol, cell[0], cell[1], grid)
  pen.outlineCellAt(grid, numbers.shape(symbol)[2], numbers.shape(symbol)[2], cell[2], cell[3])
}
