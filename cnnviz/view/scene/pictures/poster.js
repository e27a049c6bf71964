// The whole network as a poster: values at full height, ribbons from map to map, and gradients below them once the
// loss has gone back.

import { FONT_SIZES } from "../../draw/font_sizes.js"
import { meaningOf, signsOf } from "../../model/explain/meanings.js"
import { itemsOf, layOutPoster } from "../../model/layout/poster.js"
import { pairNorms, ribbonsOf } from "../../model/layout/poster_ribbons.js"
import { faceOf } from "../../model/numbers/array_faces.js"
import { colour, css, textColour } from "../../model/numbers/colour.js"
import { COLON, decimals, formula, number, short } from "../../model/numbers/format.js"
import { spoken } from "../../model/spoken.js"
import { say } from "../../model/words.js"
import { guard, html, markup, nothing, svg } from "../../shell/html.js"
import { printCells } from "../digits.js"
import { pixels, styles } from "../directives.js"
import { CHARACTER, typeRoom } from "../scene_view.js"

/** @import { Box, Numbers, Template } from "../../types/view.js" */
/** @typedef {import("../../model/layout/poster.js").Group} Group */
/** @typedef {import("../../model/layout/poster.js").Poster} Poster */
/** @typedef {{ title: string, note: string, button: string, way: "back" | "next" | "" }} PosterWords  title, the line below it, and a button with what it does */
/**
 * @typedef {object} PosterState
 * @property {Numbers} numbers
 * @property {Poster} layout
 * @property {(symbol: string) => number} done  returns how many cells of each channel are computed so far; 0 of a map that is still to come
 * @property {(symbol: string) => string} role  returns "now" for maps that the stage computes, "input" for its inputs
 * @property {(symbol: string) => string} reason  returns why the numbers of a map are hidden, or ""
 * @property {PosterWords} words
 * @property {boolean} isPhone
 * @property {boolean} isOpen  whether gradients are shown
 * @property {number} [smallest]  font size of the smallest text, which is larger in the lecture view
 */

const LETTER = 7.4 // width of a character of the words above maps
const SYMBOL = 30 // width of a symbol
const NOTED = 200 // width from which a map has its size above it
const NAMED = { above: 44, beside: 15 } // height of a row from which an answer's name is above its bar, or beside it

/** Return the layout of a network's poster. @param {Numbers} numbers @param {import("../../model/layout/poster.js").Sheet} sheet */
export const posterLayout = ({ network, maps }, sheet) =>
  layOutPoster(itemsOf({ columns: network.columns, maps }), sheet)

/** Return the poster. @param {PosterState} state @returns {Template} */
export function poster(state) {
  const { layout, numbers, isPhone, isOpen, words, done } = state
  const ahead = layout.groups.map(({ symbol }) => done(symbol) > 0)
  return html`<div class="poster-sheet ${isPhone ? "upright" : ""} ${isOpen ? "open" : ""}" ${styles({ "--width": px(layout.width), "--height": px(layout.height) })}>
    ${guard([layout, numbers, String(ahead)], () => ribbonLayer(state))}
    <header ${place(layout.title)} class=${layout.isBeside ? "beside" : ""}><h1>${markup(words.title)}</h1>${isOpen ? nothing : html`<p>${words.note}</p>`}
      ${words.way && !isPhone ? wayButton(words) : nothing}</header>
    ${layout.groups.map((group, n) => map(state, group, layout.groups[n - 1]))}
    ${loss(state)}
    ${isOpen ? html`<p class="note" ${place(layout.note)}>${markup(words.note)}</p>` : nothing}
    ${words.way && isPhone ? html`<div class="foot-way" ${place({ ...layout.loss, x: layout.note.x, width: 200 })}>${wayButton(words)}</div>` : nothing}
  </div>`
}

/** @param {PosterWords} words */
const wayButton = ({ button, way }) =>
  html`<button type="button" class="primary" data-way=${way}>${button} <span aria-hidden="true">→</span></button>`

const px = (/** @type {number} */ length) => `${Math.round(10 * length) / 10}px`

/** Place an element at a box. @param {Box} box */
const place = ({ x, y, width, height }) => styles({ left: px(x), top: px(y), width: px(width), height: px(height) })

/** Place an element within another one. @param {Box} box @param {Box} within */
const placeIn = (box, within) => place({ ...box, x: box.x - within.x, y: box.y - within.y })

