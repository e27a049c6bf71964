// The story: from screen to screen, what is counted, what is nudged, and to whom it is told.

import assert from "node:assert/strict"
import { test } from "node:test"
import {
  BEGINNING,
  isCounting,
  LESSON,
  NUDGED,
  next,
  SCREENS,
  setupAt,
  shouldBegin,
  turningPoint,
  UPDATES,
} from "../../cnnviz/pages/step/opening/story_model.js"
import { has } from "../../cnnviz/view/model/words.js"

const on = (telling, still = false) => next(telling, { type: "on", still })
const back = (telling) => next(telling, { type: "back" })
const last = (still) => SCREENS.slice(1).reduce((telling) => on(telling, still), BEGINNING)

test("six screens go on and back, and neither end is passed", () => {
  assert.equal(SCREENS.length, 6)
  assert.deepEqual(back(BEGINNING), BEGINNING)
  let telling = BEGINNING
  for (let n = 1; n < SCREENS.length; n++) {
    assert.deepEqual(back(on(telling)), { ...telling, nudged: 0 })
    telling = on(telling)
    assert.equal(telling.at, n)
  }
  assert.equal(on(telling).at, SCREENS.length - 1)
})

test("the last screen counts up to its last update, is cut short by going on, and counts nothing without motion", () => {
  let telling = last(false)
  const seen = [telling.k]
  while (isCounting(telling)) {
    assert.equal(on(telling).k, UPDATES)
    telling = next(telling, { type: "counted" })
    seen.push(telling.k)
  }
  assert.deepEqual(
    seen,
    Array.from({ length: UPDATES }, (_, n) => n + 1),
  )
  assert.equal(next(telling, { type: "counted" }), telling)
  assert.equal(last(true).k, UPDATES)
  assert.equal(next(BEGINNING, { type: "counted" }), BEGINNING)
  assert.equal(back(telling).k, 0)
})

test("a number that is nudged is the only one that differs, and is back on any other screen", () => {
  const f = "-1,0,1,-2,0,2,-1,0,1"
  const nudging = next({ ...BEGINNING, at: 3 }, { type: "nudged", to: -8 })
  assert.deepEqual(setupAt(nudging, f, -0.5), { k: "0", stage: "L", f: "-1,0,1,-2,-0.5,2,-1,0,1" })
  assert.equal(setupAt(nudging, f).f, f)
  for (const other of [on(nudging), back(nudging)]) assert.equal(other.nudged, 0)
  assert.equal(NUDGED.along, `f:${Math.floor(NUDGED.place / 3)},${NUDGED.place % 3}`)
})

test("the story opens on Step for a first visit whose address has no key", () => {
  assert.ok(shouldBegin("", {}, false))
  for (const [page, address, seen] of [
    ["", {}, true],
    ["", LESSON, false],
    ["", { view: "lecture" }, false],
    ["train", {}, false],
  ])
    assert.ok(!shouldBegin(page, address, seen))
})

test("the answer turns at the first update from which on it stays", () => {
  const [dog, cat] = [
    [0.4, 0.6],
    [0.6, 0.4],
  ]
  assert.equal(turningPoint([dog, dog, cat, cat]), 2)
  assert.equal(turningPoint([dog, cat, dog, cat]), 3)
  assert.equal(turningPoint([cat, cat]), 0)
})

test("every screen has its words", () => {
  for (const { id } of SCREENS) for (const part of ["title", "sentence"]) assert.ok(has(`web.story.${id}.${part}`), id)
})
