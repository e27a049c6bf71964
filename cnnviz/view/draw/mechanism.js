// The main picture: the operation behind the chosen cell, drawn large. The links of the cell determine which drawing
// is used.

import { layerOf } from "../model/explain/normalization.js"
import { number } from "../model/numbers/format.js"
import { spoken } from "../model/spoken.js"
import { activation, gate } from "../scene/pictures/activation.js"
import { channels, channelsBack } from "../scene/pictures/channels.js"
import { convolution, convolutionBack } from "../scene/pictures/convolution.js"
import { dense } from "../scene/pictures/dense.js"
import { denseBack } from "../scene/pictures/dense_back.js"
import { dropout, dropoutBack } from "../scene/pictures/dropout.js"
import { fewUnits, isOfFewUnits } from "../scene/pictures/few_units.js"
import { flatten } from "../scene/pictures/flatten.js"
import { gains } from "../scene/pictures/gains.js"
import { globalAverage } from "../scene/pictures/global_average.js"
import { hiddenResult, hiddenUpdate } from "../scene/pictures/hidden_result.js"
import { image } from "../scene/pictures/image.js"
import { imageGradients } from "../scene/pictures/image_gradients.js"
import { kernelGradient } from "../scene/pictures/kernel_gradient.js"
import { kernelWeight } from "../scene/pictures/kernel_weight.js"
import { loss, lossBack, outputsWithCurve } from "../scene/pictures/loss.js"
import { normalization, normalizationBack } from "../scene/pictures/normalization.js"
import { outerProduct, weights } from "../scene/pictures/outer_product.js"
import { outputs, parameterRow } from "../scene/pictures/outputs.js"
import { pooling, poolingBack } from "../scene/pictures/pooling.js"
import { softmax, softmaxBack } from "../scene/pictures/softmax.js"
import { update } from "../scene/pictures/update.js"
import { isScene } from "../scene/scene.js"
import { lightsOf } from "./highlights.js"
import { Pen } from "./pen.js"

/** @import { Field, Flight, Shown, Spot } from "./sheet.js" */
/** @import { Cell, Numbers } from "../types/view.js" */

/** @typedef {(pen: Pen, numbers: Numbers, symbol: string, cell: Cell) => void} Picture  a drawing on a canvas */
/** @import { ScenePicture } from "../scene/scene.js" */

/** @typedef {{ spots: Spot[], fields: Field[], shown: Shown[], enlarged: Flight[], landed: Flight[], stated: boolean, write: () => void }} Drawn  record of what is drawn where, in CSS pixels: hit areas, channels of maps, animations, whether the sum is stated, and `write`, which draws the texts */

/** @returns {Drawn} */
export const emptyRecord = () => ({
  spots: [],
  fields: [],
  shown: [],
  enlarged: [],
  landed: [],
  stated: false,
  write: () => {},
})

/** @param {HTMLCanvasElement} canvas @param {Numbers} numbers @param {string} map a symbol, or "update" @param {Cell} cell @param {import("./sheet.js").Room} room @param {import("./sheet.js").Palette} palette @param {(symbol: string) => number} done returns the number of cells per channel of a map that are computed so far @param {boolean} [stepping] whether to draw a parameter's step @param {(symbol: string) => boolean} [seats] returns whether a map of the strip moves into the picture @returns {Drawn}  empty for a template */
export function drawMechanism(canvas, numbers, map, cell, room, palette, done, stepping = false, seats = () => false) {
  const record = emptyRecord()
  const picture = pictureOf(numbers, map, stepping)
  if (!room.width || !room.height || isScene(picture)) return record
  const lights = canvas.isConnected ? lightsOf(canvas) : null
  const backward = numbers.maps[map]?.band === "gradients"
  const draw = () => {
    const pen = new Pen(canvas, room, palette, backward)
    Object.assign(pen, { done, seats, choice: lights?.choiceOf(`${numbers.network.text} ${map}`) ?? {} })
    picture(pen, numbers, map, cell)
    Object.assign(record, {
      write: () => pen.flushTexts(),
      spots: scaleBoxes(pen, pen.spots),
      fields: scaleBoxes(pen, pen.fields),
      shown: scaleBoxes(pen, pen.shown),
      enlarged: scaleFlights(pen, pen.enlarged),
      landed: scaleFlights(pen, pen.landed),
      stated: pen.stated,
    })
    lights?.show(record, pen.tone, () => {
      draw()
      record.write()
    })
  }
  draw()
  canvas.setAttribute("aria-label", spoken(`${numbers.maps[map].label} = ${number(numbers.at(map, cell))}`))
  return record
}

