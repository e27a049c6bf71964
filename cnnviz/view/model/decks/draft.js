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
export const emptyDraft = (title) => ({ id: idOf(title), title, screen: [] })

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
  const translations = /** @type {Record<string, string>} */ (text)
  return translations[lang] ?? translations.en ?? Object.values(translations)[0] ?? ""
}

/**
 * Return a text or table of translations with the text of one language replaced.
 * @param {unknown} before @param {string} lang @param {string} text
 */
const withText = (before, lang, text) =>
  typeof before === "object" && before !== null ? { ...before, [lang]: text } : text

/**
 * Return the draft with another title. An id that was derived from the title follows it.
 * @param {Draft} draft @param {string} lang @param {string} title @returns {Draft}
 */
export const withTitle = (draft, lang, title) => ({
  ...draft,
  id: draft.id === idOf(textOf(draft.title, lang)) ? idOf(title) : draft.id,
  title: withText(draft.title ?? "", lang, title || draft.id),
})

/** Return the key of a screen's sentence: `say`, or `text` if the file uses that. @param {Table} screen */
const sentenceKey = (screen) => ("text" in screen ? "text" : "say")

/** @param {Table} screen @param {string} lang */
export const sentenceOf = (screen, lang) => textOf(screen[sentenceKey(screen)], lang)

/** @param {Table} screen @param {string} lang @param {string} text */
export const withSentence = (screen, lang, text) =>
  withField(screen, sentenceKey(screen), withText(screen[sentenceKey(screen)], lang, text))

/** @param {Table} screen @param {string} lang @param {string} text */
export const withNotes = (screen, lang, text) => withField(screen, "notes", withText(screen.notes, lang, text))

/**
 * Return the screen with a field set, or without it if the value is empty.
 * @param {Table} screen @param {string} key @param {unknown} value @returns {Table}
 */
export function withField(screen, key, value) {
  const { [key]: _, ...rest } = screen
  const isSet =
    typeof value === "object" && value !== null && !Array.isArray(value) ? Object.values(value).some(Boolean) : value
  return isSet ? { ...screen, [key]: value } : rest
}

/** Return the seconds in a text such as "1:30" or "90", or undefined if it is invalid. @param {string} text */
export function secondsOf(text) {
  const match = /^\s*(?:(\d{1,3})\s*[:.′']\s*)?(\d{1,5})\s*$/.exec(text)
  const seconds = match ? 60 * Number(match[1] ?? 0) + Number(match[2]) : 0
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
export function addressOf(page, setup, keys) {
  const setupKeys = Object.fromEntries(keys.filter((key) => setup[key]).map((key) => [key, setup[key]]))
  return `/${page}${query(setupKeys)}`
}

/** Return the page and query of a screen's address. @param {Table} screen */
export function parseAddress({ at = "" }) {
  const [, page = "", rest = ""] = /^(?:\/([^?]*)(?=\?|$))?\??(.*)$/s.exec(String(at)) ?? []
  return { page, query: rest }
}

/** Return whether a screen asks a question. @param {Table} screen */
export const hasQuestion = (screen) => "ask" in screen

// ---- history

/** @param {Draft} draft @returns {History} */
export const newHistory = (draft) => ({ now: draft, at: -1, past: [] })

/**
 * Return the history after a change of the draft, with the screen to select.
 * @param {History} history @param {Draft} now @param {number} [at] @returns {History}
 */
export const withDraft = ({ now: before, at: was, past }, now, at = was) => ({
  now,
  at: Math.min(at, now.screen.length - 1),
  past: [...past, { now: before, at: was }].slice(-MOST_PAST),
})

/** Return the history with the last change undone. @param {History} history @returns {History} */
export const undoChange = ({ now, at, past }) => ({ now, at, ...past.at(-1), past: past.slice(0, -1) })

/** @param {History} history @param {number} at @returns {History} */
export const selectScreen = (history, at) => ({ ...history, at })

/** @param {History} history @param {(screens: Table[]) => Table[]} change @param {number} [at] */
const changeScreens = (history, change, at) =>
  withDraft(history, { ...history.now, screen: change(history.now.screen) }, at)

/**
 * Insert a screen after the selected one, or at the end, and select it.
 * @param {History} history @param {Table} screen
 */
export function insertScreen(history, screen) {
  const index = history.at < 0 ? history.now.screen.length : history.at + 1
  return changeScreens(history, (all) => all.toSpliced(index, 0, screen), index)
}

/** @param {History} history @param {number} n @param {(screen: Table) => Table} change */
export const changeScreen = (history, n, change) => changeScreens(history, (all) => all.with(n, change(all[n])))

/** @param {History} history @param {number} n */
export const removeScreen = (history, n) => changeScreens(history, (all) => all.toSpliced(n, 1), n)

/**
 * Move a screen to another index. Indices out of range are ignored.
 * @param {History} history @param {number} from @param {number} to
 */
export function moveScreen(history, from, to) {
  if (to < 0 || to >= history.now.screen.length || to === from) return history
  return changeScreens(history, (all) => all.toSpliced(from, 1).toSpliced(to, 0, all[from]), to)
}
