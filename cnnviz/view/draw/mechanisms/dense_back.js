// Backward pass of a fully connected layer, to a unit: the gradient of each output through its weight.

import { terms } from "../../model/explain/formula_values.js"
import { exactSum } from "../../model/numbers/exact_sum.js"
import { COLON, number, timesPower } from "../../model/numbers/format.js"
import { factorDigits, gridFormatters, productText } from "../../model/numbers/printed_digits.js"
import { printSum } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { HEAD, SMALL } from "../sheet.js"
import { signedTotals } from "../sums.js"
import { drawUnits, extentOf } from "./units.js"
import { drawResultMap, fitBox, middleOf, ringCell } from "./windows.js"

/** @import { Term } from "../../model/explain/formula_values.js" */
/** @import { Box, Numbers, Pen, Picture } from "../../types/view.js" */
/** @typedef {{ symbol: string, cell: number[], w: string, dy: string, all: Term[] }} Parts  a gradient and one of its entries, the weights and the incoming gradient, and the term of each output */

const MOST_DIGITS = 6 // maximum number of digits of a factor
const [FEW, SHOWN] = [4, 12] // maximum number of outputs with maps of their own, and with a row each
const EDGE = 200 // width of the bars between the result and the terms
const [ROW, TIGHT] = [17, 330] // height of a term in portrait layout, and the width below which numbers are shorter
const TURN = 12 // from an edge to the line from the bars' total to its cell

/** @type {Picture} */
export function denseBack(pen, numbers, symbol, cell) {
  const [w, dy] = [numbers.source(symbol, "unit"), numbers.source(symbol, "all")]
  const parts = { symbol, cell, w, dy, all: terms(numbers, symbol, cell) }
  const alone = numbers.maps[symbol].kind === "map" && numbers.shape(symbol)[0] === 1
  const few = parts.all.length <= FEW && (alone || !pen.upright)
  const made = drawResult(pen, numbers, parts, pen.width * (pen.upright ? 0.46 : few ? 0.21 : 0.19), few)
  const draw = few ? drawReports : pen.upright ? drawUnder : drawRanked
  draw(pen, numbers, parts, made)
}

/**
 * Draw the result with its ring. Return its box and the centre of its cell.
 * @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {number} width @param {boolean} few @returns {{ box: Box, at: number[] }}
 */
function drawResult(pen, numbers, { symbol, cell }, width, few) {
  const shape = numbers.shape(symbol)
  const { limits } = numbers.maps[symbol]
  const high = pen.upright && !few ? 0.27 * pen.height : pen.height - HEAD - 60
  const indent = pen.upright ? 2 * TURN : 0 // past the line that leads to the cell
  if (shape.length === 3) {
    const box = fitBox(numbers, symbol, 3, HEAD, width, high)
    drawResultMap(pen, numbers, symbol, cell, box, indent)
    ringCell(pen, numbers, symbol, cell, box)
    return { box, at: middleOf(numbers, symbol, box, cell) }
  }
  const values = numbers.values(symbol)
  const size = extentOf(shape, width, high)
  const box = { x: 3, y: HEAD, ...size }
  pen.writeHead(numbers.maps[symbol].label, "", box.x, 13, width, numbers.maps[symbol].plain, pen.tone)
  const { middle } = drawUnits(
    pen,
    shape,
    (d) => values[d],
    limits,
    "signed",
    { ...box, width, height: high },
    { chosen: cell[0] },
  )
  pen.frame(box, "made")
  pen.drawColourBar(limits, "signed", { ...box, x: box.x + indent, width: box.width - indent })
  return { box, at: middle }
}

