// The photographs on a canvas. They fly to their places of the current epoch. The pointer or the arrow keys select one,
// and Enter opens it.

import { contextOf, ratio } from "../../view/draw/canvas.js"
import { prefersReducedMotion } from "../../view/shell/media_queries.js"
import { finalPose, hasStarted, planFlight, writePose } from "./test_images_flight.js"
import { answersOf, columnLayout, heapLayout, imageAt, matrixLayout, neighbour } from "./test_images_layout.js"
import { drawImage, PLAIN, PRINT, sheetOf, WRONG } from "./test_images_sprites.js"
import { arrangement, inCell } from "./test_images_state.js"

/** @import { Flight, Pose } from "./test_images_flight.js" */
/** @import { Frame, Layout } from "./test_images_layout.js" */
/** @import { Look, Sheet } from "./test_images_sprites.js" */
/** @import { TestImagesState, Report } from "./test_images_state.js" */
/** @import { Arrays } from "../../view/types/view.js" */
/** @typedef {{ arrived: () => void, flies: (share: number) => void, select: (i: number) => void, open: (i: number) => void }} Told */

const DIM = 0.13
const MOST_SHEETS = 4
const RING = 3

export class TestImages {
  /** @type {Report | undefined} */
  report = undefined
  /** @type {TestImagesState | undefined} */
  state = undefined
  /** @type {Arrays}  the pictures, once they are there */
  pictures = {}
  /** @type {Layout | undefined}  where all fly to, or are */
  layout = undefined
  /** @type {Pose | undefined}  where they are now */
  now = undefined
  /** @type {Flight & { since: number } | undefined}  the flight that is under way */
  flight = undefined
  /** @type {Look[]}  of each, before it starts and after */
  looks = []
  /** @type {Look[]} */
  before = []
  /** @type {Set<number> | null} */
  lit = null
  selected = -1
  hovered = -1
  plan = ""
  /** @type {Map<string, Sheet>}  by size and colours, the latest last */
  sheets = new Map()

  /** @param {HTMLCanvasElement} canvas @param {Told} told */
  constructor(canvas, told) {
    this.canvas = canvas
    this.told = told
    const area = /** @type {HTMLElement} */ (canvas.parentElement)
    area.addEventListener("pointermove", (event) => event.pointerType !== "touch" && this.hover(this.under(event)))
    area.addEventListener("pointerleave", () => this.hover(-1))
    canvas.addEventListener("focus", () => this.focused())
    canvas.addEventListener("keydown", (event) => this.pressed(event))
  }

  /** @param {Report} report @param {TestImagesState} state @param {number} selected */
  show(report, state, selected) {
    Object.assign(this, { report, state, selected })
    this.draw()
  }

  /** @param {Arrays} pictures */
  receive(pictures) {
    this.pictures = pictures
    this.sheets.clear()
    this.draw()
  }

  /** @returns {Frame} */
  get frame() {
    const { clientWidth: width, clientHeight: height } = this.canvas
    const { names } = /** @type {Report} */ (this.report)
    return { width, height, classes: Math.max(names.length, 1) }
  }

  get labels() {
    return /** @type {Report} */ (this.report).arrays.labels.values
  }

  /** Redraw everything, and start the flight of the photographs whose places have changed. */
  draw() {
    const { report, state } = this
    if (!report || !state || !this.canvas.clientWidth) return
    const { frame, labels } = this
    const kind = arrangement(state)
    const testImages = state.crowds.get(state.at)
    const plan = JSON.stringify([
      frame.width,
      frame.classes,
      ratio(),
      report.images,
      report.ids.length,
      report.job,
      state.at,
      kind,
      frame.height,
    ])
    if (plan !== this.plan) {
      const [was, is] = [this.plan, plan].map((text) => (text ? JSON.parse(text).slice(0, 5).join() : ""))
      this.plan = plan
      this.layout =
        !testImages || kind === "heap"
          ? heapLayout(labels, frame)
          : (kind === "matrix" ? matrixLayout : columnLayout)(testImages, labels, frame)
      this.before = this.looks
      this.looks = this.layout.columns.map((answer, i) =>
        kind === "heap" ? PRINT : kind === "columns" && answer !== labels[i] ? WRONG : PLAIN,
      )
      was === is ? this.begin() : this.land()
    }
    this.lit = state.cell && testImages ? new Set(inCell(state.cell, labels, answersOf(testImages))) : null
    if (!this.flight) this.paint()
  }

  begin() {
    const { now, layout } = this
    if (!now || !layout || now.x.length !== layout.x.length || prefersReducedMotion()) return this.land()
    const flight = planFlight(now, layout)
    if (!flight.duration) return this.land()
    const isAloft = Boolean(this.flight)
    this.flight = { ...flight, since: performance.now() }
    this.canvas.dataset.walks = "1"
    if (!isAloft) requestAnimationFrame((time) => this.step(time))
  }

  /** End the flight: put every photograph at its place. */
  land() {
    this.now = finalPose(/** @type {Layout} */ (this.layout))
    this.flight = undefined
    this.canvas.dataset.walks = ""
    this.told.flies(1)
    queueMicrotask(() => this.told.arrived())
  }

