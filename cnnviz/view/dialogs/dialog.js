// Modal dialogs: a title, content and a close button. The browser traps and restores the focus, and closes them on
// Escape.

import { closePanels } from "../controls/rail.js"
import { say } from "../model/words.js"
import { html, render } from "../shell/html.js"

/** @import { Template, View } from "../types/view.js" */
/**
 * @typedef {object} Dialog  an open dialog
 * @property {HTMLDialogElement} element
 * @property {HTMLElement} body  its content
 * @property {AbortSignal} closed  aborted when the dialog closes
 * @property {(content: Template) => void} draw  replaces the content
 * @property {() => void} close
 */

/**
 * Open a dialog. `name` is its CSS class.
 * @param {View} view
 * @param {string} name
 * @param {string} title
 * @param {Template} content
 * @returns {Dialog}
 */
export function openDialog(view, name, title, content) {
  view.player.pause()
  closePanels(view)
  return openFrame(view.root, name, title, content)
}

/**
 * Open a dialog on a page without a view.
 * @type {(root: HTMLElement, name: string, title: string, content: Template) => Dialog}
 */
export function openFrame(root, name, title, content) {
  const element = document.createElement("dialog")
  element.className = `dialog ${name}`
  element.setAttribute("aria-label", title)
  render(frame(title), element)
  const body = /** @type {HTMLElement} */ (element.querySelector(".dialog-body"))
  const closeController = new AbortController()
  let isEmpty = false // whether nothing can be focused yet
  const draw = (/** @type {Template} */ content) => {
    render(content, body)
    const firstControl = /** @type {HTMLElement | null} */ (body.querySelector("a, button, input, select, textarea"))
    const previousFocus = document.activeElement
    const isFocusLost =
      element.open && (!element.contains(previousFocus) || (isEmpty && previousFocus?.matches(".close"))) // the focused element has disappeared, or the first one has appeared
    if (isFocusLost) (firstControl ?? /** @type {HTMLElement} */ (element.querySelector(".close"))).focus()
    isEmpty = !firstControl
  }
  draw(content)
  element.addEventListener("close", () => {
    closeController.abort()
    element.remove()
  })
  for (const dialog of root.querySelectorAll(".dialog:not([open])")) dialog.remove() // closed, but the event is still pending
  root.append(element)
  element.showModal()
  return { element, body, closed: closeController.signal, draw, close: () => element.close() }
}

// The close button is last, so that focus starts in the content.
const frame = (/** @type {string} */ title) => html`
  <h2>${title}</h2><div class="dialog-body"></div>
  <form method="dialog"><button class="close" aria-label=${say("web.dialog.close")}>✕</button></form>`
