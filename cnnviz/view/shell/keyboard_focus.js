// Keyboard focus. If the focused element disappears, focus moves to its successor; sticky elements never cover it
// (WCAG 2.4.11). After mouse clicks nothing is focused, so that keys act on the page.

import { listen } from "./html.js"

/** @import { View } from "../types/view.js" */

/** @type {Record<string, string>}  successors of buttons that disappear when pressed */
const SUCCESSORS = {
  watch: "play",
  begin: "stage_next",
  lecture: "lecture_off",
  lecture_off: "lecture",
}

/** @type {View | undefined}  the view that was left by keyboard */
let previousView

/** Return the focused element if its focus is visible, or undefined. @returns {HTMLElement | undefined} */
function visibleFocus() {
  const { activeElement } = document
  return activeElement instanceof HTMLElement && activeElement.matches(":focus-visible") ? activeElement : undefined
}

/**
 * Call `act`, then focus the successor of the focused button if that disappears.
 * @param {View} view
 * @param {() => void} act
 */
export function withSuccessor(view, act) {
  const focused = visibleFocus()
  const successor = SUCCESSORS[focused?.dataset.key ?? ""]
  act()
  if (successor) requestAnimationFrame(() => focused?.checkVisibility() || view.control(successor)?.focus())
}

/**
 * Remember that a page was left by keyboard, so that the same link gets the focus on the next page.
 * @param {View} view
 */
export function rememberFocus(view) {
  previousView = view.$(".top").contains(visibleFocus() ?? null) ? view : undefined
}

/** @param {View} view */
export function restoreFocus(view) {
  if (!previousView || previousView === view) return
  previousView = undefined
  const links = [view.$("nav [aria-current]"), view.control("more")] // on phones the links are folded into the menu button
  if (document.activeElement === document.body) links.find((link) => link?.checkVisibility())?.focus()
}

/** Scroll the focused element out from under elements that cover it. @param {View} view */
export const bindFocus = (view) => listen(view, "focusin", () => requestAnimationFrame(uncover))

function uncover() {
  const element = visibleFocus()
  element?.scrollIntoView({ block: "nearest", inline: "nearest" })
  const box = element?.getBoundingClientRect()
  if (!element || !box?.width) return
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
  const topElement = document.elementFromPoint(x, y)
  const cover =
    topElement && !element.contains(topElement) && !topElement.contains(element) ? stickyAncestor(topElement) : null
  const scroller = cover && scrollParent(element)
  if (!cover || !scroller || cover.contains(element)) return
  const { top, bottom } = cover.getBoundingClientRect()
  const isFoot = top + bottom > innerHeight
  scroller.scrollBy(0, isFoot ? Math.min(box.bottom - top + 8, box.top - 8) : box.top - bottom - 8)
}

/** Return the closest fixed or sticky ancestor, or null. @param {Element | null} element */
function stickyAncestor(element) {
  let ancestor = element
  while (ancestor && !["fixed", "sticky"].includes(getComputedStyle(ancestor).position))
    ancestor = ancestor.parentElement
  return ancestor
}

/** @param {Element} element */
function scrollParent(element) {
  for (let ancestor = element.parentElement; ancestor; ancestor = ancestor.parentElement)
    if (/auto|scroll/.test(getComputedStyle(ancestor).overflowY) && ancestor.scrollHeight > ancestor.clientHeight)
      return ancestor
  return document.scrollingElement
}
