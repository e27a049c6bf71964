// The Learn page: a list of lessons, or a question with the maps that it names.

import { moveBy } from "../../view/decks/deck_walk.js"
import { COLON, number, plainNumber } from "../../view/model/numbers/format.js"
import { Numbers } from "../../view/model/numbers/numbers.js"
import { tableOf } from "../../view/model/numbers/table_sources.js"
import { COMPUTED, pickKeys } from "../../view/model/state/address.js"
import { say } from "../../view/model/words.js"
import { html, keyed, moveFocusByArrows, nothing, render } from "../../view/shell/html.js"
import { isNarrow, isPhone } from "../../view/shell/media_queries.js"
import { Content } from "../../view/shell/page.js"
import { IMAGES, KERNELS } from "../../view/spec.js"
import { CellChoice } from "./cell_choice.js"
import { paintMap } from "./crop_paint.js"
import { productFigure } from "./kernel_places.js"
import { Slide } from "./kernel_slide.js"
import { board, isPictured, pictureColours } from "./learn_board.js"
import { bindIndex, indexTemplate, nextQuestion } from "./learn_index.js"
import { kernelName, orderingTemplate, questionText, summary } from "./learn_question.js"
import { spokenQuestion } from "./learn_words.js"
import { nextPicture, paintNextPicture } from "./next_picture.js"
import { askedCells, figuresOf, hasSingleKernel, valuesOf, windowOf } from "./plate_figures.js"
import { storeAnswer, storeHints, storeMark } from "./progress.js"
import { hasAnswer, scoreAnswer } from "./score.js"

/** @import { Mark } from "./crop_paint.js" */
/** @import { GivenAnswer, Score } from "./score.js" */
/** @import { Answer, FiltersRecord, LearnData, LearnHeader, LearnStep, StepAnswer, View } from "../../view/types/view.js" */

const HINT_AFTER = 2 // number of attempts after which a hint appears
const [NEXT_HEIGHT, NEXT_SHARE] = [278, 0.42] // of the maps on the index: height with caption in pixels, share of the width
const SPACE_BELOW = { picture: 345, numbers: 190, words: 110 } // pixels kept free below the plates

export class Learn extends Content {
  /** @override */
  static asked = COMPUTED
  /** @override */
  static walks = false
  /** @override */
  static tabulates = true
  /** @override */
  static chooses = true

  /** @type {LearnData | undefined} */
  learn = undefined
  /** @type {Numbers | undefined} */
  received = undefined
  /** @type {FiltersRecord | null} */
  filters = null
  /** @type {GivenAnswer} */
  givenAnswer = null
  /** @type {Score | null}  null until the solution is shown */
  result = null
  hintCount = 0 // number of visible hints
  isEnded = false // whether the lesson's summary is shown
  questionKey = "" // identifies the current question
  round = 0 // number of questions so far
  tries = 0
  /** @type {{ lesson: string, step: string, question: LearnStep, numbers: Numbers } | null}  the question on the index */
  next = null
  /** @type {{ lesson: string, step: string, answer: number } | null}  an answer given on the index, until its question is here */
  pendingAnswer = null

  /** @param {View} view */
  constructor(view) {
    super(view)
    view.root.classList.add("learn")
    view.$(".content").innerHTML =
      `<div class="index"></div><form class="question" aria-label="${say("web.learn.question")}"></form>`
    this.form = view.$(".question")
    this.choice = new CellChoice(this)
    this.kernel = new Slide(this)
    bindIndex(
      view.$(".index"),
      (lesson, step, answer) => {
        this.pendingAnswer = answer === null ? null : { lesson, step, answer }
        view.leap({ lesson, step })
      },
      () => this.list(),
    )
    this.listen()
  }

  get numbers() {
    if (!this.received) throw new Error("learn: nothing has been received yet")
    return this.received
  }

  /** @returns {LearnStep | null} */
  get question() {
    return this.learn?.step ?? null
  }

  /** Whether the solution is shown. */
  get open() {
    return this.result !== null
  }

  get listedLesson() {
    return this.learn?.lessons.find(({ id }) => id === this.question?.lesson)
  }

  // ---- responses

  /** @override @param {Answer} answer */
  receive(answer) {
    const { learn, filters } = /** @type {Answer & LearnHeader} */ (answer)
    const step = learn.step
    this.learn = learn
    this.filters = filters
    this.received = new Numbers(/** @type {StepAnswer} */ (answer))
    this.root.classList.toggle("asking", Boolean(step))
    if (!step) return this.list()
    const name = JSON.stringify([step.lesson, step.number, step.kind, step.map, pickKeys(answer.lesson, COMPUTED)])
    const isRetry = step.kind === "construct" && this.questionKey.startsWith(`["${step.lesson}",${step.number},`)
    if (name !== this.questionKey) this.start(step, isRetry)
    this.questionKey = name
  }

