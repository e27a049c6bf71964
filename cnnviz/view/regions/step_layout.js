// Where everything of Step lies: the strip or the whole network in its room, and what flows between two places.

import { isPhone } from "./media_queries.js"
import { Seats } from "./seats.js"

/** @import { Step } from "../types/view.js" */

const [EDGE, BESIDE, CAPTION, MOST] = [16, 24, 26, 240] // at a phone's edge, between two maps of its row, over them, and the side of one

/** On a phone, what the stage reads and makes side by side, over the picture. @param {Step} step @returns {import("../draw/sheet.js").Shown[]} */
export function mapsInRow(step) {
  const { makes, inputs } = step.numbers.said[step.view.stage]
  const own = [...new Set([...inputs, ...makes])].filter((symbol) => Seats.fits(step.plates[symbol]))
  const maps = own.length > 2 ? [own[0], own[own.length - 1]] : own
  const area = step.view.$(".drawn")
  const width = Math.min(MOST, (area.clientWidth - 2 * EDGE - (maps.length - 1) * BESIDE) / maps.length)
  const sides = maps.map((symbol) => step.numbers.shape(symbol).slice(-2))
  const most = Math.max(1, ...sides.flat())
  area.style.setProperty("--row", maps.length ? `${width + CAPTION + 10}px` : "0px")
  return maps.map((symbol, n) => {
    const [height, wide] = sides[n].map((side) => (width * side) / most)
    const { label, plain } = step.numbers.maps[symbol]
    step.plates[symbol].holder.dataset.name = `${label}  ${plain}`
    return { symbol, at: [0], box: { x: n * (width + BESIDE), y: CAPTION, width: wide, height } }
  })
}

/** A picture's room; a phone's is as wide as its pictures that are scrolled. @param {Step} step */
export function roomOf({ view }) {
  view.$(".drawn").classList.remove("upright")
  const { clientWidth: width, clientHeight: height } = view.$(".mechanism")
  return { width, height }
}

const UPRIGHT = { least: 410, most: 520, rest: 418, stepper: 48, asking: 320 } // height of a phone's picture that stands upright, and what stands over and under it; where its result is asked for

/** The room of a phone's picture that stands upright. @param {Step} step @param {boolean} [asks] whether its result is hidden @returns {import("../draw/sheet.js").Room} */
export function uprightRoom({ view }, asks = false) {
  const area = view.$(".drawn")
  const rest = UPRIGHT.rest + (view.$(".stepper").hidden ? 0 : UPRIGHT.stepper)
  const height = asks ? UPRIGHT.asking : Math.min(Math.max(innerHeight - rest, UPRIGHT.least), UPRIGHT.most)
  area.style.setProperty("--upright", `${height}px`)
  return { width: area.clientWidth - 2 * EDGE, height, upright: true }
}

/** Scrolls a phone's picture past a map that stands over it already, and the strip to the current map. @param {Step} step */
export function unroll(step) {
  const [first] = step.picture.shown.map(({ box }) => box).sort((one, other) => one.x - other.x)
  step.view.$(".roll").scrollLeft = step.seats.taken.size && first?.x < BESIDE ? first.width + BESIDE : 0
  step.view.root.querySelector(".overview .now")?.scrollIntoView({ block: "nearest", inline: "center" })
}

/** Lays the strip out in the room that there is, or the whole network. @param {Step} step */
export function lay(step) {
  const whole = step.isWhole
  const phone = isPhone()
  step.view.$(".roll").tabIndex = phone ? 0 : -1 // its picture is wider than any phone: keys scroll it
  const strip = step.view.$(".overview")
  const { paddingLeft, paddingRight, paddingTop, paddingBottom } = getComputedStyle(strip)
  const inner = (/** @type {number} */ size, /** @type {string[]} */ ...pads) =>
    pads.reduce((left, pad) => left - Number.parseFloat(pad), size)
  step.overview.lay({
    width: inner(strip.clientWidth, paddingLeft, paddingRight),
    height: inner(strip.clientHeight, paddingTop, paddingBottom),
    whole,
    rows: phone ? 1 : 2,
  })
}

/** Finds where everything lies, for what flows from one place to another: in the whole network alone. @param {Step} step */
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
