// A heat map: an array as tiles of coloured cells. Colours and numbers are painted once, and outlines are drawn on a
// canvas above them, so that pointing repaints the outlines only. model/layout/image_layout.js places the cells.

import { enclosingBox, largestOfPixels, layout } from "../model/layout/image_layout.js"
import { colour, css, isUndecided, pixelOf, textColour } from "../model/numbers/colour.js"
import { brief, number, short } from "../model/numbers/format.js"
import { MOST_PRINTED } from "../spec.js"
import { contextOf, ratio } from "./canvas.js"
import { fontSizeWithin } from "./font_sizes.js"
import { imageOf } from "./pixels.js"
import { widthOf } from "./text_width.js"

/** @import { Box as CellBox } from "../model/numbers/array_faces.js" */
/** @import { Box, Face, Layout, Range, Scale, Values } from "../types/view.js" */
/** @typedef {{ ranges: Range[], strong?: boolean, thin?: boolean }} Mark  cells to outline */
/** @typedef {[width: number, height: number]} Size  on the screen, in CSS pixels */

const MIN_OUTLINE = 5 // minimum side of an outline
const MOST_RIBBONS = 4

/**
 * Return labels for the limits of a colour scale. A symmetric scale gets a single label with ±.
 * @param {number[]} limits @param {Scale} scale
 */
export function limitLabels(limits, scale) {
  const [low, high] = limits.map(brief)
  return scale === "signed" && low === `−${high}` ? ["", `±${high}`] : [low, high]
}

/**
 * Outline a box, with a white line underneath.
 * @param {CanvasRenderingContext2D} context @param {Box} box @param {string} tone @param {number[]} widths of the line and the white line under it @param {number} [inset]
 */
export function ring(context, { x, y, width, height }, tone, [lineWidth, white = 0], inset = 0) {
  const box = /** @type {const} */ ([
    x + inset,
    y + inset,
    Math.max(width - 2 * inset, 1),
    Math.max(height - 2 * inset, 1),
  ])
  for (const [line, style] of /** @type {[number, string][]} */ ([
    [white, "#fff"],
    [lineWidth, tone],
  ])) {
    if (!line) continue
    context.lineWidth = line
    context.strokeStyle = style
    context.strokeRect(...box)
  }
}

/**
 * Clear the cells that are not computed yet: all but the first `done` in reading order.
 * @param {CanvasRenderingContext2D} context @param {Box} box @param {number} rows @param {number} columns @param {number} done
 */
function clearPending(context, box, rows, columns, done) {
  const [row, column] = [Math.floor(done / columns), done % columns]
  const [h, w] = [box.height / rows, box.width / columns]
  context.clearRect(box.x + column * w, box.y + row * h, box.width - column * w, h)
  context.clearRect(box.x, box.y + (row + 1) * h, box.width, Math.max(0, box.height - (row + 1) * h))
}

