// The charts on canvases and as SVG: every line and dot that they are given is drawn, in its colour, through its points.

import assert from "node:assert/strict"
import { test } from "node:test"
import { reportChart } from "../../cnnviz/pages/train/report_chart.js"
import { paintRuns } from "../../cnnviz/pages/train/sweep_chart.js"
import { scaleOf } from "../../cnnviz/pages/train/sweep_model.js"
import { paintRates } from "../../cnnviz/rooms/rate_chart.js"
import { chart } from "../../cnnviz/view/draw/chart.js"
import { LINE_COLOURS } from "../../cnnviz/view/spec.js"

globalThis.devicePixelRatio = 1
globalThis.getComputedStyle = () => ({
  getPropertyValue: (name) => name,
  color: "ink",
  outlineColor: "accent",
  fontFamily: "Inter",
})

/** A canvas that keeps the lines that are stroked, the discs that are filled, and the texts. */
function recording() {
  const drawn = { lines: [], discs: [], texts: [] }
  let [points, arc, dash] = [[], null, []]
  const context = {
    measureText: (text) => ({ width: 7 * text.length }),
    beginPath: () => {
      points = []
      arc = null
    },
    moveTo: (x, y) => points.push([x, y, "move"]),
    lineTo: (x, y) => points.push([x, y, "line"]),
    arc: (x, y) => {
      arc = [x, y]
    },
    setLineDash: (segments) => {
      dash = segments
    },
    stroke: () => points.length && drawn.lines.push({ points, colour: context.strokeStyle, dashed: dash.length > 0 }),
    fill: () => arc && drawn.discs.push(arc),
    save: () => {},
    restore: () => {},
    fillText: (text) => drawn.texts.push(text),
    fillRect: () => {},
    strokeText: () => {},
    setTransform: () => {},
  }
  return { drawn, canvas: { clientWidth: 600, clientHeight: 200, style: {}, getContext: () => context } }
}

const series = [
  { label: "cat", values: [0.1, 0.4, 0.9], hue: 0, dashed: false },
  { label: "dog", values: [0.9, null, 0.1], hue: 1, dashed: true },
  { label: "frog", values: [0.5, 0.5, 0.5], hue: 2, dashed: false },
]

test("every line of a chart is drawn through its values in its colour, with a sample before its name", () => {
  const { canvas, drawn } = recording()
  const plot = chart(canvas, { x: [0, 1, 2], series }, {})
  const [through, samples] = [drawn.lines.slice(0, 3), drawn.lines.slice(3)]
  for (const [n, { label, values, hue, dashed }] of series.entries()) {
    const points = values.map((value, k) => [plot.at(k), value === null ? null : plot.up(value)])
    assert.deepEqual(
      through[n].points.map(([x, y]) => [x, y]),
      points.filter(([, y]) => y !== null),
      label,
    )
    assert.deepEqual([through[n].colour, through[n].dashed], [LINE_COLOURS[hue], dashed])
    assert.ok(samples.some((sample) => sample.colour === LINE_COLOURS[hue] && sample.dashed === dashed))
    assert.ok(drawn.texts.includes(label))
  }
  assert.deepEqual(
    through[1].points.map(([, , how]) => how),
    ["move", "move"],
  ) // no line over a gap
  assert.equal(samples.length, 3)
})

test("a chart of a training has a line and a disc for each curve, and one for guessing", () => {
  const curves = ["learned", "held out", "other"].map((name, n) => ({ name, values: [0.1, 0.2 + 0.1 * n], main: !n }))
  const svg = reportChart({ x: [0, 1], epochs: 2, curves, at: 1, percent: true, guessing: 0.5, active: false })
  assert.deepEqual(
    [svg.match(/<polyline/g).length, svg.match(/<circle/g).length, svg.match(/class="guess"/g).length],
    [3, 3, 1],
  )
  for (const { name } of curves) assert.ok(svg.includes(name))
})

const [starts, ends] = [
  [0.8, 0.8, 0.8],
  [0.4, 0.1, 0.2],
]
const runs = {
  key: "lr",
  n: 2,
  values: ["0.1", "0.5", "1"],
  last: ends,
  scale: scaleOf([...starts, ...ends]),
  shown: [0, 1, 2],
  curve: (run) => [starts[run], 0.5, ends[run]],
}

test("each shown run has a curve, and every run a dot", () => {
  const { canvas, drawn } = recording()
  const { x, y } = paintRuns(canvas, runs, {})
  assert.deepEqual(
    drawn.lines.map(({ points }) => points.length),
    [3, 3, 3],
  )
  const heights = drawn.lines.map(({ points }) => points.at(-1)[1])
  assert.ok(heights[0] < heights[2] && heights[2] < heights[1], "each ends at its last loss")
  assert.deepEqual(
    drawn.discs,
    [...x].map((at, run) => [at, y[run]]),
  )
})

test("each run of an audience has a dot at its learning rate, and the first loss a line", () => {
  const { canvas, drawn } = recording()
  const { x, y } = paintRates(canvas, { ...runs, rates: [0.1, 1] }, {})
  assert.deepEqual(
    drawn.discs,
    [...x].map((at, run) => [at, y[run]]),
  )
  assert.ok(x[0] < x[1] && x[1] < x[2])
  assert.deepEqual(
    drawn.lines.map(({ points, dashed }) => [points.length, dashed]),
    [[2, true]],
  )
})

for (const count of [1, 3, 30, 300])
  test(`${count} learning rates lie on a sorted axis of powers of ten, and diverged runs on a shelf`, () => {
    const { canvas, drawn } = recording()
    const rates = [0.001, 0.01, 0.1, 1, 10]
    const values = Array.from({ length: count }, (_, n) => 10 ** ((((n * 7) % count) / count) * 4 - 3)) // not in order
    const last = values.map((rate) => (rate < 1 ? 0.2 / (1 + rate) : rate < 3 ? 40 : Number.NaN))
    const all = { key: "lr", n: 2, values, last, shown: [0], scale: scaleOf([1]), curve: () => [0.8], rates }
    const { x, y } = paintRates(canvas, all, { own: count - 1, best: 0 })
    const order = values.map((_, n) => n).sort((a, b) => values[a] - values[b])
    assert.ok(order.every((run, n) => !n || x[run] > x[order[n - 1]]))
    assert.ok(x.every((at) => at >= 0 && at <= canvas.clientWidth) && drawn.discs.length === count)
    const [shelf, others] = [true, false].map((above) => y.filter((_, run) => values[run] >= 1 === above))
    assert.ok(new Set(shelf).size <= 1 && others.every((at) => at > Math.max(0, ...shelf)))
    assert.deepEqual(drawn.texts.filter((text) => rates.includes(Number(text))).slice(-5), [
      "0.001",
      "0.01",
      "0.1",
      "1",
      "10",
    ])
    assert.equal(drawn.texts.filter((text) => text === "you").length, 1)
  })
