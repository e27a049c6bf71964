// Windows and kernels: what the diagrams of convolution and pooling share.

import { singleIndex, spread } from "../../model/explain/cell_links.js"
import { byChannel } from "../../model/explain/formula_values.js"

/** @import { Box, Cell, Numbers, Pen, Range } from "../../types/view.js" */

/** Return the name of a map's channel. @param {Numbers} numbers @param {string} symbol @param {number} c */
export const channelName = (numbers, symbol, c) =>
  `${numbers.maps[symbol].label}${numbers.shape(symbol)[0] > 1 && numbers.maps[symbol].kind === "map" ? `[${c}]` : ""}`

/** Return "rows × columns" of a map. @param {Numbers} numbers @param {string} symbol */
export const sizeOf = (numbers, symbol) => numbers.shape(symbol).slice(-2).join(" × ")

/**
 * Return a box with the proportions of a map, within a maximum size.
 * @param {Numbers} numbers @param {string} symbol @param {number} x @param {number} y @param {number} width @param {number} height @returns {Box}
 */
export function fitBox(numbers, symbol, x, y, width, height) {
  const [rows, columns] = numbers.shape(symbol).slice(-2)
  const side = Math.min(width / columns, height / rows)
  return { x, y, width: side * columns, height: side * rows }
}

/**
 * Write the name of a map's channel above it.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number} c @param {Box} box @param {{ word?: string, note?: string, width?: number, fill?: string }} [how] `word` replaces the map's own
 */
export function writeChannelName(pen, numbers, symbol, c, box, how = {}) {
  const { word = numbers.maps[symbol].plain, note = "", width = box.width, fill } = how
  pen.writeHead(channelName(numbers, symbol, c), note, box.x, box.y - 17, width, word, fill)
}

/**
 * Draw the channel of a cell of the stage's result, with its name and a frame. Its colour bar starts `indent` from
 * the left.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Cell} cell @param {Box} box @param {number} [indent]
 */
export function drawResultMap(pen, numbers, symbol, [channel], box, indent = 0) {
  const { limits, scale } = numbers.maps[symbol]
  writeChannelName(pen, numbers, symbol, channel, box, { note: sizeOf(numbers, symbol), fill: pen.tone })
  pen.drawMap(numbers, symbol, [channel], box, [], limits, !indent)
  if (indent) pen.drawColourBar(limits, scale, { ...box, x: box.x + indent, width: box.width - indent })
  pen.frame(box, "made")
}

/**
 * Return the name of a kernel, with filter and channel if there are several.
 * @param {Numbers} numbers @param {string} symbol @param {Cell} cell
 */
export function kernelName(numbers, symbol, cell) {
  const several = numbers
    .shape(symbol)
    .slice(0, 2)
    .map((n) => n > 1)
  const index = cell.slice(0, 2).filter((_, axis) => several[axis])
  return `${numbers.maps[symbol].label}${index.length ? `[${index.join(",")}]` : ""}`
}

/**
 * Return the rows and columns of a source that a cell reads.
 * @param {Numbers} numbers @param {string} symbol @param {string} source @param {Cell} cell
 */
export function ranges(numbers, symbol, source, cell) {
  const link = numbers.link(symbol, source)
  const reached = link ? numbers.reach(link, cell) : []
  return { rows: reached[1], columns: reached[2] }
}

/**
 * Return the rows and columns under a window, including padding.
 * @param {Numbers} numbers @param {string} symbol @param {string} source @param {Cell} cell
 */
export function underWindow(numbers, symbol, source, cell) {
  const link = numbers.link(symbol, source)
  const reached = link ? spread(link, cell, numbers.shape(source)) : []
  return { rows: reached[1], columns: reached[2] }
}

/**
 * Return the number of rows and columns of zeros around a window's input.
 * @param {Numbers} numbers @param {string} symbol @param {string} source
 */
export function padding(numbers, symbol, source) {
  const { geometry: g, places } = /** @type {any} */ (numbers.link(symbol, source))
  const [rows, columns] = numbers.shape(source).slice(-2)
  const after = (/** @type {number} */ size, /** @type {number} */ n) =>
    Math.max(0, g.stride * (n - 1) + g.dilation * (g.k - 1) + 1 - g.before - size)
  return { before: g.before, below: after(rows, places[0]), right: after(columns, places[1]) }
}

/**
 * Return the box around these rows and columns of a map.
 * @param {Numbers} numbers @param {string} symbol @param {Box} map @param {{ rows: Range, columns: Range }} range @returns {Box}
 */
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

/**
 * Draw a ring around cells of a map.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {import("../sheet.js").Ring} ring @param {Box} map
 */
function drawRingIn(pen, numbers, symbol, ring, map) {
  const [rows, columns] = numbers.shape(symbol).slice(-2)
  pen.ring(ring, rows, columns, map)
}

/**
 * Draw a ring around one cell of a map.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Cell} cell @param {Box} map
 */
export const ringCell = (pen, numbers, symbol, [, row, column], map) =>
  drawRingIn(pen, numbers, symbol, { rows: singleIndex(row), columns: singleIndex(column), strong: true }, map)

/**
 * Return the centre of a cell.
 * @param {Numbers} numbers @param {string} symbol @param {Box} map @param {Cell} cell
 */
export function middleOf(numbers, symbol, map, cell) {
  const { x, y, width, height } = boxOf(numbers, symbol, map, {
    rows: singleIndex(cell[1]),
    columns: singleIndex(cell[2]),
  })
  return [x + width / 2, y + height / 2]
}

/**
 * Return a function that calls `make` once and caches its result.
 * @template T @param {() => T} make @returns {() => T}
 */
export function once(make) {
  /** @type {T | undefined} */
  let made
  return () => {
    made ??= make()
    return made
  }
}

/**
 * Draw lines from a window in a map to its enlargement, to the right or below.
 * @param {Pen} pen @param {Box} window @param {Box} large
 */
export function drawBeam(pen, window, large) {
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
  pen.drawShade([...near, far, [large.x, large.y]])
  const [from, to] = [window, large].sort((one, other) => one.width - other.width)
  pen.enlarged.push({ from, to })
}

/**
 * Return flat grids of the inputs under a kernel (NaN in the padding), the kernel, and the cells of both.
 * @param {Numbers} numbers @param {{ f: string, read: string, met: [Cell, Cell][] }} of @param {[number, number]} kernel filter and channel @param {number} layer channel of the input @returns {{ a: number[], b: number[], cells: Cell[] }}
 */
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

/**
 * Return the sum of each channel's terms.
 * @param {Numbers} numbers @param {import("../../model/explain/formula_values.js").Term[]} all @param {string} symbol
 */
export function channelSums(numbers, all, symbol) {
  const found = byChannel(all, symbol)
  return Array.from({ length: numbers.shape(symbol)[0] }, (_, c) => found.get(c) ?? 0)
}
