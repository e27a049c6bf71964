// Lines between parts of a picture: from a window to its enlargement, and from a total to its cell. They are laid after
// the layout, between the parts whose `data-id` they name.

import { html, nothing, svg } from "../shell/html.js"

/** @import { Box } from "../types/view.js" */
/** @typedef {"turn" | "step" | "under" | "around"} Way  "turn" goes up or down, then across; "step" across, up or down, across below the target, and up into it; "under" up to below the target's map, across, and up into it; "around" past the right edge of the picture */

const ROUND = 8 // radius of a corner
const ARROW = { length: 11, half: 5.5 }
const BESIDE = 44 // distance of a turn from the start of a lead
const UNDER = 8 // distance of a lead from the map above it
const MARGIN = 6 // distance from the edge for a lead that goes around

/** Return the layer of all leads of a picture. @param {unknown[]} all */
export const leads = (...all) => html`<svg class="lead-layer" aria-hidden="true">${all}</svg>`

/** Return a shaded area from a window to its enlargement. @param {string} from @param {string} to @param {string} [enter] */
export const beam = (from, to, enter = "fade 0 0.3") =>
  svg`<g class="beam" data-from=${from} data-to=${to} data-enter=${enter}><path class="line"></path></g>`

/** Return an arrow from a part to the middle of another one. @param {string} from @param {string} to @param {{ way?: Way, enter?: string }} [how] */
export const lead = (from, to, { way = "turn", enter = "draw 0.85" } = {}) =>
  svg`<g class="lead" data-from=${from} data-to=${to} data-way=${way}><path class="halo" pathLength="1" data-enter=${enter}></path><path class="line" pathLength="1" data-enter=${enter}></path><path class="point" data-enter=${enter ? enter.replace("draw", "fade") : nothing}></path></g>`

/**
 * Lay all leads of a picture. All boxes are read before anything is written.
 * @param {HTMLElement} picture @param {(element: Element) => Box} boxOf returns an element's box in the picture's pixels
 */
export function layLeads(picture, boxOf) {
  const elements = new Map(
    Array.from(picture.querySelectorAll(/** @type {"div"} */ ("[data-id]")), (part) => [part.dataset.id, part]),
  )
  const edge = picture.clientWidth
  const laid = Array.from(picture.querySelectorAll(/** @type {"div"} */ (".lead-layer > g")), (group) => {
    const [from, to] = [group.dataset.from, group.dataset.to].map((id) => {
      const part = elements.get(id)
      return part ? boxOf(part) : null
    })
    if (!from?.width || !to?.width) return { group, paths: ["", "", ""] }
    if (group.classList.contains("beam")) return { group, paths: [shade(from, to)] }
    const map = elements.get(group.dataset.to)?.closest(".field")
    const points = route(from, to, /** @type {Way} */ (group.dataset.way), edge, map ? boxOf(map) : to)
    const line = rounded(points)
    return { group, paths: [line, line, arrow(points)] }
  })
  for (const { group, paths } of laid)
    Array.from(group.children).forEach((path, n) => {
      if (path.getAttribute("d") !== paths[n]) path.setAttribute("d", paths[n])
    })
}

/**
 * Return the corners of a lead, which ends at the near side of its target.
 * @param {Box} from @param {Box} to @param {Way} way @param {number} edge of the picture @param {Box} map around the target
 */
function route(from, to, way, edge, map) {
  const [x, y] = [from.x + from.width / 2, to.y + to.height / 2]
  if (way === "around") {
    const [turn, start] = [edge + MARGIN, from.y + from.height / 2]
    return [
      [from.x + from.width, start],
      [turn, start],
      [turn, y],
      [to.x + to.width + 1, y],
    ]
  }
  if (way === "under") {
    const [middle, under] = [to.x + to.width / 2, map.y + map.height + UNDER]
    return [
      [x, from.y],
      [x, under],
      [middle, under],
      [middle, to.y + to.height + 1],
    ]
  }
  if (way === "step") {
    // under the row of the target and up into it, so that the numbers beside the target stay legible
    const [start, turn] = [from.y + from.height / 2, from.x - BESIDE]
    const [middle, under] = [to.x + to.width / 2, to.y + to.height + 1]
    return [
      [from.x, start],
      [turn, start],
      [turn, under],
      [middle, under],
      [middle, under - ARROW.length],
    ]
  }
  const toRight = to.x + to.width / 2 > x
  const end = toRight ? to.x - 1 : to.x + to.width + 1
  if (y > from.y - MARGIN && y < from.y + from.height + MARGIN)
    return [
      [toRight ? from.x + from.width : from.x, y],
      [end, y],
    ]
  return [
    [x, y < from.y ? from.y : from.y + from.height],
    [x, y],
    [end, y],
  ]
}

/** Return a path with rounded corners that leaves room for the arrow. @param {number[][]} points */
function rounded(points) {
  const [last, previous] = [points[points.length - 1], points[points.length - 2]]
  const end = last.map((at, axis) => at - Math.sign(at - previous[axis]) * (ARROW.length - 1))
  return [...points.slice(0, -1), end]
    .map(([x, y], n, all) => {
      if (!n || n === all.length - 1) return `${n ? "L" : "M"}${x} ${y}`
      const near = ([toX, toY] = all[n]) => {
        const distance = Math.hypot(toX - x, toY - y) || 1
        const share = Math.min(ROUND, distance / 2) / distance
        return `${x + (toX - x) * share} ${y + (toY - y) * share}`
      }
      return `L${near(all[n - 1])}Q${x} ${y} ${near(all[n + 1])}`
    })
    .join("")
}

/** @param {number[][]} points */
function arrow(points) {
  const [[x, y], [fromX, fromY]] = [points[points.length - 1], points[points.length - 2]]
  const [right, down] = [Math.sign(x - fromX), Math.sign(y - fromY)]
  const [backX, backY] = [x - ARROW.length * right, y - ARROW.length * down]
  const [sideX, sideY] = [ARROW.half * down, ARROW.half * right]
  return `M${x} ${y}L${backX - sideX} ${backY - sideY}L${backX + sideX} ${backY + sideY}Z`
}

/** @param {Box} from @param {Box} to beside it, or below */
function shade(from, to) {
  const [end, low, right] = [from.x + from.width, from.y + from.height, to.x + to.width]
  if (right <= from.x) return `M${from.x} ${from.y}L${right} ${to.y}L${right} ${to.y + to.height}L${from.x} ${low}Z`
  return to.x >= end
    ? `M${end} ${from.y}L${to.x} ${to.y}L${to.x} ${to.y + to.height}L${end} ${low}Z`
    : `M${from.x} ${low}L${to.x} ${to.y}L${right} ${to.y}L${end} ${low}Z`
}
