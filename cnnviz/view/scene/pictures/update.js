// The update of every parameter: its gradient rises, turns its sign, shrinks to the step and sinks in. The loss is a
// square whose area changes.

import { kernelName } from "../../model/explain/windows.js"
import { decimalsOrDigits, distinctDecimals, formatFixed } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { html, markup, nothing } from "../../shell/html.js"
import { printAlone, printCells } from "../digits.js"
import { styles } from "../directives.js"
import { cells, head, heat } from "../parts.js"
import { scenePicture } from "../scene.js"
import { layOutUnits, tileUnits } from "../units.js"
import { largestStep, pastGradients, rowAt, ruleOf, updateTable, withSign } from "./update_rows.js"

/** @import { Scene } from "../scene.js" */
/** @import { Cell, Numbers } from "../../types/view.js" */
/** @typedef {{ symbol: string, name: string, word: string, kind: string, count: number, columns: number, shape: number[], index: (n: number) => number }} Group  shown entries of a parameter; `index` returns the offset of the n-th one */

const MOST = 3 // parameters that are drawn completely; of more, one entry of each is a row
const WIDE = 2 // outputs whose weights are all shown
const LEAST = 3 // decimals of a parameter, if its step is large
const CASUAL = 4 // decimals of the loss, if they show the change

export const update = scenePicture(draw)

/** @type {import("../scene.js").ScenePicture} */
function draw(scene, first, cell) {
  const { numbers } = scene
  const { makes } = numbers.said.update
  const at = numbers.offset(first, cell)
  const rule = ruleOf(numbers, first, at)
  const isTable = rule !== "" || makes.length > MOST
  const shown = makes.filter(
    (name) => !rule || name === first || numbers.part(rule, name, largestStep(numbers, name).at) !== undefined,
  )
  const rows = shown.map((name) => (name === first ? rowAt(numbers, first, at) : largestStep(numbers, name)))
  const own = rows.find(({ parameter }) => parameter === first)
  return html`<div class="picture update ${isTable ? "of-rows" : ""}" data-lasts="1200">
    ${isTable ? updateTable(numbers, rows, rule) : makes.flatMap((name) => groupsOf(numbers, name, name === first ? cell : undefined)).map((group, n) => groupOf(scene, group, n, group.symbol === first ? at : -1))}
    ${rule === "velocity" && own ? pastGradients(numbers, own) : nothing}
    ${lossSquare(numbers)}
  </div>`
}

/** @param {Numbers} numbers @param {string} symbol @param {Cell} [chosen] @returns {Group[]} */
function groupsOf(numbers, symbol, chosen) {
  const { kind, label, plain } = numbers.maps[symbol]
  const cell = chosen ?? numbers.cell(symbol, largestStep(numbers, symbol).at)
  const shape = numbers.shape(symbol)
  const own = { symbol, name: label, word: plain, kind, shape }
  if (kind === "filters") {
    const [k, from] = [shape[2], numbers.offset(symbol, [cell[0], cell[1], 0, 0])]
    return [{ ...own, name: kernelName(numbers, symbol, cell), count: k * k, columns: k, index: (n) => from + n }]
  }
  const outputs = shape[shape.length - 1]
  if (kind !== "weights")
    return [{ ...own, count: outputs, columns: outputs > MOST ? Math.min(outputs, 10) : 1, index: (n) => n }]
  const all =
    outputs <= WIDE && !numbers.quantized[symbol]
      ? Array.from({ length: outputs }, (_, n) => n)
      : [cell[cell.length - 1]]
  return all.map((output) => ({
    ...own,
    word: say("web.mechanism.to_output", { name: numbers.nameOf(output, outputs, symbol) }),
    shape: shape.slice(0, -1),
    count: numbers.count(symbol) / outputs,
    columns: 0,
    index: (n) => n * outputs + output,
  }))
}

/**
 * Return a parameter with its gradient and its step, which are visible during the assembly only.
 * @param {Scene} scene @param {Group} group @param {number} n @param {number} chosen offset of the pointed entry, or -1
 */
