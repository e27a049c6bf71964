// The browser's address, which holds page and setup, and its synchronization with Streamlit.

import { PAGES } from "../../view/spec.js"
import { pageAddress } from "../page_address.js"

const TELL_AFTER = 400 // milliseconds without a change before Streamlit is notified

let lastSearch = location.search // last query that Streamlit knows
let telling = false
/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon

// Streamlit writes its current page into the address, even if the visitor has moved on. Ignore that, since only the
// view changes the page.
const push = history.pushState.bind(history)
history.pushState = (state, unused, url) => {
  if (new URL(url ?? "", location.href).pathname === location.pathname) push(state, unused, url)
}

/** Return the path of the current page. */
export function pageAt() {
  const lastPart = location.pathname.split("/").at(-1) ?? ""
  return PAGES.some(({ path }) => path === lastPart) ? lastPart : ""
}

/**
 * Return the address of a page's view.
 * @param {string} page  its path
 * @param {() => void} left  called when Back or Forward have led to another page
 */
export function addressOf(page, left) {
  const folder = () => location.pathname.slice(0, location.pathname.length - page.length)
  const pathOf = (/** @type {string | undefined} */ other) =>
    other === undefined ? location.pathname : folder() + other
  const onTravel = (/** @type {() => void} */ act, /** @type {AbortSignal} */ signal) => {
    const travelled = () => {
      if (telling) return
      lastSearch = location.search
      pageAt() === page ? act() : left()
    }
    addEventListener("popstate", travelled, { signal })
  }
  return pageAddress(pathOf, onTravel, push)
}

/** Make Streamlit run the page of the address by dispatching "popstate", the event of the Back button. */
export function notifyStreamlit() {
  clearTimeout(soon)
  soon = undefined
  lastSearch = location.search
  telling = true
  dispatchEvent(new PopStateEvent("popstate"))
  telling = false
}

/** Notify Streamlit of a changed setup once it has stopped changing. */
export function tellSoon() {
  clearTimeout(soon)
  soon = isNews() ? setTimeout(notifyStreamlit, TELL_AFTER) : undefined
}

/** Return whether Streamlit does not know the current address. */
export const isNews = () => lastSearch !== location.search

/**
 * Notify Streamlit as soon as the visitor moves to another part of the page.
 * @param {HTMLElement} root  our own part
 * @param {AbortSignal} signal
 */
export function tellWhoeverLeaves(root, signal) {
  for (const event of ["pointerdown", "focusin"])
    addEventListener(
      event,
      ({ target }) => soon !== undefined && !root.contains(/** @type {Node} */ (target)) && notifyStreamlit(),
      { capture: true, signal },
    )
}
