// Signs of the glossary: each has words and a picture, and the pictures' numbers are right.

import assert from "node:assert/strict"
import { test } from "node:test"
import { termPicture } from "../../cnnviz/view/draw/term_pictures.js"
import { SIGNS, TERMS } from "../../cnnviz/view/model/explain/meanings.js"
import { hasMessage } from "../../cnnviz/view/model/words.js"

test("every sign has a picture and every entry has words", () => {
  for (const sign of ["⊙", "∗", "Σ", "σ′", "z₁", "v"]) assert.ok(Object.values(SIGNS).includes(sign), sign)
  for (const id of Object.keys(SIGNS)) {
    assert.match(termPicture(id), /^<svg .*<\/svg>$/s, id)
    assert.doesNotMatch(termPicture(id), /NaN|undefined|Infinity/, id)
  }
  for (const id of [...Object.keys(SIGNS), ...TERMS])
    assert.ok(hasMessage(`web.${id}.title`) && hasMessage(`web.${id}.text`), id)
  assert.equal(termPicture("glossary.stride"), "")
})

test("the third matrix of ⊙ is the product of the first two", () => {
  const numbers = [...termPicture("signs.elementwise").matchAll(/>(−?\d)</g)].map(([, text]) =>
    Number(text.replace("−", "-")),
  )
  assert.equal(numbers.length, 12)
  for (let n = 0; n < 4; n++) assert.equal(numbers[8 + n], numbers[n] * numbers[4 + n])
})
