// The loss: a curve per output, with the output's position and slope on it.

import { lossOf } from "../../model/explain/formula_values.js"
import { number, short } from "../../model/numbers/format.js"
import { equalsText } from "../../model/numbers/printed_digits.js"
import { say } from "../../model/words.js"
import { clipTo, drawLine } from "../canvas.js"
import { HEAD } from "../sheet.js"
import { drawAgainstTargets, drawColumn, drawLosses, drawOutputs as rows } from "./outputs.js"

/** @import { Box, Numbers, Pen, Picture } from "../../types/view.js" */

const [MOST, NARROW] = [4, 2] // maximum number of outputs with a curve each, in landscape and in portrait layout
const LINES = 60 // number of segments of a curve
const HALF = 34 // half the width of an output's label
const WIDE = 330 // width below which the total of a sum is no wider than its steps
const DOTS = 0.44 // share of the height above the outputs and targets, in portrait layout
const BESIDE = 0.12 // room beside the outermost output or target

/**
 * Return the outputs that have a curve each: all if they are few, else those that contribute to the loss.
 * @param {Numbers} numbers
 */
export function outputsWithCurve(numbers) {
  const all = Array.from({ length: numbers.count("o") }, (_, n) => n)
  const adding = all.filter((n) => [0.25, 0.75].some((value) => lossOf(numbers, n, value) !== 0))
  const few = adding.length < all.length && all.length > 2 ? adding : all
  return few.length <= MOST ? few : []
}

/** Draw each output's contribution to the loss, and their sum. @type {Picture} */
export function drawHeights(pen, numbers, symbol, cell) {
  const outputs = outputsWithCurve(numbers)
  if (pen.upright && outputs.length > NARROW) return drawLosses(pen, numbers, symbol, cell)
  const alone = outputs.length < numbers.count("o")
  const left = alone && !pen.upright ? pen.width * 0.42 : 0
  if (alone) {
    const box = pen.upright
      ? { x: 4, y: DOTS * pen.height + HEAD, width: pen.width - 8 }
      : { x: 4, y: HEAD, width: left - 30 }
    pen.writeRich(say("web.mechanism.dots", { symbol: "<i>o</i>" }), 4, box.y - 17, { fill: pen.soft, room: box.width })
    pen.drawDots(
      drawAgainstTargets(pen, numbers, outputs[0]),
      { ...box, height: pen.height - box.y - 24 },
      { names: 86 },
    )
  }
  const end = outputs.length > 1 && !pen.upright ? pen.width * 0.68 : pen.width
  const scale = scaleOf(numbers)
  boxesOf(pen, outputs.length, left, end, alone ? DOTS : 0.6).forEach((box, i) => {
    const n = outputs[i]
    const at = drawCurve(pen, numbers, n, box, scale)
    const bar = { x: at.x(at.o) - 8, y: at.y(at.height), width: 16, height: Math.max(at.y(0) - at.y(at.height), 1) }
    pen.context.fillStyle = pen.pos
    pen.context.globalAlpha = 0.75
    pen.context.fillRect(bar.x, bar.y, bar.width, bar.height)
    pen.context.globalAlpha = 1
    pen.addSpot(bar, `n${n}`)
    pen.drawDot(at.x(at.o), at.y(at.height), pen.tone)
    const text = number(at.height, 4)
    const cut = at.x(at.o) - 14 < pen.widthOf(text, { bold: true }) // left of the bar
    const right = cut || (at.o > at.target && at.x(at.o) + 74 < pen.width)
    const align = /** @type {CanvasTextAlign} */ (right ? "left" : "right")
    pen.writeText(text, at.x(at.o) + (right ? 14 : -14), at.y(at.height / 2), {
      bold: true,
      fill: pen.pos,
      align,
      halo: true,
    })
  })
  if (outputs.length > 1) drawStack(pen, numbers, outputs, end)
}

