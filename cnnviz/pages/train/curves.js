// Curves below the recording, one chart at a time: the past opaque, the future pale. Dragging along the chart changes
// the update.

import { chart } from "../../view/draw/chart.js"
import { cssZoom } from "../../view/draw/css_zoom.js"
import { COLON, number } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { closest, html, markup, render, setText, toggleGroup } from "../../view/shell/html.js"
import { CURVES, LINE_COLOURS } from "../../view/spec.js"

/** @import { LargeChart } from "../../view/model/layout/large_chart.js" */
/** @import { Plot } from "../../view/draw/chart.js" */
/** @import { Film } from "./film.js" */
/** @import { Line } from "../../view/types/view.js" */

const LEAST = { left: 52, right: 28 }
const NAMES = ["losses", "kernel", "norms"]
const END = 110 // pixels reserved at the right end for the last value
const LABEL = 26 // pixels above a point for its value
const MOST_SAID = 3 // largest number of lines whose values are shown at the pointer

export class Curves {
  /** @type {Plot | null} */
  plot = null
  width = 0
  name = "losses"
  log = false
  /** @type {number | null}  the update that the curve is pointed at */
  pointed = null

  /**
   * @param {Film} film
   * @param {HTMLElement} element
   */
  constructor(film, element) {
    this.film = film
    this.element = element
    element.innerHTML = `<div class="curve-head"></div><figure class="curve"><canvas class="to-come" role="img"></canvas><canvas class="past" aria-hidden="true"></canvas><span class="cursor"></span><div class="dots"></div><div class="marks"></div><input type="range" min="0" step="1" data-key="scrub" aria-label="${say("web.film.scrub")}"></figure><div class="pushes"></div>`
    this.bind()
  }

  /** Return the lines of a chart, of all runs. @param {string} name @returns {Line[]} */
  lines(name) {
    const { film, arrays } = this.film
    return film.runs.flatMap(({ lines }, place) =>
      lines[name].map((line, column) => {
        const { values, shape } = arrays[`${place}.${name}`]
        const columnValues = Array.from({ length: film.n + 1 }, (_, k) => values[k * (shape[1] ?? 1) + column])
        const label = place ? say("ui.train.film.compared", { line }) : line
        return { label, values: columnValues, dashed: place > 0, hue: column }
      }),
    )
  }

  /**
   * Return all charts for the enlarged view, with the requested one open.
   * @param {string} wanted @returns {LargeChart[]}
   */
  charts(wanted) {
    const { film, k } = this.film
    const at = {
      x: Array.from({ length: film.n + 1 }, (_, update) => update),
      xTitle: say(film.checkpoints.length ? "ui.train.film.checkpoints" : "ui.charts.updates"),
      log: false,
      cursor: k,
    }
    const shownCurves = CURVES.filter(({ name }) => film.runs[0].lines[name].length)
    const charts = shownCurves.map(({ name, title, log }) => ({
      ...at,
      name,
      title,
      yTitle: title,
      logY: log === "y",
      series: this.lines(name),
    }))
    const large = charts.find(({ name }) => `film-${name}` === wanted)
    return large ? [large, ...charts.filter((one) => one !== large)] : []
  }

  /** Whether the chart can have a logarithmic scale. */
  get powers() {
    return this.name !== "kernel"
  }

  /** Draw every line. Return false if the chart has no space. */
  draw() {
    const { film, root } = this.film
    const namedCurves = NAMES.filter((name) => film.runs[0].lines[name].length) // a network without a convolution has no kernel curve
    if (!namedCurves.includes(this.name)) this.name = "losses"
    this.head(namedCurves)
    const x = Array.from({ length: film.n + 1 }, (_, k) => k)
    const tone = this.name === "losses" ? getComputedStyle(root).getPropertyValue("--accent") : undefined
    const series = this.lines(this.name).map((line) =>
      line.dashed || this.name === "losses" ? { ...line, label: "" } : line,
    )
    const chartOptions = { x, series, logY: this.log && this.powers, least: LEAST, tone }
    const [toCome, past] = this.element.querySelectorAll("canvas")
    toCome.setAttribute("aria-label", say(`web.film.curves.${this.name}`))
    this.width = toCome.clientWidth
    this.plot = chart(toCome, { ...chartOptions, look: "pale" }, root)
    chart(past, { ...chartOptions, look: "bare" }, root)
    this.element.dataset.curve = this.name
    return Boolean(this.plot)
  }

  /** @param {string[]} named */
  head(named) {
    const title = html`<button type="button" class="chart-title" data-open="film-${this.name}" title=${say("web.chart.open")}>${markup(say(`web.film.curves.titles.${this.name}`))}</button>`
    const kinds = named.map((name) => /** @type {const} */ ([name, say(`web.film.curves.${name}`), name === this.name]))
    const scales = ["linear", "log"].map(
      (name) => /** @type {const} */ ([name, say(`web.film.curves.${name}`), (name === "log") === this.log]),
    )
    render(
      html`<h2>${title}</h2>${toggleGroup("curve", say("web.film.curves.label"), kinds)}<span class="at"></span>${this.powers ? toggleGroup("scale", say("web.film.curves.scale"), scales) : ""}`,
      /** @type {HTMLElement} */ (this.element.querySelector(".curve-head")),
    )
  }

