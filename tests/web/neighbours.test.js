import assert from "node:assert/strict"
import { test } from "node:test"
import { axisOf, neighbourOf } from "../../cnnviz/view/model/layout/neighbours.js"

const map = { kind: /** @type {const} */ ("map"), shape: [2, 3, 4] }
const weights = { kind: /** @type {const} */ ("weights"), shape: [1, 3, 4, 2] }

test("an arrow key goes to the adjacent cell, and stops at the edge of a map", () => {
  assert.deepEqual(neighbourOf(map, "", [1, 1, 1], 1, 0), [1, 2, 1])
  assert.deepEqual(neighbourOf(map, "", [1, 2, 3], 1, 1), [1, 2, 3])
  assert.deepEqual(neighbourOf({ kind: "row", shape: [5] }, "", [0], -1, 0), [0])
  assert.deepEqual(neighbourOf({ kind: "filters", shape: [2, 1, 3, 3] }, "", [1, 0, 2, 0], -1, 1), [1, 0, 1, 1])
})

test("past the edge of one layer of weights comes the next, in both directions", () => {
  const rows = Array.from({ length: 6 }, (_, n) => [0, n % 3, 2, Math.floor(n / 3)])
  for (const [n, cell] of rows.entries()) {
    assert.deepEqual(neighbourOf(weights, "down", cell, 1, 0), rows[Math.min(n + 1, 5)])
    assert.deepEqual(neighbourOf(weights, "down", cell, -1, 0), rows[Math.max(n - 1, 0)])
  }
  const columns = Array.from({ length: 8 }, (_, n) => [0, 1, n % 4, Math.floor(n / 4)])
  for (const [n, cell] of columns.entries()) {
    assert.deepEqual(neighbourOf(weights, "right", cell, 0, 1), columns[Math.min(n + 1, 7)])
    assert.deepEqual(neighbourOf(weights, "right", cell, 0, -1), columns[Math.max(n - 1, 0)])
  }
})

test("an array with a single channel, filter or unit has no axis to change", () => {
  const axes = [map, weights, { ...map, shape: [1, 3, 4] }, { kind: /** @type {const} */ ("loss"), shape: [1] }].map(
    axisOf,
  )
  assert.deepEqual(axes, [0, 3, -1, -1])
})
