// The photographs: their layouts and flights, the shown epoch, and its words.

import assert from "node:assert/strict"
import { test } from "node:test"
import { answerCounts } from "../../cnnviz/pages/train/confusion.js"
import { formatCertainty, wordsOf } from "../../cnnviz/pages/train/test_images_card.js"
import * as flights from "../../cnnviz/pages/train/test_images_flight.js"
import * as layouts from "../../cnnviz/pages/train/test_images_layout.js"
import * as states from "../../cnnviz/pages/train/test_images_state.js"
import * as words from "../../cnnviz/pages/train/test_images_words.js"
import { largestIndex } from "../../cnnviz/view/model/numbers/extremes.js"

/** Numbers from 0 to 1, the same each time. @param {number} seed */
function random(seed) {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32
    return state / 2 ** 32
  }
}

/** Outputs of a softmax, of `count` images: the larger `heat`, the surer. @param {number} count @param {number} classes @param {number} heat */
function testImagesOf(count, classes, heat, seed = 1) {
  const next = random(seed)
  const o = new Float64Array(count * classes)
  for (let i = 0; i < count; i++) {
    const e = Array.from({ length: classes }, () => Math.exp(heat * next()))
    const sum = e.reduce((a, b) => a + b)
    for (let n = 0; n < classes; n++) o[i * classes + n] = e[n] / sum
  }
  return { o, classes }
}

const DRAWS = [
  [60, 2, 4],
  [120, 4, 6],
  [300, 10, 3],
  [300, 10, 40],
  [300, 2, 200],
  [1, 3, 1],
].flatMap(([count, classes, heat]) => [808, 358].map((width) => ({ count, classes, heat, width })))

/** The height that the page gives a layout: all that is free, or on a phone what its columns need. @param {number} width @param {number} classes */
const heightOf = (width, classes) => (width > layouts.PHONE ? 580 : 300 * Math.ceil(classes / 2))

/** Whether two photographs of a layout cover each other. @param {import("../../cnnviz/pages/train/test_images_layout.js").Layout} layout @param {number} i @param {number} j */
const overlap = ({ x, y, size }, i, j) => Math.abs(x[i] - x[j]) < size - 1e-9 && Math.abs(y[i] - y[j]) < size - 1e-9

for (const { count, classes, heat, width } of DRAWS)
  test(`${count} photographs of ${classes} classes stand in the columns of their answers, on ${width} pixels (heat ${heat})`, () => {
    const crowd = testImagesOf(count, classes, heat)
    const labels = Array.from({ length: count }, (_, i) => i % classes)
    const frame = { width, height: heightOf(width, classes), classes }
    const layout = layouts.columnLayout(crowd, labels, frame)
    const { size, x, y, columns, order } = layout
    const sure = columns.map((n, i) => crowd.o[i * classes + n])
    columns.forEach((n, i) => {
      assert.equal(n, largestIndex(crowd.o.subarray(i * classes, (i + 1) * classes)))
      const box = layouts.columnBox(frame, n)
      assert.ok(x[i] >= box.x - 1e-9 && x[i] + size <= box.x + box.width + 1e-9, "in its column")
      assert.ok(y[i] >= box.y - 1e-9 && y[i] + size <= box.y + box.height + 1e-9, "above its caption")
      for (let j = 0; j < i; j++) assert.ok(!overlap(layout, i, j) || size <= 8, "none hides another")
      assert.equal(layouts.imageAt(layout, x[i] + size / 2, y[i] + size - 0.2) >= 0, true)
    })
    const [right, wrong] = [true, false].map((is) =>
      [...columns.keys()].filter((i) => (columns[i] === labels[i]) === is),
    )
    for (const i of right)
      for (const j of wrong) if (columns[i] === columns[j]) assert.ok(y[i] >= y[j], "right ones are below")
    for (const i of right)
      for (const j of right)
        if (columns[i] === columns[j] && sure[i] > sure[j]) assert.ok(y[i] >= y[j], "the surest are lowest")
    for (const i of wrong)
      for (const j of wrong)
        if (columns[i] === columns[j] && sure[i] > sure[j]) assert.ok(y[i] <= y[j], "the surest are highest")
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      [...columns.keys()],
    )
    assert.equal(layouts.imageAt(layout, -5, -5), -1)
  })

