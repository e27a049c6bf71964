// Actions of the drawer's buttons and fields.

import {
  changeScreen,
  moveScreen,
  removeScreen,
  secondsOf,
  undoChange,
  withDraft,
  withField,
  withNotes,
  withTitle,
} from "../model/decks/draft.js"
import { emptyQuestion, mapOf, withQuestion } from "../model/decks/draft_question.js"
import { tomlOf } from "../model/decks/toml.js"
import { say } from "../model/words.js"
import { LANG } from "../spec.js"
import { readDeck } from "./deck_walk.js"
import { draftHistory, isDraftShown, newDraft } from "./drafting.js"
import {
  addScreen,
  applyChange,
  captureScreen,
  currentDraft,
  drawer,
  fillDrawer,
  goToDraft,
  note,
  resetQuestion,
  setScreen,
  toggleDrawer,
} from "./drawer.js"
import { copyDeck, openDeck, saveDeck } from "./drawer_files.js"
import { readForm } from "./drawer_question.js"

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
  draft_new: () => applyChange(withDraft(draftHistory(), newDraft(), -1)),
  draft_present: (view) => goToDraft(view, Math.max(0, currentDraft(view).at), { view: "lecture" }),
  draft_remove: (view) => remove(view, currentDraft(view).at),
  draft_retake: (view) => change(view, (screen) => ({ ...screen, at: captureScreen(view) })),
  draft_question(view) {
    Object.assign(drawer, { asking: !drawer.asking, asked: null, wrong: "" })
    fillDrawer(view)
    const askInput = view.root.querySelector(/** @type {"input"} */ (".draft-asking [name=ask]"))
    askInput?.focus()
  },
}

/** @param {View} view @param {MouseEvent} event */
export function onClick(view, { target }) {
  const button = /** @type {Element} */ (target).closest("button")
  const { key = "", screen } = button?.dataset ?? {}
  if (screen !== undefined) goToDraft(view, Number(screen))
  else ACTS[key]?.(view)
}

/** Change the current screen. @param {View} view @param {(screen: Table) => Table} how */
function change(view, how) {
  const history = currentDraft(view)
  if (history.at >= 0) applyChange(changeScreen(history, history.at, how))
}

/** @param {View} view */
export function undo(view) {
  const history = draftHistory()
  if (!history.past.length) return
  const wasShown = isDraftShown()
  applyChange(undoChange(history))
  if (wasShown && draftHistory().at >= 0) goToDraft(view, draftHistory().at)
}

/** Remove a screen and show the next one. @param {View} view @param {number} n */
export function remove(view, n) {
  if (n < 0) return
  const wasShown = isDraftShown()
  applyChange(removeScreen(currentDraft(view), n))
  if (wasShown && draftHistory().now.screen.length) goToDraft(view, draftHistory().at)
}

/**
 * Move a screen. If it is the current one, it stays so.
 * @param {View} view @param {number} from @param {number} to
 */
export function move(view, from, to) {
  const history = currentDraft(view)
  const nextHistory = moveScreen({ ...history, at: history.at === from ? to : history.at }, from, to)
  if (nextHistory.now === history.now) return
  const screen = history.now.screen[history.at]
  applyChange(nextHistory)
  if (screen) setScreen(view, nextHistory.now.screen.indexOf(screen))
}

/** @type {Record<string, (view: View, value: string) => void>} */
const FIELDS = {
  draft_title(view, title) {
    const draftPosition = currentDraft(view).at
    applyChange(
      withDraft(draftHistory(), withTitle(draftHistory().now, LANG, title.trim() || say("web.drawer.untitled"))),
    )
    if (draftPosition >= 0) setScreen(view, draftPosition)
  },
  draft_notes: (view, notes) => change(view, (screen) => withNotes(screen, LANG, notes.trim())),
  draft_time(view, text) {
    change(view, (screen) => withField(screen, "seconds", secondsOf(text)))
    if (text.trim() && !secondsOf(text)) note(view, say("web.drawer.time"))
  },
  draft_experiment: (view, name) =>
    change(view, (screen) =>
      withField(withField(screen, "experiment", name), "updates", name && (screen.updates ?? UPDATES)),
    ),
}

/** @param {View} view @param {HTMLElement} place */
export function bindFields(view, place) {
  place.addEventListener("change", ({ target }) => {
    const { dataset, value, form } = /** @type {HTMLInputElement} */ (target)
    if (dataset.key === "draft_kind" && form) {
      const { kind, ask: words } = readForm(form)
      Object.assign(drawer, { asked: { ...emptyQuestion(kind), ask: words }, wrong: "" })
      return fillDrawer(view)
    }
    FIELDS[dataset.key ?? ""]?.(view, value)
  })
  place.addEventListener("submit", (event) => {
    event.preventDefault()
    saveQuestion(view, /** @type {HTMLFormElement} */ (event.target))
  })
}

/** Save the question form, or show the first error in it. @param {View} view @param {HTMLFormElement} form */
function saveQuestion(view, form) {
  const formValues = readForm(form)
  const message = { number: "feedback_number", click: "feedback_click" }[String(formValues.kind)] ?? "feedback"
  const { now, at } = currentDraft(view)
  const screen = now.screen[at]
  if (!screen) return
  const stage = view.data?.stages.find(({ symbol }) => symbol === mapOf(screen))
  const question = withQuestion(screen, formValues, (label) => say(`web.drawer.${message}`, { label }), stage?.inputs)
  const toml = tomlOf({ ...now, screen: [question] }) // a deck of this screen alone, so that errors of other screens do not count
  readDeck(view, toml, ({ faults = [] }) => {
    if (drawer.asking && faults.length) {
      Object.assign(drawer, { asked: formValues, wrong: withoutLine(faults[0]) })
      return fillDrawer(view)
    }
    resetQuestion()
    change(view, () => question)
    goToDraft(view, at)
  })
}

/** Remove the line number from an error, since the file is not shown. @param {string} fault */
const withoutLine = (fault) => fault.replace(/^\P{Ll}\p{Ll}+ \d+\s?:\s*/u, "")
