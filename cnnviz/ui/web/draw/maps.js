// The maps: one canvas an array, drawn from the core's values, with the cells that matter outlined.

import { colour, css, ink, isUntold } from "../model/colour.js"
import { number, power, short, timesPower } from "../model/format.js"
import { say } from "../model/words.js"
import { MOST_PRINTED } from "../spec.js"
import { contextOf, ratio, smallest } from "./canvas.js"
import { pixels } from "./pixels.js"

/** @import { BoardColumn, Scale } from "../types/wire.js" */
/** @import { Limits } from "../model/colour.js" */
/** @import { Values } from "../model/decode.js" */
/** @import { Band, Block, Cell } from "../model/links.js" */
/** @typedef {Block & { strong?: boolean }} Mark  cells that are outlined */
/** @typedef {{ x: number, y: number, width: number, height: number }} Box */
/** @typedef {[width: number, height: number]} Size  in CSS pixels */

const [LOW, SQUEEZED] = [1.1, 0.5] // as low a cell, and as narrow a number, may be, by the size of its letters
const GAP = 3 // between the layers of w, in CSS pixels

/**
 * @param {Values["values"]} values
 * @returns {Limits}
 */
function extremes(values) {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return low <= high ? [low, high] : [Number.NaN, Number.NaN]
}

