// An activation of a few units: all of them as dots on its curve. Outputs are shown against their targets, too.

import { largestIndex } from "../../model/numbers/extremes.js"
import { brief, formula, number, short } from "../../model/numbers/format.js"
import { say } from "../../model/words.js"
import { html, markup, nothing, svg } from "../../shell/html.js"
import { at, line, placeOf, plot } from "../curves.js"
import { styles } from "../directives.js"
import { head } from "../parts.js"
import { column, hatch } from "../rows.js"
import { scenePicture } from "../scene.js"
import { MOST_DOTS, samples } from "./activation_curve.js"

/** @import { Axes, Point } from "../curves.js" */
/** @import { Numbers } from "../../types/view.js" */

const EVERY = [0.5, 1, 2, 4] // possible distances between labels along the axis
const MOST_TICKS = 9
const CLOSE = 8 // distance of two dots, in per cent, below which their names would overlap

/** Return whether an activation is one of a few units. @param {Numbers} numbers @param {string} symbol */
export function isOfFewUnits(numbers, symbol) {
  const z = numbers.links(symbol)[0].source
  return numbers.maps[z].kind !== "map" && numbers.count(z) <= MOST_DOTS
}

export const fewUnits = scenePicture((scene, symbol, [chosen]) => {
  const { numbers } = scene
  const z = numbers.links(symbol)[0].source
  const [sums, results] = [z, symbol].map((name) => Array.from(numbers.values(name)))
  const count = sums.length
  const { at: input, of, inside, reach } = samples(numbers, symbol, sums)
  const heights = inside.map((n) => of(n, 1))
  const axes = { low: -reach, high: reach, top: Math.max(...heights, 1e-9), bottom: Math.min(...heights, 0) }
  const flat = [-1, 1].map((side) => {
    const places = inside
      .filter((n) => of(n, 3) === 1 && input(n) * side > 0)
      .map((n) => placeOf(axes, [input(n), 0])[0])
    return places.length > 1
      ? svg`<path class="flat" d=${`M${places[0]} 0H${places[places.length - 1]}V100H${places[0]}Z`}></path>`
      : nothing
  })
  const name = (/** @type {number} */ n) => (count > 1 ? numbers.nameOf(n, count, symbol) : "")
  const dots = sums.map((sum, n) => /** @type {Point} */ ([Math.min(Math.max(sum, -reach), reach), results[n]]))
  const far = (/** @type {number} */ n) =>
    Math.hypot(...placeOf(axes, dots[n]).map((x, i) => x - placeOf(axes, dots[chosen])[i]))
  const ofUnit = (/** @type {Point} */ [x, y], /** @type {number} */ n) => {
    const [when, own] = [`fade ${0.3 + 0.05 * n}`, n === chosen ? "tone" : "thin"]
    const under = n !== chosen && far(n) < CLOSE ? "beneath" : ""
    return {
      lines: line(
        axes,
        [
          [x, axes.bottom],
          [x, y],
          [reach, y],
        ],
        `${own} dashed`,
        when,
      ),
      parts: html`${at(axes, [x, y], `dot ${own}`, "", { id: `dot${n}`, enter: `fly z${n} ${0.05 + 0.05 * n}` })}${at(axes, [x, y], `dot-name ${own} ${under}`, name(n), { enter: when })}`,
    }
  }
  const all = dots.map(ofUnit)
  const isOutput = symbol === "o"
  const [before, after] = [z, symbol].map((name) => numbers.maps[name])
  const title = numbers.said[symbol]?.name ?? ""
  return html`<div class="picture few-units ${isOutput ? "of-outputs" : ""}">
    <figure class="result sums">${head(before.label, before.plain)}${column(scene, z, chosen, { id: "z" })}</figure>
    <b class="sign">→</b>
    <figure class="on-curve"><figcaption><b>${title}</b></figcaption>
      ${plot(
        title,
        [
          flat,
          line(
            axes,
            inside.map((n) => [input(n), of(n, 1)]),
          ),
          all.map(({ lines }) => lines),
        ],
        html`${scales(axes)}${all.map(({ parts }) => parts)}`,
      )}
      <p class="axis">${markup(formula(before.label))}</p></figure>
    <svg class="ways" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">${dots.map((dot, n) => way(100 - placeOf(axes, dot)[1], (100 * (n + 0.5)) / count, n === chosen))}</svg>
    <figure class="result made">${head(after.label, after.plain)}${column(scene, symbol, chosen, { id: "made", role: "made", enter: (n) => `fly dot${n} ${0.62 + 0.04 * n} 0.3` })}${hatch()}</figure>
    ${isOutput ? targets(numbers, chosen) : nothing}
  </div>`
})

/** Return a line from a height on the curve to a result. @param {number} from @param {number} to @param {boolean} isChosen */
const way = (from, to, isChosen) =>
  svg`<path class=${isChosen ? "tone" : ""} data-enter="fade 0.55" d=${`M0 ${from}C50 ${from} 50 ${to} 100 ${to}`}></path>`

/** Return the labels of both axes. @param {Required<Axes>} axes */
function scales(axes) {
  const { low, high, top, bottom } = axes
  const every = EVERY.find((step) => (high - low) / step <= MOST_TICKS) ?? high
  const last = Math.floor(high / every)
  const ticks = Array.from({ length: 2 * last + 1 }, (_, n) => (n - last) * every)
  const levels = [...new Set([top, bottom < 0 ? 0 : top / 2, bottom])]
  return [
    ...levels.map((value) => at(axes, [low, value], "level", brief(value))),
    ...ticks.map((value) => at(axes, [value, bottom], "under tick-label", brief(value))),
  ]
}

/** Return outputs as bars, each with a ring at its target, and how far it is from there. @param {Numbers} numbers @param {number} chosen */
function targets(numbers, chosen) {
  const [o, y] = ["o", "y"].map((name) => Array.from(numbers.values(name)))
  const [low, high] = [Math.min(0, ...o, ...y), Math.max(1, ...o, ...y)]
  const share = (/** @type {number} */ value) => (value - low) / (high - low)
  const answer = largestIndex(o)
  const { label, plain } = numbers.maps.y
  const gap = (/** @type {number} */ by) =>
    by && say(`web.mechanism.too_${by < 0 ? "low" : "high"}`, { value: number(Math.abs(by), 2) })
  return html`<figure class="targets">${head(label, say("web.mechanism.target_ring"))}<ol aria-label=${plain}>
    ${o.map(
      (value, n) => html`<li class="${n === chosen ? "chosen" : ""} ${n === answer ? "answer" : ""}" data-term="n${n}">
        <span>${numbers.nameOf(n, o.length)}</span>
        <span class="track" ${styles({ "--from": share(Math.min(0, value)), "--to": share(Math.max(0, value)), "--target": share(y[n]), "--value": share(value) })}><span class="bar" data-enter="rise 0.9"></span><span class="gap ${y[n] < value ? "down" : ""}"></span><span class="target-ring"></span></span>
        <b data-symbol="y" data-cell=${n}>${short(y[n]).replace(/[.,]00$/, "")}</b><small>${gap(value - y[n]) || ""}</small></li>`,
    )}</ol></figure>`
}
