// Backward pass of a convolution of several filters, to its input.

import { terms } from "../../model/explain/formula_values.js"
import { drawChannels } from "./channels.js"
import { channelSums, ranges, underKernel } from "./windows.js"

/** @import { Picture } from "../../types/view.js" */

/** Draw the gradient of one input cell: a term through each filter. @type {Picture} */
export function convolutionBack(pen, numbers, symbol, cell) {
  const [f, dy] = [numbers.source(symbol, "passing"), numbers.source(symbol, "covering")]
  const met = numbers.pairs(symbol, cell, dy, f)
  const ring = ranges(numbers, symbol, dy, cell)
  const sums = channelSums(numbers, terms(numbers, symbol, cell), dy)
  const columns = sums.map((value, m) => {
    const at = /** @type {[number, number]} */ ([m, cell[0]])
    return { channel: m, value, ...underKernel(numbers, { f, read: dy, met }, at, m), at }
  })
  const zeros = { before: 0, below: 0, right: 0 }
  drawChannels(pen, numbers, { made: symbol, cell, read: dy, f, ring, zeros, columns, back: true })
}
