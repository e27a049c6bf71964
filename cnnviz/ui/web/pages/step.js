// The linked maps and the words under them: values above, gradients below, one column a layer.

import { MAPS, PARTS, STAGES } from "../spec.js"
import { Focus } from "../model/focus.js"
import { escape, formula, setHTML } from "../model/format.js"
import { maps, explanation } from "./layout.js"
import { isFlat, isLayered, one, sources } from "../model/links.js"
import { lossText } from "./status.js"
import { MapView } from "../draw/maps.js"
import { panel, showsCell } from "../draw/panel.js"
import { bindPointer } from "./pointer.js"
import { arithmetic } from "../model/arithmetic.js"

const ORDER = STAGES.map(({ symbol }) => symbol)
const SAID = Object.fromEntries([...PARTS, ...STAGES].map((stage) => [stage.symbol, stage]))
const SHOWN_FROM = { f: "x", w: "x", b: "x", y: "x", db: "dw", dx: "df" } // maps that are no stage of their own
const SAY_EVERY = 60 // milliseconds: words that change faster than this cannot be read

export class Step {
  constructor(view) {
    this.view = view
    view.$(".content").innerHTML = maps + explanation
    this.root = view.root
    this.maps = Object.fromEntries([...view.root.querySelectorAll("canvas[data-map]")].map((c) => [c.dataset.map, new MapView(c)]))
    this.focus = new Focus()
    this.slides = true
    for (const [symbol, map] of Object.entries(this.maps)) bindPointer(this, map, symbol)
  }

  receive(data) {
    Object.assign(this, { arrays: data.arrays, lesson: data.lesson, limits: data.limits, loss: data.loss, saturated: data.saturated })
    this.rate = Number(data.lesson.lr)
    this.outputs = [...this.arrays.o.values.keys()]
    this.geometry = { ...data.geometry, shape: (map) => this.shape(map) }
    for (const [symbol, map] of Object.entries(this.maps)) {
      const { values } = this.arrays[symbol]
      map.across = symbol === "v" ? this.shape("z1")[1] : undefined
      const shape = symbol === "v" ? [values.length, 1] : this.shape(symbol)
      map.receive(values, shape, isLayered(symbol) ? this.outputs.length : 1, this.limits[symbol], MAPS[symbol].scale)
    }
    this.focus.receive(data.focus, (map) => this.shape(map))
  }

  // Rows and columns of a map on the screen.
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

  // ---- pointing

  get reached() {
    return ORDER.indexOf(this.view.stage)
  }

  isAhead(map) {
    return ORDER.indexOf(SHOWN_FROM[map] ?? map) > this.reached
  }

  subject() {
    const { stage, player } = this.view
    if (player.cell && !this.focus.hover) return { map: stage, cell: player.cell }
    return this.focus.pointed ?? { map: stage, cell: this.focus.own(stage) }
  }

  point(map, cell) {
    this.focus.hover = map && { map, cell }
    if (map) this.view.player.takeOver()
    this.view.paint()
  }

  pin(map, cell) {
    this.focus.pin(map, cell)
    this.view.paint(true)
  }

  release() {
    this.focus.release()
  }

  // ---- painting

  draw() {
    const subject = this.subject()
    this.classes()
    this.mark(subject)
    for (const [symbol, map] of Object.entries(this.maps)) map.draw(this.view.player.done(symbol))
    this.say(subject)
  }

  classes() {
    const { stage } = this.view
    const made = { dw: ["dw", "db"], update: ["f", "w", "b"] }[stage] ?? [stage]
    for (const [symbol, { figure }] of Object.entries(this.maps)) {
      figure.classList.toggle("ahead", this.isAhead(symbol))
      figure.classList.toggle("now", made.includes(symbol))
      figure.classList.toggle("input", SAID[stage].inputs.includes(symbol))
    }
  }

  // Outlines the subject and the cells behind it. What is lit also stands in data-lit, for tests.
  mark({ map, cell }) {
    const target = map === "update" ? "f" : map
    const lit = sources(map, cell, this.geometry).filter((entry) => entry.map !== target)
    for (const { marks } of Object.values(this.maps)) marks.length = 0
    for (const entry of lit) this.maps[entry.map].marks.push(entry)
    const own = { rows: one(cell[0]), columns: one(isFlat(target) ? 0 : cell[1]), output: isLayered(target) ? cell[2] : null }
    this.maps[target].marks.push({ ...own, strong: true })
    for (const [symbol, { canvas }] of Object.entries(this.maps)) {
      const source = lit.find((entry) => entry.map === symbol)
      canvas.dataset.lit = source ? JSON.stringify([source.rows, source.columns, source.output]) : symbol === target ? "target" : ""
    }
  }

  say(subject) {
    const now = performance.now()
    if (this.view.player.sliding && now - (this.said ?? 0) < SAY_EVERY) return
    this.said = now
    const said = SAID[subject.map]
    const words = { phase: said.phase === said.label ? said.phase : `${said.phase} · ${formula(said.label)}`, title: said.title, sentence: said.sentence }
    for (const [place, text] of Object.entries(words)) setHTML(this.view.$(`.${place}`), text)
    this.view.$(".phase").className = `phase ${said.phase}`
    setHTML(this.view.$(".explain .formula"), formula(this.view.data.formulas[said.symbol]))
    setHTML(this.view.$(".numbers"), arithmetic(this, subject.map, subject.cell))
    setHTML(this.view.$(".remark"), [this.view.data.deviations[subject.map], this.view.data.remarks[0]].filter(Boolean).map(escape).join("<br>"))
    this.view.$(".explain").classList.toggle("pinned", Boolean(this.focus.pinned))
    const empty = !showsCell(subject.map) && this.arrays.losses.values.length < 2 // a curve of one loss
    this.view.$(".side").hidden = empty
    if (!empty) panel(this.view.$(".panel"), this.view.$(".caption"), this, subject.map, subject.cell)
  }

  spoken() {
    return `${this.view.place} ${SAID[this.subject().map].title}. ${this.view.$(".numbers").textContent}. Loss ${lossText(this.view.data.loss)}.`
  }
}
