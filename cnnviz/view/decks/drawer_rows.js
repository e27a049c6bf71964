// Reorder the drawer's rows by keyboard and mouse.

import { near } from "../shell/html.js"
import { current, go, isOpen, write } from "./drawer.js"
import { move, remove, undo } from "./drawer_acts.js"

/** @import { View } from "../types/view.js" */

const KEPT = 3000 // milliseconds within which the next page has to appear to get the focus

/** @param {View} view @param {HTMLElement} place */
export function bindRows(view, place) {
  place.addEventListener("keydown", (event) => {
    if (keyed(view, place, event)) event.preventDefault()
  })
  addEventListener("keydown", (event) => isUndo(view, event) && undo(view), { signal: view.stop.signal })
  focusRow(place)
  place.addEventListener("pointerdown", (event) => {
    const row = near(event, ".grip") && near(event, "[data-row]")
    if (row && event.button === 0) drag(view, row, event)
  })
}

/** @type {number | undefined}  row to focus when the next page appears */
let awaited

/** @param {HTMLElement} place @param {number} [n] */
function focusRow(place, n = awaited) {
  if (n === undefined) return
  awaited = n
  requestAnimationFrame(() => {
    if (!place.isConnected) return
    const row = /** @type {HTMLElement | null} */ (place.querySelector(`[data-screen="${n}"]`))
    row?.focus()
    setTimeout(() => {
      awaited = undefined
    }, KEPT)
  })
}

/** @param {View} view @param {KeyboardEvent} event */
const isUndo = (view, { target, key, ctrlKey, metaKey }) =>
  key === "z"
  && (ctrlKey || metaKey)
  && isOpen(view)
  && !view.look.view // the lecture view hides the drawer
  && !(/** @type {Element} */ (target).matches?.("input, textarea, select"))

/**
 * Handle a key on a row, and return whether it did something.
 * @param {View} view @param {HTMLElement} place @param {KeyboardEvent} event
 */
function keyed(view, place, event) {
  const { key, altKey } = event
  const row = near(event, "[data-screen]")
  if (!row) return false
  const n = Number(row.dataset.screen)
  const by = { ArrowUp: -1, ArrowDown: 1 }[key]
  const { length } = current(view).now.screen
  if (by && n + by >= 0 && n + by < length) {
    altKey ? move(view, n, n + by) : go(view, n + by)
    focusRow(place, n + by)
  } else if (key === "Delete" || key === "Backspace") {
    remove(view, n)
    focusRow(place, Math.min(n, length - 2))
  } else if (key === "F2") {
    go(view, n)
    write(view)
  } else return Boolean(by)
  return true
}

/**
 * Move a row with the pointer until the button is released. Escape cancels.
 * @param {View} view @param {HTMLElement} row @param {PointerEvent} from
 */
function drag(view, row, from) {
  from.preventDefault()
  const list = /** @type {HTMLElement} */ (row.parentElement)
  const rows = /** @type {HTMLElement[]} */ ([...list.children])
  const start = Number(row.dataset.row)
  const over = new AbortController()
  const { signal } = over
  let to = start
  row.classList.add("dragged")
  const end = (/** @type {boolean} */ done) => {
    over.abort()
    row.classList.remove("dragged")
    for (const one of rows) delete one.dataset.drop
    if (done) move(view, start, to)
  }
  const follow = (/** @type {PointerEvent} */ { clientY }) => {
    const others = rows.filter((one) => one !== row)
    const above = others.filter((one) => {
      const { top, bottom } = one.getBoundingClientRect()
      return clientY > (top + bottom) / 2
    }).length
    to = above
    for (const one of rows) delete one.dataset.drop
    if (above < others.length) others[above].dataset.drop = "before"
    else if (others.length) others[above - 1].dataset.drop = "after"
  }
  addEventListener("pointermove", follow, { signal })
  addEventListener("pointerup", () => end(true), { signal })
  addEventListener("pointercancel", () => end(false), { signal })
  addEventListener("keydown", ({ key }) => key === "Escape" && end(false), { signal, capture: true })
}
