// Many runs on a canvas: the loss of each by update, beside a dot for each run.

import { prepare } from "../../view/draw/canvas.js"
import { number } from "../../view/model/numbers/format.js"
import { formatValue, say } from "../../view/model/words.js"
import { groupsOf, HIGH, heapLayout, rowLayout } from "./sweep_model.js"

/** @import { Dots, Scale } from "./sweep_model.js" */
/** @import { Box } from "../../view/types/view.js" */
/**
 * @typedef {object} Runs
 * @property {string} key  what they differ in
 * @property {number} n  updates of each
 * @property {string[]} values  what each has of its own
 * @property {ArrayLike<number>} last  the last loss of each
 * @property {Scale} scale  which holds all losses
 * @property {number[]} shown  the runs whose curves are drawn
 * @property {number[]} [rates]  learning rates on the axis, if the runs differ in their rate
 * @property {(run: number) => ArrayLike<number>} curve  the losses of one of these, or of the one that is pointed at, evenly among all updates
 */
/** @typedef {{ pointed?: number, font?: number, grouped?: boolean, narrow?: boolean }} Look  the run that is pointed at, the size of words, whether groups of dots are named, whether there is little room */

const HEAPED = ["seed", "start"] // keys whose values have no meaningful order
const DOT = 12 / 13 // largest distance between dots, relative to the font size
const SHELF = 2.2 // height of the strip of diverged runs, relative to the font size

/**
 * Paint the runs and return the positions of their dots.
 * @param {HTMLCanvasElement} canvas
 * @param {Runs} runs
 * @param {Look} look
 * @returns {Dots}
 */
export function paintRuns(canvas, runs, { pointed = -1, font = 13, grouped = false, narrow = false }) {
  const context = prepare(canvas)
  const style = getComputedStyle(canvas)
  const [soft, line, accent] = ["soft", "line", "accent"].map((name) => {
    canvas.style.outlineColor = `var(--${name})` // resolve the colour here, since a canvas may not support it
    return style.outlineColor
  })
  const ink = style.color
  const { last, scale, key } = runs
  const divergedRuns = Array.from(last, (_, run) => run).filter((run) => !Number.isFinite(last[run]))
  const shelf = divergedRuns.length ? SHELF * font : 0
  const [left, above, foot, gap] = [narrow ? 4 : 5, 1.1, 3.4, narrow ? 0.6 : 3].map((size) => size * font)
  const top = shelf + above
  const height = canvas.clientHeight - top - foot
  const curvesWidth = Math.round((canvas.clientWidth - left) * (narrow ? 0.56 : 0.46))
  const curves = { x: left, y: top, width: curvesWidth, height }
  const rightBox = {
    x: left + curvesWidth + gap,
    y: top,
    width: canvas.clientWidth - left - curvesWidth - gap - 8,
    height,
  }
  context.font = `${font}px ${style.fontFamily}`
  drawGrid(context, runs, curves, rightBox.x + rightBox.width - left, font, [soft, line])
  const high = (/** @type {number} */ run) => !(last[run] <= HIGH)
  const colour = (/** @type {number} */ run) => (high(run) ? ink : accent)
  drawLines(context, runs, curves, colour, pointed)
  const isHeaped = HEAPED.includes(key)
  const namedGroups = grouped && isHeaped ? groupsOf(last) : []
  const [first] = namedGroups // the longest row has equal losses and its label beside it
  const labelWidth = first ? context.measureText(first.text).width + 2 * font : 0
  const dots = isHeaped
    ? heapLayout(last, scale, { ...rightBox, width: rightBox.width - labelWidth }, DOT * font)
    : rowLayout(last, scale, rightBox, DOT * font)
  if (shelf)
    shelveDiverged(context, dots, divergedRuns, isHeaped, { ...rightBox, y: 0, height: shelf }, font, [soft, line])
  const { x, y, size } = dots
  for (let run = 0; run < last.length; run++) {
    context.fillStyle = colour(run)
    drawCircle(context, x[run], y[run], size * 0.42)
    context.fill()
  }
  if (!isHeaped && !narrow) writeValues(context, runs.values, dots, rightBox, soft)
  writeGroupSizes(context, namedGroups, dots, rightBox, font, [ink, accent])
  if (pointed < 0) return dots
  context.strokeStyle = ink
  context.lineWidth = 2
  drawCircle(context, x[pointed], y[pointed], size * 0.42 + 3)
  context.stroke()
  return dots
}

/**
 * Draw lines at the powers of ten, and the updates below the curves.
 * @param {CanvasRenderingContext2D} context
 * @param {Runs} runs
 * @param {Box} curves
 * @param {number} width  of the lines
 * @param {number} font
 * @param {string[]} colours
 */
