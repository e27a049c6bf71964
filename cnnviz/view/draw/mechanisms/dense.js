// A fully connected layer: products of a unit, summed.

import { exact } from "../../model/exact_sum.js"
import { totals } from "../../model/formula_values.js"
import { product as printed } from "../../model/printed_digits.js"
import { say } from "../../model/words.js"
import { unitsOf } from "./units.js"

/** @typedef {import("../mechanism.js").Picture} Picture */
/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../pen.js").Pen} Pen */

/** @type {Picture} */
export function dense(pen, numbers, symbol, cell) {
  const [x, w, b] = ["all", "last", "same"].map(
    (pattern) => numbers.links(symbol).find((link) => link.pattern === pattern)?.source ?? "",
  )
  const shape = numbers.shape(x)
  const outputs = numbers.count(symbol)
  const [values, weights] = [numbers.values(x), numbers.values(w)]
  const n = cell[0]
  const product = (/** @type {number} */ d) => values[d] * weights[d * outputs + n]
  const largest = Array.from(values, (_, d) => d).reduce(
    (best, d) => (Math.abs(product(d)) > Math.abs(product(best)) ? d : best),
    0,
  )
  const most = Math.abs(product(largest))
  const channels = shape.length === 3 && shape[0] > 1
  const height = Math.max(pen.height - (channels ? 100 : 44), 60)
  const each = Math.min((pen.width - 190) / 3, channels ? pen.width * 0.22 : pen.width * 0.175)
  let at = 4
  let drawn = 0
  const three = /** @type {[string, string, (d: number) => number, number[], string, string][]} */ ([
    [
      numbers.maps[x].label,
      numbers.maps[x].plain,
      (d) => values[d],
      numbers.maps[x].limits,
      numbers.maps[x].scale,
      "⊙",
    ],
    [
      `${numbers.maps[w].label}[d,${n}]`,
      numbers.maps[w].plain,
      (d) => weights[d * outputs + n],
      numbers.maps[w].limits,
      "signed",
      "=",
    ],
    ["", say("web.mechanism.products"), product, [-most, most], "signed", channels ? "Σ" : ""],
  ])
  for (const [name, word, pick, limits, scale, sign] of three) {
    const place = { x: at, y: 24, width: each, height }
    const { width: wide, height: tall } = unitsOf(pen, shape, pick, limits, scale, place, largest)
    pen.head(name, "", at, 10, Math.max(wide, 70), word)
    pen.ends(limits, scale, { x: at, y: 24, width: wide, height: tall })
    if (sign) pen.sign(sign, at + wide + 14, 24 + tall / 2)
    at += wide + 28
    drawn = Math.max(drawn, tall)
  }
  const ringed = say("web.mechanism.largest_product", {
    product: printed(values[largest], weights[largest * outputs + n]),
  })
  const under = channels ? pen.height - 70 : pen.height - 8
  if (most && 24 + drawn + 30 < under + 8) pen.text(ringed, 4, under, { size: 12, room: at - 30 })
  if (channels) return bySteps(pen, numbers, symbol, cell, { at, b, height, shape, product })
  const products = Array.from({ length: numbers.count(x) }, (_, d) => product(d))
  const [up, down] = totals(products)
  const count = (/** @type {(value: number) => boolean} */ wanted) => products.filter(wanted).length
  const terms = [
    { value: up, name: say("web.mechanism.units_up", { n: count((value) => value > 0) }) },
    { value: down, name: say("web.mechanism.units_down", { n: count((value) => value < 0) }) },
    ...(b ? [{ value: numbers.at(b, cell), name: `${numbers.maps[b].label}[${n}]` }] : []),
  ]
  pen.arrow(at - 16, 24 + height / 2, at + 8, 24 + height / 2)
  const box = { x: at + 30, y: 12, width: pen.width - at - 40, height: pen.height - 22 }
  pen.ladder(terms, numbers.at(symbol, cell), `${numbers.maps[symbol].label}[${n}]`, box)
}

// Behind maps each channel's part is a step, and all outputs stand beside.
/** @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number[]} cell @param {{ at: number, b: string, height: number, shape: number[], product: (d: number) => number }} parts */
function bySteps(pen, numbers, symbol, cell, { at, b, height, shape, product }) {
  const outputs = numbers.count(symbol)
  const room = { x: at, y: 24, width: pen.width - at - 4, height: pen.height - 84 }
  pen.text(numbers.maps[symbol].label, at + 8, 10, { size: 16, math: true })
  const values = numbers.values(symbol)
  const row = (/** @type {number} */ m) => ({
    name: numbers.nameOf(m, outputs),
    value: values[m],
    bold: m === cell[0],
  })
  if (outputs <= 12)
    pen.rows(
      Array.from({ length: outputs }, (_, m) => row(m)),
      room,
      { names: 54 },
    )
  else {
    const { limits, scale } = numbers.maps[symbol]
    unitsOf(pen, [outputs], (m) => values[m], limits, scale, { ...room, x: at + 8, width: room.width - 16, height })
  }
  const steps = grouped(shape, product)
  if (b) steps.push({ value: numbers.at(b, cell), name: numbers.maps[b].label })
  const stairs = { x: 22, y: pen.height - 52, width: pen.width - 30, height: 36 }
  pen.stairs(steps, numbers.at(symbol, cell), stairs, { figures: steps.length <= 4 })
  const note = { size: 10, align: /** @type {CanvasTextAlign} */ ("right"), fill: pen.soft }
  pen.text(say("web.mechanism.by_channel"), pen.width - 4, pen.height - 6, note)
}

// What each channel adds.
/** @param {number[]} shape @param {(d: number) => number} product */
function grouped([channels, rows, columns], product) {
  const size = rows * columns
  return Array.from({ length: channels }, (_, c) => ({
    value: exact(Array.from({ length: size }, (_, d) => product(c * size + d))),
    name: String(c),
  }))
}