// Draw the contributions one after another, and the loss.
/** @param {Pen} pen @param {Numbers} numbers @param {number[]} outputs @param {number} end */
function drawStack(pen, numbers, outputs, end) {
  if (!pen.upright) pen.drawArrow(end + 6, pen.height / 2, end + 40, pen.height / 2)
  const terms = outputs.map((n) => ({
    value: lossOf(numbers, n, numbers.values("o")[n]),
    name: nameOf(numbers, n),
    term: `n${n}`,
  }))
  const box = pen.upright
    ? { x: 0, y: 0.64 * pen.height, width: pen.width, height: 0.36 * pen.height - 50 }
    : { x: end + 60, y: HEAD + 20, width: pen.width - end - 60, height: pen.height - HEAD - 80 }
  const pitch = box.width / (terms.length + (box.width < WIDE ? 1.4 : 1)) // the total is written from the right edge
  const places = Array.from({ length: terms.length + 1 }, (_, n) => box.x + (n + 0.5) * pitch)
  const total = pen.drawStairs(terms, numbers.values("L")[0], box, {
    places,
    digits: pitch < 110 ? 3 : 4,
    room: pitch,
    wide: Math.min(64, pitch * 0.6),
  })
  pen.writeSymbol("L", total.x + total.width / 2 - 6, Math.min(total.y, box.y + box.height - 20) - 16, {
    fill: pen.tone,
  })
}

/** Draw the tangent at each output, whose slope is the gradient. @type {Picture} */
export function drawTangents(pen, numbers, symbol, cell) {
  const scale = scaleOf(numbers)
  const outputs = outputsWithCurve(numbers)
  if (pen.upright && outputs.length > NARROW) return rows(pen, numbers, symbol, cell)
  const left = pen.upright ? 0 : 200
  const top = pen.upright ? 0.64 * pen.height : HEAD + 4
  pen.writeHead(numbers.maps[symbol].label, "", 4, top - 21, 170, say("web.mechanism.slopes"), pen.tone)
  const box = { x: 4, y: top, width: 132, height: pen.height - top - (pen.upright ? 0 : 36) }
  drawColumn(pen, numbers, symbol, cell[0], box, { made: true })
  if (pen.upright) pen.drawArrow(pen.width / 2, top - 6, pen.width / 2 - 34, top + 28)
  else pen.drawArrow(left - 4, pen.height / 2, left - 44, pen.height / 2)
  boxesOf(pen, outputs.length, left, pen.width).forEach((box, i) => {
    const n = outputs[i]
    const slope = numbers.values(symbol)[n]
    const title = say("web.mechanism.slope", { name: nameOf(numbers, n), value: number(slope, 4) })
    const at = drawCurve(pen, numbers, n, box, scale, title, slope < 0 ? pen.neg : pen.pos)
    const run = 0.22 * (scale.high - scale.low)
    const { context } = pen
    context.strokeStyle = pen.tone
    context.lineWidth = n === cell[0] ? 3 : 2
    const ends = [-run, run].map((by) => [at.x(at.o + by), at.y(at.height + by * slope)])
    clipTo(context, { ...box, y: box.y - 4, height: box.height + 8 }, () => drawLine(context, ...ends))
    pen.drawDot(at.x(at.o), at.y(at.height), pen.tone)
    drawRise(pen, at, slope, scale.top)
  })
}

// Draw the rise or fall of the line over one step: per unit, this is its slope.
/** @param {Pen} pen @param {{ x: (value: number) => number, y: (value: number) => number, o: number, height: number }} at @param {number} slope @param {number} top */
function drawRise(pen, at, slope, top) {
  const run = [0.2, 0.1, 0.05].find((step) => at.height + Math.abs(slope) * step < 0.95 * top) ?? 0.05
  const [from, to] = slope < 0 ? [at.o - run, at.o] : [at.o, at.o + run]
  const line = at.y(at.height + slope * (from - at.o))
  const end = at.y(at.height + slope * (to - at.o))
  const fill = slope < 0 ? pen.neg : pen.pos
  pen.drawThread([at.x(from), line], [at.x(to), line])
  pen.context.fillStyle = fill
  pen.context.fillRect(at.x(to) - 1, Math.min(line, end), 2, Math.abs(end - line))
  const fits = at.x(to) + 60 < pen.width
  pen.writeText(`${slope < 0 ? "" : "+"}${number(slope * run, 2)}`, at.x(to) + (fits ? 6 : -6), (line + end) / 2, {
    bold: true,
    fill,
    halo: true,
    align: fits ? "left" : "right",
  })
  pen.writeNote(short(run), (at.x(from) + at.x(to)) / 2, line + (slope < 0 ? -10 : 11), { align: "center" })
}

