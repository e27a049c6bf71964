// The cell that a chain explains: the pointed one, else the pinned one, else the card's default.

import { Focus } from "./focus.js"

/** @import { Cell, GradientCard } from "../../types/view.js" */
/** @typedef {Pick<GradientCard, "symbol" | "family" | "rows" | "columns" | "layers" | "cell" | "address">} Column  an array with cells */

export class ChainFocus extends Focus {
  /** @type {Record<string, string>}  family of each symbol */
  families = {}
  /** @type {Column[]} */
  columns = []
  /** Cell from the address that is to be pinned but is not on this board, or not yet. */
  asked = ""

  /**
   * Handle a new response: keep chosen cells that still exist, and reset the others to the proposed ones.
   * @param {Column[]} columns
   */
  receive(columns) {
    this.columns = columns
    this.families = Object.fromEntries(columns.map(({ symbol, family }) => [symbol, family]))
    /** @type {(of: Column, cell: Cell | undefined) => boolean} */
    const exists = ({ rows, columns, layers }, cell) =>
      cell !== undefined && cell[0] < rows && (cell[1] ?? 0) < columns && (cell[2] ?? 0) < layers
    /** @type {Set<string>} */
    const settledMaps = new Set()
    for (const column of columns) {
      if (settledMaps.has(column.family)) continue
      settledMaps.add(column.family)
      if (!this.chosen.has(column.family) || !exists(column, this.cells[column.family]))
        this.cells[column.family] = column.cell
    }
    this.prune(({ map, cell }) => columns.some((column) => column.symbol === map && exists(column, cell)))
    if (this.asked) this.hold(this.asked)
  }

  /**
   * Pin the cell that the address names, if this board shows it.
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

  /** The pinned cell as written in the address, or "" if it cannot be. */
  get text() {
    if (!this.pinned) return this.asked
    const { map, cell } = this.pinned
    const address = this.columns.find(({ symbol }) => symbol === map)?.address
    const neighbour = [...cell]
    return address?.length ? `${map}:${address.map((fixed) => fixed ?? neighbour.shift()).join(",")}` : ""
  }

  /**
   * Unpin at a change of stage.
   * @param {string} _map
   */
  follow(_map) {
    this.release()
  }

  /**
   * Return the cell that is explained while no cell is pointed at.
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
