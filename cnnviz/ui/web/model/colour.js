// Values -> colours. The scales themselves come from the server (cnnviz/ui/maps.py).

import { SCALES } from "../spec.js"

const STEPS = 256
const tables = Object.fromEntries(Object.entries(SCALES).map(([name, stops]) => [name, table(stops.map(channels))]))

function channels(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16))
}

function table(stops) {
  return Array.from({ length: STEPS }, (_, step) => {
    const place = (step / (STEPS - 1)) * (stops.length - 1)
    const left = Math.min(Math.floor(place), stops.length - 2)
    return stops[left].map((from, c) => Math.round(from + (stops[left + 1][c] - from) * (place - left)))
  })
}

// A map that is zero everywhere has no limits to speak of: all of it is the middle. Errors go by powers of ten.
export function colour(value, [low, high], scale) {
  if (scale === "error") [value, low, high] = [value, low, high].map((size) => Math.log10(Math.max(size, low)))
  const share = high > low ? (value - low) / (high - low) : scale === "signed" ? 0.5 : 0
  return tables[scale][Math.round(Math.min(Math.max(share, 0), 1) * (STEPS - 1))]
}

export const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`

// Black or white, whichever can be read on this colour (relative luminance as in WCAG 2).
export function ink([r, g, b]) {
  const [R, G, B] = [r, g, b].map((c) => ((c / 255 + 0.055) / 1.055) ** 2.4)
  return 0.2126 * R + 0.7152 * G + 0.0722 * B > 0.18 ? "#000" : "#fff"
}

// One pixel a value, row after row, to be scaled up without smoothing.
export function picture(values, rows, columns, limits, scale, pick = (i) => values[i]) {
  const canvas = new OffscreenCanvas(columns, rows)
  const context = canvas.getContext("2d")
  const image = context.createImageData(columns, rows)
  for (let i = 0; i < rows * columns; i++) {
    const [r, g, b] = colour(pick(i), limits, scale)
    image.data.set([r, g, b, 255], 4 * i)
  }
  context.putImageData(image, 0, 0)
  return canvas
}
