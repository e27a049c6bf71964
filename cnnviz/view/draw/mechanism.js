// The main picture: the operation behind the chosen cell, drawn large. The links of the cell determine which drawing
// is used.

import { number } from "../model/numbers/format.js"
import { say } from "../model/words.js"
import { lightsOf } from "./highlights.js"
import { activation, gate } from "./mechanisms/activation.js"
import { convolution } from "./mechanisms/convolution.js"
import { convolutionBack } from "./mechanisms/convolution_back.js"
import { dense } from "./mechanisms/dense.js"
import { denseBack } from "./mechanisms/dense_back.js"
import { dropped, droppedBack } from "./mechanisms/dropout.js"
import { flattened } from "./mechanisms/flatten.js"
import { wholeChannel } from "./mechanisms/global_average.js"
import { hiddenResult } from "./mechanisms/hidden_result.js"
import { patch } from "./mechanisms/image.js"
import { pulled } from "./mechanisms/image_pulls.js"
import { shares, touched } from "./mechanisms/kernel_gradient.js"
import { curved, heights, tangents } from "./mechanisms/loss.js"
import { gained, layerOf, normalised, normalisedBack, normalisedTogether } from "./mechanisms/normalisation.js"
import { outer, weights } from "./mechanisms/outer_product.js"
import { alone, losses, outputs } from "./mechanisms/outputs.js"
import { pathsTogether } from "./mechanisms/paths_together.js"
import { pool, unpool } from "./mechanisms/pooling.js"
import { softmax, softmaxBack } from "./mechanisms/softmax.js"
import { update } from "./mechanisms/update.js"
import { Pen } from "./pen.js"

/** @import { Field, Flight, Shown, Spot } from "./sheet.js" */
/** @import { Cell, Numbers } from "../types/view.js" */

/** @typedef {(pen: Pen, numbers: Numbers, symbol: string, cell: Cell) => void} Picture */

/** @typedef {{ spots: Spot[], fields: Field[], shown: Shown[], enlarged: Flight[], landed: Flight[], stated: boolean, write: () => void }} Drawn  record of what is drawn where, in CSS pixels: hit areas, channels of maps, animations, whether the sum is stated, and `write`, which draws the texts */

/** @returns {Drawn} */
export const nothing = () => ({
  spots: [],
  fields: [],
  shown: [],
  enlarged: [],
  landed: [],
  stated: false,
  write: () => {},
})

/** @param {HTMLCanvasElement} canvas @param {Numbers} numbers @param {string} map a symbol, or "update" @param {Cell} cell @param {import("./sheet.js").Room} room @param {import("./sheet.js").Palette} palette @param {(symbol: string) => number} done returns the number of cells per channel of a map that are computed so far @param {boolean} [stepping] whether to draw a parameter's step @param {(symbol: string) => boolean} [seats] returns whether a map of the strip moves into the picture @param {string} [hidden] label that replaces the numbers if the result is hidden @returns {Drawn} */
export function mechanism(
  canvas,
  numbers,
  map,
  cell,
  room,
  palette,
  done,
  stepping = false,
  seats = () => false,
  hidden = "",
) {
  const drawn = nothing()
  if (!room.width || !room.height) return drawn
  const lights = canvas.isConnected ? lightsOf(canvas) : null
  const backward = numbers.maps[map]?.band === "gradients"
  const [first] = numbers.said.update.makes
  const draw = () => {
    const pen = new Pen(canvas, room, palette, backward)
    Object.assign(pen, { done, seats, choice: lights?.choiceOf(`${numbers.network.text} ${map}`) ?? {} })
    if (hidden) hiddenResult(pen, numbers, map === "update" ? first : map, cell)
    else if (stepping) update(pen, numbers, map, cell)
    else picture(numbers, map)(pen, numbers, map === "update" ? first : map, cell)
    Object.assign(drawn, {
      write: () => pen.write(),
      spots: scaled(pen, pen.spots),
      fields: scaled(pen, pen.fields),
      shown: scaled(pen, pen.shown),
      enlarged: flights(pen, pen.enlarged),
      landed: flights(pen, pen.landed),
      stated: pen.stated,
    })
    lights?.show(drawn, pen.tone, () => {
      draw()
      drawn.write()
    })
  }
  draw()
  const words =
    map === "update" ? say("web.phases.update") : `${numbers.maps[map].label} = ${number(numbers.at(map, cell))}`
  canvas.setAttribute("aria-label", hidden || words)
  return drawn
}

