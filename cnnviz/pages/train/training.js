// The Train page for many images: test images that move to the network's answers. The training runs on the server,
// which is polled for reports.

import { actionButton } from "../../view/controls/actions.js"
import { largestIndex } from "../../view/model/numbers/extremes.js"
import { number } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { closest, html, render, setHTML, setText } from "../../view/shell/html.js"
import { answered, confusionTable } from "./confusion.js"
import { pointedAt, reportChart } from "./report_chart.js"
import { TestImages } from "./test_images.js"
import { card, certainty, wordsOf } from "./test_images_card.js"
import { outputsOf } from "./test_images_layout.js"
import { paintImage } from "./test_images_sprites.js"
import { BEGUN, chosen, EMPTY, following, played, sought, stops, taken, toldOf } from "./test_images_state.js"
import { foot, note, sentence, ticks, title } from "./test_images_words.js"
import { fillFilters } from "./training_filters.js"
import { formSheets, layerLines, TrainingForm } from "./training_form.js"

/** @import { TestImagesState, Report } from "./test_images_state.js" */
/** @import { Arrays, View } from "../../view/types/view.js" */

const BUTTONS = ["train", "train_pause", "train_go_on", "train_play", "train_stop"]
const STARTS = ["train", "train_pause", "train_go_on", "train_play"] // actions of the play key; the first available one applies
const GROUPS = ["right", "torn", "wrong"]
const VIEWS = ["matrix", "courses", "filters"]
const [WRONG, TORN] = [2, 1] // groups whose first image is described if none is selected
const HOLD = 250 // milliseconds at each epoch during playback
const [COUNTED, STAGGERED] = [4, 7] // largest number of classes with counts in their columns, and with names on one line

const button = (/** @type {string} */ kind, /** @type {string | number} */ value, /** @type {string} */ text) =>
  `<button type="button" data-${kind}="${value}" aria-pressed="false">${text}</button>`

const body = () => `
  <div class="crowd-head"><h2 data-said="title"></h2><p data-said="sentence"></p><p data-said="note"></p></div>
  <div class="doing">${BUTTONS.map((name) => actionButton(name, "", "hidden")).join("")}
    <label class="epochs" hidden><span>${say("web.training.epoch")}</span><span class="scrub"><input type="range" min="0" step="1" data-key="train_epoch"><span class="ticks" aria-hidden="true"></span></span></label>
    <div class="progress" role="progressbar" hidden aria-valuemin="0" aria-valuemax="100" aria-label="${say("web.training.progress")}"><i></i></div></div>
  <p class="what" hidden></p>
  <div class="crowd"><ol class="columns"></ol><canvas tabindex="0" role="application" aria-label="${say("web.training.crowd")}"></canvas>
    <div class="groups" role="group" aria-label="${say("web.training.bright")}">${GROUPS.map((name, n) => button("group", n, say(`ui.train.training.report.${name}`))).join("")}</div>
    <p class="foot"></p></div>
  <div class="beside"><section class="one"></section><section class="learns"><h3></h3><ol class="learning-layers"></ol></section>
    <div class="views" role="group" aria-label="${say("web.training.views")}">${VIEWS.map((name) => button("shows", name, say(`web.training.${name}`))).join("")}</div>
    <div class="matrix"></div><div class="courses">${["accuracy", "loss"].map((name) => `<figure data-chart="${name}"><figcaption>${say(`web.training.${name}`)}</figcaption><div class="drawn"></div><p class="spoken"></p></figure>`).join("")}<p class="measured"></p></div>
    <div class="filters"></div>
    <details class="which"><summary>${say("web.training.which")}</summary><p data-said="which"></p></details></div>
  <p class="spoken" role="status"></p><div class="spoken everybody"></div>`

export class Training {
  /** @type {Report | undefined} */
  report = undefined
  /** @type {TestImagesState} */
  state = EMPTY
  /** @type {Arrays}  the pictures of those held out, and of those to learn from */
  pictures = {}
  pictured = "" // name of the loaded pictures
  shows = VIEWS[0]
  pointed = -1
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  onward = undefined

