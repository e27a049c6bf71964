// A deck that is being made: the tables of its file (decks/deck_file.py says which fields there are), what becomes of
// them at each change, and the way back.

import { LIMITS } from "../../spec.js"
import { query } from "../state/address.js"

/** @import { Setup, Table } from "../../types/view.js" */
/** @typedef {Table & { id: string, screen: Table[] }} Draft */
/** @typedef {{ now: Draft, at: number, past: { now: Draft, at: number }[] }} History  `at`: which screen is chosen, from 0; -1 is none */

export const MOST_SCREENS = 60
export const MOST_LINKED = 30 // screens of a deck that a link holds whole
const MOST_PAST = 100

/** A draft to which nothing has been added. @param {string} title @returns {Draft} */
export const empty = (title) => ({ id: idOf(title), title, screen: [] })

/** A file's tables, in which [[step]] is the same as [[screen]]. @param {Table} tables @returns {Draft} */
export const draftOf = ({ step, screen = step ?? [], ...fields }) => ({ id: "", ...fields, screen })

/** An id that fits an address. @param {string} title */
export const idOf = (title) =>
  title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "") || "script"

/** A text in a language, of one that may be given by language. @param {unknown} text @param {string} lang @returns {string} */
export function textOf(text, lang) {
  if (typeof text !== "object" || text === null) return String(text ?? "")
  const by = /** @type {Record<string, string>} */ (text)
  return by[lang] ?? by.en ?? Object.values(by)[0] ?? ""
}

/** The same with another text in this language. @param {unknown} before @param {string} lang @param {string} text */
const texted = (before, lang, text) =>
  typeof before === "object" && before !== null ? { ...before, [lang]: text } : text

/** Its title, and its id with it where that follows from it. @param {Draft} draft @param {string} lang @param {string} title @returns {Draft} */
export const titled = (draft, lang, title) => ({
  ...draft,
  id: draft.id === idOf(textOf(draft.title, lang)) ? idOf(title) : draft.id,
  title: texted(draft.title ?? "", lang, title || draft.id),
})

/** Gives what a screen says, or is to say: `say`, but `text` where a file has it so. @param {Table} screen */
const saying = (screen) => ("text" in screen ? "text" : "say")

/** @param {Table} screen @param {string} lang */
export const sentenceOf = (screen, lang) => textOf(screen[saying(screen)], lang)

/** @param {Table} screen @param {string} lang @param {string} text */
export const said = (screen, lang, text) => filled(screen, saying(screen), texted(screen[saying(screen)], lang, text))

/** @param {Table} screen @param {string} lang @param {string} text */
export const noted = (screen, lang, text) => filled(screen, "notes", texted(screen.notes, lang, text))

/** A field of a screen; what is empty is left out. @param {Table} screen @param {string} key @param {unknown} value @returns {Table} */
export function filled(screen, key, value) {
  const { [key]: _, ...rest } = screen
  const is =
    typeof value === "object" && value !== null && !Array.isArray(value) ? Object.values(value).some(Boolean) : value
  return is ? { ...screen, [key]: value } : rest
}

/** Seconds as "1:30" or "90"; undefined for what is none. @param {string} text */
export function secondsOf(text) {
  const found = /^\s*(?:(\d{1,3})\s*[:.′']\s*)?(\d{1,5})\s*$/.exec(text)
  const seconds = found ? 60 * Number(found[1] ?? 0) + Number(found[2]) : 0
  return seconds >= 1 && seconds <= LIMITS.seconds ? seconds : undefined
}

/** Minutes of all its screens. @param {Draft} draft */
export const minutes = ({ screen }) =>
  Math.round(screen.reduce((sum, { seconds = 0 }) => sum + Number(seconds), 0) / 60)

/**
 * The address of what is on the screen, as a deck has it.
 * @param {string} page
 * @param {Setup} setup
 * @param {string[]} keys  of the address that the page understands
 */
export function atOf(page, setup, keys) {
  const only = Object.fromEntries(keys.filter((key) => setup[key]).map((key) => [key, setup[key]]))
  return `/${page}${query(only)}`
}

/** Finds where a screen is: its page by its path, and what stands behind the "?". @param {Table} screen */
export function placeIn({ at = "" }) {
  const [, page = "", rest = ""] = /^(?:\/([^?]*)(?=\?|$))?\??(.*)$/s.exec(String(at)) ?? []
  return { page, query: rest }
}

/** Tells whether a screen asks something. @param {Table} screen */
export const asks = (screen) => "ask" in screen

// ---- what becomes of it

/** @param {Draft} draft @returns {History} */
export const beginning = (draft) => ({ now: draft, at: -1, past: [] })

/** Another draft, and which of its screens is chosen then. @param {History} history @param {Draft} now @param {number} [at] @returns {History} */
export const did = ({ now: before, at: was, past }, now, at = was) => ({
  now,
  at: Math.min(at, now.screen.length - 1),
  past: [...past, { now: before, at: was }].slice(-MOST_PAST),
})

/** As it was before the last change. @param {History} history @returns {History} */
export const undone = ({ now, at, past }) => ({ now, at, ...past.at(-1), past: past.slice(0, -1) })

/** @param {History} history @param {number} at @returns {History} */
export const chosen = (history, at) => ({ ...history, at })

/** @param {History} history @param {(screens: Table[]) => Table[]} change @param {number} [at] */
const screens = (history, change, at) => did(history, { ...history.now, screen: change(history.now.screen) }, at)

/** A screen behind the chosen one, or at the end; which is then the chosen one. @param {History} history @param {Table} screen */
export function added(history, screen) {
  const place = history.at < 0 ? history.now.screen.length : history.at + 1
  return screens(history, (all) => all.toSpliced(place, 0, screen), place)
}

/** @param {History} history @param {number} n @param {(screen: Table) => Table} change */
export const changed = (history, n, change) => screens(history, (all) => all.with(n, change(all[n])))

/** @param {History} history @param {number} n */
export const removed = (history, n) => screens(history, (all) => all.toSpliced(n, 1), n)

/** One screen is put where another is now; nothing beyond the ends. @param {History} history @param {number} from @param {number} to */
export function moved(history, from, to) {
  if (to < 0 || to >= history.now.screen.length || to === from) return history
  return screens(history, (all) => all.toSpliced(from, 1).toSpliced(to, 0, all[from]), to)
}
