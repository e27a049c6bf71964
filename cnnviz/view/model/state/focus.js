// The cell that is explained: the pointed one, else the pinned one, else a proposed one. Maps of one family share a
// cell. If a unit is pinned, the next stage explains the same unit.

/** @import { Cell } from "../../types/view.js" */
/** @typedef {{ map: string, cell: Cell }} Place  a cell of a map, by its symbol */

/** Explained cells, one per family of maps, with the pointed and the pinned one. */
export class Focus {
  /** @type {Record<string, Cell>}  cells by family */
  cells = {}
  /** @type {Set<string>}  families with a chosen cell */
  chosen = new Set()
  /** @type {Place | null} */
  pinned = null
  /** @type {Place | null} */
  hover = null
  held = false // whether a cell is pinned and stays pinned at the next stage

  /**
   * Return the family of a map; its maps share a cell.
   * @param {string} map
   */
  family(map) {
    return map
  }

  get pointed() {
    return this.pinned ?? this.hover
  }

  /**
   * Pin a cell, or unpin it if it is already pinned.
   * @param {string} map
   * @param {Cell} cell
   */
  pin(map, cell) {
    const isRepeated = this.pinned?.map === map && String(this.pinned.cell) === String(cell)
    this.pinned = isRepeated ? null : { map, cell }
    this.held = !isRepeated
    this.remember(map, cell)
  }

  /**
   * Make this the explained cell of its family.
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
   * Drop cells that no longer exist.
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
