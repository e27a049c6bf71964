// The picture of dropout as a template.

import assert from "node:assert/strict"
import { test } from "node:test"
import { layerOf } from "../../cnnviz/view/model/explain/normalization.js"
import { decode } from "../../cnnviz/view/model/numbers/decode.js"
import { number, parsePrinted } from "../../cnnviz/view/model/numbers/format.js"
import { Numbers } from "../../cnnviz/view/model/numbers/numbers.js"
import { say } from "../../cnnviz/view/model/words.js"
import { dropout, dropoutBack } from "../../cnnviz/view/scene/pictures/dropout.js"
import { pictureOf } from "../../cnnviz/view/scene/pictures.js"
import { fixture } from "./hooks.js"
import { elementsOf, pictureHtml, relationsOf, sceneOf, textOf } from "./scene.js"

const read = (bytes) => new Numbers(decode(new Uint8Array(Buffer.from(bytes, "base64"))))
const dropped = fixture("dropped").map(read)
const batch = read(fixture("batch").bytes)

/** Each stage of dropout, forward and backward, with the symbol and the probability of its layer. */
function* stages(all) {
  for (const numbers of all)
    for (const { symbol } of numbers.stages)
      if ([dropout, dropoutBack].includes(pictureOf(numbers, symbol))) {
        const layer = layerOf(numbers, symbol)
        yield {
          numbers,
          symbol,
          layer,
          picture: pictureOf(numbers, symbol),
          p: Number.parseInt(layer.text.slice(4), 10) / 100,
        }
      }
}

/** The printed numbers of a table, and the cells that they belong to. */
const tableOf = (html, id) =>
  [...html.matchAll(new RegExp(`data-id="${id}\\d+"[^>]*data-cell="([\\d,]*)"[^>]*>([^<]*)<`, "g"))].map(
    ([, cell, text]) => ({ cell: cell.split(",").map(Number), text, value: parsePrinted(text) }),
  )

const decimalsOf = (text) => text.split(".")[1]?.length ?? 0

test("a kept cell is its input · 1 / (1 − p), forward and backward, and a dropped one is 0", () => {
  const counts = { kept: 0, dropped: 0 }
  for (const { numbers, symbol, layer, picture, p } of stages([...dropped, batch])) {
    if (numbers.maps[symbol].kind !== "map" || !numbers.arrays[`${layer.symbol}.mask`] || layer.text.endsWith("m"))
      continue
    const [channels, rows, columns] = numbers.shape(symbol)
    const [{ source }] = numbers.links(symbol)
    for (const cell of [
      [0, 0, 0],
      [channels - 1, rows >> 1, columns >> 1],
      [0, rows - 1, columns - 1],
    ]) {
      const html = pictureHtml(picture, numbers, symbol, cell, { letters: 9 })
      const [inputs, mask, made] = ["a", "m", "r"].map((id) => tableOf(html, id))
      assert.equal(mask.length, 16)
      const unit = 10 ** Number(/× 10⁻(\d)/.exec(html.replace("³", "3").replace("⁶", "6").replace("⁹", "9"))?.[1] ?? 0)
      mask.forEach(({ value, cell: at }, n) => {
        assert.deepEqual([inputs[n].cell, made[n].cell], [at, at])
        const isKept = numbers.values(`${symbol}`)[numbers.offset(symbol, at)] !== 0
        if (isKept) assert.ok(Math.abs(value - 1 / (1 - p)) <= 0.005, `${layer.text}: ${value}`)
        const expected = value ? (numbers.at(source, at) / (1 - p)) * unit : 0
        const slack = 0.51 / 10 ** decimalsOf(made[n].text)
        assert.ok(Math.abs(made[n].value - expected) <= slack, `${symbol}[${at}]: ${made[n].text}, ${expected}`)
        if (!value) assert.deepEqual([mask[n].text, made[n].text], ["0", "0"])
        counts[value ? "kept" : "dropped"] += 1
      })
    }
  }
  assert.ok(counts.kept > 100 && counts.dropped > 50, JSON.stringify(counts))
})

test("the number of dropped cells of a channel, of units or of maps is that of the core's zeros", () => {
  const kinds = new Set()
  for (const { numbers, symbol, layer, picture } of stages([...dropped, batch])) {
    const mask = numbers.arrays[`${layer.symbol}.mask`]
    if (!mask) continue
    const [channels, ...map] = numbers.shape(symbol)
    const size = map.reduce((all, n) => all * n, 1)
    const isOfMaps = layer.text.endsWith("m") && map.length > 0
    const values = isOfMaps
      ? Array.from({ length: channels }, (_, n) => mask.values[n * size])
      : map.length
        ? mask.values.slice((channels - 1) * size, channels * size)
        : mask.values
    kinds.add(isOfMaps ? "maps" : map.length ? "cells" : "units")
    const zeros = values.filter((value) => value === 0).length
    const cell = [channels - 1, ...map.map(() => 1)]
    const words = say("web.mechanism.dropped", { n: zeros, of: values.length })
    assert.ok(textOf(picture, numbers, symbol, cell).includes(words), `${layer.text} ${symbol}: ${words}`)
  }
  assert.deepEqual([...kinds].toSorted(), ["cells", "maps", "units"])
})

