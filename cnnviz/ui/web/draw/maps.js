// The maps: one canvas an array, drawn from the core's values, with the cells that matter outlined.

import { MOST_PRINTED } from "../spec.js"
import { colour, css, ink, picture } from "../model/colour.js"
import { number, power, short, timesPower } from "../model/format.js"
import { ratio } from "./sharpness.js"

const GAP = 3 // between the layers of w, in CSS pixels
const SMALLEST = 9 // size of a number in a cell, in pixels; what is too wide even so is squeezed

function extremes(values) {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return [low, high]
}

export class MapView {
  constructor(canvas) {
    this.canvas = canvas
    this.symbol = canvas.dataset.map.split(".").at(-1) // on a board, "row.symbol"
    this.context = canvas.getContext("2d")
    this.figure = canvas.closest("figure")
    this.marks = []
  }

  // `part`: rows, columns and layers on the screen, whether it is `flat`, a cell a row, and what it is in words.
  receive(values, part, limits, scale) {
    const { rows, columns, layers = 1, flat = false, words = "" } = part
    const shape = [rows, columns]
    Object.assign(this, { values, rows, columns, layers, flat, words, limits, scale })
    const pick = (n) => (layers > 1 ? (i) => values[i * layers + n] : (i) => values[i])
    this.pictures = Array.from({ length: layers }, (_, n) => picture(values, ...shape, limits, scale, pick(n)))
    this.power = !this.flat && this.prints() ? power(Math.max(...values.map(Math.abs))) : 0
    let ends = this.power ? ["", ""] : limits.map(short) // with a power of ten there is no room for both
    if (layers > 1 && ends.join("").length > 10) ends = ["", `±${ends[1]}`]
    const caption = { low: ends[0], power: timesPower(this.power), high: ends[1] }
    for (const [name, text] of Object.entries(caption)) this.figure.querySelector(`.limits .${name}`).textContent = text
    const size = this.figure.querySelector(".size")
    if (size && !this.flat) size.textContent = layers > 1 ? `${shape[0] * shape[1]}×${layers}` : `${shape[0]}×${shape[1]}`
    this.describe()
  }

  describe([low, high] = extremes(this.values)) {
    const all = this.values.length <= 4 ? [...this.values].map((value) => number(value)).join(", ") : `from ${number(low)} to ${number(high)}`
    this.canvas.setAttribute("aria-label", `${this.symbol}: ${this.words}, ${this.values.length} values, ${all}`)
  }

  at([i, j, n = 0]) {
    if (this.flat) return this.values[i]
    return this.values[(i * this.width() + j) * this.layers + n]
  }

  // The columns by which a cell [i, j] is found; v is one column on the screen but is pointed at as a1 is.
  width() {
    return this.across ?? this.columns
  }

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

  // Where layer n lies on the canvas.
  layer(n, [width, height]) {
    const each = (height - GAP * (this.layers - 1)) / this.layers
    return { x: 0, y: n * (each + GAP), width, height: each }
  }

