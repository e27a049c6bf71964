// Messages in the visitor's language: the counterpart of cnnviz/words/__init__.py, with which tests compare it. Both
// read the same catalogue.

import { LANG, WORDS } from "../spec.js"

/** @typedef {{ id: string, values?: Values }} Message  a message that is not formatted yet */
/** @typedef {string | number | Message | (string | number | Message)[]} Value */
/** @typedef {Record<string, Value>} Values  values of a message, by name */

export const PERCENT = 100 * (1 + 2 ** -44) // slightly more than 100, so that halves are rounded up as in Python

const FIELD = /\{([\p{L}\p{N}_]+)(?::([^{}]+))?\}/gu

/** @param {string} id */
export const hasMessage = (id) => Object.hasOwn(WORDS, id)

/**
 * Return the message `id` with its values inserted. Plural forms are chosen by the value `n`. A field `{name}`
 * accepts what `written` accepts. Throws if there is no such message or a value is missing.
 * @param {string} id
 * @param {Values} values
 * @returns {string}
 */
export function say(id, values = {}) {
  if (!hasMessage(id)) throw new Error(say("words.unknown", { id }))
  const entry = WORDS[id]
  const text = typeof entry === "string" ? entry : (entry[plural(Number(values.n))] ?? entry.other)
  return text.replace(FIELD, (_, name, spec) => {
    if (!Object.hasOwn(values, name)) throw new Error(`${id}: no value ${name}`)
    return formatValue(values[name], spec)
  })
}

/**
 * Return the plural form of a number by the browser's rules, which the catalogue must agree with.
 * @param {number} n
 */
export const plural = (n, lang = LANG) => (lang === LANG ? RULES : rulesOf(lang)).select(Math.abs(n))

/** @param {string} lang */
const rulesOf = (lang) => new Intl.PluralRules(lang, { maximumFractionDigits: 20 })
const RULES = rulesOf(LANG) // created once, because that takes a hundred times as long as a lookup

/**
 * Format a value: "3" means three significant digits, "%" a percentage, "1%" a percentage with one decimal, "plain" a
 * number without separators.
 * @param {Value} value
 * @returns {string}
 */
export function formatValue(value, spec = "") {
  if (Array.isArray(value)) return value.map((entry) => formatValue(entry, spec)).join(", ")
  if (typeof value === "object") return say(value.id, value.values)
  if (typeof value === "string") return value
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞"
  if (spec.endsWith("%"))
    return localize(formatFixed(PERCENT * value, Number(spec.slice(0, -1)))) + say("words.percent")
  if (spec === "plain") return localize(formatShortest(value), false)
  return localize(spec ? formatSignificant(value + 0, Number(spec)) : formatShortest(value))
}

/**
 * Format a number for the language: separators, a true minus sign, no leading zeros in exponents.
 * @param {string} text
 */
function localize(text, grouped = true) {
  const [, sign, whole, rest, power] = /^(-?)(\d+)(?:\.(\d+))?(?:e(.+))?$/.exec(text) ?? ["", "", text]
  const groups = grouped ? whole.replace(/(?<=\d)(?=(\d{3})+$)/g, say("words.thousands")) : whole
  const digits = groups + (rest ? say("words.point") + rest : "")
  return `${sign && "−"}${digits}${power ? `e${String(Number(power)).replace("-", "−")}` : ""}`
}

/**
 * Return the shortest digits that identify a number, with an exponent from 1e16 on and below 1e−4.
 * @param {number} value
 */
function formatShortest(value) {
  const [digits, exponent] = value.toExponential().split("e")
  const sign = Object.is(value, -0) ? "-" : ""
  return Number(exponent) >= 16 || Number(exponent) < -4
    ? `${digits}e${exponent}`
    : sign + writeOut(digits, Number(exponent))
}

/**
 * Return at most `count` significant digits, with an exponent if they do not reach the decimal point.
 * @param {number} value
 * @param {number} count
 */
function formatSignificant(value, count) {
  const digitCount = Math.max(count, 1)
  const [digits, exponent] = roundTiesToEven(value.toExponential(digitCount - 1), () => value.toExponential(99)).split(
    "e",
  )
  const trimmedDigits = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits
  return Number(exponent) < -4 || Number(exponent) >= digitCount
    ? `${trimmedDigits}e${exponent}`
    : writeOut(trimmedDigits, Number(exponent))
}

/**
 * @param {number} value
 * @param {number} decimals
 */
const formatFixed = (value, decimals) =>
  roundTiesToEven(value.toFixed(decimals), () => value.toFixed(Math.min(decimals + 60, 100)))

/**
 * Round ties to even, as Python does. JavaScript rounds them up, so an odd last digit may be one too high.
 * @param {string} rounded
 * @param {() => string} exactly  returns the value with all its digits
 */
function roundTiesToEven(rounded, exactly) {
  const [digits, power] = rounded.split("e")
  if (!/[13579]$/.test(digits)) return rounded
  const exact = exactly()
  const truncated = exact.slice(0, digits.length)
  const remainder = exact.slice(digits.length).split("e")[0]
  return /^\.?50*$/.test(remainder) ? truncated + (power ? `e${power}` : "") : rounded
}

/**
 * Write out digits such as "1.25" times a power of ten.
 * @param {string} digits
 * @param {number} exponent
 */
function writeOut(digits, exponent) {
  const [, sign, whole, rest = ""] = /^(-?)(\d)(?:\.(\d+))?$/.exec(digits) ?? ["", "", digits]
  const allDigits = whole + rest
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${allDigits}`
  const padded = allDigits.padEnd(exponent + 1, "0")
  const fraction = padded.slice(exponent + 1)
  return sign + padded.slice(0, exponent + 1) + (fraction ? `.${fraction}` : "")
}
