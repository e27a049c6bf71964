import assert from "node:assert/strict"
import { test } from "node:test"
import {
  fallenShare,
  frameAt,
  headline,
  lossChangeKey,
  outputScale,
  outputsShown,
  placeLabels,
  shareRows,
} from "../../cnnviz/pages/train/film_model.js"
import { gapOf, hasColumns } from "../../cnnviz/pages/train/film_start.js"

test("the shown frame is the last one up to the update", () => {
  const updates = [0, 3, 7, 8, 20]
  for (let k = 0; k <= 25; k++)
    assert.equal(
      updates[frameAt(updates, k)],
      updates.findLast((update) => update <= k),
    )
})

test("the share of the fall is shown if the loss falls", () => {
  assert.equal(fallenShare([4, 3, 0], 1), 0.25)
  assert.equal(fallenShare([1, 2], 1), null)
  assert.equal(fallenShare([1, 0.5, Number.NaN], 1), null)
  assert.deepEqual(
    [lossChangeKey(2, 1), lossChangeKey(1, 2), lossChangeKey(1, 1), lossChangeKey(1, Number.NaN)],
    ["fell", "rose", "same", "lost"],
  )
})

test("the headline names the parameter with the largest share, and never says 100 % of a part", () => {
  const share = { names: ["f", "w", "b"], counts: [9, 1800, 2], all: [0.001, 0.995, 0.004] }
  assert.equal(headline(share), "w accounts for 99.5% of the predicted decrease")
  assert.equal(headline({ ...share, all: [0, 0.9999, 0.0001] }), "w accounts for nearly all of the predicted decrease")
  assert.equal(headline({ names: ["w"], counts: [4], all: [1] }), "w accounts for all of the predicted decrease")
})

test("shares and counts of all rows add up to the total for any number of parameters", () => {
  const all = [0.1, 0.4, 0.2, 0.05, 0.25]
  const share = { names: ["f", "b1", "w1", "b2", "w2"], counts: [1, 2, 3, 4, 5], all }
  for (const most of [1, 2, 3, 5, 9]) {
    const rows = shareRows(share, (n) => all[n], most)
    const sum = (of) => rows.reduce((total, row) => total + row[of], 0)
    assert.equal(rows.length, Math.min(most, 5))
    assert.ok(Math.abs(sum("part") - 1) < 1e-12)
    assert.deepEqual([sum("count"), sum("names")], [15, 5])
  }
  assert.deepEqual(
    shareRows(share, (n) => all[n], 3).map(({ name }) => name),
    ["b1", "w2", ""],
  )
})

test("outputs stay on their scale, and a diverging output does not change the scale", () => {
  assert.deepEqual(outputScale([0.2, 0.7], [1, 0]), [0, 1])
  assert.deepEqual(outputScale([-0.5, 1.25], [1, 0]), [-0.5, 1.25])
  assert.deepEqual(outputScale([-1e30, Number.NaN, Number.POSITIVE_INFINITY], [5, 0]), [-1, 6])
})

test("of many outputs, the ones with high targets and the ones with the largest terms are shown", () => {
  const targets = [0, 0, 1, 0, 0]
  const terms = [0.1, 0.5, 0, Number.NaN, 0.3]
  assert.deepEqual(
    outputsShown(targets, (n) => terms[n], 3),
    [1, 2, 4],
  )
  assert.deepEqual(
    outputsShown(targets, (n) => terms[n], 5),
    [0, 1, 2, 3, 4],
  )
})

test("labels on a line do not overlap; the first ones keep their positions, and later ones move to free space", () => {
  let seed = 7
  const random = () => {
    seed = (seed * 16807) % 2147483647
    return seed / 2147483647
  }
  for (let n = 0; n < 300; n++) {
    const words = Array.from({ length: 6 }, () => ({
      at: 800 * random(),
      width: 20 + 80 * random(),
    }))
    const lefts = placeLabels(words, 800)
    assert.notEqual(lefts[0], null)
    const boxes = lefts
      .flatMap((left, i) => (left === null ? [] : [[left, left + words[i].width]]))
      .sort((a, b) => a[0] - b[0])
    for (const [i, [from, to]] of boxes.entries()) {
      assert.ok(from >= 0 && to <= 800 + 1e-9)
      if (i) assert.ok(from >= boxes[i - 1][1] + 8)
    }
  }
  assert.deepEqual(
    placeLabels(
      [
        { at: 100, width: 50 },
        { at: 100, width: 30 },
        { at: 100, width: 70 },
      ],
      165,
    ),
    [75, 135, null],
  )
})

test("a printed output and its printed gap add up to the target", () => {
  for (let n = 0; n <= 1000; n++)
    for (const target of [0, 1]) {
      const now = n / 1000
      const printed = Number(now.toFixed(2))
      assert.ok(Math.abs(Math.abs(target - printed) - Number(gapOf({ name: "cat", now, target }))) < 1e-9, `${now}`)
    }
})

test("outputs are columns if they are few and stay between 0 and 1", () => {
  const of = (/** @type {number[]} */ ...values) => values.map((now) => ({ name: "", now, target: 0 }))
  assert.ok(hasColumns(of(0.2, 0.7), [0, 1]))
  assert.ok(hasColumns(of(0.1, 0.2, 0.3, 0.4), [0, 1]))
  assert.ok(!hasColumns(of(0.1, 0.2, 0.3, 0.3, 0.1), [0, 1]))
  assert.ok(!hasColumns(of(0.2, 0.7), [-0.5, 1]))
  assert.ok(!hasColumns(of(0.2, 0.7), [0, 5]))
  assert.ok(!hasColumns(of(0.2, Number.NaN), [0, 1]))
  assert.ok(!hasColumns([], [0, 1]))
})
