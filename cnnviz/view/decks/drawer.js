// The drawer to edit a deck: a list of its screens, and the settings of the chosen one.

import { closePanels } from "../controls/rail.js"
import { thumbnail } from "../draw/thumbnail.js"
import { addressOf, insertScreen, MOST_SCREENS, selectScreen } from "../model/decks/draft.js"
import { inTab } from "../model/storage.js"
import { say } from "../model/words.js"
import { render } from "../shell/html.js"
import { KEYS, PAGES } from "../spec.js"
import { visitScreen } from "./deck_walk.js"
import { draftHistory, isDraftShown, keepPicture, pictureOf, setDraft, showDraft } from "./drafting.js"
import { drawerOf } from "./drawer_view.js"

/** @import { QuestionForm } from "../model/decks/draft_question.js" */
/** @import { History, Setup, View } from "../types/view.js" */

export const OPEN = "cnnviz.drawer" // storage key: whether the drawer is open in this tab

/** @typedef {{ note: string, asking: boolean, asked: QuestionForm | null, wrong: string }} Drawer  note until the next change; whether the question form is open, its values after a change of kind, and its error */
/** @type {Drawer} */
export const drawer = { note: "", asking: false, asked: null, wrong: "" }

/** @param {View} view */
export const isDrawerOpen = ({ root }) => root.classList.contains("making-deck")

/** @param {View} view */
export function toggleDrawer(view) {
  closePanels(view)
  setOpen(view, !isDrawerOpen(view))
  view.arrived()
  if (isDrawerOpen(view)) view.$(".drawer [data-key=add_screen]").focus() // not a field, so that keys keep acting on the page
}

/** @param {View} view @param {boolean} open */
export function setOpen(view, open) {
  inTab.write(OPEN, open ? "1" : "")
  view.root.classList.toggle("making-deck", open)
  view.$(".drawer").hidden = !open
  for (const button of view.root.querySelectorAll("[data-key=script]"))
    button.setAttribute("aria-expanded", String(open))
  fillDrawer(view)
}

/** Return the draft, with `at` the screen that the address names. @param {View} view @returns {History} */
export function currentDraft(view) {
  const { script: deck = "", screen = "" } = view.host.address.read()
  const history = draftHistory()
  const number = deck === history.now.id && isDraftShown() ? Number(screen) || 1 : 0
  return selectScreen(history, Math.min(number, history.now.screen.length) - 1)
}

/** Render the drawer if it is open. @param {View} view */
export function fillDrawer(view) {
  if (!isDrawerOpen(view)) return
  const element = view.$(".drawer")
  const previousRow = element.querySelector(".current [data-screen]")
  render(drawerOf(currentDraft(view), drawer), element)
  const row = element.querySelector(".current [data-screen]")
  if (row !== previousRow) row?.scrollIntoView({ block: "nearest" })
}

/** Reset the question form. */
export const resetQuestion = () => Object.assign(drawer, { asking: false, asked: null, wrong: "" })

/** @param {View} view @param {string} text */
export function note(view, text) {
  drawer.note = text
  fillDrawer(view)
}

/** Apply a change of the draft. @param {History} next */
export function applyChange(next) {
  drawer.note = ""
  setDraft(next)
}

/** Go to a screen of the draft, numbered from 0. @param {View} view @param {number} n @param {Setup} [look] */
export function goToDraft(view, n, look) {
  if (!draftHistory().now.screen[n]) return
  resetQuestion()
  showDraft()
  visitScreen(view, draftHistory().now.id, n + 1, look)
}

/** Return the address of what is on screen, and store its thumbnail. @param {View} view */
export function captureScreen(view) {
  const page = view.state.to // the page that is about to be shown
  const { keys } = PAGES.find(({ path }) => path === page) ?? { keys: [] }
  const address = addressOf(page, { ...view.host.address.read(), ...view.wanted, view: "" }, [...KEYS, ...keys])
  if (!view.waiting) keepPicture(address, thumbnail(view.$(".content")))
  return address
}

/** Append what is on screen to the draft, and focus its sentence. @param {View} view */
export function addScreen(view) {
  if (!view.host.numbers.read || view.look.view || !view.data) return
  if (!isDrawerOpen(view)) setOpen(view, true)
  const history = currentDraft(view)
  if (history.now.screen.length >= MOST_SCREENS) return note(view, say("web.drawer.full", { most: MOST_SCREENS }))
  resetQuestion()
  applyChange(insertScreen(history, { at: captureScreen(view) }))
  showDraft()
  setScreen(view, draftHistory().at)
  focusSentence(view)
}

/** Write screen `n`, from 0, of the draft into the address. @param {View} view @param {number} n */
export function setScreen(view, n) {
  view.lookAt({ script: draftHistory().now.id, screen: String(n + 1) })
  view.arrived()
  fillDrawer(view)
}

/** Focus the sentence of the current screen. @param {View} view */
export function focusSentence(view) {
  const field = /** @type {HTMLInputElement} */ (view.$(".deck-say"))
  field.focus()
  field.select()
}

/** Store a thumbnail of the current screen if it has none. @param {View} view */
export function captureThumbnail(view) {
  const { now, at } = currentDraft(view)
  const screen = now.screen[at]
  if (!view.root.classList.contains("spoken") || !isDrawerOpen(view) || !screen || pictureOf(screen.at)) return
  const picture = thumbnail(view.$(".content"))
  if (picture) keepPicture(screen.at, picture)
  fillDrawer(view)
}
