// A board: the same arrays in several versions, one column a stage, one row a version, so that the eye
// finds where they part. What stands on it is data from the server (cnnviz/ui/boards.py).

import { chart } from "../draw/chart.js"
import { Focus } from "../model/focus.js"
import { escape, formula, number, setHTML } from "../model/format.js"
import { lossText } from "./status.js"
import { MapView } from "../draw/maps.js"
import { bindPointer } from "./pointer.js"
import { switchGroup } from "./switches.js"

const FEW = 7 // rows up to which a map is drawn smaller than the others

const kind = ({ flat, layers, rows, columns }) => (flat ? "flat" : layers > 1 ? "half" : Math.max(rows, columns) <= FEW ? "small" : "")
const one = (at) => ({ start: at, count: 1, step: 1 })

const figure = (row, column) => `
  <figure class="map ${kind(column)}"><canvas data-map="${row}.${column.symbol}" tabindex="0" role="img"></canvas>
  <p class="limits"><span class="low"></span><span class="power"></span><span class="high"></span></p></figure>`

const grid = ({ rows, columns, maps }) => `
  <div class="board" style="--rows:${rows.length};--columns:${columns.length}">
    <span></span>${columns.map(({ symbol, label }) => `<div class="head" data-column="${symbol}"><i>${formula(label)}</i></div>`).join("")}
    ${rows.map(({ name, label }) => `<div class="row-label" data-row="${name}">${escape(label)}</div>${columns.map((column) => (`${name}.${column.symbol}` in maps ? figure(name, column) : "<span></span>")).join("")}`).join("")}
    <span></span>${columns.map(({ symbol }) => `<div class="note" data-note="${symbol}"></div>`).join("")}
  </div>`

const bottom = `
  <section class="explain board-words" aria-label="Explanation">
    <div class="text" tabindex="0"><h1 class="title"></h1><p class="verdict"></p><div class="numbers"></div><p class="sentence"></p><p class="detail"></p><div class="remark"></div></div>
    <div class="switches" tabindex="0"></div>
    <div class="charts"></div>
  </section>`

export class Board {
  constructor(view) {
    this.view = view
    this.root = view.root
    this.focus = new Focus()
    this.maps = {}
    view.$(".content").innerHTML = `<div class="grid"></div>${bottom}`
    view.$(".switches").addEventListener("click", (event) => {
      const chosen = event.target.closest("[data-change]")
      if (chosen) view.go(JSON.parse(chosen.dataset.change))
    })
    // What a switch does is said while it is pointed at or has the focus.
    for (const event of ["pointerover", "focusin"]) {
      view.$(".switches").addEventListener(event, ({ target }) => this.detail(target.closest("[data-words]")?.dataset.words))
    }
    for (const event of ["pointerleave", "focusout"]) view.$(".switches").addEventListener(event, () => this.detail(""))
  }

  receive(data) {
    this.board = data.board
    this.arrays = data.arrays
    this.columns = Object.fromEntries(data.board.columns.map((column) => [column.symbol, column]))
    const plan = JSON.stringify([data.board.rows, data.board.columns.map(({ symbol, label, rows, columns, layers }) => [symbol, label, rows, columns, layers]), Object.keys(data.board.maps)])
    if (plan !== this.plan) this.lay(plan)
    for (const [name, map] of Object.entries(this.maps)) {
      const { limits, scale } = data.board.maps[name]
      map.receive(this.arrays[name].values, this.columns[map.symbol], limits, scale)
    }
    this.focus.receive(data.board.columns)
    this.words()
  }

  lay(plan) {
    this.plan = plan
    this.view.$(".grid").innerHTML = grid(this.board)
    this.maps = {}
    for (const canvas of this.root.querySelectorAll("canvas[data-map]")) {
      const map = new MapView(canvas)
      this.maps[canvas.dataset.map] = map
      bindPointer(this, map, canvas.dataset.map)
      this.view.resizes?.observe(canvas)
    }
  }

  // ---- pointing: the same cell in every row

  isAhead() {
    return false
  }

  point(map, cell) {
    this.focus.hover = map && { map: map.split(".")[1], cell }
    if (map) this.view.player.takeOver()
    this.view.paint()
  }

  pin(map, cell) {
    this.focus.pin(map.split(".")[1], cell)
    this.view.paint(true)
  }

  release() {
    this.focus.release()
  }

  subject() {
    if (this.focus.pointed) return this.focus.pointed
    const symbol = this.view.stage in this.columns ? this.view.stage : this.board.subject
    return { map: symbol, cell: this.focus.own(symbol) }
  }

  // ---- painting

  words() {
    const { board } = this
    setHTML(this.view.$(".title"), escape(board.title))
    setHTML(this.view.$(".verdict"), escape(board.verdict.text))
    this.view.$(".verdict").className = board.verdict.good === null ? "verdict" : `verdict ${board.verdict.good ? "good" : "bad"}`
    setHTML(this.view.$(".sentence"), board.sentences.map(escape).join("<br>"))
    setHTML(this.view.$(".remark"), escape(this.view.data.remarks[0] ?? ""))
    setHTML(this.view.$(".switches"), board.switches.map(switchGroup).join(""))
    setHTML(this.view.$(".charts"), board.charts.map(({ name, title, words }) => `<figure><figcaption><button type="button" data-open="chart-${name}" title="Open this chart large">${escape(title)}</button></figcaption><canvas data-chart="${name}" role="img" aria-label="${escape(title)}"></canvas><p>${escape(words)}</p></figure>`).join(""))
    for (const { symbol, note, state } of board.columns) {
      setHTML(this.view.$(`[data-note="${symbol}"]`), note)
      this.view.$(`[data-note="${symbol}"]`).dataset.state = state
      this.view.$(`[data-column="${symbol}"]`).dataset.state = state
    }
    this.drawn = false
  }

  draw() {
    const { map: symbol, cell } = this.subject()
    const { flat, layers, label, index } = this.columns[symbol]
    const own = { rows: one(cell[0]), columns: one(flat ? 0 : cell[1]), output: layers > 1 ? cell[2] : null, strong: true }
    for (const map of Object.values(this.maps)) {
      map.marks = map.symbol === symbol ? [own] : []
      map.draw()
    }
    for (const head of this.root.querySelectorAll("[data-column]")) head.classList.toggle("now", head.dataset.column === this.view.stage)
    const lines = this.board.rows
      .filter(({ name }) => this.maps[`${name}.${symbol}`])
      .map(({ name, label }) => `<span>${escape(label.split(",")[0])}</span><b>${number(this.maps[`${name}.${symbol}`].at(cell), 9)}</b>`)
    const along = [...cell]
    const place = index.map((at) => at ?? along.shift()).join(",")
    const name = label.replace(/\[.*/, "")
    setHTML(this.view.$(".numbers"), `<i>${formula(name)}</i>[${place}]<span class="lines">${lines.join("")}</span>`)
    if (!this.drawn) for (const entry of this.board.charts) this.drawn = Boolean(chart(this.view.$(`[data-chart="${entry.name}"]`), entry, this.view.root))
  }

  detail(words) {
    setHTML(this.view.$(".detail"), escape(words ?? ""))
  }

  spoken() {
    return `${this.view.place} ${this.board.title}. ${this.board.verdict.text} ${this.view.$(".numbers").textContent}. Loss ${lossText(this.view.data.loss)}.`
  }
}
