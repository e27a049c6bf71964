import assert from "node:assert/strict"
import { test } from "node:test"
import { figureOf } from "../../cnnviz/view/draw/plotly_figure.js"
import { lossChart, sameAcross } from "../../cnnviz/view/model/layout/large_chart.js"
import { nearestIndex } from "../../cnnviz/view/model/numbers/extremes.js"

const LOOK = { ink: "#111", line: "#ccc", paper: "#fff", points: ".,", times: 1 }
const line = (label, values, dashed = false, hue = 0) => ({ label, values, dashed, hue })
const chart = (title, x, series, more = {}) => ({
  title,
  x,
  series,
  xTitle: "updates",
  yTitle: title,
  log: false,
  logY: false,
  cursor: null,
  ...more,
})

test("charts share one x axis below each other, and a second version is dashed in the same colour", () => {
  const two = chart("A", [0, 1], [line("p", [1, 2]), line("q", [3, 4], true)], { cursor: 1 })
  const one = chart("B", [0, 1], [line("r", [5, 6])], { logY: true })
  const { data, layout } = figureOf([two, one], LOOK)
  assert.deepEqual(
    data.map(({ name, line, yaxis, y }) => [name, line.dash, yaxis, y]),
    [
      ["p", "solid", "y", [1, 2]],
      ["q", "dash", "y", [3, 4]],
      ["r", "solid", "y2", [5, 6]],
    ],
  )
  assert.equal(data[0].line.color, data[1].line.color)
  assert.equal(layout.yaxis2.type, "log")
  assert.deepEqual([layout.yaxis2.dtick, layout.yaxis.dtick], [1, undefined]) // a small one has powers of ten alone
  assert.deepEqual(
    layout.annotations.map(({ yshift }) => yshift),
    [24, 0],
  ) // the names of the lines stand under the title, beside which a phone has no room
  assert.equal(figureOf([one], LOOK).layout.annotations[0].yshift, 0)
  assert.ok(layout.yaxis2.domain[1] < layout.yaxis.domain[0])
  assert.equal(layout.shapes[0].x0, 1)
  assert.equal(layout.separators, ".,")
})

test("the loss has one point per update, and no axis starts below zero", () => {
  const losses = lossChart(new Float32Array([0.5, 0.25, 0.125]))
  const { data, layout } = figureOf([losses], LOOK)
  assert.deepEqual(
    [data[0].x, data[0].y],
    [
      [0, 1, 2],
      [0.5, 0.25, 0.125],
    ],
  )
  assert.deepEqual([layout.yaxis.domain, layout.shapes], [[0, 1], []])
  const start = figureOf([lossChart([0.5])], LOOK).layout
  assert.deepEqual([start.xaxis.rangemode, start.yaxis.rangemode], ["nonnegative", "tozero"])
})

test("if many lines show values, the small charts show none", () => {
  const many = chart(
    "A",
    [0],
    Array.from({ length: 15 }, (_, n) => line(String(n), [n])),
  )
  const more = chart(
    "B",
    [0],
    Array.from({ length: 4 }, (_, n) => line(String(n), [n])),
  )
  const silent = figureOf([many, more], LOOK).data.map(({ hoverinfo }) => hoverinfo === "skip")
  assert.deepEqual([silent.filter(Boolean).length, silent.slice(15)], [4, [true, true, true, true]])
})

test("only charts over the same x are stacked, and the pointer selects the nearest value", () => {
  assert.ok(sameAcross(chart("A", [0, 1], []), chart("B", new Float32Array([0, 1]), [])))
  assert.ok(!sameAcross(chart("A", [0, 1], []), chart("B", [0, 2], [])))
  assert.equal(
    nearestIndex([0, 10, 20], (value) => Math.abs(value - 14)),
    1,
  )
})
