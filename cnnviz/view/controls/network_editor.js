// The network as a list of layers. Each unfolds and can be changed, removed, or followed by a new layer.

import { formula } from "../model/numbers/format.js"
import { allowedSuccessors, changeWord, insertWord, parseWord, removeWord } from "../model/state/network_text.js"
import { say } from "../model/words.js"
import { html, inner, live, nothing, render, setText } from "../shell/html.js"
import { ACTIVATIONS, FILTERS, LIMITS, LOSSES, POOLS, PRESETS } from "../spec.js"

/** @import { Word } from "../model/state/network_text.js" */
/** @import { Setup, NetworkRecord, Template, View } from "../types/view.js" */

const SIZES = [1, 2, 3, 4, 5, 6, 7]
const WINDOWS = [2, 3, 4]

/** @param {View} view */
export function bindLayers(view) {
  const list = view.$(".layers")
  const locateField = (/** @type {Event} */ { target }) => {
    const field = /** @type {HTMLInputElement} */ (/** @type {Element} */ (target).closest("[data-layer-change]"))
    const layerIndex = Number(/** @type {HTMLElement | null} */ (field?.closest("[data-place]"))?.dataset.place)
    return { field, change: field?.dataset.layerChange ?? "", place: layerIndex }
  }
  list.addEventListener("change", (event) => {
    const { field, change, place } = locateField(event)
    if (change === "add") return field.value && edit(view, insertWord(textOf(view), place, field.value))
    if (change) edit(view, changeWord(textOf(view), place, { [change]: fieldValue(field, change) }), place)
  })
  list.addEventListener("click", (event) => {
    const { field, change, place } = locateField(event)
    const delta = Number(field?.dataset.by ?? 0)
    const { count = 1 } = delta ? parseWord(textOf(view).split("-")[place]) : {}
    if (change === "remove") edit(view, removeWord(textOf(view), place))
    if (delta && count + delta > 0) edit(view, changeWord(textOf(view), place, { count: count + delta }), place)
  })
  list.addEventListener("keydown", (event) => moveByArrows(list, event))
}

const WORDS = ["kind", "padding"] // settings that are not numbers

/** @param {HTMLInputElement} field @param {string} change */
function fieldValue(field, change) {
  if (field.type === "checkbox") return field.checked
  const value = field.value.trim()
  if (WORDS.includes(change)) return value
  return change === "stride" && value === "1" ? undefined : Number(value) || 1
}

/** @param {View} view */
const textOf = (view) => view.wanted.net ?? PRESETS[0].query.net

/**
 * Change the network but keep the image. Filters are kept if only the layer at `place` has changed and is not a
 * convolution, targets if the number of outputs is equal, and the stage if the kinds of layers are the same.
 * @param {View} view
 * @param {string} net
 * @param {number} [layerIndex]
 */
function edit(view, net, layerIndex) {
  const [next, kinds] = [net, textOf(view)].map((text) => text.split("-").map((word) => parseWord(word).kind))
  const resetsFilters = layerIndex === undefined || kinds[layerIndex] === "conv"
  const resetsTargets = outputsOf(net) !== outputsOf(textOf(view))
  const keys = [...(resetsFilters ? FILTERS : []), ...(resetsTargets ? ["y"] : []), "stride", "pad", "rule", "cell"]
  /** @type {Setup} */
  const resetKeys = Object.fromEntries(keys.filter((key) => key in view.setup).map((key) => [key, ""]))
  view.go({ ...resetKeys, net, k: "0", ...(String(next) === String(kinds) ? {} : { stage: "x" }) })
}

/** Return the text of the layer that determines the number of outputs. @param {string} net */
const outputsOf = (net) => net.split("-").findLast((word) => /^(dense|conv)/.test(word))

/**
 * @param {View} view
 * @param {NetworkRecord | undefined} network
 */
export function fillLayers(view, network) {
  for (const name of [".layers", ".all-parameters"]) view.$(name).hidden = !network
  if (!network) return
  const words = textOf(view).split("-")
  const list = view.$(".layers")
  const lastIndex = words.length - 1
  const openIndex = setupConvIndex(words)
  view.$(".geometry").hidden = openIndex < 0
  const lines = [
    fixedLine("x", network.maps.x.plain, network.maps.x.shape),
    ...network.layers.map((layer, n) =>
      layerLine(n, layer.symbol, layer.name, layer.shape, [
        layerSettings(parseWord(words[n] ?? layer.text), n === openIndex),
        layerFoot(layer.shape.length === 1, parametersOf(network, n)),
      ]),
    ),
    layerLine(lastIndex, "L", network.maps.L.plain, [], choice("kind", LOSSES, words[lastIndex], "loss")),
  ]
  render(lines, list)
  setText(view.$(".all-parameters"), say("ui.train.training.fields.learn", { n: parametersOf(network) }))
  setTabStop(list, list.querySelector("summary[tabindex='0']") ?? list.querySelector("details[open] summary"))
}

/**
 * Return the index of the first convolution if its stride and padding come from the setup, or -1.
 * @param {string[]} words
 */
function setupConvIndex(words) {
  const index = words.findIndex((word) => parseWord(word).kind === "conv")
  const { stride, padding } = parseWord(words[index] ?? "")
  return stride || padding ? -1 : index
}

/**
 * Return the number of parameters of a layer, or of the network.
 * @param {NetworkRecord} network @param {number} [layerIndex]
 */
function parametersOf({ maps }, layerIndex) {
  const parameters = Object.values(maps).filter(
    ({ band, layer }) => band === "parameters" && (layerIndex ?? layer) === layer,
  )
  return parameters.reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0)
}

/**
 * Make one line the list's tab stop; arrow keys reach the others.
 * @param {HTMLElement} list
 * @param {HTMLElement | null} current
 */
