// The cell that a network explains: the pointed one, else the pinned one, else the stage's default.

import { FILTERS } from "../../spec.js"
import { Focus } from "./focus.js"

/** @import { Cell, Numbers } from "../../types/view.js" */

export class NetworkFocus extends Focus {
  /** @type {Numbers | undefined} */
  numbers = undefined
  /** @type {string | null}  cell from the address that is to be pinned once there are numbers */
  asked = null

  /**
   * Handle a new response: keep chosen cells that still exist, and reset the others to the proposed ones, unless the
   * visitor has only edited numbers.
   * @param {Numbers} numbers
   */
  receive(numbers) {
    const isOtherNetwork = this.numbers && this.numbers.network.text !== numbers.network.text
    if (isOtherNetwork) this.chosen.clear()
    const isEdited = this.numbers !== undefined && isEdit(this.numbers.answer?.lesson, numbers.answer?.lesson)
    this.numbers = numbers
    /** @type {Record<string, Cell>} */
    const proposedFocus = numbers.network.focus
    for (const [family, cell] of Object.entries(proposedFocus)) {
      if ((!this.chosen.has(family) && !isEdited) || !this.exists(family, this.cells[family])) this.cells[family] = cell
    }
    this.prune(({ map, cell }) => !isOtherNetwork && this.exists(map, cell))
    if (this.asked !== null) this.hold(this.asked)
  }

  /** Pin the cell that the address names, or none for "". @param {string} text */
  hold(text) {
    this.asked = this.numbers ? null : text
    if (!this.numbers || text === this.text) return
    this.release()
    const target = this.numbers.read(text)
    if (target) this.pin(target.map, target.cell)
  }

  /** The pinned cell as written in the address. */
  get text() {
    if (this.asked !== null) return this.asked
    return this.pinned && this.numbers ? this.numbers.addressText(this.pinned.map, this.pinned.cell) : ""
  }

  /** At a change of stage, move the pin to the cell of the same family, if one was chosen. @param {string} map */
  follow(map) {
    this.hover = null
    if (!this.held) return this.release()
    this.pinned = this.chosen.has(this.family(map)) ? { map, cell: this.own(map) } : null
  }

  /** @param {string} symbol @param {Cell} cell */
  exists(symbol, cell) {
    const shape = this.numbers?.maps[symbol]?.shape
    return Boolean(cell && shape && cell.length === shape.length && cell.every((at, axis) => at < shape[axis]))
  }

  /** @override @param {string} symbol */
  family(symbol) {
    return this.numbers?.maps[symbol].family ?? symbol
  }

  /** @param {string} symbol @returns {Cell} */
  own(symbol) {
    return this.cells[this.family(symbol)] ?? this.numbers?.maps[symbol].shape.map(() => 0) ?? [0]
  }

  /** @override @param {string} map @param {Cell} cell */
  remember(map, cell) {
    const family = this.family(map)
    this.keep(family, cell)
    for (const [name, { kind, shape }] of Object.entries(this.numbers?.maps ?? {})) {
      if (kind !== "weights" || this.family(name) !== name) continue
      const [unit, output] = this.ends(name)
      const ownCell = this.own(name)
      if (family === unit && cell.length === shape.length - 1) this.keep(name, [...cell, ownCell[ownCell.length - 1]])
      else if (family === output && cell.length === 1) this.keep(name, [...ownCell.slice(0, -1), cell[0]])
      else if (family === name) {
        if (unit) this.keep(unit, cell.slice(0, -1))
        if (output) this.keep(output, cell.slice(-1))
      }
    }
    this.joinFilters(family, cell)
  }

  // Choose the filter together with the channel that it computes, and vice versa.
  /** @param {string} family @param {Cell} cell */
  joinFilters(family, cell) {
    for (const [name, { kind, shape }] of Object.entries(this.numbers?.maps ?? {})) {
      if (kind !== "filters" || this.family(name) !== name || shape[0] === 1) continue
      const made =
        this.numbers?.stages.find(({ inputs, phase }) => phase === "forward" && inputs.includes(name))?.symbol ?? ""
      const ownCell = this.own(name)
      if (made && this.family(made) === family && cell.length === 3) this.keep(name, [cell[0], ...ownCell.slice(1)])
      else if (made && family === name) this.keep(this.family(made), [cell[0], ...this.own(made).slice(1)])
    }
  }

  // Return the families of the arrays that a weight connects.
  /** @param {string} weights @returns {(string | undefined)[]} */
  ends(weights) {
    const made = this.numbers?.stages.find(({ inputs, phase }) => phase === "forward" && inputs.includes(weights))
    return made ? [this.family(made.inputs[0]), this.family(made.symbol)] : []
  }
}

const EDITED = [...FILTERS, "set"] // keys of the numbers that a visitor edits

/**
 * Return whether two setups differ only in numbers that were edited.
 * @param {Record<string, string> | undefined} previous @param {Record<string, string> | undefined} setup
 */
function isEdit(previous, setup) {
  if (!previous || !setup) return false
  const changedKeys = Object.keys({ ...previous, ...setup }).filter((key) => previous[key] !== setup[key])
  return changedKeys.length > 0 && changedKeys.every((key) => EDITED.includes(key))
}
