// The loss: a curve per output with its position, and the sum of their heights. Backward: the tangents, whose slopes are
// the gradient.

import { lossOf } from "../../model/explain/formula_values.js"
import { COLON, number, short } from "../../model/numbers/format.js"
import { equalsText } from "../../model/numbers/printed_digits.js"
import { printSum, withPlus } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { html, markup, nothing } from "../../shell/html.js"
import { at, line, plot } from "../curves.js"
import { head, staircase } from "../parts.js"
import { column, dots, hatch, paintOf } from "../rows.js"
import { scenePicture } from "../scene.js"

/** @import { Axes, Point } from "../curves.js" */
/** @import { Scene } from "../scene.js" */
/** @import { Numbers } from "../../types/view.js" */

const MOST = 4 // maximum number of outputs with a curve each
const LINES = 60 // number of segments of a curve
const BESIDE = 0.12 // room beside the outermost output or target
const NEAR = 0.25 // share of a wide plot below which two labels would overlap

/**
 * Return the outputs to draw a curve for: all if they are few, else the outputs that contribute to the loss.
 * @param {Numbers} numbers
 */
export function outputsWithCurve(numbers) {
  const all = Array.from({ length: numbers.count("o") }, (_, n) => n)
  const adding = all.filter((n) => [0.25, 0.75].some((value) => lossOf(numbers, n, value) !== 0))
  const few = adding.length < all.length && all.length > 2 ? adding : all
  return few.length <= MOST ? few : []
}

/** Each output's contribution to the loss, and their sum. */
export const loss = scenePicture((scene, symbol, cell) => {
  const { numbers } = scene
  const outputs = outputsWithCurve(numbers)
  const axes = axesOf(numbers, outputs)
  const isAlone = outputs.length < numbers.count("o")
  const heights = outputs.map((n) => lossOf(numbers, n, numbers.values("o")[n]))
  const total = numbers.values("L")[0]
  const letters = scene.room("terms").letters - 1 // without its sign
  const sum = printSum(heights, total, { digits: 3, fits: (text) => text.length <= letters })
  const steps = heights.map((value, i) => ({
    value,
    text: withPlus(value, sum.write(value)),
    name: nameOf(numbers, outputs[i]),
    term: `n${outputs[i]}`,
    limits: [-total, total],
    enter: `drop bar${outputs[i]} ${0.5 + 0.04 * i}`,
  }))
  const history = outputs.length ? nothing : past(numbers)
  return html`<div class="picture loss ${isAlone ? "alone" : ""}">
    ${isAlone ? html`<figure class="outputs"><figcaption><span>${markup(say("web.mechanism.dots", { symbol: "<i>o</i>" }))}</span></figcaption>${dots(numbers, outputs[0] ?? -1)}</figure>` : nothing}
    <div class="curves" style=${`--count:${outputs.length}`}>${outputs.map((n, i) => curve(numbers, n, axes, { ...(outputs.length > 1 ? { word: say("web.mechanism.part", { value: sum.write(heights[i]), symbol: "<i>L</i>" }) } : { height: html`<i>L</i>` }), near: nearIn(scene, outputs), value: heights[i] }))}</div>
    ${outputs.length > 1 ? staircase(scene, steps, total, { id: "terms", text: "", name: "L", paint: paintOf(numbers, symbol, cell), label: say("web.mechanism.products"), enter: "rise 0.75" }) : history}
  </div>`
})

/** The tangent at each output, whose slope is the gradient. */
export const lossBack = scenePicture((scene, symbol, [chosen]) => {
  const { numbers } = scene
  const outputs = outputsWithCurve(numbers)
  const axes = axesOf(numbers, outputs)
  const slopes = numbers.values(symbol)
  return html`<div class="picture loss back">
    <figure class="result made">${head(numbers.maps[symbol].label, say("web.mechanism.slopes"))}${column(scene, symbol, chosen, { id: "made", role: "made", enter: (n) => (outputs.includes(n) ? `fly dot${n} 0.6` : "fade 0.9") })}${hatch()}</figure>
    <div class="curves" style=${`--count:${outputs.length}`}>${outputs.map((n) => curve(numbers, n, axes, { slope: slopes[n], near: nearIn(scene, outputs), isChosen: n === chosen }))}</div>
  </div>`
})

/** @param {Scene} scene @param {number[]} outputs */
const nearIn = ({ isUpright }, outputs) => NEAR * (isUpright ? outputs.length : 1)

/** @param {Numbers} numbers @param {number} n */
const nameOf = (numbers, n) => numbers.nameOf(n, numbers.count("o"))

