// Parts of pictures: heads, heat maps, tables of cells and staircases. Each returns a template; style/scene.css lays it
// out.

import { singleIndex } from "../model/explain/cell_links.js"
import { colour, css, cssGradient, textColour } from "../model/numbers/colour.js"
import { brief, formula, timesPower } from "../model/numbers/format.js"
import { spoken } from "../model/spoken.js"
import { html, markup, nothing } from "../shell/html.js"
import { pixels, styles } from "./directives.js"
import { signOf, sumScale } from "./sum_scale.js"

/** @import { Scene } from "./scene.js" */
/** @import { Cell, Range, Scale, Template } from "../types/view.js" */
/** @typedef {{ rows: Range, columns: Range, strong?: boolean, id?: string, enter?: string }} Ring  outline of cells; `strong`: black, for the chosen cell */
/** @typedef {[row: number, column: number, tall?: number, wide?: number]} MarkPlace  the marked cell, or the first of a marked block */
/** @typedef {{ term: (row: number, column: number) => string, place: (term: string) => MarkPlace | null, say?: (row: number, column: number) => string, symbol?: string, cell?: (row: number, column: number) => Cell | null }} Relate  relates cells to the terms of a sum, and to numbers that can be selected or dragged; `say` returns a value as text */
/** @typedef {{ before: number, below: number, right: number }} Zeros  rows and columns of padding */
/**
 * @typedef {object} HeatHow
 * @property {string} label  what screen readers say
 * @property {number[]} limits
 * @property {Scale} [scale]
 * @property {number} [from]  offset of the first value
 * @property {number} [done]  number of computed cells
 * @property {Ring[]} [rings]
 * @property {string} [id]  anchor of leads and motion
 * @property {Template} [head]
 * @property {"" | "made" | "read"} [role]  whether the stage computes the map, or a thin frame marks it as read
 * @property {string} [place]  class name, for the grid of the picture
 * @property {string} [slot]  symbol whose canvas moves here from the strip
 * @property {Cell} [at]  indices before the row and column of its cells
 * @property {string} [symbol]
 * @property {boolean} [bar]  whether its colour bar is shown
 * @property {boolean} [isPhoto]  whether the values are red, green and blue of each pixel, 0 to 255
 * @property {number} [times]  side of a cell, in cells of the picture
 * @property {Zeros} [zeros]
 * @property {Relate} [relate]
 * @property {string} [enter]
 */

const POWER = timesPower(-3).slice(0, 4) // how the text of every power of ten begins

/** Return a head: a symbol, its word, and a note at the right, which is never hidden if it is a power of ten. @param {string} label @param {string} [word] @param {string} [note] */
export const head = (label, word = "", note = "") =>
  html`<figcaption>${label ? symbolOf(label) : nothing}<span>${word}</span><small class=${note.startsWith(POWER) ? "power" : nothing}>${note}</small></figcaption>`

/** @param {string} label */
const symbolOf = (label) => html`<i role="img" aria-label=${spoken(label)}>${markup(formula(label))}</i>`

const NO_ZEROS = { before: 0, below: 0, right: 0 }

/**
 * Return a heat map of values in reading order.
 * @param {ArrayLike<number>} values @param {number} rows @param {number} columns @param {HeatHow} how
 */
export function heat(values, rows, columns, how) {
  const { limits, scale = "signed", from = 0, done = Number.POSITIVE_INFINITY, rings = [], id = "", label } = how
  const {
    head: over = nothing,
    role = "",
    place = "",
    slot,
    at = [],
    symbol = "",
    times = 1,
    relate,
    enter = "",
    isPhoto,
  } = how
  const { before, below, right } = how.zeros ?? NO_ZEROS
  const isComplete = done >= rows * columns
  return html`<figure class="heat ${role} ${place} ${before + below + right ? "zeros" : ""}" data-id=${id}
      ${styles({ "--rows": rows, "--columns": columns, "--before": before, "--below": below, "--right": right, "--down": rows + before + below, "--across": columns + before + right, "--times": times })}>
    ${over}
    <div class="padded"><span class="around"></span><div class="field" data-symbol=${symbol} data-at=${at.join()} data-rows=${rows} data-columns=${columns} data-slot=${slot ?? nothing} data-enter=${enter} .relate=${relate}>
      ${slot ? nothing : html`<canvas role="img" aria-label=${spoken(label)} ${pixels({ values, from, rows, columns, limits, scale, done, isPhoto })}></canvas>`}
      ${role === "made" ? html`<span class="hatch" data-enter="vanish 1 0.5"></span>` : nothing}${rings.map(ring)}<span class="marks"></span>
    </div></div>
    ${how.bar !== false ? colourBar(limits, scale, isComplete) : nothing}
  </figure>`
}

