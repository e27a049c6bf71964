// The component's entry on Streamlit's page, which calls it again whenever it has something else to say, for the same
// element. Only this and address_bar.js know Streamlit.

import { plotly } from "../../rooms/plotly.js"
import { roomPresenter } from "../../rooms/presenter.js"
import { decode } from "../../view/model/numbers/decode.js"
import { own, parse } from "../../view/model/state/address.js"
import { say } from "../../view/model/words.js"
import { loadAgain, withLook, Resources } from "../../view/resources.js"
import { kindOf } from "../../view/shell/registry.js"
import { View } from "../../view/shell/setup_view.js"
import { CODE, LANG } from "../../view/spec.js"
import { addressOf, isNews, pageAt, tell, tellSoon, tellWhoeverLeaves } from "./address_bar.js"
import { restored } from "./kept_focus.js"
import { closeDialogs, whenReconnected } from "./reconnected.js"
import { translateStreamlit } from "./streamlits_words.js"

/** @import { Report } from "../../pages/train/test_images_state.js" */
/** @import { Film } from "../../pages/train/film.js" */
/** @import { Answer, Arrays, Host, Setup, Mounted } from "../../view/types/view.js" */
/** @typedef {{ data: Uint8Array, parentElement: HTMLElement, setTriggerValue: (name: string, value: string) => void }} Call */
/** @typedef {Mounted & { arrays: Arrays }} Told  what Streamlit says */
/** @typedef {{ root: HTMLElement, view: View, receive: (answer: Answer) => void, ask: () => void, heard: boolean, told: Told }} Shown  and whether Streamlit has said something */

const MAIN = ".stMainBlockContainer" // in which Streamlit puts all that is on a page
const LOOKS = ["stage", "cell", "view", "hide", "predict"] // what of an address its numbers do not depend on
const WAITING = `body, ${MAIN}` // where a view stands that has no place of its own yet

const framed = window !== window.top

document.documentElement.lang = LANG
translateStreamlit()

const base = new URL("../", import.meta.url)
const rooms = roomPresenter(base, travel, (sentence) => shown?.view.notice(sentence))
/** Goes where another device has driven the room to, on the page that is here. @type {(setup: Setup) => void} */
let follow = () => {}
let missing = new URLSearchParams(location.hash.slice(1)).get("missing") // the page that the server has led here from (index.py)
let covered = false // the newest numbers, by whoever drove it there
let led = false // on the way there: what is written into the address until it has arrived is nobody's move
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
    if (shown?.view.page !== page && !turned(page)) return // it is kept
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

const styled = new Promise((resolve) => {
  const link = document.createElement("link")
  link.rel = "stylesheet"
  link.href = new URL("style.css", import.meta.url).href
  link.onload = link.onerror = resolve
  document.head.append(link)
})
let isStyled = false
styled.then(() => {
  isStyled = true
})

/** @type {Report | undefined}  what a training said last */
let report
/** @type {Call["setTriggerValue"] | undefined}  how the server hears of it */
let trigger

/**
 * What a training says is the Train page's to show.
 * @param {Call} call
 */
function hearTraining({ data, setTriggerValue }) {
  const told = understood(data)
  if (!told) return
  report = /** @type {Report} */ (/** @type {unknown} */ (told))
  trigger = setTriggerValue
  showTraining()
}

function showTraining() {
  const { view } = shown ?? {}
  if (!report || !view?.kind.trains || view.stop.signal.aborted) return
  const { training } = /** @type {Film} */ (view.content)
  const now = report
  isStyled ? training.receive(now) : styled.then(() => training.receive(now))
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
  if (!root) return () => {} // its view is another page's by now
  const told = understood(data)
  if (!told) return () => {}
  if (told.page !== pageAt() && shown?.root.isConnected && (shown.view.page === pageAt() || isEarly(shown.root))) {
    tell() // it is a page behind: its connection was lost meanwhile, or it was not there yet
    return () => {}
  }
  const last = mounted.get(root)
  if (last?.view.page !== told.page) last?.view.leave()
  const here = last?.view.page === told.page ? last : mount(root, told)
  if (here !== last) here.ask()
  here.told = told
  here.heard = true
  hear(here)
  // Called before every new call, too: only an element that has left the page is done with.
  return () =>
    setTimeout(() => {
      if (root.isConnected) return
      mounted.get(root)?.view.leave()
      mounted.delete(root)
    }, 0)
}

/**
 * What Streamlit says, if it is from the server whose code this is.
 * @param {Uint8Array} data
 */
function understood(data) {
  let told
  try {
    told = /** @type {Told} */ (/** @type {unknown} */ (decode(data)))
  } catch {} // another way of packing
  return told?.code === CODE || !loadAgain(told?.code ?? "unknown") ? told : undefined
}

// Streamlit, too, may have been updated, and the part that it wants to load now be gone.
addEventListener("vite:preloadError", () => loadAgain(`without ${CODE}`))