export class MapView {
  /** @type {Values["values"]} */
  values = new Float64Array()
  rows = 0
  columns = 0
  layers = 1
  /** Whether a row is one cell. */
  flat = false
  /** What it shows, in words. */
  words = ""
  /** @type {Limits} */
  limits = [0, 1]
  /** @type {Scale} */
  scale = "signed"
  /** @type {OffscreenCanvas[]} */
  pictures = []
  /** @type {Mark[]} */
  marks = []
  power = 0
  /** @type {number | undefined}  the width of a1, for v: one column on the screen, but pointed at as a1 is */
  across = undefined
  /** @type {unknown}  what is shown now, for who draws only what changed */
  stamp = undefined

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas
    this.symbol = /** @type {string} */ (canvas.dataset.map?.split(".").at(-1)) // on a board, "row.symbol"
    this.context = contextOf(canvas)
    this.figure = /** @type {HTMLElement} */ (canvas.closest("figure"))
  }

  get received() {
    return this.pictures.length > 0
  }

  /**
   * @param {Values["values"]} values
   * @param {Pick<BoardColumn, "rows" | "columns" | "layers" | "flat" | "words">} part  how it lies on the screen
   * @param {Limits} limits
   * @param {Scale} scale
   */
  receive(values, part, limits, scale) {
    const { rows, columns, layers, flat, words } = part
    Object.assign(this, { values, rows, columns, layers, flat, words, limits, scale })
    /** @type {(n: number) => (i: number) => number} */
    const pick = (n) => (layers > 1 ? (i) => values[i * layers + n] : (i) => values[i])
    this.pictures = Array.from({ length: layers }, (_, n) => pixels(values, rows, columns, limits, scale, pick(n)))
    this.power = !this.flat && this.prints() ? power(extremes(values.map(Math.abs))[1]) : 0
    let ends = this.power ? ["", ""] : limits.map(short) // with a power of ten there is no room for both
    if (scale === "signed" && ends[0] === `−${ends[1]}`) ends = ["", `±${ends[1]}`] // a board's maps are narrow
    if (scale === "error" && !this.flat) ends[0] = "" // the bar above the board has both ends
    const size = layers > 1 ? `${rows * columns}×${layers}` : `${rows}×${columns}`
    this.caption(".limits .low", ends[0])
    this.caption(".limits .power", timesPower(this.power))
    this.caption(".limits .high", ends[1])
    if (!this.flat) this.caption(".size", String(size))
    this.describe()
  }

  /**
   * @param {string} place
   * @param {string} text
   */
  caption(place, text) {
    const element = this.figure.querySelector(place)
    if (element && element.textContent !== text) element.textContent = text
  }

  describe(ends = extremes(this.values)) {
    const [low, high] = ends.map((value) => number(value))
    const few = this.values.length <= 4
    const values = few
      ? [...this.values].map((value) => number(value)).join(", ")
      : say("web.maps.range", { low, high })
    const said = { symbol: this.symbol, what: this.words, n: this.values.length, values }
    this.canvas.setAttribute("aria-label", say("web.maps.label", said))
  }

  /** @param {Cell} cell */
  at([i, j, n = 0]) {
    if (this.flat) return this.values[i]
    return this.values[(i * (this.across ?? this.columns) + j) * this.layers + n]
  }

  /** @returns {Size} */
  fit() {
    const times = ratio()
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight]
    if (this.canvas.width !== Math.round(width * times)) this.canvas.width = Math.round(width * times)
    if (this.canvas.height !== Math.round(height * times)) this.canvas.height = Math.round(height * times)
    this.context.setTransform(times, 0, 0, times, 0, 0)
    return [width, height]
  }

  prints() {
    return this.rows * this.columns <= MOST_PRINTED
  }

  /**
   * Where layer n lies on the canvas.
   * @param {number} n
   * @param {Size} size
   * @returns {Box}
   */
  layer(n, [width, height]) {
    const each = (height - GAP * (this.layers - 1)) / this.layers
    return { x: 0, y: n * (each + GAP), width, height: each }
  }

  // `done`: cells drawn so far, in reading order; the rest is not computed yet while the kernel slides.
  draw(done = Number.POSITIVE_INFINITY) {
    const size = this.fit()
    if (!this.received || !size[0]) return
    const { context } = this
    context.clearRect(0, 0, ...size)
    context.imageSmoothingEnabled = false
    for (let n = 0; n < this.layers; n++) {
      const box = this.layer(n, size)
      context.drawImage(this.pictures[n], box.x, box.y, box.width, box.height)
      if (done < this.rows * this.columns) this.hide(done, box)
      if (this.prints() && box.width > 30 && !this.figure.classList.contains("ahead")) this.print(box, n)
    }
    for (const mark of this.marks) this.outline(mark, size)
  }

  /**
   * @param {number} done
   * @param {Box} box
   */
  hide(done, box) {
    const [row, column] = [Math.floor(done / this.columns), done % this.columns]
    const [h, w] = [box.height / this.rows, box.width / this.columns]
    this.context.clearRect(box.x + column * w, box.y + row * h, box.width, h)
    this.context.clearRect(box.x, box.y + (row + 1) * h, box.width, box.height)
  }

  /**
   * The numbers of layer n.
   * @param {Box} box
   * @param {number} n
   */
  print(box, n) {
    const [h, w] = [box.height / this.rows, box.width / this.columns]
    const values = Array.from({ length: this.rows * this.columns }, (_, i) => this.values[i * this.layers + n])
    const most = Math.max(...this.limits.map(Math.abs))
    const plain = this.scale === "signed" && !this.power // how small an error is, is what it says
    const small = (/** @type {number} */ value) => plain && value !== 0 && Math.abs(value) < most / 1000
    const texts = values.map((value) =>
      isUntold(value, this.scale) ? "–" : small(value) ? "≈ 0" : short(value / 10 ** this.power),
    )
    const font = (/** @type {number} */ size) => `600 ${size}px Inter, system-ui, sans-serif`
    this.context.font = font(10)
    const widest = Math.max(...texts.map((text) => this.context.measureText(text).width)) / 10 // at a size of 1
    if (h < smallest() * LOW) return // they would stand on each other
    this.context.font = font(Math.max(smallest(), Math.min(h * 0.42, w * 0.3, 22, (w - 6) / widest)))
    this.context.textAlign = "center"
    this.context.textBaseline = "middle"
    texts.forEach((text, i) => {
      if (this.context.measureText(text).width * SQUEEZED > w - 2) return // no room for this one
      const [x, y] = [(i % this.columns) + 0.5, Math.floor(i / this.columns) + 0.5]
      this.context.fillStyle = ink(colour(values[i], this.limits, this.scale))
      this.context.fillText(text, box.x + x * w, box.y + y * h, w - 2)
    })
  }

  /**
   * A rectangle around a set of cells, dark on light and light on dark at once.
   * @param {Mark} mark
   * @param {Size} size
   */
  outline({ rows, columns, output, strong }, size) {
    for (let n = 0; n < this.layers; n++) {
      if (output !== null && output !== undefined && output !== n) continue
      const box = this.layer(n, size)
      const [h, w] = [box.height / this.rows, box.width / this.columns]
      const [top, tall, left, wide] = this.area(rows, columns)
      if (tall < 1 || wide < 1) continue
      const [x, y, width, height] = [box.x + left * w, box.y + top * h, wide * w, Math.max(tall * h, 2)]
      for (const [line, style] of /** @type {[number, string][]} */ ([
        [strong ? 4 : 3, "#fff"],
        [strong ? 2 : 1.2, "#000"],
      ])) {
        this.context.lineWidth = line
        this.context.strokeStyle = style
        this.context.strokeRect(x + 1, y + 1, width - 2, height - 2)
      }
      if (rows.step > 1 || columns.step > 1) this.dots(rows, columns, box, h, w)
    }
  }

  /**
   * Top, height, left and width of what these bands enclose, in cells.
   * @param {Band} rows
   * @param {Band} columns
   */
  area(rows, columns) {
    if (this.across) {
      const first = rows.start * this.across + columns.start
      const last = (rows.start + rows.count - 1) * this.across + columns.start + columns.count - 1
      return [first, last - first + 1, 0, 1]
    }
    return [rows, columns].flatMap(({ start, count, step }) => [start, (count - 1) * step + 1])
  }

  /**
   * With a stride, only some pixels inside the outline count: mark them.
   * @param {Band} rows
   * @param {Band} columns
   * @param {Box} box
   * @param {number} h
   * @param {number} w
   */
  dots(rows, columns, box, h, w) {
    this.context.fillStyle = css([255, 200, 0])
    const [tall, wide] = [Math.max(1, h * 0.28), Math.max(1, w * 0.28)]
    for (let r = 0; r < rows.count; r++) {
      for (let c = 0; c < columns.count; c++) {
        const [y, x] = [rows.start + r * rows.step, columns.start + c * columns.step]
        this.context.fillRect(box.x + (x + 0.36) * w, box.y + (y + 0.36) * h, wide, tall)
      }
    }
  }

  /**
   * The cell under a point of the canvas.
   * @param {number} x
   * @param {number} y
   * @returns {Cell}
   */
  cell(x, y) {
    /** @type {Size} */
    const size = [this.canvas.clientWidth, this.canvas.clientHeight]
    /** @type {(at: number, of: number, count: number) => number} */
    const within = (at, of, count) => Math.min(Math.max(Math.floor((at / of) * count), 0), count - 1)
    const n = Math.min(Math.max(Math.floor(y / (this.layer(0, size).height + GAP)), 0), this.layers - 1)
    const box = this.layer(n, size)
    const i = within(y - box.y, box.height, this.rows)
    const j = within(x, box.width, this.columns)
    if (this.across) return [Math.floor(i / this.across), i % this.across]
    return this.layers > 1 ? [i, j, n] : [i, j]
  }

  /**
   * The neighbour of a cell, for the arrow keys; past the edge of one layer of w lies the next.
   * @param {Cell} cell
   * @param {number} down
   * @param {number} right
   * @returns {Cell}
   */
  move([i, j, layer = 0], down, right) {
    const [rows, columns] = this.across ? [this.rows / this.across, this.across] : [this.rows, this.columns]
    let [row, n] = [i + down, layer]
    if (this.layers > 1 && row < 0 && n > 0) [row, n] = [rows - 1, n - 1]
    if (this.layers > 1 && row >= rows && n < this.layers - 1) [row, n] = [0, n + 1]
    const to = [Math.min(Math.max(row, 0), rows - 1), Math.min(Math.max(j + right, 0), columns - 1)]
    return this.layers > 1 ? [...to, n] : to
  }
}
