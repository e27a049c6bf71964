// Sizes of the plates beside a question: maps as large as possible, and larger cells if there are no maps.

import { coloursOf, formatCell } from "./cells.js"
import { valuesOf, visibleBlock } from "./plate_figures.js"

/** @import { Figure } from "./plate_figures.js" */
/** @typedef {{ width: number, height: number, phone: number }} Room  space for the plates in CSS pixels; `phone` is the width on phones, 0 otherwise */
/** @typedef {{ side: number, grown: number }} Sizes  height of maps, and scale factor of cells */

const [CELL, ASKED, LINE] = [44, 64, 2] // sides of cells, and the line between them, in pixels
const ON_PHONE = { cell: 0.66, asked: 0.58 } // factors for cells with short numbers
const [SIGN_OF_NUMBER, EDGES] = [7.6, 6] // width of a digit, and margins of a number
const [GAP, SIGN] = [24, 68] // space between plates, and more with a sign
const HEAD = 58 // above and below a plate
const [LEAST, ROW] = [84, 180] // least height of a map; width of a row of outputs
const [LINES, TIGHT] = [62, 38] // height of an output, and with five or more
const GROWN = [2, 1.75, 1.5, 1.25] // factors of enlarged cells
const [LETTER, POWER] = [7.4, 8] // mean width of a caption's letter; letters of a power of ten behind it

/** Return the number of tiles per row. @param {Figure} figure */
export const acrossOf = ({ face }) => (face.stacked ? 1 : Math.ceil(Math.sqrt(face.tiles)))

/**
 * Return the side of the cells in a grid. On phones it follows the width of the visible numbers, if there is room.
 * @param {Figure} figure @param {number} phone @param {number} [grown]
 */
export function cellOf(figure, phone, grown = 1) {
  const isAsked = figure.plate.hidden && figure.asked
  if (!phone) return Math.round((isAsked ? ASKED : CELL) * grown)
  const minimum = Math.round(isAsked ? ASKED * ON_PHONE.asked : CELL * ON_PHONE.cell)
  const [cut, across] = [visibleBlock(figure), acrossOf(figure)]
  const room = (phone - 10 * (across - 1)) / (cut?.wide ?? across * figure.face.columns) - LINE
  return Math.max(minimum, Math.min(Math.ceil(longestLength(figure, cut) * SIGN_OF_NUMBER) + EDGES, Math.floor(room)))
}

/** Return the length of the longest visible number. @param {Figure} figure @param {ReturnType<typeof visibleBlock>} cut */
function longestLength(figure, cut) {
  if (figure.hidden || (figure.form !== "grid" && !cut)) return 0
  const values = cut ? valuesOf(figure, cut) : Array.from(figure.values)
  const colours = coloursOf(values, figure.limits, figure.scale)
  return Math.max(...values.map((value) => formatCell(value, colours).length))
}

/** Return the width that a plate takes, with its caption, which does not wrap. @param {Figure} figure @param {Sizes} sizes @param {number} phone */
const plateWidth = (figure, sizes, phone) =>
  Math.max(
    sizeOf(figure, sizes, phone)[0],
    phone || !figure.plate.label ? 0 : (figure.plate.label.length + POWER) * LETTER,
  )

/**
 * Return width and height of a plate, if maps are `side` high.
 * @param {Figure} figure @param {Sizes} sizes @param {number} phone @returns {[number, number]}
 */
export function sizeOf(figure, { side, grown }, phone) {
  const { form, face, values } = figure
  const [cut, cell] = [visibleBlock(figure), cellOf(figure, phone, grown) + LINE]
  if (cut) return [cut.wide * cell - LINE, cut.tall * cell]
  if (form === "row") return [ROW * grown, values.length * (values.length < 5 ? LINES : TIGHT) * grown]
  if (form === "number") return [ROW, 0]
  if (form === "curve") return [1.5 * side, side]
  const tileColumns = acrossOf(figure)
  const [rows, columns] = [Math.ceil(face.tiles / tileColumns) * face.rows, tileColumns * face.columns]
  return form === "grid" ? [columns * cell + 10 * (tileColumns - 1), rows * cell] : [(side * columns) / rows, side]
}

/**
 * Return the sizes that fit in one or more rows: maps as high as possible, and enlarged cells if there are no maps.
 * @param {Figure[]} figures @param {string[]} signs @param {Room} room @returns {Sizes}
 */
export function sizesOf(figures, signs, room) {
  const { width, height, phone } = room
  const gapAfter = (/** @type {number} */ n) => (phone ? (signs[n] ? 32 : 12) : GAP + (signs[n] ? SIGN : 0))
  /** Return the number of rows that the plates fill. @param {Sizes} sizes */
  const rowsOf = (sizes) => {
    let [row, taken] = [1, 0]
    figures.forEach((figure, n) => {
      const each = plateWidth(figure, sizes, phone)
      if (taken && taken + gapAfter(n) + each > width) [row, taken] = [row + 1, 0]
      taken += (taken ? gapAfter(n) : 0) + each
    })
    return row
  }
  /** Return the height of the rows that the plates fill, with their captions. @param {Sizes} sizes */
  const heightOf = (sizes) => {
    let [all, row, taken] = [0, 0, 0]
    figures.forEach((figure, n) => {
      const [each, [, tall]] = [plateWidth(figure, sizes, phone), sizeOf(figure, sizes, phone)]
      if (taken && taken + gapAfter(n) + each > width) [all, row, taken] = [all + row, 0, 0]
      taken += (taken ? gapAfter(n) : 0) + each
      row = Math.max(row, tall + HEAD)
    })
    return all + row
  }
  const widthOf = (/** @type {Figure} */ figure, /** @type {number} */ side) =>
    sizeOf(figure, { side, grown: 1 }, phone)[0]
  const isTooWide = (/** @type {Figure} */ figure, /** @type {number} */ side) =>
    widthOf(figure, side) > Math.max(width, widthOf(figure, LEAST)) // too wide, and narrower at a lower height
  const sides = [1, 2, 3].map((rows) => {
    let side = Math.max(LEAST, height / rows - HEAD)
    while (side > LEAST && (rowsOf({ side, grown: 1 }) > rows || figures.some((figure) => isTooWide(figure, side))))
      side -= 4
    return side
  })
  let side = Math.floor(sides.reduce((best, side) => (side > 1.25 * best ? side : best)))
  while (side > LEAST && heightOf({ side, grown: 1 }) > height) side -= 4
  const cells = figures.every((figure) => visibleBlock(figure) || figure.form === "grid" || figure.form === "row")
  const fitsAt = (/** @type {number} */ grown) =>
    rowsOf({ side, grown }) === 1
    && figures.every((figure) => sizeOf(figure, { side, grown }, phone)[1] + HEAD <= height)
  return { side, grown: (cells && !phone && GROWN.find(fitsAt)) || 1 }
}
