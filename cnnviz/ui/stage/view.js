// The view: what is on the screen now, and how it is painted. Everything it shows is a function of the
// server's last answer, the stage, what is pointed at, and the animation clock.

import { LINKS, MAPS, PARTS, STAGES } from "./spec.js"
import { COMPUTED, link, read, same, visit } from "./address.js"
import { bindControls, fillControls } from "./controls.js"
import { formula, number } from "./format.js"
import { bindKeys } from "./keys.js"
import { layout } from "./layout.js"
import { isFlat, isLayered, sources } from "./links.js"
import { MapView } from "./maps.js"
import { losses, panel, percent } from "./panel.js"
import { Player } from "./player.js"
import { bindPointer } from "./pointer.js"
import { arithmetic } from "./words.js"

const ORDER = STAGES.map(({ symbol }) => symbol)
const SAID = Object.fromEntries([...PARTS, ...STAGES].map((stage) => [stage.symbol, stage]))
const SHOWN_FROM = { f: "x", w: "x", b: "x", y: "x", db: "dw", dx: "df" } // maps that are no stage of their own
const ANSWER_IN = 4000 // milliseconds after which we say that the server is silent

// Maps of one family share a cell: pin a unit, step on, and the same unit is explained at the next stage.
const FAMILY = {
  x: "pixel", dx: "pixel", f: "weight", df: "weight", update: "weight",
  z1: "unit", a1: "unit", v: "unit", da1: "unit", dz1: "unit", w: "synapse", dw: "synapse",
}
const family = (map) => FAMILY[map] ?? "output"

export class View {
  constructor(root) {
    this.root = root
    root.innerHTML = layout()
    this.$ = (selector) => root.querySelector(selector)
    this.maps = Object.fromEntries([...root.querySelectorAll("canvas[data-map]")].map((c) => [c.dataset.map, new MapView(c)]))
    this.stop = new AbortController() // ends every listener at once
    this.player = new Player(this)
    this.focus = {}
    bindControls(this)
    bindPointer(this)
    bindKeys(this)
    addEventListener("popstate", () => this.travelled(), { signal: this.stop.signal })
    this.resizes = new ResizeObserver(() => this.paint())
    this.resizes.observe(root)
    for (const { canvas } of Object.values(this.maps)) this.resizes.observe(canvas)
  }

  leave() {
    this.stop.abort()
    this.resizes.disconnect()
    this.player.pause()
  }

  // ---- what the server says

  receive(data) {
    const address = read()
    const answers = same(data.asked, address, COMPUTED)
    if (!answers && !(this.data && !this.waiting && same(data.asked, this.data.asked, COMPUTED))) return
    const first = !this.data
    this.answered()
    this.data = data
    Object.assign(this, { arrays: data.arrays, lesson: data.lesson, limits: data.limits, loss: data.loss, saturated: data.saturated })
    this.k = Number(data.lesson.k)
    this.rate = Number(data.lesson.lr)
    this.outputs = [...this.arrays.o.values.keys()]
    this.geometry = { ...data.geometry, shape: (map) => this.shape(map) }
    const follows = same(data.asked, address, ["stage"]) || !ORDER.includes(address.stage)
    this.stage = follows ? data.lesson.stage : address.stage
    if (Object.keys(address).length && !same(address, this.wanted)) visit(this.wanted, { replace: true, server: false })
    this.fill(first)
    fillControls(this)
    for (const page of this.root.querySelectorAll("[data-page]")) page.dataset.page === data.page ? page.setAttribute("aria-current", "page") : page.removeAttribute("aria-current")
    if (first) this.adopted = data.adopt?.[0]
    else if (data.adopt && data.adopt[0] !== this.adopted) {
      this.adopted = data.adopt[0]
      this.go({ img: data.adopt[1] })
    }
    this.paint(true)
    this.player.received()
  }

  fill() {
    for (const [symbol, map] of Object.entries(this.maps)) {
      map.across = symbol === "v" ? this.shape("z1")[1] : undefined
      const values = symbol === "L" ? new Float64Array([this.loss]) : this.arrays[symbol].values
      const shape = symbol === "v" ? [values.length, 1] : this.shape(symbol)
      const limits = symbol === "L" ? [0, Math.max(1, this.loss)] : this.limits[symbol] ?? [0, 1]
      map.receive(values, shape, isLayered(symbol) ? this.outputs.length : 1, limits, MAPS[symbol].scale)
    }
    for (const [name, cell] of Object.entries(this.data.focus)) this.focus[name] = this.valid(name, this.focus[name]) ?? cell
    if (this.pinned && !this.valid(family(this.pinned.map), this.pinned.cell)) this.pinned = null
  }

