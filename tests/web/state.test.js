// Navigation state: late responses, quick Back, the presenter, and predicted numbers.

import assert from "node:assert/strict"
import { test } from "node:test"
import { accepts, canHide, initialState, isBefore, isWaiting, nextState } from "../../cnnviz/view/model/state/state.js"

const ORDER = ["x", "z1", "o", "L", "df", "update"]
const KEYS = ["img", "k", "lr"]
const FULL = { img: "test-0", k: "0", lr: "0.01", stage: "x", cell: "" }

const start = (address = {}) => initialState("", KEYS, true, address)
/** An answer to an address; what the server cannot use it replaces. */
const answered = (state, asked, { here = state.wanted, setup = {}, running = false } = {}) =>
  nextState(state, { type: "answered", asked, setup: { ...FULL, ...asked, ...setup }, order: ORDER, here, running })
const went = (state, change, running = false) => nextState(state, { type: "went", change, running })
const travelled = (state, address) => nextState(state, { type: "travelled", address })
const shown = (address = {}) => answered(start(address), address)

test("a first answer is waited for, and is what is shown", () => {
  const first = start({ k: "3" })
  assert.ok(isWaiting(first))
  const state = answered(first, { k: "3" })
  assert.ok(!isWaiting(state))
  assert.deepEqual([state.shown.setup.k, state.wanted.k, state.stage], ["3", "3", "x"])
})

test("another update is waited for until its answer comes, and a stage is not", () => {
  const state = went(shown(), { k: "1" })
  assert.ok(isWaiting(state) && state.shown.setup.k === "0")
  assert.ok(!isWaiting(answered(state, { ...FULL, k: "1" })))
  const turned = went(shown(), { stage: "df" })
  assert.ok(!isWaiting(turned) && turned.stage === "df")
})

test("a stage of another network is the stage when its answer comes, and none of this one's until then", () => {
  const state = went(shown({ stage: "df" }), { lr: "0.1", stage: "df1" })
  assert.deepEqual([state.stage, state.wanted.stage], [shown({ stage: "df" }).stage, "df1"])
  assert.equal(answered(state, { ...FULL, lr: "0.1", stage: "df1" }).stage, "df1")
})

test("whatever the order in which answers come, the one that is wanted is shown in the end", () => {
  const asked = ["1", "2", "3"]
  for (const order of [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ]) {
    let state = shown()
    for (const k of asked) state = went(state, { k })
    for (const n of order) state = answered(state, { ...FULL, k: asked[n] })
    assert.ok(!isWaiting(state))
    assert.equal(state.shown.setup.k, "3")
  }
})

test("an answer that nobody waits for any more changes nothing, and its state is the same one", () => {
  const state = went(shown(), { k: "1" })
  const back = travelled(state, { ...FULL })
  assert.ok(!isWaiting(back))
  assert.equal(answered(back, { ...FULL, k: "1" }), back)
  assert.ok(!accepts(back, { ...FULL, k: "1" }, back.wanted))
})

test("Back in a hurry leads back, whether the answer had come or not", () => {
  const here = went(shown(), { stage: "z1" })
  for (const comes of [true, false]) {
    let state = went(here, { k: "1", stage: "x" })
    if (comes) state = answered(state, { ...FULL, k: "1" })
    state = travelled(state, { ...FULL, stage: "z1" })
    assert.equal(isWaiting(state), comes) // its numbers are asked for again, or are on the screen still
    state = answered(state, { ...FULL, stage: "z1" })
    assert.deepEqual([isWaiting(state), state.shown.setup.k, state.stage], [false, "0", "z1"])
  }
})

test("an address that is on its way already is not asked for twice", () => {
  const state = went(shown(), { k: "1" })
  assert.equal(travelled(state, { ...FULL, k: "1" }), state)
})

test("values that the server rejects are replaced without waiting", () => {
  const state = answered(went(shown(), { lr: "fast" }), { ...FULL, lr: "fast" }, { setup: { lr: "0.01" } })
  assert.ok(!isWaiting(state))
  assert.equal(state.wanted.lr, "0.01")
  assert.ok(!isWaiting(travelled(state, { ...FULL, lr: "fast" })))
})

