// Outputs against targets: a bar per output, a ring at its target, and the distance between them.

import { largestIndex } from "../../model/numbers/extremes.js"
import { number, short } from "../../model/numbers/format.js"
import { say } from "../../model/words.js"
import { disc } from "../canvas.js"
import { SMALL } from "../sheet.js"

/** @import { Box, Numbers, Pen } from "../../types/view.js" */

const GREY = "#8fa1ba" // colour of all bars but the largest

/** @param {Pen} pen @param {Numbers} numbers @param {number} chosen @param {Box} box @param {number} each height of an output */
export function drawTargets(pen, numbers, chosen, box, each) {
  const [o, y] = [numbers.values("o"), numbers.values("y")]
  const [low, high] = [Math.min(0, ...o, ...y), Math.max(1, ...o, ...y)]
  const count = o.length
  const width = box.width - 70
  const x = (/** @type {number} */ value) => box.x + ((value - low) / (high - low)) * width
  const says = largestIndex(o)
  pen.writeHead(numbers.maps.y.label, "", box.x, 13, box.width, say("web.mechanism.target_ring"))
  for (let n = 0; n < count; n++) {
    const top = box.y + n * each + each / 2 - 32
    const bar = { x: x(low), y: top + 20, width, height: Math.min(30, each - 66) }
    bar.height = Math.max(bar.height, 12)
    pen.writeText(numbers.nameOf(n, count), bar.x, top + 6, { bold: n === chosen, room: width })
    pen.context.fillStyle = pen.line
    pen.context.fillRect(bar.x, bar.y, bar.width, bar.height)
    pen.context.fillStyle = n === says ? pen.accent : GREY
    pen.context.fillRect(Math.min(x(0), x(o[n])), bar.y, Math.max(Math.abs(x(o[n]) - x(0)), 1), bar.height)
    disc(pen.context, x(y[n]), bar.y + bar.height / 2, 9, pen.paper, pen.ink, 3)
    const [right, middle] = [bar.x + bar.width + 22, bar.y + bar.height / 2]
    pen.writeText(short(y[n]).replace(/[.,]00$/, ""), right, middle, { bold: true })
    pen.spots.push({
      box: { x: right - 6, y: middle - 12, width: 44, height: 24 },
      term: `n${n}`,
      symbol: "y",
      cell: [n],
    })
    drawGap(pen, [x(o[n]), x(y[n])], bar.y + bar.height + 12, o[n] - y[n], !pen.upright && each - bar.height > 60)
  }
}

/**
 * Draw the distance from an output to its target.
 * @param {Pen} pen @param {number[]} ends @param {number} y @param {number} by @param {boolean} worded
 */
function drawGap(pen, [from, to], y, by, worded) {
  if (Math.abs(to - from) > 14) pen.drawArrow(from, y, to, y, pen.soft, 1.5)
  pen.context.fillStyle = pen.soft
  pen.context.fillRect(from - 0.75, y - 5, 1.5, 10)
  const words =
    by === 0 ? "" : say(by < 0 ? "web.mechanism.too_low" : "web.mechanism.too_high", { value: number(Math.abs(by), 2) })
  if (worded)
    pen.writeText(words, (from + to) / 2, y + 18, {
      size: SMALL,
      align: Math.abs(to - from) < 90 ? (to < from ? "left" : "right") : "center",
    })
}
