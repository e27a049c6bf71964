// Shows pictures of operations: renders them, measures the room of their digits, lays their leads, highlights terms
// under the pointer, and plays their assembly.

import { cssZoom } from "../draw/css_zoom.js"
import { FONT_SIZES, fontSizeWithin } from "../draw/font_sizes.js"
import { html, render } from "../shell/html.js"
import { layLeads } from "./leads.js"
import { Assembly } from "./motion.js"

/** @import { Choice, Drawn, Field, Flight, Scene, ScenePicture, Shown, Spot, TypeRoom } from "./scene.js" */
/** @import { Relate } from "./parts.js" */
/** @import { Box, Cell, Numbers } from "../types/view.js" */
/** @typedef {HTMLElement & { relate?: Relate }} FieldElement */

const GUESS = { size: FONT_SIZES.text, letters: 5, most: 6 } // until the cells have been measured
export const CHARACTER = 0.58 // mean width of a character of a number, relative to the font size
const INSET = 4 // pixels on both sides of a number
const LINE = 1.15 // least height of a cell, relative to the font size
const UPRIGHT = { width: 668, ratio: 4 / 3 } // largest width in pixels, and largest ratio of width to height, of a vertical layout
const SIZES = /** @type {const} */ ([
  [56, FONT_SIZES.large],
  [40, FONT_SIZES.text],
  [0, FONT_SIZES.small],
]) // least width of a cell, and its font size

/**
 * Return the font size for cells of this size, and the number of characters that fit.
 * @param {number} width @param {number} [smallest] font size of the page's smallest text, which is larger in the lecture view @param {number} [height] @returns {TypeRoom}
 */
export function typeRoom(width, smallest = FONT_SIZES.small, height = Number.POSITIVE_INFINITY) {
  const [, byWidth] = /** @type {[number, number]} */ (SIZES.find(([from]) => width >= from))
  const size = Math.max(Math.min(byWidth, fontSizeWithin(height / LINE)), smallest)
  const fits = (/** @type {number} */ size) => Math.max(0, Math.floor((width - INSET) / (size * CHARACTER)))
  return { size, letters: fits(size), most: fits(smallest) }
}

export class SceneView {
  /** @type {Map<string, Map<string, TypeRoom>>}  rooms of a picture's parts, by picture and size */
  rooms = new Map()
  /** @type {Choice} */
  choice = {}
  shownPicture = ""
  layouts = 0 // count of layouts, each of which outdates measured boxes
  /** @type {string | null} */
  litTerm = null
  /** @type {() => void} */
  again = () => {}

  /** @param {HTMLElement} stage element around the diagram @param {HTMLElement} element the picture, which is the origin of all boxes */
  constructor(stage, element) {
    this.stage = stage
    this.element = element
    this.assembly = new Assembly(element, () => {
      this.layouts += 1
      this.layLeads()
    })
    stage.addEventListener("pointermove", (event) => this.point(event))
    stage.addEventListener("pointerleave", () => this.light(""))
    stage.addEventListener("click", (event) => this.choose(event))
  }

  /**
   * Render a picture and return what the page reads from it.
   * @param {ScenePicture} picture @param {Numbers} numbers @param {string} symbol @param {Cell} cell
   * @param {{ map: string, backward: boolean, done: Scene["done"], moves: Scene["moves"], isSteady: boolean }} how `map`: the stage, which differs from the symbol at the update
   * @returns {Drawn}
   */
  show(picture, numbers, symbol, cell, { map, backward, done, moves, isSteady }) {
    const { element } = this
    const name = `${numbers.network.text} ${map} ${picture.name}`
    if (name !== this.shownPicture) Object.assign(this, { choice: {}, shownPicture: name })
    element.classList.toggle("backward", backward)
    let key = ""
    const paint = () => {
      const rooms = this.rooms.get(key)
      const room = (/** @type {string} */ id) => rooms?.get(id) ?? GUESS
      const scene = { numbers, done, moves, room, isUpright: this.isUpright, isSteady, choice: this.choice }
      render(html`${picture(scene, symbol, cell)}<output class="said-here"></output>`, element)
    }
    key = this.roomKey(name)
    paint()
    this.stage.classList.toggle("stated", this.isStated) // may change the height
    key = this.roomKey(name)
    const paintMeasured = () => {
      if (this.isMeasured(key)) return
      this.rooms.set(key, new Map([...(this.rooms.get(key) ?? []), ...this.measureRooms()]))
      paint()
    }
    paintMeasured()
    this.stage.classList.toggle("stated", this.isStated)
    this.again = () => {
      paint()
      paintMeasured() // a choice may add parts
      this.layouts += 1
      this.layLeads()
    }
    return this.record()
  }

