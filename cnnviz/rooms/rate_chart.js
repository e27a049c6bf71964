// A chart of runs with different learning rates: rate on the horizontal axis, final loss on the vertical axis, both
// logarithmic. Runs whose loss rose are on a separate strip above.

import { paintShelf } from "../pages/train/sweep_chart.js"
import { scaleOf } from "../pages/train/sweep_model.js"
import { prepare } from "../view/draw/canvas.js"
import { decimals, number } from "../view/model/numbers/format.js"
import { say } from "../view/model/words.js"

/** @import { Runs } from "../pages/train/sweep_chart.js" */
/** @import { Dots } from "../pages/train/sweep_model.js" */
/** @typedef {{ own?: number, pointed?: number, best?: number, font?: number, narrow?: boolean }} Look  the run of this device, the one whose inside is shown, the one that won, the size of words, whether there is little room */

const LINE = 1.4 // line height, relative to the font size
const MARGIN = 0.4 // space for dots and their rings beyond the axes, relative to the font size
const [SMALLEST, LARGEST] = [0.16, 0.42] // limits of a dot's radius, relative to the font size

/** Return whether a run diverged: its loss is not a number or has risen. @param {number} loss @param {number} start */
export const hasDiverged = (loss, start) => !(loss <= start)

/** Return the run with the lowest loss, or -1 if no loss is finite. @param {ArrayLike<number>} last */
export function bestOf(last) {
  let bestIndex = -1
  for (let run = 0; run < last.length; run++)
    if (Number.isFinite(last[run]) && (bestIndex < 0 || last[run] < last[bestIndex])) bestIndex = run
  return bestIndex
}

/**
 * Return evenly spaced powers of ten for grid lines, `most` at most.
 * @param {number} low
 * @param {number} high
 * @param {number} most
 */
export function powersIn(low, high, most) {
  const step = Math.max(1, Math.ceil((high - low) / Math.max(1, most - 1)))
  const powers = []
  for (let power = high; power >= low; power -= step) powers.push(power)
  return powers
}

const PLAIN = -4 // smallest exponent that is written with zeros
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"

/** Return a power of ten for people: 0.01, 10⁻⁵. @param {number} power */
export const tick = (power) =>
  power >= PLAIN
    ? decimals(10 ** power, Math.max(0, -power))
    : `10⁻${[...String(-power)].map((digit) => RAISED[Number(digit)]).join("")}`

/** Return the horizontal position of a rate, from 0 at the first rate to 1 at the last. @param {number} rate @param {number[]} rates */
const xOf = (rate, rates) => Math.log10(rate / rates[0]) / Math.log10(rates[rates.length - 1] / rates[0])

/**
 * Paint the runs, and return the positions of their dots.
 * @param {HTMLCanvasElement} canvas
 * @param {Runs} runs
 * @param {Look} look
 * @returns {Dots}
 */
