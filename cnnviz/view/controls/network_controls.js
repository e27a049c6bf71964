// The controls of the network: preset or text, the filters of the first convolution, and the targets.

import { colour, css } from "../model/numbers/colour.js"
import { escapeHtml, formatToFit, inField, plainNumber } from "../model/numbers/format.js"
import { kindOf } from "../model/state/targets.js"
import { say } from "../model/words.js"
import { closest, html, live, markup, nothing, render, setText, svg } from "../shell/html.js"
import { FILTERS, KERNELS, LIMITS, PRESETS } from "../spec.js"

/** @import { FiltersRecord, Header, Setup, View } from "../types/view.js" */

const OWN_NETWORK = "own"
const MOST_FIELDS = 2 // outputs up to which targets are typed; with more, a class is chosen

const options = () =>
  PRESETS.map(
    ({ label, source }, n) => `<option value="${n}" title="${escapeHtml(source)}">${escapeHtml(label)}</option>`,
  ).join("")

export const networkChoice = () => `
  <select data-key="preset" aria-label="${escapeHtml(say("web.network.preset"))}">${options()}<option value="${OWN_NETWORK}">${escapeHtml(say("web.network.own"))}</option></select>
  <input data-key="network" class="network-text" spellcheck="false" autocomplete="off" aria-label="${escapeHtml(say("web.network.text"))}">`

/** @param {View} view */
export function bindNetwork(view) {
  /** @type {(key: string, act: (value: string) => void) => void} */
  const onFieldChange = (key, act) =>
    view.control(key).addEventListener("change", () => act(view.field(key).value.trim()))
  onFieldChange("preset", (n) => n !== OWN_NETWORK && choosePreset(view, Number(n)))
  onFieldChange("network", (text) =>
    view.go({ net: text.toLowerCase().replace(/\s/g, ""), ...resetChange(view.setup) }),
  ) // phones capitalize the first letter
  view.control("kernel_preset").addEventListener("click", (event) => {
    const value = closest(event, "[data-value]")?.dataset.value
    if (value) replaceFilter(view, value)
  })
  /** @type {(place: string, act: (view: View, field: HTMLInputElement) => void) => void} */
  const onChangeWithin = (place, act) =>
    view.$(place).addEventListener("change", ({ target }) => act(view, /** @type {HTMLInputElement} */ (target)))
  onChangeWithin(".kernel", editWeight)
  onChangeWithin(".target-fields", editTarget)
}

/**
 * Choose a preset network, with its image if the current one is of another kind. Pages without updates go to Step.
 * @param {View} view @param {number} n
 */
export function choosePreset(view, n) {
  const { img, ...own } = { ...PRESETS[n].query, ...resetChange(view.setup) }
  const change = kindOf(img) === kindOf(view.setup.img) ? own : { img, ...own }
  view.kind.walks ? view.go(change) : view.turn("", change)
}

/**
 * Return the change that resets what another network cannot keep: targets, filters, updates, stage and cell.
 * @param {Setup} setup
 * @returns {Setup}
 */
function resetChange(setup) {
  const keys = ["y", ...FILTERS, "stride", "pad", "rule", "cell"].filter((key) => key in setup)
  return { ...Object.fromEntries(keys.map((key) => [key, ""])), k: "0", stage: "x" }
}

/**
 * Return filter and channel of the kernel to edit: those of the selected cell.
 * @param {View} view
 * @param {FiltersRecord} filters
 */
function selectedKernel(view, { name, shape }) {
  const [m = 0, c = 0] = view.content.cellOf(name)
  return m < shape[0] && c < shape[1] ? [m, c] : [0, 0]
}

/** @param {View} view */
export const randomKernel = (view) =>
  replaceFilter(view, `random-${crypto.getRandomValues(new Uint32Array(1))[0] % LIMITS.seeds}`)

/**
 * Replace the selected filter of the first convolution by `text`.
 * @param {View} view
 * @param {string} text
 */
function replaceFilter(view, text) {
  const filters = view.data?.filters
  if (!filters) return
  putFilter(view, { ...filters, key: "f" }, selectedKernel(view, filters)[0], text)
}

const KEPT = /^held-/ // the id of numbers that the server stores because they are too long for the address

/** @typedef {{ key: string, shape: ArrayLike<number>, weights: ArrayLike<number> }} Bank  the initial filters of a convolution, and their URL key */

