// The story for new visitors: six simplified screens of a setup that is not in the address. Skipping it opens the
// default setup, and its last screen the setup that it shows.

import { readPreference, storePreference } from "../../../view/controls/preferences.js"
import { reveal } from "../../../view/controls/rail.js"
import { cssZoom } from "../../../view/draw/css_zoom.js"
import { HASH } from "../../../view/model/decks/deck_link.js"
import { ownKeys } from "../../../view/model/state/address.js"
import { closest, render } from "../../../view/shell/html.js"
import { prefersReducedMotion } from "../../../view/shell/media_queries.js"
import { boxWithin } from "../map_seats.js"
import {
  BEGINNING,
  COUNT_EVERY,
  isCounting,
  LESSON,
  NUDGED,
  next,
  SCREENS,
  setupAt,
  shouldBegin,
  UPDATES,
} from "./story_model.js"
import { paintPhotograph, paintWeights } from "./story_paint.js"
import { screen } from "./story_pictures.js"
import { foot, heading, screenText, top } from "./story_screens.js"

/** @import { Event, Telling } from "./story_model.js" */
/** @import { Curve, Path, Told } from "./story_screens.js" */
/** @import { Answer, Setup, Step } from "../../../view/types/view.js" */

const AGAIN_IN = 1500 // milliseconds until a failed request is retried
const SEEN = "story" // preference: whether this browser has shown the story
const ON = [" ", "ArrowRight", "PageDown"]
const BACK = ["ArrowLeft", "PageUp"]
/** @type {Record<string, number>} */
const STEPS = { ArrowUp: 1, ArrowDown: -1 }
const updates = Array.from({ length: UPDATES }, (_, n) => ({ k: String(n + 1) }))
const PULL = 3 // pixels of dragging per step of the nudged number

export class Story {
  /** @type {Telling | undefined}  undefined unless the story is shown */
  telling = undefined
  /** @type {Curve | undefined}  the loss along the nudged number */
  curve = undefined
  /** @type {Path | undefined}  losses and outputs by update */
  path = undefined
  kernel = "" // as in the setup
  lastEvent = 0 // time of the last event
  moved = false // whether the screen has changed since the last draw
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  counting = undefined
  stop = new AbortController()

  /** @param {Step} step */
  constructor(step) {
    this.step = step
    this.view = step.view
    const { host, page } = this.view
    const linked = location.hash.startsWith(HASH) // the link contains a deck
    if (host.story && !linked && shouldBegin(page, ownKeys(host.address.read()), readPreference(SEEN) !== ""))
      this.begin()
  }

  begin() {
    storePreference(SEEN, "1")
    this.telling = BEGINNING
    const { view } = this
    view.host.story?.aside({ ...LESSON, k: "0", stage: SCREENS[0].stage })
    view.root.classList.add("telling")
    const place = (/** @type {string} */ name, /** @type {string} */ within) => {
      const element = document.createElement("div")
      element.className = `story-${name}`
      view.$(within).prepend(element)
      return element
    }
    this.places = {
      foot: place("foot", ".explain"),
      words: place("words", ".explain"),
      stage: place("stage", ".drawn"),
      top: document.createElement("header"),
    }
    this.places.top.className = "story-top"
    view.root.prepend(this.places.top)
    const { signal } = this.stop
    addEventListener("keydown", (event) => this.pressed(event), { capture: true, signal })
    this.places.stage.addEventListener("pointerdown", (event) => this.onPointerDown(event), { signal })
    view.stop.signal.addEventListener("abort", () => this.end(), { signal })
  }

  /** Request what is not part of a stage, once the first response has arrived. */
  ask() {
    if (this.kernel) return
    this.kernel = this.step.numbers.answer.lesson.f
    const { along, span } = NUDGED
    this.look("curve", { ...LESSON, along, span: String(span) }, (answer) => {
      const { gradient } = /** @type {import("../../../view/types/wire.js").CurveHeader} */ (
        /** @type {unknown} */ (answer)
      )
      const [theta, loss] = [answer.arrays.theta.values, answer.arrays.loss.values]
      this.curve = { theta, loss, slope: gradient ?? Number.NaN, middle: theta.length >> 1 }
    })
    this.look("train", { ...LESSON, n: String(UPDATES) }, ({ arrays }) => {
      const outputs = arrays["0.o"]
      const rows = Array.from({ length: outputs.shape[0] }, (_, k) => rowOf(outputs, k))
      this.path = { losses: arrays["0.losses"].values, outputs: rows }
    })
  }

  /**
   * Request a resource until it succeeds.
   * @param {string} what @param {Setup} setup @param {(answer: Answer) => void} take
   */
  look(what, setup, take) {
    this.view.host.numbers.look?.(what, setup, (answer) => {
      if (!this.telling) return
      if (answer) take(answer)
      else setTimeout(() => this.look(what, setup, take), AGAIN_IN)
      this.view.paint(true)
    })
  }

  // ---- navigation

  /** @param {Event} event */
  dispatch(event) {
    if (!this.telling) return
    const { at } = this.telling
    this.telling = next(this.telling, event)
    this.moved ||= at !== this.telling.at
    this.lastEvent = performance.now()
    clearTimeout(this.counting)
    this.counting = undefined
    const { nudged } = this.telling
    const value = nudged ? this.curve?.theta[this.curve.middle + nudged] : undefined
    this.view.go(setupAt(this.telling, this.kernel, value))
    this.view.paint(true)
  }

  on = () => this.dispatch({ type: "on", still: prefersReducedMotion() })
  back = () => this.dispatch({ type: "back" })

