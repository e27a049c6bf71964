// Links and arithmetic of any network: the same cells, and the same numbers, as the core's.

import assert from "node:assert/strict"
import { test } from "node:test"
import { cellArithmetic, cellName } from "../../cnnviz/view/model/explain/arithmetic.js"
import { PATTERNS, pairs, sourceRanges } from "../../cnnviz/view/model/explain/cell_links.js"
import { expression, symbols } from "../../cnnviz/view/model/explain/expression.js"
import { byChannel, Filling, lossOf, terms, totals } from "../../cnnviz/view/model/explain/formula_values.js"
import { detailsOf, meaningOf, wordsOf } from "../../cnnviz/view/model/explain/meanings.js"
import { arrange } from "../../cnnviz/view/model/layout/overview.js"
import { faceOf } from "../../cnnviz/view/model/numbers/array_faces.js"
import { exactSum } from "../../cnnviz/view/model/numbers/exact_sum.js"
import { Numbers } from "../../cnnviz/view/model/numbers/numbers.js"
import { hasMessage, say } from "../../cnnviz/view/model/words.js"
import { fixture } from "./hooks.js"

const networks = fixture("networks").map(({ answer, arrays, cells }) => ({
  cells,
  numbers: new Numbers({
    ...answer,
    arrays: Object.fromEntries(
      Object.entries(arrays).map(([name, values]) => [name, { values: Float64Array.from(values) }]),
    ),
  }),
}))
const unsigned = (value) => value + 0 // -0 is 0 to who reads it
const near = (a, b) => assert.ok(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b)), `${a} is not ${b}`)

test("every symbol of every kind of layer has words that name it like the network", () => {
  for (const { numbers } of networks)
    for (const symbol of Object.keys(numbers.maps)) {
      const id = meaningOf(numbers, symbol)
      const { text, title } = wordsOf(id)
      assert.ok(hasMessage(title) && hasMessage(text), symbol)
      if ("ngs".includes(symbol[0]))
        assert.ok(say(text).includes(`\`${detailsOf(numbers, id, symbol).letter}\``), symbol)
    }
})

test("every cell has the core's sources, in every pattern", () => {
  const seen = new Set()
  for (const { numbers, cells } of networks) {
    for (const { map, cell, sources } of cells) {
      for (const link of numbers.links(map)) {
        seen.add(link.pattern)
        assert.deepEqual(
          numbers.sources(link, cell).map(String).sort(),
          sources[link.source].map(String).sort(),
          `${map}[${cell}] ${link.source} ${link.pattern}`,
        )
      }
    }
  }
  assert.deepEqual([...seen].sort(), [...PATTERNS].sort())
})

test("a cell in the address has the core's format, and is parsed back", () => {
  for (const { numbers, cells } of networks) {
    for (const { map, cell, address } of cells) {
      assert.equal(numbers.addressText(map, cell), address)
      if (address) assert.deepEqual(numbers.read(address), { map, cell })
    }
    for (const text of ["", "z1", "q:0", "z1:", "o:99", "o:0,0", "o:-1", "o:0.5"])
      assert.equal(numbers.read(text), null)
  }
})

test("a filled template evaluates to the core's number", () => {
  for (const { numbers, cells } of networks) {
    for (const { map, cell } of cells) {
      const template = numbers.network.arithmetic[map]
      if (!template) continue
      near(new Filling(numbers, map, cell).value(expression(template)), numbers.at(map, cell))
      assert.ok(cellArithmetic(numbers, map, cell).startsWith(cellName(numbers, map, cell)))
    }
  }
})

test("a cell without incoming gradient is 0 and has no sum", () => {
  const lost = networks.flatMap(({ numbers, cells }) =>
    cells
      .filter(({ map, sources }) => map[0] === "d" && sources.dp1?.length === 0)
      .map(({ map, cell }) => [cellArithmetic(numbers, map, cell), cellName(numbers, map, cell)]),
  )
  assert.ok(lost.length > 4)
  for (const [text, name] of lost) assert.equal(text, `${name} = <b>0</b> <small>(no gradient reaches it)</small>`)
})

