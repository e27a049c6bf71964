// The curves under the film, with one cursor through all of them; dragging on one moves the film.

import { CURVES } from "../spec.js"
import { chart } from "./chart.js"

const LEAST = { left: 58, right: 54 } // room for the longest numbers and names: one cursor, one place

export const FIGURES = CURVES.map(
  ({ name, title }) => `
    <figure class="curve" data-curve="${name}"><figcaption><button type="button" data-open="film-${name}" title="Open this chart large">${title}</button></figcaption>
      <canvas role="img" aria-label="${title}"></canvas><span class="cursor"></span></figure>`,
).join("")

export class Curves {
  insets = {} // how far each plot keeps from its canvas's sides, by name; null where it has no room yet

  constructor(film, element) {
    Object.assign(this, { film, element })
    this.bindDrag()
  }

  // Draws every line; whether all had room.
  draw() {
    const { film, arrays, view } = this.film
    const x = Array.from({ length: film.n + 1 }, (_, k) => k)
    const curves = (place, name) =>
      film.runs[place].lines[name].map((line, column) => {
        const { values, shape } = arrays[`${place}.${name}`]
        return { label: place ? "" : line, values: x.map((k) => values[k * (shape[1] ?? 1) + column]), dashed: place > 0, hue: column }
      })
    this.insets = {}
    for (const { name, log } of CURVES) {
      const series = film.runs.flatMap((_, place) => curves(place, name))
      this.canvas(name).closest("figure").hidden = !series.length
      if (series.length) this.insets[name] = chart(this.canvas(name), { x, series, logY: log === "y", least: LEAST }, view.root)
    }
    return Object.values(this.insets).every(Boolean)
  }

  // Puts the cursor where the film stands.
  follow() {
    const { k, film } = this.film
    for (const [name, inset] of Object.entries(this.insets)) {
      const canvas = this.canvas(name)
      if (inset) canvas.nextElementSibling.style.transform = `translateX(${inset.left + (k / film.n) * (canvas.clientWidth - inset.left - inset.right)}px)`
    }
  }

  canvas(name) {
    return this.element.querySelector(`[data-curve="${name}"] canvas`)
  }

  // The film goes to the update that stands above this place.
  seek(curve, clientX) {
    const inset = this.insets[curve.dataset.curve]
    if (!inset) return
    this.film.view.player.pause()
    const { left, width } = this.canvas(curve.dataset.curve).getBoundingClientRect()
    const share = (clientX - left - inset.left) / (width - inset.left - inset.right)
    this.film.seek(Math.round(Math.min(Math.max(share, 0), 1) * this.film.film.n))
  }

  // A mouse drags from where it is pressed; a finger may be about to scroll, and drags once it moves sideways.
  bindDrag() {
    let held = null
    const on = (event, act) => this.element.addEventListener(event, act)
    on("pointerdown", (event) => {
      const curve = event.target.closest(".curve")
      if (!curve || event.button !== 0 || event.target.closest("button")) return
      held = curve
      curve.setPointerCapture(event.pointerId)
      if (event.pointerType === "mouse") this.seek(curve, event.clientX)
    })
    on("pointermove", (event) => held && this.seek(held, event.clientX))
    const letGo = (event) => {
      if (!held) return
      if (event.type === "pointerup") this.seek(held, event.clientX)
      held = null
      this.film.settle()
    }
    for (const event of ["pointerup", "pointercancel"]) on(event, letGo)
  }
}
