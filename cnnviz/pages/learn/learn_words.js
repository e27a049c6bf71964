// A lesson's sentences as HTML: **strong**, `z1` as a symbol, formulas and paragraphs; and numbers as small maps.

import { colour, css, ink } from "../../view/model/numbers/colour.js"
import { escaped, formula, short, withFormulas } from "../../view/model/numbers/format.js"
import { LANG } from "../../view/spec.js"

/** @import { Scale } from "../../view/types/view.js" */

const LOW = "₀₁₂₃₄₅₆₇₈₉"

/** A symbol as in a book: ∂z₁ for dz1. @param {string} name */
const symbol = (name) =>
  name
    .replace(/^d(?=[a-z])/, "∂")
    .replace(/([a-zA-Z])(\d+)/g, (_, letter, digits) => letter + [...digits].map((n) => LOW[n]).join(""))

/** A question as it is spoken, after its title. @param {string} title @param {string} ask */
export const spokenQuestion = (title, ask) =>
  `${title.replace(/\s*[.?!…]$/, "")}. ${ask.replaceAll("**", "").replace(/`([^`]+)`/g, (_, name) => symbol(name))}`

/** @param {string} text */
export const rich = (text) =>
  withFormulas(text, (part) =>
    escaped(part)
      .replace(/\*\*([^*]+)\*\*/g, "<b>$1</b>")
      .replace(/\*([^*]+)\*/g, "<em>$1</em>")
      .replace(/`([^`]+)`/g, (_, name) => `<i>${formula(symbol(name))}</i>`),
  )

/**
 * The language that a lesson is shown in, "" if it is the reader's.
 * @param {string[]} languages  those that it has
 */
export const foreign = (languages) =>
  languages.includes(LANG.split("-")[0]) ? "" : languages.includes("en") ? "en" : languages[0]

/** @param {string} language @returns {string} */
export const nameOf = (language) => new Intl.DisplayNames([LANG], { type: "language" }).of(language) ?? language

/** The attribute that marks words of another language, for screen readers. @param {string} language */
export const inLanguage = (language) => (language ? ` lang="${escaped(language)}"` : "")

/** @param {string} text */
export const paragraphs = (text, language = "") =>
  text
    .trim()
    .split(/\n\s*\n/)
    .map((part) => `<p${inLanguage(language)}>${rich(part)}</p>`)
    .join("")

/** @typedef {readonly (readonly number[])[]} Rows */

/** The largest size in pictures that stand beside each other. @param {readonly { readonly picture: Rows | null }[]} all */
export const scaleOf = (all) => Math.max(...all.flatMap(({ picture }) => picture?.flat().map(Math.abs) ?? []), 1e-12)

/** The letter of an answer, or of a lesson. @param {number} n */
export const letter = (n) => String.fromCharCode(65 + n)

/**
 * Numbers as a small map with colours; one scale for all that stand beside each other.
 * @param {Rows} rows
 * @param {number} most
 * @param {Scale} scale
 */
export function picture(rows, most, scale = "signed") {
  const cell = (/** @type {number} */ value) => {
    const shade = colour(value, scale === "signed" ? [-most, most] : [0, 1], scale)
    return `<td style="background:${css(shade)};color:${ink(shade)}">${Number.isInteger(value) && Math.abs(value) < 1000 ? String(value).replace("-", "−") : short(value)}</td>`
  }
  return `<table class="small">${rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("")}</table>`
}
