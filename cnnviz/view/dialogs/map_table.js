// Dialog that shows any array as a table or an enlarged map, and saves it as CSV.

import { save } from "../draw/picture.js"
import { inField, number } from "../model/numbers/format.js"
import { axisRoles, csv, formatExact, rowOffset, rowsAtOnce } from "../model/numbers/table.js"
import { say } from "../model/words.js"
import { html, live, nothing, render, setText, toggleGroup } from "../shell/html.js"
import { openDialog } from "./dialog.js"
import { LargeMap } from "./large_map.js"

/** @import { Axis } from "../model/numbers/table.js" */
/** @import { Cell, Source, Template, View } from "../types/view.js" */

const words = (/** @type {string} */ id) => say(`web.table.${id}`)

/** Return the dialog's skeleton, whose parts are rendered separately. */
const content = () => html`
  <div class="chosen"></div><div class="as"></div>
  <figure class="seen"><div tabindex="0" role="group" aria-label=${words("map")}><canvas role="img" aria-label=${words("map")}></canvas></div><figcaption></figcaption></figure>
  <label class="digits"><input type="checkbox" data-table="digits"> ${words("digits")}</label>
  <p class="hint"></p><div class="cells" role="region" tabindex="0" aria-label=${words("cells")}></div>
  <p><button type="button" data-table="csv">${words("csv")}</button></p>`

/** @type {(name: string, label: string, options: string[], chosen: number) => Template} */
const choice = (name, label, options, chosen) => {
  const option = (/** @type {string} */ text, /** @type {number} */ n) =>
    html`<option value=${n} .selected=${live(n === chosen)}>${text}</option>`
  return html`<label class="form-field"><span>${label}</span><select data-table=${name}>${options.map(option)}</select></label>`
}

/**
 * Open the table of the selected array. Another one can be chosen in the dialog.
 * @param {View} view
 */
export function showTable(view) {
  show(view, false)
}

/** Enlarge the selected map or chart. @param {View} view */
export function showLarge(view) {
  const { large } = view.content
  const { sources } = view.content.tables()
  const map =
    sources.some(({ name, picture }) => picture && (name === large || name.startsWith(`${large}-`)))
    || large === "update"
  if (large) map ? show(view, true) : view.open(large)
}

/** Enlarge a map at one of its cells. @param {View} view @param {string} map @param {Cell} cell */
export function zoomInto(view, map, cell) {
  const { sources } = view.content.tables()
  const n = sources.findIndex(({ name }) => name === map)
  const { picture, instead, whole } = sources[n] ?? {}
  if (picture && (!instead || whole)) show(view, true, n, cell)
}

/** @param {View} view @param {boolean} pictured @param {number} [which] of the maps @param {Cell} [cell] */
function show(view, pictured, which, cell) {
  const { sources, first } = view.content.tables()
  if (!sources.length) return
  const table = new MapTable(view, sources, pictured)
  table.take(which ?? first, cell)
  table.dialog.querySelector("select")?.focus()
}

class MapTable {
  /** @type {number[]}  chosen index of each axis that is not in the table */
  indices = []
  window = 0

  /** @param {View} view @param {Source[]} sources @param {boolean} pictured  whether to show a map instead of numbers */
  constructor(view, sources, pictured) {
    this.view = view
    this.pictured = pictured
    this.sources = sources
    this.source = sources[0]
    const { element, body, closed: signal } = openDialog(view, "map-table", words("title"), content())
    this.dialog = element
    this.large = new LargeMap(/** @type {HTMLElement} */ (body.querySelector(".seen")))
    const chooseCell = (/** @type {Cell} */ cell) => {
      this.dialog.close()
      view.content.reach(this.source.name, cell)
    }
    this.large.bind(signal, chooseCell, () => this.dialog.close())
    body.addEventListener("change", ({ target }) => this.changed(/** @type {HTMLInputElement} */ (target)))
    body.addEventListener("click", ({ target }) => this.clicked(/** @type {Element} */ (target)))
  }

  /** Switch between map and numbers, or save a file. @param {Element} target */
  clicked(target) {
    const { tab, table } = /** @type {HTMLElement | null} */ (target.closest("button"))?.dataset ?? {}
    if (table === "csv") return this.save()
    if (tab) this.pictured = tab === "as map"
    if (tab) this.fill()
  }

  /**
   * Show one of the arrays, again when its exact values have arrived.
   * @param {number} n @param {Cell} [cell]  the cell to zoom to
   */
  take(n, cell) {
    this.source = this.sources[n]
    this.indices = axisRoles(this.source).chosen.map(() => 0)
    this.window = 0
    const { source } = this
    const fill = () => {
      this.fill()
      if (cell && !source.instead) this.large.reach(cell)
    }
    fill()
    source.whole?.(() => {
      source.instead = ""
      source.whole = undefined
      if (source === this.source) fill()
    })
  }

