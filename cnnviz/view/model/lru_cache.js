// A least-recently-used cache of values by name, bounded by their total weight.

/** @template V */
export class LruCache {
  /** @type {Map<string, { value: V, weight: number }>} */
  #values = new Map()
  #total = 0

  /** @param {number} most  maximum total weight; the newest value is kept regardless of its weight */
  constructor(most) {
    this.most = most
  }

  /** @param {string} name */
  has(name) {
    return this.#values.has(name)
  }

  /**
   * @param {string} name
   * @returns {V | undefined}
   */
  get(name) {
    const entry = this.#values.get(name)
    if (!entry) return undefined
    this.#values.delete(name) // move it to the end
    this.#values.set(name, entry)
    return entry.value
  }

  /**
   * @param {string} name
   * @param {V} value
   * @param {number} weight
   */
  put(name, value, weight) {
    this.#total += weight - (this.#values.get(name)?.weight ?? 0)
    this.#values.delete(name)
    this.#values.set(name, { value, weight })
    for (const [oldest, { weight: freed }] of this.#values) {
      if (this.#total <= this.most || oldest === name) return
      this.#values.delete(oldest)
      this.#total -= freed
    }
  }
}
