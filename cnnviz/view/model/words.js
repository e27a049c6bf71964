// Messages in the visitor's language: the counterpart of cnnviz/words/__init__.py, with which tests compare it. Both
// read the same catalogue.

import { LANG, WORDS } from "../spec.js"

/** @typedef {{ id: string, values?: Values }} Message  a message that is not formatted yet */
/** @typedef {string | number | Message | (string | number | Message)[]} Value */
/** @typedef {Record<string, Value>} Values  values of a message, by name */

export const PERCENT = 100 * (1 + 2 ** -44) // slightly more than 100, so that halves are rounded up as in Python

const FIELD = /\{([\p{L}\p{N}_]+)(?::([^{}]+))?\}/gu

/** @param {string} id */
export const has = (id) => Object.hasOwn(WORDS, id)

/**
 * Return the message `id` with its values inserted. Plural forms are chosen by the value `n`. A field `{name}`
 * accepts what `written` accepts. Throws if there is no such message or a value is missing.
 * @param {string} id
 * @param {Values} values
 * @returns {string}
 */
export function say(id, values = {}) {
  if (!has(id)) throw new Error(say("words.unknown", { id }))
  const found = WORDS[id]
  const text = typeof found === "string" ? found : (found[plural(Number(values.n))] ?? found.other)
  return text.replace(FIELD, (_, name, spec) => {
    if (!Object.hasOwn(values, name)) throw new Error(`${id}: no value ${name}`)
    return written(values[name], spec)
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
export function written(value, spec = "") {
  if (Array.isArray(value)) return value.map((entry) => written(entry, spec)).join(", ")
  if (typeof value === "object") return say(value.id, value.values)
  if (typeof value === "string") return value
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞"
  if (spec.endsWith("%")) return local(fixed(PERCENT * value, Number(spec.slice(0, -1)))) + say("words.percent")
  if (spec === "plain") return local(shortest(value), false)
  return local(spec ? significant(value + 0, Number(spec)) : shortest(value))
}

/**
 * Format a number for the language: separators, a true minus sign, no leading zeros in exponents.
 * @param {string} text
 */
function local(text, grouped = true) {
  const [, sign, whole, rest, power] = /^(-?)(\d+)(?:\.(\d+))?(?:e(.+))?$/.exec(text) ?? ["", "", text]
  const groups = grouped ? whole.replace(/(?<=\d)(?=(\d{3})+$)/g, say("words.thousands")) : whole
  const digits = groups + (rest ? say("words.point") + rest : "")
  return `${sign && "−"}${digits}${power ? `e${String(Number(power)).replace("-", "−")}` : ""}`
}

/**
 * Return the shortest digits that identify a number, with an exponent from 1e16 on and below 1e−4.
 * @param {number} value
 */
function shortest(value) {
  const [digits, exponent] = value.toExponential().split("e")
  const sign = Object.is(value, -0) ? "-" : ""
  return Number(exponent) >= 16 || Number(exponent) < -4
    ? `${digits}e${exponent}`
    : sign + plainly(digits, Number(exponent))
}

/**
 * Return at most `count` significant digits, with an exponent if they do not reach the decimal point.
 * @param {number} value
 * @param {number} count
 */
function significant(value, count) {
  const kept = Math.max(count, 1)
  const [digits, exponent] = even(value.toExponential(kept - 1), () => value.toExponential(99)).split("e")
  const bare = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits
  return Number(exponent) < -4 || Number(exponent) >= kept ? `${bare}e${exponent}` : plainly(bare, Number(exponent))
}

/**
 * @param {number} value
 * @param {number} decimals
 */
const fixed = (value, decimals) => even(value.toFixed(decimals), () => value.toFixed(Math.min(decimals + 60, 100)))

/**
 * Round ties to even, as Python does. JavaScript rounds them up, so an odd last digit may be one too high.
 * @param {string} rounded
 * @param {() => string} exactly  returns the value with all its digits
 */
function even(rounded, exactly) {
  const [digits, power] = rounded.split("e")
  if (!/[13579]$/.test(digits)) return rounded
  const exact = exactly()
  const kept = exact.slice(0, digits.length)
  const left = exact.slice(digits.length).split("e")[0]
  return /^\.?50*$/.test(left) ? kept + (power ? `e${power}` : "") : rounded
}

/**
 * Write out digits such as "1.25" times a power of ten.
 * @param {string} digits
 * @param {number} exponent
 */
function plainly(digits, exponent) {
  const [, sign, whole, rest = ""] = /^(-?)(\d)(?:\.(\d+))?$/.exec(digits) ?? ["", "", digits]
  const all = whole + rest
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${all}`
  const left = all.padEnd(exponent + 1, "0")
  const right = left.slice(exponent + 1)
  return sign + left.slice(0, exponent + 1) + (right ? `.${right}` : "")
}
