// Sums as pictures: a staircase for few terms, bars for many. Each term has the colour of its cell.

import { colour, css } from "../model/numbers/colour.js"
import { number, timesPower } from "../model/numbers/format.js"
import { equalsText } from "../model/numbers/printed_digits.js"
import { printSum, withPlus } from "../model/numbers/printed_sums.js"
import { drawLine } from "./canvas.js"
import { Grids } from "./grids.js"
import { LARGE, SMALL, TEXT } from "./sheet.js"

/** @import { Box, Cell } from "../types/view.js" */
/** @typedef {{ value: number, name?: string, term?: string, limits?: number[], symbol?: string, cell?: Cell }} Term  a term of a sum: its name, its term id, its colour limits, and the cell whose number it is, if any */

const [NEGATIVE, POSITIVE] = ["#2166ac", "#b2182b"] // outline of a bar
const BAR = { width: 40, height: 18 }
const RADIUS = 8 // corner radius
const NUMBER_GAP = 8 // between two numbers
const SPOT = 8 // side of the cell that a total flies to

/** Return the cumulative sums of values, starting with 0. @param {number[]} values */
function cumulativeSums(values) {
  const ends = [0]
  for (const value of values) ends.push(ends[ends.length - 1] + value)
  return ends
}

export class Sums extends Grids {
  /** @type {Box | null}  box of the last total */
  totalBox = null

  /**
   * Draw a sum as a staircase: each term starts at the end of the last one, with its number under it, followed by the
   * total in the colour of its cell. `places` are the centres of the terms and the total; `figures` is whether there
   * is room for numbers. Return the total's bar.
   * @param {Term[]} terms
   * @param {number} total
   * @param {Box} box
   * @param {{ places: number[], figures?: boolean, wide?: number, paint?: number[], digits?: number, room?: number, written?: import("../model/numbers/printed_sums.js").PrintedSum }} how  `room` is the width for each number; `written` has the texts, if others show the same numbers
   * @returns {Box}
   */
  drawStairs(terms, total, box, { places, figures = true, wide = BAR.width, paint, digits = 2, room = 62, written }) {
    const values = terms.map(({ value }) => value)
    const sum =
      written ?? printSum(values, total, { digits, ...(figures ? { fits: (text) => this.fitsUnder(text, room) } : {}) })
    const ends = cumulativeSums(values)
    const [low, high] = [Math.min(...ends, total), Math.max(...ends, total)]
    const y = (/** @type {number} */ value) => box.y + box.height - ((value - low) / (high - low || 1)) * box.height
    this.drawLevel(Math.min(...places) - wide / 2 - 10, Math.max(...places) + wide / 2, y(0))
    terms.forEach((term, n) => {
      const [from, to] = [y(ends[n]), y(ends[n + 1])]
      const halfStep = Math.sign(places[n + 1] - places[n]) * (wide / 2)
      const bar = { x: places[n] - wide / 2, y: Math.min(from, to), width: wide, height: Math.abs(from - to) }
      this.drawDotted([places[n] + halfStep, to], [places[n + 1] - halfStep, to])
      this.drawBlock(bar, term.value, term.limits)
      const hitBox = { ...bar, y: Math.min(bar.y, box.y + box.height) - 3, height: Math.max(bar.height, 1) + 6 }
      this.addSpot(hitBox, term.term ?? "")
    })
    const foot = box.y + box.height + 17
    if (figures) this.writeNumbers(terms, sum.write, places, foot, room)
    terms.forEach(({ name = "" }, n) => {
      if (name) this.writeNote(name, places[n], foot + (figures ? 18 : 0), { align: "center" })
    })
    const [top, bottom] = [y(0), y(total)].sort((one, other) => one - other)
    const last = places[terms.length]
    const totalBar = { x: last - wide / 2, y: top, width: wide, height: Math.max(bottom - top, 2) }
    this.drawTotal(totalBar, paint)
    const unit = sum.power ? ` ${timesPower(sum.power)}` : ""
    const text = figures ? equalsText(total, sum.total) + unit : equalsText(total, number(total, 3))
    const textWidth = this.widthOf(text, { size: LARGE, bold: true })
    const isBackward = last < places[0] // then the steps are to its right
    const distance = Math.abs(last - places[terms.length - 1]) - room / 2 // from its centre to the number of the last step
    const isCentred = textWidth < 2 * distance
    const align = /** @type {CanvasTextAlign} */ (isCentred ? "center" : isBackward ? "right" : "left")
    const from = Math.min(totalBar.x, this.width - textWidth - 2)
    const middle = Math.min(Math.max(last, textWidth / 2), this.width - textWidth / 2)
    this.writeText(text, isCentred ? middle : isBackward ? Math.max(last + BAR.width / 2, textWidth + 2) : from, foot, {
      size: LARGE,
      bold: true,
      align,
      halo: true,
    })
    return totalBar
  }

