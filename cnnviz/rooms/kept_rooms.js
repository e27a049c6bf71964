// Data that a presenter's browser stores to reopen a room: the secret, for as long as rooms live, and the open
// question.

import { escapeHtml } from "../view/model/numbers/format.js"
import { inBrowser, inTab } from "../view/model/storage.js"
import { say } from "../view/model/words.js"
import { endOf, hidesAnswer, leftUntil } from "./question.js"

/** @import { RoomPoll, RoomScreen } from "../view/types/view.js" */
/** @typedef {{ code: string, driver: string }} Held */
/** @typedef {{ script: string, screen: number }} Deck  the text of a deck, or its id, and the number of a screen */

const SILENCE = 4 * 3600 * 1000 // milliseconds of inactivity after which a room ends (store.py)

const BY_SCREEN = ["predict", "experiment"] // kinds that only a screen of the deck can begin

const ROOMS = "cnnviz.rooms"
const MOST = 3
const [TRIES, AGAIN_IN] = [5, 1000] // number of attempts to restore a question, and milliseconds between them

/** Return the rooms that this browser opened last, newest first. @returns {(Held & { since: number })[]} */
export const keptRooms = () =>
  Object.values(inBrowser.readRecord(ROOMS)).filter(({ since }) => Date.now() - since < SILENCE)

/** @param {Held} room */
export function keepRoom({ code, driver: presenter }) {
  const otherRooms = keptRooms().filter((room) => room.code !== code)
  inBrowser.writeRecord(ROOMS, [{ code, driver: presenter, since: Date.now() }, ...otherRooms].slice(0, MOST))
}

/** Forget a room. @param {string} code */
export const forgetRoom = (code) =>
  inBrowser.writeRecord(
    ROOMS,
    keptRooms().filter((room) => room.code !== code),
  )

/**
 * Open a room by its secret. If the server has lost the room, reopen it with its open question; otherwise leave it as
 * it is.
 * @param {URL} base  where the pages stand
 * @param {string} presenter
 * @param {string} query  where the audience is to be
 * @param {Record<string, unknown>} [question]
 * @param {Deck} [deck]  that is given there, and the number of its screen
 * @returns {Promise<{ room?: Held, sentence?: string }>}
 */
export async function openRoom(base, presenter, query, question, deck) {
  const hasOwnQuestion = question && !question.screen // a screen's own question is restored with the screen
  const body = JSON.stringify({
    driver: presenter || undefined,
    query: hasOwnQuestion ? `${query}&veiled=1` : query,
    ...deck,
  })
  const answer = await fetch(new URL("room", base), { method: "POST", body }).catch(() => undefined)
  const content = await answer?.json().catch(() => undefined)
  if (!answer?.ok) return { sentence: content?.sentence }
  if (answer.status === 201 && hasOwnQuestion) {
    const headers = { Authorization: `Bearer ${presenter}` }
    const putRequest = (/** @type {string} */ path, /** @type {string} */ body) =>
      fetch(new URL(`room/${content.code}${path}`, base), { method: "PUT", headers, body }).catch(() => undefined)
    for (let tryCount = 0; tryCount < TRIES; tryCount++) {
      const posed = await putRequest("/question", JSON.stringify(question))
      if (posed && posed.status < 500 && posed.status !== 429) break
      await new Promise((resolve) => setTimeout(resolve, AGAIN_IN)) // a server that has just restarted may be busy
    }
    await putRequest("", query)
  }
  return { room: content }
}

/**
 * Reopen a room that is gone, or show the reason why that failed.
 * @param {Parameters<typeof openRoom>} how
 * @param {() => void} opened
 * @param {Element | null | undefined} place
 */
export async function openAgain(how, opened, place) {
  const { room, sentence } = await openRoom(...how)
  if (room) return opened()
  const paragraph = place?.querySelector("p")
  if (paragraph) paragraph.textContent = sentence ?? say("web.notice.silent")
}

/**
 * Store data of a room in this tab, which survives a reload.
 * @param {string} key
 * @param {() => string} code  the room's
 */
const inRoom = (key, code) => ({
  /** @returns {Record<string, any>} */
  read() {
    const { room, ...found } = inTab.readRecord(key)
    return room === code() ? found : {}
  },
  /** @param {object} record */
  write: (record) => inTab.writeRecord(key, { ...record, room: code() }),
})

/**
 * Remember a room's deck and the lecture's position in it.
 * @param {() => string} code  the room's
 * @param {() => Promise<Deck | undefined>} ask  gets it, by the secret
 */
export function roomDeck(code, ask) {
  const tab = inRoom("cnnviz.room.script", code)
  let number = 0
  return {
    /** @param {RoomScreen | null} screen */
    async hear(screen) {
      number = screen?.number ?? 0
      const storedValue = tab.read()
      const mark = screen?.script
      const deck = screen
        ? storedValue.script && storedValue.mark === mark
          ? storedValue.script
          : (await ask())?.script
        : undefined
      tab.write({ script: deck, mark, screen: number })
    },
    /** Record the deck that this page sent to the room. @param {string} deck */
    gave: (deck) => tab.write({ ...tab.read(), script: deck }),
    /** The deck, to be given to a reopened room; undefined if there is none. @returns {Deck | undefined} */
    get given() {
      const { script: deck, screen } = tab.read()
      return deck && screen ? { script: deck, screen } : undefined
    },
  }
}

/**
 * Remember a room's question, as it was sent, while it is open.
 * @param {() => string} code  the room's
 * @param {() => Promise<{ number: number, question: Record<string, unknown> } | undefined>} ask  gets it, by the secret
 */
export function openQuestion(code, ask) {
  const tab = inRoom("cnnviz.room.question", code)
  return {
    /** @param {RoomPoll | null} poll */
    async hear(poll) {
      const storedBefore = tab.read()
      const question = poll && storedBefore.poll?.number === poll.number ? storedBefore.question : undefined
      tab.write({ poll, ends: endOf(poll), question })
      if (question || !poll || BY_SCREEN.includes(poll.kind)) return
      const posed = await ask()
      const storedNow = tab.read()
      if (posed && posed.number === storedNow.poll?.number) tab.write({ ...storedNow, question: posed.question })
    },
    /**
     * The question with the time left to answer it; undefined once its answer is revealed.
     * @returns {Record<string, unknown> | undefined}
     */
    get open() {
      const { poll, ends, question } = tab.read()
      if (!question || !poll || !hidesAnswer(poll)) return undefined
      const secondsLeft = leftUntil(ends, poll)
      return secondsLeft === null || secondsLeft < 1 ? question : { ...question, seconds: Math.round(secondsLeft) }
    },
  }
}

/** Return a note that the server has lost a room, with buttons to reopen or forget it. @param {string} code */
export const goneHTML = (code) => `<p>${say("web.room.forgotten", { code: escapeHtml(code) })}</p>
  <button type="button" data-key="room_again">${say("web.room.again")}</button><button type="button" data-key="room_let_go">${say("web.room.let_go")}</button>`
