// The picture beside the words: numbers of a patch, the shares behind a sum, the sigmoid's curve with
// this lesson's units on it, or the loss so far.

import { bothTotals, pixel, products } from "../model/arithmetic.js"
import { colour, css, ink } from "../model/colour.js"
import { number, percent, short } from "../model/format.js"
import { each, sources } from "../model/links.js"
import { say } from "../model/words.js"
import { SATURATED } from "../spec.js"
import { prepare } from "./canvas.js"
import { losses } from "./losses.js"
import { pixels } from "./pixels.js"
import { sigmoidCurve } from "./sigmoid.js"

/** @import { RGB } from "../model/colour.js" */
/** @import { Cell } from "../model/links.js" */
/** @import { Moment } from "../model/moment.js" */
/** @typedef {{ context: CanvasRenderingContext2D, width: number, height: number, root: Element }} Sheet  what is drawn on */
/** @typedef {(sheet: Sheet, moment: Moment, cell: Cell, map: string) => string} Mechanism  draws, and gives the caption */

const PATCH = 7

/** @type {Record<string, Mechanism>} */
const KINDS = {
  x: patch,
  z1: terms,
  dx: terms,
  a1: units,
  dz1: units,
  o: outputs,
  dz2: outputs,
  df: shares,
  f: touched,
  z2: weighed,
}

const BROAD = new Set([units, outputs, lossesSoFar])

/**
 * Draws what belongs to a cell, and says it in the caption.
 * @param {HTMLCanvasElement} canvas
 * @param {Element} caption
 * @param {Element} root  which has the colours
 * @param {Moment} moment
 * @param {string} map
 * @param {Cell} cell
 */
export function mechanism(canvas, caption, root, moment, map, cell) {
  const kind = KINDS[map] ?? lossesSoFar
  canvas.classList.toggle("broad", BROAD.has(kind))
  const context = prepare(canvas)
  caption.innerHTML = kind({ context, width: canvas.clientWidth, height: canvas.clientHeight, root }, moment, cell, map)
  canvas.setAttribute("aria-label", caption.textContent ?? "")
}

/**
 * Whether the picture is about the cell that is pointed at; else it shows the losses so far.
 * @param {string} map
 */
export const showsCell = (map) => map in KINDS

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string | number} text
 * @param {number} x
 * @param {number} y
 * @param {number} size
 * @param {RGB} background
 * @param {number} [room]
 */
function cellText(context, text, x, y, size, background, room) {
  context.fillStyle = ink(background)
  context.font = `600 ${size}px system-ui, sans-serif`
  context.textAlign = "center"
  context.textBaseline = "middle"
  context.fillText(String(text), x, y, room)
}

/** @type {Mechanism} */
function patch({ context, width, height }, moment, [row, column]) {
  const [rows, columns] = moment.shape("x")
  const side = Math.min(width, height) / PATCH
  const top = Math.min(Math.max(row - 3, 0), rows - PATCH)
  const left = Math.min(Math.max(column - 3, 0), columns - PATCH)
  for (let i = 0; i < PATCH; i++) {
    for (let j = 0; j < PATCH; j++) {
      const value = moment.at("x", [top + i, left + j])
      const paint = colour(value, moment.limits.x, "pixel")
      context.fillStyle = css(paint)
      context.fillRect(j * side, i * side, side, side)
      cellText(context, pixel(moment, value), (j + 0.5) * side, (i + 0.5) * side, side * 0.4, paint)
    }
  }
  context.strokeStyle = "#e8590c"
  context.lineWidth = 2.5
  context.strokeRect((column - left) * side + 1, (row - top) * side + 1, side - 2, side - 2)
  return say("web.mechanisms.patch", { top, bottom: top + PATCH - 1, left, right: left + PATCH - 1 })
}

/**
 * The products behind a cell of z1 or dx, each with its two factors.
 * @type {Mechanism}
 */
function terms({ context, width, height }, moment, cell, map) {
  const k = moment.geometry.k
  const side = Math.min(width, height) / k
  const list = products(moment, map, cell)
  const most = Math.max(...list.map(({ a, b }) => Math.abs(a * b)), 0)
  for (const { a, b, by } of list) {
    const [u, v] = map === "z1" ? by : [k - 1 - by[0], k - 1 - by[1]]
    const paint = colour(a * b, [-most, most], "signed")
    context.fillStyle = css(paint)
    context.fillRect(v * side, u * side, side - 1, side - 1)
    const [x, y] = [(v + 0.5) * side, (u + 0.5) * side]
    const first = map === "z1" ? String(pixel(moment, a)) : short(a)
    cellText(context, first, x, y - side * 0.27, side * 0.22, paint, side - 6)
    cellText(context, `× ${short(b)}`, x, y, side * 0.2, paint, side - 6)
    cellText(context, short(a * b), x, y + side * 0.29, side * 0.24, paint, side - 6)
  }
  const kind = map !== "z1" ? "gradients" : moment.lesson.scale === "raw" ? "raw" : "unit"
  return say(`web.mechanisms.products.${kind}`, { count: list.length })
}

