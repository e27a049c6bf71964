// The loss as a function of one number: the curve, the old and the current value, and the tangent that the gradient
// predicts.

import { local, shortened } from "../model/numbers/format.js"
import { clipTo, disc, drawLine } from "./canvas.js"

/** @import { Curve } from "../../pages/step/drag_model.js" */
/** @import { Palette } from "./sheet.js" */
/** @typedef {{ curve: Curve, value: number, loss: number, words: { before: string, now: string, promised: string } }} Drawing */

const [LEFT, RIGHT, TOP, BOTTOM] = [40, 14, 14, 22]
const SIZE = 13 // font size
const MARGIN = 0.08 // share of the height above and below the curve
const TICKS = [0, 16, 32, 48, 64]

/** @param {{ context: CanvasRenderingContext2D, width: number, height: number }} sheet @param {Palette} palette @param {Drawing} drawing */
export function lossAlong({ context, width, height }, palette, { curve, value, loss, words }) {
  const { theta, gradient, at } = curve
  const losses = Array.from(curve.loss)
  const finite = losses.filter(Number.isFinite)
  const [low, high] = [Math.min(...finite, loss), Math.max(...finite, loss)]
  const room = (high - low) * MARGIN || Math.abs(high) * MARGIN || 1
  const [from, to] = [Math.min(theta[0], value), Math.max(theta[theta.length - 1], value)]
  const x = (/** @type {number} */ number) => LEFT + ((number - from) / (to - from)) * (width - LEFT - RIGHT)
  const y = (/** @type {number} */ number) =>
    height - BOTTOM - ((number - low + room) / (high - low + 2 * room)) * (height - TOP - BOTTOM)
  context.font = `400 ${SIZE}px Inter, system-ui, sans-serif`
  context.textBaseline = "middle"
  axes(context, palette, { x, y, width, height, theta, low, high })
  const before = losses[Math.max(Array.from(theta).indexOf(at), 0)]
  const promised = (/** @type {number} */ number) => y(before + gradient * (number - at))
  const along = losses.flatMap((each, n) => (Number.isFinite(each) ? [[x(theta[n]), y(each)]] : []))
  clipTo(context, { x: LEFT, y: 0, width: width - LEFT, height: height - BOTTOM }, () => {
    drawn(context, palette.warm, [3, 3], [x(from), promised(from)], [x(to), promised(to)])
    drawn(context, palette.ink, [], ...along)
  })
  const beside = Math.min(Math.max(promised(to) - 12, TOP / 2), height - BOTTOM - 8)
  written(context, words.promised, palette.warm, width, beside, width)
  drawn(context, palette.accent, [2, 3], [x(value), y(loss)], [x(value), height - BOTTOM])
  disc(context, x(at), y(before), 5, palette.paper, palette.ink, 1.6)
  written(context, words.before, palette.soft, x(at), Math.min(y(before) + 16, height - BOTTOM - 6), width)
  disc(context, x(value), y(loss), 5, palette.accent, palette.paper, 1.6)
  written(context, words.now, palette.accent, x(value), Math.max(y(loss) - 16, TOP / 2), width)
}

/** Format a number with up to `places` decimals. @param {number} value @param {number} places */
const plain = (value, places) => local(String(Number(value.toFixed(places)) + 0)).replace("-", "−")

/** @typedef {(number: number) => number} Place */

/** @param {CanvasRenderingContext2D} context @param {Palette} palette @param {{ x: Place, y: Place, width: number, height: number, theta: ArrayLike<number>, low: number, high: number }} where */
function axes(context, palette, { x, y, width, height, theta, low, high }) {
  context.fillStyle = palette.soft
  context.textAlign = "right"
  const levels = high > low ? [low, (low + high) / 2, high] : [low]
  const apart = (/** @type {number} */ digits) =>
    new Set(levels.map((each) => shortened(each, digits))).size === levels.length
  const digits = [2, 3, 4].find(apart) ?? 4 // fewest digits that keep the levels distinct
  for (const each of levels) {
    drawn(context, palette.line, [], [LEFT, y(each)], [width - RIGHT, y(each)])
    context.fillText(shortened(each, digits), LEFT - 5, y(each), LEFT - 6)
  }
  context.textAlign = "center"
  const step = (theta[theta.length - 1] - theta[0]) / (TICKS.length - 1)
  const places = Math.min(Math.max(0, 1 + Math.ceil(-Math.log10(step))), 20) // decimals that keep the ticks distinct
  for (const n of TICKS) context.fillText(plain(theta[n], places), x(theta[n]), height - 8, 44)
}

/** @param {CanvasRenderingContext2D} context @param {string} style @param {number[]} dashes @param {number[][]} points */
function drawn(context, style, dashes, ...points) {
  context.strokeStyle = style
  context.lineWidth = dashes.length ? 1.3 : 1.6
  context.setLineDash(dashes)
  drawLine(context, ...points)
  context.setLineDash([])
}

/**
 * Write a text near a point, within the canvas.
 * @param {CanvasRenderingContext2D} context @param {string} text @param {string} style @param {number} x @param {number} y @param {number} width
 */
function written(context, text, style, x, y, width) {
  const half = context.measureText(text).width / 2
  context.textAlign = "center"
  context.fillStyle = style
  context.fillText(text, Math.min(Math.max(x, LEFT + half + 2), width - half - 2), y)
}
