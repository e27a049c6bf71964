// A map as a table: what is shown at once, and the file, which is the terminal's.

import assert from "node:assert/strict"
import { test } from "node:test"
import { bestTileCount } from "../../cnnviz/view/model/layout/image_layout.js"
import { Numbers } from "../../cnnviz/view/model/numbers/numbers.js"
import { axisRoles, csv, formatExact, rowOffset, rowsAtOnce } from "../../cnnviz/view/model/numbers/table.js"
import { tableOf, windowsOf } from "../../cnnviz/view/model/numbers/table_sources.js"
import { fixture } from "./hooks.js"
import { anyNumbers } from "./numbers.js"

const networks = fixture("networks").map(({ answer, arrays, csv }) => ({
  csv,
  numbers: new Numbers({
    ...answer,
    arrays: Object.fromEntries(
      Object.entries(arrays).map(([name, values]) => [name, { values: Float64Array.from(values) }]),
    ),
  }),
}))

test("every digit is printed as Python prints it", () => {
  for (const value of anyNumbers()) assert.equal(Number(formatExact(value)), value)
  const written = [1, -0.5, 1e-4, 1.5e-5, 1e15, 1e16, 123456789012345680, 2e-300, -0, 0].map((value) =>
    formatExact(value),
  )
  assert.deepEqual(
    written.join(" "),
    "1.0 -0.5 0.0001 1.5e-05 1000000000000000.0 1e+16 1.2345678901234568e+17 2e-300 -0.0 0.0",
  )
})

test("the CSV file of a map equals the terminal's", () => {
  for (const network of networks)
    for (const [symbol, text] of Object.entries(network.csv))
      assert.equal(csv(tableOf(network.numbers, symbol, "")), text, symbol)
})

test("the rows of every slice are the array's, and a large slice is shown in parts", () => {
  for (const { numbers } of networks) {
    for (const symbol of Object.keys(numbers.maps)) {
      const source = tableOf(numbers, symbol, "")
      const { chosen, rows, columns } = axisRoles(source)
      const last = rowOffset(
        source,
        chosen.map(({ labels }) => labels.length - 1),
        (rows?.labels.length ?? 1) - 1,
      )
      assert.equal(last + (columns?.labels.length ?? 1), source.values.length, symbol)
      assert.ok(rowsAtOnce(source) >= 1)
    }
  }
})

test("the window under the kernel has the kernel's size and the right numbers", () => {
  const { numbers } = networks[0]
  const [window] = windowsOf(numbers, "z1", [0, 2, 1])
  assert.deepEqual(
    window.axes.map(({ labels }) => Array.from(labels)),
    [
      [2, 3, 4],
      [1, 2, 3],
    ],
  )
  assert.equal(window.values[5], numbers.at("x", [0, 3, 3]))
})

test("tiles fill a box with square cells that are as large as possible", () => {
  for (const [tiles, rows, columns] of [
    [1, 30, 30],
    [8, 13, 13],
    [96, 5, 5],
    [2, 1, 900],
    [7, 40, 3],
  ]) {
    const { across, width, height } = bestTileCount({ tiles, rows, columns }, { width: 1180, height: 450 })
    const down = Math.ceil(tiles / across)
    assert.ok(width <= 1180.001 && height <= 450.001)
    const [w, h] = [(width - (across - 1) * 2) / across / columns, (height - (down - 1) * 2) / down / rows]
    assert.ok(Math.abs(w - h) < 1e-9 && w > 0)
  }
  assert.equal(bestTileCount({ tiles: 8, rows: 13, columns: 13 }, { width: 1180, height: 450 }).across, 4)
})
