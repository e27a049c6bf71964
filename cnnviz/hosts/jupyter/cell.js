// Entry module of a notebook cell: its address is a traitlet of the widget, which Python reads and writes, and its
// numbers come from the notebook's kernel.

import { decode } from "../../view/model/numbers/decode.js"
import { query } from "../../view/model/state/address.js"
import { say } from "../../view/model/words.js"
import { View } from "../../view/shell/setup_view.js"
import { disableElsewhere } from "../file/without_server.js"

/** @import { Answer, Setup, WidgetModel } from "../../view/types/view.js" */

/** Pass `start` to the surrounding frame. */
export default function cell() {
  window.frameElement?.dispatchEvent(new CustomEvent("cnnviz", { detail: start }))
}

/**
 * @param {WidgetModel} model
 * @param {HTMLElement} notebook  the body of the notebook's page, whose `data-jp-theme-light` states the theme
 */
function start(model, notebook) {
  const ending = new AbortController()
  /** @type {(answer: Answer) => void} */
  let deliver = () => {}
  /** @type {Setup} */
  let currentQuery = model.get("query")
  const requestNumbers = () => model.send(currentQuery)
  const root = /** @type {HTMLElement} */ (document.querySelector(".cnnviz"))
  const view = new View(root, "", {
    address: {
      read: () => currentQuery,
      visit(setup) {
        currentQuery = { ...setup }
        model.set("query", currentQuery)
        model.save_changes()
      },
      onTravel(act) {
        model.on("change:query", changed)
        function changed() {
          if (query(model.get("query")) === query(currentQuery)) return // our own change
          currentQuery = model.get("query")
          act()
        }
        ending.signal.addEventListener("abort", () => model.off("change:query", changed))
      },
      link: (setup) => query(setup),
    },
    numbers: { ask: requestNumbers, receive: (act) => (deliver = act) },
    refuses: (_, page) => (page === undefined ? "" : say("web.cell.other_page")),
  })
  const followTheme = () => {
    const isLight = notebook.dataset.jpThemeLight
    const scheme = isLight ? (isLight === "true" ? "light" : "dark") : ""
    for (const { style } of [document.documentElement, root]) style.colorScheme = scheme
    view.paint()
  }
  const theme = new MutationObserver(followTheme)
  theme.observe(notebook, { attributeFilter: ["data-jp-theme-light"] })
  ending.signal.addEventListener("abort", () => theme.disconnect())
  followTheme()
  /** @type {(said: unknown, buffers: DataView[]) => void} */
  const onResponse = (_, [bytes]) =>
    root.isConnected && deliver(decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)))
  model.on("msg:custom", onResponse)
  ending.signal.addEventListener("abort", () => model.off("msg:custom", onResponse))
  disableElsewhere(root, say("web.cell.other_page"))
  requestNumbers()
  return () => {
    view.leave()
    ending.abort()
  }
}
