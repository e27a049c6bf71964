// Groups of switches: each is a change of the address, with words that say what it does.

import { html, near, render } from "../shell/html.js"

/** @import { SwitchData, SwitchGroup, View } from "../types/view.js" */

/** @param {SwitchGroup} group */
export const group = ({ name, title, options }) =>
  html`<div class="group" data-group=${name}><h2>${title}</h2>${options.map(option)}</div>`

/** @param {SwitchData} option */
const option = ({ key, label, words, on, change, more }) =>
  html`<button type="button" data-key=${key} aria-pressed=${on} data-words=${words} data-change=${JSON.stringify(change)}><span>${label}</span>${more ? html`<small>${more}</small>` : ""}</button>`

/**
 * A tab: what it holds stands below.
 * @param {SwitchData} tab
 */
export const tabsOf = ({ key, label, words, on, change }) =>
  html`<button type="button" data-key=${key} aria-pressed=${on} title=${words} data-change=${JSON.stringify(change)}>${label}</button>`

/**
 * @param {View} view
 * @param {SwitchGroup[]} groups
 */
export const fillSwitches = (view, groups) => render(groups.map(group), view.$(".switches"))

/**
 * What is pressed within an element changes the address.
 * @param {View} view
 * @param {HTMLElement} element
 */
export function bindChanges(view, element) {
  element.addEventListener("click", (event) => {
    const chosen = near(event, "[data-change]")
    if (chosen) view.go(JSON.parse(chosen.dataset.change ?? "{}"))
  })
}

/**
 * A switch or a tab that is pressed, wherever it stands, changes the address; `detail` gets the words of the one that is pointed at.
 * @param {View} view
 * @param {(words: string) => void} [detail]
 */
export function bindSwitches(view, detail) {
  const element = view.$(".switches")
  bindChanges(view, view.$(".content"))
  if (!detail) return
  for (const event of ["pointerover", "focusin"]) {
    element.addEventListener(event, (over) => detail(near(over, "[data-words]")?.dataset.words ?? ""))
  }
  for (const event of ["pointerleave", "focusout"]) element.addEventListener(event, () => detail(""))
}
