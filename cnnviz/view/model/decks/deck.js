// Screens of a deck: which one an address names, and the address of each.

import { KEYS } from "../../spec.js"
import { say } from "../words.js"

/** @import { Setup, DeckData } from "../../types/view.js" */

/**
 * Return the number, from 1, of the screen that an address names.
 * @param {{ screens: { length: number } }} script @param {Setup} address
 */
export const screenNumber = ({ screens }, { screen = "" }) =>
  Math.max(1, Math.min(screens.length, Math.floor(Number(screen)) || 1))

/**
 * Return a message if an address names a screen that the deck does not have, or "".
 * @param {Pick<DeckData, "screens">} deck
 * @param {Setup} address
 */
export const screenError = ({ screens }, { screen = "" }) =>
  Number(screen) > screens.length
    ? say("lesson.replaced", {
        field: say("lesson.field.screen"),
        text: `'${screen}'`,
        why: say("lesson.why.whole", { least: 1, most: screens.length }),
        value: screens.length,
      })
    : ""

/** Return whether an address names a deck's screen but none of its setup. @param {Setup} address */
export const isBare = (address) => Boolean(address.script) && !address.lesson && KEYS.every((key) => !address[key])

/**
 * Return a screen's page and address, keeping the language and the lecture view.
 * @param {DeckData} deck
 * @param {number} number
 * @param {Setup} from  current address
 * @returns {{ page: string, address: Setup }}
 */
export function screenAddress({ id, screens }, number, { lang = "", view = "" }) {
  const { page, query } = screens[number - 1]
  return { page, address: { view, ...query, script: id, screen: String(number), lang } }
}
