// Modal dialogs: a title, content and a close button. The browser traps and restores the focus, and closes them on
// Escape.

import { closeSheets } from "../controls/rail.js"
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
  closeSheets(view)
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
  const closed = new AbortController()
  let waits = false // whether nothing can be focused yet
  const draw = (/** @type {Template} */ content) => {
    render(content, body)
    const first = /** @type {HTMLElement | null} */ (body.querySelector("a, button, input, select, textarea"))
    const at = document.activeElement
    const lost = element.open && (!element.contains(at) || (waits && at?.matches(".close"))) // the focused element has disappeared, or the first one has appeared
    if (lost) (first ?? /** @type {HTMLElement} */ (element.querySelector(".close"))).focus()
    waits = !first
  }
  draw(content)
  element.addEventListener("close", () => {
    closed.abort()
    element.remove()
  })
  for (const left of root.querySelectorAll(".dialog:not([open])")) left.remove() // closed, but the event is still pending
  root.append(element)
  element.showModal()
  return { element, body, closed: closed.signal, draw, close: () => element.close() }
}

// The close button is last, so that focus starts in the content.
const frame = (/** @type {string} */ title) => html`
  <h2>${title}</h2><div class="dialog-body"></div>
  <form method="dialog"><button class="close" aria-label=${say("web.dialog.close")}>✕</button></form>`