  // `done`: cells drawn so far, in reading order; the rest is not computed yet while the kernel slides.
  draw(done = Infinity) {
    const size = this.fit()
    if (!this.pictures || !size[0]) return
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

  hide(done, box) {
    const [row, column] = [Math.floor(done / this.columns), done % this.columns]
    const [h, w] = [box.height / this.rows, box.width / this.columns]
    this.context.clearRect(box.x + column * w, box.y + row * h, box.width, h)
    this.context.clearRect(box.x, box.y + (row + 1) * h, box.width, box.height)
  }

  // The numbers of layer n.
  print(box, n) {
    const [h, w] = [box.height / this.rows, box.width / this.columns]
    const values = Array.from({ length: this.rows * this.columns }, (_, i) => this.values[i * this.layers + n])
    const texts = values.map((value) => short(value / 10 ** this.power))
    const font = (size) => `600 ${size}px system-ui, sans-serif`
    this.context.font = font(10)
    const widest = Math.max(...texts.map((text) => this.context.measureText(text).width)) / 10 // at a size of 1
    this.context.font = font(Math.max(SMALLEST, Math.min(h * 0.42, w * 0.3, 22, (w - 6) / widest)))
    this.context.textAlign = "center"
    this.context.textBaseline = "middle"
    texts.forEach((text, i) => {
      this.context.fillStyle = ink(colour(values[i], this.limits, this.scale))
      this.context.fillText(text, box.x + ((i % this.columns) + 0.5) * w, box.y + (Math.floor(i / this.columns) + 0.5) * h, w - 2)
    })
  }

  // A rectangle around a set of cells, dark on light and light on dark at once.
  outline({ rows, columns, output, strong }, size) {
    for (let n = 0; n < this.layers; n++) {
      if (output !== null && output !== undefined && output !== n) continue
      const box = this.layer(n, size)
      const [h, w] = [box.height / this.rows, box.width / this.columns]
      const extent = ({ start, count, step }) => [start, (count - 1) * step + 1]
      let [[top, tall], [left, wide]] = [extent(rows), extent(columns)]
      if (this.across) [top, tall, left, wide] = this.strip(rows, columns)
      if (tall < 1 || wide < 1) continue
      const rectangle = [box.x + left * w, box.y + top * h, wide * w, Math.max(tall * h, 2)]
      for (const [width, style] of [[strong ? 4 : 3, "#fff"], [strong ? 2 : 1.2, "#000"]]) {
        this.context.lineWidth = width
        this.context.strokeStyle = style
        this.context.strokeRect(rectangle[0] + 1, rectangle[1] + 1, rectangle[2] - 2, rectangle[3] - 2)
      }
      if (rows.step > 1 || columns.step > 1) this.dots(rows, columns, box, h, w)
    }
  }

  strip(rows, columns) {
    const first = rows.start * this.across + columns.start
    const last = (rows.start + rows.count - 1) * this.across + columns.start + columns.count - 1
    return [first, last - first + 1, 0, 1]
  }

  // With a stride, only some pixels inside the outline count: mark them.
  dots(rows, columns, box, h, w) {
    this.context.fillStyle = css([255, 200, 0])
    for (let r = 0; r < rows.count; r++) {
      for (let c = 0; c < columns.count; c++) {
        const [y, x] = [rows.start + r * rows.step, columns.start + c * columns.step]
        this.context.fillRect(box.x + (x + 0.36) * w, box.y + (y + 0.36) * h, Math.max(1, w * 0.28), Math.max(1, h * 0.28))
      }
    }
  }

  // The cell under a point of the canvas.
  cell(x, y) {
    const size = [this.canvas.clientWidth, this.canvas.clientHeight]
    const within = (at, of, count) => Math.min(Math.max(Math.floor((at / of) * count), 0), count - 1)
    const n = Math.min(Math.max(Math.floor(y / (this.layer(0, size).height + GAP)), 0), this.layers - 1)
    const box = this.layer(n, size)
    const i = within(y - box.y, box.height, this.rows)
    const j = within(x, box.width, this.columns)
    if (this.across) return [Math.floor(i / this.across), i % this.across]
    return this.layers > 1 ? [i, j, n] : [i, j]
  }

  // The neighbour of a cell, for the arrow keys; past the edge of one layer of w lies the next.
  move([i, j, n = 0], down, right) {
    const [rows, columns] = this.across ? [this.rows / this.across, this.across] : [this.rows, this.columns]
    let row = i + down
    if (this.layers > 1 && row < 0 && n > 0) [row, n] = [rows - 1, n - 1]
    if (this.layers > 1 && row >= rows && n < this.layers - 1) [row, n] = [0, n + 1]
    const to = [Math.min(Math.max(row, 0), rows - 1), Math.min(Math.max(j + right, 0), columns - 1)]
    return this.layers > 1 ? [...to, n] : to
  }
}
