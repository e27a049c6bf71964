// Requests of dialogs to Python, on a server or in this browser.

import { ownKeys, query } from "../model/state/address.js"
import { hasMessage, say } from "../model/words.js"
import { LANG } from "../spec.js"

/** @import { Setup, View } from "../types/view.js" */

/**
 * Return the path of a dialog's endpoint for the setup on screen.
 * @param {View} view @param {string} name @param {Setup} [more]
 */
export const dialogPath = (view, name, more = {}) =>
  `dialogs/${name}${query({ ...ownKeys(view.wanted), page: view.page, lang: LANG, ...more })}`

/**
 * Request a path and return the response. Throw an Error with the sentence to show if it fails.
 * @param {View} view
 * @param {string} path
 * @param {RequestInit} [how]
 */
export async function fetchFromPython({ host }, path, how) {
  const response = await host.fetch?.(path, how).catch(() => undefined)
  if (response?.ok) return response
  if (how?.signal?.aborted) throw how.signal.reason
  throw new Error(await refusalText(response))
}

/** @param {Response | undefined} response */
async function refusalText(response) {
  const failureText = say("web.dialog.failed")
  const { id = "", values = {}, sentence = failureText } = (await response?.json().catch(() => ({}))) ?? {}
  return hasMessage(id) ? say(id, values) : sentence
}
