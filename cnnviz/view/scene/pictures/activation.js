// An activation: a value goes up to the curve and over to its result, over a histogram of all inputs. Backward, the
// slope of the curve is a gate: a pale bar for what arrives, a solid bar for what passes.

import { number } from "../../model/numbers/format.js"
import { formatFixed } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { html, nothing } from "../../shell/html.js"
import { styles } from "../directives.js"
import { head, nameOf } from "../parts.js"
import { scenePicture } from "../scene.js"
import { anchorOf, isPrinted, sides } from "../sides.js"
import { curveOf, MOST_DOTS, mark, marks } from "./activation_curve.js"

/** @import { Curve } from "./activation_curve.js" */
/** @import { Numbers } from "../../types/view.js" */

const STEADY = 3 // decimals while the chosen cell changes quickly

export const activation = scenePicture((scene, symbol, cell) => {
  const { numbers, isUpright, isSteady } = scene
  const z = numbers.links(symbol)[0].source
  const curve = curveOf(numbers, symbol, z, cell, { row: 1, isUpright, hasBars: true })
  const [input, output] = [numbers.at(z, cell), numbers.at(symbol, cell)]
  const write = (/** @type {number} */ value) => (isSteady ? formatFixed(value, STEADY) : number(value))
  const value = (
    /** @type {string} */ name,
    /** @type {number} */ own,
    /** @type {string} */ place,
    /** @type {string} */ enter,
  ) =>
    isPrinted(numbers, z)
      ? nothing
      : html`<b class="value ${place}" data-enter=${enter} ${styles({ "--x": `${curve.x(input)}%`, "--y": `${curve.y(curve.of(input))}%` })}>${head(nameOf(numbers, name, cell[0]), `= ${write(own)}`)}</b>`
  const how = { isAcross: true, from: anchorOf(numbers, z, "left", cell) }
  const name = numbers.said[symbol]?.name ?? ""
  return sides(scene, [z, symbol], cell, {
    name: "activation",
    isStated: true,
    middle: html`${head("", name)}
      ${curve.template(
        name,
        html`${mark(curve, input, how)}
        ${value(z, input, curve.x(input) < 40 ? "beside" : "before", "fade 0.35")}${value(symbol, output, "over", "fade 0.8")}
        <span class="run-out" data-id="total" ${styles({ "--y": `${curve.y(curve.of(input))}%` })}></span>`,
      )}${note(numbers, z, curve)}`,
  })
})

export const gate = scenePicture((scene, symbol, cell) => {
  const { numbers, isUpright } = scene
  const z = symbol.slice(1)
  const made = /** @type {string} */ (
    Object.keys(numbers.network.curves).find((name) => numbers.links(name)[0].source === z)
  )
  const arrived = numbers.links(symbol)[0].source
  const isFew = hasDots(numbers, z)
  const curve = curveOf(numbers, made, z, cell, { row: 2, isUpright, hasBars: !isFew })
  const title = say("web.mechanism.slope_of", { name: numbers.said[made]?.name ?? made })
  const [came, passed] = [numbers.at(arrived, cell), numbers.at(symbol, cell)]
  const most = Math.max(Math.abs(came), Math.abs(passed)) || 1
  const bar = (/** @type {number} */ value) =>
    styles({ "--share": Math.abs(value) / most, "--fill": `var(--${value < 0 ? "neg" : "pos"})` })
  return sides(scene, [symbol, arrived], cell, {
    back: true,
    name: "activation",
    middle: html`${head("", title)}
      ${curve.template(title, isFew ? marks(curve, cell[0], nameIn(numbers, z), {}) : html`${mark(curve, numbers.at(z, cell))}${gates(curve)}`)}
      <div class="passing"><span class="run-out" data-id="total"></span>
        <span class="came" data-id="came" data-enter="fly ${anchorOf(numbers, arrived, "right", cell)} 0" ${bar(came)}></span><span class="passed" data-enter="fly came 0.6 0.3" ${bar(passed)}></span>
        <b>${say("web.mechanism.passes", { share: came ? passed / came : 0 })}</b></div>`,
  })
})

/** @param {Numbers} numbers @param {string} z */
const hasDots = (numbers, z) => numbers.maps[z].kind !== "map" && numbers.count(z) <= MOST_DOTS

/** @param {Numbers} numbers @param {string} symbol */
const nameIn = (numbers, symbol) => (/** @type {number} */ n) =>
  numbers.count(symbol) > 1 ? numbers.nameOf(n, numbers.count(symbol), symbol) : ""

/** Explain the bars and the shaded parts. @param {Numbers} numbers @param {string} z @param {Curve} curve */
function note(numbers, z, { values, isFlat }) {
  const word = numbers.maps[z].kind === "map" ? "cells" : "units"
  const parts = [say(`web.mechanism.${word}`, { n: values.length }), isFlat && say("web.mechanism.shaded")]
  return html`<p class="caption-of">${parts.filter(Boolean).join("; ")}</p>`
}

/** State how many cells pass nothing, if any. @param {Curve} curve */
function gates({ of, values }) {
  const closed = Array.from(values).filter((value) => of(value) === 0).length
  return closed
    ? html`<b class="closed">${say("web.mechanism.closed", { n: closed })}</b><b class="open">${say("web.mechanism.open", { n: values.length - closed })}</b>`
    : nothing
}
