// The update of every parameter, from left to right: old value, step, new value, and its share of the loss's
// decrease.

import { cellName } from "../../model/explain/arithmetic.js"
import { colour, textColour } from "../../model/numbers/colour.js"
import { COLON, number, timesPower } from "../../model/numbers/format.js"
import { decimalsOrDigits, distinctDecimals, formatFixed } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { HEAD, SMALL } from "../sheet.js"
import { drawAdam } from "./adam.js"
import { drawMomentum, PAST } from "./momentum.js"
import { drawLines, drawTable, MEASURE, signed, stepColumns, writeHeads } from "./parameter_rows.js"
import { drawUnits, extentOf } from "./units.js"
import { isLegible, kernelName } from "./windows.js"

/** @import { Box, Numbers, Pen, Picture, Row } from "../../types/view.js" */
/** @typedef {{ symbol: string, cell: number[], values: (which: number, n: number) => number, shape: number[] }} Group  a parameter: one of its entries, and the old value, step and new value of its n-th shown entry */

const LEAST = 18 // minimum height of a row
const STACKED = 3 // maximum number of rows of a kernel with a sum in each cell
const LINE = 20 // height of a line in it
const [DENSE, LOW, BESIDE] = [5, 14, 30] // up to this many rows, a cell has two lines of this height if every other parameter keeps the minimum height
const MOST = 3 // maximum number of parameters that are drawn completely
const FOOT = 24
const [APART, CLOSE] = [20, 8] // between two parameters, in landscape and in portrait layout
const stripMarkup = (/** @type {string} */ html) => html.replace(/<[^>]*>/g, "")

/** @type {Picture} */
export function drawUpdate(pen, numbers, first, cell) {
  pen.tone = pen.soft
  const { optimizer } = numbers.network
  const has = (/** @type {string} */ part) => numbers.part(part, first, numbers.offset(first, cell)) !== undefined
  const part = optimizer === "gd" ? "" : (["size", "velocity"].find(has) ?? "")
  if (part || numbers.said.update.makes.length > MOST) drawRows(pen, numbers, first, cell, part)
  else drawComplete(pen, numbers, first, cell)
  if (!part) writePromise(pen, numbers)
}

/**
 * Draw a row for one entry of each parameter, by the rule of the optimizer.
 * @param {Pen} pen @param {Numbers} numbers @param {string} first @param {number[]} cell @param {string} part whose numbers a row needs
 */
function drawRows(pen, numbers, first, cell, part) {
  const [draw, least] = /** @type {[typeof drawAdam, number]} */ (
    part === "size"
      ? [drawAdam, pen.upright ? 0 : MEASURE]
      : part
        ? [drawMomentum, PAST + 10]
        : [drawPlain, pen.upright ? 30 : MEASURE]
  )
  const { rows, others, next } = rowsOf(pen, numbers, first, cell, part, least)
  const foot = least + (others.length ? LEAST : 0)
  draw(pen, numbers, rows, foot)
  if (others.length) writeUnshown(pen, others, next, pen.height - foot + LEAST / 2)
}

/**
 * Name the parameters that a tap will show, for lack of room.
 * @param {Pen} pen @param {string[]} others @param {number} next @param {number} y
 */
function writeUnshown(pen, others, next, y) {
  const words = say("web.mechanism.unshown", { n: others.length })
  const all = `${words}${COLON}${others.map((name) => `<i>${name}</i>`).join(", ")}`
  const text = isLegible(pen, stripMarkup(all), pen.width) ? all : words
  const width = pen.writeRich(text, 4, y, { size: SMALL, fill: pen.accent, room: pen.width - 4 })
  pen.addSpot({ x: 0, y: y - 14, width: width + 8, height: 28 }, "rest", { open: next })
}

/**
 * Write the change of the loss that the gradients predict, and the actual one.
 * @param {Pen} pen @param {Numbers} numbers
 */
function writePromise(pen, { answer: { promise } }) {
  if (!promise) return
  const { promised, falls } = promise
  const text = say("web.mechanism.promised", { promised: signed(-promised), really: signed(-falls) })
  pen.writeText(text, pen.width - 2, pen.height - 10, { align: "right" })
}

/**
 * Return the pointed entry and the entry of each other parameter with the largest step, as many as there is room for,
 * and the parameters to show next.
 * @param {Pen} pen @param {Numbers} numbers @param {string} first its parameter @param {number[]} cell @param {string} part whose numbers a row needs @param {number} foot
 */
