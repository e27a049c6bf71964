// Windows and kernels: what the pictures of a convolution and of pooling have in common.

import { one, spread } from "../../model/explain/cell_links.js"
import { byChannel } from "../../model/explain/formula_values.js"
import { product } from "../../model/numbers/printed_digits.js"
import { say } from "../../model/words.js"
import { SMALL } from "../sheet.js"

/** @import { Box, Cell, Numbers, Pen, Range } from "../../types/view.js" */
/** @typedef {{ symbol: string, x: string, f: string, k: number, cell: Cell, met: [Cell, Cell][] }} Parts  of a convolution: what it makes, reads and multiplies with, one of its cells, and which cell meets which weight there */

/** Tells how a channel of a map is called. @param {Numbers} numbers @param {string} symbol @param {number} c */
export const channelName = (numbers, symbol, c) =>
  `${numbers.maps[symbol].label}${numbers.shape(symbol)[0] > 1 && numbers.maps[symbol].kind === "map" ? `[${c}]` : ""}`

/** Rows by columns, as a note over a map. @param {Numbers} numbers @param {string} symbol */
export const sizeOf = (numbers, symbol) => numbers.shape(symbol).slice(-2).join(" × ")

/** A box of the proportions of a map, at most so wide and high. @param {Numbers} numbers @param {string} symbol @param {number} x @param {number} y @param {number} width @param {number} height @returns {Box} */
export function fitted(numbers, symbol, x, y, width, height) {
  const [rows, columns] = numbers.shape(symbol).slice(-2)
  const side = Math.min(width / columns, height / rows)
  return { x, y, width: side * columns, height: side * rows }
}

/** Writes over a channel of a map what it is called. @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number} c @param {Box} box @param {{ word?: string, note?: string, width?: number, fill?: string }} [how] `word`: instead of its own */
export function titled(pen, numbers, symbol, c, box, how = {}) {
  const { word = numbers.maps[symbol].plain, note = "", width = box.width, fill } = how
  pen.head(channelName(numbers, symbol, c), note, box.x, box.y - 17, width, word, fill)
}

/** The channel of a cell of what a stage makes, with its name and a frame; its colours begin `indent` from the left. @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Cell} cell @param {Box} box @param {number} [indent] */
export function madeMap(pen, numbers, symbol, [channel], box, indent = 0) {
  const { limits, scale } = numbers.maps[symbol]
  titled(pen, numbers, symbol, channel, box, { note: sizeOf(numbers, symbol), fill: pen.tone })
  pen.map(numbers, symbol, [channel], box, [], limits, !indent)
  if (indent) pen.ends(limits, scale, { ...box, x: box.x + indent, width: box.width - indent })
  pen.frame(box, "made")
}

/** Tells how a kernel is called, by filter and channel where there are several. @param {Numbers} numbers @param {string} symbol @param {Cell} cell */
export function kernelName(numbers, symbol, cell) {
  const several = numbers
    .shape(symbol)
    .slice(0, 2)
    .map((n) => n > 1)
  const index = cell.slice(0, 2).filter((_, axis) => several[axis])
  return `${numbers.maps[symbol].label}${index.length ? `[${index.join(",")}]` : ""}`
}

/** The rows and columns of a source that a cell reads. @param {Numbers} numbers @param {string} symbol @param {string} source @param {Cell} cell */
export function ranges(numbers, symbol, source, cell) {
  const link = numbers.link(symbol, source)
  const reached = link ? numbers.reach(link, cell) : []
  return { rows: reached[1], columns: reached[2] }
}

/** The rows and columns under a window, those of the padding among them. @param {Numbers} numbers @param {string} symbol @param {string} source @param {Cell} cell */
export function underWindow(numbers, symbol, source, cell) {
  const link = numbers.link(symbol, source)
  const reached = link ? spread(link, cell, numbers.shape(source)) : []
  return { rows: reached[1], columns: reached[2] }
}

/** Tells how many rows and columns of zeros stand around what a window slides over. @param {Numbers} numbers @param {string} symbol @param {string} source */
export function padding(numbers, symbol, source) {
  const { geometry: g, places } = /** @type {any} */ (numbers.link(symbol, source))
  const [rows, columns] = numbers.shape(source).slice(-2)
  const after = (/** @type {number} */ size, /** @type {number} */ n) =>
    Math.max(0, g.stride * (n - 1) + g.dilation * (g.k - 1) + 1 - g.before - size)
  return { before: g.before, below: after(rows, places[0]), right: after(columns, places[1]) }
}

/** A padded map in a place: its own box, and the zeros around it drawn. @param {Pen} pen @param {number[]} shape rows and columns @param {ReturnType<typeof padding>} zeros @param {Box} place @returns {Box} */
export function padded(pen, [rows, columns], { before, below, right }, place) {
  const [down, across] = [rows + before + below, columns + before + right]
  const cell = Math.min(place.width / across, place.height / down)
  const box = { x: place.x + before * cell, y: place.y + before * cell, width: cell * columns, height: cell * rows }
  if (down === rows && across === columns) return box
  const { context } = pen
  context.fillStyle = pen.line // around the map alone, which may lie under the picture
  context.beginPath()
  context.rect(place.x, place.y, cell * across, cell * down)
  context.rect(box.x, box.y, box.width, box.height)
  context.fill("evenodd")
  context.lineWidth = 1
  context.strokeStyle = pen.soft
  context.setLineDash([2, 2])
  context.strokeRect(place.x - 0.5, place.y - 0.5, cell * across + 1, cell * down + 1)
  context.setLineDash([])
  return box
}

