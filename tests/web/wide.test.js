// Weights that travel as colours: what is printed of them is the core's number, or it is not printed yet.

import assert from "node:assert/strict"
import { test } from "node:test"
import { decode } from "../../cnnviz/view/model/decode.js"
import { explained, stepOf } from "../../cnnviz/view/model/explanation.js"
import { Numbers } from "../../cnnviz/view/model/numbers.js"
import { fixture } from "./hooks.js"

const { cells, bytes } = fixture("wide")
const read = (name) => decode(new Uint8Array(Buffer.from(bytes[name], "base64")))
const whole = new Numbers(read("whole"))

test("of the largest network every cell is explained by the core's numbers, once its parts are there", () => {
  const numbers = new Numbers(read("sent"))
  for (const [map, cell] of Object.entries(cells)) {
    for (const of of numbers.missing(map, cell)) numbers.learn(of, read(of).arrays)
    assert.deepEqual(numbers.missing(map, cell), [])
    assert.deepEqual(explained(numbers, map, cell), explained(whole, map, cell), map)
  }
  assert.equal(stepOf(numbers, "w2", cells.w2), stepOf(whole, "w2", cells.w2))
  assert.ok(numbers.isExact("w2", cells.w2) && !numbers.isExact("w2", [0, 0, 0, 0]))
})

test("what a cell needs is the weights that it is computed from, and no others", () => {
  const numbers = new Numbers(read("sent"))
  assert.deepEqual(Object.keys(numbers.wide), ["w2"])
  const needed = Object.entries(cells).map(([map, cell]) => numbers.missing(map, cell))
  assert.deepEqual(needed, [["w2:,57"], ["w2:4321,"], ["w2:,57"], ["w2:,57"]])
  assert.deepEqual(numbers.missing("z1", [0, 0, 0]), [])
  assert.equal(numbers.missing("update", [0, 0, 0, 0]).length, 1)
})

test("all weights, for their table, are the core's", () => {
  const numbers = new Numbers(read("sent"))
  numbers.learn("w2:", read("w2:").arrays)
  assert.ok(whole.values("w2").every((value, at) => value === numbers.values("w2")[at]))
  assert.ok(numbers.isExact("w2", [0, 0, 0, 0]))
  assert.deepEqual(numbers.missing("z2", [57]), ["w2:,57"]) // what the update makes of them is still to come
})

test("colours are the weights to half a step, and everything else is exact", () => {
  const numbers = new Numbers(read("sent"))
  const [, limit] = numbers.maps.w2.limits
  const values = numbers.values("w2")
  assert.ok(whole.values("w2").every((value, at) => Math.abs(value - values[at]) <= limit / 254 + 1e-15))
  for (const map of Object.keys(numbers.maps))
    if (map !== "w2")
      assert.ok(
        whole.values(map).every((value, at) => value === numbers.values(map)[at]),
        map,
      )
})
