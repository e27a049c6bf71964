// Softmax: every sum affects every output.

import { terms } from "../../model/explain/formula_values.js"
import { exactSum } from "../../model/numbers/exact_sum.js"
import { number, short } from "../../model/numbers/format.js"
import { say } from "../../model/words.js"
import { HEAD, SMALL } from "../sheet.js"
import { columnOf, drawBarList, rowsOf } from "./outputs.js"

/** @import { Numbers, Pen, Picture } from "../../types/view.js" */

/** Draw the effect of every sum on every output through the total. @type {Picture} */
export function drawSoftmax(pen, numbers, symbol, cell) {
  const z = numbers.links(symbol)[0].source
  const sums = numbers.values(z)
  const all = Array.from(numbers.arrays[`powers.${symbol}`].values)
  const total = all.pop() ?? 0
  const taken = Math.max(...all) === 1 && Math.max(...sums) !== 0 // the largest sum is subtracted, because its power cannot be printed
  if (pen.upright) return drawPowers(pen, numbers, symbol, cell[0], { z, powers: all, total })
  const [width, middle] = [(pen.width - 210) / 3, 130]
  const height = pen.height - HEAD - 28
  const titles = [
    say("web.mechanism.scores", { symbol: numbers.maps[z].label }),
    say(taken ? "web.mechanism.powers" : "web.mechanism.plain_powers", { symbol: numbers.maps[z].label }),
    say("web.mechanism.parts", { symbol: numbers.maps[symbol].label }),
  ]
  const places = [4, 4 + width + 60, 4 + 2 * width + 60 + middle]
  titles.forEach((title, n) => pen.writeRich(title, places[n], 13, { fill: pen.soft, room: width }))
  const box = (/** @type {number} */ n) => ({ x: places[n], y: HEAD, width, height })
  const names = numbers.isClasses(sums.length, z) ? 84 : 40
  const { y } = pen.drawRows(rowsOf(numbers, z, cell[0]), box(0), { names })
  const powers = rowsOf(numbers, z, cell[0], (_, n) => all[n])
  pen.drawRows(powers, box(1), { names })
  const own = Math.max(
    powers.findIndex(({ bold }) => bold),
    0,
  )
  const at = (y(0) + y(powers.length - 1)) / 2
  drawCoupling(pen, powers.length, own, y, { from: places[1] + width + 4, to: places[2] + 4, at, total })
  for (let n = 0; n < powers.length; n++)
    pen.drawArrow(
      places[1] - 50,
      y(n),
      places[1] - 8,
      y(n),
      powers[n].bold ? pen.tone : pen.line,
      powers[n].bold ? 2 : 1,
    )
  const [chosen] = cell
  const more = all[chosen] * (Math.E - 1)
  const then = all.map((value, n) => (value + (n === chosen ? more : 0)) / (total + more))
  drawIfLarger(pen, numbers, symbol, chosen, { ...box(2), x: places[2] + 8, width: width - 12 }, then)
}

/**
 * Draw a table of sums, powers and shares, with the total of the powers.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number} chosen @param {{ z: string, powers: number[], total: number }} of
 */
function drawPowers(pen, numbers, symbol, chosen, { z, powers, total }) {
  const rows = rowsOf(numbers, symbol, chosen)
  const columns = /** @type {Parameters<typeof drawBarList>[4]} */ ([columnOf(numbers, z), ["e", powers]])
  const { y, line, ends } = drawBarList(pen, numbers, symbol, rows, columns)
  const parts = ends[1] // right end of the powers
  pen.writeText(numbers.maps[z].label, parts - 11, 7, { size: SMALL, math: true })
  pen.writeText(`Σ ${short(total)}`, parts, y(rows.length - 1) + line / 2 + 18, { align: "right", bold: true })
}

// Draw lines from every power to the total, and from it to every share.
/** @param {Pen} pen @param {number} count @param {number} chosen @param {(n: number) => number} y @param {{ from: number, to: number, at: number, total: number }} parts */
function drawCoupling(pen, count, chosen, y, { from, to, at, total }) {
  const middle = (from + to) / 2
  const { context } = pen
  for (let n = 0; n < count; n++) {
    context.strokeStyle = n === chosen ? pen.tone : pen.soft
    context.lineWidth = n === chosen ? 2 : 0.7
    for (const [start, end] of [
      [from, middle - 26],
      [to, middle + 26],
    ]) {
      context.beginPath()
      context.moveTo(start, y(n))
      context.bezierCurveTo((start + end) / 2, y(n), (start + end) / 2, at, end, at)
      context.stroke()
    }
  }
  pen.writeText("Σ", middle, at - 12, { size: 20, align: "center" })
  pen.writeText(short(total), middle, at + 10, { bold: true, align: "center", room: 52 })
}

