// Pooling: the cells of a window, its winner or its mean, and where that goes. Backward, what arrives goes to the winner,
// or in equal parts to all cells. Small adjacent windows are shown with their neighbours.

import { cells as cellsIn, rangeAround, singleIndex } from "../../model/explain/cell_links.js"
import { ranges } from "../../model/explain/windows.js"
import { timesPower } from "../../model/numbers/format.js"
import { formatFixed } from "../../model/numbers/printed_sums.js"
import { say } from "../../model/words.js"
import { html, nothing } from "../../shell/html.js"
import { printCells } from "../digits.js"
import { styles } from "../directives.js"
import { beam, lead, leads } from "../leads.js"
import { cellRing, cells, head, mapOf, nameOf } from "../parts.js"
import { scenePicture } from "../scene.js"
import { sameCell } from "../sides.js"

/** @import { Scene } from "../scene.js" */
/** @import { Cell, Link, Numbers, Range } from "../../types/view.js" */

const [ACROSS, FEWER] = [6, 4] // maximum number of cells in a row, over several windows, and in a vertical layout
const MOST = 3 // maximum number of cells in a row of a window with neighbours
const WINDOWS = 3 // maximum number of windows in a row
const SMALL = 10 // smaller numbers have a decimal
const START = 0.55 // share of the assembly after which the result appears

/**
 * Return the windows that are shown, with their cells.
 * @param {Numbers} numbers @param {Link} link of the pool @param {Cell} place of the chosen window @param {boolean} isUpright
 */
function windowsOf(numbers, link, place, isUpright) {
  const { k, stride, before } = link.geometry
  const most = Math.min(Math.floor((isUpright ? FEWER : ACROSS) / k), WINDOWS)
  const areMany = k <= MOST && stride === k && before === 0
  const [, high, wide] = numbers.shape(link.target)
  const [channel, row, column] = place
  const [rows, columns] = areMany
    ? [rangeAround(row, high, most), rangeAround(column, wide, most)]
    : [singleIndex(row), singleIndex(column)]
  const inside = (/** @type {Range} */ { start, count }) => ({ start: start * k, count: count * k, step: 1 })
  const [, down, across] = areMany
    ? [0, inside(rows), inside(columns)]
    : numbers.reach({ ...link, pattern: "pool" }, place)
  const windows = cellsIn([singleIndex(channel), rows, columns])
  const winners = link.pattern === "winner" ? windows.map((at) => numbers.sources(link, at)[0]) : []
  return {
    areMany,
    k,
    rows,
    columns,
    down,
    across,
    windows,
    winners,
    under: cellsIn([singleIndex(channel), down, across]),
  }
}

/** @type {import("../scene.js").ScenePicture} */
const forward = (scene, symbol, cell) => draw(scene, scene.numbers.links(symbol)[0], cell)

/** @type {import("../scene.js").ScenePicture} */
const backward = (scene, symbol, cell) => {
  const { numbers } = scene
  const pooled = numbers.links(symbol)[0].source
  const { rows, columns } = ranges(numbers, symbol, pooled, cell)
  const first = [rows, columns].map(({ start, count }) => (count ? start : 0)) // the first window that contains the cell
  return draw(scene, numbers.network.links[pooled.slice(1)][0], [cell[0], ...first], { symbol, cell })
}

export const pooling = scenePicture(forward)
export const poolingBack = scenePicture(backward)

/**
 * Return the picture. The large map is on the left, the pooled one on the right, in both directions.
 * @param {Scene} scene @param {Link} link of the pool @param {Cell} place of the chosen window @param {{ symbol: string, cell: Cell }} [back] gradient of the large map, and its chosen cell
 */
