// The recording of many updates, scrubbed and played without requests. Its position is the setup's k, so that a link
// leads to the same frame.

import { bindChanges, bindSwitches, fillSwitches, tabButton } from "../../view/controls/switches.js"
import { paintCells } from "../../view/draw/pixels.js"
import { number } from "../../view/model/numbers/format.js"
import { COMPUTED } from "../../view/model/state/address.js"
import { inBrowser } from "../../view/model/storage.js"
import { say } from "../../view/model/words.js"
import { closest, html, keyed, listen, render, setHTML, setText } from "../../view/shell/html.js"
import { prefersReducedMotion } from "../../view/shell/media_queries.js"
import { Content } from "../../view/shell/page.js"
import { Curves } from "./curves.js"
import { FilmMaps } from "./film_maps.js"
import { outputScale, outputsShown } from "./film_model.js"
import { body, drivingGradients, lengthMenu, mapsHead, runMaps } from "./film_parts.js"
import { drawShares, drawStart, drawTimeline, drawTracks, writeHeadline, writeLoss } from "./film_words.js"
import { Sweep } from "./sweep.js"
import { Training } from "./training.js"

/** @import { Answer, Arrays, FilmData, FilmHeader, FilmMap, Setup, View } from "../../view/types/view.js" */

const RATE = 30 // frames per second at speed 1
const MOST = 10 // largest number of outputs with a row each
const SEEN = "cnnviz.film" // key in storage, set once the film has played by itself
const BEFORE_PLAY = 2500 // milliseconds at update 0 before it does

export class Film extends Content {
  /** @override */
  static stages = false
  /** @override */
  static trains = true
  /** @override */
  static words = "film"

  /** @override */
  computed = COMPUTED.filter((key) => key !== "k" && key !== "train") // a recording does not depend on the position in it
  /** @override */
  patience = 15_000 // ten thousand updates take long
  /** @type {FilmData} */
  film = {
    n: 0,
    runs: [],
    change: 0,
    targets: [],
    sentences: [],
    outcome: null,
    switches: [],
    halves: [],
    checkpoints: [],
    files: [],
  }
  /** @type {string[]} */
  outputs = []
  /** @type {Arrays} */
  arrays = {}
  /** @type {[number, number]}  the ends of the scale of outputs */
  scale = [0, 1]
  /** @type {number[]}  the outputs that have a row */
  shown = []
  /** The steps whose predicted decrease is divided up: first, here or all. */
  share = "all"
  /** @type {ReturnType<typeof setTimeout> | undefined}  until the film plays by itself */
  first = undefined
  k = 0
  rest = 0 // exact position during playback, with its fraction
  plan = ""
  drawn = false

  /** @param {View} view */
  constructor(view) {
    super(view)
    view.$(".content").innerHTML = body()
    view.root.classList.add("filming")
    this.halves = document.createElement("div")
    this.halves.className = "halves"
    view.$(".content").before(this.halves)
    bindChanges(view, this.halves)
    view.$(".makes").append(view.$(".transport .buttons"))
    view.$(".stands").prepend(view.control("update_card"))
    view.$(".film-head").append(view.control("lecture_room"), view.control("lecture_off"))
    view.$(".transport").remove()
    this.bind()
    this.maps = new FilmMaps(this)
    this.curves = new Curves(this, view.$(".curves"))
    this.bindScrub()
    this.training = new Training(view)
    this.sweep = new Sweep(view)
  }

  bind() {
    const { view } = this
    const vs = view.field("vs")
    vs.addEventListener("change", () => view.go({ vs: vs.value.trim() }))
    bindSwitches(view)
    view.$(".lengths").addEventListener("change", ({ target }) => {
      const change = target instanceof HTMLSelectElement && target.selectedOptions[0].dataset.change
      if (change) view.go(JSON.parse(change))
    })
    view.$(".film").addEventListener("click", (event) => {
      const { outcome } = this.film
      if (outcome && closest(event, "[data-key=film_look]"))
        return view.turn("", { k: String(outcome.k), stage: outcome.stage })
      const { k, tab = "" } = closest(event, "[data-k], [data-tab]")?.dataset ?? {}
      if (k) view.go({ k })
      if (tab.startsWith("maps ")) this.maps.chosen = tab === "maps change"
      if (tab.startsWith("share ")) this.share = tab.slice(6)
      if (tab) this.invalidate()
      view.paint()
    })
  }

  bindScrub() {
    const { view } = this
    const scrub = view.field("scrub")
    scrub.addEventListener("input", () => {
      view.player.pause()
      this.seek(Number(scrub.value))
    })
    scrub.addEventListener("change", () => this.settle())
    for (const name of /** @type {const} */ (["pointerdown", "keydown", "input"]))
      listen(view, name, () => clearTimeout(this.first), { capture: true })
    view.stop.signal.addEventListener("abort", () => clearTimeout(this.first))
  }

