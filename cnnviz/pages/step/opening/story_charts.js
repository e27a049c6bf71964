// Charts of the story.

import { largestIndex } from "../../../view/model/numbers/extremes.js"
import { short } from "../../../view/model/numbers/format.js"
import { formatValue, say } from "../../../view/model/words.js"
import { html, nothing, svg } from "../../../view/shell/html.js"
import { isPhone } from "../../../view/shell/media_queries.js"
import { turningPoint } from "./story_model.js"
import { formatFixed, predictedAndTrue } from "./story_screens.js"

/** @import { Curve, Path } from "./story_screens.js" */
/** @import { Numbers } from "../../../view/types/view.js" */

const UNIT = 280 // pixels from 0 to 1
const [LEFT, AXIS, TOP] = [12, 34, 62]

/**
 * Return the distance of an output from its target, and its square.
 * @param {string} name @param {number} output @param {number} target @param {boolean} says whether it is the network's answer
 */
export function squareChart(name, output, target, says) {
  const x = (/** @type {number} */ value) => LEFT + UNIT * value
  const [from, to] = [x(Math.min(output, target)), x(Math.max(output, target))]
  const [side, middle] = [to - from, (from + to) / 2]
  const error = Math.abs(output - target)
  const end = (/** @type {number} */ value) =>
    svg`<path class="tale-axis" d="M${x(value)} ${AXIS - 5}v10"/><text class="tale-soft" x=${x(value)} y=${AXIS + 22} text-anchor="middle">${formatValue(value)}</text>`
  return html`<svg class="tale-square ${says ? "tale-says" : ""}" viewBox="0 0 304 ${TOP + side + 6}" preserveAspectRatio="xMidYMin" role="img" aria-label=${say("web.story.loss.distance", { name, output: formatFixed(output, 4), target: formatFixed(target, 0) })}>
    <text class="tale-strong" x=${LEFT} y="12">${name}</text>
    <text class="tale-soft" x=${x(1)} y="12" text-anchor="end">${say("web.story.loss.output", { output: formatFixed(output, 4), target: formatFixed(target, 0) })}</text>
    <path class="tale-axis" d="M${x(0)} ${AXIS}H${x(1)}"/>${[0, 1].map(end)}
    <path class="tale-drop" d="M${from} ${AXIS}V${TOP}M${to} ${AXIS}V${TOP}"/><path class="tale-distance" d="M${from} ${AXIS}H${to}"/>
    <rect x=${from} y=${TOP} width=${side} height=${side}/>
    <text class="tale-soft tale-large" x=${middle} y=${TOP + side / 2 - 14} text-anchor="middle">${formatFixed(error, 4)}²</text>
    <text class="tale-strong tale-title" x=${middle} y=${TOP + side / 2 + 16} text-anchor="middle">${formatFixed(error ** 2, 4)}</text>
    <circle class="tale-target" cx=${x(target)} cy=${AXIS} r="7"/><circle class="tale-output" cx=${x(output)} cy=${AXIS} r="7"/></svg>`
}

/** @typedef {{ wide: number, high: number, end: number }} Size  of a chart, and what is free at its right */
/** @typedef {Size & { x: (value: number) => number, y: (value: number) => number }} Plot */
/** @type {Record<string, Size>} */
const SIZES = { curve: { wide: 400, high: 290, end: 12 }, outputs: { wide: 560, high: 240, end: 110 } }
const PHONE = { wide: 358, high: 150 } // pixels of a chart on phones
const [EDGE, FOOT, HEAD] = [40, 26, 10] // margins of a plot

/** @param {Size} size @param {[number, number]} along @param {[number, number]} up @returns {Plot} */
const plot = (size, [left, right], [low, high]) => ({
  ...size,
  x: (value) => EDGE + ((value - left) / (right - left)) * (size.wide - EDGE - size.end),
  y: (value) => size.high - FOOT - ((value - low) / (high - low)) * (size.high - FOOT - HEAD),
})

const pointsAttribute = (/** @type {[number, number][]} */ points) =>
  points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")

/** Return a horizontal grid line with its value. @param {Plot} at @param {number} value */
const gridLine = ({ y, wide, end }, value) =>
  svg`<path class="tale-grid" d="M${EDGE} ${y(value)}H${wide - end}"/><text class="tale-soft" x=${EDGE - 8} y=${y(value) + 4} text-anchor="end">${short(value)}</text>`

/** Return a tick label below the plot. @param {Plot} at @param {number} value */
const tickLabel = ({ x, high }, value) =>
  svg`<text class="tale-soft" x=${x(value)} y=${high - 6} text-anchor="middle">${formatValue(value)}</text>`

