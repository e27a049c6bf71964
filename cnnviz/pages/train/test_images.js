// The test images, which move to the network's answer at the current epoch. A single canvas draws them. The pointer
// or the arrow keys select one, and a click or Enter opens it.

import { contextOf, ratio } from "../../view/draw/canvas.js"
import { say } from "../../view/model/words.js"
import { prefersReducedMotion } from "../../view/shell/media_queries.js"
import { certainty } from "./test_images_card.js"
import { columnWidth, imageAt, LEFT, layOutTestImages, levels, neighbour, startLayout } from "./test_images_layout.js"
import { drawImage, rounded, sheetOf } from "./test_images_sprites.js"
import { bright } from "./test_images_state.js"

/** @import { Frame, Layout } from "./test_images_layout.js" */
/** @import { Sheet } from "./test_images_sprites.js" */
/** @import { TestImagesState, Report } from "./test_images_state.js" */
/** @import { Arrays } from "../../view/types/view.js" */
/** @typedef {{ arrived: () => void, point: (i: number) => void, open: (i: number) => void, show: () => void }} Told  `show` brings into sight what is told */

const WALK = 500 // milliseconds
const DIM = 0.13
const EXAMPLES = 9 // training images per class, in rows of three
const LINE = 24 // height of the line between training and test images
const [LARGEST_EXAMPLE, OF_HEIGHT] = [64, 0.14]

/** Ease in and out, 0 to 1. @param {number} t */
const eased = (t) => (t < 0.5 ? 2 * t * t : 1 - 2 * (1 - t) ** 2)

export class TestImages {
  /** @type {Report | undefined} */
  report = undefined
  /** @type {TestImagesState | undefined} */
  state = undefined
  /** @type {Arrays}  the pictures, once they are there */
  pictures = {}
  /** @type {Layout | undefined}  where all go, or stand */
  layout = undefined
  /** @type {{ x: Float64Array, y: Float64Array, size: number } | undefined}  where they are now */
  now = undefined
  /** @type {{ since: number, x: Float64Array, y: Float64Array, size: number } | undefined}  the walk that is under way, and where it began */
  walk = undefined
  /** @type {Set<number> | null} */
  lit = null
  pointed = -1
  plan = ""
  /** @type {Sheet[]}  of those held out, and of those to learn from */
  sheets = []
  sheetsPlan = ""

  /** @param {HTMLCanvasElement} canvas @param {Told} told */
  constructor(canvas, told) {
    this.canvas = canvas
    this.told = told
    canvas.addEventListener("pointermove", (event) => event.pointerType !== "touch" && this.point(this.under(event)))
    canvas.addEventListener("click", (event) => this.clicked(event))
    canvas.addEventListener("focus", () => this.point(Math.max(this.pointed, 0)))
    canvas.addEventListener("keydown", (event) => this.pressed(event))
  }

  /** @param {Report} report @param {TestImagesState} state */
  show(report, state) {
    this.report = report
    this.state = state
    this.draw()
  }

  /** @param {Arrays} pictures */
  receive(pictures) {
    this.pictures = pictures
    this.sheetsPlan = ""
    this.draw()
  }

  /** @returns {Frame} */
  get frame() {
    const { clientWidth: width, clientHeight: height } = this.canvas
    const { names, floor } = /** @type {Report} */ (this.report)
    return { width, height, classes: Math.max(names.length, 1), floor }
  }

  get labels() {
    return /** @type {Report} */ (this.report).arrays.labels.values
  }

  /** Size of the training images before a training. */
  get example() {
    const { frame } = this
    return Math.floor(Math.min((columnWidth(frame) - 16) / 3, LARGEST_EXAMPLE, OF_HEIGHT * frame.height))
  }

  /** Top edge of the test images before a training. */
  get below() {
    return (EXAMPLES / 3) * (this.example + 3) + LINE
  }

