// Pictures as templates: what they add up is the core's own entry, and what they print is right.

import assert from "node:assert/strict"
import { test } from "node:test"
import { pictureOf } from "../../cnnviz/view/draw/mechanism.js"
import { number, plainNumber } from "../../cnnviz/view/model/numbers/format.js"
import { parseEntry } from "../../cnnviz/view/scene/motion.js"
import { activation, gate } from "../../cnnviz/view/scene/pictures/activation.js"
import { convolution } from "../../cnnviz/view/scene/pictures/convolution.js"
import { isScene } from "../../cnnviz/view/scene/scene.js"
import { typeRoom } from "../../cnnviz/view/scene/scene_view.js"
import { elementsOf, pictureHtml, snapshots, sumsOf, textOf } from "./scene.js"

/** Each stage that is drawn by a template, at two of its cells. */
function* scenes() {
  for (const { numbers, arrays } of snapshots.filter(({ numbers }) => !Object.keys(numbers.answer.deviations).length))
    for (const { symbol } of numbers.stages) {
      const picture = pictureOf(numbers, symbol)
      if (!isScene(picture)) continue
      const first = symbol === "update" ? numbers.said.update.makes[0] : symbol
      const shape = numbers.shape(first)
      for (const cell of [shape.map(() => 0), shape.map((n) => n >> 1)])
        yield { numbers, arrays, picture, symbol, first, cell }
    }
}

const where = ({ numbers, symbol, cell }) => `${numbers.network.text} ${symbol}[${cell}]`

test("the total of every staircase is the core's own entry, and its steps lead to it", () => {
  let count = 0
  for (const scene of scenes()) {
    const { numbers, arrays, picture, symbol, cell } = scene
    for (const { terms, total } of sumsOf(picture, numbers, symbol, cell)) {
      count += 1
      assert.equal(total, arrays[symbol][numbers.offset(symbol, cell)], where(scene))
      const size = terms.reduce((all, value) => all + Math.abs(value), 1e-15)
      const end = terms.reduce((all, value) => all + value, 0)
      assert.ok(Math.abs(end - total) <= 1e-9 * size, `${where(scene)}: ${end}, ${total}`)
    }
  }
  assert.ok(count > 10, `only ${count} sums`)
})

test("everything that moves comes from a part of the picture, and at a time of its assembly", () => {
  for (const scene of scenes()) {
    const elements = elementsOf(pictureHtml(scene.picture, scene.numbers, scene.first, scene.cell))
    const anchors = new Set(elements.map((element) => element["data-id"]))
    for (const { "data-enter": enter, "data-from": from, "data-to": to } of elements) {
      for (const anchor of [from, to]) assert.ok(!anchor || anchors.has(anchor), `${where(scene)}: ${anchor}`)
      if (!enter) continue
      const { motion, origin, at, share } = parseEntry(enter)
      assert.ok(share > 0, `${where(scene)}: ${motion} is no motion`)
      assert.ok(!origin || anchors.has(origin), `${where(scene)}: ${enter}`)
      assert.ok(at >= 0 && (at + share <= 1.1 || motion === "vanish"), `${where(scene)}: ${enter}`)
    }
  }
})

test("a number that can be taken is that of its cell, and one that is read aloud has a label", () => {
  for (const scene of scenes()) {
    const { numbers } = scene
    for (const element of elementsOf(pictureHtml(scene.picture, numbers, scene.first, scene.cell))) {
      const { "data-symbol": symbol, "data-cell": cell, role } = element
      if (role === "table" || element.tag === "ol" || role === "img")
        assert.ok(element["aria-label"], `${where(scene)}: ${element.tag}`)
      if (role === "table" || element.tag === "ol") assert.doesNotMatch(element["aria-label"], /[∂₀-₉]/, where(scene))
      if (!symbol || !cell) continue
      const at = cell.split(",").map(Number)
      assert.ok(
        at.length === numbers.shape(symbol).length && at.every((n, axis) => n < numbers.shape(symbol)[axis]),
        where(scene),
      )
    }
  }
})

