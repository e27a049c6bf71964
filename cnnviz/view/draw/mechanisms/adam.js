// Adam: each averaged gradient divided by its own scale.

import { number, short } from "../../model/numbers/format.js"
import { decimalsOrDigits, distinctDecimals } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { drawLines, drawTable, signed, stepColumns, writeHeads } from "./parameter_rows.js"

/** @import { Numbers, Pen, Row } from "../../types/view.js" */

/**
 * Draw a row per entry: old value, averaged gradient divided by its scale, step, new value.
 * @param {Pen} pen @param {Numbers} numbers @param {Row[]} rows @param {number} foot
 */
export function drawAdam(pen, numbers, rows, foot) {
  if (pen.upright) return drawUprightTable(pen, numbers, rows, foot)
  const [old, mean, size, step, next] = [0.14, 0.24, 0.45, 0.65, 0.9].map((at) => at * pen.width)
  writeHeads(pen, [
    [say("web.mechanism.old"), old],
    [say("web.mechanism.averaged"), mean],
    [say("web.mechanism.own_scale"), size],
    [say("web.mechanism.ratio"), step],
    [say("web.mechanism.new"), next],
  ])
  const parts = rows.map(({ parameter, at, old, next }) => ({
    mean: numbers.part("mean", parameter, at) ?? Number.NaN,
    size: numbers.part("size", parameter, at) ?? Number.NaN,
    step: next - old,
  }))
  const most = Math.max(...parts.flatMap((part) => [Math.abs(part.mean), part.size]), 1e-300)
  const longest = Math.max(...parts.map((part) => Math.abs(part.step)), 1e-300)
  const y = drawLines(pen, numbers, rows, foot)
  const bar = Math.min(y(1) - y(0) || 24, 20) * 0.8
  const [half, wide, reach] = [(size - mean - 112) / 2, step - size - 120, (next - step - 110) / 2]
  parts.forEach((part, n) => {
    const digits = Math.max(distinctDecimals(rows[n].old, rows[n].next), 2)
    pen.writeText(decimalsOrDigits(rows[n].old, digits), old, y(n), { room: mean - old - 10 })
    pen.drawBar(mean + half, y(n), (part.mean / most) * half, bar)
    pen.writeText(signed(part.mean, 2), mean + 2 * half + 6, y(n), {
      bold: true,
      fill: pen.signColour(part.mean),
      room: 74,
    })
    pen.drawSign("÷", size - 16, y(n))
    pen.context.fillStyle = pen.soft
    pen.context.fillRect(size, y(n) - bar / 2, (part.size / most) * wide, bar)
    pen.writeText(number(part.size, 2), size + (part.size / most) * wide + 6, y(n), { room: 74 })
    pen.drawSign("→", step - 20, y(n))
    pen.drawVector(step + reach, y(n), (part.step / longest) * reach)
    pen.writeText(signed(part.step, 3), next - 14, y(n), {
      bold: true,
      align: "right",
      fill: pen.signColour(part.step),
      room: 86,
    })
    pen.writeText(decimalsOrDigits(rows[n].next, digits), next, y(n), { bold: true, room: pen.width - next })
  })
  pen.drawMeasure(step + reach, pen.height - 24, reach, say("web.mechanism.length", { value: short(longest) }))
}

/**
 * Draw the same columns as a table.
 * @param {Pen} pen @param {Numbers} numbers @param {Row[]} rows @param {number} foot
 */
function drawUprightTable(pen, numbers, rows, foot) {
  const part =
    (/** @type {string} */ name) =>
    (/** @type {Row} */ { parameter, at }) =>
      numbers.part(name, parameter, at) ?? Number.NaN
  const [mean, size] = [part("mean"), part("size")]
  /** @type {Parameters<typeof drawTable>[3]} */
  const columns = [
    [say("web.mechanism.averaged"), (row) => signed(mean(row), 2), mean],
    [say("web.mechanism.own_scale"), (row) => number(size(row), 2)],
    ...stepColumns(),
  ]
  drawTable(pen, numbers, rows, columns, foot)
}
