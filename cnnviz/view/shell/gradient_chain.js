// A gradient chain: the gradients of a backward pass as cards from the loss to the image, with the operation on each
// arrow. The server sends the cards (cnnviz/pages/gradient_chain.py), model/layout/chain_layout.js computes their
// boxes, and subclasses fill the area below.

import { actionButton } from "../controls/actions.js"
import { bindChanges, tabButton } from "../controls/switches.js"
import { CardMap } from "../draw/card_map.js"
import { cssZoom } from "../draw/css_zoom.js"
import { singleIndex } from "../model/explain/cell_links.js"
import { layOutChain } from "../model/layout/chain_layout.js"
import { sameAcross } from "../model/layout/large_chart.js"
import { formula, lossText, sentence, withSymbols } from "../model/numbers/format.js"
import { tableOfRow } from "../model/numbers/table_sources.js"
import { ChainFocus } from "../model/state/chain_focus.js"
import { say } from "../model/words.js"
import { bindCells } from "../pointer/cell_pointer.js"
import { html, inner, keyed, moveFocusByArrows, nothing, render, setHTML, setText, svg, TABLE } from "./html.js"
import { Content } from "./page.js"

/** @import { Arrow, Placed, GradientChain as Layout } from "../model/layout/chain_layout.js" */
/** @import { Answer, Arrays, Box, Cell, Place, GradientCard, GradientChainData, GradientChainHeader, SwitchGroup } from "../types/view.js" */
/** @import { Template, View } from "../types/view.js" */

const FRAME = () => `
  <div class="chain-head"><h1 class="title"></h1><div class="views"></div><div class="tabs" role="group" aria-label="${say("web.frame.tabs")}"></div></div>
  <p class="verdict"></p>
  <div class="gradient-chain" tabindex="0" role="group" aria-label="${say("web.road.label")}"><div class="ground"></div></div>
  <div class="below"></div>
  <div class="chain-foot"><p class="remark" tabindex="-1"></p><p class="told"></p><span class="aside"></span>
    <div class="tools">${actionButton("unpin", "", "hidden")}${actionButton("table", TABLE)}</div></div>
  <svg class="leads" aria-hidden="true"></svg>`

/** @param {Box} box */
const boxStyle = ({ x, y, width, height }) => `left:${x}px;top:${y}px;width:${width}px;height:${height}px`

/** Return a canvas for the map of this name. @type {(name: string, style?: string) => Template} */
export const mapCanvas = (name, style = "") =>
  html`<canvas data-map=${name} tabindex="0" role="img" style=${style}></canvas>`

