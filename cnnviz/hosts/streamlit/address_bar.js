// The browser's own address, which holds page and setup, and what Streamlit has heard of it.

import { PAGES } from "../../view/spec.js"
import { pageAddress } from "../page_address.js"

const TELL_AFTER = 400 // milliseconds that a setup rests before Streamlit hears of it

let heard = location.search // the last that Streamlit knows
let telling = false
/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon

// Streamlit writes the page that it shows into the address, also where the visitor is on another by then: which page it
// is the address says, and nobody else writes that.
const push = history.pushState.bind(history)
history.pushState = (state, unused, url) => {
  if (new URL(url ?? "", location.href).pathname === location.pathname) push(state, unused, url)
}

/** The path of the page that the address names. */
export function pageAt() {
  const last = location.pathname.split("/").at(-1) ?? ""
  return PAGES.some(({ path }) => path === last) ? last : ""
}

/**
 * The address of a page's view.
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
      heard = location.search
      pageAt() === page ? act() : left()
    }
    addEventListener("popstate", travelled, { signal })
  }
  return pageAddress(pathOf, onTravel, push)
}

/** Has Streamlit run the page that the address names: it does on "popstate", the event of the browser's own Back. */
export function tell() {
  clearTimeout(soon)
  soon = undefined
  heard = location.search
  telling = true
  dispatchEvent(new PopStateEvent("popstate"))
  telling = false
}

/** The same when the setup has come to rest, if there is anything new. */
export function tellSoon() {
  clearTimeout(soon)
  soon = isNews() ? setTimeout(tell, TELL_AFTER) : undefined
}

/** Tells whether Streamlit has not heard of the address yet. */
export const isNews = () => heard !== location.search

/**
 * Whoever goes on in another part of the page finds it knowing the setup.
 * @param {HTMLElement} root  our own part
 * @param {AbortSignal} signal
 */
export function tellWhoeverLeaves(root, signal) {
  for (const event of ["pointerdown", "focusin"])
    addEventListener(
      event,
      ({ target }) => soon !== undefined && !root.contains(/** @type {Node} */ (target)) && tell(),
      { capture: true, signal },
    )
}
