// Charts of a training: positions of values, and the pointed one.

import assert from "node:assert/strict"
import { test } from "node:test"
import { niceEnd, pointedAt, reportChart } from "../../cnnviz/pages/train/report_chart.js"

const x = [0, 1, 2, 3, 4]
const chart = {
  x,
  epochs: 8,
  curves: [
    { name: "learned", values: [0.5, 0.6, 0.7, 0.8, 0.9], main: false },
    { name: "<held>", values: [0.5, 0.5, Number.NaN, 0.7, 0.75], main: true },
  ],
  at: 4,
  percent: true,
  guessing: 0.25,
}

/** @param {string} svg */
const lines = (svg) =>
  [...svg.matchAll(/points="([^"]*)"/g)].map(([, points]) =>
    points.split(" ").map((point) => point.split(",").map(Number)),
  )

test("a value's position is given by its size and epoch; NaN is left out", () => {
  const [learned, held] = lines(reportChart(chart))
  assert.equal(learned.length, 5)
  assert.equal(held.length, 4)
  const [first, , , , last] = learned
  const [zero, full] = [196, 10] // the axis, from 0 to 100 %
  assert.ok(Math.abs(first[1] - (zero + full) / 2) < 0.1)
  assert.ok(Math.abs(last[1] - (zero - 0.9 * (zero - full))) < 0.1)
  assert.ok(Math.abs(last[0] - (48 + 308) / 2) < 0.1, "half of the epochs are half of the way")
  assert.ok(reportChart(chart).includes("&lt;held&gt;"))
})

test("before the first report there is a frame and no line", () => {
  const empty = { ...chart, x: [], at: -1, curves: chart.curves.map((curve) => ({ ...curve, values: [] })) }
  assert.deepEqual(lines(reportChart(empty)), [])
  const first = chart.curves.map((curve) => ({ ...curve, values: [0.5] }))
  for (const none of [
    empty,
    { ...chart, x: [0], at: -1, curves: first },
    { ...chart, curves: [chart.curves[1]], at: 2 },
  ]) // no crowd yet, and no number
    assert.ok(!reportChart(none).includes("NaN"))
})

test("the selected epoch is the nearest one", () => {
  assert.equal(pointedAt(x, 8, 0), 0)
  assert.equal(pointedAt(x, 8, 1), 4)
  assert.equal(pointedAt(x, 8, (48 + (308 - 48) * (2.2 / 8)) / 320), 2)
})

test("an axis ends a little above what it shows", () => {
  for (const most of [0.003, 0.72, 1, 1.3, 2.31, 7, 99, 12345]) {
    const end = niceEnd(most)
    assert.ok(end >= most * 0.999 && end <= 1.7 * most, `${most} on an axis to ${end}`)
  }
  assert.equal(niceEnd(0), 1)
  assert.equal(niceEnd(Number.POSITIVE_INFINITY), 1)
})
