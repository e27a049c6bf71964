// The browser's address on a static site with one folder per page: the path is the page, the query the setup.

import { PAGES } from "../../view/spec.js"
import { pageAddress } from "../page_address.js"

/** Return the path of the current page. @param {URL} base  where the site stands */
export function pageAt(base) {
  const [first] = location.pathname.slice(base.pathname.length).split("/")
  return PAGES.some(({ path }) => path === first) ? first : ""
}

/**
 * Return the address of a page's view.
 * @param {URL} base
 * @param {string} page  its path
 * @param {() => void} left  called when Back or Forward have led to another page
 */
export function addressIn(base, page, left) {
  const pathOf = (name = page) => base.pathname + (name && `${name}/`)
  const onTravel = (/** @type {() => void} */ act, /** @type {AbortSignal} */ signal) =>
    addEventListener("popstate", () => (pageAt(base) === page ? act() : left()), { signal })
  return pageAddress(pathOf, onTravel, history.pushState.bind(history))
}
