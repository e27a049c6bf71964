// A chain: the gradients of a backward pass as cards from the loss to the image, with the operation on each arrow. What stands
// on it is data from the server (cnnviz/pages/gradient_chain.py), where it lies model/layout/chain_layout.js; a page says what stands below it.

import { actionButton } from "../controls/actions.js"
import { bindChanges, tabsOf } from "../controls/switches.js"
import { CardMap } from "../draw/card_map.js"
import { one } from "../model/explain/cell_links.js"
import { layChain } from "../model/layout/chain_layout.js"
import { sameAcross } from "../model/layout/large_chart.js"
import { formula, lossText, sentence, withSymbols } from "../model/numbers/format.js"
import { tableOfRow } from "../model/numbers/table_sources.js"
import { ChainFocus } from "../model/state/chain_focus.js"
import { say } from "../model/words.js"
import { bindCells } from "../pointer/cell_pointer.js"
import { html, inner, keyed, nothing, render, setHTML, setText, svg, TABLE } from "./html.js"
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
const at = ({ x, y, width, height }) => `left:${x}px;top:${y}px;width:${width}px;height:${height}px`

/** A map with the name under which the page keeps it. @type {(name: string, style?: string) => Template} */
export const mapOf = (name, style = "") =>
  html`<canvas data-map=${name} tabindex="0" role="img" style=${style}></canvas>`

