import assert from "node:assert/strict"
import { test } from "node:test"
import { stepsInTurn } from "../../cnnviz/rooms/turns.js"

const settled = () => new Promise((done) => setImmediate(done))

/** A server that announces a step only when `announce` is called, as a stream does, and refuses a step of an old state. */
function room() {
  const steps = stepsInTurn()
  const waiting = []
  let phase = 0 // of the server
  let seen = 0 // by the page
  const refused = []
  const press = () =>
    steps.take(async () => {
      const from = seen
      if (from !== phase) return void refused.push(from)
      phase += 1
      waiting.push(phase)
      return "asked"
    })
  const announce = (by = "asked") => {
    if (by === "asked") seen = waiting.shift()
    steps.hear(by)
  }
  return { press, announce, refused, phase: () => phase }
}

test("two quick presses have the same effect as two slow ones", async () => {
  const { press, announce, refused, phase } = room()
  press()
  press()
  await settled()
  assert.equal(phase(), 1, "the second one waits")
  announce("moved")
  await settled()
  assert.equal(phase(), 1, "for its own announcement")
  announce()
  await settled()
  assert.equal(phase(), 2)
  assert.deepEqual(refused, [])
})

test("a step that is refused, or announced before its response, blocks nothing", async () => {
  const steps = stepsInTurn()
  const done = []
  steps.take(async () => void done.push("refused"))
  steps.take(async () => {
    steps.hear("moved") // the stream was faster than the response
    done.push("early")
    return "moved"
  })
  steps.take(async () => void done.push("last"))
  await settled()
  assert.deepEqual(done, ["refused", "early", "last"])
})

test("a step that throws, as without a server, lets the next one run", async () => {
  const steps = stepsInTurn()
  const failed = steps.take(() => Promise.reject(new Error("offline")))
  const done = []
  steps.take(async () => void done.push("next"))
  await assert.rejects(failed, /offline/)
  await settled()
  assert.deepEqual(done, ["next"])
})

test("a lost stream delays the next step by seconds only", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] })
  const { press, phase, announce } = room()
  press()
  press()
  await settled()
  assert.equal(phase(), 1)
  announce("covered")
  t.mock.timers.tick(3000)
  await settled()
  assert.equal(phase(), 1, "it was refused: the page has not heard of the first")
  announce()
  press()
  await settled()
  assert.equal(phase(), 2)
})
