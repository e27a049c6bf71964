// What the words of a board are about: the cell that is pointed at, or pinned, or else the column's own.
//
// Maps of one family share a cell: pin a unit, step on, and the same unit is explained at the next stage.

/** @import { BoardColumn } from "../types/wire.js" */
/** @import { Cell } from "./links.js" */
/** @typedef {{ map: string, cell: Cell }} Place  a cell of a map, by its symbol */

export class Focus {
  /** @type {Record<string, Cell>}  by family */
  cells = {}
  /** @type {Set<string>}  families of which a cell was chosen */
  chosen = new Set()
  /** @type {Record<string, string>}  of each symbol */
  families = {}
  /** @type {Place | null} */
  pinned = null
  /** @type {BoardColumn[]} */
  columns = []
  /** What the address asks to be pinned and this board does not show, or not yet. */
  asked = ""
  /** @type {Place | null} */
  hover = null

  /**
   * A new answer: cells that were chosen stay where they still exist, the others are proposed anew.
   * @param {BoardColumn[]} columns
   */
  receive(columns) {
    this.columns = columns
    this.families = Object.fromEntries(columns.map(({ symbol, family }) => [symbol, family]))
    /** @type {(of: BoardColumn, cell: Cell | undefined) => boolean} */
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
    const of = columns.find(({ symbol }) => symbol === this.pinned?.map)
    if (this.pinned && !(of && exists(of, this.pinned.cell))) this.pinned = null
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

  /** Whether a cell is pinned. */
  get held() {
    return this.pinned !== null
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
    this.asked = ""
    this.remember(map, cell)
  }

  /**
   * @param {string} map
   * @param {Cell} cell
   */
  remember(map, cell) {
    const family = this.families[map] ?? map
    this.cells[family] = cell
    this.chosen.add(family)
  }

  release() {
    this.pinned = null
    this.hover = null
  }
}
