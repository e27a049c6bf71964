// Search by words: entries that contain every typed word, best matches first.

/** @typedef {{ kind: string, text: string, also?: string }} Findable  kind, name and further search terms */

/** Normalize a text for comparison: no case, accents or compatibility forms. @param {string} text */
export const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()

const WORD_START = /[^\p{L}\p{N}]/u

/**
 * Return the rank of a match: 0 if the text begins with the query, 1 if a word does, 2 otherwise.
 * @param {string} text @param {string} typed
 */
function rank(text, typed) {
  const at = text.indexOf(typed)
  if (at <= 0) return at === 0 ? 0 : 2
  return WORD_START.test(text[at - 1]) ? 1 : 2
}

/**
 * Return up to `most` entries that contain every typed word.
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
