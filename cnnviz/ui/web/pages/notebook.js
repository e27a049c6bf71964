// Notebook: the story with its prose always in sight, the experiment with its eight switches, and the
// architecture (cnnviz/ui/pages/notebook).

import { escaped, formula, number, sentence } from "../model/format.js"
import { say } from "../model/words.js"
import { Architecture, skeleton } from "./architecture.js"
import { Board } from "./board.js"
import { setHTML } from "./html.js"

/** @import { DeviationRow, ExperimentData, NotebookHeader, PrintedData, SetsData, StoryData, SwitchData } from "../types/wire.js" */
/** @import { Answer } from "../model/decode.js" */
/** @import { View } from "./view.js" */

/** @type {(change: unknown) => string} */
const changes = (change) => `data-change="${escaped(JSON.stringify(change))}"`

/** @param {SwitchData} step */
const dot = ({ key, label, words, on, change }) =>
  `<button type="button" data-key="${key}" aria-pressed="${on}" ${on ? 'aria-current="step"' : ""} title="${escaped(words)}" aria-label="${escaped(`${label}. ${words}`)}" ${changes(change)}>${label}</button>`

/** @type {(step: SwitchData | undefined, sign: string, words: string) => string} */
const arrow = (step, sign, words) =>
  step ? `<button type="button" aria-label="${words}" title="${words}" ${changes(step.change)}>${sign}</button>` : ""

/** @param {StoryData} story */
function prose({ place, steps, title, paragraphs }) {
  const [last, next] = [steps[place - 2], steps[place]]
  const go = next
    ? `<button type="button" class="primary" data-key="story_next" ${changes(next.change)}>${escaped(say(place ? "web.notebook.next" : "web.notebook.start", { n: next.label, title: next.words }))} ›</button>`
    : ""
  const where = place ? `<span>${say("web.notebook.place", { n: place, count: steps.length })}</span>` : ""
  return `<div class="dots">${steps.map(dot).join("")}<span class="turns">${arrow(last, "‹", say("web.notebook.before"))}${where}${arrow(next, "›", say("web.notebook.after"))}</span></div>
    <h1>${escaped(title)}</h1>${paragraphs.map((words) => `<p>${sentence(words)}</p>`).join("")}${go}`
}

/** @param {DeviationRow} row */
const toggle = ({ key, label, on, change, effect }) =>
  `<button type="button" class="toggle" data-key="${key}" aria-pressed="${on}" title="${escaped(effect)}" ${changes(change)}><i></i><span>${escaped(label)}</span></button>`

/** @param {DeviationRow} row */
const code = ({ notebook, exact }) => {
  const lines = (/** @type {string} */ text, /** @type {string} */ kind, /** @type {string} */ sign) =>
    text
      .split("\n")
      .map((line) => `<code class="${kind}"><b>${sign}</b> ${escaped(line)}</code>`)
      .join("")
  return lines(notebook, "wrong-line", "−") + lines(exact, "right-line", "+")
}

