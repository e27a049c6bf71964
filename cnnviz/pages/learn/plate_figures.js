// The plates beside a question: a number, a row of outputs, a grid of cells, a map, or a curve.

import { singleIndex } from "../../view/model/explain/cell_links.js"
import { faceOf } from "../../view/model/numbers/array_faces.js"

/** @import { Cell, Face, LearnCells, LearnPlate, LearnStep, Link, Numbers, Scale } from "../../view/types/view.js" */
/** @typedef {"number" | "row" | "grid" | "map" | "curve"} Form */
/** @typedef {{ tile: number, top: number, left: number, tall: number, wide: number }} Block  cells of a tile */
/**
 * A plate with its numbers. `asked` are the cells in question. If they are few, only they are shown.
 * @typedef {object} Figure
 * @property {LearnPlate} plate
 * @property {Form} form
 * @property {Face} face
 * @property {Float64Array | Float32Array} values
 * @property {number[]} limits
 * @property {Scale} scale
 * @property {boolean} hidden
 * @property {Block | null} asked
 */

export const FEW = 49 // maximal number of cells that show their numbers
const ROW = 12 // maximal length of a row

/** @param {number[]} shape */
const size = (shape) => shape.reduce((product, n) => product * n, 1)

/** Return the layout of an expression's array. @param {number[]} shape @returns {Face} */
function faceOfShape(shape) {
  const [rows, columns] = shape.length > 1 ? shape.slice(-2) : [1, size(shape)]
  return faceOf(/** @type {*} */ ({ kind: "map", shape: [size(shape) / (rows * columns) || 1, rows, columns] }), "")
}

/** @param {Numbers} numbers @param {LearnPlate} plate @param {boolean} open whether the solution is shown @param {LearnCells | null} cells @returns {Figure} */
export function figureOf(numbers, plate, open, cells) {
  const { symbol, array } = plate
  const map = numbers.maps[symbol]
  const shape = map ? map.shape : numbers.arrays[array].shape
  const like = map ?? numbers.maps[plate.like]
  const { limits, scale } =
    map || like?.limits.some(Boolean) ? like : { limits: plate.limits, scale: /** @type {const} */ ("signed") }
  const row = map ? map.kind === "row" : shape.length === 1
  const face = map && !row ? faceOf(map, "") : faceOfShape(shape)
  const askedBlock = symbol && cells?.map === symbol ? blockOf(numbers, face, cells) : null
  return {
    plate,
    form: formOf(shape, row, !map || map.kind === "loss"),
    face,
    values: numbers.values(array),
    limits,
    scale,
    hidden: plate.hidden && !open,
    asked: askedBlock,
  }
}

/** @param {number[]} shape @param {boolean} row @param {boolean} own whether it is an expression or a loss @returns {Form} */
function formOf(shape, row, own) {
  if (own && size(shape) === 1) return "number"
  if (row) return size(shape) <= ROW ? "row" : own ? "curve" : "map"
  return size(shape) <= FEW ? "grid" : "map"
}

/**
 * Return the cells in question as a block of the first tile that has any.
 * @param {Numbers} numbers @param {Face} face @param {LearnCells} cells @returns {Block}
 */
function blockOf(numbers, face, { map, start, count }) {
  const shape = numbers.shape(map)
  const leadingAxes = shape.length - start.length // leading axes of length 1, which expressions omit
  const ranges = shape.map((_, axis) =>
    axis < leadingAxes
      ? singleIndex(0)
      : { start: start[axis - leadingAxes], count: count[axis - leadingAxes], step: 1 },
  )
  const row = numbers.maps[map].kind === "row"
  if (row) return { tile: 0, top: 0, left: ranges[0].start, tall: 1, wide: ranges[0].count }
  const { tile, top, left, tall, wide } = face.boxes(ranges)[0]
  return { tile, top, left, tall, wide }
}

/** Return the values of a block, in reading order. @param {Figure} figure @param {Block} block */
export const valuesOf = ({ face, values }, { tile, top, left, tall, wide }) =>
  Array.from(
    { length: tall * wide },
    (_, n) => values[face.offset(tile, top + Math.floor(n / wide), left + (n % wide))],
  )

/** Return a whole tile as a block. @param {Figure} figure @param {number} [tile] @returns {Block} */
export const tileOf = ({ face }, tile = 0) => ({ tile, top: 0, left: 0, tall: face.rows, wide: face.columns })

/**
 * Return the block to show instead of the whole map: the cells in question if there are a few; otherwise null.
 * @param {Figure} figure
 */
export const visibleBlock = ({ asked, form, plate }) =>
  asked && form === "map" && plate.hidden && asked.tall * asked.wide > 1 && asked.tall * asked.wide <= FEW
    ? asked
    : null

/**
 * Return all figures of a step.
 * @param {Numbers} numbers @param {LearnStep} step @param {boolean} open @returns {Figure[]}
 */
export const figuresOf = (numbers, step, open) => step.plates.map((plate) => figureOf(numbers, plate, open, step.cells))

/**
 * Return the sign before each figure: "∗" and "=" if a kernel computes the map from the one before, and "" otherwise.
 * @param {Numbers} numbers @param {Figure[]} figures
 */
export function signsOf(numbers, figures) {
  const signs = figures.map(() => "")
  figures.forEach(({ plate: { symbol } }, n) => {
    const [map, kernel] = figures.slice(Math.max(n - 2, 0), n).map(({ plate }) => plate.symbol)
    if (!symbol || !kernel || windowOf(numbers, symbol)?.source !== map || !numbers.link(symbol, kernel)) return
    signs[n - 1] = "∗"
    signs[n] = "="
  })
  return signs
}

/**
 * Return the link to the map that a kernel slides over to compute this one.
 * @param {Numbers} numbers @param {string} symbol @returns {Link | undefined}
 */
export const windowOf = (numbers, symbol) => numbers.links(symbol).find(({ pattern }) => pattern === "window")

/**
 * Return whether a map's products can be drawn one by one: a single kernel over a single channel.
 * @param {Numbers} numbers @param {string} symbol
 */
export function hasSingleKernel(numbers, symbol) {
  const link = windowOf(numbers, symbol)
  return Boolean(
    link && numbers.shape(symbol)[0] === 1 && numbers.shape(link.source)[0] === 1 && link.geometry.dilation === 1,
  )
}

/**
 * Return the cells in question as a list of the map's cells.
 * @param {Numbers} numbers @param {LearnCells} cells @returns {Cell[]}
 */
export function askedCells(numbers, { map, start, count }) {
  const lead = numbers
    .shape(map)
    .slice(0, numbers.shape(map).length - start.length)
    .map(() => 0)
  const places = start.reduce(
    (/** @type {Cell[]} */ all, first, axis) =>
      all.flatMap((cell) => Array.from({ length: count[axis] }, (_, n) => [...cell, first + n])),
    [lead],
  )
  return places
}

/**
 * Return for each number whether both lists agree up to round-off.
 * @param {ArrayLike<number>} given @param {ArrayLike<number>} wanted
 */
export const agreementByNumber = (given, wanted) =>
  Array.from(wanted, (value, n) => Math.abs(value - given[n]) <= 1e-6 * Math.abs(value) + 1e-12)

/** Return whether a plate has a number for each output. @param {Numbers} numbers @param {Figure} figure */
export function isOfOutputs(numbers, { plate: { symbol, like } }) {
  const name = (symbol || like).replace(/_next$/, "")
  return name in numbers.maps && numbers.isOfOutputs(name)
}
