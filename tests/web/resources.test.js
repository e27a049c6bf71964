import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { LruCache } from "../../cnnviz/view/model/lru_cache.js"
import { holdFile } from "../../cnnviz/view/model/state/upload.js"

// A browser as far as it is needed: a server that answers when it is told to, and nothing to do but this.
let requests = []
globalThis.document = { hidden: false }
globalThis.requestIdleCallback = (act) => queueMicrotask(act)
globalThis.fetch = (url, { signal }) =>
  new Promise((resolve, reject) => {
    signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError")))
    const query = Object.fromEntries(url.searchParams)
    requests.push({
      query,
      signal,
      fail: () => reject(new TypeError("no server")),
      answer: (given) => resolve(answerTo(query, given)),
    })
  })

function answerTo({ k = "0", lr = "0.1", instead = "" }, { status = 200, headers = {}, body } = {}) {
  const kept = Object.fromEntries(new URLSearchParams(instead))
  const wrong = lr === "fast" ? { lr: "no number" } : {}
  const setup = { k, lr: wrong.lr ? (kept.lr ?? "0.01") : lr, stage: "df" }
  const text = JSON.stringify({ lesson: setup, wrong, stages: [{ symbol: "x" }, { symbol: "df" }], arrays: {} })
  const bytes = new Uint8Array(4 + text.length)
  new DataView(bytes.buffer).setUint32(0, text.length, true)
  bytes.set(new TextEncoder().encode(text), 4)
  return new Response(body ?? bytes, { status, headers })
}

const settled = () => new Promise((resolve) => setImmediate(resolve))
const KEYS = ["k", "lr"]
let received = []
let failed = []
let shown
let numbers
const { withLook: looked, Resources } = await import("../../cnnviz/view/resources.js")
const { inTab } = await import("../../cnnviz/view/model/storage.js")

beforeEach(() => {
  requests = []
  received = []
  failed = []
  shown = undefined
  const act = {
    received: (answer, asked) => received.push([answer.lesson.k, asked.k]),
    failed: (sentence) => failed.push(sentence),
    shown: () => shown,
  }
  numbers = new Resources(new URL("http://here/"), "code", act)
})
const ask = (lesson) => numbers.ask("", lesson, KEYS)

test("outdated requests are cancelled, and equal requests are sent once", async () => {
  ask({ k: "1" })
  ask({ k: "2" })
  ask({ k: "2", stage: "x" })
  assert.equal(requests.length, 2)
  assert.ok(requests[0].signal.aborted)
  requests[1].answer()
  await settled()
  assert.deepEqual(received, [["2", "2"]])
  ask({ k: "2" }) // is kept
  assert.deepEqual(received.length, 2)
  assert.equal(requests.length, 2)
})

test("prefetching runs one request at a time, and stops when the visitor requests something", async () => {
  ask({ k: "5" })
  numbers.ahead("", [{ k: "6" }, { k: "4" }, { k: "5" }], KEYS)
  await settled()
  assert.equal(requests.length, 1) // the visitor first
  requests[0].answer()
  await settled()
  numbers.ahead("", [{ k: "6" }, { k: "4" }], KEYS)
  await settled()
  assert.deepEqual(
    requests.map(({ query }) => query.k),
    ["5", "6"],
  )
  ask({ k: "6" }) // which is on its way
  requests[1].answer()
  await settled()
  assert.deepEqual(received.at(-1), ["6", "6"])
  numbers.ahead("", [{ k: "7" }, { k: "5" }], KEYS)
  await settled()
  ask({ k: "9" })
  assert.deepEqual(requests.map(({ query, signal }) => [query.k, signal.aborted]).slice(2), [
    ["7", true],
    ["9", false],
  ])
  requests[3].answer()
  await settled()
  assert.deepEqual(received.at(-1), ["9", "9"])
})

