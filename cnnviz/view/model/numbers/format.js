// Numbers as text in the reader's language, text as numbers, and text as HTML.

import { MATH } from "../../spec.js"
import { PERCENT, say } from "../words.js"

const MINUS = "−"
const POINT = say("words.point")
export const COLON = say("words.colon") // with its spaces, between a name and what is said of it

/** With the language's decimal point. @param {string} text  as JavaScript writes a number, or a part of it */
export const local = (text) => text.replace(".", POINT)

/** A formula, as MathML that comes from Python, with the language's decimal point and words. @param {string} formula */
export const localFormula = (formula) =>
  formula.replace(/(?<=<mn>\d+)\.(?=\d)/g, POINT).replace(/(?<=<mtext>)\w+(?=<)/g, (word) => say(`formula.${word}`))

/**
 * A number that somebody typed, as JavaScript reads it: with a point or a comma, with separators of thousands, with any
 * minus sign. A lone comma or point is a decimal one, but where the language groups thousands by it and three digits follow.
 * @param {string} text
 */
export function plainNumber(text, group = say("words.thousands")) {
  const plain = text
    .trim()
    .replace(/[−–]/g, "-")
    .replace(/(?<=\d)[\s\u00a0\u202f](?=\d{3})/g, "")
  if (!/^[-+]?[\d.,]*\d[\d.,]*(e[-+]?\d+)?\s*%?$/i.test(plain)) return plain
  if (new RegExp(`^[-+]?[1-9]\\d{0,2}(\\${group}\\d{3})+(?![\\d${group}])`).test(plain))
    return plain.replaceAll(group, "").replace(",", ".")
  const both = plain.includes(".") && plain.includes(",")
  if (both && plain.lastIndexOf(".") > plain.lastIndexOf(",")) return plain.replaceAll(",", "")
  return (both ? plain.replaceAll(".", "") : plain).replace(/^([-+]?\d*),(\d+)(?!.*,)/, "$1.$2")
}

/** The number that a text says which `number` or `shortened` has made. @param {string} text */
export const readBack = (text) => Number(text.replaceAll(MINUS, "-").replace(POINT, ".").replace("∞", "Infinity"))

/** The same text with the language's decimal point, for a field. @param {string} text */
export const inField = (text) => (/^-?\d*\.\d+(e-?\d+)?$/.test(text) ? local(text) : text)

/**
 * Four significant digits, a true minus sign, and a power of ten where zeros would fill the line.
 * @param {number} value
 */
export function number(value, digits = 4) {
  if (value === 0) return "0"
  const size = Math.abs(value)
  const text = size >= 1e5 || size < 1e-3 ? size.toExponential(digits - 1) : size.toPrecision(digits)
  if (size === Number.POSITIVE_INFINITY) return value < 0 ? `${MINUS}∞` : "∞"
  return (value < 0 ? MINUS : "") + local(text).replace("e+", "e").replace("e-", `e${MINUS}`)
}

/** With so many decimals, and a true minus sign. @param {number} value @param {number} count */
export const decimals = (value, count) => local(value.toFixed(count)).replace("-", MINUS)

/**
 * As narrow as a map's cell or caption allows.
 * @param {number} value
 */
export const short = (value) => shortened(value, 2)

/** A whole number, with a true minus sign. @param {number} value */
export const whole = (value) => String(value).replace("-", MINUS)

/** A whole number that is not large as it is, another with so many digits. @param {number} value @param {number} [digits] */
export const wholeOr = (value, digits) =>
  Number.isInteger(value) && Math.abs(value) < 1e5 ? whole(value) : number(value, digits)

/** A whole number as it is, another as narrow as it can be. @param {number} value */
export const brief = (value) => (Number.isInteger(value) ? whole(value) : short(value))

/** Narrow, with two digits, or three between 0.1 and 100, or so many more. @param {number} value @param {number} digits */
export function shortened(value, digits) {
  if (value === 0) return "0"
  const size = Math.abs(value)
  const sign = value < 0 ? MINUS : ""
  if (size >= 1e4 || size < 1e-3) {
    const text = local(size.toExponential(digits - 1).replace(".0e", "e"))
    return sign + text.replace("e+", "e").replace("e-", `e${MINUS}`)
  }
  return (
    sign + local(size < 0.1 ? size.toPrecision(digits) : size.toFixed(digits - (size >= 100 ? 2 : size >= 10 ? 1 : 0)))
  )
}

/**
 * With two decimals, for the cells of many small grids; what is less than that is said to be about nothing.
 * @param {number} value
 */
export const coarse = (value) =>
  Number.isInteger(value) || Math.abs(value) >= 10 ? short(value) : Math.abs(value) < 0.005 ? "≈0" : decimals(value, 2)

/** @type {Record<string, string>} */
const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" }

