// The settings of a training: their text in the address, and numbers that cannot be.

import assert from "node:assert/strict"
import { test } from "node:test"
import { rangeError, textOf } from "../../cnnviz/pages/train/training_form.js"

const values = { epochs: "7", batch: "32", rate: "0.25", seed: "0", opt: "adam", dtype: "float64", ch: "rgb", net: "" }

test("the address contains non-default values, after classes and numbers", () => {
  assert.equal(textOf({ classes: ["cat", "dog"], values }), "cat,dog,7,32,0.25,0,adam,rgb")
  assert.equal(textOf({ classes: ["3", "8"], values: { ...values, opt: "gd", ch: "" } }), "3,8,7,32,0.25,0")
})

test("a number outside its bounds gets a sentence with the bounds", () => {
  for (const [name, value] of [
    ["epochs", "0"],
    ["epochs", "2.5"],
    ["batch", "1025"],
    ["seed", ""],
    ["rate", "-1"],
    ["rate", "x"],
  ])
    assert.match(rangeError(name, value), /must be an? (?:integer|number) from \d+ to \d/, `${name} ${value}`)
  assert.match(rangeError("epochs", "201"), /^Epochs must be an integer from 1 to 200\.$/)
  for (const [name, value] of [
    ["epochs", "200"],
    ["batch", "1"],
    ["seed", "0"],
    ["rate", "1e-3"],
    ["rate", "0"],
  ])
    assert.equal(rangeError(name, value), "", `${name} ${value}`)
})
