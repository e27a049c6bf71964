// Entry module of a file that holds a deck, with the numbers of each screen. The part of the address behind "#" is
// the screen and the position on it.

import { knowDeck } from "../../view/decks/deck_walk.js"
import { screenAddress } from "../../view/model/decks/deck.js"
import { withMessages } from "../../view/model/numbers/decode.js"
import { isEqual, parse, query } from "../../view/model/state/address.js"
import { say } from "../../view/model/words.js"
import { emptyPage, View } from "../../view/shell/setup_view.js"
import { report } from "./scorm.js"
import { answersOf } from "./stored_answers.js"
import { disable } from "./without_server.js"

/** @import { Answer, FileContents, Host, Setup, DeckData } from "../../view/types/view.js" */

/** Show the deck in the document. */
export default async function show() {
  const contents = /** @type {FileContents} */ (
    withMessages(JSON.parse(document.getElementById("contents")?.textContent ?? ""))
  )
  const deck = /** @type {DeckData} */ (contents.script)
  const answerTo = answersOf(contents, await window.unpacked("numbers"))
  knowDeck(deck)
  const reportCompletion = contents.scorm ? report(deck.screens.filter(({ asks }) => asks).length) : undefined
  let currentAddress = from(location.hash)
  /** @type {View} */
  let view
  /** @type {(answer: Answer) => void} */
  let deliver = () => {}

  /** Parse the hash of an address to a setup. @param {string} hash @returns {Setup} */
  function from(hash) {
    const { screen = "1", ...moved } = parse(hash.replace(/^#/, ""))
    const number = Math.min(deck.screens.length, Math.max(1, Math.floor(Number(screen)) || 1))
    return { ...screenAddress(deck, number, {}).address, ...moved }
  }
  const screen = (/** @type {Setup} */ { screen: number = "1" }) => deck.screens[Number(number) - 1]
  const hash = (/** @type {Setup} */ setup) => {
    const screenQuery = screen(setup).query
    const changedKeys = Object.entries(setup).filter(
      ([key, value]) => key !== "script" && key !== "lang" && value !== (screenQuery[key] ?? ""),
    )
    return query(Object.fromEntries(changedKeys)).replace("?", "#")
  }

  const requestNumbers = () => {
    const { page } = screen(currentAddress)
    if (page !== view.page) mount(page)
    const answer = answerTo(currentAddress.screen)
    if (Number(currentAddress.screen) === deck.screens.length) reportCompletion?.()
    const { stage } = answer.stages.some(({ symbol }) => symbol === currentAddress.stage)
      ? currentAddress
      : answer.lesson
    deliver({ ...answer, asked: currentAddress, lesson: { ...answer.lesson, stage, cell: currentAddress.cell ?? "" } })
  }
  const onTravel = () => {
    currentAddress = from(location.hash)
  }
  addEventListener("popstate", onTravel)

  /** @param {string} page */
  function mount(page) {
    view?.leave()
    const root = emptyPage("alone in-file")
    /** @type {Host} */
    const host = {
      address: {
        read: () => currentAddress,
        link: (next) => location.href.replace(/#.*/, "") + hash({ ...currentAddress, ...next }),
        onTravel: (act, signal) =>
          addEventListener("popstate", () => (screen(currentAddress).page === page ? act() : requestNumbers()), {
            signal,
          }),
        visit(next, { replace = false } = {}) {
          currentAddress = { ...next, script: deck.id, screen: next.screen || currentAddress.screen }
          try {
            history[replace ? "replaceState" : "pushState"](null, "", hash(currentAddress))
          } catch {} // some frames may not write the history
        },
      },
      numbers: { ask: requestNumbers, receive: (act) => (deliver = act) },
      refuses(next, other) {
        const goal = screen({ screen: next.screen || currentAddress.screen })
        /** @type {Setup[]} */
        const [there, asked] = [goal.query, next].map((query) => ({ ...query, stage: "" }))
        const held =
          (other ?? page) === goal.page && view.computed.every((key) => !there[key] || isEqual(asked, there, [key]))
        return held ? "" : say("web.file.another")
      },
    }
    view = new View(root, page, host)
    disable(root, say("web.file.needs_server"), false)
  }

  mount(screen(currentAddress).page)
  requestNumbers()
}
