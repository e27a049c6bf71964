// A step of every parameter: old, step, new; for the one that is pointed at, and the largest steps of all.

import { named } from "../../model/filling.js"
import { number, short } from "../../model/format.js"
import { say } from "../../model/words.js"

/** @typedef {import("../mechanism.js").Picture} Picture */

const MOST_PRINTED = 49
const plain = (/** @type {string} */ html) => html.replace(/<[^>]*>/g, "")

/** @type {Picture} */
export function update(pen, numbers, map, cell) {
  const all = numbers.said.update.makes
  const [first] = all
  const isFilter = numbers.maps[first].kind === "filters" && numbers.shape(first)[2] ** 2 <= MOST_PRINTED
  const left = isFilter ? grids(pen, numbers, first, cell) : 4
  pen.text(say("web.mechanism.largest_steps"), left, 10, { size: 12, fill: pen.soft })
  if (!known.has(numbers)) known.set(numbers, all.map((name) => largest(numbers, name)))
  pen.rows(known.get(numbers) ?? [], { x: left, y: 24, width: pen.width - left - 4, height: pen.height - 34 }, { names: 96 })
}

/** @type {WeakMap<object, { name: string, value: number }[]>} */
const known = new WeakMap()

/** @param {import("../../model/numbers.js").Numbers} numbers @param {string} name */
function largest(numbers, name) {
  const old = numbers.values(name)
  const change = (/** @type {number} */ n) => numbers.next(name, n) - old[n]
  let [at, most] = [0, 0]
  for (let n = 0; n < old.length; n++) {
    const size = Math.abs(change(n))
    if (size > most) [at, most] = [n, size]
  }
  return { name: plain(named(numbers, name, numbers.cell(name, at))), value: change(at) }
}

// The kernel before, what is taken off it, and after.
/** @param {import("../pen.js").Pen} pen @param {import("../../model/numbers.js").Numbers} numbers @param {string} f @param {number[]} cell */
function grids(pen, numbers, f, cell) {
  const k = numbers.shape(f)[2]
  const at = numbers.offset(f, [cell[0], cell[1], 0, 0])
  const old = Array.from({ length: k * k }, (_, n) => numbers.values(f)[at + n])
  const next = old.map((_, n) => numbers.next(f, at + n))
  const step = old.map((value, n) => value - next[n])
  const most = Math.max(...step.map(Math.abs), 0)
  const grid = Math.min((pen.width * 0.66 - 60) / 3, pen.height - 40)
  const own = cell[2] * k + cell[3]
  let x = 4
  const three = /** @type {[string, number[], number[], string][]} */ ([
    [numbers.maps[f].label, old, numbers.maps[f].limits, "−"],
    [say("web.mechanism.step"), step, [-most, most], "="],
    [`${numbers.maps[f].label}′`, next, numbers.maps[f].limits, ""],
  ])
  for (const [name, values, limits, sign] of three) {
    pen.text(name, x, 11, { size: 14, math: name.length < 4 })
    pen.grid(values, k, limits, "signed", { x, y: 24, width: grid, height: grid }, { write: (value) => (values === step ? number(value, 2) : short(value)) })
    const size = grid / k
    pen.context.strokeStyle = pen.ink
    pen.context.lineWidth = 2
    pen.context.strokeRect(x + (own % k) * size, 24 + Math.floor(own / k) * size, size - 1, size - 1)
    if (sign) pen.sign(sign, x + grid + 11, 24 + grid / 2)
    x += grid + 22
  }
  return x + 20
}
