// Pictures of activations, pooling and dropout as templates.

import assert from "node:assert/strict"
import { test } from "node:test"
import { number } from "../../cnnviz/view/model/numbers/format.js"
import { activation, gate } from "../../cnnviz/view/scene/pictures/activation.js"
import { pictureHtml, snapshots, textOf } from "./scene.js"

test("of a channel's gates as many are closed as the core has sums that are not above 0", () => {
  let counted = 0
  for (const { numbers } of snapshots)
    for (const made of Object.keys(numbers.network.curves).filter((name) => numbers.said[name].name === "ReLU")) {
      const z = numbers.links(made)[0].source
      const [channels, rows, columns] = numbers.shape(z)
      for (let channel = 0; columns && channel < channels; channel++) {
        const sums = numbers.values(z).slice(channel * rows * columns, (channel + 1) * rows * columns)
        const closed = sums.filter((sum) => !(sum > 0)).length
        const said = textOf(gate, numbers, `d${z}`, [channel, 0, 0])
        if (closed)
          assert.ok(said.includes(`closed: ${closed} `), `${numbers.network.text} ${z}[${channel}]: ${closed}`)
        counted += closed > 0
      }
    }
  assert.ok(counted > 8)
})

test("a gate says which share of its gradient passes, and its bars are as long as both", () => {
  const { numbers } = snapshots.find(({ numbers }) => numbers.network.text === "conv1x3-sigmoid-dense2-sigmoid-mse")
  for (const [map, cell] of [
    ["dz2", [0]],
    ["dz1", [0, 3, 4]],
  ]) {
    const share = numbers.at(map, cell) / numbers.at(numbers.links(map)[0].source, cell)
    assert.ok(textOf(gate, numbers, map, cell).includes(` ${Math.round(100 * share)}% passes`), map)
  }
})

test("an activation prints its input and its result once, and leads from one to the other", () => {
  for (const { numbers } of snapshots)
    for (const made of Object.keys(numbers.network.curves)) {
      const cell = numbers.shape(made).map((n) => n >> 1)
      const z = numbers.links(made)[0].source
      const text = textOf(activation, numbers, made, cell)
      for (const value of [numbers.at(z, cell), numbers.at(made, cell)])
        assert.ok(text.includes(` ${number(value)} `), `${numbers.network.text} ${made}: ${value} in ${text}`)
      const html = pictureHtml(activation, numbers, made, cell)
      assert.ok(html.includes("stated"))
      assert.equal(html.includes('data-cell="0"'), numbers.maps[z].kind !== "map" && numbers.count(z) <= 12)
    }
})
