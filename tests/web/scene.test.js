// Pictures as templates: what they add up is the core's own entry, and what they print is right.

import assert from "node:assert/strict"
import { test } from "node:test"
import { explainCell, stepOf } from "../../cnnviz/view/model/explain/explanation.js"
import { indexTogether, pathsOf } from "../../cnnviz/view/model/explain/normalization.js"
import { decode } from "../../cnnviz/view/model/numbers/decode.js"
import { parsePrinted, plainNumber } from "../../cnnviz/view/model/numbers/format.js"
import { Numbers } from "../../cnnviz/view/model/numbers/numbers.js"
import { productText } from "../../cnnviz/view/model/numbers/printed_digits.js"
import { say } from "../../cnnviz/view/model/words.js"
import { printCells } from "../../cnnviz/view/scene/digits.js"
import { barsOf } from "../../cnnviz/view/scene/histogram.js"
import { parseEntry } from "../../cnnviz/view/scene/motion.js"
import { convolution } from "../../cnnviz/view/scene/pictures/convolution.js"
import { flatten } from "../../cnnviz/view/scene/pictures/flatten.js"
import { gains } from "../../cnnviz/view/scene/pictures/gains.js"
import { kernelGradient } from "../../cnnviz/view/scene/pictures/kernel_gradient.js"
import { kernelWeight } from "../../cnnviz/view/scene/pictures/kernel_weight.js"
import { normalizationBack, printSteps } from "../../cnnviz/view/scene/pictures/normalization.js"
import { weights } from "../../cnnviz/view/scene/pictures/outer_product.js"
import { update } from "../../cnnviz/view/scene/pictures/update.js"
import { pictureOf } from "../../cnnviz/view/scene/pictures.js"
import { typeRoom } from "../../cnnviz/view/scene/scene_view.js"
import { sumScale } from "../../cnnviz/view/scene/sum_scale.js"
import { layOutUnits, placeOf, unitAt } from "../../cnnviz/view/scene/units.js"
import { fixture } from "./hooks.js"
import { elementsOf, pictureHtml, relationsOf, sceneOf, snapshots, sumsOf, textOf } from "./scene.js"

const read = (bytes) => {
  const numbers = new Numbers(decode(new Uint8Array(Buffer.from(bytes, "base64"))))
  return { numbers, arrays: Object.fromEntries(Object.keys(numbers.maps).map((each) => [each, numbers.values(each)])) }
}
const answers = ["batch", "normalized"].map((name) => read(fixture(name).bytes))
const others = ["dropped", "images"].flatMap((name) => fixture(name).map(read))
const [{ numbers: batch }, { numbers: normalized }] = answers

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"

/** A number as it is printed, also with a power of ten. */
const readNumber = (text) => {
  const [number, power = ""] = text.split(" × 10")
  const exponent = [...power].map((c) => (c === "⁻" ? "-" : RAISED.indexOf(c))).join("")
  return Number(plainNumber(number)) * 10 ** Number(exponent)
}

