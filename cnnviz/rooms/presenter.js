// The presenter of a room: opens the room, and moves the audience with this page. The secret stays in this browser.

import { openFrame } from "../view/dialogs/dialog.js"
import { isDark } from "../view/draw/theme.js"
import { escapeHtml } from "../view/model/numbers/format.js"
import { ownKeys, parse, query } from "../view/model/state/address.js"
import { inTab } from "../view/model/storage.js"
import { say } from "../view/model/words.js"
import { copyLink, html, markup } from "../view/shell/html.js"
import { LANG } from "../view/spec.js"
import { tabDeck } from "../view/tab_deck.js"
import { RoomBoard } from "./board.js"
import { listen } from "./events.js"
import { forgetRoom, goneHTML, keepRoom, keptRooms, openAgain, openQuestion, openRoom, roomDeck } from "./kept_rooms.js"
import { coverOf, FORGOTTEN_IN, followerCountText, isSame, nextAct } from "./question.js"
import { roomClient } from "./requests.js"
import { showScreen } from "./screen_bar.js"
import { stepsInTurn } from "./turns.js"

/** @import { Held } from "./kept_rooms.js" */
/** @import { Dialog, RoomPoll, RoomScreen, Setup } from "../view/types/view.js" */

const KEY = "cnnviz.room"
const LOOK_EVERY = 3000 // milliseconds between two updates of the number of followers
const AGAIN_IN = 1000

/**
 * @param {URL} base  where the pages stand
 * @param {(setup: Setup) => void} [travel]  goes where another device has driven the room to
 * @param {(sentence: string) => void} [tell]  shows a notice on the page
 */
