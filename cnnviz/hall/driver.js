// A room's driver: opens it, and has the hall go wherever this page goes. The secret stays in this browser.

import { isDark } from "../view/draw/theme.js"
import { givenScript } from "../view/given_script.js"
import { own, parse, query } from "../view/model/address.js"
import { escaped } from "../view/model/format.js"
import { inTab } from "../view/model/storage.js"
import { say } from "../view/model/words.js"
import { openFrame } from "../view/regions/dialog.js"
import { copyLink, html, markup } from "../view/regions/html.js"
import { LANG } from "../view/spec.js"
import { HallBoard } from "./board.js"
import { listen } from "./events.js"
import {
  forgetRoom,
  goneHTML,
  keepRoom,
  keptRooms,
  openAgain,
  openQuestion,
  openRoom,
  roomScript,
} from "./kept_rooms.js"
import { followed, nextAct } from "./question.js"
import { hall } from "./requests.js"
import { showScreen } from "./screen_bar.js"

/** @import { Held } from "./kept_rooms.js" */
/** @import { Dialog, HallScreen, Lesson } from "../view/types/view.js" */

const KEY = "cnnviz.room"
const LOOK_EVERY = 3000 // milliseconds between two looks at how many follow
const AGAIN_IN = 1000

/**
 * @param {URL} base  where the pages stand
 * @param {(lesson: Lesson) => void} [travel]  goes where another device has driven the room to
 */
