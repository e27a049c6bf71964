// Look of every page: colours, lecture view, and announcements for screen readers.

import { magnify } from "../draw/canvas.js"
import { isDark } from "../draw/theme.js"
import { cssGradient, darken } from "../model/numbers/colour.js"
import { spoken } from "../model/spoken.js"

/** @import { Scale, View } from "../types/view.js" */

const [WIDE, HIGH] = [1280, 720]
const [RAIL, HEADER] = [64, 40] // hidden in the lecture view, so that the rest is larger

/** Return the zoom for the size of the window: 1 on a screen of 1280×720, never less. @param {boolean} lecture */
const zoomFactor = (lecture) =>
  Math.max(1, Math.min(innerWidth / (WIDE - (lecture ? RAIL : 0)), innerHeight / (HIGH - (lecture ? HEADER : 0))))

/** Apply the colours of the theme. Return whether it has changed. @param {View} view */
export function recolour(view) {
  const dark = isDark(view.root)
  if (dark === view.dark) return false
  view.dark = dark
  darken(dark)
  for (const scale of /** @type {Scale[]} */ (["signed", "activation", "pixel", "undecided"]))
    view.root.style.setProperty(`--ramp-${scale}`, cssGradient(scale))
  view.content.invalidate()
  return true
}

/** Apply the lecture view, which every page has. @param {View} view */
export function applyLook(view) {
  const { root, look } = view
  const isLecture = look.view === "lecture"
  root.classList.toggle("lecture", isLecture)
  view.control("lecture").setAttribute("aria-pressed", String(isLecture))
  for (const [name, set] of /** @type {const} */ ([
    ["hide", look.hide],
    ["hide_numbers", look.hide],
    ["predict", look.predict],
  ]))
    root.querySelector(`[data-key=${name}]`)?.setAttribute("aria-pressed", String(set === "1"))
  root.classList.toggle("veiled", view.veiled)
  const zoom = zoomFactor(isLecture)
  magnify(zoom)
  root.style.setProperty("--zoom", String(zoom))
}

/** Announce the position and content to screen readers, or the cell if only that has changed. @param {View} view */
export function announceChange(view) {
  const { content } = view
  const position = `${view.page} ${view.k} ${view.stage} ${view.veiled}`
  const hasMoved = view.announcedPosition !== position || view.data !== view.announcedData
  const announcement = (!hasMoved && content.focus.hover && content.brief()) || content.spoken()
  view.$(".live").textContent = spoken(announcement).replace(/(?<=[.?!])\./g, "") // a title may be a question
  Object.assign(view, { announcedPosition: position, announcedData: view.data })
}
