// Which picture shows an operation. The links of the chosen cell determine it.

import { layerOf } from "../model/explain/normalization.js"
import { activation, gate } from "./pictures/activation.js"
import { channels, channelsBack } from "./pictures/channels.js"
import { convolution, convolutionBack } from "./pictures/convolution.js"
import { dense } from "./pictures/dense.js"
import { denseBack } from "./pictures/dense_back.js"
import { dropout, dropoutBack } from "./pictures/dropout.js"
import { fewUnits, isOfFewUnits } from "./pictures/few_units.js"
import { flatten } from "./pictures/flatten.js"
import { gains } from "./pictures/gains.js"
import { globalAverage } from "./pictures/global_average.js"
import { hiddenResult, hiddenUpdate } from "./pictures/hidden_result.js"
import { image } from "./pictures/image.js"
import { imageGradients } from "./pictures/image_gradients.js"
import { kernelGradient } from "./pictures/kernel_gradient.js"
import { kernelWeight } from "./pictures/kernel_weight.js"
import { loss, lossBack, outputsWithCurve } from "./pictures/loss.js"
import { normalization, normalizationBack } from "./pictures/normalization.js"
import { outerProduct, weights } from "./pictures/outer_product.js"
import { outputs, parameterRow } from "./pictures/outputs.js"
import { pooling, poolingBack } from "./pictures/pooling.js"
import { softmax, softmaxBack } from "./pictures/softmax.js"
import { update } from "./pictures/update.js"

/** @import { ScenePicture } from "./scene.js" */
/** @import { Numbers } from "../types/view.js" */

/**
 * Pictures by link patterns, for a value or parameter and for a gradient. The first entry whose patterns all occur is
 * used. A layer kind with known patterns needs no picture of its own.
 * @type {[string[], ScenePicture, ScenePicture][]}
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
 * Return the picture of a stage.
 * @param {Numbers} numbers @param {string} map a symbol, or "update" @param {boolean} [stepping] whether a parameter's step is shown @param {boolean} [isMasked] whether its result is hidden @returns {ScenePicture}
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
