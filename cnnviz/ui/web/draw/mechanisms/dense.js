// A fully connected layer: products of a unit, summed; and its two ways back.

import { terms, totals } from "../../model/filling.js"
import { say } from "../../model/words.js"

/** @typedef {import("../mechanism.js").Picture} Picture */
/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("../pen.js").Box} Box */

/** How values of units lie: as the map that was flattened, channels side by side, or in lines. @param {number[]} shape @param {number} width @param {number} height */
function lying(shape, width, height) {
  if (shape.length === 3) {
    const [channels, rows, columns] = shape
    const across = Math.max(1, Math.round(Math.sqrt((channels * width * rows) / (height * columns))))
    const down = Math.ceil(channels / across)
    const side = Math.min((width - (across - 1) * 3) / across / columns, (height - (down - 1) * 3) / down / rows)
    return Array.from({ length: channels }, (_, c) => ({
      from: c * rows * columns,
      rows,
      columns,
      x: (c % across) * (side * columns + 3),
      y: Math.floor(c / across) * (side * rows + 3),
      width: side * columns,
      height: side * rows,
    }))
  }
  const [count] = shape
  const columns = Math.max(1, Math.min(count, Math.ceil(Math.sqrt((count * width) / height))))
  const rows = Math.ceil(count / columns)
  const side = Math.min(width / columns, height / rows, 26)
  return [{ from: 0, rows, columns, x: 0, y: 0, width: side * columns, height: side * rows, count }]
}

/** @param {Pen} pen @param {number[]} shape @param {(n: number) => number} pick @param {number[]} limits @param {string} scale @param {Box} box */
function unitsOf(pen, shape, pick, limits, scale, box) {
  const count = shape.reduce((all, n) => all * n, 1)
  let width = 0
  for (const part of lying(shape, box.width, box.height)) {
    pen.picture(part.rows, part.columns, (n) => (part.from + n < count ? pick(part.from + n) : 0), limits, scale, {
      x: box.x + part.x,
      y: box.y + part.y,
      width: part.width,
      height: part.height,
    })
    width = Math.max(width, part.x + part.width)
  }
  return width
}

/** @type {Picture} */
export function dense(pen, numbers, symbol, cell) {
  const [x, w, b] = ["all", "last", "same"].map(
    (pattern) => numbers.links(symbol).find((link) => link.pattern === pattern)?.source ?? "",
  )
  const shape = numbers.shape(x)
  const count = numbers.count(x)
  const outputs = numbers.count(symbol)
  const [values, weights] = [numbers.values(x), numbers.values(w)]
  const n = cell[0]
  const product = (/** @type {number} */ d) => values[d] * weights[d * outputs + n]
  let most = 0
  for (let d = 0; d < count; d++) most = Math.max(most, Math.abs(product(d)))
  const height = Math.max(pen.height - 96, 60)
  const each = (pen.width - 190) / 3
  let at = 4
  const three = /** @type {[string, (d: number) => number, number[], string, string][]} */ ([
    [`${numbers.maps[x].label}[d]`, (d) => values[d], numbers.maps[x].limits, numbers.maps[x].scale, "⊙"],
    [`${numbers.maps[w].label}[d,${n}]`, (d) => weights[d * outputs + n], numbers.maps[w].limits, "signed", "="],
    [say("web.mechanism.products"), product, [-most, most], "signed", "Σ"],
  ])
  for (const [name, pick, limits, scale, sign] of three) {
    pen.text(name, at, 10, { size: 14, math: name[0] !== "p" })
    const wide = unitsOf(pen, shape, pick, limits, scale, { x: at, y: 24, width: each, height })
    pen.sign(sign, at + wide + 14, 24 + height / 2)
    at += wide + 28
  }
  const names = numbers.classes.length === outputs ? numbers.classes : null
  pen.text(numbers.maps[symbol].label, at + 8, 10, { size: 16, math: true })
  if (outputs <= 12)
    pen.rows(
      Array.from({ length: outputs }, (_, m) => ({
        name: names ? names[m] : String(m),
        value: numbers.values(symbol)[m],
        bold: m === n,
      })),
      { x: at, y: 24, width: pen.width - at - 4, height },
      { names: 44 },
    )
  else
    unitsOf(pen, [outputs], (m) => numbers.values(symbol)[m], numbers.maps[symbol].limits, numbers.maps[symbol].scale, {
      x: at + 8,
      y: 24,
      width: pen.width - at - 20,
      height,
    })
  const steps = grouped(shape, product)
  if (b) steps.push({ value: numbers.at(b, cell), name: numbers.maps[b].label })
  pen.stairs(
    steps,
    numbers.at(symbol, cell),
    { x: 22, y: pen.height - 52, width: pen.width - 30, height: 36 },
    { figures: steps.length <= 4 },
  )
  if (shape.length === 3 && shape[0] > 1)
    pen.text(say("web.mechanism.by_channel"), pen.width - 4, pen.height - 6, {
      size: 10,
      align: "right",
      fill: pen.soft,
    })
}