  /** Redraw everything, and animate the images whose positions have changed. */
  draw() {
    const { report, state } = this
    if (!report || !state || !this.canvas.clientWidth) return
    const frame = this.frame
    const crowd = state.crowds.get(state.at)
    const plan = JSON.stringify([frame, ratio(), report.job, state.at, report.ids.length, report.images])
    if (plan !== this.plan) {
      const [was, is] = [this.plan && JSON.parse(this.plan), JSON.parse(plan)]
      this.plan = plan
      this.layout = crowd ? layOutTestImages(crowd, frame) : startLayout(this.labels, frame, this.below)
      const same = was && [0, 1, 4, 5].every((n) => JSON.stringify(was[n]) === JSON.stringify(is[n]))
      same ? this.begin() : this.land()
    }
    this.lit = bright(state, this.labels, this.layout?.columns ?? [])
    if (!this.walk) this.paint()
  }

  begin() {
    const { now, layout } = this
    if (!now || !layout || now.x.length !== layout.x.length || prefersReducedMotion()) return this.land()
    const walks = Boolean(this.walk)
    this.walk = { since: performance.now(), x: now.x.slice(), y: now.y.slice(), size: now.size }
    this.canvas.dataset.walks = "1"
    if (!walks) requestAnimationFrame((time) => this.step(time))
  }

  /** End the animation: put every image at its final position. */
  land() {
    const { x, y, size } = /** @type {Layout} */ (this.layout)
    this.now = { x: x.slice(), y: y.slice(), size }
    this.walk = undefined
    this.canvas.dataset.walks = ""
    queueMicrotask(() => this.told.arrived())
  }

  /** @param {number} time */
  step(time) {
    const { walk, now, layout } = this
    if (!walk || !now || !layout) return
    const t = Math.min(Math.max((time - walk.since) / WALK, 0), 1)
    const share = eased(t)
    for (let i = 0; i < now.x.length; i++) {
      now.x[i] = walk.x[i] + share * (layout.x[i] - walk.x[i])
      now.y[i] = walk.y[i] + share * (layout.y[i] - walk.y[i])
    }
    now.size = walk.size + share * (layout.size - walk.size)
    if (t === 1) this.land()
    else requestAnimationFrame((later) => this.step(later))
    this.paint()
  }

  // ---- painting

  paint() {
    const { canvas, report } = this
    const context = cleared(canvas)
    const { ink, soft, line, accent, paper } = coloursOf(canvas)
    context.font = "13px Inter, system-ui, sans-serif"
    this.paintFrame(context, { soft, line })
    this.paintExamples(context, soft)
    this.makeSheets({ ink, paper })
    this.paintImages(context)
    if (this.pointed >= 0 && report) this.paintRing(context, accent)
  }

  /**
   * Paint the levels and the lines between columns.
   * @param {CanvasRenderingContext2D} context @param {{ soft: string, line: string }} colours
   */
  paintFrame(context, { soft, line }) {
    const { frame, state, report, layout } = this
    context.fillStyle = line
    for (let n = 1; n < frame.classes; n++) context.fillRect(LEFT + n * columnWidth(frame), 0, 1, frame.height)
    if (!state || state.at < 0 || !layout || !report) return
    context.textAlign = "right"
    context.textBaseline = "middle"
    for (const { p, y } of levels(frame, layout.size)) {
      context.fillStyle = line
      context.fillRect(LEFT - 6, Math.round(y), frame.width - LEFT + 6, 1)
      context.fillStyle = soft
      context.fillText(certainty(p, report, 0), LEFT - 10, Math.min(Math.max(y, 7), frame.height - 7))
    }
  }

  /** Paint the training images before a training. @param {CanvasRenderingContext2D} context @param {string} soft */
  paintExamples(context, soft) {
    const { frame, report, state, example } = this
    if (!report || !state || state.at >= 0) return
    const hasCaptions = frame.classes <= 4
    context.textAlign = "left"
    context.textBaseline = "alphabetic"
    context.fillStyle = soft
    report.names.forEach((_, n) => {
      const left = LEFT + n * columnWidth(frame) + 6
      if (hasCaptions) context.fillText(say("web.training.asked_of", { shown: this.shownOf(n) }), left, this.below - 7)
      for (let i = 0; this.sheets[1] && i < EXAMPLES; i++) {
        const [x, y] = [left + (i % 3) * (example + 3), Math.floor(i / 3) * (example + 3)]
        drawImage(context, this.sheets[1], n * EXAMPLES + i, false, x, y, example)
      }
    })
  }

