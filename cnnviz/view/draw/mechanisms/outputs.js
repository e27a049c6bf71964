// Numbers of a row: as cells, bars or pixels.

import { drawUnits } from "./units.js"

/** @import { Box, Numbers, Pen } from "../../types/view.js" */

const [CELLS, ROWS] = [4, 12] // maximum length of a row drawn as cells, and as bars
const READ = 16.5 // height of a bar with a legible number

/**
 * Draw a row's numbers with the chosen one framed: as cells, bars or pixels, by their number. Return the position of
 * the chosen one.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number} chosen @param {Box} box @param {{ made?: boolean, limits?: number[], write?: (value: number) => string }} [how] @returns {{ x: number, y: number, width: number, height: number }}
 */
export function drawColumn(
  pen,
  numbers,
  symbol,
  chosen,
  box,
  { made = false, limits = numbers.maps[symbol].limits, write } = {},
) {
  const count = numbers.count(symbol)
  const { scale } = numbers.maps[symbol]
  const values = numbers.values(symbol)
  const ofClasses = numbers.isClasses(count, symbol)
  if (count <= CELLS) {
    const each = Math.min((box.height + 12) / count, 128)
    const cells = Array.from(values, (value, n) => {
      const place = { x: box.x, y: box.y + n * each, width: Math.min(box.width, 140), height: each - 12 }
      const own = { name: ofClasses ? numbers.nameOf(n, count, symbol) : "", term: `n${n}`, symbol, at: [n] }
      const ring = n === chosen ? (made ? pen.ink : pen.tone) : undefined
      pen.cell(value, limits, scale, place, write ? { ...own, ring, write } : { ...own, ring })
      return place
    })
    return cells[chosen] ?? cells[0]
  }
  if (count <= ROWS && box.height / count >= READ) {
    const rows = Array.from(values, (value, n) => {
      const name = ofClasses ? numbers.nameOf(n, count, symbol) : String(n)
      return { name, value, bold: n === chosen, term: `n${n}` }
    })
    const { y, line } = pen.drawRows(rows, box, { names: ofClasses ? 78 : 34 })
    return { x: box.x, y: y(chosen) - line / 2, width: box.width, height: line }
  }
  const how = { chosen, symbol, cell: (/** @type {number} */ n) => [n] }
  const { middle } = drawUnits(pen, [count], (n) => values[n], limits, scale, box, how)
  return { x: middle[0] - 8, y: middle[1] - 8, width: 16, height: 16 }
}
