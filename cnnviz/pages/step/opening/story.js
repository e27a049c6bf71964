// The opening of a first visit: four screens of a setup that is not in the address. If it is skipped, Step shows the
// default setup. From its last screen, Step continues with the update shown there.

import { readPreference, storePreference } from "../../../view/controls/preferences.js"
import { HASH } from "../../../view/model/decks/deck_link.js"
import { Numbers } from "../../../view/model/numbers/numbers.js"
import { ownKeys } from "../../../view/model/state/address.js"
import { closest, render } from "../../../view/shell/html.js"
import { prefersReducedMotion } from "../../../view/shell/media_queries.js"
import { STORY } from "../../../view/spec.js"
import { BEGINNING, isMoving, LESSON, NUMBER, nextState, SPAN, STILL, shouldBegin, UPDATES } from "./story_model.js"
import { paintPictures } from "./story_paint.js"
import { isLoaded, openingScreen, screenId, sentenceOf, shownOf } from "./story_screens.js"

/** @import { Event, Telling } from "./story_model.js" */
/** @import { Curve, Told } from "./story_screens.js" */
/** @import { Answer, Setup, Step, StepAnswer } from "../../../view/types/view.js" */

const AGAIN_IN = 1500 // milliseconds until a failed request is retried
const SEEN = "story" // preference: whether this browser has shown the opening
/** @type {Record<string, number>} */
const SCREENS = { ArrowRight: 1, PageDown: 1, Enter: 1, ArrowLeft: -1, PageUp: -1 }
/** @type {Record<string, number>} */
const STEPS = { ArrowUp: 1, ArrowDown: -1, ArrowRight: 1, ArrowLeft: -1 }
const MODIFIERS = ["Shift", "Control", "Alt", "Meta"]
const PULL = 5 // pixels of dragging per step of the number
const LONGEST = 100 // milliseconds of a frame that count, so that a hidden tab loses nothing

export class Story {
  /** @type {Telling | undefined}  undefined unless the opening is shown */
  telling = undefined
  /** @type {Numbers[]}  by update, as far as they have arrived */
  snapshots = []
  /** @type {Curve | undefined}  the loss along the dragged number */
  curve = undefined
  hasAsked = false
  frame = 0 // request of the next animation frame
  lastTime = 0 // of the last animation frame
  drawn = "" // what was drawn last
  stop = new AbortController()
  element = document.createElement("section")

  /** @param {Step} step */
  constructor(step) {
    this.step = step
    this.view = step.view
    const { host, page } = this.view
    const hasDeckLink = location.hash.startsWith(HASH) // the link contains a deck
    if (host.story && !hasDeckLink && shouldBegin(page, ownKeys(host.address.read()), readPreference(SEEN) !== ""))
      this.begin()
  }

  begin() {
    storePreference(SEEN, "1")
    this.telling = prefersReducedMotion() ? STILL : BEGINNING
    const { view, element } = this
    view.host.story?.aside({ ...LESSON, stage: "x" })
    view.root.classList.add("telling")
    element.className = "opening"
    view.root.prepend(element)
    const { signal } = this.stop
    addEventListener("keydown", (event) => this.pressed(event), { capture: true, signal })
    addEventListener("pointerdown", (event) => this.onPointerDown(event), { capture: true, signal })
    view.stop.signal.addEventListener("abort", () => this.end(), { signal })
  }

  // ---- numbers

  // Request what the later screens show, once the first response has arrived.
  ask() {
    if (this.hasAsked) return
    this.hasAsked = true
    this.snapshots = [this.step.numbers]
    this.look("curve", { ...LESSON, along: NUMBER.along, span: String(SPAN) }, (answer) => {
      const { gradient } = /** @type {import("../../../view/types/wire.js").CurveHeader} */ (
        /** @type {unknown} */ (answer)
      )
      this.curve = {
        theta: answer.arrays.theta.values,
        loss: answer.arrays.loss.values,
        slope: gradient ?? Number.NaN,
      }
      this.askUpdate(1)
    })
  }

