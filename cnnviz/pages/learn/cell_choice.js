// Choice of a map's cell by mouse, finger or keys, in an enlarged part of the map.

import { singleIndex } from "../../view/model/explain/cell_links.js"
import { ARROWS } from "../../view/model/layout/neighbours.js"
import { say } from "../../view/model/words.js"
import { html, nothing } from "../../view/shell/html.js"
import { centreStart, outputAt, shiftStart, windowRange } from "./crop_bounds.js"
import { cellUnder, cropSize, paintPart } from "./crop_paint.js"
import { figureOf, hasSingleKernel, windowOf } from "./plate_figures.js"
import { outlineOf } from "./region_outline.js"

/** @import { Block, Figure } from "./plate_figures.js" */
/** @import { Learn } from "./learn.js" */
/** @import { Mark, Region } from "./crop_paint.js" */
/** @import { Cell, Face } from "../../view/types/view.js" */

const SIDE = 44
const MAX_EDGES = 240 // maximum number of correct cells that are outlined in a whole map; otherwise only the nearest one is
const OTHER_CHANNEL = 1000 // distance of a cell in another channel

export class CellChoice {
  /** @type {Cell}  the cell under the pointer or selected by keys */
  cursor = []
  /** @type {Cell | null}  the right cell nearest to the answer, once the solution is shown */
  right = null
  /** @type {Block} */
  crop = { tile: 0, top: 0, left: 0, tall: 1, wide: 1 }

  /** @param {Learn} learn */
  constructor(learn) {
    this.learn = learn
    /** @type {Cell[]}  all right cells, once the solution is shown */
    this.rightCells = []
    const { form } = learn
    form.addEventListener("pointermove", (event) => event.pointerType !== "touch" && this.onPointer(event, false))
    form.addEventListener("click", (event) => this.onPointer(event, true))
    form.addEventListener("keydown", (event) => this.onKey(event))
  }

  get map() {
    const { question } = this.learn
    return question?.kind === "click" ? question.map : ""
  }

  /** Link to the map that the kernel slides over, if the question hides the cells themselves. */
  get link() {
    const { numbers, question } = this.learn
    const isHidden = question?.plates.some(({ symbol, hidden }) => hidden && symbol === this.map)
    return isHidden ? windowOf(numbers, this.map) : undefined
  }

  /** Whether the product of kernel and window can be shown. */
  get slides() {
    return Boolean(this.link && hasSingleKernel(this.learn.numbers, this.map))
  }

  /** The map in which cells are chosen. @returns {Figure | undefined} */
  get figure() {
    const { question, numbers } = this.learn
    const symbol = this.link?.source ?? this.map
    const plate = question?.plates.find((each) => each.symbol === symbol)
    return plate && figureOf(numbers, plate, false, null)
  }

  get width() {
    return this.size()[1] * SIDE
  }

  /** Return how many rows and columns fit. */
  size() {
    const { clientWidth } = this.learn.view.$(".content")
    return this.figure ? cropSize(this.figure, clientWidth - 32) : [1, 1]
  }

  start() {
    this.right = null
    this.rightCells = []
    if (!this.map) return
    const [rows, columns] = this.learn.numbers.shape(this.map).slice(-2)
    const [row, column] = [Math.floor(rows / 2), Math.floor(columns / 2)]
    this.cursor = this.link ? [0, row, column] : (this.figure?.face.at(0, row, column) ?? [])
    this.moveCrop(true)
  }

  /** Return the cells that belong to a cell in the figure, such as its window. @param {Cell} cell @returns {Block} */
  blockOf(cell) {
    const { link, figure } = this
    if (!link && figure) return figure.face.boxes(cell.map(singleIndex))[0]
    const [[top, bottom], [left, right]] = [windowRange(link, cell[1]), windowRange(link, cell[2])]
    return { tile: 0, top, left, tall: bottom - top + 1, wide: right - left + 1 }
  }

  /** Move the part so that it shows the cursor, in its centre if `middle`. @param {boolean} [middle] */
  moveCrop(middle = false) {
    const { figure, cursor } = this
    if (!figure || !cursor.length) return
    const [tall, wide] = this.size()
    const { tile, top, left, tall: h, wide: w } = this.blockOf(cursor)
    const { rows, columns } = figure.face
    const recentre = middle || tile !== this.crop.tile
    this.crop = {
      tile,
      tall,
      wide,
      top: recentre
        ? centreStart(top + (h - 1) / 2, tall, rows)
        : shiftStart(this.crop.top, tall, rows, top, top + h - 1),
      left: recentre
        ? centreStart(left + (w - 1) / 2, wide, columns)
        : shiftStart(this.crop.left, wide, columns, left, left + w - 1),
    }
  }

