// Entry module of the presenter view, which controls the room and its questions with the secret behind "#".

import { fillPreview } from "../pages/step/next_stage.js"
import { readPreference } from "../view/controls/preferences.js"
import { save as saveFile } from "../view/draw/picture.js"
import { isDark } from "../view/draw/theme.js"
import { darken } from "../view/model/numbers/colour.js"
import { escapeHtml } from "../view/model/numbers/format.js"
import { Numbers } from "../view/model/numbers/numbers.js"
import { COMPUTED, parse, query } from "../view/model/state/address.js"
import { inTab } from "../view/model/storage.js"
import { say } from "../view/model/words.js"
import { Resources } from "../view/resources.js"
import { copyLink, render } from "../view/shell/html.js"
import { CODE, LANG } from "../view/spec.js"
import { listen } from "./events.js"
import { spotHTML, spotOf } from "./impromptu_form.js"
import { goneHTML, keepRoom, keptRooms, openAgain, openQuestion, roomDeck } from "./kept_rooms.js"
import { ACTS, COVERS, comingOf, fillClock, fillPresenterView, presenterHTML } from "./presenter_panels.js"
import { Previews } from "./preview_pictures.js"
import { endOf, leftUntil, nextAct, possibleActions } from "./question.js"
import { roomClient } from "./requests.js"
import { paintResults } from "./results.js"
import { stepsInTurn } from "./turns.js"

/** @import { Seen } from "./presenter_panels.js" */
/** @import { Announced } from "./turns.js" */

const LOOK_EVERY = 1000
const WRITTEN = "[name=ask], [name=answers], [name=key], [name=tolerance]" // free text of an impromptu question

