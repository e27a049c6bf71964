// The explanation of a cell: the stage's title and sentence, the formula in symbols, and the cell's own arithmetic.

import { capitalize, factor, formula, integerOrNumber, localFormula, number, plainNumber } from "../numbers/format.js"
import { distinctDigits } from "../numbers/printed_digits.js"
import { say } from "../words.js"
import { cellArithmetic, cellName, resultText, roundOff } from "./arithmetic.js"

/** @import { Cell, Numbers } from "../../types/view.js" */
/** @typedef {{ tag: string, phase: string, title: string, sentence: string, formula: string, numbers: string }} Words  `tag`, `formula` and `numbers` are HTML */

/** @param {Numbers} numbers @param {string} map a symbol, or "update" @param {Cell} cell @param {boolean} [stepping] whether to explain a parameter's step instead of its role @returns {Words} */
export function explainCell(numbers, map, cell, stepping = false) {
  if (stepping) return { ...explainCell(numbers, "update", cell), numbers: stepOf(numbers, map, cell) }
  const stage = map === "update" ? numbers.said.update : numbers.stageOf(map)
  const { label, words } = numbers.maps[map] ?? { label: stage.label, words: "" }
  const isOwnStage = stage.symbol === map
  const isPart = !isOwnStage && numbers.maps[map]?.band !== "gradients" && map !== "y"
  const { formulas } = numbers.network
  const phase = say(`web.phases.${stage.phase}`)
  const tag = stage.phase === label ? phase : `<span class="direction">${phase} · </span><i>${formula(label)}</i>`
  return {
    tag: `${tag}${stage.symbol === map && stage.layer !== null ? ` · ${stage.name}` : ""}`,
    phase: stage.phase,
    title: isOwnStage || !isPart ? stage.title : capitalize(words),
    sentence: stage.sentence,
    formula: localFormula(formulas[map] ?? formulas[stage.symbol] ?? ""),
    numbers:
      map === "update" ? stepOf(numbers, numbers.said.update.makes[0], cell) : arithmeticHtml(numbers, map, cell),
  }
}

/** @param {Numbers} numbers @param {string} map @param {Cell} cell */
function arithmeticHtml(numbers, map, cell) {
  if (map === "x") return pixelArithmetic(numbers, cell)
  const { band, kind } = numbers.maps[map]
  if (band === "parameters" && kind !== "row") return weightArithmetic(numbers, map, cell)
  return cellArithmetic(numbers, map, cell)
}

/** Return a pixel as stored, 0 … 255. @param {Numbers} numbers @param {number} value */
export const storedPixel = (numbers, value) => Math.round(numbers.answer.lesson.scale === "raw" ? value : value * 255)

/** @param {Numbers} numbers @param {Cell} cell */
function pixelArithmetic(numbers, cell) {
  const value = numbers.at("x", cell)
  const name = cellName(numbers, "x", cell)
  const { scale, ch } = numbers.answer.lesson
  if (ch === "gray") {
    // Gray is a weighted sum of the stored channels and not rounded.
    const brightness = scale === "raw" ? "" : `${number(value * 255, 6)} / 255`
    return `${name}${brightness && ` = ${brightness}`}${resultText(value)}, ${say("web.numbers.gray")}`
  }
  if (numbers.answer.lesson.scale === "raw")
    return `${name} = <b>${storedPixel(numbers, value)}</b>, ${say("web.numbers.stored")}`
  return `${name} = ${storedPixel(numbers, value)} / 255${resultText(value)}`
}

/** @param {Numbers} numbers @param {string} map @param {Cell} cell */
function weightArithmetic(numbers, map, cell) {
  const [link] = numbers.links(map)
  const value = `${cellName(numbers, map, cell)}${resultText(numbers.at(map, cell))}`
  if (!link) return value
  const cells = numbers.sources(link, cell)
  const zeros = link.pattern === "touched" ? link.places[0] * link.places[1] - cells.length : 0
  if (zeros > 0) return `${value} <small>${say("web.numbers.padded", { count: cells.length, n: zeros })}</small>`
  if (cells.length > 1) return `${value} <small>${say("web.numbers.multiplies", { n: cells.length })}</small>`
  return `${value} <small>${say("web.numbers.multiplies_one")}</small> ${cellName(numbers, link.source, cells[0])}${resultText(numbers.at(link.source, cells[0]))}`
}

/** Format a typed number with as few digits as possible. @param {number} value */
const formatTyped = (value) =>
  [1, 2, 3, 4].map((digits) => number(value, digits)).find((text) => Number(plainNumber(text)) === value)
  ?? number(value)

/** @param {Numbers} numbers @param {string} name @param {Cell} cell */
export function stepOf(numbers, name, cell) {
  const offset = numbers.offset(name, cell)
  const [old, gradient, next] = [
    numbers.values(name)[offset],
    numbers.values(`d${name}`)[offset],
    numbers.next(name, offset),
  ]
  const part = (/** @type {string} */ which) => numbers.part(which, name, offset)
  const [velocity, mean] = [part("velocity"), part("mean")]
  const rate = formatTyped(numbers.rate)
  const change =
    mean !== undefined
      ? `${rate} · ${factor(mean)} / ${number(part("size"))}`
      : velocity !== undefined
        ? `${rate} · ${factor(velocity)}`
        : numbers.network.optimizer === "gd"
          ? `${rate} · ${factor(gradient)}`
          : factor(old - next)
  const digits = distinctDigits(old, next)
  const note = numbers.maps[`d${name}`].round_off ? roundOff : ""
  return `${cellName(numbers, name, cell)} ← ${integerOrNumber(old, digits)} − ${change}${resultText(next, digits)}${note}`
}
