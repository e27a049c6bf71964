// Predict an array from others with exactly the bits of predictors.py: additions in the order of a plain loop, and
// only operations that all browsers round alike.

/** @import { Values } from "../../view/types/view.js" */
/** @typedef {readonly [rule: string, sources: readonly string[], numbers: readonly number[]]} Estimate */
/** @typedef {readonly number[]} Shape */
/** @typedef {{ values: Float64Array, shape: Shape }} Floats */

/** Return whether an array can be used in a prediction. @param {Values | undefined} array */
export const isUsable = (array) => array?.values instanceof Float64Array && array.values.every(Number.isFinite)

/**
 * Predict an array of a shape, with 0 for NaN and infinity; undefined if `get` lacks one of its sources.
 * @param {Estimate} one
 * @param {Shape} shape
 * @param {(name: string) => Values | undefined} get
 */
export function estimate([rule, sources, numbers], shape, get) {
  const arrays = sources.map(get)
  if (!arrays.every(isUsable)) return undefined
  const prediction = RULES[rule](shape, /** @type {Floats[]} */ (arrays), numbers)
  return prediction.map((value) => (Number.isFinite(value) ? value : 0))
}

/** @type {Record<string, (shape: Shape, arrays: Floats[], numbers: readonly number[]) => Float64Array>} */
const RULES = {
  step: (_, [theta, gradient], [rate]) => theta.values.map((value, n) => value - rate * gradient.values[n]),
  conv(shape, [x, f, b], numbers) {
    const total = new Float64Array(size(shape))
    forEachProduct(x.shape, shape, f.shape.at(-1) ?? 0, numbers, (in_, out, weight) => {
      total[out] += f.values[weight] * x.values[in_]
    })
    const planeSize = cellsPerMap(shape)
    return b ? total.map((value, n) => value + b.values[Math.floor(n / planeSize)]) : total
  },
  conv_dx(shape, [dz, f], numbers) {
    const total = new Float64Array(size(shape))
    forEachProduct(shape, dz.shape, f.shape.at(-1) ?? 0, numbers, (in_, out, weight) => {
      total[in_] += f.values[weight] * dz.values[out]
    })
    return total
  },
  conv_df(shape, [x, dz], numbers) {
    const total = new Float64Array(size(shape))
    forEachProduct(x.shape, dz.shape, shape.at(-1) ?? 0, numbers, (in_, out, weight) => {
      total[weight] += dz.values[out] * x.values[in_]
    })
    return total
  },
  connect_dx(shape, [dz, w]) {
    const total = new Float64Array(size(shape))
    const { length } = dz.values
    for (let i = 0; i < total.length; i++)
      for (let j = 0; j < length; j++) total[i] += w.values[i * length + j] * dz.values[j]
    return total
  },
  average_pool(shape, [a], [k, stride]) {
    const total = new Float64Array(size(shape))
    forEachWindowCell(a.shape, shape, k, stride, (in_, out) => {
      total[out] += a.values[in_]
    })
    return total.map((value) => value / (k * k))
  },
  average_pool_dx(shape, [dp], [k, stride]) {
    const total = new Float64Array(size(shape))
    forEachWindowCell(shape, dp.shape, k, stride, (in_, out) => {
      total[in_] += dp.values[out] / (k * k)
    })
    return total
  },
  max_pool(shape, [a], [k, stride]) {
    const maxima = new Float64Array(size(shape)).fill(Number.NEGATIVE_INFINITY)
    forEachWindowCell(a.shape, shape, k, stride, (in_, out) => {
      if (a.values[in_] > maxima[out]) maxima[out] = a.values[in_]
    })
    return maxima
  },
  max_pool_dx(shape, [dp, a, p], [k, stride]) {
    const total = new Float64Array(size(shape))
    const assigned = new Uint8Array(dp.values.length)
    forEachWindowCell(shape, dp.shape, k, stride, (in_, out) => {
      if (assigned[out] || a.values[in_] !== p.values[out]) return
      assigned[out] = 1
      total[in_] += dp.values[out]
    })
    return total
  },
  sigmoid: (_, [z]) => z.values.map((value) => 1 / (1 + exp(-value))),
  tanh: (_, [z]) =>
    z.values.map((value) => {
      const power = exp(2 * value)
      return (power - 1) / (power + 1)
    }),
  sigmoid_dx: (_, [da, a]) => da.values.map((value, n) => (1 - a.values[n]) * a.values[n] * value),
  tanh_dx: (_, [da, a]) => da.values.map((value, n) => value * (1 - a.values[n] * a.values[n])),
}

/** @param {Shape} shape */
const size = (shape) => shape.reduce((product, n) => product * n, 1)

/** Return the number of cells of one map. @param {Shape} shape */
const cellsPerMap = (shape) => (shape.at(-2) ?? 1) * (shape.at(-1) ?? 1)

/**
 * Call `act` for each product of a convolution with the indices of pixel, output cell and weight, in the order
 * filter, channel, weight.
 * @param {Shape} input
 * @param {Shape} output
 * @param {number} k
 * @param {readonly number[]} numbers  stride, dilation, zeros before
 * @param {(in_: number, out: number, weight: number) => void} act
 */
function forEachProduct(input, output, k, [stride, dilation, before], act) {
  const [height, width] = input.slice(-2)
  const [rows, columns] = output.slice(-2)
  const channels = size(input) / cellsPerMap(input)
  const filters = size(output) / cellsPerMap(output)
  for (let m = 0; m < filters; m++)
    for (let c = 0; c < channels; c++)
      for (let u = 0; u < k; u++)
        for (let v = 0; v < k; v++)
          for (let i = 0; i < rows; i++) {
            const row = stride * i + dilation * u - before
            if (row < 0 || row >= height) continue
            for (let j = 0; j < columns; j++) {
              const column = stride * j + dilation * v - before
              if (column >= 0 && column < width)
                act(
                  (c * height + row) * width + column,
                  (m * rows + i) * columns + j,
                  ((m * channels + c) * k + u) * k + v,
                )
            }
          }
}

/**
 * Call `act` for each cell of every window with its index and that of the window, ordered by position in the window.
 * @param {Shape} input
 * @param {Shape} output
 * @param {number} k
 * @param {number} stride
 * @param {(in_: number, out: number) => void} act
 */
function forEachWindowCell(input, output, k, stride, act) {
  const [height, width] = input.slice(-2)
  const [rows, columns] = output.slice(-2)
  const maps = size(output) / cellsPerMap(output)
  for (let u = 0; u < k; u++)
    for (let v = 0; v < k; v++)
      for (let m = 0; m < maps; m++)
        for (let i = 0; i < rows; i++)
          for (let j = 0; j < columns; j++)
            act((m * height + stride * i + u) * width + stride * j + v, (m * rows + i) * columns + j)
}

const bits = new DataView(new ArrayBuffer(8))

/** e^z, by a power of two and a Taylor series. @param {number} z */
function exp(z) {
  const clamped = Math.min(Math.max(z, -700), 700)
  const n = Math.floor(clamped / Math.LN2 + 0.5)
  const remainder = clamped - n * Math.LN2
  let series = 1
  for (let term = 16; term > 0; term--) series = 1 + (series * remainder) / term
  bits.setUint32(0, (n + 1023) << 20)
  return series * bits.getFloat64(0)
}
