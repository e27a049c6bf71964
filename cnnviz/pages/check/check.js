// Check: a board of gradients, and beside it why a nudge must be neither long nor short, or a mistake's line of
// code and what the loss does with it (cnnviz/pages/check).

import { local, sentence } from "../../view/model/format.js"
import { say } from "../../view/model/words.js"
import { actionButton } from "../../view/regions/actions.js"
import { Board } from "../../view/regions/board.js"
import { difference, html, markup, nothing, render, setHTML } from "../../view/regions/html.js"
import { exampleOf, stageOf } from "./own_gradients.js"

/** @import { CheckData, CheckHeader, CodeData, DigitsData, NudgeRow, OwnData } from "../../view/types/wire.js" */
/** @import { Answer } from "../../view/model/decode.js" */
/** @import { Template } from "../../view/regions/html.js" */

/** @type {(first: string, second: string, of: [string, string]) => Template} */
const halves = (first, second, [left, right]) =>
  html`<span class=${first}>${local(left)}</span><span class=${second}>${local(right)}</span>`

/** @param {NudgeRow} row */
const nudge = ({ step, up, down, central, right }) => html`
  <tr><th scope="row">${step}</th><td>${halves("shared", "left", up)}</td><td>${halves("shared", "left", down)}</td>
    <td>${halves("agrees", "differs", central)}</td><td class="right">${right}</td></tr>`

/** @param {DigitsData} digits */
const table = ({ title, rows, backward }) => html`<div class="digits" tabindex="0">
  <h2>${title}</h2>
  <table><thead><tr><th><i>ε</i></th><th><i>L</i>(<i>θ</i> + <i>ε</i>)</th><th><i>L</i>(<i>θ</i> − <i>ε</i>)</th><th>${markup(say("web.check.quotient"))}</th><td></td></tr></thead>
    <tbody>${rows.map(nudge)}</tbody>
    <tfoot><tr><th colspan="3" scope="row">${say("web.check.backward")}</th><td class="agrees">${local(backward)}</td><td></td></tr></tfoot></table>
  <p class="soft">${say("web.check.digits")}</p></div>`

/** @type {(code: CodeData, words?: string) => Template} */
const lines = ({ wrong, right }, words = say("web.check.code")) =>
  html`<div class="code">${difference(wrong, right)}</div><p class="soft">${words}</p>`

export class Check extends Board {
  /** @override */
  static checks = true

  /** @override */
  get more() {
    return `<div class="own-file">${actionButton("own_gradients")}<span></span></div><div class="code-lines"></div><div class="definitions"></div>`
  }

  /** @override @param {Answer} answer */
  receive(answer) {
    super.receive(answer)
    this.besides(/** @type {Answer & CheckHeader} */ (answer).check)
  }

  /** @override @param {Answer} answer */
  charts(answer) {
    const { falls } = /** @type {Answer & CheckHeader} */ (answer).check
    const [first, ...others] = super.charts(answer)
    return falls ? [{ ...first, words: falls }, ...others] : super.charts(answer)
  }

  /** @override @param {Answer} answer */
  after(answer) {
    const { digits } = /** @type {Answer & CheckHeader} */ (answer).check
    return digits ? table(digits) : nothing
  }

  /** @param {CheckData} check */
  besides({ tab, definitions, code, own }) {
    const { view } = this
    view.root.dataset.tab = tab
    view.root.dataset.road = tab === "break" || own?.file ? "1" : "0"
    render(code ? lines(code) : nothing, view.$(".code-lines"))
    setHTML(view.$(".definitions"), code ? "" : definitions.map((words) => `<p>${sentence(words)}</p>`).join(""))
    render(
      html`<span>${say("web.check.rounding")}</span><span>${say("web.check.wrong")}</span><i></i><span class="untold">${say("web.check.untold")}</span>`,
      view.$(".board-top .legend"),
    )
    this.own(own)
    const road = tab === "break" || Boolean(own?.file)
    for (const note of this.root.querySelectorAll(/** @type {"div"} */ ("[data-column]"))) {
      const state = note.dataset.state || "right"
      note.title = road ? say(`web.check.states.${state}`) : ""
      note.dataset.mark = road ? say(`web.check.states.${state}`) : ""
    }
  }

  /**
   * What somebody's own wrong stages look like, each with its line of code.
   * @param {OwnData | null} own
   */
  own(own) {
    if (!own) return
    this.view.$(".own-file span").textContent = own.file
    const stages = own.stages.map((stage) => stageOf(stage, lines))
    render(own.example ? exampleOf(own.example, stages) : stages, this.view.$(".switches"))
  }
}
