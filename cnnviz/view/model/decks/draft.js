// A deck being edited: the tables of its file (decks/deck_file.py defines the fields), its changes, and undo.

import { LIMITS } from "../../spec.js"
import { query } from "../state/address.js"

/** @import { Setup, Table } from "../../types/view.js" */
/** @typedef {Table & { id: string, screen: Table[] }} Draft */
/** @typedef {{ now: Draft, at: number, past: { now: Draft, at: number }[] }} History  `at` is the index of the selected screen, -1 for none */

export const MOST_SCREENS = 60
export const MOST_LINKED = 30 // maximum number of screens in a deck that a link holds
const MOST_PAST = 100

/** Return an empty draft. @param {string} title @returns {Draft} */
export const empty = (title) => ({ id: idOf(title), title, screen: [] })

/**
 * Return the draft of a file's tables. [[step]] means the same as [[screen]].
 * @param {Table} tables @returns {Draft}
 */
export const draftOf = ({ step, screen = step ?? [], ...fields }) => ({ id: "", ...fields, screen })

/** Return an id for addresses from a title. @param {string} title */
export const idOf = (title) =>
  title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "") || "script"

/**
 * Return a text in a language, from a string or a table of translations.
 * @param {unknown} text @param {string} lang @returns {string}
 */
export function textOf(text, lang) {
  if (typeof text !== "object" || text === null) return String(text ?? "")
  const by = /** @type {Record<string, string>} */ (text)
  return by[lang] ?? by.en ?? Object.values(by)[0] ?? ""
}

/**
 * Return a text or table of translations with the text of one language replaced.
 * @param {unknown} before @param {string} lang @param {string} text
 */
const texted = (before, lang, text) =>
  typeof before === "object" && before !== null ? { ...before, [lang]: text } : text

/**
 * Return the draft with another title. An id that was derived from the title follows it.
 * @param {Draft} draft @param {string} lang @param {string} title @returns {Draft}
 */
export const titled = (draft, lang, title) => ({
  ...draft,
  id: draft.id === idOf(textOf(draft.title, lang)) ? idOf(title) : draft.id,
  title: texted(draft.title ?? "", lang, title || draft.id),
})

/** Return the key of a screen's sentence: `say`, or `text` if the file uses that. @param {Table} screen */
const saying = (screen) => ("text" in screen ? "text" : "say")

/** @param {Table} screen @param {string} lang */
export const sentenceOf = (screen, lang) => textOf(screen[saying(screen)], lang)

/** @param {Table} screen @param {string} lang @param {string} text */
export const said = (screen, lang, text) => filled(screen, saying(screen), texted(screen[saying(screen)], lang, text))

/** @param {Table} screen @param {string} lang @param {string} text */
export const noted = (screen, lang, text) => filled(screen, "notes", texted(screen.notes, lang, text))

/**
 * Return the screen with a field set, or without it if the value is empty.
 * @param {Table} screen @param {string} key @param {unknown} value @returns {Table}
 */
export function filled(screen, key, value) {
  const { [key]: _, ...rest } = screen
  const is =
    typeof value === "object" && value !== null && !Array.isArray(value) ? Object.values(value).some(Boolean) : value
  return is ? { ...screen, [key]: value } : rest
}

/** Return the seconds in a text such as "1:30" or "90", or undefined if it is invalid. @param {string} text */
export function secondsOf(text) {
  const found = /^\s*(?:(\d{1,3})\s*[:.′']\s*)?(\d{1,5})\s*$/.exec(text)
  const seconds = found ? 60 * Number(found[1] ?? 0) + Number(found[2]) : 0
  return seconds >= 1 && seconds <= LIMITS.seconds ? seconds : undefined
}

/** Return the total duration of the screens in minutes. @param {Draft} draft */
export const minutes = ({ screen }) =>
  Math.round(screen.reduce((sum, { seconds = 0 }) => sum + Number(seconds), 0) / 60)

/**
 * Return the address of the current setup for a deck.
 * @param {string} page
 * @param {Setup} setup
 * @param {string[]} keys  of the address that the page supports
 */
export function atOf(page, setup, keys) {
  const only = Object.fromEntries(keys.filter((key) => setup[key]).map((key) => [key, setup[key]]))
  return `/${page}${query(only)}`
}

/** Return the page and query of a screen's address. @param {Table} screen */
export function placeIn({ at = "" }) {
  const [, page = "", rest = ""] = /^(?:\/([^?]*)(?=\?|$))?\??(.*)$/s.exec(String(at)) ?? []
  return { page, query: rest }
}

/** Return whether a screen asks a question. @param {Table} screen */
export const asks = (screen) => "ask" in screen

// ---- history

/** @param {Draft} draft @returns {History} */
export const beginning = (draft) => ({ now: draft, at: -1, past: [] })

/**
 * Return the history after a change of the draft, with the screen to select.
 * @param {History} history @param {Draft} now @param {number} [at] @returns {History}
 */
export const did = ({ now: before, at: was, past }, now, at = was) => ({
  now,
  at: Math.min(at, now.screen.length - 1),
  past: [...past, { now: before, at: was }].slice(-MOST_PAST),
})

/** Return the history with the last change undone. @param {History} history @returns {History} */
export const undone = ({ now, at, past }) => ({ now, at, ...past.at(-1), past: past.slice(0, -1) })

/** @param {History} history @param {number} at @returns {History} */
export const chosen = (history, at) => ({ ...history, at })

/** @param {History} history @param {(screens: Table[]) => Table[]} change @param {number} [at] */
const screens = (history, change, at) => did(history, { ...history.now, screen: change(history.now.screen) }, at)

/**
 * Insert a screen after the selected one, or at the end, and select it.
 * @param {History} history @param {Table} screen
 */
export function added(history, screen) {
  const place = history.at < 0 ? history.now.screen.length : history.at + 1
  return screens(history, (all) => all.toSpliced(place, 0, screen), place)
}

/** @param {History} history @param {number} n @param {(screen: Table) => Table} change */
export const changed = (history, n, change) => screens(history, (all) => all.with(n, change(all[n])))

/** @param {History} history @param {number} n */
export const removed = (history, n) => screens(history, (all) => all.toSpliced(n, 1), n)

/**
 * Move a screen to another index. Indices out of range are ignored.
 * @param {History} history @param {number} from @param {number} to
 */
export function moved(history, from, to) {
  if (to < 0 || to >= history.now.screen.length || to === from) return history
  return screens(history, (all) => all.toSpliced(from, 1).toSpliced(to, 0, all[from]), to)
}
