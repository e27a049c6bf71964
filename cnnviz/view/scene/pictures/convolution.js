// A convolution of one channel, forward and backward: a window times a kernel; the products fall to their bars, which
// add up to a cell.

import { kernelName, padding, ranges, underKernel, underWindow } from "../../model/explain/windows.js"
import { colour } from "../../model/numbers/colour.js"
import { parsePrinted, timesPower } from "../../model/numbers/format.js"
import { equalsText, productText } from "../../model/numbers/printed_digits.js"
import { printSum, withPlus } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { html, nothing } from "../../shell/html.js"
import { printCells } from "../digits.js"
import { beam, lead, leads } from "../leads.js"
import { cellRing, cells, head, mapOf, staircase } from "../parts.js"
import { scenePicture } from "../scene.js"

/** @import { Scene } from "../scene.js" */
/** @import { Cell, Numbers } from "../../types/view.js" */

const ROWS = ["top", "middle", "bottom"]
const LETTERS = 4 // of a term that is worth printing: two decimals
const [FIRST, EACH] = [0.325, 0.34] // shares of the assembly: when the first product falls, and the time for all of them

/**
 * Return what a convolution's cell reads: the map, the filters and the bias, the cells that meet, the window on the map,
 * and the padding.
 * @param {Numbers} numbers @param {string} symbol @param {Cell} cell @param {boolean} back
 */
export function readBy(numbers, symbol, cell, back) {
  const links = numbers.links(symbol)
  const ofKind = (/** @type {string} */ kind) => links.find(({ source }) => numbers.maps[source].kind === kind)?.source
  const x = numbers.source(symbol, back ? "covering" : "window")
  const f = ofKind("filters") ?? ""
  const bias = back ? undefined : ofKind("row")
  const window = back ? ranges(numbers, symbol, x, cell) : underWindow(numbers, symbol, x, cell)
  const zeros = back ? { before: 0, below: 0, right: 0 } : padding(numbers, symbol, x)
  return { x, f, bias, k: numbers.shape(f)[2], met: numbers.pairs(symbol, cell, x, f), window, zeros, back }
}

/**
 * Return the parts of a convolution's cell: what the window reads, its ring there, the kernel, and the products.
 * @param {Numbers} numbers @param {string} symbol @param {Cell} cell @param {boolean} back
 */
export function partsOf(numbers, symbol, cell, back) {
  const parts = readBy(numbers, symbol, cell, back)
  const { x, f, met } = parts
  const at = /** @type {[number, number]} */ (back ? [0, cell[0]] : [cell[0], 0])
  const under = underKernel(numbers, { f, read: x, met }, at, 0)
  const products = under.a.map((value, n) => value * under.b[n])
  const { stride } = /** @type {any} */ (numbers.link(symbol, x)).geometry
  return { ...parts, at, ...under, products, stride }
}

/** @type {import("../scene.js").ScenePicture} */
const forward = (scene, symbol, cell) => draw(scene, symbol, cell, partsOf(scene.numbers, symbol, cell, false))

/** @type {import("../scene.js").ScenePicture} */
const backward = (scene, symbol, cell) => draw(scene, symbol, cell, partsOf(scene.numbers, symbol, cell, true))

export const convolution = scenePicture(forward)
export const convolutionBack = scenePicture(backward)

/**
 * Return the picture: from left to right, or from right to left in the backward pass.
 * @param {Scene} scene @param {string} symbol @param {Cell} cell @param {ReturnType<typeof partsOf>} parts
 */
function draw(scene, symbol, cell, { x, f, bias, at, k, a, b, cells: read, products, stride, window, zeros, back }) {
  const { numbers, isUpright } = scene
  const total = numbers.at(symbol, cell)
  const written = printAll(scene, {
    x,
    f,
    symbol,
    a,
    b,
    products,
    total,
    bias: bias ? numbers.at(bias, [cell[0]]) : undefined,
  })
  const { limits, scale, label } = numbers.maps[symbol]
  const most = Math.max(...products.map((value) => Math.abs(value) || 0), back ? 0 : limits[1]) // the result has the same colours
  const begins = (/** @type {number} */ n) => FIRST + (EACH * n) / products.length
  const steps = products.map((value, n) => ({
    value: value || 0,
    text: written.term(value || 0),
    term: Number.isNaN(value) ? "" : String(n),
    name: n % k === k >> 1 ? rowName(k, Math.floor(n / k)) : "",
    limits: [-most, most],
    ends: n % k === k - 1 && (n < k * k - 1 || Boolean(bias)),
    enter: `drop f${n} ${begins(n)}`,
  }))
  if (bias) {
    const value = numbers.at(bias, [cell[0]])
    const own = { symbol: bias, cell: [cell[0]], name: numbers.maps[bias].label, limits: [-most, most] }
    steps.push({ value, text: written.term(value), term: "b", ends: false, enter: "rise 0.66", ...own })
  }
  const paint = { limits: numbers.maps[x].limits, scale: numbers.maps[x].scale }
  const [times, timesOfResult] = back ? [stride, 1] : [1, stride]
  const [[, rows, across], [, , wide]] = [x, symbol].map((name) => numbers.shape(name))
  const { before, below, right } = zeros
  const size = `--k:${k};--cells:${times * (across + before + right) + timesOfResult * wide};--high:${times * (rows + before + below)}`
  const relate = {
    term: (/** @type {number} */ row, /** @type {number} */ column) => termAt(read, row, column),
    place: (/** @type {string} */ term) =>
      /** @type {[number, number] | null} */ (read[Number(term)]?.slice(1) ?? null),
  }
  const word = back ? "arrived" : products.some(Number.isNaN) ? "window_outside" : "window"
  const enter = (/** @type {number} */ n) => `flash ${begins(n)}`
  return html`<div class="picture convolution ${back ? "back" : ""} ${written.isStated ? "stated" : ""}" style=${size}>
    ${mapOf(scene, x, 0, { rings: [{ ...window, id: "window" }], place: "source", times, zeros, relate, bar: !isUpright && !below, ...(back ? { word: say("web.mechanism.arrived") } : {}) })}
    <figure class="window">${head("", say(`web.mechanism.${word}`), timesPower(written.powers[0]))}
      ${cells(scene, a, k, { ...paint, id: "w", label: say(`web.mechanism.${word}`), write: written.window, blank: written.hasDigits && !back ? "0" : "", symbol: x, cell: (n) => read[n], role: back ? "" : "read", flies: "fly window 0", enter })}</figure>
    <b class="sign times">⊙</b>
    <figure class="factor">${head(kernelName(numbers, f, at), numbers.maps[f].plain, timesPower(written.powers[1]))}
      ${cells(scene, b, k, { id: "f", label: numbers.maps[f].plain, limits: numbers.maps[f].limits, write: written.kernel, bold: true, symbol: f, cell: (n) => [...at, Math.floor(n / k), n % k], enter })}</figure>
    ${staircase(scene, steps, total, { id: "terms", text: written.total, paint: colour(total, limits, scale), label: say("web.mechanism.products"), name: written.isStated ? label : "", index: `[${numbers.index(symbol, cell).join(",")}]`, enter: "rise 0.7" })}
    ${written.hasDigits ? nothing : largest(a, b)}
    ${mapOf(scene, symbol, cell[0], { role: "made", place: "result-map", times: timesOfResult, rings: [cellRing(cell[1], cell[2], { id: "cell", enter: "fade 0.95" })], bar: !isUpright })}
    ${leads(beam("window", "w"), lead("total", "cell", { way: isUpright ? "around" : "turn" }))}
  </div>`
}

