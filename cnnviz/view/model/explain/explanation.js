// The explanation of a cell: the stage's title and sentence, the formula in symbols, and the cell's own arithmetic.

import { capitalised, factor, formula, localFormula, number, plainNumber, wholeOr } from "../numbers/format.js"
import { distinctDigits } from "../numbers/printed_digits.js"
import { say } from "../words.js"
import { filled, named, result, roundOff } from "./arithmetic.js"

/** @import { Cell, Numbers } from "../../types/view.js" */
/** @typedef {{ tag: string, phase: string, title: string, sentence: string, formula: string, numbers: string }} Words  `tag`, `formula` and `numbers` are HTML */

/** @param {Numbers} numbers @param {string} map a symbol, or "update" @param {Cell} cell @param {boolean} [stepping] whether to explain a parameter's step instead of its role @returns {Words} */
export function explained(numbers, map, cell, stepping = false) {
  if (stepping) return { ...explained(numbers, "update", cell), numbers: stepOf(numbers, map, cell) }
  const stage = map === "update" ? numbers.said.update : numbers.stageOf(map)
  const { label, words } = numbers.maps[map] ?? { label: stage.label, words: "" }
  const own = stage.symbol === map
  const isPart = !own && numbers.maps[map]?.band !== "gradients" && map !== "y"
  const { formulas } = numbers.network
  const phase = say(`web.phases.${stage.phase}`)
  const tag = stage.phase === label ? phase : `<span class="direction">${phase} · </span><i>${formula(label)}</i>`
  return {
    tag: `${tag}${stage.symbol === map && stage.layer !== null ? ` · ${stage.name}` : ""}`,
    phase: stage.phase,
    title: own || !isPart ? stage.title : capitalised(words),
    sentence: stage.sentence,
    formula: localFormula(formulas[map] ?? formulas[stage.symbol] ?? ""),
    numbers: map === "update" ? stepOf(numbers, numbers.said.update.makes[0], cell) : arithmetic(numbers, map, cell),
  }
}

/** @param {Numbers} numbers @param {string} map @param {Cell} cell */
function arithmetic(numbers, map, cell) {
  if (map === "x") return pixel(numbers, cell)
  const { band, kind } = numbers.maps[map]
  if (band === "parameters" && kind !== "row") return weight(numbers, map, cell)
  return filled(numbers, map, cell)
}

/** Return a pixel as stored, 0 … 255. @param {Numbers} numbers @param {number} value */
export const stored = (numbers, value) => Math.round(numbers.answer.lesson.scale === "raw" ? value : value * 255)

/** @param {Numbers} numbers @param {Cell} cell */
function pixel(numbers, cell) {
  const value = numbers.at("x", cell)
  const name = named(numbers, "x", cell)
  const { scale, ch } = numbers.answer.lesson
  if (ch === "gray") {
    // Gray is a weighted sum of the stored channels and not rounded.
    const brightness = scale === "raw" ? "" : `${number(value * 255, 6)} / 255`
    return `${name}${brightness && ` = ${brightness}`}${result(value)}, ${say("web.numbers.gray")}`
  }
  if (numbers.answer.lesson.scale === "raw")
    return `${name} = <b>${stored(numbers, value)}</b>, ${say("web.numbers.stored")}`
  return `${name} = ${stored(numbers, value)} / 255${result(value)}`
}

/** @param {Numbers} numbers @param {string} map @param {Cell} cell */
function weight(numbers, map, cell) {
  const [link] = numbers.links(map)
  const own = `${named(numbers, map, cell)}${result(numbers.at(map, cell))}`
  if (!link) return own
  const found = numbers.sources(link, cell)
  const zeros = link.pattern === "touched" ? link.places[0] * link.places[1] - found.length : 0
  if (zeros > 0) return `${own} <small>${say("web.numbers.padded", { count: found.length, n: zeros })}</small>`
  if (found.length > 1) return `${own} <small>${say("web.numbers.multiplies", { n: found.length })}</small>`
  return `${own} <small>${say("web.numbers.multiplies_one")}</small> ${named(numbers, link.source, found[0])}${result(numbers.at(link.source, found[0]))}`
}

/** Format a typed number with as few digits as possible. @param {number} value */
const written = (value) =>
  [1, 2, 3, 4].map((digits) => number(value, digits)).find((text) => Number(plainNumber(text)) === value)
  ?? number(value)

/** @param {Numbers} numbers @param {string} name @param {Cell} cell */
export function stepOf(numbers, name, cell) {
  const at = numbers.offset(name, cell)
  const [old, gradient, next] = [numbers.values(name)[at], numbers.values(`d${name}`)[at], numbers.next(name, at)]
  const part = (/** @type {string} */ which) => numbers.part(which, name, at)
  const [velocity, mean] = [part("velocity"), part("mean")]
  const rate = written(numbers.rate)
  const change =
    mean !== undefined
      ? `${rate} · ${factor(mean)} / ${number(part("size"))}`
      : velocity !== undefined
        ? `${rate} · ${factor(velocity)}`
        : numbers.network.optimizer === "gd"
          ? `${rate} · ${factor(gradient)}`
          : factor(old - next)
  const digits = distinctDigits(old, next)
  const lost = numbers.maps[`d${name}`].round_off ? roundOff : ""
  return `${named(numbers, name, cell)} ← ${wholeOr(old, digits)} − ${change}${result(next, digits)}${lost}`
}
