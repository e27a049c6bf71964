// A map as a table of numbers: chosen axes, the part shown at once, and CSV of the whole array.

/** @typedef {{ name: string, labels: ArrayLike<number> }} Axis  what it counts (web.table.axis.…), and the label of each index */
/**
 * @typedef {object} Source  an array that can be read as a table
 * @property {string} name  symbol, for file names
 * @property {string} label  symbol, for display
 * @property {string} words  description
 * @property {Axis[]} axes
 * @property {ArrayLike<number>} values  in reading order
 * @property {string} instead  reason why its numbers are hidden, or ""
 * @property {Picture} [picture]  picture of the array
 * @property {(act: () => void) => void} [whole]  fetches the missing numbers
 */

/** @typedef {{ face: import("./array_faces.js").Face, limits: [number, number], scale: import("../../types/wire.js").Scale, name: (cell: import("../explain/cell_links.js").Cell) => string }} Picture  layout of cells, their colours, and their names */

const MAX_CELLS = 4000 // of one table, which a browser can lay out at once

/**
 * Names of an array's axes by its kind. An array with fewer axes has the last ones.
 * @type {Record<string, string[]>}
 */
const AXIS_NAMES = {
  map: ["channel", "row", "column"],
  filters: ["filter", "channel", "row", "column"],
  weights: ["unit", "output"],
  row: ["unit"],
  loss: [],
}

/** @type {(kind: string, shape: readonly number[]) => Axis[]} */
export function axesOf(kind, shape) {
  if (kind === "loss") return []
  const names = AXIS_NAMES[kind].slice(-shape.length)
  return shape.map((size, n) => ({ name: names[n], labels: [...Array(size).keys()] }))
}

/**
 * Return the axes with a selected index, the axis of rows, and that of columns if there is one.
 * @param {Source} source
 */
export function axisRoles({ axes }) {
  const rows = axes.at(axes.length < 2 ? 0 : -2)
  return { chosen: axes.slice(0, -2), rows, columns: axes.length < 2 ? undefined : axes.at(-1) }
}

/** Return the number of rows that are shown at once. @param {Source} source */
export function rowsAtOnce(source) {
  return Math.max(1, Math.floor(MAX_CELLS / (axisRoles(source).columns?.labels.length ?? 1)))
}

/**
 * Return the offset of a row of the selected slice.
 * @param {Source} source
 * @param {readonly number[]} chosen  selected index of each leading axis
 * @param {number} row
 */
export function rowOffset(source, chosen, row) {
  const { rows, columns } = axisRoles(source)
  const slice = chosen.reduce((at, place, n) => at * source.axes[n].labels.length + place, 0)
  return (slice * (rows?.labels.length ?? 1) + row) * (columns?.labels.length ?? 1)
}

/** Format an exponent as Python does, with a sign and two digits. @param {number} power */
const power = (power) => `e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`

/**
 * Format a number exactly, as Python's repr does.
 * @param {number} value
 */
export function formatExact(value) {
  if (Number.isNaN(value)) return "nan"
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf"
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0"
  const [digits, exponent] = value.toExponential().split("e")
  const size = Number(exponent)
  if (size < -4 || size >= 16) return digits + power(size)
  const text = String(Number(`${digits}e${exponent}`))
  return text.includes(".") ? text : `${text}.0`
}

/** Names of index columns, for up to four axes. */
const LETTERS = ["m", "c", "i", "j"]

/**
 * Return an array as CSV, a line per row after its indices (cnnviz/export/arrays.py).
 * @param {Source} source
 */
export function csv(source) {
  const { axes, name } = source
  const { columns } = axisRoles(source)
  const leadingAxes = axes.length < 2 ? axes : axes.slice(0, -1)
  const rowLength = columns?.labels.length ?? 1
  const letters = axes.length < 2 ? ["i"].slice(0, axes.length) : LETTERS.slice(-axes.length, -1)
  const lines = [[...letters, ...(columns ? Array.from(columns.labels) : [name])]]
  for (let start = 0; start < source.values.length; start += rowLength) {
    const numbers = Array.from({ length: rowLength }, (_, n) => formatExact(source.values[start + n]))
    lines.push([...indices(leadingAxes, start / rowLength), ...numbers])
  }
  return lines.map((line) => `${line.join(",")}\n`).join("")
}

/** @param {Axis[]} axes @param {number} at */
function indices(axes, at) {
  /** @type {string[]} */
  const texts = []
  for (const { labels } of [...axes].reverse()) {
    texts.unshift(String(labels[at % labels.length]))
    at = Math.floor(at / labels.length)
  }
  return texts
}
