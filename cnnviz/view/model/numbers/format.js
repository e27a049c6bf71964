// Numbers formatted in the visitor's language, parsing of typed numbers, and text as HTML.

import { MATH } from "../../spec.js"
import { PERCENT, say } from "../words.js"

const MINUS = "−"
const POINT = say("words.point")
export const COLON = say("words.colon") // including its spaces

/**
 * Replace the decimal point by that of the language.
 * @param {string} text  a number as JavaScript formats it, or a part of one
 */
export const localizePoint = (text) => text.replace(".", POINT)

/** Localize the decimal points and words of a MathML formula from Python. @param {string} formula */
export const localFormula = (formula) =>
  formula.replace(/(?<=<mn>\d+)\.(?=\d)/g, POINT).replace(/(?<=<mtext>)\w+(?=<)/g, (word) => say(`formula.${word}`))

/**
 * Convert a typed number to JavaScript's syntax. It may have a point or comma, thousands separators and any minus
 * sign. A lone comma or point is a decimal separator, unless it is the language's thousands separator and three
 * digits follow.
 * @param {string} text
 */
export function plainNumber(text, group = say("words.thousands")) {
  const plainText = text
    .trim()
    .replace(/[−–]/g, "-")
    .replace(/(?<=\d)[\s\u00a0\u202f](?=\d{3})/g, "")
  if (!/^[-+]?[\d.,]*\d[\d.,]*(e[-+]?\d+)?\s*%?$/i.test(plainText)) return plainText
  if (new RegExp(`^[-+]?[1-9]\\d{0,2}(\\${group}\\d{3})+(?![\\d${group}])`).test(plainText))
    return plainText.replaceAll(group, "").replace(",", ".")
  const hasBoth = plainText.includes(".") && plainText.includes(",")
  if (hasBoth && plainText.lastIndexOf(".") > plainText.lastIndexOf(",")) return plainText.replaceAll(",", "")
  return (hasBoth ? plainText.replaceAll(".", "") : plainText).replace(/^([-+]?\d*),(\d+)(?!.*,)/, "$1.$2")
}

/** Parse a text made by `number` or `shortened`. @param {string} text */
export const parsePrinted = (text) => Number(text.replaceAll(MINUS, "-").replace(POINT, ".").replace("∞", "Infinity"))

/** Localize the decimal point of a number for an input field. @param {string} text */
export const inField = (text) => (/^-?\d*\.\d+(e-?\d+)?$/.test(text) ? localizePoint(text) : text)

/**
 * Format a number with four significant digits and a true minus sign, and with an exponent if it is very large or
 * small.
 * @param {number} value
 */
export function number(value, digits = 4) {
  if (value === 0) return "0"
  const size = Math.abs(value)
  const text = size >= 1e5 || size < 1e-3 ? size.toExponential(digits - 1) : size.toPrecision(digits)
  if (size === Number.POSITIVE_INFINITY) return value < 0 ? `${MINUS}∞` : "∞"
  return (value < 0 ? MINUS : "") + localizePoint(text).replace("e+", "e").replace("e-", `e${MINUS}`)
}

/** Format a number with `count` decimals and a true minus sign. @param {number} value @param {number} count */
export const decimals = (value, count) => localizePoint(value.toFixed(count)).replace("-", MINUS)

/**
 * Format a number so that it fits a map's cell or caption.
 * @param {number} value
 */
export const short = (value) => formatShort(value, 2)

/** Format an integer with a true minus sign. @param {number} value */
export const formatInteger = (value) => String(value).replace("-", MINUS)

/**
 * Format a small integer exactly, and any other number with `digits` significant digits.
 * @param {number} value @param {number} [digits]
 */
export const integerOrNumber = (value, digits) =>
  Number.isInteger(value) && Math.abs(value) < 1e5 ? formatInteger(value) : number(value, digits)

/** Format an integer exactly, and any other number as short as possible. @param {number} value */
export const brief = (value) => (Number.isInteger(value) ? formatInteger(value) : short(value))

/**
 * Format a number with `digits` significant digits, or one more between 0.1 and 1 and from 10 to 100.
 * @param {number} value @param {number} digits
 */
export function formatShort(value, digits) {
  if (value === 0) return "0"
  const size = Math.abs(value)
  const sign = value < 0 ? MINUS : ""
  if (size >= 1e4 || size < 1e-3) {
    const text = localizePoint(size.toExponential(digits - 1).replace(".0e", "e"))
    return sign + text.replace("e+", "e").replace("e-", `e${MINUS}`)
  }
  return (
    sign
    + localizePoint(
      size < 0.1 ? size.toPrecision(digits) : size.toFixed(digits - (size >= 100 ? 2 : size >= 10 ? 1 : 0)),
    )
  )
}

/** @type {Record<string, string>} */
const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" }

/**
 * Return the exponent, a multiple of 3, that scales the largest value to 1 … 1000 if it is below 0.1, else 0.
 * @param {number} most
 */
