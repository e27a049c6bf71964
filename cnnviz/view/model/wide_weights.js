// The weights of a layer that has too many of them to travel: colours at first, and line by line the exact ones.

export const COLOURS = 127 // steps of a colour on either side of zero, as wide_weights.py has them

export class Wide {
  /** @type {Set<string>}  the lines that are known exactly */
  known = new Set()
  whole = false // whether all are
  /** @type {number | undefined} */
  most = undefined

  /**
   * @param {Int8Array} colours
   * @param {number} outputs
   * @param {number} limit  the largest of them
   */
  constructor(colours, outputs, limit) {
    this.outputs = outputs
    this.values = Float64Array.from(colours, (colour) => (colour / COLOURS) * limit)
    this.next = new Float64Array(colours.length).fill(Number.NaN)
  }

  /** Gives what is to be asked for to know a line. @param {string} name @param {"unit" | "output"} kind @param {number} n */
  lacks(name, kind, n) {
    const line = kind === "unit" ? `${n},` : `,${n}`
    return this.known.has(line) ? [] : [`${name}:${line}`]
  }

  /** Tells whether an entry is known exactly. @param {number} at */
  has(at) {
    return this.whole || this.known.has(`,${at % this.outputs}`) || this.known.has(`${Math.floor(at / this.outputs)},`)
  }

  /** @param {string} of @param {ArrayLike<number>} values @param {ArrayLike<number>} [next] what the update makes of them, of a line */
  learn(of, values, next) {
    const line = of.slice(of.indexOf(":") + 1)
    if (!line) {
      this.values.set(values)
      this.whole = true
    }
    if (!line || !next) return
    const [unit, output] = line.split(",")
    for (let i = 0; i < values.length; i++) {
      const at = unit ? Number(unit) * this.outputs + i : i * this.outputs + Number(output)
      this.values[at] = values[i]
      this.next[at] = next[i]
    }
    this.known.add(line)
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
