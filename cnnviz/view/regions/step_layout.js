// Where everything of Step lies: the overview in its room, what flows between two places, and what a phone brings into sight.

import { FILM, isProjected, times } from "./lecture.js"

/** @import { Step } from "./step.js" */

export const isPhone = () => matchMedia("(max-width: 760px)").matches

/** Lays the overview out in the room that there is. @param {Step} step */
export function lay(step) {
  const content = step.area
  const { makes: now, inputs } = step.numbers.said[step.view.stage]
  const phone = isPhone() ? { now, inputs: inputs.filter((name) => step.plates[name]), large: step.folded } : null
  const zoom = isProjected(step.view) ? times() : 0
  step.view.$(".overview").style.zoom = String(zoom || 1)
  if (zoom)
    return step.overview.lay(content.clientWidth / zoom, FILM[step.overview.single ? "one" : "several"], null, zoom)
  const free = matchMedia("(max-width: 1100px)").matches
  step.overview.lay(content.clientWidth, free ? 640 : content.clientHeight - above(step), phone)
}

/** How much room is taken over the maps. @param {Step} step */
function above(step) {
  const all = [...step.area.querySelectorAll(/** @type {"section"} */ (".welcome, .banner"))]
  return all.reduce((sum, { offsetHeight }) => sum + offsetHeight, 0)
}

/** Where everything lies, for what flows from one place to another. @param {Step} step */
export function place(step) {
  step.places = {}
  const sheet = step.flow.canvas
  if (matchMedia("(max-width: 1100px)").matches || isProjected(step.view)) return step.flow.size(0, 0)
  const { left, top, width, height } = sheet.getBoundingClientRect()
  step.flow.size(width, height)
  const at = (/** @type {Element} */ element) => {
    const box = element.getBoundingClientRect()
    return { x: box.left - left, y: box.top - top }
  }
  for (const [symbol, { canvas }] of Object.entries(step.plates)) step.places[symbol] = at(canvas)
  step.places[""] = at(step.view.$(".mechanism"))
}

/** On a phone the stage's own map, or what is asked of it, comes out from under what stands above and below it. @param {Step} step */
export function bring(step) {
  if (!isPhone() || step.brought === step.laid || !step.view.$(".welcome").hidden) return
  step.brought = step.laid
  const [symbol] = step.numbers.said[step.view.stage].makes
  const wanted = step.predicting.on ? step.predicting.strip : step.plates[symbol]?.figure
  wanted?.scrollIntoView({ block: "nearest" })
}
