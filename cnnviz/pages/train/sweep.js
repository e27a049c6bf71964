// Many starts: the loss of each run, update by update, and beside it a dot for each, which opens its run.

import { prepare } from "../../view/draw/canvas.js"
import { number } from "../../view/model/format.js"
import { say, written } from "../../view/model/words.js"
import { setText } from "../../view/regions/html.js"
import { facts, HIGH, heap, inOrder, lastOf, nearest, row, scaleOf } from "./sweep_model.js"

/** @import { SweepData } from "../../view/types/wire.js" */
/** @import { Arrays } from "../../view/model/decode.js" */
/** @import { View } from "../../view/regions/lesson_view.js" */
/** @import { Box, Dots, Scale } from "./sweep_model.js" */

const MOST_LINES = 300 // curves that are drawn; more are evenly thinned
const HEAPED = ["seed", "start"] // keys whose values have no order that matters
const [LEFT, TOP, FOOT, GAP] = [64, 14, 44, 40]

const body = () => `
  <section class="sweep" hidden>
    <div class="film-head"><h1 class="starts"></h1><p class="said"></p></div>
    <canvas tabindex="0" role="slider" aria-valuemin="1" aria-label="${say("web.sweep.label")}"></canvas>
    <p class="told"></p><button type="button" data-key="sweep_leave">${say("web.sweep.leave")}</button>
  </section>`

export class Sweep {
  /** @type {SweepData | null} */
  data = null
  /** @type {Float64Array | ArrayLike<number>} */
  losses = []
  last = new Float64Array()
  /** @type {number[]} */
  order = []
  pointed = -1
  /** @type {Dots | undefined} */
  dots = undefined

  /** @param {View} view */
  constructor(view) {
    this.view = view
    view.$(".content").insertAdjacentHTML("beforeend", body())
    this.canvas = /** @type {HTMLCanvasElement} */ (view.$(".sweep canvas"))
    const { canvas } = this
    canvas.addEventListener("pointermove", (event) => this.point(this.under(event)))
    canvas.addEventListener("pointerleave", () => this.point(-1))
    canvas.addEventListener("focus", () => this.point(this.pointed < 0 ? this.order[0] : this.pointed))
    canvas.addEventListener("click", (event) => this.open(this.under(event)))
    canvas.addEventListener("keydown", (event) => this.pressed(event))
    view.control("sweep_leave").addEventListener("click", () => view.go({ sweep: "" }))
    view.resizes.observe(canvas)
  }

  /** @param {SweepData | null} data @param {Arrays} arrays */
  receive(data, arrays) {
    this.data = data
    this.view.root.classList.toggle("sweeping", data !== null)
    this.view.$(".sweep").hidden = data === null
    if (!data) return
    this.losses = arrays.losses.values
    this.last = lastOf(this.losses, data.values.length)
    this.order = inOrder(this.last)
    this.pointed = -1
    this.canvas.setAttribute("aria-valuemax", String(data.values.length))
    this.canvas.dataset.runs = String(data.values.length)
    this.say(facts(this.last, arrays.reached?.values))
  }

  /** @param {ReturnType<typeof facts>} found */
  say(found) {
    const { n, key } = /** @type {SweepData} */ (this.data)
    const split = found.high > 0 && found.high < found.runs
    const ends = { n, runs: found.runs, least: number(found.least, 2), most: number(found.most, 2) }
    const title = split
      ? say("web.sweep.high", { ...ends, high: found.high, limit: HIGH })
      : say("web.sweep.between", ends)
    const said = [
      say(`web.sweep.differs.${key}`, { runs: found.runs }),
      found.times ? say("web.sweep.same", { times: found.times, loss: number(found.same, 4) }) : "",
      found.lost ? say("web.sweep.lost", { n: found.lost }) : "",
      !found.right || (found.right === found.runs && !found.half)
        ? ""
        : say("web.sweep.right", { right: found.right, runs: found.runs, half: found.half }),
    ]
    setText(this.view.$(".sweep .starts"), title)
    setText(this.view.$(".sweep .said"), said.filter(Boolean).join(" "))
    this.tell()
  }

  tell() {
    const { data, pointed, canvas } = this
    if (!data) return
    const run = {
      key: say(`web.sweep.key.${data.key}`),
      value: data.values[pointed],
      loss: number(this.last[pointed], 4),
    }
    const text = pointed < 0 ? say("web.sweep.dot") : say("web.sweep.run", run)
    setText(this.view.$(".sweep .told"), text)
    canvas.setAttribute("aria-valuenow", String(this.order.indexOf(pointed) + 1))
    canvas.setAttribute("aria-valuetext", text)
    canvas.dataset.run = pointed < 0 ? "" : data.values[pointed]
  }

  /** @param {number} run */
  point(run) {
    if (run === this.pointed) return
    this.pointed = run
    this.canvas.style.cursor = run < 0 ? "" : "pointer"
    this.tell()
    this.draw()
  }

