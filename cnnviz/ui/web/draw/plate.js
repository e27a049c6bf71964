// One array on the screen: a canvas with its tiles, drawn from the core's values, and the cells that matter outlined.

import { colour, ink } from "../model/colour.js"
import { number, power, short, timesPower } from "../model/format.js"
import { GAP } from "../model/overview.js"
import { say } from "../model/words.js"
import { MOST_PRINTED } from "../spec.js"
import { ratio } from "./canvas.js"

/** @typedef {import("../model/plates.js").Face} Face */
/** @typedef {import("../model/patterns.js").Cell} Cell */
/** @typedef {import("../model/patterns.js").Range} Range */
/** @typedef {{ ranges: Range[], strong?: boolean, thin?: boolean }} Mark  cells to outline */
/** @typedef {{ x: number, y: number, width: number, height: number }} Rectangle */

export const COLOURS = 3 // of a photograph, which has a place beside them
const STACK = 3 // between layers of w
const SMALLEST = 9 // size of a number in a cell, in pixels
const SQUEEZED = 0.75 // as narrow a number may be made
const MOST_RIBBONS = 4
const APART = 10 // scales that differ by more are said to
const SEEN = 5 // an outline is at least so large

export class Plate {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas
    this.symbol = canvas.dataset.map ?? ""
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))
    this.figure = /** @type {HTMLElement} */ (canvas.closest("figure"))
    /** @type {Mark[]} */
    this.marks = []
    /** @type {OffscreenCanvas[] | null} */
    this.pictures = null
    /** @type {OffscreenCanvas | null} */
    this.photograph = null
    this.across = 1
    this.places = 0 // of tiles, where there are more than tiles
    this.zoom = 1 // how much larger a style sheet shows it
    this.least = 0 // size under which nothing is printed
    this.narrow = false // too narrow for both ends of its colours
    /** @type {[number, number]} */
    this.limits = [0, 1]
    /** @type {import("../types/wire.js").Scale} */
    this.scale = "signed"
    /** @type {Face | null} */
    this.face = null
    /** @type {[number, number] | null} width and height on the screen, in CSS pixels */
    this.size = null
    /** @type {string[] | null} names of classes, a row each */
    this.names = null
    this.label = "" // its numbers, for those who listen
  }

  /** @param {import("../model/numbers.js").Numbers} numbers */
  receive(numbers) {
    const { limits, scale, words } = numbers.maps[this.symbol]
    this.values = numbers.values(this.symbol)
    this.numbers = numbers
    this.limits = limits
    this.scale = scale
    this.pictures = null
    const [low, high] = extremes(this.values)
    this.whole = this.printsAll() && this.values.every((value) => Number.isInteger(value) && Math.abs(value) < 1000)
    this.power =
      this.printsAll() && !this.names && !["row", "loss"].includes(numbers.maps[this.symbol].kind)
        ? power(Math.max(-low, high))
        : 0
    if (this.power && !this.legible()) this.power = 0 // the ends of its colours say more then
    const width = this.size?.[0] ?? 60
    let ends = this.power ? ["", ""] : limits.map((end) => (Number.isInteger(end) ? whole(end) : short(end)))
    if (scale === "signed" && (this.narrow || 6 * ends.join("").length + 36 > width))
      ends = ["", ends[1] && `±${ends[1]}`]
    const count = this.face?.stacked ? `${this.face.rows * this.face.columns}×${this.face.tiles}` : ""
    if (count && 6 * (count + ends[1]).length + 10 < width)
      ends = [count, scale === "signed" && ends[0] ? `±${ends[1]}` : ends[1]]
    else if (6 * ends.join("").length + 8 > width) ends = ["", ends[1]] // both would run together
    this.figure.dataset.scale = this.face?.stacked || this.narrow ? "" : scale
    if (this.narrow && ends[1].length * 6 > width + 2) ends = ["", ""] // no room
    const caption = { low: ends[0], power: timesPower(this.power), high: ends[1] }
    for (const [name, text] of Object.entries(caption)) {
      const place = this.figure.querySelector(`.limits .${name}`)
      if (place) place.textContent = text
    }
    this.compare(numbers)
    const few = this.values.length <= 4
    const range = () => say("web.maps.range", { low: number(low), high: number(high) })
    const values = few ? [...this.values].map((value) => number(value)).join(", ") : range()
    const said = { symbol: this.symbol, what: words, n: this.values.length, values }
    this.label = say("web.maps.label", said)
  }

  /** Says what those hear who listen: what is given, or else the numbers. @param {string} instead */
  name(instead) {
    const text = instead || (this.label ?? "")
    if (this.canvas.getAttribute("aria-label") !== text) this.canvas.setAttribute("aria-label", text)
  }

  // Gradients have a scale of their own from layer to layer: where they differ much, the map says so.
  /** @param {import("../model/numbers.js").Numbers} numbers */
  compare(numbers) {
    const badge = /** @type {HTMLElement | null} */ (this.figure.querySelector(".badge"))
    const { band, kind } = numbers.maps[this.symbol]
    if (!badge || band !== "gradients" || kind !== "map") return
    const from = numbers.links(this.symbol).find(({ source }) => {
      const map = numbers.maps[source]
      return map?.band === "gradients" && map.kind === "map"
    })
    const ratio = from ? numbers.maps[from.source].limits[1] / this.limits[1] : 1
    const apart = Number.isFinite(ratio) && ratio > 0 && (ratio >= APART || ratio <= 1 / APART)
    badge.textContent = !apart
      ? ""
      : ratio > 1
        ? say("web.overview.smaller", { times: ratio })
        : say("web.overview.larger", { times: 1 / ratio })
    badge.title =
      apart && from ? say("web.overview.scaled", { ratio: 1 / ratio, source: numbers.maps[from.source].label }) : ""
  }

  printsAll() {
    return this.face !== null && this.face.rows * this.face.columns <= MOST_PRINTED && this.face.tiles <= 4
  }

  fit() {
    const times = ratio() * this.zoom
    const [width, height] = this.size ?? [0, 0] // as it was laid out: to ask the page would make it lay everything out again
    if (this.canvas.width !== Math.round(width * times) || this.canvas.height !== Math.round(height * times)) {
      this.canvas.width = Math.round(width * times)
      this.canvas.height = Math.round(height * times)
      this.pictures = null
    }
    this.context.setTransform(times, 0, 0, times, 0, 0)
    this.width = width
    this.height = height
    return width > 0 && height > 0
  }

  /** Where a tile lies. @param {number} n @returns {Rectangle} */
  tile(n) {
    const { tiles, stacked } = /** @type {Face} */ (this.face)
    const [width, height] = [this.width ?? 0, this.height ?? 0]
    if (stacked) {
      const each = (height - STACK * (tiles - 1)) / tiles
      return { x: 0, y: n * (each + STACK), width, height: each }
    }
    const down = Math.ceil(Math.max(tiles, this.places) / this.across)
    const wide = (width - (this.across - 1) * GAP) / this.across
    const tall = (height - (down - 1) * GAP) / down
    return {
      x: (n % this.across) * (wide + GAP),
      y: Math.floor(n / this.across) * (tall + GAP),
      width: wide,
      height: tall,
    }
  }

  /** `done`: cells of each tile drawn so far, in reading order; the rest is not computed yet while the kernel slides. @param {boolean} ahead @param {number} done @param {string} tone of the outlines of sources */
  draw(ahead, done = Infinity, tone = "#000") {
    if (!this.fit() || !this.face || !this.values) return
    const { context, face } = this
    context.clearRect(0, 0, this.width ?? 0, this.height ?? 0)
    if (ahead) return
    if (this.names) this.rows(this.names)
    else {
      if (!this.pictures) this.photograph = this.together()
      this.pictures ??= Array.from({ length: face.tiles }, (_, n) => this.picture(n))
      context.imageSmoothingEnabled = false
      const first = this.tile(0)
      const printed = this.printsAll() && first.width > 30 && first.height / face.rows > 12 && this.legible()
      this.pictures.forEach((picture, n) => {
        const box = this.tile(n)
        context.drawImage(picture, box.x, box.y, box.width, box.height)
        if (done < face.rows * face.columns) this.hide(done, box)
        if (printed) this.print(box, n, done)
      })
    }
    if (this.photograph) {
      const box = this.tile(COLOURS)
      context.drawImage(this.photograph, box.x, box.y, box.width, box.height)
    }
    for (const mark of this.marks) this.outline(mark, tone)
  }

  /** Red, green and blue as one picture, where there is a place free beside the three. @returns {OffscreenCanvas | null} */
  together() {
    const { rows, columns, tiles, stacked, offset } = /** @type {Face} */ (this.face)
    const values = /** @type {Float64Array} */ (this.values)
    if (this.symbol !== "x" || this.places <= tiles || stacked) return null
    const canvas = new OffscreenCanvas(columns, rows)
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"))
    const image = context.createImageData(columns, rows)
    for (let n = 0; n < rows * columns; n++) {
      for (let c = 0; c < COLOURS; c++)
        image.data[4 * n + c] = (255 * values[offset(c, Math.floor(n / columns), n % columns)]) / this.limits[1]
      image.data[4 * n + 3] = 255
    }
    context.putImageData(image, 0, 0)
    return canvas
  }

  // A tile, a pixel a cell; where a cell is less than a pixel of the screen, a pixel has the entry of largest size.
  /** @param {number} n */
  picture(n) {
    const face = /** @type {Face} */ (this.face)
    const box = this.tile(n)
    const times = ratio() * this.zoom
    const rows = Math.max(1, Math.min(face.rows, Math.round(box.height * times)))
    const columns = Math.max(1, Math.min(face.columns, Math.round(box.width * times)))
    const canvas = new OffscreenCanvas(columns, rows)
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"))
    const image = context.createImageData(columns, rows)
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const value = this.largest(face, n, [i, rows], [j, columns])
        if (value === undefined) continue
        const [r, g, b] = colour(value, this.limits, this.scale)
        const at = 4 * (i * columns + j)
        image.data[at] = r
        image.data[at + 1] = g
        image.data[at + 2] = b
        image.data[at + 3] = 255
      }
    }
    context.putImageData(image, 0, 0)
    return canvas
  }

  /** @param {Face} face @param {number} n @param {number[]} down @param {number[]} right @returns {number | undefined} */
  largest(face, n, [i, rows], [j, columns]) {
    const values = /** @type {Float64Array} */ (this.values)
    const [top, bottom] = [Math.floor((i * face.rows) / rows), Math.floor(((i + 1) * face.rows) / rows)]
    const [left, right] = [Math.floor((j * face.columns) / columns), Math.floor(((j + 1) * face.columns) / columns)]
    /** @type {number | undefined} */
    let found
    for (let r = top; r < bottom; r++) {
      for (let c = left; c < right; c++) {
        const at = face.offset(n, r, c)
        if (at >= 0 && (found === undefined || Math.abs(values[at]) > Math.abs(found))) found = values[at]
      }
    }
    return found
  }

  /** Where cells lie on the canvas; of more than a few tiles, what encloses them. @param {Range[]} ranges @returns {Rectangle[]} */
  boxes(ranges) {
    const face = /** @type {Face} */ (this.face)
    const all = face
      .boxes(ranges)
      .filter(({ tall, wide }) => tall > 0 && wide > 0)
      .map(({ tile, top, left, tall, wide }) => {
        const box = this.tile(tile)
        const [h, w] = [box.height / face.rows, box.width / face.columns]
        return { x: box.x + left * w, y: box.y + top * h, width: wide * w, height: tall * h }
      })
    if (all.length <= MOST_RIBBONS) return all
    const [x, y] = [Math.min(...all.map((box) => box.x)), Math.min(...all.map((box) => box.y))]
    const width = Math.max(...all.map((box) => box.x + box.width)) - x
    return [{ x, y, width, height: Math.max(...all.map((box) => box.y + box.height)) - y }]
  }

  /** @param {number} done @param {Rectangle} box */
  hide(done, box) {
    const { rows, columns } = /** @type {Face} */ (this.face)
    const [row, column] = [Math.floor(done / columns), done % columns]
    const [h, w] = [box.height / rows, box.width / columns]
    this.context.clearRect(box.x + column * w, box.y + row * h, box.width - column * w, h)
    this.context.clearRect(box.x, box.y + (row + 1) * h, box.width, Math.max(0, box.height - (row + 1) * h))
  }

  // Whole numbers as such; what is next to nothing beside the largest, as that. A loss is never next to nothing.
  /** @param {number} value */
  written(value) {
    const most = Math.max(Math.abs(this.limits[0]), Math.abs(this.limits[1]))
    if (this.whole) return whole(value)
    if (value !== 0 && !this.power && this.symbol !== "L" && Math.abs(value) < most / 1000) return "≈ 0"
    return short(value / 10 ** (this.power ?? 0))
  }

  /** Whether there is room for every number: all tiles of a map have numbers, or none. */
  legible() {
    const { columns } = /** @type {Face} */ (this.face)
    const [width] = this.size ?? [0]
    const cell = (width - (this.across - 1) * GAP) / this.across / columns
    this.context.font = `600 ${SMALLEST}px Inter, system-ui, sans-serif`
    const values = Array.from(/** @type {Float64Array} */ (this.values))
    const widest = Math.max(...values.map((value) => this.context.measureText(this.written(value)).width))
    return cell - 2 >= SQUEEZED * widest
  }

  // The numbers of a tile.
  /** @param {Rectangle} box @param {number} n @param {number} done of each tile's cells: the others are not computed yet */
  print(box, n, done) {
    const face = /** @type {Face} */ (this.face)
    const values = /** @type {Float64Array} */ (this.values)
    const [h, w] = [box.height / face.rows, box.width / face.columns]
    /** @type {{ value: number, text: string, x: number, y: number }[]} */
    const all = []
    for (let i = 0; i < face.rows; i++) {
      for (let j = 0; j < face.columns; j++) {
        const at = face.offset(n, i, j)
        if (at >= 0 && i * face.columns + j < done)
          all.push({
            value: values[at],
            text: this.written(values[at]),
            x: box.x + (j + 0.5) * w,
            y: box.y + (i + 0.5) * h,
          })
      }
    }
    if (!all.length) return
    const font = (/** @type {number} */ size) => `600 ${size}px Inter, system-ui, sans-serif`
    this.context.font = font(10)
    const width = (/** @type {string} */ text) => this.context.measureText(text).width / 10 // at a size of 1
    const widest = Math.max(...all.map(({ text }) => width(text)))
    const fits = Math.min(h * 0.42, w * 0.3, 22, (w - 6) / widest)
    if (fits < this.least) return
    this.context.font = font(Math.max(SMALLEST, fits))
    this.context.textAlign = "center"
    this.context.textBaseline = "middle"
    for (const { value, text, x, y } of all) {
      this.context.fillStyle = ink(colour(value, this.limits, this.scale))
      this.context.fillText(text, x, y, w - 2)
    }
  }

  // Classes, a row each: the name, a bar and the number; a mark where the target is.
  /** @param {string[]} names */
  rows(names) {
    const { context } = this
    const values = /** @type {Float64Array} */ (this.values)
    const [width, height] = [this.width ?? 0, this.height ?? 0]
    const style = getComputedStyle(this.canvas)
    const [line, room] = [height / names.length, 34]
    const [left, right] = [width - room - 36, width - 36]
    const signed = this.scale === "signed"
    const most = Math.max(Math.abs(this.limits?.[0] ?? 0), this.limits?.[1] ?? 1) || 1
    const targets = this.symbol === "o" ? this.numbers?.values("y") : null
    const size = Math.min(12, line * 0.9)
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

  // Rectangles around sets of cells: of what is pointed at in black on white, of its sources in the direction's colour.
  /** @param {Mark} mark @param {string} tone */
  outline({ ranges, strong, thin }, tone) {
    const face = /** @type {Face} */ (this.face)
    for (const { tile, top, left, tall, wide, rows, columns } of face.boxes(ranges)) {
      if (tall < 1 || wide < 1) continue
      const box = this.tile(tile)
      const [h, w] = [box.height / face.rows, box.width / face.columns]
      const [height, width] = [Math.max(tall * h, SEEN), Math.max(wide * w, SEEN)]
      const x = Math.min(Math.max(box.x + (left + wide / 2) * w - width / 2, 0), (this.width ?? 0) - width)
      const y = Math.min(Math.max(box.y + (top + tall / 2) * h - height / 2, 0), (this.height ?? 0) - height)
      // Around a row of words a line is thin: it would run through them.
      const lines = this.names
        ? [[1.2, strong ? getComputedStyle(this.canvas).color : tone]]
        : thin
          ? [[1, tone]]
          : [
              [strong ? 4 : 3, "#fff"],
              [strong ? 2 : 1.3, strong ? "#000" : tone],
            ]
      for (const [line, style] of lines) {
        this.context.lineWidth = Number(line)
        this.context.strokeStyle = String(style)
        const inset = this.names ? 0.3 : 1
        this.context.strokeRect(x + inset, y + inset, Math.max(width - 2 * inset, 1), Math.max(height - 2 * inset, 1))
      }
      if (rows && columns && (rows.step > 1 || columns.step > 1)) this.dots(rows, columns, box, h, w)
    }
  }

  // With a stride, only some cells inside the outline count: mark them.
  /** @param {Range} rows @param {Range} columns @param {Rectangle} box @param {number} h @param {number} w */
  dots(rows, columns, box, h, w) {
    this.context.fillStyle = "rgb(255 200 0)"
    for (let r = 0; r < rows.count; r++) {
      for (let c = 0; c < columns.count; c++) {
        const [y, x] = [rows.start + r * rows.step, columns.start + c * columns.step]
        this.context.fillRect(
          box.x + (x + 0.36) * w,
          box.y + (y + 0.36) * h,
          Math.max(1, w * 0.28),
          Math.max(1, h * 0.28),
        )
      }
    }
  }

  /** The value so many cells further down and to the right in the same channel, if there is one. @param {Cell} cell @param {number} down @param {number} right */
  near(cell, down, right) {
    const shape = this.numbers?.shape(this.symbol) ?? []
    const [row, column] = this.face?.stacked ? [1, 2] : [shape.length - 2, shape.length - 1]
    const place = cell.map((at, axis) => at + (axis === row ? down : axis === column ? right : 0))
    if (shape.length < 2 || place.some((at, axis) => at < 0 || at >= shape[axis])) return undefined
    return this.numbers?.isExact(this.symbol, place) ? this.numbers.at(this.symbol, place) : undefined
  }

  /** The cell under a point of the canvas. @param {number} x @param {number} y @returns {Cell} */
  cell(x, y) {
    const face = /** @type {Face} */ (this.face)
    const within = (/** @type {number} */ at, /** @type {number} */ count) =>
      Math.min(Math.max(Math.floor(at), 0), count - 1)
    const first = this.tile(0)
    const pitch = face.stacked ? STACK : GAP
    const across = face.stacked ? 1 : this.across
    const n = Math.min(
      within(y / (first.height + pitch), Math.ceil(Math.max(face.tiles, this.places) / across)) * across
        + within(x / (first.width + pitch), across),
      face.tiles - 1,
    )
    const box = this.tile(n)
    let [i, j] = [
      within(((y - box.y) / box.height) * face.rows, face.rows),
      within(((x - box.x) / box.width) * face.columns, face.columns),
    ]
    for (; i >= 0; i--, j = i < 0 ? j : j) {
      for (let at = j; at >= 0; at--) {
        const cell = face.at(n, i, at)
        if (cell) return cell
      }
    }
    return face.at(n, 0, 0) ?? []
  }
}

/** @param {number} value */
const whole = (value) => String(value).replace("-", "−")

/** @param {ArrayLike<number>} values */
function extremes(values) {
  let [low, high] = [Infinity, -Infinity]
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) low = values[i]
    if (values[i] > high) high = values[i]
  }
  return [low, high]
}
