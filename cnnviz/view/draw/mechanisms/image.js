// The image: a pixel and the numbers around it.

import { singleIndex } from "../../model/explain/cell_links.js"
import { storedPixel } from "../../model/explain/explanation.js"
import { say } from "../../model/words.js"
import { HEAD } from "../sheet.js"
import { drawPhotograph } from "./photograph.js"
import { channelName, fitBox } from "./windows.js"

/** @import { Numbers, Pen, Picture } from "../../types/view.js" */

const PATCH = 7 // rows and columns of printed pixels
const FEW = 5 // the same beside a photograph and its three channels

/** @type {Picture} */
export function drawPatch(pen, numbers, _symbol, cell) {
  const [channels, rows, columns] = numbers.shape("x")
  const { photo } = numbers.answer.arrays
  if (photo) return drawPhotograph(pen, numbers, cell, photo.values)
  const wanted = channels === COLOURS ? FEW : PATCH
  const [down, right] = [Math.min(wanted, rows), Math.min(wanted, columns)]
  const top = Math.min(Math.max(cell[1] - (wanted >> 1), 0), rows - down)
  const left = Math.min(Math.max(cell[2] - (wanted >> 1), 0), columns - right)
  const side = (pen.upright ? 0.5 * pen.height : pen.height) - HEAD - 26
  const ring = { rows: { start: top, count: down, step: 1 }, columns: { start: left, count: right, step: 1 } }
  const own = { rows: singleIndex(cell[1]), columns: singleIndex(cell[2]), strong: true }
  const box =
    channels === COLOURS
      ? drawColours(pen, numbers, cell[0], [ring, own])
      : fitBox(numbers, "x", 4, HEAD, pen.width * (pen.upright ? 1 : 0.42), side)
  if (channels !== COLOURS) {
    pen.writeHead(channelName(numbers, "x", cell[0]), `${rows}×${columns}`, box.x, 13, box.width, numbers.maps.x.plain)
    pen.drawMap(numbers, "x", [cell[0]], box, [ring, own])
  }
  const [at, under] = pen.upright ? [4, box.y + box.height + 2 * HEAD] : [box.x + box.width + 50, HEAD]
  const values = Array.from({ length: down * right }, (_, n) =>
    numbers.at("x", [cell[0], top + Math.floor(n / right), left + (n % right)]),
  )
  const high = pen.upright ? Math.min(pen.height - under - 4, 0.75 * pen.width) : side
  const grid = { x: at, y: under, width: Math.min(pen.width - at - 10, high * 1.6), height: high }
  pen.drawGrid(values, right, numbers.maps.x.limits, "pixel", grid, {
    write: (value) => String(storedPixel(numbers, value)),
    symbol: "x",
    cell: (n) => [cell[0], top + Math.floor(n / right), left + (n % right)],
  })
  pen.outlineCellAt(grid, down, right, cell[1] - top, cell[2] - left, pen.tone)
  const named = channels === COLOURS ? say(CHANNELS[cell[0]]) : ""
  pen.writeNote([named, say("web.mechanism.pixels")].filter(Boolean).join(", "), at, under - 17, { room: grid.width })
  if (pen.upright) return
  if (channels === COLOURS) return pen.drawArrow(at - 38, HEAD + box.height / 2, at - 10, HEAD + box.height / 2)
  const scale = box.width / columns
  pen.drawThread([box.x + (left + right) * scale, box.y + top * (box.height / rows)], [at, HEAD])
  pen.drawThread([box.x + (left + right) * scale, box.y + (top + down) * (box.height / rows)], [at, HEAD + side])
}

const COLOURS = 3
const CHANNELS = ["web.channels.red", "web.channels.green", "web.channels.blue"]

// Draw the photograph with its three channels beside it.
/** @param {Pen} pen @param {Numbers} numbers @param {number} chosen @param {import("../sheet.js").Ring[]} rings */
function drawColours(pen, numbers, chosen, rings) {
  const [, rows, columns] = numbers.shape("x")
  const free = pen.height - HEAD - 26
  const shares = pen.upright ? [0.23, 0.22] : [0.175, 0.13]
  const [photo, each] = shares.map((share) => fitBox(numbers, "x", 4, HEAD, pen.width * share, free))
  const values = numbers.values("x")
  const [, most] = numbers.maps.x.limits
  const size = rows * columns
  if (!pen.upright) pen.writeNote(say("web.mechanism.photograph"), 4, 13)
  pen.pixels(rows, columns, (n) => [0, 1, 2].map((c) => Math.round((255 * values[c * size + n]) / most)), photo, rings)
  const from = photo.x + photo.width + (pen.upright ? 16 : 26)
  pen.drawSign("=", (photo.x + photo.width + from) / 2, HEAD + each.height / 2)
  for (let c = 0; c < COLOURS; c++) {
    const box = { ...each, x: from + c * (each.width + 8) }
    pen.writeHead(channelName(numbers, "x", c), "", box.x, 13, box.width, say(CHANNELS[c]))
    pen.drawMap(numbers, "x", [c], box, c === chosen ? rings : [])
  }
  return { ...each, x: from, width: COLOURS * (each.width + 8) - 8 }
}
