// Test images: their layout, the shown epoch, and its words.

import assert from "node:assert/strict"
import { test } from "node:test"
import { answered, ofClass } from "../../cnnviz/pages/train/confusion.js"
import { certainty, listed } from "../../cnnviz/pages/train/test_images_card.js"
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
].flatMap(([count, classes, heat]) => [712, 338].map((width) => ({ count, classes, heat, width })))

for (const { count, classes, heat, width } of DRAWS)
  test(`${count} images of ${classes} classes are at the heights of their largest outputs, on ${width} pixels (heat ${heat})`, () => {
    const crowd = testImagesOf(count, classes, heat)
    const frame = { width, height: 450, classes, floor: 1 / classes }
    const { size, x, y, columns, order } = layouts.layOutTestImages(crowd, frame)
    const across = layouts.columnWidth(frame)
    const sure = columns.map((n, i) => crowd.o[i * classes + n])
    columns.forEach((n, i) => {
      assert.equal(n, largestIndex(crowd.o.subarray(i * classes, (i + 1) * classes)))
      assert.ok(x[i] >= layouts.LEFT + n * across && x[i] + size <= layouts.LEFT + (n + 1) * across, "in its column")
      const exact = layouts.down(sure[i], frame, size) - size / 2
      assert.ok(y[i] >= exact - 1e-9 && y[i] + size <= frame.height + 1e-9, "never higher than it is sure")
      const lone = columns.every((m, j) => j === i || m !== n || Math.abs(y[j] - y[i]) > 2 * size)
      if (lone) assert.ok(Math.abs(y[i] - exact) < 1e-9, "alone it stands exactly there")
    })
    const covered = columns.filter((_, i) =>
      columns.some((_, j) => j !== i && x[i] === x[j] && Math.abs(y[i] - y[j]) < 0.5 && y[i] + size < frame.height - 1),
    )
    assert.deepEqual(covered, [], "none is hidden behind another")
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      [...columns.keys()],
    )
    for (let n = 1; n < order.length; n++) assert.ok(sure[order[n]] >= sure[order[n - 1]], "the surest is drawn last")
    assert.ok(
      Math.max(...y.map((top, i) => top - layouts.down(sure[i], frame, size) + size / 2)) <= 450 / 4,
      "a little lower at most",
    )
    order.forEach((i) => assert.notEqual(layouts.imageAt({ size, x, y, columns, order }, x[i] + 0.5, y[i] + 0.5), -1))
    assert.equal(layouts.imageAt({ size, x, y, columns, order }, -5, -5), -1)
  })

test("levels are at the heights of outputs, with a minimum distance, and none is below the floor", () => {
  for (const floor of [0, 0.1, 0.5]) {
    const found = layouts.levels({ width: 712, height: 450, classes: 2, floor }, 24)
    assert.equal(found[0].p, 1)
    for (const { p, y } of found)
      assert.ok(p >= floor && y === layouts.down(p, { width: 712, height: 450, classes: 2, floor }, 24))
    for (let n = 1; n < found.length; n++) assert.ok(found[n].y - found[n - 1].y > 20)
  }
  assert.ok(Math.abs(layouts.angle(0.5) - 0.5) < 1e-12)
  assert.equal(layouts.angle(2), 1)
  assert.equal(layouts.angle(Number.NaN), 0)
})

test("before a training, images are in their classes without overlap", () => {
  const labels = Array.from({ length: 300 }, (_, i) => i % 10)
  const frame = { width: 712, height: 450, classes: 10, floor: 0.1 }
  const { size, x, y, columns } = layouts.startLayout(labels, frame, 80)
  assert.deepEqual(columns, labels)
  assert.equal(new Set(labels.map((_, i) => `${x[i]} ${y[i]}`)).size, 300)
  assert.ok(Math.min(...y) === 80 && Math.max(...y) + size <= 450)
  for (const [classes, height] of [
    [2, 461],
    [4, 461],
    [2, 560],
  ]) {
    const each = Array.from({ length: 30 * classes }, (_, i) => i % classes)
    const few = layouts.startLayout(each, { width: 712, height, classes, floor: 0.1 }, 216)
    const bottom = Math.max(...few.y) + few.size
    assert.ok(bottom <= height && few.size > (classes === 2 ? 32 : 26), `${classes}: ${few.size}, ${bottom}`)
  }
})

