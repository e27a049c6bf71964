// A canvas for diagrams: text, and a record of where everything is drawn.

import { ratio } from "./canvas.js"
import { halfPixels, widthOf } from "./text_width.js"

/** @import { Box, Cell, Range } from "../types/view.js" */
/** @typedef {{ rows: Range, columns: Range, strong?: boolean }} Ring */
/** @typedef {{ width: number, height: number, zoom?: number, upright?: boolean }} Room  in CSS pixels; a diagram is drawn `zoom` times larger; `upright`: portrait layout, for phones */
/** @typedef {{ open?: number, unfolded?: boolean }} Choice  choices made in a diagram: the opened channel or the first of several rows, and whether all channels are shown */
/** @typedef {{ box: Box, term: string, symbol: string, cell: Cell, choose?: Choice }} Spot  a hit area: its term of a sum and the cell whose number it shows ("" if none), and the effect of a click */
/** @typedef {{ box: Box, rows: number, columns: number, term: (row: number, column: number) => string, place: (term: string) => [number, number] | null, say?: (row: number, column: number) => string, symbol?: string, cell?: (row: number, column: number) => Cell | null }} Field  hit areas of a map whose cells each belong to a term; `say` returns its value as text; `symbol` and `cell` are what its number belongs to */
/** @typedef {{ from: Box, to: Box }} Flight  animation of a part of the picture, from a window to its enlargement or from a total to its cell */
/** @typedef {{ symbol: string, at: Cell, box: Box }} Shown  one channel of a map and its box */
/** @typedef {{ ink: string, soft: string, line: string, bars: string, math: string, accent: string, warm: string, pos: string, neg: string, paper: string, flat: string }} Palette */
/** @typedef {{ size?: number, align?: CanvasTextAlign, bold?: boolean, math?: boolean, fill?: string, room?: number, halo?: boolean }} How  style of a text; `halo`: whether the background is cleared behind it */

// Font sizes: notes, words and numbers, totals, symbols.
export const SMALL = 13
export const TEXT = 15
export const LARGE = 18
const SYMBOL = 22

export const HEAD = 30 // height of the line above a map
/**
 * Return the row height for a number of rows in a given height. Few rows are no higher than a quarter of it, within
 * limits.
 * @param {number} height @param {number} rows
 */
export const rowHeightOf = (height, rows) => Math.min(height / rows, Math.max(32, Math.min(height / 4, 72)))
const DESIGN_SIZE = { width: 900, height: 300 } // size that diagrams are designed for; in smaller rooms they are scaled down
const TAG = /<(i|b)>(.*?)<\/\1>/

/** Return the CSS pixels per diagram pixel in a room. @param {Room} room */
const unitOf = ({ width, height, zoom = 1, upright = false }) =>
  upright ? 1 : Math.min(zoom, width / DESIGN_SIZE.width, height / DESIGN_SIZE.height)

export class Sheet {
  /** @type {(symbol: string) => number}  returns the number of cells per channel that are computed so far */
  done = () => Number.POSITIVE_INFINITY
  /** @type {(symbol: string) => boolean}  returns whether a map of the strip moves into the diagram */
  seats = () => false
  /** @type {Spot[]} */
  spots = []
  /** @type {Field[]} */
  fields = []
  /** @type {Shown[]} */
  shown = []
  /** @type {Flight[]}  windows and their enlargements */
  enlarged = []
  /** @type {Flight[]}  totals and their cells */
  landed = []
  stated = false // whether the diagram itself states the sum that it shows
  /** @type {Choice} */
  choice = {}
  currentFont = "" // the current font
  /** @type {Map<string, { text: string, x: number, y: number, align: CanvasTextAlign, fill: string, room?: number }[]>}  pending texts, by font */
  texts = new Map()

