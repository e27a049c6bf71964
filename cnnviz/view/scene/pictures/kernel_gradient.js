// A kernel weight's gradient: what the weight met times what arrived there, at each position, added up.

import { cellName } from "../../model/explain/arithmetic.js"
import { kernelName, once, ranges } from "../../model/explain/windows.js"
import { COLON, timesPower } from "../../model/numbers/format.js"
import { productText } from "../../model/numbers/printed_digits.js"
import { say } from "../../model/words.js"
import { html, markup, nothing } from "../../shell/html.js"
import { balance, signedTotals } from "../balance.js"
import { printAlone, printCells } from "../digits.js"
import { lead, leads } from "../leads.js"
import { cellRing, cells, head, heat, mapOf } from "../parts.js"
import { scenePicture } from "../scene.js"

/** @import { Scene } from "../scene.js" */
/** @import { Cell, Numbers } from "../../types/view.js" */

const MANY = 0.1 // share of zeros from which they are counted

export const kernelGradient = scenePicture(draw)

/** @type {import("../scene.js").ScenePicture} */
function draw(scene, symbol, cell) {
  const { numbers, isUpright } = scene
  const [x, dy] = [numbers.source(symbol, "touched"), numbers.source(symbol, "channel")]
  const met = numbers.pairs(symbol, cell, x, dy)
  const [rows, columns] = numbers.shape(dy).slice(-2)
  const [high, across] = numbers.shape(x).slice(-2)
  const times = 1 / /** @type {any} */ (numbers.link(symbol, x)).geometry.stride // with a stride, the skipped cells are visible
  const values = new Float64Array(rows * columns) // positions in the padding have no share
  for (const [at, place] of met) values[place[1] * columns + place[2]] = numbers.at(x, at) * numbers.at(dy, place)
  const best = values.reduce((found, value, n) => (Math.abs(value) > Math.abs(values[found]) ? n : found), 0)
  const most = Math.abs(values[best])
  const [read, arrived] = (most && met.find(([, place]) => place[1] * columns + place[2] === best)) || []
  const ring = (/** @type {Cell | undefined} */ at) => (at ? [cellRing(at[1], at[2])] : [])
  const relate = relations(numbers, x, dy, met)
  const limits = [-most, most]
  const zeros = met.length - values.filter((value) => value !== 0).length
  const note =
    zeros > MANY * met.length
      ? say("web.mechanism.zeros", { n: zeros })
      : say(`web.mechanism.${x === "x" ? "pixel" : "cell"}_gradient`)
  const name = cellName(numbers, symbol.slice(1), cell)
  const word = say(`web.mechanism.${x === "x" ? "pixels_under" : "under"}`, { name: name.replace(/<[^>]*>/g, "") })
  const words = say("web.mechanism.shares", { n: met.length })
  const parts = signedTotals([...values], isUpright ? ["raises_short", "lowers_short"] : ["raises", "lowers"], { name })
  const k = numbers.shape(symbol)[2]
  const chosen = cell[2] * k + cell[3]
  const size = `--k:${k};--rows:${Math.max(rows, high * times)};--across:${2 * columns + times * across};--shown:${columns}`
  const largest = read && arrived && productText(numbers.at(x, read), numbers.at(dy, arrived))
  return html`<div class="picture kernel-gradient stated" style=${size}>
    ${kernelOf(scene, symbol, cell)}
    ${heat(values, rows, columns, { limits, id: "shares", place: "terms", label: words, head: html`<figcaption><b>${words}</b><span>${note}</span></figcaption>`, rings: ring(arrived), relate: relate.shares, enter: "fade 0.1 0.3" })}
    <b class="sign equal">=</b>
    ${mapOf(scene, dy, cell[0], { word: say("web.mechanism.gradient_arrived"), note: "", role: "read", place: "arrived", rings: ring(arrived), relate: relate.shares, bar: !isUpright })}
    <b class="sign times">⊙</b>
    ${mapOf(scene, x, cell[1], { word, note: "", place: "source", times, rings: [ranges(numbers, symbol, x, cell), ...ring(read)], relate: relate.x, bar: !isUpright })}
    <div class="sum">${balance(parts, numbers.at(symbol, cell), { limits: numbers.maps[symbol].limits, label: words, name: isUpright ? cellName(numbers, symbol, cell) : "", left: say("web.mechanism.left") })}</div>
    ${largest ? html`<p class="largest">${say("web.mechanism.largest_share", { product: largest })}</p>` : nothing}
    ${isUpright ? nothing : leads(lead("total", `g${chosen}`, { way: "step" }))}
  </div>`
}