function rowsOf(pen, numbers, first, cell, part, foot) {
  const room = (/** @type {number} */ lines) => Math.max(Math.floor((pen.height - HEAD - foot) / LEAST) - lines, 1)
  const all = known.get(numbers) ?? numbers.said.update.makes.map((name) => largestStep(numbers, name))
  known.set(numbers, all)
  const fits = (/** @type {Row} */ { parameter, at }) =>
    parameter !== first && (!part || numbers.part(part, parameter, at) !== undefined)
  const found = all.filter(fits)
  const shares = numbers.answer.promise?.shares ?? {}
  const weight = (/** @type {Row} */ row) => shares[row.parameter] ?? Math.abs(row.next - row.old)
  const each = found.length < room(0) ? found.length : room(2)
  const { open = 0 } = pen.choice
  const from = open < found.length ? open : 0
  const sorted = [...found].sort((a, b) => weight(b) - weight(a))
  const kept = sorted.slice(from, from + each)
  const next = from + each < found.length ? from + each : 0
  const others = kept.length < found.length ? sorted.slice(next, next + each) : []
  return {
    rows: [rowAt(numbers, first, numbers.offset(first, cell)), ...found.filter((row) => kept.includes(row))],
    others: others.map(({ parameter }) => numbers.maps[parameter].label),
    next,
  }
}

/** @type {WeakMap<object, Row[]>} */
const known = new WeakMap()

/** @param {Numbers} numbers @param {string} parameter @param {number} at @returns {Row} */
function rowAt(numbers, parameter, at) {
  const old = numbers.values(parameter)[at]
  const name = stripMarkup(cellName(numbers, parameter, numbers.cell(parameter, at)))
  return { parameter, at, name, old, next: numbers.next(parameter, at) }
}

/** @param {Numbers} numbers @param {string} name */
function largestStep(numbers, name) {
  const old = numbers.values(name)
  const wide = numbers.quantized[name]
  if (wide) return rowAt(numbers, name, wide.largest(numbers.values(`d${name}`)))
  let [at, most] = [0, 0]
  for (let n = 0; n < old.length; n++) {
    const size = Math.abs(numbers.next(name, n) - old[n])
    if (size > most) [at, most] = [n, size]
  }
  return rowAt(numbers, name, at)
}

// ---- few parameters, drawn completely

/** @param {Pen} pen @param {Numbers} numbers @param {string} first @param {number[]} cell */
function drawComplete(pen, numbers, first, cell) {
  const left = pen.upright ? 2 : 118
  const share = numbers.answer.promise && !pen.upright ? 330 : 0
  const gap = pen.upright ? 12 : 30
  const wide = Math.min((pen.width - left - share - 2 * gap) / 3, 232)
  const places = [0, 1, 2].map((n) => left + n * (wide + gap))
  const titles = ["old", "step", "new"].map((id) => say(`web.mechanism.${id}`))
  const formulas = ["θ", "−η · ∂θ", "θ − η · ∂θ"]
  const how = { math: true, size: 17, fill: pen.soft }
  const after = titles.map((title) => pen.widthOf(title, { bold: true }) + 8)
  const fit = formulas.every((formula, n) => after[n] + pen.widthOf(formula, how) <= wide) // the rule is under the picture, too
  const headed = (/** @type {number} */ y) => {
    places.forEach((x, n) => {
      pen.writeText(titles[n], x, y, { bold: true })
      if (fit) pen.writeText(formulas[n], x + after[n], y + 1, how)
    })
    pen.context.fillStyle = pen.line
    pen.context.fillRect(0, y + 14, pen.width, 1)
  }
  const at = pen.width - share + 30
  if (share) {
    pen.writeText(say("web.mechanism.share"), at, 13, { bold: true })
    pen.writeNote(say("web.mechanism.per_number"), pen.width - 2, 13, { align: "right" })
  }
  const groups = numbers.said.update.makes.map((name) => groupOf(numbers, name, name === first ? cell : undefined))
  const over = pen.upright ? 30 : 0 // room for the parameter's name above it
  const between = pen.upright ? CLOSE : APART
  const free = pen.height - HEAD - FOOT - (between + over) * groups.length
  const stacks = (/** @type {Group} */ { symbol, shape: [, , k] }) =>
    pen.upright
    && numbers.maps[symbol].kind === "filters"
    && (k <= STACKED || (k <= DENSE && free - 2 * LOW * k >= BESIDE * (groups.length - 1)))
  const heights = groups.map((group) => heightOf(pen, numbers, group, stacks(group))) // preferred heights
  const isKept = (/** @type {Group} */ group) => stacks(group) && group.shape[2] > STACKED
  const sumOf = (/** @type {number[]} */ all) => all.reduce((sum, height) => sum + height, 0)
  const kept = sumOf(heights.filter((_, n) => isKept(groups[n])))
  const scale = Math.min((free - kept) / (sumOf(heights) - kept), 1)
  let y = stacks(groups[0]) ? 0 : HEAD + 10
  if (y) headed(13)
  groups.forEach((group, n) => {
    const height = isKept(group) ? heights[n] : scale * heights[n]
    if (n && stacks(groups[n - 1]) && !stacks(group)) {
      headed(y + 6)
      y += HEAD
    }
    writeTitle(pen, numbers, group, y, height)
    y += over
    if (stacks(group)) drawStacked(pen, numbers, group, { x: 2, y, width: pen.width - 4, height }, titles)
    else drawGroup(pen, numbers, group, places, { y, width: wide, height }, group.symbol === first)
    if (share)
      drawShare(pen, numbers, group.symbol, { x: at, y: y + height / 2, width: pen.width - at - 78, height: 0 })
    y += height + between
  })
}

