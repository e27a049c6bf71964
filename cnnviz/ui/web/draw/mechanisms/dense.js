// A fully connected layer: products of a unit, summed; and its two ways back.

import { terms, totals } from "../../model/filling.js"
import { number } from "../../model/format.js"
import { one } from "../../model/links.js"
import { say } from "../../model/words.js"
import { channelName } from "./windows.js"

/** @typedef {import("../mechanism.js").Picture} Picture */
/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("../pen.js").Box} Box */

const MOST_ARROWS = 4 // outputs with an arrow each; of more, the largest terms are bars
const MOST_COLUMNS = 4 // of a table

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
  let [width, height] = [0, 0]
  for (const part of lying(shape, box.width, box.height)) {
    pen.picture(part.rows, part.columns, (n) => (part.from + n < count ? pick(part.from + n) : 0), limits, scale, {
      x: box.x + part.x,
      y: box.y + part.y,
      width: part.width,
      height: part.height,
    })
    width = Math.max(width, part.x + part.width)
    height = Math.max(height, part.y + part.height)
  }
  return { width, height }
}

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
  const most = Array.from(values, (_, d) => Math.abs(product(d))).reduce((all, size) => Math.max(all, size), 0)
  const channels = shape.length === 3 && shape[0] > 1
  const height = Math.max(pen.height - (channels ? 100 : 44), 60)
  const each = Math.min((pen.width - 190) / 3, channels ? pen.width * 0.22 : pen.width * 0.175)
  let at = 4
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
    const { width: wide, height: tall } = unitsOf(pen, shape, pick, limits, scale, {
      x: at,
      y: 24,
      width: each,
      height,
    })
    pen.head(name, "", at, 10, Math.max(wide, 70), word)
    pen.ends(limits, scale, { x: at, y: 24, width: wide, height: tall })
    if (sign) pen.sign(sign, at + wide + 14, 24 + tall / 2)
    at += wide + 28
  }
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
    value: Array.from({ length: size }, (_, d) => product(c * size + d)).reduce((sum, value) => sum + value, 0),
    name: String(c),
  }))
}

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

/** Few outputs: an arrow from each, as thick as its term is large. @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number[]} cell @param {{ w: string, dy: string, all: import("../../model/filling.js").Term[] }} parts */
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
  all.forEach(({ value, cells }, n) => {
    const y = 24 + n * line + line / 2
    pen.cell(
      numbers.at(dy, cells[dy]),
      numbers.maps[dy].limits,
      "signed",
      { x: right, y: y - 15, width: 92, height: 30 },
      { ring: pen.tone },
    )
    const to = sum.y + (n + 0.62) * Math.min(sum.height / (all.length + 1), 58)
    const thick = 1.5 + 7 * Math.sqrt(Math.abs(value) / most)
    pen.arrow(right - 6, y, sum.x + sum.width + 10, to, pen.tone, thick)
    const weight = `× ${numbers.maps[w].label}[${numbers.index(w, cells[w]).join(",")}] = ${number(numbers.at(w, cells[w]), 3)}`
    const middle = (right + sum.x + sum.width) / 2
    pen.text(weight, middle, (y + to) / 2 - 8 - thick / 2, {
      size: 11,
      align: "center",
      room: right - sum.x - sum.width - 20,
    })
  })
  pen.text(say("web.mechanism.widths"), pen.width - 4, pen.height - 8, { size: 11, align: "right", fill: pen.soft })
}

/** All weights of one output. @type {Picture} */
export function weights(pen, numbers, symbol, cell) {
  const shape = numbers.shape(symbol)
  const outputs = shape[shape.length - 1]
  const n = cell[cell.length - 1]
  const values = numbers.values(symbol)
  pen.head(`${numbers.maps[symbol].label}[d,${n}]`, "", 4, 10, pen.width, numbers.maps[symbol].plain)
  const box = { x: 4, y: 24, width: pen.width - 8, height: pen.height - 44 }
  const units = shape.length > 2 ? shape.slice(0, -1) : shape.slice(0, 1)
  unitsOf(pen, units, (d) => values[d * outputs + n], numbers.maps[symbol].limits, "signed", box)
}

