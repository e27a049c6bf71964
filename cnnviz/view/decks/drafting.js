// The deck being edited. It is stored in this browser only and shared by the drawers of all pages.

import { draftOf, emptyDraft, newHistory } from "../model/decks/draft.js"
import { tomlOf } from "../model/decks/toml.js"
import { inBrowser } from "../model/storage.js"
import { say } from "../model/words.js"
import { keepInTab, tabDeck } from "../tab_deck.js"

/** @import { Draft } from "../model/decks/draft.js" */
/** @import { History } from "../types/view.js" */

const [KEY, PICTURES] = ["cnnviz.draft", "cnnviz.draft.pictures"]

export const newDraft = () => emptyDraft(say("web.drawer.untitled"))

/** @returns {Draft} */
function storedDraft() {
  const stored = inBrowser.readRecord(KEY)
  return Array.isArray(stored.screen) ? draftOf(stored) : newDraft()
}

let history = newHistory(storedDraft())
/** @type {Record<string, string>}  thumbnails by address */
let pictures = inBrowser.readRecord(PICTURES)
/** @type {Set<() => void>} */
const listeners = new Set()

/** @returns {History} */
export const draftHistory = () => history

export const tomlNow = () => tomlOf(history.now)

/** Replace the draft. A tab that shows the draft as its deck goes on with the new one. @param {History} next */
export function setDraft(next) {
  const wasShown = isDraftShown()
  history = next
  inBrowser.writeRecord(KEY, history.now)
  if (wasShown) showDraft()
  for (const listener of listeners) listener()
}

/** Return whether this tab shows the draft as its deck. */
export const isDraftShown = () => history.now.screen.length > 0 && tabDeck()?.toml === tomlNow()

export const showDraft = () => keepInTab({ id: history.now.id, toml: tomlNow() })

/** @param {string} address  a screen's address */
export const pictureOf = (address) => pictures[address] ?? ""

/** Store a screen's thumbnail, and delete those of removed screens. @param {string} address @param {string} picture */
export function keepPicture(address, picture) {
  const addresses = new Set([address, ...history.now.screen.map((screen) => screen.at)])
  pictures = Object.fromEntries(
    Object.entries({ ...pictures, [address]: picture }).filter(([key]) => addresses.has(key)),
  )
  inBrowser.writeRecord(PICTURES, pictures)
}

/** Call `act` when the draft changes, here or in another tab. @param {() => void} act @param {AbortSignal} signal */
export function onDraft(act, signal) {
  listeners.add(act)
  signal.addEventListener("abort", () => listeners.delete(act))
  addEventListener("storage", ({ key }) => key === KEY && loadStored(), { signal })
}

/** Load the draft that another tab has changed. */
function loadStored() {
  const stored = storedDraft()
  if (JSON.stringify(stored) !== JSON.stringify(history.now)) setDraft(newHistory(stored))
}
