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

test("the first response is awaited, then shown", () => {
  const first = start({ k: "3" })
  assert.ok(isWaiting(first))
  const state = answered(first, { k: "3" })
  assert.ok(!isWaiting(state))
  assert.deepEqual([state.shown.setup.k, state.wanted.k, state.stage], ["3", "3", "x"])
})

test("another update waits for its response, and a stage does not", () => {
  const state = went(shown(), { k: "1" })
  assert.ok(isWaiting(state) && state.shown.setup.k === "0")
  assert.ok(!isWaiting(answered(state, { ...FULL, k: "1" })))
  const turned = went(shown(), { stage: "df" })
  assert.ok(!isWaiting(turned) && turned.stage === "df")
})

test("a stage of another network applies when its response arrives", () => {
  const state = went(shown({ stage: "df" }), { lr: "0.1", stage: "df1" })
  assert.deepEqual([state.stage, state.wanted.stage], [shown({ stage: "df" }).stage, "df1"])
  assert.equal(answered(state, { ...FULL, lr: "0.1", stage: "df1" }).stage, "df1")
})

test("whatever the order of responses, the wanted one is shown in the end", () => {
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

test("a response that is no longer needed keeps the state unchanged", () => {
  const state = went(shown(), { k: "1" })
  const back = travelled(state, { ...FULL })
  assert.ok(!isWaiting(back))
  assert.equal(answered(back, { ...FULL, k: "1" }), back)
  assert.ok(!accepts(back, { ...FULL, k: "1" }, back.wanted))
})

test("quick Back navigation works whether or not the response has arrived", () => {
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

test("a pending address is not requested twice", () => {
  const state = went(shown(), { k: "1" })
  assert.equal(travelled(state, { ...FULL, k: "1" }), state)
})

test("values that the server rejects are replaced without waiting", () => {
  const state = answered(went(shown(), { lr: "fast" }), { ...FULL, lr: "fast" }, { setup: { lr: "0.01" } })
  assert.ok(!isWaiting(state))
  assert.equal(state.wanted.lr, "0.01")
  assert.ok(!isWaiting(travelled(state, { ...FULL, lr: "fast" })))
})

test("an incomplete address is equivalent to the response to it", () => {
  const state = nextState(shown(), { type: "leapt", address: { img: "test-3" } })
  assert.ok(isWaiting(state))
  assert.ok(!isWaiting(answered(state, { img: "test-3" })))
})

test("an address without the shown keys is another one, and the server resolves its setup", () => {
  const state = travelled(shown({ k: "3" }), { nothing: "-1" })
  assert.ok(isWaiting(state))
  const found = answered(state, { nothing: "-1" })
  assert.ok(!isWaiting(found) && found.shown.setup.k === "0")
})

test("another page is requested even if its setup is the same", () => {
  assert.ok(isWaiting(nextState(shown(), { type: "turned", change: {}, page: "check" })))
})

test("a stage chosen while a response is pending is kept", () => {
  const state = went(went(shown(), { k: "1" }), { stage: "z1" })
  const late = answered(state, { ...FULL, k: "1" }, { here: { ...FULL, k: "1", stage: "z1" } })
  assert.equal(late.stage, "z1")
})

test("numbers to predict are hidden at each stage reached by going forward, and only there", () => {
  const state = shown({ predict: "1" })
  assert.ok(canHide(state) && !state.veiled)
  const on = went(state, { stage: "z1" })
  assert.ok(on.veiled)
  const open = nextState(on, { type: "unveiled" })
  assert.ok(!open.veiled)
  assert.ok(!went(went(open, { stage: "o" }), { stage: "z1" }).veiled)
  assert.ok(!went(state, { stage: "z1" }, true).veiled) // it plays
})

test("numbers of a later update are predicted before they are shown, earlier ones are not", () => {
  const first = answered(start({ predict: "1", k: "2", stage: "o" }), { k: "2", stage: "o" })
  const state = nextState(first, { type: "unveiled" })
  assert.ok(first.veiled && !state.veiled)
  const later = went(state, { k: "3" })
  assert.ok(later.onward && answered(later, { ...FULL, k: "3", stage: "o" }).veiled)
  const earlier = went(state, { k: "1" })
  assert.ok(isBefore(state, earlier.wanted) && !earlier.onward)
  assert.ok(!answered(earlier, { ...FULL, k: "1", stage: "o" }).veiled)
})

test("hidden numbers are shown when predicting ends", () => {
  const state = went(shown({ predict: "1" }), { stage: "z1" })
  assert.ok(!nextState(state, { type: "looked", change: { predict: "" } }).veiled)
})

test("the presenter hides the newest numbers for all, once per position; followers who have answered see more", () => {
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

test("for any sequence of events, a pending response is not shown, and its arrival ends the waiting", () => {
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
