// Weights and filters that travel as colours: what is printed of them is the core's number, or it is not printed yet.

import assert from "node:assert/strict"
import { test } from "node:test"
import { extremesOf } from "../../cnnviz/pages/step/next_stage.js"
import { explainCell, stepOf } from "../../cnnviz/view/model/explain/explanation.js"
import { decode } from "../../cnnviz/view/model/numbers/decode.js"
import { Numbers } from "../../cnnviz/view/model/numbers/numbers.js"
import { fixture } from "./hooks.js"

const fixtures = fixture("wide")
const read = (name, of) => decode(new Uint8Array(Buffer.from(fixtures[name].bytes[of], "base64")))
const whole = { scratch: new Numbers(read("scratch", "whole")), tinygrad: new Numbers(read("tinygrad", "whole")) }
const sent = (name) => new Numbers(read(name, "sent"))

for (const name of Object.keys(whole))
  test(`of ${name}'s network every cell is explained by the core's numbers, once its parts are there`, () => {
    const numbers = sent(name)
    for (const [map, cell] of Object.entries(fixtures[name].cells)) {
      for (const of of numbers.missingParts(map, cell)) numbers.storePart(of, read(name, of).arrays)
      assert.deepEqual(numbers.missingParts(map, cell), [])
      assert.deepEqual(explainCell(numbers, map, cell), explainCell(whole[name], map, cell), map)
    }
  })

test("all parts of a quantized parameter's step equal the core's", () => {
  for (const [name, map] of [
    ["scratch", "w2"],
    ["tinygrad", "f4"],
  ]) {
    const cell = fixtures[name].cells[map]
    const numbers = sent(name)
    const [line] = numbers.missingParts(map, cell)
    assert.ok(!numbers.isExact(map, cell))
    numbers.storePart(line, read(name, line).arrays)
    const at = numbers.offset(map, cell)
    const parts = [`mean.${map}`, `size.${map}`]
    const held = parts.every((part) => part in whole[name].arrays) // a file leaves those of the most weights out
    assert.equal(held, name === "tinygrad")
    assert.equal(numbers.at(map, cell), whole[name].at(map, cell))
    assert.equal(numbers.next(map, at), whole[name].next(map, at))
    for (const part of held ? ["mean", "size"] : [])
      assert.equal(numbers.part(part, map, at), whole[name].part(part, map, at), part)
    if (held) assert.equal(stepOf(numbers, map, cell), stepOf(whole[name], map, cell))
    for (const part of ["mean", "size"]) {
      assert.ok(Number.isFinite(numbers.part(part, map, at)))
      assert.ok(Number.isNaN(numbers.part(part, map, 0))) // and nothing is told of a line that is not known
    }
    assert.ok(Number.isNaN(numbers.next(map, 0)))
    assert.ok(numbers.isExact(map, cell) && !numbers.isExact(map, [0, 0, 0, 0]))
  }
})

for (const name of Object.keys(whole))
  test(`of ${name}'s network, no exact weights are requested before its stages are explained, each at its default cell`, () => {
    const numbers = sent(name)
    for (const { symbol } of numbers.stages) {
      const map = symbol === "update" ? numbers.said.update.makes[0] : symbol
      const cell = numbers.network.focus[numbers.maps[map].family]
      assert.deepEqual(numbers.missingParts(symbol, cell), [], symbol)
      assert.deepEqual(explainCell(numbers, symbol, cell), explainCell(whole[name], symbol, cell), symbol)
    }
  })

test("the largest number of a quantized gradient is known, and the smallest is not", () => {
  for (const symbol of ["df2", "df3", "df4"]) {
    const [end, ...others] = extremesOf(sent("tinygrad"), symbol)
    const both = extremesOf(whole.tinygrad, symbol)
    assert.deepEqual(others, [])
    assert.ok(both.some((each) => each.is === end.is && String(each.at) === String(end.at)))
    assert.equal(sent("tinygrad").at(symbol, end.at), whole.tinygrad.at(symbol, end.at))
  }
})

test("a cell needs exactly the weights or filters that it is computed from", () => {
  const needed = (name) => {
    const numbers = sent(name)
    return Object.entries(fixtures[name].cells).map(([map, cell]) => numbers.missingParts(map, cell))
  }
  const wide = (name) => Object.keys(sent(name).quantized).sort()
  assert.deepEqual(wide("scratch"), ["w2"])
  assert.deepEqual(needed("scratch"), [["w2:,57"], ["w2:4321,"], ["w2:,57"], ["w2:,57"]])
  assert.deepEqual(wide("tinygrad"), ["df2", "df3", "df4", "f2", "f3", "f4"])
  assert.deepEqual(needed("tinygrad"), [["f4:9,"], ["f4:,5"], ["f4:9,"], ["f2:3,"]])
  const numbers = sent("scratch")
  assert.deepEqual(numbers.missingParts("z1", [0, 0, 0]), [])
  assert.deepEqual(numbers.missingParts("w2", [0, 0, 0, 98], true), ["w2:,98"])
  assert.deepEqual(sent("tinygrad").missingParts("f4", [9, 5, 1, 2], true), ["f4:9,"])
})

test("all weights of the table and the editable initial filters equal the core's", () => {
  const numbers = sent("scratch")
  numbers.storePart("w2:", read("scratch", "w2:").arrays)
  assert.ok(whole.scratch.values("w2").every((value, at) => value === numbers.values("w2")[at]))
  assert.ok(numbers.isExact("w2", [0, 0, 0, 0]))
  assert.deepEqual(numbers.missingParts("z2", [57]), ["w2:,57"]) // what the update makes of them is still to come
  const filters = sent("tinygrad")
  filters.storePart("start.f4", read("tinygrad", "start.f4").arrays)
  assert.deepEqual(filters.arrays["start.f4"].values, whole.tinygrad.arrays["start.f4"].values)
})

test("colours equal the weights and gradients within one step, and everything else is exact", () => {
  for (const [name, { maps }] of Object.entries(whole)) {
    const numbers = sent(name)
    for (const map of Object.keys(maps)) {
      const most = numbers.quantized[map] ? numbers.maps[map].limits[1] / 127 + 1e-15 : 0
      const values = numbers.values(map)
      assert.ok(
        whole[name].values(map).every((value, at) => Math.abs(value - values[at]) <= most),
        map,
      )
    }
  }
})
