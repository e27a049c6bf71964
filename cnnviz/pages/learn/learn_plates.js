// A plate beside a question: its name, and its numbers if they are visible or were answered.

import { extremes } from "../../view/model/numbers/extremes.js"
import { COLON, formatInteger, formula } from "../../view/model/numbers/format.js"
import { spoken } from "../../view/model/spoken.js"
import { say } from "../../view/model/words.js"
import { html, inner, nothing, svg } from "../../view/shell/html.js"
import { barScale } from "./bar_scale.js"
import {
  answeredCell,
  cell,
  coloursOf,
  formatDigits,
  formatNumber,
  grid,
  hiddenCell,
  powerText,
  wrongCell,
} from "./cells.js"
import { circledNumber } from "./kernel_places.js"
import { rich } from "./learn_words.js"
import {
  agreementByNumber,
  FEW,
  hasSingleKernel,
  isOfOutputs,
  tileOf,
  valuesOf,
  visibleBlock,
} from "./plate_figures.js"
import { acrossOf, cellOf, sizeOf } from "./plate_sizes.js"
import { parseTyped } from "./score.js"

/** @import { Cell as Drawn } from "./cells.js" */
/** @import { Block, Figure } from "./plate_figures.js" */
/** @import { Tried } from "./learn_question.js" */
/** @import { Sizes } from "./plate_sizes.js" */
/** @import { LearnStep, Numbers } from "../../view/types/view.js" */

/**
 * Return the numbers that were answered for the cells in question, in reading order, or null if the answer is not
 * numbers.
 * @param {Figure} figure @param {LearnStep} step @param {Tried} tried
 */
function answeredNumbers(figure, step, { given }) {
  const { asked } = figure
  if (!asked || given === null) return null
  const correctValues = valuesOf(figure, asked)
  const option = step.kind === "choose" ? step.options[Number(given)] : null
  if (option?.picture) return option.picture.flat().length === correctValues.length ? option.picture.flat() : null
  const key = option ? step.options.find(({ right }) => right)?.value : step.value
  const value = option ? option.value : parseTyped(String(given))
  return correctValues.length === 1 && key === correctValues[0] && value !== null && !Number.isNaN(value)
    ? [value]
    : null
}

/** Return the caption of a plate. @param {Numbers} numbers @param {Figure} figure */
export function caption(numbers, figure) {
  const {
    plate: { symbol, label },
    form,
    values,
    hidden,
  } = figure
  const visiblePart = visibleBlock(figure)
  const map = numbers.maps[symbol]
  const size = map?.kind === "map" && form === "map" && !visiblePart && !hidden ? ` ${map.index.join("×")}` : ""
  const printedValues = visiblePart ? valuesOf(figure, visiblePart) : values
  const power =
    !hidden && (visiblePart || form === "grid" || form === "row")
      ? powerText(coloursOf(printedValues, [0, 1], "signed"))
      : ""
  const name = map
    ? html`${map.plain.split(/[ ,]/)[0] === map.label ? nothing : html`<i class="name" ${inner(formula(map.label))}></i> `}<span>${map.plain}${size}</span>`
    : html`<span ${inner(rich(label))}></span>`
  return html`<figcaption>${name} ${power}</figcaption>`
}

/**
 * Return a plate's description for screen readers.
 * @param {Numbers} numbers @param {Figure} figure @param {ArrayLike<number>} [values]
 */
function descriptionOf(numbers, { plate, hidden, values: all }, values = all) {
  const map = spoken(numbers.maps[plate.symbol]?.label ?? plate.label)
  if (hidden) return say("web.learn.masked_map", { map })
  if (values.length <= FEW) return `${map}${COLON}${Array.from(values, formatNumber).join(", ")}`
  const [low, high] = [Math.min, Math.max].map((of) => Array.from(values).reduce((a, b) => of(a, b)))
  return say("web.learn.range", { map, n: values.length, low: formatNumber(low), high: formatNumber(high) })
}

/** Return the indices of the positions with a picture: first, middle and last. @param {number} count */
export const picturedIndices = (count) => [...new Set([0, Math.floor((count - 1) / 2), count - 1])]

/**
 * Return the cells of a block: hidden, as answered, or true.
 * @param {Numbers} numbers @param {Figure} figure @param {Block} block @param {LearnStep} step @param {Tried} tried @returns {Drawn[]}
 */