test("a number in a template has the language's decimal point, too", async () => {
  const french = await import("../../cnnviz/view/model/explain/arithmetic.js?fr")
  const { numbers } = networks.find(({ numbers }) => numbers.network.text.includes("-bn-"))
  const written = [cellArithmetic, french.cellArithmetic].map((fill) => fill(numbers, "n1", [0, 0, 0]))
  assert.ok(written[0].includes(" + 0.00001)"))
  assert.ok(written[1].includes(" + 0,00001)") && !/\d\.\d/.test(written[1]), written[1])
})

test("a decimal comma is not read as a separator in a list of numbers", async () => {
  const french = await import("../../cnnviz/view/model/explain/arithmetic.js?fr")
  const { numbers } = networks.find(({ numbers }) => numbers.network.text.includes("-leaky20-"))
  const [english, other] = [cellArithmetic, french.cellArithmetic].map((fill) => fill(numbers, "a2", [0, 0, 0]))
  assert.match(english, /= max\([^,;]+, 0\.2 · [^,;]+\)/)
  assert.match(other, /= max\([^;]+\u202f; 0,2 · [^;]+\)/)
})

test("the terms of a sum add up, and its totals too", () => {
  for (const { numbers, cells } of networks) {
    for (const { map, cell } of cells) {
      if (!/^sum\([^()]*\)$/.test(numbers.network.arithmetic[map] ?? "")) continue
      const all = terms(numbers, map, cell)
      const [positive, negative] = totals(all.map(({ value }) => value))
      assert.ok(positive >= 0 && negative <= 0)
      near(positive + negative, numbers.at(map, cell))
    }
  }
})

test("the parts of a sum are the core's to the last bit: the total of either sign, and of each channel", () => {
  let count = 0
  for (const { numbers, cells } of networks) {
    for (const { map, cell, sums } of cells) {
      if (!sums) continue
      const all = terms(numbers, map, cell)
      assert.deepEqual(
        totals(all.map(({ value }) => value)).map(unsigned),
        sums.totals.map(unsigned),
        `${map}[${cell}]`,
      )
      if (!sums.of) continue
      const channels = [...byChannel(all, sums.of)].map(([channel, value]) => [channel, unsigned(value)])
      assert.deepEqual(
        channels,
        sums.channels.map(([channel, value]) => [channel, unsigned(value)]).sort(([a], [b]) => a - b),
      )
      count += channels.length
    }
  }
  assert.ok(count > 500)
})

test("a sum is rounded once, at the end", () => {
  assert.equal(exactSum([1, 1e100, 1, -1e100]), 2)
  assert.equal(exactSum(Array(10).fill(0.1)), 1)
  assert.equal(exactSum([1, 2 ** -53, 2 ** -106]), 1 + 2 ** -52) // half a unit, and a little more
  assert.equal(exactSum([1, 2 ** -53]), 1)
  assert.equal(exactSum([]), 0)
  assert.ok(Number.isNaN(exactSum([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])))
})

test("results of a step that are not sent equal the core's to the last bit", () => {
  for (const { numbers } of networks) {
    for (const name of numbers.said.update.makes) {
      const sent = numbers.arrays[`${name}_next`]
      delete numbers.arrays[`${name}_next`]
      assert.deepEqual(
        Array.from(sent.values, (_, at) => numbers.next(name, at)),
        [...sent.values],
      )
      numbers.arrays[`${name}_next`] = sent
    }
  }
})

test("cells that meet in a product are sources, each once", () => {
  const link = (pattern, source) => ({
    target: "z",
    source,
    pattern,
    geometry: { k: 3, stride: 2, before: 1, dilation: 1 },
    places: [3, 3],
  })
  const met = pairs(link("window", "x"), link("channel", "f"), [0, 0, 0], [1, 5, 5], [1, 1, 3, 3])
  assert.equal(met.length, 4)
  assert.deepEqual(met[0], [
    [0, 0, 0],
    [0, 0, 1, 1],
  ])
  assert.deepEqual(
    sourceRanges(link("window", "x"), [0, 0, 0], [1, 5, 5]).map(({ count }) => count),
    [1, 2, 2],
  )
})

test("templates are read, and nonsense is refused", () => {
  assert.deepEqual(symbols(expression("dy*(1-y²)+max(0, x)/N")), ["dy", "y", "x"])
  for (const bad of ["sum(x", "x*", "x)", "", "x $ y"]) assert.throws(() => expression(bad))
})

