// Two arrays of equal shape side by side, what turns the cells of one into cells of the other between them, and a lead
// to the chosen cell of the result. Forward the result is on the right, backward on the left.

import { number } from "../model/numbers/format.js"
import { say } from "../model/words.js"
import { html, nothing } from "../shell/html.js"
import { lead, leads } from "./leads.js"
import { cellRing, cells, head, heat, mapOf } from "./parts.js"

/** @import { Scene } from "./scene.js" */
/** @import { Cell, Numbers } from "../types/view.js" */
/** @typedef {{ back?: boolean, name?: string, isStated?: boolean, middle: unknown }} SidesHow  `name`: class of the picture; `middle` has an anchor "total" */

const PRINTED = 12 // maximum number of cells of a row with a number each
const LARGE = 6 // maximum number of them that are printed large
const RATIO = 1.2 // columns to rows of a longer row

/** Relates equal cells of both arrays. */
export const sameCell = {
  term: (/** @type {number} */ row, /** @type {number} */ column) => `${row},${column}`,
  place: (/** @type {string} */ term) =>
    /^\d+,\d+$/.test(term) ? /** @type {[number, number]} */ (term.split(",").map(Number)) : null,
}

/** Whether an array has a printed number in each cell. @param {Numbers} numbers @param {string} symbol */
export const isPrinted = (numbers, symbol) => numbers.maps[symbol].kind !== "map" && numbers.count(symbol) <= PRINTED

/** Return rows and columns of an array as a heat map. @param {Numbers} numbers @param {string} symbol */
export function sizeOf(numbers, symbol) {
  if (numbers.maps[symbol].kind === "map") return numbers.shape(symbol).slice(-2)
  if (isPrinted(numbers, symbol)) return [1, 0]
  const count = numbers.count(symbol)
  const fitting = Math.ceil(Math.sqrt(count * RATIO))
  const columns = [0, 1, 2].map((more) => fitting + more).find((across) => count % across === 0) ?? fitting
  return [Math.ceil(count / columns), columns]
}

/**
 * Return a channel of a map, or a row, with its chosen cell, whose anchor is `${place}.cell` or `${place}.${unit}`.
 * @param {Scene} scene @param {string} symbol @param {Cell} cell @param {{ place: string, role: "" | "made" | "read", word: string, limits: number[], enter?: string }} how
 */
export function side(scene, symbol, cell, { place, role, word, limits, enter = "" }) {
  const { numbers, done, isUpright } = scene
  const { kind, label, scale } = numbers.maps[symbol]
  const id = `${place}.cell`
  if (kind === "map") {
    const rings = [cellRing(cell[1], cell[2], { id, enter })]
    return mapOf(scene, symbol, cell[0], {
      id: place,
      role,
      place,
      word,
      limits,
      relate: sameCell,
      rings,
      bar: !isUpright,
    })
  }
  const [count, values, [chosen]] = [numbers.count(symbol), numbers.values(symbol), cell]
  const common = { label: `${label}, ${word}`, limits, scale, role, symbol }
  if (isPrinted(numbers, symbol)) {
    const name = (/** @type {number} */ n) =>
      numbers.isClasses(count, symbol) ? html`<small>${numbers.nameOf(n, count, symbol)}</small>` : nothing
    const write = (/** @type {number} */ value, /** @type {number} */ n) => html`${number(value)}${name(n)}`
    const each = {
      chosen,
      write: /** @type {any} */ (write),
      cell: (/** @type {number} */ n) => [n],
      term: (/** @type {number} */ n) => `n${n}`,
    }
    return html`<figure class="numbered ${role} ${place}" data-id=${place}>${head(label, word)}
      ${cells(scene, values, 1, { ...common, ...each, id: `${place}.`, bold: true, isSmall: count > LARGE })}</figure>`
  }
  const [rows, columns] = sizeOf(numbers, symbol)
  const unit = (/** @type {number} */ row, /** @type {number} */ column) => row * columns + column
  const relate = {
    ...sameCell,
    symbol,
    cell: (/** @type {[number, number]} */ ...at) => (unit(...at) < count ? [unit(...at)] : null),
  }
  return heat(values, rows, columns, {
    ...common,
    id: place,
    place,
    relate,
    done: Math.min(done(symbol), count),
    head: head(label, word),
    rings: [cellRing(Math.floor(chosen / columns), chosen % columns, { id, enter })],
    bar: !isUpright,
  })
}

/** Return the anchor of the chosen cell. @param {Numbers} numbers @param {string} symbol @param {string} place @param {Cell} cell */
export const anchorOf = (numbers, symbol, place, cell) =>
  isPrinted(numbers, symbol) ? `${place}.${cell[0]}` : `${place}.cell`

/**
 * Return the picture.
 * @param {Scene} scene @param {[left: string, right: string]} arrays @param {Cell} cell @param {SidesHow} how
 */
export function sides(scene, arrays, cell, { back = false, name = "", isStated = false, middle }) {
  const { numbers, isUpright } = scene
  const [left, right] = arrays
  const both = ["left", "right"].map((place, n) => {
    const isMade = back === (place === "left")
    return side(scene, arrays[n], cell, {
      place,
      role: isMade ? "made" : "",
      word: back ? say(`web.mechanism.${isMade ? "goes_on" : "arrived"}`) : numbers.maps[arrays[n]].plain,
      limits: numbers.maps[back ? right : arrays[n]].limits,
      enter: isMade ? "fade 0.95" : "",
    })
  })
  const [rows, columns] = sizeOf(numbers, left)
  const size = `--cells:${Math.max(columns, 1)};--high:${rows}`
  const [from, to] = back ? ["right", "left"] : ["left", "right"]
  return html`<div class="picture sides ${name} ${back ? "back" : ""} ${isStated ? "stated" : ""}" style=${size}>
    ${both[0]}<figure class="converter" data-id="converter">${middle}</figure>${both[1]}
    ${leads(isUpright ? nothing : lead(from, "converter", { enter: "draw 0" }), lead("total", anchorOf(numbers, back ? left : right, to, cell)))}
  </div>`
}