  /** @param {View} view */
  constructor(view) {
    this.view = view
    view.$(".rail").insertAdjacentHTML("afterend", formSheets())
    view.$(".middle").insertAdjacentHTML("beforeend", `<div class="training">${body()}</div>`)
    this.root = view.$(".training")
    this.form = new TrainingForm(view.$(".training-settings"), (text) => this.set(text))
    const canvas = /** @type {HTMLCanvasElement} */ (this.$(".crowd canvas"))
    this.crowd = new TestImages(canvas, {
      arrived: () => this.arrived(),
      point: (i) => this.point(i),
      open: (i) => this.open(i),
      show: () => this.$(".beside .one").scrollIntoView({ block: "nearest" }),
    })
    this.bind(canvas)
    if (view.host.training) return
    view.root.classList.add("untrained")
    this.notice(say("web.training.elsewhere"))
  }

  /** @param {HTMLCanvasElement} canvas */
  bind(canvas) {
    const { signal } = this.view.stop
    this.root.addEventListener("click", (event) => this.clicked(event))
    const scrub = /** @type {HTMLInputElement} */ (this.view.field("train_epoch"))
    scrub.addEventListener("input", () => this.become(sought(this.state, Number(scrub.value))))
    scrub.addEventListener("keydown", (event) => {
      if (/^(Arrow|Page|Home|End)/.test(event.key)) event.stopPropagation() // the images use these keys; this page has no stages
    })
    const drawn = new ResizeObserver(() => this.draw())
    drawn.observe(canvas)
    signal.addEventListener("abort", () => {
      drawn.disconnect()
      clearTimeout(this.onward)
    })
  }

  /** @param {string} selector */
  $(selector) {
    return /** @type {HTMLElement} */ (this.root.querySelector(selector))
  }

  get shown() {
    return this.view.root.classList.contains("many")
  }

  // ---- reports

  /** @param {Report} report */
  receive(report) {
    this.report = report
    const { form, can, share, notice, active, kind, which } = report
    if (form) this.form.receive(form)
    this.view.root.classList.toggle("untrained", !form)
    for (const name of [...BUTTONS, "train_back", "train_full"]) this.view.control(name).hidden = !can.includes(name)
    this.view.control("train_play").hidden = !can.includes("train_play") || can.includes("train")
    const train = this.view.control("train")
    const words = `▶ ${say("web.training.train_epochs", { n: Number(form?.values.epochs ?? 1) })}`
    setText(train, words)
    train.setAttribute("aria-label", words)
    const progress = this.$(".progress")
    const done = /** @type {HTMLElement} */ (progress.firstElementChild)
    progress.hidden = !active
    progress.classList.toggle("waits", active && !share)
    progress.setAttribute("aria-valuenow", String(Math.round(100 * share)))
    done.style.width = share ? `${100 * share}%` : ""
    this.root.dataset.state = kind
    setText(this.$('[data-said="which"]'), which)
    this.notice(notice || form?.wrong || "") // the form's own message may be in a closed panel
    this.fetchPictures(report)
    this.become(taken(this.state, report))
    if (!this.crowd.walk) this.arrived()
  }

  /** Fetch the pictures, a resource that all trainings on the same classes share. @param {Report} report */
  fetchPictures({ images }) {
    if (!images || images === this.pictured) return
    this.pictured = images
    this.view.host.numbers.look?.("train", { exact: images }, (answer) => {
      if (this.pictured !== images) return
      const arrays = answer?.arrays ?? {}
      if (!arrays.held) this.pictured = "" // retry with the next report
      this.pictures = arrays
      this.crowd.receive(arrays)
      this.tell()
    })
  }

  /** @param {string} text */
  notice(text) {
    const element = this.$(".what")
    element.hidden = !text
    setText(element, text)
  }

  // ---- shown epoch

  /** @param {TestImagesState} state */
  become(state) {
    const { report } = this
    if (!report) return
    const other = state.at !== this.state.at || state.job !== this.state.job
    this.state = state
    if (other) this.pointed = -1
    this.draw()
  }

  /** The animation has ended: show the next epoch after a pause, if there is one. */
  arrived() {
    clearTimeout(this.onward)
    const epoch = following(this.state)
    this.root.dataset.follows = epoch === null ? "" : "1"
    if (epoch === null) return this.listEverybody()
    const on = () => this.become({ ...this.state, at: following(this.state) ?? this.state.at })
    this.onward = setTimeout(on, this.state.at < 0 ? 0 : HOLD)
  }

