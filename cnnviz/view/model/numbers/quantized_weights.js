// Weights or filters of a layer with too many to send: quantized colours first, exact lines on demand.

export const SHADES = 127 // shades on either side of zero, as in wide_weights.py

/**
 * Return the approximate values of quantized weights.
 * @param {Int8Array} colours @param {number} limit  largest magnitude
 */
export function dequantize(colours, limit) {
  const levels = Float64Array.from({ length: 2 * SHADES + 1 }, (_, n) => ((n - SHADES) / SHADES) * limit)
  const values = new Float64Array(colours.length)
  for (let n = 0; n < values.length; n++) values[n] = levels[colours[n] + SHADES] // twenty times as fast as `from`
  return values
}

export class QuantizedWeights {
  /** @type {Set<string>}  lines that are exact */
  knownLines = new Set()
  /** @type {Map<string, Map<string, ArrayLike<number>>>}  further arrays by name and line; complete arrays would be mostly empty */
  extraLines = new Map()
  isComplete = false // whether all weights are exact
  /** @type {number | undefined} */
  most = undefined

  /**
   * @param {string} name
   * @param {number[]} shape  number of lines along both axes, and entries per crossing
   */
  constructor(name, [, across, kernel]) {
    this.name = name
    this.across = across
    this.kernel = kernel
  }

  /** Return the indices of an entry's lines along both axes. @param {number} at */
  lines(at) {
    const kernelIndex = Math.floor(at / this.kernel)
    return [Math.floor(kernelIndex / this.across), kernelIndex % this.across]
  }

  /**
   * Return the part to fetch for a line of a unit or filter (axis 0), or of an output or channel (axis 1), or [] if
   * it is known.
   * @param {string} name @param {0 | 1} axis @param {number} n
   */
  missingParts(name, axis, n) {
    const line = axis ? `,${n}` : `${n},`
    return this.knownLines.has(line) ? [] : [`${name}:${line}`]
  }

  /** Return whether an entry is exact. @param {number} at */
  has(at) {
    const [first, second] = this.lines(at)
    return this.isComplete || this.knownLines.has(`,${second}`) || this.knownLines.has(`${first},`)
  }

  /**
   * Copy a fetched line into an array.
   * @param {string} line "57," or ",57", or "" for all @param {Float64Array} array @param {ArrayLike<number>} values
   */
  storeLine(line, array, values) {
    if (!line) return array.set(values)
    const [first, second] = line.split(",")
    const { across, kernel } = this
    for (let i = 0; i < values.length; i++) {
      const offset = first
        ? Number(first) * across * kernel + i
        : (Math.floor(i / kernel) * across + Number(second)) * kernel + (i % kernel)
      array[offset] = values[i]
    }
  }

  /**
   * Store a fetched line of an array that has no quantized version.
   * @param {string} line @param {string} name @param {ArrayLike<number>} values
   */
  storeExtraLine(line, name, values) {
    this.extraLines.set(name, (this.extraLines.get(name) ?? new Map()).set(line, values))
  }

  /**
   * Return an entry of such lines: undefined if there are none of that name, NaN if the line has not been fetched.
   * @param {string} name @param {number} at
   */
  part(name, at) {
    const lines = this.extraLines.get(name)
    const [first, second] = this.lines(at)
    const indexInKernel = at % this.kernel
    const entryOf = (/** @type {string} */ line, /** @type {number} */ n) =>
      lines?.get(line)?.[n * this.kernel + indexInKernel]
    return lines && (entryOf(`${first},`, second) ?? entryOf(`,${second}`, first) ?? Number.NaN)
  }

  /**
   * Return the offset of the largest gradient, whose step represents the parameter.
   * @param {ArrayLike<number>} gradients
   */
  largest(gradients) {
    if (this.most !== undefined) return this.most
    let maxMagnitude = 0
    for (let n = 0; n < gradients.length; n++)
      if (Math.abs(gradients[n]) > Math.abs(gradients[maxMagnitude])) maxMagnitude = n
    this.most = maxMagnitude
    return maxMagnitude
  }
}
