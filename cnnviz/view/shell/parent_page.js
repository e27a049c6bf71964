// A page in a frame on another one: the keys are the frame's after any click, what it has no use for is the other page's, and
// that may lead it to another setup. docs/embedding.md says in which words.

import { screenOf } from "../decks/deck_walk.js"
import { own, parse } from "../model/state/address.js"
import { leads, stepOf, wayOf } from "../model/state/embedded.js"
import { listen } from "./html.js"

/** @import { View } from "../types/view.js" */
/** @typedef {{ keeps: (key: string) => boolean, hand: (key: string) => void, tell: () => void }} ParentPage  whether a key is of use here; hands one over; says where one is */

const LONGEST = 8000 // letters of a query that is taken

/** Of a page in a frame, what it says to the page around it; undefined where it is in none. @param {View} view @returns {ParentPage | undefined} */
export function parentPage(view) {
  if (window === window.parent) return undefined
  const { signal } = view.stop
  const post = (/** @type {string} */ cnnviz, /** @type {object} */ more = {}) =>
    window.parent.postMessage({ cnnviz, ...more }, "*")
  let height = 0
  let atEnd = false
  const way = () => {
    const { order, stage, content, kind } = view
    const stages = kind.stages ? order : []
    const k = Number(view.wanted.k)
    return wayOf({ screens: screenOf(view), stages, stage, k, end: content.end, walks: kind.walks })
  }

  // A click on what takes no focus would leave the keys to the page around.
  listen(view, "pointerdown", () => window.focus())
  const heard = (/** @type {MessageEvent} */ { data, source }) => {
    if (source === window.parent && data?.cnnviz === "go" && view.data) go(view, data.query)
  }
  addEventListener("message", heard, { signal })
  return {
    keeps(key) {
      const by = stepOf(key)
      return by === undefined || (by > 0 && view.veiled) || leads(way(), by)
    },
    hand: (key) => post("key", { key }),
    tell() {
      const before = { height, atEnd }
      if (innerWidth) height = view.root.scrollHeight // of a frame that is not shown yet it says nothing
      atEnd = !view.veiled && !leads(way(), 1)
      if (height !== before.height) post("size", { height })
      if (atEnd && !before.atEnd) post("end")
    },
  }
}

/** Goes to another setup on the same page, as if it stood in the address. @param {View} view @param {unknown} query */
function go(view, query) {
  if (typeof query !== "string" || query.length > LONGEST) return
  const { lang = "" } = view.host.address.read() // who reads it has not changed
  view.travel(view.page, own({ lang, ...parse(query) }))
}
