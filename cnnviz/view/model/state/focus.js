// What the words are about: the cell that is pointed at, or pinned, or else one that is proposed.
//
// Maps of one family share a cell: pin a unit, step on, and the same unit is explained at the next stage.

/** @import { Cell } from "../../types/view.js" */
/** @typedef {{ map: string, cell: Cell }} Place  a cell of a map, by its symbol */

/** Cells that are spoken of, one for each family of maps, and what is pointed at and pinned. */
export class Focus {
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
