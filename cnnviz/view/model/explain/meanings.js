// Glossary entries for symbols and for the signs between columns. Ids are below `web.`

import { extremes } from "../numbers/extremes.js"
import { localFormula, rangeText, short } from "../numbers/format.js"
import { hasMessage, say } from "../words.js"
import { promiseOf } from "./gradient_promise.js"

/** @import { Cell, ColumnRecord, Numbers } from "../../types/view.js" */
/** @typedef {{ text: string, id: string }} Sign  no sign if the text is empty */

/** @type {Record<string, string>}  by the first letter of a symbol */
const WORDS = {
  x: "pixel",
  f: "kernel",
  w: "weight",
  b: "bias",
  z: "sum",
  a: "unit",
  p: "pooling",
  n: "normalized",
  g: "gain",
  s: "shift",
  r: "dropout",
  v: "list",
  o: "output",
  y: "target",
  L: "loss",
}

/** @type {Readonly<Record<string, string>>}  the sign of each entry that has one, by id, in the order in which learners meet them */
export const SIGNS = {
  "glossary.pixel": "x",
  "glossary.kernel": "f",
  "signs.convolution": "∗",
  "glossary.sum": "z₁",
  "glossary.unit": "a₁",
  "glossary.list": "v",
  "glossary.weight": "w",
  "glossary.bias": "b",
  "glossary.output": "o",
  "glossary.target": "y",
  "glossary.loss": "L",
  "glossary.gradient": "∂",
  "signs.slope": "σ′",
  "signs.elementwise": "⊙",
  "signs.total": "Σ",
  "signs.equals": "=",
  "signs.sum": "+",
  "signs.back": "←",
}

/** The entries without a sign, in the order in which learners meet them. */
export const TERMS = [
  "activation", "stride", "padding", "channel", "pooling", "saturated", "learning_rate", "update", "normalized", "gain",
  "shift", "dropout",
].map((word) => `glossary.${word}`) // biome-ignore format: a list of words

/** Return the glossary id of a map. @param {Numbers} numbers @param {string} symbol */
export const meaningOf = (numbers, symbol) =>
  `glossary.${numbers.maps[symbol].band === "gradients" ? "gradient" : WORDS[symbol[0]]}`

/** @type {Record<string, string>}  message keys of signs that represent a stage */
const STAGES = { convolution: "layer.conv.y", product: "layer.dense.y", flatten: "stage.v" }

/** Return the message ids of an entry. A sign without its own uses those of its stage. @param {string} id */
export function wordsOf(id) {
  const sign = id.startsWith("signs.") ? id.slice(6) : ""
  if (!sign || hasMessage(`web.${id}.title`)) return { title: `web.${id}.title`, text: `web.${id}.text` }
  const stage = STAGES[sign] ?? `layer.${sign}.y`
  return { title: `${stage}.title`, text: `${stage}.sentence` }
}

const BACK = { text: "←", id: "signs.back" }

/**
 * Return the signs before a column, forward and backward, or null before inputs.
 * @param {Numbers} numbers @param {Pick<ColumnRecord, "values"> & { kind: string }} column @returns {Sign[] | null}
 */
export function signsOf(numbers, { kind, values: [symbol] }) {
  if (kind === "filters") return [{ text: "∗", id: "signs.convolution" }, BACK]
  if (kind === "weights") return [{ text: "·", id: "signs.product" }, BACK]
  if (kind === "strip")
    return [
      { text: "→", id: "signs.flatten" },
      { text: "", id: "" },
    ]
  const layer = numbers.network.layers.find((each) => each.symbol === symbol)
  const title = numbers.network.columns.find((each) => each.values[0] === symbol)?.title ?? ""
  if (!layer) return kind === "cells" && symbol !== "y" ? [{ text: "+", id: "signs.sum" }, BACK] : null
  if (kind !== "maps" && kind !== "cells") return null
  const hasSum = layer.kind === "conv" || layer.kind === "dense"
  return [hasSum ? { text: "=", id: "signs.equals" } : { text: title, id: `signs.${layer.kind}` }, BACK]
}

/** @typedef {{ label: string, letter: string, formula: string, facts: string[] }} Details  the label of a symbol or, for a gradient, of its variable; the letter for all symbols of the kind; the formula as MathML; and facts about its numbers */

/**
 * Return the details of a glossary entry for a symbol of this network.
 * @param {Numbers} numbers @param {string} id @param {string} symbol @param {Cell} [cell]  the explained cell, or undefined if its numbers are hidden @returns {Details}
 */
export function detailsOf(numbers, id, symbol, cell) {
  const isComputed = !["x", "v", "y"].includes(symbol) && id !== "signs.back" && id !== "signs.flatten"
  const formula = isComputed ? localFormula(numbers.network.formulas[symbol] ?? "") : ""
  const facts = id.startsWith("glossary.") ? factsOf(numbers, symbol, cell) : []
  const { label } = numbers.maps[symbol]
  const names = id === "glossary.gradient" ? { label: label.slice(1), letter: "b" } : { label, letter: label[0] }
  return { ...names, formula, facts }
}

/**
 * Return the shape of a map and, if its numbers are shown, their range and the meaning of the cell's gradient.
 * @param {Numbers} numbers @param {string} symbol @param {Cell} [cell] @returns {string[]}
 */
function factsOf(numbers, symbol, cell) {
  const { index, kind, band } = numbers.maps[symbol]
  const [count, ...others] = index
  const row = count > 1 ? say("web.mechanism.n_numbers", { n: count }) : ""
  const shape = kind === "loss" ? "" : others.length ? index.join(" × ") : row
  const quantized = numbers.quantized[symbol]
  const isApproximate = quantized && !quantized.isComplete // then the range is unknown
  const values = numbers.values(symbol)
  const hasRange = cell && !isApproximate && values.length > 1
  const facts = shape ? [hasRange ? `${shape}, ${rangeText(extremes(values), short)}` : shape] : []
  if (!cell) return facts
  const exact = !Object.keys(numbers.answer.deviations).length && numbers.isExact(symbol, cell)
  return band === "gradients" && exact ? [...facts, promiseOf(numbers, symbol, cell)].filter(Boolean) : facts
}
