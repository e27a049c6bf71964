// A room's question by plain HTTP (docs/rooms.md): what is asked, an answer, what was answered.

import { keep, kept } from "../view/regions/preferences.js"
import { LANG } from "../view/spec.js"

/** @import { HallQuestion, HallResults } from "../view/types/wire.js" */
/** @typedef {{ ok: boolean, status: number, sentence: string }} Answered */

const MOST_ROOMS = 5 // of which a browser keeps its token
const AGAIN_IN = 1200 // milliseconds, and at random up to twice as many
const TRIES = 40

/** @param {URL} room  the room's own address, with a slash at its end */
export function hall(room) {
  /** @type {Map<number, Promise<HallQuestion | undefined>>} */
  const known = new Map()

  /** @param {string} path */
  async function json(path) {
    for (let tries = 0; tries < TRIES; tries++) {
      const answer = await fetch(at(path)).catch(() => undefined)
      if (answer?.ok) return answer.json()
      if (answer && answer.status < 500 && answer.status !== 429) return undefined
      await new Promise((resolve) => setTimeout(resolve, AGAIN_IN * (1 + Math.random())))
    }
  }

  /** What a question asks; the same for as long as it stands. @param {number} number */
  function question(number) {
    const found = known.get(number) ?? json("question")
    known.clear()
    known.set(number, found)
    return /** @type {Promise<HallQuestion | undefined>} */ (found)
  }

  /** What was answered, once it is shown. @returns {Promise<HallResults | undefined>} */
  const results = () => json("results")

  /**
   * Sends this device's answer, until it is there: a server that does not answer is asked again.
   * @param {{ number: number, round: number }} poll
   * @param {number} answer
   * @returns {Promise<Answered>}
   */
  async function vote({ number, round }, answer) {
    let refused = false
    for (let tries = 0; ; tries++) {
      const token = await device()
      const body = JSON.stringify({ device: token, number, round, answer })
      const got = token ? await fetch(at("vote"), { method: "POST", body }).catch(() => undefined) : undefined
      const busy = !got || got.status >= 500 || got.status === 429
      if (got?.status === 403 && !refused) {
        refused = true // the room's code is another room's by now
        keepToken("")
      } else if (!busy || tries >= TRIES) {
        const { sentence = "" } = (await got?.json().catch(() => undefined)) ?? {}
        return { ok: Boolean(got?.ok), status: got?.status ?? 0, sentence }
      } else await new Promise((resolve) => setTimeout(resolve, AGAIN_IN * (1 + Math.random())))
    }
  }

  const at = (/** @type {string} */ path) => new URL(`${path}?lang=${LANG}`, room)
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
    keep(TOKENS, JSON.stringify(Object.fromEntries([...others, ...(token ? [[code, token]] : [])].slice(-MOST_ROOMS))))
  }
  return { question, results, vote, join: device }
}

const TOKENS = "devices"

/** The tokens of this browser, by their rooms' codes. @returns {Record<string, string>} */
function tokens() {
  try {
    return JSON.parse(kept(TOKENS) || "{}")
  } catch {
    return {}
  }
}
