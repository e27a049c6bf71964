// Gradients and indices as a screen reader should say them.

import assert from "node:assert/strict"
import { test } from "node:test"
import { spoken, spokenSymbol } from "../../cnnviz/view/model/spoken.js"

test("a gradient is spoken as a partial derivative", () => {
  assert.equal(spokenSymbol("do"), "partial L by partial o")
  assert.equal(spokenSymbol("row.dz12"), "row.partial L by partial z12")
  assert.equal(spoken("∂z₁[3,4] = 0.2, ∂L/∂γ₂"), "partial L by partial z1[3,4] = 0.2, partial L by partial γ2")
})

test("other symbols only lose the form of their indices", () => {
  assert.equal(spokenSymbol("z1"), "z1")
  assert.equal(spoken("a₁₀ × 10⁻³"), "a10 × 10⁻³")
})