/** @param {Pen} pen @param {Numbers} numbers @param {Group} group @param {boolean} stacks */
function heightOf(pen, numbers, { symbol, shape }, stacks) {
  const { kind } = numbers.maps[symbol]
  if (stacks) return shape[2] * (shape[2] > STACKED ? 2 * LOW : 3 * LINE)
  if (kind === "weights" && pen.upright) return Math.min(pen.width / 5, 118)
  return ["filters", "weights"].includes(kind) ? 118 : 36
}

/**
 * Draw a kernel as a sum in each cell, with old value, step and new value below each other, if three kernels side by
 * side would be too narrow.
 * @param {Pen} pen @param {Numbers} numbers @param {Group} group @param {Box} box @param {string[]} titles
 */
function drawStacked(pen, numbers, { symbol, cell, values, shape }, box, titles) {
  const k = shape[shape.length - 1]
  const { limits } = numbers.maps[symbol]
  const [w, h] = [box.width / k, box.height / k]
  const from = numbers.offset(symbol, [cell[0], cell[1], 0, 0])
  const places = Array.from({ length: k * k }, (_, n) => n)
  const digits = Math.max(...places.map((n) => distinctDecimals(values(0, n), values(2, n))), 3)
  const whiches = k > STACKED ? [1, 2] : [0, 1, 2]
  pen.writeNote(whiches.map((which) => titles[which]).join(", "), pen.width - 2, box.y - 19, { align: "right" })
  for (const n of places) {
    const own = { x: box.x + (n % k) * w, y: box.y + Math.floor(n / k) * h, width: w, height: h }
    const paint = colour(values(2, n), limits, "signed")
    pen.fillCell(own, paint)
    const lines = whiches.map((which) => {
      const value = values(which, n)
      return which === 1
        ? `${value > 0 ? "+" : ""}${formatFixed(value, digits)}`
        : formatFixed(value, Number.isInteger(value) ? 0 : digits)
    })
    lines.forEach((line, i) =>
      pen.writeText(line, own.x + w / 2 + 30, own.y + (h * (2 * i + 1)) / (2 * lines.length), {
        size: SMALL,
        align: "right",
        bold: i === lines.length - 1,
        fill: textColour(paint),
        room: w - 6,
      }),
    )
    const number = { symbol, cell: numbers.cell(symbol, from + n) }
    pen.spots.push({ box: own, term: `${symbol}${n}`, ...number })
  }
  pen.outlineCellAt(box, k, k, cell[2], cell[3])
}

/** @param {Numbers} numbers @param {string} symbol @param {number[]} [chosen] @returns {Group} */
function groupOf(numbers, symbol, chosen) {
  const cell = chosen ?? numbers.cell(symbol, largestStep(numbers, symbol).at)
  const { kind, shape } = numbers.maps[symbol]
  const from = kind === "filters" ? numbers.offset(symbol, [cell[0], cell[1], 0, 0]) : 0
  const values = (/** @type {number} */ which, /** @type {number} */ n) => {
    const old = numbers.values(symbol)[from + n]
    const next = numbers.next(symbol, from + n)
    return [old, next - old, next][which]
  }
  return { symbol, cell, values, shape }
}

