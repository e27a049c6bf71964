// Where everything of Step lies: the strip or the whole network in its room, and what flows between two places.

import { one } from "../../view/model/explain/cell_links.js"
import { isPhone } from "../../view/shell/media_queries.js"

/** @import { Subject } from "./step.js" */
/** @import { Box, Step } from "../../view/types/view.js" */

const EDGE = 16 // of a phone

/** A picture's room. @param {Step} step */
export function roomOf({ view }) {
  view.$(".drawn").classList.remove("upright")
  const { clientWidth: width, clientHeight: height } = view.$(".mechanism")
  return { width, height }
}

const UPRIGHT = { least: 410, most: 520, rest: 392, stepper: 46, asking: 320, lowest: 366 } // height of a phone's picture that stands upright, and what stands over and under it; where its result is asked for; where the strip would be covered otherwise

/** The room of a phone's picture that stands upright. @param {Step} step @param {boolean} [asks] whether its result is hidden @returns {import("../../view/draw/sheet.js").Room} */
export function uprightRoom({ view, lowered }, asks = false) {
  const rest = UPRIGHT.rest + (view.$(".stepper").hidden ? 0 : UPRIGHT.stepper)
  const height = asks ? UPRIGHT.asking : Math.min(Math.max(innerHeight - rest, UPRIGHT.least), UPRIGHT.most)
  return upright(view, height - (asks ? 0 : lowered.by))
}

/** The room of a picture on a phone that is so much lower that the strip under it is whole; none where it is, or would not be even then. @param {Step} step @param {import("../../view/draw/sheet.js").Room} room */
export function lowerRoom({ view }, { height }) {
  const over = Math.ceil(view.root.offsetHeight - innerHeight)
  return over > 0 && height - over >= UPRIGHT.lowest ? upright(view, height - over) : null
}

/** @param {import("../../view/types/view.js").View} view @param {number} height @returns {import("../../view/draw/sheet.js").Room} */
function upright(view, height) {
  const area = view.$(".drawn")
  area.style.setProperty("--upright", `${height}px`)
  return { width: area.clientWidth - 2 * EDGE, height, upright: true }
}

/** Scrolls a strip that is too wide to the current map. @param {Step} step */
export function scrollStrip({ view }) {
  view.root.querySelector(".overview .now")?.scrollIntoView({ block: "nearest", inline: "center" })
}

/** Lays the strip out in the room that there is, or the whole network. @param {Step} step */
export function lay(step) {
  const whole = step.isWhole
  const phone = isPhone()
  const strip = step.view.$(".overview")
  const { paddingLeft, paddingRight, paddingTop, paddingBottom } = getComputedStyle(strip)
  const inner = (/** @type {number} */ size, /** @type {string[]} */ ...pads) =>
    pads.reduce((left, pad) => left - Number.parseFloat(pad), size)
  const high = strip.clientHeight
  const room = () => ({
    width: inner(strip.clientWidth, paddingLeft, paddingRight),
    height: inner(strip.clientHeight, paddingTop, paddingBottom),
    whole,
    rows: phone ? 1 : 2,
  })
  step.overview.lay(room())
  if (strip.clientHeight < high) step.overview.lay(room()) // a bar to scroll it takes some of it
}

/** Finds where everything lies, for what flows from one place to another: in the whole network alone. @param {Step} step */
export function place(step) {
  step.places = {}
  const sheet = step.ribbons.canvas
  if (!step.isWhole) return step.ribbons.size(0, 0)
  const { left, top, width, height } = sheet.getBoundingClientRect()
  const zoom = sheet.currentCSSZoom
  step.ribbons.size(width / zoom, height / zoom)
  for (const [symbol, { canvas }] of Object.entries(step.plates)) {
    const box = canvas.getBoundingClientRect()
    step.places[symbol] = { x: (box.left - left) / zoom, y: (box.top - top) / zoom }
  }
}

/** Gives what flows, and under what; null where something of it is not on the screen. @param {Step} step @param {Subject} subject @returns {import("../../view/draw/ribbons.js").Move | null} */
export function moveOf(step, { map, cell }) {
  const { numbers, plates, places } = step
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
  const [target] = plate.boxes(cell.map(one))
  if (!target || !sources.length) return null
  const [width, height] = plate.size ?? [0, 0]
  return {
    sources,
    target: put(map, target),
    map: put(map, { x: 0, y: 0, width, height }),
    others: Object.keys(places)
      .filter((symbol) => symbol !== map || plate.prints()) // no line through digits
      .map((symbol) => {
        const [wide, tall] = plates[symbol].size ?? [0, 0]
        return put(symbol, { x: 0, y: 0, width: wide, height: tall })
      }),
    tone: step.tone(map),
  }
}
