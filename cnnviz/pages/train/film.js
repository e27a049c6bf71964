// The film of many updates: scrubbed and played here, with nothing asked of the server. The position on
// it is the lesson's k, so that a link leads to the same frame.

import { MapView } from "../../view/draw/maps.js"
import { COMPUTED } from "../../view/model/address.js"
import { formula, marked, number } from "../../view/model/format.js"
import { say, written } from "../../view/model/words.js"
import { actionButton } from "../../view/regions/actions.js"
import {
  html,
  inner,
  keyed,
  LIMITS_LINE,
  linesOf,
  markup,
  nothing,
  render,
  setHTML,
  setText,
} from "../../view/regions/html.js"
import { Content } from "../../view/regions/page.js"
import { bindChanges, bindSwitches, fillSwitches, group, tabsOf } from "../../view/regions/switches.js"
import { Curves, figures } from "./curves.js"
import { Training } from "./training.js"

/** @import { FilmData, FilmHeader, FilmMap, FilmRun, FilmShare } from "../../view/types/wire.js" */
/** @import { Lesson } from "../../view/model/address.js" */
/** @import { Answer, Arrays } from "../../view/model/decode.js" */
/** @import { Template } from "../../view/regions/html.js" */
/** @import { View } from "../../view/regions/lesson_view.js" */

const HALF = 127 // steps of a byte on either side of zero, which is 128 (_as_bytes in Python)
const RATE = 30 // frames of the film a second at speed 1

const PUSH_DECADES = 4 // powers of ten on the scale of what pushes (learning.py)
const MARK = 34 // pixels that the name of a mark takes
const TRACKS = 4 // outputs whose way to their targets is shown

/** @type {(place: number, symbol: string, label: string, words?: string) => Template} */
const figure = (place, symbol, label, words = "") => html`
  <figure class="map" data-figure=${symbol}><figcaption><i class="name">${markup(label)}</i><span class="of">${words}</span><span class="size"></span></figcaption>
    <canvas data-map="${place}.${symbol}" role="img"></canvas>${LIMITS_LINE}</figure>`

