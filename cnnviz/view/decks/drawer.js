// The drawer in which a deck is made: the screens that were added, one under the other, and what stands on the chosen one.

import { closeSheets } from "../controls/rail.js"
import { thumbnail } from "../draw/thumbnail.js"
import { added, atOf, chosen, MOST_SCREENS } from "../model/decks/draft.js"
import { inTab } from "../model/storage.js"
import { say } from "../model/words.js"
import { render } from "../shell/html.js"
import { KEYS, PAGES } from "../spec.js"
import { visit } from "./deck_walk.js"
import { draft, drafting, isWalked, keepPicture, pictureOf, walkIt } from "./drafting.js"
import { drawerOf } from "./drawer_view.js"

/** @import { Asked } from "../model/decks/draft_question.js" */
/** @import { History, Setup, View } from "../types/view.js" */

export const OPEN = "cnnviz.drawer" // whether it is, in this tab

/** @typedef {{ note: string, asking: boolean, asked: Asked | null, wrong: string }} Drawer  what is said until the next change, whether a question is being written, what of it when its kind was changed, and what is wrong with it */
/** @type {Drawer} */
export const drawer = { note: "", asking: false, asked: null, wrong: "" }

/** @param {View} view */
export const isOpen = ({ root }) => root.classList.contains("making-deck")

/** @param {View} view */
export function toggleDrawer(view) {
  closeSheets(view)
  show(view, !isOpen(view))
  view.arrived()
  if (isOpen(view)) view.$(".drawer [data-key=add_screen]").focus() // no field, so that keys are keys
}

/** @param {View} view @param {boolean} open */
export function show(view, open) {
  inTab.write(OPEN, open ? "1" : "")
  view.root.classList.toggle("making-deck", open)
  view.$(".drawer").hidden = !open
  for (const button of view.root.querySelectorAll("[data-key=script]"))
    button.setAttribute("aria-expanded", String(open))
  fillDrawer(view)
}

/** The draft, and which of its screens is shown: the address says it. @param {View} view @returns {History} */
export function current(view) {
  const { script: deck = "", screen = "" } = view.host.address.read()
  const history = drafting()
  const number = deck === history.now.id && isWalked() ? Number(screen) || 1 : 0
  return chosen(history, Math.min(number, history.now.screen.length) - 1)
}

/** Writes what there is now. @param {View} view */
export function fillDrawer(view) {
  if (!isOpen(view)) return
  const place = view.$(".drawer")
  const before = place.querySelector(".current [data-screen]")
  render(drawerOf(current(view), drawer), place)
  const row = place.querySelector(".current [data-screen]")
  if (row !== before) row?.scrollIntoView({ block: "nearest" })
}

/** No question is being written. */
export const asksNothing = () => Object.assign(drawer, { asking: false, asked: null, wrong: "" })

/** @param {View} view @param {string} text */
export function note(view, text) {
  drawer.note = text
  fillDrawer(view)
}

/** A change of the draft. @param {History} next */
export function make(next) {
  drawer.note = ""
  draft(next)
}

/** Goes to a screen of the draft, from 0. @param {View} view @param {number} n @param {Setup} [look] */
export function go(view, n, look) {
  if (!drafting().now.screen[n]) return
  asksNothing()
  walkIt()
  visit(view, drafting().now.id, n + 1, look)
}

/** Gives what is on the screen, as a screen's address; its picture is kept. @param {View} view */
export function taken(view) {
  const page = view.state.to // which may be on its way
  const { keys } = PAGES.find(({ path }) => path === page) ?? { keys: [] }
  const at = atOf(page, { ...view.host.address.read(), ...view.wanted, view: "" }, [...KEYS, ...keys])
  if (!view.waiting) keepPicture(at, thumbnail(view.$(".content")))
  return at
}

/** Adds what is on the screen, and has its sentence written. @param {View} view */
export function addScreen(view) {
  if (!view.host.numbers.read || view.look.view || !view.data) return
  if (!isOpen(view)) show(view, true)
  const history = current(view)
  if (history.now.screen.length >= MOST_SCREENS) return note(view, say("web.drawer.full", { most: MOST_SCREENS }))
  asksNothing()
  make(added(history, { at: taken(view) }))
  walkIt()
  stand(view, drafting().at)
  write(view)
}

/** The address says that what is on the screen is this one, from 0. @param {View} view @param {number} n */
export function stand(view, n) {
  view.lookAt({ script: drafting().now.id, screen: String(n + 1) })
  view.arrived()
  fillDrawer(view)
}

/** Has the sentence of the screen that is shown written. @param {View} view */
export function write(view) {
  const field = /** @type {HTMLInputElement} */ (view.$(".deck-say"))
  field.focus()
  field.select()
}

/** A screen that has no picture yet gets one when it has been seen. @param {View} view */
export function seenScreen(view) {
  const { now, at } = current(view)
  const screen = now.screen[at]
  if (!view.root.classList.contains("spoken") || !isOpen(view) || !screen || pictureOf(screen.at)) return
  const picture = thumbnail(view.$(".content"))
  if (picture) keepPicture(screen.at, picture)
  fillDrawer(view)
}
