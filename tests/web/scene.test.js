// Pictures as templates: what they add up is the core's own entry, and what they print is right.

import assert from "node:assert/strict"
import { test } from "node:test"
import { pictureOf } from "../../cnnviz/view/draw/mechanism.js"
import { decode } from "../../cnnviz/view/model/numbers/decode.js"
import { plainNumber } from "../../cnnviz/view/model/numbers/format.js"
import { Numbers } from "../../cnnviz/view/model/numbers/numbers.js"
import { parseEntry } from "../../cnnviz/view/scene/motion.js"
import { convolution } from "../../cnnviz/view/scene/pictures/convolution.js"
import { isScene } from "../../cnnviz/view/scene/scene.js"
import { typeRoom } from "../../cnnviz/view/scene/scene_view.js"
import { layOutUnits, placeOf, unitAt } from "../../cnnviz/view/scene/units.js"
import { fixture } from "./hooks.js"
import { elementsOf, pictureHtml, relatesOf, snapshots, sumsOf, textOf } from "./scene.js"

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

test("the loss, softmax and their merged gradient have a row for each of many outputs", () => {
  const seen = new Set()
  for (const { numbers } of snapshots.filter(({ numbers }) => numbers.count("o") > 2))
    for (const { symbol } of numbers.stages.filter(
      ({ symbol, inputs }) => /^[oL]$/.test(symbol) || inputs.includes("y"),
    )) {
      if (symbol === "o" && !numbers.arrays["powers.o"]) continue
      const cell = numbers.shape(symbol).map((n) => n >> 1)
      const elements = elementsOf(pictureHtml(pictureOf(numbers, symbol), numbers, symbol, cell))
      const rows = new Set(elements.flatMap((element) => element["data-term"] ?? []).filter(Boolean))
      assert.ok(rows.size >= Math.min(numbers.count("o"), 12), `${symbol}: ${[...rows]}`)
      seen.add(symbol.slice(0, 2))
    }
  assert.deepEqual([...seen].sort(), ["L", "do", "dz", "o"])
})

test("a unit is at one place, and its place is that of the unit", () => {
  for (const shape of [[7], [84], [120], [4, 5, 5], [10, 5, 5], [7, 3, 2]])
    for (const aspect of [0.6, 1, 1.6]) {
      const layout = layOutUnits(shape, aspect)
      const [height, width] = [layout.rows * layout.down, layout.columns * layout.across]
      const units = Array.from({ length: height * width }, (_, n) => unitAt(layout, Math.floor(n / width), n % width))
      assert.deepEqual(
        units.filter((n) => n >= 0).sort((a, b) => a - b),
        [...Array(layout.count).keys()],
      )
      for (const n of [0, layout.count - 1]) assert.equal(unitAt(layout, ...placeOf(layout, n)), n, `${shape} ${n}`)
    }
})

test("a picture says only the known values of quantized weights", () => {
  const answer = decode(new Uint8Array(Buffer.from(fixture("snapshots")[0].bytes, "base64")))
  const whole = new Numbers(answer)
  const { shape, limits } = whole.maps.w
  const shades = Int8Array.from(whole.values("w"), (value) => Math.round((value / limits[1]) * 126))
  const outputs = shape[shape.length - 1]
  const map = Object.keys(whole.maps).find((map) => whole.link(map, "w")?.pattern === "unit")
  const cell = whole.shape(map).map((n) => n >> 1)
  const [rows, columns] = whole.shape(map).slice(-2)
  const told = (numbers) =>
    relatesOf(pictureOf(numbers, map), numbers, map, cell).flatMap(({ say }) =>
      say ? Array.from({ length: rows * columns }, (_, n) => say(Math.floor(n / columns), n % columns)) : [],
    )
  const line = (numbers, at) => Float64Array.from(at, (n) => numbers.values("w")[n])
  const numbers = new Numbers({ ...answer, arrays: { ...answer.arrays, w: { values: shades, shape } } })
  for (const of of numbers.missingParts(map, cell, false)) {
    const [first, second] = of.slice(2).split(",")
    const at = shades.keys().filter((n) => (first ? Math.floor(n / outputs) === +first : n % outputs === +second))
    numbers.storePart(of, { w: { values: line(whole, [...at]) } })
  }
  const right = new Set(told(whole))
  const texts = told(numbers).filter((text) => text)
  assert.ok(texts.length > 0)
  assert.deepEqual(
    texts.filter((text) => !right.has(text)),
    [],
  )
})
