// A field at the top of the list of keys that finds any stage, image, network, mistake, setup, page, setting and what can be
// done. Nothing is listed here: all of it is taken from where it is.

import { available, run } from "../controls/actions.js"
import { choosePreset } from "../controls/network_controls.js"
import { reveal } from "../controls/rail.js"
import { found } from "../model/find.js"
import { has, say } from "../model/words.js"
import { html, input, near, render } from "../shell/html.js"
import { IMAGES, LESSONS, PAGES, PRESETS, WORDS } from "../spec.js"

/** @import { Findable } from "../model/find.js" */
/** @import { Dialog, Setup, View } from "../types/view.js" */
/** @typedef {Findable & { go: (view: View) => unknown }} Place */

const MOST = 60 // places that are listed
const SLOPE = "σ′" // stands for any activation's in a mistake's name
const MISTAKE = /^mistake\.(\w+)\.title$/

export const findField = () => `
  <div class="find">${input("find", say("web.find.label"), "text", `role="combobox" aria-controls="found" aria-expanded="false" aria-autocomplete="list" autofocus placeholder="${say("web.find.label")}"`)}
    <ul id="found" role="listbox" aria-label="${say("web.find.title")}"></ul></div>`

/** A change of the setup: where the page has it, here, else on Step. @type {(change: Setup) => (view: View) => void} */
const to = (change) => (view) => (view.kind.walks ? view.go(change) : view.turn("", change))

/** @param {View} view @returns {Place[]} */
const stages = ({ data, kind }) =>
  (data?.stages ?? []).map(({ symbol, label, title, plain, name }) => ({
    kind: say("web.frame.stages"),
    text: `${label} · ${title}`,
    also: `${symbol} ${plain} ${name}`,
    go: (view) => (kind.stages && kind.walks ? view.go({ stage: symbol }) : view.turn("", { stage: symbol })),
  }))

/** @returns {Place[]} */
const everywhere = () => [
  ...PAGES.map(({ path, name }) => ({
    kind: say("web.frame.pages"),
    text: name,
    go: (/** @type {View} */ view) => view.turn(path),
  })),
  ...PRESETS.map(({ label, source, query }, n) => ({
    kind: say("web.rail.network"),
    text: label,
    also: `${source} ${query.net}`,
    go: (/** @type {View} */ view) => choosePreset(view, n),
  })),
  ...IMAGES.map(({ id, words }) => ({ kind: say("web.rail.image"), text: words, also: id, go: to({ img: id }) })),
  ...Object.keys(WORDS).flatMap((id) => mistake(id, MISTAKE.exec(id)?.[1])),
  ...LESSONS.map(({ id, title }) => ({
    kind: say("web.learn.lessons"),
    text: title,
    go: (/** @type {View} */ view) =>
      view.page === "learn" ? view.go({ setup: id, step: "1" }) : view.turn("learn", { setup: id }),
  })),
  ...PAGES.filter(({ path }) => path === "check").map(({ path, name }) => ({
    kind: name,
    text: say("web.find.own"),
    also: say("web.actions.own_gradients.also"),
    go: (/** @type {View} */ view) => view.adopt({ page: path, mistake: "", check: "own" }),
  })),
]

/** @param {string} id @param {string | undefined} name @returns {Place[]} */
function mistake(id, name) {
  if (!name) return []
  const go = (/** @type {View} */ view) => view.adopt({ page: "check", mistake: name, check: "break" })
  return [{ kind: say("web.find.mistake"), text: say(id, { slope: SLOPE }), also: name, go }]
}

/** Gives what can be done, by its button. @param {View} view @returns {Place[]} */
const actions = (view) =>
  available(view.kind).flatMap((action) => {
    const [label, also] = ["label", "also"].map((words) => `web.actions.${action.name}.${words}`)
    const button = view.control(action.name)
    const text = button?.getAttribute("aria-label") ?? (button && has(label) ? say(label) : "")
    const place = { kind: "", text, also: has(also) ? say(also) : "", go: () => run(view, action) }
    return text && action.name !== "keys" ? [place] : []
  })

/** Gives what can be set, in the sheet that it stands in. @param {View} view @returns {Place[]} */
function settings({ root }) {
  const all = root.querySelectorAll(
    /** @type {"input"} */ (".sheet :is(input, select, [role=radiogroup], [role=group])[data-key]:not(.kernel *)"),
  )
  return Array.from(all, (control) => ({
    kind: control.closest(".sheet")?.getAttribute("aria-label") ?? "",
    text: control.getAttribute("aria-label") ?? control.closest(".field")?.querySelector("span")?.textContent ?? "",
    also: control.textContent ?? "", // what can be chosen there
    go() {
      reveal(control)
      const within = /** @type {HTMLElement | null} */ (control.querySelector("[tabindex='0']"))
      ;(within ?? control).focus()
    },
  }))
}

/** @param {View} view @param {Dialog} dialog  that it stands in */
export function bindFind(view, dialog) {
  const field = /** @type {HTMLInputElement} */ (dialog.body.querySelector("[data-key=find]"))
  const list = /** @type {HTMLElement} */ (dialog.body.querySelector("#found"))
  /** @type {Place[]} */
  const all = [...stages(view), ...everywhere(), ...actions(view), ...settings(view)]
  /** @type {Place[]} */
  let shown = []
  let at = 0
  const draw = () => {
    const lines = shown.map((place, n) => line(place, n, n === at))
    render(lines, list)
    field.setAttribute("aria-expanded", String(shown.length > 0))
    field.closest(".find")?.classList.toggle("finds", shown.length > 0) // what stands below makes room
    shown.length
      ? field.setAttribute("aria-activedescendant", `found_${at}`)
      : field.removeAttribute("aria-activedescendant")
    list.children[at]?.scrollIntoView({ block: "nearest" })
  }
  const go = (/** @type {number} */ n) => {
    dialog.close()
    shown[n]?.go(view)
  }
  field.addEventListener("input", () => {
    shown = found(all, field.value, MOST)
    at = 0
    draw()
  })
  field.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.key === "Enter" && shown.length) go(at)
    if (by && shown.length) at = (at + by + shown.length) % shown.length
    if (!by) return
    event.preventDefault()
    draw()
  })
  list.addEventListener("click", (event) => {
    const chosen = near(event, "[data-place]")
    if (chosen) go(Number(chosen.dataset.place))
  })
}

/** @param {Place} place @param {number} n @param {boolean} chosen */
const line = ({ text, kind }, n, chosen) =>
  html`<li role="option" id="found_${n}" data-place=${n} aria-selected=${chosen}><span>${text}</span> <small>${kind}</small></li>`
