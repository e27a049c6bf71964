// Values -> colours. The scales themselves come from the server (cnnviz/pages/map_settings.py).

import { SCALES } from "../../spec.js"

/** @import { Scale } from "../../types/view.js" */
/** @typedef {number[]} RGB  red, green and blue, 0 to 255 each */
/** @typedef {[number, number]} Limits  the values at the two ends of a scale */

const STEPS = 256
const tables = /** @type {Record<Scale, RGB[]>} */ (
  Object.fromEntries(Object.entries(SCALES).map(([name, stops]) => [name, table(stops.map(channels))]))
)

/** The same as pixels: the bytes of red, green, blue and of no transparency as one number. */
const pixels = /** @type {Record<Scale, Uint32Array>} */ (
  Object.fromEntries(
    Object.entries(tables).map(([name, all]) => [
      name,
      new Uint32Array(Uint8Array.from(all.flatMap((rgb) => [...rgb, 255])).buffer),
    ]),
  )
)

/**
 * @param {string} hex
 * @returns {RGB}
 */
function channels(hex) {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
}

/**
 * @param {RGB[]} stops
 * @returns {RGB[]}
 */
function table(stops) {
  return Array.from({ length: STEPS }, (_, step) => {
    const place = (step / (STEPS - 1)) * (stops.length - 1)
    const left = Math.min(Math.floor(place), stops.length - 2)
    return stops[left].map((from, c) => Math.round(from + (stops[left + 1][c] - from) * (place - left)))
  })
}

// Whether the page is dark: then the middle of the signed scale is dark, too, and so are an output of 0 and an error that is none.
/** @type {Partial<Record<Scale, Scale>>} */
const BY_NIGHT = { signed: "dark", answer: "answer_dark", error: "error_dark", undecided: "undecided_dark" }
let night = false

/** @param {boolean} on */
export function darken(on) {
  night = on
}

/** The scale that a name stands for on this page. @param {Scale} scale @returns {Scale} */
const here = (scale) => (night && BY_NIGHT[scale]) || scale

/** A scale from its low to its high end, as a style sheet has it. @param {Scale} scale */
export const gradient = (scale) => `linear-gradient(to right, ${SCALES[here(scale)].join(", ")})`

/** Tells whether an error is none: its entry cannot be told, or stands at a kink. @param {number} value @param {Scale} scale */
export const isUndecided = (value, scale) => scale === "error" && Number.isNaN(value)

/**
 * Where a value stands on a scale: -1 where it is no number. A map that is zero everywhere has no limits to speak of: all of
 * it is the middle. Errors go by powers of ten.
 * @param {number} value
 * @param {number} low
 * @param {number} high
 * @param {Scale} scale
 */
function step(value, low, high, scale) {
  if (Number.isNaN(value)) return -1
  if (scale === "error") {
    const least = low
    ;[value, low, high] = [value, low, high].map((size) => Math.log10(Math.max(size, least)))
  }
  const share = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : scale === "signed" ? 0.5 : 0 // of halves: a run that has run away has limits whose distance is no number
  return Math.round(Math.min(Math.max(share, 0), 1) * (STEPS - 1))
}

/**
 * The colour of a value; what is no number has a colour of its own.
 * @param {number} value
 * @param {number[]} limits
 * @param {Scale} scale
 * @returns {RGB}
 */
export function colour(value, [low, high], scale) {
  const at = step(value, low, high, scale)
  return at < 0 ? tables[here("undecided")][0] : tables[here(scale)][at]
}

/** The same for many: how a value becomes a pixel. @param {number[]} limits @param {Scale} scale @returns {(value: number) => number} */
export function pixelOf([low, high], scale) {
  const [own, [none]] = [pixels[here(scale)], pixels[here("undecided")]]
  return (value) => {
    const at = step(value, low, high, scale)
    return at < 0 ? none : own[at]
  }
}

/** @param {RGB} colour */
export const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`

/**
 * Black or white, whichever can be read on this colour (relative luminance as in WCAG 2).
 * @param {RGB} colour
 */
export function ink(colour) {
  const [R, G, B] = colour.map((c) => ((c / 255 + 0.055) / 1.055) ** 2.4)
  return 0.2126 * R + 0.7152 * G + 0.0722 * B > 0.18 ? "#000" : "#fff"
}
