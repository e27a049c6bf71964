// The controls of the network: a course's network or a text, the first convolution's filters, the targets.

import { KERNELS, LIMITS, PRESETS } from "../spec.js"
import { escape, fitting, setHTML } from "../model/format.js"
import { say } from "../model/words.js"

const OWN = "own"

const options = PRESETS.map(({ label, source }, n) => `<option value="${n}" title="${escape(source)}">${escape(label)}</option>`).join("")

export const networkChoice = `
  <select data-key="preset" aria-label="${escape(say("web.network.preset"))}">${options}<option value="${OWN}">${escape(say("web.network.own"))}</option></select>
  <input data-key="network" class="network-text" spellcheck="false" autocomplete="off" aria-label="${escape(say("web.network.text"))}">`

/** @param {any} view */
export function bindNetwork(view) {
  const control = (/** @type {string} */ key) => view.$(`[data-key="${key}"]`)
  control("preset").addEventListener("change", () => {
    const chosen = PRESETS[control("preset").value]
    if (chosen) view.go({ ...chosen.query, ...fresh(view.lesson) })
  })
  control("network").addEventListener("change", () => view.go({ net: control("network").value.trim(), ...fresh(view.lesson) }))
  control("optimizer").addEventListener("change", () => view.go({ opt: control("optimizer").value }))
  view.$(".kernel").addEventListener("change", (/** @type {Event} */ event) => edited(view, /** @type {HTMLInputElement} */ (event.target)))
  view.$(".targets").addEventListener("change", (/** @type {Event} */ event) => targeted(view, /** @type {HTMLInputElement} */ (event.target)))
  control("kernel_preset").addEventListener("change", () => control("kernel_preset").value !== "custom" && replaced(view, control("kernel_preset").value))
  control("kernel_random").addEventListener("click", () => replaced(view, `random-${crypto.getRandomValues(new Uint32Array(1))[0] % LIMITS.seeds}`))
}

// What another network cannot take over: targets and filters of another shape, updates, a stage of its own.
/** @param {Record<string, string>} lesson */
const fresh = (lesson) => Object.fromEntries([...["y", "f", "f2", "f3", "f4", "cell"].filter((key) => key in lesson).map((key) => [key, ""]), ["k", "0"], ["stage", "x"]])

/** The filter and the channel whose kernel is edited. @param {any} view @returns {number[]} */
function chosen(view) {
  const { name, shape } = view.data.filters
  const [m = 0, c = 0] = view.content.cells?.own(name) ?? []
  return m < shape[0] && c < shape[1] ? [m, c] : [0, 0]
}

/** @param {any} view @param {string} text of the chosen filter */
function replaced(view, text) {
  const { shape, weights } = view.data.filters
  const [m] = chosen(view)
  const asked = (view.waiting ?? view.lesson).f ?? ""
  const given = shape[0] === 1 ? [] : asked.split(";").filter(Boolean)
  const size = shape[1] * shape[2] ** 2
  const before = Array.from({ length: Math.max(m, given.length) }, (_, n) => given[n] ?? weights.slice(n * size, (n + 1) * size).join(","))
  view.go({ f: before.with ? Object.assign([...before], { [m]: text }).join(";") : text })
}

// One of several numbers: the others stay as the lesson has them, with more digits than their cells show.
/** @param {any} view @param {HTMLInputElement} field */
function edited(view, field) {
  const { shape, weights } = view.data.filters
  const [, channels, k] = shape
  const [m, c] = chosen(view)
  const size = channels * k * k
  const place = Number(field.dataset.place)
  const asked = (view.waiting ?? view.lesson).f?.split(";")[m]?.split(",") ?? []
  const own = asked.length === size ? asked : weights.slice(m * size, (m + 1) * size).map(String)
  replaced(view, own.with(c * k * k + place, field.value.trim().replace("−", "-") || "0").join(","))
}

/** @param {any} view @param {HTMLInputElement} field */
function targeted(view, field) {
  const count = view.data.outputs.length
  if (field.dataset.key === "target") return view.go({ y: Array.from({ length: count }, (_, n) => (n === Number(field.value) ? "1" : "0")).join(",") })
  const asked = (view.waiting ?? view.lesson).y.split(",")
  const numbers = asked.length === count ? asked : view.lesson.y.split(",")
  view.go({ y: numbers.with(Number(field.dataset.place), field.value.trim().replace("−", "-") || "0").join(",") })
}

