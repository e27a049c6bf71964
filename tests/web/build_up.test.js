// How a picture comes about: what goes wrong meanwhile is heard of, but for a picture that is gone.

import assert from "node:assert/strict"
import { test } from "node:test"
import { BuildUp } from "../../cnnviz/view/draw/build_up.js"

/** A canvas of whose animations it is said when they are over. @param {Promise<unknown>} finished */
const canvasOf = (finished) => /** @type {any} */ ({ dataset: {}, animate: () => ({ finished, finish: () => {} }) })

test("what goes wrong while a picture comes about is heard of", async () => {
  const wrong = () => {
    throw new TypeError("no such map")
  }
  for (const delay of [0, 100])
    await assert.rejects(new BuildUp(canvasOf(Promise.resolve())).play(wrong, false, delay), /no such map/)
})

test("a picture that is gone meanwhile is no fault", async () => {
  const gone = () => Promise.reject(new DOMException("gone", "AbortError"))
  const drawn = () => /** @type {any} */ ({ enlarged: [], landed: [] })
  for (const delay of [0, 100]) await new BuildUp(canvasOf(gone())).play(drawn, false, delay)
})
