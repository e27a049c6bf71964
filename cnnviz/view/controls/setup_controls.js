// The controls of the setup as HTML, in panels. `data-lesson` names the URL key of a control; controls.js binds them.

import { rich } from "../dialogs/glossary_popover.js"
import { termPicture } from "../draw/term_pictures.js"
import { SIGNS, TERMS } from "../model/explain/meanings.js"
import { escapeHtml, markupWithFormulas } from "../model/numbers/format.js"
import { say } from "../model/words.js"
import { field, input, select } from "../shell/html.js"
import { CHANNELS, IMAGES, LIMITS, OPTIMIZERS, PADDINGS, RULES, SCALE_NAMES, WEIGHTS } from "../spec.js"
import { actionButton } from "./actions.js"
import { networkChoice } from "./network_controls.js"
import { panel, rail } from "./rail.js"

/** @import { Option } from "../shell/html.js" */

/** Return the elements for the errors of these URL keys. */
export const errorElements = (/** @type {string[]} */ ...keys) =>
  keys.map((key) => `<p class="wrong" data-wrong="${key}"></p>`).join("")

/** @type {(id: string) => string} */
const words = (id) => say(`web.controls.${id}`)

/** @type {(names: (string | number)[]) => Option[]} */
const plainOptions = (names) => names.map((name) => [name, name])

/** @type {(name: string) => string} */
const keyAttribute = (name) => `data-lesson="${name}"`

/** @type {(key: string, name: string, options: [string, string][]) => string} */
const choice = (key, name, options) => `
  <div class="choice" role="radiogroup" aria-label="${words(key)}" data-key="${key}" ${keyAttribute(name)}>
    ${options.map(([value, text]) => `<button type="button" role="radio" data-value="${value}" aria-checked="false">${text}</button>`).join("")}
  </div>${errorElements(name)}`

const thumbnails = () =>
  IMAGES.map(
    ({ id, words: what }, i) =>
      `<button type="button" data-value="${id}" aria-label="${escapeHtml(what)}" title="${escapeHtml(what)}" aria-pressed="false" style="--i:${i}"></button>`,
  ).join("")

/** @returns {[string, string][]} */
const channels = () => CHANNELS.map((name) => [name, say(`web.channels.${name}`)])

/** @returns {Option[]} */
const optimizers = () => OPTIMIZERS.map((name) => [name, say(`web.network.${name}`)])

/** Return a choice with its name. @type {(key: string, name: string, options: [string, string][]) => string} */
const labelledChoice = (key, name, options) =>
  `<div class="form-field"><span>${words(key)}</span>${choice(key, name, options)}</div>`

const image = () => `
  <p class="words"></p>
  <div class="thumbnails" role="group" aria-label="${words("images")}" data-key="image" ${keyAttribute("img")} style="--images:${IMAGES.length}">${thumbnails()}</div>
  ${errorElements("img")}
  <div class="pair">${actionButton("drawing", "", "hidden")}${actionButton("upload")}${actionButton("cifar10")}</div>
  ${labelledChoice("channel", "ch", channels())}${labelledChoice("scale", "scale", SCALE_NAMES)}
  <div class="two"><div class="target-fields"></div></div>${errorElements("y")}`

const network = () => `
  ${networkChoice()}${errorElements("net")}<ol class="layers"></ol><p class="hint all-parameters"></p>
  <div class="filter-fields"><div class="two geometry">
    ${field(words("stride"), select("stride", plainOptions(LIMITS.strides), words("stride"), keyAttribute("stride")))}
    ${field(words("padding"), select("padding", plainOptions(PADDINGS), words("padding"), keyAttribute("pad")))}</div>${errorElements("stride", "pad")}
    <button type="button" data-key="kernel_card" popovertarget="kernel_card">${words("kernel")} <i class="filter-name"></i> ▸</button></div>`

const settings = () => `
  <div class="two">
    ${field(say("web.network.optimizer"), select("optimizer", optimizers(), say("web.network.optimizer"), keyAttribute("opt")))}
    ${field(words("rate.text"), input("learning_rate", words("rate.label"), "decimal", keyAttribute("lr")))}
    ${field(words("rule"), select("rule", plainOptions(RULES), words("rule"), keyAttribute("rule")))}
    ${field(words("weights.text"), select("weights", plainOptions(WEIGHTS), words("weights.label"), keyAttribute("w")))}
    ${field(words("seed.text"), input("seed", words("seed.label"), "numeric", keyAttribute("seed")))}</div>
  ${errorElements("lr", "opt", "rule", "w", "seed")}`

/** Return the panel of exercises: predictions, hidden numbers and missions. */
const practice = () => `
  <p class="hint">${say("web.predict.words")}</p>${actionButton("predict", "", 'aria-pressed="false"')}
  <p class="hint">${say("web.predict.hides")}</p>${actionButton("hide_numbers", "", 'aria-pressed="false"')}
  <h3>${say("web.missions.title")}</h3><p class="hint">${say("web.missions.words")}</p><div class="missions"></div>`

const LEGEND = ["pixel", "signed", "activation", "ahead"]

/** Return a list of signs or terms with their meanings. @param {string} name @param {string[]} ids */
function meanings(name, ids) {
  const entry = (/** @type {string} */ id) => {
    const sign = SIGNS[id] ? `<i>${SIGNS[id]}</i> ` : ""
    return `<dt>${sign}${escapeHtml(say(`web.${id}.title`))}</dt><dd>${termPicture(id)}${rich(say(`web.${id}.text`))}</dd>`
  }
  return `<details><summary>${say(`web.legend.${name}`)}</summary><dl>${ids.map(entry).join("")}</dl></details>`
}

/** Return the legend of the maps' colours and signs. */
const legend = () => `
  <div class="legend"><dl>${LEGEND.map((name) => `<dt class="${name}"></dt><dd>${say(`web.legend.${name}.name`)} <small>${say(`web.legend.${name}.words`)}</small></dd>`).join("")}</dl>
    <p>${say("web.legend.scales")}</p><p>${markupWithFormulas(say("web.legend.gradient"))}</p>${meanings("signs", Object.keys(SIGNS))}${meanings("glossary", TERMS)}</div>`

/** @import { Kind } from "./actions.js" */

/** @param {Kind} kind */
export const setupControls = (kind) =>
  rail([
    { name: "image", body: image() },
    { name: "network", body: network() },
    ...(kind.deviates ? [{ name: "switches", body: "" }] : []),
    { name: "settings", body: settings() },
    ...(kind.reveals ? [{ name: "practice", body: practice() }] : []),
    { name: "legend", body: legend() },
  ])

/** Return the panel with the initial filters of the first convolution. */
export const kernelCard = () =>
  panel(
    "kernel_card",
    words("kernel"),
    `<div class="presets" role="group" aria-label="${words("kernel_preset")}" data-key="kernel_preset"></div>
      <div class="pair"><p class="preset-name"></p>${actionButton("kernel_random")}</div><p class="which-filter"></p><div class="kernel"></div>${errorElements("f")}`,
    "kernel-card",
  )