export class Heatmap {
  /** @type {Face | null} */
  face = null
  /** @type {Values["values"]} */
  values = new Float64Array()
  /** @type {[number, number]} */
  limits = [0, 1]
  /** @type {Scale} */
  scale = "signed"
  /** @type {Mark[]} */
  marks = []
  across = 1
  places = 0 // number of tile slots, if it exceeds the number of tiles
  power = 0 // exponent of the power of ten that the numbers are multiplied by
  /** @type {Size} */
  size = [0, 0]
  /** @type {OffscreenCanvas | null}  all tiles, with a pixel per cell */
  picture = null
  pictured = false // whether `picture` is up to date
  pixels = [0, 0] // size in device pixels
  painted = "" // key of the state that is painted
  /** @type {string | null}  and the outlines above it; null if outdated */
  outlined = ""
  /** @type {HTMLCanvasElement | null} */
  above = null

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas
    this.context = contextOf(canvas)
    this.figure = /** @type {HTMLElement} */ (canvas.closest("figure"))
    this.symbol = (canvas.dataset.map ?? "").replace(/^.*\./, "") // on a board, "row.symbol"
  }

  /** Whether there are values to draw. */
  get received() {
    return this.values.length > 0
  }

  /** Mark the picture as outdated, because the values have changed. */
  change() {
    this.pictured = false
    this.invalidate()
  }

  /** Request a repaint at the next draw. */
  invalidate() {
    this.painted = ""
    this.outlined = null
  }

  /** Layout of the cells at the current size. */
  get layout() {
    const [width, height] = this.size
    return layout(/** @type {Face} */ (this.face), { width, height, across: this.across, places: this.places })
  }

  /** Return whether a tile has few enough cells for printed numbers. */
  hasPrintedNumbers() {
    return this.face !== null && this.face.rows * this.face.columns <= MOST_PRINTED
  }

  // Size the canvas in device pixels, or to 0 × 0 while it is blank, because browsers composite every canvas in each
  // frame. Return whether the map has a size.
  /** @param {boolean} blank */
  fit(blank) {
    const pixels = this.size.map((side) => Math.round(side * ratio()))
    if (pixels[0] !== this.pixels[0] || pixels[1] !== this.pixels[1]) this.invalidate()
    this.pixels = pixels
    const [width, height] = blank ? [0, 0] : pixels
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height })
    return this.size.every((side) => side > 0)
  }

  /** Make the size of the map in CSS pixels fill a canvas, whose pixels are rounded. @param {CanvasRenderingContext2D} context */
  fill(context) {
    const [across, down] = this.pixels.map((count, axis) => count / this.size[axis])
    context.setTransform(across, 0, 0, down, 0, 0)
  }

  /**
   * Draw the map. `done` is the number of cells per tile that are computed so far, in reading order.
   * @param {{ ahead?: boolean, done?: number, tone?: string }} how `tone` is the colour of the sources' outlines
   */
  draw({ ahead = false, done = Number.POSITIVE_INFINITY, tone = "#000" } = {}) {
    if (!this.fit(ahead) || !this.face || !this.received) return
    const state = `${ahead} ${done}`
    if (this.painted !== state) {
      this.fill(this.context)
      this.context.clearRect(0, 0, ...this.size)
      if (!ahead) this.paint(this.layout, done)
      this.painted = state
    }
    this.outline(ahead ? [] : this.marks, tone)
  }

  /** Paint colours and numbers. @param {Layout} geometry @param {number} done */
  paint(geometry, done) {
    const { context, face } = this
    const { rows, columns, tiles } = /** @type {Face} */ (face)
    this.picture = this.tileImage(geometry.tile(0))
    const [tileHeight, tileWidth] = [
      this.picture.height / Math.ceil(tiles / this.across),
      this.picture.width / this.across,
    ]
    context.imageSmoothingEnabled = false
    const isLegible = this.isLegible(geometry)
    for (let n = 0; n < tiles; n++) {
      const { x, y, width, height } = geometry.tile(n)
      const [left, top] = [(n % this.across) * tileWidth, Math.floor(n / this.across) * tileHeight]
      context.drawImage(this.picture, left, top, tileWidth, tileHeight, x, y, width, height)
      if (done < rows * columns) clearPending(context, { x, y, width, height }, rows, columns, done)
      if (isLegible) this.print(geometry, n, done)
    }
  }

  // Return all tiles as one image with a pixel per cell, which is faster than a canvas per tile. If a cell is smaller
  // than a device pixel, the pixel shows the entry with the largest magnitude.
  /** @param {Box} box of a tile */
  tileImage({ width, height }) {
    const { across } = this
    const face = /** @type {Face} */ (this.face)
    const rows = Math.max(1, Math.min(face.rows, Math.round(height * ratio())))
    const columns = Math.max(1, Math.min(face.columns, Math.round(width * ratio())))
    const [totalHeight, totalWidth] = [rows * Math.ceil(face.tiles / across), columns * across]
    if (this.pictured && this.picture?.height === totalHeight && this.picture.width === totalWidth) return this.picture // still valid if only the size on screen has changed
    this.pictured = true
    const fill = (/** @type {Uint32Array} */ pixels) => {
      const pixel = pixelOf(this.limits, this.scale)
      for (let n = 0; n < face.tiles; n++) {
        const firstPixel = Math.floor(n / across) * rows * totalWidth + (n % across) * columns
        const offsets = largestOfPixels(this.values, face, n, rows, columns)
        for (let i = 0; i < offsets.length; i++)
          if (offsets[i] >= 0)
            pixels[firstPixel + Math.floor(i / columns) * totalWidth + (i % columns)] = pixel(this.values[offsets[i]])
      }
    }
    return imageOf(totalHeight, totalWidth, fill, this.picture)
  }

  /** Return whether there is room for numbers. @param {Layout} geometry */
  isLegible(geometry) {
    return this.hasPrintedNumbers() && geometry.tile(0).width > 30
  }

  /** Return a number as printed in a cell. @param {number} value */
  formatValue(value) {
    if (isUndecided(value, this.scale)) return "–"
    const maxMagnitude = Math.max(Math.abs(this.limits[0]), Math.abs(this.limits[1]))
    const isPlain = this.scale !== "error" && !this.power // errors keep their exact magnitude
    return isPlain && value !== 0 && Math.abs(value) < maxMagnitude / 1000 ? "≈ 0" : short(value / 10 ** this.power)
  }

  /** Return the width of a text in pixels. @param {string} text @param {number} size */
  widthOf(text, size) {
    return widthOf(cellFont(size), text, (part) => {
      this.context.font = cellFont(size)
      return this.context.measureText(part).width
    })
  }

  /**
   * Return the texts of numbers, their widths at font size 1, and the font size at which all of them fit.
   * @param {number[]} values @param {Layout} at @param {number} least minimum font size
   */
  fitTexts(values, { cellWidth: w, cellHeight: h }, least) {
    const width = (/** @type {string} */ text) => this.widthOf(text, 10) / 10
    const texts = values.map((value) => {
      const text = this.formatValue(value)
      return least && width(text) * least > w - 4 ? number(value / 10 ** this.power, 1) : text // drop digits before reducing the font size
    })
    const widths = texts.map(width)
    return { texts, widths, room: Math.min(h * 0.66, (w - 4) / Math.max(...widths)) }
  }

  /**
   * Print the computed numbers of a tile. Numbers that would be squeezed to less than `squeezed` of their width are
   * left out.
   * @param {Layout} geometry @param {number} n @param {number} done @param {{ least?: number, squeezed?: number }} [how] `least`: minimum font size
   */
  print(geometry, n, done, { least = 0, squeezed = 0 } = {}) {
    const { context, limits, scale } = this
    const { rows, columns, offset } = /** @type {Face} */ (this.face)
    const [w, h] = [geometry.cellWidth, geometry.cellHeight]
    const cells = Array.from({ length: Math.min(done, rows * columns) }, (_, i) => ({
      value: this.values[offset(n, Math.floor(i / columns), i % columns)],
      box: geometry.place({ tile: n, top: Math.floor(i / columns), left: i % columns, tall: 1, wide: 1 }),
    })).filter(({ value }) => value !== undefined)
    if (!cells.length) return
    const { texts, widths, room } = this.fitTexts(
      cells.map(({ value }) => value),
      geometry,
      least,
    )
    if (room < least) return
    const size = fontSizeWithin(Math.min(h * 0.42, w * 0.3, (w - 6) / Math.max(...widths)))
    context.font = cellFont(size)
    context.textAlign = "center"
    context.textBaseline = "middle"
    cells.forEach(({ value, box }, i) => {
      if (widths[i] * size * squeezed > w - 2) return // no room for this number
      context.fillStyle = textColour(colour(value, limits, scale))
      context.fillText(texts[i], box.x + w / 2, box.y + h / 2, w - 2)
    })
  }

  // ---- outlines

  /** @param {Mark[]} marks @param {string} tone */
  outline(marks, tone) {
    const key = marks.length ? JSON.stringify([marks, tone]) : ""
    if (key === this.outlined) return
    this.outlined = key
    if (!key && !this.above) return
    const context = this.layer()
    const geometry = this.layout
    context.canvas.style.visibility = key ? "" : "hidden" // a visible canvas is composited in each frame, even if it is empty
    for (const mark of marks) this.mark(context, geometry, mark, tone)
  }

  // Return the context of the cleared canvas above the map.
  layer() {
    if (!this.above) {
      this.above = document.createElement("canvas")
      this.above.className = "outlines"
      this.above.setAttribute("aria-hidden", "true")
      this.canvas.after(this.above)
    }
    const [width, height] = this.pixels
    const [w, h] = this.size
    if (this.above.width !== width || this.above.height !== height) {
      const { offsetLeft, offsetTop } = this.canvas // read only when the size changes, because it forces a layout
      Object.assign(this.above, { width, height })
      this.above.style.cssText = `left:${offsetLeft}px;top:${offsetTop}px;width:${w}px;height:${h}px`
    }
    const context = contextOf(this.above)
    this.fill(context)
    context.clearRect(0, 0, w, h)
    return context
  }

  // Outline sets of cells: the pointed cell in black on white, its sources in the direction's colour.
  /** @param {CanvasRenderingContext2D} context @param {Layout} geometry @param {Mark} mark @param {string} tone */
  mark(context, geometry, { ranges, strong, thin }, tone) {
    for (const cellBox of geometry.found(ranges)) {
      const box = geometry.place(cellBox)
      const [width, height] = [Math.max(box.width, MIN_OUTLINE), Math.max(box.height, MIN_OUTLINE)]
      const x = Math.min(Math.max(box.x + (box.width - width) / 2, 0), this.size[0] - width)
      const y = Math.min(Math.max(box.y + (box.height - height) / 2, 0), this.size[1] - height)
      this.ring(context, { x, y, width, height }, strong ? "#000" : tone, { strong, thin })
      this.dots(context, geometry, cellBox)
    }
  }

  /** @param {CanvasRenderingContext2D} context @param {Box} box @param {string} tone @param {{ strong?: boolean, thin?: boolean }} how */
  ring(context, box, tone, { strong, thin }) {
    ring(context, box, tone, thin ? [1] : strong ? [2, 4] : [1.3, 3], 1)
  }

  // Mark the cells that count within an outline, if the stride or dilation skips some.
  /** @param {CanvasRenderingContext2D} context @param {Layout} geometry @param {CellBox} box */
  dots(context, geometry, { tile, rows, columns }) {
    if (!rows || !columns || (rows.step <= 1 && columns.step <= 1)) return
    const { x, y } = geometry.tile(tile)
    const [w, h] = [geometry.cellWidth, geometry.cellHeight]
    context.fillStyle = css([255, 200, 0])
    for (let r = 0; r < rows.count; r++) {
      for (let c = 0; c < columns.count; c++) {
        const [row, column] = [rows.start + r * rows.step, columns.start + c * columns.step]
        const [left, top] = [x + (column + 0.36) * w, y + (row + 0.36) * h]
        context.fillRect(left, top, Math.max(1, w * 0.28), Math.max(1, h * 0.28))
      }
    }
  }

  /**
   * Return the boxes around cells, or one box around all of them if they are more than a few.
   * @param {Range[]} ranges @returns {Box[]}
   */
  boxes(ranges) {
    const geometry = this.layout
    const boxes = geometry.found(ranges).map(geometry.place)
    return boxes.length > MOST_RIBBONS ? [enclosingBox(boxes)] : boxes
  }

  /** Return the cell under a point of the canvas. @param {number} x @param {number} y */
  cell(x, y) {
    return this.layout.cellAt(x, y)
  }
}

/** Return the CSS font of numbers in cells. @param {number} size */
export const cellFont = (size) => `600 ${size}px Inter, system-ui, sans-serif`
