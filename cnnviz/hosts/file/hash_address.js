// An address behind "#": what of a lesson differs from the one that a file holds.

import { COMPUTED, parse, query, same } from "../../view/model/address.js"

/** @import { Lesson } from "../../view/types/view.js" */

/**
 * Where one is in the file's lesson. Where a browser keeps no history for a file (in a frame, say), this remembers it alone.
 * @param {Lesson} lesson
 * @param {(k: string) => boolean} holds  whether the numbers of an update are there
 */
export function placeOf(lesson, holds) {
  let here = from(location.hash)

  /** @param {string} hash @returns {Lesson} */
  function from(hash) {
    const { k = lesson.k, ...asked } = parse(hash.replace(/^#/, ""))
    const looks = Object.entries(asked).filter(([key]) => !COMPUTED.includes(key)) // no other lesson is here
    return { ...lesson, ...Object.fromEntries(looks), k: holds(k) ? k : lesson.k }
  }
  /** @param {Lesson} next */
  function hash(next) {
    const changed = Object.entries(next).filter(([key, value]) => value !== lesson[key])
    return query(Object.fromEntries(changed)).replace("?", "#")
  }
  addEventListener("popstate", () => {
    here = from(location.hash)
  })
  return {
    read: () => here,
    link: (/** @type {Lesson} */ next) => location.href.replace(/#.*/, "") + hash(next),
    visit(/** @type {Lesson} */ change, { replace = false } = {}) {
      const next = { ...lesson, ...change }
      if (same(next, here, Object.keys({ ...next, ...here }))) return
      here = next
      try {
        history[replace ? "replaceState" : "pushState"](null, "", hash(next))
      } catch {} // not every frame may write its history
    },
  }
}