/**
 * The power of a thousand that brings the largest of these values to 1 … 1000, if they are all small.
 * @param {number} most
 */
export function power(most) {
  return most > 0 && most < 0.1 ? 3 * Math.floor(Math.log10(most) / 3) : 0
}

/** @param {number} exponent */
export const timesPower = (exponent) => (exponent ? `× 10${[...String(exponent)].map((c) => RAISED[c]).join("")}` : "")

/** Where numbers lie. @param {[number, number]} extremes of them @param {(value: number) => string} write */
export const rangeText = ([low, high], write) =>
  low === high
    ? say("web.maps.same", { value: write(low) })
    : say("web.maps.range", { low: write(low), high: write(high) })

/**
 * A number with its sign, coloured by it.
 * @param {number} value
 */
export const signed = (value, digits = 4) =>
  `<b class="${value < 0 ? "neg" : value > 0 ? "pos" : ""}">${value < 0 ? "" : "+"}${wholeOr(value, digits)}</b>`

/**
 * A number in at most `room` characters, for a field that somebody may edit; rounded only as far as need be.
 * @param {string} text
 */
export function fitting(text, room = 7) {
  const value = Number(text)
  const shorter = [5, 4, 3, 2].map((digits) => String(Number(value.toPrecision(digits))))
  const powers = [1, 0].map((digits) => value.toExponential(digits).replace("e+", "e"))
  return inField([text, ...shorter, ...powers].find((candidate) => candidate.length <= room) ?? powers[1])
}

/**
 * A factor inside a product: negative ones in brackets.
 * @param {number} value
 */
export const factor = (value, digits = 4) => (value < 0 ? `(${number(value, digits)})` : number(value, digits))

/**
 * A share of a whole; next to nothing and next to all are said to be so.
 * @param {number} value
 */
export const percent = (value) =>
  (value > 0 && value < 0.01 ? "<1" : value < 1 && value > 0.99 ? ">99" : Math.round(PERCENT * value))
  + say("words.percent")

/**
 * The loss with five decimals, as long as these say something and fit.
 * @param {number} loss
 */
export const lossText = (loss) => (loss >= 1e4 || (loss > 0 && loss < 1e-4) ? number(loss) : local(loss.toFixed(5)))

/** @type {Record<string, string>} */
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" }

/** @param {unknown} text */
export const escaped = (text) => String(text).replace(/[&<>"']/g, (c) => ENTITIES[c])

const LOW = "₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₘₙᵤᵥᵣₛ"
const PLAIN = "0123456789ijkmnuvrs"
const UPRIGHT = /<\/?sub>|\b(?:mean|update|max)\b|[a-zA-Zθησ]/g

/**
 * A symbol such as ∂z₁, and text with symbols in it, with their numbers lowered.
 * @param {string} text
 */
export const formula = (text) =>
  escaped(text)
    .replace(/[₀-₉ᵢⱼₖₘₙᵤᵥᵣₛ]+/g, (low) => `<sub>${[...low].map((c) => PLAIN[LOW.indexOf(c)]).join("")}</sub>`)
    .replace(UPRIGHT, (c) => (c[0] === "<" || c.length === 1 ? c : `<span class="word">${c}</span>`))

// What no word can be taken for: a gradient, a letter with a number below or of a cell, Greek, and letters that are no words.
const SYMBOL = /∂[a-zA-Zθ][₀-₉]*|(?<![\p{L}\d])(?:[a-zA-Z](?:[₀-₉]+|(?=\[))|[ηθσ]|[xfwvzL](?![\p{L}\d’']))/gu

const FORMULA = /\$([^$]+)\$/g

/** Minutes and seconds. @param {number} seconds */
export function clock(seconds) {
  const whole = Math.max(0, Math.ceil(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`
}

/**
 * A text as HTML, the formulas in it, which the catalogue has as LaTeX between dollar signs, as MathML; `html` is for the rest.
 * @param {string} text
 * @param {(part: string) => string} html
 */
export const withFormulas = (text, html) =>
  text
    .split(FORMULA)
    .map((part, n) => (n % 2 ? (Object.hasOwn(MATH, part) ? MATH[part] : html(`$${part}$`)) : html(part)))
    .join("")

/**
 * A sentence that comes from Python, with its formulas.
 * @param {string} text
 */
export const sentence = (text) => withFormulas(text, escaped)

/** Words with a large first letter. @param {string} text */
export const capitalised = (text) => text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase())

/** A sentence in which symbols stand in italics, as in formulas, letter for letter: "∂z₁". @param {string} text */
export const withSymbols = (text) =>
  withFormulas(text, (part) => escaped(part).replace(SYMBOL, (symbol) => `<i>${symbol}</i>`))

/**
 * A message of the browser's own, whose marks are set as they stand, with its formulas.
 * @param {string} text
 */
export const marked = (text) => withFormulas(text, (part) => part)
