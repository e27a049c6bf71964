// Going through a deck: each screen shows its sentence, and Page Down goes to the next one, on any page.

import { isBare, numberIn, placeOf } from "../model/decks/deck.js"
import { HASH, packed, unpacked } from "../model/decks/deck_link.js"
import { MOST_LINKED } from "../model/decks/draft.js"
import { say } from "../model/words.js"
import { keepInTab, tabDeck } from "../tab_deck.js"
import { fillBar } from "./deck_bar.js"

/** @import { DeckData, DeckHeader, View } from "../types/view.js" */

/** @type {Map<string, { data: DeckData, of: string }>}  cached decks by id, shared by all pages, with their TOML ("" for bundled ones) */
const known = new Map()
let fault = "" // error of the current deck

/** Return the TOML of a deck that was opened in this tab, or "" for a bundled one. @param {string} id */
function fileOf(id) {
  const given = tabDeck()
  return given?.id === id ? given.toml : ""
}

/** Register a deck that is part of an exported file. @param {DeckData} data */
export const knowDeck = (data) => known.set(data.id, { data, of: "" })

/**
 * Call `act` with a deck, at once if it is cached. If it cannot be loaded, pass undefined and the reason.
 * @param {View} view
 * @param {string} id
 * @param {(data: DeckData | undefined, why?: string) => void} act
 */
function withDeck(view, id, act) {
  const of = fileOf(id)
  const found = known.get(id)
  if (found?.of === of) return act(found.data)
  const { numbers } = view.host
  if (!(of ? numbers.read : numbers.look)) return
  const arrived = view.awaiting()
  const take = (/** @type {unknown} */ answer) => {
    arrived()
    const { script: deck, wrong, faults } = /** @type {Partial<DeckHeader>} */ (answer ?? {})
    if (deck) known.set(id, { data: deck, of })
    const before = fault
    if (deck) fault = faults?.[0] ?? ""
    if (deck && fault && !view.look.view) view.tell(fault)
    else if (deck && before && view.note === before) view.forget() // the error has been fixed
    if (!view.stop.signal.aborted) act(deck ?? undefined, wrong?.script)
  }
  of ? numbers.read?.(of, take) : numbers.look?.("script", { script: id }, take)
}

/** Show the deck of the address. Return a function to call when the address has changed. @param {View} view */
export function bindDeck(view) {
  const { address, numbers } = view.host
  /** @type {string | undefined}  the deck requested last */
  let asked
  let bare = false // whether the address had a screen only; remembered because the first response writes the whole setup into it, maybe before the deck has arrived
  const arrive = () => {
    const here = address.read()
    bare ||= isBare(here)
    const { script: deck = "" } = here
    const wanted = deck + fileOf(deck)
    if (deck && wanted !== asked) {
      asked = wanted
      withDeck(view, deck, (data, why) => (data ? arrive() : why && view.tell(why)))
    }
    const found = known.get(deck)
    if (found?.of === fileOf(deck) && bare) {
      bare = false
      goTo(view, found.data, numberIn(found.data, here), true)
    }
    fill(view)
  }
  const linked = () => numbers.read && location.hash.startsWith(HASH) && openLink(view)
  addEventListener("hashchange", linked, { signal: view.stop.signal })
  arrive()
  linked()
  return arrive
}

/**
 * Open the deck in the link's fragment, move it to the tab's storage and remove it from the address.
 * @param {View} view
 */
async function openLink(view) {
  const packed = location.hash.slice(HASH.length)
  history.replaceState(history.state, "", location.pathname + location.search)
  const toml = await unpacked(packed)
  if (toml === undefined) return view.tell(say("web.script.no_link"))
  readDeck(view, toml, (header) => {
    if (!header.script) return view.tell(faultOf(header))
    const { script: deck } = header
    keepInTab({ id: deck.id, toml })
    if (header.faults?.length) view.tell(faultOf(header))
    goTo(view, deck, numberIn(deck, view.host.address.read()), true)
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
  const arrived = view.awaiting()
  numbers.read(toml, (answer) => {
    arrived()
    const header = /** @type {Partial<DeckHeader>} */ (/** @type {unknown} */ (answer ?? {}))
    if (header.script) known.set(header.script.id, { data: header.script, of: String(toml) })
    act(header)
  })
}

/**
 * Return the first error of a deck file, or a sentence that there was no response.
 * @param {Partial<DeckHeader>} header
 */
export const faultOf = ({ faults = [] }) => faults[0] ?? say("web.notice.silent")

/** @param {View} view @param {DeckData} deck @param {number} number @param {boolean} [replace] @param {import("../model/state/address.js").Setup} [look] */
function goTo(view, deck, number, replace = false, look = {}) {
  const { page, address } = placeOf(deck, number, { ...view.host.address.read(), ...look })
  view.travel(page, address, { replace })
  if (page === "learn" && page === view.page) view.host.numbers.ask() // the screen may have another question
  fill(view)
}

/**
 * Return a link to the screen to share. It contains the deck if that is stored in this tab only.
 * @param {View} view
 */
export async function linkOf(view) {
  const { script: deck = "", screen = "" } = view.host.address.read()
  const toml = fileOf(deck)
  if (!toml || (known.get(deck)?.data.screens.length ?? 0) > MOST_LINKED) return view.link()
  return wholeLink(view, toml, `?screen=${screen || 1}`)
}

/** @param {View} view @param {string} toml @param {string} [query] */
export const wholeLink = async (view, toml, query = "") =>
  `${view.host.address.link({}).replace(/[?#].*/, "")}${query}${HASH}${await packed(toml)}`

/**
 * Go to a screen of a deck, numbered from 1.
 * @param {View} view @param {string} id @param {number} number @param {import("../model/state/address.js").Setup} [look]
 */
export function visit(view, id, number, look) {
  withDeck(view, id, (data) => data && number <= data.screens.length && goTo(view, data, number, false, look))
}

/** Go `by` screens on, but not beyond the ends of the deck. @param {View} view @param {number} by */
export function walk(view, by) {
  const here = view.host.address.read()
  const deck = known.get(here.script ?? "")?.data
  if (!deck) return
  const number = numberIn(deck, here) + by
  if (number >= 1) visit(view, deck.id, number)
}

/** Return the number of the current screen and of all screens, or undefined outside of a deck. @param {View} view */
export function screenOf(view) {
  const here = view.host.address.read()
  const deck = known.get(here.script ?? "")?.data
  return deck && { number: numberIn(deck, here), count: deck.screens.length }
}

/** Leave the deck and keep its screen. @param {View} view */
export function leaveDeck(view) {
  const { script: _, screen: __, ...rest } = view.host.address.read()
  view.travel(view.page, rest)
  fill(view)
}

/** @param {View} view */
function fill(view) {
  const here = view.host.address.read()
  fillBar(view, known.get(here.script ?? "")?.data, here)
}
