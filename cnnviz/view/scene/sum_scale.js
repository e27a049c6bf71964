// The axis of a sum: where its bars begin and end, as shares of the range of all partial sums.

/** @param {number} value */
export const signOf = (value) => (value < 0 ? "neg" : value > 0 ? "pos" : "")

/**
 * Return the axis of bars that each begin at the end of the last one, and of their total: `share` of a value, `span`,
 * the styles of a bar between two values, and `ends`, the partial sums from 0 on.
 * @param {number[]} terms @param {number} total
 */
export function sumScale(terms, total) {
  const ends = [0]
  for (const value of terms) ends.push(/** @type {number} */ (ends.at(-1)) + value)
  const [low, high] = [Math.min(...ends, total), Math.max(...ends, total)]
  const share = (/** @type {number} */ value) => (value - low) / (high - low || 1)
  const span = (/** @type {number} */ from, /** @type {number} */ to) => ({
    "--from": share(Math.min(from, to)),
    "--to": share(Math.max(from, to)),
  })
  return { ends, share, span }
}
