// The bar of the current deck: number of the screen, and its sentence, which is editable while the deck is edited.
// frame.js has its elements.

import { screenNumber } from "../model/decks/deck.js"
import { parseAddress, sentenceOf } from "../model/decks/draft.js"
import { parse } from "../model/state/address.js"
import { say } from "../model/words.js"
import { setText } from "../shell/html.js"
import { LANG } from "../spec.js"
import { draftHistory, isDraftShown } from "./drafting.js"

/** @import { Setup, DeckData, Table, View } from "../types/view.js" */

const PLACE = ["img", "net", "k", "stage"]
const LONG = 92 // number of characters above which a sentence wraps

/**
 * Fill the bar. On Step it takes the place of the page's own sentence.
 * @param {View} view @param {DeckData | undefined} deck @param {Setup} here  the address
 */
export function fillBar(view, deck, here) {
  const { root } = view
  const bar = view.$(".deck-bar")
  const explanation = root.querySelector(".explain .text")
  if (view.kind.reveals && explanation && bar.parentElement !== explanation) explanation.append(bar)
  if (bar.dataset.room) return // a room's deck fills the bar (rooms/screen_bar.js)
  const draft = here.script === draftHistory().now.id && isDraftShown() ? draftHistory().now : undefined
  const count = draft?.screen.length ?? deck?.screens.length ?? 0
  const number = screenNumber({ screens: { length: count } }, here)
  const screen = deck?.screens.length === count ? deck.screens[number - 1] : undefined
  const hasQuestion = view.page === "learn" && (screen?.asks ?? false) // the Learn page shows the question itself
  bar.hidden = !here.script || !count || hasQuestion
  setText(view.$(".deck-place"), count ? say("web.script.place", { number, count }) : "")
  if (bar.hidden) return void root.classList.remove("in-deck", "spoken")
  const isCurrent = isShown(view, screen ?? screenTarget(draft?.screen[number - 1] ?? {}))
  const sentence = screen ? screen.say || screen.title : draft ? sentenceOf(draft.screen[number - 1], LANG) : ""
  const text = isCurrent ? sentence : "" // the visitor may have left the screen
  const isEditable =
    isCurrent && root.classList.contains("making-deck") && draft !== undefined && here.view !== "lecture"
  bar.setAttribute("aria-label", say("web.script.label", { title: deck?.title ?? "" }))
  setText(view.$(".deck-bar p"), text)
  bar.classList.toggle("long", text.length > LONG)
  root.classList.add("in-deck")
  root.classList.toggle("spoken", Boolean(text) || isEditable)
  view.field("screen_back").disabled = number === 1
  view.field("screen_next").disabled = number === count
  fillSentenceField(view, isEditable ? draft.screen[number - 1] : undefined)
}

/** @param {Table} screen */
function screenTarget(screen) {
  const { page, query } = parseAddress(screen)
  return { page, query: parse(query) }
}

/**
 * Return whether the view shows this screen. On pages that play, only the page is compared.
 * @param {View} view @param {{ page: string, query: Setup }} screen
 */
const isShown = ({ page, kind, wanted }, screen) =>
  screen.page === page
  && (!kind.reveals || PLACE.every((key) => !screen.query[key] || screen.query[key] === wanted[key]))

/**
 * Show the sentence as a field while the deck is edited, and as text otherwise (`screen` is undefined).
 * @param {View} view @param {Table | undefined} screen
 */
function fillSentenceField(view, screen) {
  const field = /** @type {HTMLInputElement} */ (view.$(".deck-say"))
  field.hidden = !screen
  view.$(".deck-bar p").hidden = Boolean(screen)
  if (screen && document.activeElement !== field) field.value = sentenceOf(screen, LANG)
}
