// The weights or filters of a layer that has too many of them to travel: colours at first, and line by line the exact ones.

export const SHADES = 127 // of a colour on either side of zero, as wide_weights.py has them

/** What colours stand for. @param {Int8Array} colours @param {number} limit  the largest */
export function shaded(colours, limit) {
  const values = new Float64Array(colours.length)
  for (let n = 0; n < values.length; n++) values[n] = (colours[n] / SHADES) * limit // `from` takes twenty times as long
  return values
}

export class Wide {
  /** @type {Set<string>}  the lines that are known exactly */
  known = new Set()
  whole = false // whether all are
  /** @type {number | undefined} */
  most = undefined

  /**
   * @param {string} name
   * @param {number[]} shape  lines by their first number, lines by their second, and how many numbers stand at a place of both
   */
  constructor(name, [, across, kernel]) {
    this.name = name
    this.across = across
    this.kernel = kernel
  }

  /** The place of an entry in both kinds of lines. @param {number} at */
  lines(at) {
    const place = Math.floor(at / this.kernel)
    return [Math.floor(place / this.across), place % this.across]
  }

  /** Gives what is to be asked for to know a line: of one unit or filter, or of one output or channel. @param {string} name @param {0 | 1} axis @param {number} n */
  lacks(name, axis, n) {
    const line = axis ? `,${n}` : `${n},`
    return this.known.has(line) ? [] : [`${name}:${line}`]
  }

  /** Tells whether an entry is known exactly. @param {number} at */
  has(at) {
    const [first, second] = this.lines(at)
    return this.whole || this.known.has(`,${second}`) || this.known.has(`${first},`)
  }

  /** Takes in a line of one of its arrays. @param {string} line "57," or ",57"; "" is all @param {Float64Array} array @param {ArrayLike<number>} values */
  learn(line, array, values) {
    if (!line) return array.set(values)
    const [first, second] = line.split(",")
    const { across, kernel } = this
    for (let i = 0; i < values.length; i++) {
      const at = first
        ? Number(first) * across * kernel + i
        : (Math.floor(i / kernel) * across + Number(second)) * kernel + (i % kernel)
      array[at] = values[i]
    }
  }

  /** The place of the largest gradient, whose step stands for all. @param {ArrayLike<number>} gradients */
  largest(gradients) {
    if (this.most !== undefined) return this.most
    let most = 0
    for (let n = 0; n < gradients.length; n++) if (Math.abs(gradients[n]) > Math.abs(gradients[most])) most = n
    this.most = most
    return most
  }
}
