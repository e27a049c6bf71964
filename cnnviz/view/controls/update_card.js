// The update counter with the loss, and the card that it opens to go to any update.

import { drawLine, prepare } from "../draw/canvas.js"
import { lossText, percent } from "../model/numbers/format.js"
import { say } from "../model/words.js"
import { field, input, markup, render, setHidden, setText } from "../shell/html.js"
import { actionButton } from "./actions.js"
import { panel } from "./rail.js"

/** @import { Answer, View } from "../types/view.js" */

const EDGE = 4 // margin at both sides of a curve in pixels

export const updateButton = () =>
  `<button type="button" data-key="update_card" popovertarget="update_card"><canvas class="spark" aria-hidden="true"></canvas><span>${say("web.status.update", { k: '<b class="k">0</b>' })}</span>
    <span class="nothing"></span><span class="late"><i>L</i> <b class="loss"></b></span></button>`

export const updateCard = () =>
  panel(
    "update_card",
    say("web.updates.title"),
    `<div class="update-steps">${field(say("web.updates.go_to"), input("go_to", say("web.updates.go_to"), "numeric"))}
      ${actionButton("update_back", "−")}${actionButton("update_next", "+")}${actionButton("update_first", "0")}</div>
    <canvas class="course" role="img" aria-label="${say("web.status.spark")}"></canvas><p class="saturation"></p>`,
    "update-card",
  )

/** @param {View} view */
export function bindUpdates(view) {
  const requestedUpdate = view.field("go_to")
  requestedUpdate.addEventListener("change", () => view.go({ k: requestedUpdate.value.trim() || " " }))
  view.$(".course").addEventListener("click", ({ offsetX, currentTarget }) => {
    const lossCount = view.data?.arrays.losses?.values.length ?? 1
    const width = /** @type {HTMLElement} */ (currentTarget).clientWidth - 2 * EDGE
    const k = Math.round(((offsetX - EDGE) / width) * (lossCount - 1))
    view.go({ k: String(Math.max(0, Math.min(k, lossCount - 1))) })
  })
  view.$(".update-card").addEventListener("toggle", () => view.paint()) // a curve is drawn at the size of its canvas
}

/**
 * Show the update and the losses. A loss that is not computed yet is left out.
 * @param {View} view @param {Answer} data
 */
export function fillUpdates(view, data) {
  const button = view.control("update_card")
  const isLossShown = !view.isEarly && isLossVisible(view)
  const writeText = (/** @type {string} */ name, /** @type {string} */ text) =>
    setText(/** @type {Element} */ (button.querySelector(name)), text)
  writeText(".k", String(view.k))
  writeText(".loss", isLossVisible(view) ? lossText(view.loss) : "…")
  button.classList.toggle("early", view.isEarly)
  button.classList.toggle("fresh", view.k === 0)
  setText(view.$(".status .nothing, [data-key=update_card] .nothing"), data.learned)
  const requestedUpdate = view.field("go_to")
  if (document.activeElement !== requestedUpdate) requestedUpdate.value = String(view.k)
  fillSaturation(view)
  const values = data.arrays.losses?.values ?? []
  const losses = isLossShown ? values : values.slice(0, -1)
  for (const canvas of view.root.querySelectorAll(/** @type {"canvas"} */ (".spark, .course")))
    drawLossCurve(view, canvas, losses)
}

/** @param {View} view */
function fillSaturation({ root, saturated, isEarly }) {
  const element = /** @type {HTMLElement} */ (root.querySelector(".saturation"))
  const share = isEarly || saturated === null || saturated < 0.005 ? "" : percent(saturated)
  render(markup(share && say("web.status.saturated", { share: `<b>${share}</b>` })), element)
  element.classList.toggle("bad", (saturated ?? 0) > 0.5)
}

/** @type {WeakMap<Element, string>}  the last drawn input of each curve */
const lastDrawn = new WeakMap()

/**
 * Draw the loss curve, hidden with fewer than two losses.
 * @param {View} view @param {HTMLCanvasElement} canvas @param {ArrayLike<number>} values
 */
function drawLossCurve({ root, dark }, canvas, values) {
  setHidden(canvas, values.length < 2)
  if (canvas.hidden) return // reading its size would force a layout
  const { clientWidth: width, clientHeight: height } = canvas
  const state = [width, height, dark, root.classList.contains("still"), ...Array.from(values)].join()
  if (!width || lastDrawn.get(canvas) === state) return
  lastDrawn.set(canvas, state)
  const context = prepare(canvas)
  const maximum = Math.max(...Array.from(values), 1e-12)
  const lastIndex = values.length - 1
  const x = (/** @type {number} */ i) => EDGE + (i / lastIndex) * (width - 2 * EDGE)
  const y = (/** @type {number} */ value) => height - 5 - (value / maximum) * (height - 12)
  context.strokeStyle = context.fillStyle = getComputedStyle(root).getPropertyValue("--accent")
  context.lineWidth = 2
  drawLine(context, ...Array.from(values, (value, i) => [x(i), y(value)]))
  context.beginPath()
  context.arc(x(lastIndex), y(values[lastIndex]), 3, 0, 7)
  context.fill()
}

/**
 * Return whether the loss may be shown. While numbers are hidden, this is so from its stage on.
 * @param {View} view
 */
const isLossVisible = ({ hides, veiled, order, stage }) =>
  !hides || order.indexOf(stage) - (veiled ? 1 : 0) >= order.indexOf("L")
