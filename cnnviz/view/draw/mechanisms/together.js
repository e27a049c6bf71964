// Several images together: a channel's heap over all of them, the three paths back through it, and what each image pulls.

import { colour } from "../../model/colour.js"
import { number, short } from "../../model/format.js"
import { one } from "../../model/links.js"
import { say } from "../../model/words.js"
import { HEAD, SMALL } from "../sheet.js"
import { heaps, layerOf, saidOfHat, spreadOf } from "./normalisation.js"

/** @typedef {import("../mechanism.js").Picture} Picture */
/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("../../model/layout.js").Box} Box */
/** @typedef {{ values: ArrayLike<number>, images: number, size: number, limits: number[] }} Stack  one channel of an array of all images, image after image, each of so many numbers */

const GAP = 3 // between two images
const [NOTES, FOOT] = [44, 30] // under the maps of paths, and under their sum
const SHARES = 300 // room of the table beside the sum

/** One channel or unit of an array of all images. @param {Numbers} numbers @param {string} name "all.z1" @param {number} channel @param {number} [part] of an array of several such arrays */
function stackOf(numbers, name, channel, part = 0) {
  const { values, shape } = numbers.arrays[name]
  const [images, channels, ...map] = shape.slice(
    shape.length - numbers.shape(name.slice(name.indexOf(".") + 1)).length - 1,
  )
  const size = map.reduce((all, n) => all * n, 1)
  const found = new Float64Array(images * size)
  for (let i = 0; i < images; i++) {
    const from = ((part * images + i) * channels + channel) * size
    for (let n = 0; n < size; n++) found[i * size + n] = values[from + n]
  }
  const most = found.reduce((all, value) => Math.max(all, Math.abs(value)), 0)
  return { values: found, images, size, limits: [-most, most] }
}

/** Tells how the images lie: maps as a square of maps, units one under the other. @param {Numbers} numbers @param {string} symbol @param {Stack} stack @param {Box} box @returns {Box[]} */
function placesOf(numbers, symbol, { images }, box) {
  const [rows, columns] = numbers.maps[symbol].kind === "map" ? numbers.shape(symbol).slice(-2) : [1, 4]
  const across = numbers.maps[symbol].kind === "map" ? Math.ceil(Math.sqrt(images)) : 1
  const down = Math.ceil(images / across)
  const side = Math.min(
    (box.width - (across - 1) * GAP) / across / columns,
    (box.height - (down - 1) * GAP) / down / rows,
  )
  return Array.from({ length: images }, (_, n) => ({
    x: box.x + (n % across) * (side * columns + GAP),
    y: box.y + Math.floor(n / across) * (side * rows + GAP),
    width: side * columns,
    height: side * rows,
  }))
}

/** The box around boxes. @param {Box[]} boxes @returns {Box} */
function around(boxes) {
  const [x, y] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))]
  const right = Math.max(...boxes.map((box) => box.x + box.width))
  return { x, y, width: right - x, height: Math.max(...boxes.map((box) => box.y + box.height)) - y }
}

/** All images of a channel, with a ring around the cell of the one that is shown. @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Stack} stack @param {number[]} cell @param {Box} box @param {boolean} [made] @returns {Box} */
function images(pen, numbers, symbol, stack, cell, box, made = false) {
  const places = placesOf(numbers, symbol, stack, box)
  const isMap = numbers.maps[symbol].kind === "map"
  const [rows, columns] = isMap ? numbers.shape(symbol).slice(-2) : [1, 1]
  const shown = Number(numbers.answer.lesson.image ?? 0)
  const ring = { rows: one(isMap ? cell[1] : 0), columns: one(isMap ? cell[2] : 0), strong: true }
  places.forEach((place, i) =>
    pen.picture(
      rows,
      columns,
      (n) => stack.values[i * stack.size + n],
      stack.limits,
      "signed",
      place,
      i === shown ? [ring] : [],
    ),
  )
  const whole = around(places)
  if (made) pen.frame(whole, "made")
  return whole
}