/** The box of ranges of a map's cells. @param {Numbers} numbers @param {string} symbol @param {Box} map @param {{ rows: Range, columns: Range }} range @returns {Box} */
export function boxOf(numbers, symbol, map, { rows, columns }) {
  const [down, across] = numbers.shape(symbol).slice(-2)
  const [w, h] = [map.width / across, map.height / down]
  const length = (/** @type {Range} */ range) => (range.count - 1) * Math.abs(range.step) + 1
  return {
    x: map.x + columns.start * w,
    y: map.y + rows.start * h,
    width: length(columns) * w,
    height: length(rows) * h,
  }
}

/** Rings cells of a map. @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {import("../sheet.js").Ring} ring @param {Box} map */
export function ringIn(pen, numbers, symbol, ring, map) {
  const [rows, columns] = numbers.shape(symbol).slice(-2)
  pen.ring(ring, rows, columns, map)
}

/** Rings one cell of a map. @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Cell} cell @param {Box} map */
export const ringCell = (pen, numbers, symbol, [, row, column], map) =>
  ringIn(pen, numbers, symbol, { rows: one(row), columns: one(column), strong: true }, map)

/** Lets some cells of a map be pointed at as the terms of a sum, the first as its first. @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Cell[]} cells @param {Box} map */
export function spotTerms(pen, numbers, symbol, cells, map) {
  cells.forEach(([, row, column], n) => {
    const box = boxOf(numbers, symbol, map, { rows: one(row), columns: one(column) })
    pen.spot(box, String(n))
  })
}

/** Finds where the middle of a cell lies. @param {Numbers} numbers @param {string} symbol @param {Box} map @param {Cell} cell */
export function middleOf(numbers, symbol, map, cell) {
  const { x, y, width, height } = boxOf(numbers, symbol, map, { rows: one(cell[1]), columns: one(cell[2]) })
  return [x + width / 2, y + height / 2]
}

/** What is made when it is first asked for. @template T @param {() => T} make @returns {() => T} */
export function once(make) {
  /** @type {T | undefined} */
  let made
  return () => {
    made ??= make()
    return made
  }
}

/** Every cell of a map belongs to the term that it meets, if it meets one. @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Box} box @param {() => Map<string, string>} terms by row and column, "3,4": worked out where somebody points @param {(row: number, column: number) => string} [words] */
export function meets(pen, numbers, symbol, box, terms, words) {
  const [rows, columns] = numbers.shape(symbol).slice(-2)
  const places = once(() => new Map([...terms()].map(([place, term]) => [term, place])))
  pen.fields.push({
    box,
    rows,
    columns,
    term: (row, column) => terms().get(`${row},${column}`) ?? "",
    place: (term) => /** @type {[number, number] | null} */ (places().get(term)?.split(",").map(Number) ?? null),
    say: words,
  })
}

/** From a window in a map to the window enlarged, right of it or below. @param {Pen} pen @param {Box} window @param {Box} large */
export function beam(pen, window, large) {
  const right = large.x >= window.x + window.width
  const [end, low] = [window.x + window.width, window.y + window.height]
  const near = right
    ? [
        [end, window.y],
        [end, low],
      ]
    : [
        [window.x, low],
        [end, low],
      ]
  const far = right ? [large.x, large.y + large.height] : [large.x + large.width, large.y]
  pen.shade([...near, far, [large.x, large.y]])
  const [from, to] = [window, large].sort((one, other) => one.width - other.width)
  pen.enlarged.push({ from, to })
}

/** What lies under a kernel (NaN in the padding), the kernel, and which cells these are, as flat grids. @param {Numbers} numbers @param {{ f: string, read: string, met: [Cell, Cell][] }} of @param {[number, number]} kernel filter and channel @param {number} layer of what is read @returns {{ a: number[], b: number[], cells: Cell[] }} */
export function underKernel(numbers, { f, read, met }, [m, c], layer) {
  const k = numbers.shape(f)[2]
  const a = Array(k * k).fill(Number.NaN)
  /** @type {Cell[]} */
  const cells = []
  for (const [at, weight] of met) {
    if (at[0] !== layer) continue
    a[weight[2] * k + weight[3]] = numbers.at(read, at)
    cells[weight[2] * k + weight[3]] = at
  }
  return { a, b: Array.from({ length: k * k }, (_, n) => numbers.at(f, [m, c, Math.floor(n / k), n % k])), cells }
}

/** Tells whether a note can be read in its room, where it is squeezed. @param {Pen} pen @param {string} text @param {number} room */
export const isLegible = (pen, text, room) => 0.7 * pen.widthOf(text, { size: SMALL }) < room

/** Draws the largest product, with a ring in each grid, where cells are too small for their numbers. @param {Pen} pen @param {{ a: number[], b: number[], k: number, boxes: Box[] }} grids @param {number} x @param {number} y @param {number} room */
export function largest(pen, { a, b, k, boxes }, x, y, room) {
  const size = (/** @type {number} */ n) => Math.abs(a[n] * b[n]) || 0
  const n = a.reduce((best, _, at) => (size(at) > size(best) ? at : best), 0)
  if (!size(n)) return
  const ring = { rows: one(Math.floor(n / k)), columns: one(n % k), strong: true }
  for (const box of boxes) pen.ring(ring, k, k, box)
  const alone = product(a[n], b[n])
  const words = say("web.mechanism.largest_product", { product: alone })
  pen.text(isLegible(pen, words, room) ? words : alone, x, y, { size: SMALL, room })
}

/** Gives what each channel of a source adds. @param {Numbers} numbers @param {import("../../model/explain/formula_values.js").Term[]} all @param {string} symbol */
export function channelSums(numbers, all, symbol) {
  const found = byChannel(all, symbol)
  return Array.from({ length: numbers.shape(symbol)[0] }, (_, c) => found.get(c) ?? 0)
}
