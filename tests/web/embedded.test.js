// A page in a frame: which keys are of use in it, and when it is at its end.

import assert from "node:assert/strict"
import { test } from "node:test"
import { hasNext, positionOf, stepOf } from "../../cnnviz/view/model/state/embedded.js"

const stages = ["x", "z1", "L", "df", "update"]
const step = { stages, stage: "x", k: 3, end: Number.POSITIVE_INFINITY, walks: true }

test("a presenter's keys lead to the next place, and stop at the ends", () => {
  for (const [key, by] of [
    ["PageDown", 1],
    ["PageUp", -1],
  ])
    assert.equal(stepOf(key), by)
  for (const key of ["ArrowRight", "a", "Shift+PageDown", "constructor"]) assert.equal(stepOf(key), undefined)
  for (const stage of stages) {
    const way = positionOf({ ...step, stage })
    assert.equal(hasNext(way, 1), stage !== "update")
    assert.equal(hasNext(way, -1), stage !== "x")
  }
})

test("keys go through a script, then stages, then updates; a page without any is at both ends", () => {
  assert.deepEqual(positionOf({ ...step, screens: { number: 2, count: 9 } }), { number: 2, count: 9 })
  assert.deepEqual(positionOf({ ...step, stages: [], k: 0, end: 10 }), { number: 1, count: 11 })
  assert.ok(hasNext(positionOf({ ...step, stages: [], k: 9, end: 10 }), 1))
  assert.ok(!hasNext(positionOf({ ...step, stages: [], k: 10, end: 10 }), 1))
  const none = positionOf({ ...step, stages: [], walks: false })
  assert.ok(!hasNext(none, 1) && !hasNext(none, -1))
})