  /**
   * Return the cell at a point of the figure, or the cell whose window is centred there.
   * @param {number} tile @param {number} row @param {number} column @returns {Cell}
   */
  cellAt(tile, row, column) {
    const { link, figure } = this
    if (!link) return figure?.face.at(tile, row, column) ?? this.cursor
    const [, rows, columns] = this.learn.numbers.shape(this.map)
    return [0, outputAt(link, row, rows), outputAt(link, column, columns)]
  }

  /** @param {MouseEvent} event @param {boolean} picks */
  onPointer(event, picks) {
    const canvas = /** @type {Element} */ (event.target).closest("canvas")
    if (!canvas || !this.map) return
    const { figure } = this
    if (canvas.dataset.map) {
      const [row, column] = cellUnder(canvas, event, this.crop)
      this.cursor = this.cellAt(this.crop.tile, row, column)
      if (picks) this.pickCell()
      this.learn.fill()
    } else if (picks && figure && canvas.dataset.plate === figure.plate.array) this.jump(canvas, event, figure)
  }

  /** Show the right cell nearest to the answer. */
  reveal() {
    const { numbers, givenAnswer } = this.learn
    if (!this.map) return
    const chosenCell = numbers.cell(this.map, Number(givenAnswer))
    const distance = (/** @type {Cell} */ cell) =>
      Math.hypot(...cell.map((at, axis) => (at - chosenCell[axis]) * (axis < cell.length - 2 ? OTHER_CHANNEL : 1)))
    const { values } = numbers.arrays["learn.key"]
    this.rightCells = [...values].flatMap((is, at) => (is ? [numbers.cell(this.map, at)] : []))
    const [first, ...others] = this.rightCells
    this.right = others.reduce((best, cell) => (distance(cell) < distance(best) ? cell : best), first)
    this.cursor = this.right
    this.moveCrop()
  }

  /**
   * Move the part to where the whole map was clicked, and choose that cell.
   * @param {HTMLCanvasElement} canvas @param {MouseEvent} event @param {Figure} figure
   */
  jump(canvas, event, { face }) {
    const tileColumns = Math.ceil(Math.sqrt(face.tiles))
    const tileRows = Math.ceil(face.tiles / tileColumns)
    const [row, column] = cellUnder(canvas, event, {
      tile: 0,
      top: 0,
      left: 0,
      tall: tileRows * face.rows,
      wide: tileColumns * face.columns,
    })
    const tile = Math.min(Math.floor(row / face.rows) * tileColumns + Math.floor(column / face.columns), face.tiles - 1)
    this.cursor = this.cellAt(tile, row % face.rows, column % face.columns)
    this.moveCrop(true)
    this.pickCell()
    this.learn.fill()
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const canvas = /** @type {Element} */ (event.target)
    if (!this.map || !canvas.matches("canvas[data-map]") || event.ctrlKey || event.metaKey || event.altKey) return
    const shape = this.learn.numbers.shape(this.map)
    const clamp = (/** @type {number} */ at, /** @type {number} */ axis) => Math.min(Math.max(at, 0), shape[axis] - 1)
    const [rowAxis, columnAxis] = [shape.length - 2, shape.length - 1]
    const direction = ARROWS[event.key]
    const delta = { "[": -1, "]": 1 }[event.key]
    const neighbourCell = (/** @type {number} */ at, /** @type {number} */ axis) =>
      axis === rowAxis || axis === columnAxis ? clamp(at + direction[axis - rowAxis], axis) : at
    if (direction) this.cursor = this.cursor.map(neighbourCell)
    else if (delta) this.cursor = [(this.cursor[0] + delta + shape[0]) % shape[0], ...this.cursor.slice(1)]
    else if (event.key === "Enter") this.pickCell()
    else return
    event.preventDefault()
    event.stopPropagation()
    this.moveCrop()
    this.learn.focus.hover = { map: this.map, cell: this.cursor }
    this.learn.view.paint(true)
  }

  /** Answer with the cell at the cursor. */
  pickCell() {
    const { learn, map, cursor } = this
    if (learn.open) return
    learn.givenAnswer = learn.numbers.offset(map, cursor)
    learn.view.paint(true)
  }

  /** Return a cell's place in its map, as text. @param {Cell} cell */
  placeOf(cell) {
    return this.learn.numbers.index(this.map, cell).join(",")
  }

