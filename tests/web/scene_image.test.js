// The picture of the image as a template.

import assert from "node:assert/strict"
import { test } from "node:test"
import { cells, reach } from "../../cnnviz/view/model/explain/cell_links.js"
import { decode } from "../../cnnviz/view/model/numbers/decode.js"
import { parsePrinted } from "../../cnnviz/view/model/numbers/format.js"
import { Numbers } from "../../cnnviz/view/model/numbers/numbers.js"
import { say } from "../../cnnviz/view/model/words.js"
import { image } from "../../cnnviz/view/scene/pictures/image.js"
import { LUMA } from "../../cnnviz/view/spec.js"
import { fixture } from "./hooks.js"
import { elementsOf, pictureHtml, relationsOf, sceneOf, snapshots, textOf } from "./scene.js"

const images = fixture("images").map((bytes) => new Numbers(decode(new Uint8Array(Buffer.from(bytes, "base64")))))
const all = [...snapshots.map(({ numbers }) => numbers), ...images]

/** The chosen pixels: two corners and one inside. */
const pixelsOf = (numbers) => {
  const [channels, rows, columns] = numbers.shape("x")
  return [
    [0, 0, 0],
    [channels - 1, rows - 1, columns - 1],
    [channels >> 1, rows >> 1, (columns >> 1) + 3],
  ]
}

/** The printed pixels of a table, and their cells. */
const tableOf = (html, id) =>
  [...html.matchAll(new RegExp(`data-id="${id}\\d+"[^>]*data-cell="([\\d,]*)"[^>]*>([^<]*)<`, "g"))].map(
    ([, cell, text]) => ({ cell: cell.split(",").map(Number), text }),
  )

const COLOURS = ["red", "green", "blue"]

/** A pixel of the image file, 0 … 255, whichever way the network reads it. */
function storedIn(numbers, [channel, row, column]) {
  const { ch, scale } = numbers.answer.lesson
  const { photo } = numbers.answer.arrays
  if (!photo) return Math.round(numbers.at("x", [channel, row, column]) * (scale === "raw" ? 1 : 255))
  const [red, green, blue] = [0, 1, 2].map((n) => photo.values[(row * photo.shape[1] + column) * 3 + n])
  return ch === "gray" ? LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue : [red, green, blue][COLOURS.indexOf(ch)]
}

test("the printed pixels are those of the image, as stored and as the network reads them", () => {
  const kinds = new Set()
  for (const numbers of all)
    for (const cell of pixelsOf(numbers)) {
      const html = pictureHtml(image, numbers, "x", cell, { letters: 6 })
      const { ch, scale } = numbers.answer.lesson
      const isPhoto = Boolean(numbers.arrays.photo)
      const stored = tableOf(html, "s")
      assert.equal(stored.length, isPhoto || ch === "rgb" ? 25 : 49)
      assert.ok(stored.some(({ cell: at }) => String(at) === String(cell)))
      for (const { cell: at, text } of stored) {
        const slack = 0.51 / 10 ** (text.split(".")[1]?.length ?? 1) // brightness has decimals
        const isRight = Math.abs(parsePrinted(text) - storedIn(numbers, at)) <= (ch === "gray" && isPhoto ? slack : 0)
        assert.ok(isRight, `${ch} x[${at}]: ${text}, ${storedIn(numbers, at)}`)
      }
      const scaled = tableOf(html, "r")
      assert.equal(scaled.length, isPhoto && scale !== "raw" ? 25 : 0)
      for (const { cell: at, text } of scaled)
        assert.ok(Math.abs(parsePrinted(text) - numbers.at("x", at)) <= 0.51 / 10 ** text.split(".")[1].length)
      kinds.add(`${isPhoto ? "photo" : "plain"} ${ch} ${scale}`)
    }
  for (const kind of ["photo gray raw", "photo gray unit", "photo green unit", "photo blue raw", "plain rgb unit"])
    assert.ok(kinds.has(kind), `${kind} is not in ${[...kinds]}`)
})

