// One array on a board, in a recording or among the notebook's parts: a heat map sized by the style sheet.

import { faceOfColumn } from "../model/numbers/array_faces.js"
import { extremes } from "../model/numbers/extremes.js"
import { exponentOf, number, rangeText, timesPower } from "../model/numbers/format.js"
import { spokenSymbol } from "../model/spoken.js"
import { say } from "../model/words.js"
import { Heatmap, limitLabels } from "./heatmap.js"

/** @import { Limits } from "../model/numbers/colour.js" */
/** @import { Size } from "./heatmap.js" */
/** @import { Cell, Layout, GradientCard, Scale, Values } from "../types/view.js" */

const [LOW, SQUEEZED] = [14.3, 0.5] // minimum height of a cell with a number in pixels, and minimum horizontal scale of a number

export class MapView extends Heatmap {
  layers = 1
  /** Whether each row has one cell. */
  flat = false
  /** Description of the array, for screen readers. */
  words = ""
  /** @type {unknown}  key of the shown content, for callers that only draw changes */
  stamp = undefined

  /**
   * @param {Values["values"]} values
   * @param {Pick<GradientCard, "rows" | "columns" | "layers" | "flat" | "words">} part  layout on the screen
   * @param {Limits} limits
   * @param {Scale} scale
   */
  receive(values, part, limits, scale) {
    const { rows, columns, layers, flat, words } = part
    Object.assign(this, { values, face: faceOfColumn(part), layers, flat, words, limits, scale })
    this.change()
    this.power = !flat && this.hasPrintedNumbers() ? this.exponentFor(this.maxMagnitude()) : 0
    const [low, high] = this.power ? ["", ""] : limitLabels(limits, scale) // the power of ten replaces the limits, for lack of room
    this.caption(".limits .low", scale === "error" && !flat ? "" : low) // the bar above the board shows both limits
    this.caption(".limits .power", timesPower(this.power))
    this.caption(".limits .high", high)
    if (!flat) this.caption(".size", layers > 1 ? `${rows * columns}×${layers}` : `${rows}×${columns}`)
    this.describe()
  }

  /**
   * Return the exponent of the power of ten that numbers are multiplied by.
   * @param {number} most largest magnitude
   */
  exponentFor(most) {
    return exponentOf(most)
  }

  /** Return the largest magnitude among the numbers. */
  maxMagnitude() {
    return extremes(this.values.map(Math.abs))[1]
  }

  /**
   * @param {string} selector
   * @param {string} text
   */
  caption(selector, text) {
    const element = this.figure.querySelector(selector)
    if (element && element.textContent !== text) element.textContent = text
  }

  describe(range = extremes(this.values)) {
    const isShort = this.values.length <= 4
    const values = isShort ? [...this.values].map((value) => number(value)).join(", ") : rangeText(range, number)
    const spokenFields = { symbol: spokenSymbol(this.symbol), what: this.words, n: this.values.length, values }
    this.canvas.setAttribute("aria-label", say("web.maps.label", spokenFields))
  }

  /** @param {Cell} cell */
  at([i, j, n = 0]) {
    return this.values[this.flat ? i : (this.face?.offset(n, i, j) ?? 0)]
  }

  /** @override @param {boolean} blank */
  fit(blank) {
    const { clientWidth, clientHeight } = this.canvas
    this.size = /** @type {Size} */ ([clientWidth, clientHeight])
    return super.fit(blank)
  }

  /** @override @param {Layout} at */
  isLegible(at) {
    return super.isLegible(at) && at.cellHeight >= LOW // otherwise the numbers would overlap vertically
  }

  /** @override @param {Layout} at @param {number} n @param {number} done @param {{ least?: number, squeezed?: number }} [how] */
  print(at, n, done, how = { squeezed: SQUEEZED }) {
    super.print(at, n, done, how)
  }

  /**
   * Return the neighbour of a cell for the arrow keys. Past the edge of one layer of w comes the next layer.
   * @param {Cell} cell
   * @param {number} down
   * @param {number} right
   * @returns {Cell}
   */
  move([i, j, layer = 0], down, right) {
    const { rows = 1, columns = 1 } = this.face ?? {}
    let [row, n] = [i + down, layer]
    if (this.layers > 1 && row < 0 && n > 0) [row, n] = [rows - 1, n - 1]
    if (this.layers > 1 && row >= rows && n < this.layers - 1) [row, n] = [0, n + 1]
    const target = [Math.min(Math.max(row, 0), rows - 1), Math.min(Math.max(j + right, 0), columns - 1)]
    return this.layers > 1 ? [...target, n] : target
  }
}
