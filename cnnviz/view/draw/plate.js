// One array of a network on screen: a heat map with its name, the limits of its colours, and class names.

import { extremes } from "../model/numbers/extremes.js"
import { brief, exponentOf, formatInteger, number, rangeText, short, timesPower } from "../model/numbers/format.js"
import { SHADES } from "../model/numbers/quantized_weights.js"
import { spoken } from "../model/spoken.js"
import { say } from "../model/words.js"
import { FONT_SIZES } from "./font_sizes.js"
import { cellFont, Heatmap, ring } from "./heatmap.js"
import { imageOfCells } from "./pixels.js"

/** @import { Box, Cell, Face, Layout, Numbers } from "../types/view.js" */

export const COLOUR_CHANNELS = 3 // channels of a colour photograph, which is drawn beside them
const MIN_TEXT_SCALE = 0.75 // minimum horizontal scale of a number
const CHARACTER_WIDTH = 6 // width of a character under a map

export class Plate extends Heatmap {
  /** @type {OffscreenCanvas | null} */
  photograph = null
  narrow = false // too narrow for both colour limits
  ofImages = false // whether it shows several images at once
  hasIntegers = false // whether all its numbers are integers
  /** @type {string[] | null} names of classes, one per row */
  names = null
  label = "" // label for screen readers
  markKey = "" // key of the marked cells
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
    this.invalidate()
  }

  /** @param {Numbers} numbers */
  receive(numbers) {
    const { label, limits, scale, words, kind } = numbers.maps[this.symbol]
    const values = numbers.values(this.symbol)
    const ofImages = this.ofImages ? numbers.ofImages(this.symbol) : undefined
    Object.assign(this, { values: ofImages?.values ?? values, numbers, scale })
    this.limits = ofImages ? /** @type {[number, number]} */ ([scale === "signed" ? -SHADES : 0, SHADES]) : limits
    this.change()
    const quantized = numbers.quantized[this.symbol] // for quantized weights only the largest magnitude is known
    const [low, high] = quantized ? limits : extremes(values)
    this.hasIntegers =
      this.hasPrintedNumbers() && values.every((value) => Number.isInteger(value) && Math.abs(value) < 1000)
    this.power =
      this.hasPrintedNumbers() && !this.names && !["row", "loss"].includes(kind) ? exponentOf(Math.max(-low, high)) : 0
    if (this.power && !this.hasRoom()) this.power = 0 // the colour limits say more if no numbers are printed
    this.figure.dataset.scale = this.face?.stacked || this.narrow ? "" : scale
    const [left, right] = this.captions()
    for (const [name, text] of Object.entries({ low: left, power: timesPower(this.power), high: right })) {
      const element = this.figure.querySelector(`.limits .${name}`)
      if (element) element.textContent = text
    }
    const range = () => (quantized ? `±${number(high)}` : rangeText([low, high], number))
    const shownValues = values.length <= 4 ? Array.from(values, (value) => number(value)).join(", ") : range()
    this.label = say("web.maps.label", {
      symbol: spoken(label),
      what: words,
      n: values.length,
      values: shownValues,
    })
  }

  // Return the captions under the map as far as there is room: the number of cells and the colour limits.
  captions() {
    const width = this.size[0] || 60
    const { face, scale } = this
    let [low, high] = this.power ? ["", ""] : this.limits.map(brief)
    if (scale === "signed" && (this.narrow || CHARACTER_WIDTH * (low + high).length + 36 > width))
      [low, high] = ["", high && `±${high}`]
    const count = face?.stacked ? `${face.rows * face.columns}×${face.tiles}` : ""
    if (count && CHARACTER_WIDTH * (count + high).length + 10 < width)
      [low, high] = [count, scale === "signed" && low ? `±${high}` : high]
    else if (CHARACTER_WIDTH * (low + high).length + 8 > width) low = "" // both would overlap
    return this.narrow && high.length * CHARACTER_WIDTH > width + 2 ? ["", ""] : [low, high]
  }

  /** Set the label for screen readers: the given text, or else the numbers. @param {string} instead */
  setLabel(instead) {
    const text = spoken(instead) || this.label
    if (this.canvas.getAttribute("aria-label") !== text) this.canvas.setAttribute("aria-label", text)
  }

  /** @override */
  hasPrintedNumbers() {
    return super.hasPrintedNumbers() && !this.ofImages && /** @type {Face} */ (this.face).tiles <= 4
  }

  /** @override @param {Layout} at @param {number} done */
  paint(at, done) {
    if (this.names) return this.drawClasses(this.names)
    if (this.symbol === "L") return this.printLoss()
    if (!this.pictured) this.photograph = this.photographImage()
    super.paint(at, done)
    if (!this.photograph) return
    const box = at.tile(COLOUR_CHANNELS)
    this.context.drawImage(this.photograph, box.x, box.y, box.width, box.height)
  }

  /** Print the loss, which has no colour. */
  printLoss() {
    const [width, height] = this.size
    this.context.font = cellFont(width < 40 ? FONT_SIZES.small : FONT_SIZES.text)
    this.context.fillStyle = getComputedStyle(this.canvas).color
    this.context.textAlign = "center"
    this.context.textBaseline = "middle"
    this.context.fillText(number(this.values[0], 3), width / 2, height / 2, width - 4)
  }

  /** Return the colour photograph, or null if there is no free slot beside the three channels. */
  photographImage() {
    const { rows, columns, tiles, stacked, offset } = /** @type {Face} */ (this.face)
    if (this.symbol !== "x" || this.places <= tiles || stacked) return null
    const share = (/** @type {number} */ c, /** @type {number} */ i, /** @type {number} */ j) =>
      (255 * this.values[offset(c, i, j)]) / this.limits[1]
    return imageOfCells(rows, columns, (i, j) => [share(0, i, j), share(1, i, j), share(2, i, j)])
  }

  /** @override @param {number} value */
  formatValue(value) {
    if (this.hasIntegers) return formatInteger(value)
    return this.symbol === "L" ? short(value) : super.formatValue(value) // a loss is never printed as ≈ 0
  }

  /** @override @param {Layout} at */
  isLegible(at) {
    return super.isLegible(at) && at.cellHeight > 12 && this.hasRoom()
  }

  /** Return whether every number fits: either all tiles have numbers or none. */
  hasRoom() {
    if (!this.size[0]) return false
    const maxWidth = Math.max(
      ...Array.from(this.values, (value) => this.widthOf(this.formatValue(value), FONT_SIZES.small)),
    )
    return this.layout.cellWidth - 2 >= MIN_TEXT_SCALE * maxWidth
  }

  /** @override @param {Layout} at @param {number} n @param {number} done */
  print(at, n, done) {
    super.print(at, n, done, { least: FONT_SIZES.small })
  }

  // Draw a row per class: the name, a bar and the number, with a frame around the target.
  /** @param {string[]} names */
  drawClasses(names) {
    const { context, values } = this
    const [width, height] = this.size
    const style = getComputedStyle(this.canvas)
    const [line, room] = [height / names.length, 34]
    const [left, right] = [width - room - 36, width - 36]
    const isSigned = this.scale === "signed"
    const maxMagnitude = Math.max(Math.abs(this.limits[0]), this.limits[1]) || 1
    const targets = this.symbol === "o" ? this.numbers?.values("y") : null
    const hasWords = line * 0.9 >= FONT_SIZES.small
    context.textBaseline = "middle"
    names.forEach((name, n) => {
      const y = (n + 0.5) * line
      context.fillStyle = style.color
      if (hasWords) {
        context.font = `${targets?.[n] ? 700 : 400} ${FONT_SIZES.small}px Inter, system-ui, sans-serif`
        context.textAlign = "left"
        context.fillText(name, 0, y, left - 4)
        context.textAlign = "right"
        context.fillText(short(values[n]), width, y, 34)
      }
      const zero = isSigned ? (left + right) / 2 : left
      const length = (values[n] / maxMagnitude) * (isSigned ? (right - left) / 2 : right - left)
      context.fillStyle = isSigned ? (values[n] < 0 ? "#4393c3" : "#d6604d") : "#7fb0e6"
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
  neighbourValue(cell, down, right) {
    const shape = this.numbers?.shape(this.symbol) ?? []
    const [row, column] = this.face?.stacked ? [1, 2] : [shape.length - 2, shape.length - 1]
    const target = cell.map((at, axis) => at + (axis === row ? down : axis === column ? right : 0))
    if (shape.length < 2 || target.some((at, axis) => at < 0 || at >= shape[axis])) return undefined
    return this.numbers?.isExact(this.symbol, target) ? this.numbers.at(this.symbol, target) : undefined
  }
}
