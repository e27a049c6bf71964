// The opening: what it shows at each time, how it goes on, back and pauses, and who sees it.

import assert from "node:assert/strict"
import { test } from "node:test"
import { easedShare, FRAMES } from "../../cnnviz/pages/step/opening/story_frames.js"
import {
  BEGINNING,
  digitsOf,
  isMoving,
  LESSON,
  MIDDLE,
  NUMBER,
  nextState,
  SPAN,
  STILL,
  shouldBegin,
  shownAt,
  turningPoint,
  UPDATES,
} from "../../cnnviz/pages/step/opening/story_model.js"
import { STORY } from "../../cnnviz/view/spec.js"

const LAST = STORY.length - 1
const TURN = 3
const COUNTS = { steps: NUMBER.steps, updates: UPDATES, turn: TURN }
const [look, areas, number, updates] = FRAMES
const pass = (telling, by) => nextState(telling, { type: "passed", by })
const go = (telling, to, still = false) => nextState(telling, { type: "went", to, still })

test("four screens follow each other in one minute, and the last one stays", () => {
  assert.equal(STORY.length, 4)
  let telling = BEGINNING
  const seconds = STORY.map(() => 0)
  while (isMoving(telling)) {
    seconds[telling.at] += 0.1
    telling = pass(telling, 100)
  }
  assert.equal(Math.round(seconds.reduce((sum, each) => sum + each)), 60)
  assert.deepEqual(
    seconds.map(Math.round),
    STORY.map((screen) => screen.seconds),
  )
  assert.deepEqual(telling, { ...STILL, at: LAST })
})

test("each screen shows its last frame before the next one follows", () => {
  for (const [at, frame] of FRAMES.entries()) {
    assert.deepEqual(frame(1000 * STORY[at].seconds - 1000, COUNTS), frame(STILL.time, COUNTS))
    assert.ok(frame(STILL.time, COUNTS).done && !frame(0, COUNTS).done)
  }
})

test("a pause shows the end of the motion and keeps the value that was shown; then nothing follows by itself", () => {
  const paused = nextState(pass(BEGINNING, 3000), { type: "paused", value: undefined })
  assert.deepEqual(paused, STILL)
  assert.deepEqual(shownAt(paused, TURN), { swept: 1, activated: 1, grown: 1, done: true, value: undefined })
  const held = nextState({ ...BEGINNING, at: LAST, time: 4600 }, { type: "paused", value: 1 })
  assert.equal(shownAt(held, TURN).value, 1)
  assert.equal(shownAt(nextState(held, { type: "chose", value: 7 }), TURN).value, 7)
  assert.equal(nextState(held, { type: "played" }).chosen, undefined)
  assert.deepEqual(nextState(paused, { type: "played" }), { ...BEGINNING, at: 1 })
})

test("a screen that the visitor opens moves once, and not without motion", () => {
  let telling = go(BEGINNING, 1)
  assert.ok(isMoving(telling) && telling.time === 0)
  while (isMoving(telling)) telling = pass(telling, 500)
  assert.deepEqual(telling, { ...STILL, at: 1 })
  assert.deepEqual(go(telling, 0, true), STILL)
})

test("the window passes all positions in six seconds at constant speed, then the columns grow", () => {
  const start = Math.max(...Array.from({ length: 3000 }, (_, t) => t).filter((t) => look(t, COUNTS).swept === 0))
  for (const share of [0, 1 / 3, 0.5, 1]) assert.ok(Math.abs(look(start + 6000 * share, COUNTS).swept - share) < 1e-12)
  assert.equal(look(start + 6000, COUNTS).activated, 0)
  assert.deepEqual({ ...look(start + 6400, COUNTS) }, { swept: 1, activated: 1, grown: 0, done: false })
  assert.deepEqual({ ...look(start + 7000, COUNTS) }, { swept: 1, activated: 1, grown: 1, done: true })
})

test("the easing is that of cubic-bezier(.2, .7, .2, 1)", () => {
  const curve = (s, a, b) => 3 * (1 - s) ** 2 * s * a + 3 * (1 - s) * s ** 2 * b + s ** 3
  for (const s of [0, 0.1, 0.37, 0.5, 0.8, 1])
    assert.ok(Math.abs(easedShare(100 + 600 * curve(s, 0.2, 0.2), 100, 600) - curve(s, 0.7, 1)) < 1e-6)
  assert.deepEqual([easedShare(0, 100, 600), easedShare(800, 100, 600)], [0, 1])
})

test("a gap opens when the columns have arrived, one after another, and both melt at the end", () => {
  for (let t = 0; t < 8000; t += 20) {
    const { glided, marked, opened, melted } = areas(t, COUNTS)
    for (const [before, after] of [
      [glided, marked],
      [glided, opened[0]],
      [opened[0], opened[1]],
      [opened[1], melted],
    ])
      assert.ok(after === 0 || before === 1, String(t))
  }
})

test("the number is lowered by the deck's change, in the steps of the curve", () => {
  assert.deepEqual([NUMBER.along, NUMBER.by, LESSON.seed, UPDATES], ["f:1,1", -1, "39", 10])
  assert.ok(Math.abs((SPAN * NUMBER.steps) / MIDDLE - NUMBER.by) < 1e-12)
  assert.ok(NUMBER.most < MIDDLE)
  const values = Array.from({ length: 150 }, (_, n) => number(100 * n, COUNTS).value)
  assert.deepEqual([...new Set(values)].map(Math.abs), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  assert.equal(values.at(-1), NUMBER.steps)
})

test("updates follow each other, with the longest pause at the one where the answer turns", () => {
  const seen = {}
  for (let t = 0; t < 1000 * STORY[LAST].seconds; t += 10) {
    const { value } = updates(t, COUNTS)
    seen[value] = (seen[value] ?? 0) + 10
  }
  const inBetween = Object.entries(seen).slice(1, -1)
  assert.deepEqual(Object.keys(seen).map(Number), [...Array(UPDATES + 1).keys()])
  assert.equal(inBetween.toSorted(([, a], [, b]) => b - a)[0][0], String(TURN))
})

test("the opening plays on Step for a first visit whose address has no key", () => {
  assert.ok(shouldBegin("", {}, false))
  for (const [page, address, seen] of [
    ["", {}, true],
    ["", LESSON, false],
    ["", { view: "lecture" }, false],
    ["train", {}, false],
  ])
    assert.ok(!shouldBegin(page, address, seen))
})

test("the answer turns at the first update from which on it stays the same", () => {
  const [dog, cat] = [
    [0.4, 0.6],
    [0.6, 0.4],
  ]
  assert.equal(turningPoint([dog, dog, cat, cat]), 2)
  assert.equal(turningPoint([dog, cat, dog, cat]), 3)
  assert.equal(turningPoint([cat, cat]), 0)
})

test("a loss, its change and the loss after it are printed with decimals that add up", () => {
  assert.equal(digitsOf(0.49438, 0.44599), 4)
  assert.equal(digitsOf(0.49443, 0.47017), 5)
})
