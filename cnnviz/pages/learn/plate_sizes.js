// How large the plates beside a question are: maps as large as there is room, and where there is no map, cells.

import { coloursOf, written } from "./cells.js"
import { cutOf, valuesOf } from "./plate_figures.js"

/** @import { Figure } from "./plate_figures.js" */
/** @typedef {{ width: number, height: number, phone: number }} Room  of the plates, in CSS pixels; `phone`: the width again where it is a phone's, else 0 */
/** @typedef {{ side: number, grown: number }} Sizes  the height of maps, and how many times their size cells have */

const [CELL, ASKED, LINE] = [44, 64, 2] // sides of cells, and what is between them
const ON_PHONE = { cell: 0.66, asked: 0.58 } // of their sizes, where the numbers are short
const [SIGN_OF_NUMBER, EDGES] = [7.6, 6] // the width of a number's sign, and what is beside a number
const [GAP, SIGN] = [24, 68] // between plates, and more with a sign
const HEAD = 58 // over a plate and under it
const [LEAST, ROW] = [84, 180] // of a map's height; the width of a row of outputs
const [LINES, TIGHT] = [62, 38] // the height of an output, and where there are five or more
const GROWN = [2, 1.75, 1.5, 1.25] // cells with much room

/** Tells how many tiles stand side by side. @param {Figure} figure */
export const acrossOf = ({ face }) => (face.stacked ? 1 : Math.ceil(Math.sqrt(face.tiles)))

/** The side of a plate's cells that stand in a grid: on a phone, too, as wide as its numbers where they are in sight, if there is room. @param {Figure} figure @param {number} phone @param {number} [grown] */
export function cellOf(figure, phone, grown = 1) {
  const large = figure.plate.hidden && figure.asked
  if (!phone) return Math.round((large ? ASKED : CELL) * grown)
  const least = Math.round(large ? ASKED * ON_PHONE.asked : CELL * ON_PHONE.cell)
  const [cut, across] = [cutOf(figure), acrossOf(figure)]
  const room = (phone - 10 * (across - 1)) / (cut?.wide ?? across * figure.face.columns) - LINE
  return Math.max(least, Math.min(Math.ceil(longest(figure, cut) * SIGN_OF_NUMBER) + EDGES, Math.floor(room)))
}

/** The number of signs of the longest number in sight. @param {Figure} figure @param {ReturnType<typeof cutOf>} cut */
function longest(figure, cut) {
  if (figure.hidden || (figure.form !== "grid" && !cut)) return 0
  const values = cut ? valuesOf(figure, cut) : Array.from(figure.values)
  const colours = coloursOf(values, figure.limits, figure.scale)
  return Math.max(...values.map((value) => written(value, colours).length))
}

/** Width and height of a plate, where a map is as high as `side`. @param {Figure} figure @param {Sizes} sizes @param {number} phone @returns {[number, number]} */
export function sizeOf(figure, { side, grown }, phone) {
  const { form, face, values } = figure
  const [cut, cell] = [cutOf(figure), cellOf(figure, phone, grown) + LINE]
  if (cut) return [cut.wide * cell - LINE, cut.tall * cell]
  if (form === "row") return [ROW * grown, values.length * (values.length < 5 ? LINES : TIGHT) * grown]
  if (form === "number") return [ROW, 0]
  if (form === "curve") return [1.5 * side, side]
  const across = acrossOf(figure)
  const [rows, columns] = [Math.ceil(face.tiles / across) * face.rows, across * face.columns]
  return form === "grid" ? [columns * cell + 10 * (across - 1), rows * cell] : [(side * columns) / rows, side]
}

/** Tells how large plates are that have room, in one row or in more: maps as high as can be; cells grow where there are no maps. @param {Figure[]} figures @param {string[]} signs @param {Room} room @returns {Sizes} */
export function sizesOf(figures, signs, room) {
  const { width, height, phone } = room
  const gap = (/** @type {number} */ n) => (phone ? (signs[n] ? 32 : 12) : GAP + (signs[n] ? SIGN : 0))
  /** The rows that plates fill. @param {Sizes} sizes */
  const rowsOf = (sizes) => {
    let [row, taken] = [1, 0]
    figures.forEach((figure, n) => {
      const [each] = sizeOf(figure, sizes, phone)
      if (taken && taken + gap(n) + each > width) [row, taken] = [row + 1, 0]
      taken += (taken ? gap(n) : 0) + each
    })
    return row
  }
  const wide = (/** @type {Figure} */ figure, /** @type {number} */ side) =>
    sizeOf(figure, { side, grown: 1 }, phone)[0]
  const juts = (/** @type {Figure} */ figure, /** @type {number} */ side) =>
    wide(figure, side) > Math.max(width, wide(figure, LEAST)) // and is narrower where it is lower
  const sides = [1, 2, 3].map((rows) => {
    let side = Math.max(LEAST, height / rows - HEAD)
    while (side > LEAST && (rowsOf({ side, grown: 1 }) > rows || figures.some((figure) => juts(figure, side))))
      side -= 4
    return side
  })
  const side = Math.floor(sides.reduce((best, side) => (side > 1.25 * best ? side : best)))
  const cells = figures.every((figure) => cutOf(figure) || figure.form === "grid" || figure.form === "row")
  const fits = (/** @type {number} */ grown) =>
    rowsOf({ side, grown }) === 1
    && figures.every((figure) => sizeOf(figure, { side, grown }, phone)[1] + HEAD <= height)
  return { side, grown: (cells && !phone && GROWN.find(fits)) || 1 }
}
