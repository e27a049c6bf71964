// Global average pooling: the sorted cells of a channel with their mean; backward, every cell gets the same share.

import { singleIndex } from "../../model/explain/cell_links.js"
import { say } from "../../model/words.js"
import { html, svg } from "../../shell/html.js"
import { styles } from "../directives.js"
import { lead, leads } from "../leads.js"
import { cellRing, head, heat, mapOf } from "../parts.js"
import { scenePicture } from "../scene.js"
import { anchorOf, sameCell, side } from "../sides.js"

/** @import { Scene } from "../scene.js" */
/** @import { Cell } from "../../types/view.js" */

const [NAMED, FEW] = [16, 4] // maximum number of maps that have room for a name, and in a vertical layout

/** A channel and its mean, or the gradient that the mean passes back. */
export const globalAverage = scenePicture((scene, symbol, cell) => {
  const [{ source }] = scene.numbers.links(symbol)
  return scene.numbers.maps[source].kind === "map"
    ? forward(scene, symbol, source, cell)
    : backward(scene, symbol, source, cell)
})

/** @param {Scene} scene @param {string} symbol @param {string} source @param {Cell} cell */
function forward(scene, symbol, source, cell) {
  const { numbers, done, isUpright } = scene
  const [channels, rows, columns] = numbers.shape(source)
  const { label, limits, scale, plain } = numbers.maps[source]
  const [count, total] = [rows * columns, numbers.at(symbol, cell)]
  const isSum = numbers.maps[symbol].band === "gradients" // the gradient of a bias
  const across = Math.ceil(Math.sqrt(channels))
  const values = numbers.values(source)
  const areNamed = channels <= (isUpright ? FEW : NAMED)
  const edge = {
    rows: { ...singleIndex(0), count: rows },
    columns: { ...singleIndex(0), count: columns },
    id: "window",
  }
  const tile = (/** @type {number} */ n) =>
    heat(values, rows, columns, {
      limits,
      scale,
      symbol: source,
      at: [n],
      from: n * count,
      done: done(source),
      label: `${label}[${n}], ${plain}`,
      rings: n === cell[0] ? [edge] : [],
      head: areNamed ? html`<figcaption><small>${numbers.nameOf(n, channels, symbol)}</small></figcaption>` : undefined,
      bar: false,
    })
  const size = `--cells:${across * columns};--across:${across};--high:${Math.ceil(channels / across) * rows};--lines:${Math.ceil(channels / across)}`
  return html`<div class="picture global-average ${areNamed ? "named" : ""}" style=${size}>
    <figure class="maps-of">${head(label, say("web.mechanism.maps", { n: channels, rows, columns }))}<div>${Array.from({ length: channels }, (_, n) => tile(n))}</div></figure>
    ${sorted(values.slice(cell[0] * count, (cell[0] + 1) * count), isSum ? total / count : total, isSum ? ` · ${count}` : "")}
    ${side(scene, symbol, cell, { place: "right", role: "made", word: numbers.maps[symbol].plain, limits: numbers.maps[symbol].limits, enter: "fade 0.95" })}
    ${leads(lead("total", anchorOf(numbers, symbol, "right", cell)))}
  </div>`
}

/** Return the cells of a channel in descending order, and a line at their mean. @param {Float64Array | Float32Array} values @param {number} mean @param {string} times what follows its name */
function sorted(values, mean, times) {
  const ordered = values.toSorted().toReversed()
  const [low, high] = [Math.min(ordered[ordered.length - 1], 0), Math.max(ordered[0], 0)]
  const y = (/** @type {number} */ value) => (100 * (value - low)) / (high - low || 1)
  const wide = 100 / ordered.length
  const bars = Array.from(
    ordered,
    (value, n) =>
      `M${(n * wide).toFixed(3)} ${(100 - y(0)).toFixed(2)}V${(100 - y(value)).toFixed(2)}h${wide.toFixed(3)}V${(100 - y(0)).toFixed(2)}Z`,
  )
  const words = say("web.mechanism.heap", { n: ordered.length })
  return html`<figure class="heap-of">${head("", words)}
    <div class="heap-plot" role="img" aria-label=${words}><svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">${svg`<path d=${bars.join("")}></path>`}</svg>
      <span class="mean-line" data-enter="fade 0.6" ${styles({ "--y": `${y(mean)}%` })}></span><span class="mean-end" data-id="total" ${styles({ "--y": `${y(mean)}%` })}></span><b class=${y(mean) > 85 ? "under-line" : ""} ${styles({ "--y": `${y(mean)}%` })}>${say("web.mechanism.mean")}${times}</b></div></figure>`
}

/** @param {Scene} scene @param {string} symbol @param {string} source @param {Cell} cell */
function backward(scene, symbol, source, cell) {
  const { numbers, isUpright } = scene
  const [, rows, columns] = numbers.shape(symbol)
  const size = `--cells:${columns};--high:${rows}`
  return html`<div class="picture global-average back" style=${size}>
    ${mapOf(scene, symbol, cell[0], { place: "source", role: "made", rings: [cellRing(cell[1], cell[2], { id: "cell", enter: "fade 0.95" })], relate: sameCell, bar: !isUpright })}
    <b class="between-maps">÷ ${rows * columns}</b>
    ${side(scene, source, cell, { place: "right", role: "", word: say("web.mechanism.arrived"), limits: numbers.maps[source].limits })}
    ${leads(lead("right", "cell", { enter: "draw 0.3 0.5" }))}
  </div>`
}
