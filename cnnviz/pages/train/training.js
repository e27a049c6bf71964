// The Train page's other half: a training on many images, its form, its buttons, and what it has to say. The training
// itself stays on the server, which says again and again how far it is.

import { say } from "../../view/model/words.js"
import { actionButton } from "../../view/regions/actions.js"
import { setText } from "../../view/regions/html.js"
import { formSheets, TrainingForm } from "./training_form.js"
import { TrainingReport } from "./training_report.js"

/** @import { Report } from "./training_report.js" */
/** @import { View } from "../../view/regions/lesson_view.js" */

const BUTTONS = ["train", "train_pause", "train_go_on", "train_stop", "train_back"]
const STARTS = ["train", "train_pause", "train_go_on"] // of these there is one at a time

const bar = () => `
  <div class="doing">${BUTTONS.map((name) => actionButton(name, "", "hidden")).join("")}
    <div class="progress" role="progressbar" hidden aria-valuemin="0" aria-valuemax="100" aria-label="${say("web.training.progress")}"><i></i></div><p class="state" role="status"></p></div>
  <p class="what" hidden></p><div class="report"></div>`

export class Training {
  /** @type {Report | undefined} */
  report = undefined

  /** @param {View} view */
  constructor(view) {
    this.view = view
    view.$(".rail").insertAdjacentHTML("afterend", formSheets())
    view.$(".middle").insertAdjacentHTML("beforeend", `<div class="training">${bar()}</div>`)
    this.root = view.$(".training")
    this.form = new TrainingForm(view.$(".training-settings"), (text) => this.set(text))
    this.told = new TrainingReport(view.$(".training .report"), (key) => view.host.training?.("choose", key))
    if (view.host.training) return
    view.root.classList.add("untrained")
    this.notice(say("web.training.elsewhere"))
  }

  get shown() {
    return this.view.root.classList.contains("many")
  }

  /** @param {Report} report */
  receive(report) {
    this.report = report
    const { form, can, share, state, notice, active } = report
    if (form) this.form.receive(form)
    this.view.root.classList.toggle("untrained", !form)
    for (const name of [...BUTTONS, "train_full"]) this.view.control(name).hidden = !can.includes(name)
    const progress = /** @type {HTMLElement} */ (this.root.querySelector(".progress"))
    const done = /** @type {HTMLElement} */ (progress.firstElementChild)
    progress.hidden = !state
    progress.classList.toggle("waits", active && !share)
    progress.setAttribute("aria-valuenow", String(Math.round(100 * share)))
    done.style.width = share ? `${100 * share}%` : ""
    setText(/** @type {Element} */ (this.root.querySelector(".state")), state)
    this.notice(notice || form?.wrong || "") // its own place may be in a closed sheet
    this.told.receive(report)
  }

  /** @param {string} text */
  notice(text) {
    const element = /** @type {HTMLElement} */ (this.root.querySelector(".what"))
    element.hidden = !text
    setText(element, text)
  }

  /**
   * Other settings, which the address then holds; the server hears of them.
   * @param {string} text
   */
  set(text) {
    const { view } = this
    view.dispatch({ type: "moved", change: { train: text } })
    view.go({ train: text })
    view.host.training?.()
  }

  /**
   * What a button does, or the key that starts and holds; whether this is what is on the screen.
   * @param {string} act
   */
  act(act) {
    if (!this.shown) return false
    const name = act === "toggle" ? STARTS.find((one) => this.report?.can.includes(one)) : act
    if (!name) return true
    if (name === "train") this.set(this.form.text)
    this.view.host.training?.("act", name)
    return true
  }

  /** Theme and size have changed. */
  draw() {
    if (this.report && this.shown) this.told.draw()
  }
}
