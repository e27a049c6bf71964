// An activation: its curve, sampled by the core, over a histogram of the map; backward the same as a gate.

import { number } from "../../model/numbers/format.js"
import { say } from "../../model/words.js"
import { HEAD, SMALL } from "../sheet.js"
import { cellsOf, drawCurve, drawMark, drawMarks, MOST_DOTS } from "./activation_curve.js"
import { drawColumn } from "./outputs.js"
import { fitBox, once, relateCells, ringCell, sizeOf, writeChannelName } from "./windows.js"

/** @import { Box, Numbers, Pen, Picture } from "../../types/view.js" */

const AXIS = 40 // width of the labels left of a curve
const CELLS = 4 // a row of up to this many numbers needs less height
const WAY = 46 // length of the arrow from a map to a curve

/** @type {Picture} */
export function activation(pen, numbers, symbol, cell) {
  const z = numbers.links(symbol)[0].source
  const box = drawSides(pen, numbers, z, symbol, cell, false)
  const axes = drawCurve(pen, numbers, symbol, z, cell, box, 1)
  const to = drawMark(pen, axes, numbers.at(z, cell), box, { across: true })
  pen.writeText(number(numbers.at(symbol, cell)), box.x + box.width - 4, to - 13, {
    bold: true,
    align: "right",
    fill: pen.tone,
    halo: true,
  })
  writeNote(pen, numbers, z, cell, axes.flat, box)
}

// Explain the bars and the shaded parts.
/** @param {Pen} pen @param {Numbers} numbers @param {string} z @param {number[]} cell @param {boolean} flat @param {Box} box */
function writeNote(pen, numbers, z, cell, flat, box) {
  const n = cellsOf(numbers, z, cell).length
  const bars = n > MOST_DOTS ? [say(`web.mechanism.${numbers.maps[z].kind === "map" ? "cells" : "units"}`, { n })] : []
  const text = [...bars, ...(flat ? [say("web.mechanism.shaded")] : [])].join("; ")
  pen.writeNote(text, pen.upright ? pen.width / 2 : box.x + box.width / 2, pen.height - 9, {
    align: "center",
    room: Math.min(box.width + 60, pen.width),
  })
}

/** @type {Picture} */
export function gate(pen, numbers, symbol, cell) {
  const z = symbol.slice(1)
  const made = /** @type {string} */ (
    Object.keys(numbers.network.curves).find((name) => numbers.links(name)[0].source === z)
  )
  const arrived = numbers.links(symbol)[0].source
  const box = drawSides(pen, numbers, symbol, arrived, cell, true)
  const high = { ...box, height: box.height - (pen.upright ? 40 : 62) }
  const title = say("web.mechanism.slope_of", { name: numbers.said[made]?.name ?? made })
  pen.writeText(title, box.x, box.y - (pen.upright ? 27 : 17), { bold: true, room: box.width })
  const axes = drawCurve(pen, numbers, made, z, cell, high, 2)
  const values = cellsOf(numbers, z, cell)
  const few = values.length <= MOST_DOTS
  if (few) drawMarks(pen, axes, values, cell[0], (n) => numbers.nameOf(n, values.length, z), high)
  else {
    drawMark(pen, axes, numbers.at(z, cell), high)
    noteClosed(pen, axes, values, high)
  }
  const foot = { ...box, y: box.y + box.height - 26, height: 14 }
  drawPassing(pen, numbers.at(arrived, cell), numbers.at(symbol, cell), foot)
}

/**
 * Write how many cells pass nothing, if any.
 * @param {Pen} pen @param {import("./activation_curve.js").Axes} axes @param {ArrayLike<number>} values @param {Box} box
 */
function noteClosed(pen, { of }, values, box) {
  const closed = Array.from(values).filter((value) => of(value) === 0).length
  if (!closed) return
  pen.writeNote(say("web.mechanism.closed", { n: closed }), box.x + 8, box.y + 26, { bold: true })
  pen.writeNote(say("web.mechanism.open", { n: values.length - closed }), box.x + box.width - 8, box.y + 26, {
    bold: true,
    align: "right",
  })
}

/**
 * Draw a pale bar for the incoming value with a solid one for what passes.
 * @param {Pen} pen @param {number} came @param {number} passed @param {Box} box
 */
function drawPassing(pen, came, passed, { x, y, width, height }) {
  pen.context.fillStyle = came < 0 ? "#92c5de" : "#f4a582"
  pen.context.fillRect(x, y, width, height)
  pen.context.fillStyle = passed < 0 ? "#2166ac" : "#b2182b"
  pen.context.fillRect(x, y, (width * Math.abs(passed)) / (Math.abs(came) || 1), height)
  const said = { came: number(came, 3), passed: number(passed, 3), share: came ? passed / came : 0 }
  pen.writeText(say("web.mechanism.passes", said), x, y + height + 11, { size: SMALL, room: width })
}

