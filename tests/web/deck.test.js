// Walking through a script: the screen that an address names, where it is, and which keys lead on.

import assert from "node:assert/strict"
import { test } from "node:test"
import { deckAction } from "../../cnnviz/view/controls/actions.js"
import { isBare, screenAddress, screenError, screenNumber } from "../../cnnviz/view/model/decks/deck.js"

const deck = {
  id: "kernel",
  screens: [
    { page: "", query: { img: "test-3", stage: "z1" } },
    { page: "train", query: { k: "0", n: "50" } },
    { page: "learn", query: { lesson: "kernel", step: "3" } },
  ],
}

test("an address names a screen from 1; an invalid number selects the nearest screen", () => {
  for (const [screen, number] of [
    ["1", 1],
    ["3", 3],
    ["4", 3],
    ["0", 1],
    ["-2", 1],
    ["2.7", 2],
    ["x", 1],
    [undefined, 1],
  ])
    assert.equal(screenNumber(deck, { screen }), number)
})

test("an address with a screen that the deck does not have says which one is shown", () => {
  assert.equal(screenError(deck, { screen: "3" }) + screenError(deck, {}), "")
  assert.equal(
    screenError(deck, { screen: "12" }),
    "Screen of the script: '12' is not an integer from 1 to 3. Using 3.",
  )
})

test("a screen's address is complete: only the language and the lecture view are taken from the previous one", () => {
  const from = { img: "test-9", set: "f:0,0:1", hide: "1", lang: "fr", view: "lecture", script: "kernel", screen: "1" }
  assert.deepEqual(screenAddress(deck, 2, from), {
    page: "train",
    address: { view: "lecture", k: "0", n: "50", script: "kernel", screen: "2", lang: "fr" },
  })
  assert.equal(screenAddress(deck, 3, {}).address.lesson, "kernel")
  const plain = { ...deck, screens: [{ page: "", query: { view: "lecture" } }] }
  assert.equal(screenAddress(plain, 1, {}).address.view, "lecture")
})

test("a link to a screen contains no keys of its setup", () => {
  assert.ok(isBare({ script: "kernel", screen: "2", lang: "fr" }))
  assert.ok(!isBare({ script: "kernel", screen: "2", k: "0" }))
  assert.ok(!isBare({ script: "kernel", screen: "3", lesson: "kernel" }))
  assert.ok(!isBare({ lang: "fr" }))
})

test("Page Down and Page Up walk", () => {
  assert.equal(deckAction("PageDown")?.name, "screen_next")
  assert.equal(deckAction("PageUp")?.name, "screen_back")
  assert.equal(deckAction("ArrowRight"), undefined)
})
