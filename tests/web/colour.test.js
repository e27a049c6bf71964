import assert from "node:assert/strict"
import { test } from "node:test"
import { colour, darken, isUndecided } from "../../cnnviz/view/model/numbers/colour.js"

test("NaN has a distinct colour in both themes, different from every error colour", () => {
  for (const night of [false, true]) {
    darken(night)
    const undecided = colour(Number.NaN, [1e-16, 1], "error")
    assert.deepEqual(colour(Number.NaN, [-1, 1], "signed"), undecided)
    const errors = Array.from({ length: 33 }, (_, n) => colour(10 ** (-n / 2), [1e-16, 1], "error"))
    for (const error of errors)
      assert.ok(Math.hypot(...error.map((c, n) => c - undecided[n])) > 25, `${error} ${undecided}`)
  }
  darken(false)
  assert.deepEqual(colour(Number.POSITIVE_INFINITY, [1e-16, 1], "error"), colour(1, [1e-16, 1], "error"))
  assert.ok(isUndecided(Number.NaN, "error") && !isUndecided(Number.NaN, "signed") && !isUndecided(0, "error"))
})

test("the numbers of a diverged run have colours that differ as much as its limits allow", () => {
  for (const value of [-1, -0.4, 0, 0.3, 1])
    assert.deepEqual(colour(1e308 * value, [-1e308, 1e308], "signed"), colour(value, [-1, 1], "signed"))
})
