// Translations of Streamlit's English-only messages about its connection and charts.

import { say } from "../../view/model/words.js"
import { STREAMLITS } from "../../view/spec.js"

const SPOKEN = ["aria-label", "aria-description", "placeholder", "title", "data-title"]

/**
 * Translate a text of Streamlit's. Return other texts unchanged.
 * @param {string} text
 */
export const translateText = (text) => (Object.hasOwn(STREAMLITS, text.trim()) ? say(STREAMLITS[text.trim()]) : text)

/** Translate everything outside the component, now and whenever Streamlit changes it. */
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
  for (let textNode = /** @type {Node | null} */ (node); textNode; textNode = walker.nextNode()) {
    if (textNode instanceof Text) setText(textNode)
    else if (textNode instanceof Element) setAttributes(textNode)
  }
}

/** @param {Text} node */
function setText(node) {
  const text = translateText(node.data)
  if (text !== node.data) node.data = text // React keeps the node and overwrites its text on the next change
}

/** @param {Element} element */
function setAttributes(element) {
  for (const name of SPOKEN) {
    const attributeText = element.getAttribute(name)
    const text = attributeText && translateText(attributeText)
    if (text && text !== attributeText) element.setAttribute(name, text)
  }
}