/** @param {Pen} pen @param {Numbers} numbers @param {Group} group @param {number} y @param {number} height */
function writeTitle(pen, numbers, { symbol, cell }, y, height) {
  const { kind, label, plain } = numbers.maps[symbol]
  const middle = y + (pen.upright ? 22 : Math.min(height / 2, 40))
  const name = kind === "filters" ? kernelName(numbers, symbol, cell) : label
  const taken = pen.writeSymbol(name, 4, middle - 11)
  pen.writeText(plain, taken + 14, middle - 11, { fill: pen.soft, room: 108 - taken })
  if (pen.upright) return
  pen.writeNote(say("web.mechanism.n_numbers", { n: numbers.count(symbol) }), 4, middle + 12, { room: 108 })
}

/**
 * Draw one parameter: before, step and after.
 * @param {Pen} pen @param {Numbers} numbers @param {Group} group @param {number[]} places @param {{ y: number, width: number, height: number }} size @param {boolean} pointed
 */
function drawGroup(pen, numbers, group, places, size, pointed) {
  const { symbol } = group
  const { kind } = numbers.maps[symbol]
  if (kind === "weights") return drawWeights(pen, numbers, group, places, size)
  const count = kind === "filters" ? numbers.shape(symbol)[2] ** 2 : numbers.count(symbol)
  const columns = kind === "filters" ? numbers.shape(symbol)[2] : Math.min(count, 10)
  const all = [0, 1, 2].map((which) => Array.from({ length: count }, (_, n) => group.values(which, n)))
  const most = Math.max(...all[1].map(Math.abs))
  const digits = Math.max(...all[0].map((old, n) => distinctDecimals(old, all[2][n])), 3) - (kind === "filters" ? 1 : 0)
  const kept = cellFormatter(pen, [...all[0], ...all[2]], digits, size.width / columns, (size.height * columns) / count)
  const exponent = exponentOf(most)
  const step = (/** @type {number} */ value) => formatFixed(value / 10 ** exponent, exponent ? 1 : 2)
  const from = kind === "filters" ? numbers.offset(symbol, [group.cell[0], group.cell[1], 0, 0]) : 0
  const chosen = numbers.offset(symbol, group.cell) - from
  all.forEach((values, which) => {
    const box = { x: places[which], y: size.y, width: size.width, height: size.height }
    const { limits } = numbers.maps[symbol]
    const ends = which === 1 ? [-most, most] : limits
    const own = which ? {} : { symbol, cell: (/** @type {number} */ n) => numbers.cell(symbol, from + n) }
    pen.drawGrid(values, columns, ends, "signed", box, {
      write: which === 1 ? step : kept.write,
      bold: which !== 1,
      term: (n) => `${symbol}${n}`,
      ...own,
    })
    if (!pointed) return
    pen.outlineCellAt(box, count / columns, columns, Math.floor(chosen / columns), chosen % columns)
  })
  for (const [which, power] of [kept.power, exponent, kept.power].entries())
    if (power) pen.writeNote(timesPower(power), places[which], size.y + size.height + 9)
}

/** Return the exponent for small numbers, or 0 for others. @param {number} most largest magnitude */
const exponentOf = (most) => (most < 0.1 && most > 0 ? Math.floor(Math.log10(most)) : 0)

/**
 * Return a formatter for cells of a size: with all digits or as many as fit, and with a common exponent for small
 * numbers.
 * @param {Pen} pen @param {number[]} values @param {number} digits @param {number} w @param {number} h @returns {{ power: number, write: (value: number) => string }}
 */
function cellFormatter(pen, values, digits, w, h) {
  const small = exponentOf(Math.max(...values.map(Math.abs)))
  const ways = [[digits, 0], ...(small ? [] : [[2, 0]]), [1, small]].map(([digits, power]) => ({
    power,
    write: (/** @type {number} */ value) =>
      formatFixed(value / 10 ** power, power === 0 && Number.isInteger(value) ? 0 : digits),
  }))
  return ways.find(({ write }) => pen.fontSizeFor(values.map(write), w, h)) ?? ways[0]
}

/**
 * Draw weights as maps: of each output if they are few and all known, else of the chosen one.
 * @param {Pen} pen @param {Numbers} numbers @param {Group} group @param {number[]} places @param {{ y: number, width: number, height: number }} size
 */
