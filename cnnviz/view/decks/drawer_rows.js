// Reorder the drawer's rows by keyboard and mouse.

import { closest } from "../shell/html.js"
import { currentDraft, focusSentence, goToDraft, isDrawerOpen } from "./drawer.js"
import { move, remove, undo } from "./drawer_acts.js"

/** @import { View } from "../types/view.js" */

const FOCUS_TIMEOUT = 3000 // milliseconds within which the next page has to appear to get the focus

/** @param {View} view @param {HTMLElement} place */
export function bindRows(view, place) {
  place.addEventListener("keydown", (event) => {
    if (onKey(view, place, event)) event.preventDefault()
  })
  addEventListener("keydown", (event) => isUndo(view, event) && undo(view), { signal: view.stop.signal })
  focusRow(place)
  place.addEventListener("pointerdown", (event) => {
    const row = closest(event, ".grip") && closest(event, "[data-row]")
    if (row && event.button === 0) drag(view, row, event)
  })
}

/** @type {number | undefined}  row to focus when the next page appears */
let pendingRow

/** @param {HTMLElement} place @param {number} [n] */
function focusRow(place, n = pendingRow) {
  if (n === undefined) return
  pendingRow = n
  requestAnimationFrame(() => {
    if (!place.isConnected) return
    const row = /** @type {HTMLElement | null} */ (place.querySelector(`[data-screen="${n}"]`))
    row?.focus()
    setTimeout(() => {
      pendingRow = undefined
    }, FOCUS_TIMEOUT)
  })
}

/** @param {View} view @param {KeyboardEvent} event */
const isUndo = (view, { target, key, ctrlKey, metaKey }) =>
  key === "z"
  && (ctrlKey || metaKey)
  && isDrawerOpen(view)
  && !view.look.view // the lecture view hides the drawer
  && !(/** @type {Element} */ (target).matches?.("input, textarea, select"))

/**
 * Handle a key on a row, and return whether it did something.
 * @param {View} view @param {HTMLElement} place @param {KeyboardEvent} event
 */
function onKey(view, place, event) {
  const { key, altKey } = event
  const row = closest(event, "[data-screen]")
  if (!row) return false
  const n = Number(row.dataset.screen)
  const delta = { ArrowUp: -1, ArrowDown: 1 }[key]
  const { length } = currentDraft(view).now.screen
  if (delta && n + delta >= 0 && n + delta < length) {
    altKey ? move(view, n, n + delta) : goToDraft(view, n + delta)
    focusRow(place, n + delta)
  } else if (key === "Delete" || key === "Backspace") {
    remove(view, n)
    focusRow(place, Math.min(n, length - 2))
  } else if (key === "F2") {
    goToDraft(view, n)
    focusSentence(view)
  } else return Boolean(delta)
  return true
}

/**
 * Move a row with the pointer until the button is released. Escape cancels.
 * @param {View} view @param {HTMLElement} row @param {PointerEvent} from
 */
function drag(view, row, from) {
  from.preventDefault()
  const rowList = /** @type {HTMLElement} */ (row.parentElement)
  const rows = /** @type {HTMLElement[]} */ ([...rowList.children])
  const start = Number(row.dataset.row)
  const listeners = new AbortController()
  const { signal } = listeners
  let targetIndex = start
  row.classList.add("dragged")
  const finish = (/** @type {boolean} */ done) => {
    listeners.abort()
    row.classList.remove("dragged")
    for (const sibling of rows) delete sibling.dataset.drop
    if (done) move(view, start, targetIndex)
  }
  const onPointerMove = (/** @type {PointerEvent} */ { clientY }) => {
    const otherRows = rows.filter((one) => one !== row)
    const index = otherRows.filter((one) => {
      const { top, bottom } = one.getBoundingClientRect()
      return clientY > (top + bottom) / 2
    }).length
    targetIndex = index
    for (const otherRow of rows) delete otherRow.dataset.drop
    if (index < otherRows.length) otherRows[index].dataset.drop = "before"
    else if (otherRows.length) otherRows[index - 1].dataset.drop = "after"
  }
  addEventListener("pointermove", onPointerMove, { signal })
  addEventListener("pointerup", () => finish(true), { signal })
  addEventListener("pointercancel", () => finish(false), { signal })
  addEventListener("keydown", ({ key }) => key === "Escape" && finish(false), { signal, capture: true })
}
