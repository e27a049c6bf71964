// The film of many updates: scrubbed and played here, with nothing asked of the server. The position on
// it is the lesson's k, so that a link leads to the same frame.

import { Curves, figures } from "../draw/curves.js"
import { MapView } from "../draw/maps.js"
import { COMPUTED } from "../model/address.js"
import { escaped, formula, number } from "../model/format.js"
import { say } from "../model/words.js"
import { actionButton } from "./actions.js"
import { Content } from "./content.js"
import { LIMITS_LINE, linesOf, setHTML } from "./html.js"
import { bindSwitches, fillSwitches } from "./switches.js"

/** @import { FilmData, FilmHeader, FilmMap, FilmRun } from "../types/wire.js" */
/** @import { Lesson } from "../model/address.js" */
/** @import { Answer, Arrays } from "../model/decode.js" */
/** @import { View } from "./view.js" */

const HALF = 127 // steps of a byte on either side of zero, which is 128 (_as_bytes in Python)
const RATE = 30 // frames of the film a second at speed 1

/** @type {(place: number, map: FilmMap) => string} */
const figure = (place, { symbol, label }) => `
  <figure class="map" data-figure="${symbol}"><figcaption><i class="name">${formula(label)}</i><span class="size"></span></figcaption>
    <canvas data-map="${place}.${symbol}" role="img"></canvas>${LIMITS_LINE}</figure>`

/** @type {(run: FilmRun, place: number) => string} */
const reel = ({ maps }, place) => `
  <div class="reel" data-run="${place}"><p class="row-label"></p>
    ${maps.map((map) => figure(place, map)).join("")}
  </div>`

const body = () => `
  <div class="scrub"><input type="range" min="0" step="1" data-key="scrub" aria-label="${say("web.film.scrub")}">
    ${actionButton("open_in_step")}</div>
  <div class="reels"></div>
  <section class="explain board-words" aria-label="${say("web.film.curves")}">
    <div class="text" tabindex="0"><h1 class="title"></h1><div class="numbers"></div>
      <div class="switches"></div>
      <label class="vs"><span>${say("web.film.link.text")}</span><input data-key="vs" placeholder="${say("web.film.link.here")}" autocomplete="off" spellcheck="false" aria-label="${say("web.film.link.label")}"></label><p class="wrong"></p><p class="sentence"></p></div>
    <div class="curves">${figures()}</div>
  </section>`

export class Film extends Content {
  static stages = false
  static points = false
  static words = "film"

  computed = COMPUTED.filter((key) => key !== "k") // the film is the same wherever it stands
  films = true
  /** @type {FilmData} */
  film = { n: 0, runs: [], sentences: [], wrong: "", switches: [] }
  /** @type {Arrays} */
  arrays = {}
  /** @type {MapView[]} */
  maps = []
  /** @type {unknown[]}  the frames that the maps show */
  sources = []
  k = 0
  rest = 0 // where the film stands between two frames
  plan = ""
  drawn = false

  /** @param {View} view */
  constructor(view) {
    super(view)
    view.$(".content").innerHTML = body()
    view.root.classList.add("filming")
    const scrub = view.field("scrub")
    scrub.addEventListener("input", () => {
      view.player.pause()
      this.seek(Number(scrub.value))
    })
    scrub.addEventListener("change", () => this.settle())
    const vs = view.field("vs")
    vs.addEventListener("change", () => view.go({ vs: vs.value.trim() }))
    bindSwitches(view)
    this.curves = new Curves(this, view.$(".curves"))
  }

  /** @param {Answer} answer */
  receive(answer) {
    const { film, arrays } = /** @type {Answer & FilmHeader} */ (answer)
    const { view } = this
    this.film = film
    this.arrays = arrays
    const plan = JSON.stringify(film.runs.map(({ maps }) => maps))
    if (this.plan !== plan) this.lay(film.runs, plan)
    this.seek(Number(view.lesson.k))
    const scrub = /** @type {HTMLInputElement} */ (view.field("scrub"))
    scrub.max = String(film.n)
    view.field("vs").value = answer.lesson.vs ?? ""
    setHTML(view.$(".title"), say("web.film.title", { n: film.n }))
    setHTML(view.$(".sentence"), linesOf(film.sentences))
    setHTML(view.$(".text > .wrong"), escaped(film.wrong))
    fillSwitches(view, film.switches)
    film.runs.forEach(({ label }, place) => setHTML(view.$(`[data-run="${place}"] .row-label`), escaped(label)))
    this.drawn = false
  }

  /**
   * @param {FilmRun[]} runs
   * @param {string} plan
   */
  lay(runs, plan) {
    this.plan = plan
    const reels = this.view.$(".reels")
    reels.innerHTML = runs.map(reel).join("")
    reels.style.setProperty("--rows", String(runs.length))
    const canvases = [...this.root.querySelectorAll(/** @type {"canvas"} */ ("canvas[data-map]"))]
    this.maps = canvases.map((canvas) => new MapView(canvas))
    this.sources = []
    for (const canvas of canvases) this.view.resizes.observe(canvas)
  }

  // ---- where the film stands

  get end() {
    return this.film.n
  }

  get large() {
    return "film-losses"
  }

