// The scale of bars that are compared: linear through 0, or logarithmic for magnitudes over more than three decades.

import { extremes } from "../../view/model/numbers/extremes.js"

const LINEAR = 1000 // largest quotient of two magnitudes on a linear scale
const MOST_NAMED = 7 // maximal number of named decades

/**
 * Return a scale of values: `part` is the length of a value's bar and `from` its left end, as fractions of the scale.
 * `decades` are the powers of ten on a logarithmic scale, some of them named. All bars begin at 0, or at the lowest power.
 * @param {number[]} values
 */
export function barScale(values) {
  const finite = values.filter(Number.isFinite)
  const [low, high] = extremes(finite.filter(Boolean).map(Math.abs))
  if (!(high / low > LINEAR)) {
    const [bottom, top] = extremes([0, ...finite])
    const span = top - bottom || 1
    return {
      part: (/** @type {number} */ value) => Math.min(Math.abs(value) / span, 1),
      from: (/** @type {number} */ value) => (Math.min(value, 0) - bottom) / span,
      decades: /** @type {{ power: number, at: number, isNamed: boolean }[]} */ ([]),
    }
  }
  const [first, last] = [Math.ceil(Math.log10(low)) - 1, Math.ceil(Math.log10(high))]
  const positionOf = (/** @type {number} */ power) => Math.min(Math.max((power - first) / (last - first), 0), 1)
  const step = Math.ceil((last - first) / (MOST_NAMED - 1))
  const powers = Array.from({ length: last - first + 1 }, (_, n) => first + n)
  return {
    part: (/** @type {number} */ value) => (value ? positionOf(Math.log10(Math.abs(value))) : 0),
    from: () => 0,
    decades: powers.map((power, n) => ({ power, at: positionOf(power), isNamed: n % step === 0 })),
  }
}