/** @param {Numbers} numbers @param {number} n */
const nameOf = (numbers, n) => numbers.nameOf(n, numbers.count("o"))

/**
 * Return one scale for all curves. A curve that is undefined outside of 0 … 1 ends there.
 * @param {Numbers} numbers
 */
function scaleOf(numbers) {
  const outputs = outputsWithCurve(numbers)
  const [o, y] = [numbers.values("o"), numbers.values("y")]
  const all = [...outputs.flatMap((n) => [o[n], y[n]]), 0, 1]
  const beside = BESIDE * (Math.max(...all) - Math.min(...all))
  const ends = [Math.min(...all) - beside, Math.max(...all) + beside]
  const open = outputs.every((n) => ends.every((end) => Number.isFinite(lossOf(numbers, n, end))))
  const [low, high] = open ? ends : [0, 1]
  const far = outputs.map((n) => lossOf(numbers, n, y[n] > 0.5 ? 0 : 1)).filter(Number.isFinite)
  const least = far.length ? Math.max(...far) / 4 : 1.5 / (outputs.length || 1)
  return { low, high, top: Math.max(2.3 * Math.max(...outputs.map((n) => lossOf(numbers, n, o[n]))), least) }
}

/**
 * Return boxes side by side.
 * @param {Pen} pen @param {number} count @param {number} from @param {number} to @param {number} [share] of the height, in portrait layout @returns {Box[]}
 */
function boxesOf(pen, count, from, to, share = 0.6) {
  const each = (to - from) / count
  return Array.from({ length: count }, (_, n) => ({
    x: from + n * each + 16,
    y: HEAD + 4,
    width: each - 32,
    height: (pen.upright ? share : 1) * pen.height - HEAD - 62,
  }))
}

/**
 * Draw the curve of one output, with its value and its target.
 * @param {Pen} pen @param {Numbers} numbers @param {number} n @param {Box} box @param {{ low: number, high: number, top: number }} scale @param {string} [title] @param {string} [fill] its colour
 */
function drawCurve(pen, numbers, n, box, { low, high, top }, title = nameOf(numbers, n), fill = pen.ink) {
  const { context } = pen
  const [o, target] = [numbers.values("o")[n], numbers.values("y")[n]]
  const x = (/** @type {number} */ value) => box.x + ((value - low) / (high - low)) * box.width
  const y = (/** @type {number} */ height) => box.y + box.height - (height / top) * box.height
  context.strokeStyle = pen.line
  context.lineWidth = 1
  drawLine(context, [box.x, y(0)], [box.x + box.width, y(0)])
  context.strokeStyle = pen.ink
  context.lineWidth = 2
  const points = Array.from({ length: LINES + 1 }, (_, i) => {
    const value = low + ((high - low) * i) / LINES
    const height = lossOf(numbers, n, value)
    return [x(value), y(Number.isFinite(height) ? Math.min(height, 9 * top) : 9 * top)]
  })
  clipTo(context, { ...box, height: box.height + 2 }, () => drawLine(context, ...points))
  context.fillStyle = pen.ink
  context.fillRect(x(target) - 1.5, y(0) - 6, 3, 12)
  pen.writeText(title, box.x + box.width / 2, 13, { align: "center", bold: true, fill, room: box.width + 28 })
  const near = Math.abs(x(target) - x(o)) < 90
  const align = (/** @type {number} */ at) =>
    at < box.x + HALF ? "left" : at > box.x + box.width - HALF ? "right" : "center" // at an edge it would run into the next label
  pen.writeText(`y = ${Number.isInteger(target) ? target : short(target)}`, x(target), y(0) + (near ? 37 : 18), {
    align: align(x(target)),
  })
  pen.writeText(`o ${equalsText(o, short(o))}`, x(o), y(0) + 18, { align: align(x(o)), bold: true, fill: pen.tone })
  return { x, y, o, target, height: lossOf(numbers, n, o) }
}
