// A preview of a lecture's screen, without animation or input, inside the presenter view, which chooses the screen.

import { thumbnail } from "../view/draw/thumbnail.js"
import { parse } from "../view/model/state/address.js"
import { Resources, withLook } from "../view/resources.js"
import { kindOf } from "../view/shell/registry.js"
import { emptyPage, View } from "../view/shell/setup_view.js"
import { CODE } from "../view/spec.js"

/** @import { Answer, Host } from "../view/types/view.js" */
/** @typedef {{ preview: string, picture: string }} Preview  the screen's address, and a small picture of it */

/** Show the address behind "#", and notify the parent window once it is painted. @param {HTMLElement} first */
export function showPreview(first) {
  let root = first
  /** @type {View | undefined} */
  let view
  document.body.className = "preview"
  const base = new URL("../..", location.href)

  function show() {
    view?.leave()
    const requestedHash = location.hash.slice(1)
    const { page = "", veiled: _, ...there } = parse(requestedHash)
    const setup = { ...there, view: "lecture" }
    /** @type {(answer: Answer) => void} */
    let deliver = () => {}
    const numbers = new Resources(base, CODE, {
      received(answer, wanted) {
        deliver(withLook(answer, wanted))
        afterPaint(() => location.hash.slice(1) === requestedHash && postPreview(requestedHash))
      },
      failed() {}, // the lecture goes on without the preview
      shown: () => (view?.data ? view.setup : undefined),
    })
    /** @type {Host} */
    const host = {
      address: { read: () => setup, link: () => "", onTravel() {}, visit() {} },
      numbers: {
        ask: () => numbers.ask(page, setup, kindOf(page).asked),
        receive: (act) => (deliver = act),
        part: (whole, of, act) => numbers.part(whole, of, act),
        look: (other, what, act) => numbers.look(other, what, act),
      },
      fetch: (path, how) => fetch(new URL(path, base), how),
    }
    root = emptyPage("alone follows")
    view = new View(root, page, host)
    host.numbers.ask()
  }

  /** @param {string} preview */
  const postPreview = (preview) =>
    innerWidth && parent.postMessage({ preview, picture: thumbnail(root) }, location.origin) // the frame has a width only while visible
  addEventListener("hashchange", show)
  show()
}

/** Call `act` once the drawing has been painted. @param {() => void} act */
const afterPaint = (act) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(act, 100)))