/** @param {PosterState} state */
function ribbonLayer({ layout, numbers, isPhone, isOpen, done }) {
  const norms = (/** @type {string} */ symbol, /** @type {number} */ sources, /** @type {number} */ targets) =>
    pairNorms(numbers, symbol, sources, targets)
  const ribbons = ribbonsOf(layout.groups, norms, isPhone, isOpen && !isPhone).filter(
    ({ from, to }) => done(from) > 0 && done(to) > 0,
  )
  const paths = ribbons.map(
    ({ d, band, strength }) =>
      svg`<path class="${strength ? "line" : "area"} ${band}" d=${d} ${styles(strength ? { "stroke-opacity": 0.6 * strength } : {})}></path>`,
  )
  return html`<svg class="ways-of" aria-hidden="true">${paths}</svg>`
}

/** Return a map with its head. @param {PosterState} state @param {Group} group @param {Group | undefined} before */
function map(state, group, before) {
  const { numbers, done, role, reason, layout } = state
  const { symbol, band, item, box, order } = group
  const { label, plain, shape } = numbers.maps[symbol]
  const isOpen = done(symbol) > 0
  const isAnswers = item.kind === "answers"
  const name = [label, plain, shape.join(" × ")].filter(Boolean).join(", ")
  const parts = isAnswers ? answers(state, group) : item.kind === "kernel" ? kernel(state, group) : tiles(state, group)
  return html`${heads(state, group)}${isAnswers || !group.isFolded ? nothing : sign(state, group, before)}
    <button type="button" class="map-of of-${item.kind} ${band} ${role(symbol)} ${isOpen ? "" : "ahead"} ${isAnswers && layout.areBars ? "bars" : ""}"
      data-poster=${symbol} data-order=${order} data-name=${name} aria-label=${spoken(isOpen ? name : [name, reason(symbol)].join(COLON))} ${place(box)}>${parts}</button>`
}

/** @param {PosterState} state @param {Group} group */
function heads(state, group) {
  const { numbers, layout } = state
  const { symbol, head, item, tiles, band } = group
  if (item.kind === "weights" && layout.isBeside && item.tiles > 1)
    return tiles.map((box, n) => {
      const name = numbers.nameOf(n, item.tiles)
      return headOf(state, group, { ...head, x: box.x, y: box.y - head.height }, say("web.poster.weights_to", { name }))
    })
  const { plain } = numbers.maps[symbol]
  const column = numbers.network.columns.find(({ values }) => values[0] === symbol)
  const title = item.kind === "maps" || item.kind === "units" ? (column?.title ?? "") : ""
  const room = head.width - (state.isPhone ? 0 : SYMBOL)
  const isValue = band === "values"
  const word = state.isPhone ? [plain, title] : [plain, title].filter((text) => text.length * LETTER <= room)
  const hasWord = !(state.isPhone && (state.isOpen || item.kind === "kernel")) && (isValue || item.kind === "kernel")
  return headOf(state, group, head, hasWord ? (word[0] ?? "") : "")
}

/** @param {PosterState} state @param {Group} group @param {Box} box @param {string} word */
function headOf({ numbers, isPhone }, { symbol, band, item, box: mapBox, rows, columns }, box, word) {
  const { label } = numbers.maps[symbol]
  const isNoted = mapBox.width >= NOTED && item.kind === "maps" && item.tiles === 1 && band === "values" && !isPhone
  return html`<p class="head-of ${band}" ${place(isNoted ? { ...box, width: mapBox.width } : box)}><i data-meaning=${meaningOf(numbers, symbol)} data-of=${symbol}>${markup(formula(label))}</i>
    <span>${word}</span>${isNoted ? html`<small>${rows} × ${columns}</small>` : nothing}</p>`
}

/** Return the sign between a map and the one below it. @param {PosterState} state @param {Group} group @param {Group | undefined} before */
function sign({ numbers, done }, { symbol, box }, before) {
  const [forward] = signsOf(numbers, { kind: "maps", values: [symbol] }) ?? []
  if (!forward || !before || !done(before.symbol)) return nothing
  const top = before.box.y + before.box.height
  return html`<p class="sign-of" data-meaning=${forward.id} data-of=${symbol} ${place({ ...box, y: top, height: 24 })}>${forward.text}</p>`
}

/** @type {WeakMap<ArrayLike<number>, Float64Array[]>}  the layer of weights to each output, by array */
const layersByValues = new WeakMap()

/** @param {Numbers} numbers @param {string} symbol */
function layersOf(numbers, symbol) {
  const values = numbers.values(symbol)
  const cached = layersByValues.get(values)
  if (cached) return cached
  const { tiles, rows, columns, offset } = faceOf(numbers.maps[symbol], "weights")
  const layers = Array.from({ length: tiles }, (_, tile) =>
    Float64Array.from({ length: rows * columns }, (_, n) => values[offset(tile, Math.floor(n / columns), n % columns)]),
  )
  layersByValues.set(values, layers)
  return layers
}

