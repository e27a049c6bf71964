// Prediction mode (predict=1): each stage asks for one of its numbers before it shows them. A banner above the maps
// has the question, then the verdict and the score.

import { ACTIONS, run } from "../../view/controls/actions.js"
import { singleIndex } from "../../view/model/explain/cell_links.js"
import { anotherCell, judge, judgeClick, questions } from "../../view/model/explain/prediction.js"
import { COMPUTED, isEqual } from "../../view/model/state/address.js"
import { say } from "../../view/model/words.js"
import { html, inner, keyed, markup, render, setHidden } from "../../view/shell/html.js"
import { countPrediction, predictionScore, resetCount } from "../learn/progress.js"
import { parseTyped } from "../learn/score.js"

/** @import { Judged, Question } from "../../view/model/explain/prediction.js" */
/** @import { Cell, Setup, Step } from "../../view/types/view.js" */

const STRIP = () =>
  `<section class="banner predict" aria-label="${say("web.predict.label")}" hidden><form></form></section>`

export class Predicting {
  /** @type {Question[]} */
  allQuestions = []
  at = 0 // index of the current question
  askedKey = "" // stage and cell of the questions
  /** @type {Setup} */
  askedSetup = {} // setup of the questions
  /** @type {{ verdict: string, say: string } | null}  verdict on the last question of the current stage */
  judged = null
  /** @type {{ kind: Question["kind"], map: string, cell: Cell } | null}  the last question on another cell, if that is possible */
  following = null
  answered = false // whether an answer was given since the last draw
  arrived = false // whether the stage has changed, so that the field gets the focus
  keys = false // whether the last input was a key

  /** @param {Step} step */
  constructor(step) {
    const { view } = step
    this.step = step
    this.view = view
    view.$(".overview").insertAdjacentHTML("beforebegin", STRIP())
    this.strip = view.$(".predict")
    this.form = /** @type {HTMLFormElement} */ (this.strip.firstElementChild)
    this.form.addEventListener("submit", (event) => {
      event.preventDefault()
      this.commit()
    })
    this.form.addEventListener("input", () => this.updateSubmit())
    this.form.addEventListener("click", ({ target }) => {
      const button = /** @type {Element} */ (target).closest("button")
      if (button) this.pressed(button.dataset.key ?? "")
    })
    for (const event of ["keydown", "pointerdown"])
      addEventListener(event, () => (this.keys = event === "keydown"), { capture: true, signal: view.stop.signal })
  }

  get on() {
    return this.view.look.predict === "1"
  }

  /** The current question, or null. @returns {Question | null} */
  get question() {
    return this.on && this.view.veiled ? (this.allQuestions[this.at % this.allQuestions.length] ?? null) : null
  }

  /** Reset: the stage or snapshot has changed. */
  arrive() {
    this.arrived = true
    this.judged = null
    this.following = null
    this.askedKey = ""
    this.at = 0
  }

  // Create the questions about the selected cell if it, the stage or the snapshot has changed.
  updateQuestions() {
    if (!this.on) return
    const { view, step } = this
    const cell = step.cells.own(step.mainMap(view.stage))
    const key = `${view.stage} ${cell}`
    if (view.veiled && (key !== this.askedKey || !isEqual(view.setup, this.askedSetup, COMPUTED))) {
      this.allQuestions = questions(step.numbers, view.stage, cell)
      this.askedKey = key
      this.askedSetup = view.setup
      this.judged = null
    }
  }

  // ---- answers

  /** @param {string} key */
  pressed(key) {
    if (key === "predict_show") this.view.unveil()
    else if (key === "predict_another") this.at += 1
    else if (key === "predict_again") this.askAgain()
    else if (key === "predict_score") resetCount()
    else if (key === "predict_next") run(this.view, ACTIONS.find(({ name }) => name === "stage_next") ?? ACTIONS[0])
    if (key === "predict_another") this.arrived = true
    this.view.paint(key === "predict_another" || key === "predict_again")
  }

  /** Ask the same question about another cell. */
  askAgain() {
    const { following, step, view } = this
    if (!following) return
    const { kind, map, cell } = following
    view.veil()
    this.arrive()
    step.cells.pin(map, cell)
    view.settle()
    this.updateQuestions()
    this.at = Math.max(
      this.allQuestions.findIndex((question) => question.kind === kind),
      0,
    )
  }

  get typedValue() {
    return parseTyped(this.form.querySelector("input")?.value ?? "")
  }

  updateSubmit() {
    const commit = /** @type {HTMLButtonElement | null} */ (this.form.querySelector("[type=submit]"))
    if (commit) commit.disabled = Number.isNaN(this.typedValue)
  }

  commit() {
    const { question, typedValue: given } = this
    if (question && !question.clicked && !Number.isNaN(given)) this.settle(judge(this.step.numbers, question, given))
  }

  /**
   * Handle the choice of a cell, and return whether it answered the question.
   * @param {string} map @param {Cell} cell
   */
  answerByClick(map, cell) {
    const { question } = this
    if (question?.clicked !== map) return false
    this.settle(judgeClick(this.step.numbers, question, cell))
    return true
  }

  /** @param {Judged} judged */
  settle(judged) {
    this.conclude(judged)
    this.answered = true
    countPrediction(judged.verdict === "right")
    this.view.unveil()
  }

