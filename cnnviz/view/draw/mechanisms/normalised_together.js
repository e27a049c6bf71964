// Batch normalisation of several images: a channel's heap over all of them.

import { short } from "../../model/format.js"
import { say } from "../../model/words.js"
import { HEAD } from "../sheet.js"
import { heaps, saidOfHat, spreadOf } from "./normalisation.js"
import { images, stackOf } from "./stack.js"

/** @import { Picture } from "../../types/view.js" */

/** A channel of all images as one heap: brought to mean 0 and spread 1, then scaled and shifted. @type {Picture} */
export function normalisedTogether(pen, numbers, symbol, cell) {
  const [{ source }, gain, shift] = numbers.links(symbol)
  const [z, n] = [source, symbol].map((name) => stackOf(numbers, `all.${name}`, cell[0]))
  const wide = pen.width * (pen.upright ? 0.42 : 0.22)
  const place = { x: 4, y: HEAD, width: wide, height: pen.upright ? 0.28 * pen.height : pen.height - HEAD - 26 }
  const heads = [source, symbol].map((name) => `${numbers.maps[name].label}`)
  const left = images(pen, numbers, source, z, cell, place)
  const note = say("web.mechanism.of_all", { channel: cell[0], n: z.images })
  pen.head(heads[0], "", left.x, 13, wide + (pen.upright ? 8 : 90), note)
  pen.ends(z.limits, "signed", left)
  const right = images(pen, numbers, symbol, n, cell, { ...place, x: pen.width - left.width - 5 }, true)
  pen.head(heads[1], "", right.x, 13, right.width, numbers.maps[symbol].plain, pen.tone)
  pen.ends(n.limits, "signed", right)
  if (pen.upright) pen.arrow(left.x + left.width + 6, left.y + left.height / 2, right.x - 8, left.y + left.height / 2)
  const low = HEAD + left.height + 34
  const under = { x: 24, y: low, width: pen.width - 48, height: pen.height - low + 2 }
  const between = {
    x: left.x + left.width + 60,
    y: HEAD - 22,
    width: right.x - left.width - 124,
    height: pen.height - HEAD + 16,
  }
  const box = pen.upright ? under : between
  const middle = left.y + left.height / 2
  if (!pen.upright) {
    pen.arrow(left.x + left.width + 8, middle, box.x - 10, middle)
    pen.arrow(box.x + box.width + 10, middle, right.x - 10, middle)
  }
  const [mean, spread] = [numbers.kept(`${symbol}.mean`, cell), spreadOf(numbers, symbol, cell)]
  const hat = (/** @type {number} */ value) => (value - mean) / spread
  const at = (/** @type {string} */ name) => numbers.maps[name].label
  const [g, s] = [gain, shift].map((link) => numbers.at(link.source, [cell[0]]))
  heaps(pen, box, [
    {
      name: at(source),
      values: z.values,
      own: numbers.at(source, cell),
      said: [`μ = ${short(mean)}`, `σ = ${short(spread)}`],
    },
    {
      name: "x̂",
      values: Array.from(z.values, hat),
      own: hat(numbers.at(source, cell)),
      said: saidOfHat(numbers, symbol),
    },
    {
      name: at(symbol),
      values: n.values,
      own: numbers.at(symbol, cell),
      said: [`${at(gain.source)} = ${short(g)}`, `${at(shift.source)} = ${short(s)}`],
    },
  ])
}