  /** Whether the picture states the sum that it shows. */
  get isStated() {
    return this.element.querySelector(".stated") !== null
  }

  /** Whether the layout is vertical: the condition of the container queries in the pictures' styles. */
  get isUpright() {
    const { clientWidth: width, clientHeight: height } = this.element
    return width <= UPRIGHT.width || width <= UPRIGHT.ratio * height
  }

  /** @param {string} name of the picture */
  roomKey(name) {
    return `${name} ${this.element.clientWidth} ${this.element.clientHeight}`
  }

  /** Parts whose numbers need room. */
  get measuredParts() {
    return Array.from(this.element.querySelectorAll(/** @type {"div"} */ ("[data-room]")))
  }

  /** Return whether the room of all parts is known. @param {string} key of picture and size */
  isMeasured(key) {
    const rooms = this.rooms.get(key)
    return rooms !== undefined && this.measuredParts.every((part) => rooms.has(part.dataset.room ?? ""))
  }

  /** Return the room in the smallest cell of each part. @returns {Map<string, TypeRoom>} */
  measureRooms() {
    const zoom = cssZoom(this.element)
    const smallest = Number.parseFloat(getComputedStyle(this.element).getPropertyValue("--small"))
    return new Map(
      this.measuredParts.map((part) => {
        const all = part.querySelectorAll(part.matches("ol") ? "li:not(.total)" : "[role=cell]")
        const boxes = Array.from(all, (cell) => cell.getBoundingClientRect())
        const least = (/** @type {"width" | "height"} */ side) =>
          (boxes.length ? Math.min(...boxes.map((box) => box[side])) : 0) / zoom
        const height = part.matches("ol") ? undefined : least("height") // the numbers of a staircase are below its bars
        return [part.dataset.room ?? "", typeRoom(least("width"), smallest, height)]
      }),
    )
  }

  /** Return a function from elements to their boxes, relative to the picture. */
  boxes() {
    const { left, top } = this.element.getBoundingClientRect()
    const zoom = cssZoom(this.element)
    return (/** @type {Element} */ element) => {
      const box = element.getBoundingClientRect()
      return {
        x: (box.left - left) / zoom,
        y: (box.top - top) / zoom,
        width: box.width / zoom,
        height: box.height / zoom,
      }
    }
  }

  /** Lay the leads, after the layout. */
  layLeads() {
    if (this.assembly.isPlaying) return
    layLeads(this.element, this.boxes())
  }

  /** Return the picture's maps and numbers for hit tests. Their boxes are measured when they are first read. @returns {Drawn} */
  record() {
    const { element } = this
    const all = (/** @type {string} */ selector) =>
      Array.from(element.querySelectorAll(/** @type {"div"} */ (selector)))
    /** @template T @param {(boxOf: (part: Element) => Box) => T} make */
    const lazily = (make) => {
      /** @type {T | undefined} */
      let made
      let layout = this.layouts
      return () => {
        if (!made || layout !== this.layouts) made = make(this.boxes())
        layout = this.layouts
        return made
      }
    }
    const numbersOf = (/** @type {string} */ text) => text.split(",").map(Number)
    const shown = lazily((boxOf) =>
      all(".field[data-symbol]:not([data-symbol=''])").map(
        (field) =>
          /** @type {Shown} */ ({
            symbol: field.dataset.symbol,
            at: numbersOf(field.dataset.at ?? ""),
            box: boxOf(field),
          }),
      ),
    )
    const spots = lazily((boxOf) =>
      all("[data-cell]:not([data-cell=''])").map((part) => {
        const { symbol = "", cell = "", term = "" } = part.dataset
        return /** @type {Spot} */ ({ symbol, cell: numbersOf(cell), term, box: boxOf(part) })
      }),
    )
    const fields = lazily((boxOf) =>
      all(".field").flatMap((field) => {
        const { relate } = /** @type {FieldElement} */ (field)
        const [rows, columns] = [Number(field.dataset.rows), Number(field.dataset.columns)]
        return relate ? [/** @type {Field} */ ({ ...relate, rows, columns, box: boxOf(field) })] : []
      }),
    )
    return {
      get shown() {
        return shown()
      },
      get spots() {
        return spots()
      },
      get fields() {
        return fields()
      },
    }
  }

