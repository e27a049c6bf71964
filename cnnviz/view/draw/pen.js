// Building blocks of diagrams besides text and sums: rows of outputs, histograms, arrows.

import { short } from "../model/numbers/format.js"
import { drawLine } from "./canvas.js"
import { LARGE, rowHeightOf, SMALL, TEXT } from "./sheet.js"
import { Sums } from "./sums.js"
import { isDark } from "./theme.js"

/** @import { Palette } from "./sheet.js" */
/** @import { Box, Cell } from "../types/view.js" */

/** Return the colours of the page's theme. @param {HTMLElement} root @returns {Palette} */
export function paletteOf(root) {
  const style = getComputedStyle(root)
  const variable = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`)
  const dark = isDark(root)
  return {
    ink: style.color,
    soft: variable("soft"),
    line: variable("line"),
    bars: variable("bars"),
    flat: variable("flat"),
    paper: style.backgroundColor,
    pos: variable("pos"),
    neg: variable("neg"),
    math: variable("math") || "serif",
    accent: dark ? "#6ab0f3" : "#0b6bcb",
    warm: dark ? "#ffa066" : "#c2570c",
  }
}

export class Pen extends Sums {
  /** Draw the sign of an operation. @param {string} sign @param {number} x @param {number} y */
  drawSign(sign, x, y) {
    this.writeText(sign, x, y, { size: sign === "·" ? 36 : 20, align: "center", fill: this.soft })
  }

  /**
   * Draw rows of bars from a common zero, each with a name and its number. Return the scales of the rows.
   * @param {{ name: string, value: number, bold?: boolean, mark?: number, text?: string, term?: string, symbol?: string, cell?: Cell }[]} rows @param {Box} box @param {{ limits?: number[], names?: number, line?: number }} [how] `line` is the height of a row @returns {{ x: (value: number) => number, y: (n: number) => number, line: number }}
   */
  drawRows(rows, box, { limits, names = 46, line = rowHeightOf(box.height, rows.length) } = {}) {
    const [low, high] = limits ?? [
      Math.min(0, ...rows.map(({ value }) => value)),
      Math.max(0, ...rows.map(({ value }) => value)),
    ]
    const span = high - low || 1
    const size = Math.min(Math.max(TEXT, line / 4), line * 0.8, LARGE)
    const [left, right] = [box.x + names, box.x + box.width - 58]
    const x = (/** @type {number} */ value) => left + ((value - low) / span) * (right - left)
    const y = (/** @type {number} */ n) => box.y + (n + 0.5) * line
    rows.forEach(({ name, value, bold, mark, text = short(value), term = "", symbol = "", cell = [] }, n) => {
      this.writeText(name, box.x + names - 8, y(n), { size, align: "right", bold, room: names - 8 })
      this.context.fillStyle = value < 0 ? "#4393c3" : low < 0 ? "#d6604d" : "#7fb0e6"
      const bar = {
        x: Math.min(x(0), x(value)),
        y: y(n) - line * 0.34,
        width: Math.max(Math.abs(x(value) - x(0)), 1),
        height: line * 0.68,
      }
      this.context.fillRect(bar.x, bar.y, bar.width, bar.height)
      if (mark !== undefined) {
        this.context.fillStyle = this.ink
        this.context.fillRect(x(mark) - 1, y(n) - line * 0.42, 2, line * 0.84)
      }
      if (bold) {
        this.context.strokeStyle = this.ink
        this.context.lineWidth = 1.5
        this.context.strokeRect(bar.x, bar.y, bar.width, bar.height)
      }
      this.writeText(text, box.x + box.width, y(n), { size, align: "right", bold, room: 56 })
      if (term) this.addSpot({ ...box, y: y(n) - line / 2, height: line }, term)
      const numberBox = { x: right, y: y(n) - line / 2, width: box.x + box.width - right, height: line }
      if (symbol && size >= SMALL) this.spots.push({ box: numberBox, term, symbol, cell })
    })
    this.context.fillStyle = this.soft
    this.context.fillRect(x(0) - 0.5, box.y, 1, line * rows.length)
    return { x, y, line }
  }

  /** @param {number} x @param {number} y @param {number} toX @param {number} toY */
  drawArrow(x, y, toX, toY, fill = this.tone, thick = 2) {
    const { context } = this
    const angle = Math.atan2(toY - y, toX - x)
    const head = 7 + thick
    context.strokeStyle = context.fillStyle = fill
    context.lineWidth = thick
    drawLine(context, [x, y], [toX - 0.6 * head * Math.cos(angle), toY - 0.6 * head * Math.sin(angle)])
    context.beginPath()
    context.moveTo(toX, toY)
    for (const turn of [2.6, -2.6])
      context.lineTo(toX + head * Math.cos(angle + turn), toY + head * Math.sin(angle + turn))
    context.fill()
  }

  /**
   * Draw a translucent surface between two views of the same object, with lines along its sides.
   * @param {number[][]} points corners: two of one object, then two of the other
   */
  drawShade(points) {
    const { context } = this
    context.beginPath()
    for (const [x, y] of points) context.lineTo(x, y)
    context.closePath()
    context.globalAlpha = 0.16
    context.fillStyle = this.tone
    context.fill()
    context.globalAlpha = 1
    context.strokeStyle = this.tone
    context.lineWidth = 1
    drawLine(context, points[0], points[3])
    drawLine(context, points[1], points[2])
  }

  /**
   * Draw a signed length as an arrow; direction and colour show the sign.
   * @param {number} x @param {number} y @param {number} length
   */
  drawVector(x, y, length) {
    const { context } = this
    context.fillStyle = this.soft
    context.fillRect(x - 0.5, y - 10, 1, 20)
    const head = Math.min(Math.abs(length), 9) * Math.sign(length)
    context.fillStyle = length < 0 ? this.neg : this.pos
    context.fillRect(Math.min(x, x + length - head), y - 1.75, Math.abs(length - head), 3.5)
    context.beginPath()
    context.moveTo(x + length, y)
    for (const side of [5.5, -5.5]) context.lineTo(x + length - head, y + side)
    context.fill()
  }

  /**
   * Draw a bar from zero, coloured by its sign.
   * @param {number} x @param {number} y of its centre @param {number} length @param {number} height
   */
  drawBar(x, y, length, height) {
    this.context.fillStyle = length < 0 ? this.neg : this.pos
    this.context.fillRect(Math.min(x, x + length), y - height / 2, Math.max(Math.abs(length), 1), height)
  }

  /**
   * Draw a reference length with its label.
   * @param {number} x @param {number} y @param {number} length @param {string} text
   */
  drawMeasure(x, y, length, text) {
    const { context } = this
    context.fillStyle = this.soft
    context.fillRect(x, y - 0.5, length, 1)
    for (const end of [x, x + length]) context.fillRect(end - 0.5, y - 4, 1, 8)
    this.writeNote(text, x + length / 2, y + 14, { align: "center" })
  }
}