  valid(name, cell) {
    const shape = this.shape({ pixel: "x", weight: "f", unit: "z1", synapse: "w", output: "o" }[name])
    return cell && cell[0] < shape[0] && (cell[1] ?? 0) < shape[1] ? cell : undefined
  }

  shape(map) {
    if (map === "L") return [1, 1]
    if (isFlat(map)) return [this.outputs.length, 1]
    if (map === "v" || isLayered(map)) return this.arrays.z1.shape
    return this.arrays[map === "update" ? "f" : map].shape
  }

  at(map, cell) {
    return this.maps[map].at(cell)
  }

  count(map) {
    return this.arrays[map].values.length
  }

  // ---- where the visitor goes

  get wanted() {
    return { ...this.lesson, stage: this.stage }
  }

  // Changes the lesson. A change of the stage alone is done here and now, and nobody is asked.
  go(change, { replace = false } = {}) {
    const next = { ...(this.waiting ?? this.wanted), ...change }
    if (change.stage) this.stage = change.stage
    if (same(next, this.waiting ?? this.lesson, COMPUTED)) {
      if (!this.waiting) visit(next, { replace, server: false })
      else this.waiting = next
      this.release()
      return this.paint(true)
    }
    this.waiting = next
    this.root.dataset.ready = "0"
    this.silence ??= setTimeout(() => this.notice("The server has not answered. The stages of this update still work, and the address keeps your change: reload the page when the server is back."), ANSWER_IN)
    visit(next, { replace })
  }

  answered() {
    clearTimeout(this.silence)
    this.silence = undefined
    this.waiting = undefined
    this.notice("")
  }

  // The address changed: by Back or Forward, or by our own `visit`.
  travelled() {
    if (!this.data) return
    const address = read()
    if (same(address, this.waiting ?? {}, COMPUTED)) return
    if (same(address, this.lesson, COMPUTED) || same(address, this.data.asked, COMPUTED)) {
      this.answered()
      if (ORDER.includes(address.stage)) this.stage = address.stage
      this.release()
      this.paint(true)
    } else this.root.dataset.ready = "0"
  }

  nextStage(by, options) {
    const at = ORDER.indexOf(this.stage) + by
    if (at >= ORDER.length) return this.nextUpdate(1, "x", options)
    if (at >= 0) return this.go({ stage: ORDER[at] }, options)
    if (this.k > 0) this.nextUpdate(-1, ORDER.at(-1), options)
  }

  nextUpdate(by, stage = this.stage, options) {
    const k = Number((this.waiting ?? this.lesson).k) + by
    if (k >= 0) this.go({ k: String(k), stage }, options)
  }

  link() {
    return link(this.wanted)
  }

  // ---- what is pointed at

  // The map and cell that the words are about: pointed at, pinned, or this stage's own.
  subject() {
    if (this.player.cell && !this.hover) return { map: this.stage, cell: this.player.cell }
    const pointed = this.pinned ?? this.hover
    if (pointed) return pointed
    return { map: this.stage, cell: this.own(this.stage) }
  }

  own(map) {
    if (map === "L") return [0]
    return this.focus[family(map)] ?? [0, 0, 0]
  }

  point(map, cell) {
    this.hover = map && { map, cell }
    if (map) this.player.takeOver()
    this.paint()
  }

  pin(map, cell) {
    const again = this.pinned?.map === map && String(this.pinned.cell) === String(cell)
    this.pinned = again ? null : { map, cell }
    this.remember(map, cell)
    this.hover = again ? this.hover : null
    this.paint(true)
  }

  remember(map, cell) {
    this.focus[family(map)] = cell
    if (family(map) === "unit") this.focus.synapse = [...cell, this.focus.synapse?.[2] ?? 0]
    if (family(map) === "synapse") this.focus.unit = cell.slice(0, 2)
  }

  // A new stage has the word again; a pinned unit goes along with it.
  release() {
    this.pinned = null
    this.hover = null
  }

  // ---- painting