test("columns are in pairs on a phone, and side by side on a wide screen", () => {
  const of = (/** @type {number} */ width, /** @type {number} */ classes) =>
    layouts.columnGrid({ width, height: 600, classes }).beside
  assert.deepEqual([of(808, 4), of(808, 10), of(358, 4), of(358, 10)], [4, 10, 2, 2])
})

test("the four classes of the default have four photographs of 44 pixels in a row", () => {
  const { size, x } = layouts.columnLayout(testImagesOf(120, 4, 6), new Array(120).fill(0), {
    width: 808,
    height: 580,
    classes: 4,
  })
  assert.equal(size, 44)
  assert.ok([...x].every((left) => (left % 208) % 46 < 1e-9))
})

for (const [count, width, height] of [
  [120, 808, 580],
  [300, 808, 580],
  [120, 358, 350],
  [1, 358, 350],
])
  test(`a heap of ${count} photographs lies within ${width}×${height} pixels, turned by at most 16°, with its classes mixed`, () => {
    const labels = Array.from({ length: count }, (_, i) => Math.floor((4 * i) / count))
    const { size, x, y, turn } = layouts.heapLayout(labels, { width, height, classes: 4 })
    const reach = (size / 2) * Math.SQRT2
    for (let i = 0; i < count; i++) {
      const [centre, middle] = [x[i] + size / 2, y[i] + size / 2]
      assert.ok(centre - reach > -0.02 * width && centre + reach < 1.02 * width)
      assert.ok(middle - reach > -0.02 * height && middle + reach < 1.02 * height)
      assert.ok(Math.abs(turn[i]) <= (16 * Math.PI) / 180)
    }
    if (count < 2) return
    assert.ok(Math.max(...turn) - Math.min(...turn) > 0.5)
    for (const label of [0, 1, 2, 3]) {
      const own = labels.flatMap((other, i) => (other === label ? [x[i] + size / 2] : []))
      const mean = own.reduce((sum, left) => sum + left, 0) / own.length
      assert.ok(Math.abs(mean - width / 2) < width / 10, "no class lies on one side")
    }
  })

test("a turned photograph is found where it is drawn", () => {
  const layout = {
    size: 40,
    x: Float64Array.of(0),
    y: Float64Array.of(0),
    turn: Float64Array.of(Math.PI / 4),
    order: [0],
    columns: [0],
  }
  assert.equal(layouts.imageAt(layout, 20, -5), 0)
  assert.equal(layouts.imageAt(layout, 2, 2), -1)
})

for (const { count, classes, heat, width } of DRAWS)
  test(`${count} photographs of ${classes} classes lie in the cells of the matrix, on ${width} pixels (heat ${heat})`, () => {
    const crowd = testImagesOf(count, classes, heat)
    const labels = Array.from({ length: count }, (_, i) => i % classes)
    const frame = { width, height: width > layouts.PHONE ? 580 : Number.POSITIVE_INFINITY, classes }
    const { size, x, y, columns } = layouts.matrixLayout(crowd, labels, frame)
    columns.forEach((answer, i) => {
      const box = layouts.cellBox(frame, labels[i], answer)
      assert.ok(
        x[i] >= box.x
          && x[i] + size <= box.x + box.width + 1e-9
          && y[i] >= box.y
          && y[i] + size <= box.y + box.height + 1e-9,
      )
    })
    const last = layouts.cellBox(frame, classes - 1, classes - 1)
    assert.ok(last.x + last.width <= width + 1e-9 && last.y + last.height <= frame.height)
  })