  /** @param {HTMLInputElement} field */
  changed(field) {
    const { table = "" } = field.dataset
    const value = Number(field.value)
    if (table === "map") this.take(value)
    else if (table === "rows") this.window = value
    else if (table !== "digits") this.indices[Number(table)] = value
    this.fill()
  }

  fill() {
    const { dialog, source } = this
    const query = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (dialog.querySelector(selector))
    const { picture, instead } = source
    const isPictured = Boolean(picture && !instead && this.pictured)
    render(this.choices(isPictured), query(".chosen"))
    const tabs = [
      /** @type {const} */ (["map", words("as.map"), isPictured]),
      /** @type {const} */ (["numbers", words("as.numbers"), !isPictured]),
    ]
    render(picture && !instead ? toggleGroup("as", words("as.label"), tabs) : nothing, query(".as"))
    dialog.classList.toggle("as-map", isPictured)
    if (picture && isPictured) this.large.show(source, picture)
    setText(query(".hint"), source.instead || (isPictured ? "" : this.hint()))
    render(source.instead || isPictured ? nothing : this.table(), query(".cells"))
    const button = /** @type {HTMLButtonElement} */ (dialog.querySelector("[data-table=csv]"))
    button.disabled = Boolean(source.instead)
  }

  // Return a note that the table shows only part of the rows, or "".
  hint() {
    const { rows } = axisRoles(this.source)
    const rowLimit = rowsAtOnce(this.source)
    return rows && rows.labels.length > rowLimit ? say("web.table.part", { n: rowLimit, all: rows.labels.length }) : ""
  }

  /** @param {boolean} pictured  whether a map with all slices is shown */
  choices(pictured) {
    const { source, sources } = this
    const names = sources.map(({ label, words, axes }) => {
      const shape = axes.map(({ labels }) => labels.length).join("×")
      return [label, words, shape].filter(Boolean).join(" · ")
    })
    const { chosen, rows } = axisRoles(source)
    const axis = (/** @type {Axis} */ { name, labels }, /** @type {number} */ n) =>
      choice(String(n), words(`axis.${name}`), Array.from(labels, String), this.indices[n])
    const rowLimit = rowsAtOnce(source)
    const starts = Array.from({ length: Math.ceil((rows?.labels.length ?? 1) / rowLimit) }, (_, n) => n * rowLimit)
    const range = (/** @type {number} */ at) =>
      `${rows?.labels[at]} – ${rows?.labels[Math.min(at + rowLimit, rows.labels.length) - 1]}`
    return [
      choice("map", words("map"), names, sources.indexOf(source)),
      ...(pictured ? [] : chosen.map(axis)),
      starts.length > 1 && !pictured ? choice("rows", words("rows"), starts.map(range), this.window) : "",
    ]
  }

  table() {
    const { source, indices: places } = this
    const { chosen, rows, columns } = axisRoles(source)
    const allDigits = /** @type {HTMLInputElement} */ (this.dialog.querySelector("[data-table=digits]")).checked
    const format = (/** @type {number} */ at) =>
      allDigits ? inField(formatExact(source.values[at])) : number(source.values[at])
    const columnLabels = columns ? Array.from(columns.labels, String) : [source.label]
    const indexText = chosen
      .map(({ name, labels }, n) => `${say(`web.table.axis.${name}`)} ${labels[places[n]]}`)
      .join(", ")
    const values = { label: source.label, words: source.words, k: this.view.k }
    const caption = [say("web.table.caption", values), indexText].filter(Boolean).join(", ")
    const corner = [rows, columns].flatMap((axis) => (axis ? say(`web.table.axis.${axis.name}`) : [])).join(" \\ ")
    const rowLimit = rowsAtOnce(source)
    const rowLabels = Array.from(rows?.labels ?? [""], String).slice(
      this.window * rowLimit,
      (this.window + 1) * rowLimit,
    )
    const line = (/** @type {string} */ label, /** @type {number} */ n) => {
      const firstOffset = rowOffset(source, places, this.window * rowLimit + n)
      return html`<tr><th scope="row">${label}</th>${columnLabels.map((_, at) => html`<td>${format(firstOffset + at)}</td>`)}</tr>`
    }
    return html`<table><caption>${caption}</caption>
      <thead><tr><td>${corner}</td>${columnLabels.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead>
      <tbody>${rowLabels.map(line)}</tbody></table>`
  }

  save() {
    const { view, source } = this
    const parts = ["cnnviz", view.setup.img.slice(0, 12), "update", view.k, source.name]
    save(new Blob([csv(source)], { type: "text/csv" }), `${parts.join("-")}.csv`)
  }
}