/** Return the multiples of 0.1 between two values. @param {number} low @param {number} high */
const tenthsBetween = (low, high) =>
  Array.from({ length: Math.floor(high * 10) - Math.ceil(low * 10) + 1 }, (_, n) => (Math.ceil(low * 10) + n) / 10)

/**
 * Return the chart of the loss along a number: before, now, and the line that the gradient predicts.
 * @param {Curve} curve @param {number} at
 */
export function lossChart({ theta, loss, slope, middle }, at) {
  const values = Array.from(loss)
  const [first, last] = [theta[0], theta[theta.length - 1]]
  const promised = (/** @type {number} */ value) => loss[middle] + slope * (value - theta[middle])
  const all = [...values, promised(first), promised(last)]
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const plotArea = plot(SIZES.curve, [first, last], [low, high])
  const { x, y } = plotArea
  const integers = Array.from({ length: last - first + 1 }, (_, n) => Math.ceil(first) + n)
  const hasMoved = at !== middle
  return html`<svg viewBox="0 0 ${plotArea.wide} ${plotArea.high}" role="img" aria-label=${say("web.story.nudge.curve")}>
    ${tenthsBetween(low, high).map((value) => gridLine(plotArea, value))}
    ${integers.map((value) => tickLabel(plotArea, value))}
    <path class="tale-promise" d="M${x(first)} ${y(promised(first))}L${x(last)} ${y(promised(last))}"/>
    <text class="tale-promise" x=${x(last) - 20} y=${y(promised(last)) + 6} text-anchor="end">${say("web.drag.promised")}</text>
    <polyline class="tale-curve" points=${pointsAttribute(values.map((value, n) => [x(theta[n]), y(value)]))}/>
    <circle class="tale-target" cx=${x(theta[middle])} cy=${y(loss[middle])} r="6"/>
    <text class="tale-soft" x=${x(theta[middle]) + 10} y=${y(loss[middle]) + 20}>${say("web.story.update.before")}</text>
    ${hasMoved ? svg`<circle class="tale-now" cx=${x(theta[at])} cy=${y(loss[at])} r="7"/><text class="tale-now" x=${x(theta[at]) - 8} y=${y(loss[at]) - 14} text-anchor="end">${say("web.story.nudge.now")}</text>` : nothing}</svg>`
}

/**
 * Return the chart of the outputs up to update `k`. The largest output is blue.
 * @param {Numbers} numbers @param {Path} path @param {number} k
 */
export function outputChart(numbers, { outputs }, k) {
  const last = outputs.length - 1
  const size = isPhone() ? { ...SIZES.outputs, ...PHONE } : SIZES.outputs // text keeps its size
  const plotArea = plot(size, [0, last], [0, 1])
  const { x, y } = plotArea
  const turningUpdate = turningPoint(outputs)
  const name = (/** @type {number} */ n) => numbers.nameOf(n, outputs[0].length)
  const targets = numbers.values("y")
  const way = (/** @type {number} */ n) => {
    const points = outputs.slice(0, k + 1).map((o, at) => /** @type {[number, number]} */ ([x(at), y(o[n])]))
    const says = n === largestIndex(outputs[k])
    const [end] = points.slice(-1)
    const dots = points.map(([cx, cy]) => svg`<circle cx=${cx} cy=${cy} r="3.5"/>`)
    return svg`<g class=${says ? "tale-says" : ""}><polyline points=${pointsAttribute(points)}/>${dots}<text x=${end[0] + 10} y=${end[1] + 5}>${name(n)}</text></g>`
  }
  const target = (/** @type {number} */ n) =>
    svg`<circle class="tale-target" cx=${x(last)} cy=${y(targets[n])} r="5"/><text class="tale-soft" x=${x(last) + 10} y=${y(targets[n]) + 4}>${say("web.story.right.target", { name: name(n) })}</text>`
  const says = predictedAndTrue(numbers, outputs[last]).said
  return html`<svg class="tale-outputs" viewBox="0 0 ${plotArea.wide} ${plotArea.high}" role="img" aria-label=${say("web.story.right.curve")}>
    ${[0, 0.5, 1].map((value) => gridLine(plotArea, value))}
    ${[0, turningUpdate, last].map((value) => tickLabel(plotArea, value))}
    ${k >= turningUpdate ? svg`<path class="tale-drop" d="M${x(turningUpdate)} ${y(0)}V${y(1)}"/><text class="tale-soft" x=${x(turningUpdate) + 8} y=${y(0) - 10}>${say("web.story.right.turned", { turn: turningUpdate, said: says })}</text>` : nothing}
    ${Array.from(targets, (_, n) => target(n))}${Array.from(targets, (_, n) => way(n))}</svg>`
}