  /** Redraw after a change of theme, size, epoch or selection. */
  draw() {
    const { report, state } = this
    if (!report || !this.shown) return
    const begun = state.at >= 0
    this.root.classList.toggle("begun", begun)
    this.root.dataset.epoch = begun ? String(state.at) : ""
    for (const [name, words] of Object.entries({ title, sentence, note }))
      setText(this.$(`[data-said="${name}"]`), words(report, state))
    this.$('[data-said="note"]').classList.toggle("warns", Boolean(report.warning))
    setText(this.$(".foot"), foot(report, state))
    this.drawScrub(report)
    this.drawColumns(report)
    this.crowd.show(report, state)
    this.drawBeside(report)
    this.tell()
  }

  /** @param {Report} report */
  drawScrub({ epochs }) {
    const { at } = this.state
    const scrub = /** @type {HTMLInputElement} */ (this.view.field("train_epoch"))
    this.$(".epochs").hidden = at < 0
    scrub.max = String(epochs)
    scrub.value = String(Math.max(at, 0))
    scrub.style.setProperty("--share", String(Math.max(at, 0) / epochs))
    const tick = (/** @type {number} */ epoch) =>
      html`<span class=${epoch === at ? "here" : ""} style="--share:${epoch / epochs}">${epoch}</span>`
    render(ticks(epochs).map(tick), this.$(".ticks"))
  }

  /** @param {Report} report */
  drawColumns({ names, learn }) {
    const crowd = this.state.crowds.get(this.state.at)
    const more = (/** @type {number} */ n) => {
      if (names.length > COUNTED) return ""
      if (!crowd) return say("ui.train.training.report.images", { n: learn[n] })
      const [right, all] = answered(crowd, n)
      return say("web.training.right_of", { right, n: all })
    }
    const columns = this.$(".columns")
    columns.style.setProperty("--n", String(names.length))
    columns.classList.toggle("two-lines", names.length > 2)
    columns.classList.toggle("staggered", names.length > STAGGERED)
    const heads = names.map((name, n) => html`<li><b>${name}</b> <small>${more(n)}</small></li>`)
    render(heads, columns)
  }

  // ---- right column

  /** @param {Report} report */
  drawBeside(report) {
    const { state, shows } = this
    const begun = state.at >= 0
    setText(this.$(".learns h3"), report.form?.learn ?? "")
    if (report.form) render(layerLines(report.form), this.$(".learns ol"))
    for (const name of VIEWS) {
      const press = this.$(`[data-shows="${name}"]`)
      press.setAttribute("aria-pressed", String(shows === name))
      this.$(`.beside .${name}`).hidden = begun ? shows !== name : name !== "courses"
    }
    this.$('[data-shows="filters"]').hidden = !report.tiles.length
    for (const group of this.root.querySelectorAll(/** @type {"button"} */ ("[data-group]"))) {
      const place = Number(group.dataset.group)
      group.hidden = !toldOf(state.crowds.get(state.at), place).length
      group.setAttribute("aria-pressed", String(state.choice?.kind === "told" && state.choice.group === place))
    }
    render(confusionTable(report, state), this.$(".matrix"))
    if (begun && shows === "filters") fillFilters(this.$(".filters"), report, state)
    for (const name of ["accuracy", "loss"]) this.chart(report, name)
    setText(this.$(".measured"), begun && report.measured ? say("web.training.measured", { n: report.measured }) : "")
  }

  /** @param {Report} report @param {string} name */
  chart({ arrays, epochs, guessing, guessed_loss, active, learn }, name) {
    const percent = name === "accuracy"
    const { values: x } = arrays.at
    const curves = [
      { name: say("web.training.learned"), values: arrays[name].values, main: false },
      { name: say("web.training.held_out"), values: arrays[`held_${name}`].values, main: true },
    ]
    const at = Array.from(x).indexOf(this.state.at)
    const place = {
      x,
      epochs,
      curves,
      at,
      percent,
      active,
      guessing: learn.length ? (percent ? guessing : guessed_loss) : null,
    }
    const figure = this.$(`[data-chart="${name}"]`)
    setHTML(/** @type {HTMLElement} */ (figure.querySelector(".drawn")), reportChart(place))
    const values = at < 0 ? [] : curves.map((curve) => `${curve.name} ${number(curve.values[at], 3)}`)
    setText(/** @type {Element} */ (figure.querySelector(".spoken")), values.join(", "))
  }

