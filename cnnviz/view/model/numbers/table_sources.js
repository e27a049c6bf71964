// Tables of a page: a network's arrays, the windows under a kernel, and the maps of a board.

import { say } from "../words.js"
import { faceOf, faceOfColumn, filters } from "./array_faces.js"
import { axesOf } from "./table.js"

/** @import { Cell, Numbers, GradientCard, Scale, Source, RowData } from "../../types/view.js" */

const WRAP = 32 // numbers per line of a list in the picture
const APART = 2 // cells between filters; there is one between the kernels of a filter

/** @type {(numbers: Numbers, symbol: string, instead: string) => Source} */
export function tableOf(numbers, symbol, instead) {
  const { label, words, kind, index, shape } = numbers.maps[symbol]
  const axes = axesOf(kind, index)
  const { limits, scale } = numbers.maps[symbol]
  const faceLayout = kind === "filters" ? filters(shape, APART) : faceOf(numbers.maps[symbol], "", WRAP)
  const face = { ...faceLayout, stacked: false }
  const name = (/** @type {Cell} */ cell) => `${label}[${numbers.index(symbol, cell)}]`
  const picture = kind === "loss" ? undefined : { face, limits: /** @type {[number, number]} */ (limits), scale, name }
  return { name: symbol, label, words, axes, values: numbers.values(symbol), instead, picture }
}

/**
 * Return a table of the window under a cell for each array that it reads through one.
 * @param {Numbers} numbers
 * @param {string} map
 * @param {Cell} cell
 * @returns {Source[]}
 */
export function windowsOf(numbers, map, cell) {
  if (!(map in numbers.maps)) return []
  const cellLabel = `${numbers.maps[map].label}[${numbers.index(map, cell)}]`
  return numbers
    .links(map)
    .filter(({ pattern }) => pattern === "window" || pattern === "touched")
    .map((link) => {
      const ranges = numbers.reach(link, cell)
      const { kind, label } = numbers.maps[link.source]
      const indexLists = ranges.map(({ start, count, step }) =>
        Array.from({ length: count }, (_, n) => start + n * step),
      )
      const lengths = indexLists.map(({ length }) => length)
      const axes = axesOf(kind, lengths).map(({ name }, n) => ({ name, labels: indexLists[n] }))
      const cells = indexLists.reduce(
        (prefixes, indices) => prefixes.flatMap((at) => indices.map((place) => [...at, place])),
        [/** @type {Cell} */ ([])],
      )
      return {
        name: `${link.source}-under-${map}`,
        label,
        words: say("web.table.window", { cell: cellLabel }),
        axes: axes.length > 2 && numbers.shape(link.source)[0] === 1 ? axes.slice(1) : axes,
        values: Float64Array.from(cells, (at) => numbers.at(link.source, at)),
        instead: "",
      }
    })
}

/**
 * Return the table of an array in one row of cards, with its picture if it has colours.
 * @type {(row: RowData, part: Pick<GradientCard, "symbol" | "label" | "rows" | "columns" | "layers" | "flat">, values: ArrayLike<number>, colours?: { limits: [number, number], scale: Scale }) => Source}
 */
export function tableOfRow(row, part, values, colours) {
  const { symbol, label, rows, columns, layers, flat } = part
  const shape = flat ? [rows] : layers > 1 ? [rows * columns, layers] : [rows, columns]
  const axes = axesOf(flat ? "row" : layers > 1 ? "weights" : "map", shape)
  const face = { ...faceOfColumn(part), stacked: false }
  const name = (/** @type {Cell} */ cell) => `${label}[${flat ? cell[0] : cell.join()}]`
  return {
    name: `${symbol}-${row.name}`,
    label,
    words: row.label,
    axes,
    values,
    instead: "",
    picture: colours && { face, limits: colours.limits, scale: colours.scale, name },
  }
}
