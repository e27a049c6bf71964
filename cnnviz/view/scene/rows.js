// Numbers of a row: as cells if they are few, as bars with names up to twelve, else as pixels.

import { colour } from "../model/numbers/colour.js"
import { number, short } from "../model/numbers/format.js"
import { spoken } from "../model/spoken.js"
import { html, nothing } from "../shell/html.js"
import { styles } from "./directives.js"
import { cells } from "./parts.js"
import { indicesAround, layOutUnits, units } from "./units.js"

/** @import { Scene } from "./scene.js" */
/** @import { Cell, Numbers } from "../types/view.js" */
/** @typedef {{ n: number, name: string, value: number, text?: string, mark?: number, next?: number, symbol?: string, cell?: Cell, isChosen?: boolean, enter?: string }} Row  a bar: `mark` is a second value with a line, `next` a third one with a dashed outline */

const [CELLS, BARS] = [4, 12] // up to this many numbers are cells, and bars

/** Return up to twelve numbers of a row with their names, including the chosen one. @param {Numbers} numbers @param {string} symbol @param {number} chosen @param {(n: number) => Partial<Row>} [more] @returns {Row[]} */
export function rowsOf(numbers, symbol, chosen, more = () => ({})) {
  const [count, values] = [numbers.count(symbol), numbers.values(symbol)]
  return indicesAround(Math.max(chosen, 0), count, BARS).map((n) => ({
    n,
    name: numbers.nameOf(n, count, symbol),
    value: values[n],
    isChosen: n === chosen,
    symbol,
    cell: [n],
    ...more(n),
  }))
}

/**
 * Return bars from a common zero, each with a name and its number. The term of a bar is "n3", its anchor `${id}3`.
 * @param {Row[]} rows
 * @param {{ id: string, label: string, limits?: number[], write?: (value: number) => string, role?: "" | "made" | "read", isDots?: boolean, flies?: string }} how `isDots`: dots on a line instead of bars
 */
export function bars(rows, { id, label, limits, write = short, role = "", isDots = false, flies = "" }) {
  const all = rows.flatMap(({ value, mark = 0, next = 0 }) => [value, mark, next])
  const [low, high] = limits ?? [Math.min(0, ...all), Math.max(0, ...all)]
  const share = (/** @type {number} */ value) => (value - low) / (high - low || 1)
  const span = (/** @type {number} */ value) => ({
    "--from": share(Math.min(0, value)),
    "--to": share(Math.max(0, value)),
  })
  const signs = low < 0 ? "signed" : ""
  return html`<ol class="bars ${role} ${signs} ${isDots ? "dots" : ""} ${rows.length > CELLS ? "" : "few"}" aria-label=${spoken(label)} data-id=${id} data-enter=${flies} ${styles({ "--count": rows.length, "--zero": share(0) })}>
    ${rows.map(
      ({ n, name, value, text = write(value), mark, next, symbol = "", cell = [], isChosen = false, enter = "" }) =>
        html`<li class="${value < 0 ? "below" : ""} ${isChosen ? "chosen" : ""}" data-id="${id}${n}" data-term="n${n}" data-symbol=${symbol} data-cell=${cell.join()} data-enter=${enter}>
        <span>${name}</span><span class="track">${isDots && mark !== undefined ? html`<span class="gap ${mark < value ? "neg" : "pos"}" ${styles({ "--from": share(Math.min(value, mark)), "--to": share(Math.max(value, mark)) })}></span>` : nothing}<span class="bar" ${styles(span(value))}></span>${next === undefined ? nothing : html`<span class="then" ${styles(span(next))}></span>`}${mark === undefined ? nothing : html`<span class="mark-at" ${styles({ "--at": share(mark) })}></span>`}</span><b>${text}</b></li>`,
    )}</ol>`
}

/** Return a hatched area over a result that has not appeared yet. */
export const hatch = () => html`<span class="hatch" data-enter="vanish 0.95 0.1"></span>`

/**
 * Return all numbers of a row: as cells with their names, bars, or pixels. The chosen one's anchor is `${id}${chosen}`.
 * @param {Scene} scene @param {string} symbol @param {number} chosen
 * @param {{ id?: string, role?: "" | "made" | "read", write?: (value: number, n: number) => string, enter?: (n: number) => string }} [how]
 */
export function column(
  scene,
  symbol,
  chosen,
  { id = symbol, role = "", write = (value) => number(value), enter = () => "" } = {},
) {
  const { numbers } = scene
  const { limits, scale, label, plain } = numbers.maps[symbol]
  const [count, values] = [numbers.count(symbol), numbers.values(symbol)]
  const isNamed = numbers.isClasses(count, symbol)
  const how = { id, limits, scale, role, symbol, label: `${label}, ${plain}`, chosen }
  const named = (/** @type {number} */ value, /** @type {number} */ n) =>
    isNamed ? html`${write(value, n)}<small>${numbers.nameOf(n, count, symbol)}</small>` : write(value, n)
  if (count <= CELLS)
    return cells(scene, values, 1, { ...how, bold: true, write: named, cell: (n) => [n], term: (n) => `n${n}`, enter })
  if (count <= BARS) {
    const rows = rowsOf(numbers, symbol, chosen, (n) => ({ text: write(values[n], n), enter: enter(n) }))
    return bars(rows, { id, label: how.label, role })
  }
  const layout = layOutUnits([count], 0.6)
  return units(scene, layout, (n) => values[n], { ...how, unit: (n) => [n], bar: false })
}

/** Return outputs as dots, with lines to their targets. @param {Numbers} numbers @param {number} chosen @param {string} [symbol] */
export function dots(numbers, chosen, symbol = "o") {
  const targets = numbers.values("y")
  const rows = rowsOf(numbers, symbol, chosen, (n) => ({ mark: targets[n] }))
  const all = rows.flatMap(({ value, mark = 0 }) => [value, mark])
  return bars(rows, {
    id: "o",
    label: numbers.maps.o.plain,
    limits: [Math.min(0, ...all), Math.max(1, ...all)],
    isDots: true,
  })
}

/** Return the colour of an entry. @param {Numbers} numbers @param {string} symbol @param {Cell} cell */
export const paintOf = (numbers, symbol, cell) =>
  colour(numbers.at(symbol, cell), numbers.maps[symbol].limits, numbers.maps[symbol].scale)

/** Return the text of a total, with no more decimals than its terms. @param {import("../model/numbers/printed_sums.js").PrintedSum} sum @param {number} total */
export const totalText = ({ total: text, write }, total) => (text.length > write(total).length ? write(total) : text)