/**
 * Replace filter `m` of a convolution by `text` and keep the others.
 * @param {View} view
 * @param {Bank} bank
 * @param {number} m
 * @param {string} text
 */
function putFilter(view, { key, shape, weights }, m, text) {
  const filterText = view.wanted[key] ?? ""
  const isStored = KEPT.test(filterText)
  const filterTexts = shape[0] === 1 || isStored ? [] : filterText.split(";").filter(Boolean)
  const size = shape[1] * shape[2] ** 2
  const initialFilter = (/** @type {number} */ n) =>
    Array.from({ length: size }, (_, i) => weights[n * size + i]).join(",")
  const filters = Array.from(
    { length: isStored ? shape[0] : Math.max(m, filterTexts.length) },
    (_, n) => filterTexts[n] ?? initialFilter(n),
  )
  filters[m] = text
  view.go({ [key]: filters.join(";") })
}

/**
 * Replace one initial weight of a convolution's filters.
 * @param {View} view
 * @param {Bank} bank
 * @param {import("../model/explain/cell_links.js").Cell} cell
 * @param {string} text
 */
export function putWeight(view, bank, [m, c, row, column], text) {
  const [, channels, k] = Array.from(bank.shape)
  const size = channels * k * k
  const weightTexts = view.wanted[bank.key]?.split(";")[m]?.split(",") ?? []
  const texts =
    weightTexts.length === size
      ? weightTexts
      : Array.from({ length: size }, (_, i) => String(bank.weights[m * size + i]))
  putFilter(view, bank, m, texts.with((c * k + row) * k + column, text).join(","))
}

/** @type {(field: HTMLInputElement) => string} */
const typedNumber = (field) => plainNumber(field.value) || "0"

/**
 * Change one weight of the kernel. The others keep all digits, not only those shown.
 * @param {View} view
 * @param {HTMLInputElement} field
 */
function editWeight(view, field) {
  const filters = view.data?.filters
  if (!filters) return
  const [m, c] = selectedKernel(view, filters)
  const [index, k] = [Number(field.dataset.place), filters.shape[2]]
  putWeight(view, { ...filters, key: "f" }, [m, c, Math.floor(index / k), index % k], typedNumber(field))
}

/**
 * @param {View} view
 * @param {HTMLInputElement} field
 */
function editTarget(view, field) {
  const count = view.data?.outputs.length ?? 0
  if (field.dataset.key === "target") {
    const oneHot = Array.from({ length: count }, (_, n) => (n === Number(field.value) ? "1" : "0"))
    return view.go({ y: oneHot.join(",") })
  }
  const targetTexts = view.wanted.y.split(",")
  const numbers = targetTexts.length === count ? targetTexts : view.setup.y.split(",")
  view.go({ y: numbers.with(Number(field.dataset.place), typedNumber(field)).join(",") })
}

/**
 * @param {View} view
 * @param {Header} data
 */
export function fillNetwork(view, { filters, outputs }) {
  const { setup } = view
  const net = setup.net ?? PRESETS[0].query.net
  const presetIndex = PRESETS.findIndex(({ query }) => query.net === net)
  view.field("preset").value = presetIndex < 0 ? OWN_NETWORK : String(presetIndex)
  view.field("network").value = net
  view.control("network").title = net
  view.control("preset").title = presetIndex < 0 ? "" : PRESETS[presetIndex].source
  fillTargets(view, outputs)
  view.control("drawing").hidden = kindOf(setup.img) !== "digit"
  view.$(".filter-fields").hidden = !filters
  if (filters) fillKernel(view, filters)
}

/**
 * Show few targets as numbers, and more as the class whose target is 1.
 * @param {View} view
 * @param {string[]} outputs
 */
function fillTargets(view, outputs) {
  const targets = view.setup.y.split(",")
  const areTyped = outputs.length <= MOST_FIELDS
  const fields = () => outputs.map((_, n) => targetField(n, targets[n]))
  render(areTyped ? fields() : targetChoice(outputs, targets), view.$(".target-fields"))
}

/** @param {number} n @param {string} value */
const targetField = (n, value) =>
  html`<label class="form-field"><span>${markup(say("web.network.target_n", { label: "<i>y</i>", n }))}</span>${numberField(`target_${n}`, n, value, say("web.network.target_of", { n }))}</label>`