  /** Return how many test images of a class are shown. @param {number} n */
  shownOf(n) {
    return Array.from(this.labels).filter((label) => label === n).length
  }

  /**
   * Cache the pictures at the current size, again if the theme or the size has changed.
   * @param {{ ink: string, paper: string }} colours
   */
  makeSheets(colours) {
    const { held, learn } = this.pictures
    const size = this.layout?.size ?? 0
    const plan = [size, this.example, ratio(), colours.ink, colours.paper].join()
    if (!held || !size || held.shape[0] !== this.labels.length || plan === this.sheetsPlan) return
    this.sheetsPlan = plan
    this.sheets = [sheetOf(held, size, colours), sheetOf(learn, this.example, colours)]
    if (/** @type {TestImagesState} */ (this.state).at < 0) this.paint()
  }

  /** @param {CanvasRenderingContext2D} context */
  paintImages(context) {
    const { now, layout, sheets, lit, state } = this
    if (!now || !layout || !sheets.length) return
    const labels = this.labels
    const begun = /** @type {TestImagesState} */ (state).at >= 0
    for (const i of layout.order) {
      context.globalAlpha = lit && !lit.has(i) ? DIM : 1
      drawImage(context, sheets[0], i, begun && layout.columns[i] !== labels[i], now.x[i], now.y[i], now.size)
    }
    context.globalAlpha = 1
  }

  /**
   * Paint the selected image on top of the others.
   * @param {CanvasRenderingContext2D} context @param {string} accent
   */
  paintRing(context, accent) {
    const { now, layout, sheets, pointed } = this
    if (!now || !layout || !sheets.length) return
    const begun = /** @type {TestImagesState} */ (this.state).at >= 0
    const wrong = begun && layout.columns[pointed] !== this.labels[pointed]
    drawImage(context, sheets[0], pointed, wrong, now.x[pointed], now.y[pointed], now.size)
    context.lineWidth = 3
    context.strokeStyle = accent
    rounded(context, now.x[pointed] - 1.5, now.y[pointed] - 1.5, now.size + 3, 4)
    context.stroke()
  }

  // ---- pointing

  /** @param {MouseEvent} event */
  under({ clientX, clientY }) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect()
    if (!this.layout || !width) return -1
    const { clientWidth, clientHeight } = this.canvas
    return imageAt(this.layout, ((clientX - left) / width) * clientWidth, ((clientY - top) / height) * clientHeight)
  }

  /** @param {number} i */
  point(i) {
    if (i < 0 || i === this.pointed) return
    this.pointed = i
    this.told.point(i)
    if (!this.walk) this.draw()
  }

  /**
   * A click opens the image. On touch, the first tap selects it and the second opens it.
   * @param {PointerEvent | MouseEvent} event
   */
  clicked(event) {
    const i = this.under(event)
    const again = i === this.pointed
    this.point(i)
    if (i >= 0 && (again || /** @type {PointerEvent} */ (event).pointerType === "mouse")) this.told.open(i)
    else if (i >= 0) this.told.show()
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const { key } = event
    if (!this.layout || this.pointed < 0 || event.altKey || event.ctrlKey || event.metaKey) return
    if (key === "Enter") this.told.open(this.pointed)
    else if (key.startsWith("Arrow")) this.point(neighbour(this.layout, this.pointed, key))
    else return
    event.preventDefault()
    event.stopPropagation()
  }
}

/** Return a cleared context, and resize the canvas only if its size has changed. @param {HTMLCanvasElement} canvas */
function cleared(canvas) {
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
  const of = (/** @type {string} */ name) => style.getPropertyValue(name)
  return {
    ink: style.color,
    soft: of("--soft"),
    line: of("--line"),
    accent: of("--accent"),
    paper: style.backgroundColor,
  }
}
