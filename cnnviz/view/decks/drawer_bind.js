// Bind the drawer, or remove its buttons if the host cannot parse decks.

import { changeScreen, withSentence } from "../model/decks/draft.js"
import { inTab } from "../model/storage.js"
import { LANG } from "../spec.js"
import { onDraft } from "./drafting.js"
import { applyChange, currentDraft, fillDrawer, OPEN, setOpen } from "./drawer.js"
import { bindFields, onClick } from "./drawer_acts.js"
import { bindFiles } from "./drawer_files.js"
import { bindRows } from "./drawer_rows.js"

/** @import { View } from "../types/view.js" */

/** @param {View} view */
export function bindDrawer(view) {
  const canEdit = Boolean(view.host.numbers.read)
  for (const button of view.root.querySelectorAll("[data-key=script]")) if (!canEdit) button.remove()
  if (!canEdit) return
  const element = view.$(".drawer")
  element.addEventListener("click", (event) => onClick(view, event))
  bindFields(view, element)
  bindRows(view, element)
  bindFiles(view)
  bindSentence(view)
  onDraft(() => {
    fillDrawer(view)
    view.arrived()
  }, view.stop.signal)
  setOpen(view, inTab.read(OPEN) === "1")
}

/** @param {View} view */
function bindSentence(view) {
  const field = /** @type {HTMLInputElement} */ (view.$(".deck-say"))
  field.addEventListener("change", () => {
    const history = currentDraft(view)
    if (history.at >= 0)
      applyChange(changeScreen(history, history.at, (screen) => withSentence(screen, LANG, field.value.trim())))
  })
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return
    event.preventDefault()
    event.stopPropagation()
    field.blur()
  })
}