/** @type {(run: FilmRun, place: number, outputs: string[]) => Template} */
function reel({ maps }, place, outputs) {
  const weights = maps.filter(({ role }) => role === "weights")
  const to = (/** @type {FilmMap} */ map) =>
    weights.length > 1 ? say("web.film.maps.weights", { name: outputs[weights.indexOf(map)] }) : ""
  const learns = maps
    .filter(({ role }) => role !== "push")
    .map((map) => {
      const letter = formula(map.label.replace(/\[.*/, ""))
      return html`<div class="learns">${figure(place, map.symbol, letter, map.role === "weights" ? to(map) : say("web.film.maps.now"))}
      ${figure(place, `${map.symbol}_change`, `${letter} − ${letter}<sub>0</sub>`, say("web.film.maps.change"))}</div>`
    })
  const push = /** @type {FilmMap} */ (maps.at(-1))
  return html`<div class="reel" data-run=${place}><p class="row-label"></p>${learns}
    <div class="answers-now"></div>
    <div class="pushes"><h2>${markup(say("web.film.maps.push", { symbol: `<i>${formula(push.label)}</i>` }))}</h2><p class="smaller"></p>
      <div>${figure(place, `${push.symbol}_start`, "")}${figure(place, push.symbol, "")}</div><p class="log soft"></p></div></div>`
}

const body = () => `
  <div class="scrub"><div class="length"><div class="marks"></div><input type="range" min="0" step="1" data-key="scrub" aria-label="${say("web.film.scrub")}"></div>
    ${actionButton("open_in_step")}</div>
  <div class="reels"></div>
  <section class="explain board-words" aria-label="${say("web.film.curves")}">
    <div class="text" tabindex="0"><h1 class="title"></h1><p class="sentence"></p><div class="numbers"></div>
      <div class="shares"></div><p class="fall"></p>
      <div class="switches"></div>
      <label class="vs"><span>${say("web.film.link.text")}</span><input data-key="vs" placeholder="${say("web.film.link.here")}" autocomplete="off" spellcheck="false" aria-label="${say("web.film.link.label")}"></label><p class="wrong"></p></div>
    <div class="curves">${figures()}</div>
  </section>`

export class Film extends Content {
  /** @override */
  static stages = false
  /** @override */
  static points = false
  /** @override */
  static trains = true
  /** @override */
  static words = "film"

  /** @override */
  computed = COMPUTED.filter((key) => key !== "k" && key !== "train") // the film is the same wherever it stands
  /** @override */
  films = true
  /** @override */
  patience = 15_000 // ten thousand updates take their time
  /** @type {FilmData} */
  film = { n: 0, runs: [], change: 0, targets: [], sentences: [], wrong: "", switches: [], halves: [] }
  /** @type {string[]} */
  outputs = []
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
    view.$(".transport > .buttons").insertAdjacentHTML("afterend", '<div class="lengths"></div>')
    bindChanges(view, view.$(".lengths"))
    this.halves = document.createElement("div")
    this.halves.className = "halves"
    view.$(".middle").prepend(this.halves)
    bindChanges(view, this.halves)
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
    this.training = new Training(view)
  }

  /** @override @param {string} act */
  train(act) {
    return this.training.act(act)
  }

  /** @override */
  ahead() {
    return [] // it holds every update
  }

  /** @override @param {Answer} answer */
  receive(answer) {
    const { film, arrays } = /** @type {Answer & FilmHeader} */ (answer)
    const { view } = this
    this.film = film
    this.arrays = arrays
    this.outputs = answer.outputs
    const laid = film.runs.map(({ maps }) =>
      maps.map(({ symbol, label, rows, columns }) => [symbol, label, rows, columns]),
    )
    const plan = JSON.stringify([laid, answer.outputs])
    if (this.plan !== plan) this.lay(film.runs, plan)
    this.seek(Number(view.lesson.k))
    const scrub = /** @type {HTMLInputElement} */ (view.field("scrub"))
    scrub.max = String(film.n)
    view.field("vs").value = answer.lesson.vs ?? ""
    const [{ share, fall }] = film.runs
    setText(view.$(".title"), share ? share.title : say("web.film.title", { n: film.n }))
    setText(view.$(".fall"), fall)
    setHTML(view.$(".sentence"), linesOf(film.sentences))
    setText(view.$(".text > .wrong"), film.wrong)
    const [lengths, ...others] = film.switches
    render(group(lengths), view.$(".lengths"))
    fillSwitches(view, others)
    render(html`<div role="group">${film.halves.map(tabsOf)}</div>`, this.halves)
    this.root.classList.toggle("many", film.halves[1].on)
    film.runs.forEach(({ label }, place) => setText(view.$(`[data-run="${place}"] .row-label`), label))
    this.training.draw()
    this.drawn = false
  }

  /**
   * @param {FilmRun[]} runs
   * @param {string} plan
   */
  lay(runs, plan) {
    this.plan = plan
    const reels = this.view.$(".reels")
    render(
      keyed(
        plan,
        runs.map((run, place) => reel(run, place, this.outputs)),
      ),
      reels,
    )
    reels.style.setProperty("--rows", String(runs.length))
    const canvases = [...this.root.querySelectorAll(/** @type {"canvas"} */ ("canvas[data-map]"))]
    this.maps = canvases.map((canvas) => new MapView(canvas))
    this.sources = []
    for (const canvas of canvases) this.view.resizes.observe(canvas)
  }

  // ---- where the film stands

  /** @override */
  get end() {
    return this.film.n
  }

  /** @override */
  get large() {
    return "film-losses"
  }

  /** @override @param {number} k */
  seek(k) {
    this.k = Math.max(0, Math.min(k, this.film.n))
    this.view.dispatch({ type: "moved", change: { k: String(this.k) } })
    const saturated = this.curve(0, "saturated", 0)
    this.view.show(this.k, this.curve(0, "losses", 0), Number.isNaN(saturated) ? null : saturated)
    this.view.paint()
  }

  /**
   * It is where it was scrubbed or played to meanwhile, whatever the server was asked for.
   * @param {Lesson} lesson
   * @param {Answer} answer
   * @override
   */
  keep(lesson, answer) {
    const { film } = /** @type {Answer & FilmHeader} */ (answer)
    const { train = "" } = this.view.host.address.read() // it may have been set meanwhile
    return { ...lesson, train, k: String(Math.min(this.view.k, film.n)) }
  }

  /**
   * @param {Lesson} address
   * @param {boolean} here
   * @override
   */
  travelled({ k, train = "" }, here) {
    this.training.form.forget()
    this.view.dispatch({ type: "moved", change: { train } })
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

  /** @override */
  outdate() {
    this.drawn = false
  }

  /** @override */
  draw() {
    this.maps.forEach((map, i) => this.drawMap(map, i))
    if (!this.drawn) {
      this.marks()
      this.drawn = this.curves.draw()
    }
    this.curves.follow()
    const scrub = this.view.field("scrub")
    if (Number(scrub.value) !== this.k) scrub.value = String(this.k)
    const lines = this.film.runs.map(
      ({ label }, place) => html`<span>${label}</span><b>L = ${number(this.curve(place, "losses", 0), 6)}</b>`,
    )
    render(html`<span class="lines">${lines}</span>`, this.view.$(".explain .numbers"))
    this.words()
  }

  /**
   * A curve's value where the film stands.
   * @param {number} place
   * @param {string} name
   * @param {number} column
   */
  curve(place, name, column) {
    return this.curveAt(place, name, column, this.k)
  }

  /**
   * A curve's value at an update.
   * @param {number} place
   * @param {string} name
   * @param {number} column
   * @param {number} k
   */
  curveAt(place, name, column, k) {
    const { values, shape } = this.arrays[`${place}.${name}`]
    return values[k * (shape[1] ?? 1) + column]
  }

  /**
   * @param {MapView} map
   * @param {number} i
   */
  drawMap(map, i) {
    const place = Number((map.canvas.dataset.map ?? "").split(".")[0])
    const [symbol, , kind] = /** @type {string[]} */ (map.symbol.match(/^(.*?)(_(change|start))?$/))
      .filter((_, n) => n)
      .map(String)
    const part = /** @type {FilmMap} */ (this.film.runs[place].maps.find((one) => one.symbol === symbol))
    const frame = kind === "start" ? 0 : part.role === "kernel" ? this.k : this.frameOf(place)
    const { values } = this.arrays[`${place}.${part.symbol}`]
    if (map.stamp !== frame || this.sources[i] !== values) {
      map.stamp = frame
      this.sources[i] = values
      part.role === "push"
        ? this.showPush(map, place, part, frame)
        : this.showWeights(map, place, part, frame, kind === "change")
    }
    map.draw()
    if (part.role === "weights") this.dateFrame(map, part, this.updates(place)[frame])
  }

  /**
   * Weights as they are, or how far they have moved, on scales that are fixed over the run.
   * @param {MapView} map
   * @param {number} place
   * @param {FilmMap} part
   * @param {number} frame
   * @param {boolean} moved
   */
  showWeights(map, place, part, frame, moved) {
    const { change } = this.film
    const { values } = this.arrays[`${place}.${part.symbol}`]
    const size = part.rows * part.columns
    const start = part.role === "kernel" ? values : this.arrays[`${place}.${part.symbol}_start`].values
    const by =
      part.role === "kernel"
        ? (/** @type {number} */ i) => this.curve(place, "moved", i)
        : (/** @type {number} */ i) => ((values[frame * size + i] - HALF - 1) / HALF) * change
    const shown = Float64Array.from({ length: size }, (_, i) => (moved ? 0 : start[i]) + by(i))
    const most = moved ? change : part.most
    map.receive(shown, part, [-most, most], "signed")
  }

  /**
   * A gradient on powers of ten, its sign kept.
   * @param {MapView} map
   * @param {number} place
   * @param {FilmMap} part
   * @param {number} frame
   */
  showPush(map, place, part, frame) {
    const { values } = this.arrays[`${place}.${part.symbol}`]
    const size = part.rows * part.columns
    const shown = Float64Array.from(
      values.subarray(frame * size, (frame + 1) * size),
      (byte) => (byte - HALF - 1) / HALF,
    )
    map.receive(shown, part, [-1, 1], "signed")
    const [low, high] = this.ends(place, part, frame)
    map.describe([low, high])
    map.caption(".low", "")
    map.caption(".high", "")
    map.caption(".size", "")
    map.caption(
      ".of",
      say(map.symbol === part.symbol ? "web.film.maps.here" : "web.film.maps.start", {
        most: number(Math.max(-low, high), 2),
      }),
    )
  }

  /**
   * The least and the largest value of a frame of what pushes.
   * @param {number} place
   * @param {FilmMap} part
   * @param {number} frame
   */
  ends(place, part, frame) {
    return this.arrays[`${place}.${part.symbol}_ends`].values.subarray(2 * frame, 2 * frame + 2)
  }

  // Where half of the fall has come, and so on: each with its words, unless these would stand on the last one's.
  marks() {
    const place = this.view.$(".marks")
    const { film } = this
    let free = Number.NEGATIVE_INFINITY
    const marks = film.runs[0].marks.map(({ k, words }) => {
      const at = (k / film.n) * place.clientWidth
      const named = at - free > MARK
      if (named) free = at
      return html`<span style="left:${(100 * k) / film.n}%" title=${words}>${named ? words.split(" ")[0] : "\u00a0"}</span>`
    })
    render(marks, place)
  }

  // The outputs on their way, what still pushes, and each parameter's share.
  words() {
    const { film, view } = this
    film.runs.forEach((run, place) => {
      const reel = /** @type {HTMLElement} */ (this.root.querySelector(`[data-run="${place}"]`))
      const push = /** @type {FilmMap} */ (run.maps.at(-1))
      const most = (/** @type {number} */ frame) => Math.max(...Array.from(this.ends(place, push, frame), Math.abs))
      const times = most(0) / most(this.frameOf(place))
      const smaller =
        times >= 1.5 && Number.isFinite(times)
          ? say("web.film.maps.smaller", { times: number(times, times < 10 ? 2 : 3).replace(/\.$/, "") })
          : ""
      const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (reel.querySelector(name))
      setText(part(".smaller"), smaller)
      const log = say("web.film.maps.log", {
        least: number(push.most / 10 ** PUSH_DECADES, 2),
        most: number(push.most, 2),
      })
      setText(part(".log"), push.most ? log : "")
      render(this.tracks(place), part(".answers-now"))
    })
    const [{ share }] = film.runs
    render(share ? this.shares(share) : nothing, view.$(".shares"))
  }

  /**
   * Each output between its start and its target.
   * @param {number} place
   */
  tracks(place) {
    const at = (/** @type {number} */ value) => `${100 * Math.min(Math.max(value, 0), 1)}%`
    const { values, shape } = this.arrays[`${place}.o`]
    const term = (/** @type {number} */ n) => this.curve(place, "terms", n)
    const known = !Number.isNaN(term(0)) // what each output adds to the loss
    const adds = (/** @type {number} */ n) =>
      known ? html`<span>${markup(say("web.film.maps.adds", { term: number(term(n), 4) }))}</span>` : ""
    const track = (/** @type {string} */ name, /** @type {number} */ n) => {
      const [first, now, target] = [values[n], this.curve(place, "o", n), this.film.targets[n]]
      return html`<div class="track"><p><i>o</i>[${n}] ${name} <b>${number(now, 3)}</b></p>
        <div><s style="left:${at(Math.min(first, now))};right:calc(100% - ${at(Math.max(first, now))})"></s><u style="left:${at(target)}"></u><i class="was" style="left:${at(first)}"></i><i style="left:${at(now)}"></i></div>
        <p class="rest"><span>${say("web.film.maps.to_go", { rest: number(this.curve(place, "to_go", n), 3) })}</span>${adds(n)}</p></div>`
    }
    const shown = this.outputs.slice(0, Math.min(TRACKS, shape[1] ?? 1))
    const all = known && shown.length === (shape[1] ?? 1) // else there is more in the loss than stands here
    const terms = shown.map((_, n) => number(term(n), 4)).join(" + ")
    const sum = html`<p class="loss-sum"><i>L</i> = ${terms} ≈ <b>${number(this.curve(place, "losses", 0), 4)}</b></p>`
    return html`<h2>${markup(say("web.film.maps.answers"))} <small>${say("web.film.maps.answers_more")}</small></h2>${shown.map(track)}${all ? sum : ""}`
  }

  /**
   * Who makes the loss fall: at the first update, at this one, and in all.
   * @param {FilmShare} share
   */
  shares({ names, all }) {
    const { film } = this
    const byShare = names.map((_, n) => n).sort((one, other) => all[other] - all[one])
    const largest = byShare.slice(0, 4).sort((one, other) => one - other)
    const row = (/** @type {string} */ label, /** @type {(n: number) => number} */ part) => {
      const hue = (/** @type {number} */ n) => `--hue:var(--line${largest.includes(n) ? `-${largest.indexOf(n)}` : ""})`
      const bars = names.map((_, n) => html`<i style="flex-grow:${part(n)};${hue(n)}"></i>`)
      const texts = largest.map(
        (n) =>
          html`<span style=${hue(n)}><i ${inner(formula(names[n]))}></i> ${written(100 * part(n), "3")}${say("words.percent")}</span>`,
      )
      return html`<tr><th scope="row">${label}</th><td><div class="bar">${bars}</div><p>${texts}</p></td></tr>`
    }
    return html`<h2>${markup(marked(say("web.film.maps.share")))}</h2><table>${row(say("web.film.maps.first"), (n) => this.curveAt(0, "shares", n, 0))}
      ${row(say("web.film.maps.of_here", { k: this.k }), (n) => this.curve(0, "shares", n))}${row(say("web.film.maps.all", { n: film.n }), (n) => all[n])}</table>`
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

  /** @override */
  spoken() {
    const losses = this.film.runs.map(({ label }, place) =>
      say("web.spoken.run", { label, loss: number(this.curve(place, "losses", 0), 6) }),
    )
    const sentence = this.view.$(".sentence").textContent ?? ""
    return say("web.spoken.film", { k: this.k, count: this.film.n, losses: losses.join(". "), sentence })
  }
}
