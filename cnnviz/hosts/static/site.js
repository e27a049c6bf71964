// Entry module of a static site: numbers come from Python in a web worker. Those of the first setup are files, so
// that they appear before Python has started.

import { say } from "../../view/model/words.js"
import { Resources, withLook } from "../../view/resources.js"
import { kindOf } from "../../view/shell/registry.js"
import { emptyPage, View } from "../../view/shell/setup_view.js"
import { CODE, PAGES } from "../../view/spec.js"
import { Python } from "./python.js"
import { addressIn, pageAt } from "./site_address.js"

/** @import { Answer, Host } from "../../view/types/view.js" */

/** Show the page of the address. */
export default function show() {
  const base = new URL(document.baseURI)
  /** @type {Record<string, string>}  the file of an address's numbers */
  const files = JSON.parse(document.getElementById("answers")?.textContent ?? "{}")
  /** @type {View}  none yet while it is made, when it may ask already */
  let view
  /** @type {(answer: Answer) => void} */
  let deliver

  const createWorker = () => new Worker(new URL(`files/worker.js?${CODE}`, base), { type: "module" })
  const python = new Python(createWorker, (state) => {
    document.documentElement.dataset.python = state
    if (state === "ready") keepOffline(base)
    if (!view?.data) showWaiting(state === "failed" ? "" : waitingText())
  })
  const waitingText = () => say(python.state === "ready" ? "web.site.working" : "web.site.starting")
  /** @param {string} path @param {RequestInit} [how] */
  const fetchFile = (path, how) => (files[path] ? fetch(new URL(files[path], base), how) : python.get(path, how))
  const numbers = new Resources(base, CODE, { received, failed, shown: () => view.data && view.setup }, fetchFile)
  const requestNumbers = () => numbers.ask(pageAt(base), view.host.address.read(), kindOf(pageAt(base)).asked)

  /** @type {(answer: Answer, asked: import("../../view/model/state/address.js").Setup, page: string) => void} */
  function received(answer, asked, page) {
    if (page !== pageAt(base)) return
    if (page !== view.page) mount()
    deliver(withLook(answer, asked, view.data ? view.stage : ""))
    showWaiting("")
    requestAnimationFrame(() => setTimeout(() => python.start())) // paint first
  }

  // Handle a failed request: keep the current view, or show the first setup.
  /** @param {string} [sentence] */
  function failed(sentence = say("web.site.starting")) {
    const { address } = view.host
    if (view.data) view.leap({ ...view.setup, ...view.look, stage: view.stage })
    else if (!location.search) return showWaiting(sentence)
    else {
      address.visit({}, { replace: true })
      requestNumbers()
    }
    view.tell(sentence)
  }

  function mount() {
    const page = pageAt(base)
    document.title = `${PAGES.find(({ path }) => path === page)?.name} · cnnviz`
    view?.leave()
    const root = emptyPage("alone in-site")
    const address = addressIn(base, page, requestNumbers)
    /** @type {Host} */
    const host = {
      address,
      numbers: {
        ask: () => requestNumbers(),
        receive: (act) => (deliver = act),
        part: (setup, of, act) => numbers.part(setup, of, act),
        look: (other, setup, act) => numbers.look(other, setup, act),
        read: (toml, act) => numbers.read(toml, act),
        ahead: (setups, there) => numbers.ahead(there, setups, kindOf(there).asked),
      },
      awaits: waitingText,
      licences: new URL("licences.txt", base).href,
      fetch: (path, how) => python.get(path, how),
      room: () => view.tell(say("web.site.needs.room")),
      story: window === window.top ? { aside: address.aside, again: () => location.assign(base) } : undefined,
    }
    view = new View(root, page, host)
  }

  mount()
  requestNumbers()
  showWaiting(waitingText())
}

/** Show the reason for waiting while the page is empty. @param {string} sentence */
function showWaiting(sentence) {
  const element = /** @type {HTMLElement} */ (document.querySelector(".waits"))
  element.textContent = sentence
}

/**
 * Install the service worker, which makes the site available offline, if the browser supports it.
 * @param {URL} base
 */
const keepOffline = (base) => navigator.serviceWorker?.register(new URL("offline.js", base)).catch(() => {})
