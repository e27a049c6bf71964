// One array on a card: layers side by side, with numbers only if they are legible.

import { local, timesPower, whole } from "../model/numbers/format.js"
import { Heatmap } from "./heatmap.js"
import { MapView } from "./map_view.js"

/** @import { Face, Layout } from "../types/view.js" */

const [SIZE, LEAST] = [13, 10.5] // font size of a number, and the minimum when it is squeezed
const SMALL = 500 // a number smaller than the largest of all rows by this factor is printed as ≈ 0

export class CardMap extends MapView {
  /** @override @param {Parameters<MapView["receive"]>} all */
  receive(...all) {
    super.receive(...all)
    const face = /** @type {Face} */ (Reflect.get(this, "face"))
    this.face = { ...face, stacked: false }
    this.across = this.layers
  }

  /** @override  of all rows, which share a power of ten */
  most() {
    return this.scale === "error" ? super.most() : Math.max(...this.limits.map(Math.abs))
  }

  /** @override @param {number} most  of the numbers; cells have room for two digits */
  powerOf(most) {
    if (this.figure.matches(".card:not(.beside)")) return 0 // the card has no place for the power of ten
    return most > 0 && most < 1 && this.scale !== "error" ? Math.floor(Math.log10(most)) - 1 : super.powerOf(most)
  }

  /** @override @param {number} value */
  written(value) {
    if (this.scale === "error") return super.written(value)
    if (value !== 0 && Math.abs(value) < this.most() / SMALL) return "≈ 0"
    const scaled = value / 10 ** this.power
    const size = Math.abs(scaled)
    if (this.power && size < 10) return scaled && size < 0.05 ? "≈ 0" : local(whole(Number(scaled.toFixed(1))))
    return size < 1000 && (size >= 10 || Number.isInteger(scaled)) ? whole(Math.round(scaled)) : super.written(value)
  }

  /** @override @param {Layout} at  all numbers are printed, or none */
  legible(at) {
    return super.legible(at) && this.fitted([...this.values], at, LEAST).room >= LEAST
  }

  /** @override @param {Layout} at @param {number} done  the power of ten is shown only with numbers */
  paint(at, done) {
    this.caption(".limits .power", this.legible(at) ? timesPower(this.power) : "")
    super.paint(at, done)
  }

  /** @override @param {Layout} at @param {number} n @param {number} done */
  print(at, n, done) {
    Heatmap.prototype.print.call(this, at, n, done, { smallest: SIZE, least: LEAST })
  }
}