/** Return the axes of all curves. A curve that is undefined outside of 0 … 1 ends there. @param {Numbers} numbers @param {number[]} outputs @returns {Axes} */
function axesOf(numbers, outputs) {
  const [o, y] = [numbers.values("o"), numbers.values("y")]
  const all = [...outputs.flatMap((n) => [o[n], y[n]]), 0, 1]
  const beside = BESIDE * (Math.max(...all) - Math.min(...all))
  const ends = [Math.min(...all) - beside, Math.max(...all) + beside]
  const isOpen = outputs.every((n) => ends.every((end) => Number.isFinite(lossOf(numbers, n, end))))
  const [low, high] = isOpen ? ends : [0, 1]
  const far = outputs.map((n) => lossOf(numbers, n, y[n] > 0.5 ? 0 : 1)).filter(Number.isFinite)
  const least = far.length ? Math.max(...far) / 4 : 1.5 / (outputs.length || 1)
  return { low, high, top: Math.max(2.3 * Math.max(...outputs.map((n) => lossOf(numbers, n, o[n]))), least) }
}

/**
 * Return the curve of one output, with its value and its target, and the height or the tangent there.
 * @param {Numbers} numbers @param {number} n @param {Axes} axes @param {{ value?: number, height?: unknown, word?: string, slope?: number, isChosen?: boolean, near?: number }} how `height`: text beside the bar; `word`: words after the output's name, as HTML; `near`: share of the width below which the labels are below each other
 */
function curve(
  numbers,
  n,
  axes,
  { value = lossOf(numbers, n, numbers.values("o")[n]), height, word = "", slope, isChosen = false, near = NEAR },
) {
  const [o, y] = [numbers.values("o")[n], numbers.values("y")[n]]
  const { low, high, top } = axes
  const points = Array.from({ length: LINES + 1 }, (_, i) => {
    const x = low + ((high - low) * i) / LINES
    const loss = lossOf(numbers, n, x)
    return /** @type {Point} */ ([x, Number.isFinite(loss) ? Math.min(loss, 9 * top) : 9 * top])
  })
  const isNear = Math.abs(o - y) < near * (high - low)
  const [here, there] = [`o ${equalsText(o, short(o))}`, `y = ${Number.isInteger(y) ? y : short(y)}`]
  const name = nameOf(numbers, n)
  const tangent = slope === undefined ? [nothing, nothing] : tangentOf(axes, [o, value], slope)
  return html`<figure class="curve ${isChosen ? "chosen" : ""}" data-term="n${n}"><figcaption><b>${name}</b>${word ? html`<span>${markup(word)}</span>` : nothing}</figcaption>
    ${plot(
      `${name}${COLON}${here}, ${there}, ${number(value)}`,
      [line(axes, points, "", "fade 0 0.2"), tangent[0]],
      html`${slope === undefined ? at(axes, [o, 0], "bar", html`<span style=${`--share:${value / top}`}></span>`, { id: `bar${n}`, enter: "rise 0.3" }) : nothing}
      ${at(axes, [y, 0], "tick")}${at(axes, [o, value], "dot", "", { id: `dot${n}`, enter: "fade 0.25" })}
      ${height ? at(axes, [o, value / 2], "beside pos", height) : nothing}${tangent[1]}
      ${at(axes, [y, 0], `under ${isNear ? "lower" : ""}`, there)}${at(axes, [o, 0], "under named", here)}`,
    )}</figure>`
}

/** Return the tangent, and its rise or fall over one step: per unit, this is its slope. @param {Axes} axes @param {Point} point @param {number} slope */
function tangentOf(axes, [o, height], slope) {
  const { low, high, top } = axes
  const half = 0.22 * (high - low)
  const run = [0.2, 0.1, 0.05].find((step) => height + Math.abs(slope) * step < 0.95 * top) ?? 0.05
  const on = (/** @type {number} */ x) => /** @type {Point} */ ([x, height + slope * (x - o)])
  const [from, to] = slope < 0 ? [o - run, o] : [o, o + run]
  const corner = /** @type {Point} */ ([to, on(from)[1]])
  const sign = slope < 0 ? "neg" : "pos"
  const rise = `${slope < 0 ? "" : "+"}${number(slope * run, 2)}`
  const level = /** @type {Point} */ ([(from + to) / 2, corner[1]])
  return [
    [
      line(axes, [on(o - half), on(o + half)], "tone", "fade 0.3 0.2"),
      line(axes, [on(from), corner], "thin", "fade 0.45"),
      line(axes, [corner, on(to)], sign, "fade 0.45"),
    ],
    [
      at(axes, [to, (corner[1] + on(to)[1]) / 2], `beside ${sign}`, rise, { enter: "fade 0.5" }),
      at(axes, level, `run ${sign}`, short(run), { enter: "fade 0.5" }),
    ],
  ]
}

/** Return the loss of all updates so far, if there are any. @param {Numbers} numbers */
function past(numbers) {
  const all = Array.from(numbers.arrays.losses.values)
  const last = all.length - 1
  if (!last) return nothing
  const most = Math.max(...all, 1e-12)
  const axes = { low: 0, high: last, top: most }
  const title = say("web.mechanism.losses", { n: last })
  const end = /** @type {Point} */ ([last, all[last]])
  return html`<figure class="past"><figcaption><span>${markup(title)}</span></figcaption>
    ${plot(
      title,
      line(
        axes,
        all.map((value, n) => [n, value]),
        "tone",
      ),
      html`${at(axes, end, "dot")}${at(axes, [0, 0], "under", `0 … ${short(most)}`)}`,
    )}</figure>`
}
