// An address behind "#": the differences from the setup that a file holds.

import { COMPUTED, isEqual, parse, query } from "../../view/model/state/address.js"

/** @import { Setup } from "../../view/types/view.js" */

/**
 * Return the position in the file's setup, kept in memory if the browser allows no history, as in some frames.
 * @param {Setup} setup
 * @param {(k: string) => boolean} holds  whether the numbers of an update are there
 */
export function placeOf(setup, holds) {
  let currentAddress = from(location.hash)

  /** @param {string} hash @returns {Setup} */
  function from(hash) {
    const { k = setup.k, ...asked } = parse(hash.replace(/^#/, ""))
    const viewEntries = Object.entries(asked).filter(([key]) => !COMPUTED.includes(key)) // the file holds no other setup
    return { ...setup, ...Object.fromEntries(viewEntries), k: holds(k) ? k : setup.k }
  }
  /** @param {Setup} next */
  function hash(next) {
    const changedEntries = Object.entries(next).filter(([key, value]) => value !== setup[key])
    return query(Object.fromEntries(changedEntries)).replace("?", "#")
  }
  addEventListener("popstate", () => {
    currentAddress = from(location.hash)
  })
  return {
    read: () => currentAddress,
    link: (/** @type {Setup} */ next) => location.href.replace(/#.*/, "") + hash(next),
    visit(/** @type {Setup} */ change, { replace = false } = {}) {
      const nextSetup = { ...setup, ...change }
      if (isEqual(nextSetup, currentAddress, Object.keys({ ...nextSetup, ...currentAddress }))) return
      currentAddress = nextSetup
      try {
        history[replace ? "replaceState" : "pushState"](null, "", hash(nextSetup))
      } catch {} // some frames may not write the history
    },
  }
}
