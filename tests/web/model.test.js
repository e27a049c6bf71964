import assert from "node:assert/strict"
import { test } from "node:test"
import {
  extent,
  linearScale,
  logScale,
  powers,
  spreadLabels,
  tickLabel,
  ticks,
} from "../../cnnviz/view/model/layout/axes.js"
import { colour, textColour } from "../../cnnviz/view/model/numbers/colour.js"
import {
  COMPUTED,
  foreignKeys,
  isEqual,
  ownKeys,
  parse,
  query,
  viewKeys,
} from "../../cnnviz/view/model/state/address.js"
import { ChainFocus } from "../../cnnviz/view/model/state/chain_focus.js"
import { fixture } from "./hooks.js"
import { anyNumbers } from "./numbers.js"

test("a setup's address equals Python's, and is parsed back to the setup", () => {
  for (const { lesson, query: text } of fixture("addresses")) {
    assert.equal(query(lesson), `?${text}`)
    assert.deepEqual(parse(query(lesson)), lesson)
    assert.ok(isEqual(parse(text), lesson))
  }
})

test("setups that differ in one key differ, but the stage counts only where it changes numbers", () => {
  const [{ lesson }] = fixture("addresses")
  for (const key of Object.keys(lesson)) {
    assert.ok(!isEqual(lesson, { ...lesson, [key]: "another" }), key)
    assert.equal(isEqual(lesson, { ...lesson, [key]: "another" }, COMPUTED), ["stage", "cell"].includes(key))
  }
  assert.ok(isEqual({ vs: "" }, {}))
})

test("foreign keys of an address are separated from ours, and none is lost or in both", () => {
  for (const { lesson } of fixture("addresses")) {
    const others = { embed: "true", utm_source: "a b", K: "3", "": "1" }
    const mixed = { ...others, ...lesson }
    assert.deepEqual(ownKeys(mixed), lesson)
    assert.deepEqual(foreignKeys(mixed), others)
  }
})

test("keys of the view are ours, and invalid values are off", () => {
  const look = { view: "lecture", whole: "1", hide: "1", predict: "1" }
  assert.deepEqual(ownKeys(look), look)
  assert.deepEqual(viewKeys({ ...look, k: "1" }), look)
  assert.deepEqual(viewKeys({ view: "cinema", hide: "yes" }), { view: "", whole: "", hide: "", predict: "" })
  assert.ok(isEqual({ view: "lecture" }, {}, COMPUTED) && !isEqual({ view: "lecture" }, {}))
})

test("every colour of a scale is interpolated between its anchors", () => {
  for (const [scale, expected] of Object.entries(fixture("colours"))) {
    if (scale === "error") continue
    expected.forEach((rgb, at) => {
      const got = colour(at / 255, [0, 1], scale)
      rgb.forEach((channel, c) => assert.ok(Math.abs(got[c] - channel) <= 0.5, `${scale} ${at}`))
    })
    assert.deepEqual(colour(-9, [0, 1], scale), colour(0, [0, 1], scale))
    assert.deepEqual(colour(9, [0, 1], scale), colour(1, [0, 1], scale))
  }
  const errors = fixture("colours").error
  assert.deepEqual(colour(1e-8, [1e-16, 1], "error"), errors[128].map(Math.round))
  assert.deepEqual(colour(0, [1e-16, 1], "error"), errors[0])
})

test("a map of zeros has the middle colour of its scale", () => {
  assert.deepEqual(colour(0, [0, 0], "signed"), colour(0, [-1, 1], "signed"))
  assert.deepEqual(colour(0, [0, 0], "activation"), colour(0, [0, 1], "activation"))
})

test("text on a colour is legible", () => {
  assert.equal(textColour([255, 255, 255]), "#000")
  assert.equal(textColour([0, 0, 0]), "#fff")
  assert.equal(textColour([178, 24, 43]), "#fff")
})

test("the ends of an axis include every visible value", () => {
  const values = [...anyNumbers()]
  assert.deepEqual(extent(values, linearScale, 0), [Math.min(0, ...values), Math.max(...values)])
  const positive = values.filter((value) => value > 0).map(Math.log10)
  assert.deepEqual(extent(values, logScale, Number.POSITIVE_INFINITY), [Math.min(...positive), Math.max(...positive)])
  assert.deepEqual(extent([null, 0], logScale, Number.POSITIVE_INFINITY), [0, 0])
  assert.deepEqual(extent([1, Number.POSITIVE_INFINITY, Number.NaN, 3], linearScale, 0), [0, 3])
  assert.deepEqual([1000, -2500, 0.001, 0, 2.5e7].map(tickLabel), ["1,000", "−2,500", "0.001", "0", "2.5e7"])
})

