// The component's entry on a follower's page: the lesson is where the room's presenter is, until somebody wanders off.
// Its numbers come as resources (docs/numbers.md), and where the presenter goes as a stream of addresses (docs/rooms.md).

import { escaped } from "../view/model/numbers/format.js"
import { own, parse, parseForeign, query } from "../view/model/state/address.js"
import { say } from "../view/model/words.js"
import { looked, Resources } from "../view/resources.js"
import { setHTML } from "../view/shell/html.js"
import { kindOf } from "../view/shell/registry.js"
import { emptyPage, View } from "../view/shell/setup_view.js"
import { CODE } from "../view/spec.js"
import { Ballot } from "./ballot.js"
import { RoomBoard } from "./board.js"
import { listen } from "./events.js"
import { plotly } from "./plotly.js"
import { showPreview } from "./preview_screen.js"
import { coverOf, FORGOTTEN_IN, followed, mayBe, veils } from "./question.js"
import { roomClient } from "./requests.js"
import { showScreen } from "./screen_bar.js"

/** @import { Answer, RoomPoll, RoomScreen, Host, Setup } from "../view/types/view.js" */

const JOIN_IN = 2000 // milliseconds within which a follower gets its token, at random
const AHEAD_IN = 300 // milliseconds after which a follower asks ahead, and at random up to five times as many
const MOST_SEEN = 400 // places where the lecture has been
const LOST_IN = 2000 // milliseconds after which it is said that the server is out of reach: streams come back at once, as a rule

