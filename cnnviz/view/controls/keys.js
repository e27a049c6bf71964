// The keyboard: silent while somebody types or a dialog is open.

import { stepOf } from "../model/state/embedded.js"
import { keyMap, run, scripted } from "./actions.js"
import { kept } from "./preferences.js"

/** @import { View } from "../types/view.js" */

const TYPING = "input:not([type=range]), select, textarea, [contenteditable=true], [role=dialog] *, dialog[open] *"

/** @param {View} view */
export function bindKeys(view) {
  const actions = keyMap(view.kind)
  const remote = keyMap(view.kind, true)
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    const held = event.ctrlKey || event.metaKey
    if (event.defaultPrevented || event.altKey || !view.data || (held && !actions.has(named(event)))) return
    const target = /** @type {Element} */ (event.composedPath()[0])
    if (
      (target.matches?.(TYPING) && !held && !passes(target, event.key))
      || document.querySelector("dialog[open], [role=dialog]")
    )
      return
    if (event.key === "Escape" && view.root.querySelector(":popover-open")) return // which it closes
    if (event.key === " " && target.matches?.("button, a, summary")) return
    if (kept("single_keys") === "off" && !held && event.key.length === 1 && event.key !== " ") return // who dictates says letters, too
    const name = named(event)
    const inDeck = view.look.script ? scripted(name) : undefined
    const paged = view.parent && stepOf(name) !== undefined
    const action = inDeck ?? (view.look.view || paged ? remote : actions).get(name)
    if (view.root.classList.contains("blank") && !action?.name.startsWith("blank")) view.root.classList.remove("blank")
    if (!action || view.parent?.keeps(name) === false) {
      view.parent?.hand(event.key)
      return
    }
    event.preventDefault()
    run(view, action)
  }
  addEventListener("keydown", pressed, { signal: view.stop.signal })
}

const WALKS = ["ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "Escape"]

/**
 * Nor is a blank in the way that nothing is written in. A list of choices goes up and down; its other arrows are free, so that the keys work on after a choice, and
 * answers are chosen by their numbers.
 * @param {Element} target
 * @param {string} key
 */
const passes = (target, key) =>
  (target.matches("select") && ["ArrowLeft", "ArrowRight", "Escape"].includes(key))
  || (target.matches("input[type=radio]") && /^[\da-hA-H]$/.test(key))
  || (target.matches("input.blank") && !(/** @type {HTMLInputElement} */ (target).value) && WALKS.includes(key))

/**
 * A key as the list of actions has it.
 * @param {KeyboardEvent} event
 */
function named({ key, shiftKey, ctrlKey, metaKey }) {
  const name = key === " " ? "Space" : key.length === 1 ? key.toUpperCase() : key
  if (ctrlKey || metaKey) return `Ctrl+${name}`
  return shiftKey && name !== "?" ? `Shift+${name}` : name
}