/** Each stage, and the image's gradient, at two of their cells. */
function* scenes(more = []) {
  for (const { numbers, arrays } of [...snapshots, ...answers, ...more].filter(
    ({ numbers }) => !Object.keys(numbers.answer.deviations).length,
  ))
    for (const symbol of [...numbers.stages.map(({ symbol }) => symbol), "dx"]) {
      if (symbol !== "update" && !numbers.maps[symbol]) continue
      const picture = pictureOf(numbers, symbol)
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
    for (const { terms, total } of symbol === "update" ? [] : sumsOf(picture, numbers, symbol, cell)) {
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
  for (const scene of scenes(others)) {
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
  for (const scene of scenes(others)) {
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

test("while the kernel slides, a total of small numbers has its power of ten", () => {
  const { numbers } = snapshots.find(({ numbers }) => /^conv1x3-/.test(numbers.network.text))
  const cell = [0, 12, 9]
  const small = Object.create(numbers, {
    at: { value: (map, cell) => numbers.at(map, cell) / 1000 },
    maps: {
      value: Object.fromEntries(
        Object.entries(numbers.maps).map(([name, map]) => [
          name,
          { ...map, limits: map.limits.map((end) => end / 1000) },
        ]),
      ),
    },
  })
  const html = pictureHtml(convolution, small, "z1", cell, { isSteady: true })
  const [, text] = html.match(/class="total".*?<b[^>]*>≈ ([^<]*?) *</s)
  const wanted = small.at("z1", cell)
  assert.match(text, /× 10⁻³/)
  assert.ok(Math.abs(readNumber(text) - wanted) <= 0.0051e-3, `${text}: ${wanted}`)
})

test("cells without room for their numbers have none, and the largest product is a sentence", () => {
  const { numbers } = snapshots.find(({ numbers }) => /^conv1x3-/.test(numbers.network.text))
  const narrow = textOf(convolution, numbers, "z1", [0, 13, 18], { letters: 2 })
  assert.match(narrow, /[\d.]+ · [^ ]+ [=≈] /)
  assert.doesNotMatch(textOf(convolution, numbers, "z1", [0, 13, 18]), / · /)
  assert.ok(!pictureHtml(convolution, numbers, "z1", [0, 13, 18], { letters: 2 }).includes("stated"))
  assert.deepEqual(
    [8, 36, 58].map((width) => typeRoom(width).size),
    [13, 13, 18],
  )
  assert.ok(typeRoom(8).letters < 1 && typeRoom(36).letters === 4)
  assert.deepEqual(
    [30, 20, 15, 10].map((height) => typeRoom(58, 13, height).size),
    [18, 15, 13, 13],
  )
  const lecture = typeRoom(36, 16) // whose smallest text is larger
  assert.ok(lecture.size === 16 && lecture.most < typeRoom(36).most)
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

test("each output's curve at the loss says what its step of the staircase adds", () => {
  let count = 0
  for (const { numbers } of snapshots) {
    const page = pictureHtml(pictureOf(numbers, "L"), numbers, "L", [0])
    const steps = [...page.matchAll(/<li [^>]*data-term="n\d+"[^>]*>.*?<b[^>]*>([^<]*)<\/b>/gs)].map(([, text]) => text)
    const said = [...page.matchAll(/<figcaption><b>[^<]*<\/b><span>adds (\S+) to <i>L<\/i><\/span>/g)].map(
      ([, text]) => text,
    )
    if (!page.includes('class="stairs"') || !page.includes("curves")) continue
    assert.deepEqual(
      said,
      steps.map((text) => text.replace("+", "")),
      numbers.network.text,
    )
    count += said.length
  }
  assert.ok(count > 1, `${count}`)
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
    relationsOf(pictureOf(numbers, map)(sceneOf(numbers), map, cell)).flatMap(({ say }) =>
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

test("at the update a parameter that is pointed at has its own step, in words and in the picture", () => {
  for (const { numbers } of snapshots)
    for (const parameter of numbers.said.update.makes) {
      const cell = numbers.shape(parameter).map((n) => n - 1)
      const words = explainCell(numbers, parameter, cell, true)
      assert.equal(words.title, numbers.said.update.title)
      assert.equal(words.numbers, stepOf(numbers, parameter, cell))
      const elements = elementsOf(pictureHtml(update, numbers, parameter, cell))
      const at = cell.join()
      const isMap = numbers.maps[parameter].kind === "weights" && !elements.some(({ tag }) => tag === "table")
      assert.ok(
        isMap || elements.some((element) => element["data-symbol"] === parameter && element["data-cell"] === at),
        `${parameter}[${at}]`,
      )
    }
})

test("an update shows every parameter, and the new value of each printed one is the core's", () => {
  for (const { numbers } of snapshots) {
    const [first] = numbers.said.update.makes
    const html = pictureHtml(
      update,
      numbers,
      first,
      numbers.shape(first).map(() => 0),
      { letters: 12 },
    )
    for (const name of numbers.said.update.makes) {
      const rows = [
        ...html.matchAll(new RegExp(`<tr [^>]*data-symbol="${name}" data-cell="([\\d,]+)".*?<\\/tr>`, "gs")),
      ]
      for (const [row, cell] of rows) {
        const texts = [...row.matchAll(/<td[^>]*>([^<]*)</g)].map(([, text]) => text)
        const at = numbers.offset(name, cell.split(",").map(Number))
        const shown = texts.map(readNumber)
        const step = numbers.next(name, at) - numbers.values(name)[at]
        assert.ok(
          shown.some((value) => Math.abs(value - numbers.next(name, at)) <= 0.06 * Math.abs(step) + 1e-12),
          `${name}[${cell}]: ${texts}`,
        )
      }
      assert.ok(rows.length || html.includes(`data-symbol="${name}"`) || numbers.maps[name].kind === "weights", name)
    }
  }
})

test("what an update promises of the loss, and what comes, have the signs of its change", () => {
  const { numbers } = snapshots[0]
  const { promised, falls } = numbers.answer.promise
  const text = textOf(update, numbers, "f", [0, 0, 1, 1])
  const found = text
    .match(/promised ([^ ,]+), really (\S+)/)
    .slice(1)
    .map((number) => Number(plainNumber(number)))
  for (const [n, value] of [-promised, -falls].entries())
    assert.ok(Math.abs(found[n] - value) < 0.01 * Math.abs(value), text)
})

test("a loss of almost nothing is printed with its digits in the square of an update", () => {
  const { numbers } = snapshots[0]
  const tiny = new Numbers({
    ...numbers.answer,
    promise: { ...numbers.answer.promise, falls: 2e-9 },
    arrays: { ...numbers.answer.arrays, L: { values: Float64Array.of(5.12e-8), shape: [1] } },
  })
  const [, square] = pictureHtml(update, tiny, "f", [0, 0, 1, 1]).match(/class="now"(.*?)<\/span>/s)
  const printed = [...square.matchAll(/<b[^>]*>(.*?)<\/b>/g)].map(([, text]) => Number(plainNumber(text)))
  assert.deepEqual(printed, [4.9e-8, 5.1e-8])
})

test("momentum's picture asks for what the velocity is made of, and draws every term of it", () => {
  const { numbers } = snapshots.find(({ numbers }) => numbers.network.optimizer === "momentum")
  const cell = [1, 0, 2, 0]
  const of = `past.f:${numbers.offset("f", cell)}`
  assert.deepEqual(numbers.missingParts("update", cell), [of])
  numbers.storePart(of, { [of]: { values: Float64Array.of(0.5, 0.2, -1, -0.8, 2, 2), shape: [3, 2] } })
  assert.deepEqual(numbers.missingParts("update", cell), [])
  const html = pictureHtml(update, numbers, "f", cell)
  const last = numbers.arrays.losses.values.length - 1
  const bars = [...html.matchAll(/<li>.*?<\/li>/gs)].map(([bar]) => bar.replace(/<[^>]*>/g, "").trim())
  assert.deepEqual(bars, [`≤ ${last - 2}`, `${last - 1}`, `${last}`])
  const at = (name) => numbers.arrays[name].values[numbers.offset("f", cell)]
  const [, row] = html.match(/<tr [^>]*data-symbol="f".*?<\/th>(.*?)<\/tr>/s)
  const shown = [...row.matchAll(/<td[^>]*>([^<]*)</g)].map(([, text]) => readNumber(text))
  for (const value of [at("kept.f"), at("df"), at("velocity.f")])
    assert.ok(
      shown.some((number) => Math.abs(number - value) <= 0.006 * Math.abs(value)),
      `${value}: ${shown}`,
    )
})

test("the same parameters are shown where the most weights came as colours as where all came", () => {
  const { bytes, cells } = fixture("wide").tinygrad
  const read = (of) => decode(new Uint8Array(Buffer.from(bytes[of], "base64")))
  const [sent, whole] = ["sent", "whole"].map((of) => new Numbers(read(of)))
  for (const of of sent.missingParts("f4", cells.f4, true)) sent.storePart(of, read(of).arrays)
  for (const [first, cell] of [
    ["f1", [0, 0, 0, 0]],
    ["f4", cells.f4],
  ]) {
    const rows = (numbers) =>
      elementsOf(pictureHtml(update, numbers, first, cell))
        .filter(({ tag }) => tag === "tr")
        .map((row) => row["data-symbol"])
    assert.deepEqual(rows(sent), rows(whole))
  }
})

test("the number of zero shares of a kernel's gradient is correct", () => {
  let count = 0
  for (const scene of scenes()) {
    if (scene.picture !== kernelGradient) continue
    const text = textOf(kernelGradient, scene.numbers, scene.symbol, scene.cell)
    const read = (pattern) => Number(text.match(pattern)?.[1].replace(",", "") ?? Number.NaN)
    const [shares, zero, up, down] = [
      /([\d,]+) shares/,
      /([\d,]+) are 0/,
      / at ([\d,]+) places? raising/,
      / at ([\d,]+) (?:places? )?it lowers/,
    ].map(read)
    if (Number.isNaN(zero + up + down)) continue
    count += 1
    assert.equal(zero + up + down, shares, where(scene))
  }
  assert.ok(count)
})

test("a kernel weight is in its kernel, and a ring is around all cells that it multiplies", () => {
  let count = 0
  for (const { numbers } of snapshots)
    for (const symbol of Object.keys(numbers.maps)) {
      if (numbers.maps[symbol].band !== "parameters" || pictureOf(numbers, symbol) !== kernelWeight) continue
      for (const at of [() => 0, (size, axis) => (axis === 3 ? 0 : size - 1)]) {
        const cell = numbers.shape(symbol).map(at)
        const elements = elementsOf(pictureHtml(kernelWeight, numbers, symbol, cell))
        const [chosen] = elements.filter((element) => element.class === "chosen")
        assert.deepEqual([chosen["data-symbol"], chosen["data-cell"]], [symbol, cell.join()])
        const cells = elements.filter((element) => element.role === "cell")
        assert.equal(cells.length, numbers.shape(symbol)[2] ** 2)
        const map = elements.find((element) => element["data-at"])
        assert.deepEqual([map["data-symbol"], map["data-at"]], [numbers.links(symbol)[0].source, String(cell[1])])
        count += 1
      }
    }
  assert.ok(count > 10)
})

test("the printed weights around one are the core's, with the power of ten that the picture names", () => {
  let scaledCount = 0
  for (const { numbers } of snapshots)
    for (const symbol of Object.keys(numbers.maps).filter(
      (name) => pictureOf(numbers, name, false, false) === weights,
    )) {
      const cell = numbers.cell(symbol, 0)
      const html = pictureHtml(weights, numbers, symbol, cell, { letters: 8 })
      const [, power, printed] =
        html.match(
          /class="near"><figcaption><span><\/span><small[^>]*>(?:× 10([⁻\d⁰¹²³⁴-⁹]+))?<\/small>.*?class="chosen"[^>]*>([^<]+)</s,
        ) ?? []
      const exponent = Number([...(power ?? "⁰")].map((c) => "0123456789-"["⁰¹²³⁴⁵⁶⁷⁸⁹⁻".indexOf(c)]).join(""))
      const value = Number(printed.replace("−", "-")) * 10 ** exponent
      assert.ok(
        Math.abs(value - numbers.at(symbol, cell)) <= 0.0051 * 10 ** exponent,
        `${numbers.network.text} ${symbol}`,
      )
      scaledCount += exponent !== 0
    }
  assert.ok(scaledCount > 0)
})

test("a share lights up where it is, in what arrived and in what it met, and says its product", () => {
  const { numbers } = snapshots[0]
  const [shares, arrived, met] = relationsOf(kernelGradient(sceneOf(numbers), "df", [0, 0, 2, 1]))
  const [x, dz] = [numbers.at("x", [0, 5 + 2, 7 + 1]), numbers.at("dz1", [0, 5, 7])]
  for (const [relate, row, column] of [
    [shares, 5, 7],
    [arrived, 5, 7],
    [met, 7, 8],
  ]) {
    assert.equal(relate.term(row, column), "5,7")
    assert.deepEqual(relate.place("5,7"), [row, column])
    assert.equal(relate.say(row, column), productText(x, dz))
  }
  assert.equal(met.term(0, 0), "") // no window of this weight reaches it
})

test("a cell of a map is the same number in its row and in the list", () => {
  const { numbers } = snapshots.find(({ numbers }) => numbers.network.text.startsWith("conv4x3-relu-max2"))
  const [{ source }] = numbers.links("v")
  const [channel, row, column] = [2, 3, 1]
  const at = numbers.offset(source, [channel, row, column])
  const [map, ...strips] = relationsOf(flatten(sceneOf(numbers), "v", numbers.cell("v", at)))
  const list = strips.pop()
  assert.equal(map.term(row, column), String(at))
  assert.deepEqual(map.place(String(at)), [row, column])
  assert.deepEqual(list.place(String(at)), [0, at])
  assert.deepEqual(list.cell(0, at), numbers.cell("v", at))
  assert.deepEqual(strips.map((strip) => strip.place(String(at))).filter(Boolean), [[0, column]])
  assert.equal(numbers.values("v")[at], numbers.at(source, [channel, row, column]))
  assert.equal(map.place(String(at + numbers.count(source) / 4)), null) // of another channel
})

test("the bars of a sum begin at 0, each at the end of the last one, within an axis that holds 0 and the total", () => {
  for (const { arrays } of snapshots) {
    const terms = [...arrays.z1].slice(0, 9)
    const total = terms.reduce((sum, value) => sum + value, 0)
    const { ends, share, span } = sumScale(terms, total)
    assert.equal(ends[0], 0)
    terms.forEach((value, n) => {
      assert.ok(Math.abs(ends[n + 1] - ends[n] - value) <= 1e-12 * Math.abs(value) + 1e-15)
      const { "--from": from, "--to": to } = span(ends[n], ends[n + 1])
      assert.ok(from >= 0 && to <= 1 && from <= to)
    })
    for (const value of [0, total]) assert.ok(share(value) >= 0 && share(value) <= 1)
  }
  assert.equal(sumScale([3, -1], 5).share(5), 1) // a total beyond all partial sums is within the axis
})

test("integers stay integers, and other numbers of a part share their decimals", () => {
  const { write } = printCells([-1, 0, 2], 6)
  assert.deepEqual([-1, 0, 2].map(write), ["−1", "0", "2"])
  const texts = [0.25, -1.5, 2].map(printCells([0.25, -1.5, 2], 6).write)
  assert.equal(new Set(texts.map((text) => text.split(".")[1].length)).size, 1, texts.join())
})

const allOf = (numbers, map) => pictureHtml(pictureOf(numbers, map), numbers, map, [0])

test("a hidden layer's bias gradients are alone, the last layer's are beside outputs and targets", () => {
  let hidden = 0
  for (const { numbers } of snapshots)
    for (const map of Object.keys(numbers.maps).filter((symbol) => /^db\d*$/.test(symbol))) {
      const picture = allOf(numbers, map)
      assert.doesNotMatch(picture, /NaN/, `${numbers.network.text} ${map}`)
      const all = numbers.network.text.split("-").filter((layer) => /^(conv|dense)/.test(layer))
      const [last] = Object.keys(numbers.maps)
        .filter((symbol) => /^b\d*$/.test(symbol))
        .slice(-1)
      const own = numbers.link(map, `dz${all.length}`) !== undefined
      assert.equal(own, map === `d${last}`)
      assert.equal(
        picture.includes(say("web.mechanism.dots", { symbol: "<i>o</i>" })),
        own,
        `${numbers.network.text} ${map}`,
      )
      hidden += !own
    }
  assert.ok(hidden > 1)
})

test("filters and units that are as many as the classes are not called by them while layers weigh them", () => {
  const { numbers } = snapshots.find(({ numbers }) =>
    numbers.network.text.startsWith("conv24x3-relu-conv2x3b-relu-dense2"),
  )
  for (const symbol of ["z2", "dz2", "db2", "b2", "f2"]) assert.equal(numbers.nameOf(1, 2, symbol), "1", symbol)
  for (const symbol of ["o", "y", "z3", "dz3", "w", "db3"])
    assert.equal(numbers.nameOf(1, 2, symbol), numbers.classes[1])
  const named = (symbol) => allOf(numbers, symbol).includes(numbers.classes[1])
  assert.deepEqual(["db2", "db3"].map(named), [false, true])
})

test("filters whose means are the outputs are called by the classes in the pictures of their biases and of what comes back to these", () => {
  const averaged = new Numbers(decode(new Uint8Array(Buffer.from(fixture("averaged").bytes, "base64"))))
  for (const symbol of ["b", "db"]) assert.ok(allOf(averaged, symbol).includes(averaged.classes[1]), symbol)
})
