// Going through a deck: each screen shows its sentence, and Page Down goes to the next one, on any page.

import { isBare, screenAddress, screenError, screenNumber } from "../model/decks/deck.js"
import { HASH, packDeck, unpackDeck } from "../model/decks/deck_link.js"
import { MOST_LINKED } from "../model/decks/draft.js"
import { say } from "../model/words.js"
import { keepInTab, tabDeck } from "../tab_deck.js"
import { fillBar } from "./deck_bar.js"

/** @import { DeckData, DeckHeader, View } from "../types/view.js" */

/** @type {Map<string, { data: DeckData, of: string }>}  cached decks by id, shared by all pages, with their TOML ("" for bundled ones) */
const decks = new Map()
let currentFault = "" // error of the current deck

/** Return the TOML of a deck that was opened in this tab, or "" for a bundled one. @param {string} id */
function tabToml(id) {
  const deck = tabDeck()
  return deck?.id === id ? deck.toml : ""
}

/** Register a deck that is part of an exported file. @param {DeckData} data */
export const knowDeck = (data) => decks.set(data.id, { data, of: "" })

/**
 * Call `act` with a deck, at once if it is cached. If it cannot be loaded, pass undefined and the reason.
 * @param {View} view
 * @param {string} id
 * @param {(data: DeckData | undefined, why?: string) => void} act
 */
function withDeck(view, id, act) {
  const toml = tabToml(id)
  const cached = decks.get(id)
  if (cached?.of === toml) return act(cached.data)
  const { numbers } = view.host
  if (!(toml ? numbers.read : numbers.look)) return
  const hidePending = view.showPending()
  const onAnswer = (/** @type {unknown} */ answer) => {
    hidePending()
    const { script: deck, wrong, faults } = /** @type {Partial<DeckHeader>} */ (answer ?? {})
    if (deck) decks.set(id, { data: deck, of: toml })
    const previousFault = currentFault
    if (deck) currentFault = faults?.[0] ?? ""
    if (deck && currentFault && !view.look.view) view.tell(currentFault)
    else if (deck && previousFault && view.note === previousFault) view.clearNote() // the error has been fixed
    if (!view.stop.signal.aborted) act(deck ?? undefined, wrong?.script)
  }
  toml ? numbers.read?.(toml, onAnswer) : numbers.look?.("script", { script: id }, onAnswer)
}

/** Show the deck of the address. Return a function to call when the address has changed. @param {View} view */
export function bindDeck(view) {
  const { address, numbers } = view.host
  /** @type {string | undefined}  the deck requested last */
  let requested
  let hasScreenOnly = false // whether the address had a screen only; remembered because the first response writes the whole setup into it, maybe before the deck has arrived
  const onArrival = () => {
    const currentAddress = address.read()
    hasScreenOnly ||= isBare(currentAddress)
    const { script: deck = "" } = currentAddress
    const requestedDeck = deck + tabToml(deck)
    if (deck && requestedDeck !== requested) {
      requested = requestedDeck
      withDeck(view, deck, (data, why) => {
        const error = data ? screenError(data, address.read()) : why
        if (data) onArrival()
        if (error) view.tell(error)
      })
    }
    const cached = decks.get(deck)
    if (cached?.of === tabToml(deck) && hasScreenOnly) {
      hasScreenOnly = false
      goToScreen(view, cached.data, screenNumber(cached.data, currentAddress), true)
    }
    fillDeckBar(view)
  }
  const openHashLink = () => numbers.read && location.hash.startsWith(HASH) && openLink(view)
  addEventListener("hashchange", openHashLink, { signal: view.stop.signal })
  onArrival()
  openHashLink()
  return onArrival
}

/**
 * Open the deck in the link's fragment, move it to the tab's storage and remove it from the address.
 * @param {View} view
 */
