// A canvas that a picture is drawn on: words, maps, grids of numbers, and what each of them belongs to.

import { colour, css, ink } from "../model/colour.js"
import { number, short } from "../model/format.js"
import { ratio } from "./canvas.js"
import { ends, hide, ring } from "./heatmap.js"
import { drawPicture, keptPicture } from "./pixels.js"

/** @import { Scale } from "../types/wire.js" */
/** @import { Numbers } from "../model/numbers.js" */
/** @import { Cell, Range } from "../model/patterns.js" */
/** @import { Box } from "../model/layout.js" */
/** @typedef {{ rows: Range, columns: Range, strong?: boolean }} Ring */
/** @typedef {{ width: number, height: number, zoom?: number }} Room  in CSS pixels; a picture is laid out as if they were `zoom` times larger */
/** @typedef {{ open?: number, unfolded?: boolean }} Choice  of a picture: the channel that is opened, and whether all are there */
/** @typedef {{ box: Box, term: string, symbol: string, cell: Cell, choose?: Choice }} Spot  what is drawn in a box: the term of a sum that it belongs to, and the cell whose number it shows; "" where it is none; and what a click on it chooses */
/** @typedef {{ box: Box, rows: number, columns: number, term: (row: number, column: number) => string, place: (term: string) => [number, number] | null, say?: (row: number, column: number) => string }} Field  a map each cell of which belongs to a term; `say`: what it comes to */
/** @typedef {{ symbol: string, at: Cell, box: Box }} Shown  one channel of a map, and where it is drawn */
/** @typedef {{ ink: string, soft: string, line: string, bars: string, math: string, accent: string, warm: string, pos: string, neg: string, paper: string, flat: string }} Palette */
/** @typedef {{ size?: number, align?: CanvasTextAlign, bold?: boolean, math?: boolean, fill?: string, room?: number, halo?: boolean }} How  of a text; `halo`: it stands over lines */

// Sizes of letters: ends and notes, words and numbers, totals, symbols.
export const SMALL = 13
export const TEXT = 15
export const LARGE = 18
const SYMBOL = 22

export const HEAD = 30 // the line over a map
const LEAST = { width: 900, height: 300 } // what pictures are laid out for; in less they are smaller
const SQUEEZED = 0.9 // at most
const LARGEST = 19 // number in a cell
const RAMP = 128 // colours that a scale is drawn with
const GAP = 1.5 // between the cells of a grid
const BAR = { width: 62, height: 8 } // of colours, under a map
const CURSIVE = /<(i|b)>(.*?)<\/\1>/

/** How many CSS pixels one pixel of a picture has in a room. @param {Room} room */
export const unitOf = ({ width, height, zoom = 1 }) => Math.min(zoom, width / LEAST.width, height / LEAST.height)

export class Sheet {
  /** @type {(symbol: string) => number}  how many cells of each channel are computed so far */
  done = () => Number.POSITIVE_INFINITY
  /** @type {(symbol: string) => boolean}  whether a map of the strip comes to stand there itself */
  seats = () => false
  /** @type {Spot[]} */
  spots = []
  /** @type {Field[]} */
  fields = []
  /** @type {Shown[]} */
  shown = []
  /** @type {Choice} */
  choice = {}