  /** Keep the verdict on the current question, and look for another cell to ask about. @param {{ verdict: string, say: string }} judged */
  conclude(judged) {
    const { step, view, allQuestions, at } = this
    this.judged = judged
    const { kind } = allQuestions[at % allQuestions.length]
    const map = step.mainMap(view.stage)
    const cell = anotherCell(step.numbers, view.stage, step.cells.own(map), kind)
    this.following = cell && { kind, map, cell }
  }

  /**
   * Return whether a hidden map's cells can be selected, to change the question's cell or to answer.
   * @param {string} symbol
   */
  isSelectable(symbol) {
    const { question } = this
    return question !== null && (question.clicked === symbol || this.step.mainMap(this.view.stage) === symbol)
  }

  // Outline the cells that the question names, and the possible answers.
  markCells() {
    const { question, step } = this
    if (!question) return
    for (const { source, cell } of question.known ?? [])
      step.plates[source]?.marks.push({ ranges: cell.map(singleIndex), strong: true })
    if (question.kind !== "winner") return
    for (const cell of question.among ?? [])
      step.plates[question.clicked ?? ""]?.marks.push({ ranges: cell.map(singleIndex) })
  }

  // ---- rendering

  draw() {
    const { strip, on } = this
    if (strip.hidden === on) this.step.invalidate()
    setHidden(strip, !on)
    if (!on) return
    this.updateQuestions()
    const { question } = this
    if (!question) this.shown()
    render(question ? this.questionTemplate(question) : this.verdictTemplate(), this.form)
    strip.dataset.verdict = question ? "" : (this.judged?.verdict ?? "")
    this.updateSubmit()
    if (question) this.focus(question)
    else if (this.answered && this.keys)
      this.form.querySelector(/** @type {"button"} */ ("button.primary"))?.focus({ preventScroll: true })
    this.arrived = question ? false : this.arrived
    this.answered = false
  }

  // Show the solution if the numbers were revealed without an answer. This does not count.
  shown() {
    const question = this.allQuestions[this.at % this.allQuestions.length]
    if (this.askedKey && !this.judged && question)
      this.conclude({ verdict: "shown", say: solution(this.step, question) })
  }

  // Move the focus to the answer's field, or after a key to the map in question.
  /** @param {Question} question */
  focus({ clicked, among = [] }) {
    if (!this.arrived || this.view.look.view || matchMedia("(hover: none)").matches) return
    if (!clicked) this.form.querySelector("input")?.focus({ preventScroll: true })
    else if (this.keys) {
      this.step.plates[clicked]?.canvas.focus({ preventScroll: true })
      this.step.point(clicked, among[0])
    }
  }

  /** @param {Question} question */
  questionTemplate({ ask, before = "", clicked, kind }) {
    const [open, end] = !before ? ["", ""] : kind === "product" ? [`${before} = `, ""] : [before, " = …"]
    const field = html`<label class="blank">${markup(open)}<input class="blank" inputmode="decimal" autocomplete="off" aria-label=${say("web.predict.answer")} aria-describedby="predict-ask">${end}</label>
      <button type="submit" class="primary">${say("web.predict.commit")}</button>`
    const otherButton = this.allQuestions.length > 1 ? button("another") : ""
    return keyed(
      ask,
      html`<p id="predict-ask"><b ${inner(ask)}></b>${clicked ? html` <small>${say("web.predict.clicks")}</small>` : ""}</p>
      <div class="answering">${clicked ? "" : field}${button("show")}${otherButton}${scoreText()}</div>`,
    )
  }

  verdictTemplate() {
    const { judged } = this
    const verdictName = judged && ["right", "near"].includes(judged.verdict) ? judged.verdict : "wrong"
    const verdict =
      judged && judged.verdict !== "shown" ? html`<b>${say(`web.predict.verdict.${verdictName}`)}</b> ` : ""
    const isMiss = judged !== null && !["right", "near", "shown"].includes(judged.verdict) && this.following !== null
    const words = judged
      ? judged.say
      : say(this.view.stage === this.view.order[0] ? "web.predict.first" : "web.predict.open")
    return html`<p role="status">${verdict}${markup(words)}</p><div class="answering">${judged && this.following ? button("again", isMiss ? "primary" : "") : ""}${judged ? button("next", isMiss ? "" : "primary") : ""}${scoreButton()}</div>`
  }

  /** The description for screen readers. */
  get spoken() {
    const { question } = this
    if (!question) return ""
    const text = document.createElement("p")
    text.innerHTML = question.ask
    return say("web.predict.spoken", { ask: text.textContent ?? "" })
  }
}

/** @param {Step} step @param {Question} question */
const solution = ({ numbers }, question) =>
  question.clicked ? judgeClick(numbers, question, question.cell).say : judge(numbers, question, question.value).say

/** @param {string} name */
const button = (name, kind = "") =>
  html`<button type="button" data-key="predict_${name}" class=${kind}>${say(`web.predict.${name}`)}</button>`

/** Return the score as text, for the time in which it cannot change. */
function scoreText() {
  const { right, n } = predictionScore()
  return n ? html`<span class="count">${say("web.predict.score", { right, n })}</span>` : ""
}

function scoreButton() {
  const { right, n } = predictionScore()
  if (!n) return ""
  const label = say("web.predict.score_label", { right, n })
  return html`<button type="button" class="count" data-key="predict_score" aria-label=${label} title=${label}>${say("web.predict.score", { right, n })} ↺</button>`
}