test("photographs that move start 4 ms apart and fly for 500 ms; the others stay", () => {
  const labels = Array.from({ length: 30 }, (_, i) => i % 3)
  const frame = { width: 808, height: 580, classes: 3 }
  const [first, second] = [1, 2].map((seed) => layouts.columnLayout(testImagesOf(30, 3, 5, seed), labels, frame))
  const pose = flights.finalPose(layouts.heapLayout(labels, frame))
  const flight = flights.planFlight(pose, first)
  assert.deepEqual(
    [...flight.starts].sort((a, b) => a - b),
    range(30).map((n) => 4 * n),
  )
  assert.equal(flight.duration, 500 + 4 * 29)
  flights.writePose(flight, 0, pose)
  assert.deepEqual([...pose.x], [...flight.from.x])
  const [front] = first.order
  flights.writePose(flight, 250, pose)
  assert.ok(
    Math.abs(pose.x[front] - (flight.from.x[front] + first.x[front]) / 2) < 1e-9,
    "half the way in half the time",
  )
  flights.writePose(flight, flight.duration, pose)
  for (const name of /** @type {const} */ (["x", "y", "turn"])) assert.deepEqual([...pose[name]], [...first[name]])
  const next = flights.planFlight(pose, second)
  const still = range(30).filter((i) => first.x[i] === second.x[i] && first.y[i] === second.y[i])
  const size = first.size === second.size ? 30 - still.length : 30
  assert.equal(next.duration, 500 + 4 * (size - 1))
  assert.equal(flights.planFlight(pose, first).duration, 0)
  assert.deepEqual(
    [flights.hasStarted(flight, front, 1), flights.hasStarted(flight, first.order[29], 1)],
    [true, false],
  )
})

test("an arrow key selects the nearest photograph in its direction, and every photograph can be reached", () => {
  const frame = { width: 808, height: 580, classes: 4 }
  const labels = new Array(120).fill(1)
  const crowd = testImagesOf(120, 4, 6)
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
  for (const layout of [
    layouts.columnLayout(crowd, labels, frame),
    layouts.heapLayout(labels, frame),
    layouts.matrixLayout(crowd, labels, frame),
  ]) {
    const reached = new Set([0])
    for (const i of reached)
      for (const [key, [dx, dy]] of Object.entries(way)) {
        const next = layouts.neighbour(layout, i, key)
        if (next !== i) assert.ok((layout.x[next] - layout.x[i]) * dx + (layout.y[next] - layout.y[i]) * dy > 0)
        reached.add(next)
      }
    assert.equal(reached.size, 120)
  }
})

/** A report of a training of 3 classes and 4 images, as it comes from the server. @param {number[]} epochs @param {number[]} sent */
function reportOf(epochs, sent, more = {}) {
  const array = (/** @type {number[]} */ values, /** @type {number[]} */ ...shape) => ({
    values: Float64Array.from(values),
    shape,
  })
  const o = sent.flatMap((epoch) => [...testImagesOf(4, 3, epoch, 7 + epoch).o])
  return /** @type {any} */ ({
    job: "a",
    active: true,
    kind: "running",
    names: ["cat", "dog", "frog"],
    epochs: 12,
    held: 4,
    shown: 4,
    of_each: 1,
    floor: 1 / 3,
    learn: [10, 10, 10],
    guessing: 1 / 3,
    warning: "",
    state: "under way",
    ids: ["c0", "d0", "f0", "f1"],
    mixed: sent.map(String),
    verdicts: epochs.map((epoch) => `verdict ${epoch}.`),
    arrays: {
      at: array(epochs, epochs.length),
      low: array(
        epochs.map(() => 0.25),
        epochs.length,
      ),
      high: array(
        epochs.map(() => 0.75),
        epochs.length,
      ),
      labels: array([0, 1, 2, 2], 4),
      crowd_at: array(sent, sent.length),
      o: array(o, sent.length, 4, 3),
      confusion: array(
        sent.flatMap(() => [1, 0, 0, 0, 1, 0, 1, 0, 1]),
        sent.length,
        3,
        3,
      ),
    },
    ...more,
  })
}

const range = (/** @type {number} */ n) => Array.from({ length: n }, (_, i) => i)

