// What mechanism pictures are made of: maps, grids of numbers, staircases of sums, curves, arrows and words.

import { colour, css, ink } from "../model/colour.js"
import { number, short } from "../model/format.js"
import { equals } from "../model/printed_digits.js"
import { ratio } from "./canvas.js"
import { ends, hide, ring } from "./heatmap.js"
import { drawPicture, keptPicture } from "./pixels.js"
import { isDark } from "./theme.js"

/** @import { Scale } from "../types/wire.js" */
/** @typedef {import("../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../model/patterns.js").Range} Range */
/** @typedef {import("../model/patterns.js").Cell} Cell */
/** @typedef {import("../model/layout.js").Box} Box */
/** @typedef {{ rows: Range, columns: Range, strong?: boolean }} Ring */
/** @typedef {{ width: number, height: number, zoom?: number }} Room  in CSS pixels; a picture is laid out as if they were `zoom` times larger */

/** @typedef {{ symbol: string, cell: Cell, box: Box }} Spot  a cell of a parameter, and where it is drawn */
/** @typedef {{ symbol: string, at: Cell, box: Box }} Shown  one channel of a map, and where it is drawn */

/** @typedef {{ ink: string, soft: string, line: string, bars: string, math: string, accent: string, warm: string, pos: string, neg: string, paper: string, flat: string }} Palette */

const [NEAR, FAR] = [9, 7.7] // size of the smallest number in a cell; in the lecture view, enlarged, 1.4 % of the screen's height
const SQUEEZED = 0.85 // at most
const RAMP = 128 // colours that a scale is drawn with

