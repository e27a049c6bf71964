// Entry module on Streamlit's page, which calls it for the same element whenever its data change. Only this module
// and address_bar.js depend on Streamlit.

import { plotly } from "../../rooms/plotly.js"
import { roomPresenter } from "../../rooms/presenter.js"
import { decode } from "../../view/model/numbers/decode.js"
import { ownKeys, parse } from "../../view/model/state/address.js"
import { say } from "../../view/model/words.js"
import { loadAgain, Resources, withLook } from "../../view/resources.js"
import { kindOf } from "../../view/shell/registry.js"
import { View } from "../../view/shell/setup_view.js"
import { CODE, LANG } from "../../view/spec.js"
import { addressOf, isNews, notifyStreamlit, pageAt, tellSoon, tellWhoeverLeaves } from "./address_bar.js"
import { restoreFocusIn } from "./kept_focus.js"
import { closeDialogs, whenReconnected } from "./reconnected.js"
import { translateStreamlit } from "./streamlits_words.js"

/** @import { Report } from "../../pages/train/test_images_state.js" */
/** @import { Film } from "../../pages/train/film.js" */
/** @import { Answer, Arrays, Host, Setup, Mounted } from "../../view/types/view.js" */
/** @typedef {{ data: Uint8Array, parentElement: HTMLElement, setTriggerValue: (name: string, value: string) => void }} Call */
/** @typedef {Mounted & { arrays: Arrays }} Told  what Streamlit says */
/** @typedef {{ root: HTMLElement, view: View, receive: (answer: Answer) => void, ask: () => void, heard: boolean, told: Told }} Shown  and whether Streamlit has said something */

const MAIN = ".stMainBlockContainer" // Streamlit's container of a page
const LOOKS = ["stage", "cell", "view", "hide", "predict"] // keys of an address that do not affect its numbers
const WAITING = `body, ${MAIN}` // parents of a view that has no element of Streamlit's yet

const isFramed = window !== window.top

document.documentElement.lang = LANG
translateStreamlit()

const base = new URL("../", import.meta.url)
const rooms = roomPresenter(base, travel, (sentence) => shown?.view.notice(sentence))
/** Follow the room to the address to which another device has moved it. @type {(setup: Setup) => void} */
let follow = () => {}
let missingPage = new URLSearchParams(location.hash.slice(1)).get("missing") // the page from which the server redirected (index.py)
let isCovered = false // whether the presenter's device hides the newest numbers
let isLed = false // whether the page follows another device; until it arrives, changes of the address are not moves
function travel(/** @type {Setup} */ setup) {
  follow(setup)
}

/** @type {WeakMap<HTMLElement, Shown>} */
const mounted = new WeakMap()
/** @type {Shown | undefined}  the one that is on the page */
let shown
/** @type {number | undefined}  how many changes by dialogs are done with */
let adopted

const numbers = new Resources(base, CODE, {
  received(answer, asked, page) {
    if (shown?.view.page !== page && !switchView(page)) return // another page's response, which stays cached
    const { view, told, receive } = /** @type {Shown} */ (shown)
    receive(withLook(answer, asked, view.data ? view.stage : told.stage))
  },
  failed(sentence) {
    if (shown?.view.waiting || !shown?.view.data) shown?.view.notice(sentence || say("web.notice.silent"))
  },
  shown: () => (shown?.view.data ? shown.view.setup : undefined),
})

whenReconnected(() => numbers.verify())
closeDialogs(() => rooms.isHeld())

const stylesLoaded = new Promise((resolve) => {
  const link = document.createElement("link")
  link.rel = "stylesheet"
  link.href = new URL("style.css", import.meta.url).href
  link.onload = link.onerror = resolve
  document.head.append(link)
})
let isStyled = false
stylesLoaded.then(() => {
  isStyled = true
})

/** @type {Report | undefined}  what a training said last */
let report
/** @type {Call["setTriggerValue"] | undefined}  how the server hears of it */
let trigger

/**
 * Pass the data of a training to the Train page.
 * @param {Call} call
 */
function hearTraining({ data, setTriggerValue }) {
  const message = decodeMessage(data)
  if (!message) return
  report = /** @type {Report} */ (/** @type {unknown} */ (message))
  trigger = setTriggerValue
  showTraining()
}

function showTraining() {
  const { view } = shown ?? {}
  if (!report || !view?.kind.trains || view.stop.signal.aborted) return
  const { training } = /** @type {Film} */ (view.content)
  const currentReport = report
  isStyled ? training.receive(currentReport) : stylesLoaded.then(() => training.receive(currentReport))
}