/** A channel of all images as one heap: brought to mean 0 and spread 1, then scaled and shifted. @type {Picture} */
export function normalisedTogether(pen, numbers, symbol, cell) {
  const [{ source }, gain, shift] = numbers.links(symbol)
  const [z, n] = [source, symbol].map((name) => stackOf(numbers, `all.${name}`, cell[0]))
  const wide = pen.width * 0.22
  const place = { x: 4, y: HEAD, width: wide, height: pen.height - HEAD - 26 }
  const heads = [source, symbol].map((name) => `${numbers.maps[name].label}`)
  const left = images(pen, numbers, source, z, cell, place)
  const note = say("web.mechanism.of_all", { channel: cell[0], n: z.images })
  pen.head(heads[0], "", left.x, 13, wide + 90, note)
  pen.ends(z.limits, "signed", left)
  const right = images(pen, numbers, symbol, n, cell, { ...place, x: pen.width - left.width - 5 }, true)
  pen.head(heads[1], "", right.x, 13, right.width, numbers.maps[symbol].plain, pen.tone)
  pen.ends(n.limits, "signed", right)
  const box = {
    x: left.x + left.width + 60,
    y: HEAD - 22,
    width: right.x - left.width - 124,
    height: pen.height - HEAD + 16,
  }
  const middle = left.y + left.height / 2
  pen.arrow(left.x + left.width + 8, middle, box.x - 10, middle)
  pen.arrow(box.x + box.width + 10, middle, right.x - 10, middle)
  const [mean, spread] = [numbers.kept(`${symbol}.mean`, cell), spreadOf(numbers, symbol, cell)]
  const hat = (/** @type {number} */ value) => (value - mean) / spread
  const at = (/** @type {string} */ name) => numbers.maps[name].label
  const [g, s] = [gain, shift].map((link) => numbers.at(link.source, [cell[0]]))
  heaps(pen, box, [
    {
      name: at(source),
      values: z.values,
      own: numbers.at(source, cell),
      said: [`μ = ${short(mean)}`, `σ = ${short(spread)}`],
    },
    {
      name: "x̂",
      values: Array.from(z.values, hat),
      own: hat(numbers.at(source, cell)),
      said: saidOfHat(numbers, symbol),
    },
    {
      name: at(symbol),
      values: n.values,
      own: numbers.at(symbol, cell),
      said: [`${at(gain.source)} = ${short(g)}`, `${at(shift.source)} = ${short(s)}`],
    },
  ])
}

const PATHS = ["straight", "mean", "spread"]

/** Back through a heap of all images: straight, through its mean and through its spread. @type {Picture} */
export function pathsTogether(pen, numbers, symbol, cell) {
  const [{ source: arrived }, , gain] = numbers.links(symbol)
  const made = layerOf(numbers, symbol)?.symbol ?? symbol
  const parts = PATHS.map((_, n) => stackOf(numbers, `parts.${symbol}`, cell[0], n))
  const all = stackOf(numbers, `all.${symbol}`, cell[0])
  const came = stackOf(numbers, `all.${arrived}`, cell[0])
  const pitch = pen.width * 0.195
  const place = (/** @type {number} */ n) => ({
    x: 6 + n * pitch,
    y: HEAD + 20,
    width: pitch * 0.58,
    height: 0.42 * pen.height,
  })
  const own = images(pen, numbers, symbol, all, cell, place(0), true)
  head(pen, numbers.maps[symbol].label, say("web.mechanism.channel_of", { n: cell[0] }), all, own.x, pen.tone)
  const boxes = parts.map((part, n) => images(pen, numbers, symbol, part, cell, place(n + 1)))
  PATHS.forEach((path, n) => {
    const x = boxes[n].x
    const before = n ? boxes[n - 1] : own
    pen.sign(n ? "+" : "=", (before.x + before.width + x) / 2, own.y + own.height / 2)
    pen.text(say(`web.mechanism.path.${path}`), x, 13, { bold: true, room: pitch - 10 })
    pen.text(`± ${number(parts[n].limits[1], 2)}`, x, 33, { size: SMALL, fill: pen.soft })
    pen.text(say(`web.mechanism.path.${path}_note`, { n: all.values.length }), x, own.y + own.height + 18, {
      size: SMALL,
      fill: pen.soft,
      room: pitch - 10,
    })
  })
  const last = images(pen, numbers, arrived, came, cell, { ...place(0), x: pen.width - own.width - 4 })
  head(pen, numbers.maps[arrived].label, say("web.mechanism.arrived"), came, last.x)
  const [from, to] = [last.x - 12, boxes[2].x + boxes[2].width + 12]
  const middle = own.y + own.height / 2
  pen.arrow(from, middle, to, middle)
  const by = numbers.at(gain.source, [cell[0]]) / spreadOf(numbers, made, cell)
  const scaled = `· ${numbers.maps[gain.source].label} / σ = ${number(by, 3)}`
  pen.text(scaled, (from + to) / 2, middle - 18, { align: "center", room: from - to })
  added(pen, numbers, symbol, cell, { own, boxes, parts, all, top: own.y + own.height + NOTES })
  table(pen, numbers, symbol, cell[0], { x: pen.width - SHARES, y: own.y + own.height + NOTES - 8 })
}

