// The largest of a list, its ends, and what in it is nearest.

/** The place of the largest, the first of equal ones. @param {ArrayLike<number>} values */
export function largest(values) {
  let best = 0
  for (let n = 1; n < values.length; n++) if (values[n] > values[best]) best = n
  return best
}

/** The least and the largest; NaN where there is neither. @param {ArrayLike<number>} values @returns {[number, number]} */
export function extremes(values) {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let n = 0; n < values.length; n++) {
    if (values[n] < low) low = values[n]
    if (values[n] > high) high = values[n]
  }
  return low <= high ? [low, high] : [Number.NaN, Number.NaN]
}

/** The place of the value that is least far away. @param {ArrayLike<number>} x @param {(value: number) => number} far */
export function nearest(x, far) {
  let best = 0
  for (let n = 1; n < x.length; n++) if (far(x[n]) < far(x[best])) best = n
  return best
}
