// The focus: the operation of the chosen cell, drawn large. Which picture it is follows from the links of the cell.

import { number } from "../model/format.js"
import { say } from "../model/words.js"
import { activation, gate } from "./mechanisms/activation.js"
import { convolution, convolutionBack, shares, touched } from "./mechanisms/convolution.js"
import { dense, denseBack, outer, weights } from "./mechanisms/dense.js"
import { flattened, losses, outputs, patch, softmax, softmaxBack } from "./mechanisms/ends.js"
import { curved, heights, tangents } from "./mechanisms/loss.js"
import { pool, unpool, wholeChannel } from "./mechanisms/pooling.js"
import { update } from "./mechanisms/update.js"
import { Pen } from "./pen.js"

/** @typedef {import("../model/numbers.js").Numbers} Numbers */
/** @typedef {import("../model/patterns.js").Cell} Cell */
/** @typedef {(pen: Pen, numbers: Numbers, symbol: string, cell: Cell) => void} Picture */

/** @param {HTMLCanvasElement} canvas @param {Numbers} numbers @param {string} map a symbol, or "update" @param {Cell} cell @param {import("./pen.js").Room} room @param {import("./pen.js").Palette} palette @param {(symbol: string) => number} done how many cells of each channel of a map are computed so far: none of what comes later */
export function mechanism(canvas, numbers, map, cell, room, palette, done) {
  if (!room.width || !room.height) return []
  const backward = numbers.maps[map]?.band === "gradients"
  const pen = new Pen(canvas, room, palette, backward)
  pen.done = done
  picture(numbers, map)(pen, numbers, map, cell)
  canvas.setAttribute(
    "aria-label",
    map === "update" ? say("web.phases.update") : `${numbers.maps[map].label} = ${number(numbers.at(map, cell))}`,
  )
  return pen.spots
}

/** @param {Numbers} numbers @param {string} map @returns {Picture} */
function picture(numbers, map) {
  if (map === "update") return update
  if (map === "x") return patch
  if (map === "L") return curved(numbers).length ? heights : losses
  if (map === "do" && curved(numbers).length) return tangents
  if (map === "v") return flattened
  const patterns = numbers.links(map).map(({ pattern }) => pattern)
  const has = (/** @type {string[]} */ ...wanted) => wanted.every((pattern) => patterns.includes(pattern))
  const isGradient = numbers.maps[map].band === "gradients"
  if (isGradient && numbers.link(map, "y")) return outputs
  if (has("window")) return convolution
  if (has("covering")) return convolutionBack
  if (has("touched")) return isGradient ? shares : touched
  if (has("winner") || has("pool")) return pool
  if (has("won") || has("unpool")) return unpool
  if (has("channel")) return wholeChannel
  if (has("all", "last")) return dense
  if (has("unit", "all")) return denseBack
  if (has("unit", "last")) return isGradient ? outer : weights
  if (patterns.filter((pattern) => pattern === "all").length) return isGradient ? softmaxBack : softmax
  if (numbers.network.curves[map]) return activation
  if (isGradient && gated(numbers, map)) return gate
  return outputs
}

/** Whether a gradient goes back through an activation. @param {Numbers} numbers @param {string} map */
const gated = (numbers, map) =>
  Object.keys(numbers.network.curves).some((made) => numbers.links(made)[0].source === map.slice(1))
  && !numbers.link(map, "y")
