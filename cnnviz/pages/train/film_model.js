// Calculations on a recording: frames, the share of the loss's fall so far, and the layout of labels on the timeline.

import { largestIndex } from "../../view/model/numbers/extremes.js"
import { say } from "../../view/model/words.js"

/** @import { FilmShare } from "../../view/types/view.js" */

/**
 * Return the index of the last frame up to an update.
 * @param {ArrayLike<number>} updates  that there are frames of, in order
 * @param {number} k
 */
export function frameAt(updates, k) {
  let [low, high] = [0, updates.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (updates[middle] <= k) low = middle
    else high = middle - 1
  }
  return low
}

/**
 * Return the share of the loss's total fall that is done by an update, or null if the loss does not fall.
 * @param {ArrayLike<number>} losses
 * @param {number} k
 */
export function fallenShare(losses, k) {
  const totalFall = losses[0] - losses[losses.length - 1]
  return totalFall > 0 && Number.isFinite(totalFall) ? (losses[0] - losses[k]) / totalFall : null
}

/** Return how the loss has moved: a key of web.film.fell. @param {number} from @param {number} to */
export const lossChangeKey = (from, to) =>
  !Number.isFinite(to) ? "lost" : to < from ? "fell" : to > from ? "rose" : "same"

const NEARLY = 0.9995 // from here on, 100 % would be printed

/** Return the sentence on the parameter with the largest share of the predicted decrease. @param {FilmShare} share */
export function headline({ names, all }) {
  const leaderIndex = largestIndex(all)
  const outcomeKey = all.length === 1 ? "alone" : all[leaderIndex] > NEARLY && all[leaderIndex] <= 1 ? "nearly" : "most"
  return say(`web.film.headline.${outcomeKey}`, { name: names[leaderIndex], share: all[leaderIndex] })
}

/** @typedef {{ name: string, names: number, part: number, count: number }} Row  a parameter, or how many without a name, the share of the promised fall, and the numbers */

/**
 * Return a row for each parameter, largest share first. If there are too many, the last row sums up the rest.
 * @param {FilmShare} share
 * @param {(n: number) => number} part
 * @param {number} most
 * @returns {Row[]}
 */
export function shareRows({ names, all, counts }, part, most) {
  const order = names.map((_, n) => n).sort((one, other) => all[other] - all[one])
  const shownOrder = order.slice(0, order.length > most ? most - 1 : most)
  const hiddenOrder = order.slice(shownOrder.length)
  const sum = (/** @type {(n: number) => number} */ of) => hiddenOrder.reduce((total, n) => total + of(n), 0)
  const rows = shownOrder.map((n) => ({ name: names[n], names: 1, part: part(n), count: counts[n] }))
  if (!hiddenOrder.length) return rows
  return [...rows, { name: "", names: hiddenOrder.length, part: sum(part), count: sum((n) => counts[n]) }]
}

/**
 * Return the limits of the outputs' scale: 0, 1, the targets and all outputs, which may exceed these by at most 1.
 * @param {ArrayLike<number>} outputs  of all updates
 * @param {number[]} targets
 * @returns {[number, number]}
 */
export function outputScale(outputs, targets) {
  const [low, high] = [Math.min(0, ...targets), Math.max(1, ...targets)]
  let [least, most] = [low, high]
  for (let n = 0; n < outputs.length; n++) {
    if (outputs[n] < least) least = Math.max(outputs[n], low - 1)
    if (outputs[n] > most) most = Math.min(outputs[n], high + 1)
  }
  return [least, most]
}

/**
 * Return the outputs to show, in their original order: first the ones with high targets, then the ones that add most
 * to the final loss.
 * @param {number[]} targets
 * @param {(n: number) => number} term
 * @param {number} most
 */
export function outputsShown(targets, term, most) {
  const order = targets.map((_, n) => n)
  if (order.length <= most) return order
  order.sort((one, other) => targets[other] - targets[one] || (term(other) || 0) - (term(one) || 0))
  return order.slice(0, most).sort((one, other) => one - other)
}

const APART = 10 // pixels between two labels

/** @typedef {{ at: number, width: number }} Word  `at` is the preferred position of its middle */

/**
 * Return the left edge of each label on a line, in order of priority. A label whose position is taken moves next to
 * another label, or is null if there is no space there either.
 * @param {Word[]} words
 * @param {number} length
 * @returns {(number | null)[]}
 */
export function placeLabels(words, length) {
  /** @type {[number, number][]} */
  const takenRanges = []
  return words.map(({ at, width }) => {
    const clampLeft = (/** @type {number} */ left) => Math.min(Math.max(left, 0), Math.max(length - width, 0))
    const candidates = [at - width / 2, ...takenRanges.flatMap(([from, to]) => [to + APART, from - APART - width])]
    const freePlaces = candidates
      .map(clampLeft)
      .find((left) => takenRanges.every(([from, to]) => left >= to + APART - 1 || left + width <= from - APART + 1))
    if (freePlaces === undefined) return null
    takenRanges.push([freePlaces, freePlaces + width])
    return freePlaces
  })
}
