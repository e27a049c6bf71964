// Calculations on many starts: positions of the dots on a logarithmic scale, and the sentence on all runs.

import { number } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"

/** @import { Box } from "../../view/types/view.js" */
/** @typedef {{ low: number, high: number, less: boolean, at: (loss: number) => number }} Scale  powers of ten from low to high, whether there is less, and where a loss is, from 0 (high) to 1 (low) */
/** @typedef {{ x: Float64Array, y: Float64Array, size: number }} Dots */

export const HIGH = 0.1 // losses above this count as high after a training with targets of 0 and 1
const LEAST = 1e-6 // smaller losses are drawn at the lower end
const MOST = 1e6
const LARGEST = 12 // default distance between dots in pixels
const SMALLEST = 3

/** Return the last loss of each run. @param {ArrayLike<number>} losses @param {number} runs */
export function lastOf(losses, runs) {
  const updateCount = losses.length / runs
  return Float64Array.from({ length: runs }, (_, run) => losses[(run + 1) * updateCount - 1])
}

/**
 * Return the scale that contains all losses; NaN and infinity are drawn at its upper end.
 * @param {ArrayLike<number>} losses @returns {Scale}
 */
export function scaleOf(losses) {
  let [least, most] = [Number.POSITIVE_INFINITY, 0]
  for (const loss of Array.from(losses)) {
    if (!Number.isFinite(loss)) continue
    least = Math.min(least, loss)
    most = Math.max(most, loss)
  }
  const low = Math.floor(Math.log10(Math.max(Math.min(least, most), LEAST)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.min(Math.max(most, LEAST), MOST))))
  const positionOf = (/** @type {number} */ loss) => {
    const power = Number.isFinite(loss) ? Math.log10(Math.max(loss, 10 ** low)) : high
    return (high - Math.min(power, high)) / (high - low)
  }
  return { low, high, less: least < 10 ** low, at: positionOf }
}

/**
 * Arrange dots in rows of similar losses, as large as the longest row allows.
 * @param {ArrayLike<number>} last
 * @param {Scale} scale
 * @param {Box} box
 * @param {number} [largest]  from one dot to the next
 * @returns {Dots}
 */
export function heapLayout(last, scale, box, largest = LARGEST) {
  const order = Array.from(last, (_, run) => run)
    .filter((run) => Number.isFinite(last[run])) // diverged runs take no place among the others
    .sort((a, b) => scale.at(last[a]) - scale.at(last[b]) || a - b)
  for (let size = Math.round(largest); ; size--) {
    const rows = Math.max(1, Math.floor(box.height / size))
    const row = (/** @type {number} */ run) => Math.min(rows - 1, Math.floor(scale.at(last[run]) * rows))
    const counts = new Array(rows).fill(0)
    const positions = new Float64Array(last.length)
    for (const run of order) positions[run] = counts[row(run)]++
    const longest = Math.max(1, ...counts)
    if (longest * size > box.width && size > SMALLEST) continue
    const step = Math.min(size, box.width / longest) // dots overlap if a row is too long
    const x = positions.map((place) => box.x + (place + 0.5) * step)
    const y = Float64Array.from(last, (_, run) => box.y + ((row(run) + 0.5) / rows) * box.height)
    return { x, y, size }
  }
}

/**
 * Arrange dots above their values, at the heights of their losses.
 * @param {ArrayLike<number>} last
 * @param {Scale} scale
 * @param {Box} box
 * @param {number} [size]  of a dot
 * @returns {Dots}
 */
export function rowLayout(last, scale, box, size = LARGEST) {
  const columnWidth = box.width / last.length
  return {
    x: Float64Array.from(last, (_, run) => box.x + (run + 0.5) * columnWidth),
    y: Float64Array.from(last, (loss) => box.y + scale.at(loss) * box.height),
    size,
  }
}

/**
 * Return the run whose dot is nearest to a point, or −1 if none is near.
 * @param {Dots} dots @param {number} x @param {number} y
 */
export function nearestRun({ x: xs, y: ys, size }, x, y) {
  let [best, found] = [Math.max(size, 8) ** 2, -1]
  xs.forEach((dot, run) => {
    const squaredDistance = (dot - x) ** 2 + (ys[run] - y) ** 2
    if (squaredDistance < best) [best, found] = [squaredDistance, run]
  })
  return found
}

