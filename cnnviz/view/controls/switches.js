// Groups of switches. Each one is a change of the address, with a sentence that describes it.

import { closest, html, nothing, render } from "../shell/html.js"

/** @import { SwitchData, SwitchGroup, View } from "../types/view.js" */

/** @param {SwitchGroup} group */
export const group = ({ name, title, options }) =>
  html`<div class="group" data-group=${name}><h2>${title}</h2>${options.map(option)}</div>`

/** @param {SwitchData} option */
const option = ({ key, label, words, on, change, more }) =>
  html`<button type="button" data-key=${key} aria-pressed=${on} data-words=${words} data-change=${JSON.stringify(change)}><span>${label}</span>${more ? html`<small>${more}</small>` : ""}</button>`

/**
 * Return a tab.
 * @param {SwitchData} tab
 */
export const tabButton = ({ key, label, words, on, change }) =>
  html`<button type="button" data-key=${key} aria-pressed=${on} title=${words || nothing} data-change=${JSON.stringify(change)}>${label}</button>`

/**
 * @param {View} view
 * @param {SwitchGroup[]} groups
 */
export const fillSwitches = (view, groups) => render(groups.map(group), view.$(".switches"))

/**
 * Apply the change of each button that is clicked within an element.
 * @param {View} view
 * @param {HTMLElement} element
 */
export function bindChanges(view, element) {
  element.addEventListener("click", (event) => {
    const button = closest(event, "[data-change]")
    if (button) view.go(JSON.parse(button.dataset.change ?? "{}"))
  })
}

/**
 * Apply the changes of switches and tabs. `detail` receives the sentence of the switch under the pointer or in focus,
 * or "".
 * @param {View} view
 * @param {(words: string) => void} [detail]
 */
export function bindSwitches(view, detail) {
  const element = view.$(".switches")
  bindChanges(view, view.$(".content"))
  if (!detail) return
  for (const event of ["pointerover", "focusin"]) {
    element.addEventListener(event, (over) => detail(closest(over, "[data-words]")?.dataset.words ?? ""))
  }
  for (const event of ["pointerleave", "focusout"]) element.addEventListener(event, () => detail(""))
}
