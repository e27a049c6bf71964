// Dropout: some cells with their inputs, their mask and their results, or all maps if whole maps are dropped. Below them,
// the sum of all cells in eval mode and with other masks. Backward, the gradient passes through the same mask.

import { cells as cellsIn, rangeAround, singleIndex } from "../../model/explain/cell_links.js"
import { layerOf } from "../../model/explain/normalization.js"
import { number, timesPower } from "../../model/numbers/format.js"
import { say } from "../../model/words.js"
import { html, nothing } from "../../shell/html.js"
import { printCells } from "../digits.js"
import { styles } from "../directives.js"
import { histogramBars } from "../histogram.js"
import { beam, lead, leads } from "../leads.js"
import { cells, head, heat, mapOf } from "../parts.js"
import { scenePicture } from "../scene.js"
import { isPrinted, sameCell, sides, sizeOf } from "../sides.js"

/** @import { Scene } from "../scene.js" */
/** @import { Cell, Numbers } from "../../types/view.js" */
/** @typedef {{ symbol: string, source: string, dropped: string, mask: string, cell: Cell, back: boolean }} Parts  the result and what it is computed from; `dropped`: the layer's output, and `mask`: the name of its mask */

const [NEAR, NEAR_PHONE] = [4, 3] // rows and columns of printed cells

export const dropout = scenePicture((scene, symbol, cell) => draw(scene, symbol, cell, symbol))

export const dropoutBack = scenePicture((scene, symbol, cell) =>
  draw(scene, symbol, cell, layerOf(scene.numbers, symbol)?.symbol ?? symbol),
)

/** @param {Scene} scene @param {string} symbol @param {Cell} cell @param {string} dropped */
function draw(scene, symbol, cell, dropped) {
  const { numbers } = scene
  const [{ source }] = numbers.links(symbol)
  const parts = { symbol, source, dropped, mask: `${dropped}.mask`, cell, back: symbol !== dropped }
  if (!numbers.arrays[parts.mask])
    return between(scene, parts, html`<b class="unchanged" data-id="total">${say("web.mechanism.unchanged")}</b>`)
  if (numbers.maps[symbol].kind !== "map") return between(scene, parts, maskOfUnits(scene, parts))
  const isOfMaps = layerOf(numbers, dropped)?.text.endsWith("m")
  return isOfMaps ? wholeMaps(scene, parts) : someCells(scene, parts)
}

/** Return the arrays before and after, and what is between them. @param {Scene} scene @param {Parts} parts @param {unknown} middle */
const between = (scene, { symbol, source, cell, back }, middle) =>
  sides(scene, back ? [symbol, source] : [source, symbol], cell, { back, name: "dropout", middle })

/** Return how a mask is written and painted: kept cells are white, dropped ones gray. @param {Scene} scene @param {Parts} parts @param {string} id */
function maskHow({ numbers, room }, { mask }, id) {
  const most = Array.from(numbers.arrays[mask].values).reduce((all, value) => Math.max(all, value), 0)
  const { write, fits } = printCells([0, most], room(id).letters)
  return {
    label: say("web.mechanism.mask"),
    limits: [-most, most],
    scale: /** @type {const} */ ("pixel"),
    write: (/** @type {number} */ value) => (!fits ? "" : value ? write(value) : "0"),
  }
}

/** Return how many values of a mask are 0, in words. @param {ArrayLike<number>} mask */
const countOf = (mask) =>
  say("web.mechanism.dropped", { n: Array.from(mask).filter((value) => value === 0).length, of: mask.length })

/** Return the mask of a row: a number for each unit, or pixels. @param {Scene} scene @param {Parts} parts */
function maskOfUnits(scene, parts) {
  const { numbers } = scene
  const { symbol, mask, cell } = parts
  const { values } = numbers.arrays[mask]
  const [rows, columns] = sizeOf(numbers, symbol)
  const { write, ...how } = maskHow(scene, parts, "m")
  const count = countOf(values)
  const ofUnits = isPrinted(numbers, symbol)
    ? cells(scene, values, 1, {
        ...how,
        id: "m",
        write,
        chosen: cell[0],
        term: (n) => `n${n}`,
        enter: (n) => `fade ${0.3 + (0.4 * n) / values.length}`,
      })
    : heat(values, rows, columns, { ...how, id: "m", relate: sameCell, bar: false, enter: "fade 0.3 0.3" })
  return html`${head("", how.label, count)}<div class="mask-of" data-id="total">${ofUnits}</div>`
}

