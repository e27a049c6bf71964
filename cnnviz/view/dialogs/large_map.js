// A map enlarged to the available space, with all channels. Hovering shows a cell's number, a click goes to the cell,
// and the wheel zooms until cells show their numbers.

import { Heatmap } from "../draw/heatmap.js"
import { one } from "../model/explain/cell_links.js"
import { spread } from "../model/layout/image_layout.js"
import { COLON, number, power, timesPower } from "../model/numbers/format.js"
import { say } from "../model/words.js"
import { bindPinch } from "../pointer/pinch.js"
import { setText } from "../shell/html.js"
import { isTouched } from "../shell/media_queries.js"

/** @import { Picture } from "../model/numbers/table.js" */
/** @import { Cell, Source } from "../types/view.js" */

const DIGITS = 10
const AROUND = { width: 62, height: 40 } // space beside the widest dialog, and above and below the highest
const FARTHEST = 16 // maximal zoom
const MOST = 8000 // maximal side in pixels
const READ = 54 // pixels of a cell that has room for its number
const PRINTED = { smallest: 13, least: 13 } // font sizes of the numbers

class Zoomed extends Heatmap {
  /** @override */
  prints() {
    return this.face !== null && this.layout.cellWidth >= READ - 1
  }

  /** @override @param {import("../model/layout/image_layout.js").Layout} at @param {number} n @param {number} done */
  print(at, n, done) {
    super.print(at, n, done, PRINTED)
  }
}

export class LargeMap {
  zoom = 1
  others = 0 // height of the rest of the dialog in pixels
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
      const zoom = this.element.currentCSSZoom || 1
      this.grow(by, (where.clientX - left) / zoom, (where.clientY - top) / zoom, leave)
    })
  }

  /** Zoom in until a cell's number is readable, and scroll to that cell. @param {Cell} cell */
  reach(cell) {
    if (!this.source?.picture) return
    this.zoom = Math.min(Math.max(READ / this.map.layout.cellWidth, 1), FARTHEST)
    this.show(this.source, this.source.picture)
    const { place } = this
    const box = this.map.layout.boxOf(cell)
    place.scrollTo(box.x + (box.width - place.clientWidth) / 2, box.y + (box.height - place.clientHeight) / 2)
    this.map.marks = [{ ranges: cell.map(one), strong: true }]
    this.map.draw()
  }

  /** @param {Source} source @param {Picture} picture */
  show(source, { face, limits, scale }) {
    const { map, element, place } = this
    const said = /** @type {Element} */ (element.querySelector("figcaption"))
    const ends = say(isTouched() ? "web.table.ends_touch" : "web.table.ends", {
      low: number(limits[0], 3),
      high: number(limits[1], 3),
    })
    if (source !== this.source) {
      this.zoom = 1
      map.canvas.style.cssText = "width:0;height:0"
      setText(said, ends)
      const dialog = /** @type {HTMLElement} */ (element.closest("dialog"))
      this.others = dialog.offsetHeight - place.offsetHeight
    }
    this.source = source
    const own = power(Math.max(...limits.map(Math.abs)))
    Object.assign(map, { values: source.values, face, limits, scale, marks: [], power: own })
    const { clientWidth, clientHeight } = document.documentElement
    const zoom = element.currentCSSZoom || 1
    const room = {
      width: clientWidth / zoom - AROUND.width,
      height: clientHeight / zoom - AROUND.height - this.others,
    }
    const { across, width, height } = spread(face, room)
    const times = Math.min(this.zoom, MOST / Math.max(width, height))
    Object.assign(map, { across, size: [width * times, height * times] })
    map.canvas.style.cssText = `width:${width * times}px;height:${height * times}px`
    map.canvas.setAttribute("aria-label", `${source.label}${COLON}${source.words}`)
    map.change()
    map.draw()
    const unit = own && map.prints() ? `${timesPower(own)}; ` : ""
    setText(said, unit + ends)
  }

  /** @param {PointerEvent} event */
  point({ offsetX, offsetY }) {
    const { picture, values } = this.source ?? {}
    if (!picture || !values) return
    const cell = this.map.cell(offsetX, offsetY)
    const at = this.map.layout.found(cell.map(one))[0]
    const value = at && values[picture.face.offset(at.tile, at.top, at.left)]
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
    this.grow(event.deltaY < 0 ? 1.25 : 0.8, event.offsetX, event.offsetY, leave)
  }

  /**
   * Zoom by a factor around a point of the map.
   * @param {number} by @param {number} x @param {number} y @param {() => void} leave
   */
  grow(by, x, y, leave) {
    if (!this.source?.picture) return
    if (this.zoom === 1 && by < 1) return leave()
    const next = Math.min(Math.max(this.zoom * by, 1), FARTHEST)
    const { place } = this
    const grown = next / this.zoom
    this.zoom = next
    this.show(this.source, this.source.picture)
    place.scrollLeft += x * (grown - 1)
    place.scrollTop += y * (grown - 1)
  }
}