  /** @param {HTMLCanvasElement} canvas @param {Room} room @param {Palette} palette @param {boolean} backward @param {number} [unit] */
  constructor(canvas, room, palette, backward, unit = unitOf(room)) {
    const { width, height, upright = false } = room
    this.unit = unit
    this.upright = upright
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

  /** Return the colour for the sign of a value. @param {number} value */
  signColour(value) {
    return value < 0 ? this.neg : value > 0 ? this.pos : this.soft
  }

  /** @param {string} text @param {number} x @param {number} y of its centre @param {How} [how] */
  writeText(text, x, y, { size = TEXT, align = "left", bold = false, math = false, fill = this.ink, room, halo } = {}) {
    const { context } = this
    if (halo) {
      const width = 4 + Math.min(this.widthOf(text, { size, bold, math }), room ?? Number.POSITIVE_INFINITY)
      context.fillStyle = this.paper
      context.fillRect(
        x - width * (align === "right" ? 1 : align === "center" ? 0.5 : 0),
        y - 0.6 * size,
        width,
        1.2 * size,
      )
    }
    const font = this.fontOf({ size, bold, math })
    const pending = this.texts.get(font)
    const entry = { text, x, y, align, fill, room }
    pending ? pending.push(entry) : this.texts.set(font, [entry])
  }

  /** Write the texts above everything else, grouped by font because switching fonts is slow. */
  flushTexts() {
    const { context } = this
    context.textBaseline = "middle"
    for (const [font, texts] of this.texts) {
      this.setFont(font)
      for (const { text, x, y, align, fill, room } of texts) {
        context.textAlign = align
        context.fillStyle = fill
        context.fillText(text, x, y, room)
      }
    }
    this.texts.clear()
  }

  /**
   * Write a small text in a muted colour.
   * @param {string} text @param {number} x @param {number} y @param {How} [how]
   */
  writeNote(text, x, y, how = {}) {
    this.writeText(text, x, y, { size: SMALL, fill: this.soft, ...how })
  }

  /** @param {How} how */
  fontOf({ size = TEXT, bold = false, math = false }) {
    const family = math ? this.math : "Inter, system-ui, sans-serif"
    return `${math ? "italic " : ""}${bold ? 700 : 400} ${halfPixels(size)}px ${family}`
  }

  /** Set the font if it has changed. @param {string} font */
  setFont(font) {
    if (font !== this.currentFont) this.context.font = font
    this.currentFont = font
  }

  /** Return the width of a text. @param {string} text @param {How} [how] */
  widthOf(text, how = {}) {
    const font = this.fontOf(how)
    return widthOf(font, text, (part) => {
      this.setFont(font)
      return this.context.measureText(part).width
    })
  }

  /**
   * Write a text with <i>symbols</i> and <b>emphasis</b>, and return its width.
   * @param {string} text @param {number} x @param {number} y @param {How} [how]
   */
  writeRich(text, x, y, { align = "left", room = Number.POSITIVE_INFINITY, ...how } = {}) {
    const parts = splitTags(text).map((part) => {
      const style = { ...how, math: part.tag === "i", bold: how.bold || part.tag === "b" }
      if (style.math) style.size = Math.round((how.size ?? TEXT) * 1.13)
      return { text: part.text, style, width: this.widthOf(part.text, style) }
    })
    const scale = Math.min(1, room / parts.reduce((sum, part) => sum + part.width, 0))
    for (const part of parts) part.width *= scale
    const width = parts.reduce((sum, part) => sum + part.width, 0)
    let at = align === "right" ? x - width : align === "center" ? x - width / 2 : x
    for (const part of parts) {
      this.writeText(part.text, at, y, scale < 1 ? { ...part.style, room: part.width } : part.style)
      at += part.width
    }
    return width
  }

  /**
   * Write a symbol with its index upright, and return its width.
   * @param {string} name @param {number} x @param {number} y @param {{ fill?: string, size?: number }} [how]
   */
  writeSymbol(name, x, y, { fill = this.ink, size = SYMBOL } = {}) {
    const [base, index] = splitSymbol(name)
    const baseWidth = this.widthOfSymbol(base, { size })
    this.writeText(base, x, y, { size, math: true, fill })
    if (index) this.writeText(index, x + baseWidth, y + 1, { size: 0.75 * size, fill })
    return this.widthOfSymbol(name, { size })
  }

  /** @param {string} name @param {{ size?: number }} [style] */
  widthOfSymbol(name, { size = SYMBOL } = {}) {
    const [base, index] = splitSymbol(name)
    return this.widthOf(base, { size, math: true }) + 1 + (index ? this.widthOf(index, { size: 0.75 * size }) : 0)
  }

  /**
   * Write the name of a map, a word for it and a note at the end, as far as there is room.
   * @param {string} name @param {string} note @param {number} x @param {number} y @param {number} width @param {string} [word] @param {string} [fill]
   */
  writeHead(name, note, x, y, width, word = "", fill = this.ink) {
    let usedWidth = this.writeSymbol(name, x, y, { fill })
    const words = fill === this.ink ? this.soft : fill
    if (word && this.widthOf(word) < width - usedWidth - 6) {
      this.writeText(word, x + usedWidth + 8, y, { fill: words })
      usedWidth += 8 + this.widthOf(word)
    }
    if (note && this.widthOf(note, { size: SMALL }) < width - usedWidth - 12)
      this.writeNote(note, x + width, y, { align: "right" })
  }
}

/** Split a symbol from the indices after it. @param {string} name @returns {[string, string]} */
function splitSymbol(name) {
  const at = `${name}[`.indexOf("[")
  return [name.slice(0, at), name.slice(at)]
}

/** Split a text at its tags. @param {string} text @returns {{ tag: string, text: string }[]} */
function splitTags(text) {
  const match = TAG.exec(text)
  if (!match) return text ? [{ tag: "", text }] : []
  const [tagged, tag, inner] = match
  const prefix = text.slice(0, match.index)
  return [
    ...(prefix ? [{ tag: "", text: prefix }] : []),
    { tag, text: inner },
    ...splitTags(text.slice(match.index + tagged.length)),
  ]
}