  // ---- selected image

  /** @param {number} i */
  point(i) {
    this.pointed = i
    this.tell()
    if (this.report) setText(this.$("[role=status]"), wordsOf(this.report, this.state.crowds.get(this.state.at), i))
  }

  /** Show the card of the selected image, or of the most telling one. */
  tell() {
    const { report, state } = this
    if (!report) return
    const crowd = state.crowds.get(state.at)
    const mostTelling = [...toldOf(crowd, WRONG), ...toldOf(crowd, TORN)][0] ?? 0
    const i = this.pointed < 0 || this.pointed >= report.ids.length ? mostTelling : this.pointed
    if (this.pointed < 0) this.crowd.pointed = crowd ? i : -1
    const place = this.$(".beside .one")
    render(card(report, state, i), place)
    const canvas = place.querySelector("canvas")
    if (canvas && this.pictures.held) paintImage(canvas, this.pictures.held, i)
  }

  /** Open an image in Step, with the parameters of this epoch. @param {number} i */
  open(i) {
    if (this.state.at >= 0) this.view.host.training?.("choose", `${i},${this.state.at}`)
  }

  /** Fill the table of all images for screen readers. */
  listEverybody() {
    const { report, state } = this
    const crowd = state.crowds.get(state.at)
    if (!report || !crowd) return
    const { ids, names, arrays } = report
    const row = (/** @type {string} */ id, /** @type {number} */ i) => {
      const o = outputsOf(crowd, i)
      return html`<tr><td>${id}</td><td>${names[arrays.labels.values[i]]}</td><td>${names[largestIndex(o)]}</td><td>${certainty(o[largestIndex(o)], report)}</td></tr>`
    }
    const head = ["image", "is", "says", "sure"].map(
      (name) => html`<th scope="col">${say(`web.training.table.${name}`)}</th>`,
    )
    const caption = say("web.training.table.title", { epoch: state.at })
    const table = html`<table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${ids.map(row)}</tbody></table>`
    render(table, this.$(".everybody"))
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const pressed = closest(event, "[data-cell], [data-group], [data-shows], [data-open], .drawn")
    const { cell, group, shows, open } = pressed?.dataset ?? {}
    const [row = 0, column = 0] = cell?.split(",").map(Number) ?? []
    if (open) this.open(Number(open))
    if (cell) this.become(chosen(this.state, { kind: "cell", row, column }))
    if (group) this.become(chosen(this.state, { kind: "told", group: Number(group) }))
    if (shows) this.shows = shows
    if (shows) this.draw()
    if (pressed?.matches(".drawn")) this.goTo(pressed, event.clientX)
  }

  /** Show the epoch at a position of a chart. @param {HTMLElement} drawn @param {number} x */
  goTo(drawn, x) {
    const { left, width } = drawn.getBoundingClientRect()
    const { arrays, epochs } = /** @type {Report} */ (this.report)
    const place = pointedAt(arrays.at.values, epochs, (x - left) / width)
    if (place >= 0) this.become(sought(this.state, arrays.at.values[place]))
  }

  // ---- requests

  /**
   * Apply other settings: update the address and notify the server.
   * @param {string} text
   */
  set(text) {
    const { view } = this
    view.dispatch({ type: "moved", change: { train: text } })
    view.go({ train: text })
    view.host.training?.()
  }

  /**
   * Perform the action of a button or of the play key. Return whether this view is shown.
   * @param {string} act
   */
  act(act) {
    if (!this.shown) return false
    const name = act === "toggle" ? STARTS.find((one) => this.report?.can.includes(one)) : act
    if (name === "train_play") this.play()
    if (!name || name === "train_play") return true
    if (name === "train") {
      this.state = BEGUN
      this.set(this.form.text)
    }
    this.view.host.training?.("act", name)
    return true
  }

  /** Play through all epochs, or pause. */
  play() {
    if (!stops(this.state).length) return
    this.become(played(this.state))
    if (!this.crowd.walk) this.arrived()
  }
}
