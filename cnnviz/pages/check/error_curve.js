// Small charts: the error of central differences over ε, both logarithmic, and the slope of an activation.

import { textSizeKept } from "../../view/draw/svg_text.js"
import { nearestIndex } from "../../view/model/numbers/extremes.js"
import { number, timesPower } from "../../view/model/numbers/format.js"

import { say } from "../../view/model/words.js"
import { html, nothing, svg } from "../../view/shell/html.js"

/** @import { BestData, ChartData, NudgeRow, Template } from "../../view/types/view.js" */

const [WIDTH, HEIGHT] = [360, 246]
const PLOT = { left: 54, right: 340, top: 24, bottom: 196 }
const TITLE = 17 // baseline of the title above the plot
const [FROM, TO] = [-14, -1] // exponents of ε
const TOLERANCE = -6
const COLOURS = ["", "", "bad", "good"] // by series
const NAMED = { first: -8.5, last: -12.3, half: 1.2 } // label positions below the curves, in powers of ten: the centres, and half the width

/** @param {number} value */
const power = (value) => Math.log10(Math.max(value, 1e-300))

/** Format a power of ten. @param {number} exponent */
const formatPower = (exponent) =>
  Number.isInteger(exponent) ? timesPower(exponent).replace("× ", "") : number(10 ** exponent, 1)

export const CIRCLED = ["①", "②", "③"]

/** Return the index of the nudge with the smallest error. @param {NudgeRow[]} rows */
export const bestOf = (rows) =>
  nearestIndex(
    rows.map(({ error }) => error),
    (error) => error,
  )

/**
 * Return the path of a line, interrupted at missing values.
 * @param {(number | null)[]} values @param {(n: number, value: number) => [number, number]} at
 */
const path = (values, at) =>
  values
    .map((value, n) =>
      value === null
        ? ""
        : `${n && values[n - 1] !== null ? "L" : "M"}${at(n, value).map((place) => place.toFixed(1))}`,
    )
    .join("")

/** @param {ChartData} chart @param {NudgeRow[]} rows @param {string} [name] of the entry, where the title does not say it @returns {Template} */
export function errorCurve(chart, rows, name = "") {
  const powers = chart.series.flatMap(({ values }) => values.filter((v) => v).map((v) => power(Number(v))))
  const minPower = Math.min(-9, ...powers)
  const low = Math.max(-18, 3 * Math.floor((minPower - 1.5) / 3)) // leaves space for a label below the smallest value
  const x = (/** @type {number} */ e) => PLOT.left + ((e - FROM) / (TO - FROM)) * (PLOT.right - PLOT.left)
  const y = (/** @type {number} */ e) =>
    PLOT.bottom - ((Math.min(Math.max(e, low), 0) - low) / -low) * (PLOT.bottom - PLOT.top)
  const levels = Array.from({ length: 1 - Math.ceil(low / 3) }, (_, n) => -3 * n)
  const drawnSeries = chart.series.map((line, n) => {
    const labelPosition = n ? NAMED.last : NAMED.first
    const lineValues = line.values
      .filter((_, m) => Math.abs(power(chart.x[m]) - labelPosition) < NAMED.half)
      .map((value) => y(power(Number(value))))
    return {
      ...line,
      way: path(line.values, (n, value) => [x(power(chart.x[n])), y(power(value))]),
      look: COLOURS[line.hue] || (n ? "ink" : "thin"),
      name: { x: x(labelPosition), y: Math.min(Math.max(...lineValues) + 16, PLOT.bottom - 4) },
    }
  })
  const bestRow = bestOf(rows)
  const dots = rows.map(({ exponent, error }, n) => ({ x: x(exponent), y: y(power(error)), n }))
  return html`<svg ${textSizeKept()} class="curve" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${`${chart.title} ${chart.words}`}>
    <rect class="over" x=${PLOT.left} y=${PLOT.top} width=${PLOT.right - PLOT.left} height=${y(TOLERANCE) - PLOT.top} />
    ${levels.map((e) => svg`<line x1=${PLOT.left} x2=${PLOT.right} y1=${y(e)} y2=${y(e)} class=${e === TOLERANCE ? "limit" : ""} /><text x=${PLOT.left - 6} y=${y(e) + 4} class="left">${e ? formatPower(e) : "1"}</text>`)}
    ${[-13, -9, -5, -1].map((e) => svg`<line x1=${x(e)} x2=${x(e)} y1=${PLOT.top} y2=${PLOT.bottom} /><text x=${x(e)} y=${PLOT.bottom + 16}>${formatPower(e)}</text>`)}
    ${drawnSeries.map(({ way, look, dashed, label, name }) => svg`<path d=${way} class=${dashed ? `dashed ${look}` : look} /><text class="curve-name ${look}" x=${name.x} y=${name.y}>${label}</text>`)}
    ${dots.map(({ x, y, n }) => svg`<circle cx=${x} cy=${y} r="5" class=${n === bestRow ? "good" : ""} /><text x=${x + (n === bestRow ? 0 : n ? 16 : -12)} y=${n === bestRow ? y + 22 : y < PLOT.top + 8 ? y + 20 : y - 10} class=${n === bestRow ? "good" : "ink"}>${CIRCLED[n]}</text>`)}
    <text class="start" x=${PLOT.left} y=${TITLE}>${[say("ui.check.sweep.y"), name].filter(Boolean).join(" · ")}</text>
    <text class="start" x="0" y=${PLOT.bottom + 38}>${say("web.check.small")}</text><text class="left" x=${PLOT.right} y=${PLOT.bottom + 38}>${say("web.check.large")}</text>
  </svg>`
}

