// A room's question as values: where its cells lie, what stands under a window, how answers are counted.

import { say } from "../view/model/words.js"

/** @import { HallMap, HallPoll, HallQuestion, HallResults, HallRound, Lesson, Plane } from "../view/types/view.js" */

/** The values of a map's cells, from the bytes that they came as. @param {Plane} plane */
export function valuesOf({ levels, low, high }) {
  const bytes = atob(levels)
  return Float64Array.from(bytes, (byte) => low + (byte.charCodeAt(0) / 255) * (high - low))
}

/**
 * A cell's layer, row and column as it is drawn.
 * @param {HallMap} map
 * @param {number} cell  its place in the array
 */
export function placeIn({ rows, columns }, cell) {
  const inside = cell % (rows * columns)
  return { layer: Math.floor(cell / (rows * columns)), row: Math.floor(inside / columns), column: inside % columns }
}

/**
 * The cell at a row and column of a layer, the nearest one where there is none.
 * @param {HallMap} map
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
 * @param {HallMap} map
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

/** A cell in words. @param {HallMap} map @param {number} cell */
export function placeName(map, cell) {
  const index = indexOf(map, cell)
  const [row, column] = index.slice(-2)
  return map.shape.length === 2 ? say("web.hall.place", { row, column }) : `[${index.join(",")}]`
}

/**
 * The window in the source from which a cell is made: top, left, rows and columns.
 * @param {HallQuestion} question
 * @param {number} cell
 * @returns {[number, number, number, number]}
 */
export function windowAt({ map, window }, cell) {
  const { row, column } = placeIn(/** @type {HallMap} */ (map), cell)
  const { k = 1, stride = 1, before = 0, dilation = 1 } = window ?? {}
  const wide = (k - 1) * dilation + 1
  return [row * stride - before, column * stride - before, wide, wide]
}

/**
 * The cell whose window lies about a place of the source.
 * @param {HallQuestion} question
 * @param {number} row
 * @param {number} column
 */
export function cellUnder({ map, window }, row, column) {
  const { k = 1, stride = 1, before = 0, dilation = 1 } = window ?? {}
  const middle = ((k - 1) * dilation) / 2
  const at = (/** @type {number} */ place) => (place + before - middle) / stride
  return cellIn(/** @type {HallMap} */ (map), 0, at(row), at(column))
}

/** Tells whether a question is the same, and has come as far. @param {HallPoll} poll @param {HallPoll | null} other */
export const isSame = (poll, other) =>
  poll.number === other?.number && poll.round === other.round && poll.phase === other.phase

/** When a question's time is over. @param {HallPoll | null} poll */
export const endOf = (poll) => Date.now() + 1000 * (poll?.left ?? 0)

/** Seconds that are left until then, null where nobody said how many. @param {HallPoll | null | undefined} poll @param {number} end */
export const leftUntil = (end, poll) =>
  poll?.phase === "open" && poll.left !== null ? Math.max(0, (end - Date.now()) / 1000) : null

/** Finds which of the lecturer's acts have a place now. @param {HallPoll | null} poll @param {HallQuestion | undefined} question */
export function possible(poll, question) {
  const phase = poll?.phase
  if (poll?.kind === "experiment") return { close: phase === "open", show: false, again: false, reveal: false }
  return {
    close: phase === "open",
    show: phase === "closed",
    again: phase === "closed" || phase === "shown" || (phase === "revealed" && Boolean(question?.other)),
    reveal: (phase === "closed" || phase === "shown") && Boolean(poll?.keyed),
  }
}

/** The act that comes next, as a lecture goes. @param {HallPoll | null} poll */
export function nextAct(poll) {
  if (!poll) return ""
  if (poll.kind === "experiment") return "next"
  return { open: "close", closed: "show", shown: poll.keyed ? "reveal" : "next", revealed: "next" }[poll.phase]
}

/** Tells how often one option, cell or range was given in a round. @param {HallRound} round @param {number} low */
export const countOf = ({ counts }, low) => counts.find(([from]) => from === low)?.[2] ?? 0

/** The largest count of all rounds. @param {HallResults} results */
export const mostOf = ({ rounds }) => Math.max(1, ...rounds.flatMap(({ counts }) => counts.map(([, , count]) => count)))

/** The share of a count in its round. @param {number} count @param {HallRound} round */
export const shareOf = (count, { votes }) => (votes ? count / votes : 0)

/** Tells how many found it, of the last round. @param {HallResults} results */
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
 * longer and longer pause where it is full or has no such room. Pages of a hall come back each at a moment of its own.
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
 * @param {Lesson} there
 * @param {readonly Lesson[]} seen
 */
export function mayBe(explore, there, seen) {
  if (explore === "free") return true
  const bare = (/** @type {Lesson} */ address) =>
    JSON.stringify(
      Object.entries(address)
        .filter(([key, text]) => text && !LOOKED_AT.includes(key))
        .sort(),
    )
  return explore === "screens" && seen.some((address) => bare(address) === bare(there))
}
