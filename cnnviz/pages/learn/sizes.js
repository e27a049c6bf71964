// How large the plates beside a question are: maps as large as there is room, cells always the same.

import { cutOf } from "./figures.js"

/** @import { Figure } from "./figures.js" */
/** @typedef {{ width: number, height: number, phone: boolean }} Room  of the plates, in CSS pixels */

const [CELL, ASKED, LINE] = [44, 64, 2] // sides of cells, and what is between them
const ON_PHONE = { cell: 0.66, asked: 0.58 } // of their sizes
const [GAP, SIGN] = [24, 68] // between plates, and more with a sign
const HEAD = 58 // over a plate and under it
const [LEAST, ROW] = [84, 180]

/** How many tiles stand side by side. @param {Figure} figure */
export const acrossOf = ({ face }) => (face.stacked ? 1 : Math.ceil(Math.sqrt(face.tiles)))

/** The side of a plate's cells that stand in a grid. @param {Figure} figure @param {boolean} phone */
export function cellOf({ plate, asked }, phone) {
  const large = plate.hidden && asked
  return Math.round((large ? ASKED : CELL) * (phone ? (large ? ON_PHONE.asked : ON_PHONE.cell) : 1))
}

/** Width and height of a plate, where a map is as high as `side`. @param {Figure} figure @param {number} side @param {boolean} phone @returns {[number, number]} */
export function sizeOf(figure, side, phone) {
  const { form, face } = figure
  const [cut, cell] = [cutOf(figure), cellOf(figure, phone) + LINE]
  if (cut) return [cut.wide * cell - LINE, cut.tall * cell]
  if (form === "number" || form === "row") return [ROW, 0]
  if (form === "curve") return [1.5 * side, side]
  const across = acrossOf(figure)
  const [rows, columns] = [Math.ceil(face.tiles / across) * face.rows, across * face.columns]
  return form === "grid" ? [columns * cell + 10 * (across - 1), rows * cell] : [(side * columns) / rows, side]
}

/** The largest height of maps with which all plates have room, in one row or in more. @param {Figure[]} figures @param {string[]} signs @param {Room} room */
export function sideOf(figures, signs, { width, height, phone }) {
  const gap = (/** @type {number} */ n) => (phone ? (signs[n] ? 32 : 12) : GAP + (signs[n] ? SIGN : 0))
  const widths = (/** @type {number} */ side) => figures.map((figure) => sizeOf(figure, side, phone)[0])
  const fitsIn = (/** @type {number} */ side, /** @type {number} */ rows) => {
    let [row, taken] = [1, 0]
    widths(side).forEach((each, n) => {
      if (taken && taken + gap(n) + each > width) [row, taken] = [row + 1, 0]
      taken += (taken ? gap(n) : 0) + each
    })
    return row <= rows
  }
  const sides = [1, 2, 3].map((rows) => {
    let side = Math.max(LEAST, height / rows - HEAD)
    while (side > LEAST && !fitsIn(side, rows)) side -= 4
    return side
  })
  return Math.floor(sides.reduce((best, side) => (side > 1.25 * best ? side : best)))
}