  list() {
    this.kernel.reset()
    this.questionKey = ""
    if (!this.learn) return
    this.loadNext(this.learn)
    this.drawIndex()
  }

  /** Load the next question for the index. @param {LearnData} learn */
  loadNext(learn) {
    const { lesson, number } = nextQuestion(learn) ?? {}
    const step = String(number)
    if (!lesson || (this.next?.lesson === lesson.id && this.next.step === step)) return
    this.next = null
    this.view.host.numbers.look?.("learn", { lesson: lesson.id, step }, (answer) => {
      const question = /** @type {(Answer & LearnHeader) | undefined} */ (answer)?.learn.step
      if (!answer || !question || this.question) return
      this.next = { lesson: lesson.id, step, question, numbers: new Numbers(/** @type {StepAnswer} */ (answer)) }
      this.drawIndex()
    })
  }

  drawIndex() {
    const { learn, next } = this
    if (!learn) return
    const element = this.view.$(".index")
    const style = getComputedStyle(element)
    const contentWidth =
      element.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight)
    const phone = isPhone() ? contentWidth : 0
    const isBeside = !isNarrow() && next?.question.kind === "choose"
    const room = {
      width: isBeside ? NEXT_SHARE * contentWidth : contentWidth,
      height: phone ? 190 : NEXT_HEIGHT,
      phone,
    }
    const picture = next ? nextPicture(next.question, next.numbers, room) : nothing
    render(indexTemplate(learn, next?.question.ask ?? "", picture), element)
    if (next) paintNextPicture(element, next.question, next.numbers, this.accent)
  }

  get accent() {
    return getComputedStyle(this.root).getPropertyValue("--accent")
  }

  /**
   * @param {LearnStep} step
   * @param {boolean} again  whether this is another try of a construction
   */
  start(step, again) {
    this.kernel.reset()
    const isFirst = !this.questionKey
    this.givenAnswer = step.kind === "order" ? shuffledStages(step) : null
    this.result = null
    this.isEnded = false
    this.tries = again ? this.tries + 1 : 0
    this.hintCount = Math.max(again ? this.hintCount : 0, Number(this.tries >= HINT_AFTER))
    if (!again) this.round += 1
    this.choice.start()
    this.fill()
    const { pendingAnswer: pending } = this
    this.pendingAnswer = null
    if (pending?.lesson === step.lesson && pending.step === String(step.number)) this.givenAnswer = pending.answer
    if ((step.kind === "construct" && step.met) || this.givenAnswer === pending?.answer) return this.commit()
    if (again || isFirst) return
    this.form.querySelector("h1")?.focus({ preventScroll: true })
    this.scrollToTop()
  }

  /** Scroll to the top. */
  scrollToTop() {
    if (isNarrow()) this.view.$(".middle").scrollIntoView()
    for (const part of this.form.querySelectorAll(".words, .scenery")) part.scrollTop = 0
  }

  get state() {
    const { givenAnswer: given, result: found, hintCount, tries, kernel } = this
    const { words: picked, rightWords: rightCell } = this.choice
    return { given, found, hintCount, tries, reached: kernel.index, sliding: kernel.isRunning, picked, rightCell }
  }

  // ---- painting

  /** @override */
  draw() {
    if (this.question) this.fill()
    else this.drawIndex()
  }

  /** Return the space for the plates. */
  plateRoom() {
    const { clientWidth: width, clientHeight: height } = this.view.$(".content")
    const step = /** @type {LearnStep} */ (this.question)
    const phone = isPhone()
    const style = getComputedStyle(this.form)
    const [words, margin] = ["--words", "--margin"].map((name) => Number.parseFloat(style.getPropertyValue(name)))
    const pictureWidth = width - (isNarrow() ? 0 : words) - 2 * margin
    const part = step.kind === "click" && !isNarrow() ? this.choice.width + margin : 0
    const pictureKey = step.cells && hasSingleKernel(this.numbers, step.cells.map) ? "picture" : ""
    const spaceKey = this.figures.some(({ form }) => form === "number") ? "numbers" : "words"
    const spaceBelow = step.kind === "click" ? 0 : SPACE_BELOW[isPictured(step) ? "picture" : pictureKey || spaceKey]
    return {
      width: pictureWidth - part,
      height: isNarrow() ? (phone ? 190 : 300) : height - 56 - spaceBelow,
      phone: phone ? pictureWidth : 0,
    }
  }

  /** Render the question. The key replaces all elements for a new question. */
  fill() {
    const { question: step, listedLesson: listed, learn, numbers, state: tried } = this
    if (!step || !listed || !learn) return
    const { classList } = this.form
    const states = { answered: this.open, clicking: step.kind === "click", over: this.isEnded }
    for (const [name, is] of Object.entries(states)) classList.toggle(name, is)
    const nextListed = learn.lessons[learn.lessons.indexOf(listed) + 1]
    if (this.isEnded) return void render(keyed("end", summary(step, listed, nextListed)), this.form)
    const more =
      step.kind === "order" ? orderingTemplate(step, tried) : step.kind === "click" ? this.choice.template() : nothing
    const words = questionText(
      step,
      listed,
      this.view.setup,
      this.filters,
      tried,
      this.correctNumbers,
      pictureColours(step, numbers),
      this.productTemplate,
    )
    render(keyed(this.round, html`${words}${board(step, numbers, tried, this.plateRoom(), more)}`), this.form)
    this.paintMaps()
  }

  get figures() {
    return figuresOf(this.numbers, /** @type {LearnStep} */ (this.question), this.open)
  }

  /** The numbers of the cells in question, once the solution is shown. */
  get correctNumbers() {
    const askedFigure = this.open ? this.figures.find(({ asked }) => asked) : undefined
    return askedFigure?.asked ? valuesOf(askedFigure, askedFigure.asked) : []
  }

  /** The kernel's product at the cursor. */
  get productTemplate() {
    const step = this.question
    if (step?.kind !== "click" || !this.choice.slides || !this.choice.cursor.length) return nothing
    return productFigure(this.numbers, step.map, this.choice.cursor, this.open)
  }

  paintMaps() {
    const { accent } = this
    const figures = this.figures
    for (const canvas of this.form.querySelectorAll(/** @type {"canvas"} */ ("canvas[data-plate]"))) {
      const figure = figures.find(({ plate }) => plate.array === canvas.dataset.plate)
      if (!figure) continue
      const region = this.choice.region(figure.plate.symbol)
      paintMap(canvas, figure, this.marks(figure.plate.symbol, figure, accent, region), region)
    }
    this.choice.paint(accent)
  }

  /**
   * Return the marks in a map: the cells in question, and the kernel's window.
   * @param {string} symbol @param {import("./plate_figures.js").Figure} figure @param {string} tone
   * @param {ReturnType<CellChoice["region"]>} region  outlined in the map @returns {Mark[]}
   */
  marks(symbol, figure, tone, region) {
    const step = /** @type {LearnStep} */ (this.question)
    if (step.kind === "click") return this.choice.marks(symbol, tone, region)
    if (figure.asked) return [{ block: figure.asked, tone }]
    const link = step.cells && windowOf(this.numbers, step.cells.map)
    if (!step.cells || link?.source !== symbol) return []
    const positions = askedCells(this.numbers, step.cells)
    const kernelPosition =
      this.open || positions.length === 1 ? positions[this.kernel.index ?? positions.length - 1] : null
    return kernelPosition
      ? figure.face.boxes(this.numbers.reach(link, kernelPosition)).map((block) => ({ block, tone }))
      : []
  }

  // ---- answers

  /** Choose the answer with index `n` by key: 1, 2 … or A, B …. @param {number} n @override */
  choose(n) {
    const answers = [...this.form.querySelectorAll(/** @type {"input"} */ ("input[name=answer]:enabled"))]
    answers[n]?.focus({ preventScroll: true }) // so that Enter submits it
    answers[n]?.click()
    return answers.length > 0
  }

  listen() {
    const { form, view } = this
    form.addEventListener("submit", (event) => {
      event.preventDefault()
      this.commit()
    })
    form.addEventListener("input", ({ target }) => {
      const input = /** @type {HTMLInputElement} */ (target)
      if (input.name === "answer") this.givenAnswer = Number(input.value)
      else if (input.name === "number") this.givenAnswer = input.value
      else if (input.name === "place") this.kernel.index = Number(input.value)
      this.fill()
    })
    form.addEventListener("change", ({ target }) => {
      const field = /** @type {HTMLInputElement} */ (target)
      if (field.dataset.key === "learn_image") view.go({ img: field.value })
      else if (field.dataset.key === "learn_kernel") view.go({ f: field.value })
      else if (field.dataset.weight) view.go({ f: this.weights() })
    })
    form.addEventListener("keydown", (event) => moveFocusByArrows(event, form.querySelectorAll(".path li button")))
    form.addEventListener("click", ({ target }) => {
      const button = /** @type {Element} */ (target).closest("button")
      if (button) this.pressed(button)
    })
  }

  weights() {
    const fields = [...this.form.querySelectorAll(/** @type {"input"} */ ("[data-weight]"))]
    return fields.map(({ value }) => plainNumber(value) || "0").join(",")
  }

  /** @param {HTMLButtonElement} button */
  pressed({ dataset }) {
    const { question: step, listedLesson: listed, learn } = this
    if (!step || !listed || !learn) return
    const { lesson, number } = step
    const goToStep = (/** @type {number} */ n) => this.view.leap(n > 0 ? { lesson, step: String(n) } : {})
    if (this.isEnded && dataset.go === String(number)) this.start(step, false)
    else if (dataset.go !== undefined) this.view.leap(dataset.go ? { lesson, step: dataset.go } : {})
    else if (dataset.move) this.moveStage(Number(dataset.move), Number(dataset.by))
    else if (dataset.key === "learn_continue" || dataset.key === "learn_skip")
      this.view.look.script ? moveBy(this.view, 1) : this.nextStep(step)
    else if (dataset.key === "learn_back") goToStep(number - 1)
    else if (dataset.key === "learn_hint") this.hint(step)
    else if (dataset.key === "learn_other") this.tryAnother(step)
    else if (dataset.key === "learn_slide") this.kernel.isRunning ? this.kernel.finish() : this.kernel.start()
    else if (dataset.key === "learn_next")
      this.view.leap({ lesson: learn.lessons[learn.lessons.indexOf(listed) + 1].id, step: "1" })
  }

  /** Go to the next step, or to the summary. @param {LearnStep} step */
  nextStep({ lesson, number, kind }) {
    if (!kind) storeMark(lesson, number, true)
    if (number < (this.listedLesson?.steps ?? 1)) return this.view.leap({ lesson, step: String(number + 1) })
    this.isEnded = true
    this.fill()
    this.scrollToTop()
    this.form.querySelector("h1")?.focus()
  }

  /** Show the next hint. @param {LearnStep} step */
  hint({ lesson, number, hints }) {
    this.hintCount = Math.min(this.hintCount + 1, hints.length)
    storeHints(lesson, number, this.hintCount)
    this.fill()
    if (this.hintCount === hints.length)
      this.form.querySelector(/** @type {"p"} */ (".hint:last-child"))?.focus({ preventScroll: true })
  }

  /** @param {number} at @param {number} by */
  moveStage(at, by) {
    const order = [.../** @type {string[]} */ (this.givenAnswer)]
    order.splice(at + by, 0, ...order.splice(at, 1))
    this.givenAnswer = order
    this.fill()
    const button = (/** @type {number} */ way) =>
      this.form.querySelector(/** @type {"button"} */ (`[data-move="${at + by}"][data-by="${way}"]:enabled`))
    ;(button(by) ?? button(-by))?.focus()
  }

  // Repeat the question in its other case, or with the next image or kernel of the list.
  /** @param {LearnStep} step */
  tryAnother({ change, another }) {
    if (change === "nothing") return this.view.go(another)
    const nextName = (/** @type {string[]} */ all, /** @type {string} */ here) =>
      all[(all.indexOf(here) + 1) % all.length]
    const images = IMAGES.map(({ id }) => id)
    if (change === "kernel") this.view.go({ f: nextName(Object.keys(KERNELS), kernelName(this.filters)) })
    else this.view.go({ img: nextName(images, this.view.setup.img) })
  }

  commit() {
    const step = this.question
    if (!step || this.open || (step.kind !== "construct" && !hasAnswer(step, this.givenAnswer))) return
    this.result = scoreAnswer(step, this.givenAnswer, (name) => this.numbers.arrays[`learn.${name}`]?.values)
    storeAnswer(step.lesson, step.number, this.result.right)
    this.choice.reveal()
    this.kernel.start()
    this.form.querySelector(/** @type {"button"} */ (".next .primary"))?.focus({ preventScroll: true })
    this.view.paint()
    if (isNarrow()) this.form.querySelector("h1")?.scrollIntoView()
  }

  // ---- tables and screen readers

  /** @override */
  tables() {
    const figures = this.question ? this.figures.filter(({ plate }) => plate.symbol) : []
    const maskedText = (/** @type {string} */ map) => say("web.learn.masked_map", { map })
    const sources = figures.map(({ plate: { symbol }, hidden }) =>
      tableOf(this.numbers, symbol, hidden ? maskedText(symbol) : ""),
    )
    return { sources, first: 0 }
  }

  /** @override */
  brief() {
    const { cursor, figure } = this.choice
    const map = this.question?.map
    if (!map || !cursor.length) return ""
    const cellLabel = `${this.numbers.maps[map].label}[${this.numbers.index(map, cursor).join(", ")}]`
    return figure?.plate.symbol === map ? `${cellLabel}${COLON}${number(this.numbers.at(map, cursor))}` : cellLabel
  }

  /** @override */
  spoken() {
    const step = this.question
    if (!step) return say("web.learn.title")
    return spokenQuestion(step.title, step.ask || step.text)
  }
}

/**
 * Return the stages sorted by symbol, reversed if that is the correct order.
 * @param {LearnStep} step
 */
function shuffledStages({ order }) {
  const correctOrder = order.map(({ symbol }) => symbol)
  const sorted = [...correctOrder].sort()
  return String(sorted) === String(correctOrder) ? sorted.reverse() : sorted
}
