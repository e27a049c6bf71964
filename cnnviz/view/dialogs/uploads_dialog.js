// Dialogs that take a file. Images and weights change the setup; gradients stay in this page and are sent with each
// request.

import { holdFile } from "../model/state/upload.js"
import { say } from "../model/words.js"
import { dialogPath, fetchFromPython } from "../shell/ask_python.js"
import { html } from "../shell/html.js"
import { openDialog } from "./dialog.js"
import { fileField, joinFiles, runInDialog, statusLines, uploadRequest } from "./file_field.js"
import { targetQuestion } from "./target_question.js"

/** @import { Adopted, Setup, Template, View } from "../types/view.js" */

/** @param {View} view */
export const showPicture = (view) =>
  openFileDialog(view, "picture", say("ui.upload.title"), say("ui.upload.file"), say("ui.upload.what_happens"), {
    asksTarget: true,
  })

/** @param {View} view */
export const showWeights = (view) =>
  openFileDialog(view, "weights", say("ui.take_home.weights"), say("ui.take_home.import"), "", { several: true })

/** @type {(view: View, name: string, title: string, words: string, intro: string, how: { several?: boolean, asksTarget?: boolean }) => void} */
function openFileDialog(view, name, title, words, intro, { several = false, asksTarget = false }) {
  const content = (busy = false, failed = "") =>
    html`<p class="hint">${intro}</p>${fileField(`${name}_file`, words, take, several)}${statusLines(busy, failed)}`
  const dialog = openDialog(view, name, title, content())
  /** @param {File[]} files */
  function take(...files) {
    runInDialog(dialog, content, async () => {
      const response = await fetchFromPython(
        view,
        dialogPath(view, name),
        uploadRequest(joinFiles(files), dialog.closed),
      )
      const { change, note } = /** @type {Adopted} */ (await response.json())
      const adopt = (/** @type {Setup} */ target = {}) => {
        dialog.close()
        view.adopt({ ...change, ...target, note })
      }
      if (asksTarget) dialog.draw(targetQuestion(view, adopt))
      else adopt()
    })
  }
}

/** @param {View} view */
export function showUserGradients(view) {
  const words = (/** @type {string} */ id) => say(`ui.check.own.${id}`)
  /** @returns {Template} */
  const content = (busy = false, failed = "") => html`<p class="hint">${words("kept")}</p>
    ${fileField("gradients_file", words("file"), (file) => runInDialog(dialog, content, () => take(file.name, file)))}
    <p><button type="button" data-key="gradients_example" @click=${() => runInDialog(dialog, content, example)}>${words("try")}</button></p>${statusLines(busy, failed)}`
  const dialog = openDialog(view, "own-gradients", words("dialog"), content())

  /** @param {string} name @param {Blob} file */
  async function take(name, file) {
    uploadRequest(file, dialog.closed)
    holdFile({ name, content: file })
    dialog.close()
    view.markPending()
    view.host.numbers.ask()
  }

  async function example() {
    const response = await fetchFromPython(view, dialogPath(view, "example"), { signal: dialog.closed })
    await take(words("example_file"), await response.blob())
  }
}