function drawGrid(context, { n, scale: { low, high, at, less } }, curves, width, font, [soft, line]) {
  context.textBaseline = "middle"
  const labelStep = Math.max(1, Math.ceil(((high - low) * 1.4 * font) / curves.height))
  for (let power = high; power >= low; power -= labelStep) {
    const y = curves.y + at(10 ** power) * curves.height
    context.fillStyle = line
    context.fillRect(curves.x, y, width, 1)
    context.fillStyle = soft
    context.textAlign = "right"
    context.fillText(`${less && power === low ? "≤ " : ""}${number(10 ** power, 1)}`, curves.x - 0.6 * font, y)
  }
  context.textAlign = "left"
  context.fillText(say("web.sweep.loss"), 0, curves.y)
  context.textAlign = "center"
  context.textBaseline = "top"
  const parts = curves.width < 22 * font ? [0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1]
  const y = curves.y + curves.height + 0.46 * font
  for (const part of parts) context.fillText(formatValue(Math.round(part * n)), curves.x + part * curves.width, y)
  context.fillText(say("web.sweep.updates"), curves.x + curves.width / 2, curves.y + curves.height + 1.85 * font)
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Runs} runs
 * @param {Box} box
 * @param {(run: number) => string} colour
 * @param {number} pointed
 */
function drawLines(context, { scale, shown, curve }, box, colour, pointed) {
  const draw = (/** @type {number} */ run) => {
    const losses = curve(run)
    context.strokeStyle = colour(run)
    context.beginPath()
    for (let k = 0; k < losses.length; k++) {
      const x = box.x + (k / Math.max(losses.length - 1, 1)) * box.width
      const y = box.y + scale.at(losses[k]) * box.height
      k ? context.lineTo(x, y) : context.moveTo(x, y)
    }
    context.stroke()
  }
  context.lineWidth = 1
  context.globalAlpha = Math.max(0.25, 1 / Math.sqrt(Math.max(1, shown.length)))
  shown.forEach(draw)
  context.globalAlpha = 1
  if (pointed < 0) return
  context.lineWidth = 3
  draw(pointed)
}

/**
 * Move the dots of diverged runs to a strip of their own above the others.
 * @param {CanvasRenderingContext2D} context
 * @param {Dots} dots
 * @param {number[]} lost
 * @param {boolean} heaped  whether the runs have no order
 * @param {Box} box
 * @param {number} font
 * @param {string[]} colours
 */
function shelveDiverged(context, { x, y, size }, lost, heaped, box, font, colours) {
  paintShelf(context, box, font, colours)
  const step = Math.min(size, box.width / lost.length)
  for (const [place, run] of lost.entries()) {
    y[run] = box.y + box.height / 2
    if (heaped) x[run] = box.x + (place + 0.5) * step
  }
}

/**
 * Paint the strip of diverged runs, with its name on the left.
 * @param {CanvasRenderingContext2D} context @param {Box} box @param {number} font @param {string[]} colours
 */
export function paintShelf(context, box, font, [soft, line]) {
  context.save()
  context.fillStyle = line
  context.globalAlpha = 0.35
  context.fillRect(box.x, box.y, box.width, box.height)
  context.globalAlpha = 1
  context.fillStyle = soft
  context.textAlign = "right"
  context.textBaseline = "middle"
  context.fillText(say("web.sweep.shelf"), box.x - 0.6 * font, box.y + box.height / 2)
  context.restore()
}

/**
 * Write the runs' values below their dots, as many as fit.
 * @param {CanvasRenderingContext2D} context
 * @param {string[]} all
 * @param {Dots} dots
 * @param {Box} box
 * @param {string} soft
 */
function writeValues(context, all, { x }, box, soft) {
  const maxLabelWidth = Math.max(...all.map((value) => context.measureText(value).width)) + 10
  const labelStep = Math.max(1, Math.ceil((maxLabelWidth * all.length) / box.width))
  context.fillStyle = soft
  for (let run = 0; run < all.length; run += labelStep) context.fillText(all[run], x[run], box.y + box.height + 6)
}

/**
 * Write the size of each group beside it: runs with equal losses, the others above the limit, and the ones below it.
 * @param {CanvasRenderingContext2D} context
 * @param {ReturnType<typeof groupsOf>} groups
 * @param {Dots} dots
 * @param {Box} box
 * @param {number} font
 * @param {string[]} colours
 */
function writeGroupSizes(context, groups, { x, y, size }, box, font, [ink, accent]) {
  context.textAlign = "left"
  context.textBaseline = "middle"
  let minY = box.y
  for (const { runs, text, high } of groups) {
    const middle = runs.reduce((sum, run) => sum + y[run], 0) / runs.length
    const nearRuns = Array.from(x.keys()).filter((run) => Math.abs(y[run] - middle) < 1.2 * font)
    const side = Math.max(box.x, ...nearRuns.map((run) => x[run])) + size + font
    const width = context.measureText(text).width
    const labelY = Math.max(middle, minY)
    context.fillStyle = high ? ink : accent
    context.fillText(text, Math.min(side, box.x + box.width - width), labelY)
    minY = labelY + 1.5 * font
  }
}

/** @type {(context: CanvasRenderingContext2D, x: number, y: number, radius: number) => void} */
function drawCircle(context, x, y, radius) {
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
}
