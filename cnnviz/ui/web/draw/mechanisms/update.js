// A step of every parameter, from left to right: what it was, how far it goes and why, what it becomes.

import { named } from "../../model/filling.js"
import { number, short } from "../../model/format.js"
import { say } from "../../model/words.js"

/** @typedef {import("../mechanism.js").Picture} Picture */
/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("../pen.js").Box} Box */
/** @typedef {{ parameter: string, name: string, at: number, old: number, next: number }} Row */

const LINE = 30 // a row with a note under its name
const LEAST = 21 // and without
const HEAD = 22
const FOOT = 30
const plain = (/** @type {string} */ html) => html.replace(/<[^>]*>/g, "")
const signed = (/** @type {number} */ value, digits = 3) => `${value > 0 ? "+" : ""}${number(value, digits)}`

/** @type {Picture} */
export function update(pen, numbers, _map, cell) {
  pen.tone = pen.soft
  const [first] = numbers.said.update.makes
  const { optimizer } = numbers.network
  const picture =
    `size.${first}` in numbers.arrays ? scaled : `velocity.${first}` in numbers.arrays ? speeding : plainly
  picture(pen, numbers, rowsOf(pen, numbers, cell, optimizer === "gd" ? "" : picture === scaled ? "size" : "velocity"))
}

/** The entry that is pointed at, and of the other parameters the one with the largest step: as many as there is room for. @param {Pen} pen @param {Numbers} numbers @param {number[]} cell @param {string} part of which a row needs numbers */
function rowsOf(pen, numbers, cell, part) {
  const [first, ...others] = numbers.said.update.makes
  const room = Math.floor((pen.height - HEAD - FOOT) / LEAST)
  if (!known.has(numbers))
    known.set(
      numbers,
      others.map((name) => largest(numbers, name)),
    )
  const found = (known.get(numbers) ?? []).filter(({ parameter }) => !part || `${part}.${parameter}` in numbers.arrays)
  const shares = numbers.answer.promise?.shares ?? {}
  const weight = (/** @type {Row} */ row) => shares[row.parameter] ?? Math.abs(row.next - row.old)
  const kept = [...found].sort((a, b) => weight(b) - weight(a)).slice(0, Math.max(room - 1, 1))
  return [rowAt(numbers, first, numbers.offset(first, cell)), ...found.filter((row) => kept.includes(row))]
}

/** @type {WeakMap<object, Row[]>} */
const known = new WeakMap()

/** @param {Numbers} numbers @param {string} parameter @param {number} at @returns {Row} */
const rowAt = (numbers, parameter, at) => ({
  parameter,
  at,
  name: plain(named(numbers, parameter, numbers.cell(parameter, at))),
  old: numbers.values(parameter)[at],
  next: numbers.next(parameter, at),
})

/** @param {Numbers} numbers @param {string} name */
function largest(numbers, name) {
  const old = numbers.values(name)
  const wide = numbers.wide[name]
  if (wide) return rowAt(numbers, name, wide.largest(numbers.values(`d${name}`)))
  let [at, most] = [0, 0]
  for (let n = 0; n < old.length; n++) {
    const size = Math.abs(numbers.next(name, n) - old[n])
    if (size > most) [at, most] = [n, size]
  }
  return rowAt(numbers, name, at)
}

// Lines for rows, each with a name and, where there is room, of how many entries it is one.
/** @param {Pen} pen @param {Numbers} numbers @param {Row[]} rows @param {number} y of the first @returns {(n: number) => number} */
function lines(pen, numbers, rows, y) {
  const line = Math.min((pen.height - y - FOOT) / rows.length, 66)
  rows.forEach(({ parameter, name }, n) => {
    const middle = y + (n + 0.5) * line
    const noted = line >= LINE
    pen.text(name, 4, middle - (noted ? 7 : 0), { size: 14, math: true, room: 104 })
    if (noted)
      pen.text(say("web.mechanism.one_of", { n: numbers.count(parameter) }), 4, middle + 8, {
        size: 10,
        fill: pen.soft,
      })
  })
  return (n) => y + (n + 0.5) * line
}

/** @param {Pen} pen @param {[string, number][]} all */
const heads = (pen, all) => all.forEach(([text, x]) => pen.text(text, x, 10, { bold: true, size: 12 }))

/** Old, step, new; and each parameter's share of the fall that is promised. @param {Pen} pen @param {Numbers} numbers @param {Row[]} rows */
function plainly(pen, numbers, rows) {
  const { promise } = numbers.answer
  const [old, step, next, share] = [0.17, 0.31, 0.62, 0.77].map((at) => at * pen.width)
  const reach = next - step - 96
  heads(pen, [
    [say("web.mechanism.old"), old],
    [say("web.mechanism.step"), step],
    [say("web.mechanism.new"), next],
    ...(promise ? /** @type {[string, number][]} */ ([[say("web.mechanism.share"), share]]) : []),
  ])
  const changes = rows.map((row) => row.next - row.old)
  const [low, high] = [Math.min(...changes, 0), Math.max(...changes, 0)]
  const span = high - low || 1e-300
  const zero = step - (low / span) * reach
  const y = lines(pen, numbers, rows, HEAD)
  rows.forEach((row, n) => {
    const change = changes[n]
    pen.text(number(row.old, 5), old, y(n), { size: 13 })
    pen.vector(zero, y(n), (change / span) * reach)
    pen.text(signed(change), next - 14, y(n), { bold: true, align: "right", fill: change < 0 ? pen.neg : pen.pos })
    pen.text(number(row.next, 5), next, y(n), { size: 13, bold: true })
    const part = promise?.shares[row.parameter]
    if (part === undefined) return
    const width = part * (pen.width - share - 64)
    pen.context.fillStyle = pen.accent
    pen.context.fillRect(share, y(n) - 7, Math.max(width, 1), 14)
    pen.text(say("web.mechanism.percent", { value: part }), share + width + 6, y(n), { size: 12 })
  })
  const most = Math.max(high, -low)
  pen.measure(
    high > -low ? zero : step,
    pen.height - 22,
    (most / span) * reach,
    say("web.mechanism.length", { value: number(most, 3) }),
  )
  if (!promise) return
  const { promised, falls } = promise
  const said =
    falls < 0
      ? say("web.mechanism.promised_rises", { promised, rises: -falls })
      : say("web.mechanism.promised", { promised, falls })
  pen.text(said, pen.width - 4, pen.height - 10, { size: 11, align: "right", fill: pen.soft, room: pen.width - next })
}

