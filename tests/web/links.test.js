import assert from "node:assert/strict"
import { test } from "node:test"
import { each, isFlat, isLayered, sources } from "../../cnnviz/ui/web/model/links.js"
import { fixture } from "./hooks.js"

// The cells of a block as the core lists them: with the output in w and dw, [n, 0] where there is a cell an output.
function cells(block, shape) {
  const outputs = shape.length < 3 ? [null] : block.output === null ? [...Array(shape[2]).keys()] : [block.output]
  return [...each(block)].flatMap((cell) => outputs.map((n) => (n === null ? cell : [...cell, n])))
}

test("every cell has the sources that the core says", () => {
  const found = fixture("links")
  assert.ok(found.length > 30)
  for (const { stride, before, k, shapes, cells: all } of found) {
    const geometry = { stride, before, k, shape: (map) => shapes[map] }
    for (const { map, cell, sources: expected } of all) {
      const got = sources(map, cell, geometry)
      assert.deepEqual(got.map((source) => source.map).sort(), Object.keys(expected).sort())
      for (const source of got) {
        const here = cells(source, shapes[source.map])
        assert.deepEqual(
          here.map(String).sort(),
          expected[source.map].map(String).sort(),
          `${map}[${cell}] ${source.map}`,
        )
      }
    }
  }
})

test("what is no map has no sources", () => {
  assert.deepEqual(sources("nothing", [0, 0], { stride: 1, before: 0, k: 3, shape: () => [1, 1] }), [])
  assert.ok(isFlat("o") && isLayered("dw") && !isFlat("z1") && !isLayered("v"))
})
