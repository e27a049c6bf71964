// Momentum: old velocity plus gradient gives the new velocity and the step; with the gradients so far.

import { short, timesPower } from "../../model/numbers/format.js"
import { decimalsOrDigits, distinctDecimals, printSum, withPlus } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { SMALL } from "../sheet.js"
import { drawLines, drawTable, signed, stepColumns, writeHeads } from "./parameter_rows.js"

/** @import { Box, Numbers, Pen, Row } from "../../types/view.js" */

export const PAST = 142 // height of the past gradients

/** @param {Pen} pen @param {Numbers} numbers @param {Row[]} rows @param {number} foot */
export function drawMomentum(pen, numbers, rows, foot) {
  const [{ parameter, at }] = rows
  const past = numbers.arrays[`past.${parameter}:${at}`]
  if (pen.upright) {
    drawUprightTable(pen, numbers, rows, foot)
    if (past) drawPast(pen, numbers, past.values, { x: 4, y: pen.height - PAST, width: pen.width - 8, height: PAST })
    return
  }
  const [old, sum, step, next] = [0.15, 0.27, 0.68, 0.86].map((share) => share * pen.width)
  writeHeads(pen, [
    [say("web.mechanism.old"), old],
    [`${say("web.mechanism.kept")} + ${say("web.mechanism.now")} = ${say("web.mechanism.velocity")}`, sum],
    [say("web.mechanism.step_of_velocity"), step],
    [say("web.mechanism.new"), next],
  ])
  const y = drawLines(pen, numbers, rows, foot)
  rows.forEach((row, n) => {
    const digits = Math.max(distinctDecimals(row.old, row.next), 2)
    pen.writeText(decimalsOrDigits(row.old, digits), old, y(n))
    velocityTerms(pen, numbers, row, { x: sum, y: y(n), width: step - sum - 20, height: 0 })
    const change = row.next - row.old
    pen.writeText(signed(change), step, y(n), { bold: true, fill: pen.signColour(change) })
    pen.writeText(decimalsOrDigits(row.next, digits), next, y(n), { bold: true })
  })
  const top = pen.height - PAST
  if (past) drawPast(pen, numbers, past.values, { x: 4, y: top, width: pen.width * 0.34, height: PAST })
  drawPointed(pen, numbers, rows[0], { x: pen.width * 0.38, y: top + 30, width: pen.width * 0.12, height: 60 })
  drawComparison(pen, numbers, rows[0], { x: pen.width * 0.72, y: top, width: pen.width * 0.27, height: PAST })
}

/**
 * Draw the kept velocity, the gradient, the step and the new value as a table.
 * @param {Pen} pen @param {Numbers} numbers @param {Row[]} rows @param {number} foot
 */
function drawUprightTable(pen, numbers, rows, foot) {
  const kept = (/** @type {Row} */ { parameter, at }) => numbers.part("kept", parameter, at) ?? Number.NaN
  const now = (/** @type {Row} */ { parameter, at }) => numbers.values(`d${parameter}`)[at]
  /** @type {Parameters<typeof drawTable>[3]} */
  const columns = [
    [say("web.mechanism.kept"), (row) => signed(kept(row)), kept],
    [say("web.mechanism.now"), (row) => signed(now(row)), now],
    ...stepColumns(),
  ]
  drawTable(pen, numbers, rows, columns, foot)
}

/**
 * Draw the terms of an entry's velocity and their sum.
 * @param {Pen} pen @param {Numbers} numbers @param {Row} row @param {Box} box `y` is the centre
 */
function velocityTerms(pen, numbers, { parameter, at }, box) {
  const part = (/** @type {string} */ which) => numbers.part(which, parameter, at) ?? Number.NaN
  const terms = [part("kept"), numbers.values(`d${parameter}`)[at]]
  const total = part("velocity")
  const { texts, total: made, power } = printSum(terms, total, { digits: 3 })
  const pieces = [
    withPlus(terms[0], texts[0]),
    withPlus(terms[1], texts[1]),
    `= ${made}${power ? ` ${timesPower(power)}` : ""}`,
  ]
  pieces.forEach((text, n) => {
    const value = [...terms, 0][n]
    pen.writeText(text, box.x + (n * box.width) / 3, box.y, {
      bold: true,
      fill: n < 2 ? pen.signColour(value) : pen.ink,
    })
  })
}

