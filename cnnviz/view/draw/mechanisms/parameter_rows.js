// Rows of parameters, for diagrams of an update.

import { number } from "../../model/numbers/format.js"
import { decimalsOrDigits, distinctDecimals } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { HEAD, SMALL, TEXT } from "../sheet.js"

/** @import { Numbers, Pen } from "../../types/view.js" */
/** @typedef {{ parameter: string, name: string, at: number, old: number, next: number }} Row  an entry of a parameter, before and after */

const LINE = 40 // height of a row with a note under its name
const NAMES = 88 // width of the names beside the numbers
export const MEASURE = 44 // height of the reference length of the steps

/** @param {number} value */
export const signed = (value, digits = 3) => `${value > 0 ? "+" : ""}${number(value, digits)}`

// Draw lines for rows, each with a name and, if there is room, the number of entries that it represents.
/** @param {Pen} pen @param {Numbers} numbers @param {Row[]} rows @param {number} foot height below the rows @returns {(n: number) => number} */
export function drawLines(pen, numbers, rows, foot) {
  const line = Math.min((pen.height - HEAD - foot) / rows.length, 66)
  rows.forEach(({ parameter, name }, n) => {
    const middle = HEAD + (n + 0.5) * line
    const noted = line >= LINE
    pen.writeSymbol(name, 4, middle - (noted ? 9 : 0), { size: 19 })
    if (noted) pen.writeNote(say("web.mechanism.one_of", { n: numbers.count(parameter) }), 4, middle + 11)
  })
  return (n) => HEAD + (n + 0.5) * line
}

/**
 * Draw a table in portrait layout: each entry's name above its line of numbers, or beside it if there is little room.
 * @param {Pen} pen @param {Numbers} numbers @param {Row[]} rows @param {[title: string, value: (row: Row) => string, hue?: (row: Row) => number][]} columns @param {number} foot height below the rows
 */
export function drawTable(pen, numbers, rows, columns, foot) {
  const line = Math.min((pen.height - HEAD - foot) / rows.length, 66)
  const low = line < LINE
  const left = low ? NAMES : 4
  const each = (pen.width - left) / columns.length
  columns.forEach(([title], n) => writeTitle(pen, title, left + n * each, each - 12))
  rows.forEach((row, i) => {
    const y = HEAD + (i + 0.5) * line
    const after = pen.writeSymbol(row.name, 4, low ? y : y - 11, { size: low ? 18 : 19 })
    if (!low) pen.writeNote(say("web.mechanism.one_of", { n: numbers.count(row.parameter) }), after + 20, y - 10)
    columns.forEach(([, value, hue], n) => {
      const fill = hue ? pen.signColour(hue(row)) : pen.ink
      pen.writeText(value(row), left + n * each, low ? y : y + 11, {
        size: low ? SMALL : TEXT,
        bold: Boolean(hue) || n === columns.length - 1,
        fill,
        room: each - 6,
      })
    })
  })
}

/**
 * Write a title in one line, or in two if it is long.
 * @param {Pen} pen @param {string} title @param {number} x @param {number} room
 */
function writeTitle(pen, title, x, room) {
  const how = { size: SMALL, bold: true, room }
  const words = title.split(" ")
  const taken = (/** @type {number} */ n) => pen.widthOf(words.slice(0, n).join(" "), how)
  let first = words.length
  while (first > 1 && taken(first) > room) first -= 1
  const lines = [words.slice(0, first), words.slice(first)].filter((line) => line.length)
  lines.forEach((line, n) => pen.writeText(line.join(" "), x, 21 - 13 * (lines.length - 1 - n), how))
}

/**
 * Return the columns of an entry's step and its new value.
 * @returns {[string, (row: Row) => string, ((row: Row) => number)?][]}
 */
export const stepColumns = () => [
  [say("web.mechanism.step"), ({ old, next }) => signed(next - old), ({ old, next }) => next - old],
  [say("web.mechanism.new"), ({ old, next }) => decimalsOrDigits(next, Math.max(distinctDecimals(old, next), 2))],
]

/** @param {Pen} pen @param {[string, number][]} all */
export const writeHeads = (pen, all) => all.forEach(([text, x]) => pen.writeText(text, x, 13, { bold: true }))