async function openLink(view) {
  const packed = location.hash.slice(HASH.length)
  history.replaceState(history.state, "", location.pathname + location.search)
  const toml = await unpackDeck(packed)
  if (toml === undefined) return view.tell(say("web.script.no_link"))
  readDeck(view, toml, (header) => {
    if (!header.script) return view.tell(firstFault(header))
    const { script: deck } = header
    keepInTab({ id: deck.id, toml })
    if (header.faults?.length) view.tell(firstFault(header))
    goToScreen(view, deck, screenNumber(deck, view.host.address.read()), true)
  })
}

/**
 * Parse a deck file on the server. `act` is always called; without a response its header is empty.
 * @param {View} view
 * @param {string | File} toml  a file if it is not UTF-8
 * @param {(header: Partial<DeckHeader>) => void} act
 */
export function readDeck(view, toml, act) {
  const { numbers } = view.host
  if (!numbers.read) return
  const hidePending = view.showPending()
  numbers.read(toml, (answer) => {
    hidePending()
    const header = /** @type {Partial<DeckHeader>} */ (/** @type {unknown} */ (answer ?? {}))
    if (header.script) decks.set(header.script.id, { data: header.script, of: String(toml) })
    act(header)
  })
}

/**
 * Return the first error of a deck file, or a sentence that there was no response.
 * @param {Partial<DeckHeader>} header
 */
export const firstFault = ({ faults = [] }) => faults[0] ?? say("web.notice.silent")

/** @param {View} view @param {DeckData} deck @param {number} number @param {boolean} [replace] @param {import("../model/state/address.js").Setup} [look] */
function goToScreen(view, deck, number, replace = false, look = {}) {
  const { page, address } = screenAddress(deck, number, { ...view.host.address.read(), ...look })
  view.travel(page, address, { replace })
  if (page === "learn" && page === view.page) view.host.numbers.ask() // the screen may have another question
  fillDeckBar(view)
}

/**
 * Return a link to the screen to share. It contains the deck if that is stored in this tab only.
 * @param {View} view
 */
export async function linkOf(view) {
  const { script: deck = "", screen = "" } = view.host.address.read()
  const toml = tabToml(deck)
  if (!toml || (decks.get(deck)?.data.screens.length ?? 0) > MOST_LINKED) return view.link()
  return deckLink(view, toml, `?screen=${screen || 1}`)
}

/** @param {View} view @param {string} toml @param {string} [query] */
export const deckLink = async (view, toml, query = "") =>
  `${view.host.address.link({}).replace(/[?#].*/, "")}${query}${HASH}${await packDeck(toml)}`

/**
 * Go to a screen of a deck, numbered from 1.
 * @param {View} view @param {string} id @param {number} number @param {import("../model/state/address.js").Setup} [look]
 */
export function visitScreen(view, id, number, look) {
  withDeck(view, id, (data) => data && number <= data.screens.length && goToScreen(view, data, number, false, look))
}

/** Go `by` screens on once the deck is read, but not beyond its ends. @param {View} view @param {number} by */
export function moveBy(view, by) {
  const { address } = view.host
  const { script: id } = address.read()
  if (!id) return
  withDeck(view, id, (deck) => {
    const number = deck ? screenNumber(deck, address.read()) + by : 0
    if (deck && number >= 1 && number <= deck.screens.length) goToScreen(view, deck, number)
  })
}

/** Return the number of the current screen and of all screens, or undefined outside of a deck. @param {View} view */
export function screenOf(view) {
  const address = view.host.address.read()
  const deck = decks.get(address.script ?? "")?.data
  return deck && { number: screenNumber(deck, address), count: deck.screens.length }
}

/** Leave the deck and keep its screen. @param {View} view */
export function leaveDeck(view) {
  const { script: _, screen: __, ...rest } = view.host.address.read()
  view.travel(view.page, rest)
  fillDeckBar(view)
}

/** @param {View} view */
function fillDeckBar(view) {
  const address = view.host.address.read()
  fillBar(view, decks.get(address.script ?? "")?.data, address)
}
