import assert from "node:assert/strict"
import { test } from "node:test"
import { kindOf, labelOf, withTargets } from "../../cnnviz/view/model/state/targets.js"
import { IMAGES } from "../../cnnviz/view/spec.js"

const start = { img: IMAGES[0].id, y: "1,0" }
const of = (label) => IMAGES.find((image) => image.label === label && image.id !== start.img)?.id ?? ""

test("another image selects its class as the target if the outputs have names, and the names stay", () => {
  assert.deepEqual(withTargets({ img: of("dog") }, start), { img: of("dog"), classes: "cat,dog", y: "0,1" })
  assert.deepEqual(withTargets({ img: of("cat") }, { ...start, y: "0,1" }), {
    img: of("cat"),
    classes: "cat,dog",
    y: "1,0",
  })
  const named = { img: of("dog"), classes: "ship,dog,frog", y: "0,1,0" }
  assert.deepEqual(withTargets({ img: of("ship") }, named), { img: of("ship"), classes: "ship,dog,frog", y: "1,0,0" })
})

test("targets that name no class stay, and so do those of an image outside the classes", () => {
  assert.deepEqual(withTargets({ img: of("dog") }, { ...start, y: "0.3,0.7" }), { img: of("dog"), classes: "cat,dog" })
  assert.deepEqual(withTargets({ img: of("ship") }, start), { img: of("ship"), classes: "cat,dog" })
})

test("the class of an image that is not in the gallery follows from its id or is passed", () => {
  const ids = {
    "dog-17": "dog",
    "cat-h3": "cat",
    "digit7-h3": "7",
    "train-40000": "",
    "test-700": "",
    "pattern-edges": "",
    "upload-a_b": "",
  }
  for (const [id, label] of Object.entries(ids)) assert.equal(labelOf(id), label, id)
  assert.deepEqual(withTargets({ img: "dog-17" }, start), { img: "dog-17", classes: "cat,dog", y: "0,1" })
  assert.deepEqual(withTargets({ img: "train-40000" }, start, "dog"), {
    img: "train-40000",
    classes: "cat,dog",
    y: "0,1",
  })
  assert.deepEqual(withTargets({ img: "train-40000" }, start), { img: "train-40000", classes: "cat,dog" })
})

test("outputs of another network keep their names, as many as fit", () => {
  const into = (net, setup = start) => withTargets({ net }, setup).classes
  assert.equal(into("conv1x3-dense3-softmax-ce"), "cat,dog")
  assert.equal(into("dense30-sigmoid-dense9-mse", { ...start, img: of("dog"), classes: "cat,dog" }), "cat,dog")
  assert.equal(into("dense10-mse", { ...start, classes: "cat,lynx" }), "cat,lynx")
  assert.equal(into("dense2-mse", { ...start, classes: "ship,dog,frog", y: "0,1,0" }), "ship,dog")
  assert.equal(into("dense2-mse"), undefined) // as they are
  assert.equal(into("dense3-mse", { img: of("ship"), y: "1,0" }), undefined)
  assert.deepEqual(withTargets({ net: "dense3-mse", classes: "" }, start), { net: "dense3-mse", classes: "" })
})

test("ten outputs get the ten classes of the image's kind, and fewer outputs keep the image's class", () => {
  const into = (net, lesson) => withTargets({ net, y: "" }, lesson).classes
  const ten = "airplane,automobile,bird,cat,deer,dog,frog,horse,ship,truck"
  assert.equal(into("conv4x3-relu-dense10-softmax-ce", start), ten)
  assert.equal(into("dense10-softmax-ce", { img: "dog-1", y: "1,0" }), ten)
  assert.equal(into("dense10-softmax-ce", { img: "digit7-3", y: "1,0" }), "0,1,2,3,4,5,6,7,8,9")
  assert.equal(into("dense10-softmax-ce", { img: "pattern-edges", y: "1,0" }), undefined)
  assert.equal(into("relu-dense10-softmax-ce", { img: "dog-1", y: "1,0,0,0,0,0,0,0,0,0" }), undefined) // their targets stay
  assert.equal(into("dense2-softmax-ce", { img: "dog-1", classes: ten, y: "0,0,0,0,0,1,0,0,0,0" }), "airplane,dog")
})

test("a change with its own names, and a setup without output names, are unchanged", () => {
  const changes = [
    { k: "3" },
    { img: start.img },
    { img: of("dog"), y: "1,0" },
    { img: of("dog"), classes: "" },
    { img: of("dog"), net: "dense2-mse" },
  ]
  for (const change of changes) assert.deepEqual(withTargets(change, start), change)
  assert.deepEqual(withTargets({ img: of("dog") }, { img: of("ship"), y: "1,0" }), { img: of("dog") })
  assert.deepEqual(withTargets({ img: of("dog") }, { ...start, y: "1,0,0" }), { img: of("dog") })
})

test("digits are distinguished by their size", () => {
  assert.deepEqual(["digit7-3,digit1-0", "small7-h3"].map(kindOf), ["digit", "small"])
  assert.deepEqual(["cat-17", "test-3", "digital-3"].map(kindOf), ["", "", ""])
  assert.equal(labelOf("small7-h3"), "7")
})
