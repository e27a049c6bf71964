// Pointing at maps by mouse, touch or keyboard, for contents whose cells are explained.

import { Focus } from "../model/focus.js"
import { Content } from "./content.js"

/** @import { MapView } from "../draw/maps.js" */
/** @import { Cell } from "../model/links.js" */

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }

/** @type {(a: Cell, b: Cell) => boolean} */
const equal = (a, b) => String(a) === String(b)

export class Pointable extends Content {
  focus = new Focus()

  /**
   * The symbol of a map, by the name that its canvas has.
   * @param {string} name
   */
  symbol(name) {
    return name
  }

  /**
   * Whether the map is computed only at a later stage.
   * @param {string} _symbol
   */
  isAhead(_symbol) {
    return false
  }

  /**
   * @param {string | null} name  a map, or none any more
   * @param {Cell} cell
   */
  point(name, cell = []) {
    if (name !== null && this.view.player.running) return // who passes over a map does not stop what plays
    this.focus.hover = name === null ? null : { map: this.symbol(name), cell }
    this.view.paint()
  }

  /**
   * @param {string} name
   * @param {Cell} cell
   */
  pin(name, cell) {
    this.view.player.pause()
    this.focus.pin(this.symbol(name), cell)
    this.view.settle()
    this.view.paint(true)
  }

  /**
   * Lets a map be pointed at.
   * @param {MapView} map
   * @param {string} name
   */
  bind(map, name) {
    const { canvas } = map
    const under = (/** @type {MouseEvent} */ event) => map.cell(event.offsetX, event.offsetY)
    const open = () => map.received && !this.isAhead(map.symbol)
    const { focus } = this
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerType === "touch" || !open()) return
      const cell = under(event)
      if (focus.hover?.map !== map.symbol || !equal(focus.hover.cell, cell)) this.point(name, cell)
    })
    canvas.addEventListener("pointerleave", () => focus.hover && this.point(null))
    canvas.addEventListener("click", (event) => open() && this.pin(name, under(event)))
    canvas.addEventListener("focus", () => {
      if (canvas.matches(":focus-visible") && open()) this.point(name, focus.own(map.symbol))
    })
    canvas.addEventListener("blur", () => this.point(null))
    canvas.addEventListener("keydown", (event) => open() && this.fromKey(map, name, event))
  }

  /**
   * @param {MapView} map
   * @param {string} name
   * @param {KeyboardEvent} event
   */
  fromKey(map, name, event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    const { hover } = this.focus
    const cell = hover?.map === map.symbol ? hover.cell : this.focus.own(map.symbol)
    const arrow = ARROWS[event.key]
    if (arrow) {
      const next = map.flat ? map.move([cell[0], 0], arrow[0], 0) : map.move(cell, ...arrow)
      const settles = this.unpin()
      if (settles) this.view.settle()
      this.focus.remember(map.symbol, next)
      this.point(name, next)
      this.view.paint(true)
    } else if (event.key === "Enter") this.pin(name, cell)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
}
