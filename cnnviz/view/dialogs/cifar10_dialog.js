// Dialog of the full CIFAR-10 data set: the download's progress, then the images by class, page and number.

import { query } from "../model/state/address.js"
import { say } from "../model/words.js"
import { fetchFromPython } from "../shell/ask_python.js"
import { closest, html, live, nothing, toggleGroup } from "../shell/html.js"
import { LANG } from "../spec.js"
import { openDialog } from "./dialog.js"

/** @import { Dialog, FullSet, FullSetPage, Template, View } from "../types/view.js" */

const LOOK_EVERY = 500 // milliseconds between two requests for the progress
const words = (/** @type {string} */ id, /** @type {import("../model/words.js").Values} */ values = {}) =>
  say(`ui.cifar10.${id}`, values)

/** @param {View} view */
export function showCifar10(view) {
  const dialog = openDialog(view, "cifar10", words("title"), html`<p role="status">${say("web.dialog.coming")}</p>`)
  new Cifar10(view, dialog).look()
}

class Cifar10 {
  shown = { split: "train", class: "", from: "0" }

  /** @param {View} view @param {Dialog} dialog */
  constructor(view, dialog) {
    this.view = view
    this.dialog = dialog
  }

  /** Request the progress or the images, repeatedly while the data set is loaded. @param {string} [method] */
  async look(method = "GET") {
    const { view, dialog, shown } = this
    const path = `dialogs/cifar10${query({ ...shown, lang: LANG })}`
    try {
      const data = /** @type {FullSet} */ (
        await (await fetchFromPython(view, path, { method, signal: dialog.closed })).json()
      )
      dialog.draw(this.content(data))
      if (data.state === "loading") setTimeout(() => dialog.closed.aborted || this.look(), LOOK_EVERY)
    } catch (error) {
      dialog.draw(html`<p role="alert">${/** @type {Error} */ (error).message}</p>`)
    }
  }

  /** @param {FullSet} found @returns {Template} */
  content({ state, words: said, share, page }) {
    if (page) return this.images(page)
    if (state === "lacking") return html`<p>${said}</p>`
    if (state === "loading")
      return html`<p role="status">${said}</p><progress max="1" value=${share ?? nothing} aria-label=${words("title")}></progress>`
    return html`<p>${words("what_loads")}</p>${state === "failed" ? html`<p role="alert">${said}</p>` : nothing}
      <p><button type="button" class="primary" data-key="cifar10_load" @click=${() => this.look("POST")}>${words("load")}</button></p>`
  }

  /** Change what is shown, from the first image on. @param {Partial<Cifar10["shown"]>} change */
  choose(change) {
    Object.assign(this.shown, { from: "0" }, change)
    this.look()
  }

  /** @param {FullSetPage} page @returns {Template} */
  images({ split, count, all, first, per_page, images, labels, classes, strip }) {
    const value = (/** @type {Event} */ { target }) => /** @type {HTMLInputElement} */ (target).value
    const option = (/** @type {string} */ id, /** @type {string} */ text) =>
      html`<option value=${id} .selected=${live(id === this.shown.class)}>${text}</option>`
    const turnPage = (/** @type {number} */ by) => this.choose({ from: String(first + by * per_page) })
    const image = (/** @type {number} */ index, /** @type {number} */ n) =>
      html`<button type="button" data-key=${`cifar10_${index}`} @click=${() => this.take(`${split}-${index}`, labels[n])}>
        <i style=${`background-image:url(${strip});background-position-x:${(100 * n) / Math.max(1, images.length - 1)}%;background-size:${images.length * 100}% 100%`}></i>${index}</button>`
    const tabs = ["train", "test"].map((name) => /** @type {const} */ ([name, name, name === split]))
    return html`<div class="chosen" @click=${(/** @type {Event} */ event) => this.clicked(event)}>
        <div class="form-field"><span>${words("set")}</span>${toggleGroup("split", words("set"), tabs)}</div>
        <label class="form-field"><span>${words("class")}</span><select data-key="cifar10_class" @change=${(/** @type {Event} */ event) => this.choose({ class: value(event) })}>${[option("", words("all")), ...classes.map(([id, text]) => option(id, text))]}</select></label>
        <label class="form-field"><span>${words("number", { split })}</span><input type="number" min="0" max=${all - 1} data-key="cifar10_number" @change=${(/** @type {Event} */ event) => this.choose({ class: "", from: value(event) })}></label></div>
      <div class="grid">${images.map(image)}</div>
      <div class="pages"><button type="button" data-key="cifar10_back" aria-label=${words("back")} ?disabled=${first === 0} @click=${() => turnPage(-1)}>‹</button>
        <span>${words("shown", { first: first + 1, last: first + images.length, count })}</span>
        <button type="button" data-key="cifar10_on" aria-label=${words("on")} ?disabled=${first + per_page >= count} @click=${() => turnPage(1)}>›</button></div>`
  }

  /** @param {Event} event */
  clicked(event) {
    const tab = closest(event, "[data-tab]")?.dataset.tab
    if (tab) this.choose({ split: tab.split(" ")[1] })
  }

  /** @param {string} img @param {string} label */
  take(img, label) {
    this.dialog.close()
    this.view.adopt({ img, label })
  }
}