/**
 * Return a number field. The value of the next response replaces what is typed.
 * @param {string} key @param {number} n @param {string} value @param {string} label @param {string} [title]
 */
const numberField = (key, n, value, label, title) =>
  html`<input data-key=${key} data-place=${n} inputmode="decimal" autocomplete="off" spellcheck="false" aria-label=${label} title=${title ?? nothing} .value=${live(value)}>`

/** @param {string[]} outputs @param {string[]} targets */
function targetChoice(outputs, targets) {
  const isOneHot = targets.filter((value) => Number(value) !== 0).length === 1
  const classIndex = isOneHot ? targets.findIndex((value) => Number(value) === 1) : -1
  const options = outputs.map(
    (name, n) => html`<option value=${n} .selected=${live(n === classIndex)}>${name}</option>`,
  )
  return html`<label class="form-field wide-field"><span>${say("web.network.target")}</span><select data-key="target">${options}<option value="" hidden .selected=${live(classIndex < 0)}></option></select></label>`
}

/**
 * Show the weights of the selected kernel in their fields.
 * @param {View} view
 * @param {FiltersRecord} filters
 */
export function fillKernel(view, filters) {
  const { name, shape, weights } = filters
  const [count, channels, k] = shape
  const [m, c] = selectedKernel(view, filters)
  const grid = view.$(".kernel")
  const kernel = weights.slice((m * channels + c) * k * k, (m * channels + c + 1) * k * k)
  const focusedField = view.waiting && grid.contains(document.activeElement) ? document.activeElement : null
  const cell = (/** @type {number} */ weight, /** @type {number} */ n) => {
    const [row, column] = [Math.floor(n / k), n % k]
    const key = `kernel_${row}_${column}`
    const text = k > 3 ? inField(String(Number(weight.toFixed(2)))) : formatToFit(String(weight))
    const isTyping = focusedField instanceof HTMLInputElement && focusedField.dataset.key === key
    return numberField(
      key,
      n,
      isTyping ? focusedField.value : text,
      say("web.network.weight", { row, column }),
      String(weight),
    )
  }
  render(kernel.map(cell), grid)
  grid.style.setProperty("--k", String(k))
  const description = say(channels > 1 ? "web.network.channel" : "web.network.filter", { filter: m, channel: c })
  setText(view.$(".which-filter"), count === 1 && channels === 1 ? "" : description)
  render(html`${name[0]}${name.length > 1 ? html`<sub>${name.slice(1)}</sub>` : ""}`, view.$(".filter-name"))
  fillPresets(view, (k === 3 && presetOf(kernel, channels)) || "")
  grid.dataset.chosen = `${m} ${c}`
}

/**
 * Show the named kernels as pictures, and the name of the current one.
 * @param {View} view @param {string} presetName
 */
function fillPresets(view, presetName) {
  const entries = Object.entries(KERNELS)
  const presetLabel = (/** @type {string} */ name) => name.replace("-", " ")
  const picture = (/** @type {readonly number[]} */ weights) => {
    const maximum = Math.max(...weights.map(Math.abs))
    const cell = (/** @type {number} */ weight, /** @type {number} */ n) =>
      svg`<rect x=${n % 3} y=${Math.floor(n / 3)} width="1" height="1" fill=${css(colour(weight, [-maximum, maximum], "signed"))} />`
    return html`<svg viewBox="0 0 3 3" aria-hidden="true">${weights.map(cell)}</svg>`
  }
  const button = (/** @type {[string, readonly number[]]} */ [name, weights], /** @type {number} */ n) =>
    html`<button type="button" data-value=${name} aria-label=${presetLabel(name)} title=${presetLabel(name)} aria-pressed=${name === presetName}
      tabindex=${name === presetName || (!presetName && !n) ? 0 : -1}>${picture(weights)}</button>`
  render(entries.map(button), view.control("kernel_preset"))
  setText(view.$(".preset-name"), presetName ? presetLabel(presetName) : say("web.controls.custom_kernel"))
}

/**
 * Return the name of the preset with these weights, repeated over the channels, or undefined.
 * @param {number[]} weights
 * @param {number} channels
 */
const presetOf = (weights, channels) =>
  Object.entries(KERNELS).find(([, f]) => f.every((value, i) => Math.abs(value / channels - weights[i]) < 1e-12))?.[0]
