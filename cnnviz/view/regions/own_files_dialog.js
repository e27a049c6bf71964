// Dialogs that take a file from which the lesson is changed: a picture of one's own, and weights.

import { say } from "../model/words.js"
import { answered, questionOf } from "./ask_python.js"
import { openDialog } from "./dialog.js"
import { fileField, joined, outcome, sent, trying } from "./file_field.js"
import { html } from "./html.js"

/** @import { Adopted, View } from "../types/view.js" */

/** @param {View} view */
export const showPicture = (view) =>
  takesFile(view, "picture", say("ui.upload.title"), say("ui.upload.file"), say("ui.upload.what_happens"))

/** @param {View} view */
export const showWeights = (view) =>
  takesFile(view, "weights", say("ui.take_home.weights"), say("ui.take_home.import"), "", true)

/** @type {(view: View, name: string, title: string, words: string, intro?: string, several?: boolean) => void} */
function takesFile(view, name, title, words, intro = "", several = false) {
  const content = (busy = false, failed = "") =>
    html`<p class="hint">${intro}</p>${fileField(`${name}_file`, words, take, several)}${outcome(busy, failed)}`
  const dialog = openDialog(view, name, title, content())
  /** @param {File[]} files */
  function take(...files) {
    trying(dialog, content, async () => {
      const response = await answered(view, questionOf(view, name), sent(joined(files), dialog.closed))
      const { change, note } = /** @type {Adopted} */ (await response.json())
      dialog.close()
      view.adopt({ ...change, note })
    })
  }
}
