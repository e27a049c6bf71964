// A board: the same arrays in several versions, one column a stage, one row a version, so that the eye
// finds where they part. What stands on it is data from the server (cnnviz/ui/boards.py).

import { chart } from "../draw/chart.js"
import { MapView } from "../draw/maps.js"
import { escaped, formula, lossText, number } from "../model/format.js"
import { isFlat, isLayered, one } from "../model/links.js"
import { say } from "../model/words.js"
import { LIMITS_LINE, linesOf, setHTML } from "./html.js"
import { Pointable } from "./pointable.js"
import { bindSwitches, fillSwitches } from "./switches.js"

/** @import { BoardColumn, BoardData, BoardHeader, BoardRow, ChartData } from "../types/wire.js" */
/** @import { Answer, Arrays } from "../model/decode.js" */
/** @import { Place } from "../model/focus.js" */
/** @import { View } from "./view.js" */

/** @param {string} symbol */
const size = (symbol) => (isFlat(symbol) ? "flat" : isLayered(symbol) ? "half" : /^d?f/.test(symbol) ? "small" : "")

/** @type {(name: string, symbol: string) => string} */
const figure = (name, symbol) => `
  <figure class="map ${size(symbol)}"><canvas data-map="${name}.${symbol}" tabindex="0" role="img"></canvas>
  ${LIMITS_LINE}</figure>`

/** @param {BoardData} board */
function grid({ rows, columns, maps }) {
  const head = (/** @type {BoardColumn} */ { symbol, label }) =>
    `<div class="head" data-column="${symbol}"><i>${formula(label)}</i></div>`
  const cells = (/** @type {string} */ name) =>
    columns.map(({ symbol }) => (`${name}.${symbol}` in maps ? figure(name, symbol) : "<span></span>")).join("")
  const row = (/** @type {BoardRow} */ { name, label }) =>
    `<div class="row-label" data-row="${name}">${escaped(label)}</div>${cells(name)}`
  return `
  <div class="board" style="--rows:${rows.length};--columns:${columns.length}">
    <span></span>${columns.map(head).join("")}
    ${rows.map(row).join("")}
    <span></span>${columns.map(({ symbol }) => `<div class="note" data-note="${symbol}"></div>`).join("")}
  </div>`
}

const bottom = () => `
  <section class="explain board-words" aria-label="${say("web.frame.explanation")}">
    <div class="text" tabindex="0"><h1 class="title"></h1><p class="verdict"></p><div class="numbers"></div><p class="sentence"></p><p class="detail"></p><div class="remark"></div></div>
    <div class="switches" tabindex="0"></div>
    <div class="charts"></div>
  </section>`

/** @param {ChartData} chart */
const chartFigure = ({ name, title, words }) => `
  <figure><figcaption><button type="button" data-open="chart-${name}" title="${say("web.chart.open")}">${escaped(title)}</button></figcaption><canvas data-chart="${name}" role="img" aria-label="${escaped(title)}"></canvas><p>${escaped(words)}</p></figure>`

export class Board extends Pointable {
  /** @type {Record<string, MapView>} */
  maps = {}
  /** @type {Arrays} */
  arrays = {}
  /** @type {BoardData | undefined} */
  board = undefined
  plan = ""
  drawn = false

  /** @param {View} view */
  constructor(view) {
    super(view)
    view.$(".content").innerHTML = `<div class="grid"></div>${bottom()}`
    // What a switch does is said while it is pointed at or has the focus.
    bindSwitches(view, (words) => setHTML(view.$(".detail"), escaped(words)))
  }

  /** @param {Answer} answer */
  receive(answer) {
    const { board, focus } = /** @type {Answer & BoardHeader} */ (answer)
    const shape = board.unit_shape
    this.board = board
    this.arrays = answer.arrays
    const plan = JSON.stringify([board.rows, board.columns, Object.keys(board.maps)])
    if (plan !== this.plan) this.lay(board, plan)
    for (const [name, map] of Object.entries(this.maps)) {
      const { values, shape: own } = this.arrays[name]
      const { limits, scale } = board.maps[name]
      const [flat, layered] = [isFlat(map.symbol), isLayered(map.symbol)]
      map.receive(values, flat ? [values.length, 1] : layered ? shape : own, layered ? own[1] : 1, limits, scale)
    }
    this.focus.receive(focus, (map) => (map === "f" ? [3, 3] : map === "o" ? [2, 1] : shape))
    this.words(board, answer.remarks[0] ?? "")
  }