/** Shows the room that the page's address names: to a follower, or, under "/screen", on a projector. */
export default function show() {
  let root = /** @type {HTMLElement} */ (document.querySelector(".cnnviz"))
  if (parse(location.search).preview) return showPreview(root)
  const bar = /** @type {HTMLElement} */ (document.querySelector(".room-bar"))
  const projected = location.pathname.endsWith("/screen")
  const path = location.pathname.replace(/\/screen$/, "")
  const room = path.split("/").at(-1) ?? ""
  const base = new URL(path.slice(0, path.lastIndexOf("/room/") + 1), location.href)
  const asking = roomClient(new URL(`${path}/`, location.href))
  /** @type {View | undefined} */
  let view
  /** @type {(answer: Answer) => void} */
  let deliver = () => {}
  /** @type {() => void} */
  let travel = () => {}
  /** @type {Setup} */
  let here = parseForeign(location.search) // `page` among it
  /** @type {Setup | undefined} */
  let led
  /** @type {Setup} */
  const speech = here.lang ? { lang: here.lang } : {}
  let alone = leaves(here)
  let arriving = false
  let covered = false // the newest numbers, by whoever drives
  let ended = false
  let isLost = false
  let held = "" // why one may not go where one wanted to
  let explore = "free" // how far one may go by oneself
  /** @type {Setup[]}  where the lecture has been */
  const seen = []
  /** @type {RoomScreen | null}  of the room's deck */
  let onScreen = null
  let isOut = false // the server is out of reach
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let losing
  let gone = false // the server has no such room any more; it may have again
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let forgotten
  const where = () => new URL(`${path}/events${projected ? "?screen=1" : alone ? "?alone=1" : ""}`, location.href).href
  const sheet = document.createElement("section")
  sheet.tabIndex = -1
  sheet.className = projected ? "room-ui board" : "room-ui ballot"
  document.body.append(sheet)
  const board = projected ? new RoomBoard(sheet, asking, base, room, () => fill()) : undefined
  const ballot = board ?? new Ballot(sheet, asking, () => fill(), wanderTo)

  const stream = listen({
    moved(address) {
      led = parseForeign(address)
      note(led)
      board?.goesOn()
      if (!onScreen) goesOn()
      if (held) {
        held = ""
        fill()
      }
      if (!alone || !view) arrive()
    },
    asked: heard,
    allowed(how) {
      explore = how
      if (alone && !ended && !stays(here)) follow()
      fill()
    },
    shown(screen) {
      onScreen = screen
      ballot.shown(screen)
      goesOn()
      said()
    },
    counted: (count) => board?.count(count),
    covered: (how) => board?.cover(how),
    ended() {
      ended = true
      alone = !projected
      fill()
      if (!view) mount()
    },
    gone(is) {
      if (gone === is) return
      gone = is
      if (!is) forgotten = setTimeout(() => heard(null), FORGOTTEN_IN) // unless the room is asked something again
      ballot.setGone(is)
      fill()
      if (is && !view && !ballot.open) mount()
    },
    lost: (is) => {
      clearTimeout(losing)
      if (!is && !isOut) return
      losing = setTimeout(
        () => {
          isOut = is
          ballot.setGone(is || gone)
          fill()
        },
        is ? LOST_IN : 0,
      )
    },
  })

  /** The room's question has come this far. Until its answer is out everybody is here, and stays on the screen before it. @param {RoomPoll | null} poll */
  function heard(poll) {
    clearTimeout(forgotten)
    if (poll) board?.goesOn()
    const before = ballot.poll
    ballot.hear(poll)
    if (alone && !ended && veils(poll)) follow()
    else if (veils(before) && !veils(poll)) arrive()
    fill()
  }

  /** Go where the lecture is, unless that shows the answer to a question. */
  function arrive() {
    if (led && !alone && !veils(ballot.poll)) go(led)
  }

  const numbers = new Resources(base, CODE, {
    received(answer, asked) {
      arriving = true // what the view writes into the address now is nobody's doing
      deliver(looked(answer, pageless(asked)))
      arriving = false
    },
    failed: (sentence) => view?.notice(sentence || say("web.notice.silent")),
    shown: () => (view?.data ? view.setup : undefined),
  })
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let early
  const keys = () => kindOf(here.page ?? "").asked
  const ask = () => numbers.ask(here.page ?? "", here, keys())

  /** @type {Host} */
  const host = {
    address: {
      read: () => pageless(here),
      link: (setup) => new URL((here.page ?? "") + query(own(setup)), base).href,
      onTravel(act, signal) {
        travel = act
        signal.addEventListener("abort", () => {
          if (travel === act) travel = () => {}
        })
      },
      visit(setup, { replace = false, page } = {}) {
        const before = here.page ?? ""
        if (!arriving && !stays({ ...setup, page: page ?? before })) return refuse()
        here = { ...setup, page: page ?? before }
        if (!arriving) held = ""
        if (arriving && !alone) note(here) // the same, whole
        if (!arriving) wander(replace)
        if (page !== undefined && page !== before) mount()
      },
    },
    numbers: {
      ask,
      receive: (act) => (deliver = act),
      part: (setup, of, act) => numbers.part(setup, of, act),
      look: (page, setup, act) => numbers.look(page, setup, act),
      ahead,
    },
    fetch: (path, how) => fetch(new URL(path, base), how),
    plotly: () => plotly(base),
    veiled: () => (alone ? undefined : covered),
    speak(lang) {
      location.search = query({ ...parse(location.search), lang })
    },
  }

  // An audience asks ahead for the next update alone, each at a moment of its own: the move itself then asks the server nothing.
  /** @param {Setup[]} setups @param {string} page */
  function ahead(setups, page) {
    clearTimeout(early)
    const asks = (/** @type {Setup[]} */ all) => numbers.ahead(page, all, kindOf(page).asked)
    if (alone) return asks(setups)
    /** @type {Setup} */
    const known = view?.wanted ?? {}
    const change = Object.entries(setups[0] ?? {}).filter(([key, text]) => text !== known[key])
    const next = { ...pageless(led ?? here), ...Object.fromEntries(change) } // as whoever drives would write it
    early = setTimeout(() => asks([next]), AHEAD_IN * (1 + 4 * Math.random()))
  }

  function mount() {
    view?.leave()
    root = emptyPage("alone follows")
    root.inert = answering()
    view = new View(root, here.page ?? "", host)
    root.querySelector('[data-key="room"]')?.remove() // it needs a session
    ask()
    said()
  }

  // What the lecturer's deck says of this screen.
  const said = () => showScreen(root, alone ? null : onScreen)

  // Who was lost may find the way from the next screen.
  function goesOn() {
    if (!isLost) return
    isLost = false
    fill()
  }

  /** On one's own from now on. @param {boolean} replace */
  function wander(replace) {
    const asked = query({ ...here, ...speech })
    const address = location.pathname + asked
    history[replace || location.search === asked ? "replaceState" : "pushState"](null, "", address)
    if (alone) return
    leave(true)
  }

  // On a projector nobody explores.
  /** @param {boolean} is */
  function leave(is) {
    alone = is && !projected
    stream.open(where())
    fill()
    if (is && projected) setTimeout(follow, 0)
  }

  /** Tells whether one may be there by oneself. @param {Setup} there */
  const stays = (there) => ended || (!veils(ballot.poll) && (gone || mayBe(explore, there, seen)))

  // Of where the lecture has been the last places are enough.
  function note(/** @type {Setup} */ there) {
    seen.push(there)
    if (seen.length > MOST_SEEN) seen.shift()
  }

  // It stays where it is, and says why until somebody goes on.
  function refuse() {
    held = say(`web.room.held_by.${veils(ballot.poll) ? "question" : explore}`)
    fill()
    setTimeout(() => travel(), 0)
  }

  /** To an address, on one's own. @param {string} query */
  function wanderTo(query) {
    const there = parseForeign(query)
    if (!stays(there)) return refuse()
    go(there)
    wander(false)
  }

  /** To where the presenter is. */
  function follow() {
    if (!projected) leave(false)
    history.replaceState(null, "", location.pathname + (speech.lang ? query(speech) : ""))
    arrive()
  }

  /** @param {Setup} next */
  function go(next) {
    const turns = !view || (next.page ?? "") !== (here.page ?? "")
    here = projected ? { ...next, view: "lecture" } : next // read from the last row
    covered = next.veiled === "1"
    turns ? mount() : travel()
    said()
  }

  function fill(state = ended ? "ended" : gone ? "gone" : isOut ? "lost" : alone ? "alone" : "following") {
    document.body.classList.toggle("answering", answering())
    document.body.classList.toggle("led", !alone && !ended && !gone)
    if (answering()) sheet.setAttribute("role", "main")
    else sheet.removeAttribute("role")
    root.inert = answering()
    if (board) return joining()
    bar.dataset.state = state
    const paused = (explore === "paused" || veils(ballot.poll)) && state === "following"
    const act = paused ? "" : { alone: say("web.room.return"), following: say("web.room.explore") }[state]
    bar.innerHTML = `<span class="state" role="status">${say(`web.room.${state}`)}</span>
      <span class="code">${escaped(say("web.room.code", { code: room }))}</span>
      ${held ? `<span class="there">${held}</span>` : ""}${alone && ballot.poll?.kind === "experiment" ? `<span class="there">${say("web.hall.experiment.there")}</span>` : ""}<span class="time-left"></span>
      ${state === "following" ? `<button type="button" data-key="room_lost" aria-pressed="${isLost}">${say("web.room.lost_here")}</button>` : ""}
      ${act ? `<button type="button" data-key="room_leave">${act}</button>` : ""}`
  }

  // Then all that is under the question is out of reach, for keys too.
  function answering() {
    return ballot.open && !alone
  }
  document.addEventListener(
    "keydown",
    (event) => {
      const how = board && !event.repeat && !event.ctrlKey && !event.metaKey && !event.altKey ? coverOf(event.key) : ""
      if (how) board?.toggle(how)
      if (!how && !projected) return
      if (how || answering()) event.stopPropagation()
    },
    { capture: true },
  )
  document.addEventListener("keydown", (event) => {
    if (answering()) event.stopPropagation() // after the question itself has heard it
  })

  // How one joins, on the projector.
  function joining() {
    if (!board) return
    const over = ended ? "ended" : gone ? "gone" : isOut ? "lost" : ""
    bar.dataset.state = over || "screen"
    setHTML(
      bar,
      over
        ? `<span class="state" role="status">${say(`web.room.${over}`)}</span>`
        : `<button type="button" data-key="room_join" aria-label="${say("web.room.join")}"><img src="${board.qr}" alt=""></button>
          <b>${escaped(room)}</b><span class="code">${escaped(board.plainLink)}</span><span>${followed(board.counts.followers)}</span>`,
    )
  }

  bar.addEventListener("click", ({ target }) => {
    const button = /** @type {Element} */ (target).closest("button")
    if (!button) return
    if (board) return board.toggle("join")
    if (button.dataset.key === "room_lost") {
      isLost = !isLost
      button.setAttribute("aria-pressed", String(isLost))
      asking.lost(isLost)
      return
    }
    if (alone) return follow()
    wander(false)
  })
  addEventListener("popstate", () => {
    const asked = parseForeign(location.search)
    if (!leaves(asked)) return follow()
    leave(true)
    go(asked)
  })
  fill()
  if (alone) mount()
  stream.open(where())
  if (!projected) setTimeout(asking.join, JOIN_IN * Math.random())
}

/** Tells whether an address is of somebody who is on their own: more than a language. @param {Setup} address */
const leaves = (address) => Object.keys(own(address)).some((key) => key !== "lang")

/** A lesson without the page that shows it, and how. @param {Setup} lesson */
const pageless = ({ page, veiled, ...setup }) => setup