test("a photograph's pixel has its three colours; the one that is read is marked, and brightness is their weighted sum", () => {
  const read = new Set()
  for (const numbers of all.filter((each) => each.arrays.photo)) {
    const { ch } = numbers.answer.lesson
    const { values, shape } = numbers.answer.arrays.photo
    for (const cell of pixelsOf(numbers)) {
      const list = /<ol class="colours".*?<\/ol>/s.exec(pictureHtml(image, numbers, "x", cell))[0]
      const colours = [...list.matchAll(/<li class="(\w*)".*?<b>([^<]*)<\/b>/gs)]
      const own = [0, 1, 2].map((n) => values[(cell[1] * shape[1] + cell[2]) * 3 + n])
      assert.deepEqual(
        colours.slice(0, 3).map(([, , text]) => Number(text)),
        own,
      )
      const chosen = colours.flatMap(([, name], n) => (name ? n : []))
      assert.deepEqual(chosen, [ch === "gray" ? 3 : COLOURS.indexOf(ch)])
      if (ch === "gray") {
        const sum = [...list.matchAll(/× ([\d.]+)/g)].reduce((all, [, weight], n) => all + Number(weight) * own[n], 0)
        assert.ok(Math.abs(parsePrinted(colours[3][2]) - sum) < 0.05, `${colours[3][2]}, ${sum}`)
      }
      read.add(ch)
    }
  }
  assert.deepEqual([...read].toSorted(), ["blue", "gray", "green", "red"])
})

/** Each cell of the first operation that reads a pixel, by the links of the core. */
function readersOf(numbers, target, pixel) {
  const link = numbers.link(target, "x")
  const local = { ...link, pattern: link.pattern === "winner" ? "pool" : link.pattern } // every cell of a window is read
  const size = numbers.count(target)
  return Array.from({ length: size }, (_, n) => numbers.cell(target, n)).filter((cell) =>
    cells(reach(local, cell, numbers.shape("x"))).some((at) => String(at) === String(pixel)),
  )
}

test("as many cells read a pixel as the core links to it, and they are outlined where they are", () => {
  const counts = new Set()
  for (const numbers of all) {
    const target = Object.keys(numbers.network.links).find(
      (name) => numbers.maps[name].band === "values" && numbers.link(name, "x"),
    )
    if (target === "v") {
      assert.ok(!pictureHtml(image, numbers, "x", [0, 1, 1]).includes('data-id="next"'))
      continue
    }
    for (const pixel of pixelsOf(numbers)) {
      const readers = readersOf(numbers, target, pixel)
      const text = textOf(image, numbers, "x", pixel)
      const words = say("web.mechanism.readers", { n: readers.length })
      const where = `${numbers.network.text} x[${pixel}]`
      assert.ok(text.includes(` ${words}`), `${where}: ${words}`)
      const channels = new Set(readers.map(([channel]) => channel))
      const each = say("web.mechanism.readers_each", { n: readers.length / channels.size, channels: channels.size })
      assert.equal(text.includes(each), channels.size > 1, where)
      const block = relationsOf(image(sceneOf(numbers), "x", pixel))
        .at(-1)
        .place(pixel.slice(1).join())
      if (readers.length) {
        const [rows, columns] = [1, 2].map((axis) => readers.map((cell) => cell[axis]))
        const [top, left] = [Math.min(...rows), Math.min(...columns)]
        assert.deepEqual(block, [top, left, Math.max(...rows) - top + 1, Math.max(...columns) - left + 1], where)
        const isDense = new Set(rows).size * new Set(columns).size === block[2] * block[3]
        const html = pictureHtml(image, numbers, "x", pixel)
        const rings = elementsOf(html.slice(html.indexOf('data-id="next"'))).filter((each) => /^ring/.test(each.class))
        assert.equal(rings.length, isDense ? 1 : readers.length / channels.size, where)
      } else assert.equal(block, null)
      counts.add(readers.length)
    }
  }
  for (const count of [0, 1, 9, 36]) assert.ok(counts.has(count), `${count} is not in ${[...counts]}`)
})

test("the photograph's pixels can be selected, and a pixel lights up in each part that shows it", () => {
  for (const numbers of all.filter((each) => each.arrays.photo || each.answer.lesson.ch === "rgb")) {
    const pixel = [0, 9, 12]
    const template = image(sceneOf(numbers), "x", pixel)
    const [photograph, ...others] = relationsOf(template)
    assert.deepEqual([photograph.symbol, photograph.cell(3, 4)], ["x", [0, 3, 4]])
    assert.deepEqual(photograph.place(photograph.term(10, 11)), [10, 11])
    if (numbers.arrays.photo) assert.deepEqual(others[0].place("10,11"), [3, 1]) // in a patch from 7,10
    if (numbers.arrays.photo) assert.equal(others[0].term(3, 1), "10,11")
    if (numbers.arrays.photo) assert.equal(others[0].place("2,11"), null)
    const tables = elementsOf(pictureHtml(image, numbers, "x", pixel)).filter((each) => each["data-term"] === "10,11")
    assert.ok(tables.length && tables.every((each) => each["data-cell"] === "0,10,11" && each["data-symbol"] === "x"))
  }
})
