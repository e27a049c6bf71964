// A room's question by plain HTTP (docs/rooms.md): what is asked, an answer, what was answered.

import { LANG } from "../spec.js"
import { remember, remembered } from "./tab.js"

/** @import { HallQuestion, HallResults } from "../types/wire.js" */
/** @typedef {{ ok: boolean, status: number, sentence: string }} Answered */

const DEVICE = "cnnviz.device"
const AGAIN_IN = 1200 // milliseconds, and at random up to twice as many
const TRIES = 40

/** @param {URL} room  the room's own address, with a slash at its end */
export function hall(room) {
  /** @type {Map<number, Promise<HallQuestion | undefined>>} */
  const known = new Map()

  /** @param {string} path */
  async function json(path) {
    for (let tries = 0; tries < TRIES; tries++) {
      const answer = await fetch(new URL(`${path}?lang=${LANG}`, room)).catch(() => undefined)
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
    const body = JSON.stringify({ device: device(), number, round, answer })
    for (let tries = 0; ; tries++) {
      const got = await fetch(new URL(`vote?lang=${LANG}`, room), { method: "POST", body }).catch(() => undefined)
      const busy = !got || got.status >= 500 || got.status === 429
      if (!busy || tries >= TRIES) {
        const { sentence = "" } = (await got?.json().catch(() => undefined)) ?? {}
        return { ok: Boolean(got?.ok), status: got?.status ?? 0, sentence }
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_IN * (1 + Math.random())))
    }
  }
  return { question, results, vote }
}

// A random name that says nothing about anybody; one for all tabs of this browser.
function device() {
  let found = ""
  try {
    found = localStorage.getItem(DEVICE) ?? ""
  } catch {} // not every browser lets a page keep something
  found ||= remembered(DEVICE)
  if (found) return found
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  found = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  remember(DEVICE, found)
  try {
    localStorage.setItem(DEVICE, found)
  } catch {}
  return found
}
