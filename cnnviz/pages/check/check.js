// The Check page: a chain of gradients, and below it one entry computed in two ways, a mistake's line of code, or the
// user's gradients (cnnviz/pages/check).

import { chart as drawChart } from "../../view/draw/chart.js"
import { textSizeKept } from "../../view/draw/svg_text.js"
import { formula, localizePoint, number, withSymbols } from "../../view/model/numbers/format.js"
import { sharedDigits } from "../../view/model/numbers/shared_digits.js"
import { COMPUTED } from "../../view/model/state/address.js"
import { say } from "../../view/model/words.js"
import { GradientChain } from "../../view/shell/gradient_chain.js"
import { closest, copyText, html, nothing, render, setHTML, svg } from "../../view/shell/html.js"
import { brokenTemplate, mistakeList } from "./broken.js"
import { exactTemplate, tensorflowTemplate } from "./ours.js"
import { userTemplate } from "./user_gradients.js"

/** @import { Answer, Cell, CheckData, CheckHeader, Place, View } from "../../view/types/view.js" */

/** The version whose digits each version is compared with. @type {Record<string, string>} */
const BESIDE = { ours: "central", central: "ours", yours: "ours" }

export class Check extends GradientChain {
  /** @override */
  static checks = true

  /** @override  the entry that is pinned is nudged by the server */
  computed = [...COMPUTED, "cell"]
  /** @type {CheckData | undefined} */
  check = undefined
  all = false // whether all entries of the array are shown instead of one
  led = { title: "", stage: "" } // the last mistake, and the stage shown when it was chosen
  compared = "" // the last compared file, and its first wrong gradient
  falls = false // whether the loss is charted instead of the error over ε

  /** @param {View} view */
  constructor(view) {
    super(view)
    const content = view.$(".content")
    for (const event of ["pointerover", "focusin"])
      content.addEventListener(event, (over) => {
        const words = closest(over, "[data-words]")
        const detail = content.querySelector(".detail")
        if (detail && words) detail.textContent = words.dataset.words ?? ""
      })
  }

  /** @override @param {Answer} answer */
  receive(answer) {
    this.check = /** @type {Answer & CheckHeader} */ (answer).check
    this.view.root.dataset.tab = this.check.tab
    const { title } = /** @type {Answer & CheckHeader} */ (answer).road
    if (title !== this.led.title) this.led = { title, stage: this.view.stage }
    super.receive(answer)
    const { view, check } = this
    setHTML(view.$(".told"), withSymbols(check.foot.join(" ")))
    render(check.third ? tensorflowTemplate(check.third) : nothing, view.$(".aside"))
    const firstWrong = this.chain?.cards.find(({ state }) => state === "first")?.symbol ?? ""
    const comparedKey = check.own?.file ? `${check.own.file} ${firstWrong}` : ""
    if (firstWrong && comparedKey && comparedKey !== this.compared) this.visit(firstWrong)
    this.compared = comparedKey
  }

  /** @override  a mistake's wrong entry is spoken of, until one goes to another stage */
  get settled() {
    const symbol = super.settled
    const isElsewhere = this.check?.tab === "break" && !this.focus.pinned && this.view.stage === this.led.stage
    return isElsewhere ? (this.chain?.subject ?? symbol) : symbol
  }

  /** @override @param {string} symbol */
  visit(symbol) {
    this.led.stage = ""
    super.visit(symbol)
  }

  /** @override @param {Element} target */
  clicked(target) {
    super.clicked(target)
    const button = /** @type {HTMLElement | null} */ (target.closest("[data-act]"))
    if (button) this.act(button.dataset.act ?? "", button)
    if (target.closest("[data-key=own_gradients]")) this.view.open("own_gradients")
    const menu = /** @type {HTMLElement | null} */ (target.closest("#mistakes:popover-open"))
    if (menu && target.closest("[data-change]")) menu.hidePopover() // the explanation is behind it
  }

  /** @param {string} act @param {HTMLElement} button */
  act(act, button) {
    if (act === "see") return this.view.turn("", { stage: button.dataset.stage ?? "" })
    if (act === "copy") {
      copyText(button, button.dataset.code ?? "")
      return
    }
    if (act === "all" || act === "entry") this.all = act === "all"
    else this.falls = act === "falls"
    this.laid = ""
    this.view.paint()
  }

  /** @override @param {string} map @param {Cell} cell  the server nudges it */
  pin(map, cell) {
    this.view.player.pause()
    this.focus.pin(map, cell)
    this.view.go({ cell: this.focus.text })
  }

  /** @override */
  unpin() {
    const wasPinned = super.unpin()
    if (wasPinned) this.view.go({ cell: "" })
    return wasPinned
  }

  /** @override */
  below() {
    const { chain, check, view } = this
    if (!chain || !check) return
    const by = {
      chain,
      check,
      all: this.all,
      falls: this.falls,
      subject: this.settled,
      maps: this.mapsOf(this.settled),
    }
    const contentByTab = {
      ours: exactTemplate,
      break: chain.switches.length && !check.code && !check.best ? mistakeList : brokenTemplate,
      own: userTemplate,
    }
    render(contentByTab[/** @type {keyof typeof contentByTab} */ (check.tab)](by), view.$(".below"))
    const fallsChart = chain.charts.find(({ name }) => name === "falls")
    const canvas = /** @type {HTMLCanvasElement | null} */ (view.root.querySelector("canvas[data-chart=falls]"))
    if (fallsChart && canvas) drawChart(canvas, fallsChart, view.root)
  }

