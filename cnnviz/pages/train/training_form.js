// Form for the settings of a training on many images, which reflects the address.

import { actionButton } from "../../view/controls/actions.js"
import { markErrors, rail } from "../../view/controls/rail.js"
import { plainNumber } from "../../view/model/numbers/format.js"
import { parseWord } from "../../view/model/state/network_text.js"
import { say } from "../../view/model/words.js"
import { closest, field, html, keyed, linesOf, render, select, setHTML, setText } from "../../view/shell/html.js"

/** @import { TrainingForm as Told, TrainingLayer } from "../../view/types/view.js" */
/** @typedef {{ classes: readonly string[], values: Record<string, string> }} Settings */

const ALL = "all"
const FEWEST = 2
const SUGGESTED = [
  ["cat,dog", ALL],
  ["3,8", ALL],
]
/**
 * Numeric settings: minimum, maximum, and whether they are integers.
 * @type {Record<string, [number, number, boolean]>}
 */
const NUMBERS = {
  epochs: [1, 200, true],
  batch: [1, 1024, true],
  rate: [0, 100, false],
  seed: [0, 999_999_999, true],
}
/** Values of settings that the address omits. @type {Record<string, string>} */
const DEFAULTS = { opt: "gd", dtype: "float64", ch: "", net: "" }
/** Names of the settings besides network and classes. */
const SETTINGS = ["epochs", "batch", "rate", "opt", "ch", "dtype", "seed"]

/** @type {(id: string) => string} */
const words = (id) => say(`web.training.form.${id}`)

/** @type {(name: string) => string} */
const control = (name) =>
  field(
    words(name),
    name in NUMBERS
      ? `<input data-key="train_${name}" data-setting="${name}" inputmode="decimal" autocomplete="off" spellcheck="false">`
      : select(`train_${name}`, [], words(name), `data-setting="${name}"`),
  )

const data = () => `
  <p class="words"></p>
  <div class="choice kinds" role="group" aria-label="${words("images")}">${["photographs", "digits"].map((kind, n) => `<button type="button" data-kind="${n}">${words(kind)}</button>`).join("")}</div>
  <div class="chips" role="group" aria-label="${words("classes")}"></div><div class="pair suggested"></div><p class="wrong" role="alert"></p>
  <p class="hint images"></p>${actionButton("train_full", "", "hidden")}`

const network = () =>
  `${select("train_net", [], words("net"), 'data-setting="net"')}<ol class="learning-layers"></ol><p class="hint learn"></p>`

const settings = () => `
  <div class="two">${SETTINGS.map(control).join("")}</div><p class="wrong numbers" role="alert"></p><p class="hint about"></p>${actionButton("train_back", "", "hidden")}`

/** The form's three parts, as panels on the left. */
export const formSheets = () =>
  rail(
    [
      { name: "data", body: data() },
      { name: "network", id: "train_network", body: network() },
      { name: "settings", id: "train_settings", body: settings() },
    ],
    "training-settings",
  )

export class TrainingForm {
  /** @type {Told | undefined}  what the server last said */
  told = undefined
  /** @type {Settings}  what is set, before the server has heard of it */
  set = { classes: [], values: {} }
  asked = "" // requested text whose response is pending
  kind = 0 // 0 for photographs, 1 for digits

  /**
   * @param {HTMLElement} root
   * @param {(text: string) => void} change  what is called with the settings as the address has them
   */
  constructor(root, change) {
    this.root = root
    this.change = change
    root.addEventListener("click", (event) => this.clicked(event))
    root.addEventListener("change", ({ target }) => this.changed(/** @type {HTMLInputElement} */ (target)))
  }

  /** @param {string} selector */
  $(selector) {
    return /** @type {HTMLElement} */ (this.root.querySelector(selector))
  }

  /** The settings as the address has them, including a pending change. */
  get text() {
    return this.asked || this.told?.text || ""
  }

  /** The available classes of the chosen kind. */
  get names() {
    return (this.told?.kinds[this.kind] ?? []).map(([name]) => name)
  }

  /** Return the settings as the address has them, with another seed of the order. @param {number} seed */
  withSeed(seed) {
    return textOf({ ...this.set, values: { ...this.set.values, seed: String(seed) } })
  }

  /** Discard a pending change, because the address has changed otherwise. */
  forget() {
    this.asked = ""
  }

  /** @param {Told} told */
  receive(told) {
    if (this.asked && told.asked !== this.asked) return // the response precedes the latest change
    this.asked = ""
    this.told = told
    this.set = { classes: told.classes, values: told.values }
    this.kind = told.kinds.findIndex((names) => names.some(([name]) => name === told.classes[0]))
    this.fill()
    render(layerLines(told), this.$(".learning-layers"))
    setText(this.$(".learn"), told.learn)
    const [images = "", ...start] = told.sentences
    setText(this.$(".images"), images)
    setHTML(this.$(".about"), linesOf(start))
    this.complain(".wrong", told.wrong)
  }

