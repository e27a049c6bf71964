// The arrays of one snapshot of a network, by symbol and cell: the data of the Step page.

import { pairs, sourceRanges, sources } from "../explain/cell_links.js"
import { dequantize, QuantizedWeights } from "./quantized_weights.js"

/** @import { Cell, Link, MapRecord, Range } from "../../types/view.js" */
/** @typedef {import("../../types/wire.js").StepHeader & { arrays: import("./decode.js").Arrays }} StepAnswer */

// The name of an array that belongs to a parameter: its values, next values, gradient or optimizer state.
const OF_PARAMETER = /^(?:(?:velocity|kept|mean|past|pulls)\.)?d?([a-z]+\d*)(_next)?(?::.*)?$/

const size = (/** @type {number[]} */ shape) => shape.reduce((product, n) => product * n, 1)

export class Numbers {
  partCount = 0 // number of parts received so far
  /** @type {{ key: string, all: [Cell, Cell][] }}  cached result of `pairs` */
  cachedPairs = { key: "", all: [] }

  /** @param {StepAnswer} answer response of the Step page */
  constructor(answer) {
    this.answer = answer
    this.network = answer.network
    this.maps = answer.network.maps
    this.stages = answer.stages
    const { update } = answer.network.beside // words of the update if it is not among the stages
    this.said = Object.fromEntries([...(update ? [update] : []), ...this.stages].map((stage) => [stage.symbol, stage]))
    const makingStages = this.stages.flatMap(({ symbol, makes }, at) =>
      symbol === "update" ? [] : makes.map((made) => [made, at]),
    )
    /** @type {Record<string, number>}  index of the first stage that computes a symbol */
    this.stageIndices = Object.fromEntries(makingStages.reverse())
    const arrays = Object.entries(answer.arrays).map(([name, array]) => [name, this.displayedArray(name, array)])
    /** @type {import("./decode.js").Arrays} */
    this.arrays = Object.fromEntries(arrays)
    /** @type {Record<string, QuantizedWeights>}  quantized arrays by symbol; a gradient shares the lines of its parameter */
    this.quantized = {}
    /** @type {Map<string, import("./decode.js").Arrays>}  exact lines of the same response */
    const firstStage = new Map()
    for (const [key, array] of Object.entries(answer.arrays)) {
      const [of, each] = key.split("/")
      if (each) firstStage.set(of, { ...firstStage.get(of), [each]: array })
      if (array.values instanceof Int8Array && this.maps[key]) this.shade(key, array.values)
    }
    for (const [of, arrays] of firstStage) this.storePart(of, arrays)
    this.rate = Number(answer.lesson.lr)
    this.classes = answer.network.classes
  }

  /**
   * Return an array as displayed: 0 if it is pure round-off, or derived from such an array.
   * @param {string} name @param {import("./decode.js").Values} array @returns {import("./decode.js").Values}
   */
  displayedArray(name, array) {
    const [, parameter, next] = OF_PARAMETER.exec(name) ?? []
    if (!this.maps[`d${parameter}`]?.round_off || (name === parameter && !this.maps[name].round_off)) return array
    if (next) return this.displayedArray(parameter, this.answer.arrays[parameter])
    return { ...array, values: new Float64Array(array.values.length) }
  }

  /** @param {string} symbol @param {Int8Array} colours */
  shade(symbol, colours) {
    const { shape, limits, kind, band } = this.maps[symbol]
    const name = band === "gradients" ? symbol.slice(1) : symbol
    const lines = kind === "filters" ? [shape[0], shape[1], size(shape.slice(2))] : [0, shape.at(-1) ?? 1, 1]
    this.quantized[name] ??= new QuantizedWeights(name, lines)
    this.quantized[symbol] = this.quantized[name]
    this.arrays[symbol] = { values: dequantize(colours, limits[1]), shape }
  }

  /** The parameters that were sent quantized. */
  get weights() {
    return [...new Set(Object.values(this.quantized))]
  }

  /** Use the colour limits of other numbers of the same network. @param {Numbers} other */
  useLimitsOf(other) {
    /** @type {Record<string, MapRecord>} */
    const maps = {}
    for (const [symbol, map] of Object.entries(this.maps))
      maps[symbol] = this.quantized[symbol] ? map : { ...map, limits: other.maps[symbol].limits }
    this.maps = maps
  }