export function exponentOf(most) {
  return most > 0 && most < 0.1 ? 3 * Math.floor(Math.log10(most) / 3) : 0
}

/** @param {number} exponent */
export const timesPower = (exponent) => (exponent ? `× 10${[...String(exponent)].map((c) => RAISED[c]).join("")}` : "")

/**
 * Return a text for the range of numbers.
 * @param {[number, number]} extremes of the numbers @param {(value: number) => string} write
 */
export const rangeText = ([low, high], write) =>
  low === high
    ? say("web.maps.same", { value: write(low) })
    : say("web.maps.range", { low: write(low), high: write(high) })

/**
 * Return the HTML of a number with its sign, coloured by it.
 * @param {number} value
 */
export const signedHTML = (value, digits = 4) =>
  `<b class="${value < 0 ? "neg" : value > 0 ? "pos" : ""}">${value < 0 ? "" : "+"}${integerOrNumber(value, digits)}</b>`

/**
 * Format a number in at most `room` characters for an input field, rounded only as far as necessary.
 * @param {string} text
 */
export function formatToFit(text, room = 7) {
  const value = Number(text)
  const shortTexts = [5, 4, 3, 2].map((digits) => String(Number(value.toPrecision(digits))))
  const powers = [1, 0].map((digits) => value.toExponential(digits).replace("e+", "e"))
  return inField([text, ...shortTexts, ...powers].find((candidate) => candidate.length <= room) ?? powers[1])
}

/**
 * Format a factor within a product; negative ones in brackets.
 * @param {number} value
 */
export const factor = (value, digits = 4) => (value < 0 ? `(${number(value, digits)})` : number(value, digits))

/**
 * Format a percentage; nearly 0 and nearly 1 are "<1" and ">99".
 * @param {number} value
 */
export const percent = (value) =>
  (value > 0 && value < 0.01 ? "<1" : value < 1 && value > 0.99 ? ">99" : Math.round(PERCENT * value))
  + say("words.percent")

/**
 * Format the loss with five decimals, if these are meaningful and fit.
 * @param {number} loss
 */
export const lossText = (loss) =>
  loss >= 1e4 || (loss > 0 && loss < 1e-4) ? number(loss) : localizePoint(loss.toFixed(5))

/** @type {Record<string, string>} */
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" }

/** @param {unknown} text */
export const escapeHtml = (text) => String(text).replace(/[&<>"']/g, (c) => ENTITIES[c])

const LOW = "₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₘₙᵤᵥᵣₛ"
const PLAIN = "0123456789ijkmnuvrs"
const UPRIGHT = /<\/?sub>|\b(?:mean|update|max)\b|[a-zA-Zθησ]/g

/**
 * Return the HTML of a text with symbols such as ∂z₁, with indices as <sub>.
 * @param {string} text
 */
export const formula = (text) =>
  escapeHtml(text)
    .replace(/[₀-₉ᵢⱼₖₘₙᵤᵥᵣₛ]+/g, (low) => `<sub>${[...low].map((c) => PLAIN[LOW.indexOf(c)]).join("")}</sub>`)
    .replace(UPRIGHT, (c) => (c[0] === "<" || c.length === 1 ? c : `<span class="word">${c}</span>`))

// Symbols that cannot be words: gradients, letters with an index, Greek letters, and single letters.
const SYMBOL = /∂[a-zA-Zθ][₀-₉]*|(?<![\p{L}\d])(?:[a-zA-Z](?:[₀-₉]+|(?=\[))|[ηθσ]|[xfwvzL](?![\p{L}\d’']))/gu

const FORMULA = /\$([^$]+)\$/g

/** Format seconds as minutes and seconds. @param {number} seconds */
export function clock(seconds) {
  const wholeSeconds = Math.max(0, Math.ceil(seconds))
  return `${Math.floor(wholeSeconds / 60)}:${String(wholeSeconds % 60).padStart(2, "0")}`
}

/**
 * Return the HTML of a text. Formulas, which are LaTeX between dollar signs in the catalogue, become MathML; `html`
 * converts the rest.
 * @param {string} text
 * @param {(part: string) => string} html
 */
export const withFormulas = (text, html) =>
  text
    .split(FORMULA)
    .map((part, n) => (n % 2 ? (Object.hasOwn(MATH, part) ? MATH[part] : html(`$${part}$`)) : html(part)))
    .join("")

/**
 * Return the HTML of a sentence from Python, with its formulas.
 * @param {string} text
 */
export const sentence = (text) => withFormulas(text, escapeHtml)

/** Capitalize the first letter. @param {string} text */
export const capitalize = (text) => text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase())

/** Return the HTML of a sentence with symbols such as "∂z₁" in italics. @param {string} text */
export const withSymbols = (text) =>
  withFormulas(text, (part) => escapeHtml(part).replace(SYMBOL, (symbol) => `<i>${symbol}</i>`))

/**
 * Return the HTML of a message that contains markup, with its formulas.
 * @param {string} text
 */
export const markupWithFormulas = (text) => withFormulas(text, (part) => part)
