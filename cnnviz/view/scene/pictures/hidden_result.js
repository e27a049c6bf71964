// An operation whose result is hidden: its inputs, and a hatched area with a question mark. It reads no number of the
// result, and none of its limits.

import { singleIndex } from "../../model/explain/cell_links.js"
import { kernelName } from "../../model/explain/windows.js"
import { short } from "../../model/numbers/format.js"
import { say } from "../../model/words.js"
import { html, nothing } from "../../shell/html.js"
import { kernelPart } from "../kernels.js"
import { cellRing, head, heat, mapOf, nameOf } from "../parts.js"
import { column } from "../rows.js"
import { scenePicture } from "../scene.js"
import { layOutUnits, units } from "../units.js"

/** @import { Scene } from "../scene.js" */
/** @import { Cell, Numbers, Range } from "../../types/view.js" */
/** @typedef {[symbol: string, ranges: Range[]]} Input  an array, and the ranges that the cell reads */

const UPRIGHT = 2 // rows of a row's area, which has one column

/** @type {import("../scene.js").ScenePicture} */
function operation(scene, symbol, cell) {
  const { numbers, done } = scene
  /** @type {Map<string, Range[]>} */
  const inputs = new Map()
  for (const link of numbers.links(symbol))
    if (done(link.source) > 0 && !inputs.has(link.source)) inputs.set(link.source, numbers.reach(link, cell))
  return draw(scene, symbol, cell, [...inputs])
}

/** @type {import("../scene.js").ScenePicture} */
function afterUpdate(scene, symbol, cell) {
  const ranges = cell.map(singleIndex)
  const inputs = [symbol, `d${symbol}`].map((name) => /** @type {Input} */ ([name, ranges]))
  return draw(scene, symbol, cell, inputs, say("web.predict.after"))
}

/** An operation whose result is hidden. */
export const hiddenResult = scenePicture(operation)

/** A parameter and its gradient, of which the updated parameter is hidden. */
export const hiddenUpdate = scenePicture(afterUpdate)

/**
 * Return the picture: the inputs, then the result; in the backward pass the result is on the left.
 * @param {Scene} scene @param {string} symbol @param {Cell} cell @param {Input[]} inputs @param {string} [word] name of the result, if it is not the map's own
 */
function draw(scene, symbol, cell, inputs, word = scene.numbers.maps[symbol].plain) {
  const isBack = scene.numbers.maps[symbol].band === "gradients"
  return html`<div class="picture hidden-result ${isBack ? "back" : ""}" style="--inputs:${inputs.length}">
    <div class="inputs">${inputs.map((input) => inputPart(scene, input))}</div>
    ${inputs.length ? html`<b class="sign" data-enter="fade 0.5">${isBack ? "←" : "→"}</b>` : nothing}
    ${unknown(scene, symbol, cell, word)}
  </div>`
}

/** @param {Scene} scene @param {Input} input */
function inputPart(scene, [symbol, ranges]) {
  const { numbers, moves, isUpright } = scene
  const { kind, label, plain, limits, scale } = numbers.maps[symbol]
  const at = ranges.map(({ start }) => start)
  if (kind === "map") {
    const [, rows, columns] = ranges
    const rings = !moves(symbol) && rows.count && columns.count ? [{ rows, columns }] : [] // the strip's canvas has its own
    return mapOf(scene, symbol, at[0], { rings, bar: !isUpright })
  }
  if (kind === "filters") return kernelPart(scene, symbol, at, { id: symbol })
  if (kind !== "weights") {
    const chosen = ranges[0]?.count === 1 ? at[0] : -1
    return html`<figure class="result">${head(label, plain)}${column(scene, symbol, chosen, isUpright ? { write: short } : {})}</figure>`
  }
  const outputs = numbers.shape(symbol).at(-1) ?? 1
  const values = numbers.values(symbol)
  const offset = (/** @type {number} */ d) => d * outputs + (at.at(-1) ?? 0)
  return units(scene, layoutOf(numbers, symbol), (d) => values[offset(d)], {
    id: symbol,
    label: `${label}, ${plain}`,
    limits,
    scale,
    symbol,
    unit: (d) => numbers.cell(symbol, offset(d)),
    head: head(label, plain),
    bar: false,
  })
}

/** Return the layout of the units that weights read. @param {Numbers} numbers @param {string} symbol */
const layoutOf = (numbers, symbol) => layOutUnits(numbers.shape(symbol).slice(0, -1))

/** Return rows and columns of the area of a result. @param {Numbers} numbers @param {string} symbol */
function areaOf(numbers, symbol) {
  const { kind } = numbers.maps[symbol]
  if (kind === "map" || kind === "filters") return numbers.shape(symbol).slice(-2)
  if (kind !== "weights") return [UPRIGHT, 1]
  const { rows, columns, across, down } = layoutOf(numbers, symbol)
  return [rows * down, columns * across]
}

/**
 * Return the area of a hidden result. A map that is a single tile moves into it, so that its cells can be selected.
 * @param {Scene} scene @param {string} symbol @param {Cell} cell @param {string} word
 */
function unknown({ numbers, moves }, symbol, cell, word) {
  const { kind, label } = numbers.maps[symbol]
  const [rows, columns] = areaOf(numbers, symbol)
  const isMoved = kind === "map" && moves(symbol)
  const name = kind === "filters" ? kernelName(numbers, symbol, cell) : nameOf(numbers, symbol, cell[0])
  const area = heat([], rows, columns, {
    limits: [0, 1],
    done: 0,
    bar: false,
    label: say("web.maps.ahead", { map: label }),
    head: head(name, word),
    place: "made",
    rings: kind === "map" && !isMoved ? [cellRing(cell[1], cell[2])] : [],
    ...(isMoved ? { slot: symbol, symbol, at: [cell[0]] } : {}),
  })
  return html`<div class="unknown of-${kind}">${area}<span class="hatch shown"></span><b data-enter="fade 0.7">?</b></div>`
}