  /** The run under the pointer. @param {MouseEvent} event */
  under({ offsetX, offsetY }) {
    return this.dots ? nearest(this.dots, offsetX, offsetY) : -1
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const { order } = this
    const at = order.indexOf(this.pointed)
    const to = {
      ArrowUp: at - 1,
      ArrowLeft: at - 1,
      ArrowDown: at + 1,
      ArrowRight: at + 1,
      Home: 0,
      End: order.length - 1,
    }[event.key]
    if (event.key === "Enter") this.open(this.pointed)
    else if (to === undefined) return
    else this.point(order[Math.max(0, Math.min(to, order.length - 1))])
    event.preventDefault()
    event.stopPropagation()
  }

  /** The film of a run. @param {number} run */
  open(run) {
    if (this.data && run >= 0) this.view.go({ ...this.data.runs[run], sweep: "" })
  }

  // ---- painting

  draw() {
    const { data, canvas, last } = this
    if (!data || !canvas.clientWidth) return
    const context = prepare(canvas)
    const style = getComputedStyle(canvas)
    const colour = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`)
    const [ink, soft, line, accent] = [style.color, colour("soft"), colour("line"), colour("accent")]
    const height = canvas.clientHeight - TOP - FOOT
    const half = Math.round((canvas.clientWidth - LEFT) * 0.46)
    const curves = { x: LEFT, y: TOP, width: half, height }
    const right = { x: LEFT + half + GAP, y: TOP, width: canvas.clientWidth - LEFT - half - GAP - 8, height }
    const scale = scaleOf(this.losses)
    context.font = `13px ${style.fontFamily}`
    this.grid(context, scale, { ...curves, width: right.x + right.width - LEFT }, curves, [soft, line])
    const high = (/** @type {number} */ run) => !(last[run] <= HIGH)
    this.lines(context, scale, curves, (run) => (high(run) ? ink : accent))
    this.dots = (HEAPED.includes(data.key) ? heap : row)(last, scale, right)
    const { x, y, size } = this.dots
    for (const run of last.keys()) {
      context.fillStyle = high(run) ? ink : accent
      circle(context, x[run], y[run], size * 0.42)
      context.fill()
    }
    if (!HEAPED.includes(data.key)) this.values(context, right, soft)
    if (this.pointed < 0) return
    context.strokeStyle = ink
    context.lineWidth = 2
    circle(context, x[this.pointed], y[this.pointed], size * 0.42 + 3)
    context.stroke()
  }

  /**
   * Lines at the powers of ten, and the updates below the curves.
   * @param {CanvasRenderingContext2D} context
   * @param {Scale} scale
   * @param {Box} all
   * @param {Box} curves
   * @param {string[]} colours
   */
  grid(context, { low, high, at, less }, all, curves, [soft, line]) {
    const { n } = /** @type {SweepData} */ (this.data)
    context.fillStyle = soft
    context.textBaseline = "middle"
    for (let power = low; power <= high; power++) {
      const y = all.y + at(10 ** power) * all.height
      context.fillStyle = line
      context.fillRect(all.x, y, all.width, 1)
      context.fillStyle = soft
      context.textAlign = "right"
      context.fillText(`${less && power === low ? "≤ " : ""}${number(10 ** power, 1)}`, all.x - 8, y)
    }
    context.textAlign = "left"
    context.fillText(say("web.sweep.loss"), 0, all.y)
    context.textAlign = "center"
    context.textBaseline = "top"
    for (const part of [0, 0.25, 0.5, 0.75, 1])
      context.fillText(written(Math.round(part * n)), curves.x + part * curves.width, curves.y + curves.height + 6)
    context.fillText(say("web.sweep.updates"), curves.x + curves.width / 2, curves.y + curves.height + 24)
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Scale} scale
   * @param {Box} box
   * @param {(run: number) => string} colour
   */
  lines(context, scale, box, colour) {
    const runs = this.last.length
    const each = this.losses.length / runs
    const shown = Math.min(runs, MOST_LINES)
    const draw = (/** @type {number} */ run) => {
      context.beginPath()
      for (let k = 0; k < each; k++) {
        const [x, y] = [
          box.x + (k / Math.max(each - 1, 1)) * box.width,
          box.y + scale.at(this.losses[run * each + k]) * box.height,
        ]
        k ? context.lineTo(x, y) : context.moveTo(x, y)
      }
      context.stroke()
    }
    context.lineWidth = 1
    context.globalAlpha = Math.max(0.25, 1 / Math.sqrt(shown))
    for (let i = 0; i < shown; i++) {
      const run = Math.floor((i * runs) / shown)
      context.strokeStyle = colour(run)
      draw(run)
    }
    context.globalAlpha = 1
    if (this.pointed < 0) return
    context.lineWidth = 3
    context.strokeStyle = colour(this.pointed)
    draw(this.pointed)
  }

  /** The runs' values under their dots, as many as have room. @param {CanvasRenderingContext2D} context @param {Box} box @param {string} soft */
  values(context, box, soft) {
    const { values } = /** @type {SweepData} */ (this.data)
    const widest = Math.max(...values.map((value) => context.measureText(value).width)) + 10
    const every = Math.max(1, Math.ceil((widest * values.length) / box.width))
    context.fillStyle = soft
    for (let run = 0; run < values.length; run += every)
      context.fillText(values[run], /** @type {Dots} */ (this.dots).x[run], box.y + box.height + 6)
  }
}

/** @type {(context: CanvasRenderingContext2D, x: number, y: number, radius: number) => void} */
function circle(context, x, y, radius) {
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
}
