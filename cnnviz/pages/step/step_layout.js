// Layout of Step: the strip or the whole network in the available space, and the ends of ribbons.

import { cssZoom } from "../../view/draw/css_zoom.js"
import { singleIndex } from "../../view/model/explain/cell_links.js"
import { scrollSideways } from "../../view/shell/html.js"
import { isPhone } from "../../view/shell/media_queries.js"

/** @import { Subject } from "./step.js" */
/** @import { Box, Step } from "../../view/types/view.js" */

const EDGE = 16 // on phones

/** Return the available size of the diagram. @param {Step} step */
export function roomOf({ view }) {
  view.$(".drawn").classList.remove("upright")
  const { clientWidth: width, clientHeight: height } = view.$(".mechanism")
  return { width, height }
}

const UPRIGHT = { least: 410, most: 520, rest: 392, stepper: 46, asking: 320, lowest: 366 } // height of a phone's vertical diagram: least and most, the rest of the page with and without stepper, while its result is asked for, and least if it covers the strip

/**
 * Return the size of a phone's vertical diagram.
 * @param {Step} step @param {boolean} [asks] whether a question hides its result @returns {import("../../view/draw/sheet.js").Room}
 */
export function uprightRoom({ view, lowered }, asks = false) {
  const rest = UPRIGHT.rest + (view.$(".stepper").hidden ? 0 : UPRIGHT.stepper)
  const height = asks ? UPRIGHT.asking : Math.min(Math.max(innerHeight - rest, UPRIGHT.least), UPRIGHT.most)
  return upright(view, height - (asks ? 0 : lowered.by))
}

/**
 * Return a smaller size that keeps a phone's strip fully visible, or null if none is needed or would suffice.
 * @param {Step} step @param {import("../../view/draw/sheet.js").Room} room
 */
export function lowerRoom({ view }, { height }) {
  const excess = Math.ceil(view.root.offsetHeight - innerHeight)
  return excess > 0 && height - excess >= UPRIGHT.lowest ? upright(view, height - excess) : null
}

/** @param {import("../../view/types/view.js").View} view @param {number} height @returns {import("../../view/draw/sheet.js").Room} */
function upright(view, height) {
  const area = view.$(".drawn")
  area.style.setProperty("--upright", `${height}px`)
  return { width: area.clientWidth - 2 * EDGE, height, upright: true }
}

/** Scroll a wide strip to the current map. @param {Step} step */
export function scrollStrip({ view }) {
  const map = view.root.querySelector(".overview .now")
  const strip = map?.closest(".overview")
  if (map && strip) scrollSideways(strip, map)
}

/** Lay out the strip or the whole network in the available space. @param {Step} step */
export function layOut(step) {
  const isWhole = step.isWhole
  const onPhone = isPhone()
  const strip = step.view.$(".overview")
  const { paddingLeft, paddingRight, paddingTop, paddingBottom } = getComputedStyle(strip)
  const inner = (/** @type {number} */ size, /** @type {string[]} */ ...pads) =>
    pads.reduce((left, pad) => left - Number.parseFloat(pad), size)
  const fullHeight = strip.clientHeight
  const room = () => ({
    width: inner(strip.clientWidth, paddingLeft, paddingRight),
    height: inner(strip.clientHeight, paddingTop, paddingBottom),
    whole: isWhole,
    rows: onPhone ? 1 : 2,
  })
  step.overview.layOut(room())
  if (strip.clientHeight < fullHeight) step.overview.layOut(room()) // the scroll bar takes some height
}

/** Measure the positions of all maps for ribbons, in the whole network only. @param {Step} step */
export function measurePositions(step) {
  step.mapPositions = {}
  const sheet = step.ribbons.canvas
  if (!step.isWhole) return step.ribbons.size(0, 0)
  const { left, top, width, height } = sheet.getBoundingClientRect()
  const zoom = cssZoom(sheet)
  step.ribbons.size(width / zoom, height / zoom)
  for (const [symbol, { canvas }] of Object.entries(step.plates)) {
    const box = canvas.getBoundingClientRect()
    step.mapPositions[symbol] = { x: (box.left - left) / zoom, y: (box.top - top) / zoom }
  }
}

/**
 * Return the ribbons of a cell and the maps that they must avoid, or null if a part is not on screen.
 * @param {Step} step @param {Subject} subject @returns {import("../../view/draw/ribbons.js").Move | null}
 */
export function ribbonsOf(step, { map, cell }) {
  const { numbers, plates, mapPositions: places } = step
  const plate = plates[map]
  if (!plate || !places[map] || !step.room) return null
  const put = (/** @type {string} */ symbol, /** @type {Box} */ box) => ({
    ...box,
    x: box.x + places[symbol].x,
    y: box.y + places[symbol].y,
  })
  const links = numbers.links(map).filter(({ source }) => source !== map && plates[source]?.face && places[source])
  const sources = links.flatMap((link) =>
    plates[link.source].boxes(numbers.reach(link, cell)).map((box) => put(link.source, box)),
  )
  const [target] = plate.boxes(cell.map(singleIndex))
  if (!target || !sources.length) return null
  const [width, height] = plate.size ?? [0, 0]
  return {
    sources,
    target: put(map, target),
    map: put(map, { x: 0, y: 0, width, height }),
    others: Object.keys(places)
      .filter((symbol) => symbol !== map || plate.hasPrintedNumbers()) // keep lines off printed digits
      .map((symbol) => {
        const [wide, tall] = plates[symbol].size ?? [0, 0]
        return put(symbol, { x: 0, y: 0, width: wide, height: tall })
      }),
    tone: step.tone(map),
  }
}
