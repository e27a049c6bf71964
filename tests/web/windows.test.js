// Windows of a convolution and the zeros around its input.

import assert from "node:assert/strict"
import { test } from "node:test"
import { padding, underWindow } from "../../cnnviz/view/model/explain/windows.js"
import { snapshots } from "./scene.js"

test("as many zeros are drawn around a map as its first and its last window reach beyond it", () => {
  let around = 0
  for (const { numbers } of snapshots) {
    for (const { symbol } of numbers.stages) {
      if (symbol === "update") continue
      const link = numbers.links(symbol).find(({ pattern }) => pattern === "window")
      if (!link) continue
      const zeros = padding(numbers, symbol, link.source)
      const [rows, columns] = numbers.shape(link.source).slice(-2)
      const first = underWindow(numbers, symbol, link.source, [0, 0, 0])
      const last = underWindow(
        numbers,
        symbol,
        link.source,
        numbers.shape(symbol).map((n) => n - 1),
      )
      const end = ({ start, count, step }) => start + (count - 1) * step + 1
      assert.equal(first.rows.start + zeros.before, 0)
      assert.equal(zeros.below, Math.max(0, end(last.rows) - rows))
      assert.equal(zeros.right, Math.max(0, end(last.columns) - columns))
      around += zeros.before + zeros.below
    }
  }
  assert.ok(around > 0)
})
