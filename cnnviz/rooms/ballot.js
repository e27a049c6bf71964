// A follower's question: input by touch or keyboard, confirmation that the answer was received, and results.

import { largestValue, letter, numberTable, paragraphs, rich } from "../pages/learn/learn_words.js"
import { parseTyped } from "../pages/learn/score.js"
import { ARROWS } from "../view/model/layout/neighbours.js"
import { clock, escapeHtml, formula } from "../view/model/numbers/format.js"
import { inBrowser, inTab } from "../view/model/storage.js"
import { formatValue, say } from "../view/model/words.js"
import { DeviceRun } from "./experiment.js"
import { paintPlates, platesHTML } from "./plate_row.js"
import { cellIn, cellUnder, endOf, isRight, isSame, leftUntil, placeIn, placeName, windowAt } from "./question.js"
import { drawMap } from "./question_map.js"
import { paintResults, resultsHTML, spokenResults } from "./results.js"
import { inReaders } from "./screen_bar.js"

/** @import { RoomMap, RoomPoll, RoomQuestion, RoomResults, RoomScreen } from "../view/types/view.js" */
/**
 * @typedef {object} Asking  how it reaches the room
 * @property {(number: number) => Promise<RoomQuestion | undefined>} question
 * @property {() => Promise<RoomResults | undefined>} results
 * @property {(poll: RoomPoll, answer: number) => Promise<{ ok: boolean, sentence: string }>} vote
 */
/** @typedef {Asking & import("./experiment.js").Asking} AskingAll */

const TICK = 250
const VOTE = "cnnviz.vote"
const DRAFT = "cnnviz.draft_vote" // an answer that is chosen or typed, but not sent

export class Ballot {
  /** @type {RoomPoll | null} */
  poll = null
  /** @type {RoomQuestion | undefined} */
  question = undefined
  /** @type {RoomResults | undefined} */
  results = undefined
  /** @type {number | null}  what is chosen here */
  given = null
  text = "" // as it is typed
  /** @type {{ ask: string, given: number | null, text: string } | undefined}  of the question that the server has lost, which may be asked again */
  lost = undefined
  /** @type {number | null}  what the room has */
  sent = null
  layer = 0
  sending = false
  /** @type {RoomScreen | null} */
  screen = null
  isGone = false // the server no longer has the room
  note = ""
  ends = 0

  /**
   * @param {HTMLElement} element
   * @param {AskingAll} asking
   * @param {() => void} changed  called when there is a question or none any more
   * @param {(query: string) => void} explore  goes to an address on one's own
   * @param {(results: string) => void} [announce]  tells screen readers
   */
  constructor(element, asking, changed, explore, announce = () => {}) {
    this.element = element
    this.asking = asking
    this.changed = changed
    this.announce = announce
    this.own = new DeviceRun(element, asking, explore)
    element.addEventListener("submit", (event) => {
      event.preventDefault()
      this.send()
    })
    element.addEventListener("input", ({ target }) => this.typed(/** @type {HTMLInputElement} */ (target)))
    element.addEventListener("click", (event) => this.clicked(event))
    element.addEventListener("keydown", (event) => this.pressed(event))
    new ResizeObserver(() => this.paint()).observe(element)
    setInterval(() => this.tick(), TICK)
  }

  /** Whether a question is on the page. */
  get open() {
    return Boolean(this.poll)
  }

  /** Seconds left to answer, or null without a time limit. */
  get left() {
    return leftUntil(this.ends, this.poll)
  }

  /** Set the current screen of the room's deck. @param {RoomScreen | null} screen */
  shown(screen) {
    const isNew = screen?.number !== this.screen?.number
    this.screen = this.own.screen = screen
    if (this.own.poll) this.own.show()
    else if (isNew && this.poll?.kind === "predict") this.show() // the screen's sentence is the premise
  }