// Draw the two maps at the sides and return the box between them.
/** @param {Pen} pen @param {Numbers} numbers @param {string} left @param {string} right @param {number[]} cell @param {boolean} back @returns {Box} */
export function drawSides(pen, numbers, left, right, cell, back) {
  const flat = numbers.count(left) <= MOST_DOTS ? 136 : pen.width * 0.22
  const wide = pen.upright ? pen.width * 0.43 : numbers.maps[left].kind === "map" ? pen.width * 0.27 : flat
  const word = (/** @type {string} */ name) =>
    back ? say(name === left ? "web.mechanism.goes_on" : "web.mechanism.arrived") : numbers.maps[name].plain
  const made = back ? left : right
  const places = [left, right].map((name, n) => {
    const height = pen.upright ? (numbers.count(name) <= CELLS ? 0.3 : 0.44) * pen.height : pen.height - HEAD - 26
    const place = { x: n ? pen.width - wide - 4 : 4, y: HEAD, width: wide, height }
    const how = { cell, made: made === name, place, word: word(name), limits: numbers.maps[back ? right : name].limits }
    const draw = numbers.maps[name].kind === "map" ? mapAt : rowAt
    return { name, box: draw(pen, numbers, name, how) }
  })
  const [first, last] = places.map(({ box }) => box)
  if (numbers.maps[left].kind === "map") relatePairs(pen, numbers, places)
  if (pen.upright) return placeUnder(pen, first, last, back)
  const x = first.x + first.width + WAY + AXIS
  const width = last.x - x - WAY
  const y = HEAD + Math.min(first.height, pen.height - HEAD - 60) / 2
  const [from, to] = [first.x + first.width + 8, first.x + first.width + WAY - 6]
  pen.drawArrow(back ? to : from, y, back ? from : to, y)
  pen.drawArrow(back ? last.x - 8 : x + width + 8, y, back ? x + width + 8 : last.x - 8, y)
  return { x, y: HEAD, width, height: pen.height - HEAD - 26 }
}

/**
 * Return the box below two maps, and draw an arrow from one to the other.
 * @param {Pen} pen @param {Box} first @param {Box} last @param {boolean} back @returns {Box}
 */
function placeUnder(pen, first, last, back) {
  const y = HEAD + first.height / 2
  const ends = [first.x + first.width + 6, last.x - 6]
  const [from, to] = back ? ends.reverse() : ends
  pen.drawArrow(from, y, to, y)
  const top = Math.max(first.y + first.height, last.y + last.height) + HEAD + 38
  return { x: AXIS + 4, y: top, width: pen.width - AXIS - 16, height: pen.height - top - 22 }
}

/** @param {Pen} pen @param {Numbers} numbers @param {string} name @param {{ cell: number[], made: boolean, place: Box, word: string, limits: number[] }} how @returns {Box} */
function mapAt(pen, numbers, name, { cell, made, place, word, limits }) {
  const box = fitBox(numbers, name, place.x, place.y, place.width, place.height)
  if (place.x > 4) box.x = pen.width - box.width - 4
  writeChannelName(pen, numbers, name, cell[0], box, {
    word,
    note: sizeOf(numbers, name),
    fill: made ? pen.tone : pen.ink,
  })
  pen.drawMap(numbers, name, [cell[0]], box, [], limits)
  pen.frame(box, made ? "made" : "")
  ringCell(pen, numbers, name, cell, box)
  return box
}

/** @param {Pen} pen @param {Numbers} numbers @param {string} name @param {{ cell: number[], made: boolean, place: Box, word: string }} how @returns {Box} */
function rowAt(pen, numbers, name, { cell, made, place, word }) {
  pen.writeHead(numbers.maps[name].label, "", place.x, 13, place.width, word, made ? pen.tone : pen.ink)
  drawColumn(pen, numbers, name, cell[0], place, { made })
  return place
}

/**
 * Add hit areas that relate equal cells of both maps.
 * @param {Pen} pen @param {Numbers} numbers @param {{ name: string, box: Box }[]} places
 */
function relatePairs(pen, numbers, places) {
  const [, rows, columns] = numbers.shape(places[0].name)
  const all = () => Array.from({ length: rows * columns }, (_, n) => `${Math.floor(n / columns)},${n % columns}`)
  const terms = once(() => new Map(all().map((at) => [at, at])))
  for (const { name, box } of places) relateCells(pen, numbers, name, box, terms)
}
