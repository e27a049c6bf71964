// Numbers that belong together, as a part of a picture: a channel of the shown image or of all images, or some units.

import { timesPower } from "../model/numbers/format.js"
import { html, nothing } from "../shell/html.js"
import { printCells } from "./digits.js"
import { styles } from "./directives.js"
import { cellRing, cells, colourBar, head, heat, mapOf } from "./parts.js"

/** @import { Crowd } from "../model/explain/normalization.js" */
/** @import { HeatHow } from "./parts.js" */
/** @import { Scene } from "./scene.js" */
/** @import { Cell, Numbers } from "../types/view.js" */
/** @typedef {Partial<HeatHow> & { index: number, name: string, word: string, ring?: string, isOwn?: boolean }} CrowdHow  `index` of the cell; `name` and `word`: its head; `ring`: how the ring around the cell enters; `isOwn`: whether the values come from the map */

const MOST_UNITS = 10 // below each other
const MOST_NUMBERS = 6 // of units in a vertical layout

/**
 * Return the style properties of a picture that sizes its crowds: rows and columns, in cells.
 * @param {Numbers} numbers @param {string} symbol @param {Crowd} crowd
 */
export function crowdSize(numbers, symbol, { values, images }) {
  if (numbers.maps[symbol].kind !== "map") return `--high:${Math.min(values.length, MOST_UNITS)};--across:1`
  const [rows, columns] = numbers.shape(symbol).slice(-2)
  const across = Math.ceil(Math.sqrt(images))
  return `--high:${rows * Math.ceil(images / across)};--across:${columns * across}`
}

/**
 * Return a crowd: heat maps, or a table of units.
 * @param {Scene} scene @param {string} symbol @param {Cell} cell @param {Crowd} crowd @param {CrowdHow} how
 */
export function crowdPart(scene, symbol, cell, { values, images, limits }, how) {
  const { numbers } = scene
  const { index, id = "", role = "", place = "", enter = "", ring: ringEnter = "", isOwn = true, label = "" } = how
  const { name, word } = how
  const shared = { limits, label, enter, bar: how.bar }
  if (numbers.maps[symbol].kind !== "map") {
    const printed = printCells(Array.from(values), scene.room(id).letters)
    const hasDigits = printed.fits && !(scene.isUpright && values.length > MOST_NUMBERS)
    const start = cell[0] - index
    return html`<figure class="together ${place}">${head(name, word, hasDigits ? timesPower(printed.power) : "")}${cells(
      scene,
      values,
      Math.ceil(values.length / MOST_UNITS),
      {
        limits,
        label,
        id,
        role,
        flies: enter,
        chosen: index,
        symbol: isOwn ? symbol : "",
        cell: (n) => (isOwn && images === 1 ? [start + n] : isOwn && n === index ? cell : undefined),
        scale: isOwn ? numbers.maps[symbol].scale : "signed",
        write: hasDigits ? printed.write : () => "",
      },
    )}</figure>`
  }
  const [rows, columns] = numbers.shape(symbol).slice(-2)
  const size = rows * columns
  const shown = Math.floor(index / size)
  const relate = (/** @type {number} */ image) => ({
    term: (/** @type {number} */ row, /** @type {number} */ column) => `${image}:${row},${column}`,
    place: (/** @type {string} */ term) => placeOf(term, image),
    ...(image === shown
      ? { symbol, cell: (/** @type {number} */ row, /** @type {number} */ column) => [cell[0], row, column] }
      : {}),
  })
  const rings = [cellRing(cell[1], cell[2], { id: ringEnter ? "cell" : "", enter: ringEnter })]
  if (images === 1) {
    const drawn = { ...shared, id, role, place, head: head(name, word), rings, relate: relate(0) }
    return isOwn ? mapOf(scene, symbol, cell[0], drawn) : heat(values, rows, columns, drawn)
  }
  return html`<figure class="images ${role} ${place}" data-id=${id} ${styles({ "--images": Math.ceil(Math.sqrt(images)) })}>${head(name, word)}<div>
    ${Array.from({ length: images }, (_, n) =>
      heat(values, rows, columns, {
        ...shared,
        role,
        from: n * size,
        label: `${label}, ${n + 1}`,
        bar: false,
        relate: relate(n),
        ...(n === shown ? { rings, ...(isOwn ? { symbol, at: [cell[0]] } : {}) } : {}),
      }),
    )}</div>${how.bar === false ? nothing : colourBar(limits, "signed", scene.done(symbol) >= size)}</figure>`
}

/** @param {string} term @param {number} image @returns {[number, number] | null} */
function placeOf(term, image) {
  const [of, cell] = term.split(":")
  return cell && Number(of) === image ? /** @type {[number, number]} */ (cell.split(",").map(Number)) : null
}
