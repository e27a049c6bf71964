// Ribbons of the poster (pure): areas from map to map, and for layers with weights a line per pair of channels, whose
// strength is the squared norm of the pair's weights.

/** @import { Box, Numbers } from "../../types/view.js" */
/** @typedef {import("./poster.js").Group} Group */
/** @typedef {{ from: string, to: string, band: Group["band"], d: string, strength: number }} Ribbon  a path between maps; `strength` of lines from 0 to 1, and 0 for areas */

const MAX_LINES = 600 // strongest lines of a layer
const LEVELS = 6 // of strength, each of which is one path
const NARROW = 0.25 // share of a tile at both sides of the ribbon to the next tile

/** @type {WeakMap<ArrayLike<number>, Map<string, number[]>>} */
const normsByValues = new WeakMap()

/**
 * Return the squared norm of the weights from each channel or unit to each output, source by source.
 * @param {Pick<Numbers, "values" | "shape">} numbers @param {string} symbol of the parameter @param {number} sources @param {number} targets @returns {number[]}
 */
export function pairNorms(numbers, symbol, sources, targets) {
  const values = numbers.values(symbol)
  const cached = normsByValues.get(values) ?? new Map()
  normsByValues.set(values, cached)
  const key = `${sources} ${targets}`
  const norms = cached.get(key) ?? computeNorms(values, numbers.shape(symbol), sources, targets, symbol)
  cached.set(key, norms)
  return norms
}

/** @param {ArrayLike<number>} values @param {number[]} shape @param {number} sources @param {number} targets @param {string} symbol */
function computeNorms(values, shape, sources, targets, symbol) {
  const norms = new Array(sources * targets).fill(0)
  if (symbol.startsWith("w")) {
    const perSource = values.length / sources
    for (let n = 0; n < values.length; n++) norms[Math.floor(n / perSource) * targets + (n % targets)] += values[n] ** 2
    return norms
  }
  const [, kernels] = shape // fewer than sources if filters are in groups
  const perKernel = values.length / (targets * kernels)
  for (let target = 0; target < targets; target++) {
    const firstKernel = Math.floor((target * (sources / kernels)) / targets) * kernels
    for (let kernel = 0; kernel < kernels; kernel++) {
      const start = (target * kernels + kernel) * perKernel
      for (let n = start; n < start + perKernel; n++) norms[(firstKernel + kernel) * targets + target] += values[n] ** 2
    }
  }
  return norms
}

/**
 * Return all ribbons.
 * @param {Group[]} groups @param {(symbol: string, sources: number, targets: number) => number[]} normsOf @param {boolean} isPhone whether the network runs down @param {boolean} [isClose] whether there is no room for lines between grids @returns {Ribbon[]}
 */
export function ribbonsOf(groups, normsOf, isPhone, isClose = false) {
  const path = new Path(isPhone)
  return ["values", "gradients"].flatMap((band) => {
    const row = groups.filter(
      (group) => group.band === band && !(isPhone && group.item.kind === "kernel" && band === "values"),
    )
    return row.slice(1).flatMap((to, n) => {
      const sourceBox = row[n]
      const area = (/** @type {string} */ d) => ({
        from: sourceBox.symbol,
        to: to.symbol,
        band: to.band,
        d,
        strength: 0,
      })
      if (to.isFolded) return [area(path.down(sourceBox.box, to.box))]
      if (band === "gradients") return [area(path.area(sourceBox.box, to.box))]
      const isPair = to.item.tiles * sourceBox.item.tiles === 1
      if (isClose && (sourceBox.across > 1 || to.across > 1)) return [area(path.area(sourceBox.box, to.box))]
      if (to.item.by && !isPair && !["weights", "kernel"].includes(sourceBox.item.kind) && to.item.kind !== "weights")
        return path
          .lines(sourceBox, to, normsOf(to.item.by, sourceBox.item.tiles, to.item.tiles))
          .map((line) => ({ ...area(""), ...line }))
      return path.straight(sourceBox, to).map(area)
    })
  })
}

class Path {
  /** @param {boolean} isPhone */
  constructor(isPhone) {
    this.isPhone = isPhone
  }

  /** @param {number} main @param {number} cross */
  at(main, cross) {
    return this.isPhone ? `${round(cross)} ${round(main)}` : `${round(main)} ${round(cross)}`
  }