/** A weight's gradient: the unit times what arrived at the output, as a table of all with all. @type {Picture} */
export function outer(pen, numbers, symbol, cell) {
  const [x, dy] = ["unit", "last"].map(
    (pattern) => numbers.links(symbol).find((link) => link.pattern === pattern)?.source ?? "",
  )
  const outputs = numbers.shape(symbol)[numbers.shape(symbol).length - 1]
  const n = cell[cell.length - 1]
  const columns = around(n, outputs, MOST_COLUMNS)
  const shown = outputs <= 2 ? columns : [n]
  const shape = numbers.shape(x)
  const values = numbers.values(symbol)
  const { limits } = numbers.maps[symbol]
  const each = (pen.width * 0.44) / shown.length - 12
  let left = 4
  for (const m of shown) {
    const box = { x: left, y: 24, width: each, height: pen.height - 44 }
    const { width, height } = unitsOf(pen, shape, (d) => values[d * outputs + m], limits, "signed", box)
    pen.head(
      numbers.maps[symbol].label,
      "",
      left,
      10,
      Math.max(width, 90),
      say("web.mechanism.to_output", { name: numbers.nameOf(m, outputs) }),
    )
    pen.ends(limits, "signed", { ...box, width, height })
    left += width + 12
  }
  const d = numbers.offset(x, cell.slice(0, -1))
  pen.arrow(left + 30, pen.height / 2, left + 4, pen.height / 2)
  table(
    pen,
    numbers,
    { symbol, x, dy, n, d, columns, outputs },
    { x: left + 44, y: 20, width: pen.width - left - 48, height: pen.height - 24 },
  )
}

/** The place itself and its neighbours, at most so many. @param {number} at @param {number} count @param {number} most */
function around(at, count, most) {
  const from = Math.min(Math.max(at - Math.floor(most / 2), 0), Math.max(count - most, 0))
  return Array.from({ length: Math.min(count, most) }, (_, n) => from + n)
}

/** Units down the side, what arrived along the top, and the product of each with each. @param {Pen} pen @param {Numbers} numbers @param {{ symbol: string, x: string, dy: string, n: number, d: number, columns: number[], outputs: number }} parts @param {Box} box */
function table(pen, numbers, { symbol, x, dy, n, d, columns, outputs }, box) {
  const count = numbers.count(x)
  const near = around(d, count, 3)
  const rows = [...new Set([0, ...near, count - 1])].sort((a, b) => a - b)
  const gaps = rows.map((row, i) => /** @type {number} */ (i && row - rows[i - 1] > 1 ? 12 : 0))
  const line = Math.min((box.height - 18 - gaps.reduce((sum, gap) => sum + gap, 0)) / (rows.length + 1.2), 40)
  const wide = Math.min((box.width - 64) / (columns.length + 1), 92)
  const side = box.x + columns.length * wide + 12
  const values = { unit: numbers.values(x), back: numbers.values(dy), gradient: numbers.values(symbol) }
  const cellAt = (/** @type {number} */ left, /** @type {number} */ top) => ({
    x: left,
    y: top,
    width: wide - 4,
    height: line - 4,
  })
  const top = box.y + 18
  pen.text(say("web.mechanism.top", { symbol: numbers.maps[dy].label }), box.x, box.y, {
    size: 12,
    fill: pen.soft,
    room: side - box.x - 8,
  })
  pen.text(say("web.mechanism.side", { symbol: numbers.maps[x].label }), pen.width - 4, box.y, {
    size: 12,
    align: "right",
    fill: pen.soft,
    room: pen.width - side,
  })
  columns.forEach((m, i) => {
    const ring = m === n ? pen.tone : undefined
    pen.cell(values.back[m], numbers.maps[dy].limits, "signed", cellAt(box.x + i * wide, top), {
      ring,
      write: (value) => number(value, 3),
    })
  })
  const cut = { before: columns[0] > 0, after: columns[columns.length - 1] < outputs - 1 }
  if (cut.before) pen.text("…", box.x - 8, top + line / 2, { align: "center" })
  if (cut.after) pen.text("…", side - 10, top + line / 2, { align: "center" })
  let y = top + line * 1.2
  rows.forEach((row, i) => {
    if (gaps[i])
      for (const left of [box.x + wide / 2, side + wide / 2]) pen.text("⋮", left, y + 4, { align: "center", size: 12 })
    y += gaps[i]
    columns.forEach((m, c) => {
      const ring = row === d && m === n ? pen.ink : undefined
      const value = values.gradient[row * outputs + m]
      pen.cell(value, numbers.maps[symbol].limits, "signed", cellAt(box.x + c * wide, y), {
        ring,
        write: (figure) => number(figure, 3),
      })
    })
    const { limits, scale } = numbers.maps[x]
    pen.cell(values.unit[row], limits, scale, cellAt(side, y), {
      ring: row === d ? pen.tone : undefined,
      write: (figure) => number(figure, 3),
    })
    pen.text(
      `${numbers.maps[x].label}[${numbers.index(x, numbers.cell(x, row)).join(",")}]`,
      side + wide,
      y + line / 2 - 2,
      { size: 12, math: true, room: pen.width - side - wide },
    )
    y += line
  })
}
