// A sum over channels in portrait layout: one opened channel with all numbers, and the partial sums of all channels
// as a staircase.

import { exactSum } from "../../model/numbers/exact_sum.js"
import { COLON } from "../../model/numbers/format.js"
import { gridFormatters } from "../../model/numbers/printed_digits.js"
import { decimalsOrDigits, withPlus } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { HEAD } from "../sheet.js"
import {
  boxOf,
  channelName,
  drawBeam,
  drawPadded,
  drawResultMap,
  fitBox,
  kernelName,
  middleOf,
  ringCell,
} from "./windows.js"

/** @import { Sum } from "./channels.js" */
/** @import { Box, Numbers, Pen } from "../../types/view.js" */

const [BETWEEN, EDGE, TOTAL] = [30, 20, 104] // between two maps, right of the result, and room for the total
const [MOST, STEP] = [10, 20] // maximum number of steps, and the minimum width of one

/** @param {Pen} pen @param {Numbers} numbers @param {Sum} sum */
export function drawChannelsUpright(pen, numbers, sum) {
  const { made, cell, read, columns } = sum
  const strongest = columns.toSorted((one, other) => Math.abs(other.value) - Math.abs(one.value))
  const own = columns[pen.choice.open ?? strongest[0].channel]
  const wide = (pen.width - BETWEEN - EDGE) / 2
  const place = { ...fitBox(numbers, read, 1, HEAD, wide, 0.29 * pen.height) }
  const to = fitBox(numbers, made, wide + BETWEEN, HEAD, wide, 0.29 * pen.height)
  const box = drawPadded(pen, /** @type {[number, number]} */ (numbers.shape(read).slice(-2)), sum.zeros, place)
  pen.writeHead(channelName(numbers, read, own.channel), "", 1, 13, wide, numbers.maps[read].plain)
  pen.drawMap(numbers, read, [own.channel], box, [sum.ring], undefined, false)
  drawResultMap(pen, numbers, made, cell, to)
  const top = HEAD + Math.max(place.height, to.height) + 44
  const bottom = drawOpened(pen, numbers, sum, own, boxOf(numbers, read, box, sum.ring), top)
  const bar = drawTotal(pen, numbers, sum, strongest, bottom)
  const [x, y] = middleOf(numbers, made, to, cell)
  const [end, middle] = [pen.width - 7, bar.y + bar.height / 2]
  pen.drawLead([bar.x + bar.width, middle], [end, middle], [end, y], [x + 6, y])
  ringCell(pen, numbers, made, cell, to)
}

/**
 * Draw a channel's window, kernel and partial sum. Return the lower end.
 * @param {Pen} pen @param {Numbers} numbers @param {Sum} sum @param {Sum["columns"][number]} own @param {Box} window @param {number} y
 */
function drawOpened(pen, numbers, { read, f }, own, window, y) {
  const k = Math.sqrt(own.b.length)
  const width = (pen.width - BETWEEN - EDGE) / 2
  const height = Math.min(0.25 * pen.height, width)
  const boxes = [1, width + BETWEEN].map((x) => ({ x, y, width, height }))
  drawBeam(pen, window, { ...boxes[0], y: y - 22 })
  const { limits, scale } = numbers.maps[read]
  const { writes } = gridFormatters(own.a, own.b)
  const term = (/** @type {number} */ n) => `${own.channel},${n}`
  const cells = { symbol: read, cell: (/** @type {number} */ n) => own.cells[n] }
  pen.writeNote(say("web.mechanism.window"), 1, y - 11)
  pen.drawGrid(own.a, k, limits, scale, boxes[0], { write: writes[0], blank: "0", term, ...cells })
  pen.drawSign("⊙", width + BETWEEN / 2, y + height / 2)
  pen.writeNote(kernelName(numbers, f, own.at), boxes[1].x, y - 11)
  pen.drawKernel(numbers, f, own.at[0], own.at[1], boxes[1], { write: writes[1], term })
  const words = `${say("web.learn.channel", { n: own.channel })}${COLON}${withPlus(own.value, decimalsOrDigits(own.value, 3))}`
  pen.writeText(words, pen.width - EDGE, y + height + 13, {
    align: "right",
    bold: true,
    fill: pen.signColour(own.value),
  })
  return y + height + 34
}

/**
 * Draw a staircase of the largest partial sums, one step for the rest, and the bias. A click on a step opens its
 * channel.
 * @param {Pen} pen @param {Numbers} numbers @param {Sum} sum @param {Sum["columns"]} strongest @param {number} y @returns {Box} of the total
 */
function drawTotal(pen, numbers, { made, cell, columns, bias }, strongest, y) {
  const most = Math.min(MOST, Math.floor((pen.width - TOTAL) / STEP) - (bias ? 1 : 0))
  const kept = columns.length <= most ? columns : columns.filter((each) => strongest.indexOf(each) < most - 1)
  const rest = columns.filter((each) => !kept.includes(each))
  const high = Math.max(...columns.map(({ value }) => Math.abs(value)), 0)
  const limits = [-high, high]
  const terms = kept.map(({ channel, value }) => ({ value, term: String(channel), name: String(channel), limits }))
  if (rest.length)
    terms.push({ value: exactSum(rest.map(({ value }) => value)), term: "rest", name: `+${rest.length}`, limits })
  if (bias)
    terms.push({ value: numbers.at(bias, [cell[0]]), term: "b", name: numbers.maps[bias].label.slice(0, 1), limits })
  const pitch = (pen.width - TOTAL) / terms.length
  const places = [...terms.map((_, n) => (n + 0.5) * pitch), pen.width - 50]
  const box = { x: 0, y, width: pen.width, height: Math.max(pen.height - y - 30, 20) }
  const bar = pen.drawStairs(terms, numbers.at(made, cell), box, {
    places,
    figures: false,
    wide: Math.min(28, pitch * 0.62),
    room: pitch,
    paint: pen.colourOf(numbers, made, cell),
  })
  kept.forEach(({ channel }, n) => {
    const touched = { x: n * pitch, y, width: pitch, height: box.height + 30 }
    pen.addSpot(touched, String(channel), { open: channel })
  })
  return bar
}