// Draw a few outputs: the weights, incoming gradient and terms of all units for each, and this unit's terms as bars.
/** @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {{ box: Box, at: number[] }} made */
function drawReports(pen, numbers, parts, made) {
  const { symbol, cell, w, dy, all } = parts
  const count = all.length
  const shape = numbers.shape(symbol)
  const { top, last, line, from, size, gap } = pen.upright
    ? placeBelow(pen, shape, count, made.box)
    : placeBeside(pen, shape, count, made.box)
  const values = [numbers.values(w), numbers.values(dy)]
  const most = numbers.maps[w].limits[1] * numbers.maps[dy].limits[1]
  const at = numbers.offset(symbol, cell)
  const [shares, weights] = [from, from + size.width + gap]
  const [title, note] = ["shares_of", "weight_gradient"].map((id) => say(`web.mechanism.${id}`))
  pen.writeText(title, shares, top - 17, { bold: true })
  if (!pen.upright)
    pen.writeText(note, shares + pen.widthOf(title, { bold: true }) + 10, 13, {
      fill: pen.soft,
      room: weights - shares - 80,
    })
  pen.writeHead(
    numbers.maps[w].label,
    "",
    weights,
    top - 17,
    Math.min(size.width + 60, pen.width - weights),
    numbers.maps[w].plain,
  )
  pen.writeHead(numbers.maps[dy].label, "", last.x, 13, last.width, say("web.mechanism.arrived"))
  const digits = Math.max(
    4,
    ...all.map((_, n) => Math.min(factorDigits(values[0][at * count + n], values[1][n], 4), MOST_DIGITS)),
  )
  for (let n = 0; n < count; n++) {
    const y = top + n * line
    const name = numbers.nameOf(n, count, dy)
    const weight = (/** @type {number} */ d) => values[0][d * count + n]
    const known = (/** @type {number} */ d) => numbers.isExact(w, numbers.cell(w, d * count + n))
    const words = (/** @type {number} */ d) => (known(d) ? productText(weight(d), values[1][n]) : "")
    const ring = { chosen: at, say: words }
    const [left, right] = [shares, weights].map((x) => ({ x, y, ...size }))
    drawUnits(pen, shape, (d) => weight(d) * values[1][n], [-most, most], "signed", left, ring)
    drawUnits(pen, shape, weight, numbers.maps[w].limits, "signed", right, ring)
    if (n === count - 1 && !pen.upright) {
      pen.drawColourBar([-most, most], "signed", left)
      pen.drawColourBar(numbers.maps[w].limits, "signed", right)
    }
    pen.frame(right, "read")
    const how = { size: SMALL, fill: pen.soft, room: 64 }
    pen.drawSign("=", (left.x + size.width + right.x) / 2 + (pen.upright ? 0 : 8), y + size.height / 2)
    if (!pen.upright) {
      pen.writeText(name, left.x + size.width + 8, y + 10, how)
      pen.writeText(say("web.mechanism.to_output", { name }), right.x + size.width + 8, y + 10, how)
      pen.drawSign("·", (right.x + size.width + last.x) / 2 + 8, y + size.height / 2)
    }
    pen.cell(
      values[1][n],
      numbers.maps[dy].limits,
      "signed",
      { ...last, y: last.y + n * last.line, height: last.line - 12 },
      {
        ring: pen.tone,
        name,
        write: (value) => number(value, digits),
        term: `n${n}`,
        symbol: dy,
        at: [n],
      },
    )
  }
  drawBars(pen, numbers, parts, made)
}

/**
 * Return the boxes of weights, terms and incoming gradients to the right of the result.
 * @param {Pen} pen @param {number[]} shape @param {number} count @param {Box} made
 */
function placeBeside(pen, shape, count, made) {
  const line = (pen.height - HEAD - 22) / count // the colour bars are under the last one
  const last = { x: pen.width - 146, y: HEAD, width: 142, line }
  const from = made.x + made.width + EDGE
  const size = extentOf(shape, (last.x - from - 150) / 2, line - 12)
  return { top: HEAD, last, line, from, size, gap: (last.x - from - 2 * size.width) / 2 - 10 }
}

/**
 * Return these boxes under the result, for portrait layout.
 * @param {Pen} pen @param {number[]} shape @param {number} count @param {Box} made
 */