function draw(scene, link, place, back) {
  const { numbers, room, isUpright, isSteady } = scene
  const shown = windowsOf(numbers, link, place, isUpright)
  const { areMany, k, rows, columns, down, across, windows, winners, under } = shown
  const [map, pooled] = back ? [back.symbol, `d${link.target}`] : [link.source, link.target]
  const isMax = winners.length > 0
  const values = under.map((at) => numbers.at(map, at))
  const results = windows.map((at) => numbers.at(pooled, at))
  const letters = Math.min(room("w").letters, areMany ? room("p").letters : Number.POSITIVE_INFINITY)
  const printed = printAll(isSteady ? numbers.maps[map].limits : [...values, ...results], letters, isSteady)
  const text = (/** @type {number} */ value) => (printed.fits ? (value === 0 ? "0" : printed.write(value)) : "")
  const isWinner = (/** @type {Cell} */ at) => winners.some((winner) => String(winner) === String(at))
  const write = (/** @type {number} */ value, /** @type {number} */ n) =>
    html`<i class=${isMax ? (isWinner(under[n]) ? "won" : "lost") : ""}>${text(value)}</i>`
  const chosen = windows.findIndex((at) => String(at) === String(place))
  const termOf = (/** @type {Cell} */ at) => at.slice(1).join()
  const word = (/** @type {string} */ name) => (back ? { word: say(`web.mechanism.${name}`) } : {})
  const table = (/** @type {string} */ symbol, /** @type {string} */ id) => ({
    id,
    symbol,
    limits: numbers.maps[symbol].limits,
    scale: numbers.maps[symbol].scale,
    label: numbers.maps[symbol].plain,
  })
  const winner = back && isMax && !areMany ? winnerOf(scene, link, shown) : nothing
  const [from, to] = back ? [areMany ? "p" : "cell", winner === nothing ? "w" : "i"] : ["w", areMany ? "p" : "cell"]
  const target = back ? [cellRing(back.cell[1], back.cell[2], { enter: "fade 0.95" })] : []
  const way = /** @type {"turn" | "around"} */ (isUpright ? "around" : "turn")
  const [, high, wide] = numbers.shape(map)
  const size = `--cells:${wide};--high:${high};--k:${across.count};--down:${down.count};--side:${columns.count}`
  const between = back
    ? isMax
      ? say("web.mechanism.winner")
      : `÷ ${k * k}`
    : say(`web.mechanism.${isMax ? "largest" : "mean"}`)
  const block = {
    "--row": (place[1] - rows.start) * k,
    "--column": (place[2] - columns.start) * k,
    "--tall": k,
    "--wide": k,
  }
  return html`<div class="picture pooling ${back ? "back" : ""} ${isMax && !back && printed.fits ? "stated" : ""}" style=${size}>
    ${mapOf(scene, map, place[0], { place: "source", role: back ? "made" : "", ...word("goes_on"), rings: [{ rows: down, columns: across, id: "window" }, ...target], relate: sameCell, bar: !isUpright })}
    <figure class="window">${head("", areMany ? "" : say("web.mechanism.window"), printed.fits ? timesPower(printed.power) : "")}
      <div class="block" ${styles({ "--rows": down.count, "--columns": across.count })}>
        ${cells(scene, values, across.count, { ...table(map, "w"), write: /** @type {any} */ (write), cell: (n) => under[n], term: (n) => termOf(under[n]), flies: "fly window 0", enter: (n) => (back && (!isMax || isWinner(under[n])) ? `flash ${START}` : "") })}
        ${areMany ? html`<span class="ring" data-enter="fade 0.4" ${styles(block)}></span>` : nothing}</div></figure>
    ${winner}${winner === nothing ? html`<b class="between-maps">${between}</b>` : nothing}
    ${
      areMany
        ? html`<figure class="pooled ${back ? "" : "made"}">${head(nameOf(numbers, pooled, place[0]), back ? say("web.mechanism.arrived") : numbers.maps[pooled].plain)}
      ${cells(scene, results, columns.count, { ...table(pooled, "p"), write: text, chosen, cell: (n) => windows[n], term: (n) => termOf(winners[n] ?? [0, windows[n][1] * k, windows[n][2] * k]), role: back ? "" : "made", enter: (n) => (back ? "" : `fly ${isMax ? `w${under.findIndex((at) => String(at) === String(winners[n]))}` : "w"} ${START}`) })}</figure>`
        : mapOf(scene, pooled, place[0], {
            place: "pooled",
            role: back ? "" : "made",
            times: link.geometry.stride,
            ...word("arrived"),
            rings: [cellRing(place[1], place[2], { id: "cell", enter: back ? "" : "fade 0.95" })],
            bar: !isUpright,
          })
    }
    ${back && isMax ? html`<p class="fate">${say(`web.mechanism.${fateOf(numbers, link, place, back.cell)}`)}</p>` : nothing}
    ${leads(beam("window", "w"), lead(from, to, { way, enter: back ? "draw 0.3" : "draw 0.85" }), winner === nothing ? nothing : lead("i", "w", { enter: "draw 0.45" }))}
  </div>`
}

/**
 * Return the formatter of all numbers: with equal decimals, or with enough digits for the small ones beside large ones.
 * @param {number[]} values @param {number} letters @param {boolean} isSteady
 */
function printAll(values, letters, isSteady) {
  const printed = printCells(values, letters, { isSteady })
  if (isSteady || values.every((value) => value === 0 || /[1-9]/.test(printed.write(value)))) return printed
  const power = 3 * Math.floor(Math.log10(Math.max(...values.map(Math.abs))) / 3)
  const write = (/** @type {number} */ value) => {
    const scaled = value / 10 ** power
    return formatFixed(scaled, Math.abs(scaled) < SMALL ? 1 : 0)
  }
  return { power, write, fits: values.every((value) => write(value).length <= letters) }
}

/** Return the window of the forward pass, in which the winner is lit. @param {Scene} scene @param {Link} link @param {ReturnType<typeof windowsOf>} shown */
function winnerOf(scene, { source }, { across, winners: [winner], under }) {
  const { numbers, room } = scene
  const { limits, scale, plain } = numbers.maps[source]
  const values = under.map((at) => numbers.at(source, at))
  const { write, fits, power } = printCells(values, room("i").letters)
  const mark = (/** @type {number} */ value, /** @type {number} */ n) =>
    html`<i class=${String(under[n]) === String(winner) ? "won" : "lost"}>${fits ? write(value) : ""}</i>`
  const how = { id: "i", label: plain, limits, scale, symbol: source, write: /** @type {any} */ (mark) }
  return html`<figure class="winner">${head(numbers.maps[source].label, say("web.mechanism.winner"), fits ? timesPower(power) : "")}
    ${cells(scene, values, across.count, { ...how, cell: (n) => under[n], term: (n) => under[n].slice(1).join() })}</figure>`
}

/** Return which message says why a cell gets a gradient from a window, or does not. @param {Numbers} numbers @param {Link} link @param {Cell} place @param {Cell} cell */
function fateOf(numbers, link, place, cell) {
  const [winner] = numbers.sources(link, place)
  if (String(cell) === String(winner)) return "won"
  const less = numbers.at(link.source, winner) - numbers.at(link.source, cell)
  return less > numbers.tie(link.source) ? "lost" : "tied"
}
