// A room's question as values: where its cells lie, what stands under a window, how answers are counted.

import { say } from "../view/model/words.js"

/** @import { RoomMap, RoomPoll, RoomQuestion, RoomResults, RoomRound, Setup, Plane } from "../view/types/view.js" */

/** The values of a map's cells, from the bytes that they came as. @param {Plane} plane */
export function valuesOf({ levels, low, high }) {
  const bytes = atob(levels)
  return Float64Array.from(bytes, (byte) => low + (byte.charCodeAt(0) / 255) * (high - low))
}

/**
 * A cell's layer, row and column as it is drawn.
 * @param {RoomMap} map
 * @param {number} cell  its place in the array
 */
export function placeIn({ rows, columns }, cell) {
  const inside = cell % (rows * columns)
  return { layer: Math.floor(cell / (rows * columns)), row: Math.floor(inside / columns), column: inside % columns }
}

/**
 * The cell at a row and column of a layer, the nearest one where there is none.
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
 * A cell by its index in the array, as people write it.
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

/** A cell in words. @param {RoomMap} map @param {number} cell */
export function placeName(map, cell) {
  const index = indexOf(map, cell)
  const [row, column] = index.slice(-2)
  return map.shape.length === 2 ? say("web.hall.place", { row, column }) : `[${index.join(",")}]`
}

/**
 * The window in the source from which a cell is made: top, left, rows and columns.
 * @param {RoomQuestion} question
 * @param {number} cell
 * @returns {[number, number, number, number]}
 */
export function windowAt({ map, window }, cell) {
  const { row, column } = placeIn(/** @type {RoomMap} */ (map), cell)
  const { k = 1, stride = 1, before = 0, dilation = 1 } = window ?? {}
  const wide = (k - 1) * dilation + 1
  return [row * stride - before, column * stride - before, wide, wide]
}

/**
 * The cell whose window lies about a place of the source.
 * @param {RoomQuestion} question
 * @param {number} row
 * @param {number} column
 */
export function cellUnder({ map, window }, row, column) {
  const { k = 1, stride = 1, before = 0, dilation = 1 } = window ?? {}
  const middle = ((k - 1) * dilation) / 2
  const at = (/** @type {number} */ place) => (place + before - middle) / stride
  return cellIn(/** @type {RoomMap} */ (map), 0, at(row), at(column))
}

/** Tells whether a question is the same, and has come as far. @param {RoomPoll} poll @param {RoomPoll | null} other */
export const isSame = (poll, other) =>
  poll.number === other?.number && poll.round === other.round && poll.phase === other.phase

/** Return whether a question still hides its answer: then nobody explores, and no page goes where the answer is seen. @param {RoomPoll | null} poll */
export const veils = (poll) =>
  poll !== null && poll.kind !== "experiment" && (poll.keyed ? poll.phase !== "revealed" : poll.phase === "open")

/** Return whether an answer is right, once the key is out. @param {RoomResults} results @param {number} answer */
export const isRight = ({ accepted }, answer) =>
  accepted.some(([middle, radius]) => Math.abs(answer - middle) <= radius)

/** When a question's time is over. @param {RoomPoll | null} poll */
export const endOf = (poll) => Date.now() + 1000 * (poll?.left ?? 0)

/** Seconds that are left until then, null where nobody said how many. @param {RoomPoll | null | undefined} poll @param {number} end */
export const leftUntil = (end, poll) =>
  poll?.phase === "open" && poll.left !== null ? Math.max(0, (end - Date.now()) / 1000) : null

/** Finds which of the lecturer's acts have a place now. @param {RoomPoll | null} poll @param {RoomQuestion | undefined} question */
export function possible(poll, question) {
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

export const FORGOTTEN_IN = 500 // milliseconds after which a room that is back is known to have no question

/** What a key covers projectors with; "." is the black of many remotes. @param {string} key */
export const coverOf = (key) => ({ b: "black", ".": "black", j: "join" })[key.toLowerCase()] ?? ""

const FEW = 5 // answers from which nothing follows
export const LEAST = 0.3 // of right answers from which talking helps most
export const MOST = 0.7 // and up to which

/**
 * What to do next, by how many found it: "explain", "talk", "go_on", or "" where nothing follows.
 * @param {RoomResults | undefined} results  with the right answer, which only the lecturer has
 */
export function adviceOf(results) {
  const { n, of } = results ? found(results) : { n: 0, of: 0 }
  if (!results || of < FEW || !results.groups.some(({ right }) => right)) return ""
  return n / of < LEAST ? "explain" : n / of > MOST ? "go_on" : "talk"
}

/**
 * The act that comes next, as a lecture goes: a second vote where talking helps.
 * @param {RoomPoll | null} poll
 * @param {RoomResults} [results]  as the lecturer sees them
 */
export function nextAct(poll, results) {
  if (!poll) return ""
  if (poll.kind === "experiment") return poll.phase === "revealed" ? "next" : "reveal"
  if (poll.kind === "predict") return poll.phase === "open" ? "close" : "run"
  const again = poll.round === 1 && adviceOf(results) === "talk"
  const shown = !poll.keyed ? "next" : again ? "again" : "reveal"
  return { open: "close", closed: "show", shown, revealed: "next" }[poll.phase]
}

/** Tells how often one option, cell or range was given in a round. @param {RoomRound} round @param {number} low */
export const countOf = ({ counts }, low) => counts.find(([from]) => from === low)?.[2] ?? 0

/** The largest count of all rounds. @param {RoomResults} results */
export const mostOf = ({ rounds }) => Math.max(1, ...rounds.flatMap(({ counts }) => counts.map(([, , count]) => count)))

/** The share of a count in its round. @param {number} count @param {RoomRound} round */
export const shareOf = (count, { votes }) => (votes ? count / votes : 0)

/** Tells how many found it, of the last round. @param {RoomResults} results */
export function found({ groups, rounds }) {
  const last = rounds.length - 1
  const right = groups.filter((group) => group.right).reduce((sum, { counts }) => sum + (counts[last] ?? 0), 0)
  return { n: right, of: rounds[last]?.votes ?? 0 }
}

/** The number of followers, in words. @param {number} n */
export const followed = (n) => (n ? say("web.room.follow", { n }) : say("web.room.nobody"))

const [LOST_IN, SOON, WITHIN] = [500, 2000, 20_000] // milliseconds

/**
 * Milliseconds until a page asks again for its room's stream: soon where the server is out of reach, as it is started again, with a
 * longer and longer pause where it is full or has no such room. Pages of an audience come back each at a moment of its own.
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
] // what of an address leads away from no screen

/**
 * Whether somebody may be at an address by themselves: anywhere, or at a page and a lesson where the lecture has been, or nowhere.
 * @param {string} explore
 * @param {Setup} there
 * @param {readonly Setup[]} seen
 */
export function mayBe(explore, there, seen) {
  if (explore === "free") return true
  const bare = (/** @type {Setup} */ address) =>
    JSON.stringify(
      Object.entries(address)
        .filter(([key, text]) => text && !LOOKED_AT.includes(key))
        .sort(),
    )
  return explore === "screens" && seen.some((address) => bare(address) === bare(there))
}
