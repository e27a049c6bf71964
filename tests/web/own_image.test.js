import assert from "node:assert/strict"
import { test } from "node:test"
import { experience } from "../../cnnviz/view/dialogs/drawing_dialog.js"
import { targetChanges } from "../../cnnviz/view/dialogs/target_question.js"
import { DrawingPad, SIDE } from "../../cnnviz/view/model/drawing_pad.js"
import { kindOf, labelOf } from "../../cnnviz/view/model/state/targets.js"
import { IMAGES } from "../../cnnviz/view/spec.js"

const inked = ({ ink }) => ink.reduce((sum, value) => sum + Number(value > 0), 0)

test("a visitor's image gets the target that its visitor says, and the outputs keep their names", () => {
  const start = { img: IMAGES[0].id, y: "1,0" }
  assert.deepEqual(
    targetChanges(start, ["chat", "chien"]).map(({ name, change }) => [name, change]),
    [
      ["chat", { classes: "cat,dog", y: "1,0" }],
      ["chien", { classes: "cat,dog", y: "0,1" }],
    ],
  )
  const unnamed = targetChanges({ img: "ship-3", y: "1,0,0" }, ["output 0", "output 1", "output 2"])
  assert.deepEqual(unnamed[2].change, { y: "0,0,1" })
  assert.deepEqual(
    targetChanges({ img: "ship-3", y: "0.5" }, ["output 0"]).map(({ change }) => change),
    [{ y: "0" }, { y: "1" }],
  )
})

test("the pen leaves a line, by pointer and by keys, and one button clears it", () => {
  const pad = new DrawingPad()
  assert.ok(pad.isEmpty)
  pad.line([5, 5], [20, 5])
  const columns = Array.from({ length: SIDE }, (_, row) => pad.ink[row * SIDE + 4] > 0)
  assert.ok(columns.slice(5, 20).every(Boolean) && !columns[1] && !columns[24])
  pad.clear()
  assert.ok(pad.isEmpty)
  pad.move(0, 3) // the pen is up
  assert.ok(pad.isEmpty)
  pad.toggle()
  const dot = inked(pad)
  assert.ok(dot > 0)
  for (let n = 0; n < 40; n++) pad.move(1, 0)
  assert.ok(inked(pad) > dot && pad.cursor[0] <= SIDE)
  pad.toggle()
  const before = inked(pad)
  pad.move(-9, 0)
  assert.equal(inked(pad), before)
})

test("the pad says what the network has seen", () => {
  assert.match(experience({ w: "normal", k: "0" }), /not seen any digit/)
  assert.match(experience({ w: "he", k: "12" }), /one image, 12 times/)
  assert.match(experience({ w: "held-0123456789abcdef", k: "0" }), /trained weights/)
})

test("a drawing is as large as a digit, and no id of a visitor's image is taken for a class", () => {
  assert.equal(kindOf("drawing-eJz"), "digit")
  assert.deepEqual(
    ["drawing-7", "upload-7"].map((id) => labelOf(id)),
    ["", ""],
  )
})
