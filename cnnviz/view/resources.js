// Numbers as resources (docs/numbers.md): asked for by address, given up when they are overtaken, kept for a while, and
// asked for ahead where nobody is disturbed by it.

import { LruCache } from "./model/lru_cache.js"
import { decode } from "./model/numbers/decode.js"
import { query } from "./model/state/address.js"
import { alongTo } from "./model/state/upload.js"
import { inTab } from "./model/storage.js"
import { has, say } from "./model/words.js"
import { LANG } from "./spec.js"
import { markOf, sentWith } from "./tab_deck.js"

/** @import { Answer, Setup } from "./types/view.js" */
/** @typedef {{ path: string, page: string, setup: Setup, keys: string[], instead?: boolean }} Wanted */
/** @typedef {{ path: string, since: number, stop: AbortController }} Flight  a request on its way */
/**
 * @typedef {object} Act
 * @property {(answer: Answer, asked: Setup, page: string) => void} received
 * @property {(sentence: string) => void} failed  why there is no answer yet, "" where nobody says
 * @property {() => Setup | undefined} shown  the setup on the screen, which stays where another cannot be used
 */

const MOST_BYTES = 32_000_000 // of what is kept: some hundred moments of the teaching notebook's network
const [LARGE, MOST_AHEAD] = [1_000_000, 4_000_000] // of one answer from which only one like it is asked for ahead, and none
const AGAIN_IN = 1500 // milliseconds until a server that did not answer is asked again
const OWN = "dialogs/gradients" // what answers for a file of one's own
const LOST_AFTER = 35_000 // after which a request that was not answered is made again: no server works on one for so long

const idle = globalThis.requestIdleCallback ?? ((/** @type {() => void} */ act) => setTimeout(act, 50))

export class Resources {
  /** @type {LruCache<Answer>} */
  kept = new LruCache(MOST_BYTES)
  /** @type {Wanted | undefined}  what the page waits for, or shows */
  wanted = undefined
  /** @type {Flight | undefined}  the request for it */
  flight = undefined
  /** @type {Flight | undefined}  a request ahead */
  early = undefined
  /** @type {string[]}  what else is to be asked for ahead */
  queue = []
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  again = undefined
  size = 0
  /** @type {Map<string, ((arrays: Answer["arrays"]) => void)[]>}  parts on their way, and who waits for them */
  parts = new Map()
  /** @type {{ setup: Setup, of: string }[]}  which parts were asked for last */
  exact = []
  /** @type {Setup[]}  what may be wanted next */
  likely = []

  /**
   * @param {URL} base  where the pages stand
   * @param {string} code  the version of the code here
   * @param {Act} act
   * @param {(path: string, how: RequestInit) => Promise<Response>} [get]  where they come from, if not from a server
   */
  constructor(base, code, act, get = (path, how) => fetch(new URL(path, base), how)) {
    this.get = (/** @type {string} */ path, /** @type {RequestInit} */ how) => get(path, { ...how, ...sentWith(path) })
    this.code = code
    this.act = act
  }

  /**
   * Asks for what a page shows of a setup; `keys` are those of the address that its numbers depend on.
   * @param {string} page
   * @param {Setup} setup
   * @param {string[]} keys
   */
  ask(page, setup, keys) {
    this.want({ path: this.pathOf(page, setup, keys), page, setup, keys })
  }

  /** @param {string} page @param {Setup} setup @param {string[]} keys */
  pathOf(page, setup, keys) {
    const along = alongTo(page, setup)
    return along
      ? `${OWN}${query({ ...only(setup, keys), ...along.query, lang: LANG })}`
      : pathOf(page, setup, keys, this.code)
  }

  /** @param {Wanted} wanted */
  want(wanted) {
    const { path } = wanted
    clearTimeout(this.again)
    this.wanted = wanted
    this.queue = []
    const known = this.kept.get(path)
    if (known) {
      this.flight = give(this.flight)
      return this.deliver(known)
    }
    if (this.flight?.path === path && performance.now() - this.flight.since < LOST_AFTER) return
    this.flight = give(this.flight)
    if (this.early?.path === path) this.flight = this.early
    else give(this.early)
    this.early = undefined
    this.flight ??= this.send(path, "high")
  }

  /** Loads the page again where the server has another version by now; what it is there for is in the address. */
  async verify() {
    if (!this.wanted) return
    try {
      const response = await this.get(this.wanted.path, { cache: "no-store", priority: "low" })
      if (response.status !== 410) return
      loadAgain(String(refusal(new Uint8Array(await response.arrayBuffer())).values?.version))
    } catch {} // it is lost again, and will come back
  }

