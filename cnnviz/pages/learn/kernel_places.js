// The kernel's positions for the cells in question, each with its sum.

import { cellArithmetic, cellName, resultText, withNoteBeside } from "../../view/model/explain/arithmetic.js"
import { formatInteger, formula } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { html, inner, nothing } from "../../view/shell/html.js"
import { cell, coloursOf, formatNumber, grid, patch } from "./cells.js"
import { windowRange } from "./crop_bounds.js"
import { windowOf } from "./plate_figures.js"

/** @import { Cell, Numbers } from "../../view/types/view.js" */

const MOST_FACTORS = 2 // maximal number of products printed one by one
const CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"

/** Return a position's number as a circled digit, or plain above 10. @param {number} n */
export const circledNumber = (n) => CIRCLED[n] ?? String(n + 1)

/**
 * Return the kernel's window for a cell: its corner, pixels and weights.
 * @param {Numbers} numbers @param {string} map @param {Cell} at
 */
function windowAt(numbers, map, at) {
  const link = /** @type {import("../../view/model/explain/cell_links.js").Link} */ (windowOf(numbers, map))
  const kernel = numbers.links(map).find(({ source }) => numbers.maps[source]?.kind === "filters")?.source ?? ""
  const [, height, width] = numbers.shape(link.source)
  const { k } = link.geometry
  const [top, left] = [windowRange(link, at[1])[0], windowRange(link, at[2])[0]]
  const isInside = (/** @type {number} */ r, /** @type {number} */ c) => r >= 0 && c >= 0 && r < height && c < width
  const pixel = (/** @type {number} */ r, /** @type {number} */ c) =>
    isInside(r, c) ? numbers.at(link.source, [0, r, c]) : 0
  const weight = (/** @type {number} */ u, /** @type {number} */ v) => numbers.at(kernel, [at[0], 0, u, v])
  const terms = Array.from({ length: k * k }, (_, n) => {
    const [u, v] = [Math.floor(n / k), n % k]
    return { u, v, pixel: pixel(top + u, left + v), weight: weight(u, v) }
  })
  return { source: link.source, kernel, k, top, left, pixel, terms }
}

/**
 * Return the arithmetic of a number, marked if another rule computed the number itself.
 * @param {Numbers} numbers @param {string} map @param {string} sum
 */
const withRule = (numbers, map, sum) => (numbers.answer.deviations[map] ? withNoteBeside(sum, "web.step.instead") : sum)

/** Return the arithmetic of a cell's number. @param {Numbers} numbers @param {string} map @param {Cell} at */
export const arithmeticOf = (numbers, map, at) =>
  withRule(numbers, map, cellArithmetic(numbers, map, at, { skipsZeros: true }))

/**
 * Return the arithmetic of a cell's number, with its nonzero products if they are few.
 * @param {Numbers} numbers @param {string} map @param {Cell} at
 */
export function sumOf(numbers, map, at) {
  const { kernel, terms } = windowAt(numbers, map, at)
  const nonzero = terms.filter((term) => term.pixel * term.weight !== 0)
  const bias = numbers.links(map).length > 2
  if (bias || !nonzero.length || nonzero.length > MOST_FACTORS) return arithmeticOf(numbers, map, at)
  const name = formula(numbers.maps[kernel].label)
  const products = nonzero.map(({ u, v, pixel }) => `${formatNumber(pixel)} · <i>${name}</i>[${u},${v}]`).join(" + ")
  const total = numbers.at(map, at)
  const ending = Number.isInteger(total) ? ` = <b>${formatInteger(total)}</b>` : resultText(total, 3)
  return withRule(numbers, map, `${cellName(numbers, map, at)} = ${products}${ending}`)
}

/**
 * Return the colours of some numbers of a map.
 * @param {Numbers} numbers @param {string} map @param {number[]} [values]
 */
const coloursIn = (numbers, map, values = []) => coloursOf(values, numbers.maps[map].limits, numbers.maps[map].scale)

/**
 * Return the image part with the kernel on it, and the sum below. The largest product is marked.
 * @param {Numbers} numbers @param {string} map @param {Cell} at @param {Cell[]} all all positions, which determine the part's size @param {string} title
 */
export function positionFigure(numbers, map, at, all, title) {
  const window = windowAt(numbers, map, at)
  const [first, last] = [windowAt(numbers, map, all[0]), windowAt(numbers, map, /** @type {Cell} */ (all.at(-1)))]
  const [rows, columns] = [last.top + window.k - first.top, last.left + window.k - first.left]
  const pixels = coloursIn(numbers, window.source)
  const weights = coloursIn(
    numbers,
    window.kernel,
    window.terms.map(({ weight }) => weight),
  )
  const sizes = window.terms.map((term) => Math.abs(term.pixel * term.weight))
  const largest = Math.max(...sizes) > 0 ? sizes.indexOf(Math.max(...sizes)) : -1
  const cells = Array.from({ length: rows * columns }, (_, n) => {
    const [r, c] = [first.top + Math.floor(n / columns), first.left + (n % columns)]
    const [u, v] = [r - window.top, c - window.left]
    if (u < 0 || v < 0 || u >= window.k || v >= window.k) return patch(window.pixel(r, c), pixels)
    const index = u * window.k + v
    return cell(window.terms[index].weight, weights, index === largest ? "weight largest" : "weight")
  })
  const words = say("web.learn.place", { map: numbers.maps[map].label, place: numbers.index(map, at).join(",") })
  return html`<figure class="place"><figcaption>${title}</figcaption>${grid(cells, columns, words, "part")}<p class="sum" ${inner(sumOf(numbers, map, at))}></p></figure>`
}

const HIDDEN = { text: "?", style: "", kind: "blank" }

/**
 * Return the window's pixels times the kernel's weights, and their sum, which is "?" while it is hidden.
 * @param {Numbers} numbers @param {string} map @param {Cell} at @param {boolean} open
 */
export function productFigure(numbers, map, at, open) {
  const { terms, k, source, kernel, top, left } = windowAt(numbers, map, at)
  const factorGrid = (/** @type {"pixel" | "weight"} */ name, /** @type {string} */ symbol) => {
    const values = terms.map((term) => term[name])
    const colours = coloursIn(numbers, symbol, values)
    const cells = values.map((value) => cell(value, colours))
    return grid(cells, k, say("web.learn.part", { map: numbers.maps[symbol].label, rows: k, columns: k }))
  }
  const total = open ? cell(numbers.at(map, at), coloursIn(numbers, map, [numbers.at(map, at)])) : HIDDEN
  const sumGrid = grid([total], 1, open ? "" : say("web.learn.masked"))
  const where = { map: numbers.maps[source].label, top, bottom: top + k - 1, left, right: left + k - 1 }
  return html`<figure class="window-of"><figcaption>${say("web.learn.block", where)}</figcaption>
    <div>${factorGrid("pixel", source)}<span aria-hidden="true">⊙</span>${factorGrid("weight", kernel)}<span aria-hidden="true">=</span>${sumGrid}</div>${open ? html`<p class="sum" ${inner(sumOf(numbers, map, at))}></p>` : nothing}</figure>`
}
