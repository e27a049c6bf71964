// Check: a board of gradients, and beside it why a nudge must be neither long nor short, or a mistake's line of
// code and what the loss does with it (cnnviz/ui/pages/check).

import { escaped, local, sentence } from "../model/format.js"
import { say } from "../model/words.js"
import { actionButton } from "./actions.js"
import { Board } from "./board.js"
import { setHTML } from "./html.js"
import { exampleOf, stageOf } from "./own_gradients.js"

/** @import { CheckData, CheckHeader, CodeData, DigitsData, NudgeRow, OwnData } from "../types/wire.js" */
/** @import { Answer } from "../model/decode.js" */

/** @type {(first: string, second: string, of: [string, string]) => string} */
const halves = (first, second, [left, right]) =>
  `<span class="${first}">${escaped(local(left))}</span><span class="${second}">${escaped(local(right))}</span>`

/** @param {NudgeRow} row */
const nudge = ({ step, up, down, central, right }) => `
  <tr><th scope="row">${escaped(step)}</th><td>${halves("shared", "left", up)}</td><td>${halves("shared", "left", down)}</td>
    <td>${halves("agrees", "differs", central)}</td><td class="right">${escaped(right)}</td></tr>`

/** @param {DigitsData} digits */
const table = ({ title, rows, backward }) => `
  <h2>${escaped(title)}</h2>
  <table><thead><tr><th><i>ε</i></th><th><i>L</i>(<i>θ</i> + <i>ε</i>)</th><th><i>L</i>(<i>θ</i> − <i>ε</i>)</th><th>${say("web.check.quotient")}</th><td></td></tr></thead>
    <tbody>${rows.map(nudge).join("")}</tbody>
    <tfoot><tr><th colspan="3" scope="row">${say("web.check.backward")}</th><td class="agrees">${escaped(local(backward))}</td><td></td></tr></tfoot></table>
  <p class="soft">${say("web.check.digits")}</p>`

/** @type {(code: CodeData, words?: string) => string} */
const lines = ({ wrong, right }, words = say("web.check.code")) => {
  const marked = (/** @type {string} */ text, /** @type {string} */ kind, /** @type {string} */ sign) =>
    text
      .split("\n")
      .map((line) => `<code class="${kind}"><b>${sign}</b> ${escaped(line)}</code>`)
      .join("")
  return `<div class="code">${marked(wrong, "wrong-line", "−")}${marked(right, "right-line", "+")}</div>
    <p class="soft">${words}</p>`
}

export class Check extends Board {
  static checks = true

  get more() {
    return `<div class="own-file">${actionButton("own_gradients")}<span></span></div><div class="code-lines"></div><div class="definitions"></div>`
  }

  /** @param {Answer} answer */
  receive(answer) {
    super.receive(answer)
    this.besides(/** @type {Answer & CheckHeader} */ (answer).check)
  }

  /** @param {CheckData} check */
  besides({ tab, definitions, digits, code, falls, own }) {
    const { view } = this
    view.root.dataset.tab = tab
    view.root.dataset.road = tab === "break" || own?.file ? "1" : "0"
    const why = digits ? `<div class="digits" tabindex="0">${table(digits)}</div>` : ""
    if (why && !view.root.querySelector(".charts .digits")) view.$(".charts").insertAdjacentHTML("beforeend", why)
    setHTML(view.$(".code-lines"), code ? lines(code) : "")
    setHTML(view.$(".definitions"), code ? "" : definitions.map((words) => `<p>${sentence(words)}</p>`).join(""))
    setHTML(
      view.$(".board-top .legend"),
      `<span>${say("web.check.rounding")}</span><span>${say("web.check.wrong")}</span><i></i><span class="untold">${say("web.check.untold")}</span>`,
    )
    if (falls) view.$(".charts p").textContent = falls
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
    const stages = own.stages.map((stage) => stageOf(stage, lines)).join("")
    setHTML(this.view.$(".switches"), own.example ? exampleOf(own.example, stages) : stages)
  }
}