/** The page's own colours. @param {HTMLElement} root @returns {Palette} */
export function palette(root) {
  const style = getComputedStyle(root)
  const named = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`)
  const dark = isDark(root)
  return {
    ink: style.color,
    soft: named("soft"),
    line: named("line"),
    bars: named("bars"),
    flat: named("flat"),
    paper: style.backgroundColor,
    pos: named("pos"),
    neg: named("neg"),
    math: named("math") || "serif",
    accent: dark ? "#6ab0f3" : "#0b6bcb",
    warm: dark ? "#ffa066" : "#c2570c",
  }
}

export class Pen {
  /** @param {HTMLCanvasElement} canvas @param {Room} room @param {Palette} palette @param {boolean} backward */
  constructor(canvas, { width, height, zoom = 1 }, palette, backward) {
    const times = ratio() * zoom
    this.least = zoom > 1 ? FAR : NEAR
    this.width = width / zoom
    this.height = height / zoom
    const [w, h] = [Math.round(width * ratio()), Math.round(height * ratio())]
    if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h })
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))
    this.context.setTransform(times, 0, 0, times, 0, 0)
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
    /** @type {(symbol: string) => number}  how many cells of each channel are computed so far */
    this.done = () => Number.POSITIVE_INFINITY
    /** @type {Spot[]}  what can be edited in the picture */
    this.spots = []
    /** @type {Shown[]} */
    this.shown = []
    /** @type {(symbol: string) => boolean}  whether a map of the strip comes to stand there itself */
    this.seats = () => false
    this.tone = backward ? palette.warm : palette.accent
  }

  /** @param {string} text @param {number} x @param {number} y @param {{ size?: number, align?: CanvasTextAlign, bold?: boolean, math?: boolean, fill?: string, room?: number, halo?: boolean }} [how] `halo`: it stands over lines */
  text(text, x, y, { size = 12, align = "left", bold = false, math = false, fill = this.ink, room, halo } = {}) {
    const { context } = this
    context.font = `${math ? "italic " : ""}${bold ? 700 : 400} ${size}px ${math ? this.math : "Inter, system-ui, sans-serif"}`
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

  /** The same, and how wide it is. @type {(...given: Parameters<Pen["text"]>) => number} */
  measured(...given) {
    this.text(...given)
    return this.context.measureText(given[0]).width
  }

  /** The name of a map, a word for it where there is room, and a note at the end. @param {string} name @param {string} note @param {number} x @param {number} y @param {number} width @param {string} [word] */
  head(name, note, x, y, width, word = "") {
    let taken = this.measured(name, x, y, { size: 16, math: true })
    const free = () => width - taken - 8
    if (word && word.length * 6 < free())
      taken += 6 + this.measured(word, x + taken + 6, y, { size: 12, fill: this.soft })
    if (note && note.length * 5.5 < free()) this.text(note, x + width, y, { size: 11, align: "right", fill: this.soft })
  }

  /** One channel of a map, or what has its shape, and its colours under it. @param {Numbers} numbers @param {string} symbol @param {Cell} at the indices before row and column @param {Box} box @param {Ring[]} rings @param {number[]} [limits] of the colours, where they are not the map's own @param {boolean} [bar] whether they stand under it */
  map(numbers, symbol, at, box, rings = [], limits = numbers.maps[symbol].limits, bar = true) {
    const [rows, columns] = numbers.shape(symbol).slice(-2)
    const { scale } = numbers.maps[symbol]
    const done = this.done(symbol)
    if (bar && done >= rows * columns) this.ends(limits, scale, box)
    const seated =
      limits === numbers.maps[symbol].limits && this.seats(symbol) && !this.shown.some((each) => each.symbol === symbol)
    if (!seated) {
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
    const y = box.y + box.height + 9
    const [low, high] = ends(limits, /** @type {Scale} */ (scale))
    const taken = (/** @type {string} */ text) => text && 6 * text.length + 4
    const room = Number(taken(low)) + Number(taken(high))
    const width = box.width - room
    if (width < 16 || y + 5 > this.height) return
    const [from, to] = limits
    const shade = (/** @type {number} */ _, /** @type {number} */ n) =>
      colour(from + ((n + 0.5) / RAMP) * (to - from), limits, /** @type {Scale} */ (scale))
    drawPicture(this.context, 1, RAMP, shade, { x: box.x + Number(taken(low)), y: y - 2.5, width, height: 5 })
    if (low) this.text(low, box.x, y, { size: 10, fill: this.soft })
    this.text(high, box.x + box.width, y, { size: 10, align: "right", fill: this.soft })
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

  /** A line around a picture. @param {Box} box */
  frame(box) {
    this.context.lineWidth = 1
    this.context.strokeStyle = this.line
    this.context.strokeRect(box.x - 0.5, box.y - 0.5, box.width + 1, box.height + 1)
  }

  /** @param {Ring} ring @param {number} rows @param {number} columns @param {Box} box */
  ring({ rows: r, columns: c, strong }, rows, columns, box) {
    if (r.count < 1 || c.count < 1) return
    const [h, w] = [box.height / rows, box.width / columns]
    const length = (/** @type {Range} */ range) => (range.count - 1) * Math.abs(range.step) + 1
    const [height, width] = [Math.max(length(r) * h, 6), Math.max(length(c) * w, 6)]
    const [x, y] = [
      box.x + (c.start + length(c) / 2) * w - width / 2,
      box.y + (r.start + length(r) / 2) * h - height / 2,
    ]
    const found = { x, y, width, height }
    ring(this.context, found, [
      [3.5, "#fff"],
      [1.6, strong ? "#000" : this.tone],
    ])
    return found
  }

  /** How large texts are in cells of a size; 0 where they do not fit. @param {string[]} texts @param {number} w @param {number} h */
  sized(texts, w, h) {
    const size = Math.min(h * 0.58, w * 0.3, 22)
    if (size >= this.least) return size
    this.context.font = `400 ${this.least}px Inter, system-ui, sans-serif`
    const widest = Math.max(...texts.map((text) => this.context.measureText(text).width))
    return widest * SQUEEZED <= w - 3 && h > this.least * 1.4 ? this.least : 0
  }

  /** Numbers in coloured cells, where they fit, and whether they do; NaN is a place without a cell. @param {number[]} values @param {number} columns @param {number[]} limits @param {string} scale @param {Box} box @param {{ write?: (value: number, n: number) => string, lit?: (n: number) => boolean, blank?: string }} [how] `blank`: what a place without a cell says
   */
  grid(values, columns, limits, scale, box, { write = short, lit, blank = "" } = {}) {
    const rows = Math.ceil(values.length / columns)
    const [w, h] = [box.width / columns, box.height / rows]
    const texts = values.map((value, n) => (Number.isNaN(value) ? "" : write(value, n)))
    const size = this.sized(texts, w, h)
    values.forEach((value, n) => {
      const [x, y] = [box.x + (n % columns) * w, box.y + Math.floor(n / columns) * h]
      const paint = Number.isNaN(value) ? [128, 128, 128] : colour(value, limits, /** @type {Scale} */ (scale))
      this.context.globalAlpha = Number.isNaN(value) ? 0.15 : lit && !lit(n) ? 0.35 : 1
      this.context.fillStyle = css(paint)
      this.context.fillRect(x, y, w - 1, h - 1)
      this.context.globalAlpha = 1
      if (size && Number.isNaN(value))
        this.text(blank, x + w / 2, y + h / 2, { size, align: "center", fill: this.soft })
      if (size && !Number.isNaN(value))
        this.text(texts[n], x + w / 2, y + h / 2, {
          size,
          align: "center",
          fill: lit && !lit(n) ? this.ink : ink(paint),
          room: w - 3,
        })
      if (lit?.(n)) {
        this.context.lineWidth = 2
        this.context.strokeStyle = this.ink
        this.context.strokeRect(x + 0.5, y + 0.5, w - 2, h - 2)
      }
    })
    return size > 0
  }

  /** A kernel's weights, which can be edited where they stand. @param {Numbers} numbers @param {string} symbol @param {number} m @param {number} c @param {Box} box @param {{ write?: (value: number, n: number) => string }} [how] */
  kernel(numbers, symbol, m, c, box, how = {}) {
    const k = numbers.shape(symbol)[2]
    const cells = Array.from({ length: k * k }, (_, n) => [m, c, Math.floor(n / k), n % k])
    const fits = this.grid(
      cells.map((cell) => numbers.at(symbol, cell)),
      k,
      numbers.maps[symbol].limits,
      "signed",
      box,
      how,
    )
    const size = { width: box.width / k, height: box.height / k }
    for (const cell of cells)
      this.spots.push({
        symbol,
        cell,
        box: { ...size, x: box.x + cell[3] * size.width, y: box.y + cell[2] * size.height },
      })
    return fits
  }

  /** A sum as a staircase: each term from the end of the last, and the total. @param {{ value: number, name: string }[]} terms @param {number} total @param {Box} box @param {{ chosen?: number, figures?: boolean, places?: number[] }} [how] `places`: where each term and the total begin */
  stairs(terms, total, box, { chosen = -1, figures = terms.length <= 6, places } = {}) {
    const ends = [0]
    for (const { value } of terms) ends.push(ends[ends.length - 1] + value)
    const [low, high] = [Math.min(...ends, total), Math.max(...ends, total)]
    const span = high - low || 1
    const y = (/** @type {number} */ value) => box.y + box.height - ((value - low) / span) * box.height
    const even = Math.max(box.width - 124, 20) / terms.length
    const at = (/** @type {number} */ n) => places?.[n] ?? box.x + n * even
    const end = at(terms.length) + (places ? 0 : 8)
    const { context } = this
    this.text("Σ", box.x - 16, box.y + box.height / 2, { fill: this.soft })
    context.setLineDash([2, 3])
    context.strokeStyle = this.soft
    context.lineWidth = 1
    context.beginPath()
    context.moveTo(box.x, y(0))
    context.lineTo(Math.max(end + 28, at(0)), y(0))
    context.stroke()
    context.setLineDash([])
    terms.forEach(({ value, name }, n) => {
      const [x, step, top] = [at(n), Math.abs(at(n + 1) - at(n)), Math.min(y(ends[n]), y(ends[n + 1]))]
      context.fillStyle = value < 0 ? "#4393c3" : "#d6604d"
      const wide = figures ? Math.min(step * 0.42, 40) : Math.max(step - 1, 1)
      context.fillRect(x, top, wide, Math.max(Math.abs(y(ends[n]) - y(ends[n + 1])), 1))
      if (n === chosen) {
        context.strokeStyle = this.ink
        context.lineWidth = 2
        context.strokeRect(x, top, wide, Math.max(Math.abs(y(ends[n]) - y(ends[n + 1])), 2))
      }
      context.fillStyle = this.soft
      context.fillRect(Math.min(x, at(n + 1)), y(ends[n + 1]) - 0.5, step, 1) // to the next, on whichever side it is
      if (figures)
        this.text(
          `${value < 0 ? "" : "+"}${number(value, 3)}`,
          x + wide + 4,
          Math.min(Math.max(top + 8, box.y + 6), box.y + box.height - 4),
          { bold: true, fill: value < 0 ? this.neg : this.pos, room: step - wide - 6, halo: true },
        )
      if (name && (figures || n === chosen || step > 16))
        this.text(
          step < 36 ? name.replace(/^.*\[(\d+)\]$/, "$1") : name,
          x + (figures ? 0 : wide / 2),
          box.y + box.height + 9,
          {
            size: 10,
            align: figures ? "left" : "center",
            fill: this.soft,
            bold: n === chosen,
            room: Math.max(step, 26),
          },
        )
    })
    const x = end
    context.fillStyle = this.ink
    context.fillRect(x, Math.min(y(0), y(total)), 26, Math.max(Math.abs(y(total) - y(0)), 2))
    context.strokeStyle = this.ink
    context.lineWidth = 1.5
    context.strokeRect(x, Math.min(y(0), y(total)), 26, Math.max(Math.abs(y(total) - y(0)), 2))
    this.text(
      equals(total, number(total)),
      x + 32,
      Math.min(Math.max((y(0) + y(total)) / 2, box.y + 6), box.y + box.height - 6),
      { size: 14, bold: true, room: box.x + box.width - x - 30 },
    )
  }

  /** @param {number} x @param {number} y @param {number} toX @param {number} toY */
  arrow(x, y, toX, toY, fill = this.tone, thick = 2) {
    const { context } = this
    const angle = Math.atan2(toY - y, toX - x)
    const head = 7 + thick
    context.strokeStyle = context.fillStyle = fill
    context.lineWidth = thick
    context.beginPath()
    context.moveTo(x, y)
    context.lineTo(toX - 0.6 * head * Math.cos(angle), toY - 0.6 * head * Math.sin(angle))
    context.stroke()
    context.beginPath()
    context.moveTo(toX, toY)
    for (const turn of [2.6, -2.6])
      context.lineTo(toX + head * Math.cos(angle + turn), toY + head * Math.sin(angle + turn))
    context.fill()
  }

  /** A thin line, as from a window to its enlargement. @param {number[][]} points */
  thread(...points) {
    this.context.strokeStyle = this.soft
    this.context.lineWidth = 0.8
    this.context.beginPath()
    for (const [x, y] of points) this.context.lineTo(x, y)
    this.context.stroke()
  }

  /** A length as an arrow from a line at its foot; its sign is the direction, and the colour. @param {number} x @param {number} y @param {number} length */
  vector(x, y, length, fill = length < 0 ? this.neg : this.pos) {
    const { context } = this
    context.fillStyle = this.soft
    context.fillRect(x - 0.5, y - 10, 1, 20)
    const head = Math.min(Math.abs(length), 9) * Math.sign(length)
    context.fillStyle = fill
    context.fillRect(Math.min(x, x + length - head), y - 1.75, Math.abs(length - head), 3.5)
    context.beginPath()
    context.moveTo(x + length, y)
    for (const side of [5.5, -5.5]) context.lineTo(x + length - head, y + side)
    context.fill()
  }

  /** A bar from a zero, coloured by its sign. @param {number} x @param {number} y of its middle @param {number} length @param {number} height @param {number} [alpha] */
  bar(x, y, length, height, alpha = 1) {
    this.context.globalAlpha = alpha
    this.context.fillStyle = length < 0 ? this.neg : this.pos
    this.context.fillRect(Math.min(x, x + length), y - height / 2, Math.max(Math.abs(length), 1), height)
    this.context.globalAlpha = 1
  }

  /** A length that others are measured by. @param {number} x @param {number} y @param {number} length @param {string} text */
  measure(x, y, length, text) {
    const { context } = this
    context.fillStyle = this.soft
    context.fillRect(x, y - 0.5, length, 1)
    for (const end of [x, x + length]) context.fillRect(end - 0.5, y - 4, 1, 8)
    this.text(text, x + length / 2, y + 12, { size: 11, align: "center", fill: this.soft })
  }

  /** A number in its colour. @param {number} value @param {number[]} limits @param {string} scale @param {Box} box @param {{ ring?: string, write?: (value: number) => string }} [how] */
  cell(value, limits, scale, box, { ring, write = number } = {}) {
    const paint = colour(value, limits, /** @type {Scale} */ (scale))
    const { context } = this
    context.fillStyle = css(paint)
    context.fillRect(box.x, box.y, box.width, box.height)
    context.lineWidth = ring ? 2 : 1
    context.strokeStyle = ring ?? this.line
    context.strokeRect(box.x, box.y, box.width, box.height)
    this.text(write(value), box.x + box.width / 2, box.y + box.height / 2, {
      bold: true,
      size: Math.min(13, box.height * 0.62),
      align: "center",
      fill: ink(paint),
      room: box.width - 4,
    })
  }

  /** A sum from top to bottom: each term a bar from the end of the last, its words over it, and a black mark for the total. @param {{ value: number, name: string }[]} terms @param {number} total @param {string} name of the total @param {Box} box */
  ladder(terms, total, name, box) {
    const ends = [0]
    for (const { value } of terms) ends.push(ends[ends.length - 1] + value)
    const [low, high] = [Math.min(...ends, total), Math.max(...ends, total)]
    const x = (/** @type {number} */ value) => box.x + ((value - low) / (high - low || 1)) * box.width
    const line = Math.min(box.height / (terms.length + 1), 58)
    const bar = Math.max(line - 20, 5)
    const { context } = this
    const foot = (/** @type {number} */ value, /** @type {number} */ y) => {
      context.fillStyle = this.soft
      context.fillRect(x(value) - 0.5, y + 15, 1, bar + 4)
    }
    terms.forEach(({ value, name: words }, n) => {
      const y = box.y + n * line
      const figure = `${value < 0 ? "" : "+"}${number(value)}`
      const fill = value < 0 ? this.neg : this.pos
      const taken = this.measured(figure, box.x, y + 8, { bold: true, fill })
      this.text(words, box.x + taken + 6, y + 8, { fill: this.soft, room: Math.max(box.width - taken - 6, 60) })
      foot(ends[n], y)
      context.fillStyle = fill
      context.fillRect(
        Math.min(x(ends[n]), x(ends[n + 1])),
        y + 17,
        Math.max(Math.abs(x(ends[n]) - x(ends[n + 1])), 1.5),
        bar,
      )
    })
    const y = box.y + terms.length * line
    const taken = this.measured(equals(total, number(total)), box.x, y + 8, { bold: true })
    if (name) this.text(name, box.x + taken + 6, y + 8, { room: Math.max(box.width - taken - 6, 60) })
    foot(0, y)
    context.fillStyle = this.ink
    const middle = y + 17 + Math.min(bar, 14) / 2
    context.fillRect(Math.min(x(0), x(total)), middle - 1.5, Math.max(Math.abs(x(total) - x(0)), 1), 3)
    context.fillRect(x(total) - 1.5, middle - 7, 3, 14)
  }

  /** @param {string} sign @param {number} x @param {number} y */
  sign(sign, x, y) {
    this.text(sign, x, y, { size: 18, align: "center", fill: this.soft })
  }

  /** Rows of bars from a common zero: a name, the bar and the number. @param {{ name: string, value: number, bold?: boolean, mark?: number, text?: string }[]} rows @param {Box} box @param {{ limits?: number[], names?: number }} [how] */
  rows(rows, box, { limits, names = 46 } = {}) {
    const [low, high] = limits ?? [
      Math.min(0, ...rows.map(({ value }) => value)),
      Math.max(0, ...rows.map(({ value }) => value)),
    ]
    const span = high - low || 1
    const line = Math.min(box.height / rows.length, 26)
    const size = Math.min(12, line * 0.85)
    const [left, right] = [box.x + names, box.x + box.width - 48]
    const x = (/** @type {number} */ value) => left + ((value - low) / span) * (right - left)
    rows.forEach(({ name, value, bold, mark, text = short(value) }, n) => {
      const y = box.y + (n + 0.5) * line
      this.text(name, box.x + names - 4, y, { size, align: "right", bold, room: names - 4 })
      this.context.fillStyle = value < 0 ? "#4393c3" : low < 0 ? "#d6604d" : "#7fb0e6"
      this.context.fillRect(
        Math.min(x(0), x(value)),
        y - line * 0.34,
        Math.max(Math.abs(x(value) - x(0)), 1),
        line * 0.68,
      )
      if (mark !== undefined) {
        this.context.fillStyle = this.ink
        this.context.fillRect(x(mark) - 1, y - line * 0.42, 2, line * 0.84)
      }
      if (bold) {
        this.context.strokeStyle = this.ink
        this.context.lineWidth = 1.3
        this.context.strokeRect(
          Math.min(x(0), x(value)),
          y - line * 0.34,
          Math.max(Math.abs(x(value) - x(0)), 2),
          line * 0.68,
        )
      }
      this.text(text, box.x + box.width, y, { size, align: "right", bold, room: 46 })
    })
    this.context.fillStyle = this.soft
    this.context.fillRect(x(0) - 0.5, box.y, 1, line * rows.length)
    return { x, y: (/** @type {number} */ n) => box.y + (n + 0.5) * line }
  }

  /** Outputs on one line each: a dot where it is, a mark where it should be; `arrows` from the one to the other. @param {{ name: string, value: number, mark: number, bold?: boolean }[]} rows @param {Box} box @param {{ names?: number, arrows?: boolean }} [how] */
  dots(rows, box, { names = 60, arrows = false } = {}) {
    const all = rows.flatMap(({ value, mark }) => [value, mark])
    const [low, high] = [Math.min(0, ...all), Math.max(1, ...all)]
    const line = Math.min(box.height / rows.length, 30)
    const size = Math.min(12, line * 0.85)
    const [left, right] = [box.x + names, box.x + box.width - 50]
    const x = (/** @type {number} */ value) => left + ((value - low) / (high - low)) * (right - left)
    const { context } = this
    rows.forEach(({ name, value, mark, bold }, n) => {
      const y = box.y + (n + 0.5) * line
      this.text(name, left - 8, y, { size, align: "right", bold, room: names - 8 })
      context.fillStyle = this.line
      context.fillRect(left, y - 0.5, right - left, 1)
      context.fillStyle = this.ink
      context.fillRect(x(mark) - 1.5, y - line * 0.36, 3, line * 0.72)
      const way = x(mark) - x(value)
      if (arrows && Math.abs(way) > 9)
        this.arrow(x(value), y, x(mark) - 3 * Math.sign(way), y, way < 0 ? this.neg : this.pos, 1.5)
      context.fillStyle = bold ? this.tone : this.soft
      context.beginPath()
      context.arc(x(value), y, Math.min(4.5, line * 0.3), 0, 7)
      context.fill()
      this.text(short(value), box.x + box.width, y, { size, align: "right", bold, room: 46 })
    })
    const foot = box.y + rows.length * line + 8
    for (const end of [low, high]) this.text(short(end), x(end), foot, { size: 10, align: "center", fill: this.soft })
  }
}
