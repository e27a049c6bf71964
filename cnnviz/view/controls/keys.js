// Keyboard shortcuts. They are off in text fields and while a dialog is open.

import { stepOf } from "../model/state/embedded.js"
import { deckAction, keyMap, run } from "./actions.js"
import { readPreference } from "./preferences.js"

/** @import { View } from "../types/view.js" */

const TYPING = "input:not([type=range]), select, textarea, [contenteditable=true], [role=dialog] *, dialog[open] *"

/** @param {View} view */
export function bindKeys(view) {
  const actions = keyMap(view.kind)
  const remote = keyMap(view.kind, true)
  /** @param {KeyboardEvent} event */
  const onKeydown = (event) => {
    const isCommand = event.ctrlKey || event.metaKey
    if (event.defaultPrevented || event.altKey || !view.data || (isCommand && !actions.has(keyName(event)))) return
    const target = /** @type {Element} */ (event.composedPath()[0])
    if (
      (target.matches?.(TYPING) && !isCommand && !leavesKeyToPage(target, event.key))
      || document.querySelector("dialog[open], [role=dialog]")
    )
      return
    if (event.key === "Escape" && view.root.querySelector(":popover-open")) return // Escape closes the popover
    if (event.key === " " && target.matches?.("button, a, summary")) return
    if (readPreference("single_keys") === "off" && !isCommand && event.key.length === 1 && event.key !== " ") return // speech input triggers single letters
    const name = keyName(event)
    const inDeck = view.look.script ? deckAction(name) : undefined
    const isParentKey = view.parent && stepOf(name) !== undefined
    const action = inDeck ?? (view.look.view || isParentKey ? remote : actions).get(name)
    if (view.root.classList.contains("blank") && !action?.name.startsWith("blank")) view.root.classList.remove("blank")
    if (!action || view.parent?.keeps(name) === false) {
      view.parent?.hand(event.key)
      return
    }
    event.preventDefault()
    run(view, action)
  }
  addEventListener("keydown", onKeydown, { signal: view.stop.signal })
}

const WALKS = ["ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "Escape"]

/**
 * Return whether a focused field leaves this key to the page: horizontal arrows in lists, answer keys in radio
 * buttons, and navigation keys in an empty answer field.
 * @param {Element} target
 * @param {string} key
 */
const leavesKeyToPage = (target, key) =>
  (target.matches("select") && ["ArrowLeft", "ArrowRight", "Escape"].includes(key))
  || (target.matches("input[type=radio]") && /^[\da-hA-H]$/.test(key))
  || (target.matches("input.blank") && !(/** @type {HTMLInputElement} */ (target).value) && WALKS.includes(key))

/**
 * Return a key's name as in ACTIONS.
 * @param {KeyboardEvent} event
 */
function keyName({ key, shiftKey, ctrlKey, metaKey }) {
  const name = key === " " ? "Space" : key.length === 1 ? key.toUpperCase() : key
  if (ctrlKey || metaKey) return `Ctrl+${name}`
  return shiftKey && name !== "?" ? `Shift+${name}` : name
}
