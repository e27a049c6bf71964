// Dialog for the user's model, pasted or as a file: its layers, and a button to open its network.

import { say } from "../model/words.js"
import { dialogPath, fetchFromPython } from "../shell/ask_python.js"
import { html, nothing } from "../shell/html.js"
import { openDialog } from "./dialog.js"
import { fileField, runInDialog, statusLines, uploadRequest } from "./file_field.js"

/** @import { UploadedModel, View } from "../types/view.js" */

const words = (/** @type {string} */ id) => say(`ui.own_model.${id}`)

/** @param {View} view */
export function showModel(view) {
  const dialog = openDialog(view, "model", words("title"), content())

  /** @param {boolean} [busy] @param {string} [failed] @param {UploadedModel} [model] */
  function content(busy = false, failed = "", model = undefined) {
    const typedName = () =>
      /** @type {HTMLInputElement} */ (dialog.body.querySelector("[data-key=model_name]")).value.trim()
    const pastedText = () => /** @type {HTMLTextAreaElement} */ (dialog.body.querySelector("textarea")).value
    return html`<p class="hint">${words("what_happens")}</p>
      <label>${words("text")}<textarea data-key="model_text" rows="6" spellcheck="false"></textarea></label>
      <label>${words("name")}<input data-key="model_name" spellcheck="false" autocomplete="off" maxlength="80" /></label>
      <p><button type="button" data-key="model_read" @click=${() => read(new Blob([pastedText()]), typedName())}>${words("read")}</button></p>
      ${fileField("model_file", words("file"), (/** @type {Blob} */ file) => read(file, typedName()))}${statusLines(busy, failed)}${model ? resultTemplate(model) : nothing}`
  }

  /** @param {UploadedModel} model */
  const resultTemplate = ({ net, layers, instead, adopted }) => html`
    ${instead ? html`<p role="alert">${instead}</p>` : html`<p><code>${net}</code></p>`}
    ${adopted ? html`<p><button type="button" class="primary" data-key="model_open" @click=${() => open(adopted)}>${words("open")}</button></p>` : nothing}
    <ul>${layers.map((line) => html`<li>${line}</li>`)}</ul>`

  /** @param {NonNullable<UploadedModel["adopted"]>} adopted */
  function open({ change, note }) {
    dialog.close()
    view.adopt({ ...change, note })
  }

  /** @param {Blob} text @param {string} name */
  function read(text, name) {
    runInDialog(dialog, content, async () => {
      const response = await fetchFromPython(
        view,
        dialogPath(view, "model", name ? { name } : {}),
        uploadRequest(text, dialog.closed),
      )
      dialog.draw(content(false, "", await response.json()))
    })
  }
}