function cellsOf(numbers, figure, block, step, tried) {
  const { asked, hidden, limits, scale } = figure
  const [values, mine] = [valuesOf(figure, block), answeredNumbers(figure, step, tried)]
  const optionValues = mine ? step.options.flatMap(({ picture }) => picture?.flat() ?? []) : []
  const colours = coloursOf([...values, ...optionValues], limits, scale)
  const agreesByCell = mine && asked ? agreementByNumber(mine, valuesOf(figure, asked)) : []
  const count = asked ? asked.tall * asked.wide : 0
  const notedIndices = count > 1 && hasSingleKernel(numbers, figure.plate.symbol) ? picturedIndices(count) : []
  return values.map((value, n) => {
    const index = indexIn(asked, block, n)
    const isPending = index > (tried.sliding ? (tried.reached ?? 0) : count) // not reached by the kernel yet
    if (hidden || isPending) return mine && index >= 0 ? answeredCell(mine[index], colours) : hiddenCell(index >= 0)
    const face =
      mine && index >= 0 && !agreesByCell[index]
        ? wrongCell(value, mine[index], colours)
        : cell(value, colours, index >= 0 && index === (tried.reached ?? (count > 1 ? -1 : 0)) ? "now" : "")
    return notedIndices.includes(index) ? { ...face, note: circledNumber(index) } : face
  })
}

/**
 * Return the index of a block's n-th cell among the cells in question, or -1.
 * @param {Block | null} asked @param {Block} block @param {number} n
 */
function indexIn(asked, block, n) {
  if (!asked) return -1
  const [i, j] = [block.top + Math.floor(n / block.wide) - asked.top, block.left + (n % block.wide) - asked.left]
  return block.tile === asked.tile && i >= 0 && j >= 0 && i < asked.tall && j < asked.wide ? i * asked.wide + j : -1
}

/**
 * Return a row of numbers as a list, outputs with their names.
 * @param {Numbers} numbers @param {Figure} figure @param {LearnStep} step @param {Tried} tried
 */
function row(numbers, figure, step, tried) {
  const count = figure.values.length
  const hasNames = isOfOutputs(numbers, figure)
  const cells = cellsOf(numbers, figure, tileOf(figure), step, tried)
  return html`<dl class="row${hasNames ? " outputs" : ""}" style="--long:${Math.max(...cells.map(({ text }) => text.length))}">${cells.map((each, n) => html`<div><dt>${hasNames ? numbers.nameOf(n, count) : n}</dt><dd>${grid([each], 1, "")}</dd></div>`)}</dl>`
}

/**
 * Return the common scale of the visible curves without a mark, with its ticks. Return null if there are no such curves,
 * or some values are negative.
 * @param {Figure[]} figures
 */
export function curveScale(figures) {
  const values = figures
    .filter(({ form, hidden, plate: { mark } }) => form === "curve" && !hidden && mark === null)
    .flatMap((figure) => Array.from(figure.values).filter(Number.isFinite))
  if (!values.length || values.some((value) => value < 0)) return null
  const { part, decades } = barScale(values)
  const ends = [0, extremes(values)[1]].map((value) => ({ at: part(value), text: formatNumber(value) }))
  const named = decades.filter(({ isNamed }) => isNamed).map(({ at, power }) => ({ at, text: powerOfTen(power) }))
  return { part, ticks: named.length ? named : ends, isLogarithmic: decades.length > 0 }
}

/** @param {number} n */
const powerOfTen = (n) => (n === 0 || n === 1 ? String(10 ** n) : html`10<sup>${formatInteger(n)}</sup>`)

const AXIS = 52 // width of a curve's labels in pixels

/**
 * Return a curve of values by index, with its tangent at the mark.
 * @param {Figure} figure @param {[number, number]} size @param {ReturnType<typeof curveScale>} scale
 */
function curve({ values, hidden, plate: { mark } }, [width, height], scale) {
  const maximum = Math.max(...values.filter(Number.isFinite), 1e-12)
  const hasAxis = scale !== null && mark === null && !hidden
  const left = hasAxis ? AXIS : 6
  const partOf = (/** @type {number} */ value) => (hasAxis ? scale.part(value) : value / maximum)
  const point = (/** @type {number} */ value, /** @type {number} */ n) =>
    `${(n / (values.length - 1)) * (width - 6 - left) + left},${(1 - partOf(value)) * (height - 16) + 8}`
  const pointAt = (/** @type {number} */ position) => point(interpolate(values, position), position)
  const tangent = () => {
    const [position, reach] = [Number(mark), values.length / 5]
    const [middle, slope] = [interpolate(values, position), slopeAt(values, position)]
    const end = (/** @type {number} */ by) => point(middle + by * slope, position + by)
    const [x, y] = pointAt(position).split(",")
    return svg`<polyline class="tangent" points="${end(-reach)} ${end(reach)}"></polyline><circle cx=${x} cy=${y} r="6"></circle>`
  }
  const line = hidden
    ? nothing
    : html`<svg viewBox="0 0 ${width} ${height}" aria-hidden="true"><polyline points=${Array.from(values, point).join(" ")}></polyline>${mark === null ? nothing : tangent()}</svg>`
  const axis = hasAxis
    ? html`<span class="axis" style="--left:${AXIS}px">${scale.ticks.map(({ at, text }) => html`<i style="--at:${at}">${text}</i>`)}</span>`
    : nothing
  const ends =
    hidden || mark !== null
      ? nothing
      : html`<p class="ends">${formatNumber(values[0])} <span aria-hidden="true">→</span><span class="live-only">, </span> ${formatNumber(values[values.length - 1])}${hasAxis && scale.isLogarithmic ? html` · ${say("web.learn.log_scale")}` : nothing}</p>`
  return html`<div class="course-of ${hidden ? "hatched" : ""}" style="width:${width}px;height:${height}px">${line}${axis}</div>${ends}`
}

