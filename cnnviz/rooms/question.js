// A room's question as plain values: positions of cells and windows, counts of answers, and the order of actions.

import { say } from "../view/model/words.js"

/** @import { RoomMap, RoomPoll, RoomQuestion, RoomResults, RoomRound, Setup, Plane } from "../view/types/view.js" */

/** Return the values of a map's cells, decoded from bytes. @param {Plane} plane */
export function valuesOf({ levels, low, high }) {
  const bytes = atob(levels)
  return Float64Array.from(bytes, (byte) => low + (byte.charCodeAt(0) / 255) * (high - low))
}

/**
 * Return the layer, row and column in which a cell is drawn.
 * @param {RoomMap} map
 * @param {number} cell  its place in the array
 */
export function placeIn({ rows, columns }, cell) {
  const cellInLayer = cell % (rows * columns)
  return {
    layer: Math.floor(cell / (rows * columns)),
    row: Math.floor(cellInLayer / columns),
    column: cellInLayer % columns,
  }
}

/**
 * Return the cell at a row and column of a layer, or the nearest one if that is outside.
 * @param {RoomMap} map
 * @param {number} layer
 * @param {number} row
 * @param {number} column
 */
export function cellIn({ rows, columns, cells }, layer, row, column) {
  const [i, j] = [clamp(row, rows), clamp(column, columns)]
  return Math.min((layer * rows + i) * columns + j, cells - 1)
}

/** @param {number} at @param {number} size */
const clamp = (at, size) => Math.min(Math.max(Math.round(at), 0), size - 1)

/**
 * Return the index of a cell in the array, one number per axis.
 * @param {RoomMap} map
 * @param {number} cell
 */
export function indexOf({ shape }, cell) {
  const index = []
  for (const size of [...shape].reverse()) {
    index.unshift(cell % size)
    cell = Math.floor(cell / size)
  }
  return index
}

/** Return the name of a cell for people. @param {RoomMap} map @param {number} cell */
export function placeName(map, cell) {
  const index = indexOf(map, cell)
  const [row, column] = index.slice(-2)
  return map.shape.length === 2 ? say("web.hall.place", { row, column }) : `[${index.join(",")}]`
}

/**
 * Return the window of the source from which a cell is computed: top, left, rows and columns.
 * @param {RoomQuestion} question
 * @param {number} cell
 * @returns {[number, number, number, number]}
 */
export function windowAt({ map, window }, cell) {
  const { row, column } = placeIn(/** @type {RoomMap} */ (map), cell)
  const { k = 1, stride = 1, before = 0, dilation = 1 } = window ?? {}
  const windowWidth = (k - 1) * dilation + 1
  return [row * stride - before, column * stride - before, windowWidth, windowWidth]
}

/**
 * Return the cell whose window is centred nearest to a position of the source.
 * @param {RoomQuestion} question
 * @param {number} row
 * @param {number} column
 */
export function cellUnder({ map, window }, row, column) {
  const { k = 1, stride = 1, before = 0, dilation = 1 } = window ?? {}
  const middle = ((k - 1) * dilation) / 2
  const outputPosition = (/** @type {number} */ place) => (place + before - middle) / stride
  return cellIn(/** @type {RoomMap} */ (map), 0, outputPosition(row), outputPosition(column))
}

/**
 * Return whether number, round and phase of a question are unchanged.
 * @param {RoomPoll} poll
 * @param {RoomPoll | null} other
 */
export const isSame = (poll, other) =>
  poll.number === other?.number && poll.round === other.round && poll.phase === other.phase

/**
 * Return whether a question still hides its answer. Until then nobody explores, and no page shows the answer.
 * @param {RoomPoll | null} poll
 */
export const hidesAnswer = (poll) =>
  poll !== null && poll.kind !== "experiment" && (poll.keyed ? poll.phase !== "revealed" : poll.phase === "open")

/** Return whether an answer is right, once the key is revealed. @param {RoomResults} results @param {number} answer */
export const isRight = ({ accepted }, answer) =>
  accepted.some(([middle, radius]) => Math.abs(answer - middle) <= radius)

/** Return when a question closes, in milliseconds since 1970. @param {RoomPoll | null} poll */
export const endOf = (poll) => Date.now() + 1000 * (poll?.left ?? 0)

/**
 * Return the seconds left to answer, or null without a time limit.
 * @param {RoomPoll | null | undefined} poll
 * @param {number} end
 */
export const leftUntil = (end, poll) =>
  poll?.phase === "open" && poll.left !== null ? Math.max(0, (end - Date.now()) / 1000) : null

/**
 * Return the presenter's actions that are possible now.
 * @param {RoomPoll | null} poll
 * @param {RoomQuestion | undefined} question
 */
