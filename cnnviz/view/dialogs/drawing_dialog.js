// A dialog in which a visitor draws a digit, by pointer, touch or keyboard. Python scales and centres it.

import { DrawingPad, SIDE } from "../model/drawing_pad.js"
import { say } from "../model/words.js"
import { dialogPath, fetchFromPython } from "../shell/ask_python.js"
import { html } from "../shell/html.js"
import { openDialog } from "./dialog.js"
import { runInDialog, statusLines, uploadRequest } from "./file_field.js"
import { targetQuestion } from "./target_question.js"

/** @import { Adopted, Setup, View } from "../types/view.js" */

const words = (/** @type {string} */ id, /** @type {import("../model/words.js").Values} */ values = {}) =>
  say(`ui.drawing.${id}`, values)

/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }

/**
 * Return what the network has been trained on, as a message.
 * @param {Setup} setup
 */
export function experience({ w, k }) {
  if (/^held-/.test(w)) return words("trained")
  return Number(k) ? words("one_image", { n: Number(k) }) : words("untrained")
}

/** @param {View} view */
export function showDrawing(view) {
  const pad = new DrawingPad()
  const names = () => view.data?.outputs ?? []
  const content = (busy = false, failed = "") => html`<div class="pad">
    <canvas width=${SIDE} height=${SIDE} tabindex="0" role="application" data-key="pad" aria-label=${words("pad")} aria-describedby="pad_keys"></canvas>
    <div><p>${experience(view.setup)} ${words("answers", { names: names() })}</p><p class="hint">${words("prepared")}</p><p class="hint" id="pad_keys">${words("keys")}</p>
    <button type="button" data-key="pad_clear" @click=${clear}>${words("clear")}</button>
    ${targetQuestion(view, (change) => runInDialog(dialog, content, () => take(change)))}</div></div>${statusLines(busy, failed)}`
  const dialog = openDialog(view, "drawing", words("title"), content())
  const canvas = /** @type {HTMLCanvasElement} */ (dialog.body.querySelector("canvas"))
  /** @type {number[] | undefined} */
  let lastPoint

  function paint() {
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))
    const image = context.createImageData(SIDE, SIDE)
    pad.ink.forEach((value, n) => image.data.set([value, value, value, 255], 4 * n))
    if (canvas.matches(":focus-visible")) {
      const [row, column] = pad.cursor.map((at) => Math.min(Math.floor(at), SIDE - 1))
      image.data.set(pad.isDown ? [255, 120, 60, 255] : [90, 160, 255, 255], 4 * (row * SIDE + column))
    }
    context.putImageData(image, 0, 0)
  }

  function clear() {
    pad.clear()
    paint()
  }

  /** @param {PointerEvent} event */
  function draw({ clientX, clientY }) {
    const box = canvas.getBoundingClientRect()
    const point = [((clientY - box.top) * SIDE) / box.height, ((clientX - box.left) * SIDE) / box.width]
    pad.line(lastPoint ?? point, point)
    lastPoint = point
    paint()
  }

  /** @param {KeyboardEvent} event */
  function press(event) {
    const step = STEPS[event.key]
    if (step) pad.move(...step)
    else if (event.key === " " || event.key === "Enter") pad.toggle()
    else if (event.key === "Backspace" || event.key === "Delete") pad.clear()
    else return
    event.preventDefault()
    event.stopPropagation()
    paint()
  }

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId)
    lastPoint = undefined
    draw(event)
  })
  canvas.addEventListener("pointermove", (event) => event.buttons && draw(event))
  canvas.addEventListener("keydown", press)
  for (const name of ["focus", "blur"]) canvas.addEventListener(name, paint)
  paint()

  /** @param {Setup} target */
  async function take(target) {
    const body = new Blob([Uint8Array.from(pad.ink)])
    const response = await fetchFromPython(view, dialogPath(view, "drawing"), uploadRequest(body, dialog.closed))
    const { change } = /** @type {Adopted} */ (await response.json())
    dialog.close()
    view.adopt({ ...change, ...target })
  }
}
