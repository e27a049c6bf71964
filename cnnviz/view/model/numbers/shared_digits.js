// Two numbers digit by digit: the digits they share, and the rest.

const DIGITS = 13
const MINUS = "−"

/**
 * Split the digits of a number at the first one that differs from the other number.
 * @param {number} value
 * @param {number} other
 * @returns {[same: string, rest: string]}
 */
export function sharedDigits(value, other) {
  const [a, b] = [value, other].map((number) => formatLike(number, value))
  if (value === other) return [a, ""]
  let index = 0
  while (index < a.length && a[index] === b[index]) index++
  return [a.slice(0, index), a.slice(index)]
}

/** @param {number} value @param {number} like */
function formatLike(value, like) {
  if (!Number.isFinite(value)) return String(value).replace("-", MINUS).replace("Infinity", "∞")
  if (value === 0) return "0"
  const size = Math.floor(Math.log10(Math.abs(like) || 1))
  const text = size >= -4 && size < 6 ? value.toFixed(DIGITS - 1 - size) : value.toExponential(DIGITS - 1)
  return text.replace(/-/g, MINUS).replace("e+", "e")
}