  /** @param {number} time */
  step(time) {
    const { flight, now } = this
    if (!flight || !now) return
    const elapsed = time - flight.since
    if (elapsed >= flight.duration) this.land()
    else {
      writePose(flight, elapsed, now)
      this.told.flies(Math.max(elapsed, 0) / flight.duration)
      requestAnimationFrame((later) => this.step(later))
    }
    this.paint()
  }

  /** End a flight at once, as any key or click does. */
  hurry() {
    if (!this.flight) return
    this.land()
    this.paint()
  }

  // ---- painting

  paint() {
    const { canvas, layout, report } = this
    if (!layout || !report) return
    const context = clearedContext(canvas)
    const { held } = this.pictures
    if (!held?.shape[0] || held.shape[0] !== this.labels.length) return
    const { ink, paper, accent } = coloursOf(canvas)
    this.paintImages(context, this.sheetAt(layout.size, { ink, paper }))
    for (const [i, colour] of /** @type {const} */ ([
      [this.hovered, ink],
      [this.selected, accent],
    ]))
      if (i >= 0) this.paintRing(context, i, colour)
  }

  /**
   * Return the pictures at a size, from the cache if they have been painted.
   * @param {number} size @param {{ ink: string, paper: string }} colours
   */
  sheetAt(size, colours) {
    const looks = new Set([...this.looks, ...(this.flight ? this.before : [])])
    const name = [size, ratio(), colours.ink, colours.paper].join()
    const cached = this.sheets.get(name)
    const isComplete = [...looks].every((look) => cached?.looks.includes(look))
    const allLooks = [...new Set([...looks, ...(cached?.looks ?? [])])]
    const sheet = cached && isComplete ? cached : sheetOf(this.pictures.held, size, allLooks, colours)
    this.sheets.delete(name)
    this.sheets.set(name, sheet)
    for (const oldest of this.sheets.keys()) if (this.sheets.size > MOST_SHEETS) this.sheets.delete(oldest)
    return sheet
  }

  /** @param {CanvasRenderingContext2D} context @param {Sheet} sheet */
  paintImages(context, sheet) {
    const { now, layout, lit, flight, looks, before } = this
    if (!now || !layout) return
    const elapsed = flight ? performance.now() - flight.since : 0
    for (const i of layout.order) {
      const look = flight && !hasStarted(flight, i, elapsed) ? (before[i] ?? looks[i]) : looks[i]
      context.globalAlpha = lit && !lit.has(i) ? DIM : 1
      drawImage(context, sheet, i, look, now.x[i], now.y[i], now.size[i], now.turn[i])
    }
    context.globalAlpha = 1
  }

  /** @param {CanvasRenderingContext2D} context @param {number} i @param {string} colour */
  paintRing(context, i, colour) {
    const { now } = this
    if (!now || i >= now.x.length) return
    const [size, turn] = [now.size[i], now.turn[i]]
    context.save()
    context.translate(now.x[i] + size / 2, now.y[i] + size / 2)
    context.rotate(turn)
    context.lineWidth = RING
    context.strokeStyle = colour
    context.strokeRect(-size / 2 - 1.5, -size / 2 - 1.5, size + 3, size + 3)
    context.restore()
  }

  // ---- pointing

  /** Return the photograph under the pointer, or -1. @param {MouseEvent} event */
  under({ clientX, clientY }) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect()
    if (!this.layout || !width || this.flight) return -1
    const { clientWidth, clientHeight } = this.canvas
    return imageAt(this.layout, ((clientX - left) / width) * clientWidth, ((clientY - top) / height) * clientHeight)
  }

  /** @param {number} i */
  hover(i) {
    if (i === this.hovered) return
    this.hovered = i
    this.canvas.style.cursor = i < 0 ? "" : "pointer"
    if (!this.flight) this.paint()
  }

  /** With the keyboard, select the first photograph. */
  focused() {
    if (this.selected < 0 && this.layout && this.canvas.matches(":focus-visible"))
      this.told.select(this.layout.order[0])
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const { key } = event
    this.hurry()
    if (!this.layout || event.altKey || event.ctrlKey || event.metaKey) return
    if (key === "Escape" && this.selected >= 0) this.told.select(-1)
    else if (this.selected < 0) return
    else if (key === "Enter") this.told.open(this.selected)
    else if (key.startsWith("Arrow")) this.told.select(neighbour(this.layout, this.selected, key))
    else return
    event.preventDefault()
    event.stopPropagation()
  }
}

/** Return a cleared context, and resize the canvas only if its size has changed. @param {HTMLCanvasElement} canvas */
function clearedContext(canvas) {
  const times = ratio()
  const [width, height] = [Math.round(canvas.clientWidth * times), Math.round(canvas.clientHeight * times)]
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
  const context = contextOf(canvas)
  context.setTransform(times, 0, 0, times, 0, 0)
  context.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight)
  return context
}

/** @param {Element} element */
function coloursOf(element) {
  const style = getComputedStyle(element)
  const { backgroundColor } = getComputedStyle(/** @type {Element} */ (element.closest(".cnnviz")))
  return { ink: style.color, accent: style.getPropertyValue("--accent"), paper: backgroundColor }
}
