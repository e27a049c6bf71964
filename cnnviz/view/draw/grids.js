// Maps and grids of numbers on a canvas, with hit areas that relate their cells to terms.

import { colour, css, textColour } from "../model/numbers/colour.js"
import { brief, number, short } from "../model/numbers/format.js"
import { hatch } from "./canvas.js"
import { clearPending, limitLabels, ring } from "./heatmap.js"
import { cachedImage, colourBar, drawImage, valueFill } from "./pixels.js"
import { Sheet, SMALL } from "./sheet.js"
import { halfPixels } from "./text_width.js"

/** @import { Ring } from "./sheet.js" */
/** @import { Box, Cell, Numbers, Range, Scale } from "../types/view.js" */

const MIN_TEXT_SCALE = 0.9 // minimum horizontal scale of text
const [MIN_PHONE_SIZE, MAX_SIZE] = [11, 19] // minimum font size in a cell on a phone, and maximum; digits are dropped before the text gets smaller
const PHONE = 500 // maximum width in pixels
const GAP = 1.5 // between the cells of a grid
const HATCH = 9 // distance between hatching lines
const BAR = { width: 62, height: 8 } // colour bar under a map

export class Grids extends Sheet {
  /**
   * Draw one channel of a map, or of an array of that shape, and a colour bar under it.
   * @param {Numbers} numbers @param {string} symbol @param {Cell} at the indices before row and column @param {Box} box @param {Ring[]} rings @param {number[]} [limits] of the colours, if they differ from the map's @param {boolean} [bar] whether to draw a colour bar
   */
  drawMap(numbers, symbol, at, box, rings = [], limits = numbers.maps[symbol].limits, bar = true) {
    const [rows, columns] = numbers.shape(symbol).slice(-2)
    const { scale } = numbers.maps[symbol]
    const done = this.done(symbol)
    if (bar && done >= rows * columns) this.drawColourBar(limits, scale, box)
    const isDefault = limits === numbers.maps[symbol].limits && !this.shown.some((each) => each.symbol === symbol)
    if (!isDefault || !this.seats(symbol)) {
      const offset = numbers.offset(symbol, [...at, 0, 0])
      const drawValues = cachedImage(numbers.values(symbol), rows, columns, limits, scale, offset)
      this.context.drawImage(drawValues, box.x, box.y, box.width, box.height)
      if (done < rows * columns) clearPending(this.context, box, rows, columns, done)
    }
    this.frame(box)
    this.shown.push({ symbol, at, box })
    for (const drawRing of rings) this.ring(drawRing, rows, columns, box)
  }

  /**
   * Draw the colour bar of a scale and its limits under a box, if the box is wide enough.
   * @param {number[]} limits @param {string} scale @param {Box} box
   */
  drawColourBar(limits, scale, box) {
    const y = box.y + box.height + 13
    if (y + 6 > this.height) return
    const style = { size: SMALL }
    const labels = limits.map(brief)
    const widthOfLabels = (/** @type {string[]} */ [low, high]) =>
      (low ? this.widthOf(low, style) + 7 : 0) + this.widthOf(high, style) + 7
    const [low, high] =
      widthOfLabels(labels) + 20 < box.width ? labels : limitLabels(limits, /** @type {Scale} */ (scale))
    const width = Math.min(2 * BAR.width, box.width - widthOfLabels([low, high]))
    if (width < 16) return
    const x = box.x + (low ? this.widthOf(low, style) + 7 : 0)
    this.context.drawImage(colourBar(/** @type {Scale} */ (scale), limits), x, y - BAR.height / 2, width, BAR.height)
    if (low) this.writeNote(low, box.x, y)
    this.writeNote(high, x + width + 7, y)
  }

  /**
   * Draw values as colours.
   * @param {number} rows @param {number} columns @param {(n: number) => number} pick @param {number[]} limits @param {string} scale @param {Box} box @param {Ring[]} rings
   */
  picture(rows, columns, pick, limits, scale, box, rings = []) {
    this.drawImage(rows, columns, valueFill(pick, limits, /** @type {Scale} */ (scale)), box, rings)
  }

  /**
   * Draw a framed image whose pixels are written by `fill`.
   * @param {number} rows @param {number} columns @param {(drawPixels: Uint32Array) => void} fill @param {Box} box @param {Ring[]} [rings]
   */
  drawImage(rows, columns, fill, box, rings = []) {
    drawImage(this.context, rows, columns, fill, box)
    this.frame(box)
    for (const drawRing of rings) this.ring(drawRing, rows, columns, box)
  }