export function possibleActions(poll, question) {
  const phase = poll?.phase
  const none = { close: phase === "open", show: false, again: false, reveal: false, run: false }
  if (poll?.kind === "experiment") return { ...none, reveal: phase === "open" || phase === "closed" }
  if (poll?.kind === "predict") return { ...none, show: phase === "closed", run: true }
  return {
    ...none,
    show: phase === "closed",
    again: phase === "closed" || phase === "shown" || (phase === "revealed" && Boolean(question?.other)),
    reveal: (phase === "closed" || phase === "shown") && Boolean(poll?.keyed),
  }
}

export const FORGOTTEN_IN = 500 // milliseconds after which a room that is back certainly has no question

/** Return the cover that a key selects, or "". Many remotes send "." for black. @param {string} key */
export const coverOf = (key) => ({ b: "black", ".": "black", j: "join" })[key.toLowerCase()] ?? ""

const FEW = 5 // number of answers below which there is no advice
export const LEAST = 0.3 // share of right answers from which discussion helps most
export const MOST = 0.7 // and up to which it does

/**
 * Return the advice on the next action, from the share of right answers: "explain", "talk", "go_on", or "" with too few
 * answers.
 * @param {RoomResults | undefined} results  with the right answer, which only the lecturer has
 */
export function adviceOf(results) {
  const { n, of } = results ? rightCounts(results) : { n: 0, of: 0 }
  if (!results || of < FEW || !results.groups.some(({ right }) => right)) return ""
  return n / of < LEAST ? "explain" : n / of > MOST ? "go_on" : "talk"
}

/**
 * Return the next action in the usual order, with a second round if discussion helps.
 * @param {RoomPoll | null} poll
 * @param {RoomResults} [results]  as the lecturer sees them
 */
export function nextAct(poll, results) {
  if (!poll) return ""
  if (poll.kind === "experiment") return poll.phase === "revealed" ? "next" : "reveal"
  if (poll.kind === "predict") return poll.phase === "open" ? "close" : "run"
  const suggestsRepeat = poll.round === 1 && adviceOf(results) === "talk"
  const buttonName = !poll.keyed ? "next" : suggestsRepeat ? "again" : "reveal"
  return { open: "close", closed: "show", shown: buttonName, revealed: "next" }[poll.phase]
}

/** Return how often an option, cell or range was chosen in a round. @param {RoomRound} round @param {number} low */
export const countOf = ({ counts }, low) => counts.find(([from]) => from === low)?.[2] ?? 0

/** Return the largest count over all rounds. @param {RoomResults} results */
export const mostOf = ({ rounds }) => Math.max(1, ...rounds.flatMap(({ counts }) => counts.map(([, , count]) => count)))

/** Return the share of a count in its round. @param {number} count @param {RoomRound} round */
export const shareOf = (count, { votes }) => (votes ? count / votes : 0)

/** Return the number of right answers, and of all answers, in the last round. @param {RoomResults} results */
export function rightCounts({ groups, rounds }) {
  const lastRound = rounds.length - 1
  const rightCount = groups
    .filter((group) => group.right)
    .reduce((sum, { counts }) => sum + (counts[lastRound] ?? 0), 0)
  return { n: rightCount, of: rounds[lastRound]?.votes ?? 0 }
}

/** Return the number of followers as a sentence. @param {number} n */
export const followerCountText = (n) => (n ? say("web.room.follow", { n }) : say("web.room.nobody"))

const [LOST_IN, SOON, WITHIN] = [500, 2000, 20_000] // milliseconds

/**
 * Return the milliseconds until a page retries its room's stream. The delay is short if the server is unreachable, since it may
 * be restarting, and grows if the server is full or lacks the room. It is random, so that an audience does not return
 * all at once.
 * @param {number} status  what the server answered, 0 where it did not
 * @param {number} tries  how often it was asked before
 * @param {number} random  from 0 to 1
 */
export function retryIn(status, tries, random) {
  if (![404, 429, 503].includes(status)) return LOST_IN * (1 + 3 * random)
  return Math.min(SOON * 1.5 ** tries, WITHIN) * (0.5 + random / 2)
}

const LOOKED_AT = [
  "stage",
  "k",
  "cell",
  "image",
  "view",
  "whole",
  "hide",
  "predict",
  "veiled",
  "lang",
  "script",
  "screen",
] // keys of an address that do not change the screen

/**
 * Return whether followers may explore an address: any, only a page and setup where the lecture has been, or none.
 * @param {string} explore
 * @param {Setup} there
 * @param {readonly Setup[]} seen
 */
export function mayBe(explore, there, seen) {
  if (explore === "free") return true
  const withoutView = (/** @type {Setup} */ address) =>
    JSON.stringify(
      Object.entries(address)
        .filter(([key, text]) => text && !LOOKED_AT.includes(key))
        .sort(),
    )
  return explore === "screens" && seen.some((address) => withoutView(address) === withoutView(there))
}
