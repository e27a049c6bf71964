// A deck that one walks through: its sentence stands on each screen, and Page Down leads to the next one, on any page.

import { isBare, numberIn, placeOf } from "../model/decks/deck.js"
import { HASH, packed, unpacked } from "../model/decks/deck_link.js"
import { MOST_LINKED } from "../model/decks/draft.js"
import { say } from "../model/words.js"
import { keepInTab, tabDeck } from "../tab_deck.js"
import { fillBar } from "./deck_bar.js"

/** @import { DeckData, DeckHeader, View } from "../types/view.js" */

/** @type {Map<string, { data: DeckData, of: string }>}  those that are known, for the next page too, and of which file one's own is */
const known = new Map()
let fault = "" // of the deck, as the page says it

/** The file of a deck that this tab was given; "" for one of the library. @param {string} id */
function fileOf(id) {
  const given = tabDeck()
  return given?.id === id ? given.toml : ""
}

/** A deck that a file holds. @param {DeckData} data */
export const knowDeck = (data) => known.set(data.id, { data, of: "" })

/**
 * Hands over a deck, now if it is known. What cannot be read, or is not there, is none, and why.
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
    else if (deck && before && view.note === before) view.forget() // it is mended
    if (!view.stop.signal.aborted) act(deck ?? undefined, wrong?.script)
  }
  of ? numbers.read?.(of, take) : numbers.look?.("script", { script: id }, take)
}

/** Shows where in its deck the address is, now and whenever what it gives is called: the address was changed. @param {View} view */
export function bindDeck(view) {
  const { address, numbers } = view.host
  /** @type {string | undefined}  the one that was asked for */
  let asked
  let bare = false // the address named a screen alone; an answer, which writes the whole setup into it, may come before the deck
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

/** The deck of a link, from which it is taken away: from here on the tab has it. @param {View} view */
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
 * Reads a deck's file. It is always answered: where nobody answered, by a header without a deck.
 * @param {View} view
 * @param {string | File} toml  a file where it is no text
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

/** Gives what is wrong with a file that was read. @param {Partial<DeckHeader>} header */
export const faultOf = ({ faults = [] }) => faults[0] ?? say("web.notice.silent")

/** @param {View} view @param {DeckData} deck @param {number} number @param {boolean} [replace] @param {import("../model/state/address.js").Setup} [look] */
function goTo(view, deck, number, replace = false, look = {}) {
  const { page, address } = placeOf(deck, number, { ...view.host.address.read(), ...look })
  view.travel(page, address, { replace })
  if (page === "learn" && page === view.page) view.host.numbers.ask() // the screen may ask something else now
  fill(view)
}

/** A link to what is shown, for others: it holds the deck that only this tab knows. @param {View} view */
export async function linkOf(view) {
  const { script: deck = "", screen = "" } = view.host.address.read()
  const toml = fileOf(deck)
  if (!toml || (known.get(deck)?.data.screens.length ?? 0) > MOST_LINKED) return view.link()
  return wholeLink(view, toml, `?screen=${screen || 1}`)
}

/** @param {View} view @param {string} toml @param {string} [query] */
export const wholeLink = async (view, toml, query = "") =>
  `${view.host.address.link({}).replace(/[?#].*/, "")}${query}${HASH}${await packed(toml)}`

/** Goes to a screen of a deck, from 1. @param {View} view @param {string} id @param {number} number @param {import("../model/state/address.js").Setup} [look] */
export function visit(view, id, number, look) {
  withDeck(view, id, (data) => data && number <= data.screens.length && goTo(view, data, number, false, look))
}

/** Go to another screen of the deck, once it is read; past its ends the screen stays. @param {View} view @param {number} by */
export function walk(view, by) {
  const { address } = view.host
  const { script: id } = address.read()
  if (!id) return
  withDeck(view, id, (deck) => {
    const number = deck ? numberIn(deck, address.read()) + by : 0
    if (deck && number >= 1 && number <= deck.screens.length) goTo(view, deck, number)
  })
}

/** The screen of a deck that one is at, of how many; undefined outside of any. @param {View} view */
export function screenOf(view) {
  const here = view.host.address.read()
  const deck = known.get(here.script ?? "")?.data
  return deck && { number: numberIn(deck, here), count: deck.screens.length }
}

/** Leaves the deck; the screen stays. @param {View} view */
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
