// A network's text, read and changed word by word.

import assert from "node:assert/strict"
import test from "node:test"
import {
  allowedSuccessors,
  changeWord,
  formatWord,
  insertWord,
  parseWord,
  removeWord,
} from "../../cnnviz/view/model/state/network_text.js"
import { ACTIVATIONS, PRESETS } from "../../cnnviz/view/spec.js"
import { fixture } from "./hooks.js"

const NET = "conv4x3bs2p1-relu-max3s2-dense10-softmax-ce"

test("every word of the courses' networks is parsed and written unchanged", () => {
  for (const { query } of PRESETS)
    for (const word of query.net.split("-")) assert.equal(formatWord(parseWord(word)), word)
})

test("every kind of layer is parsed as its kind and written unchanged", () => {
  for (const [word, kind] of fixture("layers")) {
    assert.equal(parseWord(word).kind, kind)
    assert.equal(formatWord(parseWord(word)), word)
  }
})

test("a word without its number is kept as typed", () => {
  for (const word of ["dense", "leaky", "max"]) assert.equal(formatWord(parseWord(word)), word)
})

test("changing one word keeps the others", () => {
  assert.equal(changeWord(NET, 0, { count: 8 }), NET.replace("conv4x3bs2p1", "conv8x3bs2p1"))
  assert.equal(changeWord(NET, 2, { kind: "avg", size: 2 }), NET.replace("max3s2", "avg2s2"))
  assert.equal(changeWord(NET, 1, { kind: "tanh" }), NET.replace("relu", "tanh"))
  assert.equal(changeWord(NET, 0, { bias: false, stride: undefined, padding: "same" }), NET.replace("bs2p1", "same"))
  assert.equal(changeWord(NET, 0, { dilation: 2 }), NET.replace("s2p1", "s2d2p1"))
  assert.equal(changeWord("leaky20-gap-mse", 0, { setting: 5 }), "leaky5-gap-mse")
  assert.equal(changeWord("leaky20-gap-mse", 0, { kind: "tanh" }), "tanh-gap-mse")
  assert.equal(removeWord(insertWord(NET, 2, "relu"), 3), NET)
})

test("maps and rows have different successors, and both may be followed by every hidden activation", () => {
  for (const isRow of [true, false])
    assert.deepEqual(
      ACTIVATIONS.filter((kind) => !allowedSuccessors(isRow).includes(kind)),
      ["identity", "softmax"],
    )
  assert.ok(allowedSuccessors(false).some((word) => parseWord(word).kind === "conv"))
  assert.ok(allowedSuccessors(true).every((word) => !["conv", "max", "avg", "gap"].includes(parseWord(word).kind)))
})
