// The scale of bars that are compared: linear from 0, or logarithmic for magnitudes over more than three decades.

const LINEAR = 1000 // largest quotient of two magnitudes on a linear scale
const MOST_NAMED = 7 // maximal number of named decades

/**
 * Return the length of a bar as a fraction of the longest possible one, and the powers of ten on the scale, with
 * labels for some of them. A linear scale has none.
 * @param {number[]} magnitudes
 */
export function barScale(magnitudes) {
  const nonzero = magnitudes.filter((value) => value > 0 && Number.isFinite(value))
  const [low, high] = [Math.min(...nonzero), Math.max(...nonzero)]
  if (!nonzero.length || high / low <= LINEAR) {
    const part = (/** @type {number} */ value) => Math.min(value / (nonzero.length ? high : 1), 1)
    return { part, decades: /** @type {{ power: number, at: number, isNamed: boolean }[]} */ ([]) }
  }
  const [first, last] = [Math.ceil(Math.log10(low)) - 1, Math.ceil(Math.log10(high))]
  const positionOf = (/** @type {number} */ power) => Math.min(Math.max((power - first) / (last - first), 0), 1)
  const step = Math.ceil((last - first) / (MOST_NAMED - 1))
  const powers = Array.from({ length: last - first + 1 }, (_, n) => first + n)
  return {
    part: (/** @type {number} */ value) => (value > 0 ? positionOf(Math.log10(value)) : 0),
    decades: powers.map((power, n) => ({ power, at: positionOf(power), isNamed: n % step === 0 })),
  }
}
