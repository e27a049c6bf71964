// A room's question by plain HTTP (docs/rooms.md): what is asked, an answer, what was answered.

import { inBrowser } from "../view/model/storage.js"
import { LANG } from "../view/spec.js"

/** @import { RoomExperiment, RoomInside, RoomQuestion, RoomResults } from "../view/types/view.js" */
/** @typedef {{ ok: boolean, status: number, sentence: string, data: any }} Answered */

const MOST_ROOMS = 5 // of which a browser keeps its token
const AGAIN_IN = 1200 // milliseconds, and at random up to twice as many
const TRIES = 40

/** @param {URL} room  the room's own address, with a slash at its end */
export function roomClient(room) {
  /** @type {Map<number, Promise<RoomQuestion | undefined>>} */
  const known = new Map()

  /** @param {string} path @param {string} [more]  of its query */
  async function json(path, more = "") {
    for (let tries = 0; tries < TRIES; tries++) {
      const answer = await fetch(at(path) + more).catch(() => undefined)
      if (answer?.ok) return answer.json()
      if (answer && answer.status < 500 && answer.status !== 429) return undefined
      await new Promise((resolve) => setTimeout(resolve, AGAIN_IN * (1 + Math.random())))
    }
  }

  /** Gives what a question asks; the same for as long as it stands. @param {number} number */
  function question(number) {
    const found = known.get(number) ?? json("question", `&number=${number}`)
    known.clear()
    known.set(number, found)
    return /** @type {Promise<RoomQuestion | undefined>} */ (found)
  }

  /** What was answered, once it is shown. @returns {Promise<RoomResults | undefined>} */
  const results = () => json("results")

  /**
   * Sends something of this device's, until it is there: a server that does not answer is asked again.
   * @param {string} path
   * @param {Record<string, unknown>} [more]
   * @returns {Promise<Answered>}
   */
  async function send(path, more = {}) {
    let refused = false
    for (let tries = 0; ; tries++) {
      const token = await device()
      const body = JSON.stringify({ device: token, ...more })
      const got = token ? await fetch(at(path), { method: "POST", body }).catch(() => undefined) : undefined
      const busy = !got || got.status >= 500 || got.status === 429
      if (got?.status === 403 && !refused) {
        refused = true // the room's code is another room's by now
        keepToken("")
      } else if (!busy || tries >= TRIES) {
        const data = (await got?.json().catch(() => undefined)) ?? {}
        return { ok: Boolean(got?.ok), status: got?.status ?? 0, sentence: data.sentence ?? "", data }
      } else await new Promise((resolve) => setTimeout(resolve, AGAIN_IN * (1 + Math.random())))
    }
  }

  /** This device's answer. @param {{ number: number, round: number }} poll @param {number} answer */
  const vote = ({ number, round }, answer) => send("vote", { number, round, answer })

  /** This device's own run in an experiment. */
  const place = () => send("place")

  /** That somebody is lost, or no longer. @param {boolean} is */
  const lost = (is) => send("lost", { lost: is })

  /** The runs of all; for a projector, more of their curves. @param {boolean} projected @returns {Promise<RoomExperiment | undefined>} */
  const experiment = (projected) => json("experiment", projected ? "&screen=1" : "")

  /** The kernel and the maps of one run. @param {number} run @returns {Promise<RoomInside | undefined>} */
  const inside = (run) => json("inside", `&run=${run}`)

  const at = (/** @type {string} */ path) => new URL(`${path}?lang=${LANG}`, room).href
  const code = room.pathname.split("/").at(-2)?.toUpperCase() ?? ""

  /** This device's token, which the room gives it once; one for all tabs of this browser. */
  async function device() {
    const found = tokens()[code]
    if (found) return found
    const answer = await fetch(at("device"), { method: "POST" }).catch(() => undefined)
    const given = answer?.ok ? (await answer.json()).device : ""
    if (given) keepToken(given)
    return tokens()[code] ?? ""
  }

  const keepToken = (/** @type {string} */ token) => {
    const others = Object.entries(tokens()).filter(([other]) => other !== code)
    inBrowser.writeRecord(TOKENS, Object.fromEntries([...others, ...(token ? [[code, token]] : [])].slice(-MOST_ROOMS)))
  }
  return { question, results, vote, place, lost, experiment, inside, join: device }
}

const TOKENS = "cnnviz.devices"

/** The tokens of this browser, by their rooms' codes. @returns {Record<string, string>} */
const tokens = () => inBrowser.readRecord(TOKENS)
