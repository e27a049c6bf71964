// Where everything of Step lies: the strip or the whole network in its room, and what flows between two places.

/** @import { Step } from "./step.js" */

/** How much larger a picture is drawn than it is laid out: its letters are of 12 pixels, and the page's of 15. */
export const LETTERS = 1.25

/** Lays the strip out in the room that there is, or the whole network. @param {Step} step */
export function lay(step) {
  const whole = step.isWhole
  const strip = step.view.$(".overview")
  const { paddingLeft, paddingRight, paddingTop, paddingBottom } = getComputedStyle(strip)
  const inner = (/** @type {number} */ size, /** @type {string[]} */ ...pads) =>
    pads.reduce((left, pad) => left - Number.parseFloat(pad), size)
  step.overview.lay({
    width: inner(strip.clientWidth, paddingLeft, paddingRight),
    height: whole ? inner(strip.clientHeight, paddingTop, paddingBottom) : 0,
    whole,
  })
}

/** Where everything lies, for what flows from one place to another: in the whole network alone. @param {Step} step */
export function place(step) {
  step.places = {}
  const sheet = step.flow.canvas
  if (!step.isWhole) return step.flow.size(0, 0)
  const { left, top, width, height } = sheet.getBoundingClientRect()
  const zoom = sheet.currentCSSZoom
  step.flow.size(width / zoom, height / zoom)
  for (const [symbol, { canvas }] of Object.entries(step.plates)) {
    const box = canvas.getBoundingClientRect()
    step.places[symbol] = { x: (box.left - left) / zoom, y: (box.top - top) / zoom }
  }
}
