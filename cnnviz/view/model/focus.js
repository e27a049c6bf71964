// What the words of a board are about: the cell that is pointed at, or pinned, or else the column's own.
//
// Maps of one family share a cell: pin a unit, step on, and the same unit is explained at the next stage.

/** @import { Cell, RoadCard } from "../types/view.js" */
/** @typedef {Pick<RoadCard, "symbol" | "family" | "rows" | "columns" | "layers" | "cell" | "address">} Column  an array that has cells */
/** @typedef {{ map: string, cell: Cell }} Place  a cell of a map, by its symbol */

/** Cells that are spoken of, one for each family of maps, and what is pointed at and pinned. */
export class Pointing {
  /** @type {Record<string, Cell>}  by family */
  cells = {}
  /** @type {Set<string>}  families of which a cell was chosen */
  chosen = new Set()
  /** @type {Place | null} */
  pinned = null
  /** @type {Place | null} */
  hover = null
  held = false // whether a cell is pinned, and goes along to the next stage

  /**
   * The maps that share a cell with this one.
   * @param {string} map
   */
  family(map) {
    return map
  }

  get pointed() {
    return this.pinned ?? this.hover
  }

  /**
   * Pinning the same cell once more lets it go.
   * @param {string} map
   * @param {Cell} cell
   */
  pin(map, cell) {
    const again = this.pinned?.map === map && String(this.pinned.cell) === String(cell)
    this.pinned = again ? null : { map, cell }
    this.held = !again
    this.remember(map, cell)
  }

  /**
   * From now on this cell is the one that is explained.
   * @param {string} map
   * @param {Cell} cell
   */
  remember(map, cell) {
    this.keep(this.family(map), cell)
  }

  /**
   * @param {string} family
   * @param {Cell} cell
   */
  keep(family, cell) {
    this.cells[family] = cell
    this.chosen.add(family)
  }

  /**
   * Lets go of what is no longer there.
   * @param {(place: Place) => boolean} isThere
   */
  prune(isThere) {
    if (this.pinned && !isThere(this.pinned)) this.pinned = null
    if (this.hover && !isThere(this.hover)) this.hover = null
  }

  release() {
    this.held = false
    this.pinned = null
    this.hover = null
  }
}

export class Focus extends Pointing {
  /** @type {Record<string, string>}  of each symbol */
  families = {}
  /** @type {Column[]} */
  columns = []
  /** What the address asks to be pinned and this board does not show, or not yet. */
  asked = ""

  /**
   * A new answer: cells that were chosen stay where they still exist, the others are proposed anew.
   * @param {Column[]} columns
   */
  receive(columns) {
    this.columns = columns
    this.families = Object.fromEntries(columns.map(({ symbol, family }) => [symbol, family]))
    /** @type {(of: Column, cell: Cell | undefined) => boolean} */
    const exists = ({ rows, columns, layers }, cell) =>
      cell !== undefined && cell[0] < rows && (cell[1] ?? 0) < columns && (cell[2] ?? 0) < layers
    /** @type {Set<string>} */
    const settled = new Set()
    for (const column of columns) {
      if (settled.has(column.family)) continue
      settled.add(column.family)
      if (!this.chosen.has(column.family) || !exists(column, this.cells[column.family]))
        this.cells[column.family] = column.cell
    }
    this.prune(({ map, cell }) => columns.some((column) => column.symbol === map && exists(column, cell)))
    if (this.asked) this.hold(this.asked)
  }

  /**
   * Pins what the address names, where this board shows it.
   * @param {string} text
   */
  hold(text) {
    if (text === this.text && this.pinned) return
    this.release()
    this.asked = text
    const [map, at = ""] = text.split(":")
    const address = this.columns.find(({ symbol }) => symbol === map)?.address
    const index = at.split(",").map(Number)
    if (!address || index.length !== address.length) return
    if (address.every((fixed, axis) => fixed === null || fixed === index[axis]))
      this.pin(
        map,
        index.filter((_, axis) => address[axis] === null),
      )
  }

  /** The pinned cell as the address has it, where it can have it. */
  get text() {
    if (!this.pinned) return this.asked
    const { map, cell } = this.pinned
    const address = this.columns.find(({ symbol }) => symbol === map)?.address
    const along = [...cell]
    return address?.length ? `${map}:${address.map((fixed) => fixed ?? along.shift()).join(",")}` : ""
  }

  /**
   * At another stage nothing is pinned.
   * @param {string} _map
   */
  follow(_map) {
    this.release()
  }

  /**
   * The cell that is explained while nobody points.
   * @param {string} map
   * @returns {Cell}
   */
  own(map) {
    return this.cells[this.families[map]] ?? [0, 0]
  }

  /** @override @param {string} map */
  family(map) {
    return this.families[map] ?? map
  }

  /** @override @param {string} map @param {Cell} cell */
  pin(map, cell) {
    super.pin(map, cell)
    this.asked = ""
  }
}