/** @param {Shown} here */
function hear({ told, view, receive }) {
  if (view.data && !view.waiting && Object.keys(told.wrong).length) receive(view.data) // it came before this was said
  const [count, change] = told.adopt
  const fresh = adopted !== undefined && count !== adopted
  adopted = count
  if (fresh && view.data) view.adopt(change)
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
  const address = addressOf(page, () => askFor(pageAt())) // they may be there before Streamlit has turned the page
  /** @type {View | undefined} */
  let view
  const hides = () => Boolean(view && (view.veiled || view.state.onward))
  const drive = () => rooms.drive(page, address.read(), hides())
  rooms.project(root)
  follow = ({ page: other = "", veiled = "", ...setup }) => {
    led = true
    covered = veiled === "1"
    const { lang = "" } = address.read() // the others' language is not ours
    address.visit({ ...setup, lang }, other === page ? {} : { page: other })
    if (other !== page) return ask()
    view?.travelled()
    if (!view?.waiting) arrive()
  }
  const arrive = () => {
    if (!led) return void drive()
    led = false
    rooms.arrived(page, address.read(), hides())
  }

  /** @type {Host} */
  const host = {
    address: {
      ...address,
      visit(setup, how) {
        if (how?.by === "answer" && !here.heard && loses(address.read(), setup)) return // Streamlit is to hear it first: it says what is wrong
        address.visit(setup, how)
        if (led && how?.replace) return rooms.arrived(page, address.read(), hides())
        led = false
        if (how?.page === undefined) drive() // the other page drives when it is there
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
    speak(lang) {
      address.visit({ ...own(address.read()), lang }, { replace: true })
      location.reload()
    },
    training(what, value = "") {
      if (isNews()) tell()
      if (what) setTimeout(() => trigger?.(what, value), 0)
    },
    story: framed || rooms.isHeld() ? undefined : { aside: address.aside, again: () => location.assign(base) },
    room: () => rooms.show(root, page, parse(location.search)),
    veiled: () => (led ? covered : undefined),
    unveiled: drive,
  }

  function ask() {
    if (pageAt() !== page) {
      askFor(pageAt())
      return tell()
    }
    askFor(page)
    if (here.told.listens) tellSoon()
  }

  /** @param {Answer} answer */
  function receive(answer) {
    const wrong = { ...answer.wrong, ...here.told.wrong }
    if (missing) wrong.page = say("web.notice.no_page", { name: missing })
    missing = null
    const cell = "cell" in wrong ? "" : answer.lesson.cell
    here.told.wrong = {} // it is said once
    const show = () => {
      deliver({ ...answer, wrong, lesson: { ...answer.lesson, cell } })
      arrive()
    }
    isStyled ? show() : styled.then(show)
  }

  if (shown && shown.root !== root) {
    shown.view.leave()
    if (shown.root.parentElement?.matches(WAITING)) shown.root.remove()
  }
  view = new View(root, page, host)
  /** @type {Shown} */
  const here = { root, view, told, receive, ask: () => askFor(page), heard: false }
  mounted.set(root, here)
  shown = here
  showTraining()
  tellWhoeverLeaves(root, view.stop.signal)
  return here
}

/**
 * Another page's view in the place of the one that is there, before Streamlit has turned the page: its numbers came first.
 * @param {string} page
 */
function turned(page) {
  const { root, view } = shown ?? {}
  if (!root?.isConnected || !view || pageAt() !== page) return false
  const fresh = document.createElement("div")
  fresh.className = "cnnviz"
  fresh.classList.toggle("early", isEarly(root))
  fresh.style.visibility = "hidden"
  root.replaceWith(fresh)
  mount(fresh, unheard(page))
  return true
}

/** Tells whether the address says how one looks in a way that is not understood. @param {Setup} address @param {Setup} setup */
const loses = (address, setup) => LOOKS.some((key) => address[key] && address[key] !== (setup[key] ?? ""))

/** Tells whether a view stands where Streamlit has not made its page yet. @param {Element} root */
const isEarly = (root) => root.classList.contains("early")

/** What holds of a page as long as Streamlit has not said anything of it. @param {string} page @returns {Told} */
function unheard(page) {
  return { page, code: CODE, adopt: [0, {}], stage: "", wrong: {}, listens: false, arrays: {} }
}

// Nobody waits for Streamlit's own scripts: until they have made a page, the view stands before where it will be.
function standAlone() {
  if (document.querySelector(".stApp")) return
  const root = document.createElement("div")
  root.className = "cnnviz early"
  root.style.visibility = "hidden"
  document.body.prepend(root)
  mount(root, unheard(pageAt())).ask()
}

// Streamlit takes the element away that the view is in and puts an empty one there, a moment later: until then it stands
// beside them, where nobody sees a difference, and then moves in.
function keep() {
  if (!shown || shown.view.stop.signal.aborted || shown.view.page !== pageAt()) return
  const { root, view } = shown
  const waits = root.parentElement?.matches(WAITING)
  if (root.isConnected && !waits) return
  const place = document.querySelector(".cnnviz:empty")
  if (place) moveTo(place, root)
  else if (waits) return
  else document.querySelector(MAIN)?.prepend(root)
  restored(root)
  view.paint()
}
new MutationObserver(keep).observe(document.body, { childList: true, subtree: true })

/**
 * Puts a view in an empty one's place; where the browser can, whoever was typing in it goes on.
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
