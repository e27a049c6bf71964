// Two arrays at the sides of a picture, whose cells belong together.

import { say } from "../../model/words.js"
import { HEAD } from "../sheet.js"
import { drawColumn } from "./outputs.js"
import { fitBox, once, relateCells, ringCell, sizeOf, writeChannelName } from "./windows.js"

/** @import { Box, Numbers, Pen } from "../../types/view.js" */

const AXIS = 40 // width of the labels left of a curve
const CELLS = 4 // a row of up to this many numbers needs less height and width
const WAY = 46 // length of the arrow from a map to the middle

// Draw the two maps at the sides and return the box between them.
/** @param {Pen} pen @param {Numbers} numbers @param {string} left @param {string} right @param {number[]} cell @param {boolean} back @returns {Box} */
export function drawSides(pen, numbers, left, right, cell, back) {
  const flat = numbers.count(left) <= CELLS ? 136 : pen.width * 0.22
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
