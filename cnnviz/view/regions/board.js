// A board: the same arrays in several versions, one column a stage, one row a version, so that the eye
// finds where they part. What stands on it is data from the server (cnnviz/pages/boards.py).

import { chart } from "../draw/chart.js"
import { MapView } from "../draw/maps.js"
import { isUntold } from "../model/colour.js"
import { Focus } from "../model/focus.js"
import { escaped, formula, lossText, number, sentence } from "../model/format.js"
import { one } from "../model/links.js"
import { tableOfRow } from "../model/tables.js"
import { say } from "../model/words.js"
import { actionButton } from "./actions.js"
import { bindCells } from "./cell_pointer.js"
import { html, inner, keyed, LIMITS_LINE, linesOf, nothing, render, setHTML, setText, TABLE } from "./html.js"
import { Content } from "./page.js"
import { bindSwitches, fillSwitches, tabsOf } from "./switches.js"

/** @import { BoardColumn, BoardData, BoardHeader, BoardRow, ChartData } from "../types/wire.js" */
/** @import { Answer, Arrays } from "../model/decode.js" */
/** @import { Place } from "../model/focus.js" */
/** @import { Template } from "./html.js" */
/** @import { View } from "./lesson_view.js" */

const FEW = 7 // rows up to which a map is drawn smaller than the others

/** @param {BoardColumn} column */
const size = ({ flat, layers, rows, columns }) =>
  flat ? "flat" : layers > 1 ? "half" : Math.max(rows, columns) <= FEW ? "small" : ""

/** @type {(name: string, column: BoardColumn) => Template} */
const figure = (name, column) => html`
  <figure class="map ${size(column)}"><canvas data-map="${name}.${column.symbol}" tabindex="0" role="img"></canvas>
  ${LIMITS_LINE}</figure>`

/** @param {BoardData} board */
function grid({ rows, columns, maps }) {
  const head = (/** @type {BoardColumn} */ { symbol, label }) =>
    html`<div class="head" data-column=${symbol}><i ${inner(formula(label))}></i></div>`
  const cells = (/** @type {string} */ name) =>
    columns.map((column) => (`${name}.${column.symbol}` in maps ? figure(name, column) : html`<span></span>`))
  const row = (/** @type {BoardRow} */ { name, label }) =>
    html`<div class="row-label" data-row=${name}>${label}</div>${cells(name)}`
  return html`
  <div class="board" style="--rows:${rows.length};--columns:${columns.length}">
    <span></span>${columns.map(head)}
    ${rows.map(row)}
    <span></span>${columns.map(({ symbol }) => html`<div class="note" data-note=${symbol}></div>`)}
    ${columns.map(({ symbol }, n) => html`<i class="lane" data-lane=${symbol} style="grid-column:${n + 2} / ${n + 3}"></i>`)}
  </div>`
}

const top = () => `
  <div class="board-top"><div class="tabs" role="group" aria-label="${say("web.frame.tabs")}"></div>
    <div class="head-line"><h1 class="title"></h1><p class="verdict"></p></div><div class="legend"></div></div>`

/** @param {string} more */
const bottom = (more) => `
  <section class="explain board-words" aria-label="${say("web.frame.explanation")}">
    <div class="text" tabindex="0"><div class="numbers"></div><p class="sentence"></p><p class="detail"></p>${more}<div class="remark"></div><div class="tools">${actionButton("unpin", "", "hidden")}${actionButton("table", TABLE)}</div></div>
    <div class="switches" tabindex="0"></div>
    <div class="charts"></div>
  </section>`

/** @param {ChartData} chart */
const chartFigure = ({ name, title, words }) => html`
  <figure><figcaption><button type="button" data-open="chart-${name}" title=${say("web.chart.open")}>${title}</button></figcaption><canvas data-chart=${name} role="img" aria-label=${title}></canvas><p>${words}</p></figure>`

export class Board extends Content {
  /** @override */
  static tabulates = true

