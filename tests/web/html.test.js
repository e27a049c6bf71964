// What is HTML already, as a template: its tags are fixed, its texts and the values of its attributes are not.

import assert from "node:assert/strict"
import { test } from "node:test"
import { escaped, formula, signed } from "../../cnnviz/ui/web/model/format.js"
import { markup, split } from "../../cnnviz/ui/web/pages/html.js"

const PIECES = [
  "plain",
  "",
  "<i>z</i>[0,1] ≈ <b>0.5</b>",
  signed(-0.25),
  formula("∂z₁"),
  escaped(`<img src="x" onerror='y'> & more`),
  '<span class="" title="a &amp; b">x</span><br>',
  "<math><mi>&#x003C3;</mi><mo>&#61;</mo><mn>1</mn></math>",
]

test("fixed parts and values make up the piece again", () => {
  for (const piece of PIECES) {
    const { strings, values } = split(piece)
    assert.equal(strings.length, values.length + 1)
    const again = strings.reduce((text, part, n) => text + part + (n < values.length ? escaped(values[n]) : ""), "")
    const same = (text) => text.replace(/&#x003C3;/g, "σ").replace("&#61;", "=")
    assert.equal(again, same(piece))
  }
})

test("no value is part of a tag's name, and a value is a text as it is read", () => {
  const { strings, values } = split(`${escaped("<b>")}<i>a &lt; b</i>`)
  assert.deepEqual(
    [strings, values],
    [
      ["", "<i>", "</i>"],
      ["<b>", "a < b"],
    ],
  )
})

test("pieces with the same tags are the same template, and others are another one", () => {
  const [one, other, third] = ["<i>a</i> 1", "<i>b</i> 2", "<b>a</b> 1"].map((text) => markup(text).strings)
  assert.equal(one, other)
  assert.notEqual(one, third)
})
