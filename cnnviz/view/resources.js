// Client of the numbers API (docs/numbers.md). It aborts superseded requests, caches responses, and prefetches likely
// ones while idle.

import { LruCache } from "./model/lru_cache.js"
import { decode } from "./model/numbers/decode.js"
import { pickKeys, query } from "./model/state/address.js"
import { uploadFor } from "./model/state/upload.js"
import { inTab } from "./model/storage.js"
import { hasMessage, say } from "./model/words.js"
import { LANG } from "./spec.js"
import { deckMark, deckRequest } from "./tab_deck.js"

/** @import { Answer, Setup } from "./types/view.js" */
/** @typedef {{ path: string, page: string, setup: Setup, keys: string[], instead?: boolean }} Wanted */
/** @typedef {{ path: string, since: number, stop: AbortController }} Flight  a pending request */
/**
 * @typedef {object} Act
 * @property {(answer: Answer, asked: Setup, page: string) => void} received
 * @property {(sentence: string) => void} failed  why the request failed, or ""
 * @property {() => Setup | undefined} shown  the setup on screen, which stays if a requested one is invalid
 */

const CACHE_BYTES = 32_000_000 // cache size in bytes: some hundred snapshots of the teaching notebook's network
const [LARGE, MOST_AHEAD] = [1_000_000, 4_000_000] // response sizes in bytes above which one resource only, or none, is prefetched
const RETRY_DELAY = 1500 // milliseconds before a failed request is retried
const UPLOAD_PATH = "dialogs/gradients" // endpoint that receives an uploaded file
const REPEAT_DELAY = 35_000 // milliseconds after which a pending request is repeated: the server never works on one for that long

const whenIdle = globalThis.requestIdleCallback ?? ((/** @type {() => void} */ act) => setTimeout(act, 50))

export class Resources {
  /** @type {LruCache<Answer>} */
  cache = new LruCache(CACHE_BYTES)
  /** @type {Wanted | undefined}  the current or pending request of the page */
  wanted = undefined
  /** @type {Flight | undefined}  the pending request of `wanted` */
  flight = undefined
  /** @type {Flight | undefined}  the pending prefetch */
  prefetch = undefined
  /** @type {string[]}  paths to prefetch */
  queue = []
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  retryTimer = undefined
  size = 0
  /** @type {Map<string, ((arrays: Answer["arrays"]) => void)[]>}  callbacks of pending array requests, by path */
  parts = new Map()
  /** @type {{ setup: Setup, of: string }[]}  the arrays requested last */
  recentParts = []
  /** @type {Setup[]}  the setups prefetched last */
  likelySetups = []

  /**
   * @param {URL} base  base address of the pages
   * @param {string} code  version of this code
   * @param {Act} act
   * @param {(path: string, how: RequestInit) => Promise<Response>} [get]  replaces `fetch` without a server
   */
  constructor(base, code, act, get = (path, how) => fetch(new URL(path, base), how)) {
    this.get = (/** @type {string} */ path, /** @type {RequestInit} */ how) =>
      get(path, { ...how, ...deckRequest(path) })
    this.code = code
    this.act = act
  }

  /**
   * Request what a page shows of a setup. `keys` are the URL keys that its numbers depend on.
   * @param {string} page
   * @param {Setup} setup
   * @param {string[]} keys
   */
  ask(page, setup, keys) {
    this.load({ path: this.pathOf(page, setup, keys), page, setup, keys })
  }

  /** @param {string} page @param {Setup} setup @param {string[]} keys */
  pathOf(page, setup, keys) {
    const upload = uploadFor(page, setup)
    return upload
      ? `${UPLOAD_PATH}${query({ ...pickKeys(setup, keys), ...upload.query, lang: LANG })}`
      : pathOf(page, setup, keys, this.code)
  }

  /** @param {Wanted} wanted */
  load(wanted) {
    const { path } = wanted
    clearTimeout(this.retryTimer)
    this.wanted = wanted
    this.queue = []
    const cached = this.cache.get(path)
    if (cached) {
      this.flight = abort(this.flight)
      return this.deliver(cached)
    }
    if (this.flight?.path === path && performance.now() - this.flight.since < REPEAT_DELAY) return
    this.flight = abort(this.flight)
    if (this.prefetch?.path === path) this.flight = this.prefetch
    else abort(this.prefetch)
    this.prefetch = undefined
    this.flight ??= this.send(path, "high")
  }

  /** Reload the page if the server runs another version. The address restores the setup. */
  async verify() {
    if (!this.wanted) return
    try {
      const response = await this.get(this.wanted.path, { cache: "no-store", priority: "low" })
      if (response.status !== 410) return
      loadAgain(String(refusal(new Uint8Array(await response.arrayBuffer())).values?.version))
    } catch {} // the connection failed again and will be retried
  }