  // Show the settings in every control.
  fill() {
    const { told, kind } = this
    if (!told) return
    const { classes, values } = this.set
    const names = told.kinds[kind]
    setText(this.$(".words"), say("web.training.form.some", { n: classes.length, most: names.length }))
    for (const button of this.root.querySelectorAll(".kinds [data-kind]"))
      button.setAttribute("aria-pressed", String(Number(/** @type {HTMLElement} */ (button).dataset.kind) === kind))
    const chip = (/** @type {readonly [string, string]} */ [name, text]) =>
      html`<button type="button" data-class=${name} aria-pressed=${classes.includes(name)}>${text}</button>`
    render(keyed(kind, names.map(chip)), this.$(".chips"))
    render(SUGGESTED[kind].map(suggestion), this.$(".suggested"))
    for (const [name, options] of Object.entries(told.choices)) {
      const optionTemplates = options.map(([value, text]) => html`<option value=${value}>${text}</option>`)
      render(optionTemplates, this.$(`[data-setting="${name}"]`))
    }
    for (const element of this.root.querySelectorAll(/** @type {"input"} */ ("[data-setting]"))) {
      if (element === document.activeElement && element.matches("input")) continue // the learner is typing
      element.value = values[element.dataset.setting ?? ""]
      element.removeAttribute("aria-invalid")
    }
    this.complain(".wrong.numbers", "")
  }

  /** @param {Event} event */
  clicked(event) {
    const { class: name, kind, pick } = closest(event, "[data-class], .kinds [data-kind], [data-pick]")?.dataset ?? {}
    if (!this.told) return
    if (kind !== undefined && Number(kind) !== this.kind) this.choose(SUGGESTED[Number(kind)][0], Number(kind))
    if (pick) this.choose(pick, this.kind)
    if (name) this.toggle(name)
  }

  /**
   * @param {string} pick
   * @param {number} kind
   */
  choose(pick, kind) {
    this.kind = kind
    this.put({ classes: pick === ALL ? this.names : pick.split(",") })
  }

  /** @param {string} name */
  toggle(name) {
    const { classes } = this.set
    const otherClasses = classes.filter((one) => one !== name)
    const chosenClasses = otherClasses.length < classes.length ? otherClasses : [...classes, name]
    this.put({ classes: this.names.filter((one) => chosenClasses.includes(one)) })
  }

  /** @param {HTMLInputElement} element */
  changed(element) {
    const name = element.dataset.setting
    if (!name) return
    const value = name in NUMBERS ? plainNumber(element.value) : element.value
    const wrong = name in NUMBERS ? rangeError(name, value) : ""
    this.complain(".wrong.numbers", wrong)
    wrong ? element.setAttribute("aria-invalid", "true") : element.removeAttribute("aria-invalid")
    if (!wrong) this.put({ values: { [name]: value, ...this.along(name, value) } })
  }

  /**
   * Adapt dependent settings: a network implies a channel and an optimizer, an optimizer implies a learning rate.
   * @param {string} name
   * @param {string} value
   * @returns {Record<string, string>}
   */
  along(name, value) {
    const { fits, rates } = /** @type {Told} */ (this.told)
    if (name === "opt") return { rate: String(rates[value]) }
    if (name !== "net" || !(value in fits)) return {}
    const [ch, opt] = fits[value]
    return { ch, opt, ...(opt === this.set.values.opt ? {} : { rate: String(rates[opt]) }) }
  }

  /** @param {string} place @param {string} sentence on what is wrong; "" where nothing is */
  complain(place, sentence) {
    setText(this.$(place), sentence)
    markErrors(this.root)
  }

  /** @param {{ classes?: readonly string[], values?: Record<string, string> }} change */
  put({ classes = this.set.classes, values = {} }) {
    this.set = { classes, values: { ...this.set.values, ...values } }
    this.fill()
    const hasFewClasses = classes.length < FEWEST
    this.complain(".wrong", hasFewClasses ? words("few") : "")
    if (hasFewClasses) return
    this.asked = textOf(this.set)
    this.change(this.asked)
  }
}

/**
 * Return the text of the settings for the address.
 * @param {Settings} settings
 */
export function textOf({ classes, values }) {
  const changedSettings = Object.entries(DEFAULTS).flatMap(([name, usual]) =>
    values[name] === usual ? [] : [values[name]],
  )
  return [...classes, ...Object.keys(NUMBERS).map((name) => values[name]), ...changedSettings].join(",")
}

/**
 * Return the sentence on an invalid number, or "".
 * @param {string} name
 * @param {string} value
 */
export function rangeError(name, value) {
  const [least, most, whole] = NUMBERS[name]
  const number = value === "" ? Number.NaN : Number(value)
  if (number >= least && number <= most && (!whole || Number.isInteger(number))) return ""
  return say(`web.training.form.${whole ? "whole" : "between"}`, { name: words(name), least, most })
}

/** @param {string} pick */
const suggestion = (pick) =>
  html`<button type="button" data-pick=${pick}>${words(`pick.${pick.replace(",", "_")}`)}</button>`

/** Return a line for each layer with parameters. @param {Told} told */
const layerLines = ({ layers }) => layers.map(layerLine)

/** @param {TrainingLayer} layer */
function layerLine({ kinds, shape }) {
  const names = kinds.map(([short, word]) => {
    const { kind, size } = parseWord(word)
    return size ? `${short} ${kind === "conv" ? `${size}×${size}` : size}` : short
  })
  const text = names.join(", ")
  return html`<li title=${text}><span>${text}</span><small>${shape.join("×")}</small></li>`
}
