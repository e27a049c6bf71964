// Layout of Step: the diagram and the strip in the available space.

import { scrollSideways } from "../../view/shell/html.js"
import { isPhone } from "../../view/shell/media_queries.js"

/** @import { Step } from "../../view/types/view.js" */

const EDGE = 16 // on phones

/** Return the available size of the diagram. @param {Step} step */
export function roomOf({ view }) {
  const { clientWidth: width, clientHeight: height } = view.$(".drawn .scene")
  return { width, height }
}

const UPRIGHT = { least: 410, most: 520, rest: 392, stepper: 46, asking: 320, lowest: 366 } // heights of a phone's vertical diagram: minimum, maximum, the rest of the page with and without stepper, during a question about its result, and the minimum if it covers the strip

/**
 * Return the size of a phone's vertical diagram.
 * @param {Step} step @param {boolean} [asks] whether a question hides its result @returns {import("../../view/scene/scene.js").Room}
 */
export function uprightRoom({ view, lowered }, asks = false) {
  const restHeight = UPRIGHT.rest + (view.$(".stepper").hidden ? 0 : UPRIGHT.stepper)
  const height = asks ? UPRIGHT.asking : Math.min(Math.max(innerHeight - restHeight, UPRIGHT.least), UPRIGHT.most)
  return upright(view, height - (asks ? 0 : lowered.by))
}

/**
 * Return a smaller size that keeps a phone's strip fully visible, or null if none is needed or would suffice.
 * @param {Step} step @param {import("../../view/scene/scene.js").Room} room
 */
export function lowerRoom({ view }, { height }) {
  const excess = Math.ceil(view.root.offsetHeight - innerHeight)
  return excess > 0 && height - excess >= UPRIGHT.lowest ? upright(view, height - excess) : null
}

/** @param {import("../../view/types/view.js").View} view @param {number} height @returns {import("../../view/scene/scene.js").Room} */
function upright(view, height) {
  const area = view.$(".drawn")
  area.style.setProperty("--upright", `${height}px`)
  return { width: area.clientWidth - 2 * EDGE, height }
}

/** Scroll a wide strip to the current map. @param {Step} step */
export function scrollStrip({ view }) {
  const map = view.root.querySelector(".overview .now")
  const strip = map?.closest(".overview")
  if (map && strip) scrollSideways(strip, map)
}

/** Lay out the strip in the available space. @param {Step} step */
export function layOut(step) {
  const onPhone = isPhone()
  const strip = step.view.$(".overview")
  const { paddingLeft, paddingRight, paddingTop, paddingBottom } = getComputedStyle(strip)
  const innerSize = (/** @type {number} */ size, /** @type {string[]} */ ...pads) =>
    pads.reduce((left, pad) => left - Number.parseFloat(pad), size)
  const fullHeight = strip.clientHeight
  const room = () => ({
    width: innerSize(strip.clientWidth, paddingLeft, paddingRight),
    height: innerSize(strip.clientHeight, paddingTop, paddingBottom),
    rows: onPhone ? 1 : 2,
  })
  step.overview.layOut(room())
  if (strip.clientHeight < fullHeight) step.overview.layOut(room()) // the scroll bar takes some height
}