/**
 * A map of signed values, as large as fits; what its colours reach to.
 * @param {Sheet} sheet
 * @param {ArrayLike<number>} values
 * @param {number[]} shape
 */
function share({ context, width, height }, values, [rows, columns]) {
  const most = Array.from(values).reduce((m, value) => Math.max(m, Math.abs(value)), 0)
  const side = Math.min(width, height)
  context.imageSmoothingEnabled = false
  context.drawImage(pixels(values, rows, columns, [-most, most], "signed"), 0, 0, side, (side * rows) / columns)
  return short(most)
}

/** @param {Parameters<typeof bothTotals>} entry */
function both(...entry) {
  const [positive, negative] = bothTotals(...entry).map((total) => number(total))
  return [
    `<b class="pos">${say("web.mechanisms.positive", { total: positive })}</b>`,
    `<b class="neg">${say("web.mechanisms.negative", { total: negative })}</b>`,
  ]
}

/** @type {Mechanism} */
function shares(sheet, moment, cell) {
  const [rows, columns] = moment.shape("z1")
  const { stride, before } = moment.geometry
  const [h, w] = moment.shape("x")
  const values = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const [r, c] = [stride * i + cell[0] - before, stride * j + cell[1] - before]
      const inside = r >= 0 && c >= 0 && r < h && c < w
      values[i * columns + j] = inside ? moment.at("x", [r, c]) * moment.at("dz1", [i, j]) : 0
    }
  }
  const most = share(sheet, values, [rows, columns])
  const factor = moment.answer.formulas.share.replace("u", String(cell[0])).replace("v", String(cell[1]))
  return [
    `<i>${factor} · ∂z₁[i, j]</i>`,
    say("web.mechanisms.shares", { count: rows * columns, most }),
    ...both(moment, "df_totals", 3 * cell[0] + cell[1]),
  ].join("<br>")
}

/** @type {Mechanism} */
function weighed(sheet, moment, [n]) {
  const weights = moment.arrays.w.values
  const values = moment.arrays.v.values.map((value, d) => value * weights[d * moment.outputs.length + n])
  const most = share(sheet, values, moment.shape("z1"))
  return [
    `<i>v[d] · w[d, ${n}]</i>`,
    say("web.mechanisms.weighed", { count: values.length, most }),
    ...both(moment, "z2_totals", n),
  ].join("<br>")
}

/**
 * What one kernel weight sees: the window of x that it touched.
 * @type {Mechanism}
 */
function touched({ context, width, height }, moment, cell) {
  const [window] = sources("df", cell, moment.geometry)
  const { rows, columns } = window
  const values = [...each(window)].map((pixel) => moment.at("x", pixel))
  const side = Math.min(width, height)
  const image = pixels(values, rows.count, columns.count, moment.limits.x, "pixel")
  context.imageSmoothingEnabled = false
  context.drawImage(image, 0, 0, side, (side * rows.count) / columns.count)
  return say("web.mechanisms.touched", { count: values.length, weight: `<i>f[${cell}]</i>` })
}

/** @type {Mechanism} */
function units(sheet, moment, cell) {
  sigmoidCurve(sheet, moment.arrays.z1.values, moment.at("z1", cell))
  const share = `<b>${percent(moment.saturated)}</b>`
  const limit = `<i>a₁(1−a₁)</i> &lt; ${SATURATED}`
  return `${say("web.mechanisms.units", { count: moment.count("z1") })}<br>${say("web.mechanisms.saturated", { share, limit })}`
}

/** @type {Mechanism} */
function outputs(sheet, moment, [n]) {
  sigmoidCurve(sheet, moment.arrays.z2.values, moment.at("z2", [n]))
  const o = moment.at("o", [n])
  return say("web.mechanisms.slope", { slope: `<i>o(1−o)</i> = <b>${number(o * (1 - o), 3)}</b>` })
}

/** @type {Mechanism} */
function lossesSoFar(sheet, moment) {
  return losses(sheet, moment.arrays.losses.values, moment.lesson.k)
}
