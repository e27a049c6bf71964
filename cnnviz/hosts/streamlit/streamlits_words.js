// What Streamlit says of its connection and in its charts, which it says in English alone: said in the reader's language.

import { say } from "../../view/model/words.js"
import { STREAMLITS } from "../../view/spec.js"

const SPOKEN = ["aria-label", "aria-description", "placeholder", "title", "data-title"]

/**
 * The same in the reader's language, where Streamlit says it; else as it stands.
 * @param {string} text
 */
export const translated = (text) => (Object.hasOwn(STREAMLITS, text.trim()) ? say(STREAMLITS[text.trim()]) : text)

/** Does so with all that stands outside the component, now and whenever Streamlit changes it. */
export function translateStreamlit() {
  if (!Object.keys(STREAMLITS).length) return
  const options = { subtree: true, childList: true, characterData: true, attributeFilter: SPOKEN }
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) for (const node of [target, ...addedNodes]) translate(node)
  }).observe(document.body, options)
  translate(document.body)
}

/** @param {Node} node */
function translate(node) {
  const element = node instanceof Element ? node : node.parentElement
  if (!element || element.closest(".cnnviz, .training, script, style, code, pre")) return
  if (node instanceof Text) return setText(node)
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (inside) =>
    inside instanceof Element && inside.matches(".cnnviz, .training, script, style, code, pre")
      ? NodeFilter.FILTER_REJECT
      : NodeFilter.FILTER_ACCEPT,
  )
  for (let here = /** @type {Node | null} */ (node); here; here = walker.nextNode()) {
    if (here instanceof Text) setText(here)
    else if (here instanceof Element) setAttributes(here)
  }
}

/** @param {Text} node */
function setText(node) {
  const text = translated(node.data)
  if (text !== node.data) node.data = text // React keeps the node, and writes it anew when it has something else to say
}

/** @param {Element} element */
function setAttributes(element) {
  for (const name of SPOKEN) {
    const said = element.getAttribute(name)
    const text = said && translated(said)
    if (text && text !== said) element.setAttribute(name, text)
  }
}
