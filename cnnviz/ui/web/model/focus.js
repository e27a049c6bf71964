// What the words are about: the cell that is pointed at, or pinned, or else the stage's own.
//
// Maps of one family share a cell: pin a unit, step on, and the same unit is explained at the next stage.

import { FAMILIES } from "../spec.js"

/** @import { Family } from "../types/wire.js" */
/** @import { Cell } from "./links.js" */
/** @typedef {{ map: string, cell: Cell }} Place  a cell of a map */

/** @type {Record<Family, string>} */
const LAID_OUT_AS = { pixel: "x", weight: "f", unit: "z1", synapse: "w", output: "o" }

/** @param {string} map */
const family = (map) => FAMILIES[map]

export class Focus {
  /** @type {Partial<Record<Family, Cell>>} */
  cells = {}
  /** @type {Set<Family>} */
  chosen = new Set()
  /** @type {Place | null} */
  pinned = null
  /** @type {Place | null} */
  hover = null

  /**
   * A new answer: cells that were chosen stay where they still exist, the others are proposed anew.
   * @param {Record<Family, Cell>} proposed
   * @param {(map: string) => number[]} shape
   */
  receive(proposed, shape) {
    /** @type {(name: Family, cell: Cell | undefined) => boolean} */
    const exists = (name, cell) => {
      const [rows, columns] = shape(LAID_OUT_AS[name])
      return cell !== undefined && cell[0] < rows && (cell[1] ?? 0) < columns
    }
    for (const name of /** @type {Family[]} */ (Object.keys(proposed))) {
      if (!this.chosen.has(name) || !exists(name, this.cells[name])) this.cells[name] = proposed[name]
    }
    if (this.pinned && !exists(family(this.pinned.map), this.pinned.cell)) this.pinned = null
  }

  /**
   * The cell that is explained while nobody points.
   * @param {string} map
   * @returns {Cell}
   */
  own(map) {
    return (map === "L" ? undefined : this.cells[family(map)]) ?? [0]
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
    this.remember(map, cell)
  }

  /**
   * @param {string} map
   * @param {Cell} cell
   */
  remember(map, cell) {
    /** @type {(name: Family, value: Cell) => void} */
    const keep = (name, value) => {
      this.cells[name] = value
      this.chosen.add(name)
    }
    keep(family(map), cell)
    if (family(map) === "unit") keep("synapse", [...cell, this.cells.synapse?.[2] ?? 0])
    if (family(map) === "synapse") keep("unit", cell.slice(0, 2))
  }

  release() {
    this.pinned = null
    this.hover = null
  }
}