test("a response that must not be cached is prefetched once, and requests with a file are never prefetched", async () => {
  ask({ k: "5" })
  requests[0].answer()
  await settled()
  numbers.ahead("", [{ k: "6" }, { k: "4" }], KEYS)
  for (const n of [1, 2]) {
    await settled()
    requests[n].answer({ headers: { "Cache-Control": "no-store" } })
  }
  await settled()
  assert.deepEqual(
    requests.map(({ query }) => query.k),
    ["5", "6", "4"],
  )
  holdFile({ name: "mine.npz", content: new Blob(["PK"]) })
  numbers.ahead("check", [{ k: "7", check: "own" }], [...KEYS, "check"])
  holdFile(undefined)
  await settled()
  assert.equal(requests.length, 3)
})

test("the visible part of the next update is prefetched, whichever arrives first", async () => {
  const asked = () => requests.map(({ query }) => query.k + (query.exact ?? ""))
  ask({ k: "5" })
  requests[0].answer()
  await settled()
  numbers.part({ k: "5", stage: "z1" }, "z1:0", () => {})
  numbers.ahead("", [{ k: "6" }, { k: "4" }], KEYS)
  await settled()
  requests[1].answer()
  await settled()
  requests[2].answer()
  await settled()
  assert.deepEqual(asked(), ["5", "5z1:0", "6z1:0", "6"])
  requests[3].answer()
  await settled()
  ask({ k: "6" })
  numbers.ahead("", [{ k: "7" }, { k: "5" }], KEYS)
  let got = 0
  numbers.part({ k: "6" }, "z1:0", () => got++)
  assert.equal(got, 1) // at once
  await settled()
  assert.deepEqual(asked().slice(4), ["4"]) // which was on its way
})

test("nothing is prefetched in a hidden tab or with a data saver", async () => {
  document.hidden = true
  numbers.ahead("", [{ k: "6" }], KEYS)
  await settled()
  document.hidden = false
  Object.defineProperty(globalThis, "navigator", { value: { connection: { saveData: true } }, configurable: true })
  numbers.ahead("", [{ k: "6" }], KEYS)
  await settled()
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true })
  assert.equal(requests.length, 0)
})

test("a failed response leaves the screen unchanged", async () => {
  shown = { k: "1", lr: "0.5" }
  ask({ k: "1", lr: "fast" })
  requests[0].answer()
  await settled()
  assert.deepEqual(received, [])
  assert.equal(requests[1].query.instead, "k=1&lr=0.5")
  requests[1].answer()
  await settled()
  assert.deepEqual(received, [["1", "1"]])
})

test("a busy server is retried when it says, an unreachable one after a delay, and changeable responses are not cached", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] })
  ask({ k: "1" })
  for (const status of [503, 429]) {
    requests.at(-1).answer({ status, headers: { "Retry-After": "2" }, body: '{"sentence": "Busy."}' })
    await settled()
    assert.deepEqual(failed, ["Busy."])
    failed.pop()
    t.mock.timers.tick(4000)
  }
  failed.push("Busy.")
  requests.shift()
  requests[1].fail()
  await settled()
  assert.deepEqual(failed, ["Busy.", ""])
  t.mock.timers.tick(4000)
  requests[2].answer({ headers: { "Retry-After": "1", "Cache-Control": "no-store" } }) // not all of it yet
  await settled()
  t.mock.timers.tick(1000)
  requests[3].answer({ headers: { "Cache-Control": "no-store" } })
  await settled()
  assert.equal(received.length, 2)
  t.mock.timers.tick(10_000)
  assert.equal(requests.length, 4)
  ask({ k: "1" })
  assert.equal(requests.length, 5)
})

