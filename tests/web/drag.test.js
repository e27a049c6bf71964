// Dragging a number: its value, the pending request, and the words about it.

import assert from "node:assert/strict"
import { test } from "node:test"
import {
  beginDrag,
  boundsOf,
  hasMoved,
  isBehind,
  lossAt,
  nextDrag,
  printerOf,
  promiseOf,
  valueToRequest,
} from "../../cnnviz/pages/step/drag_model.js"

const curveOf = (at, span, loss = (value) => value ** 2) => {
  const theta = Array.from({ length: 65 }, (_, n) => at + span * (n / 32 - 1))
  return { theta, loss: theta.map(loss), at, gradient: 2 * at, span, kink: false }
}
const known = (along = "f:1,1", at = 0.5, span = 2, scale = "unit") =>
  nextDrag(beginDrag(along, boundsOf(along, scale)), { type: "known", curve: curveOf(at, span) })
const moved = (drag, steps) => nextDrag(drag, { type: "moved", steps })
const answered = (drag, value = drag.asked) => nextDrag(drag, { type: "answered", value, loss: value ** 2 })

test("the span is a hundred steps, regardless of moves before it was known", () => {
  assert.equal(moved(known(), 100).wanted, 2.5)
  assert.equal(moved(known(), -50).wanted, -0.5)
  const early = moved(beginDrag("f:1,1", boundsOf("f:1,1", "unit")), 30)
  assert.ok(Number.isNaN(early.wanted) && valueToRequest(early) === null && !isBehind(early))
  const late = nextDrag(early, { type: "known", curve: curveOf(0.5, 2) })
  assert.equal(late.wanted, 1.1)
  assert.equal(valueToRequest(late), 1.1)
})

test("steps add up, a tenth of a step with Shift; back at the start, the number is unchanged to the last bit", () => {
  const at = 0.1 + 0.2
  let drag = known("w:3,0", at, 0.05)
  for (let n = 0; n < 10; n++) drag = moved(drag, 0.1)
  assert.ok(hasMoved(drag) && Math.abs(drag.wanted - at - 0.0005) < 1e-5)
  assert.ok(String(drag.wanted).length < 10, "no more digits than tell steps apart")
  const still = known("w:3,0", at, 0.05)
  assert.equal(still.wanted, at)
  assert.ok(!hasMoved(still) && valueToRequest(still) === null)
})

test("pixels and the learning rate stay within their bounds; a number beyond them goes no further", () => {
  assert.equal(moved(known("x:3,4", 0.5, 1), 400).wanted, 1)
  assert.equal(moved(known("x:3,4", 0.5, 1), -400).wanted, 0)
  assert.equal(moved(known("x:3,4", 200, 255, "raw"), 400).wanted, 255)
  assert.equal(moved(known("x:3,4", 3, 1), 10).wanted, 3)
  assert.equal(moved(known("x:3,4", 3, 1), -50).wanted, 2.5)
  assert.equal(moved(known("b:0", 0, 500), 1e9).wanted, 1e6)
})

test("the learning rate moves between points of its curve, so that its loss is the core's", () => {
  const drag = known("lr", 0.01, 0.01)
  for (const steps of [1, 7.4, -12, -500, 500]) {
    const { wanted, curve } = moved(drag, steps)
    assert.ok(curve.theta.includes(wanted))
    assert.equal(lossAt(curve, wanted), wanted ** 2)
  }
  assert.equal(moved(drag, -500).wanted, 0)
})

test("one request is pending at a time, then the latest value is requested; the last response is shown", () => {
  let drag = nextDrag(moved(known(), 10), { type: "asked" })
  const [first] = [drag.asked]
  drag = moved(moved(drag, 10), 10)
  assert.equal(valueToRequest(drag), null)
  assert.ok(isBehind(drag) && drag.shown === 0.5)
  drag = answered(drag)
  assert.deepEqual([drag.shown, drag.loss, drag.asked], [first, first ** 2, null])
  assert.equal(valueToRequest(drag), drag.wanted)
  drag = answered(nextDrag(drag, { type: "asked" }))
  assert.ok(!isBehind(drag) && valueToRequest(drag) === null)
})

test("responses to other requests are ignored", () => {
  const drag = nextDrag(moved(known(), 10), { type: "asked" })
  assert.equal(answered(drag, 99), drag)
})

test("the promise is the gradient times the change from the start, next to the actual change", () => {
  assert.equal(promiseOf(known()), null)
  const drag = answered(nextDrag(moved(known(), -100), { type: "asked" }))
  const { promised, really, by } = promiseOf(drag)
  assert.deepEqual([by, promised], [-2, -2])
  assert.ok(Math.abs(really - ((-1.5) ** 2 - 0.25)) < 1e-12)
})

test("both changes are printed with the same decimals, three digits of the larger, and tiny ones with powers of ten", () => {
  const printed = (promised, really) => [promised, really].map(printerOf(promised, really))
  assert.deepEqual(printed(-0.0014, -0.00139), ["−0.00140", "−0.00139"])
  assert.deepEqual(printed(-0.0482, -0.0484), ["−0.0482", "−0.0484"])
  assert.deepEqual(printed(0, 0), ["0.000", "0.000"])
  assert.deepEqual(printed(123, 4), ["123", "4"])
  assert.deepEqual(printed(-3.41e-9, -2.712e-9), ["−3.41e−9", "−2.71e−9"])
})