  /** @param {string} symbol @returns {number[]} */
  shape(symbol) {
    return this.maps[symbol].shape
  }

  /** @param {string} symbol */
  count(symbol) {
    return size(this.shape(symbol))
  }

  /** @param {string} symbol @returns {Float64Array | Float32Array} */
  values(symbol) {
    return /** @type {Float64Array | Float32Array} */ (this.arrays[symbol].values)
  }

  /**
   * Return a downscaled map of all images as colours, or undefined if there is a single image.
   * @param {string} symbol @returns {import("./decode.js").Values | undefined}
   */
  ofImages(symbol) {
    return this.arrays[`strip.${symbol}`]
  }

  /**
   * Return a value that a layer keeps from the forward pass ("n1.mean") for a cell of its output. There is one per
   * cell, channel or group.
   * @param {string} name @param {Cell} cell
   */
  layerValue(name, cell) {
    const { values } = this.arrays[name]
    const symbol = name.slice(0, name.indexOf("."))
    const [channels] = this.shape(symbol)
    const at =
      values.length === this.count(symbol)
        ? this.offset(symbol, cell)
        : Math.floor((cell[0] * values.length) / channels)
    return values[at]
  }

  /**
   * Return an entry of an optimizer array such as "mean.w2": undefined if there is none of that name, NaN if it has
   * not been fetched.
   * @param {string} which @param {string} parameter @param {number} at
   */
  part(which, parameter, at) {
    return this.sentEntry(`${which}.${parameter}`, parameter, at)
  }

  /**
   * Return an entry of an array that was sent completely or by lines.
   * @param {string} name @param {string} parameter @param {number} at
   */
  sentEntry(name, parameter, at) {
    return this.arrays[name]?.values[at] ?? this.quantized[parameter]?.part(name, at)
  }

  /**
   * Return a parameter after the update: as sent, or θ − η · ∂θ for plain gradient descent.
   * @param {string} parameter @param {number} at
   */
  next(parameter, at) {
    const sent = this.sentEntry(`${parameter}_next`, parameter, at)
    if (sent === undefined && this.quantized[parameter] && this.network.optimizer !== "gd") return Number.NaN
    return sent ?? this.values(parameter)[at] - this.rate * this.values(`d${parameter}`)[at]
  }

  /**
   * Return the parts that must be fetched before a cell can be explained: exact weights to an output ("w2:,57") or
   * from a unit ("w2:12,"), and the past gradients of an entry's velocity ("past.w2:4").
   * @param {string} symbol
   * @param {Cell} cell
   * @param {boolean} [stepping]  whether to explain a parameter's step
   * @returns {string[]}
   */
  missingParts(symbol, cell, stepping = false) {
    const parameter = stepping ? symbol : symbol === "update" ? this.said.update.makes[0] : ""
    if (!parameter) return this.exactParts(symbol, cell)
    const pastName = this.pastName(parameter, cell)
    const weights = this.weights.flatMap(({ name }) => [
      ...(parameter === name ? this.lineOf(name, this.offset(name, cell)) : []),
      ...this.lineOf(name, this.quantized[name].largest(this.values(`d${name}`))),
    ])
    return pastName && !(pastName in this.arrays) ? [...weights, pastName] : weights
  }

  /**
   * Return the name of the past gradients of an entry's velocity, or "" if there is no velocity.
   * @param {string} parameter @param {Cell} cell
   */
  pastName(parameter, cell) {
    return this.part("velocity", parameter, 0) !== undefined ? `past.${parameter}:${this.offset(parameter, cell)}` : ""
  }

