// The Train page for many images: photographs that fly to the network's answers, beside the accuracy. The training runs
// on the server, which is polled for reports.

import { actionButton } from "../../view/controls/actions.js"
import { keepTextSize } from "../../view/draw/svg_text.js"
import { largestIndex } from "../../view/model/numbers/extremes.js"
import { number } from "../../view/model/numbers/format.js"
import { formatValue, say } from "../../view/model/words.js"
import { closest, html, nothing, render, setHidden, setHTML, setText } from "../../view/shell/html.js"
import { answerCounts, confusionTable } from "./confusion.js"
import { pointedAt, reportChart } from "./report_chart.js"
import { TestImages } from "./test_images.js"
import { card, formatCertainty, wordsOf } from "./test_images_card.js"
import { CAPTION, columnGrid, matrixGrid, outputsOf, PHONE } from "./test_images_layout.js"
import { paintImage } from "./test_images_sprites.js"
import {
  arrangement,
  BEGUN,
  EMPTY,
  mergeReport,
  nextEpoch,
  seekEpoch,
  shownEpochs,
  surestIn,
  toggleCell,
  toggleMatrix,
  togglePlaying,
  worstCell,
} from "./test_images_state.js"
import { accuracies, accuracyLines, note, reliability, sentence, title } from "./test_images_words.js"
import { fillFilters } from "./training_filters.js"
import { formSheets, TrainingForm } from "./training_form.js"

/** @import { TestImagesState, Report } from "./test_images_state.js" */
/** @import { Arrays, View } from "../../view/types/view.js" */

const BUTTONS = ["train", "train_pause", "train_go_on", "train_play", "train_stop"]
const STARTS = ["train", "train_pause", "train_go_on", "train_play"] // actions of the play key; the first available one applies
const HOLD = 250 // milliseconds at each epoch during playback
const COUNTED = 5 // largest number of classes with counts below their columns
const [HEAP, COLUMN] = [350, 300] // heights on a phone: of the heap, and of a column with its caption

const figure = (/** @type {string} */ name) =>
  `<figure data-chart="${name}"><figcaption>${say(`web.training.${name}`)}</figcaption><div class="drawn"></div><p class="spoken"></p></figure>`

const body = () => `
  <div class="crowd-head"><h2 data-said="title"></h2><p data-said="sentence"></p></div><p class="what" hidden></p>
  <div class="crowd"><ol class="columns"></ol><div class="matrix"></div><canvas tabindex="0" role="application" aria-label="${say("web.training.crowd")}"></canvas></div>
  <div class="beside"><p class="figure"></p><div class="about"></div><section class="one"></section>
    <div class="epochs"><figure data-chart="accuracy"><div class="drawn"></div><p class="spoken"></p></figure><input type="range" min="0" step="1" data-key="train_epoch" aria-label="${say("web.training.epoch")}"></div>
    <p data-said="note"></p><div class="progress" role="progressbar" hidden aria-valuemin="0" aria-valuemax="100" aria-label="${say("web.training.progress")}"><i></i></div>
    <div class="doing"><button type="button" data-matrix></button>${BUTTONS.map((name) => actionButton(name, "", "hidden")).join("")}<button type="button" class="link" data-again>${say("web.training.again")}</button></div>
    <details class="which"><summary>${say("web.training.which")}</summary><div>${figure("loss")}<p class="measured"></p><div class="filters"></div><p data-said="worth"></p><p data-said="which"></p></div></details></div>
  <p class="spoken" role="status"></p><div class="spoken everybody"></div>`

