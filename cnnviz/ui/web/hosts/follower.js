// The component's entry on a follower's page: the lesson is where the room's driver is, until somebody wanders off.
// Its numbers come as resources (docs/numbers.md), and where the driver goes as a stream of addresses (docs/rooms.md).

import { own, parse, query } from "../model/address.js"
import { escaped } from "../model/format.js"
import { say } from "../model/words.js"
import { kindOf } from "../pages/registry.js"
import { View } from "../pages/view.js"
import { CODE } from "../spec.js"
import { looked, Resources } from "./resources.js"

/** @import { Lesson } from "../model/address.js" */
/** @import { Answer } from "../model/decode.js" */
/** @import { Host } from "../types/ports.js" */

const NEEDS_SESSION = ["files", "upload", "cifar10", "large", "below", "room"]
const RETURN_IN = 1000

/** Shows the room that the page's address names. */
export default function show() {
  let root = /** @type {HTMLElement} */ (document.querySelector(".cnnviz"))
  const bar = /** @type {HTMLElement} */ (document.querySelector(".room-bar"))
  const room = location.pathname.split("/").at(-1) ?? ""
  const base = new URL("../", location.href)
  /** @type {View | undefined} */
  let view
  /** @type {(answer: Answer) => void} */
  let deliver = () => {}
  /** @type {() => void} */
  let travel = () => {}
  /** @type {Lesson} */
  let here = parse(location.search) // `page` among it
  /** @type {Lesson | undefined} */
  let led
  /** @type {Lesson} */
  const speech = here.lang ? { lang: here.lang } : {}
  let alone = leaves(here)
  let arriving = false

  const numbers = new Resources(base, CODE, {
    received(answer, asked) {
      arriving = true // what the view writes into the address now is nobody's doing
      deliver(looked(answer, pageless(asked)))
      arriving = false
    },
    failed: (sentence) => view?.notice(sentence || say("web.notice.silent")),
    shown: () => (view?.data ? view.lesson : undefined),
  })
  const keys = () => kindOf(here.page ?? "").asked
  const ask = () => numbers.ask(here.page ?? "", here, keys())

  /** @type {Host} */
  const host = {
    address: {
      read: () => pageless(here),
      link: (lesson) => new URL((here.page ?? "") + query(own(lesson)), base).href,
      onTravel(act, signal) {
        travel = act
        signal.addEventListener("abort", () => {
          if (travel === act) travel = () => {}
        })
      },
      visit(lesson, { replace = false, page } = {}) {
        const before = here.page ?? ""
        here = { ...lesson, page: page ?? before }
        if (!arriving) wander(replace)
        if (page !== undefined && page !== before) mount()
      },
    },
    numbers: {
      ask,
      receive: (act) => (deliver = act),
      ahead: (lessons, page) => alone && numbers.ahead(page, lessons, kindOf(page).asked), // a hall's next move is one for all
    },
    speak(lang) {
      location.search = query({ ...parse(location.search), lang })
    },
  }

  function mount() {
    view?.leave()
    const fresh = document.createElement("div") // nothing of the last page clings to it
    fresh.className = "cnnviz alone follows"
    fresh.style.visibility = "hidden"
    root.replaceWith(fresh)
    root = fresh
    view = new View(root, here.page ?? "", host)
    for (const name of NEEDS_SESSION) {
      for (const element of root.querySelectorAll(/** @type {"button"} */ (`[data-key="${name}"]`))) element.remove()
    }
    ask()
  }

  /** On one's own from now on. @param {boolean} replace */
  function wander(replace) {
    const asked = query({ ...here, ...speech })
    const address = location.pathname + asked
    history[replace || location.search === asked ? "replaceState" : "pushState"](null, "", address)
    if (alone) return
    alone = true
    fill()
  }

  /** To where the driver is. */
  function follow() {
    alone = false
    history.replaceState(null, "", location.pathname + (speech.lang ? query(speech) : ""))
    fill()
    if (led) go(led)
  }

  /** @param {Lesson} next */
  function go(next) {
    const turns = !view || (next.page ?? "") !== (here.page ?? "")
    here = next
    turns ? mount() : travel()
  }

  function fill(state = alone ? "alone" : "following") {
    bar.dataset.state = state
    const act = { alone: say("web.room.return"), following: say("web.room.explore") }[state]
    bar.innerHTML = `<span class="state" role="status">${say(`web.room.${state}`)}</span>
      <span class="code">${escaped(say("web.room.code", { code: room }))}</span>
      ${act ? `<button type="button" data-key="room_leave">${act}</button>` : ""}`
  }

  bar.addEventListener("click", ({ target }) => {
    if (!(target instanceof HTMLButtonElement)) return
    if (alone) return follow()
    wander(false)
    fill()
  })
  addEventListener("popstate", () => {
    const asked = parse(location.search)
    if (!leaves(asked)) return follow()
    alone = true
    fill()
    go(asked)
  })
  fill()
  if (alone) mount()
  listen(new URL(`${room}/events`, location.href).href, {
    moved(address) {
      led = parse(address)
      if (!alone || !view) go(led)
    },
    ended() {
      alone = true
      fill("ended")
      if (!view) mount()
    },
    lost: (is) => {
      bar.classList.toggle("lost", is)
      bar.title = is ? say("web.room.lost") : ""
    },
  })
}

/** Whether an address is of somebody who is on their own: more than a language. @param {Lesson} address */
const leaves = (address) => Object.keys(own(address)).some((key) => key !== "lang")

/** A lesson without the page that shows it. @param {Lesson} lesson */
const pageless = ({ page, ...lesson }) => lesson

/**
 * One stream of the room's addresses while the page is in sight: a phone in a pocket asks for nothing.
 * @param {string} url
 * @param {{ moved: (query: string) => void, ended: () => void, lost: (is: boolean) => void }} act
 */
function listen(url, act) {
  /** @type {EventSource | undefined} */
  let stream
  let over = false
  const open = () => {
    if (over || document.hidden || (stream && stream.readyState !== EventSource.CLOSED)) return
    stream = new EventSource(url)
    stream.onopen = () => act.lost(false)
    stream.onmessage = ({ data }) => act.moved(data)
    stream.addEventListener("end", () => {
      over = true
      stream?.close()
      act.ended()
    })
    stream.onerror = () => {
      act.lost(true)
      // A browser gives up for good where it got another answer than a stream: the server may be starting again.
      if (stream?.readyState === EventSource.CLOSED) setTimeout(open, RETURN_IN * (1 + 2 * Math.random()))
    }
  }
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return open()
    stream?.close()
    stream = undefined
  })
  open()
}
