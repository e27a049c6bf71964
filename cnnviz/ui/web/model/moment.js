// The arrays of one update, by map and cell: what the Step page explains.

import { isFlat, isLayered } from "./links.js"

/** @import { StepHeader } from "../types/wire.js" */
/** @import { Arrays } from "./decode.js" */
/** @import { Cell, Geometry } from "./links.js" */
/** @typedef {StepHeader & { arrays: Arrays }} StepAnswer */

export class Moment {
  /** @param {StepAnswer} answer */
  constructor(answer) {
    this.answer = answer
    this.arrays = answer.arrays
    this.lesson = answer.lesson
    this.limits = answer.limits
    this.loss = answer.loss
    this.saturated = answer.saturated
    this.rate = Number(answer.lesson.lr)
    this.outputs = [...answer.arrays.o.values.keys()]
    /** @type {Geometry} */
    this.geometry = { ...answer.geometry, shape: (map) => this.shape(map) }
  }

  /**
   * Rows and columns of a map on the screen; v is found as a1 is, though it stands in one column.
   * @param {string} map
   */
  shape(map) {
    if (map === "L") return [1, 1]
    if (isFlat(map)) return [this.outputs.length, 1]
    if (map === "v" || isLayered(map)) return this.arrays.z1.shape
    return this.arrays[map === "update" ? "f" : map].shape
  }

  /**
   * A cell of w, asked of a map of units, is its unit's.
   * @param {string} map
   * @param {Cell} cell
   */
  at(map, [i, j, n = 0]) {
    const { values } = this.arrays[map]
    if (isFlat(map)) return values[i]
    const unit = i * this.shape(map)[1] + j
    return values[isLayered(map) ? unit * this.outputs.length + n : unit]
  }

  /** @param {string} map */
  count(map) {
    return this.arrays[map].values.length
  }

  /**
   * The place of a unit in v.
   * @param {Cell} unit
   */
  place([i, j]) {
    return i * this.shape("z1")[1] + j
  }
}
