// A map flattened into a row.

import { singleIndex } from "../../model/explain/cell_links.js"
import { say } from "../../model/words.js"
import { HEAD, SMALL } from "../sheet.js"
import { channelName, fitBox } from "./windows.js"

/** @import { Numbers, Pen, Picture } from "../../types/view.js" */

const STRIP = 22 // height of a row of the list

/** Draw the rows of a map joined end to end. @type {Picture} */
export function drawFlatten(pen, numbers, _symbol, cell) {
  const [link] = numbers.links("v")
  const shape = numbers.shape(link.source)
  const at = numbers.offset("v", cell)
  const count = numbers.count("v")
  const values = numbers.values("v")
  const { limits, scale } = numbers.maps.v
  if (shape.length === 3) drawUnrolled(pen, numbers, link.source, cell)
  const strip = { x: 24, y: pen.height - 50, width: pen.width - 40, height: STRIP }
  pen.writeText("v", 4, strip.y + STRIP / 2, { size: 22, math: true })
  const ring = { rows: singleIndex(0), columns: singleIndex(at), strong: true }
  pen.picture(1, count, (n) => values[n], limits, scale, strip, [ring])
  const [words, end] = [say("web.mechanism.number_of", { n: at, count }), String(count - 1)]
  pen.writeText(words, strip.x + strip.width / 2, pen.height - 15, { size: SMALL, align: "center" })
  if (pen.widthOf(words, { size: SMALL }) + 2 * pen.widthOf(end) > strip.width) return
  pen.writeNote("0", strip.x, pen.height - 15)
  pen.writeNote(end, strip.x + strip.width, pen.height - 15, { align: "right" })
}

// Draw the first rows, the explained one and the last, each at its origin and its position in the list.
/** @param {Pen} pen @param {Numbers} numbers @param {string} map @param {number[]} cell */
function drawUnrolled(pen, numbers, map, cell) {
  const [, rows, columns] = numbers.shape(map)
  const box = fitBox(numbers, map, 4, HEAD, pen.width * (pen.upright ? 0.6 : 0.26), pen.height - HEAD - 92)
  pen.writeHead(channelName(numbers, map, cell[0]), "", box.x, 13, box.width, numbers.maps[map].plain)
  const ring = { rows: singleIndex(cell[1]), columns: singleIndex(cell[2]), strong: true }
  const shown = [...new Set(pen.upright ? [cell[1]] : [0, 1, cell[1], rows - 1])]
    .filter((row) => row < rows)
    .sort((a, b) => a - b)
  const along = { start: 0, count: columns, step: 1 }
  pen.drawMap(numbers, map, [cell[0]], box, [...shown.map((row) => ({ rows: singleIndex(row), columns: along })), ring])
  const left = box.x + box.width + 40
  const gaps = shown.filter((row, i) => i > 0 && row - shown[i - 1] > 1).length
  const wide = (pen.width - left - 8 - 26 * gaps) / shown.length
  const from = numbers.offset(map, [cell[0], 0, 0])
  const { limits, scale } = numbers.maps[map]
  let x = left
  shown.forEach((row, i) => {
    if (i && row - shown[i - 1] > 1) {
      pen.writeText("…", x + 13, 42 + STRIP / 2, { align: "center" })
      x += 26
    }
    const line = { x: box.x + box.width, y: box.y + (row * box.height) / rows, height: box.height / rows }
    drawRibbon(pen, line, { x, y: 42 + STRIP, width: wide })
    const start = from + row * columns
    pen.writeText(say("web.mechanism.row", { row }), x + wide / 2, 14, { size: SMALL, bold: true, align: "center" })
    pen.writeText(`v[${start} … ${start + columns - 1}]`, x + wide / 2, 30, {
      size: SMALL,
      math: true,
      align: "center",
      room: wide,
    })
    const own = row === cell[1] ? [{ rows: singleIndex(0), columns: singleIndex(cell[2]), strong: true }] : []
    const value = (/** @type {number} */ n) => numbers.values(map)[start + n]
    pen.picture(1, columns, value, limits, scale, { x, y: 42, width: wide, height: STRIP }, own)
    x += wide
  })
}

// Draw a ribbon from a row of the map to its position in the list.
/** @param {Pen} pen @param {{ x: number, y: number, height: number }} row @param {{ x: number, y: number, width: number }} place */
function drawRibbon(pen, row, place) {
  const { context } = pen
  const low = row.y + row.height
  const end = place.x + place.width
  context.fillStyle = pen.tone
  context.globalAlpha = 0.13
  context.beginPath()
  context.moveTo(row.x, row.y)
  context.bezierCurveTo(place.x, row.y, place.x, row.y, place.x, place.y)
  context.lineTo(end, place.y)
  context.bezierCurveTo(end, low, end, low, row.x, low)
  context.fill()
  context.globalAlpha = 1
}