/** @param {any} view */
export function fillNetwork(view) {
  const { lesson, data } = view
  const control = (/** @type {string} */ key) => view.$(`[data-key="${key}"]`)
  const net = lesson.net ?? PRESETS[0].query.net
  const found = PRESETS.findIndex(({ query }) => query.net === net)
  control("preset").value = found < 0 ? OWN : String(found)
  control("network").value = net
  control("network").title = net
  control("preset").title = found < 0 ? "" : PRESETS[found].source
  control("optimizer").value = lesson.opt ?? "gd"
  fillTargets(view)
  view.$(".filters").hidden = !data.filters
  if (data.filters) fillKernel(view)
}

const MOST_FIELDS = 2 // targets that are typed; of more outputs a class is chosen

/** @param {any} view */
function fillTargets(view) {
  const { outputs } = view.data
  const targets = view.lesson.y.split(",")
  const place = view.$(".targets")
  const key = outputs.join()
  if (place.built !== key) {
    place.built = key
    const fields = outputs.map((/** @type {string} */ _, /** @type {number} */ n) => `<label class="field"><span>${say("web.network.target_n", { label: "<i>y</i>", n })}</span><input data-key="target_${n}" data-place="${n}" inputmode="decimal" autocomplete="off" spellcheck="false" aria-label="${escape(say("web.network.target_of", { n }))}"></label>`)
    const choice = `<label class="field wide-field"><span>${say("web.network.target")}</span><select data-key="target">${outputs.map((/** @type {string} */ name, /** @type {number} */ n) => `<option value="${n}">${escape(name)}</option>`).join("")}<option value="" hidden></option></select></label>`
    place.innerHTML = outputs.length <= MOST_FIELDS ? fields.join("") : choice
  }
  if (outputs.length <= MOST_FIELDS) for (const field of place.querySelectorAll("input")) field.value = targets[field.dataset.place]
  else place.querySelector("select").value = targets.filter((/** @type {string} */ value) => Number(value) !== 0).length === 1 ? String(targets.findIndex((/** @type {string} */ value) => Number(value) === 1)) : ""
}

/** The chosen kernel's weights in their fields. @param {any} view */
export function fillKernel(view) {
  const { name, shape, weights } = view.data.filters
  const [filters, channels, k] = shape
  const [m, c] = chosen(view)
  const grid = view.$(".kernel")
  if (grid.dataset.k !== String(k)) {
    grid.dataset.k = String(k)
    grid.style.setProperty("--k", String(k))
    grid.innerHTML = Array.from({ length: k * k }, (_, n) => `<input data-key="kernel_${Math.floor(n / k)}_${n % k}" data-place="${n}" inputmode="decimal" autocomplete="off" spellcheck="false" aria-label="${escape(say("web.network.weight", { row: Math.floor(n / k), column: n % k }))}">`).join("")
  }
  const own = weights.slice((m * channels + c) * k * k, (m * channels + c + 1) * k * k)
  for (const [n, field] of [...grid.children].entries()) {
    if (field === document.activeElement && view.waiting) continue
    field.value = k > 3 ? String(Number(own[n].toFixed(2))) : fitting(String(own[n]))
    field.title = String(own[n])
  }
  setHTML(view.$(".which-filter"), filters === 1 && channels === 1 ? "" : escape(say(channels > 1 ? "web.network.channel" : "web.network.filter", { filter: m, channel: c })))
  setHTML(view.$(".filter-name"), name[0] + (name.length > 1 ? `<sub>${name.slice(1)}</sub>` : ""))
  const preset = k === 3 ? Object.entries(KERNELS).find(([, f]) => f.every((/** @type {number} */ value, /** @type {number} */ i) => Math.abs(value / channels - own[i]) < 1e-12))?.[0] : undefined
  view.$('[data-key="kernel_preset"]').value = preset ?? "custom"
  grid.dataset.chosen = `${m} ${c}`
}
