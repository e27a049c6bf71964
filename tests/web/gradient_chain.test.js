import assert from "node:assert/strict"
import { test } from "node:test"
import { HEIGHT, layOutChain, mainPath } from "../../cnnviz/view/model/layout/chain_layout.js"
import { sharedDigits } from "../../cnnviz/view/model/numbers/shared_digits.js"

/** A chain from pairs "symbol<source". */
const cards = (text, state = {}) =>
  text.split(" ").map((pair) => {
    const [symbol, source] = pair.split("<")
    const flat = /^d[bo]|^dz5$/.test(symbol)
    return { symbol, source, state: state[symbol] ?? "", rows: flat ? 2 : 9, columns: flat ? 1 : 9, layers: 1, flat }
  })
const SEED = "do<L dz2<do dw<dz2 db<dz2 da1<dz2 dz1<da1 df<dz1 dx<dz1"
const DEEP =
  "dz5<L dw<dz5 db5<dz5 dp2<dz5 da4<dp2 dz4<da4 df4<dz4 db4<dz4 da3<dz4 dz3<da3 df3<dz3 db3<dz3 dp1<dz3 da2<dp1 dz2<da2 df2<dz2 db2<dz2 da1<dz2 dz1<da1 df1<dz1 db1<dz1 dx<dz1"
const NORMALISED = "dz2<L dw<dz2 db<dz2 dr1<dz2 dp1<dr1 da1<dp1 dn1<da1 dg<dn1 ds<dn1 dz1<dn1 df<dz1 dx<dz1"
const OTHERS = [
  NORMALISED,
  "do<L dw<do db<do dx<do",
  "dz1<L dw1<dz1 db1<dz1 dx<dz1",
  "do<L dz1<do df<dz1 dx<dz1",
  "do<L dx<do",
]
const meet = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

test("every card is in its box, once and without overlap, and all except the loss have an arrow or are beside a card that has one", () => {
  for (const text of [SEED, DEEP, ...OTHERS]) {
    for (const room of [320, 900, 1168, 2400]) {
      const all = cards(text)
      const chain = layOutChain(all, room)
      assert.deepEqual(chain.cards.map(({ symbol }) => symbol).sort(), ["L", ...all.map(({ symbol }) => symbol)].sort())
      chain.cards.forEach(({ box, map }, n) => {
        assert.ok(
          box.x >= 0 && box.y >= 0 && box.x + box.width <= Math.max(chain.width, room) && box.y + box.height <= HEIGHT,
        )
        assert.ok(map.x >= 0 && map.y >= 0 && map.x + map.width <= box.width && map.y + map.height <= box.height)
        assert.ok(!chain.cards.slice(n + 1).some((other) => meet(box, other.box)), `${text} at ${room}`)
      })
      const led = new Set(chain.arrows.map(({ to }) => to))
      const biases = all.filter(({ symbol }) => !led.has(symbol))
      assert.ok(biases.every(({ symbol }) => /^d[bs]/.test(symbol)))
    }
  }
})

test("an arrow leads from the card of the source gradient to its own, from left to right", () => {
  for (const text of [SEED, DEEP, ...OTHERS]) {
    const all = cards(text)
    const chain = layOutChain(all, 1168)
    const boxes = Object.fromEntries(chain.cards.map(({ symbol, box }) => [symbol, box]))
    for (const { to, points } of chain.arrows) {
      const { source } = all.find(({ symbol }) => symbol === to)
      const [first, last] = [points[0], points[points.length - 1]]
      assert.deepEqual(first, [boxes[source].x + boxes[source].width, boxes[source].y + boxes[source].height / 2])
      assert.deepEqual(last, [boxes[to].x, boxes[to].y + boxes[to].height / 2])
      assert.ok(points.every(([x], n) => !n || x >= points[n - 1][0]))
      const [fork] = points.length > 2 ? points[1] : [-1]
      assert.ok(!chain.cards.some(({ box }) => box.x < fork && fork < box.x + box.width), `${to} of ${text} is crossed`)
    }
  }
})

test("a small network fills the width, a deep one exceeds it, and a wrong card has space for its text", () => {
  assert.ok(Math.abs(layOutChain(cards(SEED), 1168).width - 1168) < 1)
  const deep = layOutChain(cards(DEEP, { dz3: "first" }), 1168)
  assert.ok(deep.width > 1168)
  assert.ok(
    deep.cards.find(({ symbol }) => symbol === "dz3").box.width
      > deep.cards.find(({ symbol }) => symbol === "dz1").box.width,
  )
})

test("a kernel has space for its numbers even in a wide chain; a map of an image has not", () => {
  const kernel = cards(SEED).map((card) => (card.symbol === "df" ? { ...card, rows: 3, columns: 3 } : card))
  const [narrow, wide] = [600, 1400].map((room) => layOutChain(kernel, room).cards)
  const side = (placed, wanted) => placed.find(({ symbol }) => symbol === wanted).map.width
  assert.equal(side(narrow, "df"), side(wide, "df"))
  assert.ok(side(narrow, "dx") < side(wide, "dx"))
})

test("a wrong bias has the arrow that leads to its layer's parameters", () => {
  const { arrows, cards: placed } = layOutChain(cards(SEED, { db: "first" }), 1168)
  assert.ok(arrows.some(({ to, state }) => to === "db" && state === "first"))
  assert.ok(placed.find(({ symbol }) => symbol === "db").box.x < placed.find(({ symbol }) => symbol === "dw").box.x)
})

test("the path to the image contains every gradient from which others are computed", () => {
  assert.deepEqual(
    mainPath(cards(SEED)).map(({ symbol }) => symbol),
    ["do", "dz2", "da1", "dz1"],
  )
  assert.equal(mainPath(cards(DEEP)).at(-1).symbol, "dz1")
})

test("the digits shared by two numbers are separated from the others, at the magnitude of the first", () => {
  assert.deepEqual(sharedDigits(0.0233751676226, 0.0233751676318), ["0.0233751676", "2260"])
  assert.deepEqual(sharedDigits(0.5, 0.5), ["0.5000000000000", ""])
  assert.deepEqual(sharedDigits(-2, 2), ["", "−2.000000000000"])
  assert.deepEqual(sharedDigits(0, 1), ["", "0"])
  assert.deepEqual(sharedDigits(Number.NaN, 1), ["", "NaN"])
})

test("a small table is as wide as its card if its numbers fit", () => {
  const card = { symbol: "dw", source: "do", state: "", rows: 4, columns: 1, layers: 2, flat: false }
  const [first, , last] = cards("do<L db<do dx<do")
  for (const room of [900, 2400]) {
    const { map, box, beside } = layOutChain([first, card, last], room).cards.find(({ symbol }) => symbol === "dw")
    assert.deepEqual([map.width, beside], [box.width - 16, false])
    const kernel = layOutChain([first, { ...card, rows: 3, columns: 3, layers: 1 }, last], room)
    const square = kernel.cards.find(({ symbol }) => symbol === "dw").map
    assert.equal(square.width, square.height)
  }
})
