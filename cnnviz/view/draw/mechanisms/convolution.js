// Window, kernel and products of a convolution of one channel.

import { gridFormatters } from "../../model/numbers/printed_digits.js"
import { underKernel } from "./windows.js"

/** @import { Cell, Numbers, Pen } from "../../types/view.js" */

/**
 * Draw window, kernel and products over the full width. Return false if there are several channels.
 * @param {Pen} pen @param {Numbers} numbers @param {string} symbol @param {Cell} cell
 */
export function drawTriple(pen, numbers, symbol, cell) {
  const links = numbers.links(symbol)
  const [x, f] = ["map", "filters"].map(
    (kind) => links.find(({ source }) => numbers.maps[source].kind === kind)?.source ?? "",
  )
  if (numbers.shape(x)[0] !== 1) return false
  const k = numbers.shape(f)[2]
  const met = numbers.pairs(symbol, cell, x, f)
  const { a: window, b: kernel } = underKernel(numbers, { f, read: x, met }, [cell[0], 0], 0)
  const products = window.map((value, n) => value * kernel[n])
  const most = Math.max(...products.map((value) => Math.abs(value) || 0))
  const side = (pen.width - 44) / 3
  const { writes, sign } = gridFormatters(window, kernel)
  const three = /** @type {[number[], number[], string, string][]} */ ([
    [window, numbers.maps[x].limits, numbers.maps[x].scale, "⊙"],
    [kernel, numbers.maps[f].limits, "signed", sign],
    [products, [-most, most], "signed", ""],
  ])
  three.forEach(([values, limits, scale, sign], n) => {
    pen.drawGrid(
      values,
      k,
      limits,
      scale,
      { x: n * (side + 22), y: 0, width: side, height: side },
      { write: writes[n] },
    )
    if (sign) pen.drawSign(sign, n * (side + 22) + side + 11, side / 2)
  })
  return true
}
