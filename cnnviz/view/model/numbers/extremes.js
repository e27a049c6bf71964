// Index of the largest value, minimum and maximum, and the nearest value.

/** Return the index of the largest value, the first of equal ones. @param {ArrayLike<number>} values */
export function largestIndex(values) {
  let bestIndex = 0
  for (let n = 1; n < values.length; n++) if (values[n] > values[bestIndex]) bestIndex = n
  return bestIndex
}

/**
 * Return the minimum and maximum, or NaN for both if there are no numbers.
 * @param {ArrayLike<number>} values @returns {[number, number]}
 */
export function extremes(values) {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let n = 0; n < values.length; n++) {
    if (values[n] < low) low = values[n]
    if (values[n] > high) high = values[n]
  }
  return low <= high ? [low, high] : [Number.NaN, Number.NaN]
}

/**
 * Return the index of the nearest value; `far` is the distance.
 * @param {ArrayLike<number>} x @param {(value: number) => number} distance
 */
export function nearestIndex(x, distance) {
  let bestIndex = 0
  for (let n = 1; n < x.length; n++) if (distance(x[n]) < distance(x[bestIndex])) bestIndex = n
  return bestIndex
}
