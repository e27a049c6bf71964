// The canvases of the opening, with one pixel per cell: the photograph, the swept map, the kernel, and added weights.

import { paintCells } from "../../../view/draw/pixels.js"
import { colour, css, textColour } from "../../../view/model/numbers/colour.js"

/** @import { Numbers } from "../../../view/types/view.js" */
/** @import { Told, Shown } from "./story_screens.js" */
/** @typedef {[rows: number, columns: number, paint: (i: number, j: number) => ArrayLike<number> | null]} Cells */

/** Return the colours of a kernel's cell as a style. @param {Numbers} numbers @param {number} value */
export function cellStyle(numbers, value) {
  const rgb = colour(value, numbers.maps.f.limits, numbers.maps.f.scale)
  return `background:${css(rgb)};color:${textColour(rgb)}`
}

/**
 * Return the cells of a map, up to a number of them.
 * @param {Numbers} numbers @param {string} symbol @param {number} [count] @returns {Cells}
 */
function mapCells(numbers, symbol, count = Number.POSITIVE_INFINITY) {
  const [values, { limits, scale }] = [numbers.values(symbol), numbers.maps[symbol]]
  const [rows, columns] = numbers.shape(symbol).slice(-2)
  const paint = (/** @type {number} */ i, /** @type {number} */ j) =>
    i * columns + j < count ? colour(values[i * columns + j], limits, scale) : null
  return [rows, columns, paint]
}

/** @param {Numbers} numbers @returns {Cells} */
function photoCells(numbers) {
  const { values } = numbers.answer.arrays.photo
  const [rows, columns] = numbers.shape("x").slice(-2)
  return [rows, columns, (i, j) => [0, 1, 2].map((c) => values[3 * (i * columns + j) + c])]
}

/**
 * Return the accumulated change of an output's weights, on the scale of the last update. Update 0 uses the first
 * step.
 * @param {Numbers[]} snapshots @param {number} k @param {number} output @returns {Cells}
 */
function addedCells(snapshots, k, output) {
  const [rows, columns, outputs] = snapshots[0].shape("w").slice(-3)
  const weights = snapshots.map((numbers) => numbers.values("w"))
  const currentWeights = weights[Math.min(Math.max(k, 1), weights.length - 1)]
  const lastWeights = weights[weights.length - 1]
  const limit = Math.max(...Array.from(lastWeights, (value, n) => Math.abs(value - weights[0][n])))
  const paint = (/** @type {number} */ i, /** @type {number} */ j) => {
    const n = (i * columns + j) * outputs + output
    return colour(currentWeights[n] - weights[0][n], [-limit, limit], "signed")
  }
  return [rows, columns, paint]
}

/**
 * Paint the canvases of a screen.
 * @param {HTMLElement} root @param {Told} told @param {Shown} shown
 */
export function paintPictures(root, { snapshots }, { swept = 1, value = 0 }) {
  const [numbers] = snapshots
  const count = numbers.count("z1")
  /** @type {Record<string, (output: number) => Cells>} */
  const pictures = {
    photo: () => photoCells(numbers),
    kernel: () => mapCells(numbers, "f"),
    swept: () => mapCells(numbers, "z1", Math.floor(swept * count)),
    activated: () => mapCells(numbers, "a1"),
    added: (output) => addedCells(snapshots, value, output),
  }
  for (const canvas of /** @type {NodeListOf<HTMLCanvasElement>} */ (root.querySelectorAll("canvas[data-picture]"))) {
    const [name, output] = (canvas.dataset.picture ?? "").split(" ")
    paintCells(canvas, ...pictures[name](Number(output)))
  }
}