test("an address without all its keys is as good as the answer to it", () => {
  const state = nextState(shown(), { type: "leapt", address: { img: "test-3" } })
  assert.ok(isWaiting(state))
  assert.ok(!isWaiting(answered(state, { img: "test-3" })))
})

test("an address that leaves out what is shown is another one, and the server says which lesson it is", () => {
  const state = travelled(shown({ k: "3" }), { nothing: "-1" })
  assert.ok(isWaiting(state))
  const found = answered(state, { nothing: "-1" })
  assert.ok(!isWaiting(found) && found.shown.setup.k === "0")
})

test("another page is waited for although its lesson is this one's", () => {
  assert.ok(isWaiting(nextState(shown(), { type: "turned", change: {}, page: "check" })))
})

test("a stage stays where the visitor went on while an answer was on its way", () => {
  const state = went(went(shown(), { k: "1" }), { stage: "z1" })
  const late = answered(state, { ...FULL, k: "1" }, { here: { ...FULL, k: "1", stage: "z1" } })
  assert.equal(late.stage, "z1")
})

test("numbers to be predicted are hidden at each stage that one comes to going on, and nowhere else", () => {
  const state = shown({ predict: "1" })
  assert.ok(canHide(state) && !state.veiled)
  const on = went(state, { stage: "z1" })
  assert.ok(on.veiled)
  const open = nextState(on, { type: "unveiled" })
  assert.ok(!open.veiled)
  assert.ok(!went(went(open, { stage: "o" }), { stage: "z1" }).veiled)
  assert.ok(!went(state, { stage: "z1" }, true).veiled) // it plays
})

test("the numbers of a later update are predicted before they are shown, those of an earlier one are not", () => {
  const first = answered(start({ predict: "1", k: "2", stage: "o" }), { k: "2", stage: "o" })
  const state = nextState(first, { type: "unveiled" })
  assert.ok(first.veiled && !state.veiled)
  const later = went(state, { k: "3" })
  assert.ok(later.onward && answered(later, { ...FULL, k: "3", stage: "o" }).veiled)
  const earlier = went(state, { k: "1" })
  assert.ok(isBefore(state, earlier.wanted) && !earlier.onward)
  assert.ok(!answered(earlier, { ...FULL, k: "1", stage: "o" }).veiled)
})

test("who no longer predicts sees what was hidden", () => {
  const state = went(shown({ predict: "1" }), { stage: "z1" })
  assert.ok(!nextState(state, { type: "looked", change: { predict: "" } }).veiled)
})

test("the presenter hides the newest numbers for all, once per position, and followers who have answered see more", () => {
  const led = (state, hidden) => nextState(state, { type: "led", hidden })
  const state = went(shown({ hide: "1" }), { stage: "z1" })
  const open = led(state, false)
  assert.ok(!open.veiled)
  const covered = led(open, true)
  assert.ok(covered.veiled)
  const answeredHere = nextState(covered, { type: "unveiled" })
  assert.equal(led(answeredHere, true), answeredHere)
  assert.ok(led(went(answeredHere, { stage: "o" }), true).veiled)
  assert.equal(led(state, undefined).veiled, state.veiled) // nobody leads
})

test("any events in any order: what is waited for is not shown, and its answer ends the waiting", () => {
  let seed = 1
  const random = (n) => {
    seed = (seed * 48271) % 2147483647
    return seed % n
  }
  for (let run = 0; run < 300; run++) {
    let state = shown()
    const flights = []
    for (let n = 0; n < 20; n++) {
      const k = String(random(4))
      const what = random(5)
      if (what === 0) state = went(state, { k })
      else if (what === 1) state = went(state, { stage: ORDER[random(ORDER.length)] })
      else if (what === 2) state = travelled(state, { ...FULL, k })
      else if (flights.length) state = answered(state, flights.splice(random(flights.length), 1)[0])
      if (isWaiting(state)) flights.push({ ...FULL, k: state.wanted.k, stage: state.stage })
      assert.equal(isWaiting(state), state.shown.setup.k !== state.wanted.k)
    }
    state = answered(state, { ...FULL, k: state.wanted.k, stage: state.stage })
    assert.ok(!isWaiting(state) && state.shown.setup.k === state.wanted.k)
  }
})