  /** @override */
  focus = new Focus()
  /** @type {Record<string, MapView>} */
  maps = {}
  /** @type {Arrays} */
  arrays = {}
  /** @type {BoardData | undefined} */
  board = undefined
  /** @type {Record<string, BoardColumn>} */
  columns = {}
  plan = ""
  drawn = false

  /** @param {View} view */
  constructor(view) {
    super(view)
    view.$(".content").innerHTML = `${top()}<div class="grid"></div>${bottom(this.more)}`
    // What a switch does is said while it is pointed at or has the focus.
    bindSwitches(view, (words) => setText(view.$(".detail"), words))
  }

  /** What stands besides, under the sentences. */
  get more() {
    return ""
  }

  /** @override @param {Answer} answer */
  receive(answer) {
    const { board } = /** @type {Answer & BoardHeader} */ (answer)
    this.board = board
    this.arrays = answer.arrays
    this.columns = Object.fromEntries(board.columns.map((column) => [column.symbol, column]))
    const laid = board.columns.map(({ label, rows, columns, layers }) => [label, rows, columns, layers])
    const plan = JSON.stringify([board.rows, laid, Object.keys(board.maps)])
    if (plan !== this.plan) this.lay(board, plan)
    for (const [name, map] of Object.entries(this.maps)) {
      const { limits, scale } = board.maps[name]
      map.receive(this.arrays[name].values, this.columns[map.symbol], limits, scale)
    }
    this.focus.receive(board.columns)
    this.words(board, answer)
  }

  /**
   * @param {BoardData} board
   * @param {string} plan
   */
  lay(board, plan) {
    this.plan = plan
    render(keyed(plan, grid(board)), this.view.$(".grid"))
    this.maps = {}
    for (const canvas of this.root.querySelectorAll(/** @type {"canvas"} */ (".grid canvas[data-map]"))) {
      const map = new MapView(canvas)
      this.maps[canvas.dataset.map ?? ""] = map
      this.bind(map)
      this.view.resizes.observe(canvas)
    }
  }

  /**
   * Lets a map be pointed at.
   * @param {MapView} map
   */
  bind(map) {
    const { canvas, symbol } = map
    bindCells(this, {
      canvas,
      area: canvas,
      symbol,
      open: () => map.received,
      at: (x, y) => map.cell(x, y),
      neighbour: (cell, down, right) => (map.flat ? map.move([cell[0], 0], down, 0) : map.move(cell, down, right)),
    })
  }

  /**
   * The same cell in every row.
   * @param {BoardData} board
   * @returns {Place}
   */
  subject({ subject }) {
    if (this.focus.pointed) return this.focus.pointed
    const stage = this.shown(this.view.stage)
    const symbol = stage in this.columns ? stage : subject
    return { map: symbol, cell: this.focus.own(symbol) }
  }

  /**
   * The column of a stage.
   * @param {string} stage
   */
  shown(stage) {
    return stage === "update" ? "f_next" : stage
  }

  // ---- painting

  /** The curves beside the words. @param {Answer} answer */
  charts(answer) {
    return /** @type {Answer & BoardHeader} */ (answer).board.charts
  }

  /** What stands before them. @param {Answer} _answer @returns {Template | typeof nothing} */
  before(_answer) {
    return nothing
  }

  /** And after them. @param {Answer} _answer @returns {Template | typeof nothing} */
  after(_answer) {
    return nothing
  }