test("epochs that arrive in parts are all known in the end, except thinned ones", () => {
  let state = states.EMPTY
  for (let last = 0; last <= 12; last++)
    state = states.mergeReport(state, reportOf(range(last + 1), range(last + 1).slice(-3)))
  assert.deepEqual(states.shownEpochs(state), range(13))
  for (const [epoch, { o }] of state.crowds) assert.deepEqual(o, testImagesOf(4, 3, epoch, 7 + epoch).o)
  state = states.mergeReport(state, reportOf([0, 2, 4, 6, 8, 10, 12], [12]))
  assert.deepEqual(states.shownEpochs(state), [0, 2, 4, 6, 8, 10, 12])
  assert.deepEqual(states.shownEpochs(states.mergeReport(state, reportOf([0], [0], { job: "b" }))), [0])
})

test("a page that watches a training shows epoch by epoch, faster if many are pending; a later page shows the end", () => {
  let state = states.mergeReport(states.EMPTY, reportOf([0, 1], [0, 1]))
  assert.equal(state.at, -1)
  const walked = []
  for (let next = states.nextEpoch(state); next !== null; next = states.nextEpoch(state)) {
    walked.push(next)
    state = { ...state, at: next }
  }
  assert.deepEqual(walked, [0, 1])
  const far = states.mergeReport(state, reportOf(range(200), range(200).slice(2)))
  assert.equal(states.nextEpoch(far), 1 + 33)
  assert.equal(states.mergeReport(states.EMPTY, reportOf(range(5), range(5), { active: false })).at, 4)
  const asked = states.mergeReport(states.BEGUN, reportOf(range(5), range(5), { active: false }))
  assert.deepEqual([asked.at, states.nextEpoch(asked)], [-1, 0])
})

test("after scrubbing back, the epoch stays until playback or the end", () => {
  const state = { ...states.mergeReport(states.EMPTY, reportOf([0, 4, 8], [0, 4, 8])), at: 8 }
  const back = states.seekEpoch(state, 3)
  assert.deepEqual([back.at, states.nextEpoch(back)], [4, null])
  const more = states.mergeReport(back, reportOf([0, 4, 8, 12], [12]))
  assert.deepEqual([more.at, states.nextEpoch(more)], [4, null])
  assert.equal(states.nextEpoch(states.togglePlaying(more)), 8)
  assert.equal(states.nextEpoch(states.togglePlaying(states.togglePlaying(more))), null)
  assert.equal(states.togglePlaying({ ...more, at: 12 }).at, 0)
  assert.equal(states.nextEpoch(states.mergeReport(states.seekEpoch(state, 99), reportOf([0, 4, 8, 12], [12]))), 12)
})

test("a chosen cell highlights its photographs, and choosing it again highlights all", () => {
  const state = { ...states.mergeReport(states.EMPTY, reportOf([0], [0])), at: 0 }
  const labels = [0, 1, 2, 2]
  const columns = [0, 1, 0, 2]
  const cell = states.toggleCell(state, { row: 2, column: 0 })
  assert.deepEqual(states.inCell({ row: 2, column: 0 }, labels, columns), [2])
  assert.equal(states.toggleCell(cell, { row: 2, column: 0 }).cell, null)
  assert.deepEqual(states.toggleCell(cell, { row: 0, column: 0 }).cell, { row: 0, column: 0 })
  assert.equal(states.toggleMatrix(cell, false).cell, null)
})

test("the matrix opens at the cell with the most errors, with its most certain photograph", () => {
  const o = Float64Array.from([0.9, 0.1, 0.6, 0.4, 0.8, 0.2, 0.3, 0.7])
  const crowd = { o, classes: 2, confusion: Float64Array.from([1, 0, 2, 1]), mixed: "" }
  assert.deepEqual(states.worstCell(crowd), { row: 1, column: 0 })
  assert.equal(states.surestIn(crowd, { row: 1, column: 0 }, [0, 1, 1, 1]), 2)
  assert.equal(states.surestIn(crowd, { row: 0, column: 1 }, [0, 1, 1, 1]), -1)
  assert.equal(states.worstCell({ ...crowd, confusion: Float64Array.from([3, 0, 0, 1]) }), null)
})

test("a heap becomes columns at the end of the first epoch, or a matrix if selected", () => {
  const state = states.mergeReport(states.EMPTY, reportOf([0, 1], [0, 1]))
  assert.deepEqual(
    [-1, 0, 1].map((at) => states.arrangement({ ...state, at })),
    ["heap", "heap", "columns"],
  )
  assert.equal(states.arrangement({ ...state, at: 1, matrix: true }), "matrix")
})

