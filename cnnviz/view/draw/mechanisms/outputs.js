// Outputs against targets, and the loss so far.

import { number, short } from "../../model/format.js"
import { say } from "../../model/words.js"

/** @typedef {import("../mechanism.js").Picture} Picture */
/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../pen.js").Pen} Pen */

/** @param {Numbers} numbers @param {string} symbol @param {number} n */
export const className = (numbers, symbol, n) => numbers.nameOf(n, numbers.count(symbol))

/** @param {Numbers} numbers @param {string} symbol @param {number} chosen @param {(value: number, n: number) => number} [of] */
export const rowsOf = (numbers, symbol, chosen, of = (value) => value) =>
  Array.from(numbers.values(symbol), (value, n) => ({
    name: className(numbers, symbol, n),
    value: of(value, n),
    bold: n === chosen,
  })).slice(0, 14)

/** Outputs against their targets, and what that makes of this one. @type {Picture} */
export function outputs(pen, numbers, symbol, cell) {
  const isGradient = numbers.maps[symbol].band === "gradients"
  const half = pen.width / 2 - 30
  const x = isGradient ? half + 60 : 4
  const box = { x, y: 24, width: pen.width - x - 8, height: pen.height - 50 }
  pen.text(say("web.mechanism.dots", { symbol: numbers.maps.o.label }), x, 10, {
    size: 12,
    fill: pen.soft,
    room: box.width,
  })
  pen.dots(
    against(pen, numbers, cell[0], symbol),
    isGradient ? box : { ...box, width: Math.min(box.width, half * 1.4) },
    { names: 62, arrows: isGradient },
  )
  if (!isGradient) return
  pen.head(numbers.maps[symbol].label, "", 4, 10, half, numbers.maps[symbol].plain)
  pen.rows(rowsOf(numbers, symbol, cell[0]), { x: 4, y: 24, width: half, height: pen.height - 50 }, { names: 60 })
  pen.arrow(half + 48, pen.height / 2, half + 18, pen.height / 2)
  pen.text(say("web.mechanism.should_go"), pen.width - 4, pen.height - 8, { size: 11, align: "right", fill: pen.soft })
}

/** Outputs with their targets; before there are outputs, the targets alone. @param {Pen} pen @param {Numbers} numbers @param {number} chosen @param {string} [symbol] */
export function against(pen, numbers, chosen, symbol = "o") {
  const targets = numbers.values("y")
  const values = symbol === "y" && pen.done("o") === 0 ? targets : numbers.values("o")
  return Array.from(values, (value, n) => ({
    name: className(numbers, "o", n),
    value,
    bold: n === chosen,
    mark: targets[n],
  })).slice(0, 14)
}

/** Outputs against targets, and the losses so far. @type {Picture} */
export function losses(pen, numbers) {
  const all = numbers.arrays.losses.values
  const half = all.length > 1 ? pen.width / 2 - 20 : pen.width - 8 // one loss is no curve
  pen.text(say("web.mechanism.dots", { symbol: "o" }), 4, 10, { size: 12, fill: pen.soft })
  pen.dots(against(pen, numbers, -1), { x: 4, y: 24, width: half, height: pen.height - 50 }, { names: 62 })
  if (all.length > 1) sofar(pen, all, half + 50)
}

// The losses of all updates so far.
/** @param {Pen} pen @param {ArrayLike<number>} all @param {number} at */
function sofar(pen, all, at) {
  const last = all.length - 1
  const most = Math.max(...Array.from(all), 1e-12)
  const x = (/** @type {number} */ n) => at + (n / last) * (pen.width - at - 20)
  const y = (/** @type {number} */ value) => pen.height - 30 - (value / most) * (pen.height - 70)
  pen.text(say("web.mechanism.losses", { n: last }), at, 10, { size: 12, fill: pen.soft })
  pen.context.strokeStyle = pen.context.fillStyle = pen.tone
  pen.context.lineWidth = 2
  pen.context.beginPath()
  for (let n = 0; n <= last; n++) pen.context.lineTo(x(n), y(all[n]))
  pen.context.stroke()
  pen.context.beginPath()
  pen.context.arc(x(last), y(all[last]), 4, 0, 7)
  pen.context.fill()
  pen.text(number(all[last]), pen.width - 20, y(all[last]) - 12, { bold: true, size: 13, align: "right" })
  pen.text(`0 … ${short(most)}`, at, pen.height - 12, { size: 11, fill: pen.soft })
}
