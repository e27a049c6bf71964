// The page's client of Python in a worker, tested with a scripted worker.

import assert from "node:assert/strict"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { pathToFileURL } from "node:url"
import { Python } from "../../cnnviz/hosts/static/python.js"
import serve from "../../cnnviz/hosts/static/worker.js"

class FakeWorker {
  asked = []
  ended = false
  postMessage({ id, path, sent }) {
    this.asked.push({ id, path, sent })
  }
  terminate() {
    this.ended = true
  }
  say(data) {
    this.onmessage({ data })
  }
  answer() {
    const { id, path } = this.asked.at(-1)
    this.say({ id, status: 200, headers: { "Cache-Control": "no-store" }, body: new TextEncoder().encode(path) })
  }
}

function started() {
  const workers = []
  const states = []
  const make = () => {
    workers.push(new FakeWorker())
    return workers.at(-1)
  }
  const python = new Python(make, (state) => states.push(state))
  return { python, workers, states }
}

const textOf = async (promise) => (await promise).text()
const paths = ({ asked }) => asked.map(({ path }) => path)

test("requests before the start wait, and are processed in order, one at a time", async () => {
  const { python, workers, states } = started()
  const found = [python.get("a"), python.get("b")]
  const [worker] = workers
  assert.deepEqual([workers.length, paths(worker)], [1, []])
  worker.say({ ready: true })
  assert.deepEqual(paths(worker), ["a"])
  worker.answer()
  assert.deepEqual(paths(worker), ["a", "b"])
  worker.answer()
  assert.deepEqual(await Promise.all(found.map(textOf)), ["a", "b"])
  assert.equal((await found[0]).headers.get("Cache-Control"), "no-store")
  assert.deepEqual(states, ["starting", "ready"])
})

test("visible requests precede prefetched ones, and equal requests are computed once", async () => {
  const { python, workers } = started()
  const found = [python.get("ahead", { priority: "low" }), python.get("now"), python.get("now")]
  workers[0].say({ ready: true })
  workers[0].answer()
  workers[0].answer()
  assert.deepEqual(paths(workers[0]), ["now", "ahead"])
  assert.deepEqual(await Promise.all(found.map(textOf)), ["ahead", "now", "now"])
})

test("what nobody waits for any more is not begun, and ended where it goes on; the next is a new Python's", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] })
  const { python, workers } = started()
  const stops = [new AbortController(), new AbortController()]
  const given = stops.map(({ signal }, n) => python.get(`long ${n}`, { signal }))
  workers[0].say({ ready: true })
  for (const stop of stops) stop.abort()
  for (const one of given) await assert.rejects(one, { name: "AbortError" })
  const next = python.get("next")
  assert.deepEqual(paths(workers[0]), ["long 0"])
  context.mock.timers.tick(5000)
  assert.deepEqual([workers[0].ended, workers.length], [true, 2])
  workers[1].say({ ready: true })
  workers[1].answer()
  assert.equal(await textOf(next), "next")
})

test("a request that is repeated in the meantime continues", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] })
  const { python, workers } = started()
  const stop = new AbortController()
  const first = python.get("long", { signal: stop.signal })
  workers[0].say({ ready: true })
  stop.abort()
  await assert.rejects(first)
  const again = python.get("long")
  context.mock.timers.tick(5000)
  assert.equal(workers[0].ended, false)
  workers[0].answer()
  assert.equal(await textOf(again), "long")
})

test("if Python cannot start, every request is refused with a sentence", async () => {
  const { python, workers, states } = started()
  const found = python.get("a")
  workers[0].say({ broken: "no memory" })
  for (const response of [await found, await python.get("b")]) {
    assert.equal(response.status, 424)
    assert.match((await response.json()).sentence, /no memory/)
  }
  python.start()
  assert.deepEqual([workers.length, workers[0].ended, states.at(-1)], [1, true, "failed"])
})

test("a missing response is reported, and the next request uses a new worker", async () => {
  const { python, workers } = started()
  const found = [python.get("a"), python.get("b")]
  workers[0].say({ ready: true })
  workers[0].say({ id: workers[0].asked[0].id, failed: "RangeError: no memory" })
  assert.equal((await found[0]).status, 422)
  assert.match((await (await found[0]).json()).sentence, /no memory/)
  assert.deepEqual([workers[0].ended, workers.length, paths(workers[0])], [true, 2, ["a"]])
  workers[1].say({ ready: true })
  workers[1].answer()
  assert.equal(await textOf(found[1]), "b")
})

test("the worker says so where JavaScript fails on the way to an answer", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "cnnviz"))
  context.after(() => rm(folder, { recursive: true }))
  await writeFile(
    join(folder, "pyodide.mjs"),
    `const modules = { sys: { path: { insert() {} } }, "cnnviz.hosts.static.in_browser": { start: () => () => { throw new RangeError("no memory") } } }
    export const loadPyodide = async () => ({ loadPackage: async () => {}, unpackArchive() {}, pyimport: (name) => modules[name] })`,
  )
  context.mock.method(globalThis, "fetch", async () => new Response(""))
  const said = []
  const ready = new Promise((resolve) => {
    globalThis.self = {
      location: { href: pathToFileURL(join(folder, "worker.js")).href },
      postMessage: (data) => resolve(said.push(data)),
    }
  })
  context.after(() => delete globalThis.self)
  serve()
  await ready
  await self.onmessage({ data: { id: 7, path: "a", sent: "" } })
  assert.deepEqual(said, [{ ready: true }, { id: 7, failed: "RangeError: no memory" }])
})

test("a file goes along as it is, and each one is a question of its own", async () => {
  const { python, workers } = started()
  const [one, other] = [new Blob(["1"]), new Blob(["2"])]
  for (const body of [one, other, one]) python.get("a", { method: "POST", body })
  python.get("a")
  workers[0].say({ ready: true })
  for (let n = 0; n < 3; n++) workers[0].answer()
  assert.deepEqual(
    workers[0].asked.map(({ sent }) => sent),
    [one, other, ""],
  )
})