  /**
   * @param {BoardData} board
   * @param {string} plan
   */
  lay(board, plan) {
    this.plan = plan
    this.view.$(".grid").innerHTML = grid(board)
    this.maps = {}
    for (const canvas of this.root.querySelectorAll(/** @type {"canvas"} */ ("canvas[data-map]"))) {
      const map = new MapView(canvas)
      this.maps[canvas.dataset.map ?? ""] = map
      this.bind(map, canvas.dataset.map ?? "")
      this.view.resizes.observe(canvas)
    }
  }

  /** @param {string} name */
  symbol(name) {
    return name.split(".")[1]
  }

  /**
   * The same cell in every row.
   * @param {BoardData} board
   * @returns {Place}
   */
  subject({ columns, subject }) {
    if (this.focus.pointed) return this.focus.pointed
    const symbol = columns.some(({ symbol: name }) => name === this.view.stage) ? this.view.stage : subject.symbol
    return { map: symbol, cell: symbol === subject.symbol ? subject.cell : this.focus.own(symbol) }
  }

  // ---- painting

  /**
   * @param {BoardData} board
   * @param {string} remark
   */
  words(board, remark) {
    const { view } = this
    setHTML(view.$(".title"), escaped(board.title))
    setHTML(view.$(".verdict"), escaped(board.verdict.text))
    view.$(".verdict").className = `verdict ${board.verdict.good ? "good" : "bad"}`
    setHTML(view.$(".sentence"), linesOf(board.sentences))
    setHTML(view.$(".remark"), escaped(remark))
    fillSwitches(view, board.switches)
    setHTML(view.$(".charts"), board.charts.map(chartFigure).join(""))
    for (const { symbol, note, state } of board.columns) {
      setHTML(view.$(`[data-note="${symbol}"]`), note)
      view.$(`[data-note="${symbol}"]`).dataset.state = state
      view.$(`[data-column="${symbol}"]`).dataset.state = state
    }
    this.drawn = false
  }

  outdate() {
    this.drawn = false
  }

  draw() {
    const { board, view } = this
    if (!board) return
    const { map: symbol, cell } = this.subject(board)
    const output = isLayered(symbol) ? cell[2] : null
    const own = { rows: one(cell[0]), columns: one(isFlat(symbol) ? 0 : cell[1]), output, strong: true }
    for (const map of Object.values(this.maps)) {
      map.marks = map.symbol === symbol ? [own] : []
      map.draw()
    }
    for (const head of this.root.querySelectorAll(/** @type {"div"} */ ("[data-column]"))) {
      head.classList.toggle("now", head.dataset.column === view.stage)
    }
    const lines = board.rows
      .filter(({ name }) => this.maps[`${name}.${symbol}`])
      .map(({ name, label }) => {
        const value = number(this.maps[`${name}.${symbol}`].at(cell), 9)
        return `<span>${escaped(label.split(",")[0])}</span><b>${value}</b>`
      })
    const label = board.columns.find((column) => column.symbol === symbol)?.label ?? symbol
    const place = isFlat(symbol) ? cell[0] : cell.join(",")
    setHTML(view.$(".numbers"), `<i>${formula(label)}</i>[${place}]<span class="lines">${lines.join("")}</span>`)
    if (this.drawn) return
    for (const entry of board.charts)
      this.drawn = Boolean(chart(view.$(`[data-chart="${entry.name}"]`), entry, view.root))
  }

  spoken() {
    const { board, view } = this
    const numbers = view.$(".numbers").textContent ?? ""
    const [title, verdict] = [board?.title ?? "", board?.verdict.text ?? ""]
    return say("web.spoken.board", { place: view.place, title, verdict, numbers, loss: lossText(view.loss) })
  }
}
