// A kernel weight and what it multiplies.

import { say } from "../../model/words.js"
import { HEAD } from "../sheet.js"
import { boxOf, fitBox, kernelName, ranges, writeChannelName } from "./windows.js"

/** @import { Picture } from "../../types/view.js" */

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
