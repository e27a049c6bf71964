// One array of a network on screen: a heat map with its name, the limits of its colours, and class names.

import { extremes } from "../model/numbers/extremes.js"
import { brief, number, power, rangeText, short, timesPower, whole } from "../model/numbers/format.js"
import { SHADES } from "../model/numbers/quantized_weights.js"
import { say } from "../model/words.js"
import { font, Heatmap, ring } from "./heatmap.js"
import { picture } from "./pixels.js"

/** @import { Box, Cell, Face, Layout, Numbers } from "../types/view.js" */

export const COLOURS = 3 // channels of a colour photograph, which is drawn beside them
const SMALLEST = 9 // minimum font size of a number in a cell, in pixels
const SQUEEZED = 0.75 // minimum horizontal scale of a number
const APART = 10 // ratio from which a difference between scales is pointed out
const LETTER = 6 // width of a character under a map

export class Plate extends Heatmap {
  /** @type {OffscreenCanvas | null} */
  photograph = null
  least = 0 // minimum font size of printed numbers
  narrow = false // too narrow for both colour limits
  ofImages = false // whether it shows several images at once
  wholes = false // whether all its numbers are integers
  /** @type {string[] | null} names of classes, one per row */
  names = null
  label = "" // label for screen readers
  lit = "" // key of the marked cells
  /** @type {Numbers | undefined} */
  numbers = undefined
  /** @type {import("./heatmap.js").Size}  size in the strip */
  home = [0, 0]
  holder = /** @type {HTMLElement} */ (this.canvas.parentElement)
  /** @type {HTMLElement[]}  elements over its tiles, for search and clicks */
  channels = []

  /** Set the size of the map. @param {import("./heatmap.js").Size} size */
  resize(size) {
    this.size = size
    this.outdate()
  }

  /** @param {Numbers} numbers */
  receive(numbers) {
    const { limits, scale, words, kind } = numbers.maps[this.symbol]
    const values = numbers.values(this.symbol)
    const all = this.ofImages ? numbers.ofImages(this.symbol) : undefined
    Object.assign(this, { values: all?.values ?? values, numbers, scale })
    this.limits = all ? /** @type {[number, number]} */ ([scale === "signed" ? -SHADES : 0, SHADES]) : limits
    this.change()
    const coloured = numbers.quantized[this.symbol] // for quantized weights only the largest magnitude is known
    const [low, high] = coloured ? limits : extremes(values)
    this.wholes = this.prints() && values.every((value) => Number.isInteger(value) && Math.abs(value) < 1000)
    this.power = this.prints() && !this.names && !["row", "loss"].includes(kind) ? power(Math.max(-low, high)) : 0
    if (this.power && !this.roomy()) this.power = 0 // the colour limits say more if no numbers are printed
    this.figure.dataset.scale = this.face?.stacked || this.narrow ? "" : scale
    const [left, right] = this.captions()
    for (const [name, text] of Object.entries({ low: left, power: timesPower(this.power), high: right })) {
      const place = this.figure.querySelector(`.limits .${name}`)
      if (place) place.textContent = text
    }
    this.compare(numbers)
    const range = () => (coloured ? `±${number(high)}` : rangeText([low, high], number))
    const said = values.length <= 4 ? Array.from(values, (value) => number(value)).join(", ") : range()
    this.label = say("web.maps.label", { symbol: this.symbol, what: words, n: values.length, values: said })
  }

  // Return the captions under the map as far as there is room: the number of cells and the colour limits.
  captions() {
    const width = this.size[0] || 60
    const { face, scale } = this
    let [low, high] = this.power ? ["", ""] : this.limits.map(brief)
    if (scale === "signed" && (this.narrow || LETTER * (low + high).length + 36 > width))
      [low, high] = ["", high && `±${high}`]
    const count = face?.stacked ? `${face.rows * face.columns}×${face.tiles}` : ""
    if (count && LETTER * (count + high).length + 10 < width)
      [low, high] = [count, scale === "signed" && low ? `±${high}` : high]
    else if (LETTER * (low + high).length + 8 > width) low = "" // both would overlap
    return this.narrow && high.length * LETTER > width + 2 ? ["", ""] : [low, high]
  }

  /** Set the label for screen readers: the given text, or else the numbers. @param {string} instead */
  name(instead) {
    const text = instead || this.label
    if (this.canvas.getAttribute("aria-label") !== text) this.canvas.setAttribute("aria-label", text)
  }

  // Gradients are scaled per layer. Show a badge if the scale differs much from that of the map before.
  /** @param {Numbers} numbers */
  compare(numbers) {
    const badge = /** @type {HTMLElement | null} */ (this.figure.querySelector(".badge"))
    const { band, kind } = numbers.maps[this.symbol]
    if (!badge || band !== "gradients" || kind !== "map") return
    const from = numbers.links(this.symbol).find(({ source }) => {
      const map = numbers.maps[source]
      return map?.band === "gradients" && map.kind === "map"
    })
    const ratio = from ? numbers.maps[from.source].limits[1] / this.limits[1] : 1
    const apart = from && Number.isFinite(ratio) && ratio > 0 && (ratio >= APART || ratio <= 1 / APART)
    const text = () =>
      ratio > 1 ? say("web.overview.smaller", { times: ratio }) : say("web.overview.larger", { times: 1 / ratio })
    badge.textContent = apart ? text() : ""
    badge.title = apart ? say("web.overview.scaled", { ratio: 1 / ratio, source: numbers.maps[from.source].label }) : ""
  }