function setTabStop(list, current) {
  const lines = [...list.querySelectorAll("summary")]
  for (const line of lines) line.tabIndex = line === (current ?? lines[0]) ? 0 : -1
}

/**
 * @param {HTMLElement} list
 * @param {KeyboardEvent} event
 */
function moveByArrows(list, event) {
  const lines = [...list.querySelectorAll("summary")]
  const delta = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  const nextLine = delta && lines[lines.indexOf(/** @type {HTMLElement} */ (event.target)) + delta]
  if (!nextLine || !lines.includes(/** @type {HTMLElement} */ (event.target))) return
  setTabStop(list, nextLine)
  nextLine.focus()
  event.preventDefault()
  event.stopPropagation()
}

/** @param {string} symbol @param {string} name @param {readonly number[]} shape */
const title = (symbol, name, shape) =>
  html`<span class="layer-symbol" ${inner(formula(symbol.replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)])))}></span><span>${name}</span><small>${shape.join("×")}</small>`

/** @param {string} symbol @param {string} name @param {readonly number[]} shape */
const fixedLine = (symbol, name, shape) => html`<li class="layer-line">${title(symbol, name, shape)}</li>`

/** @type {(place: number, symbol: string, name: string, shape: readonly number[], body: unknown) => Template} */
const layerLine = (place, symbol, name, shape, body) =>
  html`<li><details name="layers" data-place=${place}><summary class="layer-line">${title(symbol, name, shape)}</summary><div class="layer-edit">${body}</div></details></li>`

/**
 * Return a menu.
 * @param {string} change @param {[value: string | number, text: string | number][]} options @param {string | number | undefined} chosen @param {string} label
 */
const list = (change, options, chosen, label) =>
  html`<select data-key="layer_${change}" data-layer-change=${change} aria-label=${label}>${options.map(([value, text]) => html`<option value=${value} .selected=${live(value === chosen)}>${text}</option>`)}</select>`

/** @type {(change: string, options: (string | number)[], chosen: string | number | undefined, label: string) => Template} */
const choice = (change, options, chosen, label) => {
  const values = [...new Set([...options, ...(chosen === undefined ? [] : [chosen])])]
  const choices = values.map((value) => /** @type {[typeof value, typeof value]} */ ([value, value]))
  return list(change, choices, chosen, say(`web.layers.${label}`))
}

/** @type {(label: string, control: unknown) => Template} */
const labelledField = (label, control) =>
  html`<label class="layer-field"><span>${say(`web.layers.${label}`)}</span>${control}</label>`

/**
 * Return a number field with buttons to add or subtract 1.
 * @param {number | undefined} value @param {string} label
 */
const countField = (value, label) =>
  html`<div class="layer-field"><span>${say(`web.layers.${label}`)}</span><span class="by-one">${stepButton(-1, "−", label)}<input data-layer-change="count" inputmode="numeric" .value=${live(String(value))} aria-label=${say(`web.layers.${label}`)}>${stepButton(1, "+", label)}</span></div>`

/** @param {number} by @param {string} sign @param {string} label */
const stepButton = (by, sign, label) =>
  html`<button type="button" data-layer-change="by" data-by=${by} aria-label=${say(`web.layers.by.${label}`, { sign })}>${sign}</button>`

/**
 * Return the controls of a layer's settings. If stride and padding come from the setup (`isOpen`), their fields are
 * below the list.
 * @param {Word} word @param {boolean} isOpen
 */
function layerSettings(word, isOpen) {
  const { kind, count: many, size, bias, stride = 1, padding = "" } = word
  if (kind === "dense") return countField(many, "units")
  if (ACTIVATIONS.includes(kind)) return labelledField("kind", choice("kind", ACTIVATIONS, kind, "kind"))
  if (POOLS.includes(kind))
    return [
      labelledField("kind", choice("kind", POOLS, kind, "kind")),
      labelledField("window", choice("size", WINDOWS, size, "window")),
    ]
  if (kind !== "conv") return nothing
  const sizes = SIZES.map((k) => /** @type {[number, string]} */ ([k, `${k} × ${k}`]))
  const paddings = [["", say("web.layers.no_padding")], ...["same", "full"].map((name) => [name, name])]
  return [
    countField(many, "filters"),
    labelledField("size", list("size", sizes, size, say("web.layers.size"))),
    isOpen ? nothing : labelledField("stride", choice("stride", LIMITS.strides, stride, "stride")),
    isOpen
      ? nothing
      : labelledField("padding", list("padding", withOption(paddings, padding), padding, say("web.layers.padding"))),
    labelledField("bias", html`<input type="checkbox" data-layer-change="bias" .checked=${live(bias ?? false)}>`),
  ]
}

/**
 * Return the options, with the chosen one added if it is missing.
 * @param {string[][]} options @param {string} chosen
 */
const withOption = (options, chosen) =>
  /** @type {[string, string][]} */ (
    options.some(([value]) => value === chosen) ? options : [...options, [chosen, chosen]]
  )

/**
 * Return the line below a layer: number of parameters, menu to add a layer, and button to remove this one.
 * @param {boolean} isRow @param {number} n
 */
function layerFoot(isRow, n) {
  const followerOptions = allowedSuccessors(isRow).map((name) => /** @type {[string, string]} */ ([name, name]))
  const addMenu = list("add", [["", say("web.layers.add")], ...followerOptions], "", say("web.layers.add_label"))
  const removeLabel = say("web.layers.remove")
  return html`<p class="layer-foot"><small>${n ? say("web.layers.parameters", { n }) : ""}</small>${addMenu}<button type="button" data-layer-change="remove" aria-label=${removeLabel} title=${removeLabel}>✕</button></p>`
}