/** Show the presenter view of the room in the page's address. */
export default function show() {
  const root = /** @type {HTMLElement} */ (document.querySelector(".presenter-view"))
  const path = location.pathname.replace(/\/cockpit$/, "")
  const room = new URL(`${path}/`, location.href)
  const code = path.split("/").at(-1) ?? ""
  const presenter = takeSecret(code)
  if (!presenter) {
    root.innerHTML = `<p class="needs">${say("web.cockpit.needs")}</p>`
    return
  }
  const client = roomClient(room)
  const times = clockOf(code)
  /** @type {Seen} */
  const roomState = {
    code,
    poll: null,
    question: undefined,
    results: undefined,
    steps: undefined,
    since: times.since,
    count: { votes: 0, followers: 0, alone: 0, lost: 0 },
    left: null,
    veiled: false,
    began: times.began,
    cover: "",
    picture: (query) => previews.pictures.get(query) ?? "",
  }
  let where = ""
  let ends = 0
  let spot = "largest"
  let isGone = false // the server no longer has the room
  const inTurn = stepsInTurn()
  const own = () => code
  const question = openQuestion(own, () => ask("GET", "asked"))
  const deck = roomDeck(own, () => ask("GET", "script"))
  let pinnedCell = "" // the pinned cell, as in the address
  darken(isDark(root))
  const projector = new URL(`screen?lang=${LANG}`, room).href
  root.innerHTML = presenterHTML(projector, `${projector}&preview=1`)
  const [, frame] = root.querySelectorAll("iframe")
  const previews = new Previews(frame, () => fill())

  /**
   * Send a request with the secret, and show the message if it is refused.
   * @param {string} method
   * @param {string} to
   * @param {unknown} [body]
   */
  async function ask(method, to, body) {
    const answer = await fetch(new URL(to, room), {
      method,
      headers: { Authorization: `Bearer ${presenter}` },
      body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
    }).catch(() => undefined)
    const content = answer?.status === 204 ? {} : await answer?.json().catch(() => undefined)
    const wrong = root.querySelector(".wrong")
    if (wrong && method !== "GET") wrong.textContent = answer?.ok ? "" : (content?.sentence ?? say("web.notice.silent"))
    return answer?.ok ? content : undefined
  }

  function fill() {
    roomState.left = leftUntil(ends, roomState.poll)
    fillPresenterView(root, roomState)
    if (roomState.results) paintResults(root, roomState.results)
  }

  /** @param {boolean} [quietly] */
  async function look(quietly) {
    const { poll } = roomState
    if (!poll || poll.kind === "experiment") return fill()
    roomState.question = await client.question(poll.number)
    const results = await ask("GET", `results?lang=${LANG}`)
    if (roomState.poll === poll && results) roomState.results = results
    if (!quietly || results) fill()
  }

  async function steps() {
    const response = await ask("GET", `steps?lang=${LANG}`)
    if (!response) return
    const previousSymbols = JSON.stringify(roomState.steps?.maps.map(({ symbol }) => symbol))
    roomState.steps = response
    const form = root.querySelector(".spot")
    if (form && previousSymbols !== JSON.stringify(roomState.steps?.maps.map(({ symbol }) => symbol))) {
      const words = [...form.querySelectorAll(/** @type {"input"} */ (WRITTEN))].map(({ value }) => value)
      form.innerHTML = spotHTML(response, spot, pinnedCell) // the list of maps has changed; keep the texts
      for (const [n, field] of form.querySelectorAll(/** @type {"input"} */ (WRITTEN)).entries()) field.value = words[n]
    }
    fill()
    const nextScreen = comingOf(response)
    previews.show(response.steps, nextScreen?.query)
    const nextStage = nextScreen ? undefined : beyond("stage_next")
    if (nextStage) nextResources.ask("step", nextStage, COMPUTED)
    else render("", /** @type {HTMLElement} */ (root.querySelector(".coming")))
  }

  const base = new URL(path.slice(0, path.lastIndexOf("/room/") + 1), location.href)
  const nextResources = new Resources(base, CODE, {
    received(answer, { stage = "" }) {
      const container = root.querySelector(/** @type {"div"} */ (".coming"))
      const numbers = new Numbers(/** @type {import("../view/model/numbers/numbers.js").StepAnswer} */ (answer))
      if (container && numbers.said[stage]) fillPreview(container, numbers, stage)
    },
    failed() {}, // the lecture goes on without the preview
    shown: () => undefined,
  })

  // ---- actions

  /**
   * Take an action; without a name the primary one.
   * @param {string} [name]
   * @returns {Promise<Announced | undefined>}
   */
  async function turn(name) {
    const { poll } = roomState
    if (!name && poll?.phase === "shown" && !roomState.results) await look()
    const action = name ?? (nextAct(poll, roomState.results) || "next")
    if (action === "next") return next()
    if (!possibleActions(poll, roomState.question)[/** @type {"close"} */ (action)]) return undefined
    return (await ask("PUT", `question?lang=${LANG}`, { act: action })) && "asked"
  }

  /** @returns {Promise<Announced | undefined>} */
  async function next() {
    const { poll } = roomState
    const screenAfter = comingOf(roomState.steps)
    if (screenAfter) return goTo(screenAfter.number)
    if (!poll)
      return roomState.veiled
        ? (await ask("PUT", `../${code}`, query({ ...parse(where), veiled: "" }).slice(1))) && "moved"
        : move("stage_next")
    if (poll.phase === "open" && !confirm(say("web.cockpit.still_open"))) return undefined
    return (await ask("DELETE", "question")) && "asked"
  }

  /** Lead to another screen of the deck. @param {number} number @returns {Promise<Announced | undefined>} */
  async function goTo(number) {
    if (
      roomState.poll?.phase === "open"
      && roomState.poll.kind !== "experiment"
      && !confirm(say("web.cockpit.still_open"))
    )
      return undefined
    return (await ask("PUT", `../${code}?lang=${LANG}`, { screen: number })) && "moved"
  }

  /** @param {Record<string, unknown>} question @returns {Promise<Announced | undefined>} */
  async function pose(question) {
    if (roomState.poll?.phase === "open" && !confirm(say("web.cockpit.still_open"))) return undefined
    return (await ask("PUT", `question?lang=${LANG}`, question)) && "asked"
  }

  /**
   * Cover projectors, or uncover them if they are covered in this way.
   * @param {string} how
   * @returns {Promise<Announced | undefined>}
   */
  const cover = async (how) =>
    (await ask("PUT", `../${code}?lang=${LANG}`, { cover: roomState.cover === how ? "" : how })) && "covered"

  /** Download all answers so far. */
  async function save() {
    const answer = await fetch(new URL(`results.csv?lang=${LANG}`, room), {
      headers: { Authorization: `Bearer ${presenter}` },
    }).catch(() => undefined)
    if (!answer?.ok) return
    saveFile(await answer.blob(), `room-${code}.csv`)
  }

  /**
   * Return the setup one stage or update away from the room's current one, or undefined before the start.
   * @param {string} way
   */
  function beyond(way) {
    if (!roomState.steps) return undefined
    const currentAddress = parse(where)
    const stages = roomState.steps.stages.map(([symbol]) => symbol)
    const delta = way.endsWith("_next") ? 1 : -1
    let k = Number(currentAddress.k ?? 0)
    let stageIndex = stages.indexOf(currentAddress.stage ?? roomState.steps.stage)
    if (way.startsWith("stage")) stageIndex += delta
    else k += delta
    if (stageIndex >= stages.length) [k, stageIndex] = [k + 1, 0]
    if (stageIndex < 0) [k, stageIndex] = [k - 1, stages.length - 1]
    const stage = stages[stageIndex] ?? "x"
    const hidesNext = currentAddress.predict === "1" || (currentAddress.hide === "1" && way === "stage_next")
    const veilKey = hidesNext && delta > 0 && stage !== "x" ? "1" : "" // as on the presenter's own page (view/model/state/state.js)
    return k < 0 ? undefined : { ...currentAddress, cell: "", k: String(k), stage, veiled: veilKey }
  }

  /** @param {string} way @returns {Promise<Announced | undefined>} */
  async function move(way) {
    const targetAddress = beyond(way)
    return targetAddress && (await ask("PUT", `../${code}`, query(targetAddress).slice(1))) && "moved"
  }

  root.addEventListener("click", ({ target }) => {
    const button = /** @type {Element} */ (target).closest("button")
    const { act, screen, drive, key, cover: how } = button?.dataset ?? {}
    if (key === "room_again")
      openAgain([base, presenter, where, question.open, deck.given], stream.again, root.querySelector(".room-gone"))
    else if (act) inTurn.take(() => turn(act))
    else if (screen) inTurn.take(() => goTo(Number(screen)))
    else if (drive) inTurn.take(() => move(drive))
    else if (how) inTurn.take(() => cover(how))
    else if (key === "cockpit_save") save()
    else if (key === "cockpit_link" && button)
      copyLink(button, say("web.room.driver"), `${location.href.split("#")[0]}#driver=${presenter}`)
  })
  root.addEventListener("change", ({ target }) => {
    const field = /** @type {HTMLSelectElement} */ (target)
    if (field.dataset.key === "cockpit_explore") ask("PUT", `../${code}?lang=${LANG}`, { explore: field.value })
    else if (field.dataset.key === "cockpit_script") {
      if (field.value) ask("PUT", `../${code}?lang=${LANG}`, { script: field.value }).then(steps)
    } else if (field.name === "spot") {
      spot = field.value
      const form = root.querySelector(".spot")
      if (form) form.innerHTML = spotHTML(roomState.steps, spot, pinnedCell)
      root.querySelector(/** @type {"select"} */ ("[name=spot]"))?.focus()
    }
  })
  root.addEventListener("submit", (event) => {
    event.preventDefault()
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target))
    inTurn.take(() => pose(spotOf(form)))
  })
  addEventListener("keydown", (event) => {
    if (isGone) return
    const { target, key, ctrlKey, metaKey, altKey, shiftKey } = event
    if (ctrlKey || metaKey || altKey || /** @type {Element} */ (target).matches("input, select, textarea")) return
    if (key === " " && /** @type {Element} */ (target).matches("button, a")) return
    if (readPreference("single_keys") === "off" && key.length === 1 && key !== " ") return // dictation software sends single letters, too
    const name = key === " " ? "SPACE" : key.toUpperCase()
    const isForward = name === "PAGEDOWN" || name === "SPACE"
    const namedAction = ACTS.find(([, own]) => own === name)?.[0]
    const namedCover = COVERS.find(([, own]) => own === name)?.[0]
    const direction = { ArrowRight: "next", ArrowLeft: "back" }[key]
    const step = isForward
      ? () => (roomState.cover && roomState.poll ? cover(roomState.cover) : turn()) // uncover the question first
      : namedAction
        ? () => turn(namedAction)
        : namedCover
          ? () => cover(namedCover)
          : direction && (() => move(`${shiftKey ? "update" : "stage"}_${direction}`))
    if (!step) return
    if (!event.repeat) inTurn.take(step)
    event.preventDefault()
  })

  fill()
  const form = root.querySelector(".spot")
  if (form) form.innerHTML = spotHTML(undefined, spot, pinnedCell)
  const stream = listen({
    moved(address) {
      where = address
      const parsedAddress = parse(address)
      pinnedCell = parsedAddress.cell ?? ""
      roomState.veiled = parsedAddress.veiled === "1"
      steps().then(() => inTurn.hear("moved"))
    },
    allowed(how) {
      const field = root.querySelector(/** @type {"select"} */ ("[data-key=cockpit_explore]"))
      if (field) field.value = how
    },
    covered(how) {
      roomState.cover = how
      fill()
      inTurn.hear("covered")
    },
    shown(screen) {
      if (screen && !deck.given) for (const details of root.querySelectorAll("details")) details.open = false // makes room for the deck's screens
      deck.hear(screen)
      roomState.since = times.shown(screen?.number ?? 0)
      steps()
    },
    asked(poll) {
      question.hear(poll)
      roomState.poll = poll
      ends = endOf(poll)
      roomState.question = roomState.results = undefined
      look().then(() => inTurn.hear("asked"))
    },
    counted(count) {
      roomState.count = count
      look(true)
    },
    ended() {
      root.innerHTML = `<p class="needs">${escapeHtml(say("web.room.ended"))}</p>`
    },
    gone(is) {
      if (isGone === is) return
      isGone = is
      const section = /** @type {HTMLElement} */ (root.querySelector(".room-gone"))
      section.hidden = !is
      section.innerHTML = is ? goneHTML(code) : ""
      section.querySelector("[data-key=room_let_go]")?.remove()
      if (is) return
      roomState.poll = null // the stream sends the room's question next
      roomState.question = roomState.results = undefined
      fill()
    },
  })
  stream.open(new URL("events?screen=1", room).href)
  setInterval(() => {
    roomState.left = leftUntil(ends, roomState.poll)
    fillClock(root, roomState)
  }, LOOK_EVERY / 2)
  addEventListener("resize", () => roomState.results && paintResults(root, roomState.results))
}