  // Write the numbers under the steps, as large as there is room for.
  /** @param {Term[]} terms @param {(value: number) => string} write @param {number[]} places @param {number} y @param {number} room */
  writeNumbers(terms, write, places, y, room) {
    const signed = terms.map(({ value }) => withPlus(value, write(value)))
    const widest = Math.max(...signed.map((text) => this.widthOf(text, { size: TEXT, bold: true })))
    const size = Math.max(SMALL, Math.min(TEXT, (TEXT * (room - NUMBER_GAP)) / widest))
    terms.forEach(({ value, term = "", symbol = "", cell = [] }, n) => {
      const half = this.widthOf(signed[n], { size, bold: true }) / 2
      const at = Math.max(half, Math.min(places[n], this.width - half)) // keep the text within the canvas
      this.writeText(signed[n], at, y, { size, align: "center", bold: true, fill: this.signColour(value), halo: true })
      this.spots.push({ box: { x: places[n] - room / 2, y: y - 12, width: room, height: 24 }, term, symbol, cell })
    })
  }

  /** Return whether a number fits in a step or cell of this width. @param {string} text @param {number} room */
  fitsUnder(text, room) {
    return this.widthOf(`+${text.replace("−", "")}`, { size: SMALL, bold: true }) < room - NUMBER_GAP
  }

  // ---- their parts

  // Draw a term's bar in the colour of its cell, or a short line if it is 0.
  /** @param {Box} bar @param {number} value @param {number[]} [limits] */
  drawBlock({ x, y, width, height }, value, limits = [-Math.abs(value), Math.abs(value)]) {
    const { context } = this
    context.fillStyle = value ? css(colour(value, limits, "signed")) : this.soft
    if (height < 2) return context.fillRect(x, y - 1, width, 2)
    context.fillRect(x, y, width, height)
    context.lineWidth = 1.2
    context.strokeStyle = value < 0 ? NEGATIVE : POSITIVE
    context.strokeRect(x, y, width, height)
  }

  /** @param {Box} bar @param {number[]} [paint] */
  drawTotal(bar, paint) {
    const { context } = this
    const { x, y, width, height } = bar
    this.totalBox = bar
    context.fillStyle = paint ? css(paint) : this.ink
    context.fillRect(x, y, width, height)
    context.lineWidth = 1.5
    context.strokeStyle = this.ink
    context.strokeRect(x, y, width, height)
  }

  /** @param {number} from @param {number} to @param {number} y */
  drawLevel(from, to, y) {
    this.context.fillStyle = this.soft
    this.context.globalAlpha = 0.6
    this.context.fillRect(from, y - 0.75, to - from, 1.5)
    this.context.globalAlpha = 1
  }

  /** @param {number[]} from @param {number[]} to */
  drawDotted(from, to) {
    const { context } = this
    context.setLineDash([2, 3])
    context.strokeStyle = this.soft
    context.lineWidth = 1
    drawLine(context, from, to)
    context.setLineDash([])
  }

  /** Draw a rounded line from a total to its cell, with an arrow head. @param {number[][]} points */
  drawLead(...points) {
    const { context } = this
    const [end, previous] = [points[points.length - 1], points[points.length - 2]]
    const direction = [Math.sign(end[0] - previous[0]), Math.sign(end[1] - previous[1])]
    const stop = [end[0] - 8 * direction[0], end[1] - 8 * direction[1]]
    for (const [width, style] of /** @type {[number, string][]} */ ([
      [6, this.paper],
      [2.5, this.tone],
    ])) {
      context.lineWidth = width
      context.strokeStyle = style
      context.beginPath()
      context.moveTo(points[0][0], points[0][1])
      for (let n = 1; n < points.length - 1; n++)
        context.arcTo(points[n][0], points[n][1], points[n + 1][0], points[n + 1][1], RADIUS)
      context.lineTo(stop[0], stop[1])
      context.stroke()
    }
    this.drawHead(end, direction)
    const [x, y] = end
    if (this.totalBox)
      this.landed.push({ from: this.totalBox, to: { x: x - SPOT / 2, y: y - SPOT / 2, width: SPOT, height: SPOT } })
  }

  // Draw the head of an arrow.
  /** @param {number[]} end @param {number[]} way */
  drawHead([x, y], [right, down]) {
    const { context } = this
    context.beginPath()
    context.moveTo(x, y)
    context.lineTo(x - 11 * right - 5.5 * down, y - 11 * down - 5.5 * right)
    context.lineTo(x - 11 * right + 5.5 * down, y - 11 * down + 5.5 * right)
    context.closePath()
    context.lineWidth = 3
    context.strokeStyle = this.paper
    context.stroke()
    context.fillStyle = this.tone
    context.fill()
  }
}
