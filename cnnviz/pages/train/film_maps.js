// The recording's maps in the current frame: parameters or their changes, and the gradient that drives the first
// layer.

import { FONT_SIZES } from "../../view/draw/font_sizes.js"
import { MapView } from "../../view/draw/map_view.js"
import { number, short } from "../../view/model/numbers/format.js"
import { withPlus } from "../../view/model/numbers/printed_sums.js"
import { say } from "../../view/model/words.js"
import { frameAt } from "./film_model.js"

/** @import { Film } from "./film.js" */
/** @import { FilmMap, Layout } from "../../view/types/view.js" */

const HALF = 127 // levels of a byte on either side of zero, which is 128 (as_bytes in Python)

/** A map whose numbers have explicit signs if they are changes. */
class FilmMapView extends MapView {
  signs = false

  /** @override @param {number} value */
  formatValue(value) {
    return this.signs ? withPlus(value, short(value)) : short(value)
  }

  /** @override @param {Layout} at @param {number} n @param {number} done */
  print(at, n, done) {
    super.print(at, n, done, { least: FONT_SIZES.small })
  }
}

export class FilmMaps {
  /** @type {FilmMapView[]} */
  views = []
  /** @type {unknown[]}  the numbers that the maps show */
  sources = []
  /** @type {boolean | undefined}  whether the visitor has chosen changes, or the parameters themselves */
  chosen = undefined

  /** @param {Film} film */
  constructor(film) {
    this.film = film
  }

  /** Return whether changes are shown instead of the parameters. At the start, nothing has changed yet. */
  get changes() {
    return this.chosen ?? this.film.k > 0
  }

  /** Use the canvases that are in the document now. @param {HTMLElement} root */
  take(root) {
    const canvases = [...root.querySelectorAll(/** @type {"canvas"} */ ("canvas[data-map]"))]
    this.views = canvases.map((canvas) => this.views.find((view) => view.canvas === canvas) ?? new FilmMapView(canvas))
    this.sources = []
    for (const canvas of canvases) this.film.view.resizes.observe(canvas)
  }

  draw() {
    this.views.forEach((map, i) => this.drawMap(map, i))
  }

  /**
   * @param {FilmMapView} map
   * @param {number} i
   */
  drawMap(map, i) {
    const { film } = this
    const mapIndex = Number((map.canvas.dataset.map ?? "").split(".")[0])
    const symbol = map.symbol.replace(/_start$/, "")
    const part = film.film.runs[mapIndex].maps.find((one) => one.symbol === symbol)
    if (!part) return
    const frameIndex = frameAt(film.updates(mapIndex), film.k)
    const frame = symbol !== map.symbol ? 0 : part.role === "kernel" ? film.k : frameIndex
    const { values } = film.arrays[`${mapIndex}.${symbol}`]
    const stamp = `${frame} ${this.changes}`
    if (map.stamp !== stamp || this.sources[i] !== values) {
      map.stamp = stamp
      this.sources[i] = values
      part.role === "push" ? this.showPush(map, mapIndex, part, frame) : this.show(map, mapIndex, part, frame)
    }
    map.draw()
    if (part.role !== "weights") return
    const update = film.updates(mapIndex)[frameIndex] // a thinned recording lacks frames for some updates
    const unit = film.film.checkpoints.length ? "checkpoint" : "update"
    const size = update === film.k ? `${part.rows}×${part.columns}` : say(`web.film.of_${unit}`, { update })
    map.caption(".size", size)
  }

  /**
   * Paint parameters or their changes on scales that are constant over the run.
   * @param {FilmMapView} map
   * @param {number} place
   * @param {FilmMap} part
   * @param {number} frame
   */
  show(map, place, part, frame) {
    const { film, arrays } = this.film
    const { changes } = this
    const size = part.rows * part.columns
    const { values } = arrays[`${place}.${part.symbol}`]
    const start = part.role === "kernel" ? values : arrays[`${place}.${part.symbol}_start`].values
    const movedValues = part.role === "kernel" ? arrays[`${place}.moved`].values : values
    const unit = movedValues instanceof Uint8Array ? film.change / HALF : 1
    const zero = movedValues instanceof Uint8Array ? HALF + 1 : 0
    const changeAt = (/** @type {number} */ i) => (movedValues[frame * size + i] - zero) * unit
    const shownValues = Float64Array.from({ length: size }, (_, i) => (changes ? 0 : start[i]) + changeAt(i))
    const limit = changes ? film.change : part.most
    map.signs = changes
    map.receive(shownValues, part, [-limit, limit], "signed")
    map.power = 0
    map.caption(".limits .power", "")
    const [low, high] = changes ? ["", ""] : ["", `±${short(limit)}`]
    map.caption(".limits .low", low)
    map.caption(".limits .high", high)
  }

  /**
   * Paint a gradient on a signed logarithmic scale.
   * @param {MapView} map
   * @param {number} place
   * @param {FilmMap} part
   * @param {number} frame
   */
  showPush(map, place, part, frame) {
    const { values } = this.film.arrays[`${place}.${part.symbol}`]
    const size = part.rows * part.columns
    const bytes = values.subarray(frame * size, (frame + 1) * size)
    const shownValues = Float64Array.from(bytes, (byte) => (byte - HALF - 1) / HALF)
    map.receive(shownValues, part, [-1, 1], "signed")
    const [low, high] = this.ends(place, part, frame)
    map.describe([low, high])
    const name = say(`web.film.curves.${map.symbol === part.symbol ? "now" : "start"}`)
    map.caption(".of", `${name}, ±${number(Math.max(-low, high), 2)}`)
  }

  /**
   * Return the minimum and maximum of a gradient's frame.
   * @param {number} place
   * @param {FilmMap} part
   * @param {number} frame
   */
  ends(place, part, frame) {
    return this.film.arrays[`${place}.${part.symbol}_ends`].values.subarray(2 * frame, 2 * frame + 2)
  }

  /**
   * Return the factor by which the gradient has shrunk since the start, as text, or "" if it has not.
   * @param {FilmMap} part
   */
  smaller(part) {
    const magnitude = (/** @type {number} */ frame) => Math.max(...Array.from(this.ends(0, part, frame), Math.abs))
    const times = magnitude(0) / magnitude(frameAt(this.film.updates(0), this.film.k))
    if (!(times >= 1.5 && Number.isFinite(times))) return ""
    return say("web.film.curves.smaller", { times: number(times, times < 10 ? 2 : 3).replace(/\.$/, "") })
  }
}
