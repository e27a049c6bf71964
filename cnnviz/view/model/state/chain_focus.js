// What the words of a chain are about: the cell that is pointed at, or pinned, or else the card's own.

import { Focus } from "./focus.js"

/** @import { Cell, GradientCard } from "../../types/view.js" */
/** @typedef {Pick<GradientCard, "symbol" | "family" | "rows" | "columns" | "layers" | "cell" | "address">} Column  an array that has cells */

export class ChainFocus extends Focus {
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