  /**
   * @param {BoardData} board
   * @param {Answer} answer
   */
  words(board, answer) {
    const { view } = this
    setText(view.$(".title"), board.title)
    setText(view.$(".verdict"), board.verdict.text)
    view.$(".verdict").className =
      { true: "verdict good", false: "verdict bad", null: "verdict" }[`${board.verdict.good}`] ?? ""
    setHTML(view.$(".sentence"), linesOf(board.sentences))
    setHTML(view.$(".remark"), sentence(answer.remarks[0] ?? ""))
    render(board.tabs.map(tabsOf), view.$(".tabs"))
    fillSwitches(view, board.switches)
    render([this.before(answer), this.charts(answer).map(chartFigure), this.after(answer)], view.$(".charts"))
    for (const { symbol, note, state } of board.columns) {
      setHTML(view.$(`[data-note="${symbol}"]`), note)
      view.$(`[data-note="${symbol}"]`).dataset.state = state
      view.$(`[data-column="${symbol}"]`).dataset.state = state
      view.$(`[data-lane="${symbol}"]`).dataset.state = state
    }
    this.drawn = false
  }

  /** @override */
  outdate() {
    this.drawn = false
  }

  /** @override */
  draw() {
    const { board, view } = this
    if (!board) return
    const { map: symbol, cell } = this.subject(board)
    const { flat, layers, index, label } = this.columns[symbol]
    const place = flat ? [cell[0], 0] : layers > 1 ? cell : cell.slice(0, 2)
    const own = { ranges: place.map(one), strong: true }
    for (const map of Object.values(this.maps)) {
      map.marks = map.symbol === symbol ? [own] : []
      map.draw()
    }
    view.control("unpin").hidden = !this.focus.pinned
    view.$(".explain").classList.toggle("pinned", Boolean(this.focus.pinned))
    for (const head of this.root.querySelectorAll(/** @type {"div"} */ ("[data-column]"))) {
      const now = head.dataset.column === this.shown(view.stage)
      if (now && !head.classList.contains("now")) this.reveal(head)
      head.classList.toggle("now", now)
    }
    const lines = board.rows
      .filter(({ name }) => this.maps[`${name}.${symbol}`])
      .map(({ name, label }) => {
        const { scale } = board.maps[`${name}.${symbol}`]
        const at = this.maps[`${name}.${symbol}`].at(cell)
        const value = isUntold(at, scale) ? "–" : number(at, 9)
        return `<span>${escaped(label.split(",")[0])}</span><b>${value}</b>`
      })
    const along = [...cell]
    const indices = index.map((at) => at ?? along.shift()).join(",")
    const name = label.replace(/\[.*/, "") // without the channel, which the place says
    setHTML(view.$(".numbers"), `<i>${formula(name)}</i>[${indices}]<span class="lines">${lines.join("")}</span>`)
    if (this.drawn) return
    for (const entry of board.charts)
      this.drawn = Boolean(chart(view.$(`[data-chart="${entry.name}"]`), entry, view.root))
  }

  /**
   * Where the columns need more room than there is, that of the stage is brought into sight.
   * @param {HTMLElement} head
   */
  reveal(head) {
    const grid = this.view.$(".grid")
    const [own, all] = [head, grid].map((element) => element.getBoundingClientRect())
    if (own.left < all.left || own.right > all.right)
      grid.scrollLeft = head.offsetLeft - grid.offsetLeft - grid.clientWidth / 2 + head.clientWidth / 2
  }

  /** @override */
  tables() {
    const { board } = this
    if (!board) return super.tables()
    const found = board.rows.flatMap((row) =>
      board.columns.filter(({ symbol }) => `${row.name}.${symbol}` in this.maps).map((column) => ({ row, column })),
    )
    const { map } = this.subject(board)
    const sources = found.map(({ row, column }) =>
      tableOfRow(row, column, this.arrays[`${row.name}.${column.symbol}`].values),
    )
    return {
      sources,
      first: Math.max(
        0,
        found.findIndex(({ column }) => column.symbol === map),
      ),
    }
  }

  /** @override */
  spoken() {
    const { board, view } = this
    const numbers = view.$(".numbers").textContent ?? ""
    const [title, verdict] = [board?.title ?? "", board?.verdict.text ?? ""]
    return say("web.spoken.board", { place: view.place, title, verdict, numbers, loss: lossText(view.loss) })
  }
}
