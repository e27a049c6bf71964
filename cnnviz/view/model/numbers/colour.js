// Colours of values. The scales come from the server (cnnviz/pages/map_settings.py).

import { SCALES } from "../../spec.js"

/** @import { Scale } from "../../types/view.js" */
/** @typedef {number[]} RGB  red, green and blue, 0 to 255 each */
/** @typedef {[number, number]} Limits  the values at the two ends of a scale */

const STEPS = 256
const tables = /** @type {Record<Scale, RGB[]>} */ (
  Object.fromEntries(Object.entries(SCALES).map(([name, stops]) => [name, table(stops.map(channels))]))
)

/** The tables as pixels: red, green, blue and full opacity packed into one integer. */
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
    const position = (step / (STEPS - 1)) * (stops.length - 1)
    const left = Math.min(Math.floor(position), stops.length - 2)
    return stops[left].map((from, c) => Math.round(from + (stops[left + 1][c] - from) * (position - left)))
  })
}

// Scales of dark pages: the middle of the signed scale, an output of 0 and an error of 0 are dark.
/** @type {Partial<Record<Scale, Scale>>} */
const DARK_SCALES = { signed: "dark", answer: "answer_dark", error: "error_dark", undecided: "undecided_dark" }
let isDark = false

/** @param {boolean} on */
export function darken(on) {
  isDark = on
}

/** Return the scale to use on this page, light or dark. @param {Scale} scale @returns {Scale} */
const themedScale = (scale) => (isDark && DARK_SCALES[scale]) || scale

/** Return a scale from low to high as a CSS gradient. @param {Scale} scale */
export const cssGradient = (scale) => `linear-gradient(to right, ${SCALES[themedScale(scale)].join(", ")})`

/**
 * Return whether an error is undecided, because its entry cannot be checked or lies at a kink.
 * @param {number} value @param {Scale} scale
 */
export const isUndecided = (value, scale) => scale === "error" && Number.isNaN(value)

/**
 * Return the index of a value on a scale, or -1 for NaN. A signed map of zeros is at the middle of its scale. Errors
 * use a logarithmic scale.
 * @param {number} value
 * @param {number} low
 * @param {number} high
 * @param {Scale} scale
 */
function scaleIndex(value, low, high, scale) {
  if (Number.isNaN(value)) return -1
  if (scale === "error") {
    const minimum = low
    ;[value, low, high] = [value, low, high].map((size) => Math.log10(Math.max(size, minimum)))
  }
  const share = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : scale === "signed" ? 0.5 : 0 // halved, because the difference of the limits of a diverged run may overflow
  return Math.round(Math.min(Math.max(share, 0), 1) * (STEPS - 1))
}

/**
 * Return the colour of a value; NaN has a colour of its own.
 * @param {number} value
 * @param {number[]} limits
 * @param {Scale} scale
 * @returns {RGB}
 */
export function colour(value, [low, high], scale) {
  const index = scaleIndex(value, low, high, scale)
  return index < 0 ? tables[themedScale("undecided")][0] : tables[themedScale(scale)][index]
}

/**
 * Return a function from values to pixels, for many values.
 * @param {number[]} limits @param {Scale} scale @returns {(value: number) => number}
 */
export function pixelOf([low, high], scale) {
  const [colours, [undecided]] = [pixels[themedScale(scale)], pixels[themedScale("undecided")]]
  return (value) => {
    const index = scaleIndex(value, low, high, scale)
    return index < 0 ? undecided : colours[index]
  }
}

/** @param {RGB} colour */
export const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`

/**
 * Return black or white, whichever is legible on this colour (relative luminance as in WCAG 2).
 * @param {RGB} colour
 */
export function textColour(colour) {
  const [R, G, B] = colour.map((c) => ((c / 255 + 0.055) / 1.055) ** 2.4)
  return 0.2126 * R + 0.7152 * G + 0.0722 * B > 0.18 ? "#000" : "#fff"
}
