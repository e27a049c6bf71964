// Popover that explains a term or sign from the glossary.

import { actionButton } from "../controls/actions.js"
import { cssZoom } from "../draw/css_zoom.js"
import { termPicture } from "../draw/term_pictures.js"
import { wordsOf } from "../model/explain/meanings.js"
import { escapeHtml, withFormulas } from "../model/numbers/format.js"
import { say } from "../model/words.js"
import { closest, LARGE, listen, TABLE } from "../shell/html.js"

/** @import { Details } from "../model/explain/meanings.js" */
/** @import { View } from "../types/view.js" */

const APART = 6 // distance from the tapped element in pixels
const EDGE = 8 // distance from the window's edge

/** Return the popover, with buttons for the map that it explains. */
export const meaningPopover = () =>
  `<div class="meaning" popover><b></b><div class="picture"></div><p></p><div class="doings">${actionButton("large", LARGE)}${actionButton("table", TABLE)}</div></div>`

/** Return HTML with names in backquotes as italics, and formulas as MathML. @param {string} text */
export const rich = (text) => withFormulas(text, (part) => escapeHtml(part).replace(/`([^`]+)`/g, "<i>$1</i>"))

/**
 * Return a glossary text with a network's own symbols. Sentences with the notebook network's formula are replaced by
 * its own formula.
 * @param {string} text @param {Details} own
 */
const withNetworkSymbols = (text, { label, letter, formula, facts }) =>
  rich(
    text
      .replace(/`[^`]+`/g, (code) => code.replace(letter, label))
      .replace(/[^.]*\$[^$]+\$\.?/g, "")
      .trim(),
  )
  + (formula ? ` ${formula}` : "")
  + facts.map((fact) => `<br>${escapeHtml(fact)}`).join("")

/** @param {View} view @param {(id: string, symbol: string) => Details | undefined} ownOf */
export function bindMeanings(view, ownOf) {
  const box = view.$(".meaning")
  const onKeydown = (/** @type {KeyboardEvent} */ event) => {
    if (!box.matches(":popover-open")) return
    box.hidePopover()
    if (event.key === "Escape") event.stopPropagation() // Escape closes the innermost only
  }
  box.addEventListener("click", ({ target }) => {
    if (/** @type {Element} */ (target).closest("button")) box.hidePopover() // make room for what the button opens
  })
  addEventListener("keydown", onKeydown, { capture: true, signal: view.stop.signal })
  listen(view, "click", (event) => {
    const term = closest(event, "[data-meaning]")
    if (!term) return
    const id = term.dataset.meaning ?? ""
    const [title, text] = [box.querySelector("b"), box.querySelector("p")]
    const ids = wordsOf(id)
    if (title) title.textContent = say(ids.title)
    view.$(".meaning .picture").innerHTML = termPicture(id)
    const meaning = ownOf(id, term.dataset.of ?? "")
    const words = say(ids.text)
    if (text) text.innerHTML = meaning ? withNetworkSymbols(words, meaning) : rich(words)
    view.$(".meaning .doings").hidden = !id.startsWith("glossary.")
    box.showPopover()
    const { left, bottom, top } = term.getBoundingClientRect()
    const { width, height } = box.getBoundingClientRect()
    const fitsBelow = bottom + APART + height < innerHeight
    const zoom = cssZoom(box)
    box.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE)) / zoom}px`
    box.style.top = `${(fitsBelow ? bottom + APART : top - APART - height) / zoom}px`
  })
}