  /** @param {HTMLCanvasElement} canvas @param {Room} room @param {Palette} palette @param {boolean} backward @param {number} [unit] */
  constructor(canvas, room, palette, backward, unit = unitOf(room)) {
    const { width, height } = room
    this.unit = unit
    this.width = width / unit
    this.height = height / unit
    const [w, h] = [Math.round(width * ratio()), Math.round(height * ratio())]
    if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h })
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))
    this.context.setTransform(ratio() * unit, 0, 0, ratio() * unit, 0, 0)
    this.context.clearRect(0, 0, this.width, this.height)
    this.context.imageSmoothingEnabled = false
    this.ink = palette.ink
    this.soft = palette.soft
    this.line = palette.line
    this.bars = palette.bars
    this.pos = palette.pos
    this.neg = palette.neg
    this.flat = palette.flat
    this.paper = palette.paper
    this.math = palette.math
    this.accent = palette.accent
    this.tone = backward ? palette.warm : palette.accent
  }

  /** The colour of a sign. @param {number} value */
  hue(value) {
    return value < 0 ? this.neg : value > 0 ? this.pos : this.soft
  }

  // ---- words

  /** @param {string} text @param {number} x @param {number} y of its middle @param {How} [how] */
  text(text, x, y, { size = TEXT, align = "left", bold = false, math = false, fill = this.ink, room, halo } = {}) {
    const { context } = this
    this.font({ size, bold, math })
    context.textAlign = align
    context.textBaseline = "middle"
    if (halo) {
      context.lineWidth = 4
      context.lineJoin = "round"
      context.strokeStyle = this.paper
      context.strokeText(text, x, y, room)
    }
    context.fillStyle = fill
    context.fillText(text, x, y, room)
  }

  /** @param {How} how */
  font({ size = TEXT, bold = false, math = false }) {
    const family = math ? this.math : "Inter, system-ui, sans-serif"
    this.context.font = `${math ? "italic " : ""}${bold ? 700 : 400} ${size}px ${family}`
  }

  /** How wide a text is. @param {string} text @param {How} [how] */
  widthOf(text, how = {}) {
    this.font(how)
    return this.context.measureText(text).width
  }

  /** A text with <i>symbols</i> and <b>what matters</b>, and how wide it is. @param {string} text @param {number} x @param {number} y @param {How} [how] */
  rich(text, x, y, { align = "left", ...how } = {}) {
    const parts = pieces(text).map((part) => {
      const style = { ...how, math: part.tag === "i", bold: how.bold || part.tag === "b" }
      if (style.math) style.size = Math.round((how.size ?? TEXT) * 1.13)
      return { text: part.text, style, width: this.widthOf(part.text, style) }
    })
    const width = parts.reduce((sum, part) => sum + part.width, 0)
    let at = align === "right" ? x - width : align === "center" ? x - width / 2 : x
    for (const part of parts) {
      this.text(part.text, at, y, part.style)
      at += part.width
    }
    return width
  }

  /** A symbol, upright from its index on; how wide it is. @param {string} name @param {number} x @param {number} y @param {{ fill?: string, size?: number }} [how] */
  symbol(name, x, y, { fill = this.ink, size = SYMBOL } = {}) {
    const at = `${name}[`.indexOf("[")
    const [own, index] = [name.slice(0, at), name.slice(at)]
    this.text(own, x, y, { size, math: true, fill })
    const taken = this.widthOf(own, { size, math: true }) + 1
    if (!index) return taken
    this.text(index, x + taken, y + 1, { size: 0.75 * size, fill })
    return taken + this.widthOf(index, { size: 0.75 * size })
  }

  /** The name of a map, a word for it and a note at the end, as far as there is room. @param {string} name @param {string} note @param {number} x @param {number} y @param {number} width @param {string} [word] @param {string} [fill] */
  head(name, note, x, y, width, word = "", fill = this.ink) {
    let taken = this.symbol(name, x, y, { fill })
    const words = fill === this.ink ? this.soft : fill
    if (word && this.widthOf(word) < width - taken - 6) {
      this.text(word, x + taken + 8, y, { fill: words })
      taken += 8 + this.widthOf(word)
    }
    if (note && this.widthOf(note, { size: SMALL }) < width - taken - 12)
      this.text(note, x + width, y, { size: SMALL, align: "right", fill: this.soft })
  }

  // ---- maps

  /** One channel of a map, or what has its shape, and its colours under it. @param {Numbers} numbers @param {string} symbol @param {Cell} at the indices before row and column @param {Box} box @param {Ring[]} rings @param {number[]} [limits] of the colours, where they are not the map's own @param {boolean} [bar] whether they stand under it */
  map(numbers, symbol, at, box, rings = [], limits = numbers.maps[symbol].limits, bar = true) {
    const [rows, columns] = numbers.shape(symbol).slice(-2)
    const { scale } = numbers.maps[symbol]
    const done = this.done(symbol)
    if (bar && done >= rows * columns) this.ends(limits, scale, box)
    const own = limits === numbers.maps[symbol].limits && !this.shown.some((each) => each.symbol === symbol)
    if (!own || !this.seats(symbol)) {
      const from = numbers.offset(symbol, [...at, 0, 0])
      const picture = keptPicture(numbers.values(symbol), rows, columns, limits, scale, from)
      this.context.drawImage(picture, box.x, box.y, box.width, box.height)
      if (done < rows * columns) hide(this.context, box, rows, columns, done)
    }
    this.frame(box)
    this.shown.push({ symbol, at, box })
    for (const ring of rings) this.ring(ring, rows, columns, box)
  }

  /** The colours of a scale and what its ends stand for, under a box that is wide enough. @param {number[]} limits @param {string} scale @param {Box} box */
  ends(limits, scale, box) {
    const y = box.y + box.height + 13
    if (y + 6 > this.height) return
    const how = { size: SMALL, fill: this.soft }
    const both = limits.map((end) => (Number.isInteger(end) ? String(end).replace("-", "−") : short(end)))
    const wide = (/** @type {string[]} */ [low, high]) =>
      (low ? this.widthOf(low, how) + 7 : 0) + this.widthOf(high, how) + 7
    const [low, high] = wide(both) + 20 < box.width ? both : ends(limits, /** @type {Scale} */ (scale))
    const width = Math.min(2 * BAR.width, box.width - wide([low, high]))
    if (width < 16) return
    const x = box.x + (low ? this.widthOf(low, how) + 7 : 0)
    const bar = { x, y: y - BAR.height / 2, width, height: BAR.height }
    const [from, to] = limits
    const shade = (/** @type {number} */ _, /** @type {number} */ n) =>
      colour(from + ((n + 0.5) / RAMP) * (to - from), limits, /** @type {Scale} */ (scale))
    drawPicture(this.context, 1, RAMP, shade, bar)
    if (low) this.text(low, box.x, y, how)
    this.text(high, x + width + 7, y, how)
  }

  /** Colours of values. @param {number} rows @param {number} columns @param {(n: number) => number} pick @param {number[]} limits @param {string} scale @param {Box} box @param {Ring[]} rings */
  picture(rows, columns, pick, limits, scale, box, rings = []) {
    this.pixels(rows, columns, (n) => colour(pick(n), limits, /** @type {Scale} */ (scale)), box, rings)
  }

  /** Colours, as red, green and blue from 0 to 255. @param {number} rows @param {number} columns @param {(n: number) => number[]} paint @param {Box} box @param {Ring[]} rings */
  pixels(rows, columns, paint, box, rings = []) {
    drawPicture(this.context, rows, columns, (i, j) => paint(i * columns + j), box)
    this.frame(box)
    for (const ring of rings) this.ring(ring, rows, columns, box)
  }

  /** A thin line around a picture; a thick one of the direction's colour around what a stage makes, a thinner one around what it reads. @param {Box} box @param {"" | "made" | "read"} [role] */
  frame({ x, y, width, height }, role = "") {
    const out = { "": 0.5, made: 2.5, read: 1.5 }[role]
    this.context.lineWidth = { "": 1, made: 3, read: 2 }[role]
    this.context.strokeStyle = role ? this.tone : this.line
    this.context.strokeRect(x - out, y - out, width + 2 * out, height + 2 * out)
  }

  /** A ring around cells of a map, and where it is. @param {Ring} ring @param {number} rows @param {number} columns @param {Box} box @returns {Box | undefined} */
  ring({ rows: r, columns: c, strong }, rows, columns, box) {
    if (r.count < 1 || c.count < 1) return undefined
    const [h, w] = [box.height / rows, box.width / columns]
    const length = (/** @type {Range} */ range) => (range.count - 1) * Math.abs(range.step) + 1
    const [height, width] = [Math.max(length(r) * h, 7), Math.max(length(c) * w, 7)]
    const x = box.x + (c.start + length(c) / 2) * w - width / 2
    const y = box.y + (r.start + length(r) / 2) * h - height / 2
    const found = { x, y, width, height }
    ring(this.context, found, [
      [4, "#fff"],
      [2, strong ? "#000" : this.tone],
    ])
    return found
  }

  // ---- numbers in cells

  /** How large texts are in cells of a size; 0 where they do not fit. @param {string[]} texts @param {number} w @param {number} h @param {boolean} [bold] */
  sized(texts, w, h, bold = true) {
    const widest = Math.max(...texts.map((text) => this.widthOf(text, { size: 10, bold }) / 10), 0.1)
    const size = Math.min(LARGEST, h * 0.46, (w - 5) / widest)
    if (size >= SMALL) return Math.floor(2 * size) / 2
    return Math.min(h * 0.7, (w - 2) / widest / SQUEEZED) >= SMALL ? SMALL : 0
  }

  /** Numbers in coloured cells, where they fit, and whether they do; NaN is a place without a cell. @param {number[]} values @param {number} columns @param {number[]} limits @param {string} scale @param {Box} box @param {{ write?: (value: number, n: number) => string, lit?: (n: number) => boolean, blank?: string, bold?: boolean, term?: (n: number) => string, symbol?: string, cell?: (n: number) => Cell }} [how] `blank`: what a place without a cell says; `term`, `symbol`, `cell`: what each belongs to */
  grid(values, columns, limits, scale, box, how = {}) {
    const { write = short, lit, blank = "", bold = false } = how
    const rows = Math.ceil(values.length / columns)
    const [w, h] = [box.width / columns, box.height / rows]
    const texts = values.map((value, n) => (Number.isNaN(value) ? blank : write(value, n)))
    const size = this.sized(texts, w, h, bold)
    values.forEach((value, n) => {
      const place = { x: box.x + (n % columns) * w, y: box.y + Math.floor(n / columns) * h, width: w, height: h }
      const gone = Number.isNaN(value)
      const pale = lit && !lit(n)
      const paint = gone ? [128, 128, 128] : colour(value, limits, /** @type {Scale} */ (scale))
      this.filled(place, paint, gone ? 0.15 : pale ? 0.35 : 1)
      const fill = gone ? this.soft : pale ? this.ink : ink(paint)
      const how = { size, align: /** @type {const} */ ("center"), bold: bold && !pale, fill, room: w - 3 }
      if (size && texts[n]) this.text(texts[n], place.x + w / 2, place.y + h / 2, how)
      if (lit?.(n)) this.framed(place, this.ink)
    })
    this.belongs(values, columns, box, size > 0, how)
    return size > 0
  }

  // What each cell of a grid belongs to; of what stands for no number, nothing.
  /** @param {number[]} values @param {number} columns @param {Box} box @param {boolean} printed @param {{ term?: (n: number) => string, symbol?: string, cell?: (n: number) => Cell }} of */
  belongs(values, columns, box, printed, { term, symbol = "", cell }) {
    const rows = Math.ceil(values.length / columns)
    const [width, height] = [box.width / columns, box.height / rows]
    values.forEach((value, n) => {
      if (Number.isNaN(value) || (!term && !symbol)) return
      const place = { x: box.x + (n % columns) * width, y: box.y + Math.floor(n / columns) * height, width, height }
      const own = printed && symbol && cell ? { symbol, cell: cell(n) } : { symbol: "", cell: [] }
      this.spots.push({ box: place, term: term?.(n) ?? "", ...own })
    })
  }

  /** @param {Box} box @param {number[]} paint @param {number} [alpha] */
  filled({ x, y, width, height }, paint, alpha = 1) {
    this.context.globalAlpha = alpha
    this.context.fillStyle = css(paint)
    this.context.fillRect(x, y, width - GAP, height - GAP)
    this.context.globalAlpha = 1
  }

  /** A line around a cell of a grid. @param {Box} box @param {string} tone */
  framed({ x, y, width, height }, tone) {
    this.context.lineWidth = 2.5
    this.context.strokeStyle = tone
    this.context.strokeRect(x, y, width - GAP, height - GAP)
  }

  /** A kernel's weights. @param {Numbers} numbers @param {string} symbol @param {number} m @param {number} c @param {Box} box @param {{ write?: (value: number, n: number) => string, term?: (n: number) => string }} [how] */
  kernel(numbers, symbol, m, c, box, how = {}) {
    const k = numbers.shape(symbol)[2]
    const cell = (/** @type {number} */ n) => [m, c, Math.floor(n / k), n % k]
    const values = Array.from({ length: k * k }, (_, n) => numbers.at(symbol, cell(n)))
    const { limits } = numbers.maps[symbol]
    return this.grid(values, k, limits, "signed", box, { ...how, bold: true, symbol, cell })
  }

  /** A number in its colour, and under it what it is called. @param {number} value @param {number[]} limits @param {string} scale @param {Box} box @param {{ ring?: string, write?: (value: number) => string, name?: string, term?: string, symbol?: string, at?: Cell }} [how] */
  cell(value, limits, scale, box, { ring, write = number, name = "", term = "", symbol = "", at = [] } = {}) {
    const paint = colour(value, limits, /** @type {Scale} */ (scale))
    const { x, y, width, height } = box
    this.context.fillStyle = css(paint)
    this.context.fillRect(x, y, width, height)
    if (ring) this.frame(box, "read")
    if (ring && ring !== this.tone) {
      this.context.lineWidth = 2.5
      this.context.strokeStyle = ring
      this.context.strokeRect(x - 1, y - 1, width + 2, height + 2)
    }
    const both = name && height >= 44
    const size = this.sized([write(value)], width, both ? 1.1 * (height - 20) : 1.3 * height)
    const how = { align: /** @type {const} */ ("center"), fill: ink(paint), room: width - 4 }
    if (size) this.text(write(value), x + width / 2, y + height / 2 - (both ? 10 : 0), { ...how, size, bold: true })
    if (both) this.text(name, x + width / 2, y + height / 2 + 14, how)
    this.spots.push({ box, term, symbol: size ? symbol : "", cell: at })
  }
}

/** A text by its marks. @param {string} text @returns {{ tag: string, text: string }[]} */
function pieces(text) {
  const found = CURSIVE.exec(text)
  if (!found) return text ? [{ tag: "", text }] : []
  const [whole, tag, inner] = found
  const before = text.slice(0, found.index)
  return [
    ...(before ? [{ tag: "", text: before }] : []),
    { tag, text: inner },
    ...pieces(text.slice(found.index + whole.length)),
  ]
}
