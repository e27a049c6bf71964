// All actions that a click or a key triggers. Buttons with their labels, key bindings and the list of keys are
// derived from these entries. Messages are web.actions.<name>: `label`, and `text` for buttons without an icon.

import { leaveDeck, linkOf, moveBy } from "../decks/deck_walk.js"
import { addScreen, toggleDrawer } from "../decks/drawer.js"
import { showLarge, showTable } from "../dialogs/map_table.js"
import { savePicture } from "../draw/picture.js"
import { hasMessage, say } from "../model/words.js"
import { button, copyText } from "../shell/html.js"
import { withSuccessor } from "../shell/keyboard_focus.js"
import { PAGES } from "../spec.js"
import { randomKernel } from "./network_controls.js"
import { storePreference } from "./preferences.js"
import { closePanels } from "./rail.js"

/** @import { Content } from "../shell/page.js" */
/** @import { View } from "../types/view.js" */
/** @typedef {typeof Content} Kind  class of a page's content */
/**
 * @typedef {object} Action
 * @property {string} name  its button's data-key
 * @property {(view: View) => void} act
 * @property {string[]} [keys]  keyboard keys; if several actions of a page have one key, the first wins
 * @property {string[]} [remote]  keys of a remote control, in the lecture view; they take precedence
 * @property {string} [scripted]  key while a deck is shown; it takes precedence over all others
 * @property {string} [help]  message in the list of keys (web.help.…); actions with the same message share a line
 * @property {(kind: Kind) => boolean} [when]  whether a page has it
 * @property {boolean} [moves]  whether it navigates, which pauses the playback
 */

const isRevealing = (/** @type {Kind} */ kind) => kind.reveals
const hasWalk = (/** @type {Kind} */ kind) => kind.walks
const stages = (/** @type {Kind} */ kind) => kind.walks && kind.stages
const hasTraining = (/** @type {Kind} */ kind) => kind.trains

const toggleLook = (/** @type {"whole" | "hide" | "predict"} */ look) => (/** @type {View} */ view) =>
  view.lookAt({ [look]: view.look[look] ? "" : "1" })

