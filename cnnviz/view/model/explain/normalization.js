// A normalization: the numbers that are normalized together, and the paths of the gradient through them.

/** @import { Cell, Numbers } from "../../types/view.js" */
/** @typedef {{ values: ArrayLike<number>, images: number, limits: number[] }} Crowd  numbers of all images or of the shown one, one image after another */

const EPSILON = 1e-5
const PATHS = ["straight", "mean", "spread"]

/**
 * Return the layer that computes a value, or through which a gradient passes back.
 * @param {Numbers} numbers @param {string} map
 */
export const layerOf = (numbers, map) =>
  numbers.network.layers.find(({ symbol }) =>
    numbers.maps[map].band === "gradients" ? numbers.links(symbol)[0].source === map.slice(1) : symbol === map,
  )

/** Return the sources of a normalization's output, its gain and shift, and its statistics for a cell. @param {Numbers} numbers @param {string} made @param {Cell} cell */
export function normalizationAt(numbers, made, cell) {
  const [x, g, s] = numbers.links(made).map(({ source }) => source)
  const mean = numbers.layerValue(`${made}.mean`, cell)
  const spread = Math.sqrt(numbers.layerValue(`${made}.var`, cell) + EPSILON)
  const [gain, shift] = [g, s].map((name) => numbers.at(name, [cell[0]]))
  return { x, g, s, mean, spread, gain, shift, hat: (/** @type {number} */ value) => (value - mean) / spread }
}

/** Return whether μ and σ are constants: the running statistics. @param {Numbers} numbers @param {string} made */
export const isFixed = (numbers, made) => layerOf(numbers, made)?.kind === "bn" && numbers.answer.lesson.mode === "eval"

/**
 * Return a channel or unit of all images.
 * @param {Numbers} numbers @param {string} name "all.z1" @param {number} channel @param {number} [part] index within an array of several such arrays @returns {Crowd}
 */
function crowdOf(numbers, name, channel, part = 0) {
  const { values, shape } = numbers.arrays[name]
  const [images, channels, ...map] = shape.slice(
    shape.length - numbers.shape(name.slice(name.indexOf(".") + 1)).length - 1,
  )
  const size = map.reduce((all, n) => all * n, 1)
  const found = new Float64Array(images * size)
  for (let i = 0; i < images; i++) {
    const from = ((part * images + i) * channels + channel) * size
    found.set(values.subarray(from, from + size), i * size)
  }
  return { values: found, images, limits: limitsOf(found) }
}

/** Return symmetric limits of numbers. @param {ArrayLike<number>} values */
export function limitsOf(values) {
  let most = 0
  for (let n = 0; n < values.length; n++) most = Math.max(most, Math.abs(values[n]) || 0)
  return [-most, most]
}

/**
 * Return the numbers of a map that are normalized together with a cell: of a channel of all images, or of a group.
 * @param {Numbers} numbers @param {string} made @param {string} symbol @param {Cell} cell @returns {Crowd}
 */
export function togetherWith(numbers, made, symbol, cell) {
  if (`all.${symbol}` in numbers.arrays && layerOf(numbers, made)?.kind === "bn")
    return crowdOf(numbers, `all.${symbol}`, cell[0])
  const [{ start, count }] = numbers.reach(numbers.links(made)[0], cell)
  const size = numbers.count(symbol) / numbers.shape(symbol)[0]
  const values = numbers.values(symbol).subarray(start * size, (start + count) * size)
  return { values, images: 1, limits: numbers.maps[symbol].limits }
}

/**
 * Return the paths of a gradient back through a normalization, each with its numbers for the cells around a cell: directly,
 * and in training through the mean and the spread. Their sum is the gradient.
 * @param {Numbers} numbers @param {string} symbol @param {Cell} cell @returns {{ path: string, crowd: Crowd }[]}
 */
export function pathsOf(numbers, symbol, cell) {
  if (`parts.${symbol}` in numbers.arrays)
    return PATHS.map((path, n) => ({ path, crowd: crowdOf(numbers, `parts.${symbol}`, cell[0], n) }))
  const made = layerOf(numbers, symbol)?.symbol ?? ""
  const { x, g, spread, hat } = normalizationAt(numbers, made, cell)
  const [dn, sums] = [`d${made}`, x].map((name) => togetherWith(numbers, made, name, cell).values)
  const size = numbers.count(x) / numbers.shape(x)[0]
  const [{ start }] = numbers.reach(numbers.links(made)[0], cell)
  const own = (/** @type {ArrayLike<number>} */ of) =>
    numbers.maps[symbol].kind === "map"
      ? Array.from(of).slice((cell[0] - start) * size, (cell[0] - start + 1) * size)
      : Array.from(of)
  const gainAt = (/** @type {number} */ n) => numbers.at(g, [start + Math.floor(n / size)])
  const scaled = Array.from(dn, (value, n) => (gainAt(n) * value) / spread)
  const straight = { path: "straight", crowd: crowd(own(scaled)) }
  if (isFixed(numbers, made)) return [straight]
  const left = own(scaled)
  if (numbers.network.images.length && layerOf(numbers, made)?.kind === "bn") {
    const total = numbers.values(symbol).subarray(cell[0] * size, (cell[0] + 1) * size)
    return [straight, { path: "others", crowd: crowd(Array.from(total, (value, n) => value - left[n])) }]
  }
  const mean = scaled.reduce((all, value) => all + value, 0) / scaled.length
  const slope = scaled.reduce((all, value, n) => all + value * hat(sums[n]), 0) / scaled.length
  return [
    straight,
    { path: "mean", crowd: crowd(left.map(() => -mean)) },
    { path: "spread", crowd: crowd(own(sums).map((value) => -slope * hat(value))) },
  ]
}

/** @param {number[]} values @returns {Crowd} */
const crowd = (values) => ({ values, images: 1, limits: limitsOf(values) })

/**
 * Return the index of a cell within the numbers of its map that are drawn together.
 * @param {Numbers} numbers @param {string} made @param {string} symbol @param {Cell} cell @param {number} images
 */
export function indexTogether(numbers, made, symbol, cell, images) {
  const shown = images > 1 ? Number(numbers.answer.lesson.image ?? 0) : 0
  if (numbers.maps[symbol].kind !== "map")
    return images > 1 ? shown : cell[0] - numbers.reach(numbers.links(made)[0], cell)[0].start
  const [, rows, columns] = numbers.shape(symbol)
  return shown * rows * columns + cell[1] * columns + cell[2]
}
