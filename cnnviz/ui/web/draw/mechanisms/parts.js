// What several pictures name and place alike.

/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../../model/patterns.js").Cell} Cell */
/** @typedef {import("../pen.js").Box} Box */

/** How a channel of a map is called. @param {Numbers} numbers @param {string} symbol @param {number} c */
export const channelName = (numbers, symbol, c) =>
  `${numbers.maps[symbol].label}${numbers.shape(symbol)[0] > 1 && numbers.maps[symbol].kind === "map" ? `[${c}]` : ""}`

/** A box of the proportions of a map, at most so wide and high. @param {Numbers} numbers @param {string} symbol @param {number} x @param {number} y @param {number} width @param {number} height @returns {Box} */
export function fitted(numbers, symbol, x, y, width, height) {
  const [rows, columns] = numbers.shape(symbol).slice(-2)
  const side = Math.min(width / columns, height / rows)
  return { x, y, width: side * columns, height: side * rows }
}

/** @param {Numbers} numbers @param {string} symbol @param {string} source @param {Cell} cell */
export function ranges(numbers, symbol, source, cell) {
  const link = numbers.link(symbol, source)
  const reached = link ? numbers.reach(link, cell) : []
  return { rows: reached[1], columns: reached[2] }
}
