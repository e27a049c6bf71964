// What a browser keeps is kept there; where it keeps nothing it is known for as long as the page is open.

import assert from "node:assert/strict"
import { test } from "node:test"
import {
  countPrediction,
  isMissionReached,
  predictionScore,
  progress,
  resetCount,
  storeMark,
  storeMission,
} from "../../cnnviz/pages/learn/progress.js"
import { inBrowser, inTab } from "../../cnnviz/view/model/storage.js"

const refuses = () => {
  throw new Error("not in a frame")
}

/** Storage as a browser has it, over a map. */
function storage(kept = new Map()) {
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  }
}

/** @param {() => unknown} get */
const provide = (name, get) => Object.defineProperty(globalThis, name, { get, configurable: true })

for (const [name, place] of [
  ["localStorage", inBrowser],
  ["sessionStorage", inTab],
]) {
  test(`${name}: what was written is read, and what is empty is forgotten`, () => {
    const kept = new Map()
    provide(name, () => storage(kept))
    place.write("a", "1")
    assert.deepEqual([place.read("a"), kept.get("a")], ["1", "1"])
    place.write("a", "")
    assert.deepEqual([place.read("a"), kept.size], ["", 0])
    kept.set("b", "[not JSON")
    assert.deepEqual(place.readRecord("b"), {})
    kept.set("b", "null")
    assert.deepEqual(place.readRecord("b"), {})
  })

  test(`${name}: a browser that refuses it keeps a value for as long as the page is open`, () => {
    provide(name, refuses)
    place.write("a", "2")
    assert.equal(place.read("a"), "2")
    assert.equal(place.read("never"), "")
  })
}

test("a step answered right once stays right, and other steps are unaffected", () => {
  provide("localStorage", () => storage(kept))
  const kept = new Map()
  storeMark("kernel", 1, true)
  storeMark("kernel", 1, false)
  storeMark("kernel", 2, false)
  assert.deepEqual(progress("kernel"), { 1: "right", 2: "seen" })
  assert.deepEqual(progress("other"), {})
  countPrediction(true)
  countPrediction(false)
  assert.deepEqual(predictionScore(), { right: 1, n: 2 })
  resetCount()
  assert.deepEqual(predictionScore(), { right: 0, n: 0 })
  storeMission("silent")
  assert.deepEqual([isMissionReached("silent"), isMissionReached("culprit")], [true, false])
})