  /** Split the lines at the current update, and show the values there or at the pointer. */
  follow() {
    const { plot } = this
    if (!plot) return
    const { k, film } = this.film
    const x = plot.at(k)
    const findElement = (/** @type {string} */ name) => /** @type {HTMLElement} */ (this.element.querySelector(name))
    const pastElement = findElement(".past")
    pastElement.style.clipPath = `inset(0 ${Math.max(this.width - x, 0)}px 0 0)`
    findElement(".cursor").style.transform = `translateX(${x}px)`
    const dots = film.runs.flatMap(({ lines }, place) =>
      lines[this.name].map((_, column) => this.dot(place, column, k)),
    )
    const endDots = this.name === "losses" && x < this.width - END ? [this.dot(0, 0, film.n, "end")] : []
    render([...dots, ...endDots], findElement(".dots"))
    this.say()
  }

  /**
   * Place a line's dot and value at an update.
   * @param {number} place @param {number} column @param {number} k @param {string} [kind]
   */
  dot(place, column, k, kind = "") {
    const plot = /** @type {Plot} */ (this.plot)
    const value = this.film.curveAt(place, this.name, column, k)
    const [x, y] = [plot.at(k), plot.up(value)]
    if (y === null) return ""
    const label = this.name === "losses" && !place && kind // the figure shows the current value
    const side = `${x > this.width - END ? "left" : ""} ${y < LABEL ? "low" : ""}`
    const hue = this.name === "losses" ? "" : `background:${LINE_COLOURS[column % LINE_COLOURS.length]};`
    return html`<i class=${kind} style="${hue}transform:translate(${x}px,${y}px)">${label ? html`<b class=${side}>${number(value, 3)}</b>` : ""}</i>`
  }

  /** Show the chart's values at the pointed update. */
  say() {
    const k = this.pointed
    const lines = k === null ? [] : this.film.film.runs[0].lines[this.name].slice(0, MOST_SAID)
    const values = lines.map((line, n) => `${line} ${number(this.film.curveAt(0, this.name, n, Number(k)), 3)}`)
    const text = lines.length ? `${this.film.at(Number(k))}${COLON}${values.join(" · ")}` : ""
    setText(/** @type {HTMLElement} */ (this.element.querySelector(".at")), text)
  }

  /**
   * Seek to the update at a horizontal position.
   * @param {number} clientX
   */
  seek(clientX) {
    const k = this.under(clientX)
    if (k === null) return
    this.film.view.player.pause()
    this.film.seek(k)
  }

  /**
   * Return the update at a horizontal position.
   * @param {number} clientX
   */
  under(clientX) {
    const { plot } = this
    if (!plot) return null
    const canvas = /** @type {HTMLElement} */ (this.element.querySelector("canvas"))
    const { left, width } = canvas.getBoundingClientRect()
    const zoom = cssZoom(canvas)
    const share = (clientX - left - plot.left * zoom) / (width - (plot.left + plot.right) * zoom)
    return Math.round(Math.min(Math.max(share, 0), 1) * this.film.film.n)
  }

  // A mouse drags at once. A finger may be about to scroll, so it drags only after a sideways movement.
  bind() {
    const figure = /** @type {HTMLElement} */ (this.element.querySelector("figure"))
    let isPressed = false
    const onRelease = (/** @type {PointerEvent} */ event) => {
      if (!isPressed) return
      if (event.type === "pointerup") this.seek(event.clientX)
      isPressed = false
      this.film.settle()
    }
    figure.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || closest(event, "button")) return
      isPressed = true
      figure.setPointerCapture(event.pointerId)
      if (event.pointerType === "mouse") this.seek(event.clientX)
    })
    figure.addEventListener("pointermove", (event) => {
      if (isPressed) return this.seek(event.clientX)
      this.pointed = event.pointerType === "mouse" ? this.under(event.clientX) : null
      this.say()
    })
    figure.addEventListener("pointerleave", () => {
      this.pointed = null
      this.say()
    })
    figure.addEventListener("pointerup", onRelease)
    figure.addEventListener("pointercancel", onRelease)
    this.element.addEventListener("click", (event) => this.choose(event))
  }

  /** Switch the chart or its scale. @param {Event} event */
  choose(event) {
    const tab = closest(event, "[data-tab]")?.dataset.tab
    if (!tab) return
    const [name, value] = tab.split(" ")
    if (name === "curve") this.name = value
    else this.log = value === "log"
    this.film.invalidate()
    this.film.view.paint()
  }
}
