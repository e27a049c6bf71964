// The bar with the sentence of the deck's current screen, above the page.

import { say } from "../view/model/words.js"
import { LANG } from "../view/spec.js"

/** @import { RoomScreen } from "../view/types/view.js" */

/** Show the bar, or hide it if there is no screen. @param {ParentNode} root @param {RoomScreen | null} screen */
export function showScreen(root, screen) {
  const bar = /** @type {HTMLElement | null} */ (root.querySelector(".deck-bar"))
  if (!bar || (!screen && !bar.dataset.room)) return
  const sentence = screen ? inReaders(screen.say) : ""
  bar.dataset.room = screen ? "1" : ""
  bar.hidden = !sentence
  const { classList } = /** @type {HTMLElement} */ (bar.closest(".cnnviz"))
  classList.toggle("in-deck", Boolean(screen))
  classList.toggle("spoken", Boolean(sentence))
  const [place, text, field] = [".deck-place", "p", ".deck-say"].map((part) => bar.querySelector(part))
  if (place) place.textContent = screen ? say("web.script.place", { number: screen.number, count: screen.count }) : ""
  if (text) text.textContent = sentence
  text?.toggleAttribute("hidden", false)
  field?.toggleAttribute("hidden", true) // the editor of this tab's own deck
}

/** Return the sentence in the reader's language, or in one that exists. @param {Readonly<Record<string, string>>} said */
export const inReaders = (said) => said[LANG] ?? said[LANG.split("-")[0]] ?? said.en ?? Object.values(said)[0] ?? ""
