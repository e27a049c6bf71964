// The sigmoid's curve, with a histogram of what stands on it, and one point.

import { short } from "../model/format.js"
import { SATURATED } from "../spec.js"

/** @import { Sheet } from "./mechanisms.js" */

const REACH = 8 // the curve is drawn from -8 to 8; what lies beyond stands at the edge
const BINS = 48
const FLAT_AT = (1 - Math.sqrt(1 - 4 * SATURATED)) / 2 // the activation whose a(1 - a) is SATURATED
const SATURATED_FROM = Math.log((1 - FLAT_AT) / FLAT_AT)

/**
 * @param {Sheet} sheet
 * @param {ArrayLike<number>} zs
 * @param {number} chosen
 */
export function sigmoidCurve({ context, width, height, root }, zs, chosen) {
  const style = getComputedStyle(root)
  const [ink, line] = [style.getPropertyValue("--ink"), style.getPropertyValue("--accent")]
  const base = height - 16
  const x = (/** @type {number} */ z) => ((Math.min(Math.max(z, -REACH), REACH) + REACH) / (2 * REACH)) * width
  const y = (/** @type {number} */ a) => 6 + (1 - a) * (base - 10)
  const sigma = (/** @type {number} */ z) => 1 / (1 + Math.exp(-z))
  context.fillStyle = style.getPropertyValue("--flat")
  context.fillRect(0, 0, x(-SATURATED_FROM), base)
  context.fillRect(x(SATURATED_FROM), 0, width - x(SATURATED_FROM), base)
  const bins = new Array(BINS).fill(0)
  for (const z of Array.from(zs)) bins[Math.min(BINS - 1, Math.floor((x(z) / width) * BINS))] += 1
  const most = Math.max(...bins)
  context.fillStyle = style.getPropertyValue("--bars")
  bins.forEach((count, i) => {
    const tall = Math.max(2, (count / most) * base * 0.6)
    if (count) context.fillRect((i * width) / BINS, base - tall, width / BINS - 1, tall)
  })
  context.strokeStyle = ink
  context.lineWidth = 2
  context.beginPath()
  for (let z = -REACH; z <= REACH; z += 0.1) context.lineTo(x(z), y(sigma(z)))
  context.stroke()
  context.fillStyle = line
  context.beginPath()
  context.arc(Math.min(Math.max(x(chosen), 5), width - 5), y(sigma(chosen)), 5, 0, 7)
  context.fill()
  context.fillStyle = ink
  context.font = "11px system-ui, sans-serif"
  context.textBaseline = "alphabetic"
  for (const [z, align] of /** @type {[number, CanvasTextAlign][]} */ ([
    [-REACH, "left"],
    [0, "center"],
    [REACH, "right"],
  ])) {
    context.textAlign = align
    context.fillText(short(z).replace(".00", ""), x(z), height - 3)
  }
}
