// Finding by words: of many things those that have every word that was typed, the likeliest first.

/** @typedef {{ kind: string, text: string, also?: string }} Findable  its kind and its name, and what else it is found by */

/** A text as it is compared: without case, accents and the shapes of digits. @param {string} text */
export const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()

const WORD_START = /[^\p{L}\p{N}]/u

/** Tells how near a text is to what was typed: 0 begins with it, 1 has a word that does, 2 has it. @param {string} text @param {string} typed */
function rank(text, typed) {
  const at = text.indexOf(typed)
  if (at <= 0) return at === 0 ? 0 : 2
  return WORD_START.test(text[at - 1]) ? 1 : 2
}

/**
 * The things that have every typed word somewhere, at most so many.
 * @template {Findable} T
 * @param {T[]} things
 * @param {string} typed
 * @param {number} most
 * @returns {T[]}
 */
export function found(things, typed, most) {
  const wanted = plain(typed).trim()
  if (!wanted) return []
  const words = wanted.split(/\s+/)
  const fits = things.flatMap((thing) => {
    const text = plain(thing.text)
    const all = `${text} ${plain(thing.kind)} ${plain(thing.also ?? "")}`
    return words.every((word) => all.includes(word)) ? [{ thing, rank: rank(text, wanted) }] : []
  })
  return fits
    .sort((one, other) => one.rank - other.rank)
    .slice(0, most)
    .map(({ thing }) => thing)
}