/**
 * Draw the sum of the pointed entry as bars.
 * @param {Pen} pen @param {Numbers} numbers @param {Row} row @param {Box} box
 */
function drawPointed(pen, numbers, { parameter, at, name }, box) {
  const part = (/** @type {string} */ which) => numbers.part(which, parameter, at) ?? Number.NaN
  pen.writeSymbol(name, box.x, box.y - 22, { size: 19 })
  const terms = [
    { value: part("kept"), name: say("web.mechanism.kept") },
    { value: numbers.values(`d${parameter}`)[at], name: say("web.mechanism.now") },
  ]
  pen.drawBalance(terms, part("velocity"), box, { left: say("web.mechanism.velocity") })
}

/**
 * Draw the step, and the step without momentum.
 * @param {Pen} pen @param {Numbers} numbers @param {Row} row @param {Box} box
 */
function drawComparison(pen, numbers, { parameter, at }, box) {
  const velocity = numbers.part("velocity", parameter, at) ?? Number.NaN
  const both = /** @type {[string, number][]} */ ([
    ["web.mechanism.by_velocity", -numbers.rate * velocity],
    ["web.mechanism.by_gradient", -numbers.rate * numbers.values(`d${parameter}`)[at]],
  ])
  const values = both.map(([, value]) => value)
  const most = Math.max(...values.map(Math.abs), 1e-300)
  const crosses = Math.min(...values) < 0 && Math.max(...values) > 0
  both.forEach(([id, value], n) => {
    const y = box.y + 12 + n * 56
    pen.writeText(say(id, { value: signed(value) }), box.x, y, { size: SMALL, bold: n === 0, room: box.width })
    const zero = crosses ? box.x + box.width / 2 : value < 0 ? box.x + box.width : box.x
    pen.drawVector(zero, y + 22, (value / most) * box.width * (crosses ? 0.5 : 1))
  })
}

/**
 * Draw a bar for each past gradient, and in it the part that still counts. The first bar sums up all earlier ones.
 * @param {Pen} pen @param {Numbers} numbers @param {ArrayLike<number>} terms pairs @param {Box} room
 */
function drawPast(pen, numbers, terms, room) {
  const count = terms.length / 2
  const last = numbers.arrays.losses.values.length - 1
  const all = Array.from(terms)
  const [low, high] = [Math.min(...all, 0), Math.max(...all, 0)]
  const box = { x: room.x, y: room.y + 66, width: room.width, height: room.height - 72 }
  const y = (/** @type {number} */ value) => box.y + ((high - value) / (high - low || 1)) * box.height
  const step = Math.min(box.width / count, box.width / 5)
  const bar = (/** @type {number} */ n, /** @type {number} */ value, /** @type {number} */ wide) => {
    pen.context.fillStyle = value < 0 ? pen.neg : pen.pos
    const top = Math.min(y(value), y(0))
    pen.context.fillRect(box.x + n * step + (step - wide) / 2, top, wide, Math.max(Math.abs(y(value) - y(0)), 1))
  }
  const most = all.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0)
  const title = say("web.mechanism.past", { n: last })
  pen.writeText(title, room.x, room.y + 8, { bold: true, room: room.width })
  const both = [say("web.mechanism.past_pale", { value: short(most) }), say("web.mechanism.past_solid")]
  const words = pen.upright ? both : [both.join("; ")]
  words.forEach((text, n) => pen.writeNote(text, room.x, room.y + 25 + 16 * n, { room: room.width }))
  for (let n = 0; n < count; n++) {
    pen.context.globalAlpha = 0.3
    bar(n, terms[2 * n], step - 6)
    pen.context.globalAlpha = 1
    bar(n, terms[2 * n + 1], step - 6)
    const of = last - count + 1 + n
    const name = n || of <= 0 ? String(of) : `≤ ${of}`
    pen.writeNote(name, box.x + (n + 0.5) * step, box.y - 11, { align: "center", room: step })
  }
  pen.context.fillStyle = pen.soft
  pen.context.fillRect(box.x, y(0) - 0.5, count * step, 1)
}
