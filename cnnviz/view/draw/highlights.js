// Highlights on a picture: pointing at a term outlines every place that shows it.

import { contextOf, ratio } from "./canvas.js"
import { ring } from "./heatmap.js"

/** @import { Choice, Field, Spot } from "./sheet.js" */
/** @import { Box } from "../types/view.js" */
/** @typedef {{ spots: Spot[], fields: Field[] }} Parts  of a picture, in CSS pixels */
/** @typedef {{ term: string, box: Box, say: string, choose?: Choice }} Touched  the pointed part; `say` is its value as text, `choose` the effect of a click */

const MIN_RING = 7 // minimum side of a ring, in pixels

/**
 * Return the smallest part of a picture under a point that belongs to a term, or null.
 * @param {Parts} parts @param {number} x @param {number} y @returns {Touched | null}
 */
export function partAt({ spots, fields }, x, y) {
  const isWithin = (/** @type {Box} */ box) =>
    x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height
  /** @type {Touched[]} */
  const found = spots
    .filter(({ term, box }) => term && isWithin(box))
    .map(({ term, box, choose }) => ({ term, box, say: "", choose }))
  for (const field of fields.filter(({ box }) => isWithin(box))) {
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
export function boxesOf({ spots, fields }, term) {
  const inFields = fields.flatMap((field) => {
    const position = field.place(term)
    return position ? [cellOf(field, ...position)] : []
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
  highlighted = null
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
      area.addEventListener(type, (event) => act(this.positionIn(/** @type {MouseEvent} */ (event))))
    listen("pointermove", (at) => this.point(at))
    listen("click", (at) => this.choose(partAt(this.parts, ...at)?.choose))
    area.addEventListener("pointerleave", () => this.point(null))
  }

  /** Attach to a redrawn picture. @param {Parts} parts @param {string} tone @param {() => void} redraw */
  show(parts, tone, redraw) {
    Object.assign(this, { parts, tone, redraw, highlighted: null })
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

  /**
   * Return the position of an event in the picture's CSS pixels.
   * @param {MouseEvent} event @returns {[number, number]}
   */
  positionIn({ clientX, clientY }) {
    const { left, top, width } = this.canvas.getBoundingClientRect()
    const zoom = width / this.canvas.clientWidth || 1
    return [(clientX - left) / zoom, (clientY - top) / zoom]
  }

  /** @param {[number, number] | null} at */
  point(at) {
    this.at = at
    this.highlight(at && partAt(this.parts, ...at))
  }

  /** @param {Touched | null} part */
  highlight(part) {
    const key = part ? `${part.term} ${part.box.x} ${part.box.y}` : ""
    if (key === this.highlighted) return
    this.highlighted = key
    const term = part?.term ?? ""
    if (this.canvas.dataset.term !== term) this.canvas.dataset.term = term
    this.canvas.style.cursor = part?.choose ? "pointer" : ""
    this.above.style.visibility = part ? "" : "hidden" // a visible canvas is composited in each frame, even if it is empty
    if (!part) return
    const context = this.clearOverlay()
    for (const box of boxesOf(this.parts, part.term)) outlineBox(context, box, this.tone)
    outlineBox(context, part.box, "#000")
    if (part.say) drawLabel(context, part, this.canvas.width / ratio())
  }

  // Return the context of the cleared overlay, sized like the picture.
  clearOverlay() {
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
function outlineBox(context, box, tone) {
  const [width, height] = [Math.max(box.width, MIN_RING), Math.max(box.height, MIN_RING)]
  const outline = { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height }
  ring(context, outline, tone, [3, 5])
}

/**
 * Draw a label with the value beside the pointed part.
 * @param {CanvasRenderingContext2D} context @param {Touched} found @param {number} right right end of the picture
 */
function drawLabel(context, { box, say }, right) {
  context.font = "600 14px Inter, system-ui, sans-serif"
  const width = context.measureText(say).width + 16
  const x = Math.max(0, Math.min(box.x + box.width + 8, right - width))
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
const lightsByCanvas = new WeakMap()

/** Return the highlights of a picture, creating them on first use. @param {HTMLCanvasElement} canvas */
export function lightsOf(canvas) {
  const lights = lightsByCanvas.get(canvas) ?? new Lights(canvas)
  lightsByCanvas.set(canvas, lights)
  return lights
}