/**
 * Relate the cells of the three maps to the shares, by the position in ∂y.
 * @param {Numbers} numbers @param {string} x @param {string} dy @param {[Cell, Cell][]} met
 */
function relations(numbers, x, dy, met) {
  const keyOf = (/** @type {Cell} */ [, row, column]) => `${row},${column}`
  const byTerm = once(() => new Map(met.map((pair) => [keyOf(pair[1]), pair])))
  const byInput = once(() => new Map(met.map(([at, place]) => [keyOf(at), keyOf(place)])))
  const product = (/** @type {string} */ term) => {
    const pair = byTerm().get(term)
    return pair ? productText(numbers.at(x, pair[0]), numbers.at(dy, pair[1])) : ""
  }
  const placeOf = (/** @type {0 | 1} */ which) => (/** @type {string} */ term) =>
    /** @type {[number, number] | null} */ (byTerm().get(term)?.[which].slice(1) ?? null)
  const termOf = (/** @type {number} */ row, /** @type {number} */ column) => {
    const term = `${row},${column}`
    return byTerm().has(term) ? term : ""
  }
  const termUnder = (/** @type {number} */ row, /** @type {number} */ column) => byInput().get(`${row},${column}`) ?? ""
  return {
    shares: {
      term: termOf,
      place: placeOf(1),
      say: (/** @type {number} */ row, /** @type {number} */ column) => product(termOf(row, column)),
    },
    x: {
      term: termUnder,
      place: placeOf(0),
      say: (/** @type {number} */ row, /** @type {number} */ column) => product(termUnder(row, column)),
    },
  }
}

/**
 * Return the kernel of an entry with all numbers, and the filter's other kernels.
 * @param {Scene} scene @param {string} symbol @param {Cell} cell
 */
function kernelOf({ numbers, done, room, ...scene }, symbol, cell) {
  const { limits, plain } = numbers.maps[symbol]
  const [, channels, k] = numbers.shape(symbol)
  const at = (/** @type {number} */ n) => [cell[0], cell[1], Math.floor(n / k), n % k]
  const values = Array.from({ length: k * k }, (_, n) => numbers.at(symbol, at(n)))
  const printed = printCells(values, room("g").letters)
  const known = done(symbol)
  const chosen = cell[2] * k + cell[3]
  const index = `[${cell[2]}, ${cell[3]}]`
  const isCentre = k % 2 && cell[2] === (k - 1) / 2 && cell[3] === cell[2]
  const enter = (/** @type {number} */ n) => `fade ${n === chosen ? 0.9 : 0}`
  const tile = (/** @type {number} */ c) =>
    heat(numbers.values(symbol), k, k, {
      limits,
      from: numbers.offset(symbol, [cell[0], c, 0, 0]),
      label: kernelName(numbers, symbol, [cell[0], c]),
      bar: false,
      place: c === cell[1] ? "chosen" : "",
    })
  return html`<figure class="gradient">${head(kernelName(numbers, symbol, cell), plain, timesPower(printed.fits ? printed.power : 0))}
    ${cells(
      { numbers, done, room, ...scene },
      values.map((value, n) => (n < known ? value : Number.NaN)),
      k,
      {
        id: "g",
        label: numbers.maps[symbol].label,
        limits,
        write: printed.fits ? printed.write : () => "",
        bold: true,
        role: "made",
        symbol,
        cell: at,
        chosen,
        term: () => "",
        enter,
      },
    )}
    <p class="note">${say(`web.mechanism.${isCentre ? "counted_centre" : "counted"}`, { index })}${printed.fits ? nothing : html`<br><b>${index}${COLON}${printAlone(values[chosen])}</b>`}</p>
    ${channels > 1 ? html`<div class="tiles">${Array.from({ length: channels }, (_, c) => tile(c))}</div><p class="note">${markup(say("web.mechanism.kernels_of", { filter: cell[0], n: channels }))}</p>` : nothing}</figure>`
}
