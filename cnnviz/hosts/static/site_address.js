// The browser's address where every page is a folder of one site: its path names the page, its query the lesson.

import { foreign, own, parse, query } from "../../view/model/address.js"
import { PAGES } from "../../view/spec.js"

/** @import { AddressPort, Lesson, StoryPort } from "../../view/types/view.js" */

/** The path of the page that the address names. @param {URL} base  where the site stands */
export function pageAt(base) {
  const [first] = location.pathname.slice(base.pathname.length).split("/")
  return PAGES.some(({ path }) => path === first) ? first : ""
}

/**
 * The address of a page's view.
 * @param {URL} base
 * @param {string} page  its path
 * @param {() => void} left  called when Back or Forward have led to another page
 * @returns {AddressPort & { aside: StoryPort["aside"] }}
 */
export function addressIn(base, page, left) {
  /** @type {Lesson | undefined}  in place of the address's, while the story is told */
  let aside
  const pathOf = (/** @type {string} */ name) => base.pathname + (name && `${name}/`)
  return {
    aside: (lesson) => {
      aside = lesson
    },
    read: () => aside ?? parse(location.search),
    link: (lesson) => location.origin + pathOf(page) + query(own(lesson)),
    onTravel: (act, signal) => addEventListener("popstate", () => (pageAt(base) === page ? act() : left()), { signal }),
    visit(lesson, { replace = false, page: other = page } = {}) {
      if (aside) {
        aside = lesson
        return
      }
      const all = { ...lesson, ...foreign(parse(location.search)) }
      history[replace ? "replaceState" : "pushState"](null, "", pathOf(other) + query(all))
    },
  }
}
