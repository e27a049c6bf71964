// Cells of a grid with colours and numbers. Numbers may be hidden, or shown with a wrong answer.

import { colour, css, textColour } from "../../view/model/numbers/colour.js"
import {
  decimals,
  exponentOf,
  formatInteger,
  localizePoint,
  number,
  short,
  timesPower,
} from "../../view/model/numbers/format.js"
import { html, nothing } from "../../view/shell/html.js"

/** @import { Scale, Template } from "../../view/types/view.js" */
/** @typedef {{ limits: number[], scale: Scale, power: number, decimals: number }} Colours  of a group of numbers, the power of ten in which they are printed, and their maximal number of decimals */
/** @typedef {{ text: string, style: string, kind?: string, mine?: string, note?: string }} Cell  `mine` is a wrong answer */

const DIGITS = 3 // significant digits

/**
 * Return the common colour scale, power of ten and maximal number of decimals of some numbers. The largest one has three
 * digits.
 * @param {ArrayLike<number>} values @param {number[]} limits @param {Scale} scale @returns {Colours}
 */
export function coloursOf(values, limits, scale) {
  const maximum = Array.from(values).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
  const power = exponentOf(maximum)
  const before = Math.max(Math.floor(Math.log10(maximum / 10 ** power || 1)) + 1, 1)
  return { limits, scale, power, decimals: Math.max(DIGITS - before, 0) }
}

/**
 * Format a number of a group, with no more decimals than the others. Only 0 itself is "0".
 * @param {number} value @param {Colours} colours
 */
export function formatCell(value, { power: of, decimals: count }) {
  if (Number.isInteger(value) && Math.abs(value) < 1e5) return formatInteger(value)
  const scaled = value / 10 ** of
  return Math.abs(scaled) < 10 ** (2 - count) ? decimals(scaled, count) : short(scaled)
}

/** Format a number as sentences do: with three significant digits but no final zeros, and integers exactly. @param {number} value */
export function formatNumber(value) {
  if (Number.isInteger(value) && Math.abs(value) < 1e5) return formatInteger(value)
  return formatDigits(value)
    .replace(/([.,]\d*?)0+(?=e|$)/, "$1")
    .replace(/[.,](?=e|$)/, "")
}

/** Format a number with three significant digits, and with an exponent if it is very large or small. @param {number} value */
export function formatDigits(value) {
  const size = Math.abs(value)
  if (size < 1e-4 || size >= 1e5) return number(value, DIGITS)
  return (value < 0 ? "−" : "") + localizePoint(size.toPrecision(DIGITS))
}

/** Return the power of ten as text, or "" if it is 1. @param {Colours} colours */
export const powerText = (colours) => timesPower(colours.power)

/** @param {number} value @param {Colours} colours */
const cellStyle = (value, { limits, scale }) => {
  const paint = colour(value, limits, scale)
  return `background:${css(paint)};color:${textColour(paint)}`
}

/**
 * Return a cell with its number.
 * @param {number} value @param {Colours} colours @param {string} [kind] @returns {Cell}
 */
export const cell = (value, colours, kind = "") => ({
  text: formatCell(value, colours),
  style: cellStyle(value, colours),
  kind,
})

/**
 * Return a cell with the answered number while the true one is hidden.
 * @param {number} value @param {Colours} colours @returns {Cell}
 */
export const answeredCell = (value, colours) => ({
  text: formatCell(value, colours),
  style: `--mine:${css(colour(value, colours.limits, colours.scale))}`,
  kind: "ghost",
})

/** Return a coloured cell without a number. @param {number} value @param {Colours} colours @returns {Cell} */
export const patch = (value, colours) => ({ text: "", style: cellStyle(value, colours) })

/** Return a cell with a hidden number. @param {boolean} [asked] @returns {Cell} */
export const hiddenCell = (asked = true) => ({ text: "?", style: "", kind: asked ? "blank" : "blank other" })

/**
 * Return a cell with a wrong answer above the true number.
 * @param {number} value @param {number} mine @param {Colours} colours @returns {Cell}
 */
export function wrongCell(value, mine, colours) {
  const [from, to] = [mine, value].map((each) => colour(each, colours.limits, colours.scale))
  const style = `--mine:${css(from)};background:${css(to)};color:${textColour(to)}`
  return { text: formatCell(value, colours), mine: formatCell(mine, colours), style, kind: "split" }
}

/**
 * Return a grid of cells. `label` describes it for screen readers; without one it is hidden from them.
 * @param {Cell[]} cells
 * @param {number} columns
 * @param {string} label
 * @param {string} [kind]
 * @returns {Template}
 */
export const grid = (cells, columns, label, kind = "") =>
  html`<div class="cells ${kind}" style="--columns:${columns};--long:${Math.max(2, ...cells.map(({ text }) => text.length))}" role=${label ? "img" : nothing} aria-label=${label || nothing} aria-hidden=${label ? nothing : "true"}>${cells.map(
    ({ text, style, kind: of = "", mine, note }) =>
      html`<span class=${of} style=${style}>${mine === undefined ? nothing : html`<s>${mine}</s>`}<b>${text}</b>${note ? html`<i>${note}</i>` : nothing}</span>`,
  )}</div>`
