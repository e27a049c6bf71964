// Weights of a fully connected layer, and their gradient: the outer product of units and incoming gradients.

import { number, timesPower } from "../../model/numbers/format.js"
import { factorDigits, productText } from "../../model/numbers/printed_digits.js"
import { say } from "../../model/words.js"
import { html, markup } from "../../shell/html.js"
import { printCells } from "../digits.js"
import { cells, head } from "../parts.js"
import { scenePicture } from "../scene.js"
import { indicesAround, layOutUnits, placeOf, unitAt, units } from "../units.js"

/** @import { Scene } from "../scene.js" */

const MOST_COLUMNS = 4 // maximum number of columns of a table
const MOST_DIGITS = 5 // maximum number of digits of a factor in it
const NEAR = 5 // rows and columns of printed weights

/** All weights of one output, and the numbers around one of them. */
export const weights = scenePicture((scene, symbol, cell) => {
  const { numbers } = scene
  const shape = numbers.shape(symbol)
  const outputs = shape[shape.length - 1]
  const n = cell[cell.length - 1]
  const values = numbers.values(symbol)
  const { label, plain, limits } = numbers.maps[symbol]
  const weight = (/** @type {number} */ d) => values[d * outputs + n]
  const at = (/** @type {number} */ d) => numbers.cell(symbol, d * outputs + n)
  const chosen = Math.floor(numbers.offset(symbol, cell) / outputs)
  const layout = layOutUnits(shape.slice(0, -1), 1.2)
  const [row, column] = placeOf(layout, chosen)
  const [rows, columns] = [
    indicesAround(row, layout.rows * layout.down, NEAR),
    indicesAround(column, layout.columns * layout.across, NEAR),
  ]
  const near = rows.flatMap((i) => columns.map((j) => unitAt(layout, i, j)))
  const known = near.map((d) => (d >= 0 && numbers.isExact(symbol, at(d)) ? weight(d) : Number.NaN))
  const { write, power } = printCells(known, scene.room("near").letters)
  return html`<div class="picture outer-product of-weights">
    ${units(scene, layout, weight, { id: "w", place: "weight-maps", limits, label: `${label}, ${plain}`, head: head(`${label}[d,${n}]`, plain), chosen, symbol, unit: at, say: (d) => number(weight(d)) })}
    <figure class="near">${head("", "", timesPower(power))}${cells(scene, known, columns.length, { id: "near", label: plain, limits, write, symbol, cell: (i) => (near[i] < 0 ? undefined : at(near[i])), term: (i) => `u${near[i]}`, chosen: near.indexOf(chosen), role: "read" })}</figure>
  </div>`
})

/** A weight's gradient, unit times incoming gradient, within the table of all products. */
export const outerProduct = scenePicture((scene, symbol, cell) => {
  const { numbers, isUpright } = scene
  const [x, dy] = [numbers.source(symbol, "unit"), numbers.source(symbol, "last")]
  const outputs = numbers.shape(symbol)[numbers.shape(symbol).length - 1]
  const n = cell[cell.length - 1]
  const columns = indicesAround(n, outputs, isUpright ? 2 : MOST_COLUMNS)
  const shown = outputs <= 2 ? columns : [n]
  const [values, made, came] = [x, symbol, dy].map((name) => numbers.values(name))
  const { limits, label } = numbers.maps[symbol]
  const d = numbers.offset(x, cell.slice(0, -1))
  const layout = layOutUnits(numbers.shape(x), shown.length > 1 ? 1 : 1.6)
  const maps = shown.map((m) => {
    const to = say("web.mechanism.to_output", { name: numbers.nameOf(m, outputs, dy) })
    return units(scene, layout, (at) => made[at * outputs + m], {
      id: `map${m}.`,
      role: "made",
      limits,
      label: `${label}, ${to}`,
      head: head(label, to),
      chosen: m === n ? d : -1,
      say: (at) => productText(values[at], came[m]),
    })
  })
  return html`<div class="picture outer-product" style=${`--shown:${shown.length}`}>
    <div class="weight-maps">${maps}</div>
    <b class="sign">←</b>
    ${table(scene, { symbol, x, dy, n, d, columns, outputs })}
  </div>`
})

/**
 * Return units down the side, incoming gradients along the top, and their products.
 * @param {Scene} scene @param {{ symbol: string, x: string, dy: string, n: number, d: number, columns: number[], outputs: number }} of
 */
function table(scene, { symbol, x, dy, n, d, columns, outputs }) {
  const { numbers } = scene
  const count = numbers.count(x)
  const rows = [...new Set([0, ...indicesAround(d, count, 3), count - 1])].sort((a, b) => a - b)
  const lines = rows.flatMap((row, i) => (i && row - rows[i - 1] > 1 ? [-1, row] : [row])) // -1: rows that are left out
  const [values, came, made] = [x, dy, symbol].map((name) => numbers.values(name))
  const needed = rows.flatMap((row) => columns.map((m) => factorDigits(values[row], came[m], 3)))
  const digits = Math.min(Math.max(...needed), MOST_DIGITS)
  const products = lines.flatMap((row) => columns.map((m) => (row < 0 ? Number.NaN : made[row * outputs + m])))
  const at = (/** @type {number} */ i) => [lines[Math.floor(i / columns.length)], i % columns.length]
  const unitName = (/** @type {number} */ row) =>
    `${numbers.maps[x].label}[${numbers.index(x, numbers.cell(x, row)).join(",")}]`
  const [top, side] = [
    say("web.mechanism.top", { symbol: numbers.maps[dy].label }),
    say("web.mechanism.side", { symbol: numbers.maps[x].label }),
  ]
  return html`<div class="table" style=${`--lines:${lines.length};--columns:${columns.length}`}>
    <small>${markup(top)}</small><small class="down">${markup(side)}</small>
    ${cells(
      scene,
      columns.map((m) => came[m]),
      columns.length,
      {
        id: "top",
        label: top,
        limits: numbers.maps[dy].limits,
        role: "read",
        symbol: dy,
        cell: (i) => [columns[i]],
        term: (i) => `n${columns[i]}`,
        chosen: columns.indexOf(n),
        write: (value) => number(value, digits),
        bold: true,
      },
    )}
    ${cells(scene, products, columns.length, { id: "products", label: numbers.maps[symbol].plain, limits: numbers.maps[symbol].limits, blank: "⋮", term: (i) => `u${at(i)[0]}`, chosen: lines.indexOf(d) * columns.length + columns.indexOf(n), write: (value) => number(value, 3), bold: true, enter: (i) => (at(i)[0] < 0 ? "" : `fly side${Math.floor(i / columns.length)} ${0.1 + (0.5 * i) / products.length}`) })}
    ${cells(
      scene,
      lines.map((row) => (row < 0 ? Number.NaN : values[row])),
      1,
      {
        id: "side",
        ...numbers.maps[x],
        label: side,
        blank: "⋮",
        role: "read",
        symbol: x,
        cell: (i) => (lines[i] < 0 ? undefined : numbers.cell(x, lines[i])),
        term: (i) => `u${lines[i]}`,
        chosen: lines.indexOf(d),
        write: (value) => number(value, digits),
        bold: true,
      },
    )}
    <div class="names" aria-hidden="true">${lines.map((row) => html`<span>${row < 0 ? "" : unitName(row)}</span>`)}</div>
  </div>`
}
