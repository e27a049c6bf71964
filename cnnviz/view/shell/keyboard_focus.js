// The keyboard's focus is somewhere, and seen. Where what has it is taken away it goes to what stands for that; a mouse
// leaves none behind, so that the keys are the page's. And nothing that stays in place lies over it (WCAG 2.4.11).

import { listen } from "./html.js"

/** @import { View } from "../types/view.js" */

/** @type {Record<string, string>}  of a button that goes away when it is pressed, what there is instead */
const HEIRS = {
  watch: "play",
  begin: "stage_next",
  lecture: "lecture_off",
  lecture_off: "lecture",
}

/** @type {View | undefined}  which was left by a key for another page */
let left

/** What has the focus, where somebody sees that. @returns {HTMLElement | undefined} */
export function seen() {
  const { activeElement } = document
  return activeElement instanceof HTMLElement && activeElement.matches(":focus-visible") ? activeElement : undefined
}

/**
 * Does something, after which another has the focus if what has it now is gone.
 * @param {View} view
 * @param {() => void} act
 */
export function inheriting(view, act) {
  const before = seen()
  const heir = HEIRS[before?.dataset.key ?? ""]
  act()
  if (heir) requestAnimationFrame(() => before?.checkVisibility() || view.control(heir)?.focus())
}

/** The pages are turned, and whoever did so by a key finds the next one's link in the place of this one's. @param {View} view */
export function leaving(view) {
  left = view.$(".top").contains(seen() ?? null) ? view : undefined
}

/** @param {View} view */
export function arrived(view) {
  if (!left || left === view) return
  left = undefined
  const links = [view.$("nav [aria-current]"), view.control("more")] // one of them on a phone, where the other is folded away
  if (document.activeElement === document.body) links.find((link) => link?.checkVisibility())?.focus()
}

/** Scrolls what comes to have the focus out from under what lies over it. @param {View} view */
export const bindFocus = (view) => listen(view, "focusin", () => requestAnimationFrame(uncover))

function uncover() {
  const element = seen()
  element?.scrollIntoView({ block: "nearest", inline: "nearest" })
  const box = element?.getBoundingClientRect()
  if (!element || !box?.width) return
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
  const above = document.elementFromPoint(x, y)
  const cover = above && !element.contains(above) && !above.contains(element) ? staying(above) : null
  const scroller = cover && scrollerOf(element)
  if (!cover || !scroller || cover.contains(element)) return
  const { top, bottom } = cover.getBoundingClientRect()
  const isFoot = top + bottom > innerHeight
  scroller.scrollBy(0, isFoot ? Math.min(box.bottom - top + 8, box.top - 8) : box.top - bottom - 8)
}

/** Gives what stays in place while the page is scrolled, and holds an element. @param {Element | null} element */
function staying(element) {
  let at = element
  while (at && !["fixed", "sticky"].includes(getComputedStyle(at).position)) at = at.parentElement
  return at
}

/** @param {Element} element */
function scrollerOf(element) {
  for (let at = element.parentElement; at; at = at.parentElement)
    if (/auto|scroll/.test(getComputedStyle(at).overflowY) && at.scrollHeight > at.clientHeight) return at
  return document.scrollingElement
}