function groupOf(scene, group, n, chosen) {
  const { numbers } = scene
  const { symbol, name, word, kind, count, columns, shape, index } = group
  const old = Array.from({ length: count }, (_, i) => numbers.values(symbol)[index(i)])
  const next = old.map((_, i) => numbers.next(symbol, index(i)))
  const step = next.map((value, i) => value - old[i])
  const gradient = old.map((_, i) => numbers.values(`d${symbol}`)[index(i)])
  const id = `p${n}`
  const isMap = kind === "weights"
  const { limits } = numbers.maps[symbol]
  const show = (
    /** @type {number[]} */ values,
    /** @type {number[]} */ ends,
    /** @type {Partial<import("../parts.js").CellsHow>} */ how,
  ) => {
    if (!isMap)
      return cells(scene, values, columns, { id: `${id}c`, label: word, limits: ends, write: () => "", ...how })
    const { values: tiles, ...size } = tileUnits(layOutUnits(shape), (i) => values[i])
    return heat(tiles, size.rows, size.columns, { limits: ends, label: word, bar: false })
  }
  const { letters, most: mostLetters } = scene.room(`${id}c`)
  const apart = Math.max(...old.map((value, i) => distinctDecimals(value, next[i])))
  const withDecimals = (/** @type {number} */ count) => (/** @type {number} */ value) =>
    formatFixed(value, Number.isInteger(value) ? 0 : Math.max(count, LEAST))
  const lengthOf = (/** @type {(value: number) => string} */ print) =>
    Math.max(...[...old, ...next].map((value) => print(value).length))
  const exact = [apart, apart - 1].map(withDecimals).find((print) => lengthOf(print) <= mostLetters)
  const printed = exact ? { write: exact, fits: true } : printCells(next, letters)
  const isSmall = exact !== undefined && lengthOf(exact) > letters
  const write = printed.fits ? printed.write : () => ""
  const most = Math.max(...gradient.map((value) => Math.abs(value) || 0))
  const ends = [-most, most]
  const own = {
    bold: true,
    symbol,
    cell: (/** @type {number} */ i) => numbers.cell(symbol, index(i)),
    term: (/** @type {number} */ i) => `${symbol}${i}`,
  }
  const target = old.findIndex((_, i) => index(i) === chosen)
  const longest = Math.max(...step.map((value) => Math.abs(value) || 0))
  const share = Math.sqrt(Math.min(most ? longest / most : 0, 1)) // sides, so that areas are to scale
  const part = numbers.answer.promise?.shares[symbol]
  const isSecond = isMap && index(0) > 0 && numbers.shape(symbol).at(-1) === WIDE // its share is beside the first output
  return html`<section class="group of-${kind}">
    ${head(name, word)}
    <div class="value" data-id=${id}>${show(next, limits, { write, isSmall, chosen: target, ...own })}
      <div class="ghost" aria-hidden="true" data-enter="vanish 0.67 0.33">${show(old, limits, { id: `${id}o`, write, isSmall, bold: true })}</div></div>
    <p class="note" data-enter="fade 0.83">${say("web.mechanism.moved", { value: printAlone(longest, 2) })}${part === undefined || isSecond ? nothing : html`<br>${markup(say("web.mechanism.of_fall", { value: part }))}`}</p>
    <div class="descent" aria-hidden="true">
      <div class="ghost" data-enter="rise_and_fade 0 0.4">${show(gradient, ends, { id: `${id}g` })}</div>
      <div class="ghost" data-enter="sink ${id} 0.33 0.5 ${share}">${show(
        gradient.map((value) => -value),
        ends,
        { id: `${id}s` },
      )}</div>
    </div>
  </section>`
}

/** Return the loss as a square, with its outline from before and the promise of the gradients. @param {Numbers} numbers */
function lossSquare(numbers) {
  const { promise } = numbers.answer
  const [old] = numbers.values("L")
  const next = promise ? old - promise.falls : old
  const most = Math.sqrt(Math.max(old, next, 0)) || 1
  const decimals = Math.max(CASUAL, promise ? distinctDecimals(old, next) - 1 : CASUAL)
  const write = (/** @type {number} */ loss) => decimalsOrDigits(loss, decimals)
  const side = (/** @type {number} */ value) => Math.sqrt(Math.max(value, 0)) / most
  return html`<section class="loss">${head("L", say("web.mechanism.loss_square"))}
    <div class="square"><span class="before" ${styles({ "--length": side(old) })}></span>
      <span class="now" data-enter="grow 0.67 0.33 ${side(old) / (side(next) || 1)}" ${styles({ "--length": side(next) })}><b data-enter="fade 0.75">${write(next)}</b><b class="ghost" aria-hidden="true" data-enter="vanish 0.67">${write(old)}</b></span></div>
    ${promise ? html`<p>${say("web.mechanism.was", { value: write(old) })}</p><p><b>${say("web.mechanism.promised", { promised: withSign(-promise.promised), really: withSign(-promise.falls) })}</b></p>` : nothing}
  </section>`
}
