// The loss as a function of one number: the curve, the old and the current value, and the tangent that the gradient
// predicts.

import { formatShort, localizePoint } from "../model/numbers/format.js"
import { clipTo, disc, drawLine } from "./canvas.js"

/** @import { Curve } from "../../pages/step/drag_model.js" */
/** @import { Palette } from "./theme.js" */
/** @typedef {{ curve: Curve, value: number, loss: number, words: { before: string, now: string, promised: string } }} Drawing */

const [LEFT, RIGHT, TOP, BOTTOM] = [40, 14, 14, 22]
const FONT_SIZE = 13 // font size
const MARGIN = 0.08 // share of the height above and below the curve
const TICKS = [0, 16, 32, 48, 64]

/** @param {{ context: CanvasRenderingContext2D, width: number, height: number }} sheet @param {Palette} palette @param {Drawing} drawing */
export function drawLossCurve({ context, width, height }, palette, { curve, value, loss, words }) {
  const { theta, gradient, at } = curve
  const losses = Array.from(curve.loss)
  const finiteLosses = losses.filter(Number.isFinite)
  const [low, high] = [Math.min(...finiteLosses, loss), Math.max(...finiteLosses, loss)]
  const room = (high - low) * MARGIN || Math.abs(high) * MARGIN || 1
  const [from, to] = [Math.min(theta[0], value), Math.max(theta[theta.length - 1], value)]
  const x = (/** @type {number} */ number) => LEFT + ((number - from) / (to - from)) * (width - LEFT - RIGHT)
  const y = (/** @type {number} */ number) =>
    height - BOTTOM - ((number - low + room) / (high - low + 2 * room)) * (height - TOP - BOTTOM)
  context.font = `400 ${FONT_SIZE}px Inter, system-ui, sans-serif`
  context.textBaseline = "middle"
  drawAxes(context, palette, { x, y, width, height, theta, low, high })
  const oldLoss = losses[Math.max(Array.from(theta).indexOf(at), 0)]
  const tangentAt = (/** @type {number} */ number) => y(oldLoss + gradient * (number - at))
  const points = losses.flatMap((lossValue, n) => (Number.isFinite(lossValue) ? [[x(theta[n]), y(lossValue)]] : []))
  clipTo(context, { x: LEFT, y: 0, width: width - LEFT, height: height - BOTTOM }, () => {
    drawDashed(context, palette.warm, [3, 3], [x(from), tangentAt(from)], [x(to), tangentAt(to)])
    drawDashed(context, palette.ink, [], ...points)
  })
  const labelY = Math.min(Math.max(tangentAt(to) - 12, TOP / 2), height - BOTTOM - 8)
  writeLabel(context, words.promised, palette.warm, width, labelY, width)
  drawDashed(context, palette.accent, [2, 3], [x(value), y(loss)], [x(value), height - BOTTOM])
  disc(context, x(at), y(oldLoss), 5, palette.paper, palette.ink, 1.6)
  writeLabel(context, words.before, palette.soft, x(at), Math.min(y(oldLoss) + 16, height - BOTTOM - 6), width)
  disc(context, x(value), y(loss), 5, palette.accent, palette.paper, 1.6)
  writeLabel(context, words.now, palette.accent, x(value), Math.max(y(loss) - 16, TOP / 2), width)
}

/** Format a number with up to `places` decimals. @param {number} value @param {number} decimals */
const formatPlain = (value, decimals) => localizePoint(String(Number(value.toFixed(decimals)) + 0)).replace("-", "−")

/** @typedef {(number: number) => number} Place */

/** @param {CanvasRenderingContext2D} context @param {Palette} palette @param {{ x: Place, y: Place, width: number, height: number, theta: ArrayLike<number>, low: number, high: number }} where */
function drawAxes(context, palette, { x, y, width, height, theta, low, high }) {
  context.fillStyle = palette.soft
  context.textAlign = "right"
  const levels = high > low ? [low, (low + high) / 2, high] : [low]
  const areDistinct = (/** @type {number} */ digits) =>
    new Set(levels.map((level) => formatShort(level, digits))).size === levels.length
  const digits = [2, 3, 4].find(areDistinct) ?? 4 // fewest digits that keep the levels distinct
  for (const level of levels) {
    drawDashed(context, palette.line, [], [LEFT, y(level)], [width - RIGHT, y(level)])
    context.fillText(formatShort(level, digits), LEFT - 5, y(level), LEFT - 6)
  }
  context.textAlign = "center"
  const step = (theta[theta.length - 1] - theta[0]) / (TICKS.length - 1)
  const decimals = Math.min(Math.max(0, 1 + Math.ceil(-Math.log10(step))), 20) // decimals that keep the ticks distinct
  for (const n of TICKS) context.fillText(formatPlain(theta[n], decimals), x(theta[n]), height - 8, 44)
}

/** @param {CanvasRenderingContext2D} context @param {string} style @param {number[]} dashes @param {number[][]} points */
function drawDashed(context, style, dashes, ...points) {
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
function writeLabel(context, text, style, x, y, width) {
  const halfWidth = context.measureText(text).width / 2
  context.textAlign = "center"
  context.fillStyle = style
  context.fillText(text, Math.min(Math.max(x, LEFT + halfWidth + 2), width - halfWidth - 2), y)
}
