// The film of many updates: scrubbed and played here, with nothing asked of the server. The position on
// it is the lesson's k, so that a link leads to the same frame.

import { COMPUTED } from "../model/address.js"
import { Curves, FIGURES } from "../draw/curves.js"
import { Focus } from "../model/focus.js"
import { escape, number, setHTML } from "../model/format.js"
import { MapView } from "../draw/maps.js"
import { switchGroup } from "./switches.js"

const HALF = 127 // steps of a byte on either side of zero, which is 128 (_as_bytes in cnnviz/ui/pages/train/film/frames.py)
const SHOWN = { f: "signed", z1: "signed", a1: "activation", dz1: "signed" }
const LABELS = { f: "f", z1: "z₁", a1: "a₁", dz1: "∂z₁" }
const RATE = 30 // frames of the film a second at speed 1

const row = (place) => `
  <div class="reel" data-run="${place}"><p class="row-label"></p>
    ${Object.keys(SHOWN).map((name) => `<figure class="map" data-figure="${name}"><figcaption><i class="name">${LABELS[name]}</i><span class="size"></span></figcaption>
      <canvas data-map="${place}.${name}" role="img"></canvas><p class="limits"><span class="low"></span><span class="power"></span><span class="high"></span></p></figure>`).join("")}
  </div>`

const body = `
  <div class="scrub"><input type="range" min="0" step="1" data-key="scrub" aria-label="Update on the film">
    <button type="button" data-key="open_in_step">Open in Step</button></div>
  <div class="reels"></div>
  <section class="explain board-words" aria-label="Curves">
    <div class="text" tabindex="0"><h1 class="title"></h1><div class="numbers"></div>
      <div class="switches"></div>
      <label class="vs"><span>or a copied link</span><input data-key="vs" placeholder="paste it here" autocomplete="off" spellcheck="false" aria-label="Compare with a copied link"></label><p class="wrong"></p><p class="sentence"></p></div>
    <div class="curves">${FIGURES}</div>
  </section>`

export class Film {
  slides = false
  focus = new Focus()
  large = "film-losses" // what opens for the key O
  computed = COMPUTED.filter((key) => key !== "k") // the film is the same wherever it stands

  constructor(view) {
    this.view = view
    view.$(".content").innerHTML = body
    view.root.classList.add("filming")
    const scrub = view.$('[data-key="scrub"]')
    scrub.addEventListener("input", () => {
      view.player.pause()
      this.seek(Number(scrub.value))
    })
    scrub.addEventListener("change", () => this.settle())
    view.$('[data-key="open_in_step"]').addEventListener("click", () => view.turn(""))
    view.$(".switches").addEventListener("click", ({ target }) => {
      const chosen = target.closest("[data-change]")
      if (chosen) view.go(JSON.parse(chosen.dataset.change))
    })
    view.$('[data-key="vs"]').addEventListener("change", ({ target }) => view.go({ vs: target.value.trim() }))
    this.curves = new Curves(this, view.$(".curves"))
  }

  receive(data) {
    Object.assign(this, { film: data.film, arrays: data.arrays })
    const { film } = data
    if (this.rows !== film.runs.length) this.lay(film.runs.length)
    this.seek(Number(this.view.lesson.k))
    this.view.$('[data-key="scrub"]').max = film.n
    this.view.$('[data-key="vs"]').value = data.lesson.vs ?? ""
    setHTML(this.view.$(".title"), `${film.n.toLocaleString("en")} update${film.n > 1 ? "s" : ""} on one image`)
    setHTML(this.view.$(".sentence"), film.sentences.map(escape).join("<br>"))
    setHTML(this.view.$(".text > .wrong"), escape(film.wrong))
    setHTML(this.view.$(".switches"), film.switches.map(switchGroup).join(""))
    film.runs.forEach(({ label }, place) => setHTML(this.view.$(`[data-run="${place}"] .row-label`), escape(label)))
    this.drawn = false
  }

  lay(rows) {
    this.rows = rows
    this.view.$(".reels").innerHTML = Array.from({ length: rows }, (_, place) => row(place)).join("")
    this.view.$(".reels").style.setProperty("--rows", rows)
    this.maps = [...this.view.root.querySelectorAll("canvas[data-map]")].map((canvas) => new MapView(canvas))
    for (const { canvas } of this.maps) this.view.resizes?.observe(canvas)
  }

  // ---- where the film stands

