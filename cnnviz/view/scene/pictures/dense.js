// A fully connected layer: each unit times its weight; the products fall to their bars, which add up to a sum.

import { exactSum } from "../../model/numbers/exact_sum.js"
import { number, short, timesPower } from "../../model/numbers/format.js"
import { equalsText, productText } from "../../model/numbers/printed_digits.js"
import { printSum, withPlus } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { html, nothing } from "../../shell/html.js"
import { signedTotals } from "../balance.js"
import { lead, leads } from "../leads.js"
import { head, staircase } from "../parts.js"
import { column, hatch, paintOf, totalText } from "../rows.js"
import { scenePicture } from "../scene.js"
import { layOutUnits, units } from "../units.js"

/** @import { Scene } from "../scene.js" */
/** @typedef {import("../parts.js").Step} Step */

const MOST = 16 // maximum number of channels with a step each
const LETTERS = 4 // of a term that is worth printing: two decimals
const [FIRST, EACH] = [0.4, 0.25] // shares of the assembly: when the first product falls, and the time for all of them

export const dense = scenePicture((scene, symbol, cell) => {
  const { numbers } = scene
  const [n] = cell
  const [x, w, b] = ["all", "last", "same"].map((pattern) => numbers.source(symbol, pattern))
  const outputs = numbers.count(symbol)
  const [values, weights] = [numbers.values(x), numbers.values(w)]
  const weight = (/** @type {number} */ d) => weights[d * outputs + n]
  const products = Array.from(values, (value, d) => value * weight(d))
  const largest = products.reduce((best, value, d) => (Math.abs(value) > Math.abs(products[best]) ? d : best), 0)
  const most = Math.abs(products[largest])
  const shape = numbers.shape(x)
  const layout = layOutUnits(shape, scene.isUpright ? 1 : 1.3)
  const say3 = (/** @type {number} */ d) => productText(values[d], weight(d))
  const how = { chosen: most ? largest : -1, say: say3, bar: !scene.isUpright }
  const to = numbers.isClasses(outputs, w)
    ? say("web.mechanism.to_output", { name: numbers.nameOf(n, outputs, w) })
    : numbers.maps[w].plain
  const count = say("web.mechanism.n_products", { n: products.length })
  const steps = stepsOf(scene, { symbol, x, b, n, products })
  const written = print(scene, steps, numbers.at(symbol, cell))
  const isPrinted = outputs <= 12 // in its cell
  const { label, plain } = numbers.maps[symbol]
  const index = `[${numbers.index(symbol, cell).join(",")}]`
  return html`<div class="picture dense ${written.isStated ? "stated" : ""} ${outputs > 4 ? "many" : ""}">
    ${units(scene, layout, (d) => values[d], { ...how, ...numbers.maps[x], label: `${numbers.maps[x].label}, ${numbers.maps[x].plain}`, symbol: x, unit: (d) => numbers.cell(x, d), id: "x", place: "source", head: head(numbers.maps[x].label, numbers.maps[x].plain) })}
    <b class="sign">⊙</b>
    ${units(scene, layout, weight, { ...how, limits: numbers.maps[w].limits, label: to, symbol: w, unit: (d) => numbers.cell(w, d * outputs + n), id: "w", place: "factor", head: head(`${numbers.maps[w].label}[d,${n}]`, to) })}
    <b class="sign">=</b>
    ${units(scene, layout, (d) => products[d], { ...how, limits: [-most, most], label: count, id: "p", place: "products", head: head("", count), enter: "fly x 0.02" })}
    ${staircase(
      scene,
      steps.map((step, i) => ({
        ...step,
        text: written.terms[i],
        enter: step.term === "b" ? "rise 0.66" : `drop p ${FIRST + (EACH * i) / steps.length}`,
      })),
      numbers.at(symbol, cell),
      {
        id: "terms",
        text: isPrinted && written.isStated ? written.total.slice(0, 1) : written.total,
        paint: paintOf(numbers, symbol, cell),
        label: say("web.mechanism.products"),
        name: label,
        index,
        enter: "rise 0.7",
      },
    )}
    ${most ? html`<p class="largest" data-term="u${largest}">${say("web.mechanism.largest_product", { product: say3(largest) })}</p>` : nothing}
    <figure class="result made">${head(label, plain)}${column(scene, symbol, n, { id: "made", role: "made", write: (value, i) => (i === n && written.isStated ? written.cell : outputs > 4 ? short(value) : number(value)), enter: (i) => (i === n ? "fade 0.95" : "fade 1") })}${hatch()}</figure>
    ${leads(lead("total", `made${n}`))}
  </div>`
})

/**
 * Return the steps of the sum: one for each channel, or the positive and the negative total; and the bias.
 * @param {Scene} scene @param {{ symbol: string, x: string, b: string, n: number, products: number[] }} of
 */
function stepsOf({ numbers, isUpright }, { x, b, n, products }) {
  const [channels, rows, columns] = numbers.shape(x)
  const size = rows * columns
  const isSplit = numbers.shape(x).length === 3 && channels > 1 && channels <= MOST && !isUpright
  const name = numbers.maps[x].label === "v" ? "" : numbers.maps[x].label
  const sums = isSplit
    ? Array.from({ length: channels }, (_, c) => ({
        value: exactSum(products.slice(c * size, (c + 1) * size)),
        name: `${name}[${c}]`,
        term: `c${c}`,
      }))
    : signedTotals(products, ["units_up", "units_down"])
  /** @type {Step[]} */
  const steps = sums.map((sum) => ({ ...sum, text: "" }))
  if (b)
    steps.push({
      value: numbers.at(b, [n]),
      text: "",
      name: `${numbers.maps[b].label}[${n}]`,
      term: "b",
      symbol: b,
      cell: [n],
    })
  const most = Math.max(...steps.map(({ value }) => Math.abs(value)))
  return steps.map((step) => ({ ...step, limits: [-most, most] }))
}

/** Return the texts of a sum: its terms, its total, and the total in its cell. @param {Scene} scene @param {Step[]} steps @param {number} total */
function print({ room }, steps, total) {
  const letters = room("terms").letters - 1 // without its sign
  const values = steps.map(({ value }) => value)
  const sum = printSum(values, total, { digits: 4, fits: (text) => text.length <= letters })
  const isStated = letters >= LETTERS && values.every((value) => sum.write(value).replace("−", "").length <= letters)
  const text = totalText(sum, total)
  const unit = sum.power ? ` ${timesPower(sum.power)}` : ""
  return {
    terms: values.map((value) => (isStated ? withPlus(value, sum.write(value)) : "")),
    total: isStated ? equalsText(total, text) + unit : equalsText(total, number(total, 3)),
    cell: text + unit,
    isStated,
  }
}