  /**
   * Frame an image: a thin line by default, and a line in the direction's colour around an array that the stage
   * computes (thick) or reads (medium).
   * @param {Box} box @param {"" | "made" | "read"} [role]
   */
  frame({ x, y, width, height }, role = "") {
    const offset = { "": 0.5, made: 2.5, read: 1.5 }[role]
    this.context.lineWidth = { "": 1, made: 3, read: 2 }[role]
    this.context.strokeStyle = role ? this.tone : this.line
    this.context.strokeRect(x - offset, y - offset, width + 2 * offset, height + 2 * offset)
  }

  /** Hatch a box whose numbers are not shown. @param {Box} box */
  hatch(box) {
    hatch(this.context, box, this.line, HATCH)
  }

  /**
   * Draw a ring around cells of a map, and return its box, or undefined if there are no cells.
   * @param {Ring} ring @param {number} rows @param {number} columns @param {Box} box @returns {Box | undefined}
   */
  ring({ rows: r, columns: c, strong }, rows, columns, box) {
    if (r.count < 1 || c.count < 1) return undefined
    const [h, w] = [box.height / rows, box.width / columns]
    const length = (/** @type {Range} */ range) => (range.count - 1) * Math.abs(range.step) + 1
    const [height, width] = [Math.max(length(r) * h, 7), Math.max(length(c) * w, 7)]
    const x = box.x + (c.start + length(c) / 2) * w - width / 2
    const y = box.y + (r.start + length(r) / 2) * h - height / 2
    const ringBox = { x, y, width, height }
    ring(this.context, ringBox, strong ? "#000" : this.tone, [2, 4])
    return ringBox
  }

  // ---- numbers in cells

  /** Minimum font size of a number in a cell. */
  get least() {
    return this.upright && this.width < PHONE ? MIN_PHONE_SIZE : SMALL
  }

  /**
   * Return the font size of texts in cells of a given size, or 0 if they do not fit.
   * @param {string[]} texts @param {number} w @param {number} h @param {boolean} [bold] @param {number} [minFontSize]
   */
  fontSizeFor(texts, w, h, bold = true, minFontSize = SMALL) {
    const widest = Math.max(...texts.map((text) => this.widthOf(text, { size: 10, bold }) / 10), 0.1)
    const size = Math.min(MAX_SIZE, h * 0.46, (w - 5) / widest)
    if (size >= SMALL) return halfPixels(size)
    const squeezedSize = Math.min(h * 0.7, (w - 2) / widest / MIN_TEXT_SCALE, SMALL)
    return squeezedSize >= minFontSize ? halfPixels(squeezedSize) : 0
  }

  /**
   * Draw numbers in coloured cells and return whether the numbers fit. NaN marks an empty cell.
   * @param {number[]} values @param {number} columns @param {number[]} limits @param {string} scale @param {Box} box @param {{ write?: (value: number, n: number) => string, lit?: (n: number) => boolean, blank?: string, bold?: boolean, term?: (n: number) => string, symbol?: string, cell?: (n: number) => Cell }} [how] `blank` is the text of an empty cell; `term`, `symbol` and `cell` are what each cell belongs to
   */
  drawGrid(values, columns, limits, scale, box, how = {}) {
    const { write = short, lit, blank = "", bold = false } = how
    const rows = Math.ceil(values.length / columns)
    const [w, h] = [box.width / columns, box.height / rows]
    const texts = values.map((value, n) => (Number.isNaN(value) ? blank : write(value, n)))
    const size = this.fontSizeFor(texts, w, h, bold, this.least)
    values.forEach((value, n) => {
      const cellBox = { x: box.x + (n % columns) * w, y: box.y + Math.floor(n / columns) * h, width: w, height: h }
      const isEmpty = Number.isNaN(value)
      const isPale = lit && !lit(n)
      const paint = isEmpty ? [128, 128, 128] : colour(value, limits, /** @type {Scale} */ (scale))
      this.fillCell(cellBox, paint, isEmpty ? 0.15 : isPale ? 0.35 : 1)
      const fill = isEmpty ? this.soft : isPale ? this.ink : textColour(paint)
      const how = { size, align: /** @type {const} */ ("center"), bold: bold && !isPale, fill, room: w - 3 }
      if (size && texts[n]) this.writeText(texts[n], cellBox.x + w / 2, cellBox.y + h / 2, how)
      if (lit?.(n)) this.outlineCell(cellBox, this.ink)
    })
    this.addSpots(values, columns, box, size > 0, how)
    return size > 0
  }