  /**
   * Prefetch setups that may be wanted next, most likely first.
   * @param {string} page
   * @param {Setup[]} setups
   * @param {string[]} keys
   */
  ahead(page, setups, keys) {
    if (uploadFor(page, setups[0] ?? {})) return // responses to an upload are not cached
    this.likelySetups = setups
    const paths = setups.map((setup) => this.pathOf(page, setup, keys))
    this.enqueue(paths, this.size > LARGE ? 1 : 8)
    this.prefetchParts()
  }

  // Prefetch the exact parts in view, for the next update.
  prefetchParts() {
    const nextK = this.likelySetups[0]?.k
    const visibleParts = this.recentParts.filter(({ setup }) => Number(setup.k) + 1 === Number(nextK))
    const parts = visibleParts.map(({ setup, of }) => this.partOf({ ...setup, k: nextK }, of))
    this.enqueue(parts, 8)
  }

  /**
   * Put paths at the front of the prefetch queue, which is cut to `most` entries.
   * @param {string[]} paths
   * @param {number} limit
   */
  enqueue(paths, limit) {
    const { saveData } = /** @type {{ connection?: { saveData?: boolean } }} */ (navigator).connection ?? {}
    if (saveData || this.size > MOST_AHEAD) return
    this.queue = [...paths, ...this.queue.filter((path) => !paths.includes(path))].slice(0, limit)
    this.next()
  }

  /** @param {Setup} lesson @param {string} of */
  partOf({ stage, cell, ...setup }, of) {
    return pathOf("", { ...setup, exact: of }, [...Object.keys(setup), "exact"], this.code)
  }

  /**
   * Request one array of a snapshot at full precision.
   * @param {Setup} setup
   * @param {string} of  the array's name
   * @param {(arrays: Answer["arrays"]) => void} act
   */
  async part(setup, of, act) {
    const path = this.partOf(setup, of)
    const otherParts = this.recentParts.filter((part) => this.partOf(part.setup, part.of) !== path)
    this.recentParts = [{ setup, of }, ...otherParts].slice(0, 4)
    this.prefetchParts()
    const cached = this.cache.get(path)
    if (cached) return act(cached.arrays)
    if (this.prefetch?.path === path) this.prefetch = abort(this.prefetch)
    const callbacks = this.parts.get(path)
    if (callbacks) return callbacks.push(act)
    const listeners = [act]
    this.parts.set(path, listeners)
    /** @param {Answer["arrays"]} arrays  empty if the request failed: callers then retry */
    const finish = (arrays) => {
      this.parts.delete(path)
      for (const listener of listeners) listener(arrays)
    }
    const answer = await this.fetchAnswer(path)
    answer ? finish(answer.arrays) : setTimeout(() => finish({}), RETRY_DELAY)
  }

  /**
   * Request a resource that the address does not name, such as the numbers during a drag, or a curve.
   * @param {string} page  a page's path, or "curve"
   * @param {Setup} lesson  with the resource's own keys
   * @param {(answer: Answer | undefined) => void} act  gets undefined if the request fails
   */
  async look(page, { stage, cell, ...setup }, act) {
    const path = pathOf(page, setup, Object.keys(setup), this.code)
    const cached = this.cache.get(path)
    if (cached) return act(cached)
    this.prefetch = abort(this.prefetch) // cancel the prefetch: it can wait
    act(await this.fetchAnswer(path))
  }

  /**
   * Request the content of a deck file, or its errors. The response is not cached.
   * @param {string | File} body  the file's text
   * @param {(answer: Answer | undefined) => void} act  gets undefined if the request fails
   */
  async read(body, act) {
    act(await this.fetchAnswer(`numbers/${this.code}/script`, { method: "POST", body }))
  }

  /**
   * Request a path with high priority and return the response, or undefined if that fails. It is cached unless `how`
   * is given.
   * @param {string} path @param {RequestInit} [how]
   */
  async fetchAnswer(path, how) {
    try {
      const response = await this.get(path, { priority: "high", ...how })
      if (!response.ok) return undefined
      const bytes = new Uint8Array(await response.arrayBuffer())
      const answer = decode(bytes)
      if (!how) this.cache.put(path, answer, bytes.length)
      return answer
    } catch {
      return undefined
    }
  }

  // Prefetch one path at a time while the browser is idle.
  next() {
    whenIdle(() => {
      if (this.flight || this.prefetch || document.hidden) return
      const path = this.queue.find((path) => !this.cache.has(path))
      if (path) this.prefetch = this.send(path, "low")
    })
  }

  /**
   * @param {string} path
   * @param {"high" | "low"} priority
   * @returns {Flight}
   */
  send(path, priority) {
    const flight = { path, since: performance.now(), stop: new AbortController() }
    this.fetchFlight(flight, priority)
    return flight
  }

  /**
   * Return the request options that send the uploaded file to its endpoint.
   * @param {string} path @returns {RequestInit}
   */
  uploadOptions(path) {
    const { page = "", setup = {} } = this.wanted ?? {}
    return path.startsWith(UPLOAD_PATH) ? { method: "POST", body: uploadFor(page, setup)?.body } : {}
  }

