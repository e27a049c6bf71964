// The card beside a dragged number: the loss along it, the change that the gradient predicts, and the real change.

import { prepare } from "../../view/draw/canvas.js"
import { drawLossCurve } from "../../view/draw/loss_along.js"
import { paletteOf } from "../../view/draw/theme.js"
import { factor, formula, lossText, number } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { html, markup, render } from "../../view/shell/html.js"
import { hasMoved, lossAt, printerOf, promiseOf } from "./drag_model.js"

/** @import { Drag } from "./drag_model.js" */

const EVERY = 1000 // milliseconds between two announcements

export class DragCard {
  spokenAt = Number.NEGATIVE_INFINITY

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root
    this.box = document.createElement("section")
    this.box.className = "drag-card"
    this.box.hidden = true
    root.append(this.box)
  }

  /** @param {Drag} drag @param {string} name the number's */
  fill(drag, name) {
    const { curve } = drag
    if (!curve) return
    this.box.setAttribute("aria-label", say(drag.along === "lr" ? "web.drag.title_rate" : "web.drag.title", { name }))
    render(body(drag, name), this.box)
    this.box.hidden = false
    this.draw(drag)
    this.speak(drag, name)
  }

  /**
   * Place the card beside a point on screen: left or right of it, and on phones above or below it.
   * @param {{ x: number, y: number }} place
   */
  stand({ x, y }) {
    const { left, width } = this.root.getBoundingClientRect()
    this.box.classList.toggle("right", x < left + 0.45 * width)
    this.box.classList.toggle("over", y > innerHeight / 2)
  }

  close() {
    this.box.hidden = true
    render("", this.box)
    this.spokenAt = Number.NEGATIVE_INFINITY
  }

  /** @param {Drag} drag */
  draw({ curve, shown, loss }) {
    const canvas = /** @type {HTMLCanvasElement} */ (this.box.querySelector("canvas"))
    const { clientWidth: width, clientHeight: height } = canvas
    const context = prepare(canvas)
    if (!curve || !width) return
    const words = { before: say("web.drag.before"), now: say("web.drag.now"), promised: say("web.drag.promised") }
    const cardState = { curve, value: shown, loss: loss ?? lossAt(curve), words }
    drawLossCurve({ context, width, height }, paletteOf(this.root), cardState)
  }

  // Announce the value, but not at every step.
  /** @param {Drag} drag @param {string} name */
  speak(drag, name) {
    const now = performance.now()
    const status = this.box.querySelector("[role=status]")
    if (!status || now - this.spokenAt < EVERY || drag.loss === null) return
    this.spokenAt = now
    status.textContent = say("web.drag.spoken", { name, value: number(drag.shown), loss: lossText(drag.loss) })
  }
}

/** @param {Drag} drag @param {string} name */
function body(drag, name) {
  const { curve, loss, along } = drag
  if (!curve) return html``
  const changes = promiseOf(drag)
  const print = changes ? printerOf(changes.promised, changes.really) : number
  const startLoss = lossAt(curve)
  const title = say(along === "lr" ? "web.drag.title_rate" : "web.drag.title", { name })
  return html`<h2>${markup(formula(title))}</h2><canvas aria-hidden="true"></canvas>
    <dl><dt class="promised">${say("web.drag.gradient_promised")}</dt><dd class="promised">${changes ? print(changes.promised) : "0"}</dd>
      <dt>${say("web.drag.really")}</dt><dd>${changes ? print(changes.really) : "0"}</dd></dl>
    <dl class="loss"><dt>${drag.along === "lr" ? markup("<i>η</i>") : markup(formula(name))}</dt>
      <dd><span>${number(curve.at)}</span>${hasMoved(drag) ? html` → <b>${number(drag.shown)}</b>` : ""}</dd>
      <dt>${say(along === "lr" ? "web.drag.loss_after" : "web.drag.loss")} <i>L</i></dt>
      <dd><span>${number(startLoss)}</span>${hasMoved(drag) && loss !== null ? html` → <b>${number(loss)}</b>` : ""}</dd></dl>
    <p>${changes ? say("web.drag.product", { gradient: number(curve.gradient, 3), by: factor(changes.by, 3) }) : say("web.drag.how")}</p>
    ${curve.kink ? html`<p class="kink">${say("web.drag.kink")}</p>` : ""}
    <p class="spoken" role="status"></p>`
}
