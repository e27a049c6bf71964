// The image: the pixels around one as colours and as numbers, and the cells of the first operation that read it. A
// network that reads one channel of a photograph also shows the pixel's three colours; one that reads all, its channels.

import { cells as cellsIn, rangeAround, singleIndex } from "../../model/explain/cell_links.js"
import { storedPixel } from "../../model/explain/explanation.js"
import { decimals, number } from "../../model/numbers/format.js"
import { say } from "../../model/words.js"
import { html, nothing } from "../../shell/html.js"
import { LUMA } from "../../spec.js"
import { printCells } from "../digits.js"
import { styles } from "../directives.js"
import { beam, lead, leads } from "../leads.js"
import { cellRing, cells, head, heat, mapOf } from "../parts.js"
import { scenePicture } from "../scene.js"
import { sameCell } from "../sides.js"

/** @import { Ring } from "../parts.js" */
/** @import { Scene } from "../scene.js" */
/** @import { Cell, Numbers, Range } from "../../types/view.js" */
/** @typedef {{ rows: Range, columns: Range, places: Cell[], chosen: number }} Patch  the printed pixels, and the index of the chosen one */

const [PATCH, FEW] = [7, 5] // rows and columns of printed pixels, and beside a photograph or in a vertical layout
const COLOURS = ["red", "green", "blue"]
const BYTE = 255

export const image = scenePicture((scene, _symbol, cell) => {
  const { numbers } = scene
  const { photo } = numbers.arrays
  const hasChannels = numbers.shape("x")[0] === COLOURS.length
  const patch = patchOf(numbers, cell, photo || hasChannels || scene.isUpright ? FEW : PATCH)
  if (photo) return ofPhotograph(scene, cell, patch, photo.values)
  return hasChannels ? ofChannels(scene, cell, patch) : ofMap(scene, cell, patch)
})

/** @param {Numbers} numbers @param {Cell} cell @param {number} most @returns {Patch} */
function patchOf(numbers, [channel, row, column], most) {
  const [, high, wide] = numbers.shape("x")
  const [rows, columns] = [rangeAround(row, high, most), rangeAround(column, wide, most)]
  const places = cellsIn([singleIndex(channel), rows, columns])
  return { rows, columns, places, chosen: (row - rows.start) * columns.count + column - columns.start }
}

/** Return the picture of a gray image. @param {Scene} scene @param {Cell} cell @param {Patch} patch */
function ofMap(scene, cell, patch) {
  const [, rows, columns] = scene.numbers.shape("x")
  return html`<div class="picture image" style=${sizeOf(rows, columns, patch)}>
    ${mapOf(scene, "x", cell[0], { place: "source", rings: ringsOf(cell, patch), relate: sameCell, bar: !scene.isUpright })}
    ${storedTable(scene, cell, patch, "fly window 0")}${readersMap(scene, cell)}
    ${leads(beam("window", "s"), leadToReaders(scene, cell, "s"))}
  </div>`
}

/** Return the picture of a photograph whose channels are all read. @param {Scene} scene @param {Cell} cell @param {Patch} patch */
function ofChannels(scene, cell, patch) {
  const { numbers } = scene
  const [, rows, columns] = numbers.shape("x")
  const channel = (/** @type {number} */ n) =>
    mapOf(scene, "x", n, {
      place: "channel",
      rings: n === cell[0] ? ringsOf(cell, patch) : [],
      relate: sameCell,
      bar: false,
      word: say(`web.channels.${COLOURS[n]}`),
      note: String(storedPixel(numbers, numbers.at("x", [n, ...cell.slice(1)]))),
    })
  return html`<div class="picture image of-channels" style=${sizeOf(rows, columns, patch)}>
    ${photograph(numbers, cell, colourBytes(numbers), [cellRing(cell[1], cell[2])])}
    <b class="sign equals">=</b><div class="channels" data-id="channels">${COLOURS.map((_, n) => channel(n))}</div>
    ${storedTable(scene, cell, patch, "fly window 0.2")}${readersMap(scene, cell)}
    ${leads(scene.isUpright ? nothing : lead("channels", "s", { enter: "draw 0.2" }), leadToReaders(scene, cell, "s"))}
  </div>`
}

/**
 * Return the picture of a photograph of which one channel, or its brightness, is read.
 * @param {Scene} scene @param {Cell} cell @param {Patch} patch @param {ArrayLike<number>} photo rows, columns and channels, 0 … 255
 */