export class Training {
  /** @type {Report | undefined} */
  report = undefined
  /** @type {TestImagesState} */
  state = EMPTY
  /** @type {Arrays}  the photographs */
  pictures = {}
  pictured = "" // name of the loaded pictures
  selected = -1
  rollsFrom = 0 // accuracy at which the figure's roll has begun
  rolled = 0 // accuracy that the figure shows
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
      flies: (share) => this.roll(share),
      select: (i) => this.select(i),
      open: (i) => this.open(i),
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
    scrub.addEventListener("input", () => this.become(seekEpoch(this.state, Number(scrub.value))))
    scrub.addEventListener("keydown", (event) => {
      if (/^(Arrow|Page|Home|End)/.test(event.key)) event.stopPropagation() // the images use these keys; this page has no stages
    })
    const resizeObserver = new ResizeObserver(() => this.draw())
    resizeObserver.observe(canvas)
    signal.addEventListener("abort", () => {
      resizeObserver.disconnect()
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
    const words = say("web.training.train_epochs", { n: Number(form?.values.epochs ?? 1) })
    setText(train, `▶ ${words}`)
    train.setAttribute("aria-label", words)
    const progress = this.$(".progress")
    const doneBar = /** @type {HTMLElement} */ (progress.firstElementChild)
    progress.hidden = !active
    progress.classList.toggle("waits", active && !share)
    progress.setAttribute("aria-valuenow", String(Math.round(100 * share)))
    doneBar.style.width = share ? `${100 * share}%` : ""
    this.root.dataset.state = kind
    setText(this.$('[data-said="which"]'), which)
    this.notice(notice || form?.wrong || "") // the form's own message may be in a closed panel
    this.fetchPictures(report)
    this.become(mergeReport(this.state, report))
    if (!this.crowd.flight) this.arrived()
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
      if (this.report) this.tell(this.report)
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
    const { at, job, matrix } = this.state
    if (state.at !== at || state.job !== job || state.matrix !== matrix) {
      this.selected = -1
      this.rollsFrom = this.rolled
    }
    this.state = state
    this.draw()
  }

  /** The flight has ended: show the next epoch after a pause, if there is one. */
  arrived() {
    clearTimeout(this.onward)
    const epoch = nextEpoch(this.state)
    this.root.dataset.follows = epoch === null ? "" : "1"
    if (epoch === null) return this.listEverybody()
    const playNext = () => this.become({ ...this.state, at: nextEpoch(this.state) ?? this.state.at })
    this.onward = setTimeout(playNext, this.state.at < 0 ? 0 : HOLD)
  }

  /** Redraw after a change of theme, size, epoch or selection. */
  draw() {
    const { report, state } = this
    if (!report || !this.shown) return
    const kind = arrangement(state)
    this.root.dataset.epoch = state.at >= 0 ? String(state.at) : ""
    this.root.dataset.kind = kind
    for (const [name, words] of Object.entries({ title, sentence, note, worth: reliability }))
      setText(this.$(`[data-said="${name}"]`), words(report, state))
    this.$('[data-said="note"]').classList.toggle("warns", Boolean(report.warning))
    this.arrange(report, kind)
    this.drawBeside(report, kind)
    this.crowd.show(report, state, this.selected)
    if (!this.crowd.flight) this.roll(1)
    this.tell(report)
  }

  /** Lay out the names below the columns or around the cells. @param {Report} report @param {"heap" | "columns" | "matrix"} kind */
  arrange(report, kind) {
    const { names } = report
    const area = this.$(".crowd")
    const [width, classes] = [area.clientWidth, Math.max(names.length, 1)]
    const phone = { width, height: Number.POSITIVE_INFINITY, classes }
    const { beside, gap } = columnGrid(phone)
    const { head, above, gap: between, cellHeight } = matrixGrid(phone)
    const heights = {
      heap: HEAP,
      columns: Math.ceil(classes / beside) * COLUMN,
      matrix: head + classes * (cellHeight + above + between),
    }
    area.style.height = width < PHONE && width ? `${heights[kind]}px` : ""
    const columns = this.$(".columns")
    columns.style.cssText = `--beside:${beside};--gap:${gap}px;--caption:${CAPTION}px`
    render(kind === "columns" ? names.map((name, n) => this.caption(name, n)) : nothing, columns)
    const frame = { width, height: area.clientHeight, classes }
    render(kind === "matrix" ? confusionTable(report, this.state, frame) : nothing, this.$(".matrix"))
  }

  /** @param {string} name @param {number} n */
  caption(name, n) {
    const testImages = this.state.crowds.get(this.state.at)
    if (!testImages) return nothing
    const [right, all] = answerCounts(testImages, n)
    const count = testImages.classes > COUNTED ? `${right}/${all}` : say("web.training.right_of", { right, n: all })
    return html`<li><div><b>${name}</b><small title=${say("web.training.right_of", { right, n: all })}>${count}</small></div></li>`
  }

  // ---- beside the photographs

  /** @param {Report} report @param {"heap" | "columns" | "matrix"} kind */
  drawBeside(report, kind) {
    const { state } = this
    const hasStarted = kind !== "heap"
    const { large, soft, small } = accuracyLines(report, state)
    const lines = html`<p>${large}</p><p class="soft">${soft}</p><p class="tiny">${small}</p>`
    render(kind === "matrix" ? nothing : lines, this.$(".about"))
    const shownAccuracies = accuracies(report, state)
    const firstAccuracy = shownAccuracies?.first ?? null
    const riseText = firstAccuracy === null ? "" : `${formatValue(Math.round(100 * firstAccuracy))} →`
    render(shownAccuracies ? html`<span>${riseText}</span> <b></b>` : nothing, this.$(".figure"))
    setHidden(
      this.$(".epochs"),
      !shownEpochs(state).some((epoch) => epoch > 0) || kind === "matrix" || this.selected >= 0,
    )
    setHidden(this.$(".which"), !hasStarted)
    const matrix = this.$("[data-matrix]")
    const isWalking = report.active || nextEpoch(state) !== null
    setHidden(matrix, !hasStarted || (kind === "columns" && isWalking))
    setText(matrix, kind === "matrix" ? `‹ ${say("web.training.in_columns")}` : `${say("web.training.ask_wrong")} →`)
    const isFirst = kind === "columns" && !report.can.includes("train") && this.selected < 0
    matrix.classList.toggle("primary", isFirst)
    setHidden(this.$("[data-again]"), kind !== "columns" || isWalking || report.can.includes("train"))
    const scrub = /** @type {HTMLInputElement} */ (this.view.field("train_epoch"))
    scrub.max = String(report.epochs)
    scrub.value = String(Math.max(state.at, 0))
    this.chart(report, "accuracy")
    if (!hasStarted) return
    this.chart(report, "loss")
    setHidden(this.$(".filters"), !report.tiles.length)
    fillFilters(this.$(".filters"), report, state)
    setText(this.$(".measured"), report.measured ? say("web.training.measured", { n: report.measured }) : "")
  }

  /** Show a share of the way from the accuracy before to the current one. @param {number} share */
  roll(share) {
    const { report, state } = this
    const shownAccuracies = report && accuracies(report, state)
    if (!shownAccuracies) return
    this.rolled = share >= 1 ? shownAccuracies.now : this.rollsFrom + share * (shownAccuracies.now - this.rollsFrom)
    const figureElement = this.$(".figure b")
    if (figureElement) setText(figureElement, formatValue(this.rolled, "%"))
  }

  /** @param {Report} report @param {string} name */
  chart({ arrays, epochs, guessing, guessed_loss, learn }, name) {
    const percent = name === "accuracy"
    const { values: x } = arrays.at
    const heldOutSeries = {
      name: percent ? "" : say("web.training.held_out"),
      values: arrays[`held_${name}`].values,
      main: true,
    }
    const trainSeries = { name: say("web.training.learned"), values: arrays[name].values, main: false }
    const curves = percent ? [heldOutSeries] : [trainSeries, heldOutSeries]
    const epochIndex = Array.from(x).indexOf(this.state.at)
    const guessLevel = learn.length ? (percent ? guessing : guessed_loss) : null
    const chartElement = this.$(`[data-chart="${name}"]`)
    const drawing = /** @type {HTMLElement} */ (chartElement.querySelector(".drawn"))
    setHTML(drawing, reportChart({ x, epochs, curves, at: epochIndex, percent, guessing: guessLevel }))
    keepTextSize(drawing)
    const spokenSeries = [trainSeries, { ...heldOutSeries, name: say("web.training.held_out") }]
    const values =
      epochIndex < 0 ? [] : spokenSeries.map((curve) => `${curve.name} ${number(curve.values[epochIndex], 3)}`)
    setText(/** @type {Element} */ (chartElement.querySelector(".spoken")), values.join(", "))
  }

  // ---- selected photograph

  /** Select a photograph; -1 clears the selection. @param {number} i */
  select(i) {
    const { report, state } = this
    if (!report || !state.crowds.has(state.at)) return
    this.selected = i
    this.draw()
    if (i >= 0) setText(this.$("[role=status]"), wordsOf(report, state.crowds.get(state.at), i))
  }

  /** Show the card of the selected photograph; in the matrix, of the surest one in the framed cell. @param {Report} report */
  tell(report) {
    const { state } = this
    const testImages = state.crowds.get(state.at)
    const cell = state.cell ?? worstCell(testImages)
    const shown =
      this.selected < 0 && testImages && cell && state.matrix
        ? surestIn(testImages, cell, report.arrays.labels.values)
        : this.selected
    const container = this.$(".one")
    const isKnown = testImages && shown >= 0 && shown < report.ids.length
    render(isKnown ? card(report, testImages, shown) : nothing, container)
    const canvas = container.querySelector("canvas")
    if (canvas && this.pictures.held) paintImage(canvas, this.pictures.held, shown)
  }

  /** Open a photograph in Step, with the parameters of this epoch. @param {number} i */
  open(i) {
    if (this.state.at >= 0) this.view.host.training?.("choose", `${i},${this.state.at}`)
  }

  /** Fill the table of all images for screen readers. */
  listEverybody() {
    const { report, state } = this
    const testImages = state.crowds.get(state.at)
    if (!report || !testImages) return
    const { ids, names, arrays } = report
    const row = (/** @type {string} */ id, /** @type {number} */ i) => {
      const o = outputsOf(testImages, i)
      return html`<tr><td>${id}</td><td>${names[arrays.labels.values[i]]}</td><td>${names[largestIndex(o)]}</td><td>${formatCertainty(o[largestIndex(o)], report)}</td></tr>`
    }
    const headings = ["image", "is", "says", "sure"].map(
      (name) => html`<th scope="col">${say(`web.training.table.${name}`)}</th>`,
    )
    const caption = say("web.training.table.title", { epoch: state.at })
    const table = html`<table><caption>${caption}</caption><thead><tr>${headings}</tr></thead><tbody>${ids.map(row)}</tbody></table>`
    render(table, this.$(".everybody"))
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const pressedElement = closest(event, "[data-matrix], [data-again], [data-open], .drawn, .crowd")
    const { open, again } = pressedElement?.dataset ?? {}
    if (open) this.open(Number(open))
    if (pressedElement?.matches("[data-matrix]")) this.become(toggleMatrix(this.state, !this.state.matrix))
    if (pressedElement?.matches(".crowd")) this.picked(event)
    if (again !== undefined) this.again()
    if (pressedElement?.matches(".drawn")) this.goTo(pressedElement, event.clientX)
  }

  /**
   * Select the photograph that was clicked, and in the matrix its cell. A click ends a flight.
   * @param {MouseEvent} event
   */
  picked(event) {
    const { report, state, crowd } = this
    if (!report || crowd.flight) return crowd.hurry()
    const i = crowd.under(event)
    const cell = closest(event, "[data-cell]")?.dataset.cell
    const [row = 0, column = 0] = cell?.split(",").map(Number) ?? []
    if (i < 0 && cell) this.become(toggleCell(state, { row, column }))
    else if (state.matrix && i >= 0)
      this.state = { ...state, cell: { row: report.arrays.labels.values[i], column: crowd.layout?.columns[i] ?? 0 } }
    this.select(i)
    if (i >= 0) this.$(".one").scrollIntoView({ block: "nearest" })
  }

  /** Train once more, from the weights and in the order of the next seed. */
  again() {
    const { view, form } = this
    const seed = (Number(view.setup.seed) || 0) + 1
    const text = form.withSeed(seed)
    this.state = BEGUN
    view.dispatch({ type: "moved", change: { train: text } })
    view.go({ train: text, seed: String(seed) })
    view.host.training?.()
    view.host.training?.("act", "train")
  }

  /** Show the epoch at a position of a chart. @param {HTMLElement} drawn @param {number} x */
  goTo(drawn, x) {
    const { left, width } = drawn.getBoundingClientRect()
    const { arrays, epochs } = /** @type {Report} */ (this.report)
    const epochIndex = pointedAt(arrays.at.values, epochs, (x - left) / width)
    if (epochIndex >= 0) this.become(seekEpoch(this.state, arrays.at.values[epochIndex]))
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
    if (!shownEpochs(this.state).length) return
    this.become(togglePlaying(this.state))
    if (!this.crowd.flight) this.arrived()
  }
}