/**
 * Draw the right and the wrong slope of an activation over a histogram of the units.
 * @param {ChartData} chart @param {BestData} best @returns {Template}
 */
export function slopeCurve({ x: across, series, cursor, title, words }, { units }) {
  const values = series.flatMap((line) => line.values.filter((value) => value !== null)).map(Number)
  const [low, high] = [Math.min(0, ...values), Math.max(0.3, ...values)]
  const [from, to] = [across[0], across[across.length - 1]]
  const x = (/** @type {number} */ value) => PLOT.left + ((value - from) / (to - from)) * (PLOT.right - PLOT.left)
  const y = (/** @type {number} */ value) =>
    PLOT.bottom - ((value - low) / (high - low)) * (PLOT.bottom - PLOT.top - 12)
  const [wide, most] = [(PLOT.right - PLOT.left) / (units.length || 1), Math.max(1, ...units)]
  const index = nearestIndex(across, (z) => Math.abs(z - Number(cursor)))
  const marks = [low, 0, high].filter((value, n, all) => all.indexOf(value) === n)
  return html`<svg ${textSizeKept()} class="curve" viewBox="0 0 ${WIDTH} ${PLOT.bottom + 24}" role="img" aria-label=${`${title} ${words}`}>
    ${units.map((count, n) => svg`<rect class="unit" x=${PLOT.left + n * wide} y=${PLOT.bottom - (60 * count) / most} width=${wide - 1} height=${(60 * count) / most} />`)}
    ${marks.map((value) => svg`<line x1=${PLOT.left} x2=${PLOT.right} y1=${y(value)} y2=${y(value)} class=${value === 0 ? "zero" : ""} /><text class="left" x=${PLOT.left - 6} y=${y(value) + 4}>${number(value, 2)}</text>`)}
    ${[from, 0, to].map((value) => svg`<text x=${x(value)} y=${PLOT.bottom + 16}>${number(value, 2)}</text>`)}
    ${series.map(({ values, hue }) => svg`<path d=${path(values, (n, value) => [x(across[n]), y(value)])} class=${COLOURS[hue]} />`)}
    <line class="cursor" x1=${x(across[index])} x2=${x(across[index])} y1=${PLOT.top} y2=${PLOT.bottom} />
    ${series.map(({ values, hue }) => (values[index] === null ? nothing : svg`<circle cx=${x(across[index])} cy=${y(Number(values[index]))} r="5" class=${COLOURS[hue]} />`))}
    <text class="start" x=${PLOT.left} y=${TITLE}><tspan class="good">${series[1]?.label}</tspan> · <tspan class="bad">${series[0]?.label}</tspan></text>
  </svg>`
}
