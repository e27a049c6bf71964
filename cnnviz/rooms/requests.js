// HTTP client of a room (docs/rooms.md): its question, results, experiment, and this device's answers.

import { inBrowser } from "../view/model/storage.js"
import { LANG } from "../view/spec.js"

/** @import { RoomExperiment, RoomInside, RoomQuestion, RoomResults } from "../view/types/view.js" */
/** @typedef {{ ok: boolean, status: number, sentence: string, data: any }} Answered */

const MOST_ROOMS = 5 // rooms whose token a browser stores
const AGAIN_IN = 1200 // milliseconds, with a random factor of 1 to 2
const TRIES = 40

/** @param {URL} room  the room's own address, with a slash at its end */
export function roomClient(room) {
  /** @type {Map<number, Promise<RoomQuestion | undefined>>} */
  const knownResponses = new Map()

  /** @param {string} path @param {string} [more]  of its query */
  async function json(path, more = "") {
    for (let tryCount = 0; tryCount < TRIES; tryCount++) {
      const answer = await fetch(urlOf(path) + more).catch(() => undefined)
      if (answer?.ok) return answer.json()
      if (answer && answer.status < 500 && answer.status !== 429) return undefined
      await new Promise((resolve) => setTimeout(resolve, AGAIN_IN * (1 + Math.random())))
    }
  }

  /** Fetch a question, cached while it is the current one. @param {number} number */
  function question(number) {
    const response = knownResponses.get(number) ?? json("question", `&number=${number}`)
    knownResponses.clear()
    knownResponses.set(number, response)
    return /** @type {Promise<RoomQuestion | undefined>} */ (response)
  }

  /** Fetch the results, once they are shown. @returns {Promise<RoomResults | undefined>} */
  const results = () => json("results")

  /**
   * Send a request from this device, with retries while the server is busy or unreachable.
   * @param {string} path
   * @param {Record<string, unknown>} [more]
   * @returns {Promise<Answered>}
   */
  async function send(path, more = {}) {
    let isRefused = false
    for (let attempt = 0; ; attempt++) {
      const token = await device()
      const body = JSON.stringify({ device: token, ...more })
      const reply = token ? await fetch(urlOf(path), { method: "POST", body }).catch(() => undefined) : undefined
      const isBusy = !reply || reply.status >= 500 || reply.status === 429
      if (reply?.status === 403 && !isRefused) {
        isRefused = true // the code belongs to another room now
        keepToken("")
      } else if (!isBusy || attempt >= TRIES) {
        const data = (await reply?.json().catch(() => undefined)) ?? {}
        return { ok: Boolean(reply?.ok), status: reply?.status ?? 0, sentence: data.sentence ?? "", data }
      } else await new Promise((resolve) => setTimeout(resolve, AGAIN_IN * (1 + Math.random())))
    }
  }

  /** Send this device's answer. @param {{ number: number, round: number }} poll @param {number} answer */
  const vote = ({ number, round }, answer) => send("vote", { number, round, answer })

  /** Fetch this device's run in an experiment. */
  const sendPlace = () => send("place")

  /** Report that this follower is lost, or no longer is. @param {boolean} is */
  const sendLost = (is) => send("lost", { lost: is })

  /**
   * Fetch the runs of all devices, with more curves for a projector.
   * @param {boolean} projected
   * @returns {Promise<RoomExperiment | undefined>}
   */
  const experiment = (projected) => json("experiment", projected ? "&screen=1" : "")

  /** Fetch the kernel and maps of a run. @param {number} run @returns {Promise<RoomInside | undefined>} */
  const fetchInside = (run) => json("inside", `&run=${run}`)

  const urlOf = (/** @type {string} */ path) => new URL(`${path}?lang=${LANG}`, room).href
  const code = room.pathname.split("/").at(-2)?.toUpperCase() ?? ""

  /** Return the device's token, issued once by the room and shared by all tabs of this browser. */
  async function device() {
    const token = tokens()[code]
    if (token) return token
    const answer = await fetch(urlOf("device"), { method: "POST" }).catch(() => undefined)
    const newToken = answer?.ok ? (await answer.json()).device : ""
    if (newToken) keepToken(newToken)
    return tokens()[code] ?? ""
  }

  const keepToken = (/** @type {string} */ token) => {
    const otherTokens = Object.entries(tokens()).filter(([other]) => other !== code)
    inBrowser.writeRecord(
      TOKENS,
      Object.fromEntries([...otherTokens, ...(token ? [[code, token]] : [])].slice(-MOST_ROOMS)),
    )
  }
  return { question, results, vote, place: sendPlace, lost: sendLost, experiment, inside: fetchInside, join: device }
}

const TOKENS = "cnnviz.devices"

/** Return this browser's tokens by room code. @returns {Record<string, string>} */
const tokens = () => inBrowser.readRecord(TOKENS)