  /** @param {number} k */
  seek(k) {
    this.k = Math.max(0, Math.min(k, this.film.n))
    this.view.lesson.k = String(this.k)
    const saturated = this.curve(0, "saturated", 0)
    this.view.show(this.k, this.curve(0, "losses", 0), Number.isNaN(saturated) ? null : saturated)
    this.view.paint()
  }

  /**
   * It is where it was scrubbed or played to meanwhile, whatever the server was asked for.
   * @param {Lesson} lesson
   * @param {Answer} answer
   */
  keep(lesson, answer) {
    const { film } = /** @type {Answer & FilmHeader} */ (answer)
    return { ...lesson, k: String(Math.min(this.view.k, film.n)) }
  }

  /**
   * @param {Lesson} address
   * @param {boolean} here
   */
  travelled({ k }, here) {
    if (here) this.seek(Number(k) || 0)
    else this.view.k = Number(k) || 0
  }

  // The address follows when the hand has come to rest, and those who listen hear where.
  settle() {
    this.view.settle()
    this.view.paint(true)
  }

  /**
   * Played at 30 frames of the film a second; with more updates than that, each frame leaps further.
   * @param {number} milliseconds
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
   * The updates that there are frames of.
   * @param {number} place
   */
  updates(place) {
    return this.arrays[`${place}.updates`].values
  }

  /**
   * The last frame that is not after the update where the film stands.
   * @param {number} place
   */
  frameOf(place) {
    const values = this.updates(place)
    let [low, high] = [0, values.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (values[middle] <= this.k) low = middle
      else high = middle - 1
    }
    return low
  }

  // ---- painting

  outdate() {
    this.drawn = false
  }

  draw() {
    this.maps.forEach((map, i) => this.drawMap(map, i))
    if (!this.drawn) this.drawn = this.curves.draw()
    this.curves.follow()
    const scrub = this.view.field("scrub")
    if (Number(scrub.value) !== this.k) scrub.value = String(this.k)
    const lines = this.film.runs.map(
      ({ label }, place) => `<span>${escaped(label)}</span><b>L = ${number(this.curve(place, "losses", 0), 6)}</b>`,
    )
    setHTML(this.view.$(".numbers"), `<span class="lines">${lines.join("")}</span>`)
  }

  /**
   * A curve's value where the film stands.
   * @param {number} place
   * @param {string} name
   * @param {number} column
   */
  curve(place, name, column) {
    const { values, shape } = this.arrays[`${place}.${name}`]
    return values[this.k * (shape[1] ?? 1) + column]
  }

  /**
   * @param {MapView} map
   * @param {number} i
   */
  drawMap(map, i) {
    const place = Number((map.canvas.dataset.map ?? "").split(".")[0])
    const part = /** @type {FilmMap} */ (this.film.runs[place].maps.find(({ symbol }) => symbol === map.symbol))
    const frame = part.kernel ? this.k : this.frameOf(place)
    const { values } = this.arrays[`${place}.${part.symbol}`]
    if (map.stamp !== frame || this.sources[i] !== values) {
      map.stamp = frame
      this.sources[i] = values
      part.kernel ? this.showKernel(map, place, part) : this.showFrame(map, place, part, frame)
    }
    map.draw()
    if (!part.kernel) this.dateFrame(map, part, this.updates(place)[frame])
  }

  /**
   * Every kernel there was: the first one, and how far it has moved.
   * @param {MapView} map
   * @param {number} place
   * @param {FilmMap} part
   */
  showKernel(map, place, part) {
    const { values } = this.arrays[`${place}.${part.symbol}`]
    const f = values.map((weight, i) => weight + this.curve(place, "moved", i))
    const most = Math.max(...f.map(Math.abs))
    map.receive(f, part, [-most, most], part.scale)
  }

  /**
   * @param {MapView} map
   * @param {number} place
   * @param {FilmMap} part
   * @param {number} frame
   */
  showFrame(map, place, part, frame) {
    const { values } = this.arrays[`${place}.${part.symbol}`]
    const size = part.rows * part.columns
    const piece = values.subarray(frame * size, (frame + 1) * size)
    const [low, high] = this.arrays[`${place}.${part.symbol}_ends`].values.subarray(2 * frame, 2 * frame + 2)
    const most = Math.max(Math.abs(low), Math.abs(high))
    const top = Math.max(1, most)
    const activation = part.scale === "activation"
    const read = (/** @type {number} */ byte) => (activation ? (byte / 255) * top : ((byte - HALF - 1) / HALF) * most)
    const shown = values instanceof Uint8Array ? Float64Array.from(piece, read) : piece
    map.receive(shown, part, activation ? [0, top] : [-most, most], part.scale)
    map.describe([low, high])
  }

  /**
   * A thinned film has no frame of every update: the map says which one it shows.
   * @param {MapView} map
   * @param {FilmMap} part
   * @param {number} update
   */
  dateFrame(map, { rows, columns }, update) {
    map.caption(".size", update === this.k ? `${rows}×${columns}` : say("web.film.of_update", { update }))
  }

  spoken() {
    const losses = this.film.runs.map(({ label }, place) =>
      say("web.spoken.run", { label, loss: number(this.curve(place, "losses", 0), 6) }),
    )
    const sentence = this.view.$(".sentence").textContent ?? ""
    return say("web.spoken.film", { k: this.k, count: this.film.n, losses: losses.join(". "), sentence })
  }
}
