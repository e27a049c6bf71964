// Client of Python in a web worker, with requests and responses like a server's.

import { say } from "../../view/model/words.js"

/** @typedef {{ status: number, headers: Record<string, string>, body: Uint8Array<ArrayBuffer> }} Found */
/** @typedef {string | Blob} Sent  what is sent along: a deck, a file, or "" */
/** @typedef {(path: string, sent: string | Uint8Array) => Found} Get */
/** @typedef {{ taken: (found: Found) => void, high: boolean }} Waiting  for an answer */
/** @typedef {{ id: number, path: string, sent: Sent, waiting: Set<Waiting> }} Job */

const GIVE_UP = 2000 // milliseconds before a worker is terminated whose result is no longer needed; it receives no messages while it computes

export class Python {
  /** @type {"starting" | "ready" | "failed"} */
  state = "starting"
  why = "" // reason of the failure
  /** @type {Worker | undefined} */
  worker = undefined
  /** @type {Job | undefined} */
  running = undefined
  /** @type {Job[]} */
  queue = []
  count = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  ending = undefined

  /**
   * @param {() => Worker} make  a worker that says that it is ready, or broken, and then answers
   * @param {(state: Python["state"]) => void} changed
   */
  constructor(make, changed) {
    this.make = make
    this.changed = changed
  }

  /** Start Python, as the first request also does. */
  start() {
    if (this.worker || this.state === "failed") return
    const worker = this.make()
    this.worker = worker
    worker.onmessage = ({ data }) => {
      if (data.ready) this.turn("ready")
      else if (data.broken) this.fail(data.broken)
      else this.answered(data)
    }
    worker.onerror = ({ message }) => this.fail(message ?? "")
    this.turn("starting")
  }

  /** @param {Python["state"]} state */
  turn(state) {
    this.state = state
    this.changed(state)
    this.next()
  }

  /** @param {string} why */
  fail(why) {
    this.why = why
    this.end()
    const jobs = this.queue
    this.queue = []
    this.turn("failed")
    for (const job of jobs) deliver(job, refusal(424, "web.site.failed", why))
  }

  /**
   * Send a request like `fetch`. An abort by `signal` rejects the promise.
   * @param {string} path
   * @param {RequestInit} [how]
   * @returns {Promise<Response>}
   */
  get(path, { signal, priority, body } = {}) {
    return new Promise((resolve, reject) => {
      const waiter = { taken: (/** @type {Found} */ found) => resolve(responseOf(found)), high: priority !== "low" }
      if (this.state === "failed") return waiter.taken(refusal(424, "web.site.failed", this.why))
      this.start()
      const job = this.jobOf(path, /** @type {Sent} */ (body ?? ""))
      job.waiting.add(waiter)
      signal?.addEventListener("abort", () => {
        job.waiting.delete(waiter)
        this.abandon(job)
        reject(signal.reason)
      })
      this.next()
    })
  }

  /** The job of a request, queued if it is new. @param {string} path @param {Sent} sent */
  jobOf(path, sent) {
    const isSameJob = (/** @type {Job | undefined} */ job) => job?.path === path && job.sent === sent
    if (this.running && isSameJob(this.running)) {
      clearTimeout(this.ending)
      return this.running
    }
    const queuedJob = this.queue.find(isSameJob)
    if (queuedJob) return queuedJob
    const job = { id: ++this.count, path, sent, waiting: new Set() }
    this.queue.push(job)
    return job
  }

  // Prefetches wait for requests that the page needs now.
  next() {
    if (this.state !== "ready" || this.running || !this.queue.length) return
    const urgentIndex = this.queue.findIndex(({ waiting }) => [...waiting].some(({ high }) => high))
    ;[this.running] = this.queue.splice(Math.max(0, urgentIndex), 1)
    const { id, path, sent } = this.running
    this.worker?.postMessage({ id, path, sent })
  }

  /**
   * Deliver a response. After a failure, such as a lack of memory, restart Python for the next one.
   * @param {Found & { id: number, failed?: string }} data
   */
  answered({ id, failed, ...found }) {
    const job = this.running
    if (job?.id !== id) return
    clearTimeout(this.ending)
    this.running = undefined
    if (failed) this.again()
    else this.next()
    deliver(job, failed ? refusal(422, "web.site.no_answer", failed) : found)
  }

  again() {
    this.end()
    this.start()
  }

  /** @param {Job} job */
  abandon(job) {
    if (job.waiting.size) return
    this.queue = this.queue.filter((other) => other !== job)
    if (job !== this.running) return
    clearTimeout(this.ending)
    this.ending = setTimeout(() => this.again(), GIVE_UP)
  }

  /** Terminate the worker, and requeue its job if that is still needed. */
  end() {
    this.worker?.terminate()
    this.worker = undefined
    if (this.running?.waiting.size) this.queue.unshift(this.running)
    this.running = undefined
  }
}

/** @param {Job} job @param {Found} found */
function deliver({ waiting }, found) {
  for (const { taken } of waiting) taken(found)
}

/** @param {number} status @param {string} id  of the sentence @param {string} error @returns {Found} */
function refusal(status, id, error) {
  const body = new TextEncoder().encode(JSON.stringify({ sentence: say(id, { error }) }))
  return { status, headers: {}, body }
}

/** @param {Found} found */
const responseOf = ({ body, ...rest }) => new Response(body, rest)
