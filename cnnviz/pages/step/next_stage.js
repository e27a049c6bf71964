// The presenter's private preview of the next stage: its map, its extremes, and the arithmetic of the largest.

import { drawTriple } from "../../view/draw/mechanisms/convolution.js"
import { Pen, paletteOf } from "../../view/draw/pen.js"
import { cellName, resultText } from "../../view/model/explain/arithmetic.js"
import { singleIndex } from "../../view/model/explain/cell_links.js"
import { explainCell } from "../../view/model/explain/explanation.js"
import { formula } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { setHTML } from "../../view/shell/html.js"

/** @import { Cell, Numbers } from "../../view/types/view.js" */

const SIDE = 150 // of its map, in pixels
const LINE = 22 // height of a row of numbers
const MAX_BARS = 12 // maximal count of numbers shown as bars

/** @param {Element} root @param {Numbers} numbers @param {string} stage a symbol, or "update" */
export function fillPreview(root, numbers, stage) {
  const { label, plain, sentence } = numbers.said[stage]
  const name = stage === "update" ? say("web.phases.update") : `<i>${formula(label)}</i>${plain ? `, ${plain}` : ""}`
  const firstMap = stage === "update" ? numbers.said.update.makes[0] : stage
  const focus = numbers.network.focus[numbers.maps[firstMap].family]
  const ends = stage === "update" ? [] : extremesOf(numbers, stage)
  const cell = ends.find(({ at }) => !numbers.missingParts(stage, at).length)?.at ?? focus // the first end with exact weights
  const lines = ends.map(({ at, is }) => {
    const value = `${cellName(numbers, stage, at)}${resultText(numbers.at(stage, at))}`
    return `<li><small>${say(`web.cockpit.${is}`)}</small> ${value}</li>`
  })
  setHTML(
    root,
    `<h2><span>${say("web.cockpit.upcoming")} ${name}</span> <small>${say("web.cockpit.hidden")}</small></h2>
    <div class="upcoming"><canvas class="whole"></canvas><ul>${lines.join("")}</ul></div>
    <h3>${say(ends.length > 1 ? "web.cockpit.comes_about" : "web.cockpit.arithmetic")}</h3><canvas class="parts"></canvas>
    <p class="numbers">${explainCell(numbers, stage, cell).numbers}</p><h3>${say("web.cockpit.right")}</h3><p>${sentence}</p>`,
  )
  draw(root, numbers, stage, cell)
}

/**
 * Return the largest and the smallest cell, if there are two. For quantized weights, only the one of larger magnitude
 * is known.
 * @param {Numbers} numbers @param {string} symbol @returns {{ at: Cell, is: "largest" | "smallest" }[]}
 */
export function extremesOf(numbers, symbol) {
  const values = numbers.values(symbol)
  const knownCell = numbers.quantized[symbol]?.largest(values)
  let [most, least] = [0, 0]
  for (let n = 1; n < values.length; n++) {
    if (values[n] > values[most]) most = n
    if (values[n] < values[least]) least = n
  }
  const ends = /** @type {const} */ ([
    ["largest", most],
    ["smallest", least],
  ]).slice(0, values.length)
  return ends.flatMap(([is, at]) =>
    knownCell === undefined || knownCell === at ? { at: numbers.cell(symbol, at), is } : [],
  )
}

/** @param {Element} root @param {Numbers} numbers @param {string} stage @param {Cell} cell */
function draw(root, numbers, stage, cell) {
  const [whole, parts] = ["whole", "parts"].map((name) => {
    const canvas = root.querySelector(/** @type {"canvas"} */ (`canvas.${name}`))
    return /** @type {HTMLCanvasElement} */ (canvas)
  })
  const kind = numbers.maps[stage]?.kind ?? ""
  whole.hidden = !["map", "filters"].includes(kind) && !(kind === "row" && numbers.count(stage) <= MAX_BARS)
  const backward = numbers.maps[stage]?.band === "gradients"
  /** @type {Pen[]} */
  const pens = []
  const pen = (/** @type {HTMLCanvasElement} */ canvas, /** @type {number} */ width, /** @type {number} */ height) => {
    canvas.style.cssText = `width:${width}px;height:${height}px`
    const diagramPen = new Pen(canvas, { width, height }, paletteOf(/** @type {HTMLElement} */ (root)), backward, 1)
    pens.push(diagramPen)
    return diagramPen
  }
  if (!whole.hidden && kind === "row") {
    const rows = Array.from(numbers.values(stage), (value, n) => ({
      name: numbers.nameOf(n, numbers.count(stage), stage),
      value,
    }))
    const box = { x: 0, y: 0, width: SIDE + 40, height: Math.min(LINE * rows.length, SIDE) }
    pen(whole, box.width, box.height).drawRows(rows, box, { names: 58 })
  } else if (!whole.hidden) {
    const [rows, columns] = numbers.shape(stage).slice(-2)
    const [row, column] = cell.slice(-2)
    const side = SIDE / Math.max(rows, columns)
    const ring = { rows: singleIndex(row), columns: singleIndex(column), strong: true }
    const box = { x: 1, y: 1, width: side * columns, height: side * rows }
    pen(whole, box.width + 2, box.height + 18).drawMap(numbers, stage, cell.slice(0, -2), box, [ring])
  }
  const width = root.clientWidth
  parts.hidden = !numbers.links(stage).some(({ pattern }) => pattern === "window")
  if (!parts.hidden) parts.hidden = !drawTriple(pen(parts, width, (width - 44) / 3 + 2), numbers, stage, cell)
  for (const hiddenPen of pens) hiddenPen.flushTexts()
}
