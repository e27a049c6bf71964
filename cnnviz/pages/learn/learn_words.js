// A lesson's text as HTML: **strong**, `z1` as a symbol, formulas and paragraphs; and numbers as small maps.

import { colour, css, textColour } from "../../view/model/numbers/colour.js"
import { escapeHtml, formula, short, withFormulas } from "../../view/model/numbers/format.js"
import { LANG } from "../../view/spec.js"

/** @import { Scale } from "../../view/types/view.js" */

const LOW = "₀₁₂₃₄₅₆₇₈₉"

/** Return a symbol in mathematical notation: ∂z₁ for dz1. @param {string} name */
const symbol = (name) =>
  name
    .replace(/^d(?=[a-z])/, "∂")
    .replace(/([a-zA-Z])(\d+)/g, (_, letter, digits) => letter + [...digits].map((n) => LOW[n]).join(""))

/** Return a title and question for screen readers. @param {string} title @param {string} ask */
export const spokenQuestion = (title, ask) =>
  `${title.replace(/\s*[.?!…]$/, "")}. ${ask.replaceAll("**", "").replace(/`([^`]+)`/g, (_, name) => symbol(name))}`

/** @param {string} text */
export const rich = (text) =>
  withFormulas(text, (part) =>
    escapeHtml(part)
      .replace(/\*\*([^*]+)\*\*/g, "<b>$1</b>")
      .replace(/\*([^*]+)\*/g, "<em>$1</em>")
      .replace(/`([^`]+)`/g, (_, name) => `<i>${formula(symbol(name))}</i>`),
  )

/**
 * Return the language in which a lesson is shown, or "" if it is the visitor's.
 * @param {string[]} languages  the lesson's languages
 */
export const foreignLanguage = (languages) =>
  languages.includes(LANG.split("-")[0]) ? "" : languages.includes("en") ? "en" : languages[0]

/** @param {string} language @returns {string} */
export const languageName = (language) => new Intl.DisplayNames([LANG], { type: "language" }).of(language) ?? language

/** Return the `lang` attribute of text in another language, for screen readers. @param {string} language */
const langAttribute = (language) => (language ? ` lang="${escapeHtml(language)}"` : "")

/** @param {string} text */
export const paragraphs = (text, language = "") =>
  text
    .trim()
    .split(/\n\s*\n/)
    .map((part) => `<p${langAttribute(language)}>${rich(part)}</p>`)
    .join("")

/** @typedef {readonly (readonly number[])[]} Rows */

/**
 * Return the largest absolute value of several pictures.
 * @param {readonly { readonly picture: Rows | null }[]} all
 */
export const largestValue = (all) =>
  Math.max(...all.flatMap(({ picture }) => picture?.flat().map(Math.abs) ?? []), 1e-12)

/** Return the letter of an answer or a lesson. @param {number} n */
export const letter = (n) => String.fromCharCode(65 + n)

/**
 * Return numbers as a small coloured table. `most` sets the scale, so that several tables can share it.
 * @param {Rows} rows
 * @param {number} most
 * @param {Scale} scale
 */
export function numberTable(rows, most, scale = "signed") {
  const cell = (/** @type {number} */ value) => {
    const shade = colour(value, scale === "signed" ? [-most, most] : [0, 1], scale)
    return `<td style="background:${css(shade)};color:${textColour(shade)}">${Number.isInteger(value) && Math.abs(value) < 1000 ? String(value).replace("-", "−") : short(value)}</td>`
  }
  return `<table class="small">${rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("")}</table>`
}
