// The mechanism pictures, drawn on nothing: what they add up is the core's own entry.

import assert from "node:assert/strict"
import { test } from "node:test"
import { mechanism } from "../../cnnviz/view/draw/mechanism.js"
import { padding, underWindow } from "../../cnnviz/view/draw/mechanisms/windows.js"
import { Pen } from "../../cnnviz/view/draw/pen.js"
import { named } from "../../cnnviz/view/model/arithmetic.js"
import { decode } from "../../cnnviz/view/model/decode.js"
import { explained, stepOf } from "../../cnnviz/view/model/explanation.js"
import { Numbers } from "../../cnnviz/view/model/numbers.js"
import { fixture } from "./hooks.js"

const nothing = new Proxy(function nothing() {}, {
  get: (_, name) => (name === Symbol.toPrimitive ? () => 0 : nothing),
  set: () => true,
  apply: () => nothing,
})
/** As wide as Inter's figures are: six tenths of their size. */
const context = new Proxy(
  {
    font: "",
    measureText: (text) => ({
      width: text.length * 0.6 * Number.parseFloat(context.font.match(/[\d.]+(?=px)/)?.[0] ?? 12),
    }),
  },
  {
    get: (own, name) => own[name] ?? nothing,
    set: (own, name, value) => (name === "font" ? Reflect.set(own, name, value) : true),
  },
)
class Canvas {
  getContext = () => context
  setAttribute() {}
}
Object.assign(globalThis, { OffscreenCanvas: Canvas, devicePixelRatio: 1 })
const palette = new Proxy({}, { get: () => "#888" })

/** The sums in the picture of a cell. */
function sums(numbers, map, cell, room = { width: 620, height: 260 }) {
  const found = []
  for (const name of ["stairs", "ladder"])
    Pen.prototype[name] = (terms, total) => found.push({ terms: terms.map(({ value }) => value), total })
  mechanism(new Canvas(), numbers, map, cell, room, palette, () => Number.POSITIVE_INFINITY)
  return found
}

const moments = fixture("moments").map(({ bytes, arrays }) => ({
  arrays,
  numbers: new Numbers(decode(new Uint8Array(Buffer.from(bytes, "base64")))),
}))

test("the total of every sum that is drawn is the core's own entry, and its steps lead to it", () => {
  let count = 0
  for (const { numbers, arrays } of moments.filter(({ numbers }) => !Object.keys(numbers.answer.deviations).length)) {
    for (const { symbol } of numbers.stages) {
      if (symbol === "update") continue
      for (const cell of [numbers.shape(symbol).map(() => 0), numbers.shape(symbol).map((n) => n >> 1)]) {
        for (const { terms, total } of sums(numbers, symbol, cell)) {
          count += 1
          assert.equal(total, arrays[symbol][numbers.offset(symbol, cell)])
          const size = terms.reduce((all, value) => all + Math.abs(value), 1e-15)
          const end = terms.reduce((all, value) => all + value, 0)
          assert.ok(
            Math.abs(end - total) <= 1e-9 * size,
            `${numbers.network.text} ${symbol}[${cell}]: ${end}, ${total}`,
          )
        }
      }
    }
  }
  assert.ok(count > 20, `only ${count} sums`)
})

test("momentum's picture asks for what the velocity is made of, and draws every term of it", () => {
  const { numbers } = moments.find(({ numbers }) => numbers.network.optimizer === "momentum")
  const [cell, room] = [[1, 0, 2, 0], { width: 620, height: 190 }]
  const of = `past.f:${numbers.offset("f", cell)}`
  assert.deepEqual(numbers.missing("update", cell), [of])
  numbers.learn(of, { [of]: { values: Float64Array.of(0.5, 0.2, -1, -0.8, 2, 2), shape: [3, 2] } })
  assert.deepEqual(numbers.missing("update", cell), [])
  const words = []
  Pen.prototype.text = (text) => words.push(text)
  const [{ terms, total }] = sums(numbers, "update", cell, room)
  const at = (name) => numbers.arrays[name].values[numbers.offset("f", cell)]
  assert.deepEqual(terms, [at("kept.f"), at("df")])
  assert.equal(total, at("velocity.f"))
  for (const word of ["≤ 5", "6", "7"]) assert.ok(words.includes(word), word) // and what was before them
})

