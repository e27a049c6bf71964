// The curves under the film, with one cursor through all of them; dragging on one moves the film.

import { chart } from "../../view/draw/chart.js"
import { number } from "../../view/model/format.js"
import { say } from "../../view/model/words.js"
import { setHTML } from "../../view/regions/html.js"
import { CURVES } from "../../view/spec.js"

/** @import { Line } from "../../view/types/wire.js" */
/** @import { Film } from "./film.js" */
/** @import { Inset } from "../../view/draw/chart.js" */

const LEAST = { left: 58, right: 54 } // room for the longest numbers and names: one cursor, one place

export const figures = () =>
  CURVES.map(
    ({ name, title }) => `
    <figure class="curve" data-curve="${name}"><figcaption><button type="button" data-open="film-${name}" title="${say("web.chart.open")}">${title}</button><span class="at"></span></figcaption>
      <canvas role="img" aria-label="${title}"></canvas><span class="cursor"></span></figure>`,
  ).join("")

export class Curves {
  /** @type {Record<string, Inset | null>}  how far each plot keeps from its canvas's sides; null where it has no room yet */
  insets = {}
  /** @type {number | null}  the update that a curve is pointed at */
  pointed = null

  /**
   * @param {Film} film
   * @param {HTMLElement} element
   */
  constructor(film, element) {
    this.film = film
    this.element = element
    this.bindDrag()
  }

  // Draws every line; whether all had room.
  draw() {
    const { film, arrays, root } = this.film
    const x = Array.from({ length: film.n + 1 }, (_, k) => k)
    /** @type {(place: number, name: string) => Line[]} */
    const curves = (place, name) =>
      film.runs[place].lines[name].map((line, column) => {
        const { values, shape } = arrays[`${place}.${name}`]
        const along = x.map((k) => values[k * (shape[1] ?? 1) + column])
        return { label: place ? "" : line, values: along, dashed: place > 0, hue: column }
      })
    this.insets = {}
    for (const { name, log } of CURVES) {
      const series = film.runs.flatMap((_, place) => curves(place, name))
      const canvas = this.canvas(name)
      if (canvas.parentElement) canvas.parentElement.hidden = !series.length // no filter, no curve of it
      if (series.length) this.insets[name] = chart(canvas, { x, series, logY: log === "y", least: LEAST }, root)
    }
    return Object.values(this.insets).every(Boolean)
  }

  // Puts the cursor where the film stands, and says the values there, or where a curve is pointed at.
  follow() {
    const { k, film } = this.film
    this.say()
    for (const [name, inset] of Object.entries(this.insets)) {
      const canvas = this.canvas(name)
      const cursor = /** @type {HTMLElement} */ (canvas.nextElementSibling)
      if (inset) {
        const wide = canvas.clientWidth - inset.left - inset.right
        cursor.style.transform = `translateX(${inset.left + (k / film.n) * wide}px)`
      }
    }
  }

  /** The values of every chart at one update, as many as have room. */
  say() {
    const k = this.pointed ?? this.film.k
    for (const { name } of CURVES) {
      const lines = this.film.film.runs[0].lines[name].slice(0, 3)
      const values = lines.map(
        (line, n) => `${line.split(":")[0]} <b>${number(this.film.curveAt(0, name, n, k), 3)}</b>`,
      )
      const at = this.pointed === null ? "" : `${say("web.film.maps.of_here", { k })}: `
      const place = this.canvas(name).parentElement?.querySelector(".at")
      if (place) setHTML(place, values.length ? at + values.join(" · ") : "")
    }
  }

  /** @param {string} name */
  canvas(name) {
    return /** @type {HTMLCanvasElement} */ (this.element.querySelector(`[data-curve="${name}"] canvas`))
  }

  /**
   * The film goes to the update that stands above this place.
   * @param {HTMLElement} curve
   * @param {number} clientX
   */
  seek(curve, clientX) {
    const k = this.under(curve, clientX)
    if (k === null) return
    this.film.view.player.pause()
    this.film.seek(k)
  }

  /**
   * The update that stands above this place.
   * @param {HTMLElement} curve
   * @param {number} clientX
   */
  under(curve, clientX) {
    const name = curve.dataset.curve ?? ""
    const inset = this.insets[name]
    if (!inset) return null
    const { left, width } = this.canvas(name).getBoundingClientRect()
    const share = (clientX - left - inset.left) / (width - inset.left - inset.right)
    return Math.round(Math.min(Math.max(share, 0), 1) * this.film.film.n)
  }

  // A mouse drags from where it is pressed; a finger may be about to scroll, and drags once it moves sideways.
  bindDrag() {
    /** @type {HTMLElement | null} */
    let held = null
    /** @param {PointerEvent} event */
    const letGo = (event) => {
      if (!held) return
      if (event.type === "pointerup") this.seek(held, event.clientX)
      held = null
      this.film.settle()
    }
    this.element.addEventListener("pointerdown", (event) => {
      const target = /** @type {HTMLElement} */ (event.target)
      /** @type {HTMLElement | null} */
      const curve = target.closest(".curve")
      if (!curve || event.button !== 0 || target.closest("button")) return
      held = curve
      curve.setPointerCapture(event.pointerId)
      if (event.pointerType === "mouse") this.seek(curve, event.clientX)
    })
    this.element.addEventListener("pointermove", (event) => {
      if (held) return this.seek(held, event.clientX)
      /** @type {HTMLElement | null} */
      const curve = /** @type {HTMLElement} */ (event.target).closest(".curve")
      this.pointed = curve && event.pointerType === "mouse" ? this.under(curve, event.clientX) : null
      this.say()
    })
    this.element.addEventListener("pointerleave", () => {
      this.pointed = null
      this.say()
    })
    this.element.addEventListener("pointerup", letGo)
    this.element.addEventListener("pointercancel", letGo)
  }
}