export function roomPresenter(base, travel = () => {}, tell = () => {}) {
  /** @type {Held | undefined} */
  let heldRoom = JSON.parse(inTab.read(KEY) || "null") ?? undefined
  /** @type {string | undefined}  where the audience is to go next, if it is not on its way */
  let nextMove
  let isSending = false
  let lastSent = ""
  let number = -1 // number of the last move that this page knows
  /** @type {HTMLElement | undefined}  what the question is shown in */
  let stage
  /** @type {RoomBoard | undefined} */
  let board
  /** @type {HTMLElement | undefined}  says that the server has forgotten the room */
  let missing
  /** @type {ReturnType<typeof setTimeout> | undefined}  until a room that is back is known to have no question */
  let forgotten
  let refusedDeck = "" // the deck that the room refused because of an error
  const code = () => heldRoom?.code ?? ""
  const fetchJson = async (/** @type {string} */ path) => {
    const answer = await request("GET", path)
    return answer?.ok ? answer.json() : undefined
  }
  const question = openQuestion(code, () => fetchJson("/asked"))
  const deck = roomDeck(code, () => fetchJson("/script"))
  /** @type {RoomScreen | null}  of the room's deck, where the lecture is */
  let screen = null
  let leading = false // a move to another screen is under way, so this page does not send its own address
  const steps = stepsInTurn()
  const stream = listen({
    moved(address, at) {
      leading = false
      steps.hear("moved")
      const isFirst = number < 0 // a page that has just loaded keeps its address; its next move informs the others
      if (isSending || at <= number) return
      number = at
      if (address === lastSent) return
      lastSent = address
      if (!isFirst) travel({ ...parse(address), ...walked() })
    },
    asked,
    counted: (count) => board?.count(count),
    covered(how) {
      board?.cover(how)
      steps.hear("covered")
    },
    shown(now) {
      deck.hear(now)
      screen = now
      board?.shown(now)
      showScreen(document, screen)
    },
    ended: () => hold(undefined),
    gone,
  })

  /** @param {RoomPoll | null} poll */
  function asked(poll) {
    clearTimeout(forgotten)
    question.hear(poll)
    board?.hear(poll)
    steps.hear("asked")
  }

  /** Return the room's screen in this tab's deck, as keys of an address. @returns {Setup} */
  function walked() {
    const ownDeck = tabDeck()
    return ownDeck && screen && deck.given?.script === ownDeck.toml
      ? { script: ownDeck.id, screen: String(screen.number) }
      : {}
  }

  takeFromAddress()

  // A presenter's link has the secret behind "#". Remove it from the address bar, which the projector shows.
  function takeFromAddress() {
    const { room, driver: presenter } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)))
    if (!room || !presenter) return
    hold({ code: room, driver: presenter })
    history.replaceState(history.state, "", location.pathname + location.search)
  }

  /** @param {Held | undefined} room */
  function hold(room) {
    gone(false)
    if (room) keepRoom(room)
    else if (heldRoom) forgetRoom(heldRoom.code)
    heldRoom = room
    screen = null
    showScreen(document, screen)
    lastSent = ""
    number = -1
    inTab.write(KEY, room ? JSON.stringify(room) : "")
    board?.leave()
    document.querySelector(".join-corner")?.remove()
    board = undefined
    freeze(false)
    stream.close()
    if (stage) project(stage)
  }

  /**
   * Show or hide the note that the server has lost the room. The question stays on screen, and the room can be
   * reopened.
   * @param {boolean} is
   */
  function gone(is) {
    if (is === Boolean(missing)) return
    missing?.remove()
    missing = undefined
    if (!is) forgotten = setTimeout(() => asked(null), FORGOTTEN_IN)
    if (!is) board?.cover("")
    else if (!board?.open && question.open) board?.cover("black") // after a reload: hide what the question hid
    if (!is || !heldRoom) return
    missing = document.createElement("section")
    missing.className = "room-gone"
    missing.setAttribute("role", "alert")
    missing.innerHTML = goneHTML(heldRoom.code)
    missing.addEventListener("click", ({ target }) => {
      const { key } = /** @type {HTMLElement} */ (target).dataset
      if (key === "room_again") again()
      else if (key === "room_let_go") hold(undefined)
    })
    document.body.append(missing)
  }

  /** Reopen the lost room under the same code at this page's address. */
  function again() {
    if (heldRoom) openAgain([base, heldRoom.driver, lastSent, question.open, deck.given], stream.again, missing)
  }

  /** Show the room's questions above a page. @param {HTMLElement} root */
  function project(root) {
    stage = root
    for (const button of root.querySelectorAll("[data-key=room], [data-key=lecture_room]"))
      button.textContent = heldRoom ? say("web.room.code", { code: heldRoom.code }) : say("web.actions.room.text")
    if (!heldRoom || board?.element.isConnected) return
    board?.leave()
    document.querySelector(".join-corner")?.remove()
    const element = document.createElement("section")
    element.className = "room-ui board"
    const colourParts = () => {
      const scheme = isDark(stage ?? root) ? "dark" : "light" // of the current page, since `root` may have been replaced
      for (const part of [element, corner, board?.curtain]) if (part) part.style.colorScheme = scheme
    }
    document.body.append(element)
    const client = roomClient(new URL(`${roomURL()}/`))
    const corner = document.createElement("button")
    corner.type = "button"
    corner.className = "room-ui join-corner"
    corner.addEventListener("click", () => steps.take(() => cover("join")))
    document.body.append(corner)
    board = new RoomBoard(element, client, base, heldRoom.code, () => {
      if (board) corner.innerHTML = board.corner
      freeze(Boolean(board?.open))
      colourParts()
    })
    board.curtain.addEventListener("click", () => steps.take(() => cover("")))
    colourParts()
    stream.close()
    stream.open(roomURL("/events?screen=1"))
  }

  // Make the page below a question inert.
  function freeze(/** @type {boolean} */ is) {
    const page = document.getElementById("root")
    if (page) page.inert = is
  }

  /** Cover projectors with black ("black") or how to join ("join"), or uncover them (""). @param {string} how */
  const cover = async (how) =>
    (await request("PUT", "", JSON.stringify({ cover: how })))?.ok && board?.covered !== how ? "covered" : undefined

  // A remote works on every page: B and J cover the projector, and Page Down presses the primary button of the
  // presenter view.
  const onRemoteKey = (/** @type {KeyboardEvent} */ event) => {
    if (!heldRoom || !board || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]"))
      return
    const target = /** @type {Element} */ (event.composedPath()[0])
    if (target.matches?.("input:not([type=range], [type=radio], [type=checkbox]), select, textarea")) return
    const coverName = coverOf(event.key)
    const delta = { PageDown: 1, PageUp: -1 }[event.key]
    if (coverName) steps.take(() => cover(board?.covered === coverName ? "" : coverName))
    else if (delta && (board.open || (screen && !document.querySelector(".cnnviz.veiled"))))
      steps.take(() => press(delta))
    else if (!board.open) return
    event.stopPropagation() // the page under a question ignores all keys
    if (coverName || delta) event.preventDefault()
  }

  /**
   * Go forward or back with the question, or with the deck. A covered question is uncovered first.
   * @param {number} by
   * @returns {Promise<import("./turns.js").Announced | undefined>}
   */
  async function press(by) {
    if (!board?.open || (by < 0 && !board.covered)) return lead(by)
    if (board.covered) return cover("")
    const { poll } = board
    const results = poll?.phase === "shown" ? await fetchJson("/results") : undefined
    const nextAction = nextAct(poll, results)
    if (!poll || !isSame(poll, board.poll)) return // another device was faster
    if (nextAction === "next" && beyond(1)) return lead(1)
    const answer = await (nextAction === "next"
      ? request("DELETE", "/question")
      : request("PUT", "/question", JSON.stringify({ act: nextAction })))
    if (answer?.status === 404) return lead(by) // the question has just ended
    return answer?.ok ? "asked" : undefined // after a failed request the presenter presses again
  }

  const onClick = (/** @type {MouseEvent} */ event) => {
    const key = /** @type {HTMLElement} */ (event.target).closest?.("button")?.dataset.key ?? ""
    const step = { screen_next: 1, screen_back: -1 }[key]
    if (!step || !screen) return
    event.stopPropagation()
    steps.take(() => lead(step))
  }
  document.addEventListener(
    "keydown",
    (event) => (event.repeat ? board?.open && event.stopPropagation() : onRemoteKey(event)),
    {
      capture: true,
    },
  )
  document.addEventListener("click", onClick, { capture: true })

  /** The number of the screen `by` screens away, or undefined if there is none. @param {number} by */
  function beyond(by) {
    const number = (screen?.number ?? 0) + by
    return screen && number >= 1 && number <= screen.count ? number : undefined
  }

  /**
   * Lead the audience to another screen of the deck.
   * @param {number} by
   * @returns {Promise<import("./turns.js").Announced | undefined>}
   */
  async function lead(by) {
    const number = beyond(by)
    if (!number) return undefined
    leading = true
    const answer = await request("PUT", "", JSON.stringify({ screen: number }))
    if (answer?.ok) return "moved"
    leading = false // the presenter presses again
    return undefined
  }

  const roomURL = (path = "") => new URL(`room${heldRoom ? `/${heldRoom.code}` : ""}${path}`, base).href

  /**
   * Send a request with the secret. Return undefined if the server is unreachable.
   * @param {string} method
   * @param {string} [path]
   * @param {string} [body]
   */
  const request = (method, path, body) =>
    fetch(roomURL(path), { method, headers: { Authorization: `Bearer ${heldRoom?.driver}` }, body }).catch(
      () => undefined,
    )

  /**
   * Lead the audience to a screen of this page's deck, and give the room that deck first.
   * @param {Setup} lesson
   */
  async function walk({ script: id = "", screen: at = "" }) {
    const text = textOf(id)
    const isKnown = deck.given?.script === text
    leading = true
    const answer = await request(
      "PUT",
      "",
      JSON.stringify({ ...(!isKnown && { script: text }), screen: Number(at) || 1 }),
    )
    leading = false
    if (answer?.ok) return void deck.gave(text)
    if (!answer || answer.status === 404) return
    refusedDeck = text
    tell(say("web.room.script_refused", { why: (await answer.json().catch(() => ({}))).sentence ?? "" }))
  }

  /** Return the text of this tab's deck, or the id of a deck that the server knows. @param {string} id */
  const textOf = (id) => (tabDeck()?.id === id ? (tabDeck()?.toml ?? id) : id)

  /**
   * Move the audience to an address.
   * @param {string} page
   * @param {Setup} setup
   * @param {boolean} [veiled]  with the newest numbers hidden
   */
  function drive(page, setup, veiled) {
    const address = addressOf(page, setup, veiled)
    if (!heldRoom || leading) return
    const { script: id = "", screen: at = "" } = setup
    const text = id && textOf(id)
    if (text && number < 0) return // after a reload, the room's own address takes precedence
    if (
      text
      && !missing
      && refusedDeck !== text
      && (deck.given?.script !== text || screen?.number !== (Number(at) || 1))
    )
      return void walk({ script: id, screen: at })
    if (address === lastSent || (page === "learn" && setup.lesson === tabDeck()?.id)) return // followers do not know the questions of this tab's deck
    lastSent = address
    if (missing) return // the room is reopened at this address
    nextMove = address
    send()
  }

  // Send one move at a time. A newer move replaces a waiting one.
  async function send() {
    if (isSending) return
    isSending = true
    while (heldRoom && nextMove !== undefined) {
      const body = nextMove
      nextMove = undefined
      const answer = await request("PUT", "", body)
      if (answer?.status === 403) hold(undefined)
      else if (answer?.status === 404) gone(true)
      else if (!answer?.ok) {
        nextMove ??= body
        await new Promise((resolve) => setTimeout(resolve, AGAIN_IN))
      } else number = (await answer.json()).number
    }
    isSending = false
  }

  /**
   * Show the room's dialog, which asks first if there is no room.
   * @param {HTMLElement} root
   * @param {string} page
   * @param {Setup} setup
   */
  async function show(root, page, setup) {
    if (!heldRoom) return ask(root, page, setup)
    const dialog = openFrame(root, "room", say("web.room.join"), html`<p role="status">${say("web.dialog.coming")}</p>`)
    const status = await look()
    if (!status) return missing ? dialog.close() : fail(dialog)
    fill(dialog, status)
  }

  /**
   * Ask whether to open a room, and describe what followers will see.
   * @param {HTMLElement} root
   * @param {string} page
   * @param {Setup} setup
   */
  function ask(root, page, setup) {
    const previousRoom = keptRooms()[0]
    const dialog = openFrame(
      root,
      "room",
      say("web.room.open_title"),
      html`<p>${say("web.room.open_sees")}</p><p>${say("web.room.open_end")}</p>
      <p class="choices"><button type="button" class="primary" data-key="room_open">${say("web.room.open")}</button></p>
      ${previousRoom ? html`<p class="choices"><button type="button" data-key="room_resume">${say("web.room.resume", { code: previousRoom.code })}</button></p>` : ""}`,
    )
    const opens = async (/** @type {string} */ presenter) => {
      if (!(await open(dialog, root, page, setup, presenter))) return
      dialog.close()
      show(root, page, setup)
    }
    dialog.body.addEventListener("click", ({ target }) => {
      const button = /** @type {Element} */ (target).closest("button")
      const { key } = button?.dataset ?? {}
      if (key !== "room_open" && key !== "room_resume") return
      for (const control of dialog.body.querySelectorAll("button")) control.disabled = true // prevents a second room
      opens(key === "room_resume" ? previousRoom.driver : "")
    })
    dialog.body.querySelector(/** @type {"button"} */ ("[data-key=room_open]"))?.focus()
  }

  /**
   * Open a new room, or reopen the one of that presenter. Return whether it is open.
   * @param {Dialog} dialog
   * @param {HTMLElement} root
   * @param {string} page
   * @param {Setup} setup
   * @param {string} [presenter]
   */
  async function open(dialog, root, page, setup, presenter = "") {
    const query = addressOf(page, setup)
    const { script: id = "", screen: at = "1" } = setup
    const openingScreen = id && !presenter ? { script: textOf(id), screen: Number(at) || 1 } : undefined
    const isReopened = openingScreen && (await openRoom(base, presenter, query, undefined, openingScreen)) // succeeds if the server knows the deck
    const { room, sentence } = isReopened?.room ? isReopened : await openRoom(base, presenter, query)
    if (!room) fail(dialog, sentence)
    else {
      hold(room)
      if (!presenter) number = 0 // later moves come from other devices
      if (openingScreen && isReopened?.room) deck.gave(openingScreen.script)
      project(root)
      lastSent = isReopened?.room ? "" : query
    }
    return Boolean(room)
  }

  /** @param {Dialog} dialog @param {string} [sentence] */
  const fail = (dialog, sentence = say("web.notice.silent")) => dialog.draw(html`<p role="alert">${sentence}</p>`)

  /** @returns {Promise<{ link: string, followers: number } | undefined>} */
  async function look() {
    const answer = await fetch(roomURL()).catch(() => undefined)
    if (answer?.status === 404) gone(true)
    return answer?.ok ? answer.json().catch(() => undefined) : undefined
  }

  /**
   * @param {Dialog} dialog
   * @param {{ link: string, followers: number }} found
   */
  function fill(dialog, found) {
    const { code, driver: presenter } = /** @type {Held} */ (heldRoom)
    const presenterLink = `${base.href}#room=${code}&driver=${presenter}`
    const content = `<img class="qr" src="${roomURL("/qr.svg")}" alt="${escapeHtml(say("web.room.qr", { link: found.link }))}">
      <p class="code">${escapeHtml(code)}</p><p><a href="${escapeHtml(found.link)}" target="_blank" rel="noopener">${escapeHtml(found.link)}</a></p>
      <p class="count" role="status"></p>
      <p class="choices"><button type="button" data-key="room_cockpit">${say("web.room.cockpit")}</button></p>
      <p class="choices"><button type="button" data-key="room_driver">${say("web.room.driver")}</button>
      <button type="button" data-key="room_end">${say("web.room.end")}</button></p>`
    dialog.draw(html`${markup(content)}`)
    const count = /** @type {HTMLElement} */ (dialog.body.querySelector(".count"))
    const showCount = (/** @type {number} */ n) => (count.textContent = followerCountText(n))
    showCount(found.followers)
    const timer = setInterval(async () => {
      if (dialog.closed.aborted || missing) return clearInterval(timer)
      const currentState = await look()
      if (currentState) showCount(currentState.followers)
    }, LOOK_EVERY)
    // Not a link, since browsers show its address. The presenter view finds the secret in this browser's storage, if
    // that works.
    const onPress = (/** @type {string} */ key, /** @type {(button: HTMLElement) => unknown} */ act) => {
      const button = /** @type {HTMLElement | null} */ (dialog.body.querySelector(`[data-key=room_${key}]`))
      button?.addEventListener("click", () => act(button))
    }
    onPress("cockpit", () => {
      const secret = keptRooms().some((room) => room.code === code) ? "" : `#driver=${presenter}`
      window.open(roomURL(`/cockpit?lang=${LANG}`) + secret, "_blank", "noopener")
    })
    onPress("driver", (button) => copyLink(button, say("web.room.driver"), presenterLink))

    onPress("end", async () => {
      await request("DELETE")
      hold(undefined)
      dialog.close()
    })
  }
  /**
   * Record an address as the room's, since another device moved it there.
   * @param {string} page
   * @param {Setup} setup
   * @param {boolean} [veiled]
   */
  function arrived(page, setup, veiled) {
    lastSent = addressOf(page, setup, veiled)
    showScreen(document, screen)
  }
  return { drive, arrived, show, project, isHeld: () => heldRoom !== undefined }
}

/**
 * Return the address to send to followers: the setup's query, its page, and whether the newest numbers are hidden. It lacks
 * the language, which each follower chooses, and the deck, which they get from the room.
 * @param {string} page
 * @param {Setup} setup
 * @param {boolean} [veiled]
 */
export const addressOf = (page, setup, veiled) =>
  query({
    ...(page && { page }),
    ...ownKeys(setup),
    lang: "",
    script: "",
    screen: "",
    veiled: veiled ? "1" : "",
  }).slice(1)
