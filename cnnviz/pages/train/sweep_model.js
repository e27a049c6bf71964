// Many starts as a picture: where each run's dot stands, and what can be said of all of them. Losses on powers of ten.

import { number } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"

/** @import { Box } from "../../view/types/view.js" */
/** @typedef {{ low: number, high: number, less: boolean, at: (loss: number) => number }} Scale  powers of ten from low to high, whether there is less, and where a loss is, from 0 (high) to 1 (low) */
/** @typedef {{ x: Float64Array, y: Float64Array, size: number }} Dots */

export const HIGH = 0.1 // a loss that is still high after a training, with targets of 0 and 1
const LEAST = 1e-6 // what is less stands at the lower end
const MOST = 1e6
const LARGEST = 12 // pixels from one dot to the next, unless it is said
const SMALLEST = 3

/** The last loss of each run. @param {ArrayLike<number>} losses @param {number} runs */
export function lastOf(losses, runs) {
  const each = losses.length / runs
  return Float64Array.from({ length: runs }, (_, run) => losses[(run + 1) * each - 1])
}

/** The scale that holds all losses; what is no number stands at its upper end. @param {ArrayLike<number>} losses @returns {Scale} */
export function scaleOf(losses) {
  let [least, most] = [Number.POSITIVE_INFINITY, 0]
  for (const loss of Array.from(losses)) {
    if (!Number.isFinite(loss)) continue
    least = Math.min(least, loss)
    most = Math.max(most, loss)
  }
  const low = Math.floor(Math.log10(Math.max(Math.min(least, most), LEAST)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.min(Math.max(most, LEAST), MOST))))
  const at = (/** @type {number} */ loss) => {
    const power = Number.isFinite(loss) ? Math.log10(Math.max(loss, 10 ** low)) : high
    return (high - Math.min(power, high)) / (high - low)
  }
  return { low, high, less: least < 10 ** low, at }
}

/**
 * Dots side by side in rows of losses that are nearly the same, as large as the longest row lets them be.
 * @param {ArrayLike<number>} last
 * @param {Scale} scale
 * @param {Box} box
 * @param {number} [largest]  from one dot to the next
 * @returns {Dots}
 */
export function heap(last, scale, box, largest = LARGEST) {
  const order = Array.from(last, (_, run) => run)
    .filter((run) => Number.isFinite(last[run])) // diverged runs take no place among the others
    .sort((a, b) => scale.at(last[a]) - scale.at(last[b]) || a - b)
  for (let size = Math.round(largest); ; size--) {
    const rows = Math.max(1, Math.floor(box.height / size))
    const row = (/** @type {number} */ run) => Math.min(rows - 1, Math.floor(scale.at(last[run]) * rows))
    const counts = new Array(rows).fill(0)
    const places = new Float64Array(last.length)
    for (const run of order) places[run] = counts[row(run)]++
    const longest = Math.max(1, ...counts)
    if (longest * size > box.width && size > SMALLEST) continue
    const step = Math.min(size, box.width / longest) // beyond so many they lie over each other
    const x = places.map((place) => box.x + (place + 0.5) * step)
    const y = Float64Array.from(last, (_, run) => box.y + ((row(run) + 0.5) / rows) * box.height)
    return { x, y, size }
  }
}

/**
 * Dots over their values, in the order of these, at their own heights.
 * @param {ArrayLike<number>} last
 * @param {Scale} scale
 * @param {Box} box
 * @param {number} [size]  of a dot
 * @returns {Dots}
 */
export function row(last, scale, box, size = LARGEST) {
  const each = box.width / last.length
  return {
    x: Float64Array.from(last, (_, run) => box.x + (run + 0.5) * each),
    y: Float64Array.from(last, (loss) => box.y + scale.at(loss) * box.height),
    size,
  }
}