/** A label without its channel, which the index of a cell says. @param {string} label */
export const withoutChannel = (label) => label.replace(/\[.*/, "")

/** A choice of what is looked at. @param {SwitchGroup} group */
const choices = ({ name, title, options }) =>
  html`<div class="tabs" role="group" data-group=${name} aria-label=${title}><span>${title}</span>${options.map(tabsOf)}</div>`

/** @param {Arrow} arrow */
const arrowLine = ({ to, points, state }) => {
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
  shownAt = "" // what was spoken of when a card was brought into sight last

  /** @param {View} view */
  constructor(view) {
    super(view)
    view.root.classList.add("chains")
    view.$(".content").innerHTML = FRAME()
    view.$(".chain-head h1").after(view.$(".transport")) // of which the update alone is seen: cards lead from stage to stage
    bindChanges(view, view.$(".content"))
    view.$(".content").addEventListener("click", ({ target }) => this.clicked(/** @type {Element} */ (target)))
    view.$(".gradient-chain").addEventListener("scroll", () => this.lead(), { passive: true })
    view.resizes.observe(view.$(".gradient-chain"))
  }

  /** @param {Element} target */
  clicked(target) {
    const card = /** @type {HTMLElement | null} */ (target.closest("[data-card]"))?.dataset.card
    if (card) this.visit(card)
  }

  /** @override @param {string} name */
  charts(name) {
    const all = this.chain?.charts ?? []
    const large = all.find((chart) => `chart-${chart.name}` === name)
    return large ? [large, ...all.filter((chart) => chart !== large && sameAcross(chart, large))] : super.charts(name)
  }

  /** A card's name leads to its stage, or, where it has none, to its cell. @param {string} symbol */
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
    this.focus.receive([...chain.cards.filter(({ symbol }) => symbol === chain.subject), ...chain.cards]) // its cell is that of its family
    this.laid = ""
    const { view } = this
    setHTML(view.$(".title"), withSymbols(chain.title))
    setHTML(view.$(".verdict"), withSymbols(chain.verdict.text))
    view.$(".verdict").className =
      { true: "verdict good", false: "verdict bad", null: "verdict" }[`${chain.verdict.good}`] ?? ""
    setHTML(view.$(".remark"), sentence(answer.remarks[0] ?? ""))
    render(chain.views.map(choices), view.$(".chain-head .views"))
    view.$(".chain-head").classList.toggle("choosing", chain.views.length > 0)
    render(chain.tabs.map(tabsOf), view.$(".chain-head > .tabs"))
  }

  /** @override */
  outdate() {
    this.laid = ""
  }

  // ---- the chain

  /** The name of a card's map: that of the first version that has it. @param {string} symbol */
  nameOf(symbol) {
    const row = this.chain?.rows.find(({ name }) => `${name}.${symbol}` in (this.chain?.maps ?? {}))
    const first = this.chain?.rows[0].name
    return row && (row.name === first || !this.cards[symbol].state) ? `${row.name}.${symbol}` : ""
  }

  /** Tells whether what lies on the page is to be laid out anew. @param {string} plan */
  isNew(plan) {
    const before = this.laid
    this.laid = plan
    return plan !== before
  }

  /** @param {GradientChainData} chain */
  lay(chain) {
    const width = this.view.$(".ground").clientWidth
    const plan = `${width} ${this.settled} ${chain.cards.map(({ symbol, state }) => symbol + state)}`
    if (!width || !this.isNew(plan)) return
    this.layout = layChain(chain.cards, width)
    const { cards, arrows, height } = this.layout
    const ground = html`<div class="plan" style=${`width:${this.layout.width}px;height:${height}px`}>
      <svg class="arrows" width=${this.layout.width} height=${height} aria-hidden="true">${arrows.map(arrowLine)}</svg>
      ${arrows.map((arrow) => this.operation(arrow))}${cards.map((card) => keyed(`${card.symbol} ${this.nameOf(card.symbol)}`, this.card(card)))}</div>`
    render(ground, this.view.$(".ground"))
    this.below()
    this.keepMaps(chain)
    this.shownAt = ""
  }

  /** @param {Arrow} arrow */
  operation({ to, words, above, state }) {
    const { operation, slip } = this.cards[to]
    return html`<span class="operation ${above ? "over" : ""} ${state}" style=${at(words)}><span ${inner(withSymbols(slip || operation))}></span></span>`
  }

  /** @param {Placed} placed */
  card({ symbol, box, map, beside }) {
    if (symbol === "L")
      return html`<div class="card loss" style=${at(box)}><i>L</i><b></b><span>${say("web.road.loss")}</span></div>`
    const { state, note } = this.cards[symbol]
    const label = this.labelOf(symbol)
    const name = this.nameOf(symbol)
    const why = state ? `${say(`web.check.reasons.${state}`)} ${note}`.trim() : ""
    return html`<figure class="map card ${beside ? "beside" : ""}" data-column=${symbol} data-state=${state} style=${at(box)}>
      <button type="button" data-card=${symbol}><i ${inner(formula(label))}></i></button>
      <span class="state" title=${why}>${state ? say(`web.check.states.${state}`) : ""}</span><span class="limits"><span class="power"></span></span>
      ${name ? mapOf(name, at(map)) : html`<span class="hatched" style=${at(map)}></span>`}</figure>`
  }

  /** What stands below the chain. */
  below() {}

  /** The maps that stand on the page now, on cards and below them. @param {GradientChainData} chain */
  keepMaps(chain) {
    const known = this.maps
    this.maps = {}
    for (const canvas of this.root.querySelectorAll(
      /** @type {"canvas"} */ (".ground canvas[data-map], .below canvas[data-map]"),
    )) {
      const name = canvas.dataset.map ?? ""
      const map = known[name]?.canvas === canvas ? known[name] : this.bound(new CardMap(canvas))
      const from = name.replace(/^large\./, "")
      const { limits, scale } = chain.maps[from]
      map.receive(this.arrays[from].values, this.cards[map.symbol], limits, scale)
      this.maps[name] = map
    }
  }

  /** Lets a map be pointed at. @param {CardMap} map */
  bound(map) {
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

  // ---- what is spoken of

  /** @returns {Place} */
  get subject() {
    if (this.focus.pointed) return this.focus.pointed
    const symbol = this.settled
    return { map: symbol, cell: this.focus.own(symbol) }
  }

  /** The array that is spoken of while nothing is pointed at. */
  get settled() {
    const stage = this.view.stage === "update" ? "f_next" : this.view.stage
    return this.focus.pinned?.map ?? (stage in this.cards ? stage : (this.chain?.subject ?? ""))
  }

  /** The index of a cell, as people write it. @param {string} symbol @param {Cell} cell */
  indexOf(symbol, cell) {
    const along = [...cell]
    return this.cards[symbol].index.map((fixed) => fixed ?? along.shift()).join(",")
  }

  /** A symbol without its channel, which the index says. @param {string} symbol */
  labelOf(symbol) {
    return withoutChannel(this.cards[symbol].label)
  }

  /** Each version's number at a cell, by the version's name. @param {Place} place @returns {Record<string, number>} */
  numbersAt({ map, cell }) {
    const card = this.cards[map]
    const place =
      (cell[0] * (card.flat ? 1 : card.columns) + (card.flat ? 0 : (cell[1] ?? 0))) * card.layers + (cell[2] ?? 0)
    const has = (this.chain?.rows ?? []).filter(({ name }) => `${name}.${map}` in (this.chain?.maps ?? {}))
    return Object.fromEntries(has.map(({ name }) => [name, this.arrays[`${name}.${map}`].values[place]]))
  }

  // ---- painting

  /** @override */
  draw() {
    const { chain, view } = this
    if (!chain) return
    this.lay(chain)
    const { map: symbol, cell } = this.subject
    const { flat, layers } = this.cards[symbol]
    const place = flat ? [cell[0], 0] : layers > 1 ? cell : cell.slice(0, 2)
    for (const map of Object.values(this.maps)) {
      map.marks = map.symbol === symbol ? [{ ranges: place.map(one), strong: true }] : []
      map.draw()
    }
    const loss = view.root.querySelector(".card.loss b")
    if (loss) setText(loss, Number.isFinite(view.loss) ? lossText(view.loss) : "")
    view.control("unpin").hidden = !this.focus.pinned
    for (const card of this.root.querySelectorAll(/** @type {"figure"} */ ("[data-column]")))
      card.classList.toggle("now", card.dataset.column === symbol)
    this.words(this.subject)
    this.reveal(chain)
    this.lead()
  }

  /** Gives what is said of a cell. @param {Place} _subject */
  words(_subject) {}

  /** Scrolls a chain that is wider than its box to the card that is spoken of, and where one looks for what is wrong to that at first. @param {GradientChainData} chain */
  reveal(chain) {
    const first = this.view.kind.checks && chain.cards.find(({ state }) => state === "first")?.symbol
    const subject = this.focus.hover ? this.shownAt : this.subject.map
    if (subject === this.shownAt) return
    const symbol = this.shownAt || !first ? subject : first
    this.shownAt = subject
    const area = this.view.$(".gradient-chain")
    const [card, own] = [area.querySelector(`[data-column="${symbol}"]`), area].map((each) =>
      each?.getBoundingClientRect(),
    )
    if (card && own) area.scrollLeft += (card.left + card.right - own.left - own.right) / 2 / area.currentCSSZoom
  }

  /** Finds where a card lies on the page, as far as it is in sight. @param {string} symbol */
  boxOf(symbol) {
    const box = this.layout?.cards.find((card) => card.symbol === symbol)?.box
    const area = this.view.$(".gradient-chain")
    if (!box) return undefined
    const left = Math.max(box.x - area.scrollLeft, 0)
    const right = Math.min(box.x + box.width - area.scrollLeft, area.clientWidth)
    if (right - left < 10) return undefined
    return { x: area.offsetLeft + left, y: area.offsetTop + box.y, width: right - left, height: box.height }
  }

  /** Lines from the chain to what stands below it. */
  lead() {
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
    const found = chain.rows.flatMap((row) =>
      chain.cards.filter(({ symbol }) => `${row.name}.${symbol}` in chain.maps).map((card) => ({ row, card })),
    )
    const { map } = this.subject
    const sources = found.map(({ row, card }) =>
      tableOfRow(row, card, this.arrays[`${row.name}.${card.symbol}`].values, chain.maps[`${row.name}.${card.symbol}`]),
    )
    const first = found.findIndex(({ card }) => card.symbol === map)
    return { sources, first: Math.max(first, 0) }
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
