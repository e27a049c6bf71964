// One stream of what happens in a room, while the page is in sight: a phone in a pocket asks for nothing.

/** @import { HallPoll } from "../types/wire.js" */
/** @typedef {{ votes: number, followers: number, alone: number }} Count */
/**
 * @typedef {object} Hears
 * @property {(query: string, number: number) => void} moved
 * @property {(poll: HallPoll | null) => void} [asked]
 * @property {(count: Count) => void} [counted]
 * @property {() => void} ended
 * @property {(is: boolean) => void} [lost]
 */

const RETURN_IN = 1000

/** @param {Hears} act */
export function listen(act) {
  /** @type {EventSource | undefined} */
  let stream
  let url = ""
  let over = false

  function begin() {
    if (over || !url || document.hidden || (stream && stream.readyState !== EventSource.CLOSED)) return
    const own = new EventSource(url)
    stream = own
    own.onopen = () => act.lost?.(false)
    own.onmessage = ({ data, lastEventId }) => act.moved(data, Number(lastEventId))
    own.addEventListener("question", ({ data }) => act.asked?.(JSON.parse(data)))
    own.addEventListener("count", ({ data }) => act.counted?.(JSON.parse(data)))
    own.addEventListener("end", () => {
      close()
      over = true
      act.ended()
    })
    own.onerror = () => {
      act.lost?.(true)
      // A browser gives up for good where it got another answer than a stream: the server may be starting again.
      if (own.readyState === EventSource.CLOSED && stream === own)
        setTimeout(begin, RETURN_IN * (1 + 2 * Math.random()))
    }
  }

  function close() {
    stream?.close()
    stream = undefined
  }

  /** Listens there from now on. @param {string} next */
  function open(next) {
    if (next === url) return
    url = next
    over = false
    close()
    begin()
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : begin()))
  return {
    open,
    close: () => {
      url = ""
      close()
    },
  }
}
