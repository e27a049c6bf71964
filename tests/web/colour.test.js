import assert from "node:assert/strict"
import { test } from "node:test"
import { colour, darken, isUntold } from "../../cnnviz/view/model/colour.js"

test("what is no number has a colour of its own, by day and by night, unlike every error's", () => {
  for (const night of [false, true]) {
    darken(night)
    const untold = colour(Number.NaN, [1e-16, 1], "error")
    assert.deepEqual(colour(Number.NaN, [-1, 1], "signed"), untold)
    const errors = Array.from({ length: 33 }, (_, n) => colour(10 ** (-n / 2), [1e-16, 1], "error"))
    for (const error of errors) assert.ok(Math.hypot(...error.map((c, n) => c - untold[n])) > 25, `${error} ${untold}`)
  }
  darken(false)
  assert.deepEqual(colour(Number.POSITIVE_INFINITY, [1e-16, 1], "error"), colour(1, [1e-16, 1], "error"))
  assert.ok(isUntold(Number.NaN, "error") && !isUntold(Number.NaN, "signed") && !isUntold(0, "error"))
})
