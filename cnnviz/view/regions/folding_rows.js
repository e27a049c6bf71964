// The lines at the left that unfold: what each says while it is folded, and which of them are open.

import { fitting } from "../model/format.js"
import { say } from "../model/words.js"
import { PRESETS, SCALE_NAMES } from "../spec.js"
import { setText } from "./html.js"

/** @import { Answer } from "../model/decode.js" */
/** @import { View } from "./lesson_view.js" */

/** @type {Set<string>}  rows that are open stay so on the other pages */
const opened = new Set()

/** @param {View} view */
export function bindRows(view) {
  for (const row of view.root.querySelectorAll(/** @type {"details"} */ ("details.row"))) {
    const name = row.dataset.row ?? ""
    row.open = opened.has(name)
    row.addEventListener("toggle", () => (row.open ? opened.add(name) : opened.delete(name)))
  }
}

/**
 * What each row says of the lesson.
 * @param {View} view
 * @param {Answer} data
 */
export function fillRows(view, data) {
  const { lesson } = view
  const { outputs } = data
  const optimizer = lesson.opt ?? "gd"
  const chosen = (/** @type {string} */ key) => {
    const field = /** @type {HTMLSelectElement} */ (view.field(key))
    return field.selectedOptions[0]?.text ?? lesson[key] ?? ""
  }
  /** @type {Record<string, string>} */
  const values = {
    layers: (lesson.net ?? PRESETS[0].query.net).replaceAll("-", " · "),
    pixels: `${say(`web.channels.${lesson.ch}`)}, ${Object.fromEntries(SCALE_NAMES)[lesson.scale]}`,
    kernel: chosen("kernel_preset"),
    convolution: say("web.controls.rows.geometry", { stride: lesson.stride ?? "1", padding: lesson.pad ?? "valid" }),
    weights:
      chosen("weights") === "normal"
        ? say("web.controls.rows.drawn", { start: "normal", seed: lesson.seed })
        : chosen("weights"),
    targets: targets(lesson.y.split(","), outputs),
    learning: say("web.controls.rows.rate", { rate: Number(lesson.lr), optimizer: say(`web.network.${optimizer}`) }),
  }
  for (const [name, value] of Object.entries(values)) {
    const place = view.$(`[data-row="${name}"] .row-value`)
    setText(place, value)
    place.title = value
  }
}

/**
 * What is practised, which no answer of the server changes.
 * @param {View} view
 */
export function fillPractice({ root, look }) {
  const on = look.predict === "1"
  root.querySelector("[data-key=predict]")?.setAttribute("aria-pressed", String(on))
  const place = root.querySelector('[data-row="practice"] .row-value')
  if (place) setText(place, say(on ? "web.predict.on" : "web.predict.off"))
}

/**
 * Few targets each with its output's name; of more, the class that is 1.
 * @param {string[]} targets
 * @param {string[]} outputs
 */
function targets(targets, outputs) {
  if (outputs.length <= 2) return outputs.map((name, n) => `${name} ${fitting(targets[n] ?? "")}`).join(", ")
  const wanted = targets.flatMap((value, n) => (Number(value) === 0 ? [] : [outputs[n]]))
  return wanted.length === 1 ? wanted[0] : targets.map(fitting).join(", ")
}