/** Remove the channel from a label, since a cell's index has it. @param {string} label */
export const withoutChannel = (label) => label.replace(/\[.*/, "")

/** Return a group of tabs that switch the view. @param {SwitchGroup} group */
const tabGroup = ({ name, title, options }) =>
  html`<div class="tabs" role="group" data-group=${name} aria-label=${title}><span>${title}</span>${options.map(tabButton)}</div>`

/** @param {Arrow} arrow */
const arrowTemplate = ({ to, points, state }) => {
  const [x, y] = points[points.length - 1]
  return svg`<g class="arrow ${state}" data-arrow=${to}><polyline points=${[...points.slice(0, -1), [x - 8, y]].join(" ")} /><path d=${`M${x - 9} ${y - 5}l9 5l-9 5z`} /></g>`
}

export class GradientChain extends Content {
  /** @override */
  static tabulates = true

  /** @override */
  focus = new ChainFocus()
  /** @type {Record<string, CardMap>} */
  maps = {}
  /** @type {Arrays} */
  arrays = {}
  /** @type {GradientChainData | undefined} */
  chain = undefined
  /** @type {Record<string, GradientCard>} */
  cards = {}
  /** @type {Layout | undefined} */
  layout = undefined
  laid = ""
  shownAt = "" // symbol of the card that was last scrolled into view

  /** @param {View} view */
  constructor(view) {
    super(view)
    view.root.classList.add("chains")
    view.$(".content").innerHTML = FRAME()
    view.$(".chain-head h1").after(view.$(".transport")) // only the update is shown there: cards link to the stages
    bindChanges(view, view.$(".content"))
    view.$(".content").addEventListener("click", ({ target }) => this.clicked(/** @type {Element} */ (target)))
    view
      .$(".content")
      .addEventListener("keydown", (event) => moveFocusByArrows(event, this.root.querySelectorAll("[data-card]")))
    view.$(".gradient-chain").addEventListener("scroll", () => this.drawLeads(), { passive: true })
    view.resizes.observe(view.$(".gradient-chain"))
  }

  /** @param {Element} target */
  clicked(target) {
    const card = /** @type {HTMLElement | null} */ (target.closest("[data-card]"))?.dataset.card
    if (card) this.visit(card)
  }

  /** @override @param {string} name */
  charts(name) {
    const charts = this.chain?.charts ?? []
    const large = charts.find((chart) => `chart-${chart.name}` === name)
    return large
      ? [large, ...charts.filter((chart) => chart !== large && sameAcross(chart, large))]
      : super.charts(name)
  }

  /** Go to a card's stage, or pin its cell if it has no stage. @param {string} symbol */
  visit(symbol) {
    const { view } = this
    const stage = view.data?.stages.find(({ makes }) => makes.includes(symbol))?.symbol
    if (stage === symbol) return view.go({ stage })
    this.pin(symbol, this.focus.own(symbol))
  }

  /** @override @param {Answer} answer */
  receive(answer) {
    const { road: chain } = /** @type {Answer & GradientChainHeader} */ (answer)
    this.chain = chain
    this.arrays = answer.arrays
    this.cards = Object.fromEntries(chain.cards.map((card) => [card.symbol, card]))
    this.focus.receive([...chain.cards.filter(({ symbol }) => symbol === chain.subject), ...chain.cards]) // the subject comes first, since its cell determines the cells of its family
    this.laid = ""
    const { view } = this
    setHTML(view.$(".title"), withSymbols(chain.title))
    setHTML(view.$(".verdict"), withSymbols(chain.verdict.text))
    view.$(".verdict").className =
      { true: "verdict good", false: "verdict bad", null: "verdict" }[`${chain.verdict.good}`] ?? ""
    setHTML(view.$(".remark"), sentence(answer.remarks[0] ?? ""))
    render(chain.views.map(tabGroup), view.$(".chain-head .views"))
    view.$(".chain-head").classList.toggle("choosing", chain.views.length > 0)
    render(chain.tabs.map(tabButton), view.$(".chain-head > .tabs"))
  }

  /** @override */
  invalidate() {
    this.laid = ""
  }

  // ---- layout

  /** Return the name of a card's map, from the first row that has it; "" if none does. @param {string} symbol */
  nameOf(symbol) {
    const row = this.chain?.rows.find(({ name }) => `${name}.${symbol}` in (this.chain?.maps ?? {}))
    const firstRow = this.chain?.rows[0].name
    return row && (row.name === firstRow || !this.cards[symbol].state) ? `${row.name}.${symbol}` : ""
  }

  /** Remember the layout `plan` and return whether it has changed. @param {string} plan */
  updatePlan(plan) {
    const previousLayout = this.laid
    this.laid = plan
    return plan !== previousLayout
  }

  /** @param {GradientChainData} chain */
  layOut(chain) {
    const width = this.view.$(".ground").clientWidth
    const plan = `${width} ${this.settled} ${chain.cards.map(({ symbol, state }) => symbol + state)}`
    if (!width || !this.updatePlan(plan)) return
    this.layout = layOutChain(chain.cards, width)
    const { cards, arrows, height } = this.layout
    const planTemplate = html`<div class="plan" style=${`width:${this.layout.width}px;height:${height}px`}>
      <svg class="arrows" width=${this.layout.width} height=${height} aria-hidden="true">${arrows.map(arrowTemplate)}</svg>
      ${arrows.map((arrow) => this.operation(arrow))}${cards.map((card) => keyed(`${card.symbol} ${this.nameOf(card.symbol)}`, this.card(card)))}</div>`
    render(planTemplate, this.view.$(".ground"))
    this.below()
    this.keepMaps(chain)
    this.shownAt = ""
  }

  /** @param {Arrow} arrow */
  operation({ to, words, above, state }) {
    const { operation, slip } = this.cards[to]
    return html`<span class="operation ${above ? "over" : ""} ${state}" style=${boxStyle(words)}><span ${inner(withSymbols(slip || operation))}></span></span>`
  }

  /** @param {Placed} placed */
  card({ symbol, box, map, beside }) {
    if (symbol === "L")
      return html`<div class="card loss" style=${boxStyle(box)}><i>L</i><b></b><span>${say("web.road.loss")}</span></div>`
    const { state, note } = this.cards[symbol]
    const label = this.labelOf(symbol)
    const name = this.nameOf(symbol)
    const reason = state ? `${say(`web.check.reasons.${state}`)} ${note}`.trim() : ""
    return html`<figure class="map card ${beside ? "beside" : ""}" data-column=${symbol} data-state=${state} style=${boxStyle(box)}>
      <button type="button" data-card=${symbol}><i ${inner(formula(label))}></i></button>
      <span class="state" title=${reason}>${state ? say(`web.check.states.${state}`) : ""}</span><span class="limits"><span class="power"></span></span>
      ${name ? mapCanvas(name, boxStyle(map)) : html`<span class="hatched" style=${boxStyle(map)}></span>`}</figure>`
  }

  /** Render what the page shows below the chain. */
  below() {}

  /**
   * Create and fill the maps on the cards and below them, and reuse existing ones.
   * @param {GradientChainData} chain
   */
  keepMaps(chain) {
    const previousMaps = this.maps
    this.maps = {}
    for (const canvas of this.root.querySelectorAll(
      /** @type {"canvas"} */ (".ground canvas[data-map], .below canvas[data-map]"),
    )) {
      const name = canvas.dataset.map ?? ""
      const map = previousMaps[name]?.canvas === canvas ? previousMaps[name] : this.bindMap(new CardMap(canvas))
      const source = name.replace(/^large\./, "")
      const { limits, scale } = chain.maps[source]
      map.receive(this.arrays[source].values, this.cards[map.symbol], limits, scale)
      this.maps[name] = map
    }
  }

  /** Make a map's cells selectable by pointer and keyboard, and return the map. @param {CardMap} map */
  bindMap(map) {
    const { canvas, symbol } = map
    bindCells(this, {
      canvas,
      area: canvas,
      symbol,
      open: () => map.received,
      at: (x, y) => map.cell(x, y),
      neighbour: (cell, down, right) => (map.flat ? map.move([cell[0], 0], down, 0) : map.move(cell, down, right)),
    })
    return map
  }

  // ---- selection

  /** @returns {Place} */
  get subject() {
    if (this.focus.pointed) return this.focus.pointed
    const symbol = this.settled
    return { map: symbol, cell: this.focus.own(symbol) }
  }

  /** Symbol of the array to describe while the pointer is elsewhere. */
  get settled() {
    const stage = this.view.stage === "update" ? "f_next" : this.view.stage
    return this.focus.pinned?.map ?? (stage in this.cards ? stage : (this.chain?.subject ?? ""))
  }

  /** Return the index of a cell as text, such as "0,3,2". @param {string} symbol @param {Cell} cell */
  indexOf(symbol, cell) {
    const neighbour = [...cell]
    return this.cards[symbol].index.map((fixed) => fixed ?? neighbour.shift()).join(",")
  }

  /** Return a card's label without its channel, since the cell's index has it. @param {string} symbol */
  labelOf(symbol) {
    return withoutChannel(this.cards[symbol].label)
  }

  /** Return each row's number at a cell, by the row's name. @param {Place} place @returns {Record<string, number>} */
  numbersAt({ map, cell }) {
    const card = this.cards[map]
    const offset =
      (cell[0] * (card.flat ? 1 : card.columns) + (card.flat ? 0 : (cell[1] ?? 0))) * card.layers + (cell[2] ?? 0)
    const rows = (this.chain?.rows ?? []).filter(({ name }) => `${name}.${map}` in (this.chain?.maps ?? {}))
    return Object.fromEntries(rows.map(({ name }) => [name, this.arrays[`${name}.${map}`].values[offset]]))
  }

  // ---- painting

  /** @override */
  draw() {
    const { chain, view } = this
    if (!chain) return
    this.layOut(chain)
    const { map: symbol, cell } = this.subject
    const { flat, layers } = this.cards[symbol]
    const position = flat ? [cell[0], 0] : layers > 1 ? cell : cell.slice(0, 2)
    for (const map of Object.values(this.maps)) {
      map.marks = map.symbol === symbol ? [{ ranges: position.map(singleIndex), strong: true }] : []
      map.draw()
    }
    const loss = view.root.querySelector(".card.loss b")
    if (loss) setText(loss, Number.isFinite(view.loss) ? lossText(view.loss) : "")
    view.control("unpin").hidden = !this.focus.pinned
    for (const card of this.root.querySelectorAll(/** @type {"figure"} */ ("[data-column]")))
      card.classList.toggle("now", card.dataset.column === symbol)
    this.setTabStop()
    this.words(this.subject)
    this.reveal(chain)
    this.drawLeads()
  }

  /** Make the settled card, or the first one, the chain's only tab stop: its name and its maps. */
  setTabStop() {
    const ground = this.view.$(".ground")
    const maps = Object.values(this.maps).filter(({ canvas }) => ground.contains(canvas))
    const current = maps.find(({ symbol }) => symbol === this.settled) ?? maps[0]
    for (const { canvas, symbol } of maps) canvas.tabIndex = symbol === current.symbol ? 0 : -1
    for (const name of ground.querySelectorAll(/** @type {"button"} */ ("[data-card]")))
      name.tabIndex = name.dataset.card === current?.symbol ? 0 : -1
  }

  /** Render the sentence about a cell. @param {Place} _subject */
  words(_subject) {}

  /**
   * Scroll the chain to the selected card. Pages that compare gradients open at the first wrong card, or else at the
   * loss, where the backward pass begins.
   * @param {GradientChainData} chain
   */
  reveal(chain) {
    const firstWrong = chain.cards.find(({ state }) => state === "first")?.symbol
    const subject = this.focus.hover ? this.shownAt : this.subject.map
    if (subject === this.shownAt) return
    const opens = !this.shownAt && this.view.kind.checks
    this.shownAt = subject
    if (opens && !firstWrong && !this.focus.pinned && subject === chain.subject) return
    const symbol = (opens && firstWrong) || subject
    const area = this.view.$(".gradient-chain")
    const [card, own] = [area.querySelector(`[data-column="${symbol}"]`), area].map((each) =>
      each?.getBoundingClientRect(),
    )
    if (card && own) area.scrollLeft += (card.left + card.right - own.left - own.right) / 2 / cssZoom(area)
  }

  /** Return the visible part of a card's box, or undefined if it is scrolled out of view. @param {string} symbol */
  boxOf(symbol) {
    const box = this.layout?.cards.find((card) => card.symbol === symbol)?.box
    const area = this.view.$(".gradient-chain")
    if (!box) return undefined
    const leftEdge = Math.max(box.x - area.scrollLeft, 0)
    const rightEdge = Math.min(box.x + box.width - area.scrollLeft, area.clientWidth)
    if (rightEdge - leftEdge < 10) return undefined
    return { x: area.offsetLeft + leftEdge, y: area.offsetTop + box.y, width: rightEdge - leftEdge, height: box.height }
  }

  /** Draw the lines from the chain to the area below it. */
  drawLeads() {
    render(this.leads(), this.view.$(".leads"))
  }

  /** @returns {Template | typeof nothing} */
  leads() {
    return nothing
  }

  /** @override */
  tables() {
    const { chain } = this
    if (!chain) return super.tables()
    const entries = chain.rows.flatMap((row) =>
      chain.cards.filter(({ symbol }) => `${row.name}.${symbol}` in chain.maps).map((card) => ({ row, card })),
    )
    const { map } = this.subject
    const sources = entries.map(({ row, card }) =>
      tableOfRow(row, card, this.arrays[`${row.name}.${card.symbol}`].values, chain.maps[`${row.name}.${card.symbol}`]),
    )
    const firstIndex = entries.findIndex(({ card }) => card.symbol === map)
    return { sources, first: Math.max(firstIndex, 0) }
  }

  /** @override */
  spoken() {
    const { chain, view } = this
    const element = /** @type {HTMLElement | null} */ (view.root.querySelector(".numbers"))
    // biome-ignore lint/performance/useDomNodeTextContent: words that stand apart are said apart
    const numbers = element?.innerText.replace(/\s+/g, " ") ?? ""
    const verdict = [chain?.verdict.text, numbers && `${numbers}.`].filter(Boolean).join(" ")
    return say("web.spoken.board", { place: view.place, title: chain?.title ?? "", verdict, loss: lossText(view.loss) })
  }
}