export function roomDriver(base, travel = () => {}) {
  /** @type {Held | undefined} */
  let held = JSON.parse(inTab.read(KEY) || "null") ?? undefined
  /** @type {string | undefined}  where the hall is to go next, if it is not on its way */
  let next
  let sending = false
  let last = ""
  let number = -1 // of the last move that is known here
  /** @type {HTMLElement | undefined}  what the question is shown in */
  let stage
  /** @type {HallBoard | undefined} */
  let board
  /** @type {HTMLElement | undefined}  says that the server has forgotten the room */
  let missing
  const code = () => held?.code ?? ""
  const told = async (/** @type {string} */ path) => {
    const answer = await request("GET", path)
    return answer?.ok ? answer.json() : undefined
  }
  const question = openQuestion(code, () => told("/asked"))
  const script = roomScript(code, () => told("/script"))
  /** @type {HallScreen | null}  of the room's script, where the lecture is */
  let screen = null
  let leading = false // to another screen: until it is there this page says nothing of where it is
  const stream = listen({
    moved(address, at) {
      leading = false
      const first = number < 0 // this page is where it is, and its next move will tell the others
      if (sending || at <= number) return
      number = at
      if (first || address === last) return
      last = address
      travel(parse(address))
    },
    asked(poll) {
      question.hear(poll)
      board?.hear(poll)
    },
    counted: (count) => board?.count(count),
    covered: (how) => board?.cover(how),
    shown(now) {
      script.hear(now)
      screen = now
      showScreen(document, screen)
    },
    ended: () => hold(undefined),
    gone,
  })

  takeFromAddress()

  // A driver's link holds the secret behind "#": it leaves the address bar, which is on the projector.
  function takeFromAddress() {
    const { room, driver } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)))
    if (!room || !driver) return
    hold({ code: room, driver })
    history.replaceState(history.state, "", location.pathname + location.search)
  }

  /** @param {Held | undefined} room */
  function hold(room) {
    gone(false)
    if (room) keepRoom(room)
    else if (held) forgetRoom(held.code)
    held = room
    screen = null
    showScreen(document, screen)
    last = ""
    number = -1
    inTab.write(KEY, room ? JSON.stringify(room) : "")
    board?.leave()
    document.querySelector(".join-corner")?.remove()
    board = undefined
    cover(false)
    stream.close()
    if (stage) project(stage)
  }

  /** The server has forgotten the room, or has it again: nothing covers the page, and it can be opened again. @param {boolean} is */
  function gone(is) {
    if (is === Boolean(missing)) return
    missing?.remove()
    missing = undefined
    if (!is || !held) return
    board?.hear(null)
    missing = document.createElement("section")
    missing.className = "room-gone"
    missing.setAttribute("role", "alert")
    missing.innerHTML = goneHTML(held.code)
    missing.addEventListener("click", ({ target }) => {
      const { key } = /** @type {HTMLElement} */ (target).dataset
      if (key === "room_again") again()
      else if (key === "room_let_go") hold(undefined)
    })
    document.body.append(missing)
  }

  /** Opens the room that is gone under its code, where this page is now. */
  function again() {
    if (held) openAgain([base, held.driver, last, question.open, script.given], stream.again, missing)
  }

  /** Has the room's questions shown over a page. @param {HTMLElement} root */
  function project(root) {
    stage = root
    const button = root.querySelector("[data-key=room]")
    if (button) button.textContent = held ? say("web.room.code", { code: held.code }) : say("web.actions.room.text")
    if (!held || board?.element.isConnected) return
    board?.leave()
    document.querySelector(".join-corner")?.remove()
    const element = document.createElement("section")
    element.className = "hall board"
    element.style.colorScheme = isDark(root) ? "dark" : "light"
    document.body.append(element)
    const asking = hall(new URL(`${at()}/`))
    const corner = document.createElement("button")
    corner.type = "button"
    corner.className = "hall join-corner"
    corner.addEventListener("click", () => board?.join(true))
    document.body.append(corner)
    board = new HallBoard(element, asking, base, held.code, () => {
      if (board) corner.innerHTML = board.corner
      corner.style.colorScheme = isDark(root) ? "dark" : "light"
      cover(Boolean(board?.open))
      element.style.colorScheme = isDark(root) ? "dark" : "light"
    })
    stream.close()
    stream.open(at("/events?screen=1"))
  }

  // The page under a question stays as it is.
  function cover(/** @type {boolean} */ is) {
    const page = document.getElementById("root")
    if (page) page.inert = is
  }

  // No key reaches it either; but a presenter's remote goes on with the question, as the private screen does.
  document.addEventListener("keydown", (event) => {
    if (!board?.open) return
    event.stopPropagation()
    if (!["PageDown", "PageUp"].includes(event.key) || event.repeat) return
    event.preventDefault()
    if (event.key === "PageUp") return void lead(-1)
    const act = nextAct(board.poll)
    if (act === "next" && lead(1)) return
    act === "next" ? request("DELETE", "/question") : request("PUT", "/question", JSON.stringify({ act })) // unheard, it is pressed again
  })

  // In a script the keys of the remote, and its buttons, lead the hall from screen to screen; what hides numbers shows them before.
  const turned = (/** @type {KeyboardEvent} */ event) => {
    const by = { PageDown: 1, PageUp: -1 }[event.key]
    if (!by || event.repeat || board?.open || !screen || document.querySelector("dialog[open], .cnnviz.veiled")) return
    event.preventDefault()
    event.stopPropagation()
    lead(by)
  }
  const clicked = (/** @type {MouseEvent} */ event) => {
    const key = /** @type {HTMLElement} */ (event.target).closest?.("button")?.dataset.key ?? ""
    const by = { screen_next: 1, screen_back: -1 }[key]
    if (!by || !screen) return
    event.stopPropagation()
    lead(by)
  }
  document.addEventListener("keydown", turned, { capture: true })
  document.addEventListener("click", clicked, { capture: true })

  /** Leads the hall to another screen of the script; whether there is one. @param {number} by */
  function lead(by) {
    const number = (screen?.number ?? 0) + by
    if (!screen || number < 1 || number > screen.count) return false
    leading = true
    request("PUT", "", JSON.stringify({ screen: number })).then((answer) => {
      if (!answer?.ok) leading = false // pressed again
    })
    return true
  }

  const at = (path = "") => new URL(`room${held ? `/${held.code}` : ""}${path}`, base).href

  /** Asks the server, by the secret; undefined where it is out of reach. @param {string} method @param {string} [path] @param {string} [body] */
  const request = (method, path, body) =>
    fetch(at(path), { method, headers: { Authorization: `Bearer ${held?.driver}` }, body }).catch(() => undefined)

  /** Has the hall go there. @param {string} page @param {Lesson} lesson @param {boolean} [veiled]  with the newest numbers hidden */
  function drive(page, lesson, veiled) {
    const address = addressOf(page, lesson, veiled)
    if (!held || leading || address === last) return
    last = address
    if (missing) return // it is opened again there
    next = address
    send()
  }

  // One at a time: what comes meanwhile replaces what was waiting.
  async function send() {
    if (sending) return
    sending = true
    while (held && next !== undefined) {
      const body = next
      next = undefined
      const answer = await request("PUT", "", body)
      if (answer?.status === 403) hold(undefined)
      else if (answer?.status === 404) gone(true)
      else if (!answer?.ok) {
        next ??= body
        await new Promise((resolve) => setTimeout(resolve, AGAIN_IN))
      } else number = (await answer.json()).number
    }
    sending = false
  }

  /** The dialog: opens a room if there is none. @param {HTMLElement} root @param {string} page @param {Lesson} lesson */
  async function show(root, page, lesson) {
    const dialog = openFrame(root, "room", say("web.room.join"), html`<p role="status">${say("web.dialog.coming")}</p>`)
    const query = addressOf(page, lesson)
    if (!held && !(await open(dialog, root, query))) return
    const found = await look()
    if (!found) return missing ? dialog.close() : fail(dialog)
    fill(dialog, found, async (driver) => {
      if (!found.followers) await request("DELETE") // it was opened a moment ago, by the same click
      hold(undefined)
      if (!(await open(dialog, root, query, driver))) return
      dialog.close()
      show(root, page, lesson)
    })
  }

  /**
   * A new room, or the one of that driver; whether there is one now.
   * @param {Dialog} dialog
   * @param {HTMLElement} root
   * @param {string} query
   * @param {string} [driver]
   */
  async function open(dialog, root, query, driver = "") {
    const { script: id = "", screen: at = "1" } = parse(query)
    const made = givenScript()
    const script = made?.id === id ? made.toml : id
    const fresh = id && !driver ? { script, screen: Number(at) || 1 } : undefined
    const given = fresh && (await openRoom(base, driver, query, undefined, fresh)) // where the server knows it
    const { room, sentence } = given?.room ? given : await openRoom(base, driver, query)
    if (!room) fail(dialog, sentence)
    else {
      hold(room)
      if (!driver) number = 0 // whatever comes now is somebody's move
      project(root)
      last = given?.room ? "" : query
    }
    return Boolean(room)
  }

  /** @param {Dialog} dialog @param {string} [sentence] */
  const fail = (dialog, sentence = say("web.notice.silent")) => dialog.draw(html`<p role="alert">${sentence}</p>`)

  /** @returns {Promise<{ link: string, followers: number } | undefined>} */
  async function look() {
    const answer = await fetch(at()).catch(() => undefined)
    if (answer?.status === 404) gone(true)
    return answer?.ok ? answer.json().catch(() => undefined) : undefined
  }

  /**
   * @param {Dialog} dialog
   * @param {{ link: string, followers: number }} found
   * @param {(driver: string) => void} resume  goes back to a room that was opened before
   */
  function fill(dialog, found, resume) {
    const { code, driver } = /** @type {Held} */ (held)
    const before = keptRooms().find((room) => room.code !== code)
    const driving = `${base.href}#room=${code}&driver=${driver}`
    const content = `<img class="qr" src="${at("/qr.svg")}" alt="${escaped(say("web.room.qr", { link: found.link }))}">
      <p class="code">${escaped(code)}</p><p><a href="${escaped(found.link)}" target="_blank" rel="noopener">${escaped(found.link)}</a></p>
      <p class="count" role="status"></p>
      <p class="choices"><button type="button" data-key="room_cockpit">${say("web.room.cockpit")}</button></p>
      <p class="choices"><button type="button" data-key="room_driver">${say("web.room.driver")}</button>
      <button type="button" data-key="room_end">${say("web.room.end")}</button></p>
      ${before ? `<p class="choices"><button type="button" data-key="room_resume">${say("web.room.resume", { code: escaped(before.code) })}</button></p>` : ""}`
    dialog.draw(html`${markup(content)}`)
    const count = /** @type {HTMLElement} */ (dialog.body.querySelector(".count"))
    const tell = (/** @type {number} */ n) => (count.textContent = followed(n))
    tell(found.followers)
    const timer = setInterval(async () => {
      if (dialog.closed.aborted || missing) return clearInterval(timer)
      const now = await look()
      if (now) tell(now.followers)
    }, LOOK_EVERY)
    // No link, whose address would stand on the projector: the screen finds the secret in this browser, if it keeps anything.
    const on = (/** @type {string} */ key, /** @type {(button: HTMLElement) => unknown} */ act) => {
      const button = /** @type {HTMLElement | null} */ (dialog.body.querySelector(`[data-key=room_${key}]`))
      button?.addEventListener("click", () => act(button))
    }
    on("cockpit", () => {
      const secret = keptRooms().some((room) => room.code === code) ? "" : `#driver=${driver}`
      window.open(at(`/cockpit?lang=${LANG}`) + secret, "_blank", "noopener")
    })
    on("driver", (button) => copyLink(button, say("web.room.driver"), driving))
    on("resume", () => before && resume(before.driver))
    on("end", async () => {
      await request("DELETE")
      hold(undefined)
      dialog.close()
    })
  }
  /** Takes an address as where the room is, since somebody else drove it there. @param {string} page @param {Lesson} lesson @param {boolean} [veiled] */
  function arrived(page, lesson, veiled) {
    last = addressOf(page, lesson, veiled)
    showScreen(document, screen)
  }
  return { drive, arrived, show, project, isHeld: () => held !== undefined }
}

/**
 * What travels: a lesson's query, the page that shows it, and whether its newest numbers are hidden; the hall reads in languages of its own.
 * @param {string} page
 * @param {Lesson} lesson
 * @param {boolean} [veiled]
 */
export const addressOf = (page, lesson, veiled) =>
  query({ ...(page && { page }), ...own(lesson), lang: "", veiled: veiled ? "1" : "" }).slice(1)
