// The Notebook page: the exact rule's chain above the notebook's, with their differences in between. Its tabs are the
// story, the experiment with eight switches, the architecture and the theory (cnnviz/pages/notebook).

import { bindChanges, group, tabButton } from "../../view/controls/switches.js"
import { chart as drawChart } from "../../view/draw/chart.js"
import { formula, number, sentence, withSymbols } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { GradientChain, mapCanvas, withoutChannel } from "../../view/shell/gradient_chain.js"
import { difference, html, inner, linesOf, nothing, render } from "../../view/shell/html.js"
import { Architecture, skeleton } from "./architecture.js"

/** @import { Answer, ChartData, DeviationRow, ExperimentData, NotebookData } from "../../view/types/view.js" */
/** @import { NotebookHeader, Place, PrintedData, RepairsData, GradientCard, GradientChainData } from "../../view/types/view.js" */
/** @import { SetsData, StoryData, SwitchData, TagData, Template, TheoryData, TheoryLines, TheorySection, View } from "../../view/types/view.js" */

/**
 * Both lines in full, with the comment after "#" on a line below.
 * @param {Pick<TheoryLines, "notebook" | "exact">} lines
 */
const atLength = ({ notebook, exact }) => {
  const [theirs, ours] = [notebook, exact].map((line) => line.replace(/ {2}# and (then )?/, "\n"))
  return difference(theirs, ours)
}

/** @param {TheorySection} section */
const chapter = ({ title, formulas, words }) =>
  html`<section><h2>${title}</h2><p class="formulas" ${inner(formulas.join(" "))}></p><p ${inner(sentence(words))}></p></section>`

/** @param {TheoryLines} deviation */
const bothLines = ({ title, words, ...both }) =>
  html`<div><dt>${title} <span>${words}</span></dt><dd class="code">${atLength(both)}</dd></div>`

/** @param {TheoryData} data */
const theory = ({ sections, deviations }) =>
  html`<div class="sections">${sections.map(chapter)}</div><section class="deviations"><h2>${say("ui.notebook.theory.deviations")}</h2><dl>${deviations.map(bothLines)}</dl></section>`

/** @param {SwitchData} step */
const dot = ({ key, label, words, on, change }) =>
  html`<button type="button" data-key=${key} aria-pressed=${on} aria-current=${on ? "step" : nothing} title=${words} aria-label="${label}. ${words}" data-change=${JSON.stringify(change)}>${label}</button>`

/** @type {(step: SwitchData | undefined, sign: string, words: string) => Template | typeof nothing} */
const arrow = (step, sign, words) =>
  step
    ? html`<button type="button" aria-label=${words} title=${words} data-change=${JSON.stringify(step.change)}>${sign}</button>`
    : nothing

/** @param {StoryData} story */
function prose({ place, steps, title, paragraphs, repairs, calls }) {
  const [last, next] = [steps[place - 2], steps[place]]
  const words = () => say(place ? "web.notebook.next" : "web.notebook.start", { n: next.label, title: next.words })
  const go = next
    ? html`<button type="button" class="primary" data-key="story_next" data-change=${JSON.stringify(next.change)}>${words()} ›</button>`
    : ""
  const where = place ? html`<span>${say("web.notebook.place", { n: place, count: steps.length })}</span>` : ""
  return html`<div class="dots">${steps.map(dot)}<span class="turns">${arrow(last, "‹", say("web.notebook.before"))}${where}${arrow(next, "›", say("web.notebook.after"))}</span></div>
    <h1>${title}</h1>${paragraphs.map((words) => html`<p ${inner(sentence(words))}></p>`)}
    ${calls.length ? html`<div class="tabs" role="group">${calls.map(tabButton)}</div>` : nothing}${repairs ? fixes(repairs) : nothing}${go}`
}

const CIRCLES = ["1", "2"]
const FULL = 8 // largest number of columns with words in their heads

/** Format a number without trailing zeros. @param {number} value */
const plainly = (value) => number(value, 3).replace(/[.,]0+$/, "")

/**
 * Return the table of a kernel entry with both deviations, without each, and without both.
 * @param {RepairsData} repairs
 */
function fixes({ entry, before, after, names }) {
  const cell = (/** @type {number} */ n) =>
    html`<td class=${after[n] === before ? "" : "moves"}>${plainly(before)} → ${plainly(after[n])}</td>`
  const head = (/** @type {number} */ n, /** @type {string} */ what) =>
    html`<th scope=${n ? "row" : "col"}><b class="cause" title=${names[n]}>${CIRCLES[n]}</b> ${say(`web.notebook.${what}`)}</th>`
  return html`<table class="fixes"><caption>${say("web.notebook.repair", { entry })}</caption>
    <tr><td></td>${head(0, "in")}${head(0, "fixed")}</tr><tr>${head(1, "in")}${cell(0)}${cell(1)}</tr><tr>${head(1, "fixed")}${cell(2)}${cell(3)}</tr></table>`
}

/** @param {GradientCard} card */
const size = ({ flat, layers }) => (flat ? "flat" : layers > 1 ? "layers" : "")

/**
 * The arrays of both rules, one below the other, with tags on their differences in between.
 * @param {GradientChainData} chain @param {TagData[]} tags
 */
function pairs({ rows, cards, maps }, tags) {
  const row = (/** @type {GradientChainData["rows"][number]} */ { name, label }) =>
    html`<div class="row-label" data-row=${name}>${label}</div>${cards.map((card) => (`${name}.${card.symbol}` in maps ? html`<figure class="map ${size(card)} ${card.state}">${mapCanvas(`${name}.${card.symbol}`)}<figcaption class="limits"><span class="power"></span></figcaption></figure>` : html`<span></span>`))}`
  const cause = (/** @type {GradientCard} */ { symbol, note }) => {
    const n = tags.findIndex((tag) => tag.symbol === symbol)
    return html`<div class="between">${n < 0 ? html`<button type="button" class="note" popovertarget="notes" title=${say("web.notebook.notes")}>${note}</button>` : html`<span class="tag"><b class="cause">${CIRCLES[n]}</b> ${tags[n].title}</span>`}</div>`
  }
  const [first, ...others] = rows
  return html`<div class=${cards.length > FULL ? "pairs many" : "pairs"} style=${`--n:${cards.length}`}><span></span>
    ${cards.map(({ symbol, label, operation, state }) => html`<div class="pair-head" data-column=${symbol} data-state=${state === "equal" ? "" : state}><button type="button" data-card=${symbol}><i ${inner(formula(withoutChannel(label)))}></i></button> <span>${operation}</span></div>`)}
    ${row(first)}${others.length ? html`<span></span>${cards.map(cause)}${others.map(row)}<p class="meaning" id="notes" popover>${say("web.notebook.meanings")}</p>` : nothing}</div>`
}

/** @param {ChartData} chart */
const chartFigure = ({ name, title, words }) => html`
  <figure><figcaption><button type="button" data-open="chart-${name}" title=${say("web.chart.open")}>${title}</button></figcaption><canvas data-chart=${name} role="img" aria-label=${title}></canvas><p>${words}</p></figure>`

/** Toggle of one deviation, used on the page and in the panel. @param {DeviationRow} row @param {string} [place] */
const toggle = ({ name, label, on, change, effect }, place = "deviation") =>
  html`<button type="button" class="toggle" data-key=${`${place}_${name}`} aria-pressed=${on} title=${effect} data-change=${JSON.stringify(change)}><i></i><span>${label}</span></button>`

/** Both lines without their comments, which are in the tooltip. @param {DeviationRow} row */
const shortly = ({ notebook, exact }) => {
  const [theirs, ours] = [notebook, exact].map((line) => line.split("  #")[0])
  return html`<span title="− ${notebook}\n+ ${exact}">${difference(theirs, ours)}</span>`
}

/**
 * Card of a deviation that a step of the story is about: its lines and effect.
 * @param {DeviationRow} row @param {number} n
 */
const card = (
  row,
  n,
) => html`<div class="card"><b class="cause">${CIRCLES[n]}</b>${toggle(row)}<div class="code">${shortly(row)}</div>
  <p>${row.effect}</p><p class=${row.yes ? "yes" : "soft"}>${row.matters}</p></div>`

/** Card of a deviation in the panel: its lines, effect, and the stages that it changes. @param {DeviationRow} row */
const inSheet = (row) => html`<div class="card">${toggle(row, "switch")}<div class="code">${atLength(row)}</div>
  <p>${row.effect}</p><p class=${row.yes ? "yes" : "soft"}>${row.matters} <small>${row.more}</small></p></div>`

/** @param {PrintedData} printed */
function printout({ kernels, agrees, kernel, sums, theirs, ours }) {
  const grid = (/** @type {{ label: string, values: number[] }} */ { label, values }) =>
    html`<figure><figcaption>${label}</figcaption><div class="nine">${values.map((value) => html`<span>${number(value, 2).replace(/[.,]0+$/, "")}</span>`)}</div></figure>`
  const row = (/** @type {string} */ name, /** @type {number[]} */ values) =>
    html`<tr><th scope="row">${say(`web.notebook.${name}`)}</th>${values.map((value) => html`<td>${value}</td>`)}<td>…</td></tr>`
  const mark = agrees ? "✓" : "✗"
  return html`<div class="card printed ${agrees ? "good" : "bad"}"><h2>${say("web.notebook.printed")}</h2><div class="kernels">${kernels.map(grid)}</div>
    <p><b>${mark}</b> ${kernel}</p><table>${row("theirs", theirs)}${row("ours", ours)}</table><p><b>${mark}</b> ${sums}</p></div>`
}

/** @type {(row: DeviationRow, of: ExperimentData["symbols"][number]) => Template} */
function mark({ flipped, alone }, { symbol, label }) {
  const [now, ring] = [flipped.includes(symbol), alone.includes(symbol)]
  const words = [now ? say("web.notebook.flipped") : "", ring ? say("web.notebook.alone") : ""]
    .filter(Boolean)
    .join("; ")
  return html`<td class="dot${now ? " now-dot" : ""}${ring ? " ring" : ""}" title=${words}><i></i><em ${inner(formula(label))}></em><span class="spoken">${words}</span></td>`
}

/** @type {(experiment: ExperimentData, rows: readonly DeviationRow[]) => Template} */
const table = ({ symbols }, rows) => html`
  <table class="eight"><thead><tr><th>${say("web.notebook.switch")}</th>${symbols.map(({ label }) => html`<th class="symbol"><i ${inner(formula(label))}></i></th>`)}<th>${say("web.notebook.matters")}</th></tr></thead>
  <tbody>${rows.map(
    (row) =>
      html`<tr class=${row.on ? "on" : ""}><th scope="row" title="− ${row.notebook}\n+ ${row.exact}">${toggle(row)}</th>${symbols.map((of) => mark(row, of))}<td class="matters"><b class=${row.yes ? "yes" : ""}>${row.matters}</b><small>${row.more}</small></td></tr>`,
  )}</tbody></table>
  <p class="soft">${say("web.notebook.dots")}</p>`

/**
 * All sets of deviations as a grid: bits 0 to 3 horizontally, bits 4 to 7 vertically.
 * @param {SetsData} sets
 */
const field = ({ moves, now, words }) => html`<div>
  <h2>${say("web.notebook.sets")}</h2><div class="sets"><div class="field" role="img" aria-label=${words.join(" ")}>${moves.map((moved, n) => html`<i class="${moved ? "moves" : ""}${n === now ? " here" : ""}"></i>`)}</div><p class="soft" ${inner(linesOf([...words]))}></p></div></div>`

export class Notebook extends GradientChain {
  /** @override */
  static deviates = true
  /** @type {NotebookData | undefined} */
  notebook = undefined

  /** @param {View} view */
  constructor(view) {
    super(view)
    view.$(".chain-head").insertAdjacentHTML("beforebegin", '<div class="story" tabindex="0"></div>')
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
    view.root.dataset.tab = tab
    render(story ? prose(story) : nothing, view.$(".story"))
    if (architecture) this.architecture.receive(architecture, answer.arrays)
    else this.architecture.clear()
    super.receive(answer)
  }

  /** @override @param {GradientChainData} chain */
  layOut(chain) {
    const plan = `${this.view.$(".gradient-chain").clientWidth}`
    if (!this.updatePlan(plan)) return
    render(pairs(chain, this.notebook?.story?.tags ?? []), this.view.$(".ground"))
    this.below()
    this.keepMaps(chain)
  }

  /** @override */
  below() {
    const { chain, notebook, view } = this
    if (!chain || !notebook) return
    const { story, experiment, switches, theory: explained } = notebook
    view.$(".below").tabIndex = explained ? 0 : -1 // makes the scrollable area focusable
    if (explained) {
      const back =
        notebook.tab === "experiment" ? html`<div class="switches">${chain.switches.map(group)}</div>` : nothing
      render(html`${back}${theory(explained)}`, view.$(".below"))
      return
    }
    const sentences = html`<p class="sentence" ${inner(linesOf([...chain.sentences]))}></p>`
    const aside = html`<div class="asides-of"><div class="switches">${chain.switches.map(group)}</div>${experiment?.sets ? field(experiment.sets) : nothing}${sentences}<div class="charts">${chain.charts.map(chartFigure)}</div></div>`
    const panels = html`<div class="panels" tabindex="0">${story ? [story.about.map((name, n) => card(/** @type {DeviationRow} */ (switches.find((row) => row.name === name)), n)), printout(story.printed)] : experiment ? table(experiment, switches) : nothing}</div>`
    render(html`${panels}${story ? nothing : aside}`, view.$(".below"))
    for (const each of chain.charts)
      drawChart(
        /** @type {HTMLCanvasElement} */ (view.root.querySelector(`[data-chart="${each.name}"]`)),
        each,
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