/** @param {Cell[]} read @param {number} row @param {number} column */
export const termAt = (read, row, column) => {
  const n = read.findIndex((at) => at && at[1] === row && at[2] === column)
  return n < 0 ? "" : String(n)
}

/** @param {number} k @param {number} row */
const rowName = (k, row) =>
  k === ROWS.length ? say(`web.mechanism.${ROWS[row]}_row`) : say("web.mechanism.row", { row })

/** State the largest product, if the cells have no room for digits. @param {number[]} a @param {number[]} b @param {string} [prefix] of its term */
export function largest(a, b, prefix = "") {
  const size = (/** @type {number} */ n) => Math.abs(a[n] * b[n]) || 0
  const n = a.reduce((best, _, at) => (size(at) > size(best) ? at : best), 0)
  return size(n)
    ? html`<p class="largest" data-term=${prefix + n}>${say("web.mechanism.largest_product", { product: productText(a[n], b[n]) })}</p>`
    : nothing
}

/**
 * Return the formatters of all numbers. While cells change quickly, decimals depend on the limits of the maps alone.
 * @param {Scene} scene @param {{ x: string, f: string, symbol: string, a: number[], b: number[], products: number[], total: number, bias?: number }} of
 */
function printAll({ numbers, room, isSteady }, { x, f, symbol, a, b, products, total, bias }) {
  const letters = room("terms").letters - 1 // without its sign
  const [low, high] = numbers.maps[x].limits
  const bound = Math.max(-low, high) * numbers.maps[f].limits[1]
  if (isSteady) {
    const kernel = printCells(b, room("f").letters)
    const window = printCells([low, high], room("w").letters, { isSteady })
    const terms = printCells([-bound, bound, numbers.maps[symbol].limits[1]], letters + 1, { isSteady })
    const write = (/** @type {number} */ value) => withPlus(value, terms.write(value))
    const unit = terms.power ? ` ${timesPower(terms.power)}` : ""
    return {
      window: window.fits ? window.write : noText,
      kernel: kernel.fits ? kernel.write : noText,
      term: terms.fits ? write : noText,
      total: terms.fits ? `≈ ${terms.write(total)}${unit}` : "",
      powers: [window.power, kernel.power],
      hasDigits: window.fits && kernel.fits,
      isStated: terms.fits,
    }
  }
  const known = products.filter((value) => !Number.isNaN(value))
  const added = bias === undefined ? known : [...known, bias]
  const sum = printSum(added, total, { below: 0.1, fits: (text) => text.length <= letters })
  const isStated = letters >= LETTERS && added.every((value) => sum.write(value).replace("−", "").length <= letters)
  const isRight = (/** @type {number} */ product, /** @type {number} */ n) =>
    Number.isNaN(product) || sum.write(product) === sum.write(products[n])
  const kernel = printCells(b, room("f").letters, {
    isEnough: (write, power) => b.every((value, n) => isRight(parsePrinted(write(value)) * 10 ** power * a[n], n)),
  })
  const window = printCells(a, room("w").letters, {
    isEnough: (write, power) =>
      a.every((value, n) =>
        isRight(parsePrinted(write(value)) * parsePrinted(kernel.write(b[n])) * 10 ** (power + kernel.power), n),
      ),
  })
  const unit = sum.power ? ` ${timesPower(sum.power)}` : ""
  return {
    window: window.fits ? window.write : noText,
    kernel: kernel.fits ? kernel.write : noText,
    term: isStated ? (/** @type {number} */ value) => withPlus(value, sum.write(value)) : noText,
    total: isStated ? equalsText(total, sum.total) + unit : "", // the line below states it
    powers: [window.power, kernel.power],
    hasDigits: window.fits && kernel.fits,
    isStated,
  }
}

const noText = () => ""