test("with up to four channels every window and every kernel is printed on a screen of 720 lines", () => {
  const { numbers } = moments.find(({ numbers }) => numbers.network.text.startsWith("conv4x3-relu-max2-conv4x3"))
  for (const [map, channels] of /** @type {[string, number][]} */ ([
    ["z1", 3],
    ["z2", 4],
    ["dp1", 4],
  ])) {
    const printed = []
    const { grid } = Pen.prototype
    Pen.prototype.grid = function counted(values, ...rest) {
      const fits = grid.call(this, values, ...rest)
      printed.push(fits ? values.length : 0)
      return fits
    }
    sums(
      numbers,
      map,
      numbers.shape(map).map((n) => n >> 1),
      { width: 600, height: 250 },
    )
    Pen.prototype.grid = grid
    assert.deepEqual(printed, Array(2 * channels).fill(9))
  }
})

test("as many zeros are drawn around a map as its first and its last window reach beyond it", () => {
  let around = 0
  for (const { numbers } of moments) {
    for (const { symbol } of numbers.stages) {
      if (symbol === "update") continue
      const link = numbers.links(symbol).find(({ pattern }) => pattern === "window")
      if (!link) continue
      const zeros = padding(numbers, symbol, link.source)
      const [rows, columns] = numbers.shape(link.source).slice(-2)
      const first = underWindow(numbers, symbol, link.source, [0, 0, 0])
      const last = underWindow(
        numbers,
        symbol,
        link.source,
        numbers.shape(symbol).map((n) => n - 1),
      )
      const end = ({ start, count, step }) => start + (count - 1) * step + 1
      assert.equal(first.rows.start + zeros.before, 0)
      assert.equal(zeros.below, Math.max(0, end(last.rows) - rows))
      assert.equal(zeros.right, Math.max(0, end(last.columns) - columns))
      around += zeros.before + zeros.below
    }
  }
  assert.ok(around > 0)
})

test("at the update a parameter that is pointed at has its own step, in words and in the picture", () => {
  for (const { numbers } of moments) {
    for (const parameter of numbers.said.update.makes) {
      const cell = numbers.shape(parameter).map((n) => n - 1)
      const words = explained(numbers, parameter, cell, true)
      assert.equal(words.title, numbers.said.update.title)
      const [own, step] = words.numbers.split("<br>")
      assert.ok(own.startsWith(named(numbers, parameter, cell)))
      assert.equal(step, stepOf(numbers, parameter, cell))
      const printed = []
      Pen.prototype.text = (text) => printed.push(text)
      const done = () => Number.POSITIVE_INFINITY
      mechanism(new Canvas(), numbers, parameter, cell, { width: 620, height: 190 }, palette, done, true)
      assert.ok(printed.includes(named(numbers, parameter, cell).replace(/<[^>]*>/g, "")), `${parameter}: ${printed}`)
    }
  }
})

test("pooling prints the cells of a window and its neighbours, one winner lit in each, and the core's number for it", () => {
  const { numbers, arrays } = moments.find(({ numbers }) =>
    numbers.network.text.startsWith("conv4x3-relu-max2-conv4x3"),
  )
  const [, rows, columns] = numbers.shape("p1")
  for (const place of [
    [0, 0, 0],
    [1, rows - 1, 5],
    [3, 7, columns - 1],
  ]) {
    for (const [map, cell] of [
      ["p1", place],
      ["da1", [place[0], 2 * place[1], 2 * place[2]]],
    ]) {
      const drawn = []
      const { grid } = Pen.prototype
      Pen.prototype.grid = (values, across, _limits, _scale, _box, { lit } = {}) => drawn.push({ values, across, lit })
      sums(numbers, map, cell)
      Pen.prototype.grid = grid
      const [cells, windows] = drawn
      assert.deepEqual([cells.values.length, windows.values.length], [36, 9])
      assert.equal(cells.values.filter((_, n) => cells.lit(n)).length, 9)
      const pooled = map === "p1" ? "p1" : "dp1"
      const chosen = arrays[pooled][numbers.offset(pooled, place)]
      assert.ok(windows.values.includes(chosen))
      windows.values.forEach((value, n) => {
        const top = 2 * Math.floor(n / 3)
        const left = 2 * (n % 3)
        const own = [0, 1].flatMap((i) => [0, 1].map((j) => (top + i) * 6 + left + j))
        const [winner] = own.filter((at) => cells.lit(at))
        assert.equal(cells.values[winner], value, `${map}[${cell}]`) // what won goes on, and what arrives goes there
      })
    }
  }
})