function drawWeights(pen, numbers, { symbol, cell, values }, places, { y, width, height }) {
  const shape = numbers.shape(symbol)
  const outputs = shape[shape.length - 1]
  const shown = outputs <= 2 && !numbers.quantized[symbol] ? [...Array(outputs).keys()] : [cell[cell.length - 1]]
  const units = shape.slice(0, -1)
  const each = width / shown.length - 8
  const most = numbers.maps[`d${symbol}`].limits[1] * numbers.rate
  const extent = extentOf(units, each, height - 18)
  for (const [which, x] of places.entries())
    shown.forEach((n, i) => {
      const box = { x: x + i * (width / shown.length), y, ...extent }
      const limits = which === 1 ? [-most, most] : numbers.maps[symbol].limits
      const value = (/** @type {number} */ d) => values(which, d * outputs + n)
      const say = (/** @type {number} */ d) => number(value(d), 5)
      drawUnits(pen, units, value, limits, "signed", { ...box, width: each, height: height - 18 }, { say })
      pen.writeNote(outputName(numbers, n, outputs, symbol), box.x, y + extent.height + 12, { room: each })
    })
}

/** @param {Numbers} numbers @param {number} n @param {number} outputs @param {string} symbol */
const outputName = (numbers, n, outputs, symbol) =>
  say("web.mechanism.to_output", { name: numbers.nameOf(n, outputs, symbol) })

/**
 * Write the number of a parameter's entries, and its share of the predicted decrease.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Box} box `y` is the centre
 */
function drawShare(pen, numbers, symbol, { x, y, width }) {
  const part = numbers.answer.promise?.shares[symbol]
  if (part === undefined) return
  const all = numbers.said.update.makes.reduce((sum, name) => sum + numbers.count(name), 0)
  const own = numbers.count(symbol) / all
  const both = /** @type {[number, string, string][]} */ ([
    [own, "of_parameters", "#8b98ab"],
    [part, "of_fall", pen.ink],
  ])
  both.forEach(([value, id, fill], n) => {
    const middle = y + (n - 0.5) * 24
    const length = Math.max(value * width, 2)
    const text = say(`web.mechanism.${id}`, { value })
    const inside = pen.widthOf(stripMarkup(text), { size: SMALL, bold: true }) + 12 < length
    pen.context.fillStyle = fill
    pen.context.fillRect(x, middle - 8, length, 16)
    pen.writeRich(text, x + (inside ? 8 : length + 8), middle, { size: SMALL, fill: inside ? pen.paper : pen.ink })
  })
  pen.writeText(`${number(part / own, 2)} ×`, pen.width - 2, y, { bold: true, align: "right" })
}

// ---- many parameters, a row each

/**
 * Draw old value, step and new value of one entry, and each parameter's share of the predicted decrease.
 * @param {Pen} pen @param {Numbers} numbers @param {Row[]} rows @param {number} foot
 */
function drawPlain(pen, numbers, rows, foot) {
  const { promise } = numbers.answer
  const before = (/** @type {Row} */ { old, next }) => decimalsOrDigits(old, Math.max(distinctDecimals(old, next), 2))
  if (pen.upright) return drawTable(pen, numbers, rows, [[say("web.mechanism.old"), before], ...stepColumns()], foot)
  const [old, step, next, share] = [0.17, 0.31, 0.6, 0.75].map((at) => at * pen.width)
  const reach = next - step - 130
  writeHeads(pen, [
    [say("web.mechanism.old"), old],
    [say("web.mechanism.step"), step],
    [say("web.mechanism.new"), next],
    ...(promise ? /** @type {[string, number][]} */ ([[say("web.mechanism.share"), share]]) : []),
  ])
  const changes = rows.map((row) => row.next - row.old)
  const [low, high] = [Math.min(...changes, 0), Math.max(...changes, 0)]
  const span = high - low || 1e-300
  const zero = step - (low / span) * reach
  const y = drawLines(pen, numbers, rows, foot)
  rows.forEach((row, n) => {
    const change = changes[n]
    const digits = Math.max(distinctDecimals(row.old, row.next), 2)
    pen.writeText(decimalsOrDigits(row.old, digits), old, y(n))
    pen.drawVector(zero, y(n), (change / span) * reach)
    pen.writeText(signed(change), next - 20, y(n), { bold: true, align: "right", fill: pen.signColour(change) })
    pen.writeText(decimalsOrDigits(row.next, digits), next, y(n), { bold: true })
    const part = promise?.shares[row.parameter]
    if (part === undefined) return
    const width = part * (pen.width - share - 84)
    pen.context.fillStyle = pen.ink
    pen.context.fillRect(share, y(n) - 7, Math.max(width, 1), 14)
    pen.writeText(say("web.mechanism.percent", { value: part }), share + width + 8, y(n))
  })
  const most = Math.max(high, -low)
  pen.drawMeasure(
    high > -low ? zero : step,
    pen.height - 24,
    (most / span) * reach,
    say("web.mechanism.length", { value: number(most, 3) }),
  )
}
