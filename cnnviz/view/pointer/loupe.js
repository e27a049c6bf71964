// A loupe above the finger, which shows the cells under it with their numbers.

import { prepare } from "../draw/canvas.js"
import { cssZoom } from "../draw/css_zoom.js"
import { cellFont, ring } from "../draw/heatmap.js"
import { colour, css, textColour } from "../model/numbers/colour.js"
import { short } from "../model/numbers/format.js"
import { say } from "../model/words.js"

/** @import { Cell, Plate } from "../types/view.js" */

const SIDE = 132
const ABOVE = 34 // pixels between loupe and finger
const AROUND = [-1, 0, 1]

export class Loupe {
  isHeld = false // by a finger

  /** @param {HTMLElement} root */
  constructor(root) {
    this.element = document.createElement("div")
    this.element.className = "loupe"
    this.element.hidden = true
    this.element.innerHTML = '<span></span><canvas aria-hidden="true"></canvas>'
    root.append(this.element)
  }

  /**
   * Show a cell and its neighbours above a point of the window, or below it if there is no room.
   * @param {Plate} plate
   * @param {Cell} cell
   * @param {{ x: number, y: number }} finger
   */
  show(plate, cell, { x, y }) {
    const { element } = this
    element.hidden = false
    const [label, canvas] = element.children
    const index = plate.numbers?.index(plate.symbol, cell) ?? cell
    const symbol = plate.numbers?.maps[plate.symbol].label ?? ""
    label.textContent = say("web.step.under", { symbol, at: index.join(",") })
    const zoom = cssZoom(element)
    const left = Math.min(Math.max(x / zoom - SIDE / 2, 4), innerWidth / zoom - SIDE - 4)
    const topEdge = y / zoom - element.offsetHeight - ABOVE
    const isBelow = topEdge < 4
    element.dataset.flips = isBelow ? "1" : "0"
    element.style.translate = `${left}px ${isBelow ? y / zoom + ABOVE : topEdge}px`
    this.draw(prepare(/** @type {HTMLCanvasElement} */ (canvas)), plate, cell)
  }

  hide() {
    this.element.hidden = true
    this.isHeld = false
  }

  /** Hide, unless a finger holds it. */
  leave() {
    if (!this.isHeld && !this.element.hidden) this.hide()
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Plate} plate
   * @param {Cell} cell
   */
  draw(context, plate, cell) {
    const cellSide = SIDE / AROUND.length
    context.textAlign = "center"
    context.textBaseline = "middle"
    context.font = cellFont(13)
    for (const down of AROUND) {
      for (const right of AROUND) {
        const value = plate.neighbourValue(cell, down, right)
        if (value === undefined) continue
        const paint = colour(value, plate.limits, plate.scale)
        const [left, top] = [(right + 1) * cellSide, (down + 1) * cellSide]
        context.fillStyle = css(paint)
        context.fillRect(left, top, cellSide, cellSide)
        context.fillStyle = textColour(paint)
        context.fillText(short(value), left + cellSide / 2, top + cellSide / 2, cellSide - 4)
      }
    }
    const middle = { x: cellSide, y: cellSide, width: cellSide, height: cellSide }
    ring(context, middle, "#000", [2.5, 5], 1)
  }
}
