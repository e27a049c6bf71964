import assert from "node:assert/strict"
import { test } from "node:test"
import { Ballot } from "../../cnnviz/rooms/ballot.js"
import { RoomBoard } from "../../cnnviz/rooms/board.js"
import { AllRuns, conclusion, DeviceRun, runsIn, saidOf, worstOf } from "../../cnnviz/rooms/experiment.js"
import { spotOf } from "../../cnnviz/rooms/impromptu_form.js"
import { openQuestion, roomDeck } from "../../cnnviz/rooms/kept_rooms.js"
import { comingOf, screenOf } from "../../cnnviz/rooms/presenter_panels.js"
import {
  cellIn,
  cellUnder,
  countOf,
  hidesAnswer,
  indexOf,
  isRight,
  nextAct,
  placeIn,
  possibleActions,
  retryIn,
  rightCounts,
  valuesOf,
  windowAt,
} from "../../cnnviz/rooms/question.js"
import { bestOf, hasDiverged, powersIn, tick } from "../../cnnviz/rooms/rate_chart.js"
import { foundIt, spokenResults } from "../../cnnviz/rooms/results.js"
import { inReaders } from "../../cnnviz/rooms/screen_bar.js"
import { clock } from "../../cnnviz/view/model/numbers/format.js"
import { parseForeign } from "../../cnnviz/view/model/state/address.js"

const map = (more) => ({
  symbol: "z1",
  label: "z₁",
  words: "",
  shape: [30, 30],
  layers: 1,
  rows: 30,
  columns: 30,
  cells: 900,
  plane: null,
  ...more,
})
const poll = (phase, keyed = true) => ({ number: 1, phase, round: 1, left: null, keyed })

test("a cell is found by the position at which it is drawn", () => {
  const shapes = [
    map({}),
    map({ shape: [4, 6, 5], layers: 4, rows: 6, columns: 5, cells: 120 }),
    map({ shape: [100], rows: 2, columns: 60, cells: 100 }),
  ]
  for (const one of shapes)
    for (let cell = 0; cell < one.cells; cell++) {
      const { layer, row, column } = placeIn(one, cell)
      assert.equal(cellIn(one, layer, row, column), cell)
      assert.equal(
        indexOf(one, cell).reduce((sum, at, axis) => sum * one.shape[axis] + at, 0),
        cell,
      )
    }
  assert.equal(cellIn(shapes[2], 0, 9, 99), 99, "beyond the last cell there is none")
})

test("a tap on the middle of a window selects the cell that it computes", () => {
  for (const window of [
    { k: 3, stride: 1, before: 0, dilation: 1 },
    { k: 3, stride: 2, before: 1, dilation: 1 },
    { k: 2, stride: 2, before: 0, dilation: 1 },
  ]) {
    const question = { map: map({}), window }
    for (const cell of [0, 31, 465, 899]) {
      const [top, left, rows, columns] = windowAt(question, cell)
      assert.equal(cellUnder(question, top + (rows - 1) / 2, left + (columns - 1) / 2), cell)
    }
  }
})

test("colours are decoded to their values within 1/255", () => {
  const bytes = Buffer.from([0, 128, 255]).toString("base64")
  assert.deepEqual([...valuesOf({ levels: bytes, low: -255, high: 255, scale: "signed" })], [-255, 1, 255])
})

test("only actions that the server accepts are possible", () => {
  const done = (phase, keyed, other) =>
    Object.entries(possibleActions(phase && poll(phase, keyed), { other }))
      .filter(([, can]) => can)
      .map(([act]) => act)
  assert.deepEqual(done("open"), ["close"])
  assert.deepEqual(done("closed", true), ["show", "again", "reveal"])
  assert.deepEqual(done("shown", false), ["again"], "a show of hands has nothing to reveal")
  assert.deepEqual(done("revealed", true, false), [])
  assert.deepEqual(done("revealed", true, true), ["again"])
  assert.deepEqual(done(null), [])
  assert.deepEqual(
    ["open", "closed", "shown", "revealed"].map((phase) => nextAct(poll(phase, true))),
    ["close", "show", "reveal", "next"],
  )
})