/** @type {Action[]} */
export const ACTIONS = [
  {
    name: "stage_back",
    keys: ["ArrowLeft"],
    remote: ["PageUp"],
    help: "stage",
    when: stages,
    moves: true,
    act: (view) => view.nextStage(-1),
  },
  {
    name: "stage_next",
    keys: ["ArrowRight"],
    remote: ["PageDown"],
    help: "stage",
    when: stages,
    moves: true,
    act: (view) => view.unveil() || view.nextStage(1),
  },
  {
    name: "update_back",
    keys: ["PageUp", "Shift+ArrowLeft", "ArrowLeft"],
    help: "update",
    when: hasWalk,
    moves: true,
    act: (view) => view.nextUpdate(-1),
  },
  {
    name: "update_next",
    keys: ["PageDown", "Shift+ArrowRight", "ArrowRight"],
    help: "update",
    when: hasWalk,
    moves: true,
    act: (view) => view.nextUpdate(1),
  },
  {
    name: "play",
    keys: ["Space"],
    help: "play",
    when: hasWalk,
    act: (view) => view.unveil() || view.content.train("toggle") || view.player.toggle(),
  },
  {
    name: "restart",
    keys: ["Home"],
    help: "restart",
    when: hasWalk,
    moves: true,
    act: (view) => view.go({ k: "0", stage: view.order[0] ?? "x" }),
  },
  {
    name: "end",
    keys: ["End"],
    help: "end",
    when: (kind) => !kind.stages,
    act: (view) => view.go({ k: String(view.content.end) }),
  },
  { name: "lecture", keys: ["L"], help: "lecture", act: toggleLecture },
  { name: "lecture_off", keys: ["L"], act: toggleLecture },
  { name: "whole", keys: ["W"], help: "whole", when: isRevealing, act: toggleLook("whole") },
  { name: "hide", keys: ["H"], help: "hide", when: isRevealing, act: toggleLook("hide") },
  { name: "predict", keys: ["P"], help: "predict", when: isRevealing, act: toggleLook("predict") },
  { name: "hide_numbers", when: isRevealing, act: toggleLook("hide") },
  { name: "meaning", keys: ["I"], help: "meaning", when: isRevealing, act: showMeaning },
  { name: "kernel", keys: ["K"], help: "kernel", when: hasWalk, act: showKernel },
  { name: "speed_list", keys: ["S"], help: "speed", when: hasWalk, act: showSpeeds },
  {
    name: "updates",
    keys: ["U"],
    help: "updates",
    when: hasWalk,
    act: (view) => view.$("#update_card").togglePopover(),
  },
  { name: "update_first", when: hasWalk, moves: true, act: (view) => view.go({ k: "0" }) },
  { name: "screen_back", scripted: "PageUp", act: (view) => moveBy(view, -1) },
  { name: "screen_next", scripted: "PageDown", act: (view) => view.unveil() || moveBy(view, 1) },
  { name: "script_leave", act: leaveDeck },
  { name: "script", act: toggleDrawer },
  { name: "blank", remote: ["B"], when: (kind) => !kind.chooses, act: toggleBlank },
  { name: "blank_point", remote: ["."], act: toggleBlank },
  { name: "remote", help: "remote", when: stages, act: () => {} },
  ...PAGES.map(({ path }, n) => ({
    name: `page_${n + 1}`,
    keys: [String(n + 1)],
    help: "page",
    act: (/** @type {View} */ view) => view.content.choose(n) || view.turn(path),
  })),
  ...[..."ABCDEFGH"].map((letter, n) => ({
    name: `answer_${letter}`,
    keys: [letter],
    help: "answer",
    when: (/** @type {Kind} */ kind) => kind.chooses,
    act: (/** @type {View} */ view) => answerOrAdd(view, letter, n),
  })),
  { name: "add_screen", keys: ["A"], help: "add_screen", act: addScreen },
  { name: "large", keys: ["O"], help: "large", when: hasWalk, act: showLarge },
  { name: "table", keys: ["T"], help: "table", when: (kind) => kind.tabulates, act: showTable },
  { name: "cells", help: "cells", when: (kind) => kind.stages, act: () => {} }, // bound in cell_pointer.js
  { name: "drag", help: "drag", when: isRevealing, act: () => {} }, // bound in drag.js
  { name: "turn_back", keys: ["["], help: "turn", when: isRevealing, act: (view) => view.content.turn(-1) },
  { name: "turn_on", keys: ["]"], help: "turn", when: isRevealing, act: (view) => view.content.turn(1) },
  { name: "unpin", when: (kind) => kind.stages, act: unpin },
  { name: "escape", keys: ["Escape"], help: "escape", act: leaveMode },
  { name: "keys", keys: ["?"], help: "keys", act: (view) => view.open("keys") },
  { name: "find", keys: ["Ctrl+K"], help: "find", act: (view) => view.open("keys") },
  { name: "story", act: restartStory },
  { name: "skip", act: (view) => view.$(".middle").focus() },
  { name: "copy_link", act: copyLink },
  { name: "room", act: (view) => view.host.room?.() },
  { name: "lecture_room", act: (view) => view.host.room?.() },
  { name: "export_png", act: (view) => exportPicture(view, "png") },
  { name: "export_svg", act: (view) => exportPicture(view, "svg") },
  { name: "files", act: (view) => view.open("files") },
  { name: "weights_in", act: (view) => view.open("weights") },
  { name: "model_in", act: (view) => view.open("model") },
  { name: "upload", act: (view) => view.open("upload") },
  { name: "drawing", act: (view) => view.open("drawing") },
  { name: "cifar10", act: (view) => view.open("cifar10") },
  { name: "own_gradients", when: (kind) => kind.checks, act: (view) => view.open("own_gradients") },
  { name: "kernel_random", act: (view) => randomKernel(view) },
  ...["train", "train_pause", "train_go_on", "train_play", "train_stop", "train_back"].map((name) => ({
    name,
    when: hasTraining,
    act: (/** @type {View} */ view) => view.content.train(name),
  })),
  { name: "train_full", when: hasTraining, act: (view) => view.open("cifar10") },
  { name: "open_in_step", act: (view) => view.turn("", view.content.opening()) },
]

/**
 * Choose an answer. While a deck is edited, A adds a screen and letters do not answer.
 * @param {View} view @param {string} letter @param {number} n
 */
function answerOrAdd(view, letter, n) {
  const isEditing = view.root.classList.contains("making-deck") && !view.look.view
  if ((isEditing || !view.content.choose(n)) && letter === "A") addScreen(view)
}

/** @param {View} view */
function toggleLecture(view) {
  view.lookAt({ view: view.look.view ? "" : "lecture" })
  view.arrived() // the deck's sentence is editable only outside the lecture view
}

/** @param {View} view */
function restartStory({ host }) {
  storePreference("story", "")
  host.story?.again()
}

/** @param {View} view */
async function copyLink(view) {
  const element = view.control("copy_link")
  const link = await linkOf(view)
  if (!(await copyText(element, link))) view.notice(say("web.copy.refused", { link }))
  else if (link.startsWith("?")) view.tell(say("web.copy.query"))
  else if (view.setup.w.startsWith("held-")) view.notice(say("web.copy.held"))
  setTimeout(() => (element.textContent = say("web.actions.copy_link.text")), 1500)
}