  /** Update the question and its phase. @param {RoomPoll | null} poll */
  async hear(poll) {
    const previousPoll = this.poll
    this.poll = poll
    this.ends = endOf(poll)
    const repeats = this.question && poll?.phase === "open" && isSame(poll, previousPoll)
    if (repeats) this.lost = undefined
    if (repeats) return // for example after a reconnect: keep what is typed
    if (!poll || poll.number !== previousPoll?.number) this.forget()
    else if (poll.round !== previousPoll.round) this.sent = null
    if (poll && this.sent === null) this.recall(poll)
    this.results = undefined
    this.note = ""
    this.changed()
    const experiment = poll?.kind === "experiment"
    this.own.hear(experiment ? poll : null)
    if (experiment) return
    if (!poll) return this.show()
    const question = await this.asking.question(poll.number)
    const shownResults = poll.phase === "shown" || poll.phase === "revealed" ? await this.asking.results() : undefined
    if (this.poll !== poll) return // a newer event has arrived meanwhile
    const isFirst = !this.question
    if (isFirst && this.lost && this.lost.ask === question?.ask && this.given === null)
      [this.given, this.text] = [this.lost.given, this.lost.text]
    this.lost = undefined
    this.question = question
    this.results = shownResults
    this.show()
    if (isFirst) this.element.querySelector(/** @type {"h1"} */ ("h1"))?.focus({ preventScroll: true })
  }

  /** Disable sending while the server has lost the room. The question stays visible. @param {boolean} is */
  setGone(is) {
    const { question, given, text } = this
    if (is && question && this.poll?.phase === "open") this.lost = { ask: question.ask, given, text }
    this.isGone = is
    this.ready()
  }

  forget() {
    this.question = undefined
    this.given = this.sent = null
    this.text = ""
    this.layer = 0
  }

  // ---- answer

  /** @param {HTMLInputElement} input */
  typed({ name, value }) {
    if (name === "answer") this.given = Number(value)
    else if (name === "number") {
      const isTyped = !Number.isNaN(parseTyped(value))
      this.text = value
      this.given = isTyped ? parseTyped(value) : null
      this.note = isTyped || !value.trim() ? "" : say("web.hall.no_number")
    }
    this.keep()
    this.ready()
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const target = /** @type {Element} */ (event.target)
    const canvas = target.closest("canvas.pick")
    if (canvas instanceof HTMLCanvasElement) return this.pick(canvas, event)
    const button = target.closest("button")
    if (button?.dataset.way) this.step(button.dataset.way)
    else if (button?.dataset.layer) this.turn(Number(button.dataset.layer))
  }

  /** @param {HTMLCanvasElement} canvas @param {MouseEvent} event */
  pick(canvas, { clientX, clientY }) {
    const { question } = this
    if (!question?.map || this.poll?.phase !== "open") return
    const { left, top, width } = canvas.getBoundingClientRect()
    const tappedMap = question.source ?? question.map
    const side = width / tappedMap.columns
    const [row, column] = [Math.floor((clientY - top) / side), Math.floor((clientX - left) / side)]
    this.choose(question.source ? cellUnder(question, row, column) : cellIn(question.map, this.layer, row, column))
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const target = /** @type {Element} */ (event.target)
    if (!target.matches("canvas.pick")) return
    if (event.key === "Enter") this.send()
    else if (ARROWS[event.key]) this.step(event.key)
    else return
    event.preventDefault()
  }

  /** Move the cell selection by one cell. @param {string} way */
  step(way) {
    const { map } = this.question ?? {}
    if (!map || this.poll?.phase !== "open") return
    const [down, right] = ARROWS[way]
    const { row, column } = this.given === null ? middle(map) : placeIn(map, this.given)
    this.choose(
      cellIn(map, this.layer, row + (this.given === null ? 0 : down), column + (this.given === null ? 0 : right)),
    )
  }

  /** Switch to another channel. @param {number} by */
  turn(by) {
    const { map } = this.question ?? {}
    if (!map) return
    this.layer = (this.layer + by + map.layers) % map.layers
    this.show()
  }

  /** @param {number} cell */
  choose(cell) {
    this.given = cell
    this.note = ""
    this.keep()
    this.ready()
    this.paint()
  }

  async send() {
    const { poll, given } = this
    if (!poll || given === null || poll.phase !== "open" || this.sending) return
    this.sending = true
    this.ready()
    const { ok, sentence } = await this.asking.vote(poll, given)
    this.sending = false
    if (this.poll?.number === poll.number && this.poll.round === poll.round) {
      if (ok) this.sent = given
      if (ok) inBrowser.writeRecord(VOTE, { number: poll.number, round: poll.round, answer: given }) // for reloads of the page
      this.note = ok ? "" : sentence || say("web.notice.silent")
    }
    this.ready()
  }