/** @template {{ box: import("../model/layout/image_layout.js").Box }} Part @param {Pen} pen @param {Part[]} parts @returns {Part[]} */
const scaleBoxes = (pen, parts) => parts.map((part) => ({ ...part, box: inPage(pen, part.box) }))

/** @param {Pen} pen @param {Flight[]} all @returns {Flight[]} */
const scaleFlights = (pen, all) => all.map(({ from, to }) => ({ from: inPage(pen, from), to: inPage(pen, to) }))

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
 * @type {[string[], Picture | ScenePicture, Picture | ScenePicture][]}
 */
const BY_PATTERN = [
  [["window"], convolution, convolution],
  [["covering"], convolutionBack, convolutionBack],
  [["touched"], kernelWeight, kernelGradient],
  [["winner"], pooling, pooling],
  [["pool"], pooling, pooling],
  [["won"], poolingBack, poolingBack],
  [["unpool"], poolingBack, poolingBack],
  [["channel"], globalAverage, globalAverage],
  [["all", "last"], dense, dense],
  [["unit", "all"], denseBack, denseBack],
  [["unit", "last"], weights, outerProduct],
  [["all"], softmax, softmaxBack],
]

const NORMALIZATIONS = ["bn", "gn", "ln"]

/**
 * Return the picture of a stage: a template (see scene/README.md) or a drawing.
 * @param {Numbers} numbers @param {string} map a symbol, or "update" @param {boolean} [stepping] whether a parameter's step is shown @param {boolean} [isMasked] whether its result is hidden @returns {Picture | ScenePicture}
 */
export function pictureOf(numbers, map, stepping = false, isMasked = false) {
  if (isMasked) return map === "update" ? hiddenUpdate : hiddenResult
  if (map === "update" || stepping) return update
  if (map === "x") return image
  if (map === "L") return loss
  if (map === "do" && outputsWithCurve(numbers).length) return lossBack
  if (map === "v") return flatten
  const isGradient = numbers.maps[map].band === "gradients"
  if (isGradient && numbers.link(map, "y")) return outputs
  if (isGradient && numbers.network.images.length && numbers.maps[map.slice(1)].band === "parameters")
    return imageGradients
  const layerKind = layerOf(numbers, map)?.kind ?? ""
  if (layerKind === "drop") return isGradient ? dropoutBack : dropout
  if (NORMALIZATIONS.includes(layerKind)) return isGradient ? normalizationBack : normalization
  const arrived = numbers.source(map, "channel")
  if (isGradient && NORMALIZATIONS.includes(arrived && (layerOf(numbers, arrived.slice(1))?.kind ?? ""))) return gains
  const patterns = numbers.links(map).map(({ pattern }) => pattern)
  const { band, kind } = numbers.maps[map]
  if (band === "parameters" && kind === "row") return parameterRow
  if (patterns.includes("window") && numbers.shape(numbers.source(map, "window"))[0] > 1) return channels
  if (patterns.includes("covering") && numbers.shape(numbers.source(map, "covering"))[0] > 1) return channelsBack
  const entry = BY_PATTERN.find(([required]) => required.every((pattern) => patterns.includes(pattern)))
  if (entry) return entry[isGradient ? 2 : 1]
  if (numbers.network.curves[map]) return isOfFewUnits(numbers, map) ? fewUnits : activation
  if (isGradient && isGated(numbers, map)) return gate
  return isGradient && isHidden(numbers, map) ? parameterRow : outputs
}

/**
 * Return whether a gradient belongs to biases before the last layer, whose units are not outputs.
 * @param {Numbers} numbers @param {string} map
 */
function isHidden(numbers, map) {
  const outputLinks = numbers.links("o")
  const last = outputLinks.length > 1 ? "o" : outputLinks[0].source // the last dense layer itself, or the operation on its sums
  return numbers.maps[map.slice(1)].band === "parameters" && numbers.links(map)[0].source !== `d${last}`
}

/** Return whether a gradient passes back through an activation. @param {Numbers} numbers @param {string} map */
const isGated = (numbers, map) =>
  Object.keys(numbers.network.curves).some((made) => numbers.links(made)[0].source === map.slice(1))
  && !numbers.link(map, "y")
