// Units of a row, as pixels.

import { one } from "../../model/links.js"

/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("../pen.js").Box} Box */

const NEARLY = 0.8 // as large as they could be

/** How values of units lie: as the map that was flattened, channels side by side, or in lines. @param {number[]} shape @param {number} width @param {number} height */
function lying(shape, width, height) {
  if (shape.length === 3) {
    const [channels, rows, columns] = shape
    const sideOf = (/** @type {number} */ across) => {
      const down = Math.ceil(channels / across)
      return Math.min((width - (across - 1) * 3) / across / columns, (height - (down - 1) * 3) / down / rows)
    }
    const all = Array.from({ length: channels }, (_, n) => n + 1)
    const largest = Math.max(...all.map(sideOf))
    const whole = all.filter((n) => channels % n === 0 && sideOf(n) > NEARLY * largest) // without a place left empty
    const across = (whole.length ? whole : all).reduce((best, n) => (sideOf(n) > sideOf(best) ? n : best))
    const side = sideOf(across)
    return Array.from({ length: channels }, (_, c) => ({
      from: c * rows * columns,
      rows,
      columns,
      x: (c % across) * (side * columns + 3),
      y: Math.floor(c / across) * (side * rows + 3),
      width: side * columns,
      height: side * rows,
    }))
  }
  const [count] = shape
  const columns = Math.max(1, Math.min(count, Math.ceil(Math.sqrt((count * width) / height))))
  const rows = Math.ceil(count / columns)
  const side = Math.min(width / columns, height / rows, 26)
  return [{ from: 0, rows, columns, x: 0, y: 0, width: side * columns, height: side * rows, count }]
}

/** @param {Pen} pen @param {number[]} shape @param {(n: number) => number} pick @param {number[]} limits @param {string} scale @param {Box} box @param {number} [chosen] a unit that gets a ring */
export function unitsOf(pen, shape, pick, limits, scale, box, chosen = -1) {
  const count = shape.reduce((all, n) => all * n, 1)
  let [width, height] = [0, 0]
  for (const part of lying(shape, box.width, box.height)) {
    const place = { x: box.x + part.x, y: box.y + part.y, width: part.width, height: part.height }
    const at = chosen - part.from
    const ring = at >= 0 && at < part.rows * part.columns
    const rings = ring
      ? [{ rows: one(Math.floor(at / part.columns)), columns: one(at % part.columns), strong: true }]
      : []
    pen.picture(
      part.rows,
      part.columns,
      (n) => (part.from + n < count ? pick(part.from + n) : 0),
      limits,
      scale,
      place,
      rings,
    )
    width = Math.max(width, part.x + part.width)
    height = Math.max(height, part.y + part.height)
  }
  return { width, height }
}

/** The place itself and its neighbours, at most so many. @param {number} at @param {number} count @param {number} most */
export function around(at, count, most) {
  const from = Math.min(Math.max(at - Math.floor(most / 2), 0), Math.max(count - most, 0))
  return Array.from({ length: Math.min(count, most) }, (_, n) => from + n)
}
