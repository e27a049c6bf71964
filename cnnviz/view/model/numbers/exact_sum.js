// Exactly rounded sums (Shewchuk 1997), which do not depend on the order of the terms. They agree with the core's
// `exact` (cnnviz/core/explain/cell_arithmetic.py) to the last bit.

/** @param {number[]} values */
export function exact(values) {
  if (!values.every(Number.isFinite)) return values.reduce((sum, value) => sum + value, 0)
  /** @type {number[]}  partial sum as non-overlapping parts, the smallest first */
  const parts = []
  for (let value of values) {
    let kept = 0
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] // kept parts are stored before index i
      const sum = value + part
      const lost = Math.abs(value) < Math.abs(part) ? value - (sum - part) : part - (sum - value)
      if (lost) parts[kept++] = lost
      value = sum
    }
    parts.length = kept
    parts.push(value)
  }
  return rounded(parts)
}

/** @param {number[]} parts */
function rounded(parts) {
  let at = parts.length - 1
  let sum = parts[at] ?? 0
  let lost = 0
  while (at > 0 && !lost) {
    const before = sum
    at -= 1
    sum = before + parts[at]
    lost = parts[at] - (sum - before)
  }
  if (at < 1 || !lost || Math.sign(lost) !== Math.sign(parts[at - 1])) return sum
  const up = sum + 2 * lost // exactly half a unit with a remainder of the same sign: round away
  return up - sum === 2 * lost ? up : sum
}