/** @param {Call} call */
export default function component(call) {
  const { data, parentElement } = call
  keep()
  if (parentElement.querySelector(".training-told")) {
    hearTraining(call)
    return () => {}
  }
  const root = /** @type {HTMLElement | null} */ (parentElement.querySelector(".cnnviz"))
  if (!root) return () => {} // its view belongs to another page by now
  const message = decodeMessage(data)
  if (!message) return () => {}
  if (message.page !== pageAt() && shown?.root.isConnected && (shown.view.page === pageAt() || isEarly(shown.root))) {
    notifyStreamlit() // Streamlit is a page behind: its connection was lost, or it has only just started
    return () => {}
  }
  const lastMount = mounted.get(root)
  if (lastMount?.view.page !== message.page) lastMount?.view.leave()
  const currentMount = lastMount?.view.page === message.page ? lastMount : mount(root, message)
  if (currentMount !== lastMount) currentMount.ask()
  currentMount.told = message
  currentMount.heard = true
  handleMessage(currentMount)
  // Also called before every new call. Clean up only if the element has left the page.
  return () =>
    setTimeout(() => {
      if (root.isConnected) return
      mounted.get(root)?.view.leave()
      mounted.delete(root)
    }, 0)
}

/**
 * Decode Streamlit's data, if it comes from a server with the same code version.
 * @param {Uint8Array} data
 */
function decodeMessage(data) {
  let message
  try {
    message = /** @type {Told} */ (/** @type {unknown} */ (decode(data)))
  } catch {} // another format
  return message?.code === CODE || !loadAgain(message?.code ?? "unknown") ? message : undefined
}

// After an update of Streamlit, a module that it loads now may be missing.
addEventListener("vite:preloadError", () => loadAgain(`without ${CODE}`))

/** @param {Shown} here */
function handleMessage({ told, view, receive }) {
  if (view.data && !view.waiting && Object.keys(told.wrong).length) receive(view.data) // the response arrived before the errors
  const [count, change] = told.adopt
  const isNewAdoption = adopted !== undefined && count !== adopted
  adopted = count
  if (isNewAdoption && view.data) view.adopt(change)
}

/**
 * @param {HTMLElement} root
 * @param {Told} told
 */
function mount(root, told) {
  const { page } = told
  /** @type {(answer: Answer) => void} */
  let deliver = () => {}
  const askFor = (/** @type {string} */ there) => numbers.ask(there, address.read(), kindOf(there).asked)
  const address = addressOf(page, () => askFor(pageAt())) // its numbers may arrive before Streamlit's page
  /** @type {View | undefined} */
  let view
  const hidesNumbers = () => Boolean(view && (view.veiled || view.state.onward))
  const reportAddress = () => rooms.drive(page, address.read(), hidesNumbers())
  follow = ({ page: other = "", veiled = "", ...setup }) => {
    isLed = true
    isCovered = veiled === "1"
    const { lang = "", view: look = "" } = address.read() // keep this device's language and lecture view
    address.visit({ view: look, ...setup, lang }, other === page ? {} : { page: other })
    if (other !== page) return ask()
    view?.travelled()
    if (!view?.waiting) onArrival()
  }
  const onArrival = () => {
    if (!isLed) return void reportAddress()
    isLed = false
    rooms.arrived(page, address.read(), hidesNumbers())
  }

  /** @type {Host} */
  const host = {
    address: {
      ...address,
      visit(setup, how) {
        if (how?.by === "answer" && !mountRecord.heard && hasInvalidViewKey(address.read(), setup)) return // Streamlit must see the invalid values first, to report them
        address.visit(setup, how)
        if (isLed && how?.replace) return rooms.arrived(page, address.read(), hidesNumbers())
        isLed = false
        if (how?.page === undefined) reportAddress() // otherwise the other page sends its address when it is mounted
      },
    },
    numbers: {
      ask,
      receive: (act) => (deliver = act),
      part: (setup, of, act) => numbers.part(setup, of, act),
      look: (page, setup, act) => numbers.look(page, setup, act),
      read: (toml, act) => numbers.read(toml, act),
      ahead: (setups, there) => numbers.ahead(there, setups, kindOf(there).asked),
    },
    fetch: (path, how) => fetch(new URL(path, base), how),
    plotly: () => plotly(base),
    licences: new URL("web/licences.txt", base).href,
    speak(lang) {
      address.visit({ ...ownKeys(address.read()), lang }, { replace: true })
      location.reload()
    },
    training(what, value = "") {
      if (isNews()) notifyStreamlit()
      if (what) setTimeout(() => trigger?.(what, value), 0)
    },
    story: isFramed || rooms.isHeld() ? undefined : { aside: address.aside, again: () => location.assign(base) },
    room: () => rooms.show(root, page, parse(location.search)),
    veiled: () => (isLed ? isCovered : undefined),
    unveiled: reportAddress,
  }

  function ask() {
    if (pageAt() !== page) {
      askFor(pageAt())
      return notifyStreamlit()
    }
    askFor(page)
    if (mountRecord.told.listens) tellSoon()
  }

  /** @param {Answer} answer */
  function receive(answer) {
    const wrong = { ...answer.wrong, ...mountRecord.told.wrong }
    if (missingPage) wrong.page = say("web.notice.no_page", { name: missingPage })
    missingPage = null
    const cell = "cell" in wrong ? "" : answer.lesson.cell
    mountRecord.told.wrong = {} // show errors only once
    const show = () => {
      deliver({ ...answer, wrong, lesson: { ...answer.lesson, cell } })
      onArrival()
    }
    isStyled ? show() : stylesLoaded.then(show)
  }

  if (shown && shown.root !== root) {
    shown.view.leave()
    if (shown.root.parentElement?.matches(WAITING)) shown.root.remove()
  }
  view = new View(root, page, host)
  rooms.project(root)
  /** @type {Shown} */
  const mountRecord = { root, view, told, receive, ask: () => askFor(page), heard: false }
  mounted.set(root, mountRecord)
  shown = mountRecord
  skipContainer(root)
  showTraining()
  tellWhoeverLeaves(root, view.stop.signal)
  return mountRecord
}

