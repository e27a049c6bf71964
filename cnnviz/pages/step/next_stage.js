// The presenter's private preview of the next stage: its map, its extremes, and the arithmetic of the largest.

import { cellName, resultText } from "../../view/model/explain/arithmetic.js"
import { explainCell } from "../../view/model/explain/explanation.js"
import { formula, timesPower } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { printCells } from "../../view/scene/digits.js"
import { kernelPart } from "../../view/scene/kernels.js"
import { cellRing, cells, head, mapOf } from "../../view/scene/parts.js"
import { partsOf } from "../../view/scene/pictures/convolution.js"
import { bars, rowsOf } from "../../view/scene/rows.js"
import { typeRoom } from "../../view/scene/scene_view.js"
import { html, inner, markup, nothing, render } from "../../view/shell/html.js"

/** @import { Scene } from "../../view/scene/scene.js" */
/** @import { Cell, Numbers } from "../../view/types/view.js" */

const SIDE = 150 // of its map, in pixels
const SIGN = 22 // width of a sign between two tables
const MAX_BARS = 12 // maximal count of numbers shown as bars

/** @param {HTMLElement} root @param {Numbers} numbers @param {string} stage a symbol, or "update" */
export const fillPreview = (root, numbers, stage) => render(previewOf(numbers, stage, root.clientWidth), root)

/** @param {Numbers} numbers @param {string} stage @param {number} width of the preview in pixels */
export function previewOf(numbers, stage, width) {
  const { label, plain, sentence } = numbers.said[stage]
  const name = stage === "update" ? say("web.phases.update") : `<i>${formula(label)}</i>${plain ? `, ${plain}` : ""}`
  const firstMap = stage === "update" ? numbers.said.update.makes[0] : stage
  const focus = numbers.network.focus[numbers.maps[firstMap].family]
  const ends = stage === "update" ? [] : extremesOf(numbers, stage)
  const cell = ends.find(({ at }) => !numbers.missingParts(stage, at).length)?.at ?? focus // the first end with exact weights
  const line = (/** @type {{ at: Cell, is: string }} */ { at, is }) =>
    html`<li><small>${say(`web.cockpit.${is}`)}</small> ${markup(cellName(numbers, stage, at) + resultText(numbers.at(stage, at)))}</li>`
  return html`<h2><span>${say("web.cockpit.upcoming")} ${markup(name)}</span> <small>${say("web.cockpit.hidden")}</small></h2>
    <div class="upcoming">${wholeMap(numbers, stage, cell)}<ul>${ends.map(line)}</ul></div>
    <h3>${say(ends.length > 1 ? "web.cockpit.comes_about" : "web.cockpit.arithmetic")}</h3>${triple(numbers, stage, cell, width)}
    <p class="numbers" ${inner(explainCell(numbers, stage, cell).numbers)}></p><h3>${say("web.cockpit.right")}</h3><p ${inner(sentence)}></p>`
}

/**
 * Return the largest and the smallest cell, if there are two. For quantized weights, only the one of larger magnitude
 * is known.
 * @param {Numbers} numbers @param {string} symbol @returns {{ at: Cell, is: "largest" | "smallest" }[]}
 */
export function extremesOf(numbers, symbol) {
  const values = numbers.values(symbol)
  const knownCell = numbers.quantized[symbol]?.largest(values)
  let [largest, smallest] = [0, 0]
  for (let n = 1; n < values.length; n++) {
    if (values[n] > values[largest]) largest = n
    if (values[n] < values[smallest]) smallest = n
  }
  const ends = /** @type {const} */ ([
    ["largest", largest],
    ["smallest", smallest],
  ]).slice(0, values.length)
  return ends.flatMap(([is, at]) =>
    knownCell === undefined || knownCell === at ? { at: numbers.cell(symbol, at), is } : [],
  )
}

/** Return what parts of pictures read here. @param {Numbers} numbers @param {number} width of a cell with a number @returns {Scene} */
const sceneOf = (numbers, width) => ({
  numbers,
  done: () => Number.POSITIVE_INFINITY,
  moves: () => false,
  room: () => typeRoom(width),
  isUpright: false,
  isSteady: false,
  choice: {},
})

/** Return the channel, kernel or row of a cell, if there is room for all its numbers. @param {Numbers} numbers @param {string} stage @param {Cell} cell */
function wholeMap(numbers, stage, cell) {
  const { kind = "", label = "", plain = "" } = numbers.maps[stage] ?? {}
  const [rows, columns] = numbers.shape(stage === "update" ? numbers.said.update.makes[0] : stage).slice(-2)
  const side = SIDE / Math.max(rows ?? 1, columns ?? 1)
  const scene = sceneOf(numbers, side)
  const isRow = kind === "row" && numbers.count(stage) <= MAX_BARS
  const part =
    kind === "map"
      ? mapOf(scene, stage, cell[0], { rings: [cellRing(cell[1], cell[2])], head: undefined })
      : kind === "filters"
        ? kernelPart(scene, stage, cell, { id: stage, chosen: cell[2] * columns + cell[3] })
        : isRow
          ? bars(rowsOf(numbers, stage, -1), { id: stage, label: `${label}, ${plain}` })
          : nothing
  return part === nothing ? nothing : html`<div class="scene" style="--cell:${side}px;--grid:${SIDE}px">${part}</div>`
}

/** Return window, kernel and products, if there is one channel. @param {Numbers} numbers @param {string} stage @param {Cell} cell @param {number} width */
function triple(numbers, stage, cell, width) {
  const window = numbers.links(stage).find(({ pattern }) => pattern === "window")
  if (!window || numbers.shape(window.source)[0] !== 1) return nothing
  const { x, f, k, a, b, products } = partsOf(numbers, stage, cell, false)
  const side = (width - 2 * SIGN) / 3
  const scene = sceneOf(numbers, side / k)
  const most = Math.max(...products.map((value) => Math.abs(value) || 0))
  const table = (
    /** @type {string} */ id,
    /** @type {number[]} */ values,
    /** @type {string} */ word,
    /** @type {Pick<import("../../view/scene/parts.js").CellsHow, "limits" | "scale">} */ { limits, scale },
  ) => {
    const { write, power, ...printed } = printCells(values, scene.room(id).letters)
    const fits = printed.fits && values.every((value) => !value || /[1-9]/.test(write(value)) || Number.isNaN(value))
    const how = { id, label: word, limits, scale, write: fits ? write : () => "", blank: "0" }
    return html`<figure>${head("", word, fits ? timesPower(power) : "")}${cells(scene, values, k, how)}</figure>`
  }
  return html`<div class="scene triple" style="--grid:${side}px">
    ${table("w", a, say("web.mechanism.window"), numbers.maps[x])}<b class="sign">⊙</b>
    ${table("f", b, numbers.maps[f].plain, numbers.maps[f])}<b class="sign">=</b>
    ${table("p", products, say("web.mechanism.products"), { limits: [-most, most] })}
  </div>`
}
