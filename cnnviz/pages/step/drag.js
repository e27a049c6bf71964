// Dragging a number: by mouse or pen, by finger after a long press, or with Shift and arrow keys on a cell. The
// address changes only when the number is released.

import { named } from "../../view/model/explain/arithmetic.js"
import { one } from "../../view/model/explain/cell_links.js"
import { COLON, number } from "../../view/model/numbers/format.js"
import { Numbers } from "../../view/model/numbers/numbers.js"
import { settingOf } from "../../view/model/state/set_values.js"
import { say } from "../../view/model/words.js"
import { isTouched } from "../../view/shell/media_queries.js"
import { DragCard } from "./drag_card.js"
import { corners } from "./drag_corners.js"
import { hitAt, hitOf, rateIn } from "./drag_hit.js"
import { begin, boundsOf, FINE, hasMoved, isBehind, lossAt, next, toAsk } from "./drag_model.js"

/** @import { Curve, Drag, Event as DragEvent } from "./drag_model.js" */
/** @import { Hit } from "./drag_hit.js" */
/** @import { Answer, Step, StepAnswer } from "../../view/types/view.js" */

const SLOP = 3 // pixels that the pointer may move during a click
const LONG = 500 // milliseconds of a long press
const STILL = 8 // pixels that the finger may move meanwhile
const LATE = 120 // milliseconds until outdated maps are hatched
const REACH = 2 // range of the curve of a filter's weight; other numbers get a range with a visible change

/** @typedef {{ hit: Hit, id: number, x: number, y: number, touch: boolean, timer?: ReturnType<typeof setTimeout> }} Press */

export class Dragging {
  /** @type {Drag | null} */
  drag = null
  /** @type {Press | null} */
  press = null
  name = ""
  late = false // whether outdated maps are hatched
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  lateness = undefined
  /** @type {Numbers | undefined}  the numbers from before the drag */
  before = undefined
  /** @type {() => void} */
  uncorner = () => {}

  /** @param {Step} step */
  constructor(step) {
    this.step = step
    const { view } = step
    const { signal } = view.stop
    const content = view.$(".content")
    this.card = new DragCard(content)
    /** @type {(where: EventTarget, name: string, act: (event: any) => void) => void} */
    const on = (where, name, act) => where.addEventListener(name, act, { capture: true, signal, passive: false })
    on(view.root, "pointerdown", (event) => this.pressed(event))
    on(window, "pointermove", (event) => this.moved(event))
    on(window, "pointerup", (event) => this.released(event))
    on(window, "pointercancel", () => this.cancel())
    on(window, "blur", ({ target }) => target === window && this.cancel()) // not the blur of an element
    on(window, "touchmove", (event) => this.drag && event.preventDefault())
    on(view.root, "contextmenu", (event) => (this.drag || this.press?.touch) && event.preventDefault())
    on(window, "keydown", (event) => this.key(event))
  }

  /**
   * Return whether a map is hatched because it is outdated during a drag, or undefined if the stage decides. Maps of
   * the forward pass are never hidden meanwhile.
   * @param {string} symbol @returns {boolean | undefined}
   */
  hatches(symbol) {
    if (!this.drag) return undefined
    const { band } = this.step.numbers.maps[symbol]
    if (symbol === "x" || symbol === "y" || band === "parameters") return undefined
    return this.late || (band === "gradients" ? undefined : false)
  }

  /** The explanation during a drag. */
  get words() {
    return this.drag
      ? {
          title: say("web.drag.moves", { name: this.name }),
          sentence: say(isTouched() ? "web.drag.hint_touch" : "web.drag.hint"),
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
    const { before, late, step } = this
    const { numbers } = step
    if (!before || late || !numbers.maps[map] || step.isAhead(map)) return ""
    if (![before, numbers].every((each) => each.isExact(map, cell))) return ""
    const [was, is] = [before.at(map, cell), numbers.at(map, cell)]
    return was === is ? "" : `${named(numbers, map, cell)}${COLON}${number(was)} → <b>${number(is)}</b>`
  }

  // ---- pointers

  /** @param {PointerEvent} event */
  pressed(event) {
    this.forget()
    if (this.drag) return this.cancel() // a second finger
    if (event.button !== 0 || !event.isPrimary) return
    const hit = hitOf(this.step, event)
    if (!hit) return
    const touch = event.pointerType === "touch"
    this.press = { hit, id: event.pointerId, x: event.clientX, y: event.clientY, touch }
    if (touch) this.press.timer = setTimeout(() => this.press && this.start(this.press.hit), LONG)
  }

  /** @param {PointerEvent} event */
  moved(event) {
    const { press, drag } = this
    if (!press || event.pointerId !== press.id) return
    const [across, up] = [event.clientX - press.x, press.y - event.clientY]
    const far = Math.hypot(across, up)
    if (!drag) {
      if (press.touch && far > STILL) return this.forget()
      if (press.touch || far < SLOP || (press.hit.along === "lr" && Math.abs(across) > Math.abs(up))) return
      this.start(press.hit)
    }
    event.stopPropagation() // no hovering during a drag
    event.preventDefault()
    press.y = event.clientY
    press.x = event.clientX
    this.dispatch({ type: "moved", steps: up * (event.shiftKey ? FINE : 1) })
  }

  /** @param {PointerEvent} event */
  released(event) {
    const held = this.drag && this.press?.id === event.pointerId
    this.forget()
    if (!held) return
    event.stopPropagation()
    const swallow = (/** @type {Event} */ click) => click.stopPropagation()
    addEventListener("click", swallow, { capture: true, once: true })
    setTimeout(() => removeEventListener("click", swallow, { capture: true }), 0)
    this.drop()
  }

  forget() {
    clearTimeout(this.press?.timer)
    this.press = null
  }

  // ---- keys

  /** @param {KeyboardEvent} event */
  key(event) {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key]
    if (!this.drag && !(way && event.shiftKey && this.take())) return
    if (way) this.dispatch({ type: "moved", steps: way * (event.shiftKey ? FINE : 1) })
    else if (event.key === "Escape") this.cancel()
    else if (event.key === "Enter") this.drop()
    else if (event.key !== "Shift") return this.drop() // another key: release the number and handle the key
    event.preventDefault()
    event.stopPropagation()
  }

