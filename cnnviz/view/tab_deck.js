// The deck that was opened or edited in this tab. The server does not store it, so each request about it contains it.

import { inTab } from "./model/storage.js"

/** @import { Setup } from "./types/view.js" */
/** @typedef {{ id: string, toml: string }} RequestDeck */

const KEY = "cnnviz.given"

/** @returns {RequestDeck | undefined} */
export function tabDeck() {
  const { id, toml } = inTab.readRecord(KEY)
  return id && toml ? { id, toml } : undefined
}

/** Replace the tab's deck. @param {RequestDeck} deck */
export const keepInTab = (deck) => inTab.writeRecord(KEY, deck)

/**
 * Return a URL key with the deck's hash, so that responses to different versions of a deck are not confused.
 * @param {string} page @param {Setup} lesson @returns {Setup}
 */
export function markOf(page, { lesson = "" }) {
  const found = page === "learn" && lesson ? tabDeck() : undefined
  return found?.id === lesson ? { given: digest(found.toml) } : {}
}

/** Return the request options that send the deck if a path needs it. @param {string} path @returns {RequestInit} */
export function sentWith(path) {
  const found = /[?&]given=/.test(path) ? tabDeck() : undefined
  return found ? { method: "POST", body: found.toml } : {}
}

/** @param {string} text */
function digest(text) {
  let hash = 0
  for (let n = 0; n < text.length; n += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(n)) >>> 0
  return hash.toString(36)
}