test("an arrow goes to the nearest image that way, and every image can be reached", () => {
  const layout = layouts.layOutTestImages(testImagesOf(120, 4, 6), { width: 712, height: 450, classes: 4, floor: 0.25 })
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
  const reached = new Set([0])
  for (const i of reached)
    for (const [key, [dx, dy]] of Object.entries(way)) {
      const next = layouts.neighbour(layout, i, key)
      if (next !== i) assert.ok((layout.x[next] - layout.x[i]) * dx + (layout.y[next] - layout.y[i]) * dy > 0)
      reached.add(next)
    }
  assert.equal(reached.size, 120)
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
      told: array(
        sent.flatMap(() => [0, 1, 3, -1, 2, -1]),
        sent.length,
        3,
        2,
      ),
    },
    ...more,
  })
}

const range = (/** @type {number} */ n) => Array.from({ length: n }, (_, i) => i)

test("epochs that arrive in parts are all known in the end, except thinned ones", () => {
  let state = states.EMPTY
  for (let last = 0; last <= 12; last++)
    state = states.taken(state, reportOf(range(last + 1), range(last + 1).slice(-3)))
  assert.deepEqual(states.stops(state), range(13))
  for (const [epoch, { o }] of state.crowds) assert.deepEqual(o, testImagesOf(4, 3, epoch, 7 + epoch).o)
  state = states.taken(state, reportOf([0, 2, 4, 6, 8, 10, 12], [12]))
  assert.deepEqual(states.stops(state), [0, 2, 4, 6, 8, 10, 12])
  assert.deepEqual(states.stops(states.taken(state, reportOf([0], [0], { job: "b" }))), [0])
})

test("a page that watches a training shows epoch by epoch, faster if many are pending; a later page shows the end", () => {
  let state = states.taken(states.EMPTY, reportOf([0, 1], [0, 1]))
  assert.equal(state.at, -1)
  const walked = []
  for (let next = states.following(state); next !== null; next = states.following(state)) {
    walked.push(next)
    state = { ...state, at: next }
  }
  assert.deepEqual(walked, [0, 1])
  const far = states.taken(state, reportOf(range(200), range(200).slice(2)))
  assert.equal(states.following(far), 1 + 33)
  assert.equal(states.taken(states.EMPTY, reportOf(range(5), range(5), { active: false })).at, 4)
  const asked = states.taken(states.BEGUN, reportOf(range(5), range(5), { active: false }))
  assert.deepEqual([asked.at, states.following(asked)], [-1, 0])
})

test("scrubbed back it stays there until it is played or taken to the end", () => {
  const state = { ...states.taken(states.EMPTY, reportOf([0, 4, 8], [0, 4, 8])), at: 8 }
  const back = states.sought(state, 3)
  assert.deepEqual([back.at, states.following(back)], [4, null])
  const more = states.taken(back, reportOf([0, 4, 8, 12], [12]))
  assert.deepEqual([more.at, states.following(more)], [4, null])
  assert.equal(states.following(states.played(more)), 8)
  assert.equal(states.following(states.played(states.played(more))), null)
  assert.equal(states.played({ ...more, at: 12 }).at, 0)
  assert.equal(states.following(states.taken(states.sought(state, 99), reportOf([0, 4, 8, 12], [12]))), 12)
})

