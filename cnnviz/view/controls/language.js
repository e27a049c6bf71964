// In which language the page is: a choice in the header, of the languages that there are.

import { escaped } from "../model/numbers/format.js"
import { say } from "../model/words.js"
import { LANG, LANGUAGES } from "../spec.js"

/** @import { View } from "../types/view.js" */

/** Each by the name that it gives itself; the header has room for a code. */
export const languageChoice = () =>
  `<span class="language"><span aria-hidden="true">${LANG.split("-")[0]}</span><select data-key="language" aria-label="${escaped(say("web.frame.language"))}">${LANGUAGES.map(
    ({ id, name }) => `<option value="${id}" lang="${id}"${id === LANG ? " selected" : ""}>${escaped(name)}</option>`,
  ).join("")}</select></span>`

/**
 * Another language is another page at the same place: the setup stands in the address.
 * @param {View} view
 */
export function bindLanguage(view) {
  const { speak } = view.host
  const field = /** @type {HTMLSelectElement} */ (view.control("language"))
  if (!speak) return field.parentElement?.remove()
  field.addEventListener("change", () => speak(field.value))
}