/**
 * Return some cells of a channel before and after, with their mask.
 * @param {Scene} scene @param {Parts} parts
 */
function someCells(scene, parts) {
  const { numbers, room, isUpright, isSteady } = scene
  const { symbol, source, dropped, mask, cell, back } = parts
  const [channel, row, column] = cell
  const [, rows, columns] = numbers.shape(symbol)
  const near = isUpright ? NEAR_PHONE : NEAR
  const [down, across] = [rangeAround(row, rows, near), rangeAround(column, columns, near)]
  const places = cellsIn([singleIndex(channel), down, across])
  const [read, made] = [source, symbol].map((name) => places.map((at) => numbers.at(name, at)))
  const kept = places.map((at) => numbers.layerValue(mask, at))
  const all = isSteady ? [source, symbol].flatMap((name) => numbers.maps[name].limits) : [...read, ...made]
  const printed = printCells(all, Math.min(room("a").letters, room("r").letters), { isSteady })
  const write = (/** @type {number} */ value) => (printed.fits ? (value ? printed.write(value) : "0") : "")
  const power = printed.fits ? timesPower(printed.power) : ""
  const common = {
    chosen: places.findIndex((at) => String(at) === String(cell)),
    cell: (/** @type {number} */ n) => places[n],
    term: (/** @type {number} */ n) => places[n].slice(1).join(),
  }
  const ofMap = (/** @type {string} */ name) => ({
    ...common,
    write,
    symbol: name,
    label: numbers.maps[name].plain,
    limits: numbers.maps[back ? source : name].limits,
    scale: numbers.maps[name].scale,
  })
  const mapHow = (/** @type {string} */ word) => ({
    ...(back ? { word: say(`web.mechanism.${word}`), limits: numbers.maps[source].limits } : {}),
    note: "",
    relate: sameCell,
    bar: !isUpright,
  })
  const size = rows * columns
  const ofChannel = numbers.arrays[mask].values.slice(channel * size, (channel + 1) * size)
  const window = { rows: down, columns: across }
  return masking(scene, parts, {
    size: `--cells:${columns};--high:${rows};--k:${across.count};--down:${down.count}`,
    before: html`${mapOf(scene, source, channel, { ...mapHow("arrived"), place: "source", rings: [{ ...window, id: "window" }] })}
    <figure class="window">${head("", say("web.mechanism.cells_closely", { n: places.length }), power)}
      ${cells(scene, read, across.count, { ...ofMap(source), id: "a", flies: "fly window 0" })}</figure>`,
    middle: cells(scene, kept, across.count, { ...common, ...maskHow(scene, parts, "m"), id: "m", flies: "fade 0.35" }),
    count: countOf(ofChannel),
    after: html`<figure class="kept">${head("", back ? "" : say("web.mechanism.masked_cells"), power)}
      ${cells(scene, made, across.count, { ...ofMap(symbol), id: "r", role: "made", enter: (n) => `fly a${n} ${0.45 + (0.25 * n) / made.length}` })}</figure>
    ${mapOf(scene, symbol, channel, { ...mapHow("goes_on"), role: "made", place: "result-map", rings: [{ ...window, id: "landing", enter: "fade 0.95" }] })}`,
    lines: [
      beam("window", "a"),
      isUpright ? lead("r", "landing", { way: back ? "turn" : "around" }) : beam("r", "landing", "fade 0.95"),
    ],
    dropped,
  })
}

/**
 * Return all maps before and after, with a number for each: its mask.
 * @param {Scene} scene @param {Parts} parts
 */
