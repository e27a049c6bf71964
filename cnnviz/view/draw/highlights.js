// Highlights on a picture: pointing at a term outlines every place that shows it.

import { contextOf, ratio } from "./canvas.js"
import { ring } from "./heatmap.js"

/** @import { Choice, Field, Spot } from "./sheet.js" */
/** @import { Box } from "../types/view.js" */
/** @typedef {{ spots: Spot[], fields: Field[] }} Parts  of a picture, in CSS pixels */
/** @typedef {{ term: string, box: Box, say: string, choose?: Choice }} Touched  the pointed part; `say` is its value as text, `choose` the effect of a click */

const LEAST = 7 // minimum side of a ring, in pixels

/**
 * Return the smallest part of a picture under a point that belongs to a term, or null.
 * @param {Parts} parts @param {number} x @param {number} y @returns {Touched | null}
 */
export function touched({ spots, fields }, x, y) {
  const within = (/** @type {Box} */ box) => x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height
  /** @type {Touched[]} */
  const found = spots
    .filter(({ term, box }) => term && within(box))
    .map(({ term, box, choose }) => ({ term, box, say: "", choose }))
  for (const field of fields.filter(({ box }) => within(box))) {
    const [row, column] = [
      ((y - field.box.y) / field.box.height) * field.rows,
      ((x - field.box.x) / field.box.width) * field.columns,
    ].map(Math.floor)
    const term = field.term(row, column)
    if (term) found.push({ term, box: cellOf(field, row, column), say: field.say?.(row, column) ?? "" })
  }
  const size = (/** @type {Touched} */ { box }) => box.width * box.height
  return found.sort((one, other) => size(one) - size(other))[0] ?? null
}

/** Return the boxes of a term in a picture. @param {Parts} parts @param {string} term @returns {Box[]} */
export function placesOf({ spots, fields }, term) {
  const inFields = fields.flatMap((field) => {
    const place = field.place(term)
    return place ? [cellOf(field, ...place)] : []
  })
  return [...spots.filter((spot) => spot.term === term).map(({ box }) => box), ...inFields]
}

/** @param {Field} field @param {number} row @param {number} column @returns {Box} */
function cellOf({ box, rows, columns }, row, column) {
  const [width, height] = [box.width / columns, box.height / rows]
  return { x: box.x + column * width, y: box.y + row * height, width, height }
}

class Lights {
  /** @type {Parts} */
  parts = { spots: [], fields: [] }
  tone = "#000"
  /** @type {string | null}  key of the highlighted term and box; null if the picture has been redrawn */
  lit = null
  /** @type {Choice} */
  choice = {}
  chosen = "" // the picture that the choice belongs to
  /** @type {[number, number] | null}  position of the pointer */
  at = null
  redraw = () => {}

  /** @param {HTMLCanvasElement} canvas of the picture; highlights are drawn on another one above it */
  constructor(canvas) {
    this.canvas = canvas
    this.above = document.createElement("canvas")
    this.above.className = "lights"
    this.above.setAttribute("aria-hidden", "true")
    this.above.style.position = "absolute" // set here, because it applies before anything is outlined
    canvas.after(this.above)
    const area = canvas.closest(".drawn") ?? canvas // listen on the container, because maps may cover the picture
    const listen = (/** @type {"pointermove" | "click"} */ type, /** @type {(at: [number, number]) => void} */ act) =>
      area.addEventListener(type, (event) => act(this.within(/** @type {MouseEvent} */ (event))))
    listen("pointermove", (at) => this.point(at))
    listen("click", (at) => this.choose(touched(this.parts, ...at)?.choose))
    area.addEventListener("pointerleave", () => this.point(null))
  }

  /** Attach to a redrawn picture. @param {Parts} parts @param {string} tone @param {() => void} redraw */
  show(parts, tone, redraw) {
    Object.assign(this, { parts, tone, redraw, lit: null })
    this.point(this.at)
  }

