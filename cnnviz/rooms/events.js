// The event stream of a room, open only while the page is visible, so that a phone in a pocket makes no requests.

import { retryIn } from "./question.js"

/** @import { RoomPoll, RoomScreen } from "../view/types/view.js" */
/** @typedef {{ votes: number, followers: number, alone: number, lost: number }} Count */
/**
 * @typedef {object} Hears
 * @property {(query: string, number: number) => void} moved
 * @property {(poll: RoomPoll | null) => void} [asked]
 * @property {(count: Count) => void} [counted]
 * @property {(explore: string) => void} [allowed]  how far one may go by oneself: "free", "screens" or "paused"
 * @property {(how: string) => void} [covered]  what a projector shows instead of the lecture: "black", "join", or "" for nothing
 * @property {(screen: RoomScreen | null) => void} [shown]  the screen of the room's deck where the lecture is
 * @property {() => void} ended
 * @property {(is: boolean) => void} [lost]  whether the server is out of reach
 * @property {(is: boolean) => void} gone  whether it is there and has no such room any more; said more than once
 */

/** @param {Hears} act */
export function listen(act) {
  /** @type {EventSource | undefined} */
  let stream
  let url = ""
  let isOver = false
  let isGone = false
  let tryCount = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer

  function begin() {
    clearTimeout(timer)
    if (isOver || !url || document.hidden || (stream && stream.readyState !== EventSource.CLOSED)) return
    const source = new EventSource(url)
    stream = source
    source.onopen = () => {
      tryCount = 0
      isGone = false
      act.gone(false)
      act.lost?.(false)
    }
    source.onmessage = ({ data, lastEventId }) => act.moved(data, Number(lastEventId))
    source.addEventListener("question", ({ data }) => act.asked?.(JSON.parse(data)))
    source.addEventListener("explore", ({ data }) => act.allowed?.(JSON.parse(data)))
    source.addEventListener("cover", ({ data }) => act.covered?.(JSON.parse(data)))
    source.addEventListener("screen", ({ data }) => act.shown?.(JSON.parse(data)))
    source.addEventListener("count", ({ data }) => act.counted?.(JSON.parse(data)))
    source.addEventListener("end", () => {
      close()
      isOver = true
      act.ended()
    })
    source.onerror = () => {
      act.lost?.(true)
      if (source.readyState === EventSource.CLOSED && stream === source) tryCount ? later(0) : look()
    }
  }

  // EventSource stops retrying after a response that is not a stream, and hides its status. Fetch the status instead.
  async function look() {
    if (document.hidden) return
    const requestedUrl = url
    const answer = await fetch(url, { method: "HEAD", cache: "no-store" }).catch(() => undefined)
    if (isOver || requestedUrl !== url) return
    if (answer?.status === 404) {
      if (!isGone) tryCount = 0
      isGone = true
      act.gone(true)
    }
    if (!answer?.ok) return later(answer?.status ?? 0)
    tryCount += 1
    begin()
  }

  /** @param {number} status  that was answered, 0 where nothing was */
  function later(status) {
    clearTimeout(timer)
    timer = setTimeout(look, retryIn(status, tryCount++, Math.random()))
  }

  function close() {
    clearTimeout(timer)
    stream?.close()
    stream = undefined
  }

  /** Switch to another stream. @param {string} next */
  function open(next) {
    if (next === url) return
    url = next
    isOver = false
    close()
    begin()
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : begin()))
  return {
    open,
    /** Try at once whether the room exists. */
    again: begin,
    close: () => {
      url = ""
      isGone = false
      close()
    },
  }
}
