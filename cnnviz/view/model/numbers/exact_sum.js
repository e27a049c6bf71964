// Exactly rounded sums (Shewchuk 1997), which do not depend on the order of the terms. They agree with the core's
// `exact` (cnnviz/core/explain/cell_arithmetic.py) to the last bit.

/** @param {number[]} values */
export function exactSum(values) {
  if (!values.every(Number.isFinite)) return values.reduce((sum, value) => sum + value, 0)
  /** @type {number[]}  partial sum as non-overlapping parts, the smallest first */
  const parts = []
  for (let value of values) {
    let partCount = 0
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] // kept parts are stored before index i
      const sum = value + part
      const error = Math.abs(value) < Math.abs(part) ? value - (sum - part) : part - (sum - value)
      if (error) parts[partCount++] = error
      value = sum
    }
    parts.length = partCount
    parts.push(value)
  }
  return roundParts(parts)
}

/** @param {number[]} parts */
function roundParts(parts) {
  let index = parts.length - 1
  let sum = parts[index] ?? 0
  let error = 0
  while (index > 0 && !error) {
    const previous = sum
    index -= 1
    sum = previous + parts[index]
    error = parts[index] - (sum - previous)
  }
  if (index < 1 || !error || Math.sign(error) !== Math.sign(parts[index - 1])) return sum
  const up = sum + 2 * error // exactly half a unit with a remainder of the same sign: round away
  return up - sum === 2 * error ? up : sum
}
