// Notebook: the story with its prose always in sight, the experiment with its eight switches, and the
// architecture (cnnviz/pages/notebook).

import { formula, number, sentence } from "../../view/model/format.js"
import { say } from "../../view/model/words.js"
import { Board } from "../../view/regions/board.js"
import { difference, html, inner, linesOf, nothing, render } from "../../view/regions/html.js"
import { Architecture, skeleton } from "./architecture.js"

/** @import { DeviationRow, ExperimentData, NotebookHeader, PrintedData, SetsData, StoryData, SwitchData } from "../../view/types/wire.js" */
/** @import { Answer } from "../../view/model/decode.js" */
/** @import { Template } from "../../view/regions/html.js" */
/** @import { View } from "../../view/regions/lesson_view.js" */

/** @param {SwitchData} step */
const dot = ({ key, label, words, on, change }) =>
  html`<button type="button" data-key=${key} aria-pressed=${on} aria-current=${on ? "step" : nothing} title=${words} aria-label="${label}. ${words}" data-change=${JSON.stringify(change)}>${label}</button>`

/** @type {(step: SwitchData | undefined, sign: string, words: string) => Template | typeof nothing} */
const arrow = (step, sign, words) =>
  step
    ? html`<button type="button" aria-label=${words} title=${words} data-change=${JSON.stringify(step.change)}>${sign}</button>`
    : nothing

/** @param {StoryData} story */
function prose({ place, steps, title, paragraphs }) {
  const [last, next] = [steps[place - 2], steps[place]]
  const words = () => say(place ? "web.notebook.next" : "web.notebook.start", { n: next.label, title: next.words })
  const go = next
    ? html`<button type="button" class="primary" data-key="story_next" data-change=${JSON.stringify(next.change)}>${words()} ›</button>`
    : ""
  const where = place ? html`<span>${say("web.notebook.place", { n: place, count: steps.length })}</span>` : ""
  return html`<div class="dots">${steps.map(dot)}<span class="turns">${arrow(last, "‹", say("web.notebook.before"))}${where}${arrow(next, "›", say("web.notebook.after"))}</span></div>
    <h1>${title}</h1>${paragraphs.map((words) => html`<p ${inner(sentence(words))}></p>`)}${go}`
}

/** @param {DeviationRow} row */
const toggle = ({ key, label, on, change, effect }) =>
  html`<button type="button" class="toggle" data-key=${key} aria-pressed=${on} title=${effect} data-change=${JSON.stringify(change)}><i></i><span>${label}</span></button>`

/** What stands behind "#" is the line after it: here each has its own. @param {DeviationRow} row */
const atLength = ({ notebook, exact }) => {
  const [theirs, ours] = [notebook, exact].map((line) => line.replace(/ {2}# and (then )?/, "\n"))
  return difference(theirs, ours)
}

/** The same where there is a line for each: what stands behind "#" is said where it is pointed at. @param {DeviationRow} row */
const shortly = ({ notebook, exact }) => {
  const [theirs, ours] = [notebook, exact].map((line) => line.split("  #")[0])
  return html`<span title="− ${notebook}\n+ ${exact}">${difference(theirs, ours)}</span>`
}

/** @param {DeviationRow} row */
const card = (row) => html`<div class="card">${toggle(row)}<div class="code">${atLength(row)}</div>
  <p>${row.effect}</p><p class=${row.yes ? "yes" : "soft"}>${row.matters}</p></div>`

/** @param {PrintedData} printed */
function table({ kernels, agrees, kernel, sums, theirs, ours }) {
  const grid = (/** @type {{ label: string, values: number[] }} */ { label, values }) =>
    html`<figure><figcaption>${label}</figcaption><div class="nine">${values.map((value) => html`<span>${number(value, 2).replace(/[.,]0+$/, "")}</span>`)}</div></figure>`
  const row = (/** @type {string} */ name, /** @type {number[]} */ values) =>
    html`<tr><th scope="row">${say(`web.notebook.${name}`)}</th>${values.map((value) => html`<td>${value}</td>`)}<td>…</td></tr>`
  const mark = agrees ? "✓" : "✗"
  return html`<div class="card printed ${agrees ? "good" : "bad"}"><h2>${say("web.notebook.printed")}</h2><div class="kernels">${kernels.map((one, n) => html`${n ? html`<b>→</b>` : ""}${grid(one)}`)}</div>
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

/** @param {ExperimentData} experiment */
const switches = ({ symbols, rows }) => html`
  <table class="eight"><thead><tr><th>${say("web.notebook.switch")}</th><th>${say("web.notebook.lines")}</th>${symbols.map(({ label }) => html`<th class="symbol"><i ${inner(formula(label))}></i></th>`)}<th>${say("web.notebook.matters")}</th></tr></thead>
  <tbody>${rows.map(
    (row) =>
      html`<tr class=${row.on ? "on" : ""}><th scope="row">${toggle(row)}</th><td class="both">${shortly(row)}</td>${symbols.map((of) => mark(row, of))}<td class="matters"><b class=${row.yes ? "yes" : ""}>${row.matters}</b><small>${row.more}</small></td></tr>`,
  )}</tbody></table>
  <p class="soft">${say("web.notebook.dots")}</p><p class="soft">${say("web.notebook.meanings")}</p>`

/**
 * All sets as a field: bits 0 to 3 go across, bits 4 to 7 down.
 * @param {SetsData} sets
 */
const field = ({ moves, now, words }) => html`<div>
  <h2>${say("web.notebook.sets")}</h2><div class="sets"><div class="field" role="img" aria-label=${words.join(" ")}>${moves.map((moved, n) => html`<i class="${moved ? "moves" : ""}${n === now ? " here" : ""}"></i>`)}</div><p class="soft" ${inner(linesOf([...words]))}></p></div></div>`

export class Notebook extends Board {
  /** @param {View} view */
  constructor(view) {
    super(view)
    view.$(".grid").insertAdjacentHTML("beforebegin", '<div class="story" tabindex="0"></div>')
    view.$(".content").insertAdjacentHTML("beforeend", skeleton())
    this.architecture = new Architecture(view)
  }

  /** @override */
  get more() {
    return '<div class="panels" tabindex="0"></div>'
  }

  /** @override @param {Answer} answer */
  receive(answer) {
    const { notebook } = /** @type {Answer & NotebookHeader} */ (answer)
    const { view } = this
    const { tab, story, experiment, architecture } = notebook
    view.root.dataset.tab = tab
    super.receive(answer)
    render(story ? prose(story) : nothing, view.$(".story"))
    const panels = () => (experiment ? switches(experiment) : nothing)
    render(story ? [story.cards.map(card), table(story.printed)] : panels(), view.$(".panels"))
    if (architecture) this.architecture.receive(architecture, answer.arrays)
    else this.architecture.clear()
  }

  /** @override @param {Answer} answer */
  before(answer) {
    const { experiment } = /** @type {Answer & NotebookHeader} */ (answer).notebook
    return experiment?.sets ? field(experiment.sets) : nothing
  }

  /** @override */
  outdate() {
    super.outdate()
    this.architecture?.outdate()
  }

  /** @override */
  draw() {
    super.draw()
    this.architecture.draw()
  }
}
