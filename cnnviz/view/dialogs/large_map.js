// A map enlarged to the available space, with all channels. Hovering shows a cell's number, a click goes to the cell,
// and the wheel zooms until cells show their numbers.

import { cssZoom } from "../draw/css_zoom.js"
import { FONT_SIZES } from "../draw/font_sizes.js"
import { Heatmap } from "../draw/heatmap.js"
import { singleIndex } from "../model/explain/cell_links.js"
import { bestTileCount } from "../model/layout/image_layout.js"
import { COLON, exponentOf, number, timesPower } from "../model/numbers/format.js"
import { spoken } from "../model/spoken.js"
import { say } from "../model/words.js"
import { bindPinch } from "../pointer/pinch.js"
import { setText } from "../shell/html.js"
import { isTouch } from "../shell/media_queries.js"

/** @import { Picture } from "../model/numbers/table.js" */
/** @import { Cell, Source } from "../types/view.js" */

const DIGITS = 10
const MARGINS = { width: 62, height: 40 } // space beside the widest dialog, and above and below the highest
const MAX_ZOOM = 16 // maximal zoom
const MAX_SIDE = 8000 // maximal side in pixels
const READABLE_SIDE = 54 // pixels of a cell that has room for its number

class Zoomed extends Heatmap {
  /** @override */
  hasPrintedNumbers() {
    return this.face !== null && this.layout.cellWidth >= READABLE_SIDE - 1
  }

  /** @override @param {import("../model/layout/image_layout.js").Layout} at @param {number} n @param {number} done */
  print(at, n, done) {
    super.print(at, n, done, { least: FONT_SIZES.small })
  }
}

export class LargeMap {
  zoom = 1
  otherHeight = 0 // height of the rest of the dialog in pixels
  /** @type {Source | undefined} */
  source = undefined

  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element
    this.place = /** @type {HTMLElement} */ (element.firstElementChild)
    this.map = new Zoomed(/** @type {HTMLCanvasElement} */ (element.querySelector("canvas")))
  }

  /** @param {AbortSignal} signal @param {(cell: Cell) => void} choose @param {() => void} leave called when the user zooms out further than the available space */
  bind(signal, choose, leave) {
    const { canvas } = this.map
    canvas.addEventListener("pointermove", (event) => this.point(event), { signal })
    canvas.addEventListener("click", ({ offsetX, offsetY }) => choose(this.map.cell(offsetX, offsetY)), { signal })
    this.place.addEventListener("wheel", (event) => this.wheel(event, leave), { signal, passive: false })
    bindPinch(this.place, signal, (by, where) => {
      const { left, top } = canvas.getBoundingClientRect()
      const zoom = cssZoom(this.element)
      this.zoomBy(by, (where.clientX - left) / zoom, (where.clientY - top) / zoom, leave)
    })
  }

  /** Zoom in until a cell's number is readable, and scroll to that cell. @param {Cell} cell */
  reach(cell) {
    if (!this.source?.picture) return
    this.zoom = Math.min(Math.max(READABLE_SIDE / this.map.layout.cellWidth, 1), MAX_ZOOM)
    this.show(this.source, this.source.picture)
    const { place } = this
    const box = this.map.layout.boxOf(cell)
    place.scrollTo(box.x + (box.width - place.clientWidth) / 2, box.y + (box.height - place.clientHeight) / 2)
    this.map.marks = [{ ranges: cell.map(singleIndex), strong: true }]
    this.map.draw()
  }

  /** @param {Source} source @param {Picture} picture */
  show(source, { face, limits, scale }) {
    const { map, element, place } = this
    const caption = /** @type {Element} */ (element.querySelector("figcaption"))
    const ends = say(isTouch() ? "web.table.ends_touch" : "web.table.ends", {
      low: number(limits[0], 3),
      high: number(limits[1], 3),
    })
    if (source !== this.source) {
      this.zoom = 1
      map.canvas.style.cssText = "width:0;height:0"
      setText(caption, ends)
      const dialog = /** @type {HTMLElement} */ (element.closest("dialog"))
      this.otherHeight = dialog.offsetHeight - place.offsetHeight
    }
    this.source = source
    const exponent = exponentOf(Math.max(...limits.map(Math.abs)))
    Object.assign(map, { values: source.values, face, limits, scale, marks: [], power: exponent })
    const { clientWidth, clientHeight } = document.documentElement
    const zoom = cssZoom(element)
    const room = {
      width: clientWidth / zoom - MARGINS.width,
      height: clientHeight / zoom - MARGINS.height - this.otherHeight,
    }
    const { across, width, height } = bestTileCount(face, room)
    const factor = Math.min(this.zoom, MAX_SIDE / Math.max(width, height))
    Object.assign(map, { across, size: [width * factor, height * factor] })
    map.canvas.style.cssText = `width:${width * factor}px;height:${height * factor}px`
    map.canvas.setAttribute("aria-label", `${spoken(source.label)}${COLON}${source.words}`)
    map.change()
    map.draw()
    const unit = exponent && map.hasPrintedNumbers() ? `${timesPower(exponent)}; ` : ""
    setText(caption, unit + ends)
  }

  /** @param {PointerEvent} event */
  point({ offsetX, offsetY }) {
    const { picture, values } = this.source ?? {}
    if (!picture || !values) return
    const cell = this.map.cell(offsetX, offsetY)
    const box = this.map.layout.found(cell.map(singleIndex))[0]
    const value = box && values[picture.face.offset(box.tile, box.top, box.left)]
    if (value !== undefined)
      setText(
        /** @type {Element} */ (this.element.querySelector("figcaption")),
        `${picture.name(cell)} = ${number(value, DIGITS)}`,
      )
  }

  /** @param {WheelEvent} event @param {() => void} leave */
  wheel(event, leave) {
    if (!this.source?.picture) return
    event.preventDefault()
    this.zoomBy(event.deltaY < 0 ? 1.25 : 0.8, event.offsetX, event.offsetY, leave)
  }

  /**
   * Zoom by a factor around a point of the map.
   * @param {number} by @param {number} x @param {number} y @param {() => void} leave
   */
  zoomBy(by, x, y, leave) {
    if (!this.source?.picture) return
    if (this.zoom === 1 && by < 1) return leave()
    const nextZoom = Math.min(Math.max(this.zoom * by, 1), MAX_ZOOM)
    const { place } = this
    const ratio = nextZoom / this.zoom
    this.zoom = nextZoom
    this.show(this.source, this.source.picture)
    place.scrollLeft += x * (ratio - 1)
    place.scrollTop += y * (ratio - 1)
  }
}
