import assert from "node:assert/strict"
import { test } from "node:test"
import { arithmetic, bothTotals, pixel, products } from "../../cnnviz/ui/web/model/arithmetic.js"
import { decode } from "../../cnnviz/ui/web/model/decode.js"
import { number } from "../../cnnviz/ui/web/model/format.js"
import { isFlat, isLayered } from "../../cnnviz/ui/web/model/links.js"
import { Moment } from "../../cnnviz/ui/web/model/moment.js"
import { STAGES } from "../../cnnviz/ui/web/spec.js"
import { fixture } from "./hooks.js"
import { read } from "./numbers.js"

const moments = fixture("moments").map(({ bytes, ...core }) => ({
  core,
  moment: new Moment(decode(new Uint8Array(Buffer.from(bytes, "base64")))),
}))

// Corners and a middle, where padding and stride show.
function* someCells(moment, map) {
  const [rows, columns] = moment.shape(map)
  for (const i of new Set([0, rows >> 1, rows - 1])) {
    for (const j of isFlat(map) ? [0] : new Set([0, columns >> 1, columns - 1])) {
      if (isLayered(map)) yield* moment.outputs.map((n) => [i, j, n])
      else yield [i, j]
    }
  }
}

const results = (html) => [...html.matchAll(/(?: =|has) <b>([^<]+)<\/b>/g)].map(([, text]) => text)

test("what is decoded is bit for bit what the core computed", () => {
  for (const { core, moment } of moments) {
    for (const [map, values] of Object.entries(core.arrays))
      assert.deepEqual([...moment.arrays[map].values], values, map)
    assert.equal(moment.loss, core.loss)
  }
})

test("a cell is found where the core has it", () => {
  for (const { core, moment } of moments) {
    for (const map of Object.keys(core.arrays)) {
      const all = core.arrays[map]
      const [, columns] = moment.shape(map)
      for (const cell of someCells(moment, map)) {
        const [i, j, n = 0] = cell
        const at = isFlat(map) ? i : (i * columns + j) * (isLayered(map) ? moment.outputs.length : 1) + n
        assert.equal(moment.at(map, cell), all[at], `${map}[${cell}]`)
      }
    }
  }
})

test("the products add up to the cell", () => {
  for (const { moment } of moments) {
    if (Object.keys(moment.answer.deviations).length) continue // the notebook's numbers are not what the products give
    for (const map of ["z1", "dx"]) {
      for (const cell of someCells(moment, map)) {
        const terms = products(moment, map, cell).map(({ a, b }) => a * b)
        const [sum, size] = [terms.reduce((s, t) => s + t, 0), terms.reduce((s, t) => s + Math.abs(t), 0)]
        assert.ok(Math.abs(sum - moment.at(map, cell)) <= 1e-12 * size, `${map}[${cell}]: ${sum}`)
      }
    }
    for (const n of moment.outputs) {
      const total = bothTotals(moment, "z2_totals", n).reduce((s, t) => s + t, moment.at("b", [n]))
      assert.ok(Math.abs(total - moment.at("z2", [n])) < 1e-9)
    }
  }
})

test("every map's arithmetic ends in the core's number", () => {
  const maps = [...STAGES.map(({ symbol }) => symbol), "f", "w", "b", "y", "db", "dx"]
  for (const { moment } of moments) {
    for (const map of maps) {
      for (const cell of someCells(moment, map)) {
        const html = arithmetic(moment, map, cell)
        const raw = map === "x" && moment.lesson.scale === "raw"
        const expected =
          map === "L"
            ? moment.loss
            : map === "update"
              ? moment.arrays.f_next.values[3 * cell[0] + cell[1]]
              : moment.at(map, cell)
        const said = results(html)[0]
        assert.equal(said, raw ? String(expected) : number(expected, 5), `${map}[${cell}]: ${html}`)
        assert.ok(!html.includes("undefined") && !html.includes("NaN"), html)
      }
    }
  }
})

test("under the notebook's rule a number is only set beside the exact arithmetic", () => {
  const { moment } = moments.find(({ moment: { answer } }) => answer.deviations.dz1)
  assert.match(arithmetic(moment, "dz1", [3, 3]), /; the notebook has <b>/)
  assert.doesNotMatch(arithmetic(moment, "o", [0, 0]), /notebook/)
})

test("a pixel is what is stored", () => {
  for (const { moment } of moments) {
    const stored = pixel(moment, moment.at("x", [0, 0]))
    assert.ok(Number.isInteger(stored) && stored >= 0 && stored <= 255)
  }
  assert.equal(read("−3"), -3)
})