  /** Description of the chosen cell, or undefined. */
  get words() {
    const { learn, map } = this
    if (!map || learn.givenAnswer === null) return undefined
    const answerCell = this.placeOf(learn.numbers.cell(map, Number(learn.givenAnswer)))
    return say(learn.open ? "web.learn.was_picked" : "web.learn.picked", { map, place: answerCell })
  }

  /** Where a right cell is, after a wrong answer, or "". */
  get rightWords() {
    const { learn, map, right } = this
    return map && right && !learn.result?.right ? say("web.learn.right_cell", { map, place: this.placeOf(right) }) : ""
  }

  /** The chosen cell, and the nearest right one. @returns {{ cell: Cell, tone: string }[]} */
  chosenMarks(/** @type {string} */ accent) {
    const { learn, map, right } = this
    const chosenCells =
      learn.givenAnswer === null ? [] : [{ cell: learn.numbers.cell(map, Number(learn.givenAnswer)), tone: accent }]
    return right ? [...chosenCells, { cell: right, tone: this.green }] : chosenCells
  }

  /** Colour of right cells. The style sheet resolves it, since a canvas cannot parse `light-dark()`. */
  get green() {
    const canvas = this.learn.form.querySelector("canvas[data-map]")
    return canvas ? getComputedStyle(canvas).color : "#000"
  }

  /**
   * Return the right cells as a region of a map's picture once the solution is shown, or null if they are too scattered
   * to outline.
   * @param {string} symbol @returns {Region | null}
   */
  region(symbol) {
    const { map, right, learn } = this
    const { face } = learn.figures.find(({ plate }) => plate.symbol === symbol) ?? {}
    if (!right || symbol !== map || !face) return null
    const region = this.regionIn(face)
    return outlineOf(region.blocks).length <= MAX_EDGES ? region : null
  }

  /** @param {Face} face @returns {Region} */
  regionIn(face) {
    return { blocks: this.rightCells.flatMap((cell) => face.boxes(cell.map(singleIndex))), tone: this.green }
  }

  /**
   * Return the marks in a map beside the part: the part's outline and the chosen cells. `region` is the map's region of
   * right cells, if it is outlined.
   * @param {string} symbol @param {string} accent @param {Region | null} region @returns {Mark[]}
   */
  marks(symbol, accent, region) {
    const { figure, map, learn } = this
    const isFigure = figure?.plate.symbol === symbol
    const answerMarks = isFigure || symbol === map ? this.chosenMarks(accent) : []
    const cells = region ? answerMarks.filter(({ cell }) => cell !== this.right) : answerMarks
    const { face } = learn.figures.find(({ plate }) => plate.symbol === symbol) ?? {}
    const blocks = cells.flatMap(({ cell, tone }) =>
      isFigure
        ? [{ block: this.blockOf(cell), tone }]
        : (face?.boxes(cell.map(singleIndex)) ?? []).map((block) => ({ block, tone })),
    )
    const cursor =
      !isFigure && symbol === map && face && this.cursor !== this.right
        ? face.boxes(this.cursor.map(singleIndex)).map((block) => ({ block, tone: "#000" }))
        : []
    return isFigure ? [{ block: this.crop, tone: "#000" }, ...blocks] : [...cursor, ...blocks]
  }

  template() {
    const { learn, figure } = this
    if (!figure) return nothing
    const [tall, wide] = this.size()
    const map = learn.numbers.maps[this.map].label
    const where = {
      map: learn.numbers.maps[figure.plate.symbol].label,
      top: this.crop.top,
      bottom: this.crop.top + tall - 1,
      left: this.crop.left,
      right: this.crop.left + wide - 1,
    }
    const channels = figure.face.tiles > 1 ? say("web.learn.channel", { n: this.crop.tile }) : ""
    return html`<figure class="part-of"><figcaption>${say("web.learn.block", where)} ${channels}</figcaption>
      <canvas data-map=${this.map} tabindex="0" role="img" style="width:${wide * SIDE}px;height:${tall * SIDE}px" aria-label=${say("web.learn.choose_cell", { map })}></canvas></figure>`
  }

  /** @param {string} accent */
  paint(accent) {
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.learn.form.querySelector("canvas[data-map]"))
    const { figure } = this
    if (!canvas || !figure) return
    const answerMarks = this.chosenMarks(accent).map(({ cell, tone }) => ({ block: this.blockOf(cell), tone }))
    const region = this.right && !this.link ? this.regionIn(figure.face) : null
    paintPart(canvas, figure, this.crop, [{ block: this.blockOf(this.cursor), tone: "#000" }, ...answerMarks], region)
  }
}