test("the words describe the shown epoch", () => {
  const report = reportOf([0, 6, 12], [0, 6, 12], { active: false, kind: "done" })
  const state = states.mergeReport(states.EMPTY, report)
  assert.equal(words.title(report, state), "After 12 epochs it names 3 of 4 right")
  assert.equal(
    words.title(
      report,
      states.seekEpoch({ ...state, crowds: new Map([...state.crowds, [1, state.crowds.get(6)]]) }, 1),
    ),
    "After 1 epoch it names 3 of 4 right",
  )
  assert.deepEqual(words.accuracies(report, state), { first: 0.75, now: 0.75 })
  assert.equal(words.accuracyLines(report, state).small, "On other images, expect 25% to 75%. verdict 12.")
  assert.equal(words.note(report, state), "")
  assert.match(words.reliability(report, state), /Wilson's 95% interval for 4 images, after the last epoch/)
  const first = states.seekEpoch(state, 0)
  assert.match(
    words.note(report, states.seekEpoch(state, 6)),
    /for 4 images; too optimistic if you stop at the best epoch/,
  )
  assert.equal(words.note(report, first), "") // no interval stands above
  assert.deepEqual(words.accuracies(report, first), { first: null, now: 0.75 })
  assert.deepEqual(words.accuracyLines(report, first), {
    large: "3 of 4 named right, before it has learned anything.",
    soft: "Guessing gives 33%.",
    small: "It learns from 30 other images.",
  })
  const before = { ...state, at: -1 }
  assert.equal(words.accuracies(report, before), null)
  assert.equal(words.title(report, before), "Can it learn to tell cat, dog and frog apart?")
  assert.equal(words.title({ ...report, names: [..."abcde"] }, before), "Can it learn to tell 5 classes apart?")
  assert.equal(words.note({ ...report, warning: "stuck" }, state), "stuck")
  assert.equal(words.note({ ...report, active: true }, state), "under way")
  assert.match(
    words.sentence({ ...report, shown: 3 }, state),
    /the column of its answer.*3 of 4, the first 1 per class/,
  )
  assert.equal(words.sentence(report, before), "")
  const matrix = states.toggleMatrix(state, true)
  assert.equal(words.title(report, matrix), "Once it takes frog for cat")
  assert.equal(words.title(report, states.toggleCell(matrix, { row: 1, column: 1 })), "Once it names dog right")
  assert.equal(words.sentence(report, matrix), "12")
})

test("a photograph is described by its class, its answer and its certainty", () => {
  const report = reportOf([0], [0])
  const crowd = { o: Float64Array.from([0.2, 0.7, 0.1]), classes: 3 }
  assert.equal(wordsOf(report, crowd, 0), "cat; it says dog, 70.0% sure")
  assert.equal(wordsOf({ ...report, floor: 0 }, crowd, 0), "cat; it says dog, output 0.70")
  assert.equal(wordsOf(report, undefined, 1), "dog")
})

test("answers are counted by column", () => {
  const crowd = {
    o: new Float64Array(),
    classes: 3,
    confusion: Float64Array.from([5, 1, 0, 2, 7, 1, 0, 0, 4]),
    mixed: "",
  }
  assert.deepEqual(
    [0, 1, 2].map((n) => answerCounts(crowd, n)),
    [
      [5, 7],
      [7, 8],
      [4, 5],
    ],
  )
})

test("an output that is not 0 or 1 is never printed as such", () => {
  const softmax = { floor: 0.25 }
  assert.equal(formatCertainty(0.972, softmax), "97.2%")
  assert.equal(formatCertainty(0.99999, softmax), "> 99.9%")
  assert.equal(formatCertainty(1, softmax), "100.0%")
  assert.equal(formatCertainty(0.00001, softmax), "< 0.1%")
  assert.equal(formatCertainty(0, softmax), "0.0%")
  assert.equal(formatCertainty(0.97, { floor: 0 }), "0.97")
})