  /**
   * Asks ahead for what may be wanted next, the likeliest first.
   * @param {string} page
   * @param {Setup[]} setups
   * @param {string[]} keys
   */
  ahead(page, setups, keys) {
    if (alongTo(page, setups[0] ?? {})) return // to a file: such an answer is not kept
    this.likely = setups
    const paths = setups.map((setup) => this.pathOf(page, setup, keys))
    this.queueUp(paths, this.size > LARGE ? 1 : 8)
    this.partsAhead()
  }

  // The parts that are looked at, of the next update.
  partsAhead() {
    const next = this.likely[0]?.k
    const looked = this.exact.filter(({ setup }) => Number(setup.k) + 1 === Number(next))
    const parts = looked.map(({ setup, of }) => this.partOf({ ...setup, k: next }, of))
    this.queueUp(parts, 8)
  }

  /**
   * Asks for paths ahead, before what else is to be asked for.
   * @param {string[]} paths
   * @param {number} most
   */
  queueUp(paths, most) {
    const { saveData } = /** @type {{ connection?: { saveData?: boolean } }} */ (navigator).connection ?? {}
    if (saveData || this.size > MOST_AHEAD) return
    this.queue = [...paths, ...this.queue.filter((path) => !paths.includes(path))].slice(0, most)
    this.next()
  }

  /** @param {Setup} lesson @param {string} of */
  partOf({ stage, cell, ...setup }, of) {
    return pathOf("", { ...setup, exact: of }, [...Object.keys(setup), "exact"], this.code)
  }

  /**
   * Asks for a part of a moment, exactly.
   * @param {Setup} setup
   * @param {string} of  which one
   * @param {(arrays: Answer["arrays"]) => void} act
   */
  async part(setup, of, act) {
    const path = this.partOf(setup, of)
    const others = this.exact.filter((part) => this.partOf(part.setup, part.of) !== path)
    this.exact = [{ setup, of }, ...others].slice(0, 4)
    this.partsAhead()
    const known = this.kept.get(path)
    if (known) return act(known.arrays)
    if (this.early?.path === path) this.early = give(this.early)
    const waiting = this.parts.get(path)
    if (waiting) return waiting.push(act)
    const acts = [act]
    this.parts.set(path, acts)
    /** @param {Answer["arrays"]} arrays  none: who still wants it asks again */
    const hand = (arrays) => {
      this.parts.delete(path)
      for (const act of acts) act(arrays)
    }
    const answer = await this.answerAt(path)
    answer ? hand(answer.arrays) : setTimeout(() => hand({}), AGAIN_IN)
  }

  /**
   * Asks for what a resource has of a setup that is not the address's: its numbers while one drags, a curve.
   * @param {string} page  or "curve"
   * @param {Setup} lesson  with the resource's own keys
   * @param {(answer: Answer | undefined) => void} act  without an answer where there is none
   */
  async look(page, { stage, cell, ...setup }, act) {
    const path = pathOf(page, setup, Object.keys(setup), this.code)
    const known = this.kept.get(path)
    if (known) return act(known)
    this.early = give(this.early) // what may be wanted later waits
    act(await this.answerAt(path))
  }

  /**
   * Asks what a deck's file holds, or what is wrong with it; nobody keeps it.
   * @param {string | File} body  the file's text
   * @param {(answer: Answer | undefined) => void} act  without an answer where there is none
   */
  async read(body, act) {
    act(await this.answerAt(`numbers/${this.code}/script`, { method: "POST", body }))
  }

  /** An answer at once, which is kept unless something is sent for it; undefined where there is none. @param {string} path @param {RequestInit} [how] */
  async answerAt(path, how) {
    try {
      const response = await this.get(path, { priority: "high", ...how })
      if (!response.ok) return undefined
      const bytes = new Uint8Array(await response.arrayBuffer())
      const answer = decode(bytes)
      if (!how) this.kept.put(path, answer, bytes.length)
      return answer
    } catch {
      return undefined
    }
  }

  // One at a time, when there is nothing else to do.
  next() {
    idle(() => {
      if (this.flight || this.early || document.hidden) return
      const path = this.queue.find((path) => !this.kept.has(path))
      if (path) this.early = this.send(path, "low")
    })
  }

  /**
   * @param {string} path
   * @param {"high" | "low"} priority
   * @returns {Flight}
   */
  send(path, priority) {
    const flight = { path, since: performance.now(), stop: new AbortController() }
    this.fly(flight, priority)
    return flight
  }

  /** A file of one's own is sent to its questions. @param {string} path @returns {RequestInit} */
  alongOn(path) {
    const { page = "", setup = {} } = this.wanted ?? {}
    return path.startsWith(OWN) ? { method: "POST", body: alongTo(page, setup)?.body } : {}
  }