  /** @param {number} by */
  nudge(by) {
    if (!this.curve || !this.telling) return
    const { middle } = this.curve
    const to = Math.min(Math.max(this.telling.nudged + by, -middle), middle)
    if (to !== this.telling.nudged) this.dispatch({ type: "nudged", to })
  }

  // Handle keys. All others are blocked, since their controls are hidden.
  /** @param {KeyboardEvent} event */
  pressed(event) {
    event.stopPropagation()
    const { key, ctrlKey, metaKey, altKey } = event
    const target = /** @type {Element} */ (event.target)
    if (ctrlKey || metaKey || altKey || (key === " " && target.matches?.("button, a"))) return
    const by = this.telling && SCREENS[this.telling.at].id === "nudge" ? STEPS[key] : undefined
    if (ON.includes(key)) this.on()
    else if (BACK.includes(key)) this.back()
    else if (key === "Escape") this.skip()
    else if (by) this.nudge(by)
    else return
    event.preventDefault()
  }

  /** Drag the number up and down. @param {PointerEvent} event */
  onPointerDown(event) {
    const slider = closest(event, "[role=slider]")
    if (!slider) return
    slider.setPointerCapture(event.pointerId)
    const [from, start] = [event.clientY, this.telling?.nudged ?? 0]
    slider.onpointermove = ({ clientY }) => {
      const steps = start + Math.round((from - clientY) / PULL)
      this.nudge(steps - (this.telling?.nudged ?? 0))
    }
    slider.onlostpointercapture = () => (slider.onpointermove = null)
  }

  /** Leave the story for the default setup. */
  skip() {
    if (!this.telling) return
    const { view } = this
    this.end()
    view.leap({ stage: "x" })
    view.$(".middle").focus()
  }

  /**
   * Leave the story with the shown setup on Step ("step"), or with its first one in Step's image panel ("image") or on
   * another page.
   * @param {string} next
   */
  leave(next) {
    if (!this.telling) return
    const { view } = this
    const k = next === "step" ? this.telling.k : 0
    this.end()
    const setup = { ...(this.kernel && { f: this.kernel }), k: String(k), stage: "x" }
    next === "step" || next === "image" ? view.go(setup) : view.turn(next, setup)
    view.paint(true)
    view.$(".middle").focus()
    if (next === "image") reveal(view.$("#sheet_image"))
  }

  /** Remove the story and restore the page. */
  end() {
    this.telling = undefined
    this.stop.abort()
    clearTimeout(this.counting)
    const { view, step } = this
    view.host.story?.aside(undefined)
    view.root.classList.remove("telling")
    delete view.root.dataset.screen
    for (const place of Object.values(this.places ?? {})) place.remove()
    for (const { figure, holder } of Object.values(step.plates)) {
      holder.inert = false
      figure.classList.remove("up")
    }
    for (const part of step.overview.element.querySelectorAll(".unnamed")) part.classList.remove("unnamed")
    step.overview.element.removeAttribute("tabindex")
    step.transitions.moveMaps(step.plates, [], false)
    step.invalidate()
  }

  // ---- painting

  /** @returns {Told} */
  get told() {
    const { step, curve, path } = this
    return { telling: this.telling ?? BEGINNING, numbers: step.numbers, curve, path }
  }

  /** The description for screen readers. */
  get spoken() {
    const { title, sentence } = screenText(this.told)
    return `${title} ${sentence}`
  }

  /** Render the screen and move the maps to their places in it. */
  draw() {
    const { view, step, places, told } = this
    if (!places) return
    this.ask()
    const { at } = told.telling
    view.root.dataset.screen = SCREENS[at].id
    const leave = (/** @type {string} */ next) => this.leave(next)
    render(
      top(told, () => this.skip()),
      places.top,
    )
    render(heading(told), places.words)
    render(screen(told, leave), places.stage)
    paintPhotograph(places.stage, step.numbers)
    paintWeights(places.stage, step.numbers)
    render(foot(told, this.back, this.on), places.foot)
    step.transitions.moveMaps(step.plates, this.boxes(), this.moved && step.animatesMoves, "", () => true)
    if (this.moved && at > 0) view.ahead(updates)
    this.moved = false
    const { strip } = SCREENS[at]
    const { element } = step.overview
    element.tabIndex = element.scrollWidth > element.clientWidth ? 0 : -1 // keys can then scroll it
    for (const [symbol, plate] of Object.entries(step.plates)) {
      const { figure, holder } = plate
      holder.inert = true
      plate.marks = []
      figure.classList.toggle("up", step.transitions.stageBoxes.has(symbol))
      figure.classList.toggle("unnamed", strip.length > 0 && !strip.includes(symbol))
    }
    for (const layer of element.querySelectorAll(".layer"))
      layer.classList.toggle("unnamed", !layer.querySelector("figure:not(.unnamed)"))
    if (isCounting(told.telling) && !view.waiting)
      this.counting ??= setTimeout(
        () => this.dispatch({ type: "counted" }),
        this.lastEvent + COUNT_EVERY - performance.now(),
      )
  }

  /** Return the boxes of the screen's slots for maps. @returns {import("../../../view/draw/sheet.js").Shown[]} */
  boxes() {
    const holder = this.view.$(".drawn")
    const zoom = cssZoom(holder)
    const from = holder.getBoundingClientRect()
    const seats = /** @type {NodeListOf<HTMLElement>} */ (holder.querySelectorAll("[data-seat]"))
    return Array.from(seats, (seat) => ({ symbol: seat.dataset.seat ?? "", at: [], box: boxWithin(seat, from, zoom) }))
  }
}

/**
 * Return one row of a two-dimensional array.
 * @param {import("../../../view/model/numbers/decode.js").Values} array @param {number} k
 */
const rowOf = ({ values, shape: [, columns] }, k) => Array.from(values.slice(k * columns, (k + 1) * columns))
