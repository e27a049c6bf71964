// Dialog with the files of the setup on screen. Each file is generated when its link is fetched.

import { save } from "../draw/picture.js"
import { say } from "../model/words.js"
import { dialogPath, fetchFromPython } from "../shell/ask_python.js"
import { html, nothing } from "../shell/html.js"
import { openDialog } from "./dialog.js"

/** @import { Dialog, OfferedFile, OfferedFiles, Template, View } from "../types/view.js" */

/** @param {View} view */
export async function showFiles(view) {
  const title = say("web.dialog.files")
  const dialog = openDialog(view, "files", title, html`<p role="status">${say("web.dialog.coming")}</p>`)
  try {
    const response = await fetchFromPython(view, dialogPath(view, "files"), { signal: dialog.closed })
    new Files(view, dialog, await response.json()).draw()
  } catch (error) {
    dialog.draw(html`<p role="alert">${/** @type {Error} */ (error).message}</p>`)
  }
}

class Files {
  around = "1"
  making = "" // file that is being generated
  failed = ""

  /** @param {View} view @param {Dialog} dialog @param {OfferedFiles} offered */
  constructor(view, dialog, offered) {
    this.view = view
    this.dialog = dialog
    this.offered = offered
  }

  draw() {
    const { groups, notes, words } = this.offered
    this.dialog.draw(html`
      ${notes.map((note) => html`<p class="hint">${note}</p>`)}
      ${groups.map(({ title, files }) => html`<section><h3>${title}</h3>${files.map((file) => this.line(file))}</section>`)}
      <p class="hint">${words}</p><p role="alert">${this.failed}</p>`)
  }

  /** @param {OfferedFile} file @returns {Template} */
  line(file) {
    const { what, label, name, instead } = file
    if (instead) return html`<p class="hint"><b>${label}</b> ${instead}</p>`
    return html`<div class="file"><a href=${this.link(what)} download=${name} data-key=${`file_${what}`} @click=${(/** @type {Event} */ event) => this.fetch(event, file)}>${label}</a>${what === "html" ? this.updates() : nothing}
      <small role="status">${this.making === what ? say("web.dialog.making") : ""}</small></div>`
  }

  /** Return the field for the number of updates before and after that the HTML file contains. */
  updates() {
    const change = (/** @type {Event} */ { target }) => {
      const { value, validity } = /** @type {HTMLInputElement} */ (target)
      if (validity.valid && value) this.around = value
      this.draw()
    }
    return html`<label>${say("web.dialog.around")} <input type="number" min="0" max=${this.offered.around} value=${this.around} data-key="around" @change=${change}></label>`
  }

  /** @param {string} what */
  link(what) {
    const options = { around: this.around, server: new URL(".", document.baseURI).href }
    return dialogPath(this.view, "file", what === "html" ? { what, ...options } : { what })
  }

  /**
   * Download a file by script, so that errors appear in the dialog.
   * @param {Event} event @param {OfferedFile} file
   */
  async fetch(event, { what, name }) {
    event.preventDefault()
    Object.assign(this, { making: what, failed: "" })
    this.draw()
    try {
      const response = await fetchFromPython(this.view, this.link(what), { signal: this.dialog.closed })
      save(await response.blob(), name)
    } catch (error) {
      this.failed = /** @type {Error} */ (error).message
    }
    this.making = ""
    this.draw()
  }
}
