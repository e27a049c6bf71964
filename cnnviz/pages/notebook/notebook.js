// The Notebook page: the exact rule's chain above the notebook's, with their differences in between. Its tabs are the
// story, the experiment with eight switches, and the architecture (cnnviz/pages/notebook).

import { bindChanges, group, tabButton } from "../../view/controls/switches.js"
import { chart as drawChart } from "../../view/draw/chart.js"
import { formula, number, sentence, withSymbols } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { GradientChain, mapCanvas, withoutChannel } from "../../view/shell/gradient_chain.js"
import { difference, html, inner, linesOf, moveFocusByArrows, nothing, render } from "../../view/shell/html.js"
import { Architecture, skeleton } from "./architecture.js"
import { equation, firstScreen, formatPlainly } from "./first_screen.js"
import { field } from "./sets_picture.js"

/** @import { Answer, CauseData, ChartData, DeviationRow, ExperimentData, MarginNote, NotebookData } from "../../view/types/view.js" */
/** @import { NotebookHeader, Place, PrintedData, RepairsData, GradientCard, GradientChainData } from "../../view/types/view.js" */
/** @import { StoryData, SwitchData, TagData, Template, View } from "../../view/types/view.js" */

/**
 * Both lines in full, with the comment after "#" on a line below.
 * @param {DeviationRow} lines
 */