/** Momentum: what is kept of the speed, and what the gradient adds. @param {Pen} pen @param {Numbers} numbers @param {Row[]} rows */
function speeding(pen, numbers, rows) {
  const [{ parameter, at, name, old, next }] = rows
  const part = (/** @type {string} */ which) => numbers.arrays[`${which}.${parameter}`].values[at]
  const gradient = numbers.values(`d${parameter}`)[at]
  const table = pen.width * 0.34
  grown(pen, numbers, rows, table)
  pen.text(name, table + 40, 10, { size: 15, math: true })
  pen.ladder(
    [
      { value: part("kept"), name: say("web.mechanism.kept") },
      { value: gradient, name: say("web.mechanism.now") },
    ],
    part("velocity"),
    say("web.mechanism.velocity"),
    { x: table + 40, y: 22, width: pen.width * 0.24, height: pen.height - 40 },
  )
  const x = table + pen.width * 0.24 + 92
  pen.arrow(x - 36, pen.height / 2, x - 12, pen.height / 2)
  pen.text(say("web.mechanism.step_times"), x, 10, { size: 12 })
  const steps = /** @type {[string, number][]} */ ([
    ["web.mechanism.by_velocity", -numbers.rate * part("velocity")],
    ["web.mechanism.by_gradient", -numbers.rate * gradient],
  ])
  const reach = pen.width - x - 10
  const most = Math.max(...steps.map(([, value]) => Math.abs(value)), 1e-300)
  const crosses =
    Math.min(...steps.map(([, value]) => value), 0) < 0 && Math.max(...steps.map(([, value]) => value)) > 0
  steps.forEach(([id, value], n) => {
    const y = 36 + n * 44
    pen.text(say(id, { value: signed(value) }), x, y, { size: 12, bold: n === 0, room: reach })
    const zero = crosses ? x + reach / 2 : value < 0 ? x + reach : x
    pen.vector(zero, y + 20, (value / most) * reach * (crosses ? 0.5 : 1))
  })
  pen.text(`${name}: ${number(old, 5)} → ${number(next, 5)}`, x, 132, { size: 12, bold: true, room: reach })
}

// Velocities beside gradients, a parameter a row.
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

/** Adam: each averaged gradient by its own usual size. @param {Pen} pen @param {Numbers} numbers @param {Row[]} rows */
function scaled(pen, numbers, rows) {
  const [mean, size, step] = [0.19, 0.46, 0.7].map((at) => at * pen.width)
  heads(pen, [
    [say("web.mechanism.averaged"), mean],
    [say("web.mechanism.own_scale"), size],
    [say("web.mechanism.ratio"), step],
  ])
  const parts = rows.map(({ parameter, at, old, next }) => ({
    mean: numbers.arrays[`mean.${parameter}`].values[at],
    size: numbers.arrays[`size.${parameter}`].values[at],
    step: next - old,
  }))
  const most = Math.max(...parts.flatMap((part) => [Math.abs(part.mean), part.size]), 1e-300)
  const longest = Math.max(...parts.map((part) => Math.abs(part.step)), 1e-300)
  const y = lines(pen, numbers, rows, HEAD)
  const bar = Math.min(y(1) - y(0) || 20, 16) * 0.8
  const [half, wide, reach] = [(size - mean - 84) / 2, step - size - 92, (pen.width - step - 74) / 2]
  parts.forEach((part, n) => {
    pen.bar(mean + half, y(n), (part.mean / most) * half, bar)
    pen.text(signed(part.mean, 2), mean + 2 * half + 6, y(n), {
      bold: true,
      fill: part.mean < 0 ? pen.neg : pen.pos,
      room: 60,
    })
    pen.sign("÷", size - 14, y(n))
    pen.context.fillStyle = pen.soft
    pen.context.fillRect(size, y(n) - bar / 2, (part.size / most) * wide, bar)
    pen.text(number(part.size, 2), size + (part.size / most) * wide + 6, y(n), { room: 60 })
    pen.sign("→", step - 14, y(n))
    pen.vector(step + reach, y(n), (part.step / longest) * reach)
    pen.text(signed(part.step, 3), pen.width - 2, y(n), {
      bold: true,
      align: "right",
      fill: part.step < 0 ? pen.neg : pen.pos,
      room: 66,
    })
  })
  pen.measure(step + reach, pen.height - 22, reach, say("web.mechanism.length", { value: short(longest) }))
}