function wholeMaps(scene, parts) {
  const { numbers } = scene
  const { symbol, source, dropped, mask, cell, back } = parts
  const [channels, rows, columns] = numbers.shape(symbol)
  const across = Math.ceil(Math.sqrt(channels))
  const lines = Math.ceil(channels / across)
  const kept = Array.from({ length: channels }, (_, n) => numbers.layerValue(mask, [n, 0, 0]))
  const term = (/** @type {number} */ n) => `c${n}`
  const tile = (/** @type {string} */ name, /** @type {"" | "made"} */ role, /** @type {number} */ n) =>
    mapOf(scene, name, n, {
      role,
      head: undefined,
      bar: false,
      limits: numbers.maps[back ? source : name].limits,
      relate: {
        term: () => term(n),
        place: (/** @type {string} */ lit) => (lit === term(n) ? [0, 0, rows, columns] : null),
      },
      rings:
        n === cell[0]
          ? [
              {
                rows: { ...singleIndex(0), count: rows },
                columns: { ...singleIndex(0), count: columns },
                enter: role && "fade 0.95",
              },
            ]
          : [],
    })
  const tiles = (
    /** @type {string} */ name,
    /** @type {"" | "made"} */ role,
    /** @type {string} */ place,
    /** @type {string} */ word,
  ) =>
    html`<figure class="all-maps ${role} ${place}">${head(numbers.maps[name].label, back ? say(`web.mechanism.${word}`) : numbers.maps[name].plain)}<div>${kept.map((_, n) => tile(name, role, n))}</div></figure>`
  return masking(scene, parts, {
    size: `--cells:${across * columns};--high:${lines * rows};--across:${across};--lines:${lines}`,
    before: tiles(source, "", "source", "arrived"),
    middle: cells(scene, kept, across, {
      ...maskHow(scene, parts, "m"),
      id: "m",
      chosen: cell[0],
      term,
      bold: true,
      enter: (n) => `fade ${0.2 + (0.5 * n) / channels}`,
    }),
    count: countOf(kept),
    after: tiles(symbol, "made", "result-map", "goes_on"),
    lines: [],
    dropped,
    name: "whole-maps",
  })
}

/**
 * Lay out what is before the mask, the mask, and what is after it; backward from right to left.
 * @param {Scene} scene @param {Parts} parts @param {{ size: string, before: unknown, middle: unknown, count: string, after: unknown, lines: unknown[], dropped: string, name?: string }} content
 */
function masking(
  { numbers, choice },
  { cell, back },
  { size, before, middle, count, after, lines, dropped, name = "" },
) {
  const sums = back ? undefined : numbers.arrays[`throws.${dropped}`]
  return html`<div class="picture masking ${name} ${back ? "back" : ""} ${sums ? "summed" : ""}" style=${size}>
    ${before}<b class="sign times">⊙</b>
    <figure class="mask">${head("", say("web.mechanism.mask"))}${middle}<p>${count}</p></figure>
    <b class="sign equals">=</b>${after}
    ${sums ? sumsOf(numbers, dropped, cell[0], choice.thrown ?? 0) : nothing}${leads(lines)}
  </div>`
}

/**
 * Return the sum of a channel's cells in eval mode and with this mask, over a histogram of the sums with other masks.
 * @param {Numbers} numbers @param {string} dropped @param {number} channel @param {number} thrown number of masks that were drawn in the picture
 */
function sumsOf(numbers, dropped, channel, thrown) {
  const { values, shape } = numbers.arrays[`throws.${dropped}`]
  const [, rows, columns] = numbers.shape(dropped)
  const sums = Array.from({ length: shape[0] }, (_, n) => values[n * shape[1] + channel])
  const [inUse, own, ...others] = sums
  const low = sums.reduce((all, value) => Math.min(all, value))
  const span = sums.reduce((all, value) => Math.max(all, value)) - low || 1
  const at = (/** @type {string} */ name, /** @type {number} */ value, /** @type {string} */ word) =>
    html`<span class="sum-at ${name}" ${styles({ "--at": (value - low) / span })}></span><b class="sum-name ${name}" ${styles({ "--at": (value - low) / span })}>${say(`web.mechanism.${word}`, { value: number(value) })}</b>`
  const title = say("web.mechanism.throws", { n: others.length, cells: rows * columns })
  const fresh = thrown ? others[(thrown - 1) % others.length] : null
  const [first, last] = inUse <= own ? ["lower", "upper"] : ["upper", "lower"]
  return html`<figure class="mask-sums" data-enter="fade 0.7">${head("", title)}
    <p>${say("web.mechanism.fresh_mask")}<br>${say("web.mechanism.so_held")}</p>
    <div>${histogramBars(others, low, span, title)}
      ${at(`in-use ${first}`, inUse, "in_use")}${at(`this-mask ${last}`, own, "this_throw")}${fresh === null ? nothing : at("fresh-mask", fresh, "fresh_throw")}</div></figure>`
}