  paint(announce = false) {
    this.announce ||= announce
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined
      if (this.data && this.root.isConnected) this.draw()
    })
  }

  draw() {
    const subject = this.subject()
    this.stageClasses(subject)
    this.mark(subject)
    for (const [symbol, map] of Object.entries(this.maps)) map.draw(this.player.done(symbol))
    this.say(subject)
    Object.assign(this.root.dataset, { update: this.lesson.k, stage: this.stage, ready: this.waiting ? "0" : "1" })
    this.root.style.visibility = "visible"
    if (this.announce && !this.player.running) this.speak(subject)
    this.announce = false
  }

  stageClasses({ map }) {
    const now = ORDER.indexOf(this.stage)
    for (const [symbol, { figure }] of Object.entries(this.maps)) {
      const from = ORDER.indexOf(SHOWN_FROM[symbol] ?? symbol)
      figure.classList.toggle("ahead", from > now)
      figure.classList.toggle("now", symbol === this.stage || (this.stage === "dw" && symbol === "db") || (this.stage === "update" && "fwb".includes(symbol)))
      figure.classList.toggle("input", SAID[this.stage].inputs.includes(symbol))
      figure.classList.toggle("subject", symbol === map)
    }
    for (const chip of this.root.querySelectorAll("[data-stage-chip]")) {
      const here = chip.dataset.stageChip === this.stage
      chip.classList.toggle("done", ORDER.indexOf(chip.dataset.stageChip) < now)
      if (here && chip.getAttribute("aria-current") !== "step") chip.scrollIntoView?.({ block: "nearest", inline: "nearest" })
      here ? chip.setAttribute("aria-current", "step") : chip.removeAttribute("aria-current")
    }
  }

  mark({ map, cell }) {
    const lit = map === "update" ? [{ map: "df", rows: one(cell[0]), columns: one(cell[1]) }] : sources(map, cell, this.geometry)
    const target = map === "update" ? "f" : map
    for (const view of Object.values(this.maps)) view.marks = []
    for (const entry of lit) this.maps[entry.map]?.marks.push(entry)
    if (this.maps[target]) this.maps[target].marks.push({ rows: one(cell[0]), columns: one(isFlat(target) ? 0 : cell[1]), output: cell[2], strong: true })
    for (const view of Object.values(this.maps)) {
      const { symbol, canvas, marks } = view
      const entry = lit.find((source) => source.map === symbol)
      const text = entry ? JSON.stringify([entry.rows, entry.columns, entry.output ?? null]) : marks.length ? "target" : ""
      if (canvas.dataset.lit !== text) canvas.dataset.lit = text
    }
  }

  say(subject) {
    const said = SAID[subject.map]
    const now = performance.now()
    if (this.player.sliding && now - (this.lastSaid ?? 0) < 60) return
    this.lastSaid = now
    const set = (selector, html) => {
      const element = this.$(selector)
      if (element.innerHTML !== html) element.innerHTML = html
    }
    const phase = this.$(".phase")
    phase.className = `phase ${said.phase}`
    set(".phase", `${said.phase} · ${formula(said.label)}`)
    set(".title", said.title)
    set(".sentence", said.sentence)
    set(".explain .formula", formula(said.formula))
    set(".numbers", arithmetic(this, subject.map, subject.cell))
    set(".remark", this.data.remarks[0] ?? "")
    set(".status .k", String(this.k))
    set(".status .loss", this.loss.toFixed(5))
    set(".status .saturation", `saturated <b>${percent(this.saturated)}</b>`)
    this.$(".saturation").classList.toggle("bad", this.saturated > 0.5)
    this.$(".explain").classList.toggle("pinned", Boolean(this.pinned))
    panel(this.$(".panel"), this.$(".caption"), this, subject.map, subject.cell)
    this.spark()
  }

  spark() {
    const canvas = this.$(".spark")
    if (!canvas.clientWidth) return
    const ratio = devicePixelRatio || 1
    canvas.width = canvas.clientWidth * ratio
    canvas.height = canvas.clientHeight * ratio
    const context = canvas.getContext("2d")
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    losses(context, canvas.clientWidth, canvas.clientHeight, this)
  }

  // For those who listen: the stage, and the arithmetic of the cell that was chosen.
  speak({ map }) {
    const { title } = SAID[map]
    const at = ORDER.indexOf(this.stage) + 1
    const numbers = this.$(".numbers").textContent
    this.$(".live").textContent = `Update ${this.k}, stage ${at} of ${ORDER.length}, ${this.stage}. ${title}. ${numbers}. Loss ${number(this.loss, 5)}.`
  }

  notice(text) {
    const element = this.$(".notice")
    element.hidden = !text
    element.textContent = text
  }
}

const one = (at) => ({ start: at, count: 1, step: 1 })

export const isLinked = (map) => map in LINKS