/** @param {Range} range */
const lengthOf = ({ count, step }) => (count - 1) * Math.abs(step) + 1

/** @param {Ring} of */
const ring = ({ rows, columns, strong = false, id = "", enter = "" }) =>
  html`<span class="ring ${strong ? "strong" : ""}" data-id=${id} data-enter=${enter}
    ${styles({ "--row": rows.start, "--column": columns.start, "--tall": lengthOf(rows), "--wide": lengthOf(columns) })}></span>`

/** Return a ring around one cell. @param {number} row @param {number} column @param {Partial<Ring>} [how] @returns {Ring} */
export const cellRing = (row, column, how) => ({
  rows: singleIndex(row),
  columns: singleIndex(column),
  strong: true,
  ...how,
})

/** Return a colour bar with its ends. @param {number[]} limits @param {Scale} scale @param {boolean} isShown */
export function colourBar(limits, scale, isShown) {
  const [low, high] = limits.map(brief)
  return html`<p class="colour-bar ${isShown ? "" : "pending"}"><small>${low}</small><span style="background:${cssGradient(scale)}"></span><small>${high}</small></p>`
}

/** Return the name of a map's channel. @param {import("../types/view.js").Numbers} numbers @param {string} symbol @param {number} channel */
export const nameOf = (numbers, symbol, channel) =>
  `${numbers.maps[symbol].label}${numbers.shape(symbol)[0] > 1 && numbers.maps[symbol].kind === "map" ? `[${channel}]` : ""}`

/**
 * Return one channel of a map of the network, with its head. Its canvas comes from the strip if that shows the same.
 * @param {Scene} scene @param {string} symbol @param {number} channel @param {Partial<HeatHow> & { word?: string, note?: string }} [how]
 */
export function mapOf({ numbers, done, moves }, symbol, channel, how = {}) {
  const { limits, scale, plain, label } = numbers.maps[symbol]
  const [rows, columns] = numbers.shape(symbol).slice(-2)
  const { word = plain, note = `${rows} × ${columns}`, ...others } = how
  const isDefault = !how.limits || how.limits === limits
  return heat(numbers.values(symbol), rows, columns, {
    limits,
    scale,
    symbol,
    at: [channel],
    id: `${symbol}.${channel}`,
    from: channel * rows * columns,
    done: done(symbol),
    label: `${label}, ${word}, ${rows} × ${columns}`,
    head: head(nameOf(numbers, symbol, channel), word, note),
    slot: isDefault && moves(symbol) ? symbol : undefined,
    ...others,
  })
}

/**
 * @typedef {object} CellsHow
 * @property {string} id  anchor, and the name of its room; its cells are `${id}0`, `${id}1`, …
 * @property {string} label  what screen readers say
 * @property {number[]} limits
 * @property {Scale} [scale]
 * @property {(value: number, n: number) => string | Template} write
 * @property {string} [blank]  text of a cell without a number (NaN)
 * @property {boolean} [bold]
 * @property {boolean} [isSmall]  whether the numbers have the smallest size, in which more characters fit
 * @property {string} [symbol]  the map that its numbers belong to
 * @property {(n: number) => Cell | undefined} [cell]
 * @property {number} [chosen]
 * @property {(n: number) => string} [term]
 * @property {(n: number) => string} [enter]
 * @property {"" | "made" | "read"} [role]
 * @property {string} [flies]  how the whole table enters
 */

/**
 * Return a table of numbers in coloured cells.
 * @param {Scene} scene @param {ArrayLike<number>} values @param {number} columns @param {CellsHow} how
 */