test("the printed products of a convolution are those of the printed factors, also beyond the image", () => {
  let zeros = 0
  for (const scene of scenes()) {
    const { numbers, symbol, cell, picture } = scene
    if (picture !== convolution) continue
    const html = pictureHtml(picture, numbers, symbol, cell, { letters: 8 })
    const texts = (id) =>
      [...html.matchAll(new RegExp(`data-id="${id}\\d+"[^>]*>([^<]*)<`, "g"))].map(([, text]) =>
        Number(plainNumber(text)),
      )
    const [window, kernel] = [texts("w"), texts("f")]
    const terms = [...html.matchAll(/<li class="(?!total)[^>]*>.*?<b[^>]*>([^<]*)</gs)].map(([, text]) => text)
    assert.equal(
      terms.length - window.length,
      numbers.links(symbol).some(({ source }) => numbers.maps[source].kind === "row") ? 1 : 0,
    )
    zeros += window.includes(0)
    const unit = html.includes("× 10") ? null : 1
    if (!unit) continue
    window.forEach((value, n) => {
      const decimals = terms[n].split(".")[1]?.length ?? 0
      const slack = 0.71 / 10 ** decimals
      assert.ok(
        Math.abs(value * kernel[n] - Number(plainNumber(terms[n]))) <= slack,
        `${where(scene)}: ${value} × ${kernel[n]} = ${terms[n]}`,
      )
    })
  }
  assert.ok(zeros)
})

test("while the kernel slides, nothing changes its number of digits", () => {
  const { numbers } = snapshots.find(({ numbers }) => /^conv1x3-/.test(numbers.network.text))
  const [, rows, columns] = numbers.shape("z1")
  const decimals = new Set()
  for (let n = 0; n < rows * columns; n += 37) {
    const cell = [0, Math.floor(n / columns), n % columns]
    const html = pictureHtml(convolution, numbers, "z1", cell, { isSteady: true })
    for (const [, text] of html.matchAll(/data-id="w\d"[^>]*>([^<]*)</g))
      if (text !== "0") decimals.add(text.split(".")[1].length)
  }
  assert.equal(decimals.size, 1)
})

test("cells without room for their numbers have none, and the largest product is a sentence", () => {
  const { numbers } = snapshots.find(({ numbers }) => /^conv1x3-/.test(numbers.network.text))
  const narrow = textOf(convolution, numbers, "z1", [0, 13, 18], { letters: 2 })
  assert.match(narrow, /[\d.]+ · [^ ]+ [=≈] /)
  assert.doesNotMatch(textOf(convolution, numbers, "z1", [0, 13, 18]), / · /)
  assert.ok(!pictureHtml(convolution, numbers, "z1", [0, 13, 18], { letters: 2 }).includes("stated"))
  assert.deepEqual(
    [8, 34, 58].map((width) => typeRoom(width).size),
    [13, 13, 18],
  )
  assert.ok(typeRoom(8).letters < 1 && typeRoom(34).letters === 4)
})

test("a product is the same term in the image, its window, the kernel and the staircase", () => {
  const { numbers } = snapshots[0]
  const elements = elementsOf(pictureHtml(convolution, numbers, "z1", [0, 13, 18]))
  for (let n = 0; n < 9; n++) {
    const parts = elements.filter((element) => element["data-term"] === String(n))
    assert.equal(parts.length, 3)
    const [pixel, weight] = ["x", "f"].map(
      (name) => parts.find((element) => element["data-symbol"] === name)["data-cell"],
    )
    assert.equal(pixel, [0, 13 + Math.floor(n / 3), 18 + (n % 3)].join())
    assert.equal(weight, [0, 0, Math.floor(n / 3), n % 3].join())
  }
})

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