test("counts and times are those of the last round", () => {
  const rounds = [{ votes: 4, counts: [[0, 0, 4]] }, { votes: 3, counts: [[0, 0, 1], [2, 2, 2]] }] // biome-ignore format: short
  assert.equal(countOf(rounds[1], 2), 2)
  assert.equal(countOf(rounds[1], 1), 0)
  assert.deepEqual(
    rightCounts({
      rounds,
      groups: [
        { right: true, counts: [0, 2] },
        { right: false, counts: [4, 1] },
      ],
    }),
    { n: 2, of: 3 },
  )
  assert.deepEqual([clock(23.2), clock(0), clock(-3), clock(120)], ["0:24", "0:00", "0:00", "2:00"])
})

test("without answers, the number of right answers is not shown", () => {
  const said = (votes) => foundIt({ rounds: [{ votes, counts: [] }], groups: [] })
  assert.deepEqual([said(0), said(2)], ["Nobody answered.", "<b>0 of 2</b> answered correctly."])
})

test("a screen reader gets the counts, and the right answer once it is revealed", () => {
  const question = { kind: "choose", options: [{ label: "up" }, { label: "down" }] }
  const rounds = [{ votes: 3, counts: [[1, 1, 3]] }, { votes: 4, counts: [[0, 0, 1], [1, 1, 3]] }] // biome-ignore format: a round a line
  const groups = [
    { right: false, counts: [0, 1] },
    { right: true, counts: [3, 3] },
  ]
  assert.equal(
    spokenResults(question, { revealed: false, rounds: rounds.slice(0, 1), groups: [] }),
    "3 answers. A: 0, B: 3.",
  )
  assert.equal(spokenResults(question, { revealed: true, rounds, groups }), "3 of 4 answered correctly. A: 1, B ✓: 3.")
})

test("a form asks for the fields that the server needs", () => {
  const form = (fields) => {
    const made = new FormData()
    for (const [name, value] of Object.entries(fields)) made.set(name, value)
    return JSON.parse(JSON.stringify(spotOf(made)))
  }
  assert.deepEqual(form({ spot: "largest", map: "z1", seconds: "30" }), { spot: "largest", map: "z1", seconds: 30 })
  assert.deepEqual(form({ spot: "sign", map: "z1", cell: "3, 4", seconds: "0" }), { spot: "sign", cell: "z1:3,4" })
  assert.deepEqual(form({ spot: "loss", seconds: "0" }), { spot: "loss" })
  assert.deepEqual(form({ spot: "hands", ask: " Clear? ", answers: "yes\n\nno " }), {
    kind: "choose",
    ask: "Clear?",
    answers: [{ label: "yes" }, { label: "no" }],
  })
  assert.deepEqual(form({ spot: "hands", ask: "Which?", answers: "ReLU\n* sigmoid\nnone" }), {
    kind: "choose",
    ask: "Which?",
    answers: [
      { label: "ReLU", is: "0" },
      { label: "sigmoid", is: "1" },
      { label: "none", is: "2" },
    ],
    key: "1",
  })
  assert.deepEqual(form({ spot: "own_number", ask: "How many?", key: " 900", tolerance: "" }), {
    kind: "number",
    ask: "How many?",
    key: "900",
  })
  assert.deepEqual(form({ spot: "own_click", ask: "Where?", map: "z1", key: "", hidden: "1" }), {
    kind: "click",
    ask: "Where?",
    map: "z1",
    hidden: true,
  })
})

test("pages reconnect soon after a restart, and retry less and less often if a room is gone or a server is full", () => {
  for (const random of [0, 0.5, 1]) {
    for (const status of [0, 502, 504]) assert.ok(retryIn(status, 50, random) <= 2000, "the server is out of reach")
    for (const status of [404, 429, 503]) {
      const pauses = Array.from({ length: 30 }, (_, tries) => retryIn(status, tries, random))
      assert.deepEqual(
        pauses,
        pauses.toSorted((one, two) => one - two),
      )
      assert.ok(pauses[0] >= 1000 && pauses[0] <= 2000 && pauses[29] >= 10_000 && pauses[29] <= 20_000)
    }
  }
  assert.notEqual(retryIn(0, 0, 0.1), retryIn(0, 0, 0.2), "each page at a moment of its own")
})

const packed = (numbers, Kind) => Buffer.from(Kind.from(numbers).buffer).toString("base64")

