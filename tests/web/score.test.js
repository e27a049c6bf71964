import assert from "node:assert/strict"
import { test } from "node:test"
import { report } from "../../cnnviz/hosts/file/scorm.js"
import { countPrediction as predict, storeAnswer } from "../../cnnviz/pages/learn/progress.js"
import { hasAnswer, parseTyped, scoreAnswer } from "../../cnnviz/pages/learn/score.js"

const step = (more) => ({
  options: [],
  order: [],
  right: "yes",
  otherwise: "no",
  tolerance: 0,
  value: null,
  met: false,
  ...more,
})
const option = (value, say, right = false) => ({ label: "", say, right, value, picture: null })

test("numbers are parsed as people type them", () => {
  const read = {
    3.5: 3.5,
    "3,5": 3.5,
    "−2": -2,
    "1e-3": 0.001,
    "12 %": 0.12,
    "1,000": 1000,
    "1,000.5": 1000.5,
    ".5": 0.5,
  }
  for (const [text, value] of Object.entries(read)) assert.ok(Math.abs(parseTyped(text) - value) < 1e-12, text)
  for (const text of ["", "x", "1.2.3", "--1", "Infinity", "0x10", "1 2"])
    assert.ok(Number.isNaN(parseTyped(text)), text)
})

test("a number is right within its tolerance; a known wrong one gets its feedback, any other the general one", () => {
  const asked = step({ kind: "number", value: 15, tolerance: 0.5, options: [option(16, "half")] })
  assert.deepEqual(scoreAnswer(asked, "15.4"), { right: true, say: "yes" })
  assert.deepEqual(scoreAnswer(asked, "16"), { right: false, say: "half" })
  assert.deepEqual(scoreAnswer(asked, "3"), { right: false, say: "no" })
  assert.equal(hasAnswer(asked, "fifteen"), false)
  assert.equal(hasAnswer(asked, "15"), true)
})

test("a click is scored by the core's cells, an order by the network's stages, a choice by its option", () => {
  const masks = (name) => ({ key: [0, 1, 0], 0: [0, 0, 1] })[name]
  const click = step({ kind: "click", options: [option(null, "other side")] })
  assert.deepEqual(
    [0, 1, 2].map((at) => scoreAnswer(click, at, masks).say),
    ["no", "yes", "other side"],
  )
  const order = step({ kind: "order", order: [{ symbol: "dz2" }, { symbol: "dw" }] })
  assert.equal(scoreAnswer(order, ["dz2", "dw"]).right, true)
  assert.equal(scoreAnswer(order, ["dw", "dz2"]).say, "no")
  const choice = step({ kind: "choose", options: [option(1, "a"), option(2, "b", true)] })
  assert.equal(scoreAnswer(choice, 1).right, true)
  assert.equal(hasAnswer(choice, null), false)
  assert.equal(hasAnswer(choice, 0), true)
})

test("a learning platform receives the share of right first answers of all questions and predictions", () => {
  const told = []
  const LMSSetValue = (name, value) => told.push(`${name.replace("cmi.core.", "")} ${value}`)
  const quiet = () => ""
  globalThis.window = {
    API: { LMSInitialize: quiet, LMSGetValue: quiet, LMSCommit: quiet, LMSFinish: quiet, LMSSetValue },
  }
  globalThis.addEventListener ??= quiet
  const complete = report(4)
  storeAnswer("walk", 1, true)
  storeAnswer("walk", 2, false)
  storeAnswer("walk", 2, true) // after the page has shown what is right
  predict(false)
  complete()
  complete()
  const raw = told.filter((text) => text.startsWith("score.raw"))
  assert.deepEqual(raw, ["score.raw 25", "score.raw 25", "score.raw 20"])
  assert.deepEqual([told[0], told.at(-1)], ["lesson_status incomplete", "lesson_status completed"])
  assert.equal(told.filter((text) => text.endsWith("completed")).length, 1)
})
