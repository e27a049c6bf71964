// How a page looks whatever it shows: its colours, the lecture view, and what a screen reader says of it.

import { magnify } from "../draw/canvas.js"
import { isDark } from "../draw/theme.js"
import { darken, gradient } from "../model/numbers/colour.js"

/** @import { Scale, View } from "../types/view.js" */

const [WIDE, HIGH] = [1280, 720]
const [RAIL, HEADER] = [64, 40] // which the lecture view has not: what is left is larger

/** The page's zoom for the size of the window, 1 on a screen of 1280×720: never less. @param {boolean} lecture */
const times = (lecture) =>
  Math.max(1, Math.min(innerWidth / (WIDE - (lecture ? RAIL : 0)), innerHeight / (HIGH - (lecture ? HEADER : 0))))

/** Takes over the colours of the theme; whether it has changed. @param {View} view */
export function recolour(view) {
  const dark = isDark(view.root)
  if (dark === view.dark) return false
  view.dark = dark
  darken(dark)
  for (const scale of /** @type {Scale[]} */ (["signed", "activation", "pixel", "undecided"]))
    view.root.style.setProperty(`--ramp-${scale}`, gradient(scale))
  view.content.outdate()
  return true
}

/** The lecture view is a way of looking at any page. @param {View} view */
export function dress(view) {
  const { root, look } = view
  const on = look.view === "lecture"
  root.classList.toggle("lecture", on)
  view.control("lecture").setAttribute("aria-pressed", String(on))
  for (const [name, set] of /** @type {const} */ ([
    ["hide", look.hide],
    ["hide_numbers", look.hide],
    ["predict", look.predict],
  ]))
    root.querySelector(`[data-key=${name}]`)?.setAttribute("aria-pressed", String(set === "1"))
  root.classList.toggle("veiled", view.veiled)
  const zoom = times(on)
  magnify(zoom, on)
  root.style.setProperty("--zoom", String(zoom))
}

/** For those who listen: where this is, and what is to be seen there; who is there still hears what is new. @param {View} view */
export function speak(view) {
  const { content } = view
  const where = `${view.page} ${view.k} ${view.stage} ${view.veiled}`
  const moved = view.spokenOf !== where || view.data !== view.spokenData
  const said = (!moved && content.focus.hover && content.brief()) || content.spoken()
  view.$(".live").textContent = said.replace(/(?<=[.?!])\./g, "") // a title may be a question
  Object.assign(view, { spokenOf: where, spokenData: view.data })
}
