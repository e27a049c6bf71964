// What the words are about: the cell that is pointed at, or pinned, or else the stage's own.
//
// Maps of one family share a cell: pin a unit, step on, and the same unit is explained at the next stage.

import { FAMILIES } from "../spec.js"

const LAID_OUT_AS = { pixel: "x", weight: "f", unit: "z1", synapse: "w", output: "o" }
const family = (map) => FAMILIES[map]

export class Focus {
  cells = {}
  pinned = null
  hover = null

  // A new answer: cells that were chosen stay where they still exist, the others are proposed anew.
  receive(proposed, shape) {
    const exists = (name, cell) => {
      const [rows, columns] = shape(LAID_OUT_AS[name])
      return cell && cell[0] < rows && (cell[1] ?? 0) < columns
    }
    for (const [name, cell] of Object.entries(proposed)) {
      if (!this.chosen?.has(name) || !exists(name, this.cells[name])) this.cells[name] = cell
    }
    if (this.pinned && !exists(family(this.pinned.map), this.pinned.cell)) this.pinned = null
  }

  own(map) {
    return map === "L" ? [0] : this.cells[family(map)]
  }

  get pointed() {
    return this.pinned ?? this.hover
  }

  // Pinning the same cell once more lets it go.
  pin(map, cell) {
    const again = this.pinned?.map === map && String(this.pinned.cell) === String(cell)
    this.pinned = again ? null : { map, cell }
    this.remember(map, cell)
  }

  remember(map, cell) {
    this.chosen ??= new Set()
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
