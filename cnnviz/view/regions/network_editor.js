// The network as a list of its layers: each unfolds, and is changed, taken out, or followed by another.

import { formula } from "../model/format.js"
import { ACTIVATIONS, added, changed, followers, LOSSES, POOLS, read, without } from "../model/network_text.js"
import { say } from "../model/words.js"
import { PRESETS } from "../spec.js"
import { html, inner, live, nothing, render } from "./html.js"

/** @import { NetworkRecord } from "../types/wire.js" */
/** @import { Template } from "./html.js" */
/** @import { Lesson } from "../model/address.js" */
/** @import { View } from "./lesson_view.js" */

const SIZES = [1, 2, 3, 4, 5, 6, 7]
const WINDOWS = [2, 3, 4]

/** @param {View} view */
export function bindLayers(view) {
  const list = view.$(".layers")
  const placed = (/** @type {Event} */ { target }) => {
    const field = /** @type {HTMLInputElement} */ (/** @type {Element} */ (target).closest("[data-layer-change]"))
    const place = Number(/** @type {HTMLElement | null} */ (field?.closest("[data-place]"))?.dataset.place)
    return { change: field?.dataset.layerChange, value: field?.value.trim() ?? "", place }
  }
  list.addEventListener("change", (event) => {
    const { change, value, place } = placed(event)
    if (change === "add") return value && edit(view, added(textOf(view), place, value))
    if (change)
      edit(view, changed(textOf(view), place, { [change]: change === "kind" ? value : Number(value) || 1 }), place)
  })
  list.addEventListener("click", (event) => {
    const { change, place } = placed(event)
    if (change === "remove") edit(view, without(textOf(view), place))
  })
  list.addEventListener("keydown", (event) => walk(list, event))
}

/** @param {View} view */
const textOf = (view) => view.wanted.net ?? PRESETS[0].query.net

/**
 * Another network on the same image. Filters stay where only the layer at `place` has changed, and has none; targets
 * where there are as many outputs.
 * @param {View} view
 * @param {string} net
 * @param {number} [place]
 */
function edit(view, net, place) {
  const kinds = textOf(view)
    .split("-")
    .map((word) => read(word).kind)
  const filters = place === undefined || kinds[place] === "conv"
  const outputs = outputsOf(net) !== outputsOf(textOf(view))
  const gone = [...(filters ? ["f", "f2", "f3", "f4"] : []), ...(outputs ? ["y"] : []), "stride", "pad", "rule", "cell"]
  /** @type {Lesson} */
  const fresh = Object.fromEntries(gone.filter((key) => key in view.lesson).map((key) => [key, ""]))
  view.go({ ...fresh, net, k: "0", stage: "x" })
}

/** The word that says how many outputs there are. @param {string} net */
const outputsOf = (net) => net.split("-").findLast((word) => /^(dense|conv)/.test(word))

/**
 * @param {View} view
 * @param {NetworkRecord | undefined} network
 */
export function fillLayers(view, network) {
  const list = view.$(".layers")
  list.hidden = !network
  if (!network) return
  const words = network.text.split("-")
  const last = words.length - 1
  const lines = [
    fixed("x", network.maps.x.plain, network.maps.x.shape),
    ...network.layers.map((layer, n) =>
      unfolding(n, layer.symbol, layer.name, layer.shape, controls(words[n], layer.shape.length === 1)),
    ),
    unfolding(last, "L", network.maps.L.plain, [], choice("kind", LOSSES, words[last], "loss")),
  ]
  render(lines, list)
  stop(list, list.querySelector("summary[tabindex='0']") ?? list.querySelector("details[open] summary"))
}

/**
 * The list is one stop for Tab: arrows go on from there.
 * @param {HTMLElement} list
 * @param {HTMLElement | null} here
 */
function stop(list, here) {
  const lines = [...list.querySelectorAll("summary")]
  for (const line of lines) line.tabIndex = line === (here ?? lines[0]) ? 0 : -1
}

/**
 * @param {HTMLElement} list
 * @param {KeyboardEvent} event
 */
function walk(list, event) {
  const lines = [...list.querySelectorAll("summary")]
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  const next = by && lines[lines.indexOf(/** @type {HTMLElement} */ (event.target)) + by]
  if (!next || !lines.includes(/** @type {HTMLElement} */ (event.target))) return
  stop(list, next)
  next.focus()
  event.preventDefault()
  event.stopPropagation()
}

/** @param {string} symbol @param {string} name @param {readonly number[]} shape */
const title = (symbol, name, shape) =>
  html`<span class="layer-symbol" ${inner(formula(symbol.replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)])))}></span><span>${name}</span><small>${shape.join("×")}</small>`

/** @param {string} symbol @param {string} name @param {readonly number[]} shape */
const fixed = (symbol, name, shape) => html`<li class="layer-line">${title(symbol, name, shape)}</li>`

/** @type {(place: number, symbol: string, name: string, shape: readonly number[], body: unknown) => Template} */
const unfolding = (place, symbol, name, shape, body) =>
  html`<li><details name="layers" data-place=${place}><summary class="layer-line">${title(symbol, name, shape)}</summary><div class="layer-edit">${body}</div></details></li>`

/** A list to choose from. @param {string} change @param {[value: string | number, text: string | number][]} options @param {string | number | undefined} chosen @param {string} label */
const list = (change, options, chosen, label) =>
  html`<select data-key="layer_${change}" data-layer-change=${change} aria-label=${label}>${options.map(([value, text]) => html`<option value=${value} .selected=${live(value === chosen)}>${text}</option>`)}</select>`

/** @type {(change: string, options: (string | number)[], chosen: string | number | undefined, label: string) => Template} */
const choice = (change, options, chosen, label) => {
  const all = [...new Set([...options, ...(chosen === undefined ? [] : [chosen])])]
  return list(
    change,
    all.map((value) => [value, value]),
    chosen,
    say(`web.layers.${label}`),
  )
}

/** @type {(value: number | undefined, label: string) => Template} */
const count = (value, label) =>
  html`<label>${say(`web.layers.${label}`)} <input data-layer-change="count" inputmode="numeric" .value=${String(value)} aria-label=${say(`web.layers.${label}`)}></label>`

/** @param {string} word */
function own(word) {
  const { kind, count: many, size } = read(word)
  if (kind === "conv") return [count(many, "filters"), choice("size", SIZES, size, "size")]
  if (kind === "dense") return count(many, "units")
  if (POOLS.includes(kind)) return [choice("kind", POOLS, kind, "kind"), choice("size", WINDOWS, size, "window")]
  return ACTIVATIONS.includes(kind) ? choice("kind", ACTIVATIONS, kind, "kind") : nothing
}

/** @param {string} word @param {boolean} isRow */
function controls(word, isRow) {
  const added = followers(isRow).map((name) => /** @type {[string, string]} */ ([name, name]))
  const add = list("add", [["", say("web.layers.add")], ...added], "", say("web.layers.add_label"))
  const remove = say("web.layers.remove")
  return html`${own(word)}${add}<button type="button" data-layer-change="remove" aria-label=${remove} title=${remove}>✕</button>`
}
