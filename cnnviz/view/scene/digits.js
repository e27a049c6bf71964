// Digits of the numbers in a picture: as many decimals as fit, the same for all numbers of a part.

import { exponentOf, formatInteger, timesPower } from "../model/numbers/format.js"
import { formatFixed } from "../model/numbers/printed_sums.js"

/** @typedef {{ write: (value: number) => string, power: number, fits: boolean }} Printed  formatter of a part's numbers, their common exponent, and whether all of them fit */

const DECIMALS = [2, 3, 4] // tried in this order
const LARGE = 10 // numbers from which none are needed
const LARGEST_INTEGER = 1000

/**
 * Return the formatter of numbers that share a power of ten and a number of decimals. Integers stay integers.
 * @param {number[]} values NaN for blank cells @param {number} letters number of characters that fit @param {{ isEnough?: (write: (value: number) => string, power: number) => boolean, isSteady?: boolean }} [how] `isEnough` returns whether a formatter has enough decimals; `isSteady`: the values are limits of changing numbers @returns {Printed}
 */
export function printCells(values, letters, { isEnough = () => true, isSteady = false } = {}) {
  const known = values.filter((value) => !Number.isNaN(value))
  const largest = Math.max(0, ...known.map(Math.abs))
  const isWhole = !isSteady && known.every(Number.isInteger) && largest < LARGEST_INTEGER
  const power = isWhole ? 0 : exponentOf(largest)
  const withDecimals = (/** @type {number} */ count) => (/** @type {number} */ value) =>
    formatFixed(value / 10 ** power, count)
  const fits = (/** @type {(value: number) => string} */ write) =>
    known.every((value) => write(value).length <= letters)
  if (isWhole) return { write: formatInteger, power, fits: fits(formatInteger) }
  const writers = DECIMALS.map(withDecimals).filter(fits)
  const fewer = largest / 10 ** power < LARGE ? [1] : [1, 0] // if not even two fit
  const writer = writers.find((write) => isEnough(write, power)) ?? writers.at(-1) ?? fewer.map(withDecimals).find(fits)
  return { write: writer ?? withDecimals(DECIMALS[0]), power, fits: Boolean(writer) }
}

const SMALLEST_EXPONENT = -4 // of a number that is printed with decimals

/** Return the text of a number alone: with decimals, or with a power of ten if it is tiny. @param {number} value @param {number} [digits] */
export function printAlone(value, digits = 3) {
  const exponent = value && Number.isFinite(value) ? Math.floor(Math.log10(Math.abs(value))) : 0
  return exponent < SMALLEST_EXPONENT
    ? `${formatFixed(value / 10 ** exponent, digits - 1)} ${timesPower(exponent)}`
    : formatFixed(value, Math.max(digits - 1 - exponent, 0))
}
