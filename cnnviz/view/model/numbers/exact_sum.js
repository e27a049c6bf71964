// Sums that have one value, whoever adds them up: rounded once, at the end (Shewchuk 1997), as the core's `exact`
// (cnnviz/core/explain/cell_arithmetic.py) has them, to the last bit.

/** @param {number[]} values */
export function exact(values) {
  if (!values.every(Number.isFinite)) return values.reduce((sum, value) => sum + value, 0)
  /** @type {number[]}  what the sum is so far, in parts that do not overlap, the smallest first */
  const parts = []
  for (let value of values) {
    let kept = 0
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] // what was kept stands before it
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
  const up = sum + 2 * lost // half a unit, and more to come: on to the next number
  return up - sum === 2 * lost ? up : sum
}