/**
 * Return when this browser opened the presenter view, and when the current screen appeared. Both survive a reload.
 * @param {string} code
 */
function clockOf(code) {
  const key = `cnnviz.clock.${code}`
  const times = inTab.readRecord(key)
  const nextTimes = { began: times.began ?? Date.now(), since: times.since ?? Date.now(), screen: times.screen ?? 0 }
  inTab.writeRecord(key, nextTimes)
  return {
    ...nextTimes,
    /** Return when the screen of that number appeared. @param {number} screen */
    shown(screen) {
      if (screen !== nextTimes.screen) inTab.writeRecord(key, Object.assign(nextTimes, { screen, since: Date.now() }))
      return nextTimes.since
    },
  }
}

/**
 * Return the presenter's secret: taken out of the address, which a projector may show, and stored in this browser.
 * @param {string} code
 */
function takeSecret(code) {
  const key = `cnnviz.driver.${code}`
  const { driver: presenter } = parse(location.hash.slice(1))
  if (presenter) {
    inTab.write(key, presenter)
    keepRoom({ code, driver: presenter })
    history.replaceState(history.state, "", location.pathname + location.search)
  }
  const knownRoom = [JSON.parse(inTab.read("cnnviz.room") || "null"), ...keptRooms()].find(
    (room) => room?.code === code,
  )
  return presenter || inTab.read(key) || knownRoom?.driver || ""
}
