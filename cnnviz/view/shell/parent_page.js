// Messages between an embedded page and the page around it: the parent receives unused keys and may change the setup.
// docs/embedding.md has the protocol.

import { screenOf } from "../decks/deck_walk.js"
import { ownKeys, parse } from "../model/state/address.js"
import { hasNext, positionOf, stepOf } from "../model/state/embedded.js"
import { listen } from "./html.js"

/** @import { View } from "../types/view.js" */
/** @typedef {{ keeps: (key: string) => boolean, hand: (key: string) => void, tell: () => void }} ParentPage  whether the page uses a key; forward a key; report height and end */

const LONGEST = 8000 // maximal number of characters of a query

/**
 * Return the messages to the parent page, or undefined if the page is not embedded.
 * @param {View} view @returns {ParentPage | undefined}
 */
export function parentPage(view) {
  if (window === window.parent) return undefined
  const { signal } = view.stop
  const postMessage = (/** @type {string} */ cnnviz, /** @type {object} */ more = {}) =>
    window.parent.postMessage({ cnnviz, ...more }, "*")
  let height = 0
  let isAtEnd = false
  const position = () => {
    const { order, stage, content, kind } = view
    const stages = kind.stages ? order : []
    const k = Number(view.wanted.k)
    return positionOf({ screens: screenOf(view), stages, stage, k, end: content.end, walks: kind.walks })
  }

  // Take the focus on every click: otherwise keys would go to the parent page.
  listen(view, "pointerdown", () => window.focus())
  const onMessage = (/** @type {MessageEvent} */ { data, source }) => {
    if (source === window.parent && data?.cnnviz === "go" && view.data) goToSetup(view, data.query)
  }
  addEventListener("message", onMessage, { signal })
  return {
    keeps(key) {
      const delta = stepOf(key)
      return delta === undefined || (delta > 0 && view.veiled) || hasNext(position(), delta)
    },
    hand: (key) => postMessage("key", { key }),
    tell() {
      const previous = { height, atEnd: isAtEnd }
      if (innerWidth) height = view.root.scrollHeight // the height is unknown while the frame is hidden
      isAtEnd = !view.veiled && !hasNext(position(), 1)
      if (height !== previous.height) postMessage("size", { height })
      if (isAtEnd && !previous.atEnd) postMessage("end")
    },
  }
}

/** Go to another setup on the same page. @param {View} view @param {unknown} query */
function goToSetup(view, query) {
  if (typeof query !== "string" || query.length > LONGEST) return
  const { lang = "" } = view.host.address.read() // keep the language
  view.travel(view.page, ownKeys({ lang, ...parse(query) }))
}
