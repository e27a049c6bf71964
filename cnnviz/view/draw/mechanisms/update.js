// A step of every parameter, from left to right: what it was, how far it goes and why, what it becomes.

import { named } from "../../model/arithmetic.js"
import { number } from "../../model/format.js"
import { say } from "../../model/words.js"
import { scaled } from "./adam.js"
import { speeding } from "./momentum.js"
import { FOOT, HEAD, heads, lines, signed } from "./steps.js"

/** @typedef {import("../mechanism.js").Picture} Picture */
/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("../pen.js").Box} Box */
/** @typedef {import("./steps.js").Row} Row */

const LEAST = 21 // height of a row
const plain = (/** @type {string} */ html) => html.replace(/<[^>]*>/g, "")

/** @type {Picture} */
export function update(pen, numbers, first, cell) {
  pen.tone = pen.soft
  const { optimizer } = numbers.network
  const picture =
    `size.${first}` in numbers.arrays ? scaled : `velocity.${first}` in numbers.arrays ? speeding : plainly
  const part = optimizer === "gd" ? "" : picture === scaled ? "size" : "velocity"
  picture(pen, numbers, rowsOf(pen, numbers, first, cell, part))
}

/** The entry that is pointed at, and of the other parameters the one with the largest step: as many as there is room for. @param {Pen} pen @param {Numbers} numbers @param {string} first its parameter @param {number[]} cell @param {string} part of which a row needs numbers */
function rowsOf(pen, numbers, first, cell, part) {
  const room = Math.floor((pen.height - HEAD - FOOT) / LEAST)
  if (!known.has(numbers))
    known.set(
      numbers,
      numbers.said.update.makes.map((name) => largest(numbers, name)),
    )
  const others = (known.get(numbers) ?? []).filter(({ parameter }) => parameter !== first)
  const found = others.filter(({ parameter }) => !part || `${part}.${parameter}` in numbers.arrays)
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