function placeBelow(pen, shape, count, made) {
  const top = made.y + made.height + 56
  const line = (pen.height - top) / count
  const size = extentOf(shape, (pen.width - EDGE + 16) / 2, line - 8)
  const last = { x: pen.width - 116, y: HEAD, width: 112, line: (made.height + 12) / count }
  return { top, last, line, from: pen.width - 2 * size.width - 24, size, gap: 20 }
}

// Draw the terms of one unit, by output, and their sum.
/** @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {{ box: Box, at: number[] }} made */
function drawBars(pen, numbers, { symbol, cell, dy, all }, { box, at }) {
  const total = numbers.at(symbol, cell)
  const limits = numbers.maps[symbol].limits
  const named = all.map(({ value }, n) => ({ value, term: `n${n}`, name: numbers.nameOf(n, all.length, dy), limits }))
  const beside = TURN + 12 + Math.max(...named.map(({ name }) => pen.widthOf(name, { size: SMALL }))) // labels, which no line may cross
  const width = EDGE - 50 - beside
  const place = pen.upright
    ? { x: beside, y: box.y + box.height + 44, width, height: 100 }
    : { x: box.x + box.width + beside, y: box.y + Math.max((pen.height - HEAD) / 2 - 70, 0), width, height: 100 }
  const bar = pen.drawShares(named, total, place, pen.colourOf(numbers, symbol, cell))
  const [turn, end] = pen.upright ? [TURN, at[0] - 6] : [box.x + box.width + TURN, at[0] + 6]
  pen.drawLead([bar.x - 2, bar.y + bar.height / 2], [turn, bar.y + bar.height / 2], [turn, at[1]], [end, at[1]])
}

// Draw the largest terms of many outputs as rows, and the sum of all below.
/** @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {{ box: Box, at: number[] }} made */
function drawRanked(pen, numbers, { symbol, cell, w, dy, all }, { box, at }) {
  const [shown] = strongestTerms(all, SHOWN)
  const from = box.x + box.width + 60
  const width = (pen.width - from - 76) / 3
  const height = pen.height - HEAD - 104
  const factors = [w, dy].map((name) => shown.map(({ term }) => numbers.at(name, term.cells[name])))
  const products = shown.map(({ term }) => term.value)
  const written = printSum(products, numbers.at(symbol, cell))
  const { writes, sign: equals } = gridFormatters(factors[0], factors[1], written.write)
  const title = say(all.length > SHOWN ? "web.mechanism.of" : "web.mechanism.products", {
    n: SHOWN,
    count: all.length,
  })
  const three = /** @type {[string, string, number[], string][]} */ ([
    ["", [title, timesPower(written.power)].join(" "), products, equals],
    [numbers.maps[w].label, numbers.maps[w].plain, factors[0], "·"],
    [numbers.maps[dy].label, say("web.mechanism.arrived"), factors[1], ""],
  ])
  three.forEach(([label, title, values, sign], i) => {
    const x = from + i * (width + 34)
    label ? pen.writeHead(label, "", x, 13, width, title) : pen.writeText(title, x, 13, { bold: true, room: width })
    const rows = shown.map(({ n, term }, at) => ({
      name: numbers.nameOf(n, all.length, dy),
      value: values[at],
      text: writes[(i + 2) % 3](values[at], at),
      term: `n${n}`,
      ...(i === 1 ? { symbol: w, cell: term.cells[w] } : {}),
    }))
    pen.drawRows(rows, { x, y: HEAD, width, height }, { names: numbers.isClasses(all.length, dy) ? 84 : 40 })
    if (sign) pen.drawSign(sign, x + width + 17, HEAD + height / 2)
  })
  const bar = drawSum(pen, numbers, { symbol, cell, w, dy, all }, { from, to: pen.width })
  const turn = box.x + box.width + 22
  pen.drawLead([bar.x - 2, bar.y + bar.height / 2], [turn, bar.y + bar.height / 2], [turn, at[1]], [at[0] + 6, at[1]])
}

