// How arrays lie on the screen, where that is not tested with whole networks.

import assert from "node:assert/strict"
import { test } from "node:test"
import { singleIndex } from "../../cnnviz/view/model/explain/cell_links.js"
import { faceOfImages, filters } from "../../cnnviz/view/model/numbers/array_faces.js"

test("with several images, a cell is in its channel's row under the shown image, and is found there", () => {
  for (const [whole, shape] of [
    [
      [2, 30, 28],
      [4, 2, 15, 14],
    ],
    [
      [3, 5, 5],
      [2, 3, 5, 5],
    ],
    [[300], [4, 1, 16, 1]],
  ]) {
    const [images, channels] = shape
    const shown = images - 1
    const face = faceOfImages(whole, shape, shown)
    assert.equal(face.tiles, images * channels)
    for (const cell of [whole.map(() => 0), whole.map((n) => n >> 1), whole.map((n) => n - 1)]) {
      const [{ tile, top, left }] = face.boxes(cell.map(singleIndex))
      assert.equal(tile, (whole.length === 3 ? cell[0] : 0) * images + shown)
      assert.deepEqual(
        face.boxes(face.at(tile, top, left).map(singleIndex)),
        face.boxes(cell.map(singleIndex)),
        `${cell}`,
      )
    }
    const places = Array.from({ length: face.tiles }, (_, tile) => face.offset(tile, 0, 0))
    assert.equal(new Set(places).size, face.tiles)
    assert.equal(
      face.offset(images * channels - 1, shape[2] - 1, shape[3] - 1),
      shape.reduce((all, n) => all * n, 1) - 1,
    )
  }
})

test("kernels of two filters may have a larger gap than kernels of one, and each number is found at its position", () => {
  for (const kernels of [1, 2, 3, 6]) {
    const shape = [4, kernels, 3, 3]
    const [close, apart] = [filters(shape), filters(shape, 2)]
    const more = kernels > 1 ? 2 : 0
    assert.deepEqual([apart.rows, apart.columns], [close.rows + more, close.columns + more])
    const found = []
    for (let tile = 0; tile < 4; tile++)
      for (let i = 0; i < apart.rows; i++)
        for (let j = 0; j < apart.columns; j++) {
          const place = apart.offset(tile, i, j)
          if (place >= 0) found.push(place)
          assert.equal(place, i < close.rows && j < close.columns ? close.offset(tile, i, j) : -1)
        }
    assert.deepEqual(
      found.sort((a, b) => a - b),
      Array.from({ length: 4 * kernels * 9 }, (_, n) => n),
    )
  }
})
