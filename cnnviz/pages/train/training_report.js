// What a training on many images has to say: it comes again and again while it learns.

import { contextOf } from "../../view/draw/canvas.js"
import { rgba } from "../../view/draw/pixels.js"
import { isDark } from "../../view/draw/theme.js"
import { colour, darken } from "../../view/model/colour.js"
import { decimals, formula, number } from "../../view/model/format.js"
import { say } from "../../view/model/words.js"
import { html, inner, render, setHTML, setText } from "../../view/regions/html.js"
import { nearest, reportChart } from "./report_chart.js"

/** @import { Arrays } from "../../view/model/decode.js" */
/** @import { ReportGroup, ReportHeader, ReportImage, ReportTile } from "../../view/types/wire.js" */
/** @import { Template } from "../../view/regions/html.js" */
/** @typedef {ReportHeader & { arrays: Arrays }} Report */

const body = () => `
  <div class="headline"><div><h2 data-said="title"></h2><p data-said="note"></p><p data-said="warning"></p></div>
    <button type="button" data-choose="first">${say("web.training.open")}</button></div>
  <div class="findings">
    ${["accuracy", "loss"].map((name) => `<figure data-chart="${name}"><figcaption>${say(`web.training.${name}`)}</figcaption><div class="drawn"></div><p class="spoken"></p></figure>`).join("")}
    <figure class="confusion"><figcaption>${say("web.training.confusion")}</figcaption><div class="table"></div><p data-said="mixed"></p></figure>
    <figure class="tiles"><figcaption>${say("web.training.learns")}</figcaption><div class="pictures"></div><p data-said="moved"></p></figure>
  </div>
  <div class="examples"></div>
  <p class="hint">${say("web.training.hint")}</p><details class="which"><summary>${say("web.training.which")}</summary><p data-said="which"></p></details>`

export class TrainingReport {
  /** @type {Report | undefined} */
  report = undefined
  /** @type {number | undefined}  the report that is pointed at in a chart */
  pointed = undefined
  /** @type {unknown}  the images that are painted */
  images = undefined

  /**
   * @param {HTMLElement} root
   * @param {(key: string) => void} choose  what is called when an image is chosen
   */
  constructor(root, choose) {
    this.root = root
    root.innerHTML = body()
    root.addEventListener("click", ({ target }) => {
      const key = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest("[data-choose]"))?.dataset
        .choose
      const first = this.report?.groups[0]?.images[0]?.key
      const chosen = key === "first" ? first : key
      if (chosen) choose(chosen)
    })
    for (const figure of root.querySelectorAll("[data-chart]")) {
      const drawn = /** @type {HTMLElement} */ (figure.querySelector(".drawn"))
      drawn.addEventListener("pointermove", (event) => this.point(drawn, event.clientX))
      drawn.addEventListener("pointerleave", () => this.leave())
    }
  }

  /** @param {string} selector */
  $(selector) {
    return /** @type {HTMLElement} */ (this.root.querySelector(selector))
  }

  /** @param {Report} report */
  receive(report) {
    this.report = report
    darken(isDark(this.root))
    const { title, note, warning, mixed, moved, which } = report
    this.root.classList.toggle("begun", report.arrays.epochs.values.length > 0)
    for (const [name, text] of Object.entries({ title, note, warning, mixed, moved, which }))
      setText(this.$(`[data-said="${name}"]`), text)
    render(confusion(report), this.$(".confusion .table"))
    this.pointed = undefined
    this.draw()
    this.fillExamples(report)
  }

  /** What goes along with the place that is pointed at: the curves and what learns. */
  draw() {
    const { report } = this
    if (!report) return
    const last = report.arrays.epochs.values.length - 1
    const at = Math.min(this.pointed ?? last, last)
    for (const name of ["accuracy", "loss"]) this.chart(report, name, at)
    this.drawTiles(report, at, last)
  }

  /**
   * @param {Report} report
   * @param {string} name
   * @param {number} at
   */
  chart({ arrays, epochs, guessing, active }, name, at) {
    const percent = name === "accuracy"
    const curves = [
      { name: say("web.training.learned"), values: arrays[name].values, main: false },
      { name: say("web.training.held_out"), values: arrays[`held_${name}`].values, main: true },
    ]
    const place = { x: arrays.epochs.values, epochs, curves, at, percent, active, guessing: percent ? guessing : null }
    const figure = this.$(`[data-chart="${name}"]`)
    setHTML(/** @type {Element} */ (figure.querySelector(".drawn")), reportChart(place))
    const said = curves.map((curve) => `${curve.name} ${number(curve.values[at], 3)}`).join(", ")
    setText(/** @type {Element} */ (figure.querySelector(".spoken")), said)
  }

  /**
   * @param {HTMLElement} drawn
   * @param {number} x
   */
  point(drawn, x) {
    const { left, width } = drawn.getBoundingClientRect()
    if (!this.report || !width) return
    const at = nearest(this.report.arrays.epochs.values, this.report.epochs, (x - left) / width)
    if (at === this.pointed) return
    this.pointed = at
    this.draw()
  }

  leave() {
    this.pointed = undefined
    this.draw()
  }

  /**
   * What learns: at the start, now, and the difference.
   * @param {Report} report
   * @param {number} at
   * @param {number} last
   */
  drawTiles(report, at, last) {
    const { tiles, arrays, date } = report
    const rows = this.$(".tiles .pictures")
    const epoch = Math.round(arrays.epochs.values[at] * 10) / 10
    const words = {
      start: say("web.training.start"),
      now: at === last ? date : say("web.training.at_epoch", { epoch }),
      change: say("web.training.change"),
    }
    const row = (/** @type {[string, string]} */ [name, text]) =>
      html`<div data-row=${name}><p>${text}</p>${tiles.map(tile)}</div>`
    render(Object.entries(words).map(row), rows)
    this.$(".tiles").hidden = !tiles.length
    tiles.forEach((tile, n) => {
      const { values, shape } = arrays[tile.array]
      const frames = shape[1]
      const now = at === last || frames < 3 ? frames - 1 : at
      const size = values.length / 2 / frames
      const parts = { start: 0, now, change: frames + now }
      for (const [row, frame] of Object.entries(parts)) {
        const canvas = rows.querySelectorAll(/** @type {"canvas"} */ (`[data-row="${row}"] canvas`))[n]
        paintTile(canvas, tile, values.subarray(frame * size, (frame + 1) * size), shape.slice(2))
      }
    })
  }

  /** @param {Report} report */
  fillExamples(report) {
    const { groups, names, arrays } = report
    render(
      groups.map((group) => examples(group, names)),
      this.$(".examples"),
    )
    if (this.images === arrays.images.values) return
    this.images = arrays.images.values
    const { values: pixels, shape } = arrays.images
    this.root.querySelectorAll(/** @type {"canvas"} */ (".examples canvas")).forEach((canvas, n) => {
      const size = pixels.length / shape[0]
      paintImage(canvas, pixels.subarray(n * size, (n + 1) * size), shape[1])
    })
  }
}

