// Dragging a number: by mouse or pen, by finger after a long press, or with Shift and arrow keys on a cell. The
// address changes only when the number is released.

import { storePreference } from "../../view/controls/preferences.js"
import { cssZoom } from "../../view/draw/css_zoom.js"
import { cellName } from "../../view/model/explain/arithmetic.js"
import { singleIndex } from "../../view/model/explain/cell_links.js"
import { COLON, number } from "../../view/model/numbers/format.js"
import { Numbers } from "../../view/model/numbers/numbers.js"
import { changeOfNumber } from "../../view/model/state/set_values.js"
import { say } from "../../view/model/words.js"
import { isTouch } from "../../view/shell/media_queries.js"
import { DragCard } from "./drag_card.js"
import { addCorners } from "./drag_corners.js"
import { hitAt, hitOf, rateAt } from "./drag_hit.js"
import { beginDrag, boundsOf, FINE, hasMoved, isBehind, lossAt, nextDrag, valueToRequest } from "./drag_model.js"
import { DRAGGED } from "./step_words.js"

/** @import { Curve, Drag, Event as DragEvent } from "./drag_model.js" */
/** @import { Hit } from "./drag_hit.js" */
/** @import { Answer, Step, StepAnswer } from "../../view/types/view.js" */

const CLICK_SLOP = 3 // pixels that the pointer may move during a click
const LONG_PRESS = 500 // milliseconds of a long press
const FINGER_SLOP = 8 // pixels that the finger may move meanwhile
const HATCH_DELAY = 120 // milliseconds until outdated maps are hatched
const FILTER_SPAN = 2 // range of the curve of a filter's weight; other numbers get a range with a visible change

/** @typedef {{ hit: Hit, id: number, x: number, y: number, touch: boolean, timer?: ReturnType<typeof setTimeout> }} Press */

export class Dragging {
  /** @type {Drag | null} */
  drag = null
  /** @type {Press | null} */
  press = null
  name = ""
  isLate = false // whether outdated maps are hatched
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  lateness = undefined
  /** @type {Numbers | undefined}  the numbers from before the drag */
  previousNumbers = undefined
  /** @type {() => void} */
  removeCorners = () => {}

  /** @param {Step} step */
  constructor(step) {
    this.step = step
    const { view } = step
    const { signal } = view.stop
    const content = view.$(".content")
    this.card = new DragCard(content)
    /** @type {(where: EventTarget, name: string, act: (event: any) => void) => void} */
    const listen = (where, name, act) => where.addEventListener(name, act, { capture: true, signal, passive: false })
    listen(view.root, "pointerdown", (event) => this.onPointerDown(event))
    listen(window, "pointermove", (event) => this.onPointerMove(event))
    listen(window, "pointerup", (event) => this.onPointerUp(event))
    listen(window, "pointercancel", () => this.cancel())
    listen(window, "blur", ({ target }) => target === window && this.cancel()) // not the blur of an element
    listen(window, "touchmove", (event) => this.drag && event.preventDefault())
    listen(view.root, "contextmenu", (event) => (this.drag || this.press?.touch) && event.preventDefault())
    listen(window, "keydown", (event) => this.key(event))
  }

  /**
   * Return whether a map is hatched because it is outdated during a drag, or undefined if the stage decides. Maps of
   * the forward pass are never hidden meanwhile.
   * @param {string} symbol @returns {boolean | undefined}
   */
  isHatched(symbol) {
    if (!this.drag) return undefined
    const { band } = this.step.numbers.maps[symbol]
    if (symbol === "x" || symbol === "y" || band === "parameters") return undefined
    return this.isLate || (band === "gradients" ? undefined : false)
  }

  /** The explanation during a drag. */
  get words() {
    return this.drag
      ? {
          title: say("web.drag.moves", { name: this.name }),
          sentence: say(isTouch() ? "web.drag.hint_touch" : "web.drag.hint"),
          how: "",
          fact: "",
        }
      : {}
  }

  /**
   * Return a dependent number before and now as HTML, or "" if it has not changed.
   * @param {import("./step.js").Subject} subject
   */
  change({ map, cell }) {
    const { previousNumbers: before, isLate: late, step } = this
    const { numbers } = step
    if (!before || late || !numbers.maps[map] || step.isAhead(map)) return ""
    if (![before, numbers].every((each) => each.isExact(map, cell))) return ""
    const [was, is] = [before.at(map, cell), numbers.at(map, cell)]
    return was === is ? "" : `${cellName(numbers, map, cell)}${COLON}${number(was)} → <b>${number(is)}</b>`
  }

