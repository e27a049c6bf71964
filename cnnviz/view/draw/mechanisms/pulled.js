// Several images: what each of them pulls at one number of a parameter, and their mean, which is its gradient.

import { say } from "../../model/words.js"
import { HEAD } from "../sheet.js"

/** @typedef {import("../mechanism.js").Picture} Picture */

/** @type {Picture} */
export function pulled(pen, numbers, symbol, cell) {
  const { label } = numbers.maps[symbol]
  const { images } = numbers.network
  const all = numbers.arrays[`pulls.${symbol}`]
  const box = { x: 4, y: HEAD + 24, width: pen.width - 12, height: pen.height - HEAD - 60 }
  pen.head(label, "", 4, 13, pen.width - 8, say("web.mechanism.pulls", { n: images.length }), pen.tone)
  const mean = { name: say("web.mechanism.mean_of_pulls"), value: numbers.at(symbol, cell), bold: true }
  const count = numbers.count(symbol)
  const at = numbers.offset(symbol, cell)
  const each = all ? images.map((name, n) => ({ name, value: all.values[n * count + at] })) : []
  pen.rows([...each, mean], box, { names: 220, most: 44 })
}
