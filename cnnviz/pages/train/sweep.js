// Many starts: the loss of each run by update, beside a dot for each run that opens it.

import { number } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { setText } from "../../view/shell/html.js"
import { paintRuns } from "./sweep_chart.js"
import { headline, inOrder, lastOf, nearestRun, scaleOf, summarizeRuns } from "./sweep_model.js"

/** @import { Dots } from "./sweep_model.js" */
/** @import { Arrays, SweepData, View } from "../../view/types/view.js" */

const MOST_LINES = 300 // largest number of drawn curves; more are thinned evenly

const body = () => `
  <section class="sweep" hidden>
    <div class="film-head"><h1 class="starts"></h1><p class="said"></p></div>
    <canvas tabindex="0" role="slider" aria-valuemin="1" aria-label="${say("web.sweep.label")}"></canvas>
    <p class="told"></p><button type="button" data-key="sweep_leave">${say("web.sweep.leave")}</button>
  </section>`

export class Sweep {
  /** @type {SweepData | null} */
  data = null
  /** @type {Arrays[string]["values"]} */
  losses = new Float64Array()
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
    this.say(summarizeRuns(this.last, arrays.reached?.values))
  }

  /** @param {ReturnType<typeof summarizeRuns>} found */
  say(found) {
    const { n, key } = /** @type {SweepData} */ (this.data)
    const sentences = [
      say(`web.sweep.differs.${key}`, { runs: found.runs }),
      found.times ? say("web.sweep.same", { times: found.times, loss: number(found.same, 4) }) : "",
      found.lost ? say("web.sweep.lost", { n: found.lost }) : "",
      !found.right || (found.right === found.runs && !found.half)
        ? ""
        : say("web.sweep.right", { right: found.right, runs: found.runs, half: found.half }),
    ]
    setText(this.view.$(".sweep .starts"), headline(found, n))
    setText(this.view.$(".sweep .said"), sentences.filter(Boolean).join(" "))
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

  /** Return the run under the pointer, or -1. @param {MouseEvent} event */
  under({ offsetX, offsetY }) {
    return this.dots ? nearestRun(this.dots, offsetX, offsetY) : -1
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const { order } = this
    const rank = order.indexOf(this.pointed)
    const to = {
      ArrowUp: rank - 1,
      ArrowLeft: rank - 1,
      ArrowDown: rank + 1,
      ArrowRight: rank + 1,
      Home: 0,
      End: order.length - 1,
    }[event.key]
    if (event.key === "Enter") this.open(this.pointed)
    else if (to === undefined) return
    else this.point(order[Math.max(0, Math.min(to, order.length - 1))])
    event.preventDefault()
    event.stopPropagation()
  }

  /** Open the recording of a run. @param {number} run */
  open(run) {
    if (this.data && run >= 0) this.view.go({ ...this.data.runs[run], sweep: "" })
  }

  // ---- painting

  draw() {
    const { data, canvas, losses, last, pointed } = this
    if (!data || !canvas.clientWidth) return
    const updateCount = losses.length / last.length
    const shownCount = Math.min(last.length, MOST_LINES)
    this.dots = paintRuns(
      canvas,
      {
        key: data.key,
        n: data.n,
        values: data.values,
        last,
        scale: scaleOf(losses),
        shown: Array.from({ length: shownCount }, (_, i) => Math.floor((i * last.length) / shownCount)),
        curve: (run) => losses.slice(run * updateCount, (run + 1) * updateCount),
      },
      { pointed },
    )
  }
}
