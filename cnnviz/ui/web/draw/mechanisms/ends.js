// The two ends of a network: the image's pixels, the row of units, softmax, outputs against targets, the loss.

import { stored } from "../../model/explanation.js"
import { number, short } from "../../model/format.js"
import { one } from "../../model/links.js"
import { say } from "../../model/words.js"
import { photographed } from "./photograph.js"
import { channelName, fitted } from "./windows.js"

/** @typedef {import("../mechanism.js").Picture} Picture */
/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../pen.js").Pen} Pen */

const PATCH = 7 // rows and columns of pixels that are printed,
const FEW = 5 // and beside a photograph and its three maps

/** @type {Picture} */
export function patch(pen, numbers, _symbol, cell) {
  const [channels, rows, columns] = numbers.shape("x")
  const { photo } = numbers.answer.arrays
  if (photo) return photographed(pen, numbers, cell, photo.values)
  const wanted = channels === COLOURS ? FEW : PATCH
  const [down, right] = [Math.min(wanted, rows), Math.min(wanted, columns)]
  const top = Math.min(Math.max(cell[1] - (wanted >> 1), 0), rows - down)
  const left = Math.min(Math.max(cell[2] - (wanted >> 1), 0), columns - right)
  const side = pen.height - 44
  const ring = { rows: { start: top, count: down, step: 1 }, columns: { start: left, count: right, step: 1 } }
  const own = { rows: one(cell[1]), columns: one(cell[2]), strong: true }
  const box =
    channels === COLOURS
      ? colours(pen, numbers, cell[0], [ring, own])
      : fitted(numbers, "x", 4, 24, pen.width * 0.42, side)
  if (channels !== COLOURS) {
    pen.head(channelName(numbers, "x", cell[0]), `${rows}×${columns}`, box.x, 10, box.width, numbers.maps.x.plain)
    pen.map(numbers, "x", [cell[0]], box, [ring, own])
  }
  const at = box.x + box.width + 50
  const values = Array.from({ length: down * right }, (_, n) =>
    numbers.at("x", [cell[0], top + Math.floor(n / right), left + (n % right)]),
  )
  const grid = { x: at, y: 24, width: Math.min(pen.width - at - 10, side * 1.6), height: side }
  const place = (cell[1] - top) * right + cell[2] - left
  pen.grid(values, right, numbers.maps.x.limits, "pixel", grid, { write: (value) => String(stored(numbers, value)) })
  const [w, h] = [grid.width / right, grid.height / down]
  pen.context.strokeStyle = pen.tone
  pen.context.lineWidth = 2.5
  pen.context.strokeRect(grid.x + (place % right) * w, grid.y + Math.floor(place / right) * h, w - 1, h - 1)
  const named = channels === COLOURS ? say(CHANNELS[cell[0]]) : ""
  pen.text([named, say("web.mechanism.pixels")].filter(Boolean).join(", "), at, 10, {
    size: 12,
    fill: pen.soft,
    room: grid.width,
  })
  if (channels === COLOURS) return pen.arrow(at - 38, 24 + box.height / 2, at - 10, 24 + box.height / 2)
  const scale = box.width / columns
  pen.thread([box.x + (left + right) * scale, box.y + top * (box.height / rows)], [at, 24])
  pen.thread([box.x + (left + right) * scale, box.y + (top + down) * (box.height / rows)], [at, 24 + side])
}

const COLOURS = 3
const CHANNELS = ["web.mechanism.red", "web.mechanism.green", "web.mechanism.blue"]

// The photograph, and its three maps beside it.
/** @param {Pen} pen @param {Numbers} numbers @param {number} chosen @param {import("../pen.js").Ring[]} rings */
function colours(pen, numbers, chosen, rings) {
  const [, rows, columns] = numbers.shape("x")
  const free = pen.height - 44
  const photo = fitted(numbers, "x", 4, 24, pen.width * 0.175, free)
  const each = fitted(numbers, "x", 0, 24, pen.width * 0.13, free)
  const values = numbers.values("x")
  const [, most] = numbers.maps.x.limits
  const size = rows * columns
  pen.text(say("web.mechanism.photograph"), 4, 10, { size: 12, fill: pen.soft })
  pen.pixels(rows, columns, (n) => [0, 1, 2].map((c) => Math.round((255 * values[c * size + n]) / most)), photo, rings)
  const from = photo.x + photo.width + 26
  pen.sign("=", from - 13, 24 + each.height / 2)
  for (let c = 0; c < COLOURS; c++) {
    const box = { ...each, x: from + c * (each.width + 8) }
    pen.head(channelName(numbers, "x", c), "", box.x, 10, box.width, say(CHANNELS[c]))
    pen.map(numbers, "x", [c], box, c === chosen ? rings : [])
  }
  return { ...each, x: from, width: COLOURS * (each.width + 8) - 8 }
}

const STRIP = 18 // height of a row of the list