test("each run of an experiment has its own mark, and the device's own run a curve", () => {
  const found = {
    number: 1, key: "seed", updates: 4, devices: 3, rates: [], values: ["1", "2", "3"], at: [0, 2, 4], shown: [0, 2],
    last: packed([0.2, 0.001, 0.2], Float64Array), curves: packed([1, 0.5, 0.25, 1, 2, 4], Float32Array),
  } // biome-ignore format: short
  const own = {
    number: 1,
    place: 1,
    run: 1,
    key: "seed",
    updates: 4,
    value: "2",
    query: "",
    curve: packed([1, 0.1, 0.001], Float64Array),
  }
  const runs = runsIn(found, own)
  assert.deepEqual([...runs.curve(2)], [1, 2, 4])
  assert.deepEqual([...runs.curve(1)], [1, 0.1, 0.001])
  assert.deepEqual([...runs.last], [0.2, 0.001, 0.2])
  assert.match(saidOf(own, found), /0 of 2/)
  assert.match(
    saidOf({ ...own, run: 0, curve: packed([1, 1, 0.2], Float64Array) }, found),
    /1 other has exactly your loss/,
  )
  assert.doesNotMatch(saidOf({ ...own, run: 9 }, found), /other/i, "whose place is not among those that are known yet")
  assert.match(saidOf({ ...own, curve: packed([1, Number.NaN], Float64Array) }, found), /diverged/)
})

test("the headline suits one run, several runs and runs that diverged", () => {
  const found = (key, last) => ({
    number: 1, key, updates: 200, devices: last.length, values: last.map((_, n) => `0.${n + 1}`), at: [0, 200], shown: [0],
    last: packed(last, Float64Array), curves: packed([1, last[0]], Float32Array), predicted: [1, 2, 0, 0], confirmed: 1,
  }) // biome-ignore format: short
  const headline = (key, ...last) => conclusion(found(key, last)).headline
  for (const key of ["seed", "lr"]) {
    assert.equal(headline(key, 0.02), "The loss at update 200 is 0.020.")
    assert.equal(headline(key, Number.NaN), "Every run diverged.")
    assert.equal(headline(key, Number.NaN, Infinity), "Every run diverged.")
  }
  assert.equal(headline("seed", 0.02, 0.01, 0.03), "At update 200 the 3 losses go from 0.010 to 0.030.")
  assert.equal(headline("seed", 0.2, Number.NaN, 0.01), "Losses above 0.1 at update 200: 1 of 3. Diverged: 1 of 3.")
  assert.equal(headline("lr", 0.2, 0.01, 7), "Rate 0.2 ends lowest, at 0.010. Diverged: 1 of 3.")
  assert.equal(headline("lr", 7, 8), "Every run diverged.", "each loss rose")
  assert.equal(conclusion(found("lr", [0.2, 0.01])).predicted, "Predicted by <b>2 of 3</b>.")
})

test("the inspected run is one that learns least; there is none if all learn", () => {
  assert.equal(worstOf([0.01, 0.3, 0.2]), 1)
  assert.equal(worstOf([0.3, 0.195, 0.195, 0.195, 0.01]), 1, "one of those at the very same number")
  assert.equal(worstOf([Number.NaN, 0.2]), 1)
  assert.equal(worstOf([0.01, 0.02]), -1)
  assert.equal(worstOf([]), -1)
})

test("the explained run stays selected while more runs arrive", async () => {
  const canvas = { matches: () => true }
  let click = (_) => {}
  const element = { addEventListener: (_, act) => (click = act), querySelector: () => null, querySelectorAll: () => [] }
  const bytes = (numbers) => btoa(String.fromCharCode(...new Uint8Array(new Float64Array(numbers).buffer)))
  const asked = []
  const runs = new AllRuns(element, {
    experiment: async () => ({
      updates: 1,
      key: "seed",
      values: ["1", "2"],
      last: bytes([0.2, 0.01]),
      predicted: [],
      confirmed: null,
    }),
    inside: async (run) => ({ run, value: String(run), plates: [], say: asked.push(run) && "" }),
  })
  runs.hear({ ...poll("open"), kind: "experiment" })
  await runs.look(2)
  assert.deepEqual(asked, [], "what follows is said last")
  runs.hear({ ...poll("revealed"), kind: "experiment" })
  await new Promise((settled) => setImmediate(settled))
  assert.deepEqual(asked, [0], "the one that learns least")
  runs.dots = { x: [10, 50], y: [10, 50], size: 10 }
  click({ target: canvas, offsetX: 52, offsetY: 49 })
  click({ target: canvas, offsetX: 200, offsetY: 49 })
  await runs.look(3)
  assert.deepEqual(asked, [0, 1])
  assert.equal(runs.inside.run, 1)
})

