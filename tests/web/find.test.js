// Finding by words.

import assert from "node:assert/strict"
import { test } from "node:test"
import { staticEntries } from "../../cnnviz/view/dialogs/find.js"
import { matchesOf, normalizeText } from "../../cnnviz/view/model/find.js"
import { MISTAKES } from "../../cnnviz/view/spec.js"

const things = ["Réseau", "∂z₁ · Back through the sigmoid", "z₁ · The kernel slides", "Tiny VGG", "tanh"].map(
  (text) => ({
    kind: "Stages",
    text,
  }),
)
const names = (typed, most = 9) => matchesOf(things, typed, most).map(({ text }) => text)

test("case, accents and digit forms are ignored", () => {
  assert.equal(normalizeText("Réseau z₁"), "reseau z1")
  assert.deepEqual(names("RESEAU"), ["Réseau"])
  assert.deepEqual(names("z1 kernel"), ["z₁ · The kernel slides"])
})

test("matches at the start come first, then matches of a word", () => {
  assert.deepEqual(names("t"), ["Tiny VGG", "tanh", ...names("t").slice(2)])
  const inside = ["unkernelled", "the kernel"].map((text) => ({ kind: "", text }))
  assert.equal(matchesOf(inside, "kernel", 1)[0].text, "the kernel")
  assert.deepEqual(names("z1"), ["z₁ · The kernel slides", "∂z₁ · Back through the sigmoid"])
})

test("every word must occur in the name, the kind or the keywords", () => {
  assert.deepEqual(names("stages sigmoid"), ["∂z₁ · Back through the sigmoid"])
  assert.deepEqual(names("stages lenet"), [])
  assert.equal(matchesOf([{ kind: "Images", text: "test-0", also: "cat" }], "cat", 1).length, 1)
  assert.deepEqual(names("  "), [])
  assert.equal(names("stages", 2).length, 2)
})

test("each mistake of Check is found once, and no other", () => {
  const opened = []
  const view = { adopt: ({ page, mistake }) => opened.push([page, mistake]) }
  for (const { go } of matchesOf(staticEntries(), "mistakes", 99)) go(view)
  assert.deepEqual(
    opened,
    MISTAKES.map((name) => ["check", name]),
  )
})
