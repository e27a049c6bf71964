// Softmax: every sum affects every output. Backward: each gradient that arrives, relative to their weighted mean.

import { terms } from "../../model/explain/formula_values.js"
import { exactSum } from "../../model/numbers/exact_sum.js"
import { formula, number, short } from "../../model/numbers/format.js"
import { spoken } from "../../model/spoken.js"
import { say } from "../../model/words.js"
import { html, markup, svg } from "../../shell/html.js"
import { head } from "../parts.js"
import { bars, rowsOf } from "../rows.js"
import { scenePicture } from "../scene.js"

export const softmax = scenePicture(({ numbers, isUpright }, symbol, [chosen]) => {
  const z = numbers.links(symbol)[0].source
  const powers = Array.from(numbers.arrays[`powers.${symbol}`].values)
  const total = powers.pop() ?? 0
  const isShifted = Math.max(...powers) === 1 && Math.max(...numbers.values(z)) !== 0 // by the largest sum, whose power cannot be printed
  const more = powers[chosen] * (Math.E - 1)
  const next = (/** @type {number} */ n) => (powers[n] + (n === chosen ? more : 0)) / (total + more)
  const [sums, shares] = [z, symbol].map((name) => numbers.maps[name])
  const power = say(`web.mechanism.${isShifted ? "powers" : "plain_powers"}`, { symbol: sums.label })
  const rows = rowsOf(numbers, symbol, chosen, (n) => ({
    next: next(n),
    enter: `fly sum ${0.55 + 0.02 * (n % 12)} 0.3`,
  }))
  const ofPowers = rowsOf(numbers, z, chosen, (n) => ({
    value: powers[n],
    symbol: "",
    enter: `fly z${n} ${0.05 + 0.02 * (n % 12)} 0.25`,
  }))
  return html`<div class="picture softmax">
    <figure class="sums">${head(sums.label, sums.plain)}${bars(rowsOf(numbers, z, chosen), { id: "z", label: `${sums.label}, ${sums.plain}`, role: "read" })}</figure>
    <b class="sign">→</b>
    <figure class="powers"><figcaption>${isUpright ? html`<i role="img" aria-label=${spoken(power)}>e<sup>${markup(formula(sums.label))}</sup></i>` : html`<span>${markup(power)}</span>`}</figcaption>${bars(ofPowers, { id: "e", label: power })}</figure>
    <div class="coupling" style=${`--count:${rows.length}`}>${coupling(
      rows.length,
      rows.findIndex(({ isChosen }) => isChosen),
    )}<b data-id="sum" data-enter="fade 0.45">Σ<span>${short(total)}</span></b></div>
    <figure class="shares made">${head(shares.label, shares.plain)}${bars(rows, { id: "o", label: `${shares.label}, ${shares.plain}` })}</figure>
    <p class="note">${say("web.mechanism.if_it_rose")}</p>
  </div>`
})

/** Draw lines from every power to the total, and from it to every share. @param {number} count @param {number} chosen */
function coupling(count, chosen) {
  const line = (/** @type {number} */ n) => {
    const y = (100 * (n + 0.5)) / count
    return svg`<path class=${n === chosen ? "chosen" : ""} data-enter="fade 0.35" d=${`M0 ${y}C18 ${y} 18 50 32 50`}></path><path class=${n === chosen ? "chosen" : ""} data-enter="fade 0.5" d=${`M68 50C82 50 82 ${y} 100 ${y}`}></path>`
  }
  return html`<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">${Array.from({ length: count }, (_, n) => line(n))}</svg>`
}

export const softmaxBack = scenePicture(({ numbers }, symbol, cell) => {
  const [dy, y] = ["gradients", "values"].map(
    (band) => numbers.links(symbol).find(({ source }) => numbers.maps[source].band === band)?.source ?? "",
  )
  const mean = exactSum(terms(numbers, symbol, cell).map(({ value }) => value))
  const column = (
    /** @type {string} */ name,
    /** @type {string} */ word,
    /** @type {Partial<import("../rows.js").Row>} */ more,
    role = "",
  ) => {
    const { label } = numbers.maps[name]
    const rows = rowsOf(numbers, name, cell[0], (n) => ({
      ...more,
      enter: role ? `fly a${n} ${0.4 + 0.03 * (n % 12)}` : "",
    }))
    return html`<figure class=${role}>${head(label, word)}${bars(rows, { id: { [dy]: "a", [y]: "y" }[name] ?? "made", label: `${label}, ${word}` })}</figure>`
  }
  const [arrived, share] = [dy, y].map((name) => numbers.maps[name].label)
  return html`<div class="picture softmax back">
    ${column(symbol, numbers.maps[symbol].plain, {}, "made")}
    <b class="sign">=</b>
    ${column(y, numbers.maps[y].plain, {})}
    <b class="sign">⊙</b>
    ${column(dy, say("web.mechanism.arrived"), { mark: mean })}
    <p class="note">${say("web.mechanism.weighted", { value: number(mean), arrived, share })}</p>
  </div>`
})
