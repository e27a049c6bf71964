// Windows and kernels: what the pictures of convolution and pooling share.

import { spread } from "./cell_links.js"
import { byChannel } from "./formula_values.js"

/** @import { Cell, Numbers } from "../../types/view.js" */

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
 * @param {Numbers} numbers @param {import("./formula_values.js").Term[]} all @param {string} symbol
 */
export function channelSums(numbers, all, symbol) {
  const sums = byChannel(all, symbol)
  return Array.from({ length: numbers.shape(symbol)[0] }, (_, c) => sums.get(c) ?? 0)
}