/** The rows of a map, pulled out and joined end to end. @type {Picture} */
export function flattened(pen, numbers, _symbol, cell) {
  const [link] = numbers.links("v")
  const shape = numbers.shape(link.source)
  const at = numbers.offset("v", cell)
  const count = numbers.count("v")
  const values = numbers.values("v")
  const { limits, scale } = numbers.maps.v
  if (shape.length === 3) unrolled(pen, numbers, link.source, cell)
  const strip = { x: 24, y: pen.height - 44, width: pen.width - 40, height: STRIP }
  pen.text("v", 4, strip.y + STRIP / 2, { size: 16, math: true })
  const ring = { rows: one(0), columns: one(at), strong: true }
  pen.picture(1, count, (n) => values[n], limits, scale, strip, [ring])
  pen.text("0", strip.x, pen.height - 15, { size: 11, fill: pen.soft })
  pen.text(say("web.mechanism.number_of", { n: at, count }), strip.x + strip.width / 2, pen.height - 15, {
    size: 12,
    align: "center",
  })
  pen.text(String(count - 1), strip.x + strip.width, pen.height - 15, { size: 11, align: "right", fill: pen.soft })
}

// The first rows, the one that is spoken of and the last: where each comes from, and where it stands in the list.
/** @param {Pen} pen @param {Numbers} numbers @param {string} map @param {number[]} cell */
function unrolled(pen, numbers, map, cell) {
  const [, rows, columns] = numbers.shape(map)
  const box = fitted(numbers, map, 4, 24, pen.width * 0.26, pen.height - 94)
  pen.head(channelName(numbers, map, cell[0]), "", box.x, 10, box.width, numbers.maps[map].plain)
  const ring = { rows: one(cell[1]), columns: one(cell[2]), strong: true }
  const shown = [...new Set([0, 1, cell[1], rows - 1])].filter((row) => row < rows).sort((a, b) => a - b)
  const along = { start: 0, count: columns, step: 1 }
  pen.map(numbers, map, [cell[0]], box, [...shown.map((row) => ({ rows: one(row), columns: along })), ring])
  const left = box.x + box.width + 40
  const gaps = shown.filter((row, i) => i > 0 && row - shown[i - 1] > 1).length
  const wide = (pen.width - left - 8 - 26 * gaps) / shown.length
  const from = numbers.offset(map, [cell[0], 0, 0])
  const { limits, scale } = numbers.maps[map]
  let x = left
  shown.forEach((row, i) => {
    if (i && row - shown[i - 1] > 1) {
      pen.text("…", x + 13, 42 + STRIP / 2, { align: "center" })
      x += 26
    }
    ribbon(
      pen,
      { x: box.x + box.width, y: box.y + (row * box.height) / rows, height: box.height / rows },
      { x, y: 42 + STRIP, width: wide },
    )
    const start = from + row * columns
    pen.text(say("web.mechanism.row", { row }), x + wide / 2, 14, { size: 12, bold: true, align: "center" })
    pen.text(`v[${start} … ${start + columns - 1}]`, x + wide / 2, 30, {
      size: 12,
      math: true,
      align: "center",
      room: wide,
    })
    const own = row === cell[1] ? [{ rows: one(0), columns: one(cell[2]), strong: true }] : []
    pen.picture(
      1,
      columns,
      (n) => numbers.values(map)[start + n],
      limits,
      scale,
      { x, y: 42, width: wide, height: STRIP },
      own,
    )
    x += wide
  })
}

// From a row of the map up to its place in the list.
/** @param {Pen} pen @param {{ x: number, y: number, height: number }} row @param {{ x: number, y: number, width: number }} place */
function ribbon(pen, row, place) {
  const { context } = pen
  const low = row.y + row.height
  const end = place.x + place.width
  context.fillStyle = pen.tone
  context.globalAlpha = 0.13
  context.beginPath()
  context.moveTo(row.x, row.y)
  context.bezierCurveTo(place.x, row.y, place.x, row.y, place.x, place.y)
  context.lineTo(end, place.y)
  context.bezierCurveTo(end, low, end, low, row.x, low)
  context.fill()
  context.globalAlpha = 1
}

/** @param {Numbers} numbers @param {string} symbol @param {number} n */
const className = (numbers, symbol, n) => numbers.nameOf(n, numbers.count(symbol))

/** @param {Numbers} numbers @param {string} symbol @param {number} chosen @param {(value: number, n: number) => number} [of] */
const rowsOf = (numbers, symbol, chosen, of = (value) => value) =>
  Array.from(numbers.values(symbol), (value, n) => ({
    name: className(numbers, symbol, n),
    value: of(value, n),
    bold: n === chosen,
  })).slice(0, 14)

const LARGEST = 80 // sums up to here have powers that can be written

