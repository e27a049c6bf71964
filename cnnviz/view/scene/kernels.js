// A kernel with its numbers, as a part of a picture.

import { kernelName } from "../model/explain/windows.js"
import { timesPower } from "../model/numbers/format.js"
import { html } from "../shell/html.js"
import { printCells } from "./digits.js"
import { cells, head } from "./parts.js"

/** @import { Printed } from "./digits.js" */
/** @import { CellsHow } from "./parts.js" */
/** @import { Scene } from "./scene.js" */
/** @import { Cell, Numbers } from "../types/view.js" */

/** Return the numbers of a kernel in reading order. @param {Numbers} numbers @param {string} symbol @param {Cell} cell in it */
export function kernelValues(numbers, symbol, [m, c]) {
  const k = numbers.shape(symbol)[2]
  const from = numbers.offset(symbol, [m, c, 0, 0])
  return Array.from(numbers.values(symbol).slice(from, from + k * k))
}

/**
 * Return the kernel of a cell, with its head. Cells that are not computed yet are blank.
 * @param {Scene} scene @param {string} symbol @param {Cell} cell @param {Partial<CellsHow> & { id: string, place?: string, printed?: Printed }} how `printed`: the formatter, if others show numbers of the same kind
 */
export function kernelPart(scene, symbol, cell, { place = "", printed, ...how }) {
  const { numbers, room, done } = scene
  const { limits, plain } = numbers.maps[symbol]
  const k = numbers.shape(symbol)[2]
  const values = kernelValues(numbers, symbol, cell)
  const { write, power, fits } = printed ?? printCells(values, room(how.id).letters)
  const known = done(symbol)
  return html`<figure class="kernel-of ${place}">${head(kernelName(numbers, symbol, cell), plain, fits ? timesPower(power) : "")}
    ${cells(
      scene,
      values.map((value, n) => (n < known ? value : Number.NaN)),
      k,
      {
        label: plain,
        limits,
        bold: true,
        symbol,
        cell: (n) => [cell[0], cell[1], Math.floor(n / k), n % k],
        term: () => "",
        write: fits ? write : () => "",
        ...how,
      },
    )}</figure>`
}