test("an experiment asks for a prediction, runs, and ends with its conclusion", () => {
  const steps = [
    ["predict", "open", "close"],
    ["predict", "closed", "run"],
    ["predict", "shown", "run"],
    ["experiment", "open", "reveal"],
    ["experiment", "closed", "reveal"],
    ["experiment", "revealed", "next"],
  ]
  for (const [kind, phase, act] of steps) {
    const now = { ...poll(phase, false), kind }
    assert.equal(nextAct(now), act)
    assert.ok(act === "next" || possibleActions(now, undefined)[act])
  }
})

test("with 30 to 70 percent right answers, the next action is a second vote, once", () => {
  const results = (right, of) => ({
    rounds: [{ votes: of, counts: [] }],
    groups: [
      { right: true, counts: [right] },
      { right: false, counts: [of - right] },
    ],
  })
  for (const [right, act] of [[29, "reveal"], [30, "again"], [70, "again"], [71, "reveal"]]) // biome-ignore format: short
    assert.equal(nextAct(poll("shown"), results(right, 100)), act, String(right))
  assert.equal(nextAct(poll("shown"), results(2, 4)), "reveal", "of so few nothing follows")
  assert.equal(nextAct({ ...poll("shown"), round: 2 }, results(50, 100)), "reveal")
  assert.equal(nextAct(poll("closed"), results(50, 100)), "show")
})

test("a question hides its answer until it is revealed; a show of hands only while it is open", () => {
  const hidden = (keyed, more) =>
    ["open", "closed", "shown", "revealed"].map((phase) => hidesAnswer({ ...poll(phase, keyed), ...more }))
  assert.deepEqual(hidden(true), [true, true, true, false])
  assert.deepEqual(hidden(false), [true, false, false, false])
  assert.deepEqual(hidden(false, { kind: "experiment" }), [false, false, false, false])
  assert.equal(hidesAnswer(null), false)
})

test("an answer is right within the radius of an accepted value", () => {
  const accepted = [[1.5, 0.5], [7, 0]] // biome-ignore format: short
  assert.deepEqual(
    [0, 1, 2, 3, 7, 8].map((answer) => isRight({ accepted }, answer)),
    [false, true, true, false, true, false],
  )
})

test("losses and rates have round ticks, and runs whose loss rose are separate", () => {
  assert.deepEqual([0, -1, -4, -5, -12].map(tick), ["1", "0.1", "0.0001", "10⁻⁵", "10⁻¹²"])
  for (const [low, high] of [[-1, 0], [-6, 0], [-12, 6]]) // biome-ignore format: short
    for (const most of [2, 4, 8]) {
      const powers = powersIn(low, high, most)
      assert.ok(powers.length <= most && powers[0] === high)
      assert.equal(new Set(powers.slice(1).map((power, n) => powers[n] - power)).size <= 1, true)
    }
  assert.deepEqual([0.2, 0.26, 0.3, Number.NaN, Infinity].map((loss) => hasDiverged(loss, 0.26)), [false, false, true, true, true]) // biome-ignore format: short
  assert.deepEqual([[], [Number.NaN], [2, 1, 3], [Infinity, 5]].map(bestOf), [-1, -1, 1, 1]) // biome-ignore format: short
})

test("the next screen follows the lecture's current screen, in the room's script only", () => {
  const steps = [1, 2, 3].map((number) => ({ number }))
  assert.equal(screenOf({ steps, screen: 2 })?.number, 2)
  assert.equal(comingOf({ steps, screen: 2 })?.number, 3)
  assert.equal(comingOf({ steps, screen: 0 })?.number, 1)
  for (const screen of [3, null]) assert.equal(comingOf({ steps, screen }), undefined)
})

