// A dialog over the page, one frame for all: a title, what it holds, and what closes it. The browser keeps the focus in it
// and gives it back, and closes it at Escape.

import { closeSheets } from "../controls/rail.js"
import { say } from "../model/words.js"
import { html, render } from "../shell/html.js"

/** @import { Template, View } from "../types/view.js" */
/**
 * @typedef {object} Dialog  one that is open
 * @property {HTMLDialogElement} element
 * @property {HTMLElement} body  what it holds
 * @property {AbortSignal} closed  is aborted when it is
 * @property {(content: Template) => void} draw  writes what it holds
 * @property {() => void} close
 */

/**
 * Opens a dialog; its `name` is its class.
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

/** The same, of a page whose view is not known. @type {(root: HTMLElement, name: string, title: string, content: Template) => Dialog} */
export function openFrame(root, name, title, content) {
  const element = document.createElement("dialog")
  element.className = `dialog ${name}`
  element.setAttribute("aria-label", title)
  render(frame(title), element)
  const body = /** @type {HTMLElement} */ (element.querySelector(".dialog-body"))
  const closed = new AbortController()
  let waits = false // for something that can be used
  const draw = (/** @type {Template} */ content) => {
    render(content, body)
    const first = /** @type {HTMLElement | null} */ (body.querySelector("a, button, input, select, textarea"))
    const at = document.activeElement
    const lost = element.open && (!element.contains(at) || (waits && at?.matches(".close"))) // what had the focus is gone, or something has come
    if (lost) (first ?? /** @type {HTMLElement} */ (element.querySelector(".close"))).focus()
    waits = !first
  }
  draw(content)
  element.addEventListener("close", () => {
    closed.abort()
    element.remove()
  })
  for (const left of root.querySelectorAll(".dialog:not([open])")) left.remove() // closed, and not told so yet
  root.append(element)
  element.showModal()
  return { element, body, closed: closed.signal, draw, close: () => element.close() }
}

// What closes it stands last, so that the focus begins with what it holds.
const frame = (/** @type {string} */ title) => html`
  <h2>${title}</h2><div class="dialog-body"></div>
  <form method="dialog"><button class="close" aria-label=${say("web.dialog.close")}>✕</button></form>`
