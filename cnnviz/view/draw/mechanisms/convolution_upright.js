// A convolution of one channel, or its backward pass, in portrait layout: the maps above, then pixels with their
// weights, the products and their sum.

import { totals } from "../../model/explain/formula_values.js"
import { number, timesPower } from "../../model/numbers/format.js"
import { equalsText } from "../../model/numbers/printed_digits.js"
import { printSum, withPlus } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { HEAD, LARGE, SMALL, TEXT } from "../sheet.js"
import { fitGrids } from "./product_grids.js"
import { boxOf, drawPadded, drawResultMap, drawRingIn, kernelName, middleOf, ringCell, underKernel } from "./windows.js"

/** @import { Parts } from "./windows.js" */
/** @import { Box, Numbers, Pen } from "../../types/view.js" */

const [BETWEEN, EDGE, ABOVE, FOOT] = [30, 20, 40, 48] // between two maps, right of the result, above and below the grids
const ROW = 16 // minimum height of a row of a grid with legible numbers
const TIMES = "×"

/** @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {import("./convolution.js").Around} around */
export function convolutionUpright(pen, numbers, parts, { bias, zeros, window, back = false }) {
  const { symbol, x, cell } = parts
  const { from, to } = placeMaps(pen, numbers, parts, zeros, back)
  const box = drawPadded(pen, numbers.shape(x).slice(-2), zeros, from)
  pen.writeHead(
    numbers.maps[x].label,
    "",
    1,
    13,
    from.width,
    back ? say("web.mechanism.arrived") : numbers.maps[x].plain,
  )
  pen.drawMap(numbers, x, [0], box, [], undefined, false)
  drawResultMap(pen, numbers, symbol, cell, to)
  const top = Math.max(from.y + from.height, to.y + to.height) + ABOVE
  const width = (pen.width - BETWEEN - EDGE) / 2
  const grid = { x: 1, y: top, width, height: Math.min(pen.height - top - FOOT, 1.05 * width) }
  const seen = boxOf(numbers, x, box, window)
  const low = seen.y + seen.height
  pen.drawShade([
    [seen.x, low],
    [seen.x + seen.width, low],
    [grid.x + grid.width, grid.y - 22],
    [grid.x, grid.y - 22],
  ])
  pen.enlarged.push({ from: seen, to: grid })
  drawRingIn(pen, numbers, x, window, box)
  const added = drawProducts(pen, numbers, parts, grid, { bias, back })
  drawSum(pen, numbers, parts, added, to)
  ringCell(pen, numbers, symbol, cell, to)
}

/**
 * Return the boxes of the input and the result on one scale.
 * @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {import("./convolution.js").Around["zeros"]} zeros @param {boolean} back
 */
function placeMaps(pen, numbers, { symbol, x, k }, { before, below, right }, back) {
  const [[rows, columns], made] = [x, symbol].map((name) => numbers.shape(name).slice(-2))
  const { stride } = /** @type {any} */ (numbers.link(symbol, x)).geometry // a cell of the result is as large as `stride` cells
  const [of, as] = back ? [stride, 1] : [1, stride]
  const [down, across] = [(rows + before + below) * of, (columns + before + right) * of]
  const [tall, wide] = made.map((n) => n * as)
  const left = pen.height - HEAD - ABOVE - 2 * k * ROW - FOOT // including the numbers of the grids
  const high = left < 0.25 * pen.height ? 0.42 * pen.height : Math.min(left, 0.42 * pen.height)
  const side = Math.min((pen.width - BETWEEN - EDGE) / (across + wide), high / Math.max(down, tall))
  const from = { x: 1, y: HEAD, width: side * across, height: side * down }
  return { from, to: { x: from.width + BETWEEN, y: HEAD, width: side * wide, height: side * tall } }
}

/**
 * Draw each pixel above its weight, with the products beside them. Return the products and their end.
 * @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {Box} box @param {{ bias: string | undefined, back: boolean }} how
 */