  /** Request an update, and then those after it. @param {number} k */
  askUpdate(k) {
    if (k > UPDATES) return
    this.look("", { ...LESSON, k: String(k) }, (answer) => {
      this.snapshots[k] = new Numbers(/** @type {StepAnswer} */ (answer))
      this.askUpdate(k + 1)
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

  // ---- time and events

  /** @param {Event} event */
  dispatch(event) {
    if (!this.telling) return
    const sentence = sentenceOf(this.told)
    this.telling = nextState(this.telling, event)
    if (sentenceOf(this.told) === sentence && event.type === "passed") return this.draw()
    this.view.paint(true) // announce the sentence
  }

  // Advance the time while something moves and its numbers have arrived.
  run() {
    if (this.frame || !this.telling || !isMoving(this.telling)) return
    this.frame = requestAnimationFrame((time) => {
      this.frame = 0
      const elapsed = Math.min(time - this.lastTime, LONGEST)
      this.lastTime = time
      if (this.telling && isLoaded(this.told)) this.dispatch({ type: "passed", by: elapsed })
      this.run()
    })
  }

  pause() {
    const { telling } = this
    if (telling && (telling.plays || isMoving(telling)))
      this.dispatch({ type: "paused", value: isLoaded(this.told) ? shownOf(this.told).value : undefined })
  }

  /** Show a screen, by its index. @param {number} to */
  go(to) {
    if (to >= 0 && to < STORY.length) this.dispatch({ type: "went", to, still: prefersReducedMotion() })
  }

  play = () => this.dispatch({ type: "played" })

  /** Show another value of the number or another update. @param {number} to */
  choose(to) {
    if (!this.telling || !isLoaded(this.told)) return
    const [least, most] = this.id === "number" ? [-NUMBER.most, NUMBER.most] : [0, UPDATES]
    this.dispatch({ type: "chose", value: Math.min(Math.max(to, least), most) })
  }

  get id() {
    return this.telling && screenId(this.telling)
  }

  // Handle keys. All others are blocked, since their controls are hidden.
  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (!this.telling) return
    event.stopPropagation()
    const { key, ctrlKey, metaKey, altKey } = event
    if (ctrlKey || metaKey || altKey || MODIFIERS.includes(key)) return
    const { plays, at } = this.telling
    this.pause()
    const isButton = /** @type {Element} */ (event.target).matches?.("button, a")
    if (isButton && (key === " " || key === "Enter")) return
    const value = shownOf(this.told).value ?? 0
    const steps = this.id === "updates" || (this.id === "number" && key.match(/Up|Down/)) ? STEPS[key] : undefined
    if (key === "Escape") this.skip()
    else if (key === " ") plays || this.play()
    else if (steps) this.choose(value + steps)
    else if (SCREENS[key]) this.go(at + SCREENS[key])
    else return
    event.preventDefault()
  }

  // Any touch pauses. The number is dragged up and down.
  /** @param {PointerEvent} event */
  onPointerDown(event) {
    if (!this.telling || !this.element.contains(/** @type {Node} */ (event.target))) return
    this.pause()
    const slider = closest(event, "[role=slider]")
    if (!slider) return
    slider.setPointerCapture(event.pointerId)
    const [from, start] = [event.clientY, shownOf(this.told).value ?? 0]
    slider.onpointermove = ({ clientY }) => this.choose(start + Math.round((from - clientY) / PULL))
    slider.onlostpointercapture = () => (slider.onpointermove = null)
  }

  // ---- ways out

  /** Leave the opening for the default setup. */
  skip() {
    this.leave((view) => view.leap({ stage: "x" }))
  }

  /** Leave it for the update that its slider shows. */
  open() {
    const { value = 0 } = shownOf(this.told)
    this.leave((view) => view.go({ k: String(isLoaded(this.told) ? value : 0), stage: "x" }))
  }

  lessons() {
    this.leave((view) => view.travel("learn", {}))
  }

  /** @param {(view: import("../../../view/types/view.js").View) => void} act */
  leave(act) {
    if (!this.telling) return
    const { view } = this
    this.end()
    act(view)
    view.paint(true)
    view.$(".middle").focus()
  }

  /** Remove the opening and show the page. */
  end() {
    this.telling = undefined
    this.stop.abort()
    cancelAnimationFrame(this.frame)
    const { view, step, element } = this
    view.host.story?.aside(undefined)
    view.root.classList.remove("telling")
    element.remove()
    step.invalidate()
  }

  // ---- painting

  /** @returns {Told} */
  get told() {
    return { telling: this.telling ?? STILL, snapshots: this.snapshots, curve: this.curve }
  }

  /** The description for screen readers. */
  get spoken() {
    return sentenceOf(this.told)
  }

  /** Render the screen, unless it looks as before. */
  draw() {
    this.ask()
    const { told, view, element } = this
    const { telling } = told
    const state = JSON.stringify([
      telling.at,
      telling.plays,
      isMoving(telling),
      shownOf(told),
      isLoaded(told),
      view.dark,
    ])
    if (state !== this.drawn) {
      this.drawn = state
      element.dataset.screen = this.id
      element.dataset.loaded = isLoaded(told) ? "1" : "0"
      render(openingScreen(told, this.acts, prefersReducedMotion()), element)
      paintPictures(element, told, shownOf(told))
    }
    if (!this.frame) this.lastTime = performance.now()
    this.run()
  }

  acts = {
    go: (/** @type {number} */ to) => this.go(to),
    choose: (/** @type {number} */ to) => this.choose(to),
    skip: () => this.skip(),
    play: () => this.play(),
    open: () => this.open(),
    lessons: () => this.lessons(),
  }
}