test("grid lines are round numbers within the range, with at most the given number of steps", () => {
  assert.deepEqual(ticks(0, 200, 4), [0, 50, 100, 150, 200])
  assert.deepEqual(ticks(-0.1, 0.25, 4), [-0.1, 0, 0.1, 0.2])
  assert.deepEqual(ticks(3, 3), [3])
  assert.deepEqual(powers(-3.2, -0.1, 5), [-3, -2, -1])
  assert.deepEqual(powers(-20, 0, 5), [-20, -15, -10, -5, 0])
  for (const end of [1, 7, 50, 73, 200, 1000, 10_000]) {
    const found = ticks(0, end, 5)
    assert.ok(found.length > 1 && found.length <= 6 && found[0] === 0 && found.at(-1) <= end)
  }
})

test("labels of lines keep their order and their distance", () => {
  for (const ends of [[10, 10, 10], [5, 50, 51], [98, 99, 100], [0]]) {
    const places = spreadLabels(ends, 100, 12)
    assert.deepEqual(
      places.map(([i]) => i).sort(),
      ends.map((_, i) => i),
    )
    const at = places.map(([, y]) => y)
    at.slice(1).forEach((y, i) => assert.ok(y - at[i] >= 12 - 1e-9, String(at)))
    assert.ok(Math.max(...at) <= 100)
  }
})

const column = (symbol, family, cell, rows, columns = 1, layers = 1) => ({
  symbol,
  family,
  cell,
  rows,
  columns,
  layers,
})
const columnsOf = (side) => [
  column("x", "x", [1, 1], 8, 8),
  column("z1", "z1", [2, 2], side, side),
  column("da1", "z1", [0, 0], side, side),
  column("dw", "w", [2, 2, 0], side, side, 2),
  column("o", "o", [0], 2),
]
const focused = () => {
  const focus = new ChainFocus()
  focus.receive(columnsOf(6))
  return focus
}

test("maps of one family share the cell that is explained", () => {
  const focus = focused()
  assert.deepEqual(focus.own("z1"), [2, 2])
  focus.pin("da1", [4, 5])
  assert.deepEqual(focus.pointed, { map: "da1", cell: [4, 5] })
  for (const map of ["z1", "da1"]) assert.deepEqual(focus.own(map), [4, 5])
  focus.remember("dw", [1, 2, 1])
  assert.deepEqual(focus.own("dw"), [1, 2, 1])
  assert.deepEqual(focus.own("o"), [0])
})

test("a pin is released by pinning again, or if its cell no longer exists", () => {
  const focus = focused()
  focus.pin("z1", [5, 5])
  focus.hover = { map: "x", cell: [0, 0] }
  assert.equal(focus.pointed.map, "z1")
  focus.receive(columnsOf(6))
  assert.deepEqual(focus.own("z1"), [5, 5])
  focus.pin("z1", [5, 5])
  assert.equal(focus.pointed.map, "x")
  focus.pin("z1", [5, 5])
  focus.receive(columnsOf(3))
  assert.equal(focus.pinned, null)
  assert.deepEqual(focus.own("z1"), [2, 2])
})

test("a board pins the cell of the address if it shows it, and otherwise keeps the key for other pages", () => {
  const focus = new ChainFocus()
  focus.hold("z1:3,4")
  assert.equal(focus.text, "z1:3,4")
  const columns = columnsOf(6).map((column) => ({
    ...column,
    address: column.symbol === "z1" ? [2, null, null] : [],
  }))
  focus.receive(columns)
  assert.equal(focus.pinned, null) // that is another channel's, or no cell of theirs
  assert.equal(focus.text, "z1:3,4")
  focus.hold("z1:2,3,4")
  assert.deepEqual(focus.pinned, { map: "z1", cell: [3, 4] })
  assert.equal(focus.text, "z1:2,3,4")
  focus.pin("z1", [1, 1])
  assert.equal(focus.text, "z1:2,1,1")
  focus.pin("z1", [1, 1])
  assert.equal(focus.text, "")
})
