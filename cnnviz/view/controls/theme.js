// The theme menu in the header: light, dark, or the system's. The browser remembers it for all pages.

import { escapeHtml } from "../model/numbers/format.js"
import { say } from "../model/words.js"
import { readPreference, storePreference } from "./preferences.js"

/** @import { View } from "../types/view.js" */

const THEMES = ["system", "light", "dark"]
const CHANGED = "cnnviz-theme" // event: a notebook shows several views in one document

/** Return the visitor's theme. */
const currentTheme = () => THEMES.find((theme) => theme === readPreference("theme")) ?? "system"

/** Return the menu. The closed menu shows an icon. */
export const themeChoice = () =>
  `<span class="language"><svg class="theme" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="8"/><path d="M12 4a8 8 0 0 1 0 16Z"/></svg><select data-key="theme" aria-label="${escapeHtml(say("web.frame.theme"))}">${THEMES.map(
    (theme) => `<option value="${theme}">${escapeHtml(say(`web.themes.${theme}`))}</option>`,
  ).join("")}</select></span>`

/** Set the theme of the document (without_streamlit.css). */
function applyTheme() {
  const { dataset } = document.documentElement
  if (currentTheme() === "system") delete dataset.cnnvizTheme
  else dataset.cnnvizTheme = currentTheme()
}

/**
 * Apply the remembered theme, and bind the menu.
 * @param {View} view
 */
export function bindTheme(view) {
  const field = /** @type {HTMLSelectElement} */ (view.control("theme"))
  applyTheme()
  field.value = currentTheme()
  field.addEventListener("change", () => {
    storePreference("theme", field.value === "system" ? "" : field.value)
    document.dispatchEvent(new Event(CHANGED))
  })
  const { signal } = view.stop
  document.addEventListener(
    CHANGED,
    () => {
      applyTheme()
      field.value = currentTheme()
      view.paint()
    },
    { signal },
  )
}