  /** Return the versions of an array that can be compared. @param {string} symbol */
  mapsOf(symbol) {
    const { rows = [], maps = {} } = this.chain ?? {}
    return rows.filter(({ name }) => `${name}.${symbol}` in maps)
  }

  /** @override @param {Place} subject */
  words(subject) {
    const readout = this.root.querySelector(".below .readout")
    if (!readout || !this.chain) return
    const { map, cell } = subject
    const values = this.numbersAt(subject)
    const [label, index] = [this.labelOf(map), `[${this.indexOf(map, cell)}]`]
    const name = `<i>${formula(label)}</i>${index}`
    const heading = /** @type {HTMLElement | null} */ (this.root.querySelector(".below .entry-name"))
    const showsWorst = this.check?.tab === "own" && this.cards[map].state === "first" && !this.focus.pointed
    const title = this.check?.tab === "ours" ? "two_ways" : showsWorst ? "largest" : ""
    if (heading) {
      setHTML(heading, title ? say(`web.check.${title}`, { entry: name }) : name)
      const isCharted = this.root.querySelector(".below [data-open=chart-sweep]") && this.check?.tab === "break"
      heading.hidden = Boolean(isCharted) && this.check?.entry?.name === label + index // already in the chart's title
    }
    const lines = this.mapsOf(map).map(
      ({ name, label }) => html`<dt>${label}</dt><dd><b>${this.printed(name, values)}</b></dd>`,
    )
    const hasError = this.check?.tab !== "ours" || this.cards[map].state !== "follows"
    const followsNote = html`<p class="soft">${say("web.check.reasons.follows")}</p>`
    const linesTemplate = html`<dl class="lines">${lines}</dl>${hasError ? this.error(values.error) : followsNote}`
    render(linesTemplate, /** @type {HTMLElement} */ (readout))
  }

  /**
   * Print a version's number, with the digits that it shares with the other version set apart.
   * @param {string} name @param {Record<string, number>} values
   */
  printed(name, values) {
    const value = values[name]
    if (name === "error" || name === "ratio")
      return Number.isFinite(value) ? number(value, name === "error" ? 2 : 4) : "–"
    if (this.check?.tab === "break") return number(value, 4)
    const otherValue = values[BESIDE[name]]
    const [same, rest] = sharedDigits(value, otherValue ?? value)
    return html`${localizePoint(same)}${rest ? html`<span class="rest">${localizePoint(rest)}</span>` : ""}`
  }

  /** Return the error on a logarithmic scale. @param {number | undefined} error */
  error(error) {
    if (error === undefined || this.check?.tab !== "ours") return nothing
    if (Number.isNaN(error)) return html`<p class="soft">${say("web.check.undecided")}</p>`
    const fraction = Math.min(Math.max(Math.log10(Math.max(error, 1e-16)) / 16 + 1, 0), 1)
    const dot = svg`<circle cx=${6 + 288 * fraction} cy="8" r="6" class=${error <= 1e-6 ? "good" : "bad"} />`
    return html`<svg ${textSizeKept()} class="scale" viewBox="0 0 300 44" role="img" aria-label=${say("ui.check.rows.error")}>
      <rect x="6" y="4" width="180" height="8" rx="4" class="rounding" /><rect x="186" y="4" width="108" height="8" rx="4" class="large" />${dot}
      <text x="6" y="32" class="start">10⁻¹⁶</text><text x="96" y="32">${say("web.check.rounding")}</text><text x="186" y="32">10⁻⁶</text><text x="240" y="32" class="bad">${say("web.check.wrong")}</text><text x="294" y="32" class="left">1</text></svg>`
  }

  /** @override */
  leads() {
    if (!this.check) return nothing
    const [box, entry, opened] = [this.boxOf(this.subject.map), ".entry", ".opened"].map((at) =>
      typeof at === "string" ? /** @type {HTMLElement | null} */ (this.root.querySelector(`.below > ${at}`)) : at,
    )
    const firstWrong = this.chain?.cards.find(({ state }) => state === "first")?.symbol
    const firstBox = firstWrong && this.boxOf(firstWrong)
    if (opened instanceof HTMLElement && firstBox) {
      const { offsetLeft: left, offsetTop: top, offsetWidth: width } = opened
      const bottom = firstBox.y + firstBox.height
      return svg`<polygon points="${firstBox.x - 60},${bottom - 50} ${firstBox.x},${bottom - 50} ${firstBox.x},${bottom} ${firstBox.x + firstBox.width},${bottom} ${left + width},${top} ${left},${top}" />`
    }
    if (this.check.tab !== "ours" || !box || box instanceof HTMLElement || !(entry instanceof HTMLElement))
      return nothing
    const [x, y, end] = [box.x + box.width / 2, entry.offsetTop - 14, entry.offsetLeft + 6]
    return svg`<polyline points="${x},${box.y + box.height} ${x},${y} ${end},${y} ${end},${y + 14}" />`
  }
}
