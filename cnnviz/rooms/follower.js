// Entry module of a follower's page, which shows what the presenter shows until the follower explores. Numbers come
// as resources (docs/numbers.md), and moves as an event stream (docs/rooms.md).

import { escapeHtml } from "../view/model/numbers/format.js"
import { ownKeys, parse, parseForeign, query } from "../view/model/state/address.js"
import { say } from "../view/model/words.js"
import { Resources, withLook } from "../view/resources.js"
import { setHTML, setText } from "../view/shell/html.js"
import { kindOf } from "../view/shell/registry.js"
import { emptyPage, View } from "../view/shell/setup_view.js"
import { CODE } from "../view/spec.js"
import { Ballot } from "./ballot.js"
import { RoomBoard } from "./board.js"
import { listen } from "./events.js"
import { plotly } from "./plotly.js"
import { showPreview } from "./preview_screen.js"
import { coverOf, FORGOTTEN_IN, mayBe, veils } from "./question.js"
import { roomClient } from "./requests.js"
import { showScreen } from "./screen_bar.js"

/** @import { Answer, RoomPoll, RoomScreen, Host, Setup } from "../view/types/view.js" */

const JOIN_IN = 2000 // milliseconds within which a follower requests its token, at random
const AHEAD_IN = 300 // milliseconds before a follower prefetches, with a random factor of 1 to 5
const MOST_SEEN = 400 // number of addresses of the lecture to remember
const LOST_IN = 2000 // milliseconds before the page reports that the server is unreachable, since streams usually reconnect at once