  /** Play the film by itself, once for each visitor. */
  playOnce() {
    const { view } = this
    if (!this.isStart || this.first || this.sweep.data || this.film.halves[1].on || prefersReducedMotion()) return
    if (inBrowser.read(SEEN) || !view.host.training || view.look.view || view.look.script) return
    this.first = setTimeout(() => {
      inBrowser.write(SEEN, "1")
      if (this.isStart && !view.player.running && !view.waiting) view.player.play()
    }, BEFORE_PLAY)
  }

  /** Whether the picture is that of a single run before its first update. */
  get isStart() {
    return this.k === 0 && this.film.runs.length === 1 && !this.film.checkpoints.length
  }

  /** The outputs at the current update, with their targets. */
  get columns() {
    const { targets } = this.film
    return this.outputs.map((name, n) => ({ name, now: this.curve(0, "o", n), target: targets[n] }))
  }

  /** @param {HTMLElement} place */
  paintPhotograph(place) {
    const canvas = place.querySelector("canvas")
    const { values, shape } = this.arrays.photo
    if (!canvas || canvas.dataset.img === this.view.setup.img) return
    canvas.dataset.img = this.view.setup.img
    const [rows, columns, channels] = shape
    const pixel = (/** @type {number} */ i, /** @type {number} */ j) =>
      [0, 1, 2].map((c) => values[(i * columns + j) * channels + Math.min(c, channels - 1)])
    paintCells(canvas, rows, columns, pixel)
  }

  /** @override @param {string} act */
  train(act) {
    return this.training.act(act)
  }

  /** @override */
  ahead() {
    return [] // the recording contains every update
  }

  /** @override @param {Answer} answer */
  receive(answer) {
    const { film, arrays } = /** @type {Answer & FilmHeader} */ (answer)
    const { view } = this
    Object.assign(this, {
      film,
      arrays,
      outputs: answer.outputs,
      scale: outputScale(arrays["0.o"].values, [...film.targets]),
    })
    this.shown = outputsShown([...film.targets], (n) => this.curveAt(0, "terms", n, film.n), MOST)
    const mapLayouts = film.runs.map(({ maps }) =>
      maps.map(({ symbol, label, rows, columns }) => [symbol, label, rows, columns]),
    )
    const plan = JSON.stringify([mapLayouts, answer.outputs])
    if (this.plan !== plan) this.lay(plan)
    this.seek(Number(view.setup.k))
    const scrub = /** @type {HTMLInputElement} */ (view.field("scrub"))
    scrub.max = String(film.n)
    view.field("vs").value = answer.lesson.vs ?? ""
    const [updates, ...others] = film.switches
    render(lengthMenu(updates), view.$(".lengths"))
    fillSwitches(view, others)
    render(html`<div role="group" class="pick">${film.halves.map(tabButton)}</div>`, this.halves)
    this.root.classList.toggle("many", film.halves[1].on)
    this.root.classList.toggle("compared", film.runs.length > 1)
    film.runs.forEach(({ label }, place) => setText(view.$(`[data-run="${place}"] .row-label`), label))
    this.training.draw()
    this.sweep.receive(/** @type {Answer & FilmHeader} */ (answer).sweep, arrays)
    this.stand()
    this.drawn = false
    this.playOnce()
  }

  /** Show the current position in the update's card. */
  stand() {
    const container = /** @type {Element} */ (this.view.control("update_card").querySelector("span"))
    setHTML(container, this.at(this.k, `<b class="k">${this.k}</b>`))
  }

  /**
   * Return the name of an update, or of a checkpoint and its file.
   * @param {number} k @param {string | number} shown
   */
  at(k, shown = k) {
    const { checkpoints, files } = this.film
    const file = files[k]
    return file
      ? say("web.film.file", { k: shown, file })
      : say(checkpoints.length ? "web.film.checkpoint" : "web.status.update", { k: shown })
  }

  /** Return the address change that opens a checkpoint on Step; empty for updates. @override */
  opening() {
    return this.film.checkpoints[this.k] ?? {}
  }

  /** @param {string} plan */
  lay(plan) {
    this.plan = plan
    const runs = this.film.runs.map((run, place) => runMaps(run, place, this.outputs))
    render(keyed(plan, runs), this.view.$(".reels"))
    this.maps.take(this.root)
  }

  // ---- position

  /** @override */
  get end() {
    return this.film.n
  }

  /** @override */
  get large() {
    return `film-${this.curves.name}`
  }

  /** @override @param {string} name */
  charts(name) {
    return this.curves.charts(name)
  }

