// A field for files, by choice or drop, with a message while they are read and on errors.

import { say } from "../model/words.js"
import { html } from "../shell/html.js"
import { LIMITS } from "../spec.js"

/** @import { Dialog, Template } from "../types/view.js" */

/** @param {string} key @param {string} words @param {(...files: File[]) => unknown} act @param {boolean} [several] @returns {Template} */
export function fileField(key, words, act, several = false) {
  const takeFiles = (/** @type {FileList | null | undefined} */ files) =>
    files?.length && act(...[...files].slice(0, several ? files.length : 1))
  const onChange = (/** @type {Event} */ { target }) => {
    const field = /** @type {HTMLInputElement} */ (target)
    takeFiles(field.files)
    field.value = "" // so that the same file can be chosen again after a change
  }
  const onDragOver = (/** @type {DragEvent} */ event) => event.preventDefault()
  const onDrop = (/** @type {DragEvent} */ event) => {
    event.preventDefault()
    takeFiles(event.dataTransfer?.files)
  }
  return html`<label class="drop" @dragover=${onDragOver} @drop=${onDrop}><span>${words}</span><input type="file" data-key=${key} ?multiple=${several} @change=${onChange}></label>`
}

/**
 * Return the request options to send a file or text. Throw an Error with a message if it is too large.
 * @param {Blob} content @param {AbortSignal} signal
 */
export function uploadRequest(content, signal) {
  if (content.size > LIMITS.bytes) throw new Error(say("data.upload.too_long", { megabytes: LIMITS.bytes / 1e6 }))
  return { method: "POST", body: content, signal }
}

/**
 * Join several files into one: a line of JSON with their names and sizes, then the contents.
 * @param {File[]} files
 */
export const joinFiles = (files) =>
  files.length === 1
    ? files[0]
    : new Blob([JSON.stringify(files.map(({ name, size }) => [name, size])), "\n", ...files])

/**
 * Await `act` while the dialog shows that it is busy, and show its error.
 * @param {Dialog} dialog @param {(busy?: boolean, failed?: string) => Template} content @param {() => Promise<unknown>} act
 */
export async function runInDialog(dialog, content, act) {
  dialog.draw(content(true))
  try {
    await act()
  } catch (error) {
    dialog.draw(content(false, /** @type {Error} */ (error).message))
  }
}

/** @param {boolean} busy @param {string} failed */
export const statusLines = (busy, failed) =>
  html`<p role="status">${busy ? say("web.dialog.reading") : ""}</p><p role="alert">${failed}</p>`