  /**
   * Play the assembly after a delay, in which channels of maps move to their places.
   * @param {number} delay in milliseconds @param {Element} [result] canvas that moved here from the strip @param {Flight[]} [channels]
   */
  assemble(delay, result, channels = []) {
    const results = Array.from(this.element.querySelectorAll(".made canvas"))
    const isMoved = result && this.stage.contains(result)
    const { lasts } = /** @type {HTMLElement} */ (this.element.querySelector(".picture")).dataset
    const gliding = channels.flatMap(({ symbol, at, from, to }) => {
      const field = this.element.querySelector(`figure:not(.made) .field[data-symbol="${symbol}"][data-at="${at}"]`)
      return field ? [{ part: field, from, to }] : []
    })
    this.assembly.play(
      this.boxes(),
      delay,
      isMoved ? [result, ...results] : results,
      lasts ? Number(lasts) : undefined,
      gliding,
    )
  }

  /** Render the picture with the next random mask. */
  drawAgain() {
    this.choice.thrown = (this.choice.thrown ?? 0) + 1
    this.again()
  }

  // ---- pointer

  /** Highlight the term under the pointer. @param {PointerEvent} event */
  point(event) {
    const part = /** @type {HTMLElement} */ (event.target).closest(/** @type {"div"} */ (".scene [data-term]"))
    if (part) return this.light(part.dataset.term ?? "")
    for (const field of this.element.querySelectorAll(/** @type {"div"} */ (".field"))) {
      const { relate } = /** @type {FieldElement} */ (field)
      const { left, top, width, height } = field.getBoundingClientRect()
      const [right, down] = [(event.clientX - left) / width, (event.clientY - top) / height]
      if (!relate || right < 0 || down < 0 || right >= 1 || down >= 1) continue
      const [row, column] = [down * Number(field.dataset.rows), right * Number(field.dataset.columns)].map(Math.floor)
      return this.light(relate.term(row, column), relate.say?.(row, column))
    }
    this.light("")
  }

  /** Highlight a term wherever it is shown. @param {string} term @param {string} [words] its value as text */
  light(term, words = "") {
    if (term === this.litTerm) return
    this.litTerm = this.element.dataset.term = term
    for (const part of this.element.querySelectorAll(".lit")) part.classList.remove("lit")
    if (term)
      for (const part of this.element.querySelectorAll(`[data-term="${CSS.escape(term)}"]`)) part.classList.add("lit")
    for (const field of this.element.querySelectorAll(/** @type {"div"} */ (".field"))) {
      const { relate } = /** @type {FieldElement} */ (field)
      const place = (term && relate?.place(term)) || null
      const marks = /** @type {HTMLElement} */ (field.querySelector(".marks"))
      if (!place && !marks.firstChild) continue
      const mark = document.createElement("span")
      mark.className = "ring mark"
      if (place) {
        const [row, column, tall = 1, wide = 1] = place
        mark.style.cssText = `--row:${row};--column:${column};--tall:${tall};--wide:${wide}`
      }
      marks.replaceChildren(...(place ? [mark] : []))
    }
    const output = this.element.querySelector(".said-here")
    if (output && output.textContent !== words) output.textContent = words
  }

  /** Apply a choice: `data-choose` is JSON. @param {MouseEvent} event */
  choose({ target }) {
    const { choose } =
      /** @type {HTMLElement} */ (target).closest(/** @type {"div"} */ (".scene [data-choose]"))?.dataset ?? {}
    if (!choose) return
    Object.assign(this.choice, JSON.parse(choose))
    this.again()
  }
}
