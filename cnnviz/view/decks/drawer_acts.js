// Actions of the drawer's buttons and fields.

import { changed, did, filled, moved, noted, removed, secondsOf, titled, undone } from "../model/decks/draft.js"
import { asking, mapOf, unasked } from "../model/decks/draft_question.js"
import { tomlOf } from "../model/decks/toml.js"
import { say } from "../model/words.js"
import { LANG } from "../spec.js"
import { readDeck } from "./deck_walk.js"
import { anew, drafting, isWalked } from "./drafting.js"
import {
  addScreen,
  asksNothing,
  current,
  drawer,
  fillDrawer,
  go,
  make,
  note,
  stand,
  taken,
  toggleDrawer,
} from "./drawer.js"
import { copyDeck, openDeck, saveDeck } from "./drawer_files.js"
import { askedIn } from "./drawer_question.js"

/** @import { Table, View } from "../types/view.js" */

const UPDATES = 200 // default number of updates of an experiment

/** @type {Record<string, (view: View) => void>} */
const ACTS = {
  add_screen: addScreen,
  draft_close: toggleDrawer,
  draft_undo: undo,
  draft_copy: copyDeck,
  draft_save: saveDeck,
  draft_open: openDeck,
  draft_new: () => make(did(drafting(), anew(), -1)),
  draft_present: (view) => go(view, Math.max(0, current(view).at), { view: "lecture" }),
  draft_remove: (view) => remove(view, current(view).at),
  draft_retake: (view) => change(view, (screen) => ({ ...screen, at: taken(view) })),
  draft_question(view) {
    Object.assign(drawer, { asking: !drawer.asking, asked: null, wrong: "" })
    fillDrawer(view)
  },
}

/** @param {View} view @param {MouseEvent} event */
export function pressed(view, { target }) {
  const button = /** @type {Element} */ (target).closest("button")
  const { key = "", screen } = button?.dataset ?? {}
  if (screen !== undefined) go(view, Number(screen))
  else ACTS[key]?.(view)
}

/** Change the current screen. @param {View} view @param {(screen: Table) => Table} how */
function change(view, how) {
  const history = current(view)
  if (history.at >= 0) make(changed(history, history.at, how))
}

/** @param {View} view */
export function undo(view) {
  const history = drafting()
  if (!history.past.length) return
  const walked = isWalked()
  make(undone(history))
  if (walked && drafting().at >= 0) go(view, drafting().at)
}

/** Remove a screen and show the next one. @param {View} view @param {number} n */
export function remove(view, n) {
  if (n < 0) return
  const walked = isWalked()
  make(removed(current(view), n))
  if (walked && drafting().now.screen.length) go(view, drafting().at)
}

/**
 * Move a screen. If it is the current one, it stays so.
 * @param {View} view @param {number} from @param {number} to
 */
export function move(view, from, to) {
  const before = current(view)
  const next = moved({ ...before, at: before.at === from ? to : before.at }, from, to)
  if (next.now === before.now) return
  const shown = before.now.screen[before.at]
  make(next)
  if (shown) stand(view, next.now.screen.indexOf(shown))
}

/** @type {Record<string, (view: View, value: string) => void>} */
const FIELDS = {
  draft_title(view, title) {
    const walked = current(view).at
    make(did(drafting(), titled(drafting().now, LANG, title.trim() || say("web.drawer.untitled"))))
    if (walked >= 0) stand(view, walked)
  },
  draft_notes: (view, notes) => change(view, (screen) => noted(screen, LANG, notes.trim())),
  draft_time(view, text) {
    change(view, (screen) => filled(screen, "seconds", secondsOf(text)))
    if (text.trim() && !secondsOf(text)) note(view, say("web.drawer.time"))
  },
  draft_experiment: (view, name) =>
    change(view, (screen) =>
      filled(filled(screen, "experiment", name), "updates", name && (screen.updates ?? UPDATES)),
    ),
}

/** @param {View} view @param {HTMLElement} place */
export function bindFields(view, place) {
  place.addEventListener("change", ({ target }) => {
    const { dataset, value, form } = /** @type {HTMLInputElement} */ (target)
    if (dataset.key === "draft_kind" && form) {
      const { kind, ask: words } = askedIn(form)
      Object.assign(drawer, { asked: { ...unasked(kind), ask: words }, wrong: "" })
      return fillDrawer(view)
    }
    FIELDS[dataset.key ?? ""]?.(view, value)
  })
  place.addEventListener("submit", (event) => {
    event.preventDefault()
    ask(view, /** @type {HTMLFormElement} */ (event.target))
  })
}

/** Save the question form, or show the first error in it. @param {View} view @param {HTMLFormElement} form */
function ask(view, form) {
  const asked = askedIn(form)
  const said = { number: "feedback_number", click: "feedback_click" }[String(asked.kind)] ?? "feedback"
  const { now, at } = current(view)
  const screen = now.screen[at]
  if (!screen) return
  const made = view.data?.stages.find(({ symbol }) => symbol === mapOf(screen))
  const question = asking(screen, asked, (label) => say(`web.drawer.${said}`, { label }), made?.inputs)
  const alone = tomlOf({ ...now, screen: [question] }) // a deck of this screen alone, so that errors of other screens do not count
  readDeck(view, alone, ({ faults = [] }) => {
    if (drawer.asking && faults.length) {
      Object.assign(drawer, { asked, wrong: withoutLine(faults[0]) })
      return fillDrawer(view)
    }
    asksNothing()
    change(view, () => question)
    go(view, at)
  })
}

/** Remove the line number from an error, since the file is not shown. @param {string} fault */
const withoutLine = (fault) => fault.replace(/^\P{Ll}\p{Ll}+ \d+\s?:\s*/u, "")