/** The run whose dot is nearest to a point, −1 where none is near. @param {Dots} dots @param {number} x @param {number} y */
export function nearest({ x: xs, y: ys, size }, x, y) {
  let [best, found] = [Math.max(size, 8) ** 2, -1]
  xs.forEach((dot, run) => {
    const far = (dot - x) ** 2 + (ys[run] - y) ** 2
    if (far < best) [best, found] = [far, run]
  })
  return found
}

/** @param {number} loss */
const height = (loss) => (Number.isFinite(loss) ? loss : Number.POSITIVE_INFINITY)

/** The runs from the highest loss to the lowest, for the keyboard. @param {ArrayLike<number>} last */
export const inOrder = (last) =>
  Array.from(last, (_, run) => run).sort((a, b) => height(last[b]) - height(last[a]) || a - b)

/**
 * What is said of all runs: how many are high still, how many end at the very same number, how many ran away, and when half of those that came to
 * the right answer had it.
 * @param {ArrayLike<number>} last
 * @param {ArrayLike<number> | undefined} reached
 */
export function facts(last, reached) {
  const all = Array.from(last)
  /** @type {Map<number, number>} */
  const counts = new Map()
  for (const loss of all) counts.set(loss, (counts.get(loss) ?? 0) + 1)
  const [same, times] = [...counts].reduce((most, one) => (one[1] > most[1] ? one : most), [Number.NaN, 0])
  const came = Array.from(reached ?? [])
    .filter((k) => k >= 0)
    .sort((a, b) => a - b)
  const finite = all.filter(Number.isFinite)
  return {
    runs: all.length,
    high: finite.filter((loss) => loss > HIGH).length,
    lost: all.length - finite.length,
    least: Math.min(...finite),
    most: Math.max(...finite),
    same,
    times: times > Math.max(2, all.length / 20) && Number.isFinite(same) ? times : 0,
    right: reached ? came.length : undefined,
    half: came[came.length >> 1] ?? 0,
  }
}

/** Return what is said of all runs, as a sentence. @param {ReturnType<typeof facts>} found @param {number} n  updates of each */
export function headline(found, n) {
  if (found.lost === found.runs) return say("web.sweep.all_lost")
  if (found.runs === 1) return say("web.sweep.single", { n, loss: number(found.least, 2) })
  const split = found.high > 0 && found.high < found.runs
  const ends = { n, runs: found.runs, least: number(found.least, 2), most: number(found.most, 2) }
  return split ? say("web.sweep.high", { ...ends, high: found.high, limit: HIGH }) : say("web.sweep.between", ends)
}

/**
 * Runs that end alike, the highest first: at the very same number, above what is high, and below.
 * @param {ArrayLike<number>} last
 */
export function groupsOf(last) {
  const { same, times } = facts(last, undefined)
  const all = Array.from(last, (_, run) => run).filter((run) => Number.isFinite(last[run]))
  const alike = times ? all.filter((run) => last[run] === same) : []
  const others = (/** @type {boolean} */ high) => all.filter((run) => last[run] > HIGH === high && !alike.includes(run))
  const range = (/** @type {number[]} */ runs) => ({
    n: runs.length,
    low: number(Math.min(...runs.map((run) => last[run])), 2),
    high: number(Math.max(...runs.map((run) => last[run])), 2),
  })
  const groups = [
    { runs: alike, high: same > HIGH, text: say("web.sweep.group.same", { n: alike.length, loss: number(same, 4) }) },
    ...[true, false].map((high) => ({
      runs: others(high),
      high,
      text: say("web.sweep.group.range", range(others(high))),
    })),
  ]
  return groups.filter(({ runs }) => runs.length)
}

/**
 * Where one run stands among all: how many end lower, how many higher, and how many others at the very same number. What ran away is highest.
 * @param {ArrayLike<number>} last
 * @param {number} own
 */
export function standing(last, own) {
  const found = { lower: 0, same: -1, higher: 0 }
  for (const by of Array.from(last, height))
    found[by < height(last[own]) ? "lower" : by > height(last[own]) ? "higher" : "same"]++
  return found
}