  /**
   * Return the parts with the exact weights that a cell needs.
   * @param {string} symbol @param {Cell} cell @returns {string[]}
   */
  exactParts(symbol, cell) {
    return this.weights.flatMap((quantized) => {
      const { name } = quantized
      if (symbol === name || symbol === `d${name}`) return this.lineOf(name, this.offset(name, cell))
      const pattern = this.links(symbol).find(({ source }) => source === name)?.pattern
      if (pattern === "unit") return quantized.missingParts(name, 0, this.offset(symbol, cell))
      if (pattern === "channel") return quantized.missingParts(name, 0, cell[0])
      if (pattern === "passing") return quantized.missingParts(name, 1, cell[0])
      return pattern === "last" ? quantized.missingParts(name, 1, cell[cell.length - 1]) : []
    })
  }

  /**
   * Return the line with an entry if it must be fetched: its filter, or the weights to its output.
   * @param {string} name @param {number} at
   */
  lineOf(name, at) {
    const axis = this.maps[name].kind === "filters" ? 0 : 1
    return this.quantized[name].missingParts(name, axis, this.quantized[name].lines(at)[axis])
  }

  /** Store a fetched part. @param {string} of name of the part @param {import("./decode.js").Arrays} arrays */
  storePart(of, arrays) {
    this.partCount += 1
    const [name, line] = of.split(":")
    const quantized = this.quantized[name]
    if (arrays[of]) this.arrays[of] = this.displayedArray(of, arrays[of])
    if (!quantized || !arrays[name]) return
    for (const [each, { values }] of Object.entries(arrays)) {
      const partValues = /** @type {Float64Array | undefined} */ (this.arrays[each]?.values)
      partValues ? quantized.storeLine(line, partValues, values) : quantized.storeExtraLine(line, each, values)
    }
    if (line) quantized.knownLines.add(line)
    else quantized.isComplete = true
  }

  /** Return whether a number is exact rather than quantized. @param {string} symbol @param {Cell} cell */
  isExact(symbol, cell) {
    return this.quantized[symbol]?.has(this.offset(symbol, cell)) ?? true
  }

  /** Return whether a symbol belongs to the outputs, because no later layer has weights. @param {string} symbol */
  isOfOutputs(symbol) {
    const weightMaps = Object.values(this.maps).filter(({ kind }) => kind === "weights" || kind === "filters")
    const { layer } = this.maps[symbol]
    return layer === null || weightMaps.every((map) => layer >= (map.layer ?? 0))
  }

  /**
   * Return whether an array of this length holds a number per class.
   * @param {number} count @param {string} [symbol]
   */
  isClasses(count, symbol = "o") {
    return this.classes.length === count && this.isOfOutputs(symbol)
  }

  /**
   * Return the name of the n-th entry: its class, or its index.
   * @param {number} n @param {number} count @param {string} [symbol]
   */
  nameOf(n, count, symbol) {
    return this.isClasses(count, symbol) ? this.classes[n] : String(n)
  }

  /** Return the flat offset of a cell. @param {string} symbol @param {Cell} cell */
  offset(symbol, cell) {
    const shape = this.shape(symbol)
    let offset = 0
    for (let axis = 0; axis < shape.length; axis++) offset = offset * shape[axis] + (cell[axis] ?? 0)
    return offset
  }

  /** @param {string} symbol @param {Cell} cell */
  at(symbol, cell) {
    return this.values(symbol)[this.offset(symbol, cell)]
  }

  /** Return the cell at a flat offset. @param {string} symbol @param {number} offset @returns {Cell} */
  cell(symbol, offset) {
    return unravel(offset, this.shape(symbol))
  }

  /**
   * Return the index of a cell as written in texts: without axes of length 1, and by unit number for v and w.
   * @param {string} symbol @param {Cell} cell
   */
  index(symbol, cell) {
    const { index, kind } = this.maps[symbol]
    return kind === "loss" ? [] : unravel(this.offset(symbol, cell), index)
  }

  /**
   * Return the shape by which addresses index a symbol. Weights after a map have the map's axes and the output.
   * @param {string} symbol
   */
  addressShape(symbol) {
    const { shape, index, kind } = this.maps[symbol]
    if (kind !== "weights" || shape.length < 4) return index
    return shape[0] === 1 ? shape.slice(1) : shape
  }

  /**
   * Return a cell as written in addresses ("z1:10,15"), or "" for the loss.
   * @param {string} symbol @param {Cell} cell
   */
  addressText(symbol, cell) {
    if (this.maps[symbol].kind === "loss") return ""
    return `${symbol}:${unravel(this.offset(symbol, cell), this.addressShape(symbol)).join(",")}`
  }

