// Back through a fully connected layer, to a unit.

import { number } from "../../model/format.js"
import { terms, totals } from "../../model/formula_values.js"
import { one } from "../../model/links.js"
import { digitsOf, gridOf } from "../../model/printed_digits.js"
import { say } from "../../model/words.js"
import { unitsOf } from "./units.js"
import { channelName } from "./windows.js"

/** @typedef {import("../mechanism.js").Picture} Picture */
/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../pen.js").Pen} Pen */

const MOST_DIGITS = 6 // of a factor
const MOST_ARROWS = 4 // outputs with an arrow each; of more, the largest terms are bars

/** @param {number[]} products */
const bothTotals = (products) => totals(products).map((value, n) => ({ value, name: "+−"[n] }))

/** What comes back to a unit: through each weight what arrived at its output. @type {Picture} */
export function denseBack(pen, numbers, symbol, cell) {
  const [w, dy] = ["unit", "all"].map(
    (pattern) => numbers.links(symbol).find((link) => link.pattern === pattern)?.source ?? "",
  )
  const all = terms(numbers, symbol, cell)
  if (all.length <= MOST_ARROWS) return reports(pen, numbers, symbol, cell, { w, dy, all })
  const shown = all
    .map((term, n) => ({ n, term }))
    .sort((a, b) => Math.abs(b.term.value) - Math.abs(a.term.value))
    .slice(0, 12)
    .sort((a, b) => a.n - b.n)
  const name = (/** @type {number} */ n) => numbers.nameOf(n, all.length)
  const width = (pen.width - 70) / 3
  const height = pen.height - 96
  const factors = [w, dy].map((name) => shown.map(({ term }) => numbers.at(name, term.cells[name])))
  const { writes, sign: equals } = gridOf(factors[0], factors[1])
  const three = /** @type {[string, number[], string][]} */ ([
    [say("web.mechanism.products"), shown.map(({ term }) => term.value), equals],
    [`${numbers.maps[w].label}`, factors[0], "⊙"],
    [`${numbers.maps[dy].label}`, factors[1], ""],
  ])
  three.forEach(([title, values, sign], i) => {
    const x = 4 + i * (width + 30)
    pen.text(title, x, 10, { size: 14, math: i > 0 })
    pen.rows(
      shown.map(({ n }, at) => ({ name: name(n), value: values[at], text: writes[(i + 2) % 3](values[at], at) })),
      { x, y: 24, width, height },
      { names: 44 },
    )
    if (sign) pen.sign(sign, x + width + 15, 24 + height / 2)
  })
  if (all.length > shown.length)
    pen.text(say("web.mechanism.of", { n: shown.length, count: all.length }), pen.width - 4, 10, {
      size: 11,
      align: "right",
      fill: pen.soft,
    })
  const steps =
    all.length <= 24
      ? all.map(({ value }, n) => ({ value, name: all.length <= 12 ? name(n) : "" }))
      : bothTotals(all.map(({ value }) => value))
  pen.stairs(
    steps,
    numbers.at(symbol, cell),
    { x: 22, y: pen.height - 52, width: pen.width - 30, height: 36 },
    { figures: steps.length <= 3 },
  )
}

/** Few outputs: an arrow from each, as thick as its term is large. @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number[]} cell @param {{ w: string, dy: string, all: import("../../model/formula_values.js").Term[] }} parts */
function reports(pen, numbers, symbol, cell, { w, dy, all }) {
  const shape = numbers.shape(symbol)
  const side = Math.min(pen.width * 0.26, pen.height - 44)
  const box = { x: 4, y: 24, width: side, height: side }
  let wide = side
  if (shape.length === 3) {
    const [rows, columns] = shape.slice(-2)
    Object.assign(box, {
      width: Math.min(side, (side * columns) / rows),
      height: Math.min(side, (side * rows) / columns),
    })
    const ring = { rows: one(cell[1]), columns: one(cell[2]), strong: true }
    pen.map(numbers, symbol, [cell[0]], box, [ring])
    wide = box.width
  } else {
    const { limits } = numbers.maps[symbol]
    wide = unitsOf(pen, shape, (d) => numbers.values(symbol)[d], limits, "signed", box).width
  }
  pen.head(channelName(numbers, symbol, cell[0]), "", 4, 10, wide, numbers.maps[symbol].plain)
  const sum = { x: wide + 52, y: 12, width: pen.width * 0.24, height: Math.min(pen.height - 20, 58 * (all.length + 1)) }
  pen.arrow(sum.x - 8, 24 + side / 2, sum.x - 38, 24 + side / 2)
  const name = (/** @type {number} */ n) => say("web.mechanism.from_output", { name: numbers.nameOf(n, all.length) })
  pen.ladder(
    all.map(({ value }, n) => ({ value, name: name(n) })),
    numbers.at(symbol, cell),
    "",
    sum,
  )
  const right = pen.width - 96
  pen.head(numbers.maps[dy].label, "", right, 10, 92, say("web.mechanism.arrived"))
  const line = Math.min((pen.height - 30) / all.length, 62)
  const most = Math.max(...all.map(({ value }) => Math.abs(value)), 1e-300)
  const pairs = all.map(({ cells }) => [numbers.at(w, cells[w]), numbers.at(dy, cells[dy])])
  const digits = Math.min(Math.max(...pairs.map(([a, b]) => digitsOf(a, b, 4))), MOST_DIGITS)
  all.forEach(({ value, cells }, n) => {
    const y = 24 + n * line + line / 2
    pen.cell(
      numbers.at(dy, cells[dy]),
      numbers.maps[dy].limits,
      "signed",
      { x: right, y: y - 15, width: 92, height: 30 },
      { ring: pen.tone, write: (figure) => number(figure, digits) },
    )
    const to = sum.y + (n + 0.62) * Math.min(sum.height / (all.length + 1), 58)
    const thick = 1.5 + 7 * Math.sqrt(Math.abs(value) / most)
    pen.arrow(right - 6, y, sum.x + sum.width + 10, to, pen.tone, thick)
    const weight = `× ${numbers.maps[w].label}[${numbers.index(w, cells[w]).join(",")}] = ${number(numbers.at(w, cells[w]), digits)}`
    const middle = (right + sum.x + sum.width) / 2
    pen.text(weight, middle, (y + to) / 2 - 8 - thick / 2, {
      size: 11,
      align: "center",
      room: right - sum.x - sum.width - 20,
    })
  })
  pen.text(say("web.mechanism.widths"), pen.width - 4, pen.height - 8, { size: 11, align: "right", fill: pen.soft })
}
