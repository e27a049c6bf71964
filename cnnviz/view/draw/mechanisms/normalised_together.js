// Batch normalisation of several images: a channel's heap over all of them.

import { say } from "../../model/words.js"
import { HEAD } from "../sheet.js"
import { images, stackOf } from "./image_stack.js"
import { heaps } from "./normalisation.js"

/** @import { Picture } from "../../types/view.js" */

/** A channel of all images as one heap: brought to mean 0 and spread 1, then scaled and shifted. @type {Picture} */
export function normalisedTogether(pen, numbers, symbol, cell) {
  const [{ source }] = numbers.links(symbol)
  const [z, n] = [source, symbol].map((name) => stackOf(numbers, `all.${name}`, cell[0]))
  const wide = pen.width * (pen.upright ? 0.42 : 0.22)
  const place = { x: 4, y: HEAD, width: wide, height: pen.upright ? 0.28 * pen.height : pen.height - HEAD - 26 }
  const left = images(pen, numbers, source, z, cell, place)
  const note = say("web.mechanism.of_all", { channel: cell[0], n: z.images })
  pen.head(numbers.maps[source].label, "", left.x, 13, wide + (pen.upright ? 8 : 90), note)
  pen.ends(z.limits, "signed", left)
  const right = images(pen, numbers, symbol, n, cell, { ...place, x: pen.width - left.width - 5 }, true)
  pen.head(numbers.maps[symbol].label, "", right.x, 13, right.width, numbers.maps[symbol].plain, pen.tone)
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
  heaps(pen, numbers, symbol, cell, z.values, n.values, box)
}