  // ---- pointers

  /** @param {PointerEvent} event */
  onPointerDown(event) {
    this.forgetPress()
    if (this.drag) return this.cancel() // a second finger
    if (event.button !== 0 || !event.isPrimary) return
    const hit = hitOf(this.step, event)
    if (!hit) return
    const isTouch = event.pointerType === "touch"
    this.press = { hit, id: event.pointerId, x: event.clientX, y: event.clientY, touch: isTouch }
    if (isTouch) this.press.timer = setTimeout(() => this.press && this.start(this.press.hit), LONG_PRESS)
  }

  /** @param {PointerEvent} event */
  onPointerMove(event) {
    const { press, drag } = this
    if (!press || event.pointerId !== press.id) return
    const [across, up] = [event.clientX - press.x, press.y - event.clientY]
    const distance = Math.hypot(across, up)
    if (!drag) {
      if (press.touch && distance > FINGER_SLOP) return this.forgetPress()
      if (press.touch || distance < CLICK_SLOP || (press.hit.along === "lr" && Math.abs(across) > Math.abs(up))) return
      this.start(press.hit)
    }
    event.stopPropagation() // no hovering during a drag
    event.preventDefault()
    press.y = event.clientY
    press.x = event.clientX
    this.dispatch({ type: "moved", steps: up * (event.shiftKey ? FINE : 1) })
  }

  /** @param {PointerEvent} event */
  onPointerUp(event) {
    const isDragging = this.drag && this.press?.id === event.pointerId
    this.forgetPress()
    if (!isDragging) return
    event.stopPropagation()
    const stopClick = (/** @type {Event} */ click) => click.stopPropagation()
    addEventListener("click", stopClick, { capture: true, once: true })
    setTimeout(() => removeEventListener("click", stopClick, { capture: true }), 0)
    this.release()
  }

  forgetPress() {
    clearTimeout(this.press?.timer)
    this.press = null
  }

  // ---- keys

