// The gradients of several images for one parameter: their kernels, their sum, and the photographs beside them.

import assert from "node:assert/strict"
import { test } from "node:test"
import { decode } from "../../cnnviz/view/model/numbers/decode.js"
import { plainNumber } from "../../cnnviz/view/model/numbers/format.js"
import { Numbers } from "../../cnnviz/view/model/numbers/numbers.js"
import { imageGradients } from "../../cnnviz/view/scene/pictures/image_gradients.js"
import { pictureOf } from "../../cnnviz/view/scene/pictures.js"
import { fixture } from "./hooks.js"
import { elementsOf, pictureHtml, sumsOf } from "./scene.js"

const batchOf = () => new Numbers(decode(new Uint8Array(Buffer.from(fixture("batch").bytes, "base64"))))
const batch = batchOf()
const images = batch.network.images.length
const parameters = Object.keys(batch.maps).filter((symbol) => pictureOf(batch, symbol) === imageGradients)

/** First, middle and last cell of an array. */
const cellsOf = (numbers, symbol) =>
  [() => 0, (size) => size >> 1, (size) => size - 1].map((at) => numbers.shape(symbol).map(at))

const share = (symbol, cell, i) =>
  batch.arrays[`pulls.${symbol}`].values[i * batch.count(symbol) + batch.offset(symbol, cell)] / images

test("the sum over images has a step for each image in their order, and ends at their mean", () => {
  assert.deepEqual(parameters.toSorted(), ["db", "df", "dg", "ds", "dw"])
  for (const cell of cellsOf(batch, "df")) {
    const [{ terms, total }] = sumsOf(imageGradients, batch, "df", cell)
    const wanted = Array.from({ length: images }, (_, i) => share("df", cell, i))
    assert.deepEqual(terms.toReversed(), wanted) // from right to left
    assert.equal(total, batch.at("df", cell))
  }
})

test("each image has the cells of its own kernel, printed as the mean's", () => {
  const [m, c] = [1, 0]
  const k = batch.shape("df")[2]
  const html = pictureHtml(imageGradients, batch, "df", [m, c, 1, 1], { letters: 8 })
  const texts = (id) =>
    [...html.matchAll(new RegExp(`data-id="${id}\\d+"[^>]*>([^<]*)<`, "g"))].map(([, text]) =>
      Number(plainNumber(text)),
    )
  const decimals = new Set([...html.matchAll(/role="cell"[^>]*>−?\d+\.(\d+)</g)].map(([, digits]) => digits.length))
  assert.equal(decimals.size, 1)
  const [step] = [...decimals].map((count) => 0.51 / 10 ** count)
  const power = html.match(/× 10[⁻⁰¹²³⁴-⁹]+/) ? Number.NaN : 1
  const kernels = Array.from({ length: images }, (_, i) => texts(`i${i}\\.`))
  for (let n = 0; n < k * k; n++) {
    const cell = [m, c, Math.floor(n / k), n % k]
    const own = texts("mean")[n]
    const all = kernels.map((kernel) => kernel[n])
    assert.ok(Math.abs(all.reduce((sum, value) => sum + value, 0) - own) <= (images + 1) * step, String(cell))
    if (power) all.forEach((value, i) => assert.ok(Math.abs(value - share("df", cell, i)) <= step, `${i} ${cell}`))
  }
})

test("on a phone, and for other parameters, every image and the mean have a bar with their number", () => {
  for (const symbol of parameters)
    for (const cell of cellsOf(batch, symbol))
      for (const isUpright of [false, true]) {
        if (symbol === "df" && !isUpright) continue
        const html = pictureHtml(imageGradients, batch, symbol, cell, { isUpright })
        const rows = [...html.matchAll(/<li.*?<\/li>/gs)].map(([row]) => Number(plainNumber(row.match(/<b>(.*?)</)[1])))
        const wanted = [
          ...Array.from({ length: images }, (_, i) => images * share(symbol, cell, i)),
          batch.at(symbol, cell),
        ]
        assert.equal(rows.length, images + 1)
        rows.forEach((value, n) =>
          assert.ok(
            Math.abs(value - wanted[n]) <= Math.max(0.006 * Math.abs(wanted[n]), 0.0051),
            `${symbol}[${cell}]: ${rows}`,
          ),
        )
        const photos = elementsOf(html).filter((element) => element.class?.includes("photo "))
        assert.equal(photos.length, images, symbol)
      }
})

test("parameters whose gradients are not sent have their mean alone", () => {
  const alone = Object.create(batch, { arrays: { value: { ...batch.arrays } } })
  delete alone.arrays["pulls.df"]
  const html = pictureHtml(imageGradients, alone, "df", [0, 0, 0, 0])
  assert.equal([...html.matchAll(/<li/g)].length, 1)
  assert.ok(!html.includes("<canvas") && !/NaN|undefined/.test(html))
})

test("gradients of one sign do not cancel, and not by −0 %", () => {
  const numbers = batchOf()
  numbers.arrays["pulls.df"].values.fill(0.7)
  numbers.values("df").fill(0.7 * (1 + 1e-15)) // added in another order
  for (const isUpright of [false, true])
    assert.match(pictureHtml(imageGradients, numbers, "df", [0, 0, 0, 0], { isUpright }), /<b>0%/)
})