/** @param {number} loss */
const height = (loss) => (Number.isFinite(loss) ? loss : Number.POSITIVE_INFINITY)

/** Return the runs from the highest loss to the lowest, for the keyboard. @param {ArrayLike<number>} last */
export const inOrder = (last) =>
  Array.from(last, (_, run) => run).sort((a, b) => height(last[b]) - height(last[a]) || a - b)

/**
 * Summarize all runs: how many stay high, end at the same loss or diverge, and by when half of the right ones had the
 * right answer.
 * @param {ArrayLike<number>} last
 * @param {ArrayLike<number> | undefined} reached
 */
export function summarizeRuns(last, reached) {
  const lastLosses = Array.from(last)
  /** @type {Map<number, number>} */
  const counts = new Map()
  for (const loss of lastLosses) counts.set(loss, (counts.get(loss) ?? 0) + 1)
  const [same, times] = [...counts].reduce((most, one) => (one[1] > most[1] ? one : most), [Number.NaN, 0])
  const reachedRuns = Array.from(reached ?? [])
    .filter((k) => k >= 0)
    .sort((a, b) => a - b)
  const finiteLosses = lastLosses.filter(Number.isFinite)
  return {
    runs: lastLosses.length,
    high: finiteLosses.filter((loss) => loss > HIGH).length,
    lost: lastLosses.length - finiteLosses.length,
    least: Math.min(...finiteLosses),
    most: Math.max(...finiteLosses),
    same,
    times: times > Math.max(2, lastLosses.length / 20) && Number.isFinite(same) ? times : 0,
    right: reached ? reachedRuns.length : undefined,
    half: reachedRuns[reachedRuns.length >> 1] ?? 0,
  }
}

/** Return the sentence on all runs. @param {ReturnType<typeof summarizeRuns>} found @param {number} n  updates of each */
export function headline(found, n) {
  if (found.lost === found.runs) return say("web.sweep.all_lost")
  if (found.runs === 1) return say("web.sweep.single", { n, loss: number(found.least, 2) })
  const isSplit = found.high > 0 && found.high < found.runs
  const ends = { n, runs: found.runs, least: number(found.least, 2), most: number(found.most, 2) }
  return isSplit ? say("web.sweep.high", { ...ends, high: found.high, limit: HIGH }) : say("web.sweep.between", ends)
}

/**
 * Return groups of runs with similar ends, highest first: equal losses, losses above the limit, and losses below it.
 * @param {ArrayLike<number>} last
 */
export function groupsOf(last) {
  const { same, times } = summarizeRuns(last, undefined)
  const finiteRuns = Array.from(last, (_, run) => run).filter((run) => Number.isFinite(last[run]))
  const equalRuns = times ? finiteRuns.filter((run) => last[run] === same) : []
  const otherRuns = (/** @type {boolean} */ high) =>
    finiteRuns.filter((run) => last[run] > HIGH === high && !equalRuns.includes(run))
  const range = (/** @type {number[]} */ runs) => ({
    n: runs.length,
    low: number(Math.min(...runs.map((run) => last[run])), 2),
    high: number(Math.max(...runs.map((run) => last[run])), 2),
  })
  const groups = [
    {
      runs: equalRuns,
      high: same > HIGH,
      text: say("web.sweep.group.same", { n: equalRuns.length, loss: number(same, 4) }),
    },
    ...[true, false].map((high) => ({
      runs: otherRuns(high),
      high,
      text: say("web.sweep.group.range", range(otherRuns(high))),
    })),
  ]
  return groups.filter(({ runs }) => runs.length)
}

/**
 * Rank one run among all: how many end lower, higher and at the same loss. Diverged runs count as highest.
 * @param {ArrayLike<number>} last
 * @param {number} own
 */
export function rankRun(last, own) {
  const rank = { lower: 0, same: -1, higher: 0 }
  for (const groupHeight of Array.from(last, height))
    rank[groupHeight < height(last[own]) ? "lower" : groupHeight > height(last[own]) ? "higher" : "same"]++
  return rank
}