  /** @param {KeyboardEvent} event */
  key(event) {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key]
    if (!this.drag && !(direction && event.shiftKey && this.take())) return
    if (direction) this.dispatch({ type: "moved", steps: direction * (event.shiftKey ? FINE : 1) })
    else if (event.key === "Escape") this.cancel()
    else if (event.key === "Enter") this.release()
    else if (event.key !== "Shift") return this.release() // another key: release the number and handle the key
    event.preventDefault()
    event.stopPropagation()
  }

  /** Start dragging the focused cell, or the learning rate in its field. Return whether there was one. */
  take() {
    const { step } = this
    const hit = rateAt(step, document.activeElement) ?? this.focused()
    if (hit) this.start(hit)
    return hit !== null
  }

  /** Return the focused cell if it can be dragged, or null. @returns {Hit | null} */
  focused() {
    const { step } = this
    const plate = Object.values(step.plates).find(({ canvas }) => canvas === document.activeElement)
    if (!plate) return null
    const { symbol } = plate
    const cell = step.cells.hover?.map === symbol ? step.cells.hover.cell : step.cells.own(symbol)
    return hitAt(step, symbol, cell)
  }

  /**
   * Return the position on screen of a number that is changed by keys.
   * @param {string} symbol @param {import("../../view/types/view.js").Cell} cell
   */
  focusedAt(symbol, cell) {
    const element = /** @type {HTMLElement} */ (document.activeElement)
    const { left, top, width, height } = element.getBoundingClientRect()
    const [box] = this.step.plates[symbol]?.boxes(cell.map(singleIndex)) ?? []
    const zoom = cssZoom(element)
    return box
      ? { x: left + (box.x + box.width / 2) * zoom, y: top + (box.y + box.height / 2) * zoom }
      : { x: left + width / 2, y: top + height / 2 }
  }

  // ---- from start to release

  /** @param {Hit} hit */
  start({ along, symbol, cell }) {
    const { step } = this
    const { view, numbers } = step
    const { look } = view.host.numbers
    if (!look || this.drag) return
    view.player.pause()
    step.loupe.hide()
    step.transitions.finish()
    this.previousNumbers = numbers
    this.removeCorners = addCorners(step)
    this.name = step.nameOf(along)
    this.drag = beginDrag(along, boundsOf(along, numbers.answer.lesson.scale))
    view.root.classList.add("dragging")
    storePreference(DRAGGED, "1")
    this.card.stand(this.press ?? this.focusedAt(symbol, cell))
    const drag = this.drag
    const span = numbers.maps[symbol]?.kind === "filters" ? String(FILTER_SPAN) : ""
    look("curve", { ...numbers.answer.lesson, along, span }, (answer) => {
      if (this.drag?.along !== drag.along || this.drag.curve) return
      const curve = curveOf(answer)
      curve ? this.dispatch({ type: "known", curve }) : this.cancel()
    })
  }

  /** @param {DragEvent} event */
  dispatch(event) {
    if (!this.drag) return
    this.drag = nextDrag(this.drag, event)
    if (event.type === "known") this.card.fill(this.drag, this.name) // otherwise the card changes only with a response
    this.ask()
  }

  // Request the latest wanted value, one request at a time.
  ask() {
    const { drag, step } = this
    const value = drag && valueToRequest(drag)
    if (value === null || !drag || !this.previousNumbers) return
    this.drag = nextDrag(drag, { type: "asked" })
    const { lesson: setup } = this.previousNumbers.answer
    clearTimeout(this.lateness)
    this.lateness = setTimeout(() => this.hatch(true), HATCH_DELAY)
    step.view.host.numbers.look?.("", { ...setup, ...changeOfNumber(setup, drag.along, value) }, (answer) => {
      if (this.drag?.along !== drag.along || this.drag.asked !== value) return
      clearTimeout(this.lateness)
      if (!answer) return this.cancel()
      const { curve } = this.drag
      const loss = drag.along === "lr" && curve ? lossAt(curve, value) : (answer.loss ?? Number.NaN)
      this.drag = nextDrag(this.drag, { type: "answered", value, loss })
      this.hatch(false)
      step.view.root.dataset.dragged = String(value)
      this.show(answer)
      this.card.fill(this.drag, this.name)
      this.ask()
    })
  }

  /** @param {boolean} late */
  hatch(late) {
    this.isLate = late && this.drag !== null && isBehind(this.drag)
    this.step.view.paint()
  }

  /** Show a response, with the colour scales from before the drag. @param {Answer} answer */
  show(answer) {
    const { step, previousNumbers: before } = this
    const numbers = new Numbers(/** @type {StepAnswer} */ (answer))
    if (before) numbers.useLimitsOf(before)
    step.showNumbers(numbers)
    this.showLoss(answer)
    step.view.paint()
  }

  /** Show the loss of a response. @param {Pick<Answer, "loss" | "saturated">} answer */
  showLoss({ loss, saturated }) {
    Object.assign(this.step.view, { loss: loss ?? Number.NaN, saturated })
  }

  /** Release the number where it is: one history entry. */
  release() {
    const { drag, previousNumbers: before, step } = this
    if (!drag || !before) return
    const { lesson: setup } = before.answer
    if (!drag.curve || !hasMoved(drag)) return this.cancel()
    this.end()
    step.view.go(changeOfNumber(setup, drag.along, drag.wanted))
  }

  /** Put the number back. */
  cancel() {
    this.forgetPress()
    const { previousNumbers: before, step } = this
    if (!this.drag || !before) return
    this.end()
    step.showNumbers(before)
    this.showLoss(before.answer)
    step.view.paint(true)
  }

  end() {
    clearTimeout(this.lateness)
    this.isLate = false
    this.drag = null
    this.previousNumbers = undefined
    this.removeCorners()
    this.card.close()
    this.step.view.root.classList.remove("dragging")
    delete this.step.view.root.dataset.dragged
  }
}

/** @param {Answer | undefined} answer @returns {Curve | null} */
function curveOf(answer) {
  const header = /** @type {import("../../view/types/wire.js").CurveHeader | undefined} */ (
    /** @type {unknown} */ (answer)
  )
  if (!answer?.arrays.theta || !header || header.at === null || header.span === null) return null
  const { at, gradient, span, kink } = header
  return {
    theta: answer.arrays.theta.values,
    loss: answer.arrays.loss.values,
    at,
    gradient: gradient ?? Number.NaN,
    span,
    kink,
  }
}