test("a choice leaves its images bright, and the same choice again all", () => {
  const state = { ...states.taken(states.EMPTY, reportOf([0], [0])), at: 0 }
  const labels = [0, 1, 2, 2]
  const columns = [0, 1, 0, 2]
  const cell = states.chosen(state, { kind: "cell", row: 2, column: 0 })
  assert.deepEqual(states.bright(cell, labels, columns), new Set([2]))
  assert.equal(states.bright(states.chosen(cell, { kind: "cell", row: 2, column: 0 }), labels, columns), null)
  assert.deepEqual(states.bright(states.chosen(cell, { kind: "told", group: 2 }), labels, columns), new Set([2]))
  assert.deepEqual(states.bright(states.chosen(cell, { kind: "told", group: 0 }), labels, columns), new Set([0, 1]))
})

test("the words are those of the epoch that is shown", () => {
  const report = reportOf([0, 6, 12], [0, 6, 12], { active: false, kind: "done" })
  const state = states.taken(states.EMPTY, report)
  assert.equal(words.title(report, state), "Accuracy 75.0%: 3 of 4 test images right")
  assert.equal(words.sentence(report, state), "verdict 12. On other images, expect 25% to 75%. Trained on 30 images.")
  assert.match(words.note(report, state), /Wilson's 95% interval for 4 images, after the last epoch/)
  const first = states.sought(state, 0)
  assert.match(
    words.note(report, states.sought(state, 6)),
    /for 4 images; too optimistic if you stop at the best epoch/,
  )
  assert.equal(words.note(report, first), "") // no interval stands above
  assert.match(words.sentence(report, first), /has learned nothing yet\. verdict 0\./)
  const before = { ...state, at: -1 }
  assert.equal(words.title(report, before), "Is it cat, dog or frog?")
  assert.match(words.sentence(report, before), /30 images for 12 epochs; tested on 4 others\. Guessing scores 33%/)
  assert.match(words.sentence({ ...report, epochs: 1 }, before), /30 images for one epoch; tested on 4 others\./)
  assert.equal(words.note({ ...report, warning: "stuck" }, state), "stuck")
  assert.equal(words.note({ ...report, active: true }, state), "under way")
  assert.match(words.foot({ ...report, shown: 3 }, state), /its confidence.*3 of 4, the first 1 per class/)
  assert.match(words.foot({ ...report, floor: 0 }, state), /its largest output/)
})

test("numbers under the scrubber are few, and the first and last are among them", () => {
  for (let epochs = 1; epochs <= 200; epochs++) {
    const found = words.ticks(epochs)
    assert.ok(found.length <= 14 && found[0] === 0 && found.at(-1) === epochs, `${epochs}: ${found}`)
  }
})

test("a matrix adds up by class and by answer", () => {
  const crowd = {
    o: new Float64Array(),
    classes: 3,
    confusion: Float64Array.from([5, 1, 0, 2, 7, 1, 0, 0, 4]),
    told: new Float64Array(),
    mixed: "",
  }
  assert.deepEqual(
    [0, 1, 2].map((n) => ofClass(crowd, n)),
    [6, 10, 4],
  )
  assert.deepEqual(
    [0, 1, 2].map((n) => answered(crowd, n)),
    [
      [5, 7],
      [7, 8],
      [4, 5],
    ],
  )
})

test("an output is never rounded to what it is not", () => {
  const softmax = { floor: 0.25 }
  assert.equal(certainty(0.972, softmax), "97.2%")
  assert.equal(certainty(0.99999, softmax), "> 99.9%")
  assert.equal(certainty(1, softmax), "100.0%")
  assert.equal(certainty(0.00001, softmax), "< 0.1%")
  assert.equal(certainty(0, softmax), "0.0%")
  assert.equal(certainty(0.97, { floor: 0 }), "0.97")
  assert.equal(certainty(0.97, softmax, 0), "97%")
})

test("of many outputs the largest are listed, and the true one", () => {
  assert.deepEqual(listed([0.1, 0.9], 0), [0, 1])
  assert.deepEqual(listed([0.1, 0.2, 0.3, 0.05, 0.25, 0.1], 3), [1, 2, 3, 4])
  assert.deepEqual(listed([0.1, 0.2, 0.3, 0.05, 0.25, 0.1], 2), [1, 2, 4])
})