  // Add a hit area for each cell of a grid that is not empty.
  /** @param {number[]} values @param {number} columns @param {Box} box @param {boolean} printed @param {{ term?: (n: number) => string, symbol?: string, cell?: (n: number) => Cell }} of */
  addSpots(values, columns, box, printed, { term, symbol = "", cell: drawCell }) {
    const rows = Math.ceil(values.length / columns)
    const [width, height] = [box.width / columns, box.height / rows]
    values.forEach((value, n) => {
      if (Number.isNaN(value) || (!term && !symbol)) return
      const cellBox = { x: box.x + (n % columns) * width, y: box.y + Math.floor(n / columns) * height, width, height }
      const source = printed && symbol && drawCell ? { symbol, cell: drawCell(n) } : { symbol: "", cell: [] }
      this.spots.push({ box: cellBox, term: term?.(n) ?? "", ...source })
    })
  }

  /**
   * Add a hit area for a term that shows no cell's number.
   * @param {Box} box @param {string} term @param {import("./sheet.js").Choice} [choose]
   */
  addSpot(box, term, choose) {
    this.spots.push({ box, term, symbol: "", cell: [], choose })
  }

  /** @param {Box} box @param {number[]} paint @param {number} [alpha] */
  fillCell({ x, y, width, height }, paint, alpha = 1) {
    if (alpha < 1) this.context.globalAlpha = alpha
    this.context.fillStyle = css(paint)
    this.context.fillRect(x, y, width - GAP, height - GAP)
    if (alpha < 1) this.context.globalAlpha = 1
  }

  /** Draw a line around a cell of a grid. @param {Box} box @param {string} tone */
  outlineCell({ x, y, width, height }, tone) {
    this.context.lineWidth = 2.5
    this.context.strokeStyle = tone
    this.context.strokeRect(x, y, width - GAP, height - GAP)
  }

  /**
   * Outline one cell of a grid, given the grid's box.
   * @param {Box} box of the grid @param {number} rows @param {number} columns @param {number} row @param {number} column @param {string} [tone]
   */
  outlineCellAt({ x, y, width, height }, rows, columns, row, column, tone = this.ink) {
    const [w, h] = [width / columns, height / rows]
    this.outlineCell({ x: x + column * w, y: y + row * h, width: w, height: h }, tone)
  }

  /** Return the colour of a cell. @param {Numbers} numbers @param {string} symbol @param {Cell} drawCell */
  colourOf(numbers, symbol, drawCell) {
    const { limits, scale } = numbers.maps[symbol]
    return colour(numbers.at(symbol, drawCell), limits, /** @type {Scale} */ (scale))
  }

  /**
   * Draw the weights of a kernel.
   * @param {Numbers} numbers @param {string} symbol @param {number} m @param {number} c @param {Box} box @param {{ write?: (value: number, n: number) => string, term?: (n: number) => string }} [how]
   */
  drawKernel(numbers, symbol, m, c, box, how = {}) {
    const k = numbers.shape(symbol)[2]
    const drawCell = (/** @type {number} */ n) => [m, c, Math.floor(n / k), n % k]
    const values = Array.from({ length: k * k }, (_, n) => numbers.at(symbol, drawCell(n)))
    const { limits } = numbers.maps[symbol]
    return this.drawGrid(values, k, limits, "signed", box, { ...how, bold: true, symbol, cell: drawCell })
  }

  /**
   * Draw a number in its colour, with an optional name under it.
   * @param {number} value @param {number[]} limits @param {string} scale @param {Box} box @param {{ ring?: string, write?: (value: number) => string, name?: string, term?: string, symbol?: string, at?: Cell }} [how]
   */
  cell(value, limits, scale, box, { ring: drawRing, write = number, name = "", term = "", symbol = "", at = [] } = {}) {
    const paint = colour(value, limits, /** @type {Scale} */ (scale))
    const { x, y, width, height } = box
    this.context.fillStyle = css(paint)
    this.context.fillRect(x, y, width, height)
    if (drawRing) this.frame(box, "read")
    if (drawRing && drawRing !== this.tone) {
      this.context.lineWidth = 2.5
      this.context.strokeStyle = drawRing
      this.context.strokeRect(x - 1, y - 1, width + 2, height + 2)
    }
    const isNamed = name && height >= 44
    const size = this.fontSizeFor([write(value)], width, isNamed ? 1.1 * (height - 20) : 1.3 * height)
    const how = { align: /** @type {const} */ ("center"), fill: textColour(paint), room: width - 4 }
    if (size)
      this.writeText(write(value), x + width / 2, y + height / 2 - (isNamed ? 10 : 0), { ...how, size, bold: true })
    if (isNamed) this.writeText(name, x + width / 2, y + height / 2 + 14, how)
    this.spots.push({ box, term, symbol: size ? symbol : "", cell: at })
  }
}
