// A file of one's own gradients is chosen, or an example of one: it stays in this page, and goes along with each question.

import { holdFile } from "../model/own_file.js"
import { say } from "../model/words.js"
import { answered, questionOf } from "./ask_python.js"
import { openDialog } from "./dialog.js"
import { fileField, outcome, sent, trying } from "./file_field.js"
import { html } from "./html.js"

/** @import { View } from "../types/view.js" */

const words = (/** @type {string} */ id) => say(`ui.check.own.${id}`)

/** @param {View} view */
export function showOwnGradients(view) {
  /** @returns {import("./html.js").Template} */
  const content = (busy = false, failed = "") => html`<p class="hint">${words("kept")}</p>
    ${fileField("gradients_file", words("file"), (file) => trying(dialog, content, () => take(file.name, file)))}
    <p><button type="button" data-key="gradients_example" @click=${() => trying(dialog, content, example)}>${words("try")}</button></p>${outcome(busy, failed)}`
  const dialog = openDialog(view, "own-gradients", words("dialog"), content())

  /** @param {string} name @param {Blob} file */
  async function take(name, file) {
    sent(file, dialog.closed)
    holdFile({ name, content: file })
    dialog.close()
    view.expect()
    view.host.numbers.ask()
  }

  async function example() {
    const response = await answered(view, questionOf(view, "example"), { signal: dialog.closed })
    await take(words("example_file"), await response.blob())
  }
}