/**
 * Replace the current view by another page's, whose numbers have arrived before Streamlit has switched. Return
 * whether that was possible.
 * @param {string} page
 */
function switchView(page) {
  const { root, view } = shown ?? {}
  if (!root?.isConnected || !view || pageAt() !== page) return false
  const container = document.createElement("div")
  container.className = "cnnviz"
  container.classList.toggle("early", isEarly(root))
  container.style.visibility = "hidden"
  root.replaceWith(container)
  mount(container, defaultMessage(page))
  return true
}

/** Return whether the address has an invalid value of a view key. @param {Setup} address @param {Setup} setup */
const hasInvalidViewKey = (address, setup) => LOOKS.some((key) => address[key] && address[key] !== (setup[key] ?? ""))

/** Return whether a view appears before Streamlit has rendered its page. @param {Element} root */
const isEarly = (root) => root.classList.contains("early")

/** Return the default data of a page, for use before Streamlit sends any. @param {string} page @returns {Told} */
function defaultMessage(page) {
  return { page, code: CODE, adopt: [0, {}], stage: "", wrong: {}, listens: false, arrays: {} }
}

// Show the view in front of Streamlit's root element until Streamlit's scripts have rendered a page.
function standAlone() {
  if (document.querySelector(".stApp")) return
  const root = document.createElement("div")
  root.className = "cnnviz early"
  root.style.visibility = "hidden"
  document.body.prepend(root)
  mount(root, defaultMessage(pageAt())).ask()
}

// Streamlit removes the view's element and adds an empty one a moment later. Keep the view visible outside in
// between, then move it.
function keep() {
  if (!shown || shown.view.stop.signal.aborted || shown.view.page !== pageAt()) return
  const { root, view } = shown
  const waits = root.parentElement?.matches(WAITING)
  if (root.isConnected && !waits) return
  const container = document.querySelector(".cnnviz:empty")
  if (container) moveTo(container, root)
  else if (waits) return
  else document.querySelector(MAIN)?.prepend(root)
  skipContainer(root)
  restoreFocusIn(root)
  view.content.invalidate() // WebKit shows a canvas that was moved only after it is drawn again
  view.paint()
}
new MutationObserver(keep).observe(document.body, { childList: true, subtree: true })

/** Remove Streamlit's container from the tab order, so that the view's skip link is the first stop. @param {HTMLElement} root */
function skipContainer(root) {
  root.closest("main")?.setAttribute("tabindex", "-1")
}

/**
 * Move a view to the place of an empty element. With `moveBefore`, the focus and the text cursor stay.
 * @param {Element} place
 * @param {HTMLElement} root
 */
function moveTo(place, root) {
  const parent = /** @type {Element & { moveBefore?: (node: Node, before: Node) => void }} */ (place.parentElement)
  root.classList.remove("early")
  if (!parent.moveBefore || !root.isConnected) return place.replaceWith(root)
  parent.moveBefore(root, place)
  place.remove()
}

standAlone()