function ofPhotograph(scene, cell, patch, photo) {
  const { numbers, isUpright } = scene
  const [, rows, columns] = numbers.shape("x")
  const { rows: down, columns: across, places, chosen } = patch
  const offset = (/** @type {Cell} */ [, row, column]) => 3 * (row * columns + column)
  const near = Uint8Array.from(places.flatMap((at) => COLOURS.map((_, n) => photo[offset(at) + n])))
  const isScaled = numbers.answer.lesson.scale !== "raw" && !isUpright
  const relate = {
    term: (/** @type {number} */ row, /** @type {number} */ column) => `${row + down.start},${column + across.start}`,
    place: (/** @type {string} */ term) => {
      const n = places.findIndex((at) => at.slice(1).join() === term)
      return n < 0 ? null : /** @type {[number, number]} */ ([Math.floor(n / across.count), n % across.count])
    },
  }
  const word = say("web.mechanism.near", { n: places.length })
  return html`<div class="picture image of-photograph ${isScaled ? "scaled" : ""}" style=${sizeOf(rows, columns, patch)}>
    ${photograph(numbers, cell, photo, ringsOf(cell, patch))}
    <figure class="pixel-of">${head("", word)}${heat(near, down.count, across.count, { label: word, limits: [0, BYTE], isPhoto: true, id: "near", place: "near", relate, rings: [cellRing(cell[1] - down.start, cell[2] - across.start, { id: "pixel" })], bar: false, enter: "fly window 0" })}
      ${colours(numbers, cell, Array.from(near.subarray(3 * chosen, 3 * chosen + 3)))}</figure>
    ${storedTable(scene, cell, patch, "fly read 0.4")}
    ${isScaled ? html`<b class="sign divided">÷ ${BYTE}</b>${readTable(scene, patch)}` : nothing}${readersMap(scene, cell)}
    ${leads(beam("window", "near"), leadToReaders(scene, cell, isScaled ? "r" : "s"))}
  </div>`
}

/** @param {number} rows @param {number} columns @param {Patch} patch */
const sizeOf = (rows, columns, patch) =>
  `--cells:${columns};--high:${rows};--k:${patch.columns.count};--down:${patch.rows.count}`

/** Return rings around the printed pixels and the chosen one. @param {Cell} cell @param {Patch} patch @returns {Ring[]} */
const ringsOf = ([, row, column], { rows, columns }) => [{ rows, columns, id: "window" }, cellRing(row, column)]

/** Return the photograph. Its pixels are selected like those of x. @param {Numbers} numbers @param {Cell} cell @param {ArrayLike<number>} values @param {Ring[]} rings */
function photograph(numbers, [channel], values, rings) {
  const [, rows, columns] = numbers.shape("x")
  const word = say("web.mechanism.photograph")
  return heat(values, rows, columns, {
    label: word,
    limits: [0, BYTE],
    isPhoto: true,
    place: "source",
    head: head("", word, `${rows} × ${columns}`),
    rings,
    relate: {
      ...sameCell,
      symbol: "x",
      cell: (/** @type {number} */ row, /** @type {number} */ column) => [channel, row, column],
    },
    bar: false,
  })
}

/** @type {WeakMap<object, Uint8Array>} */
const bytesByArray = new WeakMap()

/** Return the colours of all channels of x, pixel by pixel. @param {Numbers} numbers */
function colourBytes(numbers) {
  const values = numbers.values("x")
  const size = values.length / COLOURS.length
  const bytes =
    bytesByArray.get(values)
    ?? Uint8Array.from(values, (_, n) =>
      storedPixel(numbers, values[(n % COLOURS.length) * size + Math.floor(n / COLOURS.length)]),
    )
  bytesByArray.set(values, bytes)
  return bytes
}

/** Return the colours of a pixel; for brightness, with their weights and their sum. @param {Numbers} numbers @param {Cell} cell @param {number[]} colour */
function colours(numbers, cell, colour) {
  const { ch } = numbers.answer.lesson
  const isGray = ch === "gray"
  const shade = (/** @type {number} */ n) => `rgb(${colour.map((value, each) => (each === n ? value : 0)).join(" ")})`
  const rows = COLOURS.map((name, n) => {
    const weight = isGray ? html`<small>× ${decimals(LUMA[n], 3)}</small>` : nothing
    return html`<li class=${ch === name ? "chosen" : ""} data-id=${ch === name ? "read" : ""} data-enter="fade ${0.3 + 0.03 * n}"><i ${styles({ background: shade(n) })}></i><span>${say(`web.channels.${name}`)}</span><b>${colour[n]}</b>${weight}</li>`
  })
  const brightness = brightnessOf(numbers, numbers.at("x", cell))
  const sum = isGray
    ? html`<li class="chosen" data-id="read" data-enter="fade 0.4"><i ${styles({ background: `rgb(${Array(3).fill(Math.round(brightness)).join(" ")})` })}></i><span>${say("web.channels.gray")}</span><b>${number(brightness)}</b></li>`
    : nothing
  return html`<ol class="colours" aria-label=${say("web.channels.rgb")}>${rows}${sum}</ol>`
}

/** Return a number of x on the scale of stored pixels. @param {Numbers} numbers @param {number} value */
const brightnessOf = (numbers, value) => (numbers.answer.lesson.scale === "raw" ? value : BYTE * value)

/**
 * Return the printed pixels as stored. Brightness is not rounded, so that it has decimals where they fit.
 * @param {Scene} scene @param {Cell} cell @param {Patch} patch @param {string} flies
 */
