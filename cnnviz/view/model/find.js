// Search by words: entries that contain every typed word, best matches first.

/** @typedef {{ kind: string, text: string, also?: string }} Findable  kind, name and further search terms */

/** Normalize a text for comparison: no case, accents or compatibility forms. @param {string} text */
export const normalizeText = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()

const WORD_START = /[^\p{L}\p{N}]/u

/**
 * Return the rank of a match: 0 if the text begins with the query, 1 if a word does, 2 otherwise.
 * @param {string} text @param {string} typed
 */
function rank(text, typed) {
  const position = text.indexOf(typed)
  if (position <= 0) return position === 0 ? 0 : 2
  return WORD_START.test(text[position - 1]) ? 1 : 2
}

/**
 * Return up to `most` entries that contain every typed word.
 * @template {Findable} T
 * @param {T[]} things
 * @param {string} typed
 * @param {number} limit
 * @returns {T[]}
 */
export function matchesOf(things, typed, limit) {
  const query = normalizeText(typed).trim()
  if (!query) return []
  const words = query.split(/\s+/)
  const ranked = things.flatMap((thing) => {
    const text = normalizeText(thing.text)
    const searchText = `${text} ${normalizeText(thing.kind)} ${normalizeText(thing.also ?? "")}`
    return words.every((word) => searchText.includes(word)) ? [{ thing, rank: rank(text, query) }] : []
  })
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, limit)
    .map(({ thing }) => thing)
}