/**
 * Return a curve's value at a position between its entries.
 * @param {ArrayLike<number>} values @param {number} position
 */
function interpolate(values, position) {
  const segment = Math.min(Math.floor(position), values.length - 2)
  return values[segment] + (position - segment) * (values[segment + 1] - values[segment])
}

/**
 * Return a curve's slope at a position, per entry.
 * @param {ArrayLike<number>} values @param {number} position
 */
function slopeAt(values, position) {
  const [from, to] = [Math.max(position - 1, 0), Math.min(position + 1, values.length - 1)]
  return (interpolate(values, to) - interpolate(values, from)) / (to - from)
}

/** Return numbers as bars that begin at one edge, on one scale. @param {Numbers} numbers @param {Figure[]} figures */
export function bars(numbers, figures) {
  const visible = figures.filter(({ hidden }) => !hidden).map(({ values }) => values[0])
  const { part, from, decades } = barScale(visible)
  const text = (/** @type {number} */ value) => {
    if (Number.isInteger(value) || !Number.isFinite(value)) return formatNumber(value)
    if (!decades.length) return formatDigits(value)
    const [digits, power] = value.toExponential(2).split("e")
    return html`${formatDigits(Number(digits))} · ${powerOfTen(Number(power))}`
  }
  const axis = decades.length
    ? html`<div class="decades"><dt>${say("web.learn.log_scale")}</dt><dd><span>${decades.map(({ power: n, at, isNamed }) => html`<i style="--at:${at}">${isNamed ? html`<b>${powerOfTen(n)}</b>` : nothing}</i>`)}</span></dd></div>`
    : nothing
  return html`<dl class="amounts ${decades.length ? "logarithmic" : ""}">${figures.map(
    ({ plate, values, hidden }) =>
      html`<div><dt ${inner(plate.label ? rich(plate.label) : formula(numbers.maps[plate.symbol || plate.like].label))}></dt><dd><span class="amount ${hidden ? "hatched" : ""}" style="--part:${hidden ? 1 : part(values[0])};--from:${hidden ? 0 : from(values[0])}"></span><b>${hidden ? "?" : text(values[0])}</b></dd></div>`,
  )}${axis}</dl>`
}

/** @param {Numbers} numbers @param {Figure} figure @param {string} sign @param {LearnStep} step @param {Tried} tried @param {Sizes} sizes @param {number} phone @param {ReturnType<typeof curveScale>} scale */
export function plate(numbers, figure, sign, step, tried, sizes, phone, scale) {
  const {
    form,
    face,
    hidden,
    plate: { array },
  } = figure
  const visiblePart = visibleBlock(figure)
  const size = sizeOf(figure, sizes, phone)
  const style = `--cell:${cellOf(figure, phone, sizes.grown)}px`
  const tiles = visiblePart
    ? [visiblePart]
    : form === "grid"
      ? Array.from({ length: face.tiles }, (_, tile) => tileOf(figure, tile))
      : []
  const body = () => {
    if (form === "row") return row(numbers, figure, step, tried)
    if (form === "curve") return curve(figure, size, scale)
    if (hidden && step.kind === "number" && !figure.asked)
      // its cells could be counted
      return html`<div class="hatched" style="width:${size[0]}px;height:${size[1]}px" role="img" aria-label=${descriptionOf(numbers, figure)}></div>`
    if (tiles.length)
      return html`<div class="plate-tiles" style="--across:${visiblePart ? 1 : acrossOf(figure)}">${tiles.map((block) => grid(cellsOf(numbers, figure, block, step, tried), block.wide, descriptionOf(numbers, figure, valuesOf(figure, block)), hidden ? "asking" : ""))}</div>`
    return html`<canvas data-plate=${array} class=${hidden ? "hatched" : ""} style="width:${size[0]}px;height:${size[1]}px" role="img" aria-label=${descriptionOf(numbers, figure)}></canvas>`
  }
  const where = visiblePart && {
    top: visiblePart.top,
    bottom: visiblePart.top + visiblePart.tall - 1,
    left: visiblePart.left,
    right: visiblePart.left + visiblePart.wide - 1,
    map: numbers.maps[figure.plate.symbol].label,
  }
  return html`${sign ? html`<span class="sign" aria-hidden="true">${sign}${sign === "∗" ? html`<small>${say("web.learn.slides")}</small>` : nothing}</span>` : nothing}
    <figure class="plate-of" data-figure=${array} style=${style}>${caption(numbers, figure)}${body()}${where ? html`<p class="where">${say("web.learn.block", where)}</p>` : nothing}</figure>`
}