const atLength = ({ notebook, exact }) => {
  const [theirs, ours] = [notebook, exact].map((line) => line.replace(/ {2}# and (then )?/, "\n"))
  return difference(theirs, ours)
}

/** A step as a dot, without its number: numbers on this page are causes. @type {(step: SwitchData, n: number, steps: readonly SwitchData[]) => Template} */
const stepDot = ({ key, words, on, change }, n, steps) =>
  html`<button type="button" data-key=${key} tabindex=${on || (!n && !steps.some((step) => step.on)) ? 0 : -1} aria-pressed=${on} aria-current=${on ? "step" : nothing} title=${words} aria-label=${say("web.notebook.step", { n: n + 1, count: steps.length, title: words })} data-change=${JSON.stringify(change)}></button>`

/** @param {MarginNote} note */
const marginNote = ({ title, formulas, words }) =>
  html`<aside class="note-of"><h2>${say("web.notebook.note", { title })}</h2><p class="formulas" ${inner(formulas.join(" "))}></p><p ${inner(sentence(words))}></p></aside>`

/** @param {StoryData} story */
function prose({ place, is_changed: isChanged, steps, title, paragraphs, repairs, note }) {
  const [last, next] = [steps[place - 2], isChanged ? steps[place - 1] : steps[place]]
  const backSwitch =
    last
    && html`<button type="button" aria-label=${say("web.notebook.before")} title=${say("web.notebook.before")} data-change=${JSON.stringify(last.change)}>‹ ${place - 1}</button>`
  const words = () => (isChanged ? say("web.notebook.to_step", { n: place }) : next.words)
  const goButton =
    next
    && html`<button type="button" class="primary" data-key="story_next" data-change=${JSON.stringify(next.change)}>${words()} ›</button>`
  return html`<div class="dots">${steps.map(stepDot)}<span>${say("web.notebook.place", { n: place, count: steps.length })}</span></div>
    <h1>${title}</h1>${paragraphs.map((words) => html`<p ${inner(sentence(words))}></p>`)}
    ${repairs ? repairTable(repairs) : nothing}<div class="turns">${backSwitch ?? nothing}${goButton ?? nothing}</div>${note ? marginNote(note) : nothing}`
}

const FULL = 8 // largest number of columns with words in their heads

/** The number of a cause. @param {number} n @param {string} [title] */
const badge = (n, title = "") => html`<b class="cause" title=${title || nothing}>${n}</b>`

/**
 * Return the table of a kernel entry with both deviations, without each, and without both.
 * @param {RepairsData} repairs
 */
function repairTable({ entry, before, after, causes }) {
  const cell = (/** @type {number} */ n) =>
    html`<td class=${after[n] === before ? "" : "moves"}>${formatPlainly(before)} → ${formatPlainly(after[n])}</td>`
  const causeHead = (/** @type {CauseData} */ cause, /** @type {string} */ what, /** @type {string} */ scope) =>
    html`<th scope=${scope}>${badge(cause.number, cause.title)} ${say(`web.notebook.${what}`)}</th>`
  const [one, other] = causes
  return html`<table class="fixes"><caption>${say("web.notebook.repair", { entry })}</caption>
    <tr><td></td>${causeHead(one, "in", "col")}${causeHead(one, "fixed", "col")}</tr><tr>${causeHead(other, "in", "row")}${cell(0)}${cell(1)}</tr><tr>${causeHead(other, "fixed", "row")}${cell(2)}${cell(3)}</tr></table>`
}

/** @param {GradientCard} card */
const size = ({ flat, layers }) => (flat ? "flat" : layers > 1 ? "layers" : "")

/**
 * The arrays of both rules, one below the other. In the story, captions say what each map holds, and the causes of the
 * differences are in between.
 * @param {GradientChainData} chain @param {StoryData | null} [story]
 */
function pairs({ rows, cards, maps }, story) {
  const { tags = [], captions = {} } = story ?? {}
  const caption = (/** @type {string} */ name) =>
    name in captions ? html`<span class="caption">${captions[name]}</span>` : nothing
  const row = (/** @type {GradientChainData["rows"][number]} */ { name, label }) =>
    html`<div class="row-label" data-row=${name}>${label}</div>${cards.map((card) => (`${name}.${card.symbol}` in maps ? html`<figure class="map ${size(card)} ${card.state}">${mapCanvas(`${name}.${card.symbol}`)}<figcaption class="limits"><span class="power"></span></figcaption>${caption(`${name}.${card.symbol}`)}</figure>` : html`<span></span>`))}`
  const wideIndex = cards.findIndex(({ symbol }) => tags.some((tag) => tag.symbol === symbol && tag.causes.length > 1))
  const operationTemplate = (/** @type {GradientCard} */ { symbol, note }, /** @type {number} */ n) => {
    if (wideIndex >= 0 && n > wideIndex) return nothing // taken by the sentence where causes meet
    const tag = tags.find((each) => each.symbol === symbol)
    return html`<div class="between" style=${n === wideIndex ? `grid-column: ${n + 2} / -1` : ""}>${tag ? causeTag(tag) : story ? nothing : html`<span class="note">${note}</span>`}</div>`
  }
  const [above, ...others] = rows
  return html`<div class=${cards.length > FULL ? "pairs many" : "pairs"} style=${`--n:${cards.length}`}><span></span>
    ${cards.map(({ symbol, label, operation, state }) => html`<div class="pair-head" data-column=${symbol} data-state=${state === "equal" ? "" : state}><i data-card=${symbol} ${inner(formula(withoutChannel(label)))}></i> <span>${operation}</span></div>`)}
    ${row(above)}${others.length ? html`${story ? html`<span></span>` : html`<button type="button" class="notes-button" popovertarget="notes" aria-label=${say("web.notebook.notes")} title=${say("web.notebook.notes")}>?</button>`}${cards.map(operationTemplate)}${others.map(row)}<p class="meaning" id="notes" popover>${say("web.notebook.meanings")}</p>` : nothing}</div>`
}

/** @param {TagData} tag */
const causeTag = ({ causes, words }) =>
  html`<span class=${causes.length > 1 ? "meet" : "tag"}>${causes.map((n) => badge(n))} ${words}</span>`

/** @param {ChartData} chart */
const chartFigure = ({ name, title, words }) => html`
  <figure><figcaption><button type="button" data-open="chart-${name}" title=${say("web.chart.open")}>${title}</button></figcaption><canvas data-chart=${name} role="img" aria-label=${title}></canvas><p>${words}</p></figure>`

/** Toggle of one deviation, used on the page and in the panel. @param {DeviationRow} row @param {string} [place] */
const toggle = ({ name, cause, on, change, effect }, place = "deviation") =>
  html`<button type="button" class="toggle" data-key=${`${place}_${name}`} aria-pressed=${on} title=${effect} data-change=${JSON.stringify(change)}>${badge(cause.number)}<span>${cause.title}</span><i></i></button>`

/** Both lines without their comments, which are in the tooltip. @param {DeviationRow} row */
const withoutComments = ({ notebook, exact }) => {
  const [theirs, ours] = [notebook, exact].map((line) => line.split("  #")[0])
  return html`<span title="− ${notebook}\n+ ${exact}">${difference(theirs, ours)}</span>`
}

/** Card of a deviation that a step of the story is about: its lines and effect. @param {DeviationRow} row */
const card = (row) => html`<div class="card">${toggle(row)}<div class="code">${withoutComments(row)}</div>
  <p>${row.effect}</p><p class=${row.yes ? "yes" : "soft"}>${row.matters}</p></div>`

/** Card of a deviation in the panel: its lines, effect, and the stages that it changes. @param {DeviationRow} row */
const inSheet = (row) => html`<div class="card">${toggle(row, "switch")}<div class="code">${atLength(row)}</div>
  <p>${row.effect}</p><p class=${row.yes ? "yes" : "soft"}>${row.matters} <small>${row.more}</small></p></div>`

/** @param {PrintedData} printed */
const printedTable = (
  printed,
) => html`<div class="card printed ${printed.agrees ? "good" : "bad"}"><h2>${say("web.notebook.printed")}</h2>
  ${equation(printed.kernels, "→")}<p><b>${printed.agrees ? "✓" : "✗"}</b> ${printed.words}</p></div>`

/** @type {(row: DeviationRow, of: ExperimentData["symbols"][number]) => Template} */
function mark({ flipped, alone }, { symbol, label }) {
  const [now, ring] = [flipped.includes(symbol), alone.includes(symbol)]
  const words = [now ? say("web.notebook.flipped") : "", ring ? say("web.notebook.alone") : ""]
    .filter(Boolean)
    .join("; ")
  return html`<td class="rule-dot${now ? " now-dot" : ""}${ring ? " ring" : ""}" title=${words}><i></i><em ${inner(formula(label))}></em><span class="spoken">${words}</span></td>`
}

/** @type {(experiment: ExperimentData, rows: readonly DeviationRow[]) => Template} */
const table = ({ symbols }, rows) => html`
  <details class="where"><summary>${say("web.notebook.where")}</summary><table class="eight"><thead><tr><th>${say("web.notebook.switch")}</th>${symbols.map(({ label }) => html`<th class="symbol"><i ${inner(formula(label))}></i></th>`)}<th></th></tr></thead>
  <tbody>${rows.map(
    (row) =>
      html`<tr class=${row.on ? "on" : ""}><th scope="row" title="− ${row.notebook}\n+ ${row.exact}">${badge(row.cause.number)} ${row.cause.title}</th>${symbols.map((of) => mark(row, of))}<td class="matters"><small>${row.more}</small></td></tr>`,
  )}</tbody></table>
  <p class="soft">${say("web.notebook.dots")}</p></details>`

/**
 * The result of the experiment: a sentence, the picture of all sets, and the eight switches that choose one.
 * @param {ExperimentData} experiment @param {readonly DeviationRow[]} rows @param {Template} rules
 */
const result = (experiment, rows, rules) => html`<div class="rules-result" tabindex="0">
  <div class="rules-sides">${experiment.sets ? field(experiment.sets, experiment.headline) : nothing}
    <div class="causes"><div class="choose">${rules}<p class="soft">${experiment.sets ? say("web.notebook.sets") : nothing}</p></div>${rows.map((row) => html`<div class="of-cause">${toggle(row)}<span class=${row.yes ? "yes" : "soft"}>${row.matters}</span></div>`)}</div></div>
  ${table(experiment, rows)}</div>`

export class Notebook extends GradientChain {
  /** @override */
  static deviates = true
  /** @type {NotebookData | undefined} */
  notebook = undefined

  /** @param {View} view */
  constructor(view) {
    super(view)
    view.$(".chain-head").insertAdjacentHTML("beforebegin", '<div class="story" tabindex="0"></div>')
    const steps = view.$(".story")
    steps.addEventListener("keydown", (event) => moveFocusByArrows(event, steps.querySelectorAll(".dots button")))
    view.$(".chain-head .views").insertAdjacentHTML("beforebegin", '<div class="calls"></div>')
    view.$(".chain-foot").insertAdjacentHTML("beforebegin", skeleton())
    this.architecture = new Architecture(view)
    bindChanges(view, this.sheet)
  }

  /** Body of the panel of switches. */
  get sheet() {
    return this.view.$("#sheet_switches .sheet-body")
  }

  /** @override @param {Answer} answer */
  receive(answer) {
    const { view } = this
    const { notebook, road: chain } = /** @type {Answer & NotebookHeader} */ (answer)
    this.notebook = notebook
    const { tab, story, architecture, switches } = notebook
    render(
      switches.length ? switches.map(inSheet) : html`<p ${inner(withSymbols(chain.verdict.text))}></p>`,
      this.sheet,
    )
    Object.assign(view.root.dataset, { tab, place: story ? String(story.place) : "" })
    render(story ? (story.place ? prose(story) : firstScreen(story)) : nothing, view.$(".story"))
    render(
      story?.calls.length ? html`<div class="tabs" role="group">${story.calls.map(tabButton)}</div>` : nothing,
      view.$(".calls"),
    )
    if (architecture) this.architecture.receive(architecture, answer.arrays)
    else this.architecture.clear()
    super.receive(answer)
  }

  /** @override @param {GradientChainData} chain */
  layOut(chain) {
    const plan = `${this.view.$(".gradient-chain").clientWidth}`
    if (!this.updatePlan(plan)) return
    render(pairs(chain, this.notebook?.story), this.view.$(".ground"))
    this.below()
    this.keepMaps(chain)
  }

  /** @override */
  below() {
    const { chain, notebook, view } = this
    if (!chain || !notebook) return
    const { story, experiment, switches } = notebook
    const rules = html`<div class="switches">${chain.switches.map(group)}</div>`
    const rowOf = (/** @type {string} */ name) =>
      /** @type {DeviationRow} */ (switches.find((row) => row.name === name))
    const cards = story?.place
      ? html`<div class="panels" tabindex="0">${story.about.map((name) => card(rowOf(name)))}${printedTable(story.printed)}</div>`
      : nothing
    const behindTemplate = html`<div class="behind"><p ${inner(linesOf([...chain.sentences]))}></p><div class="charts">${chain.charts.map(chartFigure)}</div></div>`
    render(
      html`${cards}${experiment ? html`${result(experiment, switches, rules)}${behindTemplate}` : story ? nothing : rules}`,
      view.$(".below"),
    )
    for (const chart of chain.charts)
      drawChart(
        /** @type {HTMLCanvasElement} */ (view.root.querySelector(`[data-chart="${chart.name}"]`)),
        chart,
        view.root,
      )
  }

  /** @override @param {Place} subject */
  words(subject) {
    const { map, cell } = subject
    const values = this.numbersAt(subject)
    const lines = (this.chain?.rows ?? []).filter(({ name }) => name in values)
    const readout = html`<span class="numbers"><i ${inner(formula(this.labelOf(map)))}></i>[${this.indexOf(map, cell)}] <span class="lines">${lines.map(({ name, label }) => html`<span>${label}</span> <b>${number(values[name], 9)}</b> `)}</span></span>`
    render(readout, this.view.$(".told"))
  }

  /** @override */
  draw() {
    super.draw()
    this.architecture.draw()
  }
}