function drawProducts(pen, numbers, parts, box, { bias, back }) {
  const { x, f, k, cell, symbol, met } = parts
  const at = /** @type {[number, number]} */ (back ? [0, cell[0]] : [cell[0], 0])
  const { a: window, b: kernel, cells } = underKernel(numbers, { f, read: x, met }, at, 0)
  const made = window.map((value, n) => value * kernel[n])
  const known = made.filter((value) => !Number.isNaN(value))
  const added = bias ? [...known, numbers.at(bias, [cell[0]])] : known
  const [wide, high] = [box.width / k, box.height / k]
  const written = printSum(added, numbers.at(symbol, cell), { below: 0.1, fits: (text) => pen.fitsUnder(text, wide) })
  const three = fitGrids(pen, window, kernel, written, wide - 12, high / 2)
  const soft = { size: SMALL, fill: pen.soft }
  const factors = back
    ? `<i>${numbers.maps[x].label}</i> ${TIMES} <i>${kernelName(numbers, f, at)}</i>`
    : say("web.mechanism.pixel_times_kernel")
  pen.writeRich([factors, timesPower(three.powers[0])].join(" "), box.x, box.y - 11, { ...soft, room: box.width })
  const weights = kernel.map((value, n) => `${TIMES} ${three.writes[1](value, n)}`)
  const bare = kernel.map((value, n) => three.writes[1](value, n))
  const ways = [weights, bare].filter((texts) => pen.fontSizeFor(texts, wide, high / 2, true, pen.least)) // without signs, or no text
  for (let row = 0; row < k; row++) {
    const half = (/** @type {number} */ n) => ({ ...box, y: box.y + row * high + (n * high) / 2, height: high / 2 })
    const nth = (/** @type {number} */ n) => row * k + n
    const term = (/** @type {number} */ n) => String(nth(n))
    const { limits, scale } = numbers.maps[x]
    pen.drawGrid(window.slice(nth(0), nth(k)), k, limits, scale, half(0), {
      write: (value, n) => three.writes[0](value, nth(n)),
      blank: back ? "" : "0",
      term,
      symbol: x,
      cell: (n) => cells[nth(n)],
    })
    pen.drawGrid(kernel.slice(nth(0), nth(k)), k, numbers.maps[f].limits, "signed", half(1), {
      write: (_, n) => ways[0]?.[nth(n)] ?? "",
      bold: true,
      term,
      symbol: f,
      cell: (n) => [...at, row, n],
    })
  }
  const most = Math.max(...known.map(Math.abs), numbers.maps[symbol].limits[1])
  const right = { ...box, x: pen.width - box.width - EDGE }
  pen.writeText([say("web.mechanism.products"), timesPower(three.powers[1])].join(" "), right.x, box.y - 11, soft)
  pen.drawSign(three.sign, (box.x + box.width + right.x) / 2, box.y + box.height / 2)
  pen.drawGrid(made, k, [-most, most], "signed", right, { write: three.writes[2], term: String })
  return { added, y: box.y + box.height + FOOT / 2 + 4 }
}

/**
 * Draw the positive and negative totals and their sum, which leads to its cell.
 * @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {{ added: number[], y: number }} of @param {Box} to
 */
function drawSum(pen, numbers, { symbol, cell }, { added, y }, to) {
  const total = numbers.at(symbol, cell)
  const parts = totals(added).filter((value) => value !== 0)
  const written = printSum(parts, total, { digits: 2 })
  const name = `${numbers.maps[symbol].label}[${numbers.index(symbol, cell).join(", ")}] =`
  const said = written.power ? (/** @type {number} */ value) => number(value) : undefined // there is no room for a power of ten
  const texts = [
    ...parts.map((value, n) => withPlus(value, said?.(value) ?? written.texts[n])),
    equalsText(total, written.total).slice(0, 1),
  ]
  const taken = (/** @type {number} */ size) =>
    texts.reduce(
      (all, text) => all + 6 + pen.widthOf(text, { size, bold: true }),
      pen.widthOfSymbol(name, { size: LARGE }) + 6,
    )
  const size = [LARGE, TEXT, SMALL].find((size) => taken(size) <= pen.width - 104)
  pen.stated = size !== undefined // otherwise the name is in the line below
  let x = size ? 1 + pen.writeSymbol(name, 1, y, { size: LARGE }) + 6 : 1
  for (const [n, text] of texts.entries()) {
    const style = { size: size ?? LARGE, bold: n < parts.length }
    pen.writeText(text, x, y, { ...style, fill: style.bold ? pen.signColour(parts[n]) : pen.ink })
    x += pen.widthOf(text, style) + 6
  }
  const { limits, scale } = numbers.maps[symbol]
  const bar = { x: pen.width - 100, y: y - 16, width: 72, height: 32 }
  pen.drawTotal(bar, pen.colourOf(numbers, symbol, cell))
  pen.cell(total, limits, scale, bar, {
    ring: pen.ink,
    write: said ?? (() => equalsText(total, written.total).replace(/^[=≈] /, "") || number(total)),
  })
  const [left, middle] = middleOf(numbers, symbol, to, cell)
  pen.drawLead([bar.x + bar.width, y], [pen.width - 7, y], [pen.width - 7, middle], [left + 6, middle])
}
