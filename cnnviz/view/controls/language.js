// The language menu in the header.

import { escapeHtml } from "../model/numbers/format.js"
import { say } from "../model/words.js"
import { LANG, LANGUAGES } from "../spec.js"

/** @import { View } from "../types/view.js" */

/** Return the menu. Languages have their own names; the closed menu shows a code. */
export const languageChoice = () =>
  `<span class="language"><span aria-hidden="true">${LANG.split("-")[0]}</span><select data-key="language" aria-label="${escapeHtml(say("web.frame.language"))}">${LANGUAGES.map(
    ({ id, name }) =>
      `<option value="${id}" lang="${id}"${id === LANG ? " selected" : ""}>${escapeHtml(name)}</option>`,
  ).join("")}</select></span>`

/**
 * Switch to another language at the same address, or remove the menu if the host has one language.
 * @param {View} view
 */
export function bindLanguage(view) {
  const { speak } = view.host
  const field = /** @type {HTMLSelectElement} */ (view.control("language"))
  if (!speak) return field.parentElement?.remove()
  field.addEventListener("change", () => speak(field.value))
}
