// Drawing step by step: errors are reported, unless the drawing was cancelled.

import assert from "node:assert/strict"
import { test } from "node:test"
import { BuildUp } from "../../cnnviz/view/draw/build_up.js"

/** A canvas of whose animations it is said when they are over. @param {Promise<unknown>} finished */
const canvasOf = (finished) => /** @type {any} */ ({ dataset: {}, animate: () => ({ finished, finish: () => {} }) })

test("an error during drawing is reported", async () => {
  const wrong = () => {
    throw new TypeError("no such map")
  }
  for (const delay of [0, 100])
    await assert.rejects(new BuildUp(canvasOf(Promise.resolve())).play(wrong, false, delay), /no such map/)
})

test("a cancelled drawing is not an error", async () => {
  const gone = () => Promise.reject(new DOMException("gone", "AbortError"))
  const drawn = () => /** @type {any} */ ({ enlarged: [], landed: [] })
  for (const delay of [0, 100]) await new BuildUp(canvasOf(gone())).play(drawn, false, delay)
})