  seek(k) {
    this.k = Math.max(0, Math.min(k, this.film.n))
    this.view.lesson.k = String(this.k)
    this.view.k = this.k
    this.view.data.loss = this.curve(0, "losses", 0)
    this.view.data.saturated = this.curve(0, "saturated", 0)
    this.view.paint()
  }

  travelled({ k }) {
    this.seek(Number(k) || 0)
  }

  // The address follows when the hand has come to rest, and those who listen hear where.
  settle() {
    this.view.settle()
    this.view.paint(true)
  }

  // Played at 30 frames of the film a second; with more updates than that, each frame leaps further.
  advance(milliseconds) {
    const pace = (RATE * this.film.n) / Math.min(this.film.n, this.arrays["0.updates"].values.length - 1)
    this.rest = (this.rest ?? this.k) + (milliseconds / 1000) * pace
    if (this.rest < this.k || this.rest > this.k + pace) this.rest = this.k + (milliseconds / 1000) * pace
    this.seek(Math.floor(this.rest))
    return this.k < this.film.n
  }

  frameOf(place) {
    const { values } = this.arrays[`${place}.updates`]
    let [low, high] = [0, values.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (values[middle] <= this.k) low = middle
      else high = middle - 1
    }
    return low
  }

  isAhead = () => true // quantized for drawing: its cells are not there to be read off
  point() {}
  release() {}
  count = () => 1

  // ---- painting

  draw() {
    for (const map of this.maps) this.drawMap(map)
    if (!this.drawn) this.drawn = this.curves.draw()
    this.curves.follow()
    const scrub = this.view.$('[data-key="scrub"]')
    if (Number(scrub.value) !== this.k) scrub.value = this.k
    const lines = this.film.runs.map(({ label }, place) => `<span>${escape(label)}</span><b>L = ${number(this.curve(place, "losses", 0), 6)}</b>`)
    setHTML(this.view.$(".numbers"), `<span class="lines">${lines.join("")}</span>`)
  }

  curve(place, name, column) {
    const { values, shape } = this.arrays[`${place}.${name}`]
    return values[this.k * (shape[1] ?? 1) + column]
  }

  drawMap(map) {
    const [place, name] = map.canvas.dataset.map.split(".")
    const frame = name === "f" ? this.k : this.frameOf(place)
    const { values, shape } = this.arrays[map.canvas.dataset.map]
    if (map.stamp !== frame || map.source !== values) {
      Object.assign(map, { stamp: frame, source: values })
      name === "f" ? this.showKernel(map, place) : this.showFrame(map, place, name, frame)
    }
    map.draw()
    if (name !== "f") this.dateFrame(map, shape, this.arrays[`${place}.updates`].values[frame])
  }

  // Every kernel there was: the first one, and how far it has moved.
  showKernel(map, place) {
    const { values, shape } = this.arrays[`${place}.f`]
    const f = values.map((weight, i) => weight + this.curve(place, "kernel", i))
    const most = Math.max(...f.map(Math.abs))
    map.receive(f, shape, 1, [-most, most], SHOWN.f)
  }

  showFrame(map, place, name, frame) {
    const { values, shape } = this.arrays[`${place}.${name}`]
    const size = shape[1] * shape[2]
    const piece = values.subarray(frame * size, (frame + 1) * size)
    const ends = this.arrays[`${place}.${name}_ends`].values.subarray(2 * frame, 2 * frame + 2)
    const most = Math.max(...ends.map(Math.abs))
    const limits = name === "a1" ? [0, 1] : [-most, most]
    const read = name === "a1" ? (byte) => byte / 255 : (byte) => ((byte - HALF - 1) / HALF) * most
    map.receive(values instanceof Uint8Array ? Float64Array.from(piece, read) : piece, shape.slice(1), 1, limits, SHOWN[name])
    map.describe(ends)
  }

  // A thinned film has no frame of every update: the map says which one it shows.
  dateFrame(map, [, rows, columns], update) {
    const text = update === this.k ? `${rows}×${columns}` : `of update ${update.toLocaleString("en")}`
    const size = map.figure.querySelector(".size")
    if (size.textContent !== text) size.textContent = text
  }

  spoken() {
    const losses = this.film.runs.map(({ label }, place) => `${label}: loss ${number(this.curve(place, "losses", 0), 6)}`)
    return `Update ${this.k} of ${this.film.n}. ${losses.join(". ")}. ${this.view.$(".sentence").textContent}`
  }
}