test("a script's texts are in the reader's language, or in an available one", () => {
  assert.equal(inReaders({ en: "cat", fr: "chat" }), "cat")
  assert.equal(inReaders({ fr: "chat" }), "chat")
  assert.equal(inReaders({}), "")
})

test("typed text is kept if the same question is repeated, and only then", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] })
  globalThis.ResizeObserver = class {
    observe() {}
  }
  let drawn = 0
  const element = {
    addEventListener() {},
    querySelector: () => null,
    querySelectorAll: () => [],
    replaceChildren() {},
    set innerHTML(_) {
      drawn++ // and with that the field which has the focus is gone
    },
  }
  const question = { kind: "number", ask: "", text: "", plates: [], options: [] }
  const asking = { question: async () => question, results: async () => undefined }
  const ballot = new Ballot(element, asking, () => {}, () => {}) // biome-ignore format: short
  const said = async (more) => {
    await ballot.hear({ ...poll("open"), ...more })
    return drawn
  }
  assert.equal(await said(), 1)
  assert.equal(await said({ left: 30 }), 1, "it was said anew before anything was typed")
  ballot.typed({ name: "number", value: "15" })
  assert.equal(await said({ left: 20 }), 1)
  assert.equal(ballot.given, 15)
  assert.ok(ballot.left > 10, "the time that is left is the last that was said")
  const changes = [{ phase: "closed" }, { phase: "shown" }, { round: 2 }, { number: 2, round: 1 }]
  for (const [n, change] of changes.entries()) assert.equal(await said(change), n + 2)
  assert.equal(ballot.given, null, "another question")
})

test("an unsent answer is kept when the page reloads or the room reopens, for the same question", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] })
  globalThis.ResizeObserver = class {
    observe() {}
  }
  let ask = "How many?"
  const asking = {
    question: async () => ({ kind: "number", ask, text: "", plates: [], options: [] }),
    results: async () => undefined,
  }
  const page = () => {
    const element = {
      addEventListener() {},
      querySelector: () => null,
      querySelectorAll: () => [],
      replaceChildren() {},
      innerHTML: "",
    }
    return new Ballot(element, asking, () => {}, () => {}) // biome-ignore format: short
  }
  const open = { ...poll("open"), number: 70 }
  const before = page()
  await before.hear(open)
  before.typed({ name: "number", value: "1,5" })
  before.typed({ name: "number", value: "1,5e" })
  const ballot = page()
  await ballot.hear(open)
  assert.match(ballot.element.innerHTML, /value="1,5e"/)
  ballot.typed({ name: "number", value: "9" })
  const again = async (more) => {
    ballot.setGone(true)
    ballot.setGone(false)
    await ballot.hear(null)
    await ballot.hear({ ...open, ...more })
    return [ballot.given, ballot.sent]
  }
  assert.deepEqual(await again({ number: 71 }), [9, null], "it is asked again, by a server that was restarted")
  ask = "How many more?"
  assert.deepEqual(await again({ number: 72 }), [null, null], "another question")
  ballot.typed({ name: "number", value: "10" })
  await ballot.hear({ ...open, number: 73 })
  assert.equal(ballot.given, null, "the same question in a room that was not lost")
})

test("a phone's headline is computed from the runs of all devices, fetched when the experiment ends", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] })
  const settled = () => new Promise((done) => setImmediate(done))
  const bytes = (...values) => Buffer.from(new Float64Array(values).buffer).toString("base64")
  const found = (...last) => ({
    key: "lr",
    updates: 1,
    values: last.map((_, n) => `0.${n + 1}`),
    last: bytes(...last),
    at: [0, 1],
    shown: [],
    curves: Buffer.from(new Float32Array([0.5]).buffer).toString("base64"),
    predicted: [1, 0],
    confirmed: 0,
  })
  const answers = [found(0.25), found(0.25, 0.125)]
  const run = { key: "lr", updates: 1, run: 0, value: "0.1", query: "", curve: bytes(0.5, 0.25) }
  const requests = {
    place: async () => ({ ok: true, data: run }),
    experiment: async () => answers.shift(),
    inside: async () => ({ plates: [], say: "", look: "" }),
  }
  const element = { addEventListener() {}, querySelector: () => null, querySelectorAll: () => [], innerHTML: "" }
  const device = new DeviceRun(element, requests, () => {})
  const now = async (by) => {
    t.mock.timers.tick(by)
    await settled()
  }
  await device.hear({ ...poll("open"), kind: "experiment" })
  await now(2000)
  assert.ok(device.found && !element.innerHTML.includes("headline"))
  await device.hear({ ...poll("revealed"), kind: "experiment" })
  assert.ok(!element.innerHTML.includes("headline"), "others may have joined since")
  await now(1000)
  assert.match(element.innerHTML, /headline.*0\.2 ends lowest/)
  assert.equal(answers.length, 0)
})

