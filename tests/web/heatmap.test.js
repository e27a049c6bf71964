// A heat map's pure parts: where its cells lie and back, what the ends of its colours say, and its pixels.

import assert from "node:assert/strict"
import { test } from "node:test"
import { Heatmap, limitLabels } from "../../cnnviz/view/draw/heatmap.js"
import { rgbaBytes } from "../../cnnviz/view/draw/pixels.js"
import { largestOfPixels, layout } from "../../cnnviz/view/model/layout/image_layout.js"
import { faceOf, faceOfColumn } from "../../cnnviz/view/model/numbers/array_faces.js"
import { colour } from "../../cnnviz/view/model/numbers/colour.js"

const FACES = [
  ["map", [3, 4, 5], "maps", 2],
  ["map", [2, 3, 3], "strip", 1],
  ["filters", [5, 3, 3, 3], "filters", 3],
  ["weights", [1, 4, 5, 2], "weights", 1],
  ["weights", [2, 4, 5, 9], "weights", 1],
  ["row", [7], "strip", 1],
].map(([kind, shape, column, across]) => [faceOf({ kind, shape }, column, 3), across])
FACES.push([faceOfColumn({ rows: 6, columns: 4, layers: 1 }), 1], [faceOfColumn({ rows: 6, columns: 4, layers: 3 }), 1])

test("a point within a cell selects that cell, and the cell's box contains the point", () => {
  for (const [face, across] of FACES) {
    const at = layout(face, { width: 211, height: 167, across, places: across * 2 })
    for (let n = 0; n < face.tiles; n++) {
      for (let i = 0; i < face.rows; i++) {
        for (let j = 0; j < face.columns; j++) {
          const cell = face.at(n, i, j)
          if (!cell) continue
          const { x, y, width, height } = at.boxOf(cell)
          for (const [right, down] of [
            [0.01, 0.01],
            [0.5, 0.5],
            [0.99, 0.99],
          ])
            assert.deepEqual(at.cellAt(x + right * width, y + down * height), cell)
        }
      }
    }
  }
})

test("tiles do not overlap and lie within the map; a point outside selects the nearest cell", () => {
  for (const [face, across] of FACES) {
    const at = layout(face, { width: 300, height: 200, across })
    const boxes = Array.from({ length: face.tiles }, (_, n) => at.tile(n))
    for (const { x, y, width, height } of boxes) {
      assert.ok(x >= 0 && y >= 0 && x + width <= 300 + 1e-9 && y + height <= 200 + 1e-9)
    }
    boxes.forEach((a, n) => {
      for (const b of boxes.slice(n + 1))
        assert.ok(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y)
    })
    assert.deepEqual(at.cellAt(-5, -5), face.at(0, 0, 0))
    assert.ok(at.cellAt(999, 999).every((index) => index >= 0))
  }
})

test("the ends of a scale are short, and a symmetric scale says ± once", () => {
  assert.deepEqual(limitLabels([-0.25, 0.25], "signed"), ["", "±0.25"])
  assert.deepEqual(limitLabels([-1, 1], "signed"), ["", "±1"])
  assert.deepEqual(limitLabels([0, 255], "pixel"), ["0", "255"])
  assert.deepEqual(limitLabels([-0.5, 2], "signed"), ["−0.50", "2"])
})

test("a pixel has its cell's colour, and a pixel without a cell is transparent", () => {
  const bytes = rgbaBytes(2, 2, (i, j) => (i === 1 && j === 0 ? null : [10 * i, 20 * j, 30]))
  assert.deepEqual([...bytes], [0, 0, 30, 255, 0, 20, 30, 255, 0, 0, 0, 0, 10, 20, 30, 255])
})

test("a pixel of several cells has the entry of largest size, and each cell is in one pixel", () => {
  const face = faceOfColumn({ rows: 5, columns: 7, layers: 1 })
  const values = Float64Array.from({ length: 35 }, (_, n) => (n % 2 ? -n : n))
  const found = (of) => Array.from(largestOfPixels(of, face, 0, 2, 3), (at) => of[at])
  assert.deepEqual(found(values), [8, 10, -13, -29, -31, 34])
  for (let n = 0; n < 35; n++) {
    const alone = Float64Array.from({ length: 35 }, (_, at) => (at === n ? 1 : 0))
    assert.deepEqual(found(alone).sort(), [0, 0, 0, 0, 0, 1])
  }
})

test("contiguous cells give the same result as single cells", () => {
  let running = 0
  for (const [face] of FACES) {
    const values = Float64Array.from({ length: 400 }, (_, n) => Math.sin(n * n))
    for (const [rows, columns] of [
      [face.rows, face.columns],
      [2, 2],
    ]) // a pixel for each cell, and for several
      for (let n = 0; n < face.tiles; n++)
        assert.deepEqual(
          largestOfPixels(values, face, n, rows, columns),
          largestOfPixels(values, { ...face, runs: false }, n, rows, columns),
        )
    running += face.runs ? 1 : 0
  }
  assert.equal(running, 2)
})

test("all tiles of a map are painted as one picture, and each is clipped if its numbers are printed", () => {
  const made = []
  class Canvas {
    constructor(width, height) {
      Object.assign(this, { width, height })
      made.push(this)
    }
    createImageData = (width, height) => ({ data: new Uint8ClampedArray(4 * width * height) })
    putImageData = ({ data }) => Object.assign(this, { data })
    getContext = () => this
  }
  Object.assign(globalThis, { OffscreenCanvas: Canvas, devicePixelRatio: 1 })
  const cut = []
  const context = { setTransform() {}, clearRect() {}, drawImage: (_, ...places) => cut.push(places) }
  const map = new Heatmap({ getContext: () => context, closest: () => null, dataset: {} })
  const face = faceOf({ kind: "map", shape: [5, 2, 4] }, "maps", 3)
  const values = Float64Array.from({ length: 40 }, (_, n) => n)
  Object.assign(map, { face, values, limits: [0, 40], scale: "activation", across: 3, size: [60, 60] })
  map.draw()
  map.invalidate()
  map.draw()
  assert.deepEqual([made.length, made[0].width, made[0].height], [1, 12, 4])
  cut.slice(0, face.tiles).forEach(([left, top, width, height], n) => {
    assert.deepEqual([width, height], [4, 2])
    for (const [i, j] of [
      [0, 0],
      [1, 3],
    ]) {
      const at = 4 * ((top + i) * made[0].width + left + j)
      assert.deepEqual(
        [...made[0].data.slice(at, at + 3)],
        [...rgbaBytes(1, 1, () => colour(values[face.offset(n, i, j)], map.limits, map.scale)).slice(0, 3)],
      )
    }
  })
})