function storedTable(scene, [channel], patch, flies) {
  const { numbers } = scene
  const { ch } = numbers.answer.lesson
  const hasColours = Boolean(numbers.arrays.photo) || numbers.shape("x")[0] > 1
  const shown = hasColours && ch === "gray" ? brightnessOf : storedPixel
  const values = valuesOf(numbers, patch)
  const { write, fits } = printCells(
    values.map((value) => shown(numbers, value)),
    scene.room("s").letters,
  )
  const name = ch === "rgb" ? COLOURS[channel] : ch
  const words = [hasColours && say(`web.channels.${name}`), say("web.mechanism.pixels")].filter(Boolean).join(", ")
  return html`<figure class="stored">${head("", words)}
    ${cells(scene, values, patch.columns.count, { ...tableHow(numbers, patch), id: "s", label: words, flies, write: (value) => (fits ? write(shown(numbers, value)) : "") })}</figure>`
}

/** Return the printed pixels as the network reads them. @param {Scene} scene @param {Patch} patch */
function readTable(scene, patch) {
  const { numbers, isSteady } = scene
  const { label, plain, limits } = numbers.maps.x
  const values = valuesOf(numbers, patch)
  const { write, fits } = printCells(isSteady ? limits : values, scene.room("r").letters, { isSteady })
  return html`<figure class="read-as">${head(label, plain)}
    ${cells(scene, values, patch.columns.count, { ...tableHow(numbers, patch), id: "r", label: plain, flies: "fly s 0.6", write: fits ? write : () => "" })}</figure>`
}

/** @param {Numbers} numbers @param {Patch} patch */
const valuesOf = (numbers, { places }) => places.map((at) => numbers.at("x", at))

/** @param {Numbers} numbers @param {Patch} patch */
const tableHow = (numbers, { places, chosen }) => ({
  symbol: "x",
  limits: numbers.maps.x.limits,
  scale: numbers.maps.x.scale,
  chosen,
  cell: (/** @type {number} */ n) => places[n],
  term: (/** @type {number} */ n) => places[n].slice(1).join(),
})

/**
 * Return the first operation's map and its cells that read a pixel, or null if they are not a part of a map.
 * @param {Numbers} numbers @param {Cell} cell
 */
function readersOf(numbers, cell) {
  const back = numbers.links("dx").find(({ source, pattern }) => LOCAL.includes(pattern) && source !== "x")
  const symbol = back?.source.slice(1) ?? ""
  return back && numbers.maps[symbol]?.kind === "map" ? { symbol, ranges: numbers.reach(back, cell) } : null
}

const LOCAL = ["covering", "unpool", "won", "same"] // patterns of gradients that come from a part of a map

/** Return a map of the first operation with a ring around the cells that read the pixel, and their number. @param {Scene} scene @param {Cell} cell */
function readersMap(scene, cell) {
  const { numbers } = scene
  const readers = readersOf(numbers, cell)
  if (!readers) return nothing
  const { symbol, ranges } = readers
  const [channels, rows, columns] = ranges
  const [, high, wide] = numbers.shape(symbol)
  const each = rows.count * columns.count
  const words = say("web.mechanism.readers", { n: each * channels.count })
  const note = channels.count > 1 ? say("web.mechanism.readers_each", { n: each, channels: channels.count }) : ""
  const first = channels.start
  const place = (/** @type {string} */ term) => {
    const at = sameCell.place(term)
    const [, down, across] = (at && readersOf(numbers, [cell[0], ...at])?.ranges) ?? []
    return down?.count && across?.count
      ? /** @type {import("../parts.js").MarkPlace} */ ([down.start, across.start, lengthOf(down), lengthOf(across)])
      : null
  }
  return html`<figure class="readers" ${styles({ "--wide": wide, "--tall": high })}>${mapOf(scene, symbol, first, {
    symbol: "",
    slot: undefined,
    id: "next",
    note: "",
    done: 0,
    label: `${numbers.maps[symbol].label}, ${words}`,
    rings: readerRings(rows, columns),
    relate: { term: () => "", place },
    bar: false,
  })}<p>${words}${note && html`<small>${note}</small>`}</p></figure>`
}

/** @param {Range} range */
const lengthOf = ({ count, step }) => (count - 1) * step + 1

/** Return a ring around adjacent cells, or one around each cell if there are gaps. @param {Range} rows @param {Range} columns @returns {Ring[]} */
function readerRings(rows, columns) {
  if (!rows.count || !columns.count) return []
  const how = { id: "readers", enter: "fade 0.95" }
  if (rows.step === 1 && columns.step === 1) return [{ rows, columns, ...how }]
  return cellsIn([rows, columns]).map(([row, column], n) => ({
    ...cellRing(row, column),
    strong: false,
    ...how,
    id: n ? "" : how.id,
  }))
}

/** @param {Scene} scene @param {Cell} cell @param {string} from */
function leadToReaders({ numbers, isUpright }, cell, from) {
  const readers = readersOf(numbers, cell)
  const isRead = readers?.ranges.every(({ count }) => count)
  return isRead && !isUpright ? lead(from, "readers") : nothing
}
