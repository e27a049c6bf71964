// Values that are set by hand: how they are written, and what a change of the setup leaves of them.

import assert from "node:assert/strict"
import { test } from "node:test"
import { changeOfNumber, parseSets, withSets, writeSets } from "../../cnnviz/view/model/state/set_values.js"

const TEXT = "x:3,4:0.5;f1:0,0,1,1:2;w:120,0:-0.31~2"

test("set values are parsed back as written", () => {
  assert.equal(writeSets(parseSets(TEXT)), TEXT)
  assert.deepEqual(parseSets("w:120,0:-0.31~2"), [{ symbol: "w", at: "120,0", value: "-0.31", update: 2 }])
  assert.deepEqual(parseSets(""), [])
})

test("a number is set from the shown update on, and replaces an earlier value there", () => {
  assert.deepEqual(changeOfNumber({ k: "0" }, "f:1,1", -1), { set: "f:1,1:-1" })
  assert.deepEqual(changeOfNumber({ k: "2", set: TEXT }, "w:120,0", 7), { set: "x:3,4:0.5;f1:0,0,1,1:2;w:120,0:7~2" })
  assert.deepEqual(changeOfNumber({ k: "3", set: TEXT }, "w:120,0", 7), { set: `${TEXT};w:120,0:7~3` })
  assert.deepEqual(changeOfNumber({ k: "3" }, "lr", 0.02), { lr: "0.02" })
})

test("another network drops set values, another image its pixels, and typed filters their initial values", () => {
  const setup = {
    net: "a",
    img: "test-0",
    ch: "red",
    scale: "unit",
    f: "1",
    f2: "",
    set: `${TEXT};f2:0,0,0,0:1;f1:0,0,0,0:3~4`,
  }
  const left = (change) => withSets(setup, change).set
  assert.equal(left({ net: "b" }), "")
  for (const change of [{ img: "test-1" }, { ch: "green" }, { scale: "raw" }])
    assert.equal(left(change), "f1:0,0,1,1:2;w:120,0:-0.31~2;f2:0,0,0,0:1;f1:0,0,0,0:3~4")
  assert.equal(left({ f: "2" }), "x:3,4:0.5;w:120,0:-0.31~2;f2:0,0,0,0:1;f1:0,0,0,0:3~4")
  assert.equal(left({ f2: "2" }), "x:3,4:0.5;f1:0,0,1,1:2;w:120,0:-0.31~2;f1:0,0,0,0:3~4")
})

test("other changes keep set values", () => {
  for (const change of [
    { k: "3" },
    { net: "a" },
    { img: "test-0" },
    { lr: "1" },
    { stage: "z1" },
    { net: "b", set: "b:0:1" },
  ])
    assert.equal(withSets({ net: "a", img: "test-0", set: TEXT }, change), change)
  const plain = { net: "b" }
  assert.equal(withSets({ net: "a" }, plain), plain)
})