/**
 * How many images of each class are taken for which.
 * @param {Report} report
 */
function confusion({ names, arrays }) {
  const { values } = arrays.confusion
  const n = names.length
  const cell = (/** @type {number} */ i, /** @type {number} */ j) => {
    const row = values.subarray(i * n, (i + 1) * n)
    const share = values[i * n + j] / (Array.from(row).reduce((sum, count) => sum + count, 0) || 1)
    return html`<td class=${i === j ? "right" : "wrong"} style="--share:${Math.round(100 * share)}%">${values[i * n + j]}</td>`
  }
  const short = (/** @type {string} */ name) => (n > 4 ? name.slice(0, 4) : name)
  const head = names.map((name) => html`<th scope="col" title=${name}>${short(name)}</th>`)
  const rows = names.map((name, i) => html`<tr><th scope="row">${name}</th>${names.map((_, j) => cell(i, j))}</tr>`)
  return html`<table class=${n > 4 ? "many" : ""}><thead><tr><th>${say("web.training.is")}</th><th colspan=${n}>${say("web.training.says")}</th></tr><tr><td></td>${head}</tr></thead><tbody>${rows}</tbody></table>`
}

/** @type {(group: ReportGroup, names: string[]) => Template} */
const examples = ({ kind, title, more, images }, names) => html`
  <section data-kind=${kind}><h3>${title} <small>${more}</small></h3><div>${images.map((image) => example(image, names))}</div></section>`

/**
 * Two decimals, and a third where two would round to 1; what three would, too, is only nearly 1.
 * @param {number} value
 */
const outputText = (value) =>
  value >= 0.9995 && value < 1
    ? "≈ 1"
    : Math.abs(value) < 100
      ? decimals(value, value >= 0.995 && value < 1 ? 3 : 2)
      : number(value, 2)

/** @type {(image: ReportImage, names: string[]) => Template} */
function example({ key, words, label, said, outputs }, names) {
  const output = (/** @type {[number, number]} */ [n, value]) =>
    html`<span class="${n === said ? "said" : ""}${n === label ? " true" : ""}" style="--part:${Math.round(100 * Math.min(Math.max(value, 0), 1))}%"><span>${names[n]}</span>${n === label ? html`<s>✓</s>` : ""}<b>${outputText(value)}</b></span>`
  if (!key) return html`<span role="img" aria-label=${words}><canvas></canvas></span>`
  return html`<button type="button" data-choose=${key} title=${words}><span class="spoken">${words}</span><canvas></canvas>
    <span class="outputs">${outputs.map(output)}</span></button>`
}

/** @param {ReportTile} tile */
const tile = ({ label }) =>
  html`<span><canvas role="img" aria-label=${label}></canvas><small ${inner(formula(label))}></small></span>`

/** An image of three colours. @param {HTMLCanvasElement} canvas @param {ArrayLike<number>} rgb @param {number} side  in pixels */
const paintImage = (canvas, rgb, side) => paint(canvas, side, side, (n) => [rgb[3 * n], rgb[3 * n + 1], rgb[3 * n + 2]])

/**
 * Weights as bytes, 128 for zero: in the colours of signs, or where they look at three colours as these, grey for zero.
 * @param {HTMLCanvasElement} canvas
 * @param {ReportTile} tile
 * @param {ArrayLike<number>} bytes
 * @param {number[]} shape
 */
function paintTile(canvas, { rgb }, bytes, [rows, columns]) {
  if (rgb) return paint(canvas, rows, columns, (n) => [bytes[3 * n], bytes[3 * n + 1], bytes[3 * n + 2]])
  paint(canvas, rows, columns, (n) => colour((bytes[n] - 128) / 127, [-1, 1], "signed"))
}

/** A canvas of one pixel a cell. @param {HTMLCanvasElement} canvas @param {number} rows @param {number} columns @param {(n: number) => number[]} of */
function paint(canvas, rows, columns, of) {
  Object.assign(canvas, { width: columns, height: rows })
  const bytes = rgba(rows, columns, (i, j) => of(i * columns + j))
  contextOf(canvas).putImageData(new ImageData(bytes, columns, rows), 0, 0)
}
