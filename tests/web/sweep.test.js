// Many starts: the scale, the positions of dots, the run under the pointer, and the summary.

import assert from "node:assert/strict"
import { test } from "node:test"
import {
  groupsOf,
  headline,
  heapLayout,
  inOrder,
  lastOf,
  nearestRun,
  rankRun,
  rowLayout,
  scaleOf,
  summarizeRuns,
} from "../../cnnviz/pages/train/sweep_model.js"
import { hasMessage } from "../../cnnviz/view/model/words.js"

const BOX = { x: 10, y: 20, width: 300, height: 240 }
const drawn = (n, seed = 7) => {
  let state = seed
  return Float64Array.from({ length: n }, () => {
    state = (state * 48271) % 2147483647
    return 10 ** (-5 * (state / 2147483647))
  })
}

test("the last loss of each run is its final loss", () => {
  assert.deepEqual([...lastOf([3, 2, 1, 6, 5, 4], 2)], [1, 4])
})

test("a scale covers all losses with integer powers of ten; NaN is at its top", () => {
  for (const losses of [drawn(50), [0.2, 0.2], [0], [Number.NaN, 3], [1e-30, 1e30]]) {
    const { low, high, at } = scaleOf(losses)
    assert.ok(Number.isInteger(low) && Number.isInteger(high) && low < high)
    for (const loss of losses) assert.ok(at(loss) >= 0 && at(loss) <= 1, `${loss}`)
    assert.equal(at(Number.NaN), 0)
    assert.equal(at(Number.POSITIVE_INFINITY), 0)
    assert.ok(at(10 ** low) === 1 && at(10 ** high) === 0)
  }
})

test("dots are within the box without overlap, each at the height of its loss", () => {
  for (const n of [1, 13, 240, 1000]) {
    const last = drawn(n)
    const scale = scaleOf(last)
    const { x, y, size } = heapLayout(last, scale, BOX)
    const places = new Set()
    for (let run = 0; run < n; run++) {
      assert.ok(x[run] > BOX.x && x[run] < BOX.x + BOX.width && y[run] > BOX.y && y[run] < BOX.y + BOX.height)
      assert.ok(Math.abs(y[run] - (BOX.y + scale.at(last[run]) * BOX.height)) <= 2 * size)
      places.add(`${x[run]} ${y[run]}`)
      assert.equal(nearestRun({ x, y, size }, x[run], y[run]), run)
    }
    assert.equal(places.size, n)
  }
  const narrow = { ...BOX, width: 90 }
  for (const at of heapLayout(new Array(400).fill(1), scaleOf([1]), narrow).x)
    assert.ok(at < BOX.x + 90, "no row is longer than the box")
})

test("runs with ordered values are drawn in that order", () => {
  const { x } = rowLayout([3, 1, 2], scaleOf([3, 1, 2]), BOX)
  assert.ok(x[0] < x[1] && x[1] < x[2] && x[2] < BOX.x + BOX.width)
})

test("no dot is found far from all dots", () => {
  assert.equal(nearestRun({ x: [10], y: [10], size: 8 }, 200, 10), -1)
})

test("the keyboard goes from the highest loss to the lowest", () => {
  assert.deepEqual(inOrder([1, Number.NaN, 3, 1]), [1, 2, 0, 3])
})

test("the summary's counts are correct", () => {
  const found = summarizeRuns([0.2, 0.2, 0.2, 0.2, 0.01, Number.NaN], [-1, -1, 4, 2, 0, -1])
  assert.deepEqual(found, { runs: 6, high: 4, lost: 1, least: 0.01, most: 0.2, same: 0.2, times: 4, right: 3, half: 2 })
  assert.equal(summarizeRuns([0.3, 0.2], undefined).right, undefined)
  assert.equal(summarizeRuns([0.3, 0.2], undefined).times, 0)
  for (const key of ["seed", "start", "lr", "f", "img"])
    assert.ok(hasMessage(`web.sweep.differs.${key}`) && hasMessage(`web.sweep.key.${key}`))
})

test("groups of dots contain each run once and state its count", () => {
  const last = Float64Array.from([
    ...new Array(12).fill(0.1951),
    0.13,
    0.19,
    ...drawn(30).map((loss) => loss / 20),
    Number.NaN,
  ])
  const groups = groupsOf(last)
  const all = groups.flatMap(({ runs }) => runs)
  assert.equal(new Set(all).size, all.length)
  assert.equal(all.length, last.length - 1, "what has run away stands in no group")
  assert.deepEqual(
    groups.map(({ runs, high }) => [runs.length, high]),
    [[12, true], [2, true], [30, false]], // biome-ignore format: short
  )
  for (const { runs, text } of groups) assert.ok(text.includes(String(runs.length)))
  assert.ok(headline(summarizeRuns(last), 200).includes("14"))
})

test("the rank of a run counts every other run once", () => {
  const last = Float64Array.from([0.2, 0.1, 0.1, 0.1, Number.NaN, 0.05, Number.POSITIVE_INFINITY])
  assert.deepEqual(rankRun(last, 1), { lower: 1, same: 2, higher: 3 })
  assert.deepEqual(rankRun(last, 4), { lower: 5, same: 1, higher: 0 })
  for (let run = 0; run < last.length; run++) {
    const { lower, same, higher } = rankRun(last, run)
    assert.equal(lower + same + higher, last.length - 1)
  }
})