test("after a server update the page reloads once", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] })
  let loads = 0
  globalThis.location = { reload: () => loads++ }
  const updated = {
    status: 410,
    body: '{"id": "ui.numbers.other_version", "values": {"version": "new"}, "sentence": "…"}',
  }
  ask({ k: "1" })
  requests[0].answer(updated)
  await settled()
  assert.deepEqual([loads, failed], [1, []])
  ask({ k: "2" }) // as if a cache had kept yesterday's page
  requests[1].answer(updated)
  await settled()
  assert.equal(loads, 1)
  assert.match(failed[0], /version/)
  t.mock.timers.tick(4000)
  assert.equal(requests.length, 3) // another replica may be of the same version as this page
  inTab.write("cnnviz.loaded", "")
  for (const [given, times] of [
    [{}, 1],
    [{ status: 503, body: "{}" }, 1],
    [updated, 2],
  ]) {
    const verified = numbers.verify() // when the connection is back, though nobody asks for anything
    requests.at(-1).answer(given)
    await verified
    assert.equal(loads, times)
  }
})

test("a response has the stage of the address, if there is one", () => {
  const answer = { lesson: { stage: "df", cell: "" }, stages: [{ symbol: "x" }, { symbol: "df" }] }
  assert.equal(looked(answer, { stage: "x", cell: "x:1,2" }).lesson.stage, "x")
  assert.equal(looked(answer, { stage: "z9" }).lesson.stage, "df")
  assert.equal(looked(answer, { stage: "z9" }, "x").lesson.stage, "x")
  assert.equal(looked(answer, {}, "x").lesson.stage, "df")
  const bare = { lesson: { stage: "x" }, stages: ["x", "df", "update"].map((symbol) => ({ symbol })) } // of a page opened without a setup
  assert.equal(looked(bare, { stage: "z9" }).lesson.stage, "df", "what is said to stay")
  assert.equal(looked(bare, {}).lesson.stage, "x")
})

test("the least recently used entry is evicted first", () => {
  const recent = new LruCache(10)
  for (const name of "abac") recent.put(name, name.toUpperCase(), 5)
  assert.deepEqual([recent.get("a"), recent.get("b"), recent.get("c")], ["A", undefined, "C"])
  recent.put("large", 1, 100)
  assert.equal(recent.get("large"), 1)
  assert.ok(!recent.has("a"))
})

test("a part that is requested twice is fetched once, delivered to both, and cached", async () => {
  const given = []
  const part = (who) => numbers.part({ k: "1", stage: "z2", cell: "z2:57" }, "w2:,57", () => given.push(who))
  part("one")
  part("two")
  assert.deepEqual(
    requests.map(({ query }) => query),
    [{ k: "1", exact: "w2:,57" }],
  )
  requests[0].answer()
  await settled()
  part("three")
  assert.deepEqual(given, ["one", "two", "three"])
  assert.equal(requests.length, 1)
})

test("an uploaded file is sent with its own requests only, and is not stored", async () => {
  const sent = []
  const own = new Resources(
    new URL("http://here/"),
    "code",
    { received() {}, failed() {}, shown() {} },
    (path, how) => {
      sent.push([path.split("?")[0], how.method ?? "GET", how.body, new URLSearchParams(path.split("?")[1]).get("own")])
      return Promise.resolve(answerTo({}, { headers: { "Cache-Control": "no-store" } }))
    },
  )
  const check = async (/** @type {string} */ tab, page = "check") => {
    own.ask(page, { check: tab, k: "1" }, ["check", "k"])
    await settled()
  }
  await check("own")
  const [first, second] = [new Blob(["1"]), new Blob(["2"])]
  holdFile({ name: "mine.npz", content: first })
  await check("own")
  const [, , , number] = sent[1]
  await check("ours")
  await check("own", "") // on another page
  holdFile({ name: "mine.npz", content: second })
  await check("own")
  await check("own")
  holdFile(undefined)
  await check("own")
  const [step, plain] = ["numbers/code/step", "numbers/code/check"]
  assert.deepEqual(
    sent.map(([path, method, body]) => [path, method, body]),
    [
      [plain, "GET", undefined],
      ["dialogs/gradients", "POST", first],
      [plain, "GET", undefined],
      [step, "GET", undefined],
      ["dialogs/gradients", "POST", second],
      ["dialogs/gradients", "POST", second],
      [plain, "GET", undefined],
    ],
  )
  assert.notEqual(number, sent[4][3])
})
