// Bind the drawer, or remove its buttons if the host cannot parse decks.

import { changed, said } from "../model/decks/draft.js"
import { inTab } from "../model/storage.js"
import { LANG } from "../spec.js"
import { onDraft } from "./drafting.js"
import { current, fillDrawer, make, OPEN, show } from "./drawer.js"
import { bindFields, pressed } from "./drawer_acts.js"
import { bindFiles } from "./drawer_files.js"
import { bindRows } from "./drawer_rows.js"

/** @import { View } from "../types/view.js" */

/** @param {View} view */
export function bindDrawer(view) {
  const makes = Boolean(view.host.numbers.read)
  for (const button of view.root.querySelectorAll("[data-key=script]")) if (!makes) button.remove()
  if (!makes) return
  const place = view.$(".drawer")
  place.addEventListener("click", (event) => pressed(view, event))
  bindFields(view, place)
  bindRows(view, place)
  bindFiles(view)
  bindSentence(view)
  onDraft(() => {
    fillDrawer(view)
    view.arrived()
  }, view.stop.signal)
  show(view, inTab.read(OPEN) === "1")
}

/** @param {View} view */
function bindSentence(view) {
  const field = /** @type {HTMLInputElement} */ (view.$(".deck-say"))
  field.addEventListener("change", () => {
    const history = current(view)
    if (history.at >= 0) make(changed(history, history.at, (screen) => said(screen, LANG, field.value.trim())))
  })
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return
    event.preventDefault()
    event.stopPropagation()
    field.blur()
  })
}
