// Adam: each averaged gradient by its own usual size.

import { number, short } from "../../model/format.js"
import { say } from "../../model/words.js"
import { HEAD, heads, lines, signed } from "./steps.js"

/** @typedef {import("../../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../pen.js").Pen} Pen */
/** @typedef {import("./steps.js").Row} Row */

/** @param {Pen} pen @param {Numbers} numbers @param {Row[]} rows */
export function scaled(pen, numbers, rows) {
  const [mean, size, step] = [0.19, 0.46, 0.7].map((at) => at * pen.width)
  heads(pen, [
    [say("web.mechanism.averaged"), mean],
    [say("web.mechanism.own_scale"), size],
    [say("web.mechanism.ratio"), step],
  ])
  const parts = rows.map(({ parameter, at, old, next }) => ({
    mean: numbers.arrays[`mean.${parameter}`].values[at],
    size: numbers.arrays[`size.${parameter}`].values[at],
    step: next - old,
  }))
  const most = Math.max(...parts.flatMap((part) => [Math.abs(part.mean), part.size]), 1e-300)
  const longest = Math.max(...parts.map((part) => Math.abs(part.step)), 1e-300)
  const y = lines(pen, numbers, rows, HEAD)
  const bar = Math.min(y(1) - y(0) || 20, 16) * 0.8
  const [half, wide, reach] = [(size - mean - 84) / 2, step - size - 92, (pen.width - step - 74) / 2]
  parts.forEach((part, n) => {
    pen.bar(mean + half, y(n), (part.mean / most) * half, bar)
    pen.text(signed(part.mean, 2), mean + 2 * half + 6, y(n), {
      bold: true,
      fill: part.mean < 0 ? pen.neg : pen.pos,
      room: 60,
    })
    pen.sign("÷", size - 14, y(n))
    pen.context.fillStyle = pen.soft
    pen.context.fillRect(size, y(n) - bar / 2, (part.size / most) * wide, bar)
    pen.text(number(part.size, 2), size + (part.size / most) * wide + 6, y(n), { room: 60 })
    pen.sign("→", step - 14, y(n))
    pen.vector(step + reach, y(n), (part.step / longest) * reach)
    pen.text(signed(part.step, 3), pen.width - 2, y(n), {
      bold: true,
      align: "right",
      fill: part.step < 0 ? pen.neg : pen.pos,
      room: 66,
    })
  })
  pen.measure(step + reach, pen.height - 22, reach, say("web.mechanism.length", { value: short(longest) }))
}
