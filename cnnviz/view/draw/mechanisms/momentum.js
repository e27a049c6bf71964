// Momentum: the gradients so far and what still counts of each, the velocity that they add up to, and its step.

import { number, short } from "../../model/format.js"
import { say } from "../../model/words.js"
import { HEAD, lines, signed } from "./steps.js"

/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("../pen.js").Box} Box */
/** @typedef {import("./steps.js").Row} Row */

/** @param {Pen} pen @param {Numbers} numbers @param {Row[]} rows */
export function speeding(pen, numbers, rows) {
  const [{ parameter, at, name }] = rows
  const part = (/** @type {string} */ which) => numbers.arrays[`${which}.${parameter}`].values[at]
  const gradient = numbers.values(`d${parameter}`)[at]
  const table = pen.width * 0.34
  const past = numbers.arrays[`past.${parameter}:${at}`]
  past ? remembered(pen, numbers, past.values, table) : grown(pen, numbers, rows, table)
  const sum = { x: table + 40, y: 22, width: pen.width * 0.24, height: pen.height - 40 }
  pen.arrow(table + 4, pen.height / 2, table + 28, pen.height / 2)
  pen.text(name, sum.x, 10, { size: 15, math: true })
  pen.ladder(
    [
      { value: part("kept"), name: say("web.mechanism.kept") },
      { value: gradient, name: say("web.mechanism.now") },
    ],
    part("velocity"),
    say("web.mechanism.velocity"),
    sum,
  )
  const x = sum.x + sum.width + 52
  pen.arrow(x - 36, pen.height / 2, x - 12, pen.height / 2)
  steps(pen, numbers, rows[0], { velocity: part("velocity"), gradient }, x)
}

/** The step, and what it would be without the past. @param {Pen} pen @param {Numbers} numbers @param {Row} row @param {{ velocity: number, gradient: number }} of @param {number} x */
function steps(pen, numbers, { name, old, next }, { velocity, gradient }, x) {
  pen.text(say("web.mechanism.step_times"), x, 10, { size: 12 })
  const both = /** @type {[string, number][]} */ ([
    ["web.mechanism.by_velocity", -numbers.rate * velocity],
    ["web.mechanism.by_gradient", -numbers.rate * gradient],
  ])
  const reach = pen.width - x - 10
  const values = both.map(([, value]) => value)
  const most = Math.max(...values.map(Math.abs), 1e-300)
  const crosses = Math.min(...values) < 0 && Math.max(...values) > 0
  both.forEach(([id, value], n) => {
    const y = 36 + n * 44
    pen.text(say(id, { value: signed(value) }), x, y, { size: 12, bold: n === 0, room: reach })
    const zero = crosses ? x + reach / 2 : value < 0 ? x + reach : x
    pen.vector(zero, y + 20, (value / most) * reach * (crosses ? 0.5 : 1))
  })
  pen.text(`${name}: ${number(old, 5)} → ${number(next, 5)}`, x, 132, { size: 12, bold: true, room: reach })
}

/** A bar for each gradient so far, as it was then, and in it what still counts; the first is for all that were before. @param {Pen} pen @param {Numbers} numbers @param {ArrayLike<number>} terms pairs @param {number} width */
function remembered(pen, numbers, terms, width) {
  const count = terms.length / 2
  const last = numbers.arrays.losses.values.length - 1
  const all = Array.from(terms)
  const [low, high] = [Math.min(...all, 0), Math.max(...all, 0)]
  const box = { x: 4, y: HEAD + 14, width: width - 8, height: pen.height - HEAD - 64 }
  const y = (/** @type {number} */ value) => box.y + ((high - value) / (high - low || 1)) * box.height
  const step = Math.min(box.width / count, box.width / 5)
  const bar = (/** @type {number} */ n, /** @type {number} */ value, /** @type {number} */ wide) => {
    pen.context.fillStyle = value < 0 ? pen.neg : pen.pos
    const top = Math.min(y(value), y(0))
    pen.context.fillRect(box.x + n * step + (step - wide) / 2, top, wide, Math.max(Math.abs(y(value) - y(0)), 1))
  }
  pen.text(say("web.mechanism.past", { n: last }), 4, 10, { size: 12, room: width })
  for (let n = 0; n < count; n++) {
    pen.context.globalAlpha = 0.3
    bar(n, terms[2 * n], step - 4)
    pen.context.globalAlpha = 1
    bar(n, terms[2 * n + 1], step - 4)
    const of = last - count + 1 + n
    pen.text(n || of <= 0 ? String(of) : `≤ ${of}`, box.x + (n + 0.5) * step, box.y - 9, {
      size: 11,
      align: "center",
      fill: pen.soft,
      room: step,
    })
  }
  pen.context.fillStyle = pen.soft
  pen.context.fillRect(box.x, y(0) - 0.5, count * step, 1)
  const most = all.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0)
  const foot = { size: 11, fill: pen.soft, room: width }
  pen.text(say("web.mechanism.past_pale", { value: short(most) }), 4, box.y + box.height + 14, foot)
  pen.text(say("web.mechanism.past_solid"), 4, box.y + box.height + 30, foot)
}

// Where the past is not there to be asked for: velocities beside gradients, a parameter a row.
/** @param {Pen} pen @param {Numbers} numbers @param {Row[]} rows @param {number} width */
function grown(pen, numbers, rows, width) {
  pen.text(say("web.mechanism.grown"), 4, 10, { size: 12, fill: pen.soft, room: width })
  const y = lines(pen, numbers, rows, HEAD)
  rows.forEach(({ parameter, at }, n) => {
    const [speed, gradient] = [numbers.arrays[`velocity.${parameter}`].values[at], numbers.values(`d${parameter}`)[at]]
    const most = Math.max(Math.abs(speed), Math.abs(gradient), 1e-300)
    const half = (width - 112) / 2
    const zero = 112 + half
    pen.bar(zero, y(n), (gradient / most) * half, 14, 0.3)
    pen.bar(zero, y(n), (speed / most) * half, 7)
    pen.context.fillStyle = pen.soft
    pen.context.fillRect(zero - 0.5, y(n) - 10, 1, 20)
  })
}