  /** Start dragging the focused cell, or the learning rate in its field. Return whether there was one. */
  take() {
    const { step } = this
    const held = rateIn(step, document.activeElement) ?? this.focused()
    if (held) this.start(held)
    return held !== null
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
    const [box] = this.step.plates[symbol]?.boxes(cell.map(one)) ?? []
    const zoom = element.currentCSSZoom
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
    step.seats.land()
    this.before = numbers
    this.uncorner = corners(step)
    this.name = step.nameOf(along)
    this.drag = begin(along, boundsOf(along, numbers.answer.lesson.scale))
    view.root.classList.add("dragging")
    this.card.stand(this.press ?? this.focusedAt(symbol, cell))
    const of = this.drag
    const span = numbers.maps[symbol]?.kind === "filters" ? String(REACH) : ""
    look("curve", { ...numbers.answer.lesson, along, span }, (answer) => {
      if (this.drag?.along !== of.along || this.drag.curve) return
      const curve = curveOf(answer)
      curve ? this.dispatch({ type: "known", curve }) : this.cancel()
    })
  }

  /** @param {DragEvent} event */
  dispatch(event) {
    if (!this.drag) return
    this.drag = next(this.drag, event)
    if (event.type === "known") this.card.fill(this.drag, this.name) // otherwise the card changes only with a response
    this.ask()
  }

  // Request the latest wanted value, one request at a time.
  ask() {
    const { drag, step } = this
    const value = drag && toAsk(drag)
    if (value === null || !drag || !this.before) return
    this.drag = next(drag, { type: "asked" })
    const { lesson: setup } = this.before.answer
    clearTimeout(this.lateness)
    this.lateness = setTimeout(() => this.hatch(true), LATE)
    step.view.host.numbers.look?.("", { ...setup, ...settingOf(setup, drag.along, value) }, (answer) => {
      if (this.drag?.along !== drag.along || this.drag.asked !== value) return
      clearTimeout(this.lateness)
      if (!answer) return this.cancel()
      const { curve } = this.drag
      const loss = drag.along === "lr" && curve ? lossAt(curve, value) : (answer.loss ?? Number.NaN)
      this.drag = next(this.drag, { type: "answered", value, loss })
      this.hatch(false)
      step.view.root.dataset.dragged = String(value)
      this.show(answer)
      this.card.fill(this.drag, this.name)
      this.ask()
    })
  }

  /** @param {boolean} late */
  hatch(late) {
    this.late = late && this.drag !== null && isBehind(this.drag)
    this.step.view.paint()
  }

  /** Show a response, with the colour scales from before the drag. @param {Answer} answer */
  show(answer) {
    const { step, before } = this
    const numbers = new Numbers(/** @type {StepAnswer} */ (answer))
    if (before) numbers.hold(before)
    step.take(numbers)
    this.showLoss(answer)
    step.view.paint()
  }

  /** Show the loss of a response. @param {Pick<Answer, "loss" | "saturated">} answer */
  showLoss({ loss, saturated }) {
    Object.assign(this.step.view, { loss: loss ?? Number.NaN, saturated })
  }

  /** Release the number where it is: one history entry. */
  drop() {
    const { drag, before, step } = this
    if (!drag || !before) return
    const { lesson: setup } = before.answer
    if (!drag.curve || !hasMoved(drag)) return this.cancel()
    this.end()
    step.view.go(settingOf(setup, drag.along, drag.wanted))
  }

  /** Put the number back. */
  cancel() {
    this.forget()
    const { before, step } = this
    if (!this.drag || !before) return
    this.end()
    step.take(before)
    this.showLoss(before.answer)
    step.view.paint(true)
  }

  end() {
    clearTimeout(this.lateness)
    this.late = false
    this.drag = null
    this.before = undefined
    this.uncorner()
    this.card.close()
    this.step.view.root.classList.remove("dragging")
    delete this.step.view.root.dataset.dragged
  }
}

/** @param {Answer | undefined} answer @returns {Curve | null} */
function curveOf(answer) {
  const found = /** @type {import("../../view/types/wire.js").CurveHeader | undefined} */ (
    /** @type {unknown} */ (answer)
  )
  if (!answer?.arrays.theta || !found || found.at === null || found.span === null) return null
  const { at, gradient, span, kink } = found
  return {
    theta: answer.arrays.theta.values,
    loss: answer.arrays.loss.values,
    at,
    gradient: gradient ?? Number.NaN,
    span,
    kink,
  }
}