export function cells(scene, values, columns, how) {
  const {
    id,
    label,
    limits,
    scale = "signed",
    write,
    blank = "",
    bold = false,
    isSmall = false,
    symbol = "",
    chosen = -1,
  } = how
  const { term = String, enter = () => "", role = "", flies = "", cell = () => undefined } = how
  const rows = Math.ceil(values.length / columns)
  const cellAt = (/** @type {number} */ n) => {
    const value = values[n]
    const isBlank = Number.isNaN(value)
    const paint = isBlank ? null : colour(value, limits, scale)
    return html`<span role="cell" class=${n === chosen ? "chosen" : ""} data-id="${id}${n}" data-term=${isBlank ? "" : term(n)} data-symbol=${symbol} data-cell=${cell(n)?.join() ?? ""} data-enter=${enter(n)}
      ${styles({ background: paint ? css(paint) : "none", color: paint ? textColour(paint) : "inherit" })}>${isBlank ? blank : write(value, n)}</span>`
  }
  return html`<div class="digits ${role}" role="table" aria-label=${spoken(label)} data-id=${id} data-room=${id} data-enter=${flies}
      ${styles({ "--columns": columns, "--rows": rows, "--type": isSmall ? "var(--small)" : `${scene.room(id).size}px`, "--weight": bold ? 600 : 400 })}>
    ${Array.from({ length: rows }, (_, row) => html`<div role="row">${Array.from({ length: Math.min(columns, values.length - row * columns) }, (_, column) => cellAt(row * columns + column))}</div>`)}
  </div>`
}

/** @typedef {{ value: number, text: string, term?: string, name?: string, limits?: number[], symbol?: string, cell?: Cell, ends?: boolean, place?: string, enter?: string }} Step  a step of a staircase; `ends`: whether a line follows it; `place`: class name */

/**
 * Return a sum as a staircase: bars from left to right, each from the end of the last one, and the total.
 * @param {Scene} scene @param {Step[]} terms @param {number} total
 * @param {{ id: string, text: string, paint: number[], label: string, name?: string, index?: string, enter?: string }} how `id`: name of its room; `name` and `index`: symbol and indices of the total
 */
export function staircase(scene, terms, total, { id, text, paint, label, name = "", index = "", enter = "" }) {
  const { ends, share, span } = sumScale(
    terms.map(({ value }) => value),
    total,
  )
  return html`<div class="stairs" ${styles({ "--count": terms.length, "--zero": share(0), "--type": `${scene.room(id).size}px` })}><span class="zero"></span><ol aria-label=${spoken(label)} data-room=${id}>
    ${terms.map(
      (
        {
          value,
          text,
          term = "",
          name = "",
          limits,
          symbol = "",
          cell = [],
          ends: isLast = false,
          place = "",
          enter = "",
        },
        n,
      ) => {
        const fill = limits && value ? css(colour(value, limits, "signed")) : "none"
        return html`<li class="${signOf(value)} ${isLast ? "last" : ""} ${place}" data-term=${term} data-symbol=${symbol} data-cell=${cell.join()} data-value=${value}>
        <span class="bar" data-enter=${enter} ${styles({ "--fill": fill, ...span(ends[n], ends[n + 1]) })}></span><span class="level" ${styles({ "--at": share(ends[n + 1]) })} data-enter=${fadeOf(enter)}></span>
        <b data-enter=${fadeOf(enter)}>${text}</b><small>${markup(formula(name))}</small></li>`
      },
    )}
    <li class="total" data-value=${total}><span class="bar" data-id="total" data-enter=${enter} ${styles({ "--fill": css(paint), ...span(0, total) })}></span>
      <b data-enter=${fadeOf(enter)}>${text} ${name ? html`<span class="name-of">${symbolOf(name)}${index}</span>` : nothing}</b></li>
  </ol></div>`
}

/** Return the entry of what appears when a part has arrived. @param {string} enter */
function fadeOf(enter) {
  if (!enter) return ""
  const words = enter.split(" ")
  return `fade ${Number(words.at(-1)) + 0.1}`
}
