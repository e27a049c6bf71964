// The mean squared error: a parabola an output, how high the output stands on it, and how steep it is there.

import { number, short } from "../../model/format.js"
import { say } from "../../model/words.js"

/** @typedef {import("../mechanism.js").Picture} Picture */
/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("../pen.js").Box} Box */

const MOST = 4 // outputs that get a parabola each
const LINES = 60 // of a curve
const BESIDE = 0.12 // room beside the outermost output or target

/** Whether each output has its parabola. @param {Numbers} numbers */
export const isParabola = (numbers) => numbers.network.text.endsWith("-mse") && numbers.count("o") <= MOST

/** What each output adds to the loss, and their sum. @type {Picture} */
export function parabolas(pen, numbers) {
  const boxes = frames(pen, numbers, pen.width * 0.68)
  const scale = scaled(numbers)
  const count = numbers.count("o")
  boxes.forEach((box, n) => {
    const at = curve(pen, numbers, n, box, scale)
    pen.context.fillStyle = pen.pos
    pen.context.globalAlpha = 0.75
    pen.context.fillRect(at.x(at.o) - 6, at.y(at.height), 12, Math.max(at.y(0) - at.y(at.height), 1))
    pen.context.globalAlpha = 1
    dot(pen, at.x(at.o), at.y(at.height))
    pen.text(number(at.height, 4), at.x(at.o) + (at.o > at.target ? 12 : -12), at.y(at.height / 2), {
      bold: true,
      fill: pen.pos,
      align: at.o > at.target ? "left" : "right",
    })
  })
  const left = pen.width * 0.68 + 30
  pen.arrow(left - 22, pen.height / 2, left - 2, pen.height / 2)
  const terms = Array.from({ length: count }, (_, n) => ({
    value: heightOf(numbers, n, numbers.values("o")[n]),
    name: nameOf(numbers, n),
  }))
  const box = { x: left + 24, y: 30, width: pen.width - left - 30, height: pen.height - 64 }
  pen.stairs(terms, numbers.values("L")[0], box, { figures: false })
}

/** The tangent where each output stands: its slope is the gradient. @type {Picture} */
export function tangents(pen, numbers, symbol, cell) {
  const scale = scaled(numbers)
  frames(pen, numbers, pen.width).forEach((box, n) => {
    const slope = numbers.values(symbol)[n]
    const title = say("web.mechanism.slope", { name: nameOf(numbers, n), value: number(slope, 4) })
    const at = curve(pen, numbers, n, box, scale, title, slope < 0 ? pen.neg : pen.pos)
    const run = 0.22 * (scale.high - scale.low)
    const { context } = pen
    context.strokeStyle = pen.tone
    context.lineWidth = n === cell[0] ? 3 : 2
    context.save()
    context.beginPath()
    context.rect(box.x, box.y - 4, box.width, box.height + 8)
    context.clip()
    context.beginPath()
    context.moveTo(at.x(at.o - run), at.y(at.height - run * slope))
    context.lineTo(at.x(at.o + run), at.y(at.height + run * slope))
    context.stroke()
    context.restore()
    dot(pen, at.x(at.o), at.y(at.height))
  })
}

/** A share of the loss. @param {Numbers} numbers @param {number} n @param {number} value the output would have */
const heightOf = (numbers, n, value) => (value - numbers.values("y")[n]) ** 2 / numbers.count("o")

/** @param {Numbers} numbers @param {number} n */
const nameOf = (numbers, n) => (numbers.classes.length === numbers.count("o") ? numbers.classes[n] : String(n))

/** One scale for all: values along, heights up. @param {Numbers} numbers */
function scaled(numbers) {
  const all = [...numbers.values("o"), ...numbers.values("y"), 0, 1]
  const beside = BESIDE * (Math.max(...all) - Math.min(...all))
  const [low, high] = [Math.min(...all) - beside, Math.max(...all) + beside]
  const top = Math.max(...Array.from(numbers.values("o"), (value, n) => heightOf(numbers, n, value)))
  return { low, high, top: Math.max(top * 1.6, 1 / (4 * numbers.count("o"))) }
}

/** @param {Pen} pen @param {Numbers} numbers @param {number} width @returns {Box[]} */
function frames(pen, numbers, width) {
  const count = numbers.count("o")
  const each = width / count
  return Array.from({ length: count }, (_, n) => ({
    x: n * each + 12,
    y: 30,
    width: each - 24,
    height: pen.height - 66,
  }))
}

/** The parabola of one output, with its output and its target. @param {Pen} pen @param {Numbers} numbers @param {number} n @param {Box} box @param {{ low: number, high: number, top: number }} scale @param {string} [title] @param {string} [fill] its colour */
function curve(pen, numbers, n, box, { low, high, top }, title = nameOf(numbers, n), fill = pen.ink) {
  const { context } = pen
  const [o, target] = [numbers.values("o")[n], numbers.values("y")[n]]
  const x = (/** @type {number} */ value) => box.x + ((value - low) / (high - low)) * box.width
  const y = (/** @type {number} */ height) => box.y + box.height - (height / top) * box.height
  context.strokeStyle = pen.line
  context.lineWidth = 1
  context.beginPath()
  context.moveTo(box.x, y(0))
  context.lineTo(box.x + box.width, y(0))
  context.stroke()
  context.save()
  context.beginPath()
  context.rect(box.x, box.y, box.width, box.height + 2)
  context.clip()
  context.strokeStyle = pen.ink
  context.lineWidth = 2
  context.beginPath()
  for (let i = 0; i <= LINES; i++) {
    const value = low + ((high - low) * i) / LINES
    context.lineTo(x(value), y(heightOf(numbers, n, value)))
  }
  context.stroke()
  context.restore()
  context.fillStyle = pen.ink
  context.fillRect(x(target) - 1.5, y(0) - 6, 3, 12)
  pen.text(title, box.x + box.width / 2, 10, { align: "center", bold: true, size: 13, fill })
  const near = Math.abs(x(target) - x(o)) < 74
  pen.text(`y = ${Number.isInteger(target) ? target : short(target)}`, x(target), y(0) + (near ? 26 : 14), {
    align: "center",
    size: 12,
  })
  pen.text(`o ≈ ${short(o)}`, x(o), y(0) + 14, { align: "center", size: 12, fill: pen.tone })
  return { x, y, o, target, height: heightOf(numbers, n, o) }
}

/** @param {Pen} pen @param {number} x @param {number} y */
function dot(pen, x, y) {
  pen.context.fillStyle = pen.tone
  pen.context.beginPath()
  pen.context.arc(x, y, 5, 0, 7)
  pen.context.fill()
}