// Draw the shares, and dashed ones for a chosen sum that is larger by 1.
/** @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {number} chosen @param {import("../../model/layout/image_layout.js").Box} box @param {number[]} shares if the chosen sum were larger */
function drawIfLarger(pen, numbers, symbol, chosen, box, shares) {
  const rows = rowsOf(numbers, symbol, chosen)
  const then = rows.map(({ n }) => shares[n])
  const limits = [0, Math.max(...then, ...rows.map(({ value }) => value))]
  const { x, y } = pen.drawRows(rows, box, { names: numbers.isClasses(shares.length, symbol) ? 84 : 40, limits })
  const line = y(1) - y(0)
  pen.context.setLineDash([3, 2])
  pen.context.strokeStyle = pen.ink
  pen.context.lineWidth = 1
  then.forEach((value, n) =>
    pen.context.strokeRect(x(0), y(n) - line * 0.34, Math.max(x(value) - x(0), 0.5), line * 0.68),
  )
  pen.context.setLineDash([])
  then.forEach((value, n) => {
    const way = x(value) - x(rows[n].value)
    const [from, to] = way < 0 ? [12, 2] : [2, -2]
    const tone = way < 0 ? pen.neg : pen.pos
    if (Math.abs(way) > 8) pen.drawArrow(x(rows[n].value) + from, y(n), x(value) + to, y(n), tone, 1.5)
  })
  pen.writeNote(say("web.mechanism.if_it_rose"), pen.width - 4, pen.height - 10, { align: "right" })
}

/**
 * Draw the incoming gradients relative to their weighted mean: the difference times the share is passed back.
 * @type {Picture}
 */
export function drawSoftmaxBack(pen, numbers, symbol, cell) {
  const [dy, y] = ["d", ""].map(
    (start) =>
      numbers.links(symbol).find(({ source }) => numbers.maps[source].band === (start ? "gradients" : "values"))?.source
      ?? "",
  )
  const mean = exactSum(terms(numbers, symbol, cell).map(({ value }) => value))
  if (pen.upright) {
    const listing = [dy, y].map((name) => columnOf(numbers, name))
    const words = `Σ ${numbers.maps[dy].label} · ${numbers.maps[y].label} ≈ ${number(mean)}`
    const rows = rowsOf(numbers, symbol, cell[0])
    const { y: at, line } = drawBarList(pen, numbers, symbol, rows, listing)
    pen.writeText(words, pen.width - 2, at(rows.length - 1) + line / 2 + 18, { align: "right", bold: true })
    return
  }
  const width = (pen.width - 130) / 3
  const box = (/** @type {number} */ n) => ({ x: 4 + n * (width + 60), y: HEAD, width, height: pen.height - HEAD - 34 })
  const columns = /** @type {[string, string, number | undefined][]} */ ([
    [symbol, "=", undefined],
    [y, "⊙", undefined],
    [dy, "", mean],
  ])
  columns.forEach(([name, sign, mark], n) => {
    const place = box(n)
    const word = n === 2 ? say("web.mechanism.arrived") : numbers.maps[name].plain
    pen.writeHead(numbers.maps[name].label, "", place.x, 13, width, word, n ? pen.ink : pen.tone)
    const rows = rowsOf(numbers, name, cell[0]).map((row) => ({ ...row, mark }))
    const { y: at } = pen.drawRows(rows, place, { names: numbers.isClasses(numbers.count(name), name) ? 84 : 40 })
    if (sign) pen.drawSign(sign, place.x + width + 30, (at(0) + at(rows.length - 1)) / 2)
  })
  const note = say("web.mechanism.weighted", {
    value: number(mean),
    arrived: numbers.maps[dy].label,
    share: numbers.maps[y].label,
  })
  pen.writeNote(note, pen.width - 4, pen.height - 11, { align: "right", room: pen.width - 8 })
}
