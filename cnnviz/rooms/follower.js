// Entry module of a follower's page, which shows what the presenter shows until the follower explores. Numbers come
// as resources (docs/numbers.md), and moves as an event stream (docs/rooms.md).

import { isDark } from "../view/draw/theme.js"
import { darken } from "../view/model/numbers/colour.js"
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
import { coverOf, FORGOTTEN_IN, hidesAnswer, mayBe } from "./question.js"
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
  darken(isDark(root)) // a question may be painted before the page below it
  const bar = /** @type {HTMLElement} */ (document.querySelector(".room-bar"))
  const projected = location.pathname.endsWith("/screen")
  const path = location.pathname.replace(/\/screen$/, "")
  const room = path.split("/").at(-1) ?? ""
  const base = new URL(path.slice(0, path.lastIndexOf("/room/") + 1), location.href)
  const client = roomClient(new URL(`${path}/`, location.href))
  /** @type {View | undefined} */
  let view
  /** @type {(answer: Answer) => void} */
  let deliver = () => {}
  /** @type {() => void} */
  let travel = () => {}
  /** @type {Setup} */
  let currentAddress = parseForeign(location.search) // includes `page`
  /** @type {Setup | undefined} */
  let presenterAddress
  /** @type {Setup} */
  const languageKeys = currentAddress.lang ? { lang: currentAddress.lang } : {}
  let isAlone = isExploring(currentAddress)
  let isArriving = false
  let screenSeen = "" // page, stage and screen of the deck that this page shows while it follows
  let isCovered = false // whether the presenter hides the numbers of the newest update
  let ended = false
  let isLost = false
  let holdReason = "" // why a step aside was refused
  let explore = "free" // what followers may explore
  /** @type {Setup[]}  where the lecture has been */
  const visitedScreens = []
  /** @type {RoomScreen | null}  of the room's deck */
  let onScreen = null
  let isMissed = false // the last attempt to reach the server failed
  let isOut = false // the page reports that the server is unreachable
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let lossTimer
  let isGone = false // the server has no such room, though it may be reopened
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let forgotten
  const where = () =>
    new URL(`${path}/events${projected ? "?screen=1" : isAlone ? "?alone=1" : ""}`, location.href).href
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
  const board = projected ? new RoomBoard(sheet, client, base, room, () => fill()) : undefined
  const ballot =
    board
    ?? new Ballot(
      sheet,
      client,
      () => fill(),
      wanderTo,
      (results) => setText(status, results),
    )

  const stream = listen({
    moved(address) {
      presenterAddress = parseForeign(address)
      note(presenterAddress)
      board?.goesOn()
      if (!onScreen) goesOn()
      if (holdReason) {
        holdReason = ""
        fill()
      }
      if (!isAlone || !view) arrive()
    },
    asked: heard,
    allowed(how) {
      explore = how
      if (isAlone && !ended && !mayStay(currentAddress)) follow()
      fill()
    },
    shown(screen) {
      onScreen = screen
      ballot.shown(screen)
      goesOn()
      renderScreen()
    },
    counted: (count) => board?.count(count),
    covered: (how) => board?.cover(how),
    ended() {
      ended = true
      isAlone = !projected
      fill()
      if (!view) mount()
    },
    gone(is) {
      if (isGone === is) return
      isGone = is
      if (!is) forgotten = setTimeout(() => heard(null), FORGOTTEN_IN) // unless the room has a question again
      ballot.setGone(is)
      fill()
      if (is && !view && !ballot.open) mount()
    },
    lost: (is) => {
      if (is === isMissed) return // each failed attempt to reconnect reports it again
      isMissed = is
      clearTimeout(lossTimer)
      if (is === isOut) return
      lossTimer = setTimeout(
        () => {
          isOut = is
          ballot.setGone(is || isGone)
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
    const previousPoll = ballot.poll
    ballot.hear(poll)
    if (isAlone && !ended && hidesAnswer(poll)) follow()
    else if (hidesAnswer(previousPoll) && !hidesAnswer(poll)) arrive()
    fill()
  }

  /** Follow the lecture's address, unless that would reveal the answer to a question. */
  function arrive() {
    if (presenterAddress && !isAlone && !hidesAnswer(ballot.poll)) go(presenterAddress)
  }

  const numbers = new Resources(base, CODE, {
    received(answer, asked) {
      isArriving = true // address changes of the view are not the follower's while this is set
      deliver(withLook(answer, withoutPage(asked)))
      isArriving = false
    },
    failed: (sentence) => view?.notice(sentence || say("web.notice.silent")),
    shown: () => (view?.data ? view.setup : undefined),
  })
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let earlyMove
  const keys = () => kindOf(currentAddress.page ?? "").asked
  const requestNumbers = () => numbers.ask(currentAddress.page ?? "", currentAddress, keys())

  /** @type {Host} */
  const host = {
    address: {
      read: () => withoutPage(currentAddress),
      link: (setup) => new URL((currentAddress.page ?? "") + query(ownKeys(setup)), base).href,
      onTravel(act, signal) {
        travel = act
        signal.addEventListener("abort", () => {
          if (travel === act) travel = () => {}
        })
      },
      visit(setup, { replace = false, page } = {}) {
        const previousPage = currentAddress.page ?? ""
        if (!isArriving && !mayStay({ ...setup, page: page ?? previousPage })) return refuse()
        currentAddress = { ...setup, page: page ?? previousPage }
        if (!isArriving) holdReason = ""
        if (isArriving && !isAlone) note(currentAddress) // now with all keys that the view has added
        if (!isArriving) wander(replace)
        if (page !== undefined && page !== previousPage) mount()
      },
    },
    numbers: {
      ask: requestNumbers,
      receive: (act) => (deliver = act),
      part: (setup, of, act) => numbers.part(setup, of, act),
      look: (page, setup, act) => numbers.look(page, setup, act),
      ahead,
    },
    fetch: (path, how) => fetch(new URL(path, base), how),
    plotly: () => plotly(base),
    veiled: () => (isAlone ? undefined : isCovered),
    speak(lang) {
      location.search = query({ ...parse(location.search), lang })
    },
  }

  // Followers prefetch only the next update, at random times, so that the move itself causes no requests.
  /** @param {Setup[]} setups @param {string} page */
  function ahead(setups, page) {
    clearTimeout(earlyMove)
    const prefetch = (/** @type {Setup[]} */ all) => numbers.ahead(page, all, kindOf(page).asked)
    if (isAlone) return prefetch(setups)
    /** @type {Setup} */
    const wantedKeys = view?.wanted ?? {}
    const change = Object.entries(setups[0] ?? {}).filter(([key, text]) => text !== wantedKeys[key])
    const nextAddress = { ...withoutPage(presenterAddress ?? currentAddress), ...Object.fromEntries(change) } // as the presenter's page would write it
    earlyMove = setTimeout(() => prefetch([nextAddress]), AHEAD_IN * (1 + 4 * Math.random()))
  }

  function mount() {
    view?.leave()
    root = emptyPage("alone follows")
    root.inert = answering()
    view = new View(root, currentAddress.page ?? "", host)
    root.querySelector('[data-key="room"]')?.remove() // it needs a Streamlit session
    requestNumbers()
    renderScreen()
  }

  // Show the sentence of the deck's screen.
  const renderScreen = () => showScreen(root, isAlone ? null : onScreen)

  // Clear the follower's "lost" mark on the next screen.
  function goesOn() {
    if (!isLost) return
    isLost = false
    fill()
  }

  /** Enter exploring mode on this device. @param {boolean} replace */
  function wander(replace) {
    const requestedQuery = query({ ...currentAddress, ...languageKeys })
    const address = location.pathname + requestedQuery
    history[replace || location.search === requestedQuery ? "replaceState" : "pushState"](null, "", address)
    if (isAlone) return
    leave(true)
  }

  // A projector always follows.
  /** @param {boolean} is */
  function leave(is) {
    isAlone = is && !projected
    stream.open(where())
    fill()
    if (is && projected) setTimeout(follow, 0)
  }

  /** Return whether followers may explore that address. @param {Setup} there */
  const mayStay = (there) => ended || (!hidesAnswer(ballot.poll) && (isGone || mayBe(explore, there, visitedScreens)))

  // Remember up to MOST_SEEN addresses that the lecture has visited.
  function note(/** @type {Setup} */ there) {
    visitedScreens.push(there)
    if (visitedScreens.length > MOST_SEEN) visitedScreens.shift()
  }

  // Stay, and show the reason until the next move.
  function refuse() {
    holdReason = say(`web.room.held_by.${hidesAnswer(ballot.poll) ? "question" : explore}`)
    fill()
    setTimeout(() => travel(), 0)
  }

  /** Explore an address. @param {string} query */
  function wanderTo(query) {
    const targetAddress = parseForeign(query)
    if (!mayStay(targetAddress)) return refuse()
    go(targetAddress)
    wander(false)
  }

  /** Return to the presenter's address. */
  function follow() {
    if (!projected) leave(false)
    history.replaceState(null, "", location.pathname + (languageKeys.lang ? query(languageKeys) : ""))
    arrive()
  }

  /** @param {Setup} next */
  function go(next) {
    const turns = !view || (next.page ?? "") !== (currentAddress.page ?? "")
    currentAddress = projected ? { ...next, view: "lecture" } : next // readable from the last row
    isCovered = next.veiled === "1"
    turns ? mount() : travel()
    renderScreen()
    if (!isAlone) showTop()
  }

  // Show the top of another screen. Another update of the same screen keeps the position.
  function showTop() {
    const screen = [currentAddress.page, currentAddress.stage, onScreen?.number].join(" ")
    if (screen !== screenSeen)
      for (const scroller of [document.documentElement, root.querySelector(".middle")]) scroller?.scrollTo(0, 0)
    screenSeen = screen
  }

  function fill(state = ended ? "ended" : isGone ? "gone" : isOut ? "lost" : isAlone ? "alone" : "following") {
    document.body.classList.toggle("answering", answering())
    document.body.classList.toggle("led", !isAlone && !ended && !isGone)
    if (answering()) sheet.setAttribute("role", "main")
    else sheet.removeAttribute("role")
    root.inert = answering()
    if (board) return joining()
    bar.dataset.state = state
    const isPaused = (explore === "paused" || hidesAnswer(ballot.poll)) && state === "following"
    const actionLabel = isPaused ? "" : { alone: say("web.room.return"), following: say("web.room.explore") }[state]
    bar.innerHTML = `<span class="state" role="status">${say(`web.room.${state}`)}</span>
      <span class="code">${escapeHtml(say("web.room.code", { code: room }))}</span>
      ${holdReason ? `<span class="there">${holdReason}</span>` : ""}${isAlone && ballot.poll?.kind === "experiment" ? `<span class="there">${say("web.hall.experiment.there")}</span>` : ""}<span class="time-left"></span>
      ${state === "following" ? `<button type="button" data-key="room_lost" aria-pressed="${isLost}">${say("web.room.lost_here")}</button>` : ""}
      ${actionLabel ? `<button type="button" data-key="room_leave">${actionLabel}</button>` : ""}`
  }

  // While a question is open, everything below it is inert, for the keyboard too.
  function answering() {
    return ballot.open && !isAlone
  }
  document.addEventListener(
    "keydown",
    (event) => {
      const cover =
        board && !event.repeat && !event.ctrlKey && !event.metaKey && !event.altKey ? coverOf(event.key) : ""
      if (cover) board?.toggle(cover)
      if (!cover && !projected) return
      if (cover || answering()) event.stopPropagation()
    },
    { capture: true },
  )
  document.addEventListener("keydown", (event) => {
    if (answering()) event.stopPropagation() // after the question has handled it
  })

  // Show the instructions for joining in a corner of the projector, or a line above the page if the room is
  // unreachable.
  function joining() {
    if (!board) return
    const endKey = ended ? "ended" : isGone ? "gone" : isOut ? "lost" : ""
    bar.dataset.state = endKey || "screen"
    setHTML(bar, endKey ? `<span class="state" role="status">${say(`web.room.${endKey}`)}</span>` : "")
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
      client.lost(isLost)
      return
    }
    if (isAlone) return follow()
    wander(false)
  })
  addEventListener("popstate", () => {
    const parsedAddress = parseForeign(location.search)
    if (!isExploring(parsedAddress)) return follow()
    leave(true)
    go(parsedAddress)
  })
  fill()
  if (isAlone) mount()
  stream.open(where())
  if (!projected) setTimeout(client.join, JOIN_IN * Math.random())
}

/**
 * Return whether the address belongs to a follower who explores: it has a key other than the language.
 * @param {Setup} address
 */
const isExploring = (address) => Object.keys(ownKeys(address)).some((key) => key !== "lang")

/** Return a setup without its page and the presenter's veil. @param {Setup} address */
const withoutPage = ({ page, veiled, ...setup }) => setup
