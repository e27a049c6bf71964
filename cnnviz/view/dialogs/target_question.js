// Dialog that asks what a visitor's image shows. The answer becomes its target.

import { namesOf } from "../model/state/targets.js"
import { say } from "../model/words.js"
import { html } from "../shell/html.js"

/** @import { Setup, Template, View } from "../types/view.js" */

/**
 * Return the change of the setup for each possible target: one for each output, or 0 and 1 if there is a single output.
 * @param {Setup} setup @param {readonly string[]} outputs their names as shown
 */
export function targetChanges(setup, outputs) {
  if (outputs.length === 1) return ["0", "1"].map((y) => ({ name: y, change: { y } }))
  const names = namesOf(setup)
  const classes = names.length ? { classes: names.join(",") } : {}
  return outputs.map((name, n) => ({
    name,
    change: { ...classes, y: outputs.map((_, at) => Number(at === n)).join(",") },
  }))
}

/**
 * @param {View} view @param {(change: Setup) => unknown} choose @returns {Template}
 */
export const targetQuestion = ({ setup, data }, choose) =>
  html`<fieldset class="targets-of"><legend>${say("ui.upload.target")}</legend>${targetChanges(setup, data?.outputs ?? []).map(({ name, change }, n) => html`<button type="button" data-key=${`own_target_${n}`} @click=${() => choose(change)}>${name}</button>`)}</fieldset>`
