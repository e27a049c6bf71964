// The controls of the lesson as HTML, at the left. One that stands for a single key of the address names it under
// data-lesson; what they do is in controls.js.

import { escaped, marked } from "../model/format.js"
import { say } from "../model/words.js"
import { CHANNELS, IMAGES, KERNELS, LIMITS, OPTIMIZERS, PADDINGS, RULES, SCALE_NAMES, WEIGHTS } from "../spec.js"
import { actionButton } from "./actions.js"
import { field, input, select } from "./html.js"
import { networkChoice } from "./network_controls.js"

/** @import { Option } from "./html.js" */

/** The sentences on what was wrong with these keys of the address. */
const complaints = (/** @type {string[]} */ ...keys) =>
  keys.map((key) => `<p class="wrong" data-wrong="${key}"></p>`).join("")

/** @type {(id: string) => string} */
const words = (id) => say(`web.controls.${id}`)

/** @type {(names: (string | number)[]) => Option[]} */
const plainly = (names) => names.map((name) => [name, name])

/** @type {(name: string) => string} */
const of = (name) => `data-lesson="${name}"`

/** @type {(key: string, name: string, options: [string, string][]) => string} */
const choice = (key, name, options) => `
  <div class="choice" role="radiogroup" aria-label="${words(key)}" data-key="${key}" ${of(name)}>
    ${options.map(([value, text]) => `<button type="button" role="radio" data-value="${value}" aria-checked="false">${text}</button>`).join("")}
  </div>${complaints(name)}`

const thumbnails = () =>
  IMAGES.map(
    ({ id, words: what }, i) =>
      `<button type="button" data-value="${id}" aria-label="${escaped(what)}" title="${escaped(what)}" aria-pressed="false" style="--i:${i}"></button>`,
  ).join("")

/** @returns {[string, string][]} */
const channels = () => CHANNELS.map((name) => [name, say(`web.channels.${name}`)])

/** @returns {Option[]} */
const optimizers = () => OPTIMIZERS.map((name) => [name, say(`web.network.${name}`)])

/** @returns {Option[]} */
const presets = () => [
  ...Object.keys(KERNELS).map((name) => /** @type {Option} */ ([name, name.replace("-", " ")])),
  ["custom", words("custom_kernel")],
]

/** A line that unfolds: what it is about, its value, and its controls. @type {(name: string, body: string, title?: string) => string} */
const row = (name, body, title = words(`rows.${name}`)) => `
  <details class="row" data-row="${name}"><summary><span class="row-name">${title}</span><span class="row-value"></span></summary>
    <div class="unfolded">${body}</div></details>`

/** @import { Kind } from "./actions.js" */

/** What one may do with a lesson besides looking at it. */
const practice = () =>
  row(
    "practice",
    `<p class="hint">${say("web.predict.words")}</p>${actionButton("predict", "", 'aria-pressed="false"')}
      <p class="hint">${say("web.missions.title")}: ${say("web.missions.words")}</p><div class="missions"></div>`,
    say("web.predict.row"),
  )

/** @param {Kind} kind */
const rows = (kind) =>
  [
    row("pixels", choice("channel", "ch", channels()) + choice("scale", "scale", SCALE_NAMES)),
    row(
      "kernel",
      `<div class="which-filter"></div><div class="kernel"></div>${complaints("f")}
      <div class="pair">${select("kernel_preset", presets(), words("kernel_preset"))}${actionButton("kernel_random")}</div>`,
      `${words("rows.kernel")} <i class="filter-name"></i>`,
    ),
    row(
      "convolution",
      `<div class="two">${field(words("stride"), select("stride", plainly(LIMITS.strides), words("stride"), of("stride")))}
      ${field(words("padding"), select("padding", plainly(PADDINGS), words("padding"), of("pad")))}</div>${complaints("stride", "pad")}`,
    ),
    row(
      "weights",
      `<div class="two">${field(words("weights.text"), select("weights", plainly(WEIGHTS), words("weights.label"), of("w")))}
      ${field(words("seed.text"), input("seed", words("seed.label"), "numeric", of("seed")))}</div>${complaints("w", "seed")}`,
    ),
    row("targets", `<div class="two targets"></div>${complaints("y")}`),
    row(
      "learning",
      `<div class="two">${field(words("rate.text"), input("learning_rate", words("rate.label"), "decimal", of("lr")))}
      ${field(say("web.network.optimizer"), select("optimizer", optimizers(), say("web.network.optimizer"), of("opt")))}
      ${field(words("rule"), select("rule", plainly(RULES), words("rule"), of("rule")))}</div>${complaints("lr", "opt", "rule")}`,
    ),
    kind.turns ? practice() : "",
  ].join("")

const LEGEND = ["pixel", "signed", "activation", "ahead"]

/** What the colours of the maps mean. */
const legend = () => `
  <section class="legend"><h2>${say("web.legend.title")}</h2>
    <dl>${LEGEND.map((name) => `<dt class="${name}"></dt><dd>${say(`web.legend.${name}.name`)} <small>${say(`web.legend.${name}.words`)}</small></dd>`).join("")}</dl>
    <p>${say("web.legend.scales")}</p><p>${marked(say("web.legend.gradient"))}</p></section>`

/** @param {Kind} kind */
export const lessonControls = (kind) => `
  <aside class="controls" aria-label="${words("lesson")}">
    <section><h2>${words("image")} <span class="words"></span></h2>
      <div class="thumbnails" role="group" aria-label="${words("images")}" data-key="image" ${of("img")} style="--images:${IMAGES.length}">${thumbnails()}</div>
      ${complaints("img")}
      <div class="pair">${actionButton("upload")}${actionButton("cifar10")}</div>
    </section>
    <section><h2>${say("web.network.title")}</h2>${networkChoice()}${complaints("net")}
      <div class="rows layer-rows">${row("layers", '<ol class="layers"></ol>')}</div></section>
    <section><h2>${words("rows.title")}</h2><div class="rows">${rows(kind)}</div></section>
    ${legend()}
  </aside>`
