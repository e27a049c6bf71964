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
import { endOf, leftUntil, nextAct, possible } from "./question.js"
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
  const presenter = secret(code)
  if (!presenter) {
    root.innerHTML = `<p class="needs">${say("web.cockpit.needs")}</p>`
    return
  }
  const asking = roomClient(room)
  const times = clockOf(code)
  /** @type {Seen} */
  const seen = {
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
  let gone = false // the server no longer has the room
  const inTurn = stepsInTurn()
  const own = () => code
  const question = openQuestion(own, () => ask("GET", "asked"))
  const deck = roomDeck(own, () => ask("GET", "script"))
  let pointed = "" // the pinned cell, as in the address
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
    seen.left = leftUntil(ends, seen.poll)
    fillPresenterView(root, seen)
    if (seen.results) paintResults(root, seen.results)
  }

  /** @param {boolean} [quietly] */
  async function look(quietly) {
    const { poll } = seen
    if (!poll || poll.kind === "experiment") return fill()
    seen.question = await asking.question(poll.number)
    const results = await ask("GET", `results?lang=${LANG}`)
    if (seen.poll === poll && results) seen.results = results
    if (!quietly || results) fill()
  }

  async function steps() {
    const found = await ask("GET", `steps?lang=${LANG}`)
    if (!found) return
    const before = JSON.stringify(seen.steps?.maps.map(({ symbol }) => symbol))
    seen.steps = found
    const form = root.querySelector(".spot")
    if (form && before !== JSON.stringify(seen.steps?.maps.map(({ symbol }) => symbol))) {
      const words = [...form.querySelectorAll(/** @type {"input"} */ (WRITTEN))].map(({ value }) => value)
      form.innerHTML = spotHTML(found, spot, pointed) // the list of maps has changed; keep the texts
      for (const [n, field] of form.querySelectorAll(/** @type {"input"} */ (WRITTEN)).entries()) field.value = words[n]
    }
    fill()
    const after = comingOf(found)
    previews.show(found.steps, after?.query)
    const next = after ? undefined : beyond("stage_next")
    if (next) coming.ask("step", next, COMPUTED)
    else render("", /** @type {HTMLElement} */ (root.querySelector(".coming")))
  }

  const base = new URL(path.slice(0, path.lastIndexOf("/room/") + 1), location.href)
  const coming = new Resources(base, CODE, {
    received(answer, { stage = "" }) {
      const place = root.querySelector(/** @type {"div"} */ (".coming"))
      const numbers = new Numbers(/** @type {import("../view/model/numbers/numbers.js").StepAnswer} */ (answer))
      if (place && numbers.said[stage]) fillPreview(place, numbers, stage)
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
    const { poll } = seen
    if (!name && poll?.phase === "shown" && !seen.results) await look()
    const act = name ?? (nextAct(poll, seen.results) || "next")
    if (act === "next") return next()
    if (!possible(poll, seen.question)[/** @type {"close"} */ (act)]) return undefined
    return (await ask("PUT", `question?lang=${LANG}`, { act })) && "asked"
  }

  /** @returns {Promise<Announced | undefined>} */
  async function next() {
    const { poll } = seen
    const after = comingOf(seen.steps)
    if (after) return goTo(after.number)
    if (!poll)
      return seen.veiled
        ? (await ask("PUT", `../${code}`, query({ ...parse(where), veiled: "" }).slice(1))) && "moved"
        : move("stage_next")
    if (poll.phase === "open" && !confirm(say("web.cockpit.still_open"))) return undefined
    return (await ask("DELETE", "question")) && "asked"
  }

  /** Lead to another screen of the deck. @param {number} number @returns {Promise<Announced | undefined>} */
  async function goTo(number) {
    if (seen.poll?.phase === "open" && seen.poll.kind !== "experiment" && !confirm(say("web.cockpit.still_open")))
      return undefined
    return (await ask("PUT", `../${code}?lang=${LANG}`, { screen: number })) && "moved"
  }

  /** @param {Record<string, unknown>} question @returns {Promise<Announced | undefined>} */
  async function pose(question) {
    if (seen.poll?.phase === "open" && !confirm(say("web.cockpit.still_open"))) return undefined
    return (await ask("PUT", `question?lang=${LANG}`, question)) && "asked"
  }

  /**
   * Cover projectors, or uncover them if they are covered in this way.
   * @param {string} how
   * @returns {Promise<Announced | undefined>}
   */
  const cover = async (how) =>
    (await ask("PUT", `../${code}?lang=${LANG}`, { cover: seen.cover === how ? "" : how })) && "covered"

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
    if (!seen.steps) return undefined
    const here = parse(where)
    const stages = seen.steps.stages.map(([symbol]) => symbol)
    const by = way.endsWith("_next") ? 1 : -1
    let k = Number(here.k ?? 0)
    let at = stages.indexOf(here.stage ?? seen.steps.stage)
    if (way.startsWith("stage")) at += by
    else k += by
    if (at >= stages.length) [k, at] = [k + 1, 0]
    if (at < 0) [k, at] = [k - 1, stages.length - 1]
    const stage = stages[at] ?? "x"
    const hides = here.predict === "1" || (here.hide === "1" && way === "stage_next")
    const veiled = hides && by > 0 && stage !== "x" ? "1" : "" // as on the presenter's own page (view/model/state/state.js)
    return k < 0 ? undefined : { ...here, cell: "", k: String(k), stage, veiled }
  }

  /** @param {string} way @returns {Promise<Announced | undefined>} */
  async function move(way) {
    const there = beyond(way)
    return there && (await ask("PUT", `../${code}`, query(there).slice(1))) && "moved"
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
      if (form) form.innerHTML = spotHTML(seen.steps, spot, pointed)
      root.querySelector(/** @type {"select"} */ ("[name=spot]"))?.focus()
    }
  })
  root.addEventListener("submit", (event) => {
    event.preventDefault()
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target))
    inTurn.take(() => pose(spotOf(form)))
  })
  addEventListener("keydown", (event) => {
    if (gone) return
    const { target, key, ctrlKey, metaKey, altKey, shiftKey } = event
    if (ctrlKey || metaKey || altKey || /** @type {Element} */ (target).matches("input, select, textarea")) return
    if (key === " " && /** @type {Element} */ (target).matches("button, a")) return
    if (readPreference("single_keys") === "off" && key.length === 1 && key !== " ") return // dictation software sends single letters, too
    const name = key === " " ? "SPACE" : key.toUpperCase()
    const forth = name === "PAGEDOWN" || name === "SPACE"
    const act = ACTS.find(([, own]) => own === name)?.[0]
    const how = COVERS.find(([, own]) => own === name)?.[0]
    const way = { ArrowRight: "next", ArrowLeft: "back" }[key]
    const step = forth
      ? () => (seen.cover && seen.poll ? cover(seen.cover) : turn()) // uncover the question first
      : act
        ? () => turn(act)
        : how
          ? () => cover(how)
          : way && (() => move(`${shiftKey ? "update" : "stage"}_${way}`))
    if (!step) return
    if (!event.repeat) inTurn.take(step)
    event.preventDefault()
  })

  fill()
  const form = root.querySelector(".spot")
  if (form) form.innerHTML = spotHTML(undefined, spot, pointed)
  const stream = listen({
    moved(address) {
      where = address
      const here = parse(address)
      pointed = here.cell ?? ""
      seen.veiled = here.veiled === "1"
      steps().then(() => inTurn.hear("moved"))
    },
    allowed(how) {
      const field = root.querySelector(/** @type {"select"} */ ("[data-key=cockpit_explore]"))
      if (field) field.value = how
    },
    covered(how) {
      seen.cover = how
      fill()
      inTurn.hear("covered")
    },
    shown(screen) {
      if (screen && !deck.given) for (const one of root.querySelectorAll("details")) one.open = false // makes room for the deck's screens
      deck.hear(screen)
      seen.since = times.shown(screen?.number ?? 0)
      steps()
    },
    asked(poll) {
      question.hear(poll)
      seen.poll = poll
      ends = endOf(poll)
      seen.question = seen.results = undefined
      look().then(() => inTurn.hear("asked"))
    },
    counted(count) {
      seen.count = count
      look(true)
    },
    ended() {
      root.innerHTML = `<p class="needs">${escapeHtml(say("web.room.ended"))}</p>`
    },
    gone(is) {
      if (gone === is) return
      gone = is
      const section = /** @type {HTMLElement} */ (root.querySelector(".room-gone"))
      section.hidden = !is
      section.innerHTML = is ? goneHTML(code) : ""
      section.querySelector("[data-key=room_let_go]")?.remove()
      if (is) return
      seen.poll = null // the stream sends the room's question next
      seen.question = seen.results = undefined
      fill()
    },
  })
  stream.open(new URL("events?screen=1", room).href)
  setInterval(() => {
    seen.left = leftUntil(ends, seen.poll)
    fillClock(root, seen)
  }, LOOK_EVERY / 2)
  addEventListener("resize", () => seen.results && paintResults(root, seen.results))
}