export function paintRates(
  canvas,
  { values, last, shown, curve, rates = [] },
  { own = -1, pointed = -1, best = -1, font = 13, narrow = false },
) {
  const context = prepare(canvas)
  const style = getComputedStyle(canvas)
  const [soft, line, accent, paper] = ["soft", "line", "accent", "paper"].map((name) => {
    canvas.style.outlineColor = `var(--${name})` // resolves the variable, which a canvas context may not
    return style.outlineColor
  })
  const ink = style.color
  const start = curve(shown[0] ?? 0)[0]
  const finiteLosses = Array.from(last).filter((loss) => !hasDiverged(loss, start))
  const scale = scaleOf([start, ...finiteLosses])
  const [left, foot, shelf] = [narrow ? 6.6 : 7, narrow ? 3.6 : 3.8, narrow ? 2.6 : 3.2].map((size) => size * font)
  const margin = MARGIN * font
  const box = {
    x: left,
    y: shelf + font,
    width: canvas.clientWidth - left - 1.2 * font,
    height: canvas.clientHeight - shelf - font - foot,
  }
  context.font = `${font}px ${style.fontFamily}`
  context.textBaseline = "middle"

  paintShelf(context, { ...box, x: box.x - margin, y: 0, width: box.width + margin, height: shelf }, font, [soft, line])
  context.fillStyle = soft
  context.textAlign = "right"

  // grid lines for losses, and the initial loss
  const startY = box.y + scale.at(start) * box.height
  for (const power of powersIn(scale.low, scale.high, Math.floor(box.height / (1.8 * font)))) {
    const y = box.y + scale.at(10 ** power) * box.height
    context.fillStyle = line
    context.fillRect(box.x, y, box.width, 1)
    context.fillStyle = soft
    if (Math.abs(y - startY) > LINE * font)
      context.fillText(`${scale.less && power === scale.low ? "≤ " : ""}${tick(power)}`, box.x - margin - 0.6 * font, y)
  }
  context.strokeStyle = context.fillStyle = ink
  context.lineWidth = 1.5
  context.setLineDash([font / 2, font / 3])
  context.beginPath()
  context.moveTo(box.x, startY)
  context.lineTo(box.x + box.width, startY)
  context.stroke()
  context.setLineDash([])
  context.fillText(say("web.hall.experiment.start", { loss: number(start, 2) }), box.x - margin - 0.6 * font, startY)

  // learning rates
  context.textBaseline = "top"
  context.textAlign = "center"
  for (const rate of rates) {
    const x = box.x + xOf(rate, rates) * box.width
    const isLast = rate === rates[rates.length - 1]
    context.fillStyle = line
    context.fillRect(x, box.y, 1, box.height)
    context.fillStyle = soft
    context.textAlign = isLast ? "right" : "center"
    context.fillText(
      tick(Math.round(Math.log10(rate))),
      isLast ? x + 0.6 * font : x,
      box.y + box.height + margin + 0.5 * font,
    )
  }
  context.textAlign = "center"
  context.fillText(say("web.sweep.key.lr"), box.x + box.width / 2, box.y + box.height + margin + 1.9 * font)

  // one dot per device
  const radius = font * Math.min(LARGEST, Math.max(SMALLEST, 3 / Math.sqrt(Math.max(1, last.length))))
  const x = Float64Array.from(values, (value) => box.x + xOf(Number(value), rates) * box.width)
  const y = Float64Array.from(last, (loss) =>
    hasDiverged(loss, start) ? shelf / 2 : box.y + scale.at(loss) * box.height,
  )
  const dot = (/** @type {number} */ run, /** @type {number} */ by) => {
    context.beginPath()
    context.arc(x[run], y[run], by, 0, 2 * Math.PI)
  }
  for (let run = 0; run < last.length; run++) {
    context.fillStyle = hasDiverged(last[run], start) ? ink : accent
    dot(run, radius)
    context.fill()
  }
  for (const run of new Set([pointed, best, own])) {
    if (run < 0 || run >= last.length) continue
    context.strokeStyle = ink
    context.lineWidth = 0.16 * font
    dot(run, radius + 0.3 * font)
    context.stroke()
  }
  if (own >= 0 && own < last.length)
    label(context, say("web.hall.experiment.you_here"), x[own], y[own], box, font, [ink, paper])
  return { x, y, size: 2 * radius }
}

/**
 * Draw a text next to a dot, on the side with more space.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {import("../view/types/view.js").Box} box
 * @param {number} font
 * @param {string[]} colours
 */
function label(context, text, x, y, box, font, [ink, paper]) {
  const isLeftward = x > box.x + box.width / 2
  context.font = `700 ${context.font}`
  context.textBaseline = "middle"
  context.textAlign = isLeftward ? "right" : "left"
  context.lineWidth = 0.4 * font
  context.strokeStyle = paper
  context.fillStyle = ink
  const labelX = x + (isLeftward ? -1.1 : 1.1) * font
  context.strokeText(text, labelX, y)
  context.fillText(text, labelX, y)
}