  /** @override @param {number} k */
  seek(k) {
    this.k = Math.max(0, Math.min(k, this.film.n))
    this.view.dispatch({ type: "moved", change: { k: String(this.k) } })
    if (this.film.files.length) this.stand() // each checkpoint has its own name
    const saturatedCurve = this.curve(0, "saturated", 0)
    const loss = this.curve(0, "losses", 0)
    Object.assign(this.view, { k: this.k, loss, saturated: Number.isNaN(saturatedCurve) ? null : saturatedCurve })
    this.view.paint()
  }

  /**
   * Keep the position that was scrubbed or played to during the request.
   * @param {Setup} setup
   * @param {Answer} answer
   * @override
   */
  keep(setup, answer) {
    const { film } = /** @type {Answer & FilmHeader} */ (answer)
    const { train = "" } = this.view.host.address.read() // may have changed during the request
    return { ...setup, train, k: String(Math.min(this.view.k, film.n)) }
  }

  /**
   * @param {Setup} address
   * @param {boolean} here
   * @override
   */
  travelled({ k, train = "" }, here) {
    this.training.form.forget()
    this.view.dispatch({ type: "moved", change: { train } })
    if (here) this.seek(Number(k) || 0)
    else this.view.k = Number(k) || 0
  }

  // Update the address and announce the position once scrubbing has ended.
  settle() {
    this.view.settle()
    this.view.paint(true)
  }

  /**
   * Advance by 30 frames per second. A longer recording skips updates in each frame.
   * @param {number} milliseconds
   * @override
   */
  advance(milliseconds) {
    const pace = (RATE * this.film.n) / Math.min(this.film.n, this.updates(0).length - 1)
    const step = (milliseconds / 1000) * pace
    this.rest += step
    if (this.rest < this.k || this.rest > this.k + pace) this.rest = this.k + step
    this.seek(Math.floor(this.rest))
    return this.k < this.film.n
  }

  /**
   * Return the updates that have frames.
   * @param {number} place
   */
  updates(place) {
    return this.arrays[`${place}.updates`].values
  }

  /**
   * Return a curve's value at the current position.
   * @param {number} place
   * @param {string} name
   * @param {number} column
   */
  curve(place, name, column) {
    return this.curveAt(place, name, column, this.k)
  }

  /**
   * Return a curve's value at an update.
   * @param {number} place
   * @param {string} name
   * @param {number} column
   * @param {number} k
   */
  curveAt(place, name, column, k) {
    const { values, shape } = this.arrays[`${place}.${name}`]
    return values[k * (shape[1] ?? 1) + column]
  }

  /** Losses of the setup's own run. @returns {ArrayLike<number>} */
  get losses() {
    return this.arrays["0.losses"].values
  }

  // ---- painting

  /** @override */
  invalidate() {
    this.drawn = false
  }

  /** @override */
  draw() {
    if (this.sweep.data) return this.sweep.draw()
    if (!this.drawn) this.drawOnce()
    render(mapsHead(this.maps.changes, this.film.change), this.view.$(".maps-head"))
    this.maps.draw()
    this.curves.follow()
    writeHeadline(this)
    writeLoss(this)
    drawStart(this)
    drawTimeline(this)
    drawShares(this)
    drawTracks(this)
    const { pushed } = this
    const smaller = this.root.querySelector(".smaller")
    if (pushed && smaller) setText(smaller, this.maps.smaller(pushed))
  }

  /** Draw the parts that do not change during playback. */
  drawOnce() {
    const { view, maps, curves } = this
    this.drawn = curves.draw()
    const { pushed } = this
    render(pushed && curves.name === "norms" ? drivingGradients(pushed) : "", view.$(".pushes"))
    maps.take(this.root)
  }

  /** The map of the gradient that drives the first layer. @returns {FilmMap | undefined} */
  get pushed() {
    return this.film.runs[0].maps.find(({ role }) => role === "push")
  }

  /** @override */
  spoken() {
    const focusSelector = this.film.halves[1].on
      ? ".crowd-head > *"
      : this.sweep.data
        ? ".sweep :is(.starts, .said)"
        : ""
    if (focusSelector)
      return Array.from(this.view.root.querySelectorAll(focusSelector), (line) => line.textContent).join(". ")
    const losses = this.film.runs.map(({ label }, place) =>
      say("web.spoken.run", { label, loss: number(this.curve(place, "losses", 0), 6) }),
    )
    const sentence = this.view.$(".sentence").textContent ?? ""
    return say(`web.spoken.${this.film.checkpoints.length ? "checkpoints" : "film"}`, {
      k: this.k,
      count: this.film.n,
      losses: losses.join(". "),
      sentence,
    })
  }
}