// Few products each by itself; many by channel, or as a positive and a negative total.
/** @param {number[]} shape @param {(d: number) => number} product */
function grouped(shape, product) {
  const count = shape.reduce((all, n) => all * n, 1)
  const products = Array.from({ length: count }, (_, d) => product(d))
  if (shape.length === 3 && shape[0] > 1) {
    const size = count / shape[0]
    return Array.from({ length: shape[0] }, (_, c) => ({
      value: products.slice(c * size, (c + 1) * size).reduce((sum, value) => sum + value, 0),
      name: String(c),
    }))
  }
  return count <= 24 ? products.map((value, d) => ({ value, name: String(d) })) : bothTotals(products)
}

/** @param {number[]} products */
const bothTotals = (products) => totals(products).map((value, n) => ({ value, name: "+−"[n] }))

/** What comes back to a unit: through each weight what arrived at its output. @type {Picture} */
export function denseBack(pen, numbers, symbol, cell) {
  const [w, dy] = ["unit", "all"].map(
    (pattern) => numbers.links(symbol).find((link) => link.pattern === pattern)?.source ?? "",
  )
  const all = terms(numbers, symbol, cell)
  const names = numbers.classes.length === all.length ? numbers.classes : null
  const shown = all
    .map((term, n) => ({ n, term }))
    .sort((a, b) => Math.abs(b.term.value) - Math.abs(a.term.value))
    .slice(0, 12)
    .sort((a, b) => a.n - b.n)
  const name = (/** @type {number} */ n) => (names ? names[n] : String(n))
  const width = (pen.width - 70) / 3
  const height = pen.height - 96
  const three = /** @type {[string, (n: number) => number, string][]} */ ([
    [say("web.mechanism.products"), (n) => all[n].value, "="],
    [`${numbers.maps[w].label}`, (n) => numbers.at(w, all[n].cells[w]), "⊙"],
    [`${numbers.maps[dy].label}`, (n) => numbers.at(dy, all[n].cells[dy]), ""],
  ])
  three.forEach(([title, value, sign], i) => {
    const x = 4 + i * (width + 30)
    pen.text(title, x, 10, { size: 14, math: i > 0 })
    pen.rows(
      shown.map(({ n }) => ({ name: name(n), value: value(n) })),
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

/** All weights of one output. @type {Picture} */
export function weights(pen, numbers, symbol, cell) {
  const shape = numbers.shape(symbol)
  const outputs = shape[shape.length - 1]
  const n = cell[cell.length - 1]
  const values = numbers.values(symbol)
  pen.text(`${numbers.maps[symbol].label}[d,${n}]`, 4, 10, { size: 14, math: true })
  const box = { x: 4, y: 24, width: pen.width - 8, height: pen.height - 34 }
  const units = shape.length > 2 ? shape.slice(0, -1) : shape.slice(0, 1)
  unitsOf(pen, units, (d) => values[d * outputs + n], numbers.maps[symbol].limits, "signed", box)
}

/** A weight's gradient: the unit times what arrived at the output. @type {Picture} */
export function outer(pen, numbers, symbol, cell) {
  const [x, dy] = ["unit", "last"].map(
    (pattern) => numbers.links(symbol).find((link) => link.pattern === pattern)?.source ?? "",
  )
  const outputs = numbers.shape(symbol)[numbers.shape(symbol).length - 1]
  const n = cell[cell.length - 1]
  const shape = numbers.shape(x)
  const height = pen.height - 34
  const each = (pen.width - 230) / 2
  const values = numbers.values(symbol)
  pen.text(`${numbers.maps[x].label}[d]`, 4, 10, { size: 14, math: true })
  const wide = unitsOf(pen, shape, (d) => numbers.values(x)[d], numbers.maps[x].limits, numbers.maps[x].scale, {
    x: 4,
    y: 24,
    width: each,
    height,
  })
  pen.sign("·", wide + 20, 24 + height / 2)
  const rows = Array.from({ length: outputs }, (_, m) => ({
    name: numbers.classes.length === outputs ? numbers.classes[m] : String(m),
    value: numbers.values(dy)[m],
    bold: m === n,
  }))
  pen.text(numbers.maps[dy].label, wide + 36, 10, { size: 14, math: true })
  pen.rows(outputs <= 14 ? rows : [rows[n]], { x: wide + 30, y: 24, width: 170, height }, { names: 46 })
  const at = wide + 230
  pen.sign("=", at - 14, 24 + height / 2)
  pen.text(`${numbers.maps[symbol].label}[d,${n}]`, at, 10, { size: 14, math: true })
  unitsOf(pen, shape, (d) => values[d * outputs + n], numbers.maps[symbol].limits, "signed", {
    x: at,
    y: 24,
    width: pen.width - at - 4,
    height,
  })
}
