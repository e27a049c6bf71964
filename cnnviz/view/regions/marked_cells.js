// What is lit in a map, as text: tests read it from data-lit.

import { one } from "../model/patterns.js"

/** @import { Cell, Numbers, Range } from "../types/view.js" */

/**
 * Cells that were chosen by value.
 * @param {Cell[]} cells
 */
export const litCells = (cells) => JSON.stringify({ cells })

/**
 * Rows, columns and output of what is lit, and where a map has several of them its channels and filters.
 * @param {Numbers} numbers
 * @param {string} symbol
 * @param {Range[]} found
 */
export function litBlock(numbers, symbol, found) {
  const { kind, shape } = numbers.maps[symbol]
  const [rows, columns] = found.slice(-2)
  if (kind === "row") return JSON.stringify([found[0], one(0), null])
  if (kind === "weights") {
    const output = found[found.length - 1]
    const n = output.count === 1 && shape[shape.length - 1] > 1 ? output.start : null
    if (found.length < 4) return JSON.stringify([found[0], one(0), n])
    return JSON.stringify([found[1], found[2], n, ...(shape[0] > 1 ? [found[0]] : [])])
  }
  const several = shape.slice(0, -2).some((n) => n > 1)
  return JSON.stringify([rows, columns, null, ...(several ? found.slice(0, -2) : [])])
}