/** Show the room of the page's address, for a follower, or below "/screen" for a projector. */
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
  let here = parseForeign(location.search) // includes `page`
  /** @type {Setup | undefined} */
  let led
  /** @type {Setup} */
  const speech = here.lang ? { lang: here.lang } : {}
  let alone = leaves(here)
  let arriving = false
  let screenSeen = "" // page, stage and screen of the deck that this page shows while it follows
  let covered = false // whether the presenter hides the numbers of the newest update
  let ended = false
  let isLost = false
  let held = "" // why a step aside was refused
  let explore = "free" // what followers may explore
  /** @type {Setup[]}  where the lecture has been */
  const seen = []
  /** @type {RoomScreen | null}  of the room's deck */
  let onScreen = null
  let isMissed = false // the last attempt to reach the server failed
  let isOut = false // the page reports that the server is unreachable
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let losing
  let gone = false // the server has no such room, though it may be reopened
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let forgotten
  const where = () => new URL(`${path}/events${projected ? "?screen=1" : alone ? "?alone=1" : ""}`, location.href).href
  const sheet = document.createElement("section")
  sheet.tabIndex = -1
  sheet.className = projected ? "room-ui board" : "room-ui ballot"
  const status = document.createElement("p") // a live region announces only changes of its own text
  status.className = "live-results"
  status.setAttribute("role", "status")
  const corner = document.createElement("button") // says how to join, on the projector
  corner.type = "button"
  corner.className = "room-ui join-corner"
  corner.dataset.key = "room_join"
  document.body.append(sheet, status)
  const board = projected ? new RoomBoard(sheet, asking, base, room, () => fill()) : undefined
  const ballot =
    board
    ?? new Ballot(
      sheet,
      asking,
      () => fill(),
      wanderTo,
      (results) => setText(status, results),
    )

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
      if (!is) forgotten = setTimeout(() => heard(null), FORGOTTEN_IN) // unless the room has a question again
      ballot.setGone(is)
      fill()
      if (is && !view && !ballot.open) mount()
    },
    lost: (is) => {
      if (is === isMissed) return // each failed attempt to reconnect reports it again
      isMissed = is
      clearTimeout(losing)
      if (is === isOut) return
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

  /**
   * Update the question. Until its answer is revealed, everybody stays at the question.
   * @param {RoomPoll | null} poll
   */
  function heard(poll) {
    clearTimeout(forgotten)
    if (poll) board?.goesOn()
    const before = ballot.poll
    ballot.hear(poll)
    if (alone && !ended && veils(poll)) follow()
    else if (veils(before) && !veils(poll)) arrive()
    fill()
  }

  /** Follow the lecture's address, unless that would reveal the answer to a question. */
  function arrive() {
    if (led && !alone && !veils(ballot.poll)) go(led)
  }

  const numbers = new Resources(base, CODE, {
    received(answer, asked) {
      arriving = true // address changes of the view are not the follower's while this is set
      deliver(withLook(answer, pageless(asked)))
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
      link: (setup) => new URL((here.page ?? "") + query(ownKeys(setup)), base).href,
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
        if (arriving && !alone) note(here) // now with all keys that the view has added
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

  // Followers prefetch only the next update, at random times, so that the move itself causes no requests.
  /** @param {Setup[]} setups @param {string} page */
  function ahead(setups, page) {
    clearTimeout(early)
    const asks = (/** @type {Setup[]} */ all) => numbers.ahead(page, all, kindOf(page).asked)
    if (alone) return asks(setups)
    /** @type {Setup} */
    const known = view?.wanted ?? {}
    const change = Object.entries(setups[0] ?? {}).filter(([key, text]) => text !== known[key])
    const next = { ...pageless(led ?? here), ...Object.fromEntries(change) } // as the presenter's page would write it
    early = setTimeout(() => asks([next]), AHEAD_IN * (1 + 4 * Math.random()))
  }

  function mount() {
    view?.leave()
    root = emptyPage("alone follows")
    root.inert = answering()
    view = new View(root, here.page ?? "", host)
    root.querySelector('[data-key="room"]')?.remove() // it needs a Streamlit session
    ask()
    said()
  }

  // Show the sentence of the deck's screen.
  const said = () => showScreen(root, alone ? null : onScreen)

  // Clear the follower's "lost" mark on the next screen.
  function goesOn() {
    if (!isLost) return
    isLost = false
    fill()
  }

  /** Enter exploring mode on this device. @param {boolean} replace */
  function wander(replace) {
    const requestedQuery = query({ ...here, ...speech })
    const address = location.pathname + requestedQuery
    history[replace || location.search === requestedQuery ? "replaceState" : "pushState"](null, "", address)
    if (alone) return
    leave(true)
  }

  // A projector always follows.
  /** @param {boolean} is */
  function leave(is) {
    alone = is && !projected
    stream.open(where())
    fill()
    if (is && projected) setTimeout(follow, 0)
  }

  /** Return whether followers may explore that address. @param {Setup} there */
  const stays = (there) => ended || (!veils(ballot.poll) && (gone || mayBe(explore, there, seen)))

  // Remember up to MOST_SEEN addresses that the lecture has visited.
  function note(/** @type {Setup} */ there) {
    seen.push(there)
    if (seen.length > MOST_SEEN) seen.shift()
  }

  // Stay, and show the reason until the next move.
  function refuse() {
    held = say(`web.room.held_by.${veils(ballot.poll) ? "question" : explore}`)
    fill()
    setTimeout(() => travel(), 0)
  }

  /** Explore an address. @param {string} query */
  function wanderTo(query) {
    const there = parseForeign(query)
    if (!stays(there)) return refuse()
    go(there)
    wander(false)
  }

  /** Return to the presenter's address. */
  function follow() {
    if (!projected) leave(false)
    history.replaceState(null, "", location.pathname + (speech.lang ? query(speech) : ""))
    arrive()
  }

  /** @param {Setup} next */
  function go(next) {
    const turns = !view || (next.page ?? "") !== (here.page ?? "")
    here = projected ? { ...next, view: "lecture" } : next // readable from the last row
    covered = next.veiled === "1"
    turns ? mount() : travel()
    said()
    if (!alone) showTop()
  }

  // Show the top of another screen. Another update of the same screen keeps the position.
  function showTop() {
    const screen = [here.page, here.stage, onScreen?.number].join(" ")
    if (screen !== screenSeen)
      for (const scroller of [document.documentElement, root.querySelector(".middle")]) scroller?.scrollTo(0, 0)
    screenSeen = screen
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
      <span class="code">${escapeHtml(say("web.room.code", { code: room }))}</span>
      ${held ? `<span class="there">${held}</span>` : ""}${alone && ballot.poll?.kind === "experiment" ? `<span class="there">${say("web.hall.experiment.there")}</span>` : ""}<span class="time-left"></span>
      ${state === "following" ? `<button type="button" data-key="room_lost" aria-pressed="${isLost}">${say("web.room.lost_here")}</button>` : ""}
      ${act ? `<button type="button" data-key="room_leave">${act}</button>` : ""}`
  }

  // While a question is open, everything below it is inert, for the keyboard too.
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
    if (answering()) event.stopPropagation() // after the question has handled it
  })

  // Show how to join in a corner of the projector, or a line above the page if the room is out of reach.
  function joining() {
    if (!board) return
    const over = ended ? "ended" : gone ? "gone" : isOut ? "lost" : ""
    bar.dataset.state = over || "screen"
    setHTML(bar, over ? `<span class="state" role="status">${say(`web.room.${over}`)}</span>` : "")
    setHTML(corner, board.corner)
    if (!corner.isConnected) document.body.append(corner)
  }

  corner.addEventListener("click", () => board?.toggle("join"))
  bar.addEventListener("click", ({ target }) => {
    const button = /** @type {Element} */ (target).closest("button")
    if (!button) return
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
    const parsed = parseForeign(location.search)
    if (!leaves(parsed)) return follow()
    leave(true)
    go(parsed)
  })
  fill()
  if (alone) mount()
  stream.open(where())
  if (!projected) setTimeout(asking.join, JOIN_IN * Math.random())
}

/**
 * Return whether the address belongs to a follower who explores: it has a key other than the language.
 * @param {Setup} address
 */
const leaves = (address) => Object.keys(ownKeys(address)).some((key) => key !== "lang")

/** Return a setup without its page and the presenter's veil. @param {Setup} address */
const pageless = ({ page, veiled, ...setup }) => setup