  // Keep what is chosen or typed, for reloads of the page.
  keep() {
    const { poll, given, text } = this
    if (poll) inTab.writeRecord(DRAFT, { number: poll.number, round: poll.round, given, text })
  }

  /** @param {RoomPoll} poll */
  recall({ number, round }) {
    const [last, draft] = [inBrowser.readRecord(VOTE), inTab.readRecord(DRAFT)]
    const isOf = (/** @type {Record<string, any>} */ record) => record.number === number && record.round === round
    if (isOf(last)) this.given = this.sent = last.answer
    if (isOf(draft)) [this.given, this.text] = [draft.given, draft.text]
  }

  // ---- render

  show() {
    const { question, poll, element } = this
    this.announce(question && this.results ? spokenResults(question, this.results) : "")
    if (!question || !poll) {
      element.replaceChildren()
      return
    }
    const resultsPart = this.results ? resultsHTML(question, this.results, this.sent) : ""
    const closedText =
      poll.phase === "closed" ? `<p class="wait">${say("web.hall.closed")} ${say("web.hall.wait")}</p>` : ""
    element.tabIndex = this.results ? 0 : -1 // makes the scrollable results reachable by keyboard
    element.innerHTML = `<div class="asked"><h1 tabindex="-1">${rich(question.ask)}</h1>${poll.phase === "open" ? paragraphs((poll.kind === "predict" && this.screen && escapeHtml(inReaders(this.screen.say))) || question.text) + platesHTML(question.plates) : ""}</div>
      ${
        poll.phase === "open"
          ? `<form>${this.inputs(question)}<p class="in" role="status"></p>
        <button type="submit" class="primary" data-key="room_send"></button><p class="soft">${say("web.hall.changeable")}</p></form>`
          : closedText
      }
      ${poll.phase === "open" ? "" : `<p class="in" role="status"></p>`}${this.results ? platesHTML(this.results.plates) : ""}${resultsPart}`
    this.ready()
    this.paint()
  }

  /** @param {RoomQuestion} question */
  inputs(question) {
    if (question.kind === "number")
      return `<label class="typed"><span>${say("web.learn.number")}</span><input name="number" inputmode="decimal" autocomplete="off" value="${escapeHtml(this.text || String(this.given ?? ""))}"></label>`
    if (question.kind === "choose") return choices(question, this.given)
    const { map, source, kernel } = question
    if (!map) return ""
    const tappedMap = source ?? map
    const layers =
      map.layers > 1
        ? `<p class="layers"><button type="button" data-layer="-1" aria-label="${say("web.hall.layer_back")}">‹</button>
          <span>${say("web.hall.layer", { n: this.layer + 1, count: map.layers })}</span><button type="button" data-layer="1" aria-label="${say("web.hall.layer_on")}">›</button></p>`
        : ""
    const arrow = (/** @type {string} */ way, /** @type {string} */ sign) =>
      `<button type="button" data-way="${way}" aria-label="${say(`web.hall.way.${way}`)}">${sign}</button>`
    return `<p class="of"><i>${formula(tappedMap.label)}</i> ${escapeHtml(tappedMap.words)}${source ? ` · ${rich(say("web.hall.tap_source", { map: map.symbol }))}` : ""}</p>${layers}
      <canvas class="pick" tabindex="0" role="application" aria-label="${escapeHtml(say("web.hall.pick", { map: map.label }))}"></canvas>
      <div class="beside"><div class="pad">${arrow("ArrowUp", "▲")}${arrow("ArrowLeft", "◀")}${arrow("ArrowRight", "▶")}${arrow("ArrowDown", "▼")}</div>
      ${
        kernel
          ? `<figure><figcaption>${say("web.hall.pixels", { n: kernel.flat().length })}</figcaption><canvas class="under"></canvas></figure><b>⊙</b><figure><figcaption>${say("web.hall.kernel")}</figcaption>${numberTable(kernel, largestValue([{ picture: kernel }]))}</figure>`
          : ""
      }</div>`
  }