/** @param {View} view @param {"png" | "svg"} kind */
async function exportPicture(view, kind) {
  closePanels(view)
  await savePicture(view, kind)
  if (window.origin === "null" && window !== window.parent) view.tell(say("web.picture.sandboxed"))
}

/** @param {View} view */
function toggleBlank({ root }) {
  root.classList.toggle("blank")
}

/** Open the explanation of the map under the pointer, or of the map that the stage computes. @param {View} view */
function showMeaning({ root, stage, content }) {
  const { map = stage } = content.focus.hover ?? {}
  const element =
    root.querySelector(`[data-meaning^=glossary][data-of="${map}"]`) ?? root.querySelector(".now [data-meaning]")
  element?.dispatchEvent(new MouseEvent("click", { bubbles: true }))
}

/** @param {View} view */
function showKernel(view) {
  if (view.data?.filters) view.$("#kernel_card").togglePopover()
}

/** @param {View} view */
function showSpeeds(view) {
  const list = /** @type {HTMLSelectElement} */ (view.field("speed"))
  list.focus()
  list.addEventListener("change", () => list.blur(), { once: true }) // give keys back to the page
  list.showPicker?.()
}

/** @param {View} view */
function unpin(view) {
  if (!view.content.unpin()) return false
  view.settle()
  view.paint(true)
  return true
}

/**
 * Leave the innermost mode: the whole network, a focused map, a pinned cell, then the lecture view.
 * @param {View} view
 */
function leaveMode(view) {
  const { activeElement } = document
  if (view.look.whole) view.lookAt({ whole: "" })
  else if (activeElement instanceof HTMLCanvasElement && view.root.contains(activeElement)) activeElement.blur()
  else if (unpin(view)) return
  else if (view.look.view) toggleLecture(view)
}

/**
 * @param {View} view
 * @param {Action} action
 */
export function run(view, { moves, act }) {
  if (moves) view.player.pause()
  withSuccessor(view, () => act(view))
}

/**
 * Return the actions that a page has.
 * @param {Kind} kind
 */
export const actionsOf = (kind) => ACTIONS.filter(({ when }) => when?.(kind) ?? true)

/**
 * Return the actions of a page by key, in the lecture view including those of a remote control.
 * @param {Kind} kind
 * @returns {Map<string, Action>}
 */
export function keyMap(kind, lecture = false) {
  const actions = new Map()
  for (const action of lecture ? actionsOf(kind) : []) for (const key of action.remote ?? []) actions.set(key, action)
  for (const action of actionsOf(kind)) {
    for (const key of action.keys ?? []) if (!actions.has(key)) actions.set(key, action)
  }
  return actions
}

/** Return the action of a key while a deck is shown. @param {string} key */
export const deckAction = (key) => ACTIONS.find((action) => action.scripted === key)

const ON_MAC = /^Mac|^iP/.test(navigator.platform)

/**
 * Return a key's name in the visitor's language.
 * @param {string} key
 */
const keyLabel = (key) =>
  key
    .split("+")
    .map((part) => (part === "Ctrl" && ON_MAC ? "⌘" : part))
    .map((part) => (hasMessage(`web.keys.${part}`) ? say(`web.keys.${part}`) : part))
    .join(" ")

/**
 * Return the rows of the list of keys: keys and description.
 * @param {Kind} kind
 * @returns {[string, string][]}
 */
export function helpLines(kind) {
  const keys = keyMap(kind)
  const lines = new Set(actionsOf(kind).flatMap(({ help }) => help ?? []))
  return [...lines].map((line) => {
    const keyLists = actionsOf(kind)
      .filter(({ help }) => help === line)
      .map((action) => (action.keys ?? []).filter((key) => keys.get(key) === action).map(keyLabel))
    const keyNames = keyLists[0].flatMap((_, i) => keyLists.flatMap((all) => all[i] ?? []))
    const pageMessage = `web.help.${kind.words}.${line}`
    return [
      keyNames.join(", ") || say(`web.help.keys_of.${line}`),
      say(hasMessage(pageMessage) ? pageMessage : `web.help.${line}`),
    ]
  })
}

/**
 * Return an action's button.
 * @param {string} name
 */
export function actionButton(name, text = "", extra = "") {
  const { keys = [] } = ACTIONS.find((action) => action.name === name) ?? {}
  const label = say(hasMessage(`web.actions.${name}.label`) ? `web.actions.${name}.label` : `web.actions.${name}.text`)
  const fullLabel = keys.length ? say("web.actions.with_key", { label, key: keyLabel(keys[0]) }) : label
  return button(name, text || say(`web.actions.${name}.text`), fullLabel, extra)
}

/** @param {View} view */
export function bindActions(view) {
  for (const action of actionsOf(view.kind)) {
    for (const element of view.root.querySelectorAll(`[data-key="${action.name}"]`)) {
      element.addEventListener("click", () => run(view, action))
    }
  }
}