test("a place on a map and the cell there belong together", () => {
  const shapes = [
    ["map", [3, 4, 5], "maps"],
    ["filters", [2, 3, 3, 3], "filters"],
    ["weights", [1, 4, 5, 2], "weights"],
    ["weights", [2, 4, 5, 9], "weights"],
    ["row", [7], "strip"],
  ]
  for (const [kind, shape, column] of shapes) {
    const face = faceOf({ kind, shape }, column, 3)
    const seen = new Set()
    for (let tile = 0; tile < face.tiles; tile++) {
      for (let i = 0; i < face.rows; i++) {
        for (let j = 0; j < face.columns; j++) {
          const [cell, offset] = [face.at(tile, i, j), face.offset(tile, i, j)]
          assert.equal(cell === null, offset < 0)
          if (!cell) continue
          assert.equal(
            shape.reduce((at, n, axis) => at * n + cell[axis], 0),
            offset,
          )
          seen.add(offset)
          const [box] = face.boxes(cell.map((start) => ({ start, count: 1, step: 1 })))
          assert.deepEqual([box.tile, box.top, box.left], [tile, i, j])
        }
      }
    }
    assert.equal(
      seen.size,
      shape.reduce((all, n) => all * n, 1),
    )
  }
})

test("no overview is wider or higher than it may be", () => {
  const maps = (tiles, rows) => ({ kind: "maps", tiles, rows, columns: rows, scale: 1 })
  for (const needs of [
    [maps(1, 32), maps(1, 30)],
    [maps(3, 32), ...Array(6).fill(maps(10, 30))],
    Array(12).fill(maps(16, 28)),
  ]) {
    for (const band of [50, 116, 170]) {
      const places = arrange(needs, 1100, band)
      assert.ok(places.reduce((sum, { width }) => sum + width, 0) <= 1100)
      for (const { height } of places) assert.ok(height <= band + 1e-9)
    }
  }
})

test("of several kernels none is larger than 0.6 of a map, also where there is room, and a single one is read", () => {
  const filters = (tiles) => ({ kind: "filters", tiles, rows: 3, columns: 3, scale: 1 })
  const images = (rows) => ({ kind: "maps", tiles: 1, rows, columns: 4 * rows, scale: 1, images: 4 })
  for (const [width, band] of [
    [1100, 50],
    [1100, 220],
    [2600, 170],
  ]) {
    const channels = { kind: "maps", tiles: 4, rows: 30, columns: 30, scale: 1 }
    const [kernels, maps] = arrange([filters(12), channels], width, band)
    assert.ok(kernels.side <= 0.6 * maps.side, `${kernels.side} beside ${maps.side}`)
    const [f, x] = arrange([filters(4), images(32), images(30)], width, band)
    assert.ok(f.side <= Math.max(0.15 * x.side, 17) && x.side / 4 > 16, `${f.side} beside ${x.side}`)
  }
  const [single] = arrange([filters(1), { kind: "maps", tiles: 1, rows: 30, columns: 30, scale: 1 }], 1100, 170)
  assert.ok(single.side > 0.6 * 102)
})

test("on one channel a cell of a map is as large as one of the image, and no map is larger than what it is made of", () => {
  const maps = (rows) => ({ kind: "maps", tiles: 1, rows, columns: rows, scale: 1 })
  const [x, z, p] = arrange([maps(32), maps(30), maps(15)], 800, 170)
  near(x.width / 32, z.width / 30)
  assert.ok(p.width < z.width && p.width > 0.75 * z.width)
})

test("what the outputs add to the loss comes to the core's loss, and their slopes to its gradient", () => {
  for (const { numbers } of networks) {
    const [o, step] = [numbers.values("o"), 1e-6]
    const added = Array.from(o, (value, n) => lossOf(numbers, n, value))
    near(
      added.reduce((sum, value) => sum + value, 0),
      numbers.at("L", [0]),
    )
    if (!numbers.maps.do) continue
    for (const n of o.keys()) {
      const slope = (lossOf(numbers, n, o[n] + step) - lossOf(numbers, n, o[n] - step)) / (2 * step)
      assert.ok(Math.abs(slope - numbers.values("do")[n]) < 1e-6)
    }
  }
})
