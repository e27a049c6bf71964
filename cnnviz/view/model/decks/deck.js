// Walking through a script: which of its screens an address names, and where a screen is.

import { KEYS } from "../../spec.js"

/** @import { Setup, DeckData } from "../../types/view.js" */

/** The number of the screen that an address names, from 1. @param {{ screens: { length: number } }} script @param {Setup} address */
export const numberIn = ({ screens }, { screen = "" }) =>
  Math.max(1, Math.min(screens.length, Math.floor(Number(screen)) || 1))

/** Tells whether an address names a deck's screen and nothing of what that shows. @param {Setup} address */
export const isBare = (address) => Boolean(address.script) && !address.lesson && KEYS.every((key) => !address[key])

/**
 * A screen's page, and its address as it stands: the reader's language and the lecture view go along.
 * @param {DeckData} deck
 * @param {number} number
 * @param {Setup} from  the address before
 * @returns {{ page: string, address: Setup }}
 */
export function placeOf({ id, screens }, number, { lang = "", view = "" }) {
  const { page, query } = screens[number - 1]
  return { page, address: { view, ...query, script: id, screen: String(number), lang } }
}
