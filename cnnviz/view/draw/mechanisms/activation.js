// An activation: its curve, as the core sampled it, over a histogram of the map; backward the same as a gate.

import { number } from "../../model/format.js"
import { one } from "../../model/links.js"
import { say } from "../../model/words.js"
import { cellsOf, curve, MOST_DOTS } from "./curve.js"
import { channelName, fitted } from "./windows.js"

/** @typedef {import("../mechanism.js").Picture} Picture */
/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("../pen.js").Box} Box */

/** @type {Picture} */
export function activation(pen, numbers, symbol, cell) {
  const z = numbers.links(symbol)[0].source
  const box = sides(pen, numbers, z, symbol, cell, false)
  const flat = curve(pen, numbers, symbol, z, cell, box, 1)
  const bars = say(`web.mechanism.${numbers.maps[z].kind === "map" ? "cells" : "units"}`, {
    n: cellsOf(numbers, z, cell).length,
  })
  note(pen, cellsOf(numbers, z, cell).length > MOST_DOTS ? [bars] : [], flat, box)
}

// What the bars and the shaded parts are.
/** @param {Pen} pen @param {string[]} bars @param {boolean} flat @param {Box} box */
function note(pen, bars, flat, box) {
  const text = [...bars, ...(flat ? [say("web.mechanism.shaded")] : [])].join("; ")
  pen.text(text, box.x + box.width / 2, pen.height - 8, {
    size: 11,
    align: "center",
    fill: pen.soft,
    room: box.width + 60,
  })
}

/** @type {Picture} */
export function gate(pen, numbers, symbol, cell) {
  const made = /** @type {string} */ (
    Object.keys(numbers.network.curves).find((name) => numbers.links(name)[0].source === symbol.slice(1))
  )
  const arrived = numbers.links(symbol)[0].source
  const box = sides(pen, numbers, symbol, arrived, cell, true)
  curve(pen, numbers, made, symbol.slice(1), cell, { ...box, height: box.height - 40 }, 2)
  const [came, passed] = [numbers.at(arrived, cell), numbers.at(symbol, cell)]
  const most = Math.abs(came) || 1
  const y = box.y + box.height - 14
  pen.context.fillStyle = came < 0 ? "#92c5de" : "#f4a582"
  pen.context.fillRect(box.x, y, box.width * 0.6, 10)
  pen.context.fillStyle = passed < 0 ? "#2166ac" : "#b2182b"
  pen.context.fillRect(box.x, y, (box.width * 0.6 * Math.abs(passed)) / most, 10)
  const said = { came: number(came, 3), passed: number(passed, 3), share: came ? passed / came : 0 }
  pen.text(say("web.mechanism.passes", said), box.x, y + 20, { size: 11, room: box.width })
}

// The two maps at the sides, and the room between them.
/** @param {Pen} pen @param {Numbers} numbers @param {string} left @param {string} right @param {number[]} cell @param {boolean} back @returns {Box} */
function sides(pen, numbers, left, right, cell, back) {
  if (numbers.maps[left].kind !== "map") {
    return numbers.count(left) <= MOST_DOTS
      ? cellSides(pen, numbers, left, right, cell, back)
      : rowSides(pen, numbers, left, right, cell)
  }
  const first = fitted(numbers, left, 4, 24, pen.width * 0.27, pen.height - 44)
  const last = fitted(numbers, right, 0, 24, pen.width * 0.27, pen.height - 44)
  last.x = pen.width - last.width - 4
  const ring = [{ rows: one(cell[1]), columns: one(cell[2]), strong: true }]
  for (const [name, box] of /** @type {[string, Box][]} */ ([
    [left, first],
    [right, last],
  ])) {
    const word = !back
      ? numbers.maps[name].plain
      : say(name === left ? "web.mechanism.goes_on" : "web.mechanism.arrived")
    pen.head(channelName(numbers, name, cell[0]), numbers.shape(name).slice(1).join("×"), box.x, 10, box.width, word)
    pen.map(numbers, name, [cell[0]], box, ring, back ? numbers.maps[right].limits : undefined)
  }
  const [x, width] = [first.x + first.width + 44, last.x - first.x - first.width - 88]
  const y = 24 + first.height / 2
  pen.arrow(back ? x - 8 : x - 38, y, back ? x - 38 : x - 8, y)
  pen.arrow(back ? last.x - 6 : x + width + 8, y, back ? x + width + 8 : last.x - 6, y)
  return { x, y: 16, width, height: pen.height - 46 }
}

// Few numbers: a coloured cell each.
/** @param {Pen} pen @param {Numbers} numbers @param {string} left @param {string} right @param {number[]} cell @param {boolean} back @returns {Box} */
function cellSides(pen, numbers, left, right, cell, back) {
  const count = numbers.count(left)
  const width = 96
  const line = Math.min((pen.height - 36) / count, 58)
  for (const [name, x] of /** @type {[string, number][]} */ ([
    [left, 4],
    [right, pen.width - width - 4],
  ])) {
    const { label, plain, scale, limits } = numbers.maps[name]
    const word = !back ? plain : say(name === left ? "web.mechanism.goes_on" : "web.mechanism.arrived")
    pen.head(label, "", x, 10, width, word)
    Array.from(numbers.values(name)).forEach((value, n) => {
      const box = { x, y: 26 + n * line, width, height: Math.min(line - 20, 38) }
      const ends = back ? numbers.maps[right].limits : limits
      pen.cell(value, ends, scale, box, {
        ring: n === cell[0] ? (name === left ? (back ? pen.ink : pen.tone) : back ? pen.tone : pen.ink) : undefined,
      })
      pen.text(numbers.nameOf(n, count), x + width / 2, box.y + box.height + 8, {
        size: 11,
        align: "center",
        fill: pen.soft,
        room: width,
      })
    })
  }
  const box = { x: width + 56, y: 16, width: pen.width - 2 * width - 112, height: pen.height - 46 }
  const y = pen.height / 2
  pen.arrow(back ? box.x - 24 : box.x - 46, y, back ? box.x - 46 : box.x - 24, y)
  const end = box.x + box.width
  pen.arrow(back ? end + 40 : end + 12, y, back ? end + 12 : end + 40, y)
  return box
}

// More: a bar each.
/** @param {Pen} pen @param {Numbers} numbers @param {string} left @param {string} right @param {number[]} cell @returns {Box} */
function rowSides(pen, numbers, left, right, cell) {
  const rows = (/** @type {string} */ name) =>
    Array.from({ length: Math.min(numbers.count(name), 12) }, (_, n) => ({
      name: numbers.count(name) <= 12 ? numbers.nameOf(n, numbers.count(name)) : String(n),
      value: numbers.values(name)[n],
      bold: n === cell[0],
    }))
  const width = pen.width * 0.26
  for (const [name, x] of /** @type {[string, number][]} */ ([
    [left, 4],
    [right, pen.width - width - 4],
  ])) {
    pen.head(numbers.maps[name].label, "", x, 10, width, numbers.maps[name].plain)
    pen.rows(rows(name), { x, y: 24, width, height: pen.height - 40 }, { names: 54 })
  }
  return { x: width + 40, y: 16, width: pen.width - 2 * width - 80, height: pen.height - 46 }
}
