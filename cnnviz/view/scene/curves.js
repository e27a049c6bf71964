// Curves as SVG: a function between two limits, with points, lines and texts at their values.

import { spoken } from "../model/spoken.js"
import { html, svg } from "../shell/html.js"
import { styles } from "./directives.js"

/** @typedef {{ low: number, high: number, top: number, bottom?: number }} Axes  limits of the horizontal and the vertical axis */
/** @typedef {[x: number, y: number]} Point */

const EDGE = 0.12 // share of the width in which a text does not extend beyond the edge

/** Return the place of a point in per cent, from the left and the bottom. @param {Axes} axes @param {Point} point @returns {Point} */
export const placeOf = ({ low, high, top, bottom = 0 }, [x, y]) => [
  (100 * (x - low)) / (high - low),
  (100 * (y - bottom)) / (top - bottom),
]

/** Return a line through points. @param {Axes} axes @param {Point[]} points @param {string} [name] its class @param {string} [enter] */
export function line(axes, points, name = "", enter = "") {
  const corners = points.map((point) => placeOf(axes, point))
  const d = `M${corners.map(([x, y]) => `${x.toFixed(2)} ${(100 - y).toFixed(2)}`).join("L")}`
  return svg`<path class=${name} data-enter=${enter} d=${d}></path>`
}

/** Return an element at a point. @param {Axes} axes @param {Point} point @param {string} name its class @param {unknown} [content] @param {{ id?: string, enter?: string }} [how] */
export function at(axes, point, name, content = "", { id = "", enter = "" } = {}) {
  const [x, y] = placeOf(axes, point)
  const side = x < 100 * EDGE ? "at-left" : x > 100 * (1 - EDGE) ? "at-right" : ""
  return html`<span class="at ${name} ${side}" data-id=${id} data-enter=${enter} ${styles({ "--x": `${x}%`, "--y": `${y}%` })}>${content}</span>`
}

/** Return a plot. @param {string} label what screen readers say @param {unknown} lines @param {unknown} parts elements at points @param {string} [place] class name */
export const plot = (label, lines, parts, place = "") =>
  html`<div class="plot ${place}" role="group" aria-label=${spoken(label)}><svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">${lines}</svg>${parts}</div>`