test("a mask of maps has a number for each map, which lights the whole map on both sides", () => {
  let count = 0
  for (const { numbers, symbol, layer, picture, p } of stages(dropped)) {
    if (numbers.maps[symbol].kind !== "map" || !layer.text.endsWith("m") || !numbers.arrays[`${layer.symbol}.mask`])
      continue
    const [channels, rows, columns] = numbers.shape(symbol)
    const cell = [channels - 1, 1, 2]
    const html = pictureHtml(picture, numbers, symbol, cell)
    const mask = [...html.matchAll(/data-id="m\d+"[^>]*data-term="(c\d+)"[^>]*>([^<]*)</g)]
    assert.equal(mask.length, channels)
    const [{ source }] = numbers.links(symbol)
    mask.forEach(([, term, text], n) => {
      const own = numbers.at(symbol, [n, 2, 2]) / numbers.at(source, [n, 2, 2])
      if (!Number.isNaN(own)) assert.ok(Math.abs(parsePrinted(text) - own) < 0.005, `${symbol} ${n}: ${text}, ${own}`)
      assert.ok(text === "0" || Math.abs(parsePrinted(text) - 1 / (1 - p)) < 0.005)
      const lit = relationsOf(picture(sceneOf(numbers), symbol, cell)).filter(({ place }) => place(term))
      assert.equal(lit.length, 2)
      for (const { place } of lit) assert.deepEqual(place(term), [0, 0, rows, columns])
    })
    for (const name of [source, symbol])
      assert.equal(
        elementsOf(html).filter((element) => element["data-symbol"] === name && element["data-at"]).length,
        channels,
      )
    count += 1
  }
  assert.equal(count, 2)
})

test("each unit of a row has the mask of the core beside it", () => {
  let count = 0
  for (const { numbers, symbol, layer, picture } of stages(dropped)) {
    const mask = numbers.arrays[`${layer.symbol}.mask`]
    if (numbers.maps[symbol].kind === "map" || !mask || numbers.count(symbol) > 12) continue
    const texts = [...pictureHtml(picture, numbers, symbol, [0]).matchAll(/data-id="m\d+"[^>]*>([^<]*)</g)]
    assert.deepEqual(
      texts.map(([, text]) => Number(text)),
      [...mask.values],
    )
    count += 1
  }
  assert.equal(count, 2)
})

test("in eval mode nothing is masked, and nothing changes", () => {
  let count = 0
  for (const { numbers, symbol, picture } of stages(dropped.slice(2))) {
    const cell = numbers.shape(symbol).map((n) => n >> 1)
    const html = pictureHtml(picture, numbers, symbol, cell)
    assert.ok(html.includes(say("web.mechanism.unchanged")) && !html.includes(say("web.mechanism.mask")), symbol)
    const [{ source }] = numbers.links(symbol)
    assert.equal(numbers.at(symbol, cell), numbers.at(source, cell))
    count += 1
  }
  assert.equal(count, 6)
})

test("the sums of a channel are those of its cells in eval mode, with this mask and with each new one", () => {
  for (const channel of [0, 1]) {
    const size = numbers(batch, "r1")
    const sum = (symbol) =>
      batch
        .values(symbol)
        .slice(channel * size, (channel + 1) * size)
        .reduce((all, value) => all + value, 0)
    const { values, shape } = batch.arrays["throws.r1"]
    const text = (thrown) => textOf(dropout, batch, "r1", [channel, 3, 4], { choice: { thrown } })
    for (const [word, value] of [
      ["in_use", sum("p1")],
      ["this_throw", sum("r1")],
    ])
      assert.ok(text().includes(say(`web.mechanism.${word}`, { value: number(value) })), `${word} ${value}`)
    for (const thrown of [1, 2, shape[0] - 2]) {
      const fresh = values[(thrown + 1) * shape[1] + channel]
      assert.ok(
        text(thrown).includes(say("web.mechanism.fresh_throw", { value: number(fresh) })),
        `${thrown}: ${fresh}`,
      )
    }
    assert.equal(text(shape[0] - 1), text(1), "the first mask follows the last one")
    assert.ok(!textOf(dropoutBack, batch, "dp1", [channel, 3, 4]).includes(say("web.mechanism.fresh_mask")))
  }
})

/** The number of cells in a channel. */
const numbers = (of, symbol) => of.shape(symbol)[1] * of.shape(symbol)[2]

test("a dropped or kept cell is the same term in both maps and in the three tables", () => {
  const cell = [1, 7, 8]
  const elements = elementsOf(pictureHtml(dropout, batch, "r1", cell))
  assert.equal(elements.filter((element) => element["data-term"] === "7,8" && element.class === "chosen").length, 3)
  const maps = relationsOf(dropout(sceneOf(batch), "r1", cell))
  assert.deepEqual(
    maps.map(({ place }) => place("7,8")),
    [
      [7, 8],
      [7, 8],
    ],
  )
})