/**
 * Return when this browser opened the presenter view, and when the current screen appeared. Both survive a reload.
 * @param {string} code
 */
function clockOf(code) {
  const key = `cnnviz.clock.${code}`
  const times = inTab.readRecord(key)
  const now = { began: times.began ?? Date.now(), since: times.since ?? Date.now(), screen: times.screen ?? 0 }
  inTab.writeRecord(key, now)
  return {
    ...now,
    /** Return when the screen of that number appeared. @param {number} screen */
    shown(screen) {
      if (screen !== now.screen) inTab.writeRecord(key, Object.assign(now, { screen, since: Date.now() }))
      return now.since
    },
  }
}

/**
 * Return the presenter's secret: taken out of the address, which a projector may show, and stored in this browser.
 * @param {string} code
 */
function secret(code) {
  const key = `cnnviz.driver.${code}`
  const { driver: presenter } = parse(location.hash.slice(1))
  if (presenter) {
    inTab.write(key, presenter)
    keepRoom({ code, driver: presenter })
    history.replaceState(history.state, "", location.pathname + location.search)
  }
  const known = [JSON.parse(inTab.read("cnnviz.room") || "null"), ...keptRooms()].find((room) => room?.code === code)
  return presenter || inTab.read(key) || known?.driver || ""
}
