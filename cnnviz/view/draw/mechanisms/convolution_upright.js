// A convolution of one channel where it stands upright: the maps above, under them pixels with their weights, the products and their sum.

import { colour } from "../../model/colour.js"
import { number } from "../../model/format.js"
import { totals } from "../../model/formula_values.js"
import { equals } from "../../model/printed_digits.js"
import { plus, writtenSum } from "../../model/printed_sums.js"
import { say } from "../../model/words.js"
import { HEAD, LARGE, SMALL, TEXT } from "../sheet.js"
import { threeGrids } from "./three_grids.js"
import { madeMap, middleOf, padded, patches, ringCell, ringIn } from "./windows.js"

/** @import { Parts } from "./windows.js" */
/** @import { Box, Numbers, Pen } from "../../types/view.js" */

const [BETWEEN, EDGE, FOOT] = [30, 20, 48] // between two maps, right of the map that is made, under the grids
const TIMES = "×"

/** @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {import("./convolution.js").Around} around */
export function convolutionUpright(pen, numbers, parts, { bias, zeros, window }) {
  const { symbol, x, cell } = parts
  const { from, to, side } = places(pen, numbers, parts, zeros)
  const box = padded(pen, numbers.shape(x).slice(-2), zeros, from)
  pen.head(numbers.maps[x].label, "", from.x, 13, from.width, numbers.maps[x].plain)
  pen.map(numbers, x, [0], box, [], undefined, false)
  madeMap(pen, numbers, symbol, cell, to)
  const top = Math.max(from.y + from.height, to.y + to.height) + 40
  const width = (pen.width - BETWEEN - EDGE) / 2
  const grid = { x: 1, y: top, width, height: Math.min(pen.height - top - FOOT, 1.05 * width) }
  const length = (/** @type {any} */ range) => ((range.count - 1) * range.step + 1) * side
  const seen = {
    x: box.x + window.columns.start * side,
    y: box.y + window.rows.start * side,
    width: length(window.columns),
    height: length(window.rows),
  }
  const low = seen.y + seen.height
  pen.shade([
    [seen.x, low],
    [seen.x + seen.width, low],
    [grid.x + grid.width, grid.y - 22],
    [grid.x, grid.y - 22],
  ])
  pen.enlarged.push({ from: seen, to: grid })
  ringIn(pen, numbers, x, window, box)
  const added = products(pen, numbers, parts, grid, bias)
  sum(pen, numbers, parts, added, to)
  ringCell(pen, numbers, symbol, cell, to)
}

/** Finds where the image and what is made of it stand, on one scale. @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {import("./convolution.js").Around["zeros"]} zeros */
function places(pen, numbers, { symbol, x }, { before, below, right }) {
  const [[rows, columns], made] = [x, symbol].map((name) => numbers.shape(name).slice(-2))
  const { stride } = /** @type {any} */ (numbers.link(symbol, x)).geometry
  const [down, across] = [rows + before + below, columns + before + right]
  const [tall, wide] = made.map((n) => n * stride)
  const side = Math.min((pen.width - BETWEEN - EDGE) / (across + wide), (0.42 * pen.height) / Math.max(down, tall))
  const from = { x: 1, y: HEAD, width: side * across, height: side * down }
  return { side, from, to: { x: from.width + BETWEEN, y: HEAD, width: side * wide, height: side * tall } }
}

/** Each pixel over the weight that lies on it, and beside them the products; what is added up. @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {Box} box @param {string | undefined} bias */
function products(pen, numbers, parts, box, bias) {
  const { x, f, k, cell, symbol } = parts
  const { window, kernel, cells } = patches(numbers, parts, 0)
  const made = window.map((value, n) => value * kernel[n])
  const known = made.filter((value) => !Number.isNaN(value))
  const added = bias ? [...known, numbers.at(bias, [cell[0]])] : known
  const [wide, high] = [box.width / k, box.height / k]
  const written = writtenSum(added, numbers.at(symbol, cell), { fits: (text) => pen.fitsUnder(text, wide) })
  const three = threeGrids(pen, window, kernel, written, wide - 12, high / 2)
  const soft = { size: SMALL, fill: pen.soft }
  pen.text(say("web.mechanism.pixel_times_kernel"), box.x, box.y - 11, soft)
  for (let row = 0; row < k; row++) {
    const half = (/** @type {number} */ n) => ({ ...box, y: box.y + row * high + (n * high) / 2, height: high / 2 })
    const at = (/** @type {number} */ n) => row * k + n
    const term = (/** @type {number} */ n) => String(at(n))
    const { limits, scale } = numbers.maps[x]
    pen.grid(window.slice(at(0), at(k)), k, limits, scale, half(0), {
      write: (value, n) => three.writes[0](value, at(n)),
      blank: "0",
      term,
      symbol: x,
      cell: (n) => cells[at(n)],
    })
    pen.grid(kernel.slice(at(0), at(k)), k, numbers.maps[f].limits, "signed", half(1), {
      write: (value, n) => `${TIMES} ${three.writes[1](value, at(n))}`,
      bold: true,
      term,
      symbol: f,
      cell: (n) => [cell[0], 0, row, n],
    })
  }
  const most = Math.max(...known.map(Math.abs), numbers.maps[symbol].limits[1])
  const right = { ...box, x: pen.width - box.width - EDGE }
  pen.text(say("web.mechanism.products"), right.x, box.y - 11, soft)
  pen.sign(three.sign, (box.x + box.width + right.x) / 2, box.y + box.height / 2)
  pen.grid(made, k, [-most, most], "signed", right, { write: three.writes[2], term: String })
  return { added, y: box.y + box.height + FOOT / 2 + 4 }
}

/** Draws what goes up and what goes down, and the total, which leads to its cell. @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {{ added: number[], y: number }} of @param {Box} to */
function sum(pen, numbers, { symbol, cell }, { added, y }, to) {
  const total = numbers.at(symbol, cell)
  const parts = totals(added).filter((value) => value !== 0)
  const written = writtenSum(parts, total, { digits: 2 })
  const name = `${numbers.maps[symbol].label}[${numbers.index(symbol, cell).join(", ")}] =`
  const texts = [...parts.map((value, n) => plus(value, written.texts[n])), equals(total, written.total).slice(0, 1)]
  const taken = (/** @type {number} */ size) =>
    texts.reduce(
      (all, text) => all + 8 + pen.widthOf(text, { size, bold: true }),
      pen.widthOfSymbol(name, { size: LARGE }) + 8,
    )
  const size = [LARGE, TEXT].find((size) => taken(size) <= pen.width - 108)
  pen.stated = size !== undefined // else the line below has its name
  let x = size ? 1 + pen.symbol(name, 1, y, { size: LARGE }) + 8 : 1
  for (const [n, text] of texts.entries()) {
    const style = { size: size ?? LARGE, bold: n < parts.length }
    pen.text(text, x, y, { ...style, fill: style.bold ? pen.hue(parts[n]) : pen.ink })
    x += pen.widthOf(text, style) + 8
  }
  const { limits, scale } = numbers.maps[symbol]
  const bar = { x: pen.width - 100, y: y - 16, width: 72, height: 32 }
  pen.total(bar, colour(total, limits, scale))
  pen.cell(total, limits, scale, bar, {
    ring: pen.ink,
    write: () => equals(total, written.total).replace(/^[=≈] /, "") || number(total),
  })
  const [left, middle] = middleOf(numbers, symbol, to, cell)
  pen.lead([bar.x + bar.width, y], [pen.width - 7, y], [pen.width - 7, middle], [left + 6, middle])
}
