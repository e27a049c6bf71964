// Pictures of activations, pooling and dropout as templates.

import assert from "node:assert/strict"
import { test } from "node:test"
import { decode } from "../../cnnviz/view/model/numbers/decode.js"
import { number } from "../../cnnviz/view/model/numbers/format.js"
import { Numbers } from "../../cnnviz/view/model/numbers/numbers.js"
import { say } from "../../cnnviz/view/model/words.js"
import { activation, gate } from "../../cnnviz/view/scene/pictures/activation.js"
import { globalAverage } from "../../cnnviz/view/scene/pictures/global_average.js"
import { pooling, poolingBack } from "../../cnnviz/view/scene/pictures/pooling.js"
import { pictureOf } from "../../cnnviz/view/scene/pictures.js"
import { fixture } from "./hooks.js"
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

test("half of the largest slope is printed exactly", () => {
  const { numbers } = snapshots.find(({ numbers }) => numbers.network.text === "conv1x3-sigmoid-dense2-sigmoid-mse")
  const text = textOf(gate, numbers, "dz1", [0, 3, 4])
  assert.ok(/0\.25\s*0\.125\s*0/.test(text), text)
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

/** The cells of a table in a picture: their numbers' places, and what is written in them. */
const tableOf = (html, id) =>
  [...html.matchAll(new RegExp(`data-id="${id}\\d+"[^>]*data-cell="([\\d,]*)"[^>]*>(.*?)</span>`, "gs"))].map(
    ([, cell, text]) => ({
      cell: cell.split(",").map(Number),
      isWinner: text.includes('class="won"'),
      text: text.replace(/<[^>]*>/g, ""),
    }),
  )

test("pooling shows a window and its neighbours, one winner lit in each, and prints the same number for both", () => {
  const { numbers } = snapshots.find(({ numbers }) => numbers.network.text.startsWith("conv4x3-relu-max2-conv4x3"))
  const [, rows, columns] = numbers.shape("p1")
  for (const place of [
    [0, 0, 0],
    [1, rows - 1, 5],
    [3, 7, columns - 1],
  ])
    for (const [picture, map, cell] of [
      [pooling, "p1", place],
      [poolingBack, "da1", [place[0], 2 * place[1], 2 * place[2]]],
    ]) {
      const html = pictureHtml(picture, numbers, map, cell)
      const [cells, windows] = [tableOf(html, "w"), tableOf(html, "p")]
      assert.deepEqual([cells.length, windows.length], [36, 9])
      assert.ok(windows.some(({ cell }) => String(cell) === String(place)))
      for (const { cell: window, text } of windows) {
        const own = cells.filter(({ cell }) => cell.every((at, axis) => (axis ? at >> 1 : at) === window[axis]))
        const winners = own.filter(({ isWinner }) => isWinner)
        assert.equal(own.length, 4)
        assert.deepEqual(
          winners.map((winner) => winner.text),
          [text],
          `${map}[${cell}]`,
        )
      }
    }
})

test("in a window with equal maxima, the first one is named as the winner", () => {
  const { numbers } = snapshots[5]
  const [channels, rows, columns] = numbers.shape("p1")
  const fates = new Set()
  for (let n = 0; n < channels * rows * columns; n++) {
    const window = numbers.cell("p1", n)
    const own = [0, 1].flatMap((i) => [0, 1].map((j) => [window[0], 2 * window[1] + i, 2 * window[2] + j]))
    const values = own.map((cell) => numbers.at("a1", cell))
    const isTied = values.every((value) => value === 0)
    if (!isTied && n % 50) continue
    const winner = values.indexOf(Math.max(...values))
    for (const at of [winner, (winner + 1) % 4]) {
      const fate = at === winner ? "won" : values[at] === values[winner] ? "tied" : "lost"
      assert.ok(textOf(poolingBack, numbers, "da1", own[at]).includes(say(`web.mechanism.${fate}`)), fate)
      fates.add(fate)
    }
  }
  assert.deepEqual([...fates].toSorted(), ["lost", "tied", "won"])
})

test("what goes back through a pool shows its digits, with one power of ten on both sides", () => {
  let powers = 0
  for (const { numbers } of snapshots.filter(({ numbers }) => /avg2/.test(numbers.network.text)))
    for (const times of [1, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3]) {
      const scaled = Object.create(numbers, { at: { value: (map, cell) => times * numbers.at(map, cell) } })
      const symbol = numbers.links("dz1")[0].source === "dp1" ? "dz1" : "da1"
      const cell = numbers.shape(symbol).map((size) => size >> 1)
      const html = pictureHtml(poolingBack, scaled, symbol, cell)
      const own = html.match(/× 10[⁻\d³⁶⁹]+/g) ?? []
      powers += own.length
      assert.ok(own.length <= 1, `${numbers.network.text} times ${times}: ${own}`)
      const largest = tableOf(html, "p").map(({ text }) => text)
      assert.ok(
        largest.some((text) => /[1-9]/.test(text)),
        `${numbers.network.text} times ${times}: ${largest}`,
      )
    }
  assert.ok(powers > 2)
})

test("a global average shows every map of its layer, and its mean; backward the number of cells divides what arrives", () => {
  let count = 0
  for (const { numbers } of snapshots)
    for (const [target, [{ source }]] of Object.entries(numbers.network.links))
      if (pictureOf(numbers, target) === globalAverage && numbers.maps[source].kind === "map") {
        const [channels, rows, columns] = numbers.shape(source)
        const html = pictureHtml(globalAverage, numbers, target, [0])
        assert.equal(html.split(`class="field" data-symbol="${source}"`).length - 1, channels)
        if (numbers.maps[target].band === "gradients") continue // the gradient of a bias
        assert.ok(html.includes(number(numbers.at(target, [0]))))
        const text = textOf(globalAverage, numbers, `d${source}`, [0, 0, 0])
        assert.ok(text.includes(` ÷ ${rows * columns} `) && text.includes(number(numbers.at(`d${target}`, [0]))), text)
        count += 1
      }
  assert.ok(count)
})

test("filters whose means are the outputs are called by the classes in the picture of their biases' gradient", () => {
  const averaged = new Numbers(decode(new Uint8Array(Buffer.from(fixture("averaged").bytes, "base64"))))
  assert.ok(textOf(globalAverage, averaged, "db", [0]).includes(` ${averaged.classes[1]} `))
})