  /** Return the choices made in a picture. They are reset when another picture is drawn. @param {string} picture */
  choiceOf(picture) {
    if (picture !== this.chosen) Object.assign(this, { choice: {}, chosen: picture })
    return this.choice
  }

  /** @param {Choice | undefined} choice */
  choose(choice) {
    if (!choice) return
    Object.assign(this.choice, choice)
    this.redraw()
  }

  /** Redraw the picture with the next random mask. */
  drawAgain() {
    this.choose({ thrown: (this.choice.thrown ?? 0) + 1 })
  }

  /**
   * Return the position of an event in the picture's CSS pixels.
   * @param {MouseEvent} event @returns {[number, number]}
   */
  within({ clientX, clientY }) {
    const { left, top, width } = this.canvas.getBoundingClientRect()
    const zoom = width / this.canvas.clientWidth || 1
    return [(clientX - left) / zoom, (clientY - top) / zoom]
  }

  /** @param {[number, number] | null} at */
  point(at) {
    this.at = at
    this.light(at && touched(this.parts, ...at))
  }

  /** @param {Touched | null} found */
  light(found) {
    const lit = found ? `${found.term} ${found.box.x} ${found.box.y}` : ""
    if (lit === this.lit) return
    this.lit = lit
    const term = found?.term ?? ""
    if (this.canvas.dataset.term !== term) this.canvas.dataset.term = term
    this.canvas.style.cursor = found?.choose ? "pointer" : ""
    this.above.style.visibility = found ? "" : "hidden" // a visible canvas is composited in each frame, even if it is empty
    if (!found) return
    const context = this.clean()
    for (const box of placesOf(this.parts, found.term)) outlined(context, box, this.tone)
    outlined(context, found.box, "#000")
    if (found.say) words(context, found, this.canvas.width / ratio())
  }

  // Return the context of the cleared overlay, sized like the picture.
  clean() {
    const { width, height } = this.canvas
    if (this.above.width !== width || this.above.height !== height) this.place(width, height)
    const context = contextOf(this.above)
    context.setTransform(ratio(), 0, 0, ratio(), 0, 0)
    context.clearRect(0, 0, width, height)
    return context
  }

  // Move the overlay over the picture. Called only when the size changes, because it forces a layout.
  /** @param {number} width @param {number} height */
  place(width, height) {
    const { clientWidth, clientHeight, offsetLeft, offsetTop } = this.canvas
    Object.assign(this.above, { width, height })
    this.above.style.cssText = `position:absolute;inset:auto;left:${offsetLeft}px;top:${offsetTop}px;width:${clientWidth}px;height:${clientHeight}px;pointer-events:none`
  }
}

/** @param {CanvasRenderingContext2D} context @param {Box} box @param {string} tone */
function outlined(context, box, tone) {
  const [width, height] = [Math.max(box.width, LEAST), Math.max(box.height, LEAST)]
  const place = { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height }
  ring(context, place, tone, [3, 5])
}

/**
 * Draw a label with the value beside the pointed part.
 * @param {CanvasRenderingContext2D} context @param {Touched} found @param {number} most right end of the picture
 */
function words(context, { box, say }, most) {
  context.font = "600 14px Inter, system-ui, sans-serif"
  const width = context.measureText(say).width + 16
  const x = Math.max(0, Math.min(box.x + box.width + 8, most - width))
  const y = Math.max(0, box.y - 34)
  context.fillStyle = "#1a212c"
  context.beginPath()
  context.roundRect(x, y, width, 26, 6)
  context.fill()
  context.fillStyle = "#fff"
  context.textBaseline = "middle"
  context.fillText(say, x + 8, y + 13.5)
}

/** @type {WeakMap<HTMLCanvasElement, Lights>} */
const known = new WeakMap()

/** Return the highlights of a picture, creating them on first use. @param {HTMLCanvasElement} canvas */
export function lightsOf(canvas) {
  const found = known.get(canvas) ?? new Lights(canvas)
  known.set(canvas, found)
  return found
}