test("a projector refetches if devices joined meanwhile, and after a failed response", async () => {
  const answers = []
  const requests = { experiment: () => new Promise((answer) => answers.push(answer)), inside: async () => undefined }
  const runs = new AllRuns({ addEventListener() {}, querySelector: () => null }, requests)
  const empty = { key: "seed", updates: 1, values: [], last: "", at: [0, 1], curves: "", shown: [] }
  const settled = () => new Promise((done) => setImmediate(done))
  runs.hear(poll("open"))
  runs.look(1)
  runs.look(3)
  assert.equal(answers.length, 1)
  answers[0](empty)
  await settled()
  assert.equal(answers.length, 2, "two more came meanwhile")
  answers[1](undefined)
  await settled()
  runs.look(3)
  assert.equal(answers.length, 3)
  answers[2](empty)
  await settled()
  runs.look(3)
  assert.equal(answers.length, 3, "nobody came")
})

test("a presenter's page that reloads still knows the script and question of its own room only", async () => {
  const never = () => assert.fail("it is known")
  const here = () => "4F7KM"
  await roomDeck(here, async () => ({ script: "a" })).hear({ number: 2, count: 3, say: {}, script: "1" })
  const again = roomDeck(here, never)
  assert.deepEqual(again.given, { script: "a", screen: 2 })
  await again.hear({ number: 3, count: 3, say: {}, script: "1" })
  assert.deepEqual(again.given, { script: "a", screen: 3 })
  const other = roomDeck(here, async () => ({ script: "b" }))
  await other.hear({ number: 1, count: 3, say: {}, script: "2" })
  assert.deepEqual(other.given, { script: "b", screen: 1 }, "another script has another digest")
  assert.equal(roomDeck(() => "OTHER", never).given, undefined)
  await again.hear(null)
  assert.equal(again.given, undefined)
  const open = { ...poll("open"), left: 60 }
  await openQuestion(here, async () => ({ number: 1, question: { ask: "Why?" } })).hear(open)
  const asked = openQuestion(here, never)
  assert.equal(asked.open.ask, "Why?")
  assert.ok(asked.open.seconds > 50)
  assert.equal(openQuestion(() => "OTHER", never).open, undefined)
  await asked.hear(poll("closed", true))
  assert.deepEqual(asked.open, { ask: "Why?" }, "its answer is not out: it is asked again")
  await asked.hear(poll("revealed", true))
  assert.equal(asked.open, undefined)
  for (const kind of ["predict", "experiment"]) await openQuestion(here, never).hear({ ...open, number: 2, kind })
})

test("a projector that was opened while the room was lost fetches the join instructions again", async () => {
  const done = []
  const board = { link: "", runs: { look() {} }, tick() {}, changed: () => done.push("changed") }
  board.look = async () => {
    board.link = "https://cnnviz.example/room/4F7KM"
    done.push("looked")
  }
  for (const followers of [1, 2]) {
    RoomBoard.prototype.count.call(board, { votes: 0, followers, alone: 0, lost: 0 })
    await new Promise((settled) => setImmediate(settled))
  }
  assert.equal(done.filter((one) => one === "looked").length, 1)
  assert.equal(done.filter((one) => one === "changed").length, 3)
})

test("an unknown page is removed from a presenter's address", () => {
  assert.deepEqual(parseForeign("?k=3&page=train"), { k: "3", page: "train" })
  for (const page of ["//evil.example", "https://evil.example", "constructor", "__proto__", ""])
    assert.deepEqual(parseForeign(`k=3&page=${encodeURIComponent(page)}`), { k: "3" })
})