/** What stands behind "#" is the line after it: here each has its own. @param {DeviationRow} row */
const atLength = ({ notebook, exact, ...row }) => {
  const [theirs, ours] = [notebook, exact].map((line) => line.replace(/ {2}# and (then )?/, "\n"))
  return code({ ...row, notebook: theirs, exact: ours })
}

/** The same where there is a line for each: what stands behind "#" is said where it is pointed at. @param {DeviationRow} row */
const shortly = ({ notebook, exact, ...row }) => {
  const [theirs, ours] = [notebook, exact].map((line) => line.split("  #")[0])
  return `<span title="${escaped(`− ${notebook}\n+ ${exact}`)}">${code({ ...row, notebook: theirs, exact: ours })}</span>`
}

/** @param {DeviationRow} row */
const card = (row) => `<div class="card">${toggle(row)}<div class="code">${atLength(row)}</div>
  <p>${escaped(row.effect)}</p><p class="${row.yes ? "yes" : "soft"}">${escaped(row.matters)}</p></div>`

/** @param {PrintedData} printed */
function table({ kernels, agrees, kernel, sums, theirs, ours }) {
  const grid = (/** @type {{ label: string, values: number[] }} */ { label, values }) =>
    `<figure><figcaption>${escaped(label)}</figcaption><div class="nine">${values.map((value) => `<span>${number(value, 2).replace(/[.,]0+$/, "")}</span>`).join("")}</div></figure>`
  const row = (/** @type {string} */ name, /** @type {number[]} */ values) =>
    `<tr><th scope="row">${say(`web.notebook.${name}`)}</th>${values.map((value) => `<td>${value}</td>`).join("")}<td>…</td></tr>`
  const mark = agrees ? "✓" : "✗"
  return `<div class="card printed ${agrees ? "good" : "bad"}"><h2>${say("web.notebook.printed")}</h2><div class="kernels">${kernels.map(grid).join("<b>→</b>")}</div>
    <p><b>${mark}</b> ${escaped(kernel)}</p><table>${row("theirs", theirs)}${row("ours", ours)}</table><p><b>${mark}</b> ${escaped(sums)}</p></div>`
}

/** @type {(row: DeviationRow, of: ExperimentData["symbols"][number]) => string} */
function mark({ flipped, alone }, { symbol, label }) {
  const [now, ring] = [flipped.includes(symbol), alone.includes(symbol)]
  const words = [now ? say("web.notebook.flipped") : "", ring ? say("web.notebook.alone") : ""]
    .filter(Boolean)
    .join("; ")
  return `<td class="dot${now ? " now-dot" : ""}${ring ? " ring" : ""}" title="${words}"><i></i><em>${formula(label)}</em><span class="spoken">${words}</span></td>`
}

/** @param {ExperimentData} experiment */
const switches = ({ symbols, rows }) => `
  <table class="eight"><thead><tr><th>${say("web.notebook.switch")}</th><th>${say("web.notebook.lines")}</th>${symbols
    .map(({ label }) => `<th class="symbol"><i>${formula(label)}</i></th>`)
    .join("")}<th>${say("web.notebook.matters")}</th></tr></thead>
  <tbody>${rows
    .map(
      (row) =>
        `<tr class="${row.on ? "on" : ""}"><th scope="row">${toggle(row)}</th><td class="both">${shortly(row)}</td>${symbols
          .map((of) => mark(row, of))
          .join(
            "",
          )}<td class="matters"><b class="${row.yes ? "yes" : ""}">${escaped(row.matters)}</b><small>${escaped(row.more)}</small></td></tr>`,
    )
    .join("")}</tbody></table>
  <p class="soft">${say("web.notebook.dots")}</p><p class="soft">${say("web.notebook.meanings")}</p>`

/**
 * All sets as a field: bits 0 to 3 go across, bits 4 to 7 down.
 * @param {SetsData} sets
 */
const field = ({ moves, now, words }) => `
  <h2>${say("web.notebook.sets")}</h2><div class="sets"><div class="field" role="img" aria-label="${escaped(words.join(" "))}">${moves
    .map((moved, n) => `<i class="${moved ? "moves" : ""}${n === now ? " here" : ""}"></i>`)
    .join("")}</div><p class="soft">${words.map(escaped).join("<br>")}</p></div>`

export class Notebook extends Board {
  /** @param {View} view */
  constructor(view) {
    super(view)
    view.$(".grid").insertAdjacentHTML("beforebegin", '<div class="story" tabindex="0"></div>')
    view.$(".content").insertAdjacentHTML("beforeend", skeleton())
    const change = `<button type="button" data-key="change_lesson" aria-pressed="false"></button>`
    view.$(".board-top .legend").insertAdjacentHTML("beforebegin", change)
    view
      .control("change_lesson")
      .addEventListener("click", () => this.open(!view.root.classList.contains("with-lesson")))
    this.open(false)
    this.architecture = new Architecture(view)
  }

  get more() {
    return '<div class="panels" tabindex="0"></div>'
  }

  /**
   * Shows the lesson's controls at the left, or gives their room to the page.
   * @param {boolean} shown
   */
  open(shown) {
    const { view } = this
    view.root.classList.toggle("with-lesson", shown)
    const button = view.control("change_lesson")
    button.setAttribute("aria-pressed", String(shown))
    button.textContent = say(shown ? "web.notebook.leave" : "web.notebook.change")
    this.outdate()
    view.paint()
  }

  /** @param {Answer} answer */
  receive(answer) {
    const { notebook } = /** @type {Answer & NotebookHeader} */ (answer)
    const { view } = this
    const { tab, story, experiment, architecture } = notebook
    view.root.dataset.tab = tab
    super.receive(answer)
    setHTML(view.$(".story"), story ? prose(story) : "")
    const panels = story
      ? story.cards.map(card).join("") + table(story.printed)
      : experiment
        ? switches(experiment)
        : ""
    setHTML(view.$(".panels"), panels)
    const sets = experiment?.sets
    if (sets && !view.root.querySelector(".charts .sets"))
      view.$(".charts").insertAdjacentHTML("afterbegin", `<div>${field(sets)}</div>`)
    if (architecture) this.architecture.receive(architecture, answer.arrays)
    else this.architecture.clear()
  }

  outdate() {
    super.outdate()
    this.architecture?.outdate()
  }

  draw() {
    super.draw()
    this.architecture.draw()
  }
}
