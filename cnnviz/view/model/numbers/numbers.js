// The arrays of one moment of a network, by symbol and cell: what the Step page shows and explains.

import { pairs, reach, sources } from "../explain/cell_links.js"
import { QuantizedWeights, shaded } from "./quantized_weights.js"

/** @import { Cell, Link, MapRecord, Range } from "../../types/view.js" */
/** @typedef {import("../../types/wire.js").StepHeader & { arrays: import("./decode.js").Arrays }} StepAnswer */

// The name of an array that belongs to a parameter: it, its next value, its gradient, or what either is made of.
const OF_PARAMETER = /^(?:(?:velocity|kept|mean|past|pulls)\.)?d?([a-z]+\d*)(_next)?(?::.*)?$/

const size = (/** @type {number[]} */ shape) => shape.reduce((product, n) => product * n, 1)

export class Numbers {
  learned = 0 // parts so far
  /** @type {{ key: string, all: [Cell, Cell][] }}  the cells that met last */
  met = { key: "", all: [] }

  /** @param {StepAnswer} answer the Step page's header, with its arrays */
  constructor(answer) {
    this.answer = answer
    this.network = answer.network
    this.maps = answer.network.maps
    this.stages = answer.stages
    const { update } = answer.network.beside // where none is shown
    this.said = Object.fromEntries([...(update ? [update] : []), ...this.stages].map((stage) => [stage.symbol, stage]))
    const makers = this.stages.flatMap(({ symbol, makes }, at) =>
      symbol === "update" ? [] : makes.map((made) => [made, at]),
    )
    /** @type {Record<string, number>}  the first stage that makes a symbol */
    this.maker = Object.fromEntries(makers.reverse())
    const arrays = Object.entries(answer.arrays).map(([name, array]) => [name, this.told(name, array)])
    /** @type {import("./decode.js").Arrays} */
    this.arrays = Object.fromEntries(arrays)
    /** @type {Record<string, QuantizedWeights>}  what came as colours, by its symbol: parameters, and gradients by the lines of these */
    this.quantized = {}
    /** @type {Map<string, import("./decode.js").Arrays>}  the lines that came with them */
    const first = new Map()
    for (const [key, array] of Object.entries(answer.arrays)) {
      const [of, each] = key.split("/")
      if (each) first.set(of, { ...first.get(of), [each]: array })
      if (array.values instanceof Int8Array && this.maps[key]) this.shade(key, array.values)
    }
    for (const [of, arrays] of first) this.learn(of, arrays)
    this.rate = Number(answer.lesson.lr)
    this.classes = answer.network.classes
  }

  /** An array as it is told: of what is round-off alone, and of what is made of it, 0. @param {string} name @param {import("./decode.js").Values} array @returns {import("./decode.js").Values} */
  told(name, array) {
    const [, parameter, next] = OF_PARAMETER.exec(name) ?? []
    if (!this.maps[`d${parameter}`]?.round_off || (name === parameter && !this.maps[name].round_off)) return array
    if (next) return this.told(parameter, this.answer.arrays[parameter])
    return { ...array, values: new Float64Array(array.values.length) }
  }

  /** @param {string} symbol @param {Int8Array} colours */
  shade(symbol, colours) {
    const { shape, limits, kind, band } = this.maps[symbol]
    const name = band === "gradients" ? symbol.slice(1) : symbol
    const lines = kind === "filters" ? [shape[0], shape[1], size(shape.slice(2))] : [0, shape.at(-1) ?? 1, 1]
    this.quantized[name] ??= new QuantizedWeights(name, lines)
    this.quantized[symbol] = this.quantized[name]
    this.arrays[symbol] = { values: shaded(colours, limits[1]), shape }
  }

  /** The parameters that came as colours. */
  get weights() {
    return [...new Set(Object.values(this.quantized))]
  }

