// The page Learn: a list of lessons, or a question beside Step's own view, of which what is asked for is masked.

import { plainNumber } from "../../view/model/format.js"
import { one } from "../../view/model/links.js"
import { say } from "../../view/model/words.js"
import { keyed, render, setHTML } from "../../view/regions/html.js"
import { walk } from "../../view/regions/script_walk.js"
import { Step } from "../../view/regions/step.js"
import { IMAGES, KERNELS } from "../../view/spec.js"
import { bindIndex, index, paintIndex } from "./learn_index.js"
import { kernelName, panelOf } from "./learn_question.js"
import { remember } from "./progress.js"
import { answered, score } from "./score.js"

/** @import { Answer } from "../../view/model/decode.js" */
/** @import { Cell } from "../../view/model/patterns.js" */
/** @import { Given, Score } from "./score.js" */
/** @import { FiltersRecord, LearnData, LearnHeader, LearnStep } from "../../view/types/wire.js" */
/** @import { Subject } from "../../view/regions/step.js" */
/** @import { View } from "../../view/regions/lesson_view.js" */

const TRIES = 2 // after so many a hint is shown
const FEW = 60 // right cells up to which each is outlined

export class Learn extends Step {
  /** @override */
  static walks = false
  /** @override */
  static turns = false
  /** @override */
  static reveals = false

  /** @type {LearnData | undefined} */
  learn = undefined
  /** @type {FiltersRecord | null} */
  filters = null
  /** @type {Given} */
  given = null
  /** @type {Score | null}  what became of the answer, once it is out */
  found = null
  hinted = false
  picked = "" // the cell that was clicked, in words
  asked = "" // which question it is
  round = 0 // questions so far
  tries = 0

  /** @param {View} view */
  constructor(view) {
    super(view)
    view.root.classList.add("learn")
    const content = view.$(".content")
    const live = document.createElement("div")
    live.className = "watched"
    live.append(...content.children)
    content.insertAdjacentHTML(
      "beforeend",
      `<div class="index"></div><section class="question" aria-label="${say("web.learn.question")}"></section>`,
    )
    content.append(live)
    this.panel = view.$(".question")
    bindIndex(
      view.$(".index"),
      (lesson, step) => view.leap({ lesson, step }),
      () => this.list(),
    )
    this.listen()
  }

  /** @override */
  get area() {
    return this.view.$(".watched")
  }

  /** @returns {LearnStep | null} */
  get question() {
    return this.learn?.step ?? null
  }

  // ---- what is answered

  /** @override @param {Answer} answer */
  receive(answer) {
    const { learn, filters } = /** @type {Answer & LearnHeader} */ (answer)
    const step = learn.step
    this.learn = learn
    this.filters = filters
    this.root.classList.toggle("asking", Boolean(step))
    super.receive(answer)
    this.drawn = false
    if (!step) return this.list()
    const name = JSON.stringify([step.lesson, step.number, answer.lesson.img, answer.lesson.f])
    const constructs = step.kind === "construct" && this.asked.startsWith(`["${step.lesson}",${step.number},`)
    if (name !== this.asked) this.start(step, constructs)
    this.asked = name
  }

  list() {
    this.asked = ""
    if (!this.learn) return
    setHTML(this.view.$(".index"), index(this.learn))
    paintIndex(this.view.$(".index"), this.learn, this.view.data?.arrays ?? {})
  }

  /**
   * @param {LearnStep} step
   * @param {boolean} again  whether this is another try of a construction
   */
  start(step, again) {
    this.given = step.kind === "order" ? shuffled(step) : null
    this.found = null
    this.tries = again ? this.tries + 1 : 0
    this.hinted = this.tries >= TRIES
    this.picked = ""
    if (!again) this.round += 1
    const first = !this.asked
    this.fill()
    if (!again) this.panel.scrollTop = 0
    if (step.kind === "construct") {
      if (step.met) this.commit()
    } else if (!first) this.panel.querySelector("h1")?.focus({ preventScroll: true })
    if (matchMedia("(max-width: 699px)").matches && !first && !again) this.panel.scrollIntoView()
  }

  /** The panel as it is now; another question's is another one. */
  fill() {
    const step = this.question
    const listed = this.learn?.lessons.find(({ id }) => id === step?.lesson)
    if (!step || !listed) return
    const { given, found, hinted, tries, picked } = this
    const tried = { given, found, hinted, tries, picked: picked || undefined }
    render(keyed(this.round, panelOf(step, listed, this.view.lesson, this.filters, tried)), this.panel)
  }

  // ---- answering

  /** While a question is open, 1, 2 … are its answers. @param {number} n @override */
  choose(n) {
    const answers = [...this.panel.querySelectorAll(/** @type {"input"} */ ("input[name=answer]:enabled"))]
    answers[n]?.click()
    return answers.length > 0
  }

  listen() {
    const { panel, view } = this
    panel.addEventListener("submit", (event) => {
      event.preventDefault()
      this.commit()
    })
    panel.addEventListener("input", ({ target }) => {
      const input = /** @type {HTMLInputElement} */ (target)
      if (input.name === "answer") this.given = Number(input.value)
      else if (input.name === "number") this.given = input.value
      this.fill()
    })
    panel.addEventListener("change", ({ target }) => {
      const field = /** @type {HTMLInputElement} */ (target)
      if (field.dataset.key === "learn_image") view.go({ img: field.value })
      else if (field.dataset.key === "learn_kernel") view.go({ f: field.value })
      else if (field.dataset.weight) view.go({ f: this.weights() })
    })
    panel.addEventListener("click", ({ target }) => {
      const button = /** @type {Element} */ (target).closest("button")
      if (button) this.pressed(button)
    })
  }