/**
 * Draw in portrait layout: the largest terms with their products, the rest as one bar, and the total.
 * @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {{ box: Box, at: number[] }} made
 */
function drawUnder(pen, numbers, { symbol, cell, w, dy, all }, { box, at }) {
  const top = box.y + box.height + 60
  const rows = Math.min(SHOWN, Math.floor((pen.height - top) / ROW) - 1)
  const [shown, rest] = strongestTerms(all, all.length > rows ? rows - 1 : rows)
  const values = [...shown.map(({ term }) => term.value), ...(rest.length ? [exactSum(rest)] : [])]
  const total = numbers.at(symbol, cell)
  const digits = pen.width < TIGHT ? 2 : 4
  const factors = [w, dy].map((name) => shown.map(({ term }) => numbers.at(name, term.cells[name])))
  const { writes } = gridFormatters(factors[0], factors[1], printSum(values, total, { digits }).write)
  const steps = values.map((value, i) => {
    if (i === shown.length) return { value, name: `+${rest.length}`, term: "rest" }
    const [weight, came] = factors.map((factor, f) => writes[f](factor[i], i))
    return {
      value,
      name: `${numbers.nameOf(shown[i].n, all.length, dy)}${COLON}${weight} · ${came}`,
      term: `n${shown[i].n}`,
    }
  })
  pen.writeRich(`<i>${numbers.maps[w].label}</i> · <i>${numbers.maps[dy].label}</i>`, 2 * TURN, top - 16)
  const place = { x: 2 * TURN + 4, y: top, width: (digits > 2 ? 0.25 : 0.18) * pen.width, height: pen.height - top }
  const row = Math.min(place.height / (steps.length + 1), 22)
  const name = `<i>${numbers.maps[symbol].label}</i>[${numbers.index(symbol, cell).join(",")}]`
  const bar = pen.drawBalance(steps, total, place, {
    paint: pen.colourOf(numbers, symbol, cell),
    row,
    digits,
    name,
  })
  const y = bar.y + bar.height / 2
  pen.drawLead([bar.x - 2, y], [TURN, y], [TURN, at[1]], [at[0] - 6, at[1]])
}

/** Return the largest terms in their order, and the values of the others. @param {Term[]} all @param {number} most */
function strongestTerms(all, most) {
  const sorted = all.map((term, n) => ({ n, term })).sort((a, b) => Math.abs(b.term.value) - Math.abs(a.term.value))
  return /** @type {const} */ ([
    sorted.slice(0, most).sort((a, b) => a.n - b.n),
    sorted.slice(most).map(({ term }) => term.value),
  ])
}

/**
 * Draw all terms from right to left; many are summed up as a positive and a negative total.
 * @param {Pen} pen @param {Numbers} numbers @param {Parts} parts @param {{ from: number, to: number }} place @returns {Box}
 */
function drawSum(pen, numbers, { symbol, cell, dy, all }, { from, to }) {
  const total = numbers.at(symbol, cell)
  const paint = pen.colourOf(numbers, symbol, cell)
  const values = all.map(({ value }) => value)
  if (all.length > SHOWN) {
    const terms = signedTotals(values, ["outputs_up", "outputs_down"])
    const box = { x: from, y: pen.height - 76, width: (to - from) * 0.5, height: 60 }
    return pen.drawBalance(terms, total, box, { paint, left: say("web.mechanism.left") })
  }
  const most = Math.max(...values.map(Math.abs))
  const pitch = (to - from - 80) / all.length
  const steps = all.map(({ value }, n) => ({
    value,
    name: numbers.nameOf(n, all.length, dy),
    term: `n${n}`,
    limits: [-most, most],
  }))
  const places = [...steps.map((_, n) => from + 80 + (n + 0.5) * pitch).toReversed(), from + 24]
  const box = { x: from, y: pen.height - 92, width: to - from, height: 44 }
  return pen.drawStairs(steps.toReversed(), total, box, { places, wide: 40, room: pitch, paint })
}
