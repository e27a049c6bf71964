// Rows of an update: an entry of each parameter with its old value, its step by the rule of the optimizer, and its new
// value.

import { cellName } from "../../model/explain/arithmetic.js"
import { decimalsOrDigits, distinctDecimals } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { html, markup, nothing } from "../../shell/html.js"
import { printAlone } from "../digits.js"
import { styles } from "../directives.js"
import { signOf } from "../sum_scale.js"

/** @import { Numbers } from "../../types/view.js" */
/** @typedef {{ parameter: string, name: string, at: number, old: number, next: number }} Row  an entry of a parameter, before and after */
/** @typedef {{ title: string, write: (row: Row) => string, value?: (row: Row) => number, bar?: (row: Row) => number }} Column  `value` sets the colour of its sign; `bar` is the length of a bar, from −1 to 1 */

/** Return the text of a number with its sign. @param {number} value */
export const withSign = (value) => `${value > 0 ? "+" : ""}${printAlone(value)}`

/** @param {Numbers} numbers @param {string} parameter @param {number} at @returns {Row} */
export function rowAt(numbers, parameter, at) {
  const name = cellName(numbers, parameter, numbers.cell(parameter, at))
  return { parameter, at, name, old: numbers.values(parameter)[at], next: numbers.next(parameter, at) }
}

/** @type {WeakMap<Numbers, Map<string, Row>>} */
const largest = new WeakMap()

/** Return the entry of a parameter with the largest step. @param {Numbers} numbers @param {string} name @returns {Row} */
export function largestStep(numbers, name) {
  const known = largest.get(numbers) ?? new Map()
  largest.set(numbers, known)
  if (!known.has(name)) known.set(name, findLargest(numbers, name))
  return known.get(name)
}

/** @param {Numbers} numbers @param {string} name */
function findLargest(numbers, name) {
  const quantized = numbers.quantized[name]
  if (quantized) return rowAt(numbers, name, quantized.largest(numbers.values(`d${name}`)))
  const old = numbers.values(name)
  let [at, most] = [0, 0]
  for (let n = 0; n < old.length; n++) {
    const size = Math.abs(numbers.next(name, n) - old[n])
    if (size > most) [at, most] = [n, size]
  }
  return rowAt(numbers, name, at)
}

/** Return the part whose numbers the rule of the optimizer adds: "size" for Adam, "velocity" for momentum, or "". @param {Numbers} numbers @param {string} first @param {number} at */
export const ruleOf = (numbers, first, at) =>
  numbers.network.optimizer === "gd"
    ? ""
    : (["size", "velocity"].find((part) => numbers.part(part, first, at) !== undefined) ?? "")

/** @param {Numbers} numbers @param {string} rule @param {Row[]} rows @returns {Column[]} */
function columnsOf(numbers, rule, rows) {
  const part =
    (/** @type {string} */ name) =>
    (/** @type {Row} */ { parameter, at }) =>
      numbers.part(name, parameter, at) ?? Number.NaN
  const digits = (/** @type {Row} */ { old, next }) => Math.max(distinctDecimals(old, next), 2)
  const step = (/** @type {Row} */ { old, next }) => next - old
  const longest = Math.max(...rows.map((row) => Math.abs(step(row)) || 0), 1e-300)
  const column = (/** @type {string} */ id, /** @type {(row: Row) => number} */ value) => ({
    title: say(`web.mechanism.${id}`),
    write: (/** @type {Row} */ row) => withSign(value(row)),
    value,
  })
  const gradient = (/** @type {Row} */ { parameter, at }) => numbers.values(`d${parameter}`)[at]
  const size = {
    title: say("web.mechanism.own_scale"),
    write: (/** @type {Row} */ row) => printAlone(part("size")(row)),
  }
  const middle = {
    "": [],
    velocity: [column("kept", part("kept")), column("now", gradient), column("velocity", part("velocity"))],
    size: [column("averaged", part("mean")), size],
  }[rule]
  return [
    { title: say("web.mechanism.old"), write: (row) => decimalsOrDigits(row.old, digits(row)) },
    .../** @type {Column[]} */ (middle),
    {
      ...column(rule === "velocity" ? "step_of_velocity" : rule ? "ratio" : "step", step),
      bar: (row) => step(row) / longest,
    },
    { title: say("web.mechanism.new"), write: (row) => decimalsOrDigits(row.next, digits(row)) },
  ]
}

/**
 * Return the table of an update.
 * @param {Numbers} numbers @param {Row[]} rows @param {string} rule
 */
export function updateTable(numbers, rows, rule) {
  const columns = columnsOf(numbers, rule, rows)
  const shares = numbers.answer.promise?.shares ?? {}
  const hasShares = !rule && rows.some(({ parameter }) => shares[parameter] !== undefined)
  const n = rows.length
  return html`<div class="rows ${rule ? "by-rule" : ""}" tabindex="0"><table><thead><tr><th></th>${columns.map(({ title }) => html`<th scope="col">${title}</th>`)}${hasShares ? html`<th scope="col">${say("web.mechanism.share")}</th>` : nothing}</tr></thead>
    <tbody>${rows.map(
      (
        row,
        i,
      ) => html`<tr data-enter="fade ${0.6 * (i / n)}" data-symbol=${row.parameter} data-cell=${numbers.cell(row.parameter, row.at).join()}>
        <th scope="row">${markup(row.name)} <small>${say("web.mechanism.one_of", { n: numbers.count(row.parameter) })}</small></th>
        ${columns.map(({ write, value, bar }) => html`<td class=${value ? signOf(value(row)) : ""}>${write(row)}${bar ? html`<span class="reach" ${styles({ "--from": Math.min(bar(row), 0), "--size": Math.abs(bar(row)) || 0 })}></span>` : nothing}</td>`)}
        ${hasShares ? html`<td>${shares[row.parameter] === undefined ? "" : say("web.mechanism.percent", { value: shares[row.parameter] })}</td>` : nothing}</tr>`,
    )}</tbody></table></div>`
}

/**
 * Return past gradients as pale bars, and in them what still counts. The first one sums up all earlier ones.
 * @param {Numbers} numbers @param {Row} row
 */
export function pastGradients(numbers, { parameter, at }) {
  const terms = numbers.arrays[`past.${parameter}:${at}`]?.values
  if (!terms) return nothing
  const all = Array.from(terms)
  const [low, high] = [Math.min(...all, 0), Math.max(...all, 0)]
  const share = (/** @type {number} */ value) => (value - low) / (high - low || 1)
  const last = numbers.arrays.losses.values.length - 1
  const most = all.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0)
  const bar = (/** @type {number} */ value, /** @type {string} */ name) =>
    html`<span class="${name} ${signOf(value)}" ${styles({ "--from": share(Math.min(value, 0)), "--to": share(Math.max(value, 0)) })}></span>`
  const count = all.length / 2
  const nameOf = (/** @type {number} */ of, /** @type {number} */ n) => (n || of <= 0 ? String(of) : `≤ ${of}`)
  return html`<figure class="past"><figcaption><b>${say("web.mechanism.past", { n: last })}</b></figcaption>
    <p>${say("web.mechanism.past_pale", { value: printAlone(most) })}; ${say("web.mechanism.past_solid")}</p>
    <ol>${Array.from({ length: count }, (_, n) => html`<li>${bar(all[2 * n], "pale")}${bar(all[2 * n + 1], "solid")}<small>${nameOf(last - count + 1 + n, n)}</small></li>`)}</ol></figure>`
}