  weights() {
    const fields = [...this.panel.querySelectorAll(/** @type {"input"} */ ("[data-weight]"))]
    return fields.map(({ value }) => plainNumber(value) || "0").join(",")
  }

  /** @param {HTMLButtonElement} button */
  pressed({ dataset }) {
    const step = this.question
    if (!step) return
    const { lesson, number } = step
    const count = this.learn?.lessons.find(({ id }) => id === lesson)?.steps ?? 1
    /** @type {Record<string, string>} */
    const next = number < count ? { lesson, step: String(number + 1) } : {}
    if (dataset.go !== undefined) this.view.leap(dataset.go ? { lesson, step: dataset.go } : {})
    else if (dataset.move) this.shift(Number(dataset.move), Number(dataset.by))
    else if (dataset.key === "learn_continue" || dataset.key === "learn_skip")
      this.view.look.script ? walk(this.view, 1) : this.view.leap(next)
    else if (dataset.key === "learn_back") this.view.leap(number > 1 ? { lesson, step: String(number - 1) } : {})
    else if (dataset.key === "learn_hint") this.hint()
    else if (dataset.key === "learn_other") this.another(step)
  }

  hint() {
    this.hinted = true
    this.fill()
  }

  /** @param {number} at @param {number} by */
  shift(at, by) {
    const order = [.../** @type {string[]} */ (this.given)]
    order.splice(at + by, 0, ...order.splice(at, 1))
    this.given = order
    this.fill()
    const moved = (/** @type {number} */ way) =>
      this.panel.querySelector(/** @type {"button"} */ (`[data-move="${at + by}"][data-by="${way}"]:enabled`))
    ;(moved(by) ?? moved(-by))?.focus()
  }

  // The same question of another image or kernel: the next one in the list.
  /** @param {LearnStep} step */
  another({ change }) {
    const next = (/** @type {string[]} */ all, /** @type {string} */ here) => all[(all.indexOf(here) + 1) % all.length]
    if (change === "kernel") this.view.go({ f: next(Object.keys(KERNELS), kernelName(this.filters)) })
    else
      this.view.go({
        img: next(
          IMAGES.map(({ id }) => id),
          this.view.lesson.img,
        ),
      })
  }

  /** Whether the answer is out. */
  get open() {
    return this.found !== null
  }

  commit() {
    const step = this.question
    if (!step || this.open || (step.kind !== "construct" && !answered(step, this.given))) return
    this.found = score(step, this.given, (name) => this.numbers.arrays[`learn.${name}`]?.values)
    remember(step.lesson, step.number, this.found.right)
    this.fill()
    this.panel.querySelector(/** @type {"button"} */ (".next .primary:not([hidden])"))?.focus()
    this.view.paint()
  }

  // ---- the map that is clicked

  /** @override @param {string} map @param {Cell} cell */
  pin(map, cell) {
    const step = this.question
    if (step?.kind !== "click" || step.map !== map || this.open) return super.pin(map, cell)
    this.given = this.numbers.offset(map, cell)
    this.cells.remember(map, cell)
    const place = this.numbers.index(map, cell).join(",")
    this.picked = say("web.learn.picked", { map, place })
    this.fill()
    this.view.paint()
  }

  /** @override @param {Subject} subject */
  mark(subject) {
    super.mark(subject)
    const step = this.question
    const plate = step && this.plates[step.map]
    if (step?.kind !== "click" || !plate) return
    const outline = (/** @type {number} */ at, strong = false) =>
      plate.marks.push({ ranges: this.numbers.cell(step.map, at).map(one), strong })
    const key = this.open ? this.numbers.arrays["learn.key"].values : []
    const right = [...key].flatMap((is, at) => (is ? [at] : []))
    for (const at of right.slice(0, FEW)) outline(at)
    if (this.given !== null) outline(Number(this.given), true)
  }

  // ---- what is masked

  /** @override @param {string} symbol */
  masked(symbol) {
    return Boolean(this.question && !this.open && this.question.hide.includes(this.shown(symbol)))
  }

  /** @override @param {string} symbol */
  isAhead(symbol) {
    return super.isAhead(symbol) || this.masked(symbol)
  }

  /** @override */
  get hidden() {
    return { words: "web.learn.masked", map: "web.learn.masked_map" }
  }

  /** @override */
  draw() {
    if (this.question) super.draw()
  }

  /** @override @param {Subject} subject */
  move(subject) {
    return this.masked(this.shown(subject.map)) ? null : super.move(subject)
  }

  /** @override */
  spoken() {
    const step = this.question
    return step
      ? say("web.learn.spoken", { title: step.title, ask: step.ask.replaceAll("`", "") })
      : say("web.learn.title")
  }
}

/**
 * The stages by their symbols, and if that is their order, the other way round.
 * @param {LearnStep} step
 */
function shuffled({ order }) {
  const right = order.map(({ symbol }) => symbol)
  const sorted = [...right].sort()
  return String(sorted) === String(right) ? sorted.reverse() : sorted
}