  /** Has the colours that other numbers of the same network have. @param {Numbers} other */
  hold(other) {
    /** @type {Record<string, MapRecord>} */
    const held = {}
    for (const [symbol, map] of Object.entries(this.maps))
      held[symbol] = this.quantized[symbol] ? map : { ...map, limits: other.maps[symbol].limits }
    this.maps = held
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

  /** A map of all images, small, as colours, where several are learned from together. @param {string} symbol @returns {import("./decode.js").Values | undefined} */
  ofImages(symbol) {
    return this.arrays[`strip.${symbol}`]
  }

  /** Gives what a layer keeps of the pass, "n1.mean", where a cell of its output lies: a number each cell, channel or group of channels has. @param {string} name @param {Cell} cell */
  kept(name, cell) {
    const { values } = this.arrays[name]
    const made = name.slice(0, name.indexOf("."))
    const [channels] = this.shape(made)
    const at =
      values.length === this.count(made) ? this.offset(made, cell) : Math.floor((cell[0] * values.length) / channels)
    return values[at]
  }

  /** An entry of what makes up a parameter's step, such as "mean.w2": undefined where there is nothing of that name, and no number where it is still to be asked for. @param {string} which @param {string} parameter @param {number} at */
  part(which, parameter, at) {
    return this.sent(`${which}.${parameter}`, parameter, at)
  }

  /** An entry of an array that came whole, or by lines of a parameter. @param {string} name @param {string} parameter @param {number} at */
  sent(name, parameter, at) {
    return this.arrays[name]?.values[at] ?? this.quantized[parameter]?.part(name, at)
  }

  /** A parameter after the update; in plain descent, where it is not sent, θ − η · ∂θ. @param {string} parameter @param {number} at */
  next(parameter, at) {
    const sent = this.sent(`${parameter}_next`, parameter, at)
    if (sent === undefined && this.quantized[parameter] && this.network.optimizer !== "gd") return Number.NaN
    return sent ?? this.values(parameter)[at] - this.rate * this.values(`d${parameter}`)[at]
  }

  /**
   * What is still to be asked for before a cell can be explained: the exact weights "w2:,57" to an output, "w2:12," from a
   * unit, and "past.w2:4", what the velocity of an entry is made of.
   * @param {string} symbol
   * @param {Cell} cell
   * @param {boolean} [stepping]  whether it is a parameter's step that counts
   * @returns {string[]}
   */
  missing(symbol, cell, stepping = false) {
    const parameter = stepping ? symbol : symbol === "update" ? this.said.update.makes[0] : ""
    if (!parameter) return this.exact(symbol, cell)
    const past = this.past(parameter, cell)
    const weights = this.weights.flatMap(({ name }) => [
      ...(parameter === name ? this.lineOf(name, this.offset(name, cell)) : []),
      ...this.lineOf(name, this.quantized[name].largest(this.values(`d${name}`))),
    ])
    return past && !(past in this.arrays) ? [...weights, past] : weights
  }

  /** Gives what the velocity of an entry is made of, by its name; "" where there is none. @param {string} parameter @param {Cell} cell */
  past(parameter, cell) {
    return this.part("velocity", parameter, 0) !== undefined ? `past.${parameter}:${this.offset(parameter, cell)}` : ""
  }

  /** The exact weights that a cell needs. @param {string} symbol @param {Cell} cell @returns {string[]} */
  exact(symbol, cell) {
    return this.weights.flatMap((wide) => {
      const { name } = wide
      if (symbol === name || symbol === `d${name}`) return this.lineOf(name, this.offset(name, cell))
      const pattern = this.links(symbol).find(({ source }) => source === name)?.pattern
      if (pattern === "unit") return wide.lacks(name, 0, this.offset(symbol, cell))
      if (pattern === "channel") return wide.lacks(name, 0, cell[0])
      if (pattern === "passing") return wide.lacks(name, 1, cell[0])
      return pattern === "last" ? wide.lacks(name, 1, cell[cell.length - 1]) : []
    })
  }

  /** The line in which an entry stands, as far as it is still to be asked for: its filter, or the weights to its output. @param {string} name @param {number} at */
  lineOf(name, at) {
    const axis = this.maps[name].kind === "filters" ? 0 : 1
    return this.quantized[name].lacks(name, axis, this.quantized[name].lines(at)[axis])
  }

  /** Takes in what was asked for. @param {string} of what it is @param {import("./decode.js").Arrays} arrays */
  learn(of, arrays) {
    this.learned += 1
    const [name, line] = of.split(":")
    const wide = this.quantized[name]
    if (arrays[of]) this.arrays[of] = this.told(of, arrays[of])
    if (!wide || !arrays[name]) return
    for (const [each, { values }] of Object.entries(arrays)) {
      const all = /** @type {Float64Array | undefined} */ (this.arrays[each]?.values)
      all ? wide.learn(line, all, values) : wide.keep(line, each, values)
    }
    if (line) wide.known.add(line)
    else wide.whole = true
  }

  /** Tells whether a number is the core's, and no colour's. @param {string} symbol @param {Cell} cell */
  isExact(symbol, cell) {
    return this.quantized[symbol]?.has(this.offset(symbol, cell)) ?? true
  }

  /** Tells whether a symbol's numbers, or channels, are those of the outputs: no layer weighs them any more. @param {string} symbol */
  isOfOutputs(symbol) {
    const weighing = Object.values(this.maps).filter(({ kind }) => kind === "weights" || kind === "filters")
    const { layer } = this.maps[symbol]
    return layer === null || weighing.every((map) => layer >= (map.layer ?? 0))
  }

  /** Tells whether so many of them are the classes. @param {number} count @param {string} [symbol] */
  isClasses(count, symbol = "o") {
    return this.classes.length === count && this.isOfOutputs(symbol)
  }

  /** Gives what the n-th of so many is called: by its class, else by its number. @param {number} n @param {number} count @param {string} [symbol] */
  nameOf(n, count, symbol) {
    return this.isClasses(count, symbol) ? this.classes[n] : String(n)
  }

  /** Finds where a cell stands in its array. @param {string} symbol @param {Cell} cell */
  offset(symbol, cell) {
    const shape = this.shape(symbol)
    let at = 0
    for (let axis = 0; axis < shape.length; axis++) at = at * shape[axis] + (cell[axis] ?? 0)
    return at
  }

  /** @param {string} symbol @param {Cell} cell */
  at(symbol, cell) {
    return this.values(symbol)[this.offset(symbol, cell)]
  }

  /** A place in an array as a cell. @param {string} symbol @param {number} offset @returns {Cell} */
  cell(symbol, offset) {
    return unravel(offset, this.shape(symbol))
  }

  /** The index by which people call a cell: without axes of one, v and w by the number of the unit. @param {string} symbol @param {Cell} cell */
  index(symbol, cell) {
    const { index, kind } = this.maps[symbol]
    return kind === "loss" ? [] : unravel(this.offset(symbol, cell), index)
  }

  /** The shape by which the address counts cells; of w behind a map, the map's axes and the output. @param {string} symbol */
  addressed(symbol) {
    const { shape, index, kind } = this.maps[symbol]
    if (kind !== "weights" || shape.length < 4) return index
    return shape[0] === 1 ? shape.slice(1) : shape
  }

  /** A cell as the address has it ("z1:10,15"); "" for what has no cells. @param {string} symbol @param {Cell} cell */
  written(symbol, cell) {
    if (this.maps[symbol].kind === "loss") return ""
    return `${symbol}:${unravel(this.offset(symbol, cell), this.addressed(symbol)).join(",")}`
  }

  /** The cell that the address names, if there is one. @param {string} text @returns {{ map: string, cell: Cell } | null} */
  read(text) {
    const [map, at = ""] = text.split(":")
    if (!this.maps[map] || !/^\d+(,\d+)*$/.test(at)) return null
    const shape = this.addressed(map)
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

  /** The link to one of the symbols that a cell is computed from. @param {string} symbol @param {string} source */
  link(symbol, source) {
    return this.links(symbol).find((link) => link.source === source)
  }

  /** The symbol that a cell is linked to by a pattern; "" where there is none. @param {string} symbol @param {string} pattern */
  source(symbol, pattern) {
    return this.links(symbol).find((link) => link.pattern === pattern)?.source ?? ""
  }

  /** Gives what the pool reads whose gradient this link hands back. @param {Link} link @returns {string} */
  pooled({ source }) {
    return this.network.links[source.slice(1)][0].source
  }

  /** The difference up to which the numbers of what a pool reads are equal. @param {string} symbol */
  tie(symbol) {
    return this.arrays[`tie.${symbol}`]?.values[0] ?? 0
  }

  /** The cells behind a cell, by link. @param {Link} link @param {Cell} cell @returns {Cell[]} */
  sources(link, cell) {
    if (link.pattern === "won") {
      const input = this.pooled(link)
      const read = (/** @type {Cell} */ place) => this.at(input, place)
      return sources(link, cell, this.shape(link.source), read, this.shape(input), this.tie(input))
    }
    const shape = this.shape(link.source)
    return sources(link, cell, shape, (place) => this.at(link.source, place), shape, this.tie(link.source))
  }

  /** @param {Link} link @param {Cell} cell @returns {Range[]} */
  reach(link, cell) {
    return reach(link, cell, this.shape(link.source))
  }

  /** The cells of two symbols that meet in a product; found once for the picture of a cell and for its words. @param {string} symbol @param {Cell} cell @param {string} a @param {string} b */
  pairs(symbol, cell, a, b) {
    const key = `${symbol} ${cell} ${a} ${b}`
    if (this.met.key !== key) {
      const [first, second] = [this.link(symbol, a), this.link(symbol, b)]
      const all = first && second ? pairs(first, second, cell, this.shape(a), this.shape(b)) : []
      this.met = { key, all }
    }
    return this.met.all
  }

  /** The stage that makes a symbol, by its place; what no stage makes is there from the first. @param {string} symbol */
  madeAt(symbol) {
    if (symbol === "dx") symbol = this.stages.filter(({ phase }) => phase === "backward").at(-1)?.symbol ?? "update"
    return this.maker[symbol] ?? 0
  }

  /** The words for a symbol: of the stage that makes it, or of the nearest that has something to do with it. @param {string} symbol */
  stageOf(symbol) {
    const own =
      this.network.beside[symbol]
      ?? this.stages.find(
        (stage) => stage.symbol === symbol || (stage.symbol !== "update" && stage.makes.includes(symbol)),
      )
    return own ?? this.stages.find((stage) => stage.inputs.includes(symbol)) ?? this.stages[0]
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
