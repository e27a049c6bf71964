// Pictures as templates: what they add up is the core's own entry, and what they print is right.

import assert from "node:assert/strict"
import { test } from "node:test"
import { pictureOf } from "../../cnnviz/view/draw/mechanism.js"
import { indexTogether, pathsOf } from "../../cnnviz/view/model/explain/normalization.js"
import { decode } from "../../cnnviz/view/model/numbers/decode.js"
import { parsePrinted, plainNumber } from "../../cnnviz/view/model/numbers/format.js"
import { Numbers } from "../../cnnviz/view/model/numbers/numbers.js"
import { barsOf } from "../../cnnviz/view/scene/histogram.js"
import { parseEntry } from "../../cnnviz/view/scene/motion.js"
import { convolution } from "../../cnnviz/view/scene/pictures/convolution.js"
import { gains } from "../../cnnviz/view/scene/pictures/gains.js"
import { normalizationBack, printSteps } from "../../cnnviz/view/scene/pictures/normalization.js"
import { isScene } from "../../cnnviz/view/scene/scene.js"
import { typeRoom } from "../../cnnviz/view/scene/scene_view.js"
import { fixture } from "./hooks.js"
import { elementsOf, pictureHtml, snapshots, sumsOf, textOf } from "./scene.js"

const answers = ["batch", "normalized"].map((name) => {
  const numbers = new Numbers(decode(new Uint8Array(Buffer.from(fixture(name).bytes, "base64"))))
  return { numbers, arrays: Object.fromEntries(Object.keys(numbers.maps).map((each) => [each, numbers.values(each)])) }
})
const [{ numbers: batch }, { numbers: normalized }] = answers

/** Each stage that is drawn by a template, at two of its cells. */
function* scenes() {
  for (const { numbers, arrays } of [...snapshots, ...answers].filter(
    ({ numbers }) => !Object.keys(numbers.answer.deviations).length,
  ))
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

/** A printed number without its sign of equality and power of ten: "82.9" of "≈ 82.9 × 10⁻³". */
const digitsOf = (text) => plainNumber(text.replace(/[=≈+]|× 10.*/g, "").trim())

test("the paths back through a normalization add up to the cell as printed, on one scale that fits it", () => {
  const stages = [batch, normalized].flatMap((numbers) =>
    numbers.stages
      .filter(({ symbol }) => pictureOf(numbers, symbol) === normalizationBack)
      .map(({ symbol }) => [numbers, symbol]),
  )
  assert.equal(stages.length, 4)
  for (const [numbers, symbol] of stages)
    for (let n = 0; n < numbers.count(symbol); n += Math.ceil(numbers.count(symbol) / 9)) {
      const cell = numbers.cell(symbol, n)
      const html = pictureHtml(normalizationBack, numbers, symbol, cell, { letters: 12 })
      const texts = [...html.matchAll(/<li.*?<b[^>]*>([^<]*)</gs)].map(([, text]) => digitsOf(text))
      assert.equal(texts.length, 4, html)
      const [total, terms] = [texts.pop(), texts.map(Number)]
      const sum = terms.reduce((all, value) => all + value, 0)
      const rounding = 0.5 / 10 ** (total.split(".")[1]?.length ?? 0)
      assert.ok(Math.abs(sum - total) <= rounding * (1 + 1e-6), `${symbol}[${cell}]: ${texts} = ${total}`)
      assert.ok(rounding < 0.5 || sum === 0, `${symbol}[${cell}]: ${total}`)
      const [{ terms: exact, total: end }] = sumsOf(normalizationBack, numbers, symbol, cell)
      const size = exact.reduce((all, value) => all + Math.abs(value), 1e-15)
      assert.ok(Math.abs(exact.reduce((all, value) => all + value, 0) - end) <= 1e-9 * size, `${symbol}[${cell}]`)
      assert.equal(end, numbers.at(symbol, cell))
    }
})

test("the paths of one image are those that the core splits the gradient of all images into", () => {
  const alone = Object.create(batch, { arrays: { value: { ...batch.arrays } } })
  for (const name of ["parts.dz1", "all.z1", "all.dn1"]) delete alone.arrays[name]
  alone.network = {
    ...batch.network,
    layers: batch.network.layers.map((layer) => ({ ...layer, kind: layer.kind === "bn" ? "gn" : layer.kind })),
  }
  const [direct] = pathsOf(alone, "dz1", [1, 4, 5])
  const [wanted] = pathsOf(batch, "dz1", [1, 4, 5])
  const at = indexTogether(batch, "n1", "dz1", [1, 4, 5], 4)
  assert.ok(Math.abs(direct.crowd.values[4 * 30 + 5] - wanted.crowd.values[at]) < 1e-12 * wanted.crowd.limits[1])
})

test("a normalization prints as many digits as its steps need", () => {
  const near = (value, wanted) => Math.abs(value - wanted) <= 0.006 * Math.abs(wanted)
  for (const own of [1.5121, 0.8249, -3.2, 0.82401]) {
    const [mean, spread, gain, shift] = [0.824, 0.5012, 0.718, -0.4171]
    const hat = (own - mean) / spread
    const of = { own, mean, spread, hat, gain, shift, result: gain * hat + shift }
    const print = printSteps(of)
    const printed = Object.fromEntries(Object.entries(of).map(([name, value]) => [name, parsePrinted(print(value))]))
    assert.ok(near((printed.own - printed.mean) / printed.spread, hat), String(own))
    assert.ok(near(printed.gain * printed.hat + printed.shift, of.result), String(own))
  }
})

test("the gradients of γ and β are sums of what arrives", () => {
  const kinds = new Set()
  for (const symbol of Object.keys(normalized.maps)) {
    if (pictureOf(normalized, symbol) !== gains) continue
    kinds.add(symbol)
    const channel = normalized.count(symbol) - 1
    const [{ terms, total }] = sumsOf(gains, normalized, symbol, [channel])
    const end = terms.reduce((all, value) => all + value, 0)
    assert.equal(total, normalized.at(symbol, [channel]))
    assert.ok(Math.abs(end - total) <= 1e-9 * terms.reduce((all, value) => all + Math.abs(value), 1e-15), symbol)
  }
  assert.deepEqual([...kinds].sort(), ["dg1", "dg2", "dg3", "ds1", "ds2", "ds3"])
})

test("a histogram has a bar for every value, the highest up to the top", () => {
  assert.equal(barsOf([0, 0, 1], 0, 1), "M0 1V0h0.85V1ZM59 1V0.5h0.85V1Z")
})