  /**
   * @param {Flight} flight
   * @param {"high" | "low"} priority
   */
  async fly(flight, priority) {
    const { signal } = flight.stop
    let response
    let bytes
    try {
      response = await this.get(flight.path, { signal, priority, ...this.alongOn(flight.path) })
      bytes = new Uint8Array(await response.arrayBuffer())
    } catch {
      if (!signal.aborted) this.missed(flight, "", AGAIN_IN)
      return
    }
    if (!signal.aborted) this.landed(flight, response, bytes)
  }

  /**
   * @param {Flight} flight
   * @param {Response} response
   * @param {Uint8Array} bytes
   */
  landed(flight, { ok, status, headers }, bytes) {
    const wait = 1000 * Number(headers.get("Retry-After") ?? 0)
    if (!ok) {
      const { id = "", sentence = "", values = {} } = refusal(bytes)
      if (status === 410 && loadAgain(String(values.version))) return
      return this.missed(
        flight,
        has(id) ? say(id, values) : sentence,
        status === 410 || status === 429 || status >= 500 ? wait || AGAIN_IN : 0,
      )
    }
    const answer = decode(bytes)
    if (flight === this.flight) this.size = bytes.length
    if (!wait && headers.get("Cache-Control") !== "no-store") this.kept.put(flight.path, answer, bytes.length)
    if (flight === this.early) {
      this.early = undefined
      this.queue = this.queue.filter((path) => path !== flight.path) // kept or not
      return this.next()
    }
    if (flight !== this.flight) return
    this.flight = undefined
    this.deliver(answer)
    if (wait) this.later(wait)
  }

  /**
   * @param {Flight} flight
   * @param {string} sentence
   * @param {number} wait
   */
  missed(flight, sentence, wait) {
    if (flight === this.early) {
      this.early = undefined
      this.queue = []
    }
    if (flight !== this.flight) return
    this.flight = undefined
    this.act.failed(sentence)
    if (wait) this.later(wait * (0.5 + Math.random())) // an audience does not come back all at once
  }

  /** @param {number} wait */
  later(wait) {
    const { wanted } = this
    clearTimeout(this.again)
    this.again = setTimeout(() => wanted && this.want(wanted), wait)
  }

  // What cannot be used is replaced by what is on the screen, which the server does not know.
  /** @param {Answer} answer */
  deliver(answer) {
    const wanted = /** @type {Wanted} */ (this.wanted)
    const { path, page, setup, keys, instead } = wanted
    const shown = this.act.shown()
    const lost = shown && keys.some((key) => key in answer.wrong && (shown[key] ?? "") !== (answer.lesson[key] ?? ""))
    if (!shown || !lost || instead) return this.act.received(answer, setup, page)
    const rest = query({ instead: query(only(shown, keys)).slice(1) }).slice(1)
    this.want({ ...wanted, path: `${path}${path.endsWith("?") ? "" : "&"}${rest}`, instead: true })
  }
}

/**
 * Gives a request up.
 * @param {Flight | undefined} flight
 * @returns {undefined}
 */
function give(flight) {
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
    return {} // not ours: a proxy's page, say
  }
}

/** @param {Setup} setup @param {string[]} keys @returns {Setup} */
const only = (setup, keys) =>
  Object.fromEntries([...keys].sort().flatMap((key) => (setup[key] ? [[key, setup[key]]] : [])))

/**
 * The address of a resource: only what its numbers depend on, in one order, so that a browser knows what it has.
 * @param {string} page
 * @param {Setup} setup
 * @param {string[]} keys
 * @param {string} code
 */
const pathOf = (page, setup, keys, code) =>
  `numbers/${code}/${page || "step"}${query({ ...only(setup, keys), ...markOf(page, setup) })}`

/**
 * An answer as the one to an address: how one looks is no part of a resource.
 * @param {Answer} answer
 * @param {Setup} asked
 * @param {string} [instead]  the stage where there is none of the name that the address has
 * @returns {Answer}
 */
export function looked(answer, asked, instead = "") {
  const usual = answer.stages.findLast(({ symbol }) => symbol !== "update")?.symbol ?? "" // the numbers of a bare address are the first stage's
  const stages = asked.stage ? [asked.stage, instead, usual] : []
  const there = stages.find((stage) => answer.stages.some(({ symbol }) => symbol === stage))
  const setup = { ...answer.lesson, stage: there ?? answer.lesson.stage, cell: asked.cell ?? "" }
  return { ...answer, asked, lesson: setup }
}

/**
 * After an update of the server a page that was open loads itself again, once, and the address brings the setup back.
 * @param {string} [version]  the server's
 * @returns {boolean}  whether it does
 */
export function loadAgain(version = "") {
  if (inTab.read("cnnviz.loaded") === version) return false
  inTab.write("cnnviz.loaded", version)
  location.reload()
  return true
}
