// The component's entry on Streamlit's page, which calls it again with every answer, for the same element.
// The only file that knows Streamlit, and the browser's own address.

import { foreign, own, parse, query } from "../model/address.js"
import { decode } from "../model/decode.js"
import { TrainingReport } from "../pages/training.js"
import { View } from "../pages/view.js"
import { CODE, LANG } from "../spec.js"
import { roomDriver } from "./room.js"
import { remember, remembered } from "./tab.js"

/** @import { Lesson } from "../model/address.js" */
/** @import { Answer } from "../model/decode.js" */
/** @import { Report } from "../pages/training.js" */
/** @import { AddressPort, Host } from "../types/ports.js" */
/** @typedef {{ data: Uint8Array, parentElement: HTMLElement, setTriggerValue: (name: string, value: string) => void }} Call */
/** @typedef {{ view?: View, deliver: (answer: Answer) => void, open: (what: string) => void }} Mounted */

document.documentElement.lang = LANG

const rooms = roomDriver(new URL("../", import.meta.url), travel)
/** Goes where another device has driven the room to, on the page that is here. @type {(lesson: Lesson) => void} */
let follow = () => {}
let led = false // on the way there: what is written into the address until it has arrived is nobody's move
function travel(/** @type {Lesson} */ lesson) {
  follow(lesson)
}

/** @type {WeakMap<HTMLElement, Mounted>} */
const mounted = new WeakMap()
const styled = new Promise((resolve) => {
  const link = document.createElement("link")
  link.rel = "stylesheet"
  link.href = new URL("style.css", import.meta.url).href
  link.onload = link.onerror = resolve
  document.head.append(link)
})

/** @type {WeakMap<HTMLElement, TrainingReport>} */
const reports = new WeakMap()

/**
 * What a training says, which Streamlit shows beside its settings.
 * @param {HTMLElement} root
 * @param {Call} call
 */
function showReport(root, { data, setTriggerValue }) {
  const report = understood(data)
  if (!report) return
  const shown = reports.get(root) ?? new TrainingReport(root, (key) => setTriggerValue("choose", key))
  reports.set(root, shown)
  styled.then(() => shown.receive(/** @type {Report} */ (/** @type {unknown} */ (report))))
}

/** @param {Call} call */
export default function component(call) {
  const { data, parentElement, setTriggerValue } = call
  const training = /** @type {HTMLElement | null} */ (parentElement.querySelector(".training"))
  if (training) {
    showReport(training, call)
    return () => {}
  }
  const root = /** @type {HTMLElement} */ (parentElement.querySelector(".cnnviz"))
  const answer = understood(data)
  if (!answer) return () => {}
  const last = mounted.get(root)
  if (last?.view?.page !== answer.page) last?.view?.leave()
  const here = last?.view?.page === answer.page ? last : mount(root, answer.page)
  here.open = (what) => setTriggerValue("open", what)
  styled.then(() => here.deliver(answer))
  // Called before every new call, too: only an element that has left the page is done with.
  return () =>
    setTimeout(() => {
      if (root.isConnected) return
      mounted.get(root)?.view?.leave()
      mounted.delete(root)
    }, 0)
}

/**
 * The answer, if it is from the server whose code this is: after an update a page that was open loads itself
 * again, once, and the address brings the lesson back.
 * @param {Uint8Array} data
 */
function understood(data) {
  let answer
  try {
    answer = decode(data)
  } catch {} // another way of packing
  return answer?.code === CODE || !reload(answer?.code ?? "") ? answer : undefined
}

/**
 * Loads the page again, unless that was done for this version already.
 * @param {string} code
 */
function reload(code) {
  if (remembered("cnnviz.loaded") === code) return false
  remember("cnnviz.loaded", code)
  location.reload()
  return true
}

// Streamlit, too, may have been updated, and the part that it wants to load now be gone.
addEventListener("vite:preloadError", () => reload(`without ${CODE}`))

/**
 * @param {HTMLElement} root
 * @param {string} page
 */
function mount(root, page) {
  /** @type {Mounted} */
  const here = { deliver: () => {}, open: () => {} }
  mounted.set(root, here)
  const address = addressOf(page)
  const drive = () => rooms.drive(page, address.read())
  rooms.project(root)
  follow = ({ page: other = "", ...lesson }) => {
    led = true
    const { lang = "" } = address.read() // the others' language is not ours
    address.visit({ ...lesson, lang }, other === page ? {} : { page: other })
    ask()
  }
  const arrive = () => {
    if (!led) return drive()
    led = false
    rooms.arrived(page, address.read())
  }
  /** @type {Host} */
  const host = {
    address: {
      ...address,
      visit(lesson, how) {
        address.visit(lesson, how)
        if (led && how?.replace) return rooms.arrived(page, address.read())
        led = false
        if (how?.page === undefined) drive() // the other page drives when it is there
      },
    },
    numbers: { ask, receive: (act) => (here.deliver = (answer) => [act(answer), arrive()]) },
    open: (what) => here.open(what),
    speak(lang) {
      address.visit({ ...own(address.read()), lang }, { replace: true })
      location.reload()
    },
    room: () => rooms.show(root, page, parse(location.search)),
    below,
  }
  here.view = new View(root, page, host)
  // In a frame on another page a click on a map would leave the keys to that page.
  if (window !== window.top) root.addEventListener("pointerdown", () => window.focus())
  return here
}

// Streamlit runs the page for the new address on "popstate", the event of the browser's own Back, so a step
// made here and a step back through history are one and the same thing.
const ask = () => dispatchEvent(new PopStateEvent("popstate"))

/**
 * @param {string} page  the path of the page that is shown
 * @returns {AddressPort}
 */
function addressOf(page) {
  const base = () => location.pathname.slice(0, location.pathname.length - page.length)
  return {
    read: () => parse(location.search),
    link: (lesson) => location.origin + location.pathname + query(own(lesson)),
    onTravel: (act, signal) => addEventListener("popstate", act, { signal }),
    visit(lesson, { replace = false, page: other } = {}) {
      const path = other === undefined ? location.pathname : base() + other
      const all = { ...lesson, ...foreign(parse(location.search)) } // such as embed=true: not ours to drop
      history[replace ? "replaceState" : "pushState"](null, "", path + query(all))
    },
  }
}

// What Streamlit shows under the first screen; those who listen hear its heading.
function below() {
  const place = document.querySelector(".st-key-below")
  const heading = place?.querySelector("h3")
  place?.scrollIntoView()
  if (!heading) return
  heading.tabIndex = -1
  heading.focus({ preventScroll: true })
}