/** @param {PosterState} state @param {Group} group */
function tiles({ numbers, done }, { symbol, item, box, tiles: boxes, rows, columns }) {
  const { limits, scale } = numbers.maps[symbol]
  const count = item.kind === "units" ? Math.min(item.tiles, done(symbol)) : done(symbol)
  const layers = item.kind === "weights" ? layersOf(numbers, symbol) : null
  return boxes.map((tile, n) => {
    const values = layers ? layers[n] : numbers.values(symbol)
    const from = layers ? 0 : n * rows * columns
    return html`<canvas ${place({ ...tile, x: tile.x - box.x, y: tile.y - box.y })} ${pixels({ values, from, rows, columns, limits, scale, done: count })}></canvas>`
  })
}

const LEAST_LETTERS = 4 // of a weight: a sign and one decimal

/** @param {PosterState} state @param {Group} group */
function kernel({ numbers, done, smallest = FONT_SIZES.small }, { symbol, box, columns }) {
  const { limits, scale } = numbers.maps[symbol]
  const values = numbers.values(symbol)
  const room = typeRoom(box.width / columns, smallest)
  const { write, power } = printCells([...values], Math.max(room.letters, LEAST_LETTERS))
  const isOpen = done(symbol) > 0
  const longest = Math.floor(box.width / columns / (smallest * CHARACTER)) // without a margin
  const texts = Array.from(values, power ? short : write)
  const type = texts.every((text) => text.length <= room.letters) ? `${room.size}px` : "var(--small)"
  const isPrinted = isOpen && texts.every((text) => text.length <= longest)
  return html`<span class="digits-of" aria-hidden="true" ${styles({ "--columns": columns, "--type": type })}>${Array.from(
    values,
    (value, n) => {
      const paint = colour(value, limits, scale)
      const look = isOpen
        ? { background: css(paint), color: textColour(paint) }
        : { background: "none", color: "inherit" }
      return html`<span ${styles(look)}>${isPrinted ? texts[n] : ""}</span>`
    },
  )}</span>`
}

/** @param {PosterState} state @param {Group} group */
function answers({ numbers, done, layout }, { symbol, band, box, tiles }) {
  const values = numbers.values(symbol)
  const targets = numbers.values("y")
  const isOpen = done(symbol) > 0
  const all = [...values, ...targets, 0]
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const share = (/** @type {number} */ value) => (100 * (value - low)) / (high - low || 1)
  const largest = values.indexOf(Math.max(...values))
  const { limits, scale } = numbers.maps[symbol]
  return tiles.map((row, n) => {
    const name = numbers.nameOf(n, tiles.length)
    const value = values[n]
    const look = layout.areBars
      ? ""
      : row.height >= NAMED.above
        ? "above"
        : row.height >= NAMED.beside
          ? "inline"
          : "dense"
    const paint = colour(value, limits, scale)
    const [from, to] = [share(Math.min(0, value)), share(Math.max(0, value))]
    const bar =
      band === "gradients"
        ? html`<span class="track" ${styles(isOpen ? { background: css(paint), color: textColour(paint) } : { background: "none", color: "inherit" })}>${isOpen ? short(value) : ""}</span>`
        : html`<span class="track">${isOpen ? html`<span class="bar" ${styles({ "--from": `${from}%`, "--to": `${to}%` })}></span><span class="target" ${styles({ "--at": `${share(targets[n])}%` })}></span>` : nothing}</span>`
    return html`<span class="answer ${look} ${isOpen && n === largest && band === "values" ? "its" : ""}" ${placeIn(row, box)}><b>${name}</b>${bar}<em>${isOpen && band === "values" ? (Math.abs(value) < 100 ? decimals(value, 3) : number(value)) : ""}</em></span>`
  })
}

/** @param {PosterState} state */
function loss({ numbers, layout, done, role, isOpen }) {
  const isKnown = done("L") > 0
  const { label, plain } = numbers.maps.L
  const text = isKnown ? number(numbers.values("L")[0], 3) : ""
  return html`<button type="button" class="loss-of ${role("L")} ${isKnown ? "" : "ahead"}" data-poster="L" aria-pressed=${isOpen} data-name="${label}, ${plain}" aria-label="${label}, ${plain} ${text}" ${place(layout.loss)}><i>${label}</i>${text}</button>`
}