/** Every sum has a part in every output: through the total. @type {Picture} */
export function softmax(pen, numbers, symbol, cell) {
  const z = numbers.links(symbol)[0].source
  const sums = numbers.values(z)
  const taken = Math.max(...sums) > LARGEST ? Math.max(...sums) : 0
  const power = (/** @type {number} */ value) => Math.exp(value - taken)
  const [width, middle] = [(pen.width - 150) / 3, 96]
  const height = pen.height - 44
  const titles = [
    say("web.mechanism.scores", { symbol: numbers.maps[z].label }),
    say(taken ? "web.mechanism.powers" : "web.mechanism.plain_powers", { symbol: numbers.maps[z].label }),
    say("web.mechanism.parts", { symbol: numbers.maps[symbol].label }),
  ]
  const places = [4, 4 + width + 36, 4 + 2 * width + 36 + middle]
  titles.forEach((title, n) => pen.text(title, places[n], 10, { size: 12, fill: pen.soft, room: width }))
  const box = (/** @type {number} */ n) => ({ x: places[n], y: 24, width, height })
  const { y } = pen.rows(rowsOf(numbers, z, cell[0]), box(0), { names: 54 })
  const powers = rowsOf(numbers, z, cell[0], power)
  pen.rows(powers, box(1), { names: 54 })
  const total = Array.from(sums).reduce((sum, value) => sum + power(value), 0)
  coupling(pen, powers.length, cell[0], y, {
    from: places[1] + width + 4,
    to: places[2] + 4,
    at: y(0) + (y(powers.length - 1) - y(0)) / 2,
    total,
  })
  for (let n = 0; n < powers.length; n++)
    pen.arrow(places[1] - 28, y(n), places[1] - 6, y(n), n === cell[0] ? pen.tone : pen.line, n === cell[0] ? 2 : 1)
  ifItRose(pen, numbers, symbol, cell[0], { ...box(2), x: places[2] + 8, width: width - 8 }, (n) =>
    power(sums[n] + Number(n === cell[0])),
  )
}

// From every power into the total, and from it to every share.
/** @param {Pen} pen @param {number} count @param {number} chosen @param {(n: number) => number} y @param {{ from: number, to: number, at: number, total: number }} parts */
function coupling(pen, count, chosen, y, { from, to, at, total }) {
  const middle = (from + to) / 2
  const { context } = pen
  for (let n = 0; n < count; n++) {
    context.strokeStyle = n === chosen ? pen.tone : pen.soft
    context.lineWidth = n === chosen ? 2 : 0.7
    for (const [start, end] of [
      [from, middle - 26],
      [to, middle + 26],
    ]) {
      context.beginPath()
      context.moveTo(start, y(n))
      context.bezierCurveTo((start + end) / 2, y(n), (start + end) / 2, at, end, at)
      context.stroke()
    }
  }
  pen.text("Σ", middle, at - 10, { size: 16, align: "center" })
  pen.text(short(total), middle, at + 8, { size: 12, bold: true, align: "center", room: 50 })
}

// The shares, and dashed what they would be if the chosen sum were larger by 1.
/** @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number} chosen @param {import("../pen.js").Box} box @param {(n: number) => number} power then */
function ifItRose(pen, numbers, symbol, chosen, box, power) {
  const rows = rowsOf(numbers, symbol, chosen)
  const all = Array.from(numbers.values(symbol), (_, n) => power(n))
  const total = all.reduce((sum, value) => sum + value, 0)
  const then = rows.map((_, n) => all[n] / total)
  const limits = [0, Math.max(...then, ...rows.map(({ value }) => value))]
  const { x, y } = pen.rows(rows, box, { names: 54, limits })
  const line = y(1) - y(0)
  pen.context.setLineDash([3, 2])
  pen.context.strokeStyle = pen.ink
  pen.context.lineWidth = 1
  then.forEach((value, n) =>
    pen.context.strokeRect(x(0), y(n) - line * 0.34, Math.max(x(value) - x(0), 0.5), line * 0.68),
  )
  pen.context.setLineDash([])
  then.forEach((value, n) => {
    const way = x(value) - x(rows[n].value)
    if (Math.abs(way) > 8)
      pen.arrow(
        x(rows[n].value) + (way < 0 ? 12 : 2),
        y(n),
        x(value) + (way < 0 ? 2 : -2),
        y(n),
        way < 0 ? pen.neg : pen.pos,
        1.5,
      )
  })
  pen.text(say("web.mechanism.if_it_rose"), pen.width - 4, pen.height - 8, { size: 11, align: "right", fill: pen.soft })
}

/** @type {Picture} */
export function softmaxBack(pen, numbers, symbol, cell) {
  const sources = numbers.links(symbol).map(({ source }) => source)
  const names = [symbol, ...sources]
  const width = (pen.width - 30 * names.length) / names.length
  names.forEach((name, n) => {
    const x = 4 + n * (width + 30)
    pen.text(numbers.maps[name].label, x, 10, { size: 16, math: true })
    pen.rows(rowsOf(numbers, name, cell[0]), { x, y: 24, width, height: pen.height - 44 })
    if (n === 0) pen.arrow(x + width + 26, pen.height / 2, x + width + 6, pen.height / 2)
  })
}

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
