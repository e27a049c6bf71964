// Backward pass of a fully connected layer, to a unit: the gradient of each output through its weight, added up.

import { terms } from "../../model/explain/formula_values.js"
import { exactSum } from "../../model/numbers/exact_sum.js"
import { number, timesPower } from "../../model/numbers/format.js"
import { equalsText, factorDigits, gridFormatters, productText } from "../../model/numbers/printed_digits.js"
import { printSum, withPlus } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { html, nothing } from "../../shell/html.js"
import { lead, leads } from "../leads.js"
import { cellRing, cells, head, mapOf, staircase } from "../parts.js"
import { bars, paintOf, totalText } from "../rows.js"
import { scenePicture } from "../scene.js"
import { layOutUnits, units } from "../units.js"

/** @import { Term } from "../../model/explain/formula_values.js" */
/** @import { Scene } from "../scene.js" */
/** @import { Cell } from "../../types/view.js" */
/** @typedef {{ symbol: string, cell: Cell, w: string, dy: string, all: Term[] }} Parts  a gradient and one of its entries, the weights and the incoming gradient, and the term of each output */

const [FEW, MOST] = [4, 12] // maximum number of outputs with maps of their own, and with a row each
const MOST_DIGITS = 6 // maximum number of digits of a factor
const LETTERS = 4 // of a term that is worth printing

export const denseBack = scenePicture((scene, symbol, cell) => {
  const { numbers, isUpright } = scene
  const [w, dy] = [numbers.source(symbol, "unit"), numbers.source(symbol, "all")]
  const parts = { symbol, cell, w, dy, all: terms(numbers, symbol, cell) }
  const isFew = parts.all.length <= FEW && !isUpright
  const sum = sumOf(scene, parts)
  const [rows, columns] = numbers.shape(symbol).slice(-2)
  return html`<div class="picture dense-back ${isFew ? "few" : "ranked"} ${sum.isStated ? "stated" : ""}" style=${`--count:${parts.all.length};--high:${rows};--across:${columns ?? rows}`}>
    ${result(scene, parts)}
    ${sum.stairs}
    ${isFew ? reports(scene, parts) : ranked(scene, parts, sum)}
    ${leads(lead("total", numbers.shape(symbol).length === 3 ? "cell" : `made${cell[0]}`))}
  </div>`
})

/** Return the gradient that the stage computes, with a ring. @param {Scene} scene @param {Parts} parts */
function result(scene, { symbol, cell }) {
  const { numbers } = scene
  const { limits, label, plain } = numbers.maps[symbol]
  const how = { role: /** @type {const} */ ("made"), place: "result-map", bar: !scene.isUpright }
  if (numbers.shape(symbol).length === 3)
    return mapOf(scene, symbol, cell[0], {
      ...how,
      rings: [cellRing(cell[1], cell[2], { id: "cell", enter: "fade 0.95" })],
    })
  const values = numbers.values(symbol)
  const layout = layOutUnits(numbers.shape(symbol))
  const of = {
    ...how,
    id: "made",
    chosen: cell[0],
    limits,
    label: `${label}, ${plain}`,
    symbol,
    unit: (/** @type {number} */ d) => [d],
    head: head(label, plain),
  }
  return units(scene, layout, (d) => values[d], of)
}

/** Return a few outputs: the weights and the terms of all units for each, and the gradient that arrives. @param {Scene} scene @param {Parts} parts */
function reports(scene, { symbol, cell, w, dy, all }) {
  const { numbers } = scene
  const count = all.length
  const layout = layOutUnits(numbers.shape(symbol), 1.2)
  const [weights, came] = [numbers.values(w), numbers.values(dy)]
  const most = numbers.maps[w].limits[1] * numbers.maps[dy].limits[1]
  const chosen = numbers.offset(symbol, cell)
  const name = (/** @type {number} */ n) => numbers.nameOf(n, count, dy)
  const needed = all.map((_, n) => Math.min(factorDigits(weights[chosen * count + n], came[n], 4), MOST_DIGITS))
  const digits = Math.max(4, ...needed)
  const shares = say("web.mechanism.shares_of")
  const { limits, scale, plain, label } = numbers.maps[w]
  return html`<div class="reports">
      <figure>${head("", shares, say("web.mechanism.weight_gradient"))}</figure><span></span><figure>${head(label, plain)}</figure>
      ${all.map((_, n) => {
        const weight = (/** @type {number} */ d) => weights[d * count + n]
        const isKnown = (/** @type {number} */ d) => numbers.isExact(w, numbers.cell(w, d * count + n))
        const how = {
          chosen,
          say: (/** @type {number} */ d) => (isKnown(d) ? productText(weight(d), came[n]) : ""),
          bar: false,
        }
        const to = say("web.mechanism.to_output", { name: name(n) })
        return html`${units(scene, layout, (d) => weight(d) * came[n], { ...how, id: `s${n}`, limits: [-most, most], label: `${shares}, ${name(n)}`, enter: `fly w${n} ${0.1 + 0.05 * n}` })}
        <b class="sign">=</b>
        ${units(scene, layout, weight, { ...how, id: `w${n}`, limits, scale, role: "read", label: to, symbol: w, unit: (d) => numbers.cell(w, d * count + n) })}`
      })}</div>
    <b class="sign dot">·</b>
    <figure class="arrived result">${head(numbers.maps[dy].label, say("web.mechanism.arrived"))}
      ${cells(scene, came, 1, { id: "came", label: numbers.maps[dy].plain, limits: numbers.maps[dy].limits, bold: true, role: "read", symbol: dy, cell: (n) => [n], term: (n) => `n${n}`, write: (value, n) => html`${number(value, digits)}<small>${name(n)}</small>` })}</figure>`
}