/** @template {{ box: import("../model/layout/image_layout.js").Box }} Part @param {Pen} pen @param {Part[]} parts @returns {Part[]} */
const scaled = (pen, parts) => parts.map((part) => ({ ...part, box: inPage(pen, part.box) }))

/** @param {Pen} pen @param {Flight[]} all @returns {Flight[]} */
const flights = (pen, all) => all.map(({ from, to }) => ({ from: inPage(pen, from), to: inPage(pen, to) }))

/** @param {Pen} pen @param {import("../model/layout/image_layout.js").Box} box */
const inPage = ({ unit }, { x, y, width, height }) => ({
  x: x * unit,
  y: y * unit,
  width: width * unit,
  height: height * unit,
})

/**
 * Drawings by link patterns, for a value or parameter and for a gradient. The first entry whose patterns all occur is
 * used. A layer kind with known patterns needs no drawing of its own.
 * @type {[string[], Picture, Picture][]}
 */
const BY_PATTERN = [
  [["group", "channel"], gained, gained],
  [["window"], convolution, convolution],
  [["covering"], convolutionBack, convolutionBack],
  [["touched"], touched, shares],
  [["winner"], pool, pool],
  [["pool"], pool, pool],
  [["won"], unpool, unpool],
  [["unpool"], unpool, unpool],
  [["channel"], wholeChannel, wholeChannel],
  [["all", "last"], dense, dense],
  [["unit", "all"], denseBack, denseBack],
  [["unit", "last"], weights, outer],
  [["all"], softmax, softmaxBack],
]

/** @param {Numbers} numbers @param {string} map @returns {Picture} */
function picture(numbers, map) {
  if (map === "update") return update
  if (map === "x") return patch
  if (map === "L") return curved(numbers).length ? heights : losses
  if (map === "do" && curved(numbers).length) return tangents
  if (map === "v") return flattened
  const isGradient = numbers.maps[map].band === "gradients"
  if (isGradient && numbers.link(map, "y")) return outputs
  if (isGradient && numbers.network.images.length && numbers.maps[map.slice(1)].band === "parameters") return pulled
  const through = layerOf(numbers, map)?.kind ?? ""
  if (through === "drop") return isGradient ? droppedBack : dropped
  if (`parts.${map}` in numbers.arrays) return pathsTogether
  if (through === "bn" && `all.${map}` in numbers.arrays) return normalisedTogether
  if (["bn", "gn", "ln"].includes(through)) return isGradient ? normalisedBack : normalised
  const patterns = numbers.links(map).map(({ pattern }) => pattern)
  const { band, kind } = numbers.maps[map]
  if (band === "parameters" && kind === "row" && !patterns.includes("group")) return alone
  const found = BY_PATTERN.find(([wanted]) => wanted.every((pattern) => patterns.includes(pattern)))
  if (found) return found[isGradient ? 2 : 1]
  if (numbers.network.curves[map]) return activation
  if (isGradient && gated(numbers, map)) return gate
  return isGradient && isHidden(numbers, map) ? alone : outputs
}

/**
 * Return whether a gradient belongs to biases before the last layer, whose units are not outputs.
 * @param {Numbers} numbers @param {string} map
 */
function isHidden(numbers, map) {
  const made = numbers.links("o")
  const last = made.length > 1 ? "o" : made[0].source // the last dense layer itself, or the operation on its sums
  return numbers.maps[map.slice(1)].band === "parameters" && numbers.links(map)[0].source !== `d${last}`
}

/** Return whether a gradient passes back through an activation. @param {Numbers} numbers @param {string} map */
const gated = (numbers, map) =>
  Object.keys(numbers.network.curves).some((made) => numbers.links(made)[0].source === map.slice(1))
  && !numbers.link(map, "y")
