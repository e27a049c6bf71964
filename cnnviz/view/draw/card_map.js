// One array on a card: layers side by side, and numbers only where they can be read.

import { whole } from "../model/format.js"
import { Heatmap } from "./heatmap.js"
import { MapView } from "./map_view.js"

/** @import { Face, Layout } from "../types/view.js" */

const [SIZE, LEAST] = [13, 12] // of a number, and as narrow as one may be made
const SMALL = 500 // times smaller than the largest of all versions: its digits would not fit

export class CardMap extends MapView {
  /** @override @param {Parameters<MapView["receive"]>} all */
  receive(...all) {
    super.receive(...all)
    const face = /** @type {Face} */ (Reflect.get(this, "face"))
    this.face = { ...face, stacked: false }
    this.across = this.layers
  }

  /** @override  the largest of all its versions: they stand beside each other, with one power of ten */
  most() {
    return this.scale === "error" ? super.most() : Math.max(...this.limits.map(Math.abs))
  }

  /** @override @param {number} value */
  written(value) {
    if (value !== 0 && this.scale !== "error" && Math.abs(value) < this.most() / SMALL) return "≈ 0"
    const scaled = value / 10 ** this.power
    const size = Math.abs(scaled)
    const plain = size < 1000 && (size >= 10 || Number.isInteger(scaled)) && this.scale !== "error"
    return plain ? whole(Math.round(scaled)) : super.written(value)
  }

  /** @override @param {Layout} at @param {number} n @param {number} done */
  print(at, n, done) {
    Heatmap.prototype.print.call(this, at, n, done, { smallest: SIZE, least: LEAST })
  }
}