/** Writes what a map is called, and how far its colours go. @param {Pen} pen @param {string} name @param {string} word @param {Stack} stack @param {number} x @param {string} [fill] */
function head(pen, name, word, { limits }, x, fill = pen.ink) {
  pen.head(name, "", x, 13, 200, word, fill)
  pen.text(`± ${number(limits[1], 2)}`, x, 33, { size: SMALL, fill: pen.soft })
}

/** Draws what the three paths add to the cell. @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number[]} cell @param {{ own: Box, boxes: Box[], parts: Stack[], all: Stack, top: number }} at */
function added(pen, numbers, symbol, cell, { own, boxes, parts, all, top }) {
  const shown = Number(numbers.answer.lesson.image ?? 0)
  const within = numbers.maps[symbol].kind === "map" ? cell[1] * numbers.shape(symbol)[2] + cell[2] : 0
  const terms = parts.map((part, n) => ({ value: part.values[shown * part.size + within], term: PATHS[n] }))
  const places = [...boxes, own].map(({ x, width }) => x + width / 2)
  const box = { x: 0, y: top, width: pen.width - SHARES - 20, height: pen.height - top - FOOT }
  const total = pen.stairs(terms, numbers.at(symbol, cell), box, {
    places,
    digits: 4,
    room: 110,
    wide: 44,
    paint: colour(numbers.at(symbol, cell), all.limits, "signed"),
  })
  pen.lead([places[3], total.y], [places[3], own.y + own.height + 4])
}

/** Writes how large each path is: here, where it nearly vanishes beside the straight one, and in the gradient that it makes of the weights before. @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number} channel @param {{ x: number, y: number }} at */
function table(pen, numbers, symbol, channel, { x, y }) {
  const [shares, sizes] = ["shares", "sizes"].map((name) => numbers.arrays[`${name}.${symbol}`])
  const channels = shares.shape[1]
  const of = numbers.stages.find(({ inputs, phase }) => phase === "backward" && inputs.includes(symbol))?.symbol ?? ""
  const weights = sizes.shape[1] ? (numbers.maps[of]?.label ?? "") : ""
  const [first, second] = [x + 84, x + 200]
  const small = { size: SMALL, fill: pen.soft }
  pen.rich(say("web.mechanism.path.in", { symbol: numbers.maps[symbol].label }), first, y, {
    ...small,
    room: second - first - 8,
  })
  if (weights) pen.rich(say("web.mechanism.path.size", { symbol: weights }), second, y, small)
  const most = Math.max(
    ...Array.from({ length: 4 }, (_, n) => (weights ? sizes.values[n * channels + channel] : 0)),
    1e-300,
  )
  ;[...PATHS, "together"].forEach((path, n) => {
    const top = y + 24 * (n + 1)
    const bold = path === "together"
    pen.text(say(`web.mechanism.path.${path}_short`), x, top, { bold, room: 80 })
    pen.context.fillStyle = bold ? pen.ink : pen.soft
    if (!bold) {
      const share = shares.values[n * channels + channel]
      pen.context.fillRect(first, top - 7, Math.max(58 * share, 1), 14)
      pen.text(say("web.mechanism.path.share", { share }), second - 16, top, { align: "right" })
    }
    if (!weights) return
    const size = sizes.values[n * channels + channel]
    pen.context.fillStyle = bold ? pen.ink : pen.soft
    pen.context.fillRect(second, top - 7, Math.max((40 * size) / most, 1), 14)
    pen.text(number(size, 2), x + SHARES - 2, top, { bold, align: "right" })
  })
}
