// The picture of all sets of deviations: a column for each set of the first four causes, a row for each of the others.

import { html, svg } from "../../view/shell/html.js"

/** @import { CauseData, SetsData, Template } from "../../view/types/view.js" */

const [CELL, BAND, BADGE] = [11, 16, 18] // sizes in pixels: of a set, of a cause's bars, and of its number

/**
 * Return the ranges of columns, or rows, that have a cause: [first, count], of 2 ** half in all.
 * @param {number} n the cause among the `half` of its side, the first with the widest ranges @param {number} half
 */
function rangesOf(n, half) {
  const width = 2 ** (half - 1 - n)
  return Array.from({ length: 2 ** n }, (_, at) => [(2 * at + 1) * width, width])
}

/**
 * @param {SetsData} sets @param {string} words @returns {Template}
 */
export function field({ moves, now, causes }, words) {
  const half = causes.length / 2
  const size = 2 ** half
  const start = half * BAND + 4
  const side = start + size * CELL + BADGE
  const bar = (/** @type {number} */ n, /** @type {boolean} */ across) =>
    rangesOf(n, half).map(([first, count]) => {
      const [along, depth, length] = [start + first * CELL, n * BAND + 2, count * CELL - 2]
      return across
        ? svg`<rect class="bar" x=${along} y=${depth} width=${length} height=${BAND - 4} rx="2" />`
        : svg`<rect class="bar" x=${depth} y=${along} width=${BAND - 4} height=${length} rx="2" />`
    })
  const badge = (
    /** @type {CauseData} */ { number, title },
    /** @type {number} */ n,
    /** @type {boolean} */ across,
  ) => {
    const at = n * BAND + BAND / 2
    const [x, y] = across ? [start - BADGE / 2, at] : [at, side - BADGE / 2]
    return svg`<g><title>${number} ${title}</title><circle cx=${x} cy=${y} r="7" /><text x=${x} y=${y + 4}>${number}</text></g>`
  }
  const cell = (/** @type {number} */ moved, /** @type {number} */ n) =>
    svg`<rect class=${moved ? "set moves" : "set"} x=${start + (n % size) * CELL} y=${start + Math.floor(n / size) * CELL} width=${CELL - 2} height=${CELL - 2} />`
  return html`<figure class="sets"><svg viewBox="0 0 ${side} ${side}" width=${side} height=${side} role="img" aria-label=${words}>
    ${causes.map((cause, n) => svg`${bar(n % half, n < half)}${badge(cause, n % half, n < half)}`)}${moves.map(cell)}
    <rect class="here" x=${start + (now % size) * CELL - 1} y=${start + Math.floor(now / size) * CELL - 1} width=${CELL} height=${CELL} /></svg></figure>`
}
