// Rows of parameters, for the pictures of a step.

import { number } from "../../model/format.js"
import { say } from "../../model/words.js"
import { SMALL } from "../sheet.js"

/** @import { Numbers, Pen } from "../../types/view.js" */
/** @typedef {{ parameter: string, name: string, at: number, old: number, next: number }} Row  an entry of a parameter, before and after */

const LINE = 40 // a row with a note under its name
const FOOT = 44

/** @param {number} value */
export const signed = (value, digits = 3) => `${value > 0 ? "+" : ""}${number(value, digits)}`

// Lines for rows, each with a name and, where there is room, of how many entries it is one.
/** @param {Pen} pen @param {Numbers} numbers @param {Row[]} rows @param {number} y of the first @param {number} [foot] @returns {(n: number) => number} */
export function lines(pen, numbers, rows, y, foot = FOOT) {
  const line = Math.min((pen.height - y - foot) / rows.length, 66)
  rows.forEach(({ parameter, name }, n) => {
    const middle = y + (n + 0.5) * line
    const noted = line >= LINE
    pen.symbol(name, 4, middle - (noted ? 9 : 0), { size: 19 })
    if (noted)
      pen.text(say("web.mechanism.one_of", { n: numbers.count(parameter) }), 4, middle + 11, {
        size: SMALL,
        fill: pen.soft,
      })
  })
  return (n) => y + (n + 0.5) * line
}

/** @param {Pen} pen @param {[string, number][]} all */
export const heads = (pen, all) => all.forEach(([text, x]) => pen.text(text, x, 13, { bold: true }))
