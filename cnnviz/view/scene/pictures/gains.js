// Gradients of γ and β: what arrives at the cells of a channel, times what each was multiplied by, adds up to one
// number.

import { cellName } from "../../model/explain/arithmetic.js"
import { limitsOf, normalizationAt } from "../../model/explain/normalization.js"
import { colour } from "../../model/numbers/colour.js"
import { timesPower } from "../../model/numbers/format.js"
import { say } from "../../model/words.js"
import { html, nothing } from "../../shell/html.js"
import { crowdPart, crowdSize } from "../crowd.js"
import { printCells } from "../digits.js"
import { lead, leads } from "../leads.js"
import { cells, head, nameOf, staircase } from "../parts.js"
import { scenePicture } from "../scene.js"
import { printTerms } from "./normalization.js"

/** @import { Numbers } from "../../types/view.js" */

export const gains = scenePicture((scene, symbol, [channel]) => {
  const { numbers, isUpright } = scene
  const { arrived, came, hats, products } = productsOf(numbers, symbol, channel)
  const isMap = numbers.maps[arrived].kind === "map"
  const at = products.reduce((best, value, n) => (Math.abs(value) > Math.abs(products[best]) ? n : best), 0)
  const columns = numbers.shape(arrived).at(-1) ?? 1
  const cell = isMap ? [channel, Math.floor(at / columns), at % columns] : [channel]
  const total = numbers.at(symbol, [channel])
  const named = cellName(numbers, symbol.slice(1), [channel])
  const totals = ["raises", "lowers"]
    .map((id, n) => {
      const signed = products.filter((value) => (n ? value < 0 : value > 0))
      const value = signed.reduce((all, each) => all + each, 0)
      return { id, value, count: signed.length }
    })
    .filter(({ count }) => count)
  const written = printTerms(
    scene,
    totals.map(({ value }) => value),
    total,
  )
  const most = Math.max(...totals.map(({ value }) => Math.abs(value)), 1e-300)
  const steps = totals.map(({ id, value, count }, n) => ({
    value,
    text: written.term(value),
    name: isMap ? say(`web.mechanism.${id}`, { n: count, name: named }).replace(/<[^>]*>/g, "") : "",
    limits: [-most, most],
    enter: `drop products ${0.35 + 0.15 * n}`,
  }))
  const crowd = (/** @type {number[]} */ values, limits = limitsOf(values)) => ({ values, images: 1, limits })
  const shared = { index: at, bar: !isUpright }
  const printed = printCells(Array.from(numbers.values(symbol)), scene.room("made").letters)
  const { label, plain, limits, scale } = numbers.maps[symbol]
  const count = numbers.count(symbol)
  const across = Math.ceil(count / 12)
  const rowEnd = Math.min(channel - (channel % across) + across, count) - 1 // where a lead crosses no other number
  const rows = isMap ? "" : "rows"
  return html`<div class="picture gains ${rows} ${hats ? "" : "plain"} ${written.isStated ? "stated" : ""}" style=${crowdSize(numbers, arrived, crowd(came))}>
    <figure class="made sum-of">${head(label, plain, timesPower(printed.power))}${cells(scene, numbers.values(symbol), across, { id: "made", label: plain, limits, scale, role: "made", bold: true, symbol, cell: (n) => [n], chosen: channel, term: (n) => `made${n}`, write: printed.fits ? printed.write : () => "" })}</figure>
    ${staircase(scene, steps, total, { id: "terms", text: written.total, paint: colour(total, limits, scale), label: say("web.mechanism.products"), name: label, index: `[${numbers.index(symbol, [channel]).join(",")}]`, enter: "rise 0.7" })}
    ${hats ? html`<b class="sign equals">=</b>${crowdPart(scene, arrived, cell, crowd(products), { ...shared, id: "products", place: "products", isOwn: false, label: say("web.mechanism.products"), name: "", word: say("web.mechanism.products"), enter: `fly ${arrived}.${channel} 0.05` })}${crowdPart(scene, arrived, cell, crowd(hats), { ...shared, id: "hats", place: "hats", isOwn: false, label: "x̂", name: "x̂", word: "", enter: "" })}<b class="sign times">⊙</b>` : nothing}
    ${crowdPart(scene, arrived, cell, crowd(came, numbers.maps[arrived].limits), { ...shared, id: hats ? `${arrived}.${channel}` : "products", place: "source", label: numbers.maps[arrived].label, name: nameOf(numbers, arrived, channel), word: isUpright ? "" : say("web.mechanism.arrived") })}
    ${leads(lead("total", `made${rowEnd}`, { way: isUpright ? "around" : "turn" }))}
  </div>`
})

/** Return the products that add up to a gradient, with their factors. @param {Numbers} numbers @param {string} symbol @param {number} channel */
function productsOf(numbers, symbol, channel) {
  const [arrived, x] = ["channel", "group"].map((pattern) => numbers.source(symbol, pattern))
  const size = numbers.count(arrived) / numbers.shape(arrived)[0]
  const own = (/** @type {string} */ name) =>
    Array.from(numbers.values(name).subarray(channel * size, (channel + 1) * size))
  const came = own(arrived)
  if (!x) return { arrived, came, hats: null, products: came }
  const { hat } = normalizationAt(numbers, arrived.slice(1), [channel, 0, 0])
  const hats = own(x).map(hat)
  return { arrived, came, hats, products: came.map((value, n) => value * hats[n]) }
}