  /** Update the status line and the button from the selected and the sent answer. */
  ready() {
    const { element, question, poll } = this
    const status = element.querySelector(".in")
    if (!question || !poll || !status) return
    const name = (/** @type {number} */ answer) => nameOf(question, answer)
    const isRightAnswer = this.sent !== null && this.results?.revealed ? isRight(this.results, this.sent) : undefined
    const statusKey = isRightAnswer === undefined ? "in" : isRightAnswer ? "is_right" : "is_wrong"
    status.className = `in${this.note || isRightAnswer === false ? " wrong" : this.sent === null ? "" : " done"}`
    status.innerHTML = this.note
      ? escapeHtml(this.note)
      : this.sent !== null
        ? say(`web.hall.${statusKey}`, { answer: name(this.sent).replace(/\.$/, "") })
        : poll.phase === "open"
          ? ""
          : say("web.hall.none")
    const button = element.querySelector(/** @type {"button"} */ ("[data-key=room_send]"))
    if (!button) return
    button.disabled = this.given === null || this.sending || this.given === this.sent || this.isGone
    button.innerHTML = this.given === null ? say("web.hall.choose") : say("web.hall.send", { answer: name(this.given) })
  }

  paint() {
    const { element, question, results } = this
    if (this.own.poll) return this.own.paint()
    if (question) paintPlates(element, (results ?? question).plates)
    if (results) return paintResults(element, results)
    const canvas = element.querySelector(/** @type {"canvas"} */ ("canvas.pick"))
    if (!canvas || !question?.map || !canvas.clientWidth) return
    const { given } = this
    const { source } = question
    const map = /** @type {RoomMap} */ (question.map)
    const isOnLayer = given !== null && placeIn(map, given).layer === this.layer
    if (source) drawMap(canvas, source, { window: given === null ? undefined : windowAt(question, given) })
    else {
      const { row, column } = isOnLayer ? placeIn(map, given) : { row: 0, column: 0 }
      drawMap(canvas, map, { layer: this.layer, window: isOnLayer ? [row, column, 1, 1] : undefined })
    }
    this.under(given)
  }

  /** Draw the pixels under the chosen window. @param {number | null} given */
  under(given) {
    const canvas = this.element.querySelector(/** @type {"canvas"} */ ("canvas.under"))
    const { question } = this
    if (!canvas || !question?.source) return
    const [top, left, rows, columns] = given === null ? [0, 0, 3, 3] : windowAt(question, given)
    const sourceMap = /** @type {RoomMap & { plane: NonNullable<RoomMap["plane"]> }} */ (question.source)
    const bytes = atob(sourceMap.plane.levels)
    let part = ""
    for (let i = top; i < top + rows; i++)
      for (let j = left; j < left + columns; j++) part += bytes[i * sourceMap.columns + j] ?? "\0"
    drawMap(canvas, {
      ...sourceMap,
      rows,
      columns,
      cells: rows * columns,
      plane: { ...sourceMap.plane, levels: btoa(part) },
    })
  }

  tick() {
    const { left } = this
    for (const element of document.querySelectorAll(".time-left")) {
      element.textContent = left === null ? "" : say("web.hall.left", { time: clock(left) })
    }
  }
}

/** @param {RoomMap} map */
const middle = ({ rows, columns }) => ({ row: Math.floor(rows / 2), column: Math.floor(columns / 2) })

/** @param {RoomQuestion} question @param {number | null} given */
function choices({ options }, given) {
  const scale = largestValue(options)
  const choice = (/** @type {RoomQuestion["options"][number]} */ { label, picture: rows }, /** @type {number} */ n) =>
    `<label class="option${rows ? " pictured" : ""}"><input type="radio" name="answer" value="${n}"${given === n ? " checked" : ""}><span class="letter">${letter(n)}</span>${
      rows ? numberTable(rows, scale) : ""
    }<span>${rich(label)}</span></label>`
  return `<div class="options" role="radiogroup">${options.map(choice).join("")}</div>`
}

/** Format an answer. @param {RoomQuestion} question @param {number} answer */
function nameOf({ kind, options, map }, answer) {
  if (kind === "number") return formatValue(answer, "6")
  if (kind === "choose") return `${letter(answer)}${options[answer]?.label ? `: ${rich(options[answer].label)}` : ""}`
  return map ? placeName(map, answer) : ""
}
