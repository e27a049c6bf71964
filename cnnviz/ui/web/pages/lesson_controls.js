// The controls of the lesson as HTML, at the left. One that stands for a single key of the address names it under
// data-lesson; what they do is in controls.js.

import { escaped } from "../model/format.js"
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
const channels = () => CHANNELS.map((name) => [name, name === "rgb" ? say("web.network.rgb") : name])

/** @returns {Option[]} */
const optimizers = () => OPTIMIZERS.map((name) => [name, say(`web.network.${name}`)])

/** @returns {Option[]} */
const presets = () => [
  ...Object.keys(KERNELS).map((name) => /** @type {Option} */ ([name, name.replace("-", " ")])),
  ["custom", words("custom_kernel")],
]

export const lessonControls = () => `
  <aside class="controls" aria-label="${words("lesson")}">
    <section><h2>${words("image")} <span class="words"></span></h2>
      <div class="thumbnails" role="group" aria-label="${words("images")}" data-key="image" ${of("img")} style="--images:${IMAGES.length}">${thumbnails()}</div>
      ${complaints("img")}
      <div class="pair">${actionButton("upload")}${actionButton("cifar10")}</div>
    </section>
    <section><h2>${words("channel")}</h2>${choice("channel", "ch", channels())}
      <h2>${words("scale")}</h2>${choice("scale", "scale", SCALE_NAMES)}</section>
    <section class="filters"><h2>${words("kernel")} <i class="filter-name">f</i> <span class="which-filter"></span></h2>
      <div class="kernel"></div>${complaints("f")}
      <div class="pair">${select("kernel_preset", presets(), words("kernel_preset"))}
      ${actionButton("kernel_random")}</div></section>
    <section><h2>${say("web.network.title")}</h2>${networkChoice()}${complaints("net")}
      <div class="two">${field(words("stride"), select("stride", plainly(LIMITS.strides), words("stride"), of("stride")))}
      ${field(words("padding"), select("padding", plainly(PADDINGS), words("padding"), of("pad")))}
      ${field(words("weights.text"), select("weights", plainly(WEIGHTS), words("weights.label"), of("w")))}
      ${field(words("seed.text"), input("seed", words("seed.label"), "numeric", of("seed")))}</div>${complaints("stride", "pad", "w", "seed")}</section>
    <section><h2>${words("training")}</h2>
      <div class="three"><div class="targets"></div>
      ${field(words("rate.text"), input("learning_rate", words("rate.label"), "decimal", of("lr")))}</div><div class="two">
      ${field(say("web.network.optimizer"), select("optimizer", optimizers(), say("web.network.optimizer"), of("opt")))}
      ${field(words("rule"), select("rule", plainly(RULES), words("rule"), of("rule")))}</div>${complaints("y", "lr", "opt", "rule")}</section>
  </aside>`