  /**
   * @param {Flight} flight
   * @param {"high" | "low"} priority
   */
  async fetchFlight(flight, priority) {
    const { signal } = flight.stop
    let response
    let bytes
    try {
      response = await this.get(flight.path, { signal, priority, ...this.uploadOptions(flight.path) })
      bytes = new Uint8Array(await response.arrayBuffer())
    } catch {
      if (!signal.aborted) this.handleFailure(flight, "", RETRY_DELAY)
      return
    }
    if (!signal.aborted) this.handleResponse(flight, response, bytes)
  }

  /**
   * @param {Flight} flight
   * @param {Response} response
   * @param {Uint8Array} bytes
   */
  handleResponse(flight, { ok, status, headers }, bytes) {
    const delay = 1000 * Number(headers.get("Retry-After") ?? 0)
    if (!ok) {
      const { id = "", sentence = "", values = {} } = refusal(bytes)
      if (status === 410 && loadAgain(String(values.version))) return
      return this.handleFailure(
        flight,
        hasMessage(id) ? say(id, values) : sentence,
        status === 410 || status === 429 || status >= 500 ? delay || RETRY_DELAY : 0,
      )
    }
    const answer = decode(bytes)
    if (flight === this.flight) this.size = bytes.length
    if (!delay && headers.get("Cache-Control") !== "no-store") this.cache.put(flight.path, answer, bytes.length)
    if (flight === this.prefetch) {
      this.prefetch = undefined
      this.queue = this.queue.filter((path) => path !== flight.path) // whether or not it was cached
      return this.next()
    }
    if (flight !== this.flight) return
    this.flight = undefined
    this.deliver(answer)
    if (delay) this.retryLater(delay)
  }

  /**
   * @param {Flight} flight
   * @param {string} sentence
   * @param {number} wait
   */
  handleFailure(flight, sentence, wait) {
    if (flight === this.prefetch) {
      this.prefetch = undefined
      this.queue = []
    }
    if (flight !== this.flight) return
    this.flight = undefined
    this.act.failed(sentence)
    if (wait) this.retryLater(wait * (0.5 + Math.random())) // jitter, so that an audience does not retry all at once
  }

  /** @param {number} wait */
  retryLater(wait) {
    const { wanted } = this
    clearTimeout(this.retryTimer)
    this.retryTimer = setTimeout(() => wanted && this.load(wanted), wait)
  }

  // Repeat the request with the setup on screen as a fallback (`instead`), if the server could not use a changed key.
  /** @param {Answer} answer */
  deliver(answer) {
    const wantedSetup = /** @type {Wanted} */ (this.wanted)
    const { path, page, setup, keys, instead } = wantedSetup
    const current = this.act.shown()
    const isRejected =
      current && keys.some((key) => key in answer.wrong && (current[key] ?? "") !== (answer.lesson[key] ?? ""))
    if (!current || !isRejected || instead) return this.act.received(answer, setup, page)
    const fallback = query({ instead: query(pickKeys(current, keys)).slice(1) }).slice(1)
    this.load({ ...wantedSetup, path: `${path}${path.endsWith("?") ? "" : "&"}${fallback}`, instead: true })
  }
}

/**
 * Abort a request.
 * @param {Flight | undefined} flight
 * @returns {undefined}
 */
function abort(flight) {
  flight?.stop.abort()
}

/**
 * @param {Uint8Array} bytes
 * @returns {{ id?: string, sentence?: string, values?: Record<string, any> }}
 */
function refusal(bytes) {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return {} // not our JSON, for example a proxy's error page
  }
}

/**
 * Return the path of a resource: only keys that its numbers depend on, sorted, so that equal requests share a cache
 * entry.
 * @param {string} page
 * @param {Setup} setup
 * @param {string[]} keys
 * @param {string} code
 */
const pathOf = (page, setup, keys, code) =>
  `numbers/${code}/${page || "step"}${query({ ...pickKeys(setup, keys), ...deckMark(page, setup) })}`

/**
 * Adapt a cached response to the requested stage and cell, which are not part of a resource's path.
 * @param {Answer} answer
 * @param {Setup} asked
 * @param {string} [fallback]  stage to use if the requested one does not exist
 * @returns {Answer}
 */
export function withLook(answer, asked, fallback = "") {
  const defaultStage = answer.stages.findLast(({ symbol }) => symbol !== "update")?.symbol ?? "" // a bare address shows the first stage
  const stages = asked.stage ? [asked.stage, fallback, defaultStage] : []
  const knownStage = stages.find((stage) => answer.stages.some(({ symbol }) => symbol === stage))
  const setup = { ...answer.lesson, stage: knownStage ?? answer.lesson.stage, cell: asked.cell ?? "" }
  return { ...answer, asked, lesson: setup }
}

/**
 * Reload the page after an update of the server, once for each version. The address restores the setup.
 * @param {string} [version]  the server's version
 * @returns {boolean}  whether the page reloads
 */
export function loadAgain(version = "") {
  if (inTab.read("cnnviz.loaded") === version) return false
  inTab.write("cnnviz.loaded", version)
  location.reload()
  return true
}