  /** Return a box as its ends along the network and across it. @param {Box} box */
  ends({ x, y, width, height }) {
    return this.isPhone
      ? { start: y, end: y + height, low: x, high: x + width }
      : { start: x, end: x + width, low: y, high: y + height }
  }

  /** Return an area from the end of one box to the start of another. @param {Box} from @param {Box} to */
  area(from, to) {
    const [a, b] = [this.ends(from), this.ends(to)]
    const middle = (a.end + b.start) / 2
    const pointAcross = (/** @type {number} */ c) => this.at(middle, c)
    return `M${this.at(a.end, a.low)}C${pointAcross(a.low)} ${pointAcross(b.low)} ${this.at(b.start, b.low)}L${this.at(b.start, b.high)}C${pointAcross(b.high)} ${pointAcross(a.high)} ${this.at(a.end, a.high)}Z`
  }

  /** Return an area to the box below. @param {Box} from @param {Box} to */
  down(from, to) {
    return `M${from.x} ${from.y + from.height}H${from.x + from.width}L${to.x + to.width} ${to.y}H${to.x}Z`
  }

  /** Return areas between maps that belong together. @param {Group} from @param {Group} to @returns {string[]} */
  straight(from, to) {
    const [a, b] = [from.tiles, to.tiles]
    const isInLine = from.across === 1 && to.across === 1
    if (!isInLine || (this.isPhone && to.item.kind === "answers" && from.item.kind === "weights"))
      return [this.area(from.box, to.box)]
    if (a.length === b.length)
      return a.map((box, n) =>
        a.length > 1 && to.item.kind === "maps" ? this.area(this.narrow(box), this.narrow(b[n])) : this.area(box, b[n]),
      )
    if (a.length === 1 && from.item.kind !== "units")
      return b.map((box, n) => this.area(this.part(a[0], n, b.length), box))
    if (from.item.tiles === to.item.tiles)
      return Array.from({ length: to.item.tiles }, (_, n) => this.area(this.unit(from, n), this.unit(to, n)))
    return [this.area(from.box, to.box)]
  }

  /** Return the middle of a box, across the network. @param {Box} box @returns {Box} */
  narrow({ x, y, width, height }) {
    const remainder = 1 - 2 * NARROW
    return this.isPhone
      ? { x: x + NARROW * width, y, width: remainder * width, height }
      : { x, y: y + NARROW * height, width, height: remainder * height }
  }

  /** Return the n-th of equal parts of a box. @param {Box} box @param {number} n @param {number} count @returns {Box} */
  part({ x, y, width, height }, n, count) {
    return this.isPhone
      ? { x: x + (n * width) / count, y, width: width / count, height }
      : { x, y: y + (n * height) / count, width, height: height / count }
  }

  /** Return the box of a unit, a map or an answer. @param {Group} group @param {number} n @returns {Box} */
  unit({ item, tiles, box, rows, columns }, n) {
    if (item.kind !== "units") return tiles[n]
    return this.isPhone ? this.part(box, n % columns, columns) : this.part(box, Math.floor(n / columns), rows)
  }

  /** Return the lines between all pairs, by strength. @param {Group} from @param {Group} to @param {number[]} norms */
  lines(from, to, norms) {
    const largest = Math.max(...norms) || 1
    const sorted = norms.length > MAX_LINES ? [...norms].sort((a, b) => b - a) : []
    const threshold = sorted[MAX_LINES] ?? -1
    const count = to.item.tiles
    const [start, end] = [this.ends(from.box).end, this.ends(to.box).start]
    const middle = (start + end) / 2
    const centre = (/** @type {Box} */ box) => (this.ends(box).low + this.ends(box).high) / 2
    /** @type {string[]} */
    const levels = new Array(LEVELS).fill("")
    norms.forEach((norm, n) => {
      const level = Math.ceil(LEVELS * (norm / largest)) - 1
      if (norm <= threshold || level < 0) return
      const [low, high] = [centre(this.unit(from, Math.floor(n / count))), centre(this.unit(to, n % count))]
      levels[level] += `M${this.at(start, low)}C${this.at(middle, low)} ${this.at(middle, high)} ${this.at(end, high)}`
    })
    return levels.flatMap((d, n) => (d ? [{ d, strength: (n + 1) / LEVELS }] : []))
  }
}

/** @param {number} value */
const round = (value) => Math.round(10 * value) / 10
