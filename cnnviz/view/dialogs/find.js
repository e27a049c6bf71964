// Search field for stages, images, networks, mistakes, lessons, pages, settings and actions. Entries come from their
// sources; none is listed here.

import { actionsOf, run } from "../controls/actions.js"
import { choosePreset } from "../controls/network_controls.js"
import { openAncestors } from "../controls/rail.js"
import { matchesOf } from "../model/find.js"
import { hasMessage, say } from "../model/words.js"
import { closest, html, input, render } from "../shell/html.js"
import { IMAGES, LESSONS, MISTAKES, PAGES, PRESETS } from "../spec.js"

/** @import { Findable } from "../model/find.js" */
/** @import { Dialog, Setup, View } from "../types/view.js" */
/** @typedef {Findable & { go: (view: View) => unknown }} Entry */

const MATCH_LIMIT = 60 // maximal number of matches shown
const SLOPE = "σ′" // any activation's derivative in a mistake's name

export const findField = () => `
  <div class="find">${input("find", say("web.find.label"), "text", `role="combobox" aria-controls="found" aria-expanded="false" aria-autocomplete="list" autofocus placeholder="${say("web.find.label")}"`)}
    <ul id="found" role="listbox" aria-label="${say("web.find.title")}"></ul></div>`

/**
 * Return an action that changes the setup here if the page has updates, and on Step otherwise.
 * @type {(change: Setup) => (view: View) => void}
 */
const changeAction = (change) => (view) => (view.kind.walks ? view.go(change) : view.turn("", change))

/** @param {View} view @returns {Entry[]} */
const stages = ({ data, kind }) =>
  (data?.stages ?? []).map(({ symbol, label, title, plain, name }) => ({
    kind: say("web.frame.stages"),
    text: `${label} · ${title}`,
    also: `${symbol} ${plain} ${name}`,
    go: (view) => (kind.stages && kind.walks ? view.go({ stage: symbol }) : view.turn("", { stage: symbol })),
  }))

/** @returns {Entry[]} */
export const staticEntries = () => [
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
  ...IMAGES.map(({ id, words }) => ({
    kind: say("web.rail.image"),
    text: words,
    also: id,
    go: changeAction({ img: id }),
  })),
  ...MISTAKES.filter((name) => hasMessage(mistakeTitle(name))).map((name) => ({
    kind: say("web.find.mistake"),
    text: say(mistakeTitle(name), { slope: SLOPE }),
    also: name,
    go: (/** @type {View} */ view) => view.adopt({ page: "check", mistake: name, check: "break" }),
  })),
  ...LESSONS.map(({ id, title }) => ({
    kind: say("web.learn.lessons"),
    text: title,
    go: (/** @type {View} */ view) =>
      view.page === "learn" ? view.go({ lesson: id, step: "1" }) : view.turn("learn", { lesson: id }),
  })),
  ...PAGES.filter(({ path }) => path === "check").map(({ path, name }) => ({
    kind: name,
    text: say("web.find.own"),
    also: say("web.actions.own_gradients.also"),
    go: (/** @type {View} */ view) => view.adopt({ page: path, mistake: "", check: "own" }),
  })),
]

/** @param {string} name */
const mistakeTitle = (name) => `mistake.${name}.title`

/** Return the actions that the page has, by their buttons' labels. @param {View} view @returns {Entry[]} */
const actions = (view) =>
  actionsOf(view.kind).flatMap((action) => {
    const [label, also] = ["label", "also"].map((words) => `web.actions.${action.name}.${words}`)
    const button = view.control(action.name)
    const text = button?.getAttribute("aria-label") ?? (button && hasMessage(label) ? say(label) : "")
    const entry = { kind: "", text, also: hasMessage(also) ? say(also) : "", go: () => run(view, action) }
    return text && action.name !== "keys" ? [entry] : []
  })

/** Return the controls in the panels. @param {View} view @returns {Entry[]} */
function settings({ root }) {
  const controls = root.querySelectorAll(
    /** @type {"input"} */ (".sheet :is(input, select, [role=radiogroup], [role=group])[data-key]:not(.kernel *)"),
  )
  return Array.from(controls, (control) => ({
    kind: control.closest(".sheet")?.getAttribute("aria-label") ?? "",
    text:
      control.getAttribute("aria-label") ?? control.closest(".form-field")?.querySelector("span")?.textContent ?? "",
    also: control.textContent ?? "", // its options
    go() {
      openAncestors(control)
      const innerControl = /** @type {HTMLElement | null} */ (control.querySelector("[tabindex='0']"))
      ;(innerControl ?? control).focus()
    },
  }))
}

/** @param {View} view @param {Dialog} dialog  the dialog around the field */
export function bindFind(view, dialog) {
  const field = /** @type {HTMLInputElement} */ (dialog.body.querySelector("[data-key=find]"))
  const list = /** @type {HTMLElement} */ (dialog.body.querySelector("#found"))
  /** @type {Entry[]} */
  const entries = [...stages(view), ...staticEntries(), ...actions(view), ...settings(view)]
  /** @type {Entry[]} */
  let matches = []
  let index = 0
  const draw = () => {
    const lines = matches.map((place, n) => line(place, n, n === index))
    render(lines, list)
    field.setAttribute("aria-expanded", String(matches.length > 0))
    field.closest(".find")?.classList.toggle("finds", matches.length > 0) // hides the list of keys below
    matches.length
      ? field.setAttribute("aria-activedescendant", `found_${index}`)
      : field.removeAttribute("aria-activedescendant")
    list.children[index]?.scrollIntoView({ block: "nearest" })
  }
  const goTo = (/** @type {number} */ n) => {
    dialog.close()
    matches[n]?.go(view)
  }
  field.addEventListener("input", () => {
    matches = matchesOf(entries, field.value, MATCH_LIMIT)
    index = 0
    draw()
  })
  field.addEventListener("keydown", (event) => {
    const delta = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.key === "Enter" && matches.length) goTo(index)
    if (delta && matches.length) index = (index + delta + matches.length) % matches.length
    if (!delta) return
    event.preventDefault()
    draw()
  })
  list.addEventListener("click", (event) => {
    const chosenEntry = closest(event, "[data-place]")
    if (chosenEntry) goTo(Number(chosenEntry.dataset.place))
  })
}

/** @param {Entry} place @param {number} n @param {boolean} chosen */
const line = ({ text, kind }, n, chosen) =>
  html`<li role="option" id="found_${n}" data-place=${n} aria-selected=${chosen}><span>${text}</span> <small>${kind}</small></li>`