  /** @override */
  prints() {
    return super.prints() && !this.ofImages && /** @type {Face} */ (this.face).tiles <= 4
  }

  /** @override @param {Layout} at @param {number} done */
  paint(at, done) {
    if (this.names) return this.rows(this.names)
    if (this.symbol === "L") return this.total()
    if (!this.pictured) this.photograph = this.together()
    super.paint(at, done)
    if (!this.photograph) return
    const box = at.tile(COLOURS)
    this.context.drawImage(this.photograph, box.x, box.y, box.width, box.height)
  }

  /** Print the loss, which has no colour. */
  total() {
    const [width, height] = this.size
    this.context.font = font(width < 40 ? this.least : 15)
    this.context.fillStyle = getComputedStyle(this.canvas).color
    this.context.textAlign = "center"
    this.context.textBaseline = "middle"
    this.context.fillText(number(this.values[0], 3), width / 2, height / 2, width - 4)
  }

  /** Return the colour photograph, or null if there is no free slot beside the three channels. */
  together() {
    const { rows, columns, tiles, stacked, offset } = /** @type {Face} */ (this.face)
    if (this.symbol !== "x" || this.places <= tiles || stacked) return null
    const share = (/** @type {number} */ c, /** @type {number} */ i, /** @type {number} */ j) =>
      (255 * this.values[offset(c, i, j)]) / this.limits[1]
    return picture(rows, columns, (i, j) => [share(0, i, j), share(1, i, j), share(2, i, j)])
  }

  /** @override @param {number} value */
  written(value) {
    if (this.wholes) return whole(value)
    return this.symbol === "L" ? short(value) : super.written(value) // a loss is never printed as ≈ 0
  }

  /** @override @param {Layout} at */
  legible(at) {
    return super.legible(at) && at.cellHeight > 12 && this.roomy()
  }

  /** Return whether every number fits: either all tiles have numbers or none. */
  roomy() {
    if (!this.size[0]) return false
    const widest = Math.max(...Array.from(this.values, (value) => this.widthOf(this.written(value), SMALLEST)))
    return this.layout.cellWidth - 2 >= SQUEEZED * widest
  }

  /** @override @param {Layout} at @param {number} n @param {number} done */
  print(at, n, done) {
    super.print(at, n, done, { smallest: SMALLEST, least: this.least })
  }

  // Draw a row per class: the name, a bar and the number, with a frame around the target.
  /** @param {string[]} names */
  rows(names) {
    const { context, values } = this
    const [width, height] = this.size
    const style = getComputedStyle(this.canvas)
    const [line, room] = [height / names.length, 34]
    const [left, right] = [width - room - 36, width - 36]
    const signed = this.scale === "signed"
    const most = Math.max(Math.abs(this.limits[0]), this.limits[1]) || 1
    const targets = this.symbol === "o" ? this.numbers?.values("y") : null
    const size = Math.min(13, line * 0.9)
    context.textBaseline = "middle"
    names.forEach((name, n) => {
      const y = (n + 0.5) * line
      context.fillStyle = style.color
      if (size >= this.least) {
        context.font = `${targets?.[n] ? 700 : 400} ${size}px Inter, system-ui, sans-serif`
        context.textAlign = "left"
        context.fillText(name, 0, y, left - 4)
        context.textAlign = "right"
        context.fillText(short(values[n]), width, y, 34)
      }
      const zero = signed ? (left + right) / 2 : left
      const length = (values[n] / most) * (signed ? (right - left) / 2 : right - left)
      context.fillStyle = signed ? (values[n] < 0 ? "#4393c3" : "#d6604d") : "#7fb0e6"
      context.fillRect(Math.min(zero, zero + length), y - line * 0.36, Math.abs(length), line * 0.72)
      if (targets?.[n]) context.strokeRect(left + 0.5, y - line * 0.4, right - left, line * 0.8)
    })
  }

  // Outline a row of words with a thin line, because a thick one would cross them.
  /** @override @param {CanvasRenderingContext2D} context @param {Box} box @param {string} tone @param {{ strong?: boolean, thin?: boolean }} how */
  ring(context, box, tone, how) {
    if (!this.names) return super.ring(context, box, tone, how)
    ring(context, box, how.strong ? getComputedStyle(this.canvas).color : tone, [1.2], 0.3)
  }

  /**
   * Return the value of the cell at an offset in the same channel, or undefined if there is none.
   * @param {Cell} cell @param {number} down @param {number} right
   */
  near(cell, down, right) {
    const shape = this.numbers?.shape(this.symbol) ?? []
    const [row, column] = this.face?.stacked ? [1, 2] : [shape.length - 2, shape.length - 1]
    const place = cell.map((at, axis) => at + (axis === row ? down : axis === column ? right : 0))
    if (shape.length < 2 || place.some((at, axis) => at < 0 || at >= shape[axis])) return undefined
    return this.numbers?.isExact(this.symbol, place) ? this.numbers.at(this.symbol, place) : undefined
  }
}
