// The browser's address as the address of a view, shared by Streamlit's page and the static site.

import { foreignKeys, ownKeys, parse, query } from "../view/model/state/address.js"

/** @import { AddressPort, Setup, StoryPort } from "../view/types/view.js" */

/**
 * @param {(page?: string) => string} pathOf  the path of a page, or of the one that is shown
 * @param {(travelled: () => void, signal: AbortSignal) => void} onTravel  calls whenever Back or Forward have led somewhere
 * @param {History["pushState"]} push  writes a new entry of the history
 * @returns {AddressPort & { aside: StoryPort["aside"] }}
 */
export function pageAddress(pathOf, onTravel, push) {
  /** @type {Setup | undefined}  in place of the address's, while the story is told */
  let aside
  return {
    aside: (setup) => {
      aside = setup
    },
    read: () => aside ?? parse(location.search),
    link: (setup) => location.origin + pathOf() + query(ownKeys(setup)),
    onTravel,
    visit(setup, { replace = false, page } = {}) {
      if (aside) {
        aside = setup
        return
      }
      const allKeys = { ...setup, ...foreignKeys(parse(location.search)) } // keep foreign keys such as embed=true
      const url = pathOf(page) + query(allKeys)
      replace ? history.replaceState(null, "", url) : push(null, "", url)
    },
  }
}