  /**
   * Parse a cell of an address, or return null if it does not exist.
   * @param {string} text @returns {{ map: string, cell: Cell } | null}
   */
  read(text) {
    const [map, at = ""] = text.split(":")
    if (!this.maps[map] || !/^\d+(,\d+)*$/.test(at)) return null
    const shape = this.addressShape(map)
    const index = at.split(",").map(Number)
    if (index.length !== shape.length || index.some((n, axis) => n >= shape[axis])) return null
    return {
      map,
      cell: this.cell(
        map,
        shape.reduce((all, n, axis) => all * n + index[axis], 0),
      ),
    }
  }

  /** @param {string} symbol @returns {Link[]} */
  links(symbol) {
    return this.network.links[symbol] ?? []
  }

  /** Return the link from a symbol to one of its sources. @param {string} symbol @param {string} source */
  link(symbol, source) {
    return this.links(symbol).find((link) => link.source === source)
  }

  /**
   * Return the source that a symbol is linked to by a pattern, or "".
   * @param {string} symbol @param {string} pattern
   */
  source(symbol, pattern) {
    return this.links(symbol).find((link) => link.pattern === pattern)?.source ?? ""
  }

  /** Return the input of the pool whose gradient this link passes back. @param {Link} link @returns {string} */
  poolInput({ source }) {
    return this.network.links[source.slice(1)][0].source
  }

  /** Return the difference up to which inputs of a pool count as equal. @param {string} symbol */
  tie(symbol) {
    return this.arrays[`tie.${symbol}`]?.values[0] ?? 0
  }

  /** Return the source cells of a cell, by link. @param {Link} link @param {Cell} cell @returns {Cell[]} */
  sources(link, cell) {
    if (link.pattern === "won") {
      const input = this.poolInput(link)
      const readCell = (/** @type {Cell} */ position) => this.at(input, position)
      return sources(link, cell, this.shape(link.source), readCell, this.shape(input), this.tie(input))
    }
    const shape = this.shape(link.source)
    return sources(link, cell, shape, (position) => this.at(link.source, position), shape, this.tie(link.source))
  }

  /** @param {Link} link @param {Cell} cell @returns {Range[]} */
  reach(link, cell) {
    return sourceRanges(link, cell, this.shape(link.source))
  }

  /**
   * Return the pairs of cells that meet in a product. The last result is cached, because picture and text both need
   * it.
   * @param {string} symbol @param {Cell} cell @param {string} a @param {string} b
   */
  pairs(symbol, cell, a, b) {
    const key = `${symbol} ${cell} ${a} ${b}`
    if (this.cachedPairs.key !== key) {
      const [first, second] = [this.link(symbol, a), this.link(symbol, b)]
      const cellPairs = first && second ? pairs(first, second, cell, this.shape(a), this.shape(b)) : []
      this.cachedPairs = { key, all: cellPairs }
    }
    return this.cachedPairs.all
  }

  /** Return the index of the stage that computes a symbol, or 0 for inputs. @param {string} symbol */
  stageIndexOf(symbol) {
    if (symbol === "dx") symbol = this.stages.filter(({ phase }) => phase === "backward").at(-1)?.symbol ?? "update"
    return this.stageIndices[symbol] ?? 0
  }

  /**
   * Return the stage that explains a symbol: the one that computes it, or else the first that reads it.
   * @param {string} symbol
   */
  stageOf(symbol) {
    const makingStage =
      this.network.beside[symbol]
      ?? this.stages.find(
        (stage) => stage.symbol === symbol || (stage.symbol !== "update" && stage.makes.includes(symbol)),
      )
    return makingStage ?? this.stages.find((stage) => stage.inputs.includes(symbol)) ?? this.stages[0]
  }
}

/** @param {number} offset @param {number[]} shape @returns {Cell} */
export function unravel(offset, shape) {
  /** @type {Cell} */
  const cell = []
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    cell[axis] = offset % shape[axis]
    offset = Math.floor(offset / shape[axis])
  }
  return cell
}
