// One array on a card: layers side by side, with numbers only if they are legible.

import { formatInteger, localizePoint, timesPower } from "../model/numbers/format.js"
import { Heatmap } from "./heatmap.js"
import { MapView } from "./map_view.js"

/** @import { Face, Layout } from "../types/view.js" */

const MIN_FONT_SIZE = 10.5 // width of a number that is squeezed, as a font size
const NEGLIGIBLE_RATIO = 500 // a number smaller than the largest of all rows by this factor is printed as ≈ 0

export class CardMap extends MapView {
  /** @override @param {Parameters<MapView["receive"]>} all */
  receive(...all) {
    super.receive(...all)
    const face = /** @type {Face} */ (Reflect.get(this, "face"))
    this.face = { ...face, stacked: false }
    this.across = this.layers
  }

  /** @override  of all rows, which share a power of ten */
  maxMagnitude() {
    return this.scale === "error" ? super.maxMagnitude() : Math.max(...this.limits.map(Math.abs))
  }

  /** @override @param {number} most  of the numbers; cells have room for two digits */
  exponentFor(most) {
    if (this.figure.matches(".card:not(.beside)")) return 0 // the card has no place for the power of ten
    return most > 0 && most < 1 && this.scale !== "error" ? Math.floor(Math.log10(most)) - 1 : super.exponentFor(most)
  }

  /** @override @param {number} value */
  formatValue(value) {
    if (this.scale === "error") return super.formatValue(value)
    if (value !== 0 && Math.abs(value) < this.maxMagnitude() / NEGLIGIBLE_RATIO) return "≈ 0"
    const scaled = value / 10 ** this.power
    const size = Math.abs(scaled)
    if (this.power && size < 10)
      return scaled && size < 0.05 ? "≈ 0" : localizePoint(formatInteger(Number(scaled.toFixed(1))))
    return size < 1000 && (size >= 10 || Number.isInteger(scaled))
      ? formatInteger(Math.round(scaled))
      : super.formatValue(value)
  }

  /** @override @param {Layout} at  all numbers are printed, or none */
  isLegible(at) {
    return super.isLegible(at) && this.fitTexts([...this.values], at, MIN_FONT_SIZE).room >= MIN_FONT_SIZE
  }

  /** @override @param {Layout} at @param {number} done  the power of ten is shown only with numbers */
  paint(at, done) {
    this.caption(".limits .power", this.isLegible(at) ? timesPower(this.power) : "")
    super.paint(at, done)
  }

  /** @override @param {Layout} at @param {number} n @param {number} done */
  print(at, n, done) {
    Heatmap.prototype.print.call(this, at, n, done, { least: MIN_FONT_SIZE })
  }
}