/**
 * Return the factors of the largest terms as rows; without room for numbers under the staircase, their products too.
 * @param {Scene} scene @param {Parts} parts @param {ReturnType<typeof sumOf>} sum
 */
function ranked({ numbers, isUpright }, { w, dy, all }, { shown, write, power }) {
  const factors = [w, dy].map((name) => shown.map((n) => numbers.at(name, all[n].cells[name])))
  const products = shown.map((n) => all[n].value)
  const { writes, sign } = gridFormatters(factors[0], factors[1], write)
  const column = (/** @type {number[]} */ values, /** @type {number} */ which, id = "", symbol = "") =>
    bars(
      shown.map((n, i) => ({
        n,
        name: numbers.nameOf(n, all.length, dy),
        value: values[i],
        text: writes[which](values[i], i),
        symbol,
        cell: symbol ? all[n].cells[symbol] : [],
      })),
      { id, label: symbol ? numbers.maps[symbol].plain : say("web.mechanism.products") },
    )
  return html`<div class="factors">
    ${isUpright ? html`<figure>${head("", say("web.mechanism.products"), timesPower(power))}${column(products, 2, "p")}</figure><b class="sign">${sign}</b>` : nothing}
    <figure>${head(numbers.maps[w].label, numbers.maps[w].plain)}${column(factors[0], 0, "w", w)}</figure>
    <b class="sign dot">·</b>
    <figure>${head(numbers.maps[dy].label, say("web.mechanism.arrived"))}${column(factors[1], 1, "came", dy)}</figure></div>`
}

/** Return the staircase of the largest terms and the sum of the others, from right to left. @param {Scene} scene @param {Parts} parts */
function sumOf(scene, { symbol, cell, dy, all }) {
  const { numbers } = scene
  const total = numbers.at(symbol, cell)
  const sorted = Array.from(all.keys()).sort((a, b) => Math.abs(all[b].value) - Math.abs(all[a].value))
  const shown = sorted.slice(0, MOST).sort((a, b) => a - b)
  const rest = sorted.slice(MOST).map((n) => all[n].value)
  const isFew = all.length <= FEW && !scene.isUpright
  const steps = shown.map((n, i) => ({
    value: all[n].value,
    name: numbers.nameOf(n, all.length, dy),
    term: `n${n}`,
    enter: isFew ? `drop s${n} ${0.45 + 0.06 * i}` : `drop w${n} ${0.2 + (0.4 * i) / shown.length}`,
  }))
  if (rest.length) steps.push({ value: exactSum(rest), name: `+${rest.length}`, term: "rest", enter: "rise 0.64" })
  const values = steps.map(({ value }) => value)
  const letters = scene.room("terms").letters - 1 // without its sign
  const sum = printSum(values, total, {
    digits: 3,
    below: 0.1,
    ...(scene.isUpright ? {} : { fits: (text) => text.length <= letters }),
  })
  const isStated =
    !scene.isUpright
    && letters >= LETTERS
    && values.every((value) => sum.write(value).replace("−", "").length <= letters)
  const most = Math.max(...values.map(Math.abs))
  const unit = sum.power ? ` ${timesPower(sum.power)}` : ""
  const stairs = staircase(
    scene,
    steps.map((step) => ({
      ...step,
      text: isStated ? withPlus(step.value, sum.write(step.value)) : "",
      limits: [-most, most],
    })),
    total,
    {
      id: "terms",
      text: isStated ? equalsText(total, totalText(sum, total)) + unit : equalsText(total, number(total, 3)),
      paint: paintOf(numbers, symbol, cell),
      label: say("web.mechanism.products"),
      enter: "rise 0.7",
    },
  )
  return { stairs, shown, isStated, write: sum.write, power: sum.power }
}
