// Which cell is explained first, and when it stays.

import assert from "node:assert/strict"
import { test } from "node:test"
import { NetworkFocus } from "../../cnnviz/view/model/state/network_focus.js"

const maps = {
  x: { family: "x", kind: "map", shape: [1, 9, 9] },
  z1: { family: "z1", kind: "map", shape: [1, 7, 7] },
  dz1: { family: "z1", kind: "map", shape: [1, 7, 7] },
}
const LESSON = { img: "test-0", f: "sobel-x", k: "0", seed: "39" }
/** @param {Record<string, string>} change @param {number[]} cell */
const answered = (change, cell) =>
  /** @type {any} */ ({
    maps,
    network: { text: "conv1x3", focus: { z1: cell } },
    answer: { lesson: { ...LESSON, ...change } },
    stages: [],
  })

test("the pinned cell stays when a number is edited, and moves to the proposed one with another setup", () => {
  const focus = new NetworkFocus()
  focus.receive(answered({}, [0, 1, 1]))
  assert.deepEqual(focus.own("dz1"), [0, 1, 1])
  focus.receive(answered({ f: "1,0,0,0,0,0,0,0,0" }, [0, 2, 2]))
  assert.deepEqual(focus.own("z1"), [0, 1, 1])
  focus.receive(answered({ f: "1,0,0,0,0,0,0,0,0", set: "x:0,0:1" }, [0, 3, 3]))
  assert.deepEqual(focus.own("z1"), [0, 1, 1])
  focus.receive(answered({ f: "1,0,0,0,0,0,0,0,0", set: "x:0,0:1", seed: "1" }, [0, 4, 4]))
  assert.deepEqual(focus.own("z1"), [0, 4, 4])
  focus.receive(answered({ img: "test-1" }, [0, 5, 5]))
  assert.deepEqual(focus.own("z1"), [0, 5, 5])
})
